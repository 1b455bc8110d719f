/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/bound_search.h"

#include "base/interrupt.h"
#include "compare/bound_space.h"
#include "compare/draws.h"
#include "engine/units.h"

#include <gsl/gsl_multimin.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A round looks at DRAWS random points and runs a simplex of SIMPLEX looks from the
 * best one. One look in REFINED is kept for the best point of all rounds, from which
 * simplexes start again until one gains less than `least_gain`. */
enum { DRAWS = 16, SIMPLEX = 64, ROUND = DRAWS + SIMPLEX, REFINED = 4 };
static const double least_gain = 1e-4;

/* The chains of a look in a round, of one from the best point of all rounds, and of the
 * look at the best point of a round, by which rounds are compared: the band of a noisy
 * setting must not pass for a lower ratio. */
enum { CHAINS = 64, REFINED_CHAINS = 256, LAST_CHAINS = 1024 };

/* --- one round -------------------------------------------------------------------- */

/* The best point of a round so far, and the looks that it has left. */
struct round {
    const struct bound_search *search;
    const struct loss *loss;
    double u[BOUND_FREE_COUNT];
    struct bound_point best;
    double ratio;
    uint64_t left, chains; /* looks that are left, and the chains of a look */
    int status;
    struct error error;
};

/* The ratio at a point; 0 if it is beyond the range of numbers or the round has failed.
 */
static double ratio_at(struct round *round, const struct bound_point *point,
                       uint64_t chains)
{
    struct bound_instance instance;
    double ratio[BOUND_FORMS] = {0};
    if (round->status != STATUS_OK || interrupt_pending())
        return 0;
    bound_search_instance(&instance, round->search, point);
    round->status = bound_look(&instance.ensemble, chains, ratio, &round->error);
    const double own = ratio[round->search->form];
    return round->status == STATUS_OK && isfinite(own) ? own : 0;
}

/* The ratio at coordinates; 0 if the round has ended, too. */
static double look(struct round *round, const double u[BOUND_FREE_COUNT])
{
    if (round->left == 0)
        return 0;
    round->left--;
    const struct bound_point point = bound_space_point(round->search, round->loss, u);
    const double own = ratio_at(round, &point, round->chains);
    if (own > round->ratio) {
        memcpy(round->u, u, sizeof round->u);
        round->best = point;
        round->ratio = own;
    }
    return own;
}

static double objective(const gsl_vector *x, void *context)
{
    struct round *round = context;
    double u[BOUND_FREE_COUNT];
    size_t k = 0;
    for (int i = 0; i < BOUND_FREE_COUNT; i++)
        u[i] = round->search->free[i] ? gsl_vector_get(x, k++) : 0;
    return -look(round, u);
}

/* Runs the simplex from the round's best point. */
static void descend(struct round *round)
{
    size_t dim = 0;
    for (int i = 0; i < BOUND_FREE_COUNT; i++)
        dim += round->search->free[i];
    if (dim == 0 || round->left == 0)
        return;
    double at[BOUND_FREE_COUNT] = {0}, length[BOUND_FREE_COUNT];
    gsl_vector_view x = gsl_vector_view_array(at, dim);
    gsl_vector_view step = gsl_vector_view_array(length, dim);
    gsl_multimin_fminimizer *simplex =
        gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, dim);
    gsl_multimin_function f = {objective, dim, round};
    if (!simplex)
        round->status = error_memory(&round->error, "the search");
    if (round->status == STATUS_OK) {
        dim = 0;
        for (int i = 0; i < BOUND_FREE_COUNT; i++)
            if (round->search->free[i])
                at[dim++] = round->u[i];
        gsl_vector_set_all(&step.vector, 0.3);
        int going = gsl_multimin_fminimizer_set(simplex, &f, &x.vector, &step.vector);
        while (!going && round->left > 0 && round->status == STATUS_OK &&
               !interrupt_pending())
            going = gsl_multimin_fminimizer_iterate(simplex) ||
                    gsl_multimin_fminimizer_size(simplex) < 1e-5;
    }
    gsl_multimin_fminimizer_free(simplex);
}

/* A number of a range; in one case of four its end. */
static double drawn(const struct bound_range *range, uint64_t word)
{
    if ((word & 3) == 0 && !isnan(range->end))
        return range->end;
    return range->low + (range->high - range->low) * (double)(word >> 11) * 0x1p-53;
}

/* Looks at a few random points. Every other round of a loss takes long chains alone:
 * the best short chains, which have not settled, and the best long ones are of
 * different kinds, and a simplex does not get from one to the other. */
