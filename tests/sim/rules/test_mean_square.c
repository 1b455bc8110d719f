/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Second moments under minibatches against the same recursion written down without any
 * of the module's shortcuts: all coordinates at once, in a basis in which H is dense,
 * with the fourth moments of normal numbers summed pairing by pairing. */
#include "check.h"

#include "rules/mean_square.h"

enum { N = 3, MOST = N * LINEAR_STATE };

static const double curvature[N] = {0.4, 0.8, 1.3};

static const char *const rule_texts[] = {
    "sgd lr=0.3",
    "heavy_ball lr=0.3 beta1=0.7",
    "heavy_ball lr=0.1 beta1=0.7 beta3=1",
    "pnm lr=0.3 beta0=1 beta1=0.7",
    "pnm_eq7 lr=0.3 beta0=0.7 beta1=0.6",
    "two_batch lr=0.3 beta0=1.5",
    "nesterov lr=0.1 beta1=0.6",
    "qhm lr=0.3 beta1=0.7 nu=0.6",
    "aggmo lr=0.1",
    "linear lr=0.3",
};
enum { RULES = sizeof rule_texts / sizeof *rule_texts };

/* A rotation of three coordinates about (1, 2, 2)/3. */
static void rotation(double q[N][N])
{
    const double axis[N] = {1. / 3, 2. / 3, 2. / 3}, c = 0.6, s = 0.8;
    const double cross[N][N] = {
        {0, -axis[2], axis[1]}, {axis[2], 0, -axis[0]}, {-axis[1], axis[0], 0}};
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            q[i][j] = (i == j ? c : 0) + s * cross[i][j] + (1 - c) * axis[i] * axis[j];
}

/* Everything of one setting, in the rotated basis. State r of coordinate i has the
 * index r * N + i. */
struct whole {
    double q[N][N], hessian[N][N];
    double a[MOST][MOST], push[RULE_MAX_SAMPLES][LINEAR_STATE];
    double drift[MOST], second[MOST][MOST], mean[MOST];
    int dim, size, samples;
    double batch, residual;
};

/* One step of the rule from a state, for a gradient; NULL: that of the quadratic. */
static void step_of(const struct rule *rule, uint64_t t, const struct whole *w,
                    const double *gradient, const double theta_star[N], double *state)
{
    double g[RULE_MAX_GRADIENTS * N] = {0};
    for (int k = 0; k < rule_gradients(rule->kind); k++)
        for (int i = 0; i < N; i++)
            for (int j = 0; !gradient && j < N; j++)
                g[k * N + i] += w->hessian[i][j] * state[j];
    for (int k = 0; gradient && k < w->samples * N; k++)
        g[k] = gradient[k];
    double theta[N];
    for (int i = 0; i < N; i++)
        theta[i] = state[i] + theta_star[i];
    rule->kind->step(rule, t, N, g, theta, state + N);
    for (int i = 0; i < N; i++)
        state[i] = theta[i] - theta_star[i];
}

static void systems_at(const struct rule *rule, uint64_t t, const double theta_star[N],
                       struct whole *w)
{
    const double zero[N] = {0};
    double none[RULE_MAX_SAMPLES * N] = {0};
    memset(w->drift, 0, sizeof w->drift);
    step_of(rule, t, w, NULL, theta_star, w->drift);
    for (int c = 0; c < w->size; c++) {
        double state[MOST] = {0};
        state[c] = 1;
        step_of(rule, t, w, NULL, zero, state);
        for (int r = 0; r < w->size; r++)
            w->a[r][c] = state[r];
    }
    for (int k = 0; k < w->samples; k++) {
        double state[MOST] = {0};
        memset(none, 0, sizeof none);
        none[k * N] = 1;
        step_of(rule, t, w, none, zero, state);
        for (int r = 0; r < w->dim; r++)
            w->push[k][r] = state[r * N];
    }
}

static void begin(const struct rule *rule, double batch, double residual,
                  const double offset[N], struct whole *w)
{
    memset(w, 0, sizeof *w);
    w->dim = 1 + rule->kind->slots;
    w->size = w->dim * N;
    w->samples = rule->kind->samples;
    w->batch = batch;
    w->residual = residual;
    rotation(w->q);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            for (int k = 0; k < N; k++)
                w->hessian[i][j] += w->q[i][k] * curvature[k] * w->q[j][k];
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            w->mean[i] += w->q[i][k] * offset[k];
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            w->second[i][j] = w->mean[i] * w->mean[j];
}

/* The covariance of a minibatch's gradient: E x_i x_j x_k x_l is the sum over the three
 * pairings. */
