/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "engine/layout.h"

enum { LANES = RULE_LANES, MODES = 7 };

/* The group of a unit's number, and how many units it has. */
static size_t group_of(const struct layout *layout, uint64_t number, uint64_t *units)
{
    size_t k = layout->group_count;
    while (layout->groups[--k].first_unit > number) {
    }
    *units = (k + 1 < layout->group_count ? layout->groups[k + 1].first_unit
                                          : layout->units) -
             layout->groups[k].first_unit;
    return k;
}

/* Wherever a run is cut, groups have done like shares of their units: one is at most
 * twice as far as another, or a sixteenth of the whole, but for the unit that it has
 * begun. */
static void check_shares(const uint64_t *done, const uint64_t *units, size_t groups)
{
    for (size_t a = 0; a < groups; a++)
        for (size_t b = 0; b < groups; b++) {
            if (units[a] == 0 || units[b] == 0)
                continue;
            const double of_a = (double)done[a] / (double)units[a];
            const double of_b = (double)done[b] / (double)units[b];
            const double most =
                fmax(2 * of_b, of_b + 0.0625) + 1 / (double)units[a] + 1e-12;
            CHECK(of_a <= most, "%llu of %llu units beside %llu of %llu",
                  (unsigned long long)done[a], (unsigned long long)units[a],
                  (unsigned long long)done[b], (unsigned long long)units[b]);
            CHECK(done[a] <= 1 || done[b] > 0, "%llu units beside none of %llu",
                  (unsigned long long)done[a], (unsigned long long)units[b]);
        }
}

/* Every unit has a place of its own, groups run in the order of their numbers, and a
 * run that is cut is fair. */
static void check_order(const struct chains *chains, size_t n)
{
    struct layout layout;
    struct error error;
    uint64_t done[MODES] = {0}, units[MODES] = {0}, of_mode[MODES] = {0};
    double steps = 0;
    CHECK_OK(layout_init(&layout, n, false, chains, &error), &error);
    for (uint64_t number = 0; number < layout.units; number++) {
        uint64_t own = 0;
        const size_t k = group_of(&layout, number, &own);
        units[k] = own;
    }
    for (uint64_t place = 0; place < layout.units; place++) {
        struct unit unit;
        uint64_t own;
        layout_unit(&layout, place, &unit);
        const size_t k = group_of(&layout, unit.number, &own);
        CHECK(unit.number == layout.groups[k].first_unit + done[k],
              "place %llu: unit %llu", (unsigned long long)place,
              (unsigned long long)unit.number);
        done[k]++;
        for (int lane = 0; lane < unit.lanes; lane++)
            of_mode[unit.mode[lane]]++;
        CHECK_EXACT(layout_unit_steps(&layout, place), (double)unit.chains.steps);
        steps += LANES * layout_unit_steps(&layout, place);
        check_shares(done, units, layout.group_count);
    }
    for (size_t i = 0; i < n; i++)
        assert_int_equal(of_mode[i], chains[i].count);
    CHECK_EXACT(layout_steps(&layout), steps);
    layout_free(&layout);
}

static void test_groups_take_turns(void **state)
{
    static const struct chains lists[][MODES] = {
        {{64, 9, 1},
         {64, 8, 1},
         {64, 7, 1},
         {64, 6, 1},
         {64, 5, 1},
         {1, 4, 1},
         {1, 9, 0}},
        {{64000, 9, 1},
         {6400, 8, 1},
         {640, 7, 1},
         {64, 6, 1},
         {1, 5, 1},
         {0, 4, 1},
         {3000, 9, 0}},
        {{0, 9, 1}, {0, 8, 1}, {9, 7, 1}, {9, 7, 1}, {9, 7, 1}, {0, 4, 1}, {0, 9, 0}},
        {{20000, 9, 1},
         {20000, 9, 1},
         {20000, 9, 1},
         {20000, 9, 1},
         {1100, 9, 1},
         {2100, 9, 1},
         {1100, 9, 1}},
    };
    uint64_t state_of = 5;
    (void)state;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        check_order(lists[k], MODES);
    for (int round = 0; round < 30; round++) {
        struct chains chains[MODES] = {{0}};
        for (size_t i = 0; i < MODES; i++)
            chains[i] = (struct chains){
                .count = (uint64_t)pow(10, check_uniform(&state_of, -1, 4.5)),
                .steps = 1 + (uint64_t)check_uniform(&state_of, 0, 3),
            };
        check_order(chains, MODES);
    }
}

/* More groups than there is memory for many rounds of. */
static void test_many_groups(void **state)
{
    enum { MANY = 300000 };
    struct chains *chains = check_alloc(MANY, sizeof *chains);
    struct layout layout;
    struct error error;
    (void)state;
    for (size_t i = 0; i < MANY; i++)
        chains[i] = (struct chains){.count = 64 * 40, .steps = 1 + i % 2};
    CHECK_OK(layout_init(&layout, MANY, false, chains, &error), &error);
    assert_int_equal(layout.units, UINT64_C(40) * MANY);
    CHECK(layout.span_count < 1 << 22, "%zu spans", layout.span_count);
    for (uint64_t place = 0; place < MANY; place++) {
        struct unit unit;
        layout_unit(&layout, place, &unit);
        assert_int_equal(unit.mode[0], place);
    }
    layout_free(&layout);
    free(chains);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_take_turns),
        cmocka_unit_test(test_many_groups),
    };
    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
