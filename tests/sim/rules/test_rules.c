/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <ctype.h>
#include <dirent.h>

/* --- every rule in the list ------------------------------------------------------- */

enum { LANES = RULE_LANES, STATE = 1 + RULE_MAX_SLOTS };

/* A rule at random parameters in their ranges. */
static struct rule some_rule(const struct rule_kind *kind, uint64_t *random)
{
    struct rule rule = rule_of(kind, check_uniform(random, 0.01, 1));
    rule_complete(&rule);
    for (int i = 1; i < kind->parameter_count; i++) {
        const struct parameter *p = &kind->parameters[i];
        if (p->choices)
            rule.word[i] = (int)(check_word(random) % (uint64_t)(p->high + 1));
        else
            rule.number[i] = check_uniform(random, fmax(p->low, -2), fmin(p->high, 3));
    }
    return rule;
}

/* Calls test(rule, random) for each rule in the list, 50 times with other parameters.
 */
static void each_rule(void (*test)(const struct rule *, uint64_t *))
{
    uint64_t random = 1;
    for (const struct rule_kind *const *o = rule_kinds(); *o; o++)
        for (int i = 0; i < 50; i++) {
            const struct rule rule = some_rule(*o, &random);
            test(&rule, &random);
        }
}

static void draw(size_t count, uint64_t *random, double *x)
{
    for (size_t i = 0; i < count; i++)
        x[i] = check_normal(random);
}

/* --- metadata --------------------------------------------------------------------- */

static bool is_text(const char *text)
{
    return text && *text && strlen(text) < 400;
}

static void check_parameter(const struct rule_kind *kind, int i)
{
    const struct parameter *p = &kind->parameters[i];
    struct error error;
    assert_true(is_text(p->name) && p->symbol && is_text(p->doc));
    CHECK_COMPARE(p->low, <=, p->high);
    assert_int_equal(rule_kind_parameter(kind, p->name), i);
    for (const char *c = p->name; *c; c++)
        assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) ||
                    *c == '-');
    if (p->preset && !isnan(p->preset_value))
        CHECK_OK(parameter_check(p, p->preset_value, &error), &error);
    if (p->choices) {
        CHECK_EXACT(p->preset_value, parameter_choice(p, p->preset));
        assert_null(p->choices[(int)p->high + 1]);
        assert_int_equal(parameter_choice(p, "no such word"), -1);
    } else if (p->preset && !isnan(p->preset_value))
        CHECK_EXACT(p->preset_value, strtod(p->preset, NULL));
    /* A default is computed only where there is something that computes it. */
    if (p->preset && isnan(p->preset_value))
        assert_non_null(kind->complete);
}

/* One option has one meaning: rules that share a parameter's name share all but its
 * default. */
static void check_same_option(const struct parameter *p, const struct parameter *q)
{
    struct text range = {0}, other = {0};
    parameter_range(p, &range);
    parameter_range(q, &other);
    assert_string_equal(text_get(&range), text_get(&other));
    text_free(&range);
    text_free(&other);
    assert_string_equal(p->symbol, q->symbol);
    assert_string_equal(p->doc, q->doc);
    assert_true(!p->preset == !q->preset);
}

static void test_shared_names(void **state)
{
    (void)state;
    for (const struct rule_kind *const *a = rule_kinds(); *a; a++)
        for (const struct rule_kind *const *b = rule_kinds(); b < a; b++)
            for (int i = 0; i < (*a)->parameter_count; i++) {
                const int j = rule_kind_parameter(*b, (*a)->parameters[i].name);
                if (j >= 0)
                    check_same_option(&(*a)->parameters[i], &(*b)->parameters[j]);
            }
}

/* The first rule's default, then every rule that has another. */
static void test_presets(void **state)
{
    static const struct parameter half = {.name = "x", .preset = "0.5"};
    static const struct parameter other = {.name = "x", .preset = "0.50"};
    const struct rule_kind a = {.name = "a", .parameters = &half, .parameter_count = 1};
    const struct rule_kind b = {
        .name = "b", .parameters = &other, .parameter_count = 1};
    const struct rule_kind none = {.name = "none"};
    struct text text = {0};
    (void)state;
    rule_kind_preset(&none, "x", &text);
    assert_string_equal(text_get(&text), "");
    rule_kind_preset(&a, "x", &text);
    rule_kind_preset(&a, "x", &text);
    assert_string_equal(text_get(&text), "0.5");
    rule_kind_preset(&b, "x", &text);
    rule_kind_preset(&a, "x", &text);
    assert_string_equal(text_get(&text), "0.5; b: 0.50");
    text_free(&text);
}

