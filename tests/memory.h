/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memory.h: lets each allocation of a function fail in turn. It defines malloc, calloc,
 * realloc and free, so one file of a test program includes it.
 *
 * Under a sanitizer, which has an allocator of its own, nothing fails. */
#ifndef PNM_MEMORY_H
#define PNM_MEMORY_H

#define _GNU_SOURCE
#include "check.h"

#include <dlfcn.h>
#include <errno.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_FAILS false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MEMORY_FAILS false
#endif
#endif

static struct {
    bool watched;           /* whether allocations are counted now */
    unsigned made, failing; /* the one that fails, from 1 on */
    long kept;              /* blocks that were allocated and not freed */
    bool of_gsl; /* it failed in GSL, which then does not free what it has allocated */
} memory;

#ifndef MEMORY_FAILS
#define MEMORY_FAILS true

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

/* Whether the allocation asked for at `caller` is the one that fails. Those of the C
 * library do not: its streams do without a buffer. */
static bool memory_fails(const void *caller)
{
    Dl_info of;
    if (!memory.watched)
        return false;
    memory.watched = false;
    const bool of_library = dladdr(caller, &of) && strstr(of.dli_fname, "libc.so");
    const bool fails = !of_library && ++memory.made == memory.failing;
    if (fails) {
        memory.of_gsl = strstr(of.dli_fname, "libgsl");
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

void free(void *block)
{
    memory.kept -= memory.watched && block;
    __libc_free(block);
}
#endif

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
        memory.made = 0;
        memory.failing = ++failing;
        memory.kept = 0;
        memory.of_gsl = false;
        memory.watched = true;
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
