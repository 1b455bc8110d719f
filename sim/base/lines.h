/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lines.h: breaks text into the lines of a terminal. Widths are in characters. */
#ifndef PNM_LINES_H
#define PNM_LINES_H

#include <stddef.h>
#include <stdio.h>

/* The number of bytes of `text` that go into a line of `width` > 0 characters: up to a
 * blank (mark ' ') or behind a mark, and inside a word only if it is longer than the
 * line, then not inside a number. */
size_t lines_break(const char *text, size_t width, char mark);

/* The number of characters in the bytes of a UTF-8 text. */
size_t lines_characters(const char *text, size_t bytes);

/* Writes a line on standard error, broken at blanks if that is a terminal. */
void lines_say(const char *text);

#endif
