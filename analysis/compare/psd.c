/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/psd.h"

#include "engine/ensemble_run.h"

#include <gsl/gsl_fft_real.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LANES = RULE_LANES,
    HALF = PSD_SEGMENT / 2,
    SEGMENTS = 15,            /* the fewest planned a chain */
    MOST_SEGMENTS = 1 << 13,  /* planned a chain: a unit takes about a second */
    APART = 16,               /* segments whose correlation is planned with */
    LAGS = HALF * (APART + 2) /* the lags that these span */
};

static void hann(double window[PSD_SEGMENT])
{
    const double pi = 3.14159265358979323846;
    for (int k = 0; k < PSD_SEGMENT; k++) {
        const double s = sin(pi * (k + 0.5) / PSD_SEGMENT);
        window[k] = s * s;
    }
}

/* --- planning --------------------------------------------------------------------- */

/* The sum over all pairs of a long chain's segments, relative to the number of
 * segments, of the squared correlation of their Fourier sums at frequency k: the
 * variance of the chain's estimate is this over the number of segments, in units of the
 * squared expectation, and twice this at frequencies 0 and 1/2. */
static double clustering(const quad *r, const double *overlap, double decay, int k)
{
    const double pi = 3.14159265358979323846;
    double sum = 0, last = 0, power = 0, re_wave[PSD_SEGMENT], im_wave[PSD_SEGMENT];
    for (int lag = 0; lag < PSD_SEGMENT; lag++) {
        const double angle = 2 * pi * (k * lag % PSD_SEGMENT) / PSD_SEGMENT;
        re_wave[lag] = cos(angle);
        im_wave[lag] = sin(angle);
    }
    for (int apart = 0; apart <= APART; apart++) {
        double re = 0, im = 0;
        for (int lag = 1 - PSD_SEGMENT; lag < PSD_SEGMENT; lag++) {
            const double part = (double)r[abs(lag + apart * HALF)] * overlap[abs(lag)];
            re += part * re_wave[abs(lag)];
            im += lag < 0 ? -part * im_wave[-lag] : part * im_wave[lag];
        }
        if (apart == 0)
            power = re * re + im * im;
        last = power > 0 ? (re * re + im * im) / power : 0;
        sum += apart == 0 ? last : 2 * last;
    }
    return last > 0 ? sum + 2 * last * decay / (1 - decay) : sum;
}

/* The largest of these, for a plan that serves all frequencies. Those between are no
 * more correlated than the nearest of each eighth that is looked at. */
static double largest_clustering(const struct noise_filter *filter,
                                 const double window[PSD_SEGMENT])
{
    static const int looked_at[] = {0, 1, 2, 4, 8, 16, 32, 64, 96, 112, 126, 127, 128};
    const double decay = pow(1 - filter->margin, PSD_SEGMENT);
    quad r[LAGS + PSD_SEGMENT];
    double overlap[PSD_SEGMENT] = {0}, most = 1;
    for (int lag = 0; lag < PSD_SEGMENT; lag++)
        for (int n = 0; n + lag < PSD_SEGMENT; n++)
            overlap[lag] += window[n] * window[n + lag];
    noise_filter_autocovariances(filter, LAGS + PSD_SEGMENT, r);
    if (!(decay < 1))
        return INFINITY;
    for (size_t k = 0; k < sizeof looked_at / sizeof *looked_at; k++)
        most = fmax(most, clustering(r, overlap, decay, looked_at[k]));
    return most;
}

/* The smallest power of two after which the start changes no expectation by more than
 * `bias`. */
static uint64_t burn_in_for(const struct noise_filter *filter, double bias)
{
    uint64_t burn_in = 1;
    while (burn_in < 1ULL << 62 &&
           !(noise_filter_transient(filter, burn_in, PSD_SEGMENT) <= bias))
        burn_in *= 2;
    return burn_in;
}

/* Chains and their length for this burn-in; most is the largest clustering. */
static void plan_chains(const struct sampling *sampling, double most,
                        struct psd_plan *plan)
{
    struct chains *chains = &plan->chains;
    plan->segments = SEGMENTS;
    if (chains->burn_in > HALF * (SEGMENTS + 1) / 8)
        plan->segments = chains->burn_in < MOST_SEGMENTS * HALF / 8
                             ? chains->burn_in * 8 / HALF - 1
                             : MOST_SEGMENTS - 1;
    chains->steps = chains->burn_in + 1 + HALF * (plan->segments + 1);
    if (sampling->steps > 0) {
        const uint64_t halves = sampling->steps > chains->burn_in + 1
                                    ? (sampling->steps - chains->burn_in - 1) / HALF
                                    : 0;
        plan->segments = halves > 1 ? halves - 1 : 0;
        chains->steps = chains->burn_in + 1 + HALF * halves;
    }
    chains->count = sampling->chains;
    if (chains->count == 0) {
        const double segments = (double)plan->segments;
        const double needed = 2 * fmin(most, segments) / segments /
                              (sampling->precision * sampling->precision);
        const double blocks = ceil(fmin(fmax(needed, PLAN_CHAINS), 0x1p50) / LANES);
        chains->count = LANES * (uint64_t)blocks;
    }
    plan->samples = (double)chains->count * (double)chains->steps;
}

