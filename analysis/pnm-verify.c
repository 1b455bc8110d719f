/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-verify: runs every claim of the paper, or of its neighbours, that has a check and
 * prints the ledger. */
#include "base/interrupt.h"
#include "base/nearest.h"
#include "claims/claims.h"
#include "cli/program.h"
#include "cli/request.h"
#include "cli/table.h"
#include "compare/command.h"
#include "explain.h"
#include "findings.h"
#include "ledger_table.h"
#include "required.h"
#include "verdict/ledger_count.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The relative standard error of rows whose control variates give it for no more steps
 * than a thousandth takes without them. */
#define FINE_PRECISION 2e-4

struct verify_request {
    struct request request;
    bool list, strict;
    enum claims_paper paper; /* whose claims are checked */
    bool paper_given;        /* false: those of `paper` only if none is named */
    const char *claims;      /* ids with commas between them; NULL: all */
    const char *explain;     /* the same, or "all"; NULL: nothing is explained */
};

static const char *claim_word(const struct program *program, size_t i)
{
    const struct claim *claim = claims_of(CLAIMS_LISTED)[i];
    (void)program;
    return claim ? claim->id : NULL;
}

static const char *explain_word(const struct program *program, size_t i)
{
    return i == 0 ? "all" : claim_word(program, i - 1);
}

static const struct option_spec own_options[] = {
    {.name = "list",
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct verify_request, list),
     .unrecorded = true,
     .doc = "list the claims and run nothing"},
    {.name = "claim",
     .field = OPTION_FIELD(struct verify_request, claims),
     .argument = "ID[,ID...]",
     .word = claim_word,
     .doc = "check these claims only (default: all), or those of --paper and these"},
    {.name = "paper",
     .brief = "check the claims on this paper",
     .kind = OPTION_CHOICE,
     .field = OPTION_FIELD(struct verify_request, paper),
     .given = OPTION_FIELD(struct verify_request, paper_given),
     .argument = "pnm|neighbours|momentum|all|analogues",
     .doc =
         "check the claims of the paper on PNM, of its neighbours, which are papers on "
         "the noise of SGD, of the paper of Jelassi and Li on momentum, in a setting "
         "reconstructed from its abstract, or of all these; or analogues, which train "
         "small networks beside the experiments of the paper on PNM, say nothing of "
         "these and take minutes (default: pnm, or none if --claim or --explain names "
         "claims; --list shows all)"},
    {.name = "explain",
     .brief = "check and explain in words",
     .field = OPTION_FIELD(struct verify_request, explain),
     .argument = "ID[,ID...]|all",
     .word = explain_word,
     .doc = "check these claims and explain them in words: what is printed, what is "
            "right, and why, with the numbers of this run"},
    {.name = "strict",
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct verify_request, strict),
     .doc = "exit 1 also if a paper_verdict is `fails`"},
};

static const struct program_example examples[] = {
    {"One claim:", "pnm-verify --claim special-hb --format table"},
    {"The same in words:", "pnm-verify --explain special-hb"},
    {"What other papers say of SGD's noise:", "pnm-verify --paper neighbours"},
    {"What a paper says of momentum, by training networks:",
     "pnm-verify --claim jl-gdm"},
    {"The small experiments beside figures of the paper, which take minutes:",
     "pnm-verify --list --paper analogues"},
    {NULL, NULL},
};

static int list_claims(enum claims_paper paper, struct table *table,
                       struct error *error)
{
    static const struct column columns[] = {
        {"id", COLUMN_TEXT, false},    {"where", COLUMN_TEXT, false},
        {"check", COLUMN_TEXT, false}, {"statement", COLUMN_TEXT, false},
        {"paper", COLUMN_TEXT, false},
    };
    int status = table_init(table, columns, 5, error);
    for (const struct claim *const *claim = claims_of(paper);
         status == STATUS_OK && *claim; claim++) {
        const char *texts[] = {(*claim)->id, (*claim)->where,
                               (*claim)->check ? "yes" : verdict_text((*claim)->status),
                               (*claim)->statement, claims_paper_text(*claim)};
        status = table_row(table, error);
        if (status == STATUS_OK)
            status = table_texts(table, texts, 5, error);
    }
    return status;
}

static const struct claim *find_claim(const char *id)
{
    for (const struct claim *const *claim = claims_of(CLAIMS_LISTED); *claim; claim++)
        if (strcmp((*claim)->id, id) == 0)
            return *claim;
    return NULL;
}

/* `option` is that which names the claims. */
static int unknown_claim(const char *option, const char *id, struct error *error)
{
    struct nearest nearest = nearest_to(id, "");
    for (const struct claim *const *claim = claims_of(CLAIMS_LISTED); *claim; claim++)
        nearest_try(&nearest, (*claim)->id, strlen((*claim)->id));
    return error_about(error, STATUS_USAGE, option,
                       "no claim '%.100s'%s; allowed are %s", id, nearest.hint,
                       nearest.known);
}