static void test_metadata(void **state)
{
    (void)state;
    for (const struct rule_kind *const *o = rule_kinds(); *o; o++) {
        const struct rule_kind *kind = *o;
        assert_true(is_text(kind->name) && is_text(kind->summary));
        assert_true(is_text(kind->formula) && is_text(kind->source));
        assert_ptr_equal(rule_kind_find(kind->name), kind);
        assert_in_range(kind->slots, 0, RULE_MAX_SLOTS);
        assert_in_range(kind->samples, 1, RULE_MAX_SAMPLES);
        assert_in_range(kind->parameter_count, 1, RULE_MAX_PARAMETERS);
        assert_string_equal(kind->parameters[0].name, "lr");
        assert_null(kind->parameters[0].preset);
        for (int i = 0; i < kind->parameter_count; i++)
            check_parameter(kind, i);
    }
    assert_null(rule_kind_find(""));
    assert_null(rule_kind_find("no-such-rule"));
    assert_int_equal(rule_kind_parameter(rule_kinds()[0], "no-such"), -1);
}

/* After rule_complete every parameter is in its range, for any learning rate. */
static void test_defaults(void **state)
{
    (void)state;
    for (const struct rule_kind *const *o = rule_kinds(); *o; o++) {
        struct rule rule = rule_of(*o, 0.125);
        struct error error;
        rule_complete(&rule);
        CHECK_EXACT(rule.number[RULE_LR], 0.125);
        for (int i = 0; i < (*o)->parameter_count; i++) {
            const struct parameter *p = &(*o)->parameters[i];
            const double value = p->choices ? rule.word[i] : rule.number[i];
            CHECK_OK(parameter_check(p, value, &error), &error);
        }
    }
}

/* What is given is not computed anew. */
static void test_complete(void **state)
{
    (void)state;
    CHECK_EXACT(CHECK_RULE("heavy_ball lr=1 beta1=0.75").number[2], 0.25);
    CHECK_EXACT(CHECK_RULE("heavy_ball lr=1 beta1=0.75 beta3=1").number[2], 1.0);
}

static void test_parameter_range(void **state)
{
    static const struct parameter half = {.name = "x", .high = 1, .high_open = true};
    static const struct parameter rate = {
        .name = "lr", .low = 0, .low_open = true, .high = INFINITY};
    static const struct parameter any = {
        .name = "y", .low = -INFINITY, .high = INFINITY};
    struct text text = {0};
    struct error error = {.agreed = false};
    (void)state;
    CHECK_OK(parameter_check(&half, 0, &error), &error);
    CHECK_OK(parameter_check(&half, nextafter(1, 0), &error), &error);
    CHECK_OK(parameter_check(&rate, DBL_MIN, &error), &error);
    CHECK_OK(parameter_check(&any, -1e300, &error), &error);
    CHECK_REFUSED("1", parameter_check(&half, 1, &error), &error, "0 <= x < 1");
    CHECK_REFUSED("-1e-9", parameter_check(&half, -1e-9, &error), &error, "--x");
    CHECK_REFUSED("0", parameter_check(&rate, 0, &error), &error, "0 < lr");
    CHECK_REFUSED("inf", parameter_check(&rate, INFINITY, &error), &error, "--lr");
    CHECK_REFUSED("nan", parameter_check(&any, NAN, &error), &error, "--y");
    CHECK_REFUSED("inf", parameter_check(&any, -INFINITY, &error), &error,
                  "any number");
    parameter_range(&half, &text);
    assert_string_equal(text_get(&text), "0 <= x < 1");
    text_free(&text);
}

/* --- linearity -------------------------------------------------------------------- */

/* A state of one coordinate and the gradients it meets. */
struct point {
    double x[STATE + RULE_MAX_GRADIENTS];
};

/* Slots at random. Those of a rule that is not linear may be means of squares, so they
 * are not negative. */
