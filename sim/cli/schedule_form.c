/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/schedule_form.h"

#include "base/nearest.h"
#include "base/parse.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The forms of schedules: how many numbers follow the name, and how help writes them.
 */
static const struct form {
    const char *name;
    enum schedule_kind kind;
    int least, most; /* fewest and most numbers */
    const char *usage;
} forms[] = {
    {"constant", SCHEDULE_CONSTANT, 0, 0, "constant"},
    {"step", SCHEDULE_STEP, 2, 5, "step:FACTOR:T1[:T2[:T3[:T4]]]"},
    {"cosine", SCHEDULE_COSINE, 1, 2, "cosine:T[:MIN]"},
    {"warm-restarts", SCHEDULE_WARM_RESTARTS, 1, 3, "warm-restarts:T[:MULTIPLE[:MIN]]"},
    {"inverse-sqrt", SCHEDULE_INVERSE_SQRT, 0, 0, "inverse-sqrt"},
};

static int unknown(const char *text, struct error *error)
{
    char name[80];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, ":"), text);
    struct nearest nearest = nearest_to(name, "");
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++)
        nearest_try(&nearest, forms[k].name, strlen(forms[k].name));
    return error_about(error, STATUS_USAGE, "schedule",
                       "no schedule '%.200s'%s; allowed are constant, "
                       "step:FACTOR:T1[:T2[:T3[:T4]]], cosine:T[:MIN], "
                       "warm-restarts:T[:MULTIPLE[:MIN]], inverse-sqrt",
                       text, nearest.hint);
}

static bool is_step(double x)
{
    return x >= 1 && x <= 0x1p50 && x == rint(x);
}

static bool is_share(double x)
{
    return x >= 0 && x < 1;
}

/* Whether the schedule allows the numbers, defaults included. */
static bool is_sound(enum schedule_kind kind, int count, const double *x)
{
    switch (kind) {
    case SCHEDULE_STEP:
        for (int k = 1; k < count; k++)
            if (!is_step(x[k]) || (k > 1 && x[k] <= x[k - 1]))
                return false;
        return x[0] > 0 && isfinite(x[0]);
    case SCHEDULE_COSINE:
        return is_step(x[0]) && is_share(x[1]);
    case SCHEDULE_WARM_RESTARTS:
        return is_step(x[0]) && x[1] >= 1 && x[1] <= 1000 && x[1] == rint(x[1]) &&
               is_share(x[2]);
    default:
        return true;
    }
}

/* Reads up to `most` numbers with : between them and returns how many; -1 if one is not
 * a number or there are more. */
static int read_numbers(const char *a, int most, double *x)
{
    int count = 0;
    for (; *a == ':'; count++) {
        char word[64];
        const size_t length = strcspn(a + 1, ":");
        struct error ignored;
        if (count == most || length == 0 || length >= sizeof word)
            return -1;
        memcpy(word, a + 1, length);
        word[length] = '\0';
        if (parse_real("schedule", word, &x[count], &ignored) != STATUS_OK)
            return -1;
        a += 1 + length;
    }
    return *a == '\0' ? count : -1;
}

int schedule_form_read(const char *text, struct schedule *schedule, struct error *error)
{
    const size_t length = strcspn(text, ":");
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
        const struct form *form = &forms[k];
        double x[SCHEDULE_NUMBERS] = {0};
        if (strlen(form->name) != length || strncmp(form->name, text, length) != 0)
            continue;
        if (form->kind == SCHEDULE_WARM_RESTARTS)
            x[1] = 1;
        const int count = read_numbers(text + length, form->most, x);
        if (count < form->least || !is_sound(form->kind, count, x))
            return error_about(error, STATUS_USAGE, "schedule",
                               "'%.200s' is not allowed; allowed is %s with "
                               "FACTOR > 0, growing whole steps T from 1 to 2^50, a "
                               "whole MULTIPLE from 1 to 1000, 0 <= MIN < 1",
                               text, form->usage);
        schedule->kind = form->kind;
        memcpy(schedule->number, x, sizeof x);
        return STATUS_OK;
    }
    return unknown(text, error);
}