/* Whether a list, up to its letter number `end`, has the word. */
static bool stands_before(const char *list, const char *word, size_t end)
{
    const size_t length = strlen(word);
    for (size_t at = 0; at < end; at += strcspn(list + at, ",") + 1)
        if (strcspn(list + at, ",") == length && strncmp(list + at, word, length) == 0)
            return true;
    return false;
}

/* Whether the ledger has the claim already. */
static bool is_checked(const struct ledger *ledger, const struct claim *claim)
{
    for (size_t k = 0; k < ledger->count; k++)
        if (ledger->rows[k].claim == claim)
            return true;
    return false;
}

/* How many claims are checked, and how many of them are begun. */
struct checking {
    size_t claims, begun;
};

static int check(struct ledger *ledger, const struct claim *claim, struct checking *at,
                 struct error *error)
{
    const size_t before = ledger->count;
    sampling_row(ledger->sampling, "claim", claim->id, at->begun++, at->claims);
    const int status = ledger_check(ledger, claim, error);
    /* Rows of a claim that was cut short may be wrong. */
    if (status != STATUS_OK)
        ledger_drop(ledger, before);
    return status;
}

/* Looks up the claims in `wanted` and, if a ledger is given, checks those that it does
 * not have yet, in that order. */
static int check_named(const char *option, const char *wanted, struct ledger *ledger,
                       struct checking *at, struct error *error)
{
    char *rest = NULL, *ids = strdup(wanted);
    int status = STATUS_OK;
    if (!ids)
        return error_memory(error, "the claims");
    if (strspn(wanted, ",") == strlen(wanted))
        status = unknown_claim(option, wanted, error);
    for (char *id = strtok_r(ids, ",", &rest); status == STATUS_OK && id;
         id = strtok_r(NULL, ",", &rest)) {
        const struct claim *claim = find_claim(id);
        if (!claim)
            status = unknown_claim(option, id, error);
        else if (stands_before(wanted, id, (size_t)(id - ids)))
            status = error_about(error, STATUS_USAGE, option,
                                 "%s is there twice; allowed is each claim once", id);
        else if (ledger && at && !is_checked(ledger, claim))
            status = check(ledger, claim, at, error);
        else if (!ledger && at)
            at->claims++;
    }
    free(ids);
    return status;
}

/* Appends the options that a claim's command needs to repeat its rows to the bit. */
static void add_options(const struct sampling *sampling, struct text *text)
{
    command_random(text, sampling);
    if (sampling->precision_given)
        command_number(text, "precision", sampling->precision);
    if (sampling->max_samples_given)
        command_number(text, "max-samples", sampling->max_samples);
    if (sampling->control == SAMPLING_CONTROL_NONE)
        text_add(text, " --control none");
}

/* The ids of the claims that are named; NULL: they are all of a paper. */
static const char *names(const struct verify_request *own)
{
    const char *named = own->explain ? own->explain : own->claims;
    return named && strcmp(named, "all") == 0 && own->explain ? NULL : named;
}

static int check_request(const struct verify_request *own, struct error *error)
{
    static const char said[] = "says itself which claims; allowed is one of the two";
    if (own->explain && own->claims)
        return error_about(error, STATUS_USAGE, "claim", "--explain %s", said);
    if (own->explain && own->list)
        return error_about(error, STATUS_USAGE, "list", "--explain %s", said);
    return STATUS_OK;
}

/* Tells below the table how many claims and rows hold and fail; of one claim the table
 * itself tells it. */
static int tell_counts(const struct ledger *ledger, struct text *text,
                       struct error *error)
{
    if (ledger_count_claims(ledger).checked > 1)
        ledger_count_tell(ledger, text);
    ledger_count_tell_analogues(ledger, text);
    return text_check(text, "the counts", error);
}

/* Tells which of the numbered statements of the paper on PNM its whole ledger decides.
 * Of its neighbours only some statements are claims. */
static int tell_decided(const struct ledger *ledger, struct text *text,
                        struct error *error)
{
    struct required required;
    const int status = required_read(&required, error);
    if (status != STATUS_OK)
        return status;
    required_tell(&required, ledger, text);
    text_add(text, "\n");
    required_free(&required);
    return text_check(text, "the closing line", error);
}

/* Whether all claims of `paper` are checked, and not only those that are named. */
static bool checks_paper(const struct verify_request *own)
{
    return own->paper_given || !names(own);
}

/* Whether all claims are checked that decide the numbered statements. */
static bool tells_decided(const struct verify_request *own)
{
    return checks_paper(own) && (own->paper == CLAIMS_PNM || own->paper == CLAIMS_ALL);
}

