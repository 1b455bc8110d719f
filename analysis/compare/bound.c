/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/bound.h"

#include "compare/bound_sides.h"
#include "compare/bound_windows.h"
#include "compare/trajectory.h"
#include "engine/kernels.h"
#include "engine/units.h"
#include "theory/theory.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

enum {
    LANES = LOSS_LANES,
    PILOT_CHAINS = 1024,
    FEWEST_CHAINS = 2048, /* half of which suffice for the normal quantile */
    MOST_CHAINS = 1 << 26
};
_Static_assert(FEWEST_CHAINS / 2 >= ESTIMATE_NORMAL_CHAINS, "chains for the quantile");

/* The finest relative precision that a sharpened plan may have. */
static const double finest = 0.001;

const char *bound_name(enum bound bound)
{
    static const char *const names[BOUNDS] = {
        [BOUND_THEOREM] = "thm3.1",
        [BOUND_LEMMA_A2] = "lemma-A2",
        [BOUND_LEMMA_A3] = "lemma-A3",
    };
    return names[bound];
}

/* --- ratios and their step -------------------------------------------------------- */

/* left / right; 0 if left is 0, because 0 meets a bound of 0. */
static double quotient(double left, double right)
{
    return left == 0 ? 0 : left / right;
}

/* Ratio of the means and, to first order, its standard error, which is 0 for one chain.
 */
static double ratio_of(const struct comoments *m, double *se)
{
    const double ratio = quotient(m->mean[BOUND_LEFT], m->mean[BOUND_RIGHT]);
    *se = m->count > 1
              ? quotient(comoments_ratio_error(m, BOUND_LEFT, BOUND_RIGHT, ratio),
                         m->mean[BOUND_RIGHT])
              : 0;
    return ratio;
}

/* The step with the largest score is measured: the theorem is about the smallest
 * left-hand side, while the lemmas hold at every step, so that the largest ratio would
 * break them. */
static double score(enum bound bound, const struct comoments *m)
{
    double se;
    const double ratio = ratio_of(m, &se);
    return bound == BOUND_THEOREM ? -m->mean[BOUND_LEFT] : ratio - se;
}

/* --- chains, 64 at a time --------------------------------------------------------- */

enum {
    HALVES = 2,
    PRODUCTS = 3,
    NUMBERS = BOUND_FORMS * HALVES * (BOUND_SIDES + PRODUCTS)
};
_Static_assert((int)BOUND_FORMS == (int)OBSERVE_PAIRS, "a pair of sides for each form");

/* Moments over chains of both sides: [(t * BOUND_FORMS + form) * HALVES + half]. */
struct task {
    const struct bound_setting *setting;
    const struct descent *descent;
    uint64_t chains, steps, points;
    struct comoments *sides;
    struct bound_windows *windows; /* NULL: not wanted */
};

/* The state of one unit: x_{t-1} and x_{t-2}, z_t and the gradient there. */
struct watch {
    const struct task *task;
    const struct kernels *kernels;
    int lanes;
    double *scratch, *memory, *x[2], *z, *at_z;
    struct bound_frame frame;
};

static int watch_init(struct watch *watch, const struct task *task, uint64_t unit,
                      double *scratch, struct error *error)
{
    const size_t row = task->setting->loss->n * LANES;
    const uint64_t left = task->chains - unit * LANES;
    double *memory = calloc(6 * row, sizeof *memory);
    *watch = (struct watch){
        .task = task,
        .lanes = left < LANES ? (int)left : LANES,
        .scratch = scratch,
        .memory = memory,
    };
    if (!memory)
        return error_memory(error, "the points of a block of chains");
    watch->x[0] = memory;
    watch->x[1] = memory + row;
    watch->z = memory + 2 * row;
    watch->at_z = memory + 3 * row;
    watch->frame.at_z = memory + 4 * row;
    watch->frame.at_theta = memory + 5 * row;
    return STATUS_OK;
}

