/* thm3.1: the smallest E|grad f(theta_k)|^2 of a run over the theorem's bound. Over a
 * grid of settings the largest ratio is found on the even replicas of a few, which also
 * choose k, and measured on the odd ones of many; without noise one run tells. */
#include "descent_claims.h"

#include <math.h>
#include <stdio.h>

enum { N = 2, PILOT = 64, FORMS = 2 };

/* The largest ratio so far, and how often the bound said nothing. */
struct worst {
    struct descent_setting setting;
    double c; /* C L */
    uint64_t horizon;
    double ratio, spread; /* spread: standard deviation over mean */
    int vacuous, settings;
};

struct point {
    struct descent_setting setting;
    double c;
    uint64_t horizon;
};

static int bounds_of(const struct claim_descent *run, double c, uint64_t horizon,
                     double *bound, double *gradient, struct error *error)
{
    struct convergence convergence;
    const int status =
        claim_convergence(run, c / run->loss.smoothness, &convergence, error);
    for (int form = 0; form < FORMS; form++)
        bound[form] =
            convergence_bound(&convergence, horizon, (enum convergence_form)form);
    *gradient = convergence.gradient;
    return status;
}

/* The step with the smallest mean over the even replicas. */
static uint64_t smallest(const struct descent_curve *curve)
{
    uint64_t best = 0;
    for (uint64_t k = 1; k <= curve->steps; k++)
        if (curve->square[0][k].mean < curve->square[0][best].mean)
            best = k;
    return best;
}

static void consider(const struct point *point, const struct moments *m,
                     const double *bound, double gradient, struct worst *worst)
{
    for (int form = 0; form < FORMS; form++) {
        struct worst *w = &worst[form];
        const double ratio = m->mean / bound[form];
        w->settings++;
        w->vacuous += bound[form] >= gradient * gradient;
        if (ratio > w->ratio) {
            w->setting = point->setting;
            w->c = point->c;
            w->horizon = point->horizon;
            w->ratio = ratio;
            w->spread = moments_stderr(m) * sqrt((double)m->count) / m->mean;
        }
    }
}

static int try_point(const struct ledger *ledger, const struct point *point,
                     struct worst *worst, struct error *error)
{
    struct claim_descent run;
    struct descent_curve curve = {0};
    double bound[FORMS], gradient;
    int status = claim_descent_init(&run, ledger, &point->setting, error);
    if (status == STATUS_OK)
        status = bounds_of(&run, point->c, point->horizon, bound, &gradient, error);
    if (status == STATUS_OK)
        status = descent_run(&run.descent, run.descent.sigma > 0 ? PILOT : 1,
                             point->horizon - 1, &curve, error);
    if (status == STATUS_OK)
        consider(point, &curve.square[0][smallest(&curve)], bound, gradient, worst);
    descent_curve_free(&curve);
    claim_descent_free(&run);
    return status;
}

/* beta0, beta1, C, T and start of a loss. */
static int search_loss(const struct ledger *ledger, const struct loss_kind *kind,
                       double sigma, struct worst *worst, struct error *error)
{
    static const double beta0s[] = {0, 1, 3}, beta1s[] = {0, 0.9};
    static const double cs[] = {0.25, 1, 4}, starts[] = {1, 8};
    static const uint64_t horizons[] = {4, 64, 512};
    int status = STATUS_OK;
    for (int k = 0; status == STATUS_OK && k < 3 * 2 * 3 * 2 * 3; k++) {
        const double c = cs[k / 6 % 3];
        const uint64_t horizon = horizons[k / 36];
        const struct point point = {
            .setting = {.loss = kind,
                        .n = N,
                        .rule = "pnm",
                        .beta0 = beta0s[k % 3],
                        .beta1 = beta1s[k / 3 % 2],
                        .rate = fmin(0.5, c / sqrt((double)horizon)),
                        .sigma = sigma,
                        .start = starts[k / 18 % 2]},
            .c = c,
            .horizon = horizon,
        };
        status = try_point(ledger, &point, worst, error);
    }
    return status;
}

static int search(const struct ledger *ledger, double sigma, struct worst *worst,
                  struct error *error)
{
    const struct loss_kind *const *kind = loss_kinds(ledger->sampling->kernels);
    int status = STATUS_OK;
    for (; status == STATUS_OK && *kind; kind++)
        if (claim_covers(*kind))
            status = search_loss(ledger, *kind, sigma, worst, error);
    return status;
}

/* --- rows ------------------------------------------------------------------------- */

