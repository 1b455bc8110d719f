/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layout.h: how the chains of an ensemble are shared out among units. */
#ifndef PNM_LAYOUT_H
#define PNM_LAYOUT_H

#include "engine/plan.h"
#include "rules/rule_loops.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One unit: the modes and chains of its lanes, and how long it runs. Lanes from `lanes`
 * on run too, but are not observed. tiles is 1 (lane l is mode[l], chain[l]) or n (tile
 * i is mode i, lane l is chain[l]). */
struct unit {
    uint64_t number;
    size_t tiles;
    int lanes;
    size_t mode[RULE_LANES];
    uint64_t chain[RULE_LANES];
    struct chains chains;
};

/* Consecutive modes with equal chains, whose units are numbered one after the other. */
struct group {
    size_t start, end; /* modes start .. end-1 */
    uint64_t first_unit;
};

/* Units of one group that run one after the other. */
struct span {
    uint64_t place; /* how many units run before */
    uint64_t first_unit;
};

struct layout {
    bool coupled;
    size_t n;
    const struct chains *chains; /* one a mode; if coupled, chains[0] for all */
    uint64_t units;
    struct group *groups; /* if not coupled */
    size_t group_count;
    struct span *spans; /* if not coupled */
    size_t span_count;
};

/* Lays out n modes with chains[n] or, if coupled, all modes together with chains[0].
 * The layout keeps the pointer. STATUS_MEMORY. */
PNM_MUST_USE int layout_init(struct layout *layout, size_t n, bool coupled,
                             const struct chains *chains, struct error *error);
void layout_free(struct layout *layout);

/* The coordinate-steps of all units, their idle lanes too. */
double layout_steps(const struct layout *layout);

/* The unit in that place. Units run in an order in which a sampling run that is cut
 * short has done about the same share of each group, and of each at least one unit if
 * there was time for so many; its number, and with it its random stream, is another. */
void layout_unit(const struct layout *layout, uint64_t place, struct unit *unit);

/* The steps of all tiles of the unit in that place. */
double layout_unit_steps(const struct layout *layout, uint64_t place);

/* The mode of a lane in a tile of the unit. */
size_t layout_mode(const struct unit *unit, size_t tile, int lane);

#endif