static void emit(const struct watch *watch, uint64_t t)
{
    double side[BOUND_FORMS][BOUND_SIDES][LANES];
    bound_sides_of(watch->task->setting, &watch->frame, side);
    if (watch->task->windows)
        bound_windows_add(watch->task->windows, t, side[0][BOUND_LEFT]);
    watch->kernels->descent_observe_pairs(watch->lanes, side[0][0],
                                          watch->scratch + t * NUMBERS);
}

/* Computes z_t from theta_t, from m_{t-1}, which is the rule's slot 0, and from
 * x_{t-2}. */
static void move_z(struct watch *watch, uint64_t t, const struct descent_block *block)
{
    const struct bound_setting *s = watch->task->setting;
    const size_t row = s->loss->n * LANES;
    double *restrict x = watch->x[t % 2], *restrict z = watch->z;
    double *restrict largest = watch->frame.largest;
    if (t < 2)
        for (size_t k = 0; k < row; k++)
            x[k] = watch->task->descent->start;
    for (size_t first = 0; first < row; first += LANES)
        for (size_t lane = 0; lane < LANES; lane++) {
            const size_t k = first + lane;
            const double here = block->theta[k] + s->eta0 * s->beta0 * block->slot[k];
            const double size = fabs(block->theta[k]);
            z[k] = (here - s->beta * x[k]) / (1 - s->beta);
            x[k] = here;
            largest[lane] = size > largest[lane] ? size : largest[lane];
        }
}

/* Observes step t. Lemma A.2 needs f at z_{t+1}, so its frame is complete a step later.
 */
static void observe(void *context, uint64_t t, const struct descent_block *block)
{
    struct watch *watch = context;
    struct bound_frame *frame = &watch->frame;
    const struct bound_setting *s = watch->task->setting;
    const size_t size = s->loss->n * LANES * sizeof(double);
    watch->kernels = block->kernels;
    if (s->bound != BOUND_THEOREM) {
        move_z(watch, t, block);
        kernels_loss(block->kernels, s->loss)
            ->evaluate(s->loss, watch->z, watch->at_z, frame->of_next);
    }
    if (s->bound == BOUND_LEMMA_A2 && t > 0)
        emit(watch, t - 1);
    memcpy(frame->at_theta, block->exact, size);
    memcpy(frame->of_theta, block->value, sizeof frame->of_theta);
    memcpy(frame->at_z, watch->at_z, size);
    memcpy(frame->of_z, frame->of_next, sizeof frame->of_z);
    if (s->bound != BOUND_LEMMA_A2)
        emit(watch, t);
}

static int unit_run(void *context, int thread, uint64_t unit, double *scratch,
                    struct error *error)
{
    const struct task *task = context;
    struct watch watch;
    (void)thread;
    int status = watch_init(&watch, task, unit, scratch, error);
    if (status == STATUS_OK)
        status = descent_unit(task->descent, unit, task->steps, observe, &watch, error);
    free(watch.memory);
    return status;
}

static void unit_merge(void *context, uint64_t unit, const double *scratch)
{
    const struct task *task = context;
    const uint64_t left = task->chains - unit * LANES;
    const uint64_t lanes = left < LANES ? left : LANES;
    for (uint64_t k = 0; k < task->points * BOUND_FORMS * HALVES; k++) {
        const double *in = scratch + k * (BOUND_SIDES + PRODUCTS);
        const struct comoments one = {
            .count = (lanes + 1 - k % HALVES) / HALVES,
            .mean = {in[0], in[1]},
            .products = {{in[2], in[3]}, {in[3], in[4]}},
        };
        comoments_merge(&task->sides[k], BOUND_SIDES, &one);
    }
}

/* The caller frees task->sides. */
static int task_init(struct task *task, enum bound bound, uint64_t horizon,
                     struct error *error)
{
    task->steps = bound == BOUND_THEOREM ? horizon - 1 : horizon;
    task->points = bound == BOUND_LEMMA_A3 ? horizon + 1 : horizon;
    task->sides =
        calloc((size_t)task->points * BOUND_FORMS * HALVES, sizeof *task->sides);
    return task->sides ? STATUS_OK : error_memory(error, "the moments of every step");
}