static void draw_slots(const struct rule_kind *kind, size_t count, uint64_t *random,
                       double *slot)
{
    draw(count, random, slot);
    for (size_t i = 0; i < count && !kind->linear; i++)
        slot[i] = fabs(slot[i]);
}

static struct point random_point(const struct rule *rule, uint64_t *random)
{
    struct point point = {{0}};
    draw(sizeof point.x / sizeof *point.x, random, point.x);
    draw_slots(rule->kind, RULE_MAX_SLOTS, random, point.x + 1);
    return point;
}

static struct point stepped(const struct rule *rule, uint64_t t, struct point point)
{
    const double *gradient = point.x + STATE;
    rule->kind->step(rule, t, 1, gradient, point.x, point.x + 1);
    return point;
}

/* step(a p + b q) = a step(p) + b step(q), at any step number. */
static void check_superposition(const struct rule *rule, uint64_t *random)
{
    struct point p = random_point(rule, random), q = random_point(rule, random);
    struct point sum = p;
    const double a = check_normal(random), b = check_normal(random);
    const uint64_t t = check_word(random) >> 44;
    if (!rule->kind->linear)
        return;
    for (size_t i = 0; i < sizeof p.x / sizeof *p.x; i++)
        sum.x[i] = a * p.x[i] + b * q.x[i];
    p = stepped(rule, t, p);
    q = stepped(rule, t, q);
    sum = stepped(rule, t, sum);
    for (int i = 0; i <= rule->kind->slots; i++)
        CHECK_NEAR(sum.x[i], a * p.x[i] + b * q.x[i], 0, 1e-13);
}

static void test_superposition(void **state)
{
    (void)state;
    each_rule(check_superposition);
}

/* A rotation of two coordinates before a step or after it makes no difference. */
static void check_rotation(const struct rule *rule, uint64_t *random)
{
    const double angle = check_uniform(random, 0, 6.2831853), c = cos(angle);
    const double s = sin(angle);
    struct point p[2] = {random_point(rule, random), random_point(rule, random)};
    struct point rotated[2];
    if (!rule->kind->equivariant)
        return;
    for (size_t i = 0; i < sizeof p[0].x / sizeof *p[0].x; i++) {
        rotated[0].x[i] = c * p[0].x[i] - s * p[1].x[i];
        rotated[1].x[i] = s * p[0].x[i] + c * p[1].x[i];
    }
    for (int k = 0; k < 2; k++) {
        p[k] = stepped(rule, 3, p[k]);
        rotated[k] = stepped(rule, 3, rotated[k]);
    }
    for (int i = 0; i <= rule->kind->slots; i++) {
        CHECK_NEAR(rotated[0].x[i], c * p[0].x[i] - s * p[1].x[i], 0, 1e-13);
        CHECK_NEAR(rotated[1].x[i], s * p[0].x[i] + c * p[1].x[i], 0, 1e-13);
    }
}

static void test_rotation(void **state)
{
    (void)state;
    each_rule(check_rotation);
}

/* Scalar 0 is the rate that the step applies: the direction (theta - theta') /
 * scalar[0] does not depend on the learning rate. Other rates among the parameters,
 * whose names end in -lr, are rates in the same unit. */
static void check_rate(const struct rule *rule, uint64_t *random)
{
    struct rule other = *rule;
    const struct point p = random_point(rule, random);
    double scalar[RULE_MAX_SCALARS], other_scalar[RULE_MAX_SCALARS];
    for (int i = 0; i < rule->kind->parameter_count; i++) {
        const char *name = rule->kind->parameters[i].name, *last = strrchr(name, '-');
        if (i == 0 || (last && strcmp(last, "-lr") == 0))
            other.number[i] *= 3;
    }
    rule->kind->scalars(rule, 5, scalar);
    rule->kind->scalars(&other, 5, other_scalar);
    const double u = (p.x[0] - stepped(rule, 5, p).x[0]) / scalar[RULE_RATE];
    const double v = (p.x[0] - stepped(&other, 5, p).x[0]) / other_scalar[RULE_RATE];
    CHECK_NEAR(v, u, 1e-12, 1e-15 / scalar[RULE_RATE]);
}

static void test_rate(void **state)
{
    (void)state;
    each_rule(check_rate);
}

