/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logistic.c: logistic regression on synthetic data, without regularisation.
 *
 * f(theta) = (1/N) sum_j log(1 + exp(-z_j . theta)), z_j = y_j a_j, labels y_j = +-1.
 * The features are a two-level orthogonal design: a_ji = s h_ji, h_ji = +-1 with
 * sum_j h_ji h_jk = 0 for i /= k (columns of Sylvester's Hadamard matrix of order N,
 * which are chosen by the seed); N is the least power of two >= max(64, 8n). y_j is +1
 * with probability 1/(1 + exp(-a_j . t)) where s t_i = 1.5/4^(i-1): a few strong
 * features.
 *
 * gradient: -(1/N) sum_j w_j z_j with w_j = 1/(1 + exp(z_j . theta)) in (0, 1).
 *
 * L: the Hessian is (1/N) sum_j w_j (1 - w_j) z_j z_j', w(1-w) <= 1/4, and
 * sum_j z_j z_j' = s^2 N I. So it is at most (s^2/4) I, with equality at theta = 0:
 * L = s^2/4 is attained.
 *
 * G: with w_j = (1 + v_j)/2, |v_j| < 1, and Z the matrix of rows z_j, whose singular
 * values are all s sqrt(N),
 *   ||grad f|| <= (||sum_j z_j|| + ||Z'v||)/(2N) <= (||mean z|| + s)/2 = G,
 * as ||v|| < sqrt(N). G is sharp if the direction d of mean z has |z_j . d| = s for all
 * j. Every axis fulfils the equation, and mean z lies nearly along the axis of the
 * strongest feature: far out the gradient exceeds 0.95 G, as test_loss shows.
 *
 * f*: f is convex; Newton's method finds where its gradient is 0. */
#include "base/elementary.h"
#include "base/interrupt.h"
#include "base/random.h"
#include "losses/loss.h"

#include <gsl/gsl_linalg.h>
#include <stdlib.h>

#define LOSS logistic
enum { LANES = LOSS_LANES, FEWEST_ROWS = 64, ROWS_PER_COORDINATE = 8, MOST = 1024 };
enum { SMOOTHNESS, DATA_SEED }; /* parameters */

static const struct parameter parameters[] = {
    LOSS_PARAMETER_SMOOTHNESS,
    {
        .name = "data-seed",
        .symbol = "seed",
        .doc = "seed of the examples, a whole number",
        .preset = "1",
        .preset_value = 1,
        .low = 0,
        .high = 0x1p53,
    },
};

/* --- value and gradient ----------------------------------------------------------- */

/* e^-|margin|, cut at 700, where it is too small to matter. */
static inline double tail_of(double margin)
{
    const double a = fabs(margin);
    return elementary_exp(-(a < 700 ? a : 700));
}

/* Adds log(1 + e^-m) to value[lane] and turns the margin m into -w = -1/(1 + e^m). */
static inline void add_example(double *restrict margin, double *restrict value)
{
    for (int lane = 0; lane < LANES; lane++) {
        const double m = margin[lane], e = tail_of(m);
        value[lane] += (m < 0 ? -m : 0) + elementary_log1p(e);
        margin[lane] = -(m < 0 ? 1 : e) / (1 + e);
    }
}

#ifdef ISA
static void evaluate(const struct loss *loss, const double *restrict theta,
                     double *restrict gradient, double *restrict value)
{
    const size_t n = loss->n;
    const double per_row = 1 / (double)loss->rows;
    for (size_t k = 0; k < n * LANES; k++)
        gradient[k] = 0;
    for (int lane = 0; lane < LANES; lane++)
        value[lane] = 0;
    for (size_t j = 0; j < loss->rows; j++) {
        const double *restrict z = loss->data + j * n;
        double margin[LANES] = {0};
        for (size_t i = 0; i < n; i++)
            for (size_t lane = 0; lane < LANES; lane++)
                margin[lane] = fma(z[i], theta[i * LANES + lane], margin[lane]);
        add_example(margin, value);
        for (size_t i = 0; i < n; i++)
            for (size_t lane = 0; lane < LANES; lane++)
                gradient[i * LANES + lane] =
                    fma(z[i], margin[lane], gradient[i * LANES + lane]);
    }
    for (size_t k = 0; k < n * LANES; k++)
        gradient[k] *= per_row;
    for (int lane = 0; lane < LANES; lane++)
        value[lane] *= per_row;
}

LOSS_LOOPS = {LOSS_LOOPS_OF(evaluate)};
#endif

/* Evaluates the loss at one point. The lanes are examples, whose number is a multiple
 * of 64. */
static double evaluate_one(const struct loss *loss, const double *theta,
                           double *gradient)
{
    const size_t n = loss->n;
    const double per_row = 1 / (double)loss->rows;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        gradient[i] = 0;
    for (size_t first = 0; first < loss->rows; first += LANES) {
        const double *z = loss->data + first * n;
        double margin[LANES] = {0}, value[LANES] = {0};
        for (size_t j = 0; j < LANES; j++)
            for (size_t i = 0; i < n; i++)
                margin[j] = fma(z[j * n + i], theta[i], margin[j]);
        add_example(margin, value);
        for (size_t j = 0; j < LANES; j++) {
            sum += value[j];
            for (size_t i = 0; i < n; i++)
                gradient[i] = fma(z[j * n + i], margin[j], gradient[i]);
        }
    }
    for (size_t i = 0; i < n; i++)
        gradient[i] *= per_row;
    return sum * per_row;
}

/* --- data ------------------------------------------------------------------------- */

struct words {
    struct random_stream stream;
    uint64_t word[RANDOM_BLOCK];
    int used;
};

static uint64_t next_word(struct words *words)
{
    if (words->used == RANDOM_BLOCK) {
        random_words(&words->stream, words->word);
        words->used = 0;
    }
    return words->word[words->used++];
}

/* h_ji is +1 or -1 by the parity of the bits that j and code[i] share: different codes
 * give orthogonal columns, and code 0, the constant, is left out. */
static double sign_of(uint64_t j, uint64_t code)
{
    return __builtin_parityll(j & code) ? -1 : 1;
}

static void choose_codes(struct words *words, size_t n, uint64_t rows, uint64_t *code)
{
    for (size_t i = 0; i < n;) {
        size_t same = 0;
        code[i] = next_word(words) % rows;
        while (same < i && code[same] != code[i])
            same++;
        if (code[i] != 0 && same == i)
            i++;
    }
}

/* Draws the n features of example j, times its label, into z; `scale` is s. */
static void draw_row(struct words *words, size_t n, const uint64_t *code, double scale,
                     uint64_t j, double *z)
{
    double margin = 0, truth = 1.5;
    for (size_t i = 0; i < n; i++, truth /= 4)
        margin += truth * sign_of(j, code[i]);
    const double uniform = (double)(next_word(words) >> 11) * 0x1p-53;
    const double label = uniform * (1 + elementary_exp(-margin)) < 1 ? scale : -scale;
    for (size_t i = 0; i < n; i++)
        z[i] = label * sign_of(j, code[i]);
}

static int draw_data(struct loss *loss, struct error *error)
{
    const double dimension = (double)loss->n;
    const struct random_key key = {(uint64_t)loss->number[DATA_SEED], RANDOM_DATA,
                                   random_hash(LOSS_TEXT(LOSS), &dimension, 1), 0};
    struct words words = {.used = RANDOM_BLOCK};
    uint64_t *code = malloc(loss->n * sizeof *code);
    int status = code && loss->data ? STATUS_OK : error_memory(error, "the examples");
    if (status == STATUS_OK)
        status =
            random_init(&words.stream,
                        (struct random_generator){.kind = RANDOM_XOSHIRO}, key, error);
    if (status == STATUS_OK) {
        choose_codes(&words, loss->n, loss->rows, code);
        for (size_t j = 0; j < loss->rows; j++)
            draw_row(&words, loss->n, code, 2 * sqrt(loss->smoothness), j,
                     loss->data + j * loss->n);
    }
    random_free(&words.stream);
    free(code);
    return status;
}

static double bound_of(const struct loss *loss)
{
    double square = 0;
    for (size_t i = 0; i < loss->n; i++) {
        double sum = 0;
        for (size_t j = 0; j < loss->rows; j++)
            sum += loss->data[j * loss->n + i];
        square += sum / (double)loss->rows * (sum / (double)loss->rows);
    }
    return 0.5 * sqrt(square) + sqrt(loss->smoothness);
}

/* --- minimum ---------------------------------------------------------------------- */

/* The Hessian at theta. */
static void hessian_at(const struct loss *loss, const double *theta,
                       gsl_matrix *hessian)
{
    const size_t n = loss->n;
    gsl_matrix_set_zero(hessian);
    for (size_t j = 0; j < loss->rows; j++) {
        const double *z = loss->data + j * n;
        double margin = 0;
        for (size_t i = 0; i < n; i++)
            margin += z[i] * theta[i];
        const double e = tail_of(margin);
        const double weight = e / ((1 + e) * (1 + e)) / (double)loss->rows;
        for (size_t i = 0; i < n; i++) {
            double *restrict row = gsl_matrix_ptr(hessian, i, 0);
            const double own = weight * z[i];
            for (size_t k = 0; k <= i; k++)
                row[k] += own * z[k];
        }
    }
}

/* Takes Newton's steps from 0 until the gradient is below 1e-12 G, and one more, which
 * squares that: f - f* is then far below the rounding of f. If the examples can be
 * separated, there is no minimum. */
static int newton(struct loss *loss, double *theta, double *gradient,
                  gsl_matrix *hessian, gsl_vector *step, struct error *error)
{
    const size_t n = loss->n;
    bool last = false;
    for (int iteration = 0; iteration < 50; iteration++) {
        double square = 0;
        loss->minimum = evaluate_one(loss, theta, gradient);
        /* A hyperplane that does not separate them leaves an example at log 2. */
        if (loss->minimum < M_LN2 / (double)loss->rows)
            break;
        if (last)
            return STATUS_OK;
        /* A thousand coordinates take seconds. */
        const int status = interrupt_check(error);
        if (status != STATUS_OK)
            return status;
        for (size_t i = 0; i < n; i++) {
            square += gradient[i] * gradient[i];
            gsl_vector_set(step, i, gradient[i]);
        }
        last = sqrt(square) <= 1e-12 * loss->gradient_bound;
        hessian_at(loss, theta, hessian);
        if (gsl_linalg_cholesky_decomp1(hessian) ||
            gsl_linalg_cholesky_svx(hessian, step))
            break;
        for (size_t i = 0; i < n; i++)
            theta[i] -= gsl_vector_get(step, i);
    }
    return error_about(error, STATUS_USAGE, "data-seed",
                       "%.17g gives examples on which Newton's method finds "
                       "no minimum; try another seed",
                       loss->number[DATA_SEED]);
}

static int find_minimum(struct loss *loss, struct error *error)
{
    const size_t n = loss->n;
    double *point = calloc(n * (n + 3), sizeof *point);
    if (!point)
        return error_memory(error, "Newton's method");
    gsl_vector_view step = gsl_vector_view_array(point + 2 * n, n);
    gsl_matrix_view hessian = gsl_matrix_view_array(point + 3 * n, n, n);
    const int status =
        newton(loss, point, point + n, &hessian.matrix, &step.vector, error);
    free(point);
    return status;
}

static int init(struct loss *loss, struct error *error)
{
    const double seed = loss->number[DATA_SEED];
    int status;
    if (seed != rint(seed))
        return error_about(error, STATUS_USAGE, "data-seed",
                           "%.17g is not allowed; allowed are whole numbers", seed);
    if (loss->n > MOST)
        return error_about(error, STATUS_USAGE, "dim",
                           "%zu is too many for this loss; allowed are at most %d",
                           loss->n, MOST);
    loss->rows = FEWEST_ROWS;
    while (loss->rows < ROWS_PER_COORDINATE * loss->n)
        loss->rows *= 2;
    loss->smoothness = loss->number[SMOOTHNESS];
    loss->data = malloc(loss->rows * loss->n * sizeof *loss->data);
    status = draw_data(loss, error);
    if (status == STATUS_OK) {
        loss->gradient_bound = bound_of(loss);
        status = find_minimum(loss, error);
    }
    return status;
}

LOSS_ASSERT(0);

LOSS_KIND = {
    LOSS_TRAITS,
    .summary = "logistic regression on synthetic examples",
    .formula = "(1/N) sum_j log(1 + exp(-y_j a_j . theta)), |a_ji| = 2 sqrt(L); "
               "N from max(64, 8n)",
    .source = "Cox, J. R. Stat. Soc. B 20 (1958) 215; derivation of L and G in its "
              "file",
};
