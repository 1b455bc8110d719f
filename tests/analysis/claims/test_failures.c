/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_failures.c: what fails within a claim's check is what the check returns.
 *
 * Every claim is checked once. Wherever it allocates memory, or reads a rule, on a way
 * (a stack of calls) that it has not gone before, the process forks, and in the child
 * just that fails: the check must then return that failure, with its message, and have
 * freed all that it allocated. The parent goes on as if nothing had been, so that all
 * failures together take little longer than the checks. Of a claim that takes long, the
 * parent goes a given number of ways; the next one fails there too. */
#include "memory.h"

#include "claims/claims.h"
#include "claims/eq18_19_net.h"
#include "claims/shared/claim_descent.h"
#include "claims/shared/network_chains.h"
#include "verdict/ledger.h"

#include <gsl/gsl_errno.h>

/* The rules' texts are read by the library's own function, under another name. */
int rule_read(struct rule *rule, struct error *error, const char *format, ...);
#define rule_from rule_read
/* NOLINTNEXTLINE(bugprone-suspicious-include): it has another name here */
#include "../../../sim/rules/rule_from.c"
#undef rule_from

static bool rule_failed; /* it was a rule that failed, not an allocation */

int rule_from(struct rule *rule, struct error *error, const char *format, ...)
{
    char text[LONGEST_TEXT];
    va_list arguments;
    if (memory_fails(MEMORY_OURS)) {
        rule_failed = true;
        return error_set(error, STATUS_USAGE, "a rule that cannot be read");
    }
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return rule_read(rule, error, "%s", text);
}

/* What is wrong with how a check ended; NULL: nothing. */
static const char *wrong_end(int status, long kept, const struct error *error)
{
    const int expected = rule_failed     ? STATUS_USAGE
                         : memory.failed ? STATUS_MEMORY
                                         : STATUS_OK;
    if (status != expected)
        return "another status";
    if (status == STATUS_MEMORY && !strstr(error->text, "memory"))
        return "the message does not name the memory";
    if (status == STATUS_USAGE &&
        strcmp(error->text, "a rule that cannot be read") != 0)
        return "another message";
    return kept != 0 ? "not all is freed" : NULL;
}

/* Checks the claim with little or no sampling, at most `most` ways in one process. */
static void check_claim(const struct claim *claim, uint64_t chains, double samples,
                        size_t most)
{
    struct sampling sampling = check_sampling(1, 0.2);
    struct ledger ledger = {.sampling = &sampling, .max_samples = samples};
    struct error error = {.text = ""};
    const pid_t parent = getpid();
    if (!MEMORY_FAILS && most < MEMORY_WAYS)
        return; /* nothing would end it early */
    sampling.threads = 1;
    sampling.chains = chains;
    sampling.max_samples = samples;
    sampling.max_samples_given = true;
    sampling.exact_only = chains == 0;
    rule_failed = false;
    memory_watch_forking(most);
    const int status = ledger_check(&ledger, claim, &error);
    ledger_free(&ledger);
    const long kept = memory_stop();
    const char *wrong = wrong_end(status, kept, &error);
    if (wrong)
        print_error("%s: %s (status %d, %ld blocks): %s\n", claim->id, wrong, status,
                    kept, error.text);
    if (getpid() != parent)
        exit(wrong != NULL);
    memory.wrong += wrong != NULL;
}

/* Claims whose exact values alone take long, with the ways that they go in less than a
 * tenth of a second. */
static const struct {
    const char *id;
    size_t ways;
} long_claims[] = {
    {"cap", 2},
    {"default", 8},
    {"eq10", 8},
    {"eq18-19-net", 12},
    {"eq21", 10},
    {"eq22", 9},
    {"lemma-A2", 8},
    {"lemma-A3", 8},
    {"lemmas-sharp", 120},
    {"stability", 2},
    {"tails", 300},
    {"thm3.1", 8},
    {"thm4.2", 1},
    {"worst-case-noise", 106},
};

static size_t ways_of(const struct claim *claim)
{
    for (size_t k = 0; k < sizeof long_claims / sizeof *long_claims; k++)
        if (strcmp(claim->id, long_claims[k].id) == 0)
            return long_claims[k].ways;
    return MEMORY_WAYS;
}

static void claims_return_what_fails(void **state)
{
    (void)state;
    for (const struct claim *const *claim = claims_of(CLAIMS_LISTED); *claim; claim++)
        check_claim(*claim, 0, 1, ways_of(*claim));
    CHECK(memory.wrong == 0, "%zu failures ended in another way", memory.wrong);
}

/* With one chain or two. */
static void sampled_claims_return_what_fails(void **state)
{
    static const struct {
        const char *id;
        uint64_t chains;
        double samples;
        size_t ways;
    } sampled[] = {{"eq9", 2, 1e7, MEMORY_WAYS},
                   {"faster", 2, 1e7, MEMORY_WAYS},
                   {"jl-energy", 1, 1e7, MEMORY_WAYS},
                   {"rate", 2, 1e9, 5}};
    (void)state;
    for (size_t k = 0; k < sizeof sampled / sizeof *sampled; k++)
        for (const struct claim *const *claim = claims_all(); *claim; claim++)
            if (strcmp((*claim)->id, sampled[k].id) == 0)
                check_claim(*claim, sampled[k].chains, sampled[k].samples,
                            sampled[k].ways);
    CHECK(memory.wrong == 0, "%zu failures ended in another way", memory.wrong);
}

static int run_network(struct ledger *ledger, const struct claim *claim,
                       struct error *error)
{
    struct network_run run = {.draws = 1, .steps = 2, .stride = 1};
    struct network_record *record = calloc(1, sizeof *record);
    struct minibatch_noise *noise = NULL;
    struct net_setting setting;
    bool done = false;
    int status = record ? rule_from(&run.rule, error, "sgd lr=0.1")
                        : error_memory(error, "a record");
    if (status == STATUS_OK)
        status =
            minibatch_noise_make(ledger->sampling, MINIBATCH_RANDOM, &noise, error);
    if (status == STATUS_OK)
        status = net_setting_make(ledger->sampling, noise, 0, 0, &setting, error);
    if (status == STATUS_OK)
        status = network_chains_run(ledger->sampling, claim->id, noise, &run, 1, record,
                                    &done, error);
    free(noise);
    free(record);
    return status;
}

static int run_bound(struct ledger *ledger, const struct claim *claim,
                     struct error *error)
{
    static const double one = 1, rate = 0.1, horizon = 8;
    const struct claim_grid grid = {{&one, 1},       {&rate, 1}, {&rate, 1},
                                    {&one, 1},       {&one, 1},  {&horizon, 1},
                                    .evaluations = 2};
    return claim_descent_bound(ledger, claim, BOUND_LEMMA_A2, &grid, error);
}

/* What claims share, where the claims themselves take long. */
static void shared_checks_return_what_fails(void **state)
{
    static const struct claim checks[] = {{.id = "a network", .check = run_network},
                                          {.id = "a bound", .check = run_bound}};
    (void)state;
    for (int k = 0; k < 2; k++) {
        check_claim(&checks[k], 0, 1, MEMORY_WAYS);
        CHECK(!MEMORY_FAILS || memory.ways > 5, "%zu ways", memory.ways);
    }
    CHECK(memory.wrong == 0, "%zu failures ended in another way", memory.wrong);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_return_what_fails),
        cmocka_unit_test(sampled_claims_return_what_fails),
        cmocka_unit_test(shared_checks_return_what_fails),
    };
#pragma omp parallel num_threads(1) /* OpenMP allocates what it keeps */
    memory.wrong = 0;
    gsl_set_error_handler_off();
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