/* --- loops ------------------------------------------------------------------------ */

enum { STEPS = 37 };

static void random_tile(const struct rule *rule, uint64_t *random, struct tile *tile)
{
    memset(tile, 0, sizeof *tile);
    draw(LANES, random, tile->theta);
    draw_slots(rule->kind, LANES * RULE_MAX_SLOTS, random, tile->slot[0]);
    draw(LANES, random, tile->centre);
    draw(LANES, random, tile->slope);
    for (int lane = 0; lane < LANES; lane++) {
        tile->h[lane] = check_uniform(random, 0.1, 1);
        tile->noise_sd[lane] = check_uniform(random, 0, 2);
    }
}

typedef void (*step_function)(const struct rule *rule, uint64_t t, size_t count,
                              const double *gradient, double *theta, double *slot);

/* What `advance` is to do, by one call of `one_step` a step; count = 1 or LANES lanes
 * at a time. */
static void advance_by_steps(const struct rule *rule, step_function one_step,
                             uint64_t t, size_t count, const double *normal,
                             struct tile *tile, double *trajectory)
{
    const size_t samples = (size_t)rule->kind->samples;
    const size_t slots = (size_t)rule->kind->slots;
    for (size_t k = 0; k < STEPS; k++)
        for (size_t first = 0; first < LANES; first += count) {
            double gradient[RULE_MAX_GRADIENTS * LANES];
            double slot[RULE_MAX_SLOTS * LANES];
            for (size_t i = 0; i < count; i++) {
                const size_t lane = first + i;
                const double mean =
                    tile->h[lane] * (tile->theta[lane] - tile->centre[lane]) +
                    tile->slope[lane];
                for (size_t s = 0; s < samples; s++)
                    gradient[s * count + i] =
                        fma(tile->noise_sd[lane],
                            normal[(k * samples + s) * LANES + lane], mean);
                gradient[samples * count + i] = mean;
                for (size_t s = 0; s < slots; s++)
                    slot[s * count + i] = tile->slot[s][lane];
            }
            one_step(rule, t + k, count, gradient, tile->theta + first, slot);
            for (size_t i = 0; i < count; i++) {
                for (size_t s = 0; s < slots; s++)
                    tile->slot[s][first + i] = slot[s * count + i];
                trajectory[k * LANES + first + i] = tile->theta[first + i];
            }
        }
}

static void check_same_tile(const struct rule *rule, const struct tile *a,
                            const struct tile *b)
{
    CHECK_SAME(a->theta, b->theta, LANES);
    for (int s = 0; s < rule->kind->slots; s++)
        CHECK_SAME(a->slot[s], b->slot[s], LANES);
}

/* `advance` against the step of the same loops and the step of the kind, which is
 * compiled without an instruction set. */
static void check_advance_of(const struct rule *rule, const struct rule_loops *loops,
                             uint64_t *random)
{
    const step_function steps[] = {loops->step, rule->kind->step};
    static double normal[STEPS * RULE_MAX_SAMPLES * LANES];
    static double trajectory[STEPS * LANES], by_steps[STEPS * LANES];
    const uint64_t t = check_word(random) >> 44;
    const size_t samples = (size_t)rule->kind->samples;
    struct tile tile, copy;
    draw(STEPS * samples * LANES, random, normal);
    random_tile(rule, random, &tile);
    for (int k = 0; k < 4; k++) {
        struct tile own = tile;
        copy = tile;
        loops->advance(rule, t, STEPS, normal, &own, trajectory);
        advance_by_steps(rule, steps[k / 2], t, k % 2 ? LANES : 1, normal, &copy,
                         by_steps);
        CHECK_SAME(trajectory, by_steps, STEPS * LANES);
        check_same_tile(rule, &own, &copy);
        /* In two parts. */
        own = tile;
        loops->advance(rule, t, 5, normal, &own, trajectory);
        loops->advance(rule, t + 5, STEPS - 5, normal + 5 * samples * LANES, &own,
                       trajectory + 5 * LANES);
        CHECK_SAME(trajectory, by_steps, STEPS * LANES);
        check_same_tile(rule, &own, &copy);
    }
}

