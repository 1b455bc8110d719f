/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_failures.c: what fails within a claim's check is what the check returns.
 *
 * Every claim is checked once. Wherever it allocates memory, or reads a rule, on a way
 * (a stack of calls) that it has not gone before, the process forks, and in the child
 * just that fails: the check must then return that failure, with its message, and have
 * freed all that it allocated. The parent goes on as if nothing had been, so that all
 * failures together take little longer than the checks. Of a claim that takes long, the
 * parent goes a given number of ways; the next one fails there too. */
#define _GNU_SOURCE
#include "check.h"

#include "claims/claims.h"
#include "claims/eq18_19_net.h"
#include "claims/shared/claim_descent.h"
#include "claims/shared/network_chains.h"
#include "verdict/ledger.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <gsl/gsl_errno.h>
#include <sys/wait.h>

/* The rules' texts are read by the library's own function, under another name. */
int rule_read(struct rule *rule, struct error *error, const char *format, ...);
#define rule_from rule_read
/* NOLINTNEXTLINE(bugprone-suspicious-include): it has another name here */
#include "../../../sim/rules/rule_from.c"
#undef rule_from

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

enum { DEEPEST = 40, WAYS = 1 << 12 };

static struct {
    bool watched; /* whether a check is running that may fail */
    bool failed;  /* something has: no more does */
    bool of_gsl;  /* which then does not free what it allocated before */
    int expected; /* status */
    long blocks;  /* allocated and not freed since the check began */
    uint64_t way[WAYS];
    size_t ways, most, wrong; /* ways gone, and the most in this process */
} now;

/* Whether the stack of calls is one for the first time. */
static bool is_new_way(void *const *calls, int depth)
{
    uint64_t way = 14695981039346656037u;
    for (int k = 0; k < depth; k++)
        way = (way ^ (uintptr_t)calls[k]) * 1099511628211u;
    for (size_t k = 0; k < now.ways; k++)
        if (now.way[k] == way)
            return false;
    if (now.ways == WAYS)
        abort();
    now.way[now.ways++] = way;
    return true;
}

/* Lets a child fail in what is asked for; false in the parent, when the child has
 * ended.
 */
static bool fails_in_child(void)
{
    int ended = 0;
    fflush(NULL);
    const pid_t child = fork();
    if (child > 0 && waitpid(child, &ended, 0) == child && ended == 0)
        return false;
    now.wrong += child != 0;
    return child == 0;
}

/* Is asked before each allocation and each rule: whether that fails in this process. */
__attribute__((noinline)) static bool fails(int status)
{
    void *calls[DEEPEST];
    Dl_info caller = {.dli_fname = ""};
    if (!now.watched || now.failed)
        return false;
    now.watched = false;
    const int depth = backtrace(calls, DEEPEST);
    /* Other libraries have ends of their own: libgomp prints and exits. */
    dladdr(calls[2], &caller);
    const bool of_gsl = strstr(caller.dli_fname, "libgsl.");
    if ((of_gsl || !strstr(caller.dli_fname, ".so")) && is_new_way(calls, depth) &&
        (now.ways > now.most || fails_in_child())) {
        now.failed = true;
        now.of_gsl = of_gsl;
        now.expected = status;
        errno = ENOMEM;
    }
    now.watched = true;
    return now.failed;
}

static void *counted(void *block)
{
    now.blocks += block != NULL;
    return block;
}

