/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sections.h"

#include "engine/kernels.h"
#include "exact.h"
#include "report.h"
#include "serve.h"
#include "setup.h"

#include <math.h>
#include <string.h>

/* --- normal numbers --------------------------------------------------------------- */

static struct contender *add_generator(struct contest *contest, struct process *process,
                                       const char *what, const char *command,
                                       const char *isa)
{
    enum { COUNT = 1 << 20 };
    struct contender c = {.what = what,
                          .rule = "",
                          .isa = isa,
                          .threads = 1,
                          .process = process,
                          .units = COUNT,
                          .expected = 1,
                          .most = NAN};
    snprintf(c.command, sizeof c.command, "%s %d", command, (int)COUNT);
    return contest_add(contest, &c);
}

/* The fastest of all rounds: what slows the clock down is not the generator's. */
static double clock_of(const struct contender *clock)
{
    double least = INFINITY;
    for (int k = 0; k < clock->rounds; k++)
        least = clock->ns[k] < least ? clock->ns[k] : least;
    return 1 / least;
}

int section_generator(struct bench *bench, struct contest *contest)
{
    static const char *const others[][2] = {
        {"gsl ziggurat mt19937", "generator mt19937"},
        {"gsl ziggurat taus2", "generator taus2"},
        {"numpy SFC64", "generator numpy-SFC64"},
        {"numpy PCG64", "generator numpy-PCG64"},
        {"torch", "generator torch"},
    };
    contest->section = "generator";
    contest->title = "Normal numbers: ns and cycles a number. floor: the arithmetic of "
                     "Box and Muller's transform alone";
    struct contender clock = {.what = "clock cycle",
                              .rule = "",
                              .isa = "",
                              .threads = 1,
                              .process = &bench->own[0],
                              .command = "clock",
                              .units = SERVE_CYCLES,
                              .expected = NAN,
                              .most = NAN};
    struct contender *cycle = contest_add(contest, &clock), *ours = NULL;
    for (int k = 0; k < bench->isas; k++) {
        struct contender *floor =
            add_generator(contest, &bench->own[k], "floor", "floor", bench->isa[k]);
        floor->expected = NAN;
        struct contender *own = add_generator(contest, &bench->own[k], "pnmlab",
                                              "generator pnmlab", bench->isa[k]);
        own->ratio_to = "floor";
        own->base = floor;
        ours = ours ? ours : own;
    }
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        if (bench->quick && strcmp(others[k][0], "torch") == 0)
            continue;
        struct contender *other =
            add_generator(contest, k < 2 ? &bench->own[0] : &bench->peers, others[k][0],
                          others[k][1], "");
        other->ratio_to = "pnmlab";
        other->base = ours;
    }
    const int wrong = contest_run(contest, bench->quick ? 15 : 60, 60);
    bench->gigahertz = clock_of(cycle);
    report_table(contest, bench->gigahertz);
    return wrong;
}

/* --- coordinate-steps ------------------------------------------------------------- */

static double updates(const struct setup *setup)
{
    return (double)setup->d * (double)setup->chains.count * (double)setup->chains.steps;
}

struct contender *section_add_run(struct contest *contest, struct process *process,
                                  const char *what, const char *who, const char *isa,
                                  const struct setup *setup)
{
    struct contender c = {.what = what,
                          .isa = isa,
                          .d = setup->d,
                          .replicas = setup->chains.count,
                          .steps = setup->chains.steps,
                          .threads = setup->threads,
                          .process = process,
                          .units = updates(setup),
                          .expected = setup_exact(setup),
                          .most = NAN};
    snprintf(c.rule, sizeof c.rule, "%s", setup->rule);
    setup_command(setup, who, sizeof c.command, c.command);
    return contest_add(contest, &c);
}