static void check_advance(const struct rule *rule, uint64_t *random)
{
    check_advance_of(rule, check_loops(rule), random);
}

static void test_advance_is_steps(void **state)
{
    (void)state;
    each_rule(check_advance);
}

/* A rule of the user's own, stated as rule files do, with what no rule in the list may
 * have: scalars that change from step to step, nonlinearity, as many slots and samples
 * as there can be. */
#define RULE own
#ifndef ISA
#define ISA base
#endif
enum { SLOTS = RULE_MAX_SLOTS, SAMPLES = RULE_MAX_SAMPLES, SCALARS_VARY = 1 };
enum { SCALARS = 2 };

static const struct parameter parameters[] = {{.name = "lr"}};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    scalar[RULE_RATE] = rule->number[0] / sqrt(1 + (double)t);
    scalar[1] = (double)(t % 7) / 8;
}

static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    for (int k = 0; k + 1 < SLOTS; k++)
        slot[k] = slot[k + 1];
    slot[SLOTS - 1] =
        scalar[1] * slot[0] + g[0] / (1 + g[SAMPLES - 1] * g[SAMPLES - 1]);
    *theta -= scalar[RULE_RATE] * slot[SLOTS - 1];
}

#include "rules/template.h"

RULE_KIND = {RULE_TRAITS, .formula = "for this test alone"};

static void test_own_rule(void **state)
{
    uint64_t random = 3;
    const struct rule rule = rule_of(&RULE_SYMBOL(RULE), 0.1);
    (void)state;
    assert_string_equal(rule.kind->name, "own");
    assert_int_equal(rule.kind->slots, RULE_MAX_SLOTS);
    for (int i = 0; i < 20; i++)
        check_advance_of(&rule, &RULE_LOOPS_SYMBOL(RULE), &random);
}

/* The same rules, found by every instruction set, with the same bits. */
struct isa_paths {
    size_t rules;
    double trajectory[32][STEPS * LANES];
};

static void run_isa(const struct kernels *kernels, void *context)
{
    static double normal[STEPS * RULE_MAX_SAMPLES * LANES];
    static double trajectory[STEPS * LANES];
    struct isa_paths *first = context;
    const bool is_first = first->rules == 0;
    size_t i = 0;
    for (; kernels->rules[i]; i++) {
        uint64_t random = i;
        const struct rule_kind *kind = rule_kinds()[i];
        assert_non_null(kind);
        assert_string_equal(kernels->rules[i]->name, kind->name);
        const struct rule rule = some_rule(kind, &random);
        struct tile tile;
        assert_true(i < sizeof first->trajectory / sizeof *first->trajectory);
        draw(sizeof normal / sizeof *normal, &random, normal);
        random_tile(&rule, &random, &tile);
        kernels->rules[i]->advance(&rule, 0, STEPS, normal, &tile,
                                   is_first ? first->trajectory[i] : trajectory);
        if (!is_first)
            CHECK_SAME(trajectory, first->trajectory[i], STEPS * LANES);
    }
    assert_null(rule_kinds()[i]);
    assert_true(is_first || i == first->rules);
    first->rules = i;
}

static void test_same_bits_on_every_isa(void **state)
{
    static struct isa_paths first;
    (void)state;
    check_each_isa(run_isa, &first);
}

/* --- the paper's equations, literally --------------------------------------------- */

enum { HISTORY = 60 };

/* Applied direction u_t of random gradients g[samples][HISTORY], t = 0..HISTORY-1. The
 * gradients do not depend on theta here, so theta starts each step at 0. */
static void directions(const struct rule *rule, const double g[][HISTORY], double *u)
{
    double slot[RULE_MAX_SLOTS] = {0};
    for (uint64_t t = 0; t < HISTORY; t++) {
        double theta = 0, gradient[RULE_MAX_SAMPLES];
        for (int s = 0; s < rule->kind->samples; s++)
            gradient[s] = g[s][t];
        rule->kind->step(rule, t, 1, gradient, &theta, slot);
        u[t] = -theta;
    }
}