static int run_task(struct task *task, struct error *error)
{
    const size_t size = (size_t)task->points * BOUND_FORMS * HALVES;
    const uint64_t kind = (uint64_t)task->setting->bound;
    const struct session_block blocks[] = {
        {task->sides, size * sizeof *task->sides, SESSION_COMOMENTS}, SESSION_END};
    const struct units units = {
        .count = task->chains / LANES + (task->chains % LANES != 0),
        .scratch_size = (size_t)task->points * NUMBERS,
        .threads = task->descent->threads,
        .label = task->descent->label,
        .identity = random_hash_bytes(
            descent_identity(task->descent, task->chains, task->steps), &kind,
            sizeof kind),
        .session = task->descent->session,
        .blocks = blocks,
        .context = task,
        .run = unit_run,
        .merge = unit_merge,
    };
    return units_run(&units, error);
}

/* Runs whole units on this thread, without the other ranks. */
static int run_here(struct task *task, struct error *error)
{
    double *scratch = malloc((size_t)task->points * NUMBERS * sizeof *scratch);
    int status =
        scratch ? STATUS_OK : error_memory(error, "the moments of a block of chains");
    for (uint64_t unit = 0; status == STATUS_OK && unit < task->chains / LANES;
         unit++) {
        status = unit_run(task, 0, unit, scratch, error);
        if (status == STATUS_OK)
            unit_merge(task, unit, scratch);
        if (status == STATUS_OK && task->windows)
            bound_windows_merge(task->windows);
    }
    free(scratch);
    return status;
}

/* The ratio at the step that one half chooses and the other measures. */
static struct bound_ratio pick(const struct task *task, enum convergence_form form)
{
    const enum bound bound = task->setting->bound;
    const struct comoments *first = task->sides + (size_t)form * HALVES, *best = first;
    const size_t stride = (size_t)BOUND_FORMS * HALVES;
    bool all_known = true;
    for (uint64_t t = 0; t < task->points; t++) {
        const double own = score(bound, first + t * stride);
        all_known = all_known && !isnan(own);
        if (own > score(bound, best) || isnan(score(bound, best)))
            best = first + t * stride;
    }
    const struct comoments *measuring = best[1].count > 0 ? &best[1] : &best[0];
    struct bound_ratio ratio = {NAN, NAN, measuring->count,
                                (uint64_t)(best - first) / stride};
    if (measuring->count > 0)
        ratio.ratio = ratio_of(measuring, &ratio.se);
    /* A lemma holds at every step: the largest of some says nothing unless it breaks
     * it. */
    if (bound != BOUND_THEOREM && !all_known && !(ratio.ratio > 1))
        ratio.ratio = ratio.se = NAN;
    return ratio;
}

/* The smallest upper end of any step's left-hand side over the even chains, which is an
 * upper bound on the theorem's left-hand side. At step 0 it is exact. */
static double least_upper_end(const struct task *task)
{
    double least = INFINITY;
    for (uint64_t t = 0; t < task->points; t++) {
        const struct comoments *step = task->sides + t * BOUND_FORMS * HALVES;
        const double se = sqrt(comoments_covariance(step, BOUND_LEFT, BOUND_LEFT));
        least = fmin(least, step->mean[BOUND_LEFT] + ESTIMATE_Z * se);
    }
    return least;
}

/* Replaces the theorem's left-hand side at one step by its mean over the longest window
 * that is not above any step, if there is one. */
static void widen(const struct task *task, struct bound_ratio *ratio)
{
    const double most = least_upper_end(task);
    double mean, se;
    if (!bound_windows_longest(task->windows, most, &mean, &se))
        return;
    for (int form = 0; form < BOUND_FORMS; form++) {
        const double right = task->setting->constant[form];
        ratio[form].ratio = quotient(fmin(mean, most), right);
        ratio[form].se = quotient(se, right);
    }
}

typedef int (*runner)(struct task *task, struct error *error);

