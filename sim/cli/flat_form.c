/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/flat_form.h"

#include "base/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char allowed[] = "keep, drop or clip:EPS";

int flat_form_read(const char *text, struct flat_form *form, struct error *error)
{
    static const char clip[] = "clip:";
    *form = (struct flat_form){.flat = FLAT_REFUSED};
    if (!text)
        return STATUS_OK;
    if (strcmp(text, "keep") == 0)
        form->flat = FLAT_KEEP;
    else if (strcmp(text, "drop") == 0)
        form->flat = FLAT_DROP;
    else if (strncmp(text, clip, strlen(clip)) == 0)
        form->flat = FLAT_CLIP;
    else
        return error_about(error, STATUS_USAGE, "flat",
                           "'%.200s' is not known; allowed are %s", text, allowed);
    if (form->flat != FLAT_CLIP)
        return STATUS_OK;
    const int status = parse_real("flat", text + strlen(clip), &form->least, error);
    if (status == STATUS_OK && !(form->least > 0))
        return error_about(error, STATUS_USAGE, "flat",
                           "'%.200s' is not allowed; allowed is clip:EPS with a "
                           "number EPS > 0",
                           text);
    return status;
}

/* Curvatures by sign. */
struct flat_count {
    size_t negative, zero, low; /* low: positive, and below the least */
    size_t first;               /* that is not positive */
};

static struct flat_count count_flat(const struct numbers *h, double least)
{
    struct flat_count count = {.first = h->count};
    for (size_t i = 0; i < h->count; i++) {
        if (h->value[i] <= 0 && count.first == h->count)
            count.first = i;
        count.negative += h->value[i] < 0;
        count.zero += h->value[i] == 0;
        count.low += h->value[i] > 0 && h->value[i] < least;
    }
    return count;
}

/* Appends "1500 negative, 500 zero of 10000, first in line 17". */
static void describe(const struct flat_count *count, const struct numbers *h,
                     const char *place, struct text *text)
{
    text_add(text, "%zu negative, %zu zero of %zu", count->negative, count->zero,
             h->count);
    if (count->first == h->count)
        return;
    if (*place)
        text_add(text, ", first in %s", place);
    else
        text_add(text, ", first in place %zu", count->first + 1);
}

static int refuse(const struct flat_count *count, const struct numbers *h,
                  const char *place, struct error *error)
{
    struct text text = {0};
    describe(count, h, place, &text);
    error_write_about(
        error, "spectrum",
        "curvature %zu is %.17g; allowed are numbers > 0, and others (%s) "
        "with --flat %s",
        count->first + 1, h->value[count->first], text_get(&text), allowed);
    text_free(&text);
    return STATUS_USAGE;
}

int flat_form_treat(const struct flat_form *form, const char *place, struct numbers *h,
                    struct text *warnings, struct error *error)
{
    const bool clips = form->flat == FLAT_CLIP;
    const struct flat_count count = count_flat(h, clips ? form->least : 0);
    const size_t flat = count.negative + count.zero;
    if (flat + count.low == 0)
        return STATUS_OK;
    if (form->flat == FLAT_REFUSED)
        return refuse(&count, h, place, error);
    for (size_t i = 0; clips && i < h->count; i++)
        h->value[i] = h->value[i] < form->least ? form->least : h->value[i];
    if (!warnings)
        return STATUS_OK;
    text_add(warnings, "warning: --spectrum: ");
    describe(&count, h, place, warnings);
    if (clips)
        text_add(warnings, ": %zu raised to %g, %zu of them positive\n",
                 flat + count.low, form->least, count.low);
    else if (form->flat == FLAT_DROP)
        text_add(warnings, ": left out, %zu are left\n", h->count - flat);
    else
        text_add(warnings, ": kept, though they have no stationary law unless weight "
                           "decay makes h + lambda > 0\n");
    return STATUS_OK;
}

/* Gives the problem the principal submatrix of its dense covariance for the rows
 * kept[count]. */
static int drop_covariance(struct problem *q, size_t n, const size_t *kept,
                           struct error *error)
{
    const size_t count = q->n;
    double *c = malloc(count * count * sizeof *c);
    if (!c)
        return error_memory(error, "the noise covariance");
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            c[i * count + j] = q->noise[kept[i] * n + kept[j]];
    const int status = problem_set_covariance(q, c, error);
    free(c);
    return status;
}

int flat_form_drop(const struct flat_form *form, struct problem *q, struct error *error)
{
    const size_t n = q->n;
    size_t *kept = NULL, count = 0;
    int status = STATUS_OK;
    if (form->flat != FLAT_DROP)
        return STATUS_OK;
    kept = malloc(n * sizeof *kept);
    if (!kept)
        return error_memory(error, "the modes");
    for (size_t i = 0; i < n; i++)
        if (q->h[i] > 0)
            kept[count++] = i;
    if (count == 0)
        status = error_about(error, STATUS_USAGE, "spectrum",
                             "none of the %zu curvatures is > 0, so that --flat drop "
                             "leaves none",
                             n);
    for (size_t i = 0; i < count; i++) {
        q->h[i] = q->h[kept[i]];
        q->theta_star[i] = q->theta_star[kept[i]];
        q->start[i] = q->start[kept[i]];
        if (!q->dense)
            q->noise[i] = q->noise[kept[i]];
    }
    q->n = count;
    if (status == STATUS_OK && q->dense && count < n)
        status = drop_covariance(q, n, kept, error);
    free(kept);
    return status;
}
