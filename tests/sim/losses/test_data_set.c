/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws on a finite data set against the mean over every minibatch there is: no formula
 * of moments is used, and the features stay in their own basis. */
#include "check.h"

#include "losses/data_set.h"
#include "rules/mean_square.h"

enum { N = 2, ROWS = 5, MOST = N * LINEAR_STATE };

static const double numbers[ROWS * (N + 1)] = {
    1.0, 0.2, 0.7, -0.4, 0.9, 1.5, 2.1, 0.3, -1.2, 0.5, -1.3, 0.4, 0.1, 0.8, -0.6};

/* What a step does to (theta - theta*, slots): s' = A s + c. */
struct affine {
    double a[MOST][MOST], c[MOST];
};

/* First and second moments of the state in the basis of the features. */
struct whole {
    double theta_star[N], mean[MOST], second[MOST][MOST];
    int size;
};

static void fit(double theta[N])
{
    double h[N][N] = {{0}}, b[N] = {0};
    for (int k = 0; k < ROWS; k++)
        for (int i = 0; i < N; i++) {
            b[i] += numbers[k * 3 + i] * numbers[k * 3 + 2];
            for (int j = 0; j < N; j++)
                h[i][j] += numbers[k * 3 + i] * numbers[k * 3 + j];
        }
    const double det = h[0][0] * h[1][1] - h[0][1] * h[1][0];
    theta[0] = (h[1][1] * b[0] - h[0][1] * b[1]) / det;
    theta[1] = (h[0][0] * b[1] - h[1][0] * b[0]) / det;
}

/* One step from the state with gradients of the rows drawn[samples x batch]. */
static void step_of(const struct rule *rule, uint64_t t, const double theta_star[N],
                    int batch, const int *drawn, double state[MOST])
{
    double theta[N], g[RULE_MAX_SAMPLES * N] = {0};
    for (int s = 0; s < rule->kind->samples; s++)
        for (int k = 0; k < batch; k++) {
            const double *row = numbers + 3 * drawn[s * batch + k];
            double miss = -row[2];
            for (int i = 0; i < N; i++)
                miss += row[i] * (theta_star[i] + state[i]);
            for (int i = 0; i < N; i++)
                g[s * N + i] += row[i] * miss / batch;
        }
    for (int i = 0; i < N; i++)
        theta[i] = theta_star[i] + state[i];
    rule->kind->step(rule, t, N, g, theta, state + N);
    for (int i = 0; i < N; i++)
        state[i] = theta[i] - theta_star[i];
}

static void affine_of(const struct rule *rule, uint64_t t, const struct whole *w,
                      int batch, const int *drawn, struct affine *f)
{
    memset(f, 0, sizeof *f);
    step_of(rule, t, w->theta_star, batch, drawn, f->c);
    for (int c = 0; c < w->size; c++) {
        double state[MOST] = {0};
        state[c] = 1;
        step_of(rule, t, w->theta_star, batch, drawn, state);
        for (int r = 0; r < w->size; r++)
            f->a[r][c] = state[r] - f->c[r];
    }
}

/* Adds E s' s'' for one way to draw. */
static void add(const struct whole *w, const struct affine *f, struct whole *next)
{
    double moved[MOST], half[MOST][MOST];
    for (int r = 0; r < w->size; r++) {
        moved[r] = 0;
        for (int k = 0; k < w->size; k++)
            moved[r] += f->a[r][k] * w->mean[k];
        next->mean[r] += moved[r] + f->c[r];
        for (int c = 0; c < w->size; c++) {
            half[r][c] = 0;
            for (int k = 0; k < w->size; k++)
                half[r][c] += f->a[r][k] * w->second[k][c];
        }
    }
    for (int r = 0; r < w->size; r++)
        for (int c = 0; c < w->size; c++) {
            for (int k = 0; k < w->size; k++)
                next->second[r][c] += half[r][k] * f->a[c][k];
            next->second[r][c] +=
                moved[r] * f->c[c] + f->c[r] * moved[c] + f->c[r] * f->c[c];
        }
}

/* One step of the moments: the mean over all ROWS^(samples batch) ways to draw. */
static void advance(const struct rule *rule, uint64_t t, int batch, struct whole *w)
{
    const int draws = rule->kind->samples * batch;
    int drawn[8] = {0}, ways = 0, k;
    struct whole next = *w;
    struct affine f;
    memset(next.mean, 0, sizeof next.mean);
    memset(next.second, 0, sizeof next.second);
    do {
        affine_of(rule, t, w, batch, drawn, &f);
        add(w, &f, &next);
        ways++;
        for (k = 0; k < draws && ++drawn[k] == ROWS; k++)
            drawn[k] = 0;
    } while (k < draws);
    for (int r = 0; r < w->size; r++) {
        next.mean[r] /= ways;
        for (int c = 0; c < w->size; c++)
            next.second[r][c] /= ways;
    }
    *w = next;
}