static void engine_and_peers(struct bench *bench, struct contest *contest,
                             struct contender *generator, struct setup *setup)
{
    static const char *const peers[][2] = {
        {"naive C and GSL", "naive"}, {"numpy", "numpy-SFC64"}, {"torch", "torch"}};
    setup->threads = 1;
    struct contender *engine = section_add_run(contest, &bench->own[0], "pnmlab",
                                               "engine", bench->isa[0], setup);
    engine->ratio_to = "pnmlab's generator";
    engine->base = generator;
    if (bench->threads > 1) {
        setup->threads = bench->threads;
        struct contender *more = section_add_run(contest, &bench->own[0], "pnmlab",
                                                 "engine", bench->isa[0], setup);
        more->ratio_to = "1 thread";
        more->base = engine;
        setup->threads = 1;
    }
    for (size_t k = 0; k < sizeof peers / sizeof *peers; k++) {
        if (bench->quick && strcmp(peers[k][1], "torch") == 0)
            continue;
        struct contender *peer =
            section_add_run(contest, k == 0 ? &bench->own[0] : &bench->peers,
                            peers[k][0], peers[k][1], "", setup);
        peer->ratio_to = "pnmlab";
        peer->base = engine;
    }
}

int section_engine(struct bench *bench, struct contest *contest)
{
    static const char *const rules[] = {"sgd", "heavy_ball", "pnm"};
    contest->section = "engine";
    contest->title = "Stationary variance: ns and cycles a coordinate-step";
    struct contender *generator =
        add_generator(contest, &bench->own[0], "pnmlab's generator", "generator pnmlab",
                      bench->isa[0]);
    for (int k = 0; k < 3; k++) {
        struct setup setup = {.d = 100,
                              .chains = {bench->quick ? 200 : 1000, 1024, 256},
                              .lr = 0.5,
                              .low = 0.2,
                              .high = 1};
        snprintf(setup.rule, sizeof setup.rule, "%s", rules[k]);
        engine_and_peers(bench, contest, generator, &setup);
    }
    const int wrong = contest_run(contest, 7, bench->quick ? 10 : 130);
    report_table(contest, bench->gigahertz);
    return wrong;
}

/* --- filters ---------------------------------------------------------------------- */

/* A chain with `filters` states of control variates, held against one without. */
static struct contender *add_filters(struct bench *bench, struct contest *contest,
                                     const char *what, const char *rule, double lr,
                                     int filters, struct contender *without)
{
    struct setup setup = {.d = 1,
                          .chains = {1024, bench->quick ? 4096 : 32768, 256},
                          .lr = lr,
                          .low = 1,
                          .high = 1,
                          .threads = 1,
                          .filters = filters};
    snprintf(setup.rule, sizeof setup.rule, "%s", rule);
    struct contender *c =
        section_add_run(contest, &bench->own[0], what, "engine", bench->isa[0], &setup);
    c->tolerance = 0.05; /* long correlations */
    c->ratio_to = "no filter";
    c->base = without;
    return c;
}

int section_filters(struct bench *bench, struct contest *contest)
{
    /* Poles are real at the small rate; at the large one two of them are a pair. */
    static const double small = 0.05, large = 0.5;
    static const struct {
        const char *what;
        int filters;
        double lr;
    } grid[] = {{"1 real filter", 1, small},
                {"2 real filters", 2, small},
                {"3 real filters", 3, small},
                {"1 complex filter", 2, large},
                {"1 complex and 1 real", 3, large}};
    static const struct {
        const char *name;
        int states;
    } rules[] = {{"sgd", 1}, {"heavy_ball", 2}, {"pnm", 3}};
    contest->section = "filters";
    contest->title =
        "Control variates beside a chain: ns and cycles a coordinate-step. "
        "A complex filter has two states";
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
        struct contender *without =
            add_filters(bench, contest, "no filter", rules[r].name, small, 0, NULL);
        for (size_t k = 0; k < sizeof grid / sizeof *grid; k++)
            if (grid[k].filters <= rules[r].states)
                add_filters(bench, contest, grid[k].what, rules[r].name, grid[k].lr,
                            grid[k].filters, without);
    }
    const int wrong = contest_run(contest, bench->quick ? 5 : 21, 20);
    report_table(contest, bench->gigahertz);
    return wrong;
}

/* --- growth ----------------------------------------------------------------------- */

/* pnm at curvature 1, or for dense noise, and what is held against it, from 0.2 to 1.
 */