/* u_t = rate sum_k weight(k) g_{t-k} for every t. */
static void check_weights(const struct rule *rule, double rate, const double *weight)
{
    double g[1][HISTORY], u[HISTORY];
    uint64_t random = 7;
    draw(HISTORY, &random, g[0]);
    directions(rule, (const double(*)[HISTORY])g, u);
    for (int t = 0; t < HISTORY; t++) {
        long double sum = 0;
        for (int k = 0; k <= t; k++)
            sum += (long double)weight[k] * g[0][t - k];
        CHECK_NEAR(u[t], (double)(rate * sum), 0, 1e-13);
    }
}

static const double beta0s[] = {-2, -1, -0.5, -0.3, 0, 0.5, 1, 3};
static const double beta1s[] = {0, 0.5, 0.9, 0.99};
enum {
    BETA0S = sizeof beta0s / sizeof *beta0s,
    BETA1S = sizeof beta1s / sizeof *beta1s
};

/* Calls test(beta0, beta1) for all pairs. */
static void each_pair(void (*test)(double, double))
{
    for (int i = 0; i < BETA0S; i++)
        for (int j = 0; j < BETA1S; j++)
            test(beta0s[i], beta1s[j]);
}

static double gamma_of(double beta0)
{
    return (1 + beta0) * (1 + beta0) + beta0 * beta0;
}

/* Eqs. 6-8 as printed: even k weigh (1 + beta0) beta3 beta1^k, odd k -beta0 beta3
 * beta1^k, beta3 = 1 - beta1. */
static void check_pnm_eq7(double beta0, double beta1)
{
    const struct rule rule =
        CHECK_RULE("pnm_eq7 lr=0.3 beta0=%.17g beta1=%.17g", beta0, beta1);
    double weight[HISTORY];
    for (int k = 0; k < HISTORY; k++)
        weight[k] = (k % 2 == 0 ? 1 + beta0 : -beta0) * (1 - beta1) * pow(beta1, k);
    check_weights(&rule, 0.3, weight);
}

/* Algorithm 2 unrolled: m_t = (1-beta) (g_t + beta g_{t-2} + ...), u = (1+beta0) m_t -
 * beta0 m_{t-1}, applied with lr / sqrt(gamma) or lr. */
static void check_pnm(double beta0, double beta1)
{
    const double beta = beta1 * beta1;
    double weight[HISTORY];
    for (int k = 0; k < HISTORY; k++)
        weight[k] =
            (k % 2 == 0 ? 1 + beta0 : -beta0) * (1 - beta) * pow(beta1, k - k % 2);
    for (int normalized = 0; normalized < 2; normalized++) {
        const struct rule rule =
            CHECK_RULE("pnm lr=0.3 beta0=%.17g beta1=%.17g lr-normalization=%s", beta0,
                       beta1, normalized ? "on" : "off");
        check_weights(&rule, normalized ? 0.3 / sqrt(gamma_of(beta0)) : 0.3, weight);
    }
}

/* Algorithm 1 unrolled, beta3 beyond its range too. */
static void check_heavy_ball(double beta3, double beta1)
{
    struct rule rule = CHECK_RULE("heavy_ball lr=0.3 beta1=%.17g", beta1);
    double weight[HISTORY];
    check_set(&rule, "beta3", beta3);
    for (int k = 0; k < HISTORY; k++)
        weight[k] = beta3 * pow(beta1, k);
    check_weights(&rule, 0.3, weight);
}

static void check_two_batch(double beta0, double beta1)
{
    double g[2][HISTORY], u[HISTORY];
    uint64_t random = 8;
    (void)beta1;
    draw(2 * HISTORY, &random, g[0]);
    for (int normalized = 0; normalized < 2; normalized++) {
        const struct rule rule =
            CHECK_RULE("two_batch lr=0.3 beta0=%.17g lr-normalization=%s", beta0,
                       normalized ? "on" : "off");
        directions(&rule, (const double(*)[HISTORY])g, u);
        const double rate = normalized ? 0.3 / sqrt(gamma_of(beta0)) : 0.3;
        for (int t = 0; t < HISTORY; t++)
            CHECK_NEAR(u[t], rate * ((1 + beta0) * g[0][t] - beta0 * g[1][t]), 0,
                       1e-15);
    }
}

static void test_equations(void **state)
{
    static const double only_now[HISTORY] = {1};
    const struct rule sgd = CHECK_RULE("sgd lr=0.3");
    (void)state;
    check_weights(&sgd, 0.3, only_now);
    each_pair(check_heavy_ball);
    each_pair(check_pnm);
    each_pair(check_pnm_eq7);
    each_pair(check_two_batch);
}