/* Checks the claims of the paper in its order, then those that are named. */
static int check_claims(const struct verify_request *own, struct ledger *ledger,
                        struct error *error)
{
    const char *option = own->explain ? "explain" : "claim", *wanted = names(own);
    const struct claim *const *paper = claims_of(own->paper);
    struct checking at = {0, 0};
    int status = STATUS_OK;
    if (wanted) /* all names are looked up before any claim runs */
        status = check_named(option, wanted, NULL, &at, error);
    for (size_t k = 0; checks_paper(own) && paper[k]; k++)
        at.claims++;
    for (size_t k = 0; status == STATUS_OK && checks_paper(own) && paper[k]; k++)
        status = check(ledger, paper[k], &at, error);
    if (status == STATUS_OK && wanted)
        status = check_named(option, wanted, ledger, &at, error);
    return status;
}

/* Makes a table of the claims that were checked before a signal. */
static void tell_checked(const struct ledger *ledger, const char *options,
                         struct table *table)
{
    struct error ignored;
    interrupt_hold();
    if (ledger_table(ledger, options, table, &ignored) != STATUS_OK)
        table_free(table);
    interrupt_release();
}

/* The ledger of the claims asked for, as a table or in words. */
static int check_and_tell(const struct verify_request *own, struct ledger *ledger,
                          struct table *table, struct error *error)
{
    struct text options = {0};
    add_options(&own->request.sampling, &options);
    int status = text_check(&options, "the options", error);
    if (status != STATUS_OK)
        goto out;
    status = check_claims(own, ledger, error);
    if (status == STATUS_INTERRUPTED)
        tell_checked(ledger, text_get(&options), table);
    if (status != STATUS_OK)
        goto out;
    status = ledger_table(ledger, text_get(&options), table, error);
    if (status == STATUS_OK && own->explain)
        status = explain(ledger, text_get(&options), &table->prose, error);
    if (status == STATUS_OK && (tells_decided(own) || own->paper == CLAIMS_ANALOGUES))
        status = findings_tell(ledger, &table->closing, error);
    if (status == STATUS_OK)
        status = tell_counts(ledger, &table->closing, error);
    if (status == STATUS_OK && tells_decided(own))
        status =
            tell_decided(ledger, own->explain ? &table->prose : &table->closing, error);
out:
    text_free(&options);
    return status;
}

static int list(const struct verify_request *own, struct table *table,
                struct error *error)
{
    const enum claims_paper shown = own->paper_given ? own->paper : CLAIMS_LISTED;
    const int status =
        own->claims ? check_named("claim", own->claims, NULL, NULL, error) : STATUS_OK;
    return status == STATUS_OK ? list_claims(shown, table, error) : status;
}

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    const struct verify_request *own = (const struct verify_request *)request;
    struct sampling sampling = request->sampling;
    if (!sampling.precision_given)
        sampling.fine = FINE_PRECISION;
    struct ledger ledger = {
        .sampling = &sampling,
        .max_samples = request->sampling.max_samples,
        .cut = &request->session.stopped,
    };
    int status = check_request(own, error);
    if (status == STATUS_OK)
        status = own->list ? list(own, table, error)
                           : check_and_tell(own, &ledger, table, error);
    *tally = ledger_tally(&ledger);
    tally->strict = own->strict;
    tally->unsampled_is_ok = true;
    ledger_free(&ledger);
    return status;
}

static const struct program program = {
    .name = "pnm-verify",
    .title = "check every claim of the paper",
    .summary =
        "Holds the claims of the paper on positive-negative momentum (Xie et al., ICML "
        "2021), of its neighbours or of a paper on momentum, against exact theory and "
        "simulation and prints the ledger.",
    .notes =
        "paper_verdict tells whether the printed claim holds, exact_verdict whether "
        "measurement and our exact value agree. That the paper is contradicted is a "
        "finding, not an error. form tells where a row's paper value comes from: the "
        "printed formula, the intended one (a misprint mended as the paper's own proof "
        "shows), the corrected one, or a formula to first order at a finite step, of "
        "which nothing is claimed. variable is what tends to 0 in a limit, deviation "
        "is (paper - exact)/exact, and command repeats the row. samples are the "
        "coordinate-steps that a measured value took, and plain_samples those that it "
        "takes for the same error without control variates. source is the paper whose "
        "claim it is, as --paper names it. The precision is 0.1 %, or 0.02 % where "
        "control variates give that for no more steps than 0.1 % takes without them; "
        "--precision sets it for all rows. A row of an analogue has the difference of "
        "two rules' test errors in points as measured, and whether the first is "
        "better, the same, worse or inconclusive as exact_verdict; --max-samples "
        "bounds the replicas that it trains. A table of several claims ends by "
        "counting claims and rows, that of the whole paper with findings in words "
        "before.",
    .groups = OPTIONS_SAMPLING | OPTIONS_OUTPUT,
    .judges = true,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .request_size = sizeof(struct verify_request),
    .answer = answer,
    .max_samples = "2e9",
    .examples = examples,
    .main = "claim|paper|explain|list",
    .see_also =
        "pnm-bound pnm-convergence pnm-noise pnm-pacbayes pnm-stability pnm-stationary",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
