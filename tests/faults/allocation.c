/* SPDX-License-Identifier: GPL-3.0-or-later */
/* allocation.c: a library that a test loads before the C library, so that memory runs
 * out:
 *
 *     LD_PRELOAD=build/tests/allocation.so PNM_ALLOCATION=7 pnm-simulate ...
 *
 * fails the 7th allocation of the run, counted from the loading of the program to the
 * end of its main; "7+" fails that one and all after it, "0" none. With
 * PNM_ALLOCATION_LOG=FILE, one line is added to FILE when the program ends by itself:
 * how many allocations it made, how many of them failed, and how many blocks the
 * program or GSL allocated (other libraries keep what they will) and did not free.
 * Blocks of GSL do not count if it was GSL that found no memory: its functions that
 * allocate several blocks then do not free the first ones.
 *
 * With PNM_ALLOCATION_PLACES=FILE, a line "WHICH PLACE" is added to FILE for each
 * allocation: its number, and a number of the place in the program's code that it is
 * made from, which is that of the innermost calls of the program's own functions.
 *
 * Programs of other names, as gnuplot, are left alone. */
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "left.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

/* So many calls make a place: a helper that allocates, a helper that calls it, and a
 * function with a meaning of its own. */
enum { RANGES = 32, BLOCKS = 1 << 18, FRAMES = 24, DEPTH = 3 };

static struct range {
    uintptr_t from, to;
    bool of_gsl;
} ranges[RANGES]; /* the code of the program and of GSL */
static size_t range_count;

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static unsigned long made, failed, first, last;
static const char *log_file;
static bool counting;
static FILE *places;

/* Blocks of the program and of GSL, hashed by address with linear probing; the last
 * bit, which an address leaves 0, says whether GSL has made it. GONE marks a freed
 * place. */
static uintptr_t *blocks;
static size_t block_count;
static bool gsl_failed;
static const uintptr_t BY_GSL = 1, GONE = 2;

static size_t place_of(uintptr_t block)
{
    return (block >> 4) * 0x9E3779B97F4A7C15u >> 46;
}

/* The range that the caller's code lies in; NULL if it is of another library. */
static const struct range *range_of(const void *caller)
{
    const uintptr_t from = (uintptr_t)caller;
    for (size_t k = 0; k < range_count; k++)
        if (from >= ranges[k].from && from < ranges[k].to)
            return &ranges[k];
    return NULL;
}

static void keep(void *block, const void *caller)
{
    const uintptr_t address = (uintptr_t)block;
    const struct range *range = range_of(caller);
    if (!range || !blocks)
        return;
    if (!block) {
        gsl_failed = gsl_failed || range->of_gsl;
        return;
    }
    size_t at = place_of(address);
    while (blocks[at] > GONE)
        at = (at + 1) % BLOCKS;
    blocks[at] = address | (range->of_gsl ? BY_GSL : 0);
    if (++block_count > BLOCKS / 2)
        abort();
}

static void drop(void *block)
{
    const uintptr_t address = (uintptr_t)block;
    if (!block || !blocks)
        return;
    size_t at = place_of(address);
    while (blocks[at] && (blocks[at] & ~BY_GSL) != address)
        at = (at + 1) % BLOCKS;
    if (!blocks[at])
        return;
    blocks[at] = blocks[(at + 1) % BLOCKS] ? GONE : 0;
    block_count--;
}

/* Lists where the allocation is made; what the listing itself allocates is not the
 * program's. */
static void list_place(void)
{
    void *frame[FRAMES];
    uint64_t place = 0;
    int depth = 0;
    counting = false;
    const int count = backtrace(frame, FRAMES);
    for (int k = 0; k < count && depth < DEPTH; k++) {
        const struct range *range = range_of(frame[k]);
        if (!range || range->of_gsl)
            continue;
        place = (place ^ ((uintptr_t)frame[k] - range->from)) * 0x9E3779B97F4A7C15u;
        place ^= place >> 29;
        depth++;
    }
    fprintf(places, "%lu %016" PRIx64 "\n", made, place);
    counting = true;
}

/* Counts an allocation: does it fail? */
static bool fails(void)
{
    if (!counting || main_left)
        return false;
    made++;
    if (places)
        list_place();
    if (!first || made < first || made > last)
        return false;
    failed++;
    errno = ENOMEM;
    return true;
}

static int find_ranges(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    const bool own = !*info->dlpi_name || strstr(info->dlpi_name, "/libgsl.");
    for (int k = 0; own && k < info->dlpi_phnum && range_count < RANGES; k++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[k];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X))
            continue;
        const uintptr_t from = info->dlpi_addr + part->p_vaddr;
        ranges[range_count++] =
            (struct range){from, from + part->p_memsz, *info->dlpi_name != '\0'};
    }
    return 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *order = getenv("PNM_ALLOCATION");
    char *rest = NULL;
    if (!order || strncmp(program_invocation_short_name, "pnm-", 4) != 0)
        return;
    log_file = getenv("PNM_ALLOCATION_LOG");
    blocks = __libc_calloc(BLOCKS, sizeof *blocks);
    dl_iterate_phdr(find_ranges, NULL);
    first = strtoul(order, &rest, 10);
    last = *rest == '+' ? (unsigned long)-1 : first;
    const char *list = getenv("PNM_ALLOCATION_PLACES");
    void *frame[1];
    places = list ? fopen(list, "a") : NULL;
    if (list && (!places || backtrace(frame, 1) == 0)) /* its first call allocates */
        abort();
    counting = true;
}

__attribute__((destructor)) static void end(void)
{
    char line[128];
    size_t kept = 0;
    if (!counting || !log_file)
        return;
    counting = false;
    if (places && fclose(places) != 0)
        abort();
    for (size_t k = 0; k < BLOCKS; k++)
        kept += blocks[k] > GONE && !(gsl_failed && (blocks[k] & BY_GSL));
    const int length = snprintf(line, sizeof line, "%lu %lu %zu\n", made, failed, kept);
    const int file = open(log_file, O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (file < 0 || write(file, line, (size_t)length) != length)
        abort();
    close(file);
}

void *malloc(size_t size)
{
    pthread_mutex_lock(&lock);
    void *block = fails() ? NULL : __libc_malloc(size);
    keep(block, __builtin_return_address(0));
    pthread_mutex_unlock(&lock);
    return block;
}

void *calloc(size_t count, size_t size)
{
    pthread_mutex_lock(&lock);
    void *block = fails() ? NULL : __libc_calloc(count, size);
    keep(block, __builtin_return_address(0));
    pthread_mutex_unlock(&lock);
    return block;
}

void *realloc(void *block, size_t size)
{
    pthread_mutex_lock(&lock);
    const bool failure = fails();
    if (!failure)
        drop(block);
    void *moved = failure ? NULL : __libc_realloc(block, size);
    keep(moved, __builtin_return_address(0));
    pthread_mutex_unlock(&lock);
    return moved;
}

static void *aligned(size_t alignment, size_t size, const void *caller)
{
    pthread_mutex_lock(&lock);
    void *block = fails() ? NULL : __libc_memalign(alignment, size);
    keep(block, caller);
    pthread_mutex_unlock(&lock);
    return block;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return aligned(alignment, size, __builtin_return_address(0));
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    void *found = aligned(alignment, size, __builtin_return_address(0));
    if (!found)
        return ENOMEM;
    *block = found;
    return 0;
}

void free(void *block)
{
    pthread_mutex_lock(&lock);
    drop(block);
    pthread_mutex_unlock(&lock);
    __libc_free(block);
}
