/* lemma-A2: the descent of f(z_t) in one step. With eta0 = alpha/(1-beta), and the term
 * that may be negative taken to the left,
 *
 *   E[f(z_{t+1}) - f(z_t) + eta0 |grad f(theta_t)|^2]
 *     <= E[|D|^2/(2L) + L eta0^2 |grad f(theta_t)|^2] + L eta0^2 s/2.
 *
 * Printed: D = f(z_t) - f(theta_t) and s = 1. The proof has D = grad f(z_t) - grad
 * f(theta_t) and s = sigma^2. A row is the largest ratio of the two sides over a grid,
 * found on a few replicas and measured on others. */
#include "descent_claims.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = LOSS_LANES, N = 2, STEPS = 12, PILOT = 64, FORMS = 2 };
enum { SECOND_PILOT = 1024 };
enum { LEFT, RIGHT, SIDES };

/* The largest ratio so far. */
struct worst {
    struct descent_setting setting;
    long t;
    double low; /* the ratio less a standard error, by which settings compete */
};

/* f and its gradient at z_{t+1}, z_t and theta_t of up to 64 paths. */
struct places {
    double *memory;
    double *gradient[3], value[3][LANES];
};
enum { NEXT, HERE, THETA };

static int places_at(const struct loss *loss, const struct pnm_path *path, size_t count,
                     long t, struct places *places, struct error *error)
{
    const size_t row = loss->n * LANES;
    places->memory = calloc(6 * row, sizeof *places->memory);
    if (!places->memory)
        return error_memory(error, "points of the loss");
    for (int place = 0; place < 3; place++) {
        double *point = places->memory + (size_t)place * row;
        places->gradient[place] = point + 3 * row;
        for (size_t r = 0; r < count; r++)
            for (size_t i = 0; i < loss->n; i++)
                point[i * LANES + r] =
                    place == THETA
                        ? path[r].theta[(size_t)t * loss->n + i]
                        : path_z(&path[r], X_CORRECTED, t + (place == NEXT), i);
        loss->kind->evaluate(loss, point, places->gradient[place],
                             places->value[place]);
    }
    return STATUS_OK;
}

/* Both sides of one replica. */
static void sides_of(const struct claim_descent *run, const struct places *places,
                     size_t lane, enum convergence_form form, double *side)
{
    const double l = run->loss.smoothness, eta0 = run->eta0, sigma = run->descent.sigma;
    const double *at_z = places->gradient[HERE], *at_theta = places->gradient[THETA];
    const double values = places->value[HERE][lane] - places->value[THETA][lane];
    double square = 0, apart = 0;
    for (size_t k = lane; k < run->loss.n * LANES; k += LANES) {
        square += at_theta[k] * at_theta[k];
        apart += (at_z[k] - at_theta[k]) * (at_z[k] - at_theta[k]);
    }
    const bool printed = form == CONVERGENCE_PRINTED;
    side[LEFT] = places->value[NEXT][lane] - places->value[HERE][lane] + eta0 * square;
    side[RIGHT] = (printed ? values * values : apart) / (2 * l) +
                  l * eta0 * eta0 * (square + (printed ? 1 : sigma * sigma) / 2);
}

/* Adds so many paths at t to the moments of the form's two sides. */
static int add_paths(const struct claim_descent *run, const struct pnm_path *path,
                     uint64_t count, long t, struct comoments sides[FORMS],
                     struct error *error)
{
    struct places places;
    const int status = places_at(&run->loss, path, (size_t)count, t, &places, error);
    for (int form = 0; status == STATUS_OK && form < FORMS; form++)
        for (size_t lane = 0; lane < count; lane++) {
            double side[SIDES];
            sides_of(run, &places, lane, (enum convergence_form)form, side);
            comoments_add(&sides[form], SIDES, side);
        }
    free(places.memory);
    return status;
}

/* Ratio of the means and its standard error, to first order. */
static double ratio_of(const struct comoments *m, double *se)
{
    const double ratio = m->mean[LEFT] / m->mean[RIGHT];
    const double variance = comoments_covariance(m, LEFT, LEFT) -
                            2 * ratio * comoments_covariance(m, LEFT, RIGHT) +
                            ratio * ratio * comoments_covariance(m, RIGHT, RIGHT);
    *se = sqrt(fmax(0, variance)) / m->mean[RIGHT];
    return ratio;
}

static int record_paths(const struct claim_descent *run, uint64_t first, uint64_t count,
                        uint64_t steps, struct pnm_path *path, struct error *error)
{
    int status = STATUS_OK;
    for (uint64_t r = 0; status == STATUS_OK && r < count; r++)
        status = path_measured(run, first + r, steps, &path[r], error);
    return status;
}

static void free_paths(struct pnm_path *path)
{
    for (int r = 0; r < LANES; r++)
        path_free(&path[r]);
}

