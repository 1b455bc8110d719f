/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "serve.h"

#include "exact.h"
#include "floor.h"
#include "naive.h"
#include "network.h"
#include "setup.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CHUNK = 2048, /* numbers made at a time: 16 KiB, half a first-level cache */
    CHECKED = 1 << 19,
};

/* A multiplication of whole numbers takes 3 cycles and an addition 1 on x86-64
 * processors of the last fifteen years, and every step waits for the one before. */
static double time_clock(void)
{
    volatile uint64_t seed = 0x9e3779b97f4a7c15u;
    const uint64_t factor = seed, term = seed >> 7;
    uint64_t x = seed;
    const double start = setup_processor_now();
    for (int k = 0; k < SERVE_CYCLES / 4; k++)
        x = x * factor + term;
    const double seconds = setup_processor_now() - start;
    seed = x;
    return seconds;
}

static floor_loop *floor_here(const char *isa)
{
#if defined(__x86_64__)
    if (strcmp(isa, "v4") == 0)
        return floor_pairs_v4;
    if (strcmp(isa, "v3") == 0)
        return floor_pairs_v3;
#endif
    (void)isa;
    return floor_pairs_base;
}

static double time_floor(floor_loop *loop, size_t count)
{
    enum { PAIRS = CHUNK / 4 };
    static _Alignas(64) double x[PAIRS], y[PAIRS], first[PAIRS], second[PAIRS];
    for (size_t i = 0; i < PAIRS; i++) {
        x[i] = (double)i / PAIRS;
        y[i] = 1 + (double)i / PAIRS;
    }
    const double start = setup_processor_now();
    for (size_t done = 0; done < count; done += 2 * (size_t)PAIRS)
        loop(PAIRS, x, y, first, second);
    return setup_processor_now() - start;
}

/* Where the numbers come from: pnmlab's stream, or a generator of GSL. */
struct source {
    struct random_stream *stream;
    gsl_rng *gsl;
};

static void fill(const struct source *source, double *out)
{
    if (source->stream) {
        random_normal(source->stream, CHUNK, out);
        return;
    }
    for (int i = 0; i < CHUNK; i++)
        out[i] = gsl_ran_gaussian_ziggurat(source->gsl, 1);
}

static double time_source(const struct source *source, size_t count, double *square)
{
    static _Alignas(64) double out[CHUNK];
    fill(source, out);
    const double start = setup_processor_now();
    for (size_t done = 0; done < count; done += CHUNK)
        fill(source, out);
    const double seconds = setup_processor_now() - start;
    *square = 0;
    for (size_t done = 0; done < CHECKED; done += CHUNK) {
        fill(source, out);
        for (int i = 0; i < CHUNK; i++)
            *square += out[i] * out[i] / CHECKED;
    }
    return seconds;
}

static void answer_generator(const char *who, size_t count)
{
    struct error error;
    struct random_stream stream;
    const struct random_generator generator = {.kind = RANDOM_XOSHIRO};
    const struct random_key key = {.seed = 1, .purpose = RANDOM_TEST};
    struct source source = {0};
    double square = NAN, seconds = NAN;
    if (strcmp(who, "pnmlab") == 0) {
        if (random_init(&stream, generator, key, &error) == STATUS_OK)
            source.stream = &stream;
    } else {
        source.gsl =
            gsl_rng_alloc(strcmp(who, "taus2") == 0 ? gsl_rng_taus2 : gsl_rng_mt19937);
    }
    if (source.stream || source.gsl)
        seconds = time_source(&source, count, &square);
    if (source.stream)
        random_free(&stream);
    gsl_rng_free(source.gsl);
    printf("%.9g %.9g\n", seconds, square);
}

