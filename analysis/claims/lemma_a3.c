/* lemma-A3: how far the gradients at z_t and at theta_t are apart, with the x_t for
 * which lemma A.1 holds. Over a grid of settings the largest ratio to the bound is
 * found and measured: without noise as it is; with noise the setting and t are found on
 * a few replicas and measured on others, so that the choice does not bias the ratio. */
#include "descent_claims.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LANES = LOSS_LANES, N = 2, QUIET_STEPS = 128, NOISY_STEPS = 64, PILOT = 64 };
enum { FORMS = 2 };

/* theta_t and z_t of a path. */
struct place {
    const struct pnm_path *path;
    long t;
};

/* The largest ratio so far. */
struct worst {
    struct descent_setting setting;
    long t;
    double ratio, spread; /* spread: standard deviation over mean */
};

/* Rounding of theta_t, z_t and the two gradients may move the distance by so much, with
 * room to spare; matters where a small rate makes the distance small beside them. */
static double rounding(const struct loss *loss, const struct place *place)
{
    const size_t n = loss->n;
    const struct pnm_path *path = place->path;
    double largest = 0;
    for (size_t k = 0; k < (size_t)(place->t + 1) * n; k++)
        largest = fmax(largest, fabs(path->theta[k]));
    return 4 * DBL_EPSILON * sqrt((double)n) *
           (loss->smoothness * largest / (1 - path->beta) + loss->gradient_bound);
}

/* ||grad f(z_t) - grad f(theta_t)||^2 at up to 64 places, less what rounding may have
 * added: a ratio above 1 is above 1 in exact arithmetic too. */
static int gradients_apart(const struct loss *loss, const struct place *place,
                           size_t count, double *square, struct error *error)
{
    const size_t row = loss->n * LANES;
    double value[LANES], *z = calloc(4 * row, sizeof *z);
    if (!z)
        return error_memory(error, "points of the loss");
    double *theta = z + row, *at_z = z + 2 * row, *at_theta = z + 3 * row;
    for (size_t lane = 0; lane < count; lane++)
        for (size_t i = 0; i < loss->n; i++) {
            const struct pnm_path *path = place[lane].path;
            const long t = place[lane].t;
            z[i * LANES + lane] = path_z(path, X_CORRECTED, t, i);
            theta[i * LANES + lane] = path->theta[(size_t)t * loss->n + i];
        }
    loss->kind->evaluate(loss, z, at_z, value);
    loss->kind->evaluate(loss, theta, at_theta, value);
    for (size_t lane = 0; lane < count; lane++) {
        double sum = 0;
        for (size_t k = lane; k < row; k += LANES)
            sum += (at_z[k] - at_theta[k]) * (at_z[k] - at_theta[k]);
        const double apart = fmax(0, sqrt(sum) - rounding(loss, &place[lane]));
        square[lane] = apart * apart;
    }
    free(z);
    return STATUS_OK;
}

/* The bound of a run; the gap f(theta_0) - f*, which it does not depend on, left out.
 */
static double bound_of(const struct claim_descent *run, enum convergence_form form)
{
    const struct convergence c = {
        .beta0 = run->setting.beta0,
        .beta1 = run->setting.beta1,
        .smoothness = run->loss.smoothness,
        .gradient = run->loss.gradient_bound,
        .sigma = run->descent.sigma,
    };
    return convergence_lemma_bound(&c, run->eta0, form);
}

static void consider(const struct claim_descent *run, long t, const struct moments *m,
                     struct worst *worst)
{
    for (int form = 0; form < FORMS; form++) {
        const double ratio = m->mean / bound_of(run, (enum convergence_form)form);
        if (ratio > worst[form].ratio)
            worst[form] =
                (struct worst){run->setting, t, ratio,
                               moments_stderr(m) * sqrt((double)m->count) / m->mean};
    }
}

/* --- without noise ---------------------------------------------------------------- */

/* All t of one path. */
static int path_ratios(const struct claim_descent *run, const struct pnm_path *path,
                       struct worst *worst, struct error *error)
{
    int status = STATUS_OK;
    for (long first = 1; status == STATUS_OK && first <= path->steps; first += LANES) {
        struct place place[LANES];
        double square[LANES];
        for (long k = 0; k < LANES; k++)
            place[k] =
                (struct place){path, first + k < path->steps ? first + k : path->steps};
        status = gradients_apart(&run->loss, place, LANES, square, error);
        for (long k = 0; status == STATUS_OK && k < LANES; k++) {
            const struct moments one = {1, square[k], 0};
            consider(run, place[k].t, &one, worst);
        }
    }
    return status;
}