static void noise_of(const struct whole *w, double c[N][N])
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double sum = w->residual * w->hessian[i][j];
            for (int k = 0; k < N; k++)
                for (int l = 0; l < N; l++) {
                    const double fourth = w->hessian[i][j] * w->hessian[k][l] +
                                          w->hessian[i][k] * w->hessian[j][l] +
                                          w->hessian[i][l] * w->hessian[j][k];
                    sum += (fourth - w->hessian[i][k] * w->hessian[j][l]) *
                           w->second[k][l];
                }
            c[i][j] = sum / w->batch;
        }
}

static void advance(struct whole *w)
{
    double c[N][N], next[MOST][MOST] = {{0}}, moved[MOST] = {0};
    noise_of(w, c);
    for (int r = 0; r < w->size; r++)
        for (int s = 0; s < w->size; s++)
            moved[r] += w->a[r][s] * w->mean[s];
    for (int r = 0; r < w->size; r++)
        for (int s = 0; s < w->size; s++) {
            for (int k = 0; k < w->size; k++)
                for (int l = 0; l < w->size; l++)
                    next[r][s] += w->a[r][k] * w->second[k][l] * w->a[s][l];
            for (int k = 0; k < w->samples; k++)
                next[r][s] += w->push[k][r / N] * w->push[k][s / N] * c[r % N][s % N];
            next[r][s] += moved[r] * w->drift[s] + w->drift[r] * moved[s] +
                          w->drift[r] * w->drift[s];
        }
    memcpy(w->second, next, sizeof next);
    for (int r = 0; r < w->size; r++)
        w->mean[r] = moved[r] + w->drift[r];
}

/* M_ij in the eigenbasis. */
static double second_of(const struct whole *w, int i, int j)
{
    double sum = 0;
    for (int k = 0; k < N; k++)
        for (int l = 0; l < N; l++)
            sum += w->q[k][i] * w->second[k][l] * w->q[l][j];
    return sum;
}

static const struct mean_square setting = {N, curvature, 2, 1, NULL};

/* A rule with decay and schedule. */
struct changed {
    const char *text;
    struct decay decay;
    struct schedule schedule;
};

static struct rule changed_rule(const struct changed *changed)
{
    struct rule rule = CHECK_RULE("%s", changed->text);
    rule.decay = changed->decay;
    rule.schedule = changed->schedule;
    return rule;
}

static void check_transient(const struct rule *from, const double theta_star[N])
{
    const double offset[N] = {1, -0.5, 2};
    const struct rule rule = *from;
    struct mean_square_run run;
    struct whole whole;
    struct error error;
    double rotated[N] = {0};
    begin(&rule, setting.batch, setting.residual, offset, &whole);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            rotated[i] += whole.q[i][k] * theta_star[k];
    assert_int_equal(mean_square_run_init(&run, &setting, &rule, linear_system_probe,
                                          offset, theta_star, &error),
                     STATUS_OK);
    for (uint64_t t = 0; t < 60; t++) {
        double risk = 0;
        for (int i = 0; i < N; i++) {
            const double exact = second_of(&whole, i, i);
            CHECK_NEAR(run.second[i], exact, 0, 1e-12 * fmax(exact, 1));
            risk += curvature[i] * exact;
        }
        CHECK_NEAR(run.risk, risk, 0, 1e-12 * fmax(risk, 1));
        systems_at(&rule, t, rotated, &whole);
        advance(&whole);
        mean_square_run_step(&run);
    }
    mean_square_run_free(&run);
}

static void test_transient_step_by_step(void **state)
{
    static const double none[N] = {0}, there[N] = {0.7, -1.5, 0.4};
    (void)state;
    static const struct changed changed[] = {
        {"sgd lr=0.3", {0, false}, {SCHEDULE_COSINE, {40, 0.1}}},
        {"pnm lr=0.3 beta0=1 beta1=0.7", {0, false}, {SCHEDULE_STEP, {0.5, 10, 30}}},
        {"pnm lr=0.3 beta0=1 beta1=0.7", {0.1, false}, {0}},
        {"heavy_ball lr=0.3 beta1=0.7", {0.1, true}, {SCHEDULE_INVERSE_SQRT, {0}}},
        {"two_batch lr=0.3 beta0=1", {0.2, false}, {0}},
    };
    for (int k = 0; k < RULES; k++) {
        const struct rule rule = CHECK_RULE("%s", rule_texts[k]);
        check_transient(&rule, none);
    }
    for (size_t k = 0; k < sizeof changed / sizeof *changed; k++) {
        const struct rule rule = changed_rule(&changed[k]);
        check_transient(&rule, there);
    }
}

