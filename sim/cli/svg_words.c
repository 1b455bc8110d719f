/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _POSIX_C_SOURCE 200809L
#include "cli/svg_words.h"

#include "cli/plot_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The words as text of XML. False without memory. */
static bool put_escaped(FILE *to, const char *words)
{
    struct text clean = {0};
    plot_words_clean(words, &clean);
    for (const char *c = text_get(&clean); *c; c++)
        if (*c == '<' || *c == '>' || *c == '&')
            fputs(*c == '<' ? "&lt;" : *c == '>' ? "&gt;" : "&amp;", to);
        else
            fputc(*c, to);
    const bool whole = !clean.failed;
    text_free(&clean);
    return whole;
}

/* Cells of a map have edges, which a picture that is enlarged does not have else. */
static void put_line(FILE *to, const char *line)
{
    const char *image = strstr(line, "<image ");
    if (image)
        fprintf(to,
                "%.*s<image image-rendering='optimizeSpeed' "
                "style='image-rendering:pixelated' %s",
                (int)(image - line), line, image + 7);
    else
        fputs(line, to);
}

int svg_words_copy(FILE *to, void *context)
{
    const struct svg_words *words = context;
    char *line = NULL;
    size_t capacity = 0;
    bool titled = false, described = false, whole = true;
    int failure = 0;
    rewind(words->picture);
    errno = 0;
    while (getline(&line, &capacity, words->picture) >= 0) {
        if (!titled && strncmp(line, "<title>", 7) == 0) {
            titled = true;
            fputs("<title>", to);
            whole = put_escaped(to, words->title) && whole;
            fputs("</title>\n", to);
        } else if (!described && strncmp(line, "<desc>", 6) == 0) {
            described = true;
            /* gnuplot's own words */
            fprintf(to, "%.*s for pnmlab %s, with this command:\n",
                    (int)strcspn(line + 1, "<"), line, words->version);
            whole = put_escaped(to, words->command) && whole;
            fputs("</desc>\n", to);
        } else
            put_line(to, line);
    }
    if (!whole)
        failure = ENOMEM;
    else if (!feof(words->picture) || ferror(to))
        failure = errno ? errno : EIO;
    free(line);
    return failure;
}