static struct outcome run_naive(const struct setup *setup)
{
    struct outcome outcome = {.se = NAN};
    double *h = malloc(setup->d * sizeof *h);
    for (size_t i = 0; h && i < setup->d; i++)
        h[i] = setup_curvature(setup, i);
    const struct naive naive = {setup->d,
                                (size_t)setup->chains.count,
                                (size_t)setup->chains.steps,
                                (size_t)setup->chains.burn_in,
                                setup->lr,
                                h};
    const double start = setup_processor_now();
    outcome.mean = h ? naive_run(setup->rule, &naive) : NAN;
    outcome.processor_seconds = setup_processor_now() - start;
    free(h);
    return outcome;
}

static void answer_run(const char *who, const char *rest)
{
    struct setup setup;
    if (!setup_parse(rest, &setup)) {
        printf("cannot read: %s\n", rest);
        return;
    }
    const struct outcome outcome =
        strcmp(who, "naive") == 0 ? run_naive(&setup) : setup_run(&setup);
    /* OpenMP's threads look for more work for a while; the next contender must not
     * share the processors with them. */
    const struct timespec pause = {.tv_nsec = 20000000};
    if (setup.threads > 1)
        nanosleep(&pause, NULL);
    if (setup.threads > 1)
        printf("%.9g %.9g %.9g %.9g\n", outcome.seconds, outcome.mean, outcome.se,
               outcome.processor_seconds / outcome.seconds);
    else
        printf("%.9g %.9g %.9g\n", outcome.processor_seconds, outcome.mean, outcome.se);
}

static void answer_variance(const char *control, const char *rest)
{
    struct wanted wanted;
    if (!setup_wanted_parse(rest, strcmp(control, "auto") == 0, &wanted)) {
        printf("cannot read: %s\n", rest);
        return;
    }
    const struct reached reached = setup_reach(&wanted);
    printf("%.9g %.17g %.9g 1 %.17g %.9g\n", reached.processor_seconds, reached.value,
           reached.se, reached.samples, reached.gain);
}

static void answer_exact(const char *who, size_t n)
{
    double difference = 0;
    const double seconds =
        strcmp(who, "pairs") == 0 ? exact_pairs(n) : exact_other(n, &difference);
    printf("%.9g %.9g\n", seconds, difference);
}

static void answer_network(const char *who, const char *rest)
{
    char rule[SETUP_NAME];
    double lr, value = NAN;
    unsigned long long count;
    if (sscanf(rest, "%31s %lf %llu", rule, &lr, &count) != 3) {
        printf("cannot read: %s\n", rest);
        return;
    }
    const double seconds = strcmp(who, "replicas") == 0
                               ? network_replicas(rule, lr, count, &value)
                               : network_train(rule, lr, count, &value);
    printf("%.9g %.17g\n", seconds, value);
}

static void answer(const char *line, const struct kernels *kernels)
{
    char word[16] = "", who[16] = "";
    int at = 0;
    sscanf(line, "%15s %15s %n", word, who, &at);
    const char *rest = line + at;
    if (strcmp(word, "isa") == 0)
        printf("0 0 %s\n", kernels->isa);
    else if (strcmp(word, "clock") == 0)
        printf("%.9g\n", time_clock());
    else if (strcmp(word, "floor") == 0)
        printf("%.9g\n",
               time_floor(floor_here(kernels->isa), (size_t)strtoull(who, NULL, 10)));
    else if (strcmp(word, "generator") == 0)
        answer_generator(who, (size_t)strtoull(rest, NULL, 10));
    else if (strcmp(word, "run") == 0)
        answer_run(who, rest);
    else if (strcmp(word, "variance") == 0)
        answer_variance(who, rest);
    else if (strcmp(word, "exact") == 0)
        answer_exact(who, (size_t)strtoull(rest, NULL, 10));
    else if (strcmp(word, "network") == 0)
        answer_network(who, rest);
    else
        printf("no such command: %s\n", word);
}

int serve(void)
{
    char line[400];
    struct error error;
    const struct kernels *kernels = kernels_find(&error);
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (kernels)
            answer(line, kernels);
        else
            printf("not on this processor\n");
        fflush(stdout);
    }
    return 0;
}
