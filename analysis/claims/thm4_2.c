/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thm4.2: a PAC-Bayes bound is violated with probability at most Delta over the
 * training set. What decides is that eq. 20 is never below a bound that is proven for N
 * >= 8 and losses in [0, 1] (Maurer 2004): sqrt((KL + ln(2 sqrt(N)/Delta))/(2N)).
 *
 * How far from tight the bounds are shows a count of violations over many training sets
 * of a problem whose true risk is known:
 * inputs x uniform on the circle, labels sign(x_1) flipped with probability FLIP,
 * classifiers sign(theta' x) under the 0-1 loss, theta ~ Q = N(mu, I) with mu = SCALE
 * times the mean of y x over the set, prior P = N(0, I). */
#include "engine/sampling.h"
#include "theory/pac_bayes.h"
#include "verdict/ledger.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SETS = 20000, TRAIN = 50, SMALL_GRID = 64 };
static const double flip = 0.2, scale = 6, failure = 0.05;
static const double pi = 3.14159265358979323846;

enum { PAPER, MCALLESTER, MAURER, BOUNDS };
static const char *const names[BOUNDS] = {
    "eq. 20", "McAllester's form sqrt((KL + ln(2 sqrt(N)/Delta))/(2N))",
    "Maurer's form by the small kl"};

/* The probability under Q that x at angle phi is classified as +1, Phi(mu' x). */
static double positive(const double *mu, double phi)
{
    return gsl_cdf_ugaussian_P(mu[0] * cos(phi) + mu[1] * sin(phi));
}

/* The true risk of Q. On the right half circle the clean label is +1; by symmetry the
 * left one contributes the same. The integral over (-pi/2, pi/2) is by Gauss-Legendre,
 * which is exact to rounding for this smooth integrand. */
static double true_risk(const gsl_integration_glfixed_table *table, const double *mu)
{
    double sum = 0;
    for (size_t k = 0; k < SMALL_GRID; k++) {
        double phi, weight;
        gsl_integration_glfixed_point(-pi / 2, pi / 2, k, &phi, &weight, table);
        const double wrong = 1 - positive(mu, phi);
        sum += weight * ((1 - flip) * wrong + flip * (1 - wrong));
    }
    return sum / pi;
}

/* A uniform number in (0, 1) from 53 bits of a word. */
static double uniform(uint64_t word)
{
    return ((double)(word >> 11) + 0.5) * 0x1p-53;
}

/* Draws a training set, angles and labels, and computes mu of its posterior. */
static void draw(struct random_stream *stream, double *angle, double *label, double *mu)
{
    uint64_t words[RANDOM_BLOCK];
    mu[0] = mu[1] = 0;
    for (int k = 0; k < TRAIN; k++) {
        const int at = 2 * k % RANDOM_BLOCK;
        if (at == 0)
            random_words(stream, words);
        angle[k] = 2 * pi * uniform(words[at]);
        label[k] = cos(angle[k]) > 0 ? 1 : -1;
        if (uniform(words[at + 1]) < flip)
            label[k] = -label[k];
        mu[0] += scale / TRAIN * label[k] * cos(angle[k]);
        mu[1] += scale / TRAIN * label[k] * sin(angle[k]);
    }
}

static double empirical_risk(const double *angle, const double *label, const double *mu)
{
    double sum = 0;
    for (int k = 0; k < TRAIN; k++) {
        const double plus = positive(mu, angle[k]);
        sum += label[k] > 0 ? 1 - plus : plus;
    }
    return sum / TRAIN;
}

struct count {
    uint64_t violated[BOUNDS];
    uint64_t control; /* gaps above 0, which violate a bound of 0 */
};

static void count_sets(struct random_stream *stream,
                       const gsl_integration_glfixed_table *table, struct count *count)
{
    double angle[TRAIN], label[TRAIN], mu[2];
    for (int set = 0; set < SETS; set++) {
        draw(stream, angle, label, mu);
        const double risk = empirical_risk(angle, label, mu);
        const double gap = true_risk(table, mu) - risk;
        const double kl = (mu[0] * mu[0] + mu[1] * mu[1]) / 2;
        const struct pac_bayes_bounds bounds =
            pac_bayes_bounds(kl, TRAIN, failure, risk);
        count->violated[PAPER] += gap > bounds.paper;
        count->violated[MCALLESTER] += gap > bounds.mcallester;
        count->violated[MAURER] += gap > bounds.maurer;
        count->control += gap > 0;
    }
}

/* The proven bound over eq. 20, written out. It grows with KL and falls with N and
 * 1/Delta, to 1/sqrt(32) as KL -> infinity. */
static double written_ratio(double kl, double n, double delta)
{
    return sqrt((kl + log(2 * sqrt(n) / delta)) / (32 * (kl + log(2 * n / delta))));
}

/* The largest ratio over KL, N and Delta, which is in (0, 1). */
static int check_implied(struct ledger *ledger, const struct claim *claim,
                         struct error *error)
{
    static const double failures[] = {1e-12, 1e-3, 0.05, 0.5, 1 - 1e-12};
    struct evidence evidence = {.paper = 1,
                                .paper_scale = 1,
                                .se = 0,
                                .sampled = true,
                                .noiseless = true,
                                .decisive = true};
    for (int n = 3; n <= 40; n++)
        for (int k = -40; k <= 40; k++)
            for (size_t d = 0; d < sizeof failures / sizeof *failures; d++) {
                const double size = ldexp(1, n), kl = k == -40 ? 0 : ldexp(1, k);
                const struct pac_bayes_bounds bounds =
                    pac_bayes_bounds(kl, size, failures[d], 0);
                evidence.measured =
                    fmax(evidence.measured, bounds.mcallester / bounds.paper);
                evidence.exact =
                    fmax(evidence.exact, written_ratio(kl, size, failures[d]));
            }
    evidence.exact_scale = evidence_scale(evidence.exact);
    return ledger_bound(ledger, claim, FORM_PRINTED,
                        "largest ratio of a proven bound (N >= 8, losses in [0,1]) to "
                        "eq. 20, N=2^3..2^40 KL=0..2^40 Delta=1e-12..1",
                        &evidence, 0, error);
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    const struct sampling *sampling = ledger->sampling;
    const struct random_key key = {sampling->seed, RANDOM_CLAIM,
                                   random_hash("thm4.2", NULL, 0), 0};
    struct random_generator generator = sampling->generator;
    struct random_stream stream = {0};
    struct count count = {{0}, 0};
    gsl_integration_glfixed_table *table =
        gsl_integration_glfixed_table_alloc(SMALL_GRID);
    if (generator.kind == RANDOM_GSL) /* raw words are needed */
        generator.kind = RANDOM_PHILOX;
    int status = table ? random_init(&stream, generator, key, error)
                       : error_memory(error, "a quadrature");
    if (status == STATUS_OK)
        status = check_implied(ledger, claim, error);
    if (status == STATUS_OK)
        count_sets(&stream, table, &count);
    for (int k = 0; status == STATUS_OK && k < BOUNDS; k++) {
        char setting[200];
        snprintf(setting, sizeof setting,
                 "share of %d training sets of %d that violate %s, Delta=%g", SETS,
                 TRAIN, names[k], failure);
        const struct violations violations = {failure, count.violated[k], count.control,
                                              SETS, k == PAPER};
        status =
            ledger_violations(ledger, claim, FORM_PRINTED, setting, &violations, error);
    }
    random_free(&stream);
    if (table)
        gsl_integration_glfixed_table_free(table);
    return status;
}

const struct claim claim_thm4_2 = {
    .id = "thm4.2",
    .where = "sec. 4.2, theorem 4.2",
    .kind = CLAIM_BOUND,
    .statement =
        "R(Q) - R^(Q) <= 4 sqrt((KL + ln(2N/Delta))/N) with probability at least "
        "1-Delta",
    .check = check,
};
