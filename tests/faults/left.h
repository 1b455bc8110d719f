/* SPDX-License-Identifier: GPL-3.0-or-later */
/* left.h: whether the program that a library is loaded before has come to the end of
 * its main. What is called then, as the writing of the counts of make coverage, is not
 * the program's, and no fault is for it. To be included by one file of a library, which
 * must be linked with -ldl and have _GNU_SOURCE. */
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