static void begin(const struct rule *rule, const double start[N], struct whole *w)
{
    memset(w, 0, sizeof *w);
    w->size = N * (1 + rule->kind->slots);
    fit(w->theta_star);
    for (int i = 0; i < N; i++)
        w->mean[i] = start[i];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            w->second[i][j] = start[i] * start[j];
}

/* M_ij in the eigenbasis. */
static double second_of(const struct whole *w, const struct data_set *data, size_t i,
                        size_t j)
{
    double sum = 0;
    for (size_t k = 0; k < N; k++)
        for (size_t l = 0; l < N; l++)
            sum += data->basis[k * N + i] * w->second[k][l] * data->basis[l * N + j];
    return sum;
}

static struct data_set *make(void)
{
    struct data_set *data;
    struct error error;
    CHECK_OK(data_set_make(N, ROWS, numbers, &data, &error), &error);
    assert_true(data->exact);
    return data;
}

static struct mean_square setting_of(const struct data_set *data, int batch)
{
    return (struct mean_square){
        .n = N, .h = data->h, .batch = batch, .examples = &data->moments};
}

static void basis_is_that_of_the_hessian(void **state)
{
    struct data_set *data = make();
    double theta[N];
    (void)state;
    fit(theta);
    for (size_t i = 0; i < N; i++) {
        double minimum = 0, pull = 0;
        for (size_t k = 0; k < N; k++)
            minimum += data->basis[k * N + i] * theta[k];
        CHECK_NEAR(data->minimum[i], minimum, 1e-13, 1e-14);
        for (size_t j = 0; j < N; j++) {
            double h = 0;
            for (size_t k = 0; k < ROWS; k++)
                h += data->x[k * N + i] * data->x[k * N + j] / ROWS;
            CHECK_NEAR(h, i == j ? data->h[i] : 0, 1e-13, 1e-14);
        }
        for (size_t k = 0; k < ROWS; k++)
            pull += data->x[k * N + i] * data->e[k];
        CHECK_NEAR(pull, 0, 0, 1e-14);
    }
    CHECK_COMPARE(data->h[0], >, data->h[1]);
    data_set_free(data);
}

struct setting {
    const char *text;
    double lambda;
    int batch;
    bool decoupled;
};

static const struct setting settings[] = {
    {"sgd lr=0.3", 0, 1, false},
    {"sgd lr=0.2", 0.4, 2, false},
    {"heavy_ball lr=0.2 beta1=0.7", 0, 2, false},
    {"pnm lr=0.2 beta0=1 beta1=0.6", 0, 2, false},
    {"pnm lr=0.15 beta0=1.5 beta1=0.5", 0.5, 1, true},
    {"nesterov lr=0.1 beta1=0.8", 0.3, 2, false},
    {"two_batch lr=0.1 beta0=1", 0.2, 1, false},
};

/* Transients with the third moments, which a mean off the minimum needs. */
static void transients_are_those_of_all_minibatches(void **state)
{
    static const double start[N] = {0.7, -1.1};
    struct data_set *data = make();
    (void)state;
    for (size_t k = 0; k < sizeof settings / sizeof *settings; k++) {
        struct rule rule = CHECK_RULE("%s", settings[k].text);
        struct mean_square own = setting_of(data, settings[k].batch);
        struct mean_square_run run, without;
        struct example_moments wrong = data->moments;
        double offset[N] = {0}, none[3 * N] = {0}, apart = 0;
        struct whole w;
        struct error error;
        rule.decay = (struct decay){settings[k].lambda, settings[k].decoupled};
        rule.schedule = (struct schedule){.kind = SCHEDULE_INVERSE_SQRT};
        begin(&rule, start, &w);
        for (size_t i = 0; i < N; i++)
            for (size_t l = 0; l < N; l++)
                offset[i] += data->basis[l * N + i] * start[l];
        CHECK_OK(mean_square_run_init(&run, &own, &rule, linear_system_probe, offset,
                                      data->minimum, &error),
                 &error);
        wrong.third = none;
        own.examples = &wrong;
        CHECK_OK(mean_square_run_init(&without, &own, &rule, linear_system_probe,
                                      offset, data->minimum, &error),
                 &error);
        for (uint64_t t = 0; t < 12; t++) {
            advance(&rule, t, settings[k].batch, &w);
            mean_square_run_step(&run);
            mean_square_run_step(&without);
            for (size_t i = 0; i < N; i++)
                for (size_t j = 0; j < N; j++) {
                    const size_t pair = example_moments_pair(N, i, j);
                    CHECK_NEAR(run.second[pair], second_of(&w, data, i, j), 1e-11,
                               1e-12);
                    apart = fmax(apart, fabs(run.second[pair] - without.second[pair]));
                }
        }
        CHECK_COMPARE(apart, >, 1e-3);
        mean_square_run_free(&run);
        mean_square_run_free(&without);
    }
    data_set_free(data);
}