static struct setup growing(size_t d, uint64_t replicas, double samples)
{
    const double steps = samples / ((double)d * (double)replicas);
    struct setup setup = {.rule = "pnm",
                          .d = d,
                          .chains = {replicas, 512, 256},
                          .lr = 0.5,
                          .low = 1,
                          .high = 1,
                          .threads = 1};
    if (steps > 512)
        setup.chains.steps = (uint64_t)steps;
    return setup;
}

static void add_sizes(struct bench *bench, struct contest *contest)
{
    static const uint64_t sizes[][2] = {
        {100, 1000}, {1, 1000},    {1, 1000000}, {10, 1000},   {100, 1},
        {1000, 100}, {10000, 100}, {100000, 1},  {1000000, 1}, {1, 1},
    };
    const double samples = bench->quick ? 2e7 : 2e8;
    struct contender *reference = NULL;
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        const uint64_t d = sizes[k][0], replicas = sizes[k][1];
        if ((double)(d * replicas) > (bench->quick ? 1e5 : 1e6))
            continue;
        /* A block of 64 lanes is run for a single coordinate too. */
        struct setup setup =
            growing(d, replicas, d * replicas == 1 ? samples / 64 : samples);
        struct contender *one = section_add_run(contest, &bench->own[0], "pnmlab",
                                                "engine", bench->isa[0], &setup);
        one->ratio_to = "d 100 replicas 1000";
        one->base = reference;
        reference = reference ? reference : one;
        if (bench->threads == 1 || d * replicas == 1)
            continue;
        setup.threads = bench->threads;
        struct contender *more = section_add_run(contest, &bench->own[0], "pnmlab",
                                                 "engine", bench->isa[0], &setup);
        more->ratio_to = "1 thread";
        more->base = one;
    }
}

static void add_dense(struct bench *bench, struct contest *contest)
{
    static const size_t sizes[] = {2, 10, 30, 100};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        if (bench->quick && sizes[k] > 30)
            continue;
        struct setup setup = growing(sizes[k], 1000, bench->quick ? 5e6 : 5e7);
        /* Correlated modes are worth fewer independent ones. */
        if (setup.chains.steps < 4096)
            setup.chains.steps = 4096;
        setup.low = 0.2;
        struct contender *plain = section_add_run(
            contest, &bench->own[0], "diagonal noise", "engine", bench->isa[0], &setup);
        setup.dense = 1;
        struct contender *dense = section_add_run(
            contest, &bench->own[0], "dense noise", "engine", bench->isa[0], &setup);
        dense->ratio_to = "diagonal noise";
        dense->base = plain;
    }
}

int section_growth(struct bench *bench, struct contest *contest)
{
    contest->section = "growth";
    contest->title = "Growth with the problem: ns and cycles a coordinate-step";
    add_sizes(bench, contest);
    add_dense(bench, contest);
    const int wrong = contest_run(contest, bench->quick ? 3 : 7, 60);
    report_table(contest, bench->gigahertz);
    return wrong;
}

/* --- exact theory ----------------------------------------------------------------- */

static struct contender *add_exact(struct bench *bench, struct contest *contest,
                                   const char *what, const char *who, size_t n)
{
    struct contender c = {.what = what,
                          .rule = "pnm",
                          .isa = "",
                          .d = n,
                          .threads = 1,
                          .process = &bench->own[0],
                          .units = (double)n * (double)(n + 1) / 2,
                          .expected = NAN,
                          .most = 1e-12};
    snprintf(c.command, sizeof c.command, "exact %s %zu", who, n);
    return contest_add(contest, &c);
}

int section_exact(struct bench *bench, struct contest *contest)
{
    static const size_t sizes[] = {10, 30, 100, 300, 1000};
    contest->section = "exact";
    contest->title = "Exact covariance under dense noise: ns and cycles an element";
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        const size_t n = sizes[k];
        if (bench->quick && n > 100)
            continue;
        struct contender *pairs =
            add_exact(bench, contest, "pairs of modes", "pairs", n);
        if (n > exact_other_most() || (bench->quick && n > 30))
            continue;
        struct contender *other =
            add_exact(bench, contest, exact_other_name, "whole", n);
        other->ratio_to = "pairs of modes";
        other->base = pairs;
    }
    const int wrong = contest_run(contest, bench->quick ? 3 : 7, 30);
    report_table(contest, bench->gigahertz);
    return wrong;
}
