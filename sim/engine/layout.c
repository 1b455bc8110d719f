/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/layout.h"

#include <stdlib.h>

enum { LANES = RULE_LANES };

/* Groups take turns. In its turns of a round a group does one unit, or what is missing
 * to a share of its units: 2^-19, which doubles from round to round up to 1/16, then
 * two sixteenths, three, and so on. */
enum { DOUBLINGS = 16, SIXTEENTHS = 16, ROUNDS = DOUBLINGS + SIXTEENTHS - 1 };
/* So many groups that there would be more spans have fewer rounds. */
enum { MOST_SPANS = 1 << 21 };

static bool same_chains(struct chains a, struct chains b)
{
    return a.count == b.count && a.steps == b.steps && a.burn_in == b.burn_in;
}

static uint64_t tiles_for(uint64_t lanes)
{
    return (lanes + LANES - 1) / LANES;
}

/* The first mode after `start` whose chains differ, or n. */
static size_t group_end(const struct chains *chains, size_t n, size_t start)
{
    size_t end = start + 1;
    while (end < n && same_chains(chains[start], chains[end]))
        end++;
    return end;
}

/* How many of a group's units are done when a round ends. */
static uint64_t share_of(uint64_t units, size_t round)
{
    if (round <= DOUBLINGS) {
        const unsigned shift = (unsigned)(DOUBLINGS + 4 - round);
        return (units >> shift) + (units % (UINT64_C(1) << shift) > 0);
    }
    const uint64_t sixteenths = round - DOUBLINGS + 1;
    return units / SIXTEENTHS * sixteenths +
           (units % SIXTEENTHS * sixteenths + SIXTEENTHS - 1) / SIXTEENTHS;
}

static uint64_t group_units(const struct layout *layout, size_t k)
{
    const uint64_t end =
        k + 1 < layout->group_count ? layout->groups[k + 1].first_unit : layout->units;
    return end - layout->groups[k].first_unit;
}

/* Sets the spans, if `spans` is not NULL, and returns their number. */
static size_t find_spans(const struct layout *layout, struct span *spans)
{
    const size_t step = 1 + layout->group_count * ROUNDS / MOST_SPANS;
    const size_t first = ROUNDS % step > 0 ? ROUNDS % step : step;
    size_t count = 0, last = layout->group_count;
    uint64_t place = 0;
    for (size_t round = first; round <= ROUNDS; round += step)
        for (size_t k = 0; k < layout->group_count; k++) {
            const uint64_t units = group_units(layout, k);
            const uint64_t from = round > step ? share_of(units, round - step) : 0;
            const uint64_t more = share_of(units, round) - from;
            if (more > 0 && last != k) {
                if (spans)
                    spans[count] =
                        (struct span){place, layout->groups[k].first_unit + from};
                count++;
                last = k;
            }
            place += more;
        }
    return count;
}

int layout_init(struct layout *layout, size_t n, bool coupled,
                const struct chains *chains, struct error *error)
{
    *layout = (struct layout){.coupled = coupled, .n = n, .chains = chains};
    if (coupled) {
        layout->units = tiles_for(chains[0].count);
        return STATUS_OK;
    }
    size_t count = 0;
    for (size_t start = 0; start < n; start = group_end(chains, n, start))
        count++;
    layout->groups = calloc(count + 1, sizeof *layout->groups);
    if (!layout->groups)
        return error_memory(error, "the work units");
    for (size_t start = 0; start < n;) {
        const size_t end = group_end(chains, n, start);
        layout->groups[layout->group_count++] =
            (struct group){start, end, layout->units};
        layout->units += tiles_for((uint64_t)(end - start) * chains[start].count);
        start = end;
    }
    layout->span_count = find_spans(layout, NULL);
    layout->spans = calloc(layout->span_count + 1, sizeof *layout->spans);
    if (!layout->spans)
        return error_memory(error, "the work units");
    find_spans(layout, layout->spans);
    return STATUS_OK;
}

/* The number of the unit in that place. */
static uint64_t number_of(const struct layout *layout, uint64_t place)
{
    size_t low = 0, high = layout->span_count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (layout->spans[middle].place <= place)
            low = middle;
        else
            high = middle;
    }
    return layout->spans[low].first_unit + (place - layout->spans[low].place);
}

/* The group that this unit belongs to: the last one that starts at or before it,
 * because groups without chains have no units. */
static const struct group *layout_group(const struct layout *layout, uint64_t number)
{
    size_t low = 0, high = layout->group_count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (layout->groups[middle].first_unit <= number)
            low = middle;
        else
            high = middle;
    }
    return &layout->groups[low];
}

double layout_steps(const struct layout *layout)
{
    double steps = 0;
    if (layout->coupled)
        return (double)layout->units * LANES * (double)layout->n *
               (double)layout->chains[0].steps;
    for (size_t k = 0; k < layout->group_count; k++)
        steps += (double)group_units(layout, k) * LANES *
                 (double)layout->chains[layout->groups[k].start].steps;
    return steps;
}

double layout_unit_steps(const struct layout *layout, uint64_t place)
{
    if (layout->coupled)
        return (double)layout->n * (double)layout->chains[0].steps;
    const struct group *group = layout_group(layout, number_of(layout, place));
    return (double)layout->chains[group->start].steps;
}

void layout_unit(const struct layout *layout, uint64_t place, struct unit *unit)
{
    const uint64_t number = layout->coupled ? place : number_of(layout, place);
    *unit = (struct unit){.number = number, .chains = layout->chains[0]};
    if (layout->coupled) {
        unit->tiles = layout->n;
        for (uint64_t lane = 0, chain = number * LANES;
             lane < LANES && chain < unit->chains.count; lane++, chain++) {
            unit->chain[lane] = chain;
            unit->lanes++;
        }
        return;
    }
    /* Goes chain by chain, so that a sampling run that is cut short has equally many
     * chains of every mode. */
    const struct group *group = layout_group(layout, number);
    const size_t modes = group->end - group->start;
    unit->tiles = 1;
    unit->chains = layout->chains[group->start];
    const uint64_t flat = (number - group->first_unit) * LANES;
    size_t mode = group->start + (size_t)(flat % modes);
    uint64_t chain = flat / modes;
    while (unit->lanes < LANES && chain < unit->chains.count) {
        unit->mode[unit->lanes] = mode;
        unit->chain[unit->lanes] = chain;
        unit->lanes++;
        if (++mode == group->end) {
            mode = group->start;
            chain++;
        }
    }
}

size_t layout_mode(const struct unit *unit, size_t tile, int lane)
{
    return unit->tiles > 1 ? tile : unit->mode[lane];
}

void layout_free(struct layout *layout)
{
    free(layout->groups);
    free(layout->spans);
    layout->groups = NULL;
    layout->spans = NULL;
}
