/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memory.h: lets each allocation of a function fail in turn. It defines malloc, calloc,
 * realloc, free and others, so one file of a test program includes it. All that is
 * watched is on one thread.
 *
 * There are two ways of use: the function runs again for each of its allocations, which
 * then fails (check_memory; or memory_watch with a number, or with one of memory.at);
 * or it runs once, and at each way to an allocation, a stack of calls, that was not
 * gone before, the process forks, and the allocation fails in the child
 * (memory_watch_forking). The second is for what runs long.
 *
 * Under a sanitizer that has an allocator of its own nothing fails or is counted. */
#ifndef PNM_MEMORY_H
#define PNM_MEMORY_H

#define _GNU_SOURCE
#include "check.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <sys/wait.h>

#define MEMORY_FAILS true
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_HWADDRESS__) ||                \
    defined(__SANITIZE_THREAD__)
#undef MEMORY_FAILS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(hwaddress_sanitizer) ||          \
    __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer) ||              \
    __has_feature(leak_sanitizer) || __has_feature(dataflow_sanitizer)
#undef MEMORY_FAILS
#endif
#endif

enum { MEMORY_WAYS = 1 << 12, MEMORY_DEPTH = 48, MEMORY_OF_GSL = 1 << 12 };

/* Who asks for memory. Only allocations of the first two fail: streams of the C library
 * do without a buffer, and other libraries have ends of their own. */
enum memory_caller {
    MEMORY_OURS, /* the program, and jansson, which returns what fails in it */
    MEMORY_GSL,
    MEMORY_OTHERS
};

static struct {
    bool watched;           /* whether allocations are counted now */
    bool forks;             /* at each new way */
    bool failed;            /* one has: no more does */
    bool gsl_failed;        /* in GSL, which then keeps what it has allocated */
    unsigned made, failing; /* the one that fails, from 1 on; 0: none */
    long kept; /* blocks that were allocated and not freed, apart from GSL's */
    void *of_gsl[MEMORY_OF_GSL];
    size_t gsl_count;
    /* Allocations on ways that were not gone before. */
    uint64_t way[MEMORY_WAYS];
    unsigned at[MEMORY_WAYS];
    size_t ways, most; /* ways gone, and how many to fork at; the next fails here */
    size_t wrong;      /* children that did not end with 0, in all */
} memory;

/* --- what fails ------------------------------------------------------------------- */

/* Whether the stack of calls is one for the first time; notes the allocation if so. */
static inline bool memory_is_new_way(void)
{
    void *calls[MEMORY_DEPTH];
    const int depth = backtrace(calls, MEMORY_DEPTH);
    uint64_t way = 14695981039346656037u;
    for (int k = 0; k < depth; k++)
        way = (way ^ (uintptr_t)calls[k]) * 1099511628211u;
    for (size_t k = 0; k < memory.ways; k++)
        if (memory.way[k] == way)
            return false;
    if (memory.ways == MEMORY_WAYS)
        abort();
    memory.way[memory.ways] = way;
    memory.at[memory.ways++] = memory.made;
    return true;
}

/* True in a child of the process; false in the parent, when the child has ended. */
static inline bool memory_fork(void)
{
    int ended = 0;
    memory.watched = false;
    fflush(NULL);
    const pid_t child = fork();
    memory.watched = true;
    if (child == 0)
        return true;
    memory.wrong += child < 0 || waitpid(child, &ended, 0) != child || ended != 0;
    return false;
}

/* Whether what is asked for now fails. Each allocation asks it; a test may ask it where
 * something else than memory can fail. */
static inline bool memory_fails(enum memory_caller caller)
{
    if (!memory.watched || memory.failed || caller == MEMORY_OTHERS)
        return false;
    memory.made++;
    if (memory.failing > 0)
        memory.failed = memory.made == memory.failing;
    else
        memory.failed = memory_is_new_way() && memory.forks &&
                        (memory.ways > memory.most || memory_fork());
    memory.gsl_failed = memory.failed && caller == MEMORY_GSL;
    return memory.failed;
}

/* --- the allocator ---------------------------------------------------------------- */

#ifdef MEMORY_FAILS

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static enum memory_caller memory_caller(const void *address)
{
    Dl_info of;
    if (!memory.watched)
        return MEMORY_OTHERS;
    if (dladdr(address, &of) == 0)
        return MEMORY_OURS;
    if (strstr(of.dli_fname, "libgsl."))
        return MEMORY_GSL;
    return strstr(of.dli_fname, ".so") && !strstr(of.dli_fname, "libjansson.")
               ? MEMORY_OTHERS
               : MEMORY_OURS;
}

#define MEMORY_CALLER memory_caller(__builtin_return_address(0))

static bool memory_refuses(enum memory_caller caller)
{
    const bool fails = memory_fails(caller);
    if (fails)
        errno = ENOMEM;
    return fails;
}