static int unit_of(const struct rule *rule, double h, double other, double *unit,
                   struct error *error)
{
    struct linear_system a, b;
    double q[LINEAR_SIZE], s[LINEAR_SIZE];
    linear_system_probe(rule, h, &a);
    linear_system_probe(rule, other, &b);
    linear_system_noise(&a, &b, 1, q);
    const int status = linear_system_stationary(&a, &b, q, s, error);
    *unit = s[0];
    return status;
}

/* Off the diagonal too, which weight decay with a minimum off 0 fills. */
static void check_stationary(const struct rule *from, const double theta_star[N])
{
    const double zero[N] = {0};
    const struct rule rule = *from;
    struct whole whole;
    struct error error;
    double unit[N], noise[N], mean[N] = {0}, rotated[N] = {0}, c[N][N];
    begin(&rule, setting.batch, setting.residual, zero, &whole);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            rotated[i] += whole.q[i][k] * theta_star[k];
    systems_at(&rule, 0, rotated, &whole);
    for (int t = 0; t < 3000; t++)
        advance(&whole);
    noise_of(&whole, c);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            mean[i] += whole.q[k][i] * whole.mean[k];
    assert_int_equal(mean_square_units(&setting, &rule, unit_of, unit, &error),
                     STATUS_OK);
    double risk = 0, total;
    assert_int_equal(mean_square_noise(&setting, unit, mean, noise, &total, &error),
                     STATUS_OK);
    for (int i = 0; i < N; i++) {
        const double exact = second_of(&whole, i, i) - mean[i] * mean[i];
        CHECK_NEAR(unit[i] * noise[i], exact, 0, 1e-10 * exact);
        risk += curvature[i] * second_of(&whole, i, i);
    }
    CHECK_NEAR(total, risk, 0, 1e-10 * risk);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++) {
            double pair = 0, there = 0, both = 0;
            assert_int_equal(unit_of(&rule, curvature[i], curvature[j], &both, &error),
                             STATUS_OK);
            pair = mean_square_pair(&setting, (size_t)i, (size_t)j, both, mean);
            for (int k = 0; k < N; k++)
                for (int l = 0; l < N; l++)
                    there += whole.q[k][i] * c[k][l] * whole.q[l][j];
            CHECK_NEAR(pair, there, 0, 1e-10);
        }
}

static void test_stationary_law(void **state)
{
    static const double none[N] = {0}, there[N] = {0.7, -1.5, 0.4};
    (void)state;
    static const struct changed changed[] = {
        {"pnm lr=0.3 beta0=1 beta1=0.7", {0.1, false}, {0}},
        {"two_batch lr=0.3 beta0=1", {0.2, true}, {0}},
    };
    for (int k = 0; k < RULES; k++) {
        const struct rule rule = CHECK_RULE("%s", rule_texts[k]);
        check_stationary(&rule, none);
    }
    for (size_t k = 0; k < sizeof changed / sizeof *changed; k++) {
        const struct rule rule = changed_rule(&changed[k]);
        check_stationary(&rule, there);
    }
}

/* The largest factor by which the whole second moments grow in a step, by the power
 * method. */
static double growth(const char *text)
{
    const double offset[N] = {1, 1, 1}, none[N] = {0};
    const struct rule rule = CHECK_RULE("%s", text);
    struct whole whole;
    double last = 1, factor = 0;
    begin(&rule, setting.batch, 0, offset, &whole);
    systems_at(&rule, 0, none, &whole);
    for (int t = 0; t < 4000; t++) {
        double sum = 0;
        advance(&whole);
        for (int r = 0; r < whole.size; r++)
            sum += whole.second[r][r];
        factor = sum / last;
        for (int r = 0; r < whole.size; r++)
            for (int s = 0; s < whole.size; s++)
                whole.second[r][s] /= sum;
        last = 1;
    }
    return factor;
}

