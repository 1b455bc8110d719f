/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/perturbation.h"

#include "engine/descent.h"
#include "engine/units.h"
#include "theory/stein.h"
#include "theory/theory.h"

#include <math.h>
#include <string.h>

enum {
    N = 8, /* coordinates of a chain */
    LANES = LOSS_LANES,
    STATE = 3,       /* theta_t, m_{t-1}, m_{t-2} */
    BURN_IN = 1024,  /* a mode with a margin of 0.02 decays to 1e-9 */
    RECORDED = 2048, /* steps after it */
};

/* eta0 beta0, by which theta is away from x for m = 1. */
static double reach(const struct rule *pnm)
{
    return theory_normalized_lr(pnm) * rule_parameter(pnm, "beta0");
}

int perturbation_exact(const struct rule *pnm, struct perturbation *perturbation,
                       struct error *error)
{
    struct linear_system system;
    double s[LINEAR_SIZE];
    const double d = reach(pnm);
    if (strcmp(pnm->kind->name, "pnm") != 0)
        return error_about(error, STATUS_USAGE, "optimizer",
                           "%s is not theta = x - eta0 beta0 m; allowed is pnm",
                           pnm->kind->name);
    theory_system(pnm, 1, &system);
    const int status = stein_solve(&system, &system, 1, s, error);
    if (status == STATUS_OK)
        *perturbation = (struct perturbation){
            .momentum = s[STATE + 1],
            .iterate = s[0] + 2 * d * s[1] + d * d * s[STATE + 1],
            .theta = s[0],
        };
    return status;
}

double perturbation_momentum(const struct rule *pnm, double h)
{
    const double a = theory_normalized_lr(pnm) * h;
    const double beta = pow(rule_parameter(pnm, "beta1"), 2);
    const double beta0 = rule_parameter(pnm, "beta0");
    return 2 * (1 - beta) /
           ((2 - a * (1 + 2 * beta0)) * (1 + beta + a * (beta + beta0 * (1 + beta))));
}

/* --- measured --------------------------------------------------------------------- */

struct task {
    const struct descent *descent;
    struct comoments *comoments;
};

/* The sums of a unit's chains over recorded steps and coordinates: of m^2 and of
 * theta^2 - x^2, one number a lane each. */
struct view {
    double reach;
    double *momentum, *added;
};

static void observe(void *context, uint64_t t, const struct descent_block *block)
{
    const struct view *view = context;
    if (t <= BURN_IN)
        return;
    for (size_t i = 0; i < N; i++)
        for (size_t lane = 0; lane < LANES; lane++) {
            const double m = block->slot[i * LANES + lane];
            const double away = view->reach * m;
            view->momentum[lane] += m * m;
            /* theta^2 - (theta + away)^2 */
            view->added[lane] -= away * (2 * block->theta[i * LANES + lane] + away);
        }
}

static int unit_run(void *context, int thread, uint64_t unit, double *scratch,
                    struct error *error)
{
    const struct task *task = context;
    struct view view = {reach(task->descent->rule), scratch, scratch + LANES};
    (void)thread;
    memset(scratch, 0, 2 * LANES * sizeof *scratch);
    return descent_unit(task->descent, unit, BURN_IN + RECORDED, observe, &view, error);
}

static void unit_merge(void *context, uint64_t unit, const double *scratch)
{
    const struct task *task = context;
    const double each = N * (double)RECORDED;
    (void)unit;
    for (size_t lane = 0; lane < LANES; lane++) {
        const double both[2] = {scratch[lane] / each, scratch[LANES + lane] / each};
        comoments_add(task->comoments, 2, both);
    }
}

static int measure(const struct sampling *sampling, const struct rule *pnm,
                   uint64_t units_wanted, const char *label,
                   struct comoments *comoments, struct error *error)
{
    const struct loss_kind *kind = loss_kind_find("quadratic");
    const struct session_block blocks[] = {{comoments, sizeof *comoments}, {NULL, 0}};
    double parameter[LOSS_MAX_PARAMETERS] = {0};
    struct loss loss = {0};
    loss_defaults(kind, parameter);
    int status = loss_init(&loss, kind, N, parameter, error);
    const struct descent descent = {
        .rule = pnm,
        .loss = &loss,
        .sigma = sqrt(N),
        .generator = sampling->generator,
        .seed = sampling->seed,
        .threads = sampling->threads,
    };
    struct task task = {&descent, comoments};
    const uint64_t identity =
        descent_identity(&descent, units_wanted * LANES, BURN_IN + RECORDED);
    const struct units units = {
        .count = units_wanted,
        .scratch_size = 2 * LANES,
        .threads = sampling->threads,
        .label = sampling_label(sampling, label),
        .identity = random_hash_bytes(random_hash("perturbation", NULL, 0), &identity,
                                      sizeof identity),
        .session = sampling->session,
        .blocks = blocks,
        .context = &task,
        .run = unit_run,
        .merge = unit_merge,
    };
    if (status == STATUS_OK)
        status = units_run(&units, error);
    loss_free(&loss);
    return status;
}

static struct evidence evidence_of(const struct comoments *m, double exact,
                                   double measured, double se)
{
    return (struct evidence){
        .paper = NAN,
        .exact = exact,
        .measured = measured,
        .se = se,
        .plain = NAN,
        .plain_se = NAN,
        .count = m->count,
        .paper_scale = 1,
        .exact_scale = evidence_scale(exact),
        .sampled = m->count > 0,
        .decisive = m->count >= ESTIMATE_MIN_CHAINS,
    };
}

int perturbation_compare(const struct sampling *sampling, const struct rule *pnm,
                         uint64_t count, const char *label, struct evidence *momentum,
                         struct evidence *added, double *samples, struct error *error)
{
    struct perturbation exact;
    struct comoments m = {0};
    const uint64_t units = (count + LANES - 1) / LANES;
    int status = perturbation_exact(pnm, &exact, error);
    if (status != STATUS_OK)
        return status;
    *samples = N * (double)(units * LANES) * (BURN_IN + RECORDED);
    if (!sampling->exact_only && *samples <= sampling->max_samples)
        status = measure(sampling, pnm, units, label, &m, error);
    const double unit = reach(pnm) * reach(pnm), ratio = m.mean[1] / m.mean[0];
    *momentum = evidence_of(&m, exact.momentum, m.mean[0],
                            sqrt(comoments_covariance(&m, 0, 0)));
    *added = evidence_of(&m, (exact.theta - exact.iterate) / (unit * exact.momentum),
                         ratio / unit,
                         comoments_ratio_error(&m, 1, 0, ratio) / m.mean[0] / unit);
    return status;
}