static int try_setting(const struct ledger *ledger,
                       const struct descent_setting *setting, struct worst *worst,
                       struct error *error)
{
    struct claim_descent run;
    struct pnm_path path[LANES] = {{0}};
    int status = claim_descent_init(&run, ledger, setting, error);
    if (status == STATUS_OK)
        status = record_paths(&run, 0, PILOT, STEPS, path, error);
    for (long t = 0; status == STATUS_OK && t < STEPS; t++) {
        struct comoments sides[FORMS] = {{0}};
        status = add_paths(&run, path, PILOT, t, sides, error);
        for (int form = 0; status == STATUS_OK && form < FORMS; form++) {
            double se;
            const double ratio = ratio_of(&sides[form], &se);
            if (ratio - se > worst[form].low)
                worst[form] = (struct worst){*setting, t, ratio - se};
        }
    }
    free_paths(path);
    claim_descent_free(&run);
    return status;
}

static int search(const struct ledger *ledger, struct worst *worst, struct error *error)
{
    static const double beta0s[] = {0, 1, 3}, beta1s[] = {0, 0.9};
    static const double rates[] = {0.25, 0.5}, starts[] = {0, 1};
    const struct loss_kind *const *kind = loss_kinds(ledger->sampling->kernels);
    int status = STATUS_OK;
    for (; *kind; kind++)
        for (int k = 0; claim_covers(*kind) && status == STATUS_OK && k < 24; k++) {
            const struct descent_setting setting = {*kind,
                                                    N,
                                                    "pnm",
                                                    beta0s[k % 3],
                                                    beta1s[k / 3 % 2],
                                                    rates[k / 6 % 2],
                                                    2,
                                                    starts[k / 12]};
            status = try_setting(ledger, &setting, worst, error);
        }
    return status;
}

/* --- rows ------------------------------------------------------------------------- */

/* Replicas from `first`, the start of a unit, on. */
static int measure(const struct claim_descent *run, long t, uint64_t first,
                   uint64_t replicas, enum convergence_form form, struct evidence *e,
                   struct error *error)
{
    struct pnm_path path[LANES] = {{0}};
    struct comoments sides[FORMS] = {{0}};
    int status = STATUS_OK;
    for (uint64_t done = 0; status == STATUS_OK && done < replicas; done += LANES) {
        const uint64_t left = replicas - done, count = left < LANES ? left : LANES;
        status = record_paths(run, first + done, count, (uint64_t)t + 1, path, error);
        if (status == STATUS_OK)
            status = add_paths(run, path, count, t, sides, error);
        free_paths(path);
    }
    e->measured = ratio_of(&sides[form], &e->se);
    e->count = sides[form].count;
    return status;
}

/* Replicas that put the band's half-width at 4 % of the ratio, as the control needs: by
 * a second pilot, since the first chose the setting. */
static int plan(const struct claim_descent *run, const struct worst *worst,
                enum convergence_form form, uint64_t *replicas, struct error *error)
{
    struct evidence pilot;
    const int status = measure(run, worst->t, PILOT, SECOND_PILOT, form, &pilot, error);
    const double wanted = ESTIMATE_Z / 0.04 * pilot.se / pilot.measured;
    *replicas = (uint64_t)fmax(ESTIMATE_NORMAL_CHAINS,
                               ceil(wanted * wanted * (double)SECOND_PILOT));
    return status;
}

static int add_row(struct ledger *ledger, const struct claim *claim,
                   const struct worst *worst, enum convergence_form form,
                   struct error *error)
{
    struct evidence e = {
        .paper = 1, .exact = NAN, .paper_scale = 1, .exact_scale = 1, .decisive = true};
    struct claim_descent run;
    char text[160], setting[250];
    uint64_t replicas = 0;
    int status = claim_descent_init(&run, ledger, &worst->setting, error);
    if (status == STATUS_OK)
        status = plan(&run, worst, form, &replicas, error);
    const double samples = (double)replicas * N * (double)(worst->t + 1);
    e.sampled = samples <= ledger->sampling->max_samples;
    if (status == STATUS_OK && e.sampled)
        status =
            measure(&run, worst->t, PILOT + SECOND_PILOT, replicas, form, &e, error);
    if (status == STATUS_OK) {
        claim_descent_describe(&worst->setting, sizeof text, text);
        snprintf(setting, sizeof setting, "%s, largest ratio: %s t=%ld",
                 form == CONVERGENCE_PRINTED ? "printed" : "corrected", text, worst->t);
        status = ledger_bound(ledger, claim, setting, &e, samples, error);
    }
    claim_descent_free(&run);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    struct worst worst[FORMS] = {{.low = 0}, {.low = 0}};
    int status = search(ledger, worst, error);
    for (int form = 0; status == STATUS_OK && form < FORMS; form++)
        status =
            add_row(ledger, claim, &worst[form], (enum convergence_form)form, error);
    return status;
}

const struct claim claim_lemma_a2 = {
    .id = "lemma-A2",
    .where = "app. A, lemma A.2",
    .kind = CLAIM_BOUND,
    .statement = "descent of f(z_t): E[f(z_{t+1}) - f(z_t)] + alpha/(1-beta) E|grad "
                 "f(theta_t)|^2 over the other terms is at most 1",
    .check = check,
};
