/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/lines.h"

#include "base/terminal.h"

#include <stdbool.h>
#include <unistd.h>

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7F;
}

size_t lines_characters(const char *text, size_t bytes)
{
    size_t characters = 0;
    for (size_t k = 0; k < bytes; k++)
        characters += !is_continuation(text[k]);
    return characters;
}

static bool in_number(char c)
{
    return (c >= '0' && c <= '9') || c == '.';
}

size_t lines_break(const char *text, size_t width, char mark)
{
    size_t end = 0, room = width, stop = 0;
    while (text[end]) {
        if (mark == ' ' && is_blank(text[end]))
            stop = end;
        if (room == 0)
            break;
        for (end++; is_continuation(text[end]); end++)
            ;
        room--;
        if (mark != ' ' && text[end - 1] == mark)
            stop = end;
    }
    if (!text[end])
        return end;
    if (stop > 0)
        return stop;
    size_t back = end;
    while (back > 0 && in_number(text[back]) && in_number(text[back - 1]))
        back--;
    return back > 0 ? back : end;
}

void lines_say(const char *text)
{
    const size_t width = terminal_width(STDERR_FILENO);
    while (width > 0 && *text) {
        const size_t bytes = lines_break(text, width, ' ');
        fprintf(stderr, "%.*s\n", (int)bytes, text);
        for (text += bytes; *text == ' ' || *text == '\n'; text++)
            ;
    }
    if (width == 0)
        fprintf(stderr, "%s\n", text);
}