/* --- identities between rules ----------------------------------------------------- */

enum { LONG = 1000 };

/* theta of 64 lanes over 1000 noisy steps, with the same first gradient samples. */
static double *long_path(const struct rule *rule)
{
    const size_t samples = (size_t)rule->kind->samples;
    double *normal = check_alloc(LONG * LANES * samples, sizeof *normal);
    double *trajectory = check_alloc(LONG * LANES, sizeof *trajectory);
    uint64_t first = 9, second = 10;
    struct tile tile;
    random_tile(rule, &first, &tile);
    memset(tile.slot, 0, sizeof tile.slot);
    for (size_t k = 0; k < LONG * samples; k++)
        draw(LANES, k % samples == 0 ? &first : &second, normal + k * LANES);
    check_loops(rule)->advance(rule, 0, LONG, normal, &tile, trajectory);
    free(normal);
    return trajectory;
}

static void check_identity(const struct rule *a, const struct rule *b)
{
    double *x = long_path(a), *y = long_path(b);
    CHECK_SAME(x, y, LONG * LANES);
    free(x);
    free(y);
}

/* theta is of order 1 and each step rounds it a few times by 2^-53; the errors of steps
 * past decay like theta itself, in about 1 / (lr h) = 100 steps at the most. */
static void check_close_paths(const struct rule *a, const struct rule *b)
{
    double *x = long_path(a), *y = long_path(b);
    for (int k = 0; k < LONG * LANES; k++)
        CHECK_NEAR(x[k], y[k], 0, 100 * DBL_EPSILON);
    free(x);
    free(y);
}

static void test_sgd_is_heavy_ball(void **state)
{
    const struct rule sgd = CHECK_RULE("sgd lr=0.1");
    const struct rule plain = CHECK_RULE("heavy_ball lr=0.1 beta1=0 beta3=1");
    const struct rule average = CHECK_RULE("heavy_ball lr=0.1 beta1=0");
    (void)state;
    check_identity(&sgd, &plain);
    check_identity(&sgd, &average);
}

static void test_two_batch_is_sgd(void **state)
{
    const struct rule sgd = CHECK_RULE("sgd lr=0.1");
    const struct rule on = CHECK_RULE("two_batch lr=0.1 beta0=0");
    const struct rule off = CHECK_RULE("two_batch lr=0.1 beta0=0 lr-normalization=off");
    (void)state;
    check_identity(&sgd, &on);
    check_identity(&sgd, &off);
}

/* beta0 = -beta1 / (1 + beta1) turns PNM into Heavy Ball with rate lr / sqrt(gamma). */
static void test_pnm_is_heavy_ball(void **state)
{
    (void)state;
    for (int i = 0; i < BETA1S; i++) {
        const double beta1 = beta1s[i], beta0 = -beta1 / (1 + beta1);
        struct rule pnm =
            CHECK_RULE("pnm lr=0.1 beta0=%.17g beta1=%.17g", beta0, beta1);
        struct rule heavy_ball =
            CHECK_RULE("heavy_ball lr=%.17g beta1=%.17g beta3=%.17g",
                       0.1 / sqrt(gamma_of(beta0)), beta1, 1 - beta1);
        check_close_paths(&pnm, &heavy_ball);
        check_set(&pnm, "lr-normalization", 0);
        check_set(&heavy_ball, "lr", 0.1);
        check_close_paths(&pnm, &heavy_ball);
    }
}

/* beta0 = 0 and beta1 = 0: what remains of PNM, and of eqs. 6-8, is SGD. */
static void test_pnm_is_sgd(void **state)
{
    const struct rule sgd = CHECK_RULE("sgd lr=0.1");
    const struct rule pnm = CHECK_RULE("pnm lr=0.1 beta0=0 beta1=0");
    const struct rule eq7 = CHECK_RULE("pnm_eq7 lr=0.1 beta0=0 beta1=0");
    (void)state;
    check_identity(&sgd, &pnm);
    check_identity(&sgd, &eq7);
}