static int measure(const struct bound_ensemble *ensemble, const struct descent *descent,
                   uint64_t chains, runner run, struct bound_ratio *ratio,
                   struct error *error)
{
    struct bound_setting setting;
    struct bound_windows windows = {.points = ensemble->horizon};
    struct task task = {
        .setting = &setting,
        .descent = descent,
        .chains = chains,
        .windows =
            run == run_here && ensemble->bound == BOUND_THEOREM ? &windows : NULL,
    };
    int status = bound_sides_init(&setting, ensemble, error);
    if (status == STATUS_OK)
        status = task_init(&task, ensemble->bound, ensemble->horizon, error);
    if (status == STATUS_OK)
        status = run(&task, error);
    for (int form = 0; status == STATUS_OK && form < BOUND_FORMS; form++)
        ratio[form] = pick(&task, (enum convergence_form)form);
    if (status == STATUS_OK && task.windows)
        widen(&task, ratio);
    free(task.sides);
    return status;
}

/* Refuses settings so extreme that a side of a bound overflows, the right side
 * vanishes, or rounding does not tell which side is larger. */
static int check_range(const struct bound_ensemble *ensemble,
                       const struct bound_ratio *ratio, struct error *error)
{
    const bool moves = isfinite(rule_parameter(ensemble->rule, "lr"));
    for (int form = 0; form < BOUND_FORMS; form++)
        if (!moves || (ratio[form].count > 0 &&
                       !(isfinite(ratio[form].ratio) && isfinite(ratio[form].se))))
            return error_about(
                error, STATUS_SOFTWARE, "ratio",
                "%s is beyond the range of double precision, or its rounding exceeds "
                "1 %% of the bound, with lr=%g, beta0=%g, beta1=%g, sigma=%g, "
                "initial=%g, horizon=%llu; choose values nearer to 1",
                bound_name(ensemble->bound), rule_parameter(ensemble->rule, "lr"),
                rule_parameter(ensemble->rule, "beta0"),
                rule_parameter(ensemble->rule, "beta1"), ensemble->task->sigma,
                ensemble->task->start, (unsigned long long)ensemble->horizon);
    return STATUS_OK;
}

int bound_measure(const struct bound_ensemble *ensemble, uint64_t chains,
                  struct bound_ratio *ratio, struct error *error)
{
    const struct descent descent =
        convergence_descent(ensemble->task, ensemble->rule, false);
    const int status =
        measure(ensemble, &descent, ensemble->task->sigma > 0 ? chains : 1, run_task,
                ratio, error);
    return status == STATUS_OK ? check_range(ensemble, ratio, error) : status;
}

/* --- one written-out chain -------------------------------------------------------- */

static int written_sides(const struct kernels *kernels,
                         const struct bound_setting *setting,
                         const struct trajectory *pnm, struct task *task,
                         struct error *error)
{
    double *memory = calloc(5 * setting->loss->n * LANES, sizeof *memory);
    struct bound_frame frame = {0};
    double side[BOUND_FORMS][BOUND_SIDES][LANES], largest = 0;
    if (!memory)
        return error_memory(error, "points of the loss");
    for (uint64_t first = 0; first < task->points; first += LANES) {
        bound_frame_fill(kernels, setting, pnm, (long)first, memory, &frame);
        for (size_t lane = 0; lane < LANES; lane++)
            frame.largest[lane] = fmax(frame.largest[lane], largest);
        bound_sides_of(setting, &frame, side);
        for (size_t lane = 0; lane < LANES && first + lane < task->points; lane++)
            for (int form = 0; form < BOUND_FORMS; form++) {
                struct comoments *m =
                    task->sides +
                    ((first + lane) * BOUND_FORMS + (uint64_t)form) * HALVES;
                const double both[BOUND_SIDES] = {side[form][BOUND_LEFT][lane],
                                                  side[form][BOUND_RIGHT][lane]};
                comoments_add(m, BOUND_SIDES, both);
            }
        largest = frame.largest[LANES - 1];
    }
    free(memory);
    return STATUS_OK;
}

