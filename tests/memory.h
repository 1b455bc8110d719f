/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memory.h: lets each allocation of a function fail in turn. It defines malloc, calloc,
 * realloc, free and others, so one file of a test program includes it.
 *
 * Under a sanitizer, which has an allocator of its own, nothing fails. */
#ifndef PNM_MEMORY_H
#define PNM_MEMORY_H

#define _GNU_SOURCE
#include "check.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_FAILS false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MEMORY_FAILS false
#endif
#endif

enum { MEMORY_WAYS = 1 << 12, MEMORY_DEPTH = 48 };

static struct {
    bool watched;           /* whether allocations are counted now */
    unsigned made, failing; /* the one that fails, from 1 on */
    long kept;              /* blocks that were allocated and not freed */
    bool of_gsl; /* it failed in GSL, which then does not free what it has allocated */
    /* Allocations on ways (stacks of calls) that were not gone before. */
    bool looked; /* for them now */
    uint64_t way[MEMORY_WAYS];
    unsigned at[MEMORY_WAYS];
    size_t ways;
} memory;

#ifndef MEMORY_FAILS
#define MEMORY_FAILS true

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

/* Notes the allocation if it is on a way that was not gone before. */
static void memory_note_way(void)
{
    void *calls[MEMORY_DEPTH];
    const int depth = backtrace(calls, MEMORY_DEPTH);
    uint64_t way = 14695981039346656037u;
    for (int k = 0; k < depth; k++)
        way = (way ^ (uintptr_t)calls[k]) * 1099511628211u;
    for (size_t k = 0; k < memory.ways; k++)
        if (memory.way[k] == way)
            return;
    if (memory.ways == MEMORY_WAYS)
        abort();
    memory.way[memory.ways] = way;
    memory.at[memory.ways++] = memory.made;
}

/* Whether the allocation asked for at `caller` is the one that fails. Only those of the
 * program, of GSL and of jansson do: streams of the C library do without a buffer, and
 * other libraries have ends of their own. */
static bool memory_fails(const void *caller)
{
    Dl_info of;
    if (!memory.watched)
        return false;
    memory.watched = false;
    const bool known = dladdr(caller, &of);
    const bool of_gsl = known && strstr(of.dli_fname, "libgsl.");
    const bool counts = of_gsl || !known || !strstr(of.dli_fname, ".so") ||
                        strstr(of.dli_fname, "libjansson.");
    const bool fails = counts && ++memory.made == memory.failing;
    if (counts && memory.looked)
        memory_note_way();
    if (fails) {
        memory.of_gsl = of_gsl;
        errno = ENOMEM;
    }
    memory.watched = true;
    return fails;
}

static void *memory_counted(void *block)
{
    memory.kept += memory.watched && block;
    return block;
}

void *malloc(size_t size)
{
    return memory_fails(__builtin_return_address(0))
               ? NULL
               : memory_counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return memory_fails(__builtin_return_address(0))
               ? NULL
               : memory_counted(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    if (memory_fails(__builtin_return_address(0)))
        return NULL;
    void *const grown = __libc_realloc(block, size);
    return block ? grown : memory_counted(grown);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memory_fails(__builtin_return_address(0))
               ? NULL
               : memory_counted(__libc_memalign(alignment, size));
}

void *memalign(size_t alignment, size_t size)
{
    return memory_counted(__libc_memalign(alignment, size));
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (memory_fails(__builtin_return_address(0)))
        return ENOMEM;
    *block = memory_counted(__libc_memalign(alignment, size));
    return *block ? 0 : ENOMEM;
}

char *strdup(const char *text)
{
    const size_t size = strlen(text) + 1;
    char *const copy = malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

void free(void *block)
{
    memory.kept -= memory.watched && block;
    __libc_free(block);
}
#endif

/* Watches allocations from here on, of which number `failing` fails; 0: none. */
static inline void memory_watch(unsigned failing)
{
    void *calls[1];
    backtrace(calls, 1); /* the first call loads a library */
    memory.made = 0;
    memory.failing = failing;
    memory.kept = 0;
    memory.of_gsl = false;
    memory.watched = true;
}

/* Calls a function that returns a status, and frees what it made, until none of its
 * allocations is left to fail. With all memory it returns `otherwise`, and if one has
 * failed STATUS_MEMORY or, where nothing depends on that one, `otherwise`; nothing may
 * be left of what it allocated. */
static inline void check_memory_or(int (*function)(void *context, struct error *error),
                                   void *context, int otherwise)
{
    unsigned failing = 0;
    for (bool failed = MEMORY_FAILS; failed;) {
        struct error error = {.text = ""};
        memory_watch(++failing);
        const int status = function(context, &error);
        memory.watched = false;
        failed = memory.made >= failing;
        CHECK(status == otherwise ||
                  (failed && status == STATUS_MEMORY && strstr(error.text, "memory")),
              "allocation %u: status %d, '%s'", failing, status, error.text);
        CHECK(memory.kept == 0 || memory.of_gsl, "allocation %u: %ld blocks are kept",
              failing, memory.kept);
        CHECK(!failed || status != STATUS_OK,
              "allocation %u: it succeeds without memory", failing);
    }
}

/* The same of a function that succeeds with all memory, and only then. */
static inline void check_memory(int (*function)(void *context, struct error *error),
                                void *context)
{
    check_memory_or(function, context, STATUS_OK);
}

#endif