/* (beta3 = 1, eta) is (beta3 = 1 - beta1, eta / (1 - beta1)). */
static void test_heavy_ball_scaling(void **state)
{
    (void)state;
    for (int i = 0; i < BETA1S; i++) {
        const double beta1 = beta1s[i], lr = 0.1 * (1 - beta1);
        const struct rule pytorch =
            CHECK_RULE("heavy_ball lr=%.17g beta1=%.17g beta3=1", lr, beta1);
        const struct rule paper =
            CHECK_RULE("heavy_ball lr=%.17g beta1=%.17g beta3=%.17g", lr / (1 - beta1),
                       beta1, 1 - beta1);
        check_close_paths(&pytorch, &paper);
    }
}

/* --- the framework names no rule -------------------------------------------------- */

static bool is_word_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static void check_line_names_none(const char *file, int number, const char *line)
{
    for (const struct rule_kind *const *o = rule_kinds(); *o; o++) {
        const char *name = (*o)->name;
        /* The project bears this one's name, and this one's is a word of the language.
         */
        if (strcmp(name, "pnm") == 0 || strcmp(name, "linear") == 0)
            continue;
        for (const char *at = line; (at = strstr(at, name)); at++)
            CHECK((at > line && is_word_letter(at[-1])) ||
                      is_word_letter(at[strlen(name)]),
                  "%s:%d names the rule %s: %s", file, number, name, line);
    }
}

static void check_file_names_none(const char *folder, const char *name)
{
    char trajectory[1024], *line = NULL;
    size_t size = 0;
    snprintf(trajectory, sizeof trajectory, "%s/%s", folder, name);
    FILE *file = fopen(trajectory, "r");
    assert_non_null(file);
    for (int number = 1; getline(&line, &size, file) >= 0; number++)
        check_line_names_none(name, number, line);
    free(line);
    fclose(file);
}

/* Whether a file of sim/rules/ is a rule's own: NAME.c, adam.h, or the list. */
static bool is_own_file(const char *name)
{
    char rule[64];
    snprintf(rule, sizeof rule, "%.*s", (int)strcspn(name, "."), name);
    return rule_kind_find(rule) || strcmp(name, "list.h") == 0;
}

/* Reads the C files of a folder, and returns how many there are. */
static int check_folder_names_none(const char *folder, bool of_rules)
{
    int files = 0;
    DIR *list = opendir(folder);
    CHECK(list, "cannot read %s: run the tests where they were built", folder);
    for (struct dirent *entry; (entry = readdir(list));) {
        const char *name = entry->d_name, *ending = strrchr(name, '.');
        if (!ending || (strcmp(ending, ".c") != 0 && strcmp(ending, ".h") != 0) ||
            (of_rules && is_own_file(name)))
            continue;
        check_file_names_none(folder, name);
        files++;
    }
    closedir(list);
    return files;
}

/* Outside its own file and the list, sim/ names no rule. */
static void test_framework_names_no_rule(void **state)
{
    static const char *const rooms[] = {"", "base", "rules", "losses", "engine", "cli"};
    int files = 0;
    (void)state;
    const char *slash = strrchr(__FILE__, '/');
    const int length = slash ? (int)(slash + 1 - __FILE__) : 0;
    for (size_t k = 0; k < sizeof rooms / sizeof *rooms; k++) {
        char folder[512];
        snprintf(folder, sizeof folder, "%.*s../../../sim/%s", length, __FILE__,
                 rooms[k]);
        files += check_folder_names_none(folder, strcmp(rooms[k], "rules") == 0);
    }
    assert_true(files > 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metadata),
        cmocka_unit_test(test_shared_names),
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_parameter_range),
        cmocka_unit_test(test_superposition),
        cmocka_unit_test(test_rotation),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_advance_is_steps),
        cmocka_unit_test(test_own_rule),
        cmocka_unit_test(test_same_bits_on_every_isa),
        cmocka_unit_test(test_equations),
        cmocka_unit_test(test_sgd_is_heavy_ball),
        cmocka_unit_test(test_two_batch_is_sgd),
        cmocka_unit_test(test_pnm_is_heavy_ball),
        cmocka_unit_test(test_pnm_is_sgd),
        cmocka_unit_test(test_heavy_ball_scaling),
        cmocka_unit_test(test_framework_names_no_rule),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
