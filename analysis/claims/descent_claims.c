#include "descent_claims.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = LOSS_LANES };

/* --- runs ------------------------------------------------------------------------- */

bool claim_covers(const struct loss_kind *kind)
{
    double parameter[LOSS_MAX_PARAMETERS] = {0};
    struct loss loss;
    struct error ignored;
    loss_defaults(kind, parameter);
    const bool made = loss_init(&loss, kind, 1, parameter, &ignored) == STATUS_OK;
    const bool bounded = made && isfinite(loss.gradient_bound);
    loss_free(&loss);
    return bounded;
}

/* The learning rate at which the rule applies eta0. */
static double rate_for(const struct descent_setting *setting, double eta0)
{
    const double beta0 = setting->beta0;
    return strcmp(setting->rule, "pnm") == 0
               ? eta0 * sqrt((1 + beta0) * (1 + beta0) + beta0 * beta0)
               : eta0;
}

int claim_descent_init(struct claim_descent *run, const struct ledger *ledger,
                       const struct descent_setting *setting, struct error *error)
{
    const struct sampling *sampling = ledger->sampling;
    const struct claim_rule what = {setting->rule, setting->beta0, setting->beta1, NAN};
    double parameter[LOSS_MAX_PARAMETERS] = {0};
    *run = (struct claim_descent){.setting = *setting};
    loss_defaults(setting->loss, parameter);
    const int status =
        loss_init(&run->loss, setting->loss, setting->n, parameter, error);
    if (status != STATUS_OK)
        return status;
    run->eta0 = setting->rate / run->loss.smoothness;
    run->rule = claim_rule_make(ledger, &what, rate_for(setting, run->eta0));
    run->descent = (struct descent){
        .optimizer = run->rule.optimizer,
        .parameter = run->rule.parameter,
        .loss = &run->loss,
        .start = setting->start * run->loss.gradient_bound /
                 (run->loss.smoothness * sqrt((double)setting->n)),
        .sigma = setting->sigma * run->loss.gradient_bound,
        .generator = sampling->generator,
        .seed = sampling->seed,
        .threads = sampling->threads,
        .session = sampling->session,
    };
    return STATUS_OK;
}

void claim_descent_free(struct claim_descent *run)
{
    loss_free(&run->loss);
}

void claim_descent_describe(const struct descent_setting *s, size_t size, char *text)
{
    char beta0[40] = "";
    if (strcmp(s->rule, "pnm") == 0)
        snprintf(beta0, sizeof beta0, " beta0=%g", s->beta0);
    snprintf(text, size, "%s%s beta1=%g eta0 L=%.3g on %s n=%zu sigma=%gG start=%g",
             s->rule, beta0, s->beta1, s->rate, s->loss->name, s->n, s->sigma,
             s->start);
}

/* f(theta_0), from lane 0 of 64 that are all the same. */
static int value_at_start(const struct claim_descent *run, double *value,
                          struct error *error)
{
    const size_t row = run->loss.n * LANES;
    double *block = malloc(2 * row * sizeof *block), values[LANES];
    if (!block)
        return error_memory(error, "a point of the loss");
    for (size_t k = 0; k < row; k++)
        block[k] = run->descent.start;
    run->loss.kind->evaluate(&run->loss, block, block + row, values);
    *value = values[0];
    free(block);
    return STATUS_OK;
}

int claim_convergence(const struct claim_descent *run, double c,
                      struct convergence *convergence, struct error *error)
{
    double value = NAN;
    const int status = value_at_start(run, &value, error);
    *convergence = (struct convergence){
        .beta0 = run->setting.beta0,
        .beta1 = run->setting.beta1,
        .smoothness = run->loss.smoothness,
        .gradient = run->loss.gradient_bound,
        .sigma = run->descent.sigma,
        .gap = value - run->loss.minimum,
        .c = c,
    };
    return status;
}

/* --- paths ------------------------------------------------------------------------ */

static int path_init(struct pnm_path *path, long steps, size_t n, struct error *error)
{
    const size_t points = (size_t)steps * n;
    path->steps = steps;
    path->n = n;
    path->theta = calloc(3 * points + n, sizeof *path->theta);
    if (!path->theta)
        return error_memory(error, "a path");
    path->m = path->theta + points + n;
    path->g = path->m + points;
    return STATUS_OK;
}

void path_free(struct pnm_path *path)
{
    free(path->theta);
    *path = (struct pnm_path){0};
}

static int path_of(const struct claim_descent *run, uint64_t steps,
                   struct pnm_path *path, struct error *error)
{
    *path = (struct pnm_path){
        .beta = run->setting.beta1 * run->setting.beta1,
        .beta0 = run->setting.beta0,
        .eta0 = run->eta0,
    };
    return path_init(path, (long)steps, run->loss.n, error);
}

int path_measured(const struct claim_descent *run, uint64_t replica, uint64_t steps,
                  struct pnm_path *path, struct error *error)
{
    struct descent_record record = {.theta = NULL};
    const size_t n = run->loss.n, points = (size_t)steps * n;
    int status = path_of(run, steps, path, error);
    if (status == STATUS_OK)
        status = descent_record(&run->descent, replica, steps, &record, error);
    if (status == STATUS_OK) {
        memcpy(path->theta, record.theta, (points + n) * sizeof *path->theta);
        memcpy(path->g, record.sample, points * sizeof *path->g);
        /* The rule's slot 0 before step t + 1 is m_t. */
        for (size_t t = 0; t < steps; t++)
            memcpy(path->m + t * n, record.slot + (t + 1) * record.slots * n,
                   n * sizeof *path->m);
    }
    descent_record_free(&record);
    return status;
}

double path_m(const struct pnm_path *path, long t, size_t i)
{
    return t < 0 ? 0 : path->m[(size_t)t * path->n + i];
}

