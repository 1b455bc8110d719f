/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loss.h: smooth losses with a bounded gradient, as Theorem 3.1 assumes them.
 *
 * A loss is one file sim/losses/NAME.c and one line in list.h. The file is
 * compiled once without ISA, which gives the loss's kind, and once for each instruction
 * set, which gives its loops. It states its value f, gradient, smoothness L with
 * ||grad f(x) - grad f(y)|| <= L ||x - y||, bound G >= ||grad f(x)|| of the Euclidean
 * norm of the whole gradient, and infimum f*, in any number of dimensions n. */
#ifndef PNM_LOSS_H
#define PNM_LOSS_H

#include "base/error.h"
#include "base/isa.h"
#include "rules/rule.h"

#include <math.h>
#include <stddef.h>

enum {
    LOSS_LANES = 64, /* chains that are evaluated together */
    LOSS_MAX_PARAMETERS = 5,
    LOSS_MAX_CONSTANTS = 6,
};

struct loss;

/* A kind of loss, as its file states it. */
struct loss_kind {
    const char *name;
    const char *summary; /* one line for help */
    const char *formula; /* f in ASCII */
    const char *source;
    const struct parameter *parameters;
    int parameter_count;
    bool unbounded; /* the gradient has no bound: gradient_bound is INFINITY */
    bool quadratic; /* f = sum_i h_i theta_i^2 / 2, where h_i is data[i] */
    int curvatures; /* parameters, the first ones, that give curvatures data[i], which
                       a spectrum may give instead; 0: it has no curvatures */
    /* Sets the members of struct loss that follow `number`, which are 0 before; but
     * gradient_bound is INFINITY where `unbounded` is set.
     * STATUS_USAGE, STATUS_MEMORY, STATUS_SOFTWARE. */
    int (*init)(struct loss *loss, struct error *error);
    /* Returns f and sets gradient[n] at the point theta[n]. Both are finite for
     * |theta_i| <= 1e150 G/(L sqrt(n)). */
    double (*evaluate_one)(const struct loss *loss, const double *theta,
                           double *gradient);
};

/* The loops of a loss, compiled once for each instruction set. */
struct loss_loops {
    const char *name; /* of the loss */
    /* Sets f, value[lane], and its gradient at 64 points. theta[i * 64 + lane] is
     * coordinate i < n of a point; gradient is laid out alike. Lanes do not interact,
     * and each has the bits of evaluate_one. */
    void (*evaluate)(const struct loss *loss, const double *theta, double *gradient,
                     double *value);
};

/* A loss with its parameters and dimension. */
struct loss {
    const struct loss_kind *kind;
    size_t n;
    double number[LOSS_MAX_PARAMETERS]; /* the parameters' values */
    double smoothness;                  /* L, the smallest valid one */
    double gradient_bound; /* G; its file says how sharp it is; INFINITY: none */
    double minimum;        /* f* */
    double constant[LOSS_MAX_CONSTANTS]; /* what the loss's file needs */
    double *data;                        /* likewise; freed with the loss */
    size_t rows;                         /* rows of data, n numbers each */
    /* Gradient samples are those of minibatches of that many examples, with features of
     * variances data[i] and residuals of variance `residual`; 0: the gradient with
     * Gaussian noise. */
    size_t examples;
    double residual;
};

/* The losses that are built in; NULL after the last. */
const struct loss_kind *const *loss_kinds(void);

/* The number of losses that are built in. */
size_t loss_kind_count(void);

/* The loss of that name, in which - may stand for _; NULL if there is none. */
const struct loss_kind *loss_kind_find(const char *name);

/* Index of the parameter of that name, or -1. */
int loss_parameter(const struct loss_kind *kind, const char *name);

/* Sets parameter[LOSS_MAX_PARAMETERS] to the kind's defaults. */
void loss_defaults(const struct loss_kind *kind, double *parameter);

/* Makes a loss of n coordinates. STATUS_USAGE, naming the option, if n is 0, a
 * parameter is out of range, or the loss does not exist for these values. loss_free is
 * legal after a failure. */
PNM_MUST_USE int loss_init(struct loss *loss, const struct loss_kind *kind, size_t n,
                           const double *parameter, struct error *error);
/* Gives a loss whose kind has curvatures h[n] in place of those of its parameters: L is
 * then the largest |h_i|, and where a curvature is negative f has no minimum. */
void loss_set_curvatures(struct loss *loss, const double *h);
void loss_free(struct loss *loss);

/* Parameters that several losses share. */
#define LOSS_PARAMETER_SMOOTHNESS                                                      \
    {                                                                                  \
        .name = "smoothness", .symbol = "L",                                           \
        .doc = "Lipschitz constant of the gradient", .preset = "1", .preset_value = 1, \
        .low = 0, .low_open = true, .high = INFINITY,                                  \
    }

#define LOSS_PARAMETER_GRADIENT_BOUND                                                  \
    {                                                                                  \
        .name = "gradient-bound", .symbol = "G",                                       \
        .doc = "bound of the gradient's Euclidean norm over all coordinates",          \
        .preset = "1", .preset_value = 1, .low = 0, .low_open = true,                  \
        .high = INFINITY,                                                              \
    }

#define LOSS_PARAMETER_CONDITION                                                       \
    {                                                                                  \
        .name = "condition", .symbol = "kappa",                                        \
        .doc = "ratio of the largest to the smallest curvature", .preset = "1",        \
        .preset_value = 1, .low = 1, .high = 1e12,                                     \
    }

/* In a loss's file, which defines LOSS, its name without quotes:
 *     LOSS_KIND = {LOSS_TRAITS, .summary = ...};
 *     #ifdef ISA
 *     LOSS_LOOPS = {LOSS_LOOPS_OF(evaluate)};
 *     #endif */
#define LOSS_SYMBOL_(loss) loss_##loss
#define LOSS_SYMBOL(loss) LOSS_SYMBOL_(loss)
#define LOSS_LOOPS_SYMBOL_(loss) ISA_NAME(loss_loops_##loss)
#define LOSS_LOOPS_SYMBOL(loss) LOSS_LOOPS_SYMBOL_(loss)
#define LOSS_TEXT_(loss) #loss
#define LOSS_TEXT(loss) LOSS_TEXT_(loss)
#ifdef ISA
#define LOSS_KIND                                                                      \
    __attribute__((unused)) static const struct loss_kind LOSS_SYMBOL(LOSS)
#else
#define LOSS_KIND                                                                      \
    extern const struct loss_kind LOSS_SYMBOL(LOSS);                                   \
    const struct loss_kind LOSS_SYMBOL(LOSS)
#endif
#define LOSS_TRAITS                                                                    \
    .name = LOSS_TEXT(LOSS), .parameters = parameters,                                 \
    .parameter_count = (int)(sizeof parameters / sizeof *parameters), .init = init,    \
    .evaluate_one = evaluate_one
#define LOSS_LOOPS                                                                     \
    extern const struct loss_loops LOSS_LOOPS_SYMBOL(LOSS);                            \
    const struct loss_loops LOSS_LOOPS_SYMBOL(LOSS)
#define LOSS_LOOPS_OF(function) .name = LOSS_TEXT(LOSS), .evaluate = function

/* Asserts that struct loss has room for the file's parameters and constants. */
#define LOSS_ASSERT(constants)                                                         \
    _Static_assert(sizeof parameters / sizeof *parameters <= LOSS_MAX_PARAMETERS,      \
                   "too many parameters");                                             \
    _Static_assert((int)(constants) <= (int)LOSS_MAX_CONSTANTS, "too many constants")

#endif
