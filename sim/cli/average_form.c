/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/average_form.h"

#include "base/parse.h"

#include <string.h>

static const uint64_t latest = UINT64_C(1) << 50;

static int read_from(const char *text, struct average *average, struct error *error)
{
    return parse_count("average", text, 0, latest - 1, &average->from, error);
}

static int read_rate(const char *text, struct average *average, struct error *error)
{
    int status = parse_real("average", text, &average->rate, error);
    if (status == STATUS_OK && !(average->rate > 0 && average->rate <= 1))
        status = error_about(error, STATUS_USAGE, "average",
                             "the rate %.200s is not allowed; allowed is a number > 0 "
                             "and <= 1",
                             text);
    return status;
}

int average_form_read(const char *text, struct average *average, struct error *error)
{
    static const char polyak[] = "polyak", ema[] = "ema:";
    *average = (struct average){.kind = AVERAGE_NONE};
    if (!text || strcmp(text, "none") == 0)
        return STATUS_OK;
    if (strncmp(text, polyak, strlen(polyak)) == 0) {
        const char *rest = text + strlen(polyak);
        average->kind = AVERAGE_POLYAK;
        if (*rest == '\0')
            return STATUS_OK;
        if (*rest == ':')
            return read_from(rest + 1, average, error);
    }
    if (strncmp(text, ema, strlen(ema)) == 0) {
        average->kind = AVERAGE_EMA;
        return read_rate(text + strlen(ema), average, error);
    }
    return error_about(error, STATUS_USAGE, "average",
                       "'%.200s' is not known; allowed are none, polyak, polyak:FROM "
                       "and ema:RATE",
                       text);
}
