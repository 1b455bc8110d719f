/* SPDX-License-Identifier: GPL-3.0-or-later */
/* left.h: tells a library that is loaded before a program whether the program's main
 * function has returned. The calls behind it, such as those that write the counts of
 * make coverage, are not the program's own, and none of them shall fail. One file of a
 * library includes it; it needs _GNU_SOURCE and -ldl. */
#ifndef LEFT_H
#define LEFT_H

#include <dlfcn.h>
#include <stdbool.h>

typedef int main_function(int count, char **words, char **environment);

static main_function *program_main;
static bool main_left;

static int main_until_left(int count, char **words, char **environment)
{
    const int status = program_main(count, words, environment);
    main_left = true;
    return status;
}

/* What the C library begins a program with. */
int __libc_start_main(main_function *, int, char **, void (*)(void), void (*)(void),
                      void (*)(void), void *);

int __libc_start_main(main_function *program, int count, char **words,
                      void (*init)(void), void (*fini)(void), void (*linker_fini)(void),
                      void *stack_end)
{
    __typeof__(&__libc_start_main) start =
        __extension__(__typeof__(start)) dlsym(RTLD_NEXT, "__libc_start_main");
    program_main = program;
    return start(main_until_left, count, words, init, fini, linker_fini, stack_end);
}

#endif