static void draw(struct round *round, uint64_t number)
{
    const struct bound_search *search = round->search;
    const double names[] = {(double)search->bound, (double)search->form};
    struct random_stream stream;
    struct bound_range range[BOUND_FREE_COUNT];
    bound_space_ranges(search, range);
    if (number / search->loss_count % 2 == 1)
        range[BOUND_FREE_HORIZON].low = range[BOUND_FREE_HORIZON].high / 2;
    round->status =
        draws_stream(search->sampling, random_hash("bound_search", names, 2), number,
                     &stream, &round->error);
    for (int k = 0; round->status == STATUS_OK && k < DRAWS; k++) {
        uint64_t word[RANDOM_BLOCK];
        double u[BOUND_FREE_COUNT];
        random_words(&stream, word);
        for (int i = 0; i < BOUND_FREE_COUNT; i++)
            u[i] = drawn(&range[i], word[i]);
        look(round, u);
    }
    random_free(&stream);
}

/* --- all rounds ------------------------------------------------------------------- */

/* Looks at the starts on the round's loss. */
static void begin_at_starts(const struct bound_search *search, struct round *round)
{
    for (size_t k = 0; k < search->start_count; k++) {
        if (search->starts[k].loss != round->loss)
            continue;
        const double ratio = ratio_at(round, &search->starts[k], round->chains);
        if (ratio > round->ratio) {
            round->best = search->starts[k];
            round->ratio = ratio;
            bound_space_coordinates(search, &round->best, round->u);
        }
    }
}

static int count_vacuous(const struct bound_search *search,
                         const struct bound_point *point, size_t *vacuous,
                         struct error *error)
{
    struct bound_instance instance;
    struct convergence c;
    bound_search_instance(&instance, search, point);
    const int status = convergence_constants(&instance.task, &instance.rule, &c, error);
    if (status == STATUS_OK)
        *vacuous += convergence_bound(&c, point->horizon, search->form) >=
                    c.gradient * c.gradient;
    return status;
}

/* The result of a round, and the best of all merged rounds, as the numbers of a unit.
 */
enum {
    FOUND_RATIO,
    FOUND_LOSS, /* index among the search's losses */
    FOUND_BETA0,
    FOUND_BETA1,
    FOUND_LR,
    FOUND_C,
    FOUND_SIGMA,
    FOUND_INITIAL,
    FOUND_HORIZON,
    FOUND_COUNT
};

struct task {
    const struct bound_search *search;
    double best[FOUND_COUNT]; /* ratio -1: no round is merged yet */
};

static void pack(struct round *round, double *found)
{
    const struct bound_point *best = &round->best;
    found[FOUND_RATIO] = round->ratio > 0 ? ratio_at(round, best, LAST_CHAINS) : 0;
    found[FOUND_LOSS] = (double)(round->loss - round->search->losses);
    found[FOUND_BETA0] = best->beta0;
    found[FOUND_BETA1] = best->beta1;
    found[FOUND_LR] = best->lr;
    found[FOUND_C] = best->c;
    found[FOUND_SIGMA] = best->sigma;
    found[FOUND_INITIAL] = best->initial;
    found[FOUND_HORIZON] = (double)best->horizon;
}

static struct bound_point unpack(const struct bound_search *search, const double *found)
{
    return (struct bound_point){
        .loss = &search->losses[(size_t)found[FOUND_LOSS]],
        .beta0 = found[FOUND_BETA0],
        .beta1 = found[FOUND_BETA1],
        .lr = found[FOUND_LR],
        .c = found[FOUND_C],
        .sigma = found[FOUND_SIGMA],
        .initial = found[FOUND_INITIAL],
        .horizon = (uint64_t)found[FOUND_HORIZON],
    };
}

/* The number of rounds that begin at the starts, one a loss; the others begin at random
 * points. All rounds take the losses in turn. */
static uint64_t rounds_from_starts(const struct bound_search *search)
{
    return search->starts ? search->loss_count : 0;
}

/* The looks that are kept for the best point of all rounds. */
static uint64_t refining_looks(const struct bound_search *search)
{
    return search->evaluations / REFINED;
}

/* The looks of all random rounds. */
static uint64_t looks_at_random(const struct bound_search *search)
{
    return search->evaluations - refining_looks(search);
}

/* The looks of a random round; the last round has the rest. */
static uint64_t looks_of(const struct bound_search *search, uint64_t random_round)
{
    const uint64_t left = looks_at_random(search) - random_round * ROUND;
    return left < ROUND ? left : ROUND;
}

static int run(void *context, int thread, uint64_t unit, double *scratch,
               struct error *error)
{
    const struct bound_search *search = ((const struct task *)context)->search;
    const uint64_t from_starts = rounds_from_starts(search);
    struct round round = {
        .search = search,
        .loss = &search->losses[unit % search->loss_count],
        .left = unit < from_starts ? SIMPLEX : looks_of(search, unit - from_starts),
        .chains = CHAINS,
    };
    (void)thread;
    if (unit < from_starts)
        begin_at_starts(search, &round);
    else
        draw(&round, unit - from_starts);
    if (round.ratio > 0)
        descend(&round);
    pack(&round, scratch);
    if (round.status != STATUS_OK)
        *error = round.error;
    return round.status;
}