static void plan_make_all(const struct sampling *sampling,
                          const struct noise_filter *filter,
                          const double window[PSD_SEGMENT],
                          const struct psd_point points[PSD_POINTS],
                          struct psd_plan *plan)
{
    const double most = largest_clustering(filter, window);
    double least = INFINITY, bias = INFINITY;
    for (int k = 0; k < PSD_POINTS; k++)
        if (points[k].evidence.exact > 0)
            least = fmin(least, points[k].evidence.exact);
    *plan = (struct psd_plan){.chains.burn_in = 1};
    /* A longer burn-in makes longer chains, and so may make the error smaller. */
    for (int round = 0; round < 3; round++) {
        plan_chains(sampling, most, plan);
        /* No estimate varies less than one of uncorrelated segments. */
        bias = least / 20 /
               sqrt((double)(plan->segments > 0 ? plan->segments : 1) *
                    (double)plan->chains.count);
        plan->chains.burn_in = sampling->burn_in == PLAN_AUTO
                                   ? burn_in_for(filter, bias)
                                   : sampling->burn_in;
    }
    plan_chains(sampling, most, plan);
    plan->bias = noise_filter_transient(filter, plan->chains.burn_in, PSD_SEGMENT);
    plan->settled = plan->bias <= bias;
    plan->affordable = plan->samples <= sampling->max_samples;
}

/* --- measuring -------------------------------------------------------------------- */

/* What a unit keeps of a chain: the last theta, the segment so far, the sums. */
enum { LAST, SEGMENT, DENSITY = SEGMENT + PSD_SEGMENT, KEPT = DENSITY + PSD_POINTS };

struct psd_context {
    const double *window;
    double window_power, gain;
    uint64_t segments;
    const gsl_fft_real_wavetable *waves;
    struct moments *spread;
};

/* Adds |Fourier sum of the windowed segment|^2. */
static void add_segment(const struct psd_context *own, const double *u, double *density)
{
    double x[PSD_SEGMENT], scratch[PSD_SEGMENT];
    gsl_fft_real_workspace room = {PSD_SEGMENT, scratch};
    for (int k = 0; k < PSD_SEGMENT; k++)
        x[k] = own->window[k] * u[k];
    gsl_fft_real_transform(x, 1, PSD_SEGMENT, own->waves, &room);
    /* GSL stores re_0, re_1, im_1, re_2, im_2, ..., re_{PSD_SEGMENT/2}. */
    density[0] += x[0] * x[0];
    for (int k = 1; k < HALF; k++)
        density[k] += x[2 * k - 1] * x[2 * k - 1] + x[2 * k] * x[2 * k];
    density[HALF] += x[PSD_SEGMENT - 1] * x[PSD_SEGMENT - 1];
}

static void psd_observe(void *context, const struct ensemble_view *view,
                        const struct unit *unit, uint64_t first, size_t steps,
                        const double *trajectory, double *scratch)
{
    const struct psd_context *own = context;
    const struct rule *rule = view->ensemble->rule;
    double scalar[RULE_MAX_SCALARS];
    for (size_t k = 0; k < steps; k++) {
        const uint64_t recorded = first + k - unit->chains.burn_in;
        /* A direction needs two recorded thetas. The first segment fills from its
         * start, every other one from its middle. */
        const uint64_t at =
            recorded <= PSD_SEGMENT ? recorded - 1 : HALF + (recorded - 1) % HALF;
        rule->kind->scalars(rule, first + k, scalar);
        const double per_rate = view->scale[0] / scalar[RULE_RATE];
        for (int lane = 0; lane < unit->lanes; lane++) {
            double *chain = scratch + lane * KEPT, *u = chain + SEGMENT;
            const double theta = trajectory[k * LANES + (size_t)lane];
            if (recorded > 0)
                u[at] = (chain[LAST] - theta) * per_rate - own->gain;
            chain[LAST] = theta;
            if (recorded > 0 && at == PSD_SEGMENT - 1) {
                add_segment(own, u, chain + DENSITY);
                memmove(u, u + HALF, HALF * sizeof *u);
            }
        }
    }
}