static int unit_of(const struct rule *rule, double h_i, double h_j, double *unit,
                   struct error *error)
{
    struct linear_system a, b;
    double q[LINEAR_SIZE], s[LINEAR_SIZE];
    linear_system_probe(rule, h_i, &a);
    linear_system_probe(rule, h_j, &b);
    linear_system_noise(&a, &b, 1, q);
    const int status = linear_system_stationary(&a, &b, q, s, error);
    *unit = s[0];
    return status;
}

/* The stationary M_ii and M_01. */
static void law_of(const struct mean_square *own, const struct rule *rule,
                   const double offset[N], double second[3], double *gain)
{
    double unit[3], noise[3], total;
    struct error error;
    CHECK_OK(mean_square_units(own, rule, unit_of, unit, &error), &error);
    CHECK_OK(mean_square_gain(own, unit, gain, &error), &error);
    CHECK_OK(mean_square_noise(own, unit, offset, noise, &total, &error), &error);
    for (size_t k = 0; k < 3; k++)
        second[k] = unit[k] * noise[k] + offset[k == 1] * offset[k > 0];
    CHECK_NEAR(total, own->h[0] * second[0] + own->h[1] * second[1], 1e-12, 0);
}

/* Without the fourth moments of the data, with those of normal features, the law is
 * another. */
static void stationary_laws_are_those_of_all_minibatches(void **state)
{
    static const double start[N] = {0, 0};
    struct data_set *data = make();
    const double h[2] = {data->h[0], data->h[1]};
    double normal[9] = {3 * h[0] * h[0], h[0] * h[1], 0, h[0] * h[1],
                        3 * h[1] * h[1], 0,           0, 0,
                        h[0] * h[1]};
    struct example_moments wrong = data->moments;
    (void)state;
    wrong.fourth = normal;
    for (size_t k = 0; k < sizeof settings / sizeof *settings; k++) {
        struct rule rule = CHECK_RULE("%s", settings[k].text);
        struct mean_square own = setting_of(data, settings[k].batch);
        double second[3], other[3], gain, ignored, offset[N] = {0};
        struct whole w;
        rule.decay = (struct decay){settings[k].lambda, settings[k].decoupled};
        begin(&rule, start, &w);
        for (uint64_t t = 0; t < 400; t++)
            advance(&rule, t, settings[k].batch, &w);
        for (size_t i = 0; i < N; i++)
            for (size_t l = 0; l < N; l++)
                offset[i] += data->basis[l * N + i] * w.mean[l];
        law_of(&own, &rule, offset, second, &gain);
        CHECK_COMPARE(gain, <, 1);
        CHECK_NEAR(second[0], second_of(&w, data, 0, 0), 1e-9, 1e-13);
        CHECK_NEAR(second[1], second_of(&w, data, 1, 1), 1e-9, 1e-13);
        CHECK_NEAR(second[2], second_of(&w, data, 0, 1), 1e-9, 1e-13);
        own.examples = &wrong;
        law_of(&own, &rule, offset, other, &ignored);
        CHECK_COMPARE(fabs(other[0] / second[0] - 1), >, 1e-3);
    }
    data_set_free(data);
}

/* Second moments grow above the limit and fall below it. */
static void limit_is_where_second_moments_grow(void **state)
{
    static const double start[N] = {1, 0.5};
    static const char *const texts[] = {"sgd lr=%.17g",
                                        "pnm lr=%.17g beta0=1 beta1=0.6",
                                        "heavy_ball lr=%.17g beta1=0.5"};
    struct data_set *data = make();
    const struct mean_square own = setting_of(data, 1);
    (void)state;
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        const struct rule rule = CHECK_RULE(texts[k], 0.1);
        const struct interval stable = {0, 2 / data->h[0]};
        struct error error;
        double limit;
        CHECK_OK(mean_square_limit(&own, &rule, unit_of, stable, &limit, &error),
                 &error);
        CHECK_COMPARE(limit, >, 0);
        CHECK_COMPARE(limit, <, stable.to);
        for (int side = 0; side < 2; side++) {
            const struct rule near = CHECK_RULE(texts[k], limit * (side ? 1.02 : 0.98));
            struct whole w;
            double before = 0;
            begin(&near, start, &w);
            for (uint64_t t = 0; t < 1500; t++) {
                if (t == 1000)
                    before = w.second[0][0];
                advance(&near, t, 1, &w);
            }
            if (side)
                CHECK_COMPARE(w.second[0][0], >, 1.05 * before);
            else
                CHECK_COMPARE(w.second[0][0], <, 1.05 * before);
        }
    }
    data_set_free(data);
}