static int try_quiet(const struct claim_descent *run, struct worst *worst,
                     struct error *error)
{
    struct pnm_path path;
    int status = path_measured(run, 0, QUIET_STEPS, &path, error);
    if (status == STATUS_OK)
        status = path_ratios(run, &path, worst, error);
    path_free(&path);
    return status;
}

/* The ratio on the path that is written out. */
static int written_ratio(const struct claim_descent *run, long t,
                         enum convergence_form form, double *ratio, struct error *error)
{
    struct pnm_path path;
    int status = path_noiseless(run, QUIET_STEPS, &path, error);
    const struct place place = {&path, t};
    if (status == STATUS_OK)
        status = gradients_apart(&run->loss, &place, 1, ratio, error);
    *ratio /= bound_of(run, form);
    path_free(&path);
    return status;
}

/* --- with noise ------------------------------------------------------------------- */

static int record_paths(const struct claim_descent *run, uint64_t first, uint64_t count,
                        uint64_t steps, struct pnm_path *path, struct error *error)
{
    int status = STATUS_OK;
    for (uint64_t r = 0; status == STATUS_OK && r < count; r++)
        status = path_measured(run, first + r, steps, &path[r], error);
    return status;
}

/* Adds so many paths at t to the moments. */
static int paths_apart(const struct claim_descent *run, const struct pnm_path *path,
                       uint64_t count, long t, struct moments *m, struct error *error)
{
    struct place place[LANES];
    double square[LANES];
    for (size_t r = 0; r < count; r++)
        place[r] = (struct place){&path[r], t};
    const int status = gradients_apart(&run->loss, place, (size_t)count, square, error);
    for (size_t r = 0; status == STATUS_OK && r < count; r++)
        moments_add(m, square[r]);
    return status;
}

static int try_noisy(const struct claim_descent *run, struct worst *worst,
                     struct error *error)
{
    struct pnm_path path[PILOT] = {{0}};
    int status = record_paths(run, 0, PILOT, NOISY_STEPS, path, error);
    for (long t = 1; status == STATUS_OK && t <= NOISY_STEPS; t++) {
        struct moments m = {0};
        status = paths_apart(run, path, PILOT, t, &m, error);
        if (status == STATUS_OK)
            consider(run, t, &m, worst);
    }
    for (int r = 0; r < PILOT; r++)
        path_free(&path[r]);
    return status;
}

/* Replicas that put the band's half-width at 4 % of the ratio, as the control needs. */
static uint64_t replicas_for(const struct worst *worst)
{
    const double wanted = ESTIMATE_Z * worst->spread / 0.04;
    return (uint64_t)fmax(ESTIMATE_NORMAL_CHAINS, ceil(wanted * wanted));
}

/* Fresh replicas, from the unit after the pilot's on. */
static int measure_noisy(const struct claim_descent *run, long t, uint64_t replicas,
                         struct moments *m, struct error *error)
{
    struct pnm_path path[LANES] = {{0}};
    int status = STATUS_OK;
    for (uint64_t done = 0; status == STATUS_OK && done < replicas; done += LANES) {
        const uint64_t left = replicas - done, count = left < LANES ? left : LANES;
        status = record_paths(run, LANES + done, count, (uint64_t)t, path, error);
        if (status == STATUS_OK)
            status = paths_apart(run, path, count, t, m, error);
        for (int r = 0; r < LANES; r++)
            path_free(&path[r]);
    }
    return status;
}

/* --- search ----------------------------------------------------------------------- */

static int try_setting(const struct ledger *ledger,
                       const struct descent_setting *setting, struct worst *worst,
                       struct error *error)
{
    struct claim_descent run;
    int status = claim_descent_init(&run, ledger, setting, error);
    if (status == STATUS_OK && bound_of(&run, CONVERGENCE_CORRECTED) > 0)
        status = setting->sigma > 0 ? try_noisy(&run, worst, error)
                                    : try_quiet(&run, worst, error);
    claim_descent_free(&run);
    return status;
}

