/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "setup.h"
#include "cli/problem_form.h"

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
    snprintf(text, size, "run %s %s %zu %llu %llu %llu %.17g %.17g %.17g %d %d", who,
             s->rule, s->d, (unsigned long long)s->chains.count,
             (unsigned long long)s->chains.steps, (unsigned long long)s->chains.burn_in,
             s->lr, s->low, s->high, s->threads, s->dense);
}

bool setup_parse(const char *text, struct setup *s)
{
    unsigned long long replicas, steps, burn_in;
    const int read = sscanf(text, "%31s %zu %llu %llu %llu %lf %lf %lf %d %d", s->rule,
                            &s->d, &replicas, &steps, &burn_in, &s->lr, &s->low,
                            &s->high, &s->threads, &s->dense);
    if (read != 10)
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

struct outcome setup_run(const struct setup *s)
{
    struct outcome outcome = {0};
    struct error error;
    const struct rule rule = setup_rule(s->rule, s->lr);
    struct problem problem;
    struct chains *chains = memory(s->d, sizeof *chains);
    struct moments *theta = memory(s->d, sizeof *theta);
    struct moments *square = memory(s->d, sizeof *square);
    make_problem(s, &problem);
    const struct ensemble ensemble = {
        .kernels = kernels_find(&error),
        .rule = &rule,
        .problem = &problem,
        .generator = {.kind = RANDOM_XOSHIRO},
        .seed = 1,
        .threads = s->threads,
    };
    for (size_t i = 0; i < s->d; i++)
        chains[i] = s->chains;
    const double start = setup_now(), processor_start = setup_processor_now();
    must(ensemble_moments(&ensemble, chains, theta, square, &error), &error);
    outcome.seconds = setup_now() - start;
    outcome.processor_seconds = setup_processor_now() - processor_start;
    for (size_t i = 0; i < s->d; i++)
        outcome.mean += square[i].mean / (double)s->d;
    outcome.se = moments_stderr(&square[0]);
    free(chains);
    free(theta);
    free(square);
    problem_free(&problem);
    return outcome;
}