static void psd_take(void *context, const struct ensemble_view *view,
                     const struct unit *unit, const double *scratch)
{
    const struct psd_context *own = context;
    const double all = own->window_power * (double)own->segments;
    (void)view;
    for (int lane = 0; lane < unit->lanes; lane++)
        for (int k = 0; k < PSD_POINTS; k++)
            moments_add(&own->spread[k], scratch[lane * KEPT + DENSITY + k] / all);
}

static int measure(const struct sampling *sampling, const struct rule *rule,
                   const struct psd_plan *plan, const struct psd_context *context,
                   const char *label, struct error *error)
{
    struct problem problem = {0};
    const struct ensemble ensemble = sampling_ensemble(sampling, rule, &problem, label);
    gsl_fft_real_wavetable *waves = gsl_fft_real_wavetable_alloc(PSD_SEGMENT);
    struct psd_context own = *context;
    const struct session_block blocks[] = {
        {own.spread, PSD_POINTS * sizeof *own.spread, SESSION_MOMENTS}, SESSION_END};
    const struct observer observer = {
        .name = "spectrum",
        .scratch_size = LANES * KEPT,
        .observe = psd_observe,
        .merge = psd_take,
        .context = &own,
        .blocks = blocks,
    };
    own.waves = waves;
    int status = waves ? problem_init_linear(&problem, 1, 1, error)
                       : error_memory(error, "a Fourier transform");
    if (status == STATUS_OK)
        status = ensemble_run(&ensemble, false, &plan->chains, &observer, error);
    problem_free(&problem);
    if (waves)
        gsl_fft_real_wavetable_free(waves);
    return status;
}

static void finish(const struct moments *spread, const struct psd_plan *plan,
                   struct psd_point *point)
{
    struct evidence *e = &point->evidence;
    if (spread->count > 0) {
        e->sampled = true;
        e->measured = spread->mean;
        e->se = moments_stderr(spread);
        e->count = spread->count;
    }
    /* As for the variance: squares of normal numbers have a skewed law. */
    const double effective = e->exact_scale * e->exact_scale / (e->se * e->se);
    e->bias = plan->bias;
    e->decisive = plan->settled && e->count >= ESTIMATE_MIN_CHAINS &&
                  effective >= ESTIMATE_MIN_SAMPLES;
    point->verdict = evidence_judge(e).exact;
}

int psd_compare(const struct sampling *sampling, const struct rule *rule,
                const char *label, struct psd_point points[PSD_POINTS],
                struct psd_plan *plan, struct error *error)
{
    struct noise_filter filter;
    struct moments spread[PSD_POINTS];
    double window[PSD_SEGMENT], windowed[PSD_POINTS];
    int status = noise_filter_init(&filter, rule, error);
    if (status != STATUS_OK)
        return status;
    memset(spread, 0, sizeof spread);
    hann(window);
    noise_filter_windowed(&filter, PSD_SEGMENT, window, windowed);
    for (int k = 0; k < PSD_POINTS; k++) {
        const double frequency = (double)k / PSD_SEGMENT;
        points[k] = (struct psd_point){
            .frequency = frequency,
            .density = noise_filter_density(&filter, frequency),
            .evidence = {.paper = NAN,
                         .exact = windowed[k],
                         .measured = NAN,
                         .se = NAN,
                         .paper_scale = 1,
                         .exact_scale = evidence_scale(windowed[k])},
        };
    }
    if (sampling->exact_only) {
        *plan = (struct psd_plan){.affordable = false};
        for (int k = 0; k < PSD_POINTS; k++)
            finish(&spread[k], plan, &points[k]);
        return STATUS_OK;
    }
    plan_make_all(sampling, &filter, window, points, plan);
    if (plan->segments == 0)
        return error_about(error, STATUS_USAGE, "steps",
                           "%llu leaves no segment of %d directions after a burn-in of "
                           "%llu; allowed are more steps or a shorter burn-in",
                           (unsigned long long)sampling->steps, PSD_SEGMENT,
                           (unsigned long long)plan->chains.burn_in);
    struct psd_context context = {.window = window,
                                  .gain = noise_filter_gain(&filter),
                                  .segments = plan->segments,
                                  .spread = spread};
    for (int k = 0; k < PSD_SEGMENT; k++)
        context.window_power += window[k] * window[k];
    if (plan->affordable)
        status = measure(sampling, rule, plan, &context, label, error);
    for (int k = 0; k < PSD_POINTS; k++)
        finish(&spread[k], plan, &points[k]);
    return status;
}