void *malloc(size_t size)
{
    return fails(STATUS_MEMORY) ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return fails(STATUS_MEMORY) ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    if (fails(STATUS_MEMORY))
        return NULL;
    now.blocks -= block != NULL;
    return counted(__libc_realloc(block, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails(STATUS_MEMORY) ? NULL : counted(__libc_memalign(alignment, size));
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = counted(__libc_memalign(alignment, size));
    return *block ? 0 : ENOMEM;
}

void *memalign(size_t alignment, size_t size)
{
    return counted(__libc_memalign(alignment, size));
}

void free(void *block)
{
    now.blocks -= block != NULL;
    __libc_free(block);
}

int rule_from(struct rule *rule, struct error *error, const char *format, ...)
{
    char text[LONGEST_TEXT];
    va_list arguments;
    if (fails(STATUS_USAGE))
        return error_set(error, STATUS_USAGE, "a rule that cannot be read");
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return rule_read(rule, error, "%s", text);
}

/* What is wrong with how a check ended in which something has failed; NULL: nothing. */
static const char *wrong_end(int status, const struct error *error)
{
    if (status != now.expected)
        return "another status";
    if (status == STATUS_MEMORY && !strstr(error->text, "memory"))
        return "the message does not name the memory";
    if (status == STATUS_USAGE &&
        strcmp(error->text, "a rule that cannot be read") != 0)
        return "another message";
    if (now.blocks != 0 && !now.of_gsl)
        return "not all is freed";
    return NULL;
}

/* Checks the claim with little or no sampling, at most `most` ways in one process. */
static void check_claim(const struct claim *claim, uint64_t chains, double samples,
                        size_t most)
{
    struct sampling sampling = check_sampling(1, 0.2);
    struct ledger ledger = {.sampling = &sampling, .max_samples = samples};
    struct error error = {.text = ""};
    const pid_t parent = getpid();
    sampling.threads = 1;
    sampling.chains = chains;
    sampling.max_samples = samples;
    sampling.max_samples_given = true;
    sampling.exact_only = chains == 0;
    now.ways = 0;
    now.most = most;
    now.blocks = 0;
    now.failed = false;
    now.expected = STATUS_OK;
    now.watched = true;
    const int status = ledger_check(&ledger, claim, &error);
    now.watched = false;
    ledger_free(&ledger);
    const char *wrong = wrong_end(status, &error);
    if (wrong)
        print_error("%s: %s (status %d, %ld blocks): %s\n", claim->id, wrong, status,
                    now.blocks, error.text);
    if (getpid() != parent)
        exit(wrong != NULL);
    now.wrong += wrong != NULL;
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
    return WAYS;
}

static void claims_return_what_fails(void **state)
{
    (void)state;
    for (const struct claim *const *claim = claims_of(CLAIMS_LISTED); *claim; claim++)
        check_claim(*claim, 0, 1, ways_of(*claim));
    CHECK(now.wrong == 0, "%zu failures ended in another way", now.wrong);
}

/* With one chain or two. */
static void sampled_claims_return_what_fails(void **state)
{
    static const struct {
        const char *id;
        uint64_t chains;
        double samples;
        size_t ways;
    } sampled[] = {{"eq9", 2, 1e7, WAYS},
                   {"faster", 2, 1e7, WAYS},
                   {"jl-energy", 1, 1e7, WAYS},
                   {"rate", 2, 1e9, 5}};
    (void)state;
    for (size_t k = 0; k < sizeof sampled / sizeof *sampled; k++)
        for (const struct claim *const *claim = claims_all(); *claim; claim++)
            if (strcmp((*claim)->id, sampled[k].id) == 0)
                check_claim(*claim, sampled[k].chains, sampled[k].samples,
                            sampled[k].ways);
    CHECK(now.wrong == 0, "%zu failures ended in another way", now.wrong);
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
        check_claim(&checks[k], 0, 1, WAYS);
        CHECK(now.ways > 5, "%zu ways", now.ways);
    }
    CHECK(now.wrong == 0, "%zu failures ended in another way", now.wrong);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_return_what_fails),
        cmocka_unit_test(sampled_claims_return_what_fails),
        cmocka_unit_test(shared_checks_return_what_fails),
    };
    void *calls[DEEPEST];
    backtrace(calls, DEEPEST);      /* it loads a library, the first time */
#pragma omp parallel num_threads(1) /* and OpenMP allocates what it keeps */
    now.wrong = 0;
    gsl_set_error_handler_off();
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
