/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/cost.h"

#include "base/lines.h"
#include "base/ranks.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>

/* A step with its filters beside the normal number that it takes. */
static const double step_share = 1.5;
static const double long_seconds = 10;
/* No processor draws a normal number faster. */
static const double fastest = 1e-10;

void cost_text(double seconds, char *text, size_t size)
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{1, "s"}, {60, "min"}, {3600, "h"}, {86400, "days"}};
    size_t k = 0;
    while (k + 1 < sizeof units / sizeof *units && seconds >= 2 * units[k + 1].seconds)
        k++;
    double count = seconds / units[k].seconds;
    const bool tenths = count < 10 && k == 0;
    const double digit =
        tenths ? 0.1 : pow(10, fmax(floor(log10(fmax(count, 1))) - 1, 0));
    count = round(count / digit) * digit;
    snprintf(text, size, "about %.*f %s", tenths, count, units[k].name);
}

double cost_seconds(struct random_generator generator, double steps, int threads)
{
    enum { COUNT = 1 << 12, ROUNDS = 8 };
    double normal[COUNT], least = HUGE_VAL;
    struct random_stream stream;
    struct error ignored;
    const struct random_key key = {.purpose = RANDOM_PILOT};
    if (random_init(&stream, generator, key, &ignored) == STATUS_OK)
        for (int round = 0; round < ROUNDS; round++) {
            const double start = omp_get_wtime();
            random_normal(&stream, COUNT, normal);
            least = fmin(least, (omp_get_wtime() - start) / COUNT);
        }
    random_free(&stream);
    return isfinite(least)
               ? least * step_share * steps / ((double)threads * (double)ranks_count())
               : 0;
}

void cost_tell(const char *label, bool pilot, struct random_generator generator,
               double steps, int threads, double exact_seconds)
{
    char time[40], exact[40], line[400];
    if (!label || fastest * steps / (double)threads < long_seconds / 10)
        return;
    const double seconds = cost_seconds(generator, steps, threads);
    if (seconds <= long_seconds)
        return;
    cost_text(seconds, time, sizeof time);
    cost_text(exact_seconds, exact, sizeof exact);
    snprintf(
        line, sizeof line, "note: %s: %.3g coordinate-steps%s will take %s%s%s", label,
        steps, pilot ? " of a pilot, which plans the run after it," : "", time,
        exact_seconds == 0 ? "" : "; the option exact gives exact values alone, in ",
        exact_seconds == 0 ? "" : exact);
    lines_say(line);
}