/* The smallest squared gradient on the path that is written out. */
static int written_smallest(const struct claim_descent *run, uint64_t horizon,
                            double *square, struct error *error)
{
    struct pnm_path path;
    const int status = path_noiseless(run, horizon, &path, error);
    *square = INFINITY;
    for (size_t t = 0; status == STATUS_OK && t < horizon; t++) {
        double sum = 0;
        for (size_t i = 0; i < path.n; i++)
            sum += path.g[t * path.n + i] * path.g[t * path.n + i];
        *square = fmin(*square, sum);
    }
    path_free(&path);
    return status;
}

/* Replicas of which half put the band's half-width at 4 % of the ratio, as the control
 * needs. */
static uint64_t replicas_for(const struct worst *worst)
{
    const double wanted = ESTIMATE_Z * worst->spread / 0.04;
    return 2 * (uint64_t)fmax(ESTIMATE_NORMAL_CHAINS, ceil(wanted * wanted));
}

static int measure_noisy(const struct claim_descent *run, uint64_t horizon,
                         uint64_t replicas, double bound, struct evidence *e,
                         struct error *error)
{
    struct descent_curve curve;
    const int status = descent_run(&run->descent, replicas, horizon - 1, &curve, error);
    if (status == STATUS_OK) {
        const struct moments *m = &curve.square[1][smallest(&curve)];
        e->measured = m->mean / bound;
        e->se = moments_stderr(m) / bound;
        e->count = m->count;
        e->sampled = m->count > 0;
        e->decisive = m->count >= ESTIMATE_MIN_CHAINS;
    }
    descent_curve_free(&curve);
    return status;
}

static int measure(const struct ledger *ledger, const struct claim_descent *run,
                   const struct worst *worst, enum convergence_form form,
                   struct evidence *e, double *samples, struct error *error)
{
    double bound[FORMS], gradient;
    int status = bounds_of(run, worst->c, worst->horizon, bound, &gradient, error);
    if (status == STATUS_OK && run->descent.sigma == 0) {
        status = written_smallest(run, worst->horizon, &e->exact, error);
        e->exact /= bound[form];
        e->measured = worst->ratio;
    } else if (status == STATUS_OK) {
        const uint64_t replicas = replicas_for(worst);
        *samples = (double)replicas * N * (double)worst->horizon;
        e->sampled = *samples <= ledger->sampling->max_samples;
        if (e->sampled)
            status =
                measure_noisy(run, worst->horizon, replicas, bound[form], e, error);
    }
    return status;
}

static void describe(const struct worst *worst, enum convergence_form form, size_t size,
                     char *text)
{
    char own[140];
    claim_descent_describe(&worst->setting, sizeof own, own);
    snprintf(text, size,
             "%s C1, largest ratio, %s: %s T=%llu C L=%g; vacuous in %.0f %% of %d "
             "settings",
             form == CONVERGENCE_PRINTED ? "printed" : "corrected",
             worst->setting.sigma > 0 ? "noisy" : "no noise", own,
             (unsigned long long)worst->horizon, worst->c,
             100.0 * worst->vacuous / worst->settings, worst->settings);
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
    char setting[256];
    double samples = 0;
    int status = claim_descent_init(&run, ledger, &worst->setting, error);
    if (status == STATUS_OK)
        status = measure(ledger, &run, worst, form, &e, &samples, error);
    if (status == STATUS_OK) {
        describe(worst, form, sizeof setting, setting);
        status = ledger_bound(ledger, claim, setting, &e, samples, error);
    }
    claim_descent_free(&run);
    return status;
}

/* Where the time given ended before any run. */
static int add_unreached(struct ledger *ledger, const struct claim *claim,
                         struct error *error)
{
    const struct evidence e = {
        .paper = 1, .exact = NAN, .measured = NAN, .paper_scale = 1, .exact_scale = 1};
    return ledger_bound(ledger, claim, "largest ratio", &e, 0, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    int status = STATUS_OK;
    for (int sigma = 0; status == STATUS_OK && sigma <= 1; sigma++) {
        struct worst worst[FORMS] = {{.ratio = 0}, {.ratio = 0}};
        status = search(ledger, sigma, worst, error);
        for (int form = 0; status == STATUS_OK && form < FORMS; form++)
            status = worst[form].ratio > 0 ? add_row(ledger, claim, &worst[form],
                                                     (enum convergence_form)form, error)
                                           : add_unreached(ledger, claim, error);
    }
    return status;
}

const struct claim claim_thm3_1 = {
    .id = "thm3.1",
    .where = "sec. 3, theorem 3.1",
    .kind = CLAIM_BOUND,
    .statement = "min_k E|grad f(theta_k)|^2 over 2 (f(theta_0)-f*)/(t+1) max(2L, "
                 "sqrt(t+1)/C) + C1/sqrt(t+1) is at most 1",
    .check = check,
};