/* Keeps the round with the largest ratio, the first of equals. */
static void merge(void *context, uint64_t unit, const double *scratch)
{
    struct task *task = context;
    (void)unit;
    if (scratch[FOUND_RATIO] > task->best[FOUND_RATIO])
        memcpy(task->best, scratch, sizeof task->best);
}

/* Whether a number is a whole one from `low` to `high`. */
static bool is_whole(double x, double low, double high)
{
    return x >= low && x <= high && x == floor(x);
}

/* The longest horizon of a point. */
static uint64_t most_steps(const struct bound_search *search)
{
    uint64_t most = bound_space_longest(search);
    if (search->fixed.horizon > most)
        most = search->fixed.horizon;
    for (size_t k = 0; k < search->start_count; k++)
        if (search->starts[k].horizon > most)
            most = search->starts[k].horizon;
    return most;
}

/* Whether the best point is one that has its ratio; lr is NAN where the theorem's c
 * gives it. */
static bool sound(const void *context)
{
    const struct task *task = context;
    const struct bound_search *search = task->search;
    const double *best = task->best;
    struct round round = {.search = search};
    if (best[FOUND_RATIO] == 0)
        return true;
    if (!is_whole(best[FOUND_LOSS], 0, (double)search->loss_count - 1) ||
        !is_whole(best[FOUND_HORIZON], 1, (double)most_steps(search)) ||
        !(best[FOUND_BETA0] >= 0 && best[FOUND_BETA1] >= 0 && best[FOUND_BETA1] < 1) ||
        !(best[FOUND_SIGMA] >= 0) || !isfinite(best[FOUND_INITIAL]) ||
        !(best[FOUND_C] >= 0) || best[FOUND_LR] < 0 || isinf(best[FOUND_LR]))
        return false;
    const struct bound_point point = unpack(search, best);
    return best[FOUND_RATIO] == ratio_at(&round, &point, LAST_CHAINS);
}

/* Runs simplexes from the best point of all rounds. */
static int refine(void *context, int thread, uint64_t unit, double *scratch,
                  struct error *error)
{
    const struct task *task = context;
    const struct bound_search *search = task->search;
    struct round round = {
        .search = search,
        .best = unpack(search, task->best),
        .left = refining_looks(search),
        .chains = REFINED_CHAINS,
    };
    (void)thread;
    (void)unit;
    round.loss = round.best.loss;
    round.ratio = ratio_at(&round, &round.best, round.chains);
    bound_space_coordinates(search, &round.best, round.u);
    for (double before = 0; round.ratio > before * (1 + least_gain);) {
        before = round.ratio;
        descend(&round);
    }
    pack(&round, scratch);
    if (round.status != STATUS_OK)
        *error = round.error;
    return round.status;
}

/* A hash of what the ranks must share besides the session's parameters. */
static uint64_t identity_of(const struct bound_search *search)
{
    const double what[] = {
        (double)search->bound,
        (double)search->form,
        (double)search->loss_count,
        (double)search->start_count,
        (double)search->evaluations,
        search->fixed.beta0,
        search->fixed.beta1,
        search->fixed.lr,
        search->fixed.c,
        search->fixed.sigma,
        search->fixed.initial,
        (double)search->fixed.horizon,
    };
    const uint64_t hash = random_hash("bound_search", what, sizeof what / sizeof *what);
    return random_hash_bytes(hash, search->free, sizeof search->free);
}

int bound_search(const struct bound_search *search, struct bound_point *worst,
                 bool *looked, size_t *vacuous, struct error *error)
{
    struct task task = {.search = search, .best = {[FOUND_RATIO] = -1}};
    const struct session_block blocks[] = {
        {task.best, sizeof task.best, SESSION_ANY_REALS}, SESSION_END};
    struct units units = {
        .count =
            rounds_from_starts(search) + (looks_at_random(search) + ROUND - 1) / ROUND,
        .scratch_size = FOUND_COUNT,
        .threads = search->sampling->threads,
        .label = sampling_label(search->sampling, "search"),
        .identity = identity_of(search),
        .session = search->sampling->session,
        .blocks = blocks,
        .context = &task,
        .run = run,
        .merge = merge,
        .sound = sound,
    };
    int status = units_run(&units, error);
    if (status == STATUS_OK && task.best[FOUND_RATIO] > 0) {
        units.count = 1;
        units.run = refine;
        status = units_run(&units, error);
    }
    *worst = task.best[FOUND_RATIO] > 0 ? unpack(search, task.best) : search->fixed;
    if (looked)
        *looked = task.best[FOUND_RATIO] >= 0;
    for (size_t k = 0; status == STATUS_OK && vacuous && k < search->start_count; k++)
        status = count_vacuous(search, &search->starts[k], vacuous, error);
    return status;
}
