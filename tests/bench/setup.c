/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "setup.h"

#include "cli/problem_form.h"
#include "compare/stability.h"
#include "compare/stationary.h"
#include "rules/linear_system.h"
#include "rules/rule_from.h"
#include "theory/stein.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void must(int status, const struct error *error)
{
    if (status == STATUS_OK)
        return;
    fprintf(stderr, "bench: %s\n", error->text);
    exit(-status);
}

static void *memory(size_t count, size_t size)
{
    void *block = calloc(count, size);
    if (!block) {
        fprintf(stderr, "bench: not enough memory\n");
        exit(-STATUS_MEMORY);
    }
    return block;
}

static double read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double setup_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

double setup_processor_now(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void setup_command(const struct setup *s, const char *who, size_t size, char *text)
{
    snprintf(text, size, "run %s %s %zu %llu %llu %llu %.17g %.17g %.17g %d %d %d", who,
             s->rule, s->d, (unsigned long long)s->chains.count,
             (unsigned long long)s->chains.steps, (unsigned long long)s->chains.burn_in,
             s->lr, s->low, s->high, s->threads, s->dense, s->filters);
}

bool setup_parse(const char *text, struct setup *s)
{
    unsigned long long replicas, steps, burn_in;
    const int read = sscanf(text, "%31s %zu %llu %llu %llu %lf %lf %lf %d %d %d",
                            s->rule, &s->d, &replicas, &steps, &burn_in, &s->lr,
                            &s->low, &s->high, &s->threads, &s->dense, &s->filters);
    if (read != 11)
        return false;
    s->chains = (struct chains){replicas, steps, burn_in};
    return true;
}

double setup_curvature(const struct setup *s, size_t i)
{
    const double place = s->d > 1 ? (double)i / (double)(s->d - 1) : 0;
    return s->low * pow(s->high / s->low, place);
}

double setup_noise(const struct setup *s, size_t i, size_t j)
{
    const double h_i = setup_curvature(s, i), h_j = setup_curvature(s, j);
    if (i == j)
        return h_i;
    return s->dense ? sqrt(h_i * h_j) * pow(0.9, fabs((double)i - (double)j)) : 0;
}

struct rule setup_rule(const char *name, double lr)
{
    struct rule rule;
    struct error error;
    must(rule_from(&rule, &error, "%s lr=%.17g", name, lr), &error);
    return rule;
}

/* The law of mode i, its chains begun at the minimum. */
static void law_of_mode(const struct setup *s, size_t i, struct plan_law *law)
{
    const struct rule rule = setup_rule(s->rule, s->lr);
    const double c = setup_noise(s, i, i), noise[3] = {c, c, c};
    struct linear_system system;
    struct error error;
    linear_system_probe(&rule, setup_curvature(s, i), &system);
    must(plan_law_init(law, &system, &system, noise, 0, 0, &error), &error);
}

double setup_exact(const struct setup *s)
{
    double sum = 0, variance = 0;
    for (size_t i = 0; i < s->d; i++) {
        /* Equal curvatures, of which there may be a million, have one law. */
        if (i == 0 || s->low != s->high) {
            struct plan_law law;
            law_of_mode(s, i, &law);
            variance = law.s_ii[0];
        }
        sum += variance;
    }
    return sum / (double)s->d;
}

struct chains setup_plan(const struct setup *s, double target)
{
    const struct plan_request request = {
        .burn_in = PLAN_AUTO, .target = target, .max_samples = INFINITY};
    struct plan_law law;
    struct plan plan;
    law_of_mode(s, 0, &law);
    plan_make(&law, &request, &plan);
    return plan.chains;
}

static void make_problem(const struct setup *s, struct problem *problem)
{
    struct error error;
    char spectrum[80];
    if (!s->dense) {
        const struct problem_form text = {
            .spectrum = spectrum, .noise = "hessian", .batch = 1};
        if (s->low == s->high)
            snprintf(spectrum, sizeof spectrum, "const:%.17g:%zu", s->low, s->d);
        else
            snprintf(spectrum, sizeof spectrum, "log:%.17g:%.17g:%zu", s->low, s->high,
                     s->d);
        must(problem_form_read(problem, &text, &error), &error);
        return;
    }
    double *h = memory(s->d, sizeof *h), *c = memory(s->d * s->d, sizeof *c);
    for (size_t i = 0; i < s->d; i++) {
        h[i] = setup_curvature(s, i);
        for (size_t j = 0; j < s->d; j++)
            c[i * s->d + j] = setup_noise(s, i, j);
    }
    must(problem_init_dense(problem, s->d, h, c, &error), &error);
    free(h);
    free(c);
}

/* The first states of each mode's filters; their coefficients, which cost nothing, are
 * 0. */
static struct control *make_control(const struct setup *s, const struct rule *rule)
{
    if (s->filters == 0)
        return NULL;
    struct control *control = memory(s->d, sizeof *control);
    for (size_t i = 0; i < s->d; i++) {
        struct linear_system system;
        struct error error;
        linear_system_probe(rule, setup_curvature(s, i), &system);
        must(filters_of(&system, &control[i].filters, &error), &error);
        if (control[i].filters.states < s->filters) {
            fprintf(stderr, "bench: %s at rate %g has only %d filter states\n", s->rule,
                    s->lr, control[i].filters.states);
            exit(1);
        }
        control[i].filters.states = s->filters;
        control[i].filters.pair &= s->filters > 1;
    }
    return control;
}

struct outcome setup_run(const struct setup *s)
{
    struct outcome outcome = {0};
    struct error error;
    const struct rule rule = setup_rule(s->rule, s->lr);
    struct problem problem;
    struct chains *chains = memory(s->d, sizeof *chains);
    struct moments *theta = memory(s->d, sizeof *theta);
    struct moments *square = memory(s->d, sizeof *square);
    struct moments *controlled = memory(s->d, sizeof *controlled);
    struct control *control = make_control(s, &rule);
    make_problem(s, &problem);
    const struct ensemble ensemble = {
        .kernels = kernels_find(&error),
        .rule = &rule,
        .problem = &problem,
        .generator = {.kind = RANDOM_XOSHIRO},
        .seed = 1,
        .threads = s->threads,
        .control = control,
    };
    for (size_t i = 0; i < s->d; i++)
        chains[i] = s->chains;
    const double start = setup_now(), processor_start = setup_processor_now();
    must(ensemble_moments(&ensemble, chains, theta, square, control ? controlled : NULL,
                          &error),
         &error);
    outcome.seconds = setup_now() - start;
    outcome.processor_seconds = setup_processor_now() - processor_start;
    for (size_t i = 0; i < s->d; i++)
        outcome.mean += square[i].mean / (double)s->d;
    outcome.se = moments_stderr(&square[0]);
    free(chains);
    free(theta);
    free(square);
    free(controlled);
    free(control);
    problem_free(&problem);
    return outcome;
}

/* --- to a precision --------------------------------------------------------------- */

void setup_wanted_command(const struct wanted *w, size_t size, char *text)
{
    snprintf(text, size, "variance %s %s %.17g %.17g", w->control ? "auto" : "none",
             w->rule, w->lr, w->precision);
}

bool setup_wanted_parse(const char *text, bool control, struct wanted *w)
{
    w->control = control;
    return sscanf(text, "%31s %lf %lf", w->rule, &w->lr, &w->precision) == 3;
}

struct reached setup_reach(const struct wanted *w)
{
    struct error error;
    struct comparison row;
    const struct rule rule = setup_rule(w->rule, w->lr);
    const struct sampling sampling = {
        .kernels = kernels_find(&error),
        .generator = {.kind = RANDOM_XOSHIRO},
        .seed = 1,
        .threads = 1,
        .quiet = true,
        .burn_in = PLAN_AUTO,
        .precision = w->precision,
        .precision_given = true,
        .max_samples = INFINITY,
        .control = w->control ? SAMPLING_CONTROL_AUTO : SAMPLING_CONTROL_NONE,
    };
    const double start = setup_processor_now();
    must(stationary_mode(&sampling, &rule, 1, 1, NULL, &row, &error), &error);
    const double error_ratio = row.evidence.plain_se / row.evidence.se;
    return (struct reached){.processor_seconds = setup_processor_now() - start,
                            .value = row.evidence.measured,
                            .se = row.evidence.se,
                            .samples = row.plan.samples,
                            .gain = error_ratio * error_ratio};
}

double setup_effective(const char *name)
{
    enum { STEPS = 20000 };
    const struct rule rule = setup_rule(name, 1);
    double slot[RULE_MAX_SLOTS] = {0}, moved = 0;
    double gradient[RULE_MAX_GRADIENTS];
    for (int k = 0; k < RULE_MAX_GRADIENTS; k++)
        gradient[k] = 1;
    for (uint64_t t = 0; t < STEPS; t++) {
        double theta = 0;
        rule.kind->step(&rule, t, 1, gradient, &theta, slot);
        moved = -theta;
    }
    return moved;
}

double setup_limit(const char *name)
{
    const struct rule rule = setup_rule(name, 1);
    const double h = 1;
    struct stable_set set;
    struct error error;
    must(stability_set(&rule, &h, 1, &set, &error), &error);
    return set.count > 0 ? set.interval[0].to : NAN;
}