static void *memory_counted(enum memory_caller caller, void *block)
{
    if (!memory.watched || !block)
        return block;
    if (caller != MEMORY_GSL)
        memory.kept++;
    else if (memory.gsl_count < MEMORY_OF_GSL)
        memory.of_gsl[memory.gsl_count++] = block;
    else
        abort();
    return block;
}

static void memory_forget(const void *block)
{
    if (!memory.watched || !block)
        return;
    for (size_t k = memory.gsl_count; k-- > 0;)
        if (memory.of_gsl[k] == block) {
            memory.of_gsl[k] = memory.of_gsl[--memory.gsl_count];
            return;
        }
    memory.kept--;
}

void *malloc(size_t size)
{
    const enum memory_caller caller = MEMORY_CALLER;
    return memory_refuses(caller) ? NULL : memory_counted(caller, __libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    const enum memory_caller caller = MEMORY_CALLER;
    return memory_refuses(caller) ? NULL
                                  : memory_counted(caller, __libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    const enum memory_caller caller = MEMORY_CALLER;
    if (memory_refuses(caller))
        return NULL;
    memory_forget(block);
    return memory_counted(caller, __libc_realloc(block, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    const enum memory_caller caller = MEMORY_CALLER;
    return memory_refuses(caller)
               ? NULL
               : memory_counted(caller, __libc_memalign(alignment, size));
}

void *memalign(size_t alignment, size_t size)
{
    return memory_counted(MEMORY_CALLER, __libc_memalign(alignment, size));
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    const enum memory_caller caller = MEMORY_CALLER;
    if (memory_refuses(caller))
        return ENOMEM;
    *block = memory_counted(caller, __libc_memalign(alignment, size));
    return *block ? 0 : ENOMEM;
}

char *strndup(const char *text, size_t most)
{
    const size_t length = strnlen(text, most);
    char *const copy = malloc(length + 1);
    if (!copy)
        return NULL;
    copy[length] = '\0';
    return memcpy(copy, text, length);
}

char *strdup(const char *text)
{
    return strndup(text, strlen(text));
}

void free(void *block)
{
    memory_forget(block);
    __libc_free(block);
}

#else
#define MEMORY_FAILS false
#endif

/* --- its use ---------------------------------------------------------------------- */

/* Watches allocations from here on, of which number `failing` fails; 0: none, and the
 * numbers of the first on each way are listed in memory.at. */
static inline void memory_watch(unsigned failing)
{
    void *calls[1];
    backtrace(calls, 1); /* the first call loads a library */
    memory.made = 0;
    memory.failing = failing;
    memory.failed = memory.gsl_failed = memory.forks = false;
    memory.kept = 0;
    memory.gsl_count = 0;
    memory.ways = failing > 0 ? memory.ways : 0;
    memory.watched = MEMORY_FAILS;
}

/* Watches allocations, and forks at the first `most` ways, each of which fails in its
 * child; the next fails in this process. The child has to end with 0 if all is well
 * with it; memory.wrong counts those that do not. */
static inline void memory_watch_forking(size_t most)
{
    memory_watch(0);
    memory.forks = true;
    memory.most = most;
}

/* Ends watching. Returns how many blocks were not freed since it began. */
static inline long memory_stop(void)
{
    memory.watched = false;
    return memory.kept + (memory.gsl_failed ? 0 : (long)memory.gsl_count);
}

/* Calls a function that returns a status, and frees what it made, until none of its
 * allocations is left to fail; `name` is what a failure of the test calls it. With all
 * memory it returns `otherwise`, and if one has failed STATUS_MEMORY or, where nothing
 * depends on that one, `otherwise`, which then is not STATUS_OK; nothing may be left of
 * what it allocated. */
static inline void check_memory_or(const char *name,
                                   int (*function)(void *context, struct error *error),
                                   void *context, int otherwise)
{
    for (unsigned failing = 1; failing == 1 || memory.failed; failing++) {
        struct error error = {.text = ""};
        memory_watch(failing);
        const int status = function(context, &error);
        const long kept = memory_stop();
        CHECK(status == otherwise || (memory.failed && status == STATUS_MEMORY &&
                                      strstr(error.text, "not enough memory")),
              "%s, allocation %u: status %d, '%s'", name, failing, status, error.text);
        CHECK(kept == 0, "%s, allocation %u: %ld blocks are kept", name, failing, kept);
        CHECK(!memory.failed || status != STATUS_OK,
              "%s, allocation %u: it succeeds without memory", name, failing);
    }
}

/* The same of a function that succeeds with all memory, and only then. */
static inline void check_memory(const char *name,
                                int (*function)(void *context, struct error *error),
                                void *context)
{
    check_memory_or(name, function, context, STATUS_OK);
}

#endif
