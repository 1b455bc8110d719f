/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_failures.c: what fails within a claim's check is what the check returns.
 *
 * Every claim is checked once. Wherever it allocates memory, or reads a rule, on a way
 * (a stack of calls) that it has not gone before, the process forks, and in the child
 * just that fails: the check must then return that failure, with its message, and have
 * freed all that it allocated. The parent goes on as if nothing had been, so that all
 * failures together take little longer than the checks. */
#define _GNU_SOURCE
#include "check.h"

#include "claims/claims.h"
#include "verdict/ledger.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <gsl/gsl_errno.h>
#include <sys/wait.h>

/* The rules' texts are read by the library's own function, under another name. */
int rule_read(struct rule *rule, struct error *error, const char *format, ...);
#define rule_from rule_read
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
    bool child;   /* in which something has failed */
    bool of_gsl;  /* which then does not free what it allocated before */
    int expected; /* status */
    long blocks;  /* allocated and not freed since the check began */
    uint64_t way[WAYS];
    size_t ways, wrong;
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

/* Is asked before each allocation and each rule: whether that fails in this process. */
static bool fails(int status)
{
    void *calls[DEEPEST];
    Dl_info caller = {.dli_fname = ""};
    if (!now.watched || now.child)
        return false;
    now.watched = false;
    const int depth = backtrace(calls, DEEPEST);
    /* Other libraries have ends of their own: libgomp prints and exits. */
    dladdr(calls[2], &caller);
    const bool of_gsl = strstr(caller.dli_fname, "libgsl.");
    if ((of_gsl || !strstr(caller.dli_fname, ".so")) && is_new_way(calls, depth)) {
        int ended = 0;
        fflush(NULL);
        const pid_t child = fork();
        if (child == 0) {
            now.child = true;
            now.of_gsl = of_gsl;
            now.expected = status;
            errno = ENOMEM;
            return true;
        }
        if (child < 0 || waitpid(child, &ended, 0) != child || ended != 0)
            now.wrong++;
    }
    now.watched = true;
    return false;
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

/* Claims whose exact values alone take half a second or more. */
static bool takes_long(const struct claim *claim)
{
    static const char *const ids[] = {"eq10",        "thm3.1",  "worst-case-noise",
                                      "eq18-19-net", "tails",   "eq21",
                                      "eq22",        "default", "lemma-A3"};
    for (size_t k = 0; k < sizeof ids / sizeof *ids; k++)
        if (strcmp(claim->id, ids[k]) == 0)
            return true;
    return false;
}

static void check_claim(const struct claim *claim)
{
    struct sampling sampling = check_sampling(1, 0.2);
    struct ledger ledger = {.sampling = &sampling, .max_samples = 1};
    struct error error = {.text = ""};
    sampling.threads = 1;
    sampling.max_samples = 1;
    sampling.max_samples_given = true;
    sampling.exact_only = true;
    now.ways = 0;
    now.blocks = 0;
    now.watched = true;
    const int status = ledger_check(&ledger, claim, &error);
    now.watched = false;
    ledger_free(&ledger);
    if (now.child) {
        const char *wrong = wrong_end(status, &error);
        if (wrong)
            print_error("%s: %s (status %d, %ld blocks): %s\n", claim->id, wrong,
                        status, now.blocks, error.text);
        exit(wrong != NULL);
    }
    CHECK_OK(status, &error);
}

static void claims_return_what_fails(void **state)
{
    (void)state;
    for (const struct claim *const *claim = claims_of(CLAIMS_LISTED); *claim; claim++)
        if (!takes_long(*claim))
            check_claim(*claim);
    CHECK(now.wrong == 0, "%zu failures ended in another way", now.wrong);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_return_what_fails),
    };
    void *calls[DEEPEST];
    backtrace(calls, DEEPEST);      /* it loads a library, the first time */
#pragma omp parallel num_threads(1) /* and OpenMP allocates what it keeps */
    now.wrong = 0;
    gsl_set_error_handler_off();
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