/* An exact fit leaves no noise. */
static void rounding_is_no_residual(void **state)
{
    double exact[ROWS * 3];
    struct data_set *data;
    struct error error;
    (void)state;
    for (int k = 0; k < ROWS; k++) {
        exact[3 * k] = numbers[3 * k];
        exact[3 * k + 1] = numbers[3 * k + 1];
        exact[3 * k + 2] = 0.3 * exact[3 * k] - 0.7 * exact[3 * k + 1];
    }
    CHECK_OK(data_set_make(N, ROWS, exact, &data, &error), &error);
    CHECK_EXACT(data->residual, 0);
    for (int k = 0; k < ROWS; k++)
        CHECK_EXACT(data->e[k], 0);
    data_set_free(data);
}

/* With one feature the loop is c -> v (mean x^4 - h^2) c/B: gains of 0, of 1, at which
 * no second moments are finite, and beyond the range of numbers. */
static void gains_of_one_feature(void **state)
{
    static const double flat[] = {1, -1}, steep[] = {2, 0}, e[] = {0.5, 0.5};
    const double h[] = {1, 2}, unit = 1, infinite = INFINITY;
    struct example_moments moments;
    struct mean_square loop = {.n = 1, .h = &h[0], .batch = 4, .examples = &moments};
    struct error error;
    double gain, noise;
    (void)state;
    CHECK_OK(example_moments_init(&moments, 1, 2, flat, e, &error), &error);
    CHECK_OK(example_moments_gain(&loop, &unit, &gain, &error), &error);
    CHECK_EXACT(gain, 0);
    CHECK_OK(example_moments_solve(&loop, &unit, NULL, &noise, &error), &error);
    CHECK_EXACT(noise, 0.0625); /* mean e^2 x^2 / B */
    example_moments_free(&moments);
    loop.h = &h[1];
    CHECK_OK(example_moments_init(&moments, 1, 2, steep, e, &error), &error);
    CHECK_OK(example_moments_gain(&loop, &unit, &gain, &error), &error);
    CHECK_EXACT(gain, 1);
    assert_int_equal(example_moments_solve(&loop, &unit, NULL, &noise, &error),
                     STATUS_SOFTWARE);
    assert_non_null(strstr(error.text, "no finite value"));
    CHECK_OK(example_moments_gain(&loop, &infinite, &gain, &error), &error);
    CHECK_EXACT(gain, (double)INFINITY);
    example_moments_free(&moments);
}

static void refused(size_t n, size_t rows, const double *given, const char *what)
{
    struct data_set *data;
    struct error error;
    assert_int_equal(data_set_make(n, rows, given, &data, &error), STATUS_USAGE);
    CHECK(strstr(error.text, what), "'%s' lacks '%s'", error.text, what);
    assert_string_equal(error.quantity, "data");
    data_set_free(data);
}

static void bad_data_are_refused(void **state)
{
    static const double constant[] = {1, 2, 3, 4, 2, 5, 6, 2, 7};
    static const double zero[] = {1, 0, 3, 4, 0, 5, 6, 0, 7};
    static const double same[] = {1, 2, 3, 4, 8, 5, 6, 12, 7};
    static const double huge[] = {1, 2e99, 3, 4, 1, 5, 6, 3, 7};
    (void)state;
    refused(2, 1, numbers, "1 rows are fewer than the 2 features");
    refused(2, 3, constant, "column 2 is 2 in every row");
    refused(2, 3, zero, "column 2 is 0 in every row");
    refused(2, 3, same, "singular or nearly so");
    refused(2, 3, huge, "row 1, column 2 is 2e+99");
    refused(0, 3, numbers, "one column");
    refused(1001, 3, numbers, "too many");
    refused(1000, 1001, numbers, "1001 rows of 1000 features are too many");
    refused(1, 1, (const double[]){0, 1}, "column 1 is 0 in every row");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(basis_is_that_of_the_hessian),
        cmocka_unit_test(transients_are_those_of_all_minibatches),
        cmocka_unit_test(stationary_laws_are_those_of_all_minibatches),
        cmocka_unit_test(limit_is_where_second_moments_grow),
        cmocka_unit_test(rounding_is_no_residual),
        cmocka_unit_test(gains_of_one_feature),
        cmocka_unit_test(bad_data_are_refused),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
