/* pnm-verify: runs every claim of the paper that has a check and prints the ledger. */
#include "interrupt.h"
#include "ledger.h"
#include "nearest.h"
#include "output.h"
#include "ranks.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *claim_word(const struct options *options, size_t i)
{
    const struct claim *claim = claims_all()[i];
    (void)options;
    return claim ? claim->id : NULL;
}

static const struct option_spec own_options[] = {
    {.name = "list",
     .kind = OPTION_FLAG,
     .unrecorded = true,
     .doc = "list the claims, run nothing"},
    {.name = "claim",
     .argument = "ID[,ID...]",
     .word = claim_word,
     .doc = "these claims only (default: all)"},
    {.name = "strict",
     .kind = OPTION_FLAG,
     .doc = "exit 1 also if a paper_verdict is `fails`"},
};

static const struct program_example examples[] = {
    {"One claim:", "pnm-verify --claim special-hb --format table"},
    {NULL, NULL},
};

static const struct program program = {
    .name = "pnm-verify",
    .title = "check every claim of the paper",
    .summary =
        "Holds the claims of the paper on positive-negative momentum (Xie et al., ICML "
        "2021) against exact theory and simulation and prints the ledger.",
    .notes = "paper_verdict tells whether the printed claim holds, exact_verdict "
             "whether measurement and our exact value agree. That the paper is "
             "contradicted is a finding, not an error.",
    .groups = OPTIONS_SAMPLING | OPTIONS_OUTPUT,
    .judges = true,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .max_samples = "2e9",
    .examples = examples,
    .see_also = "pnm-convergence pnm-noise pnm-pacbayes pnm-stability pnm-stationary",
};

static int list_claims(const struct options *options, struct error *error)
{
    static const struct column columns[] = {
        {"id", COLUMN_TEXT, false},
        {"where", COLUMN_TEXT, false},
        {"check", COLUMN_TEXT, false},
        {"statement", COLUMN_TEXT, false},
    };
    struct table table = {0};
    int status = options_check_output(options, STATUS_OK, error);
    if (status == STATUS_OK)
        status = table_init(&table, columns, 4, error);
    for (const struct claim *const *claim = claims_all(); status == STATUS_OK && *claim;
         claim++) {
        const char *texts[] = {(*claim)->id, (*claim)->where,
                               (*claim)->check ? "yes" : verdict_text((*claim)->status),
                               (*claim)->statement};
        status = table_row(&table, error);
        if (status == STATUS_OK)
            status = table_texts(&table, texts, 4, error);
    }
    if (status == STATUS_OK)
        status = options_write(options, &table, error);
    table_free(&table);
    return status;
}

static const struct claim *find_claim(const char *id)
{
    for (const struct claim *const *claim = claims_all(); *claim; claim++)
        if (strcmp((*claim)->id, id) == 0)
            return *claim;
    return NULL;
}

static int unknown_claim(const char *id, struct error *error)
{
    struct nearest nearest = nearest_to(id, "");
    for (const struct claim *const *claim = claims_all(); *claim; claim++)
        nearest_try(&nearest, (*claim)->id, strlen((*claim)->id));
    return error_set(error, STATUS_USAGE,
                     "--claim: no claim '%.100s'%s; allowed are %s", id, nearest.hint,
                     nearest.known);
}

/* The claims asked for, in the order given; all in the paper's order by default. */
static int check_claims(const struct options *options, struct ledger *ledger,
                        struct error *error)
{
    /* With a ledger of NULL the names are looked up and nothing runs. */
    const char *wanted = options_text(options, "claim");
    char *ids = NULL, *rest = NULL;
    int status = STATUS_OK;
    if (!wanted) {
        for (const struct claim *const *claim = claims_all();
             ledger && status == STATUS_OK && *claim; claim++)
            status = ledger_check(ledger, *claim, error);
        return status;
    }
    for (int pass = 0; status == STATUS_OK && pass < (ledger ? 2 : 1); pass++) {
        free(ids);
        ids = strdup(wanted);
        if (!ids)
            return error_memory(error, "the claims");
        if (strspn(wanted, ",") == strlen(wanted))
            status = unknown_claim(wanted, error);
        for (char *id = strtok_r(ids, ",", &rest); status == STATUS_OK && id;
             id = strtok_r(NULL, ",", &rest)) {
            const struct claim *claim = find_claim(id);
            if (!claim) /* all names are looked up before any claim runs */
                status = unknown_claim(id, error);
            else if (pass == 1)
                status = ledger_check(ledger, claim, error);
        }
    }
    free(ids);
    return status;
}

static int run(const struct options *options, struct ledger *ledger,
               struct error *error)
{
    struct table table = {0};
    int status = options_check_output(options, STATUS_OK, error);
    if (status == STATUS_OK)
        status = check_claims(options, ledger, error);
    if (status == STATUS_OK)
        status = ledger_table(ledger, &table, error);
    if (status == STATUS_OK)
        status = sampling_note(ledger->sampling, options, &table, error);
    if (status == STATUS_OK)
        status = options_write(options, &table, error);
    table_free(&table);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    struct session session = {0};
    struct sampling sampling = {.session = &session};
    struct ledger ledger = {.sampling = &sampling};
    struct error error = {.agreed = false};
    int exit_status;
    ranks_start(&argc, &argv);
    interrupt_catch();
    gsl_set_error_handler_off();
    int status = options_parse(&options, &program, argc, argv, &error);
    if (status == STATUS_OK)
        status = sampling_init(&sampling, &session, &options, &error);
    if (status == STATUS_OK && options_flag(&options, "list")) {
        status = check_claims(&options, NULL, &error);
        if (status == STATUS_OK)
            status = list_claims(&options, &error);
        exit_status = program_exit(&options, status, &error);
    } else if (status == STATUS_OK &&
               (status = run(&options, &ledger, &error)) == STATUS_OK) {
        const struct verdict_tally tally = ledger_tally(&ledger);
        exit_status = verdict_exit(&tally, false, options_flag(&options, "strict"));
    } else {
        exit_status = program_exit(&options, status, &error);
    }
    ledger_free(&ledger);
    sampling_finish(&sampling);
    options_free(&options);
    ranks_finish(status, &error);
    return exit_status;
}