int bound_written(const struct bound_ensemble *ensemble, struct bound_ratio *ratio,
                  struct error *error)
{
    const struct descent descent =
        convergence_descent(ensemble->task, ensemble->rule, false);
    struct bound_setting setting;
    struct trajectory pnm = {0};
    struct task task = {.setting = &setting};
    int status = bound_sides_init(&setting, ensemble, error);
    if (status == STATUS_OK)
        status = task_init(&task, ensemble->bound, ensemble->horizon, error);
    if (status == STATUS_OK)
        status = trajectory_noiseless(&descent, ensemble->horizon, &pnm, error);
    if (status == STATUS_OK)
        status = written_sides(ensemble->task->sampling->kernels, &setting, &pnm, &task,
                               error);
    for (int form = 0; status == STATUS_OK && form < BOUND_FORMS; form++)
        ratio[form] = pick(&task, (enum convergence_form)form);
    trajectory_free(&pnm);
    free(task.sides);
    return status;
}

/* --- looks and plans -------------------------------------------------------------- */

int bound_look(const struct bound_ensemble *ensemble, uint64_t chains, double *ratio,
               struct error *error)
{
    struct descent descent = convergence_descent(ensemble->task, ensemble->rule, true);
    struct bound_ratio own[BOUND_FORMS] = {{0}};
    descent.common = true;
    const int status = descent.sigma > 0
                           ? measure(ensemble, &descent, chains, run_here, own, error)
                           : bound_written(ensemble, own, error);
    for (int form = 0; form < BOUND_FORMS; form++)
        ratio[form] = own[form].ratio - ESTIMATE_Z * own[form].se;
    return status;
}

static int pilot_run(const struct bound_ensemble *ensemble, uint64_t chains,
                     enum convergence_form form, struct bound_ratio *pilot,
                     struct error *error)
{
    struct descent descent = convergence_descent(ensemble->task, ensemble->rule, true);
    struct bound_ratio ratio[BOUND_FORMS] = {{0}};
    descent.session = NULL;
    descent.label = NULL;
    const int status = measure(ensemble, &descent, chains, run_task, ratio, error);
    *pilot = ratio[form];
    return status == STATUS_OK ? check_range(ensemble, ratio, error) : status;
}

/* Plans chains, half of which measure, a power of two. A ratio of 0, which lemma A.3
 * has if z_t = theta_t, needs no more. */
static uint64_t chains_for(const struct bound_ratio *pilot, double precision,
                           double most)
{
    const double relative =
        pilot->ratio == 0 ? 0 : pilot->se / fabs(pilot->ratio) / precision;
    const double wanted = 2 * (double)pilot->count * relative * relative;
    return plan_power_of_two(fmax(fmin(wanted, most / 2), FEWEST_CHAINS));
}

int bound_plan(const struct bound_ensemble *ensemble, enum convergence_form form,
               double precision, uint64_t *chains, double *samples, struct error *error)
{
    const bool noisy = ensemble->task->sigma > 0;
    const double budget = ensemble->task->sampling->max_samples;
    const double each = (double)ensemble->task->loss.n * (double)ensemble->horizon;
    const double most = fmin(budget / each, MOST_CHAINS);
    struct bound_ratio pilot = {.ratio = 1};
    *samples = each * (noisy ? PILOT_CHAINS + FEWEST_CHAINS : 1);
    *chains = *samples <= budget ? 1 : 0;
    if (!noisy || *chains == 0)
        return STATUS_OK;
    int status = pilot_run(ensemble, PILOT_CHAINS, form, &pilot, error);
    if (status != STATUS_OK)
        return status;
    *chains = chains_for(&pilot, precision, most);
    if (precision > finest && (double)*chains < most / 2) {
        /* A ratio near 1 needs more chains to tell on which side of 1 it lies. */
        status = pilot_run(ensemble, *chains, form, &pilot, error);
        const double telling = fabs(1 - pilot.ratio) / (2 * ESTIMATE_Z * pilot.ratio);
        if (status == STATUS_OK && telling < precision)
            *chains = chains_for(&pilot, fmax(telling, finest), most);
    }
    *samples = each * (double)*chains;
    return status;
}