static void test_limit_is_where_second_moments_grow(void **state)
{
    static const struct {
        const char *text;
        double stable; /* without noise */
    } cases[] = {
        {"sgd lr=%.17g", 2 / 1.3},
        {"heavy_ball lr=%.17g beta1=0.7", 2 * 1.7 / 0.3 / 1.3},
        {"pnm lr=%.17g beta0=1 beta1=0.7", 2 * 2.23606797749979 / 3 / 1.3},
        {"two_batch lr=%.17g beta0=1", 2 * 2.23606797749979 / 1.3},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        for (int from = 0; from < 2; from++) {
            char text[80];
            double limit;
            struct error error;
            /* From below and from above the limit. */
            snprintf(text, sizeof text, cases[k].text,
                     (from ? 0.999 : 0.05) * cases[k].stable);
            const struct rule rule = CHECK_RULE("%s", text);
            assert_int_equal(mean_square_limit(&setting, &rule, unit_of,
                                               (struct interval){0, cases[k].stable},
                                               &limit, &error),
                             STATUS_OK);
            assert_true(limit < cases[k].stable);
            snprintf(text, sizeof text, cases[k].text, limit * (1 - 1e-5));
            assert_true(growth(text) < 1);
            snprintf(text, sizeof text, cases[k].text, limit * (1 + 1e-5));
            assert_true(growth(text) > 1);
        }
}

/* For sgd the gain is 1 where sum_i eta h_i/(2B - (B+1) eta h_i) = 1. */
static void test_limit_of_sgd(void **state)
{
    const struct rule rule = CHECK_RULE("sgd lr=0.3");
    struct error error;
    double limit, sum = 0;
    (void)state;
    assert_int_equal(mean_square_limit(&setting, &rule, unit_of,
                                       (struct interval){0, 2 / 1.3}, &limit, &error),
                     STATUS_OK);
    for (int i = 0; i < N; i++)
        sum += limit * curvature[i] / (4 - 3 * limit * curvature[i]);
    CHECK_NEAR(sum, 1, 0, 1e-11);
}

static void test_gain_of_one_mode(void **state)
{
    /* One mode: C = h^2 (1 + 1) M / B, so the gain is 2 v h^2 / B. */
    const double h = 0.7, unit = 1.5;
    const struct mean_square one = {1, &h, 3, 1, NULL};
    struct error error;
    double gain;
    (void)state;
    assert_int_equal(mean_square_gain(&one, &unit, &gain, &error), STATUS_OK);
    CHECK_NEAR(gain, 2 * unit * h * h / 3, 0, 1e-14);
    CHECK_OK(mean_square_gain(&one, &(const double){INFINITY}, &gain, &error), &error);
    CHECK_EXACT(gain, (double)INFINITY);
    CHECK_OK(mean_square_gain(&one, &(const double){0}, &gain, &error), &error);
    CHECK_EXACT(gain, 0);
}

/* Noise that theta does not keep, that it keeps whatever the rate, and no law. */
static int forgets(const struct rule *rule, double h_i, double h_j, double *unit,
                   struct error *error)
{
    (void)rule, (void)h_i, (void)h_j, (void)error;
    *unit = 0;
    return STATUS_OK;
}

static int keeps(const struct rule *rule, double h_i, double h_j, double *unit,
                 struct error *error)
{
    (void)rule, (void)h_i, (void)h_j, (void)error;
    *unit = 1000;
    return STATUS_OK;
}

static int fails(const struct rule *rule, double h_i, double h_j, double *unit,
                 struct error *error)
{
    (void)rule, (void)h_i, (void)h_j, (void)unit;
    return error_set(error, STATUS_SOFTWARE, "no law");
}

static void test_limit_that_is_not_found(void **state)
{
    const double h = 1;
    const struct mean_square one = {1, &h, 1, 1, NULL};
    const struct rule rule = CHECK_RULE("sgd lr=0.3");
    const struct interval everywhere = {0, INFINITY}, above = {0.2, 0.4},
                          nowhere = {0, 0};
    struct error error;
    double limit = NAN;
    (void)state;
    CHECK_OK(mean_square_limit(&one, &rule, forgets, everywhere, &limit, &error),
             &error);
    CHECK_EXACT(limit, (double)INFINITY);
    CHECK_OK(mean_square_limit(&one, &rule, forgets, above, &limit, &error), &error);
    CHECK_NEAR(limit, 0.4, 1e-12, 0);
    CHECK_OK(mean_square_limit(&one, &rule, keeps, everywhere, &limit, &error), &error);
    CHECK_EXACT(limit, 0);
    CHECK_OK(mean_square_limit(&one, &rule, forgets, nowhere, &limit, &error), &error);
    CHECK_EXACT(limit, 0);
    assert_int_equal(mean_square_limit(&one, &rule, fails, everywhere, &limit, &error),
                     STATUS_SOFTWARE);
    assert_string_equal(error.text, "no law");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transient_step_by_step),
        cmocka_unit_test(test_stationary_law),
        cmocka_unit_test(test_limit_is_where_second_moments_grow),
        cmocka_unit_test(test_limit_of_sgd),
        cmocka_unit_test(test_gain_of_one_mode),
        cmocka_unit_test(test_limit_that_is_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