/* Step t of Algorithm 2 for given g_t: m_t and theta_{t+1}. */
static void written_step(struct pnm_path *path, long t)
{
    const double beta = path->beta, beta0 = path->beta0;
    for (size_t i = 0; i < path->n; i++) {
        const size_t k = (size_t)t * path->n + i;
        path->m[k] = beta * path_m(path, t - 2, i) + (1 - beta) * path->g[k];
        path->theta[k + path->n] =
            path->theta[k] -
            path->eta0 * ((1 + beta0) * path->m[k] - beta0 * path_m(path, t - 1, i));
    }
}

int path_written(const struct pnm_path *from, struct pnm_path *path,
                 struct error *error)
{
    *path = *from;
    const int status = path_init(path, from->steps, from->n, error);
    if (status != STATUS_OK)
        return status;
    memcpy(path->theta, from->theta, from->n * sizeof *path->theta);
    memcpy(path->g, from->g, (size_t)from->steps * from->n * sizeof *path->g);
    for (long t = 0; t < path->steps; t++)
        written_step(path, t);
    return STATUS_OK;
}

int path_noiseless(const struct claim_descent *run, uint64_t steps,
                   struct pnm_path *path, struct error *error)
{
    const size_t n = run->loss.n;
    double value[LANES], *block = calloc(2 * n * LANES, sizeof *block);
    int status = path_of(run, steps, path, error);
    if (status == STATUS_OK && !block)
        status = error_memory(error, "a point of the loss");
    for (size_t i = 0; status == STATUS_OK && i < n; i++)
        path->theta[i] = run->descent.start;
    for (size_t t = 0; status == STATUS_OK && t < steps; t++) {
        for (size_t i = 0; i < n; i++)
            block[i * LANES] = path->theta[t * n + i];
        run->loss.kind->evaluate(&run->loss, block, block + n * LANES, value);
        for (size_t i = 0; i < n; i++)
            path->g[t * n + i] = block[(n + i) * LANES];
        written_step(path, (long)t);
    }
    free(block);
    return status;
}

double path_x(const struct pnm_path *path, enum x_form form, long t, size_t i)
{
    const double theta = path->theta[(size_t)(t < 0 ? 0 : t) * path->n + i];
    const double shift = path->beta0 * path_m(path, t - 1, i);
    switch (form) {
    case X_MAIN_TEXT:
        return theta - shift;
    case X_APPENDIX:
        return theta - path->eta0 * shift;
    default:
        return theta + path->eta0 * shift;
    }
}

double path_z(const struct pnm_path *path, enum x_form form, long t, size_t i)
{
    return (path_x(path, form, t, i) - path->beta * path_x(path, form, t - 2, i)) /
           (1 - path->beta);
}

/* --- identities ------------------------------------------------------------------- */

static double largest_residual(const struct path_identity *identity,
                               const struct pnm_path *path, double perturbation)
{
    double apart = 0, moved = 0;
    for (long t = 0; t < path->steps; t++)
        for (size_t i = 0; i < path->n; i++) {
            const double residual =
                identity->residual(path, identity->form, t, i, perturbation);
            const double step = path_x(path, identity->form, t + 1, i) -
                                path_x(path, identity->form, t, i);
            apart = fmax(apart, fabs(residual));
            moved = fmax(moved, fabs(step));
        }
    return apart / moved;
}

/* Of one run; NAN where it could not be made. */
static double residual_of(const struct path_identity *identity,
                          const struct descent_setting *setting, bool written,
                          double perturbation)
{
    enum { STEPS = 200 };
    struct claim_descent run;
    struct pnm_path path = {0}, own = {0};
    struct error ignored;
    double result = NAN;
    int status = claim_descent_init(&run, identity->ledger, setting, &ignored);
    if (status == STATUS_OK)
        status = path_measured(&run, 0, STEPS, &path, &ignored);
    if (status == STATUS_OK && written)
        status = path_written(&path, &own, &ignored);
    if (status == STATUS_OK)
        result = largest_residual(identity, written ? &own : &path, perturbation);
    path_free(&own);
    path_free(&path);
    claim_descent_free(&run);
    return result;
}

static double over_runs(const struct path_identity *identity, bool written,
                        double perturbation)
{
    static const double beta0s[] = {0, 1, 3}, beta1s[] = {0, 0.9};
    const struct loss_kind *const *kind =
        loss_kinds(identity->ledger->sampling->kernels);
    double largest = 0;
    for (; *kind; kind++)
        for (int a = 0; claim_covers(*kind) && a < 3; a++)
            for (int b = 0; beta0s[a] <= identity->largest_beta0 && b < 2; b++) {
                const struct descent_setting setting = {
                    *kind, 3, "pnm", beta0s[a], beta1s[b], 0.1, 1, 2};
                const double one =
                    residual_of(identity, &setting, written, perturbation);
                largest = isnan(one) || one > largest ? one : largest;
            }
    return largest;
}

static double identity_simulated(const void *context, double perturbation)
{
    return over_runs(context, false, perturbation);
}

static double identity_written(const void *context, double perturbation)
{
    return over_runs(context, true, perturbation);
}

int claim_path_identity(struct ledger *ledger, const struct claim *claim,
                        const char *setting, const struct path_identity *identity,
                        struct error *error)
{
    const struct identity both = {identity, identity_simulated, identity_written};
    char text[200];
    snprintf(text, sizeof text,
             "%s; pnm beta0=%s beta1=0,0.9 eta0 L=0.1, every loss with a G, n=3, "
             "sigma=G, 200 steps",
             setting, identity->largest_beta0 > 0 ? "0,1,3" : "0");
    return ledger_identity(ledger, claim, text, &both, error);
}
