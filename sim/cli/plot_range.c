/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plot_range.h"

#include "cli/plot_choice.h"

#include <math.h>

void plot_range_see(struct plot_range *range, double number, double bar)
{
    const double above = number + (bar > 0 ? bar : 0),
                 below = number - (above - number);
    if (isnan(number))
        return;
    if (!range->seen)
        *range = (struct plot_range){.seen = true,
                                     .low = number,
                                     .high = number,
                                     .next = NAN,
                                     .bar_low = below,
                                     .bar_high = above,
                                     .inner_low = number,
                                     .inner_high = number,
                                     .logarithmic = range->logarithmic};
    if (number != range->low)
        range->next = fmin(range->next, fmax(range->low, number));
    range->low = fmin(range->low, number);
    range->high = fmax(range->high, number);
    range->bar_low = fmin(range->bar_low, below);
    range->bar_high = fmax(range->bar_high, above);
}

void plot_range_see_between(struct plot_range *range, double number)
{
    if (isnan(number))
        return;
    if (!range->seen)
        plot_range_see(range, number, 0);
    range->inner_low = fmin(range->inner_low, number);
    range->inner_high = fmax(range->inner_high, number);
}

bool plot_range_spans(const struct plot_range *range)
{
    return range->seen && range->low > 0 && range->high >= 12 * range->low;
}

void plot_range_forget_zero(struct plot_range *range)
{
    if (range->low > 0 && range->next > 1e10 * range->low && range->next < range->high)
        range->low = range->bar_low = range->next;
}

static double within(double number)
{
    return fmax(-PLOT_LARGEST, fmin(PLOT_LARGEST, number));
}

void plot_range_close(struct plot_range *range, double part)
{
    double low = range->low, high = range->high;
    if (range->logarithmic) {
        /* Between its points a curve may diverge: it is shown for a factor of 4. */
        const double inner_low = range->inner_low > 0 ? range->inner_low : low;
        low = fmin(range->bar_low > 0 ? range->bar_low : low, fmax(inner_low, low / 4));
        high = fmax(range->bar_high, fmin(range->inner_high, 4 * high));
        const double beyond = pow(high / low, part);
        range->low = fmax(low / beyond, 1 / PLOT_LARGEST);
        range->high = within(high * beyond);
        return;
    }
    const double reach = 0.3 * (high - low);
    low = fmin(range->bar_low, fmax(range->inner_low, low - reach));
    high = fmax(range->bar_high, fmin(range->inner_high, high + reach));
    /* gnuplot cannot count along an axis whose ends are hardly two numbers. */
    const double size = fmax(fabs(low), fabs(high));
    const double room = high - low > 1e-9 * size ? part * (high - low)
                        : size == 0              ? 1
                                                 : size / 10;
    range->low = within(low - room);
    range->high = within(high + room);
}

static bool add_tic(double number, double low, double high, bool scaled,
                    struct text *text)
{
    if (number < low * (1 - 1e-9) || number > high * (1 + 1e-9))
        return false;
    text_add(text, text->length ? ", " : "(");
    if (scaled)
        text_add(text, "\"%g\" %.12g", number, log10(number));
    else
        text_add(text, "%.12g", number);
    return true;
}

/* 1, 2 or 5 times a power of ten, at least x > 0. */
static double round_up(double x)
{
    const double power = pow(10, floor(log10(x)));
    return x <= power       ? power
           : x <= 2 * power ? 2 * power
           : x <= 5 * power ? 5 * power
                            : 10 * power;
}

void plot_range_tics(double low, double high, bool scaled, struct text *text)
{
    static const int one[] = {1, 0}, few[] = {1, 2, 5, 0},
                     all[] = {1, 2, 3, 4, 5, 6, 8, 0};
    const double decades = log10(high / low);
    const int *digits = decades > 4 ? one : decades > 1.3 ? few : all;
    const int first = (int)floor(log10(low)), last = (int)ceil(log10(high));
    const int every = 1 + (int)(decades / 9);
    int count = 0;
    if (!(decades < 40))
        return;
    for (int power = first; power <= last; power++)
        for (const int *digit = digits; *digit && power % every == 0; digit++)
            count += add_tic(*digit * pow(10, power), low, high, scaled, text);
    if (count >= 3)
        return;
    text_clear(text);
    const double step = round_up((high - low) / 5);
    if (high - low <= 1e-9 * high)
        return;
    for (double k = ceil(low / step); k * step <= high; k++)
        (void)add_tic(k * step, low, high, scaled, text);
}