static int search_loss(const struct ledger *ledger, const struct loss_kind *kind,
                       double beta1, double sigma, struct worst *worst,
                       struct error *error)
{
    static const double beta0s[] = {0, 1, 3, 0.5, 10};
    static const double rates[] = {0.01, 0.5, 2e-5}, starts[] = {1, 0.5, 4};
    /* Noise makes a setting dearer: the first of each list. */
    const int beta0_count = sigma > 0 ? 3 : 5, rate_count = sigma > 0 ? 2 : 3;
    int status = STATUS_OK;
    for (int a = 0; a < beta0_count; a++)
        for (int r = 0; r < rate_count; r++)
            for (int s = 0; status == STATUS_OK && s < 3; s++) {
                const struct descent_setting setting = {
                    kind, N, "pnm", beta0s[a], beta1, rates[r], sigma, starts[s]};
                status = try_setting(ledger, &setting, worst, error);
            }
    return status;
}

static int search(const struct ledger *ledger, double beta1, double sigma,
                  struct worst *worst, struct error *error)
{
    const struct loss_kind *const *kind = loss_kinds(ledger->sampling->kernels);
    int status = STATUS_OK;
    for (; status == STATUS_OK && *kind; kind++)
        if (claim_covers(*kind))
            status = search_loss(ledger, *kind, beta1, sigma, worst, error);
    return status;
}

/* --- rows ------------------------------------------------------------------------- */

static int measure(const struct ledger *ledger, const struct claim_descent *run,
                   const struct worst *worst, enum convergence_form form,
                   struct evidence *e, double *samples, struct error *error)
{
    struct moments m = {0};
    if (run->descent.sigma == 0) {
        e->measured = worst->ratio;
        return written_ratio(run, worst->t, form, &e->exact, error);
    }
    const uint64_t replicas = replicas_for(worst);
    *samples = (double)replicas * N * (double)worst->t;
    e->sampled = *samples <= ledger->sampling->max_samples;
    if (!e->sampled)
        return STATUS_OK;
    const int status = measure_noisy(run, worst->t, replicas, &m, error);
    const double bound = bound_of(run, form);
    e->measured = m.mean / bound;
    e->se = moments_stderr(&m) / bound;
    e->count = m.count;
    return status;
}

static int add_row(struct ledger *ledger, const struct claim *claim,
                   const struct worst *worst, enum convergence_form form,
                   struct error *error)
{
    struct evidence e = {.paper = 1,
                         .exact = NAN,
                         .paper_scale = 1,
                         .exact_scale = 1,
                         .sampled = true,
                         .decisive = true};
    struct claim_descent run;
    char text[160], setting[250];
    double samples = 0;
    int status = claim_descent_init(&run, ledger, &worst->setting, error);
    if (status == STATUS_OK)
        status = measure(ledger, &run, worst, form, &e, &samples, error);
    if (status == STATUS_OK) {
        claim_descent_describe(&worst->setting, sizeof text, text);
        snprintf(setting, sizeof setting, "%s, largest ratio, %s: %s t=%ld",
                 form == CONVERGENCE_PRINTED ? "printed" : "corrected",
                 worst->setting.sigma > 0 ? "noisy" : "no noise", text, worst->t);
        status = ledger_bound(ledger, claim, setting, &e, samples, error);
    }
    claim_descent_free(&run);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    static const struct {
        double beta1, sigma;
    } kinds[] = {{0.9, 0}, {0, 0}, {0.9, 1}, {0, 1}};
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < 4; k++) {
        struct worst worst[FORMS] = {{.ratio = 0}, {.ratio = 0}};
        status = search(ledger, kinds[k].beta1, kinds[k].sigma, worst, error);
        for (int form = 0; status == STATUS_OK && form < FORMS; form++)
            status = add_row(ledger, claim, &worst[form], (enum convergence_form)form,
                             error);
    }
    return status;
}

const struct claim claim_lemma_a3 = {
    .id = "lemma-A3",
    .where = "app. A, lemma A.3",
    .kind = CLAIM_BOUND,
    .statement = "E|grad f(z_t) - grad f(theta_t)|^2 over L^2 alpha^2 (beta + beta0 "
                 "(1-beta))^2 (G^2+sigma^2)/(1-beta)^4 is at most 1",
    .check = check,
};
