/* SPDX-License-Identifier: GPL-3.0-or-later */
/* files.h: what the tests of files share: a new folder to work in, a text that is put
 * into a file, and what is found there. */
#ifndef PNM_FILES_H
#define PNM_FILES_H

#include "check.h"

#include <dirent.h>
#include <unistd.h>

/* Setup of a group of tests: a new folder becomes the current one. */
static inline int files_enter(void **state)
{
    static char folder[] = "/tmp/pnm-test-XXXXXX";
    *state = folder;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

/* Its end, which fails if a file is left in the folder. */
static inline int files_leave(void **state)
{
    return chdir("/") == 0 && rmdir(*state) == 0 ? 0 : -1;
}

/* Makes the file at path, or replaces what it holds, which then is the text. */
static inline void files_put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* All that the file at path holds, less than a megabyte, which the caller frees. */
static inline char *files_text(const char *path)
{
    enum { SIZE = 1 << 20 };
    char *text = calloc(SIZE, 1);
    FILE *file = fopen(path, "r");
    assert_non_null(text);
    assert_non_null(file);
    assert_true(fread(text, 1, SIZE - 1, file) < SIZE - 1);
    fclose(file);
    return text;
}

static inline void files_hold(const char *path, const char *expected)
{
    char *text = files_text(path);
    assert_string_equal(text, expected);
    free(text);
}

/* How many names of files in the folder have this part in them; "": all of them. */
static inline int files_named(const char *folder, const char *part)
{
    int count = 0;
    DIR *list = opendir(folder);
    assert_non_null(list);
    for (const struct dirent *entry; (entry = readdir(list));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
                 strstr(entry->d_name, part);
    closedir(list);
    return count;
}

#endif
