/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_neighbours.c: the claims of neighbouring papers: every row against the moments
 * of its update, iterated step by step, and against formulas that are wrong. */
#include "check.h"

#include "claims/claims.h"

#include <gsl/gsl_errno.h>
#include <string.h>

enum { STATE = 4, NOISES = 2 };

/* x' = A x + B xi, Cov xi = c. */
struct recursion {
    double a[STATE][STATE], b[STATE][NOISES], c[NOISES][NOISES];
};

struct law {
    double mean[STATE], covariance[STATE][STATE];
};

/* One step of the mean and the covariance. */
static void law_step(const struct recursion *r, struct law *law)
{
    struct law next = {0};
    for (int i = 0; i < STATE; i++)
        for (int k = 0; k < STATE; k++) {
            next.mean[i] += r->a[i][k] * law->mean[k];
            for (int j = 0; j < STATE; j++)
                for (int l = 0; l < STATE; l++)
                    next.covariance[i][j] +=
                        r->a[i][k] * law->covariance[k][l] * r->a[j][l];
        }
    for (int i = 0; i < STATE; i++)
        for (int j = 0; j < STATE; j++)
            for (int k = 0; k < NOISES; k++)
                for (int l = 0; l < NOISES; l++)
                    next.covariance[i][j] += r->b[i][k] * r->c[k][l] * r->b[j][l];
    *law = next;
}

/* The law after `steps` steps from theta = 1 with an empty momentum. */
static struct law law_after(const struct recursion *r, long steps)
{
    struct law law = {.mean = {1, 1}};
    for (long t = 0; t < steps; t++)
        law_step(r, &law);
    return law;
}

/* theta' = theta - eta P (H theta + xi) for modes i = 0, 1. */
static struct recursion preconditioned(double eta, const double p[2], const double h[2],
                                       const double c[2][2])
{
    struct recursion r = {0};
    for (int i = 0; i < 2; i++) {
        r.a[i][i] = 1 - eta * p[i] * h[i];
        r.b[i][i] = -eta * p[i];
    }
    memcpy(r.c, c, sizeof r.c);
    return r;
}

/* m' = mu m + h theta + xi, theta' = theta - lambda m'; the state is theta, then m. */
static struct recursion heavy_ball(double lambda, double mu, const double h[2],
                                   const double c[2][2])
{
    struct recursion r = {0};
    for (int i = 0; i < 2; i++) {
        r.a[2 + i][i] = h[i];
        r.a[2 + i][2 + i] = mu;
        r.b[2 + i][i] = 1;
        r.a[i][i] = 1 - lambda * h[i];
        r.a[i][2 + i] = -lambda * mu;
        r.b[i][i] = -lambda;
    }
    memcpy(r.c, c, sizeof r.c);
    return r;
}

/* --- rows ------------------------------------------------------------------------- */

static struct ledger ledger_of(const char *id, const struct sampling *sampling)
{
    struct ledger ledger = {.sampling = sampling, .max_samples = sampling->max_samples};
    struct error error;
    const struct claim *const *claim = claims_of(CLAIMS_NEIGHBOURS);
    while (*claim && strcmp((*claim)->id, id) != 0)
        claim++;
    CHECK(*claim, "there is no claim %s", id);
    CHECK_OK(ledger_check(&ledger, *claim, &error), &error);
    return ledger;
}

/* What the measurement of a row says of another value than the paper's. */
static enum verdict judge(const struct ledger_row *row, double value)
{
    const struct evidence evidence = {
        .paper = value,
        .exact = row->exact,
        .measured = row->measured,
        .se = row->se,
        .paper_scale = evidence_scale(value),
        .exact_scale = evidence_scale(row->exact),
        .count = row->count,
        .sampled = true,
        .decisive = true,
    };
    return evidence_judge(&evidence).paper;
}

/* The moments iterated step by step are the row's exact value, and measured. */
static void check_row(const struct ledger_row *row, double value)
{
    CHECK_NEAR(row->exact, value, 1e-9, 0);
    CHECK(judge(row, value) == VERDICT_HOLDS, "%s: measured %g, not %g",
          text_get(&row->setting), row->measured, value);
}

static void check_fails(const struct ledger_row *row, double value)
{
    CHECK(judge(row, value) == VERDICT_FAILS, "%s: measured %g, which may be %g",
          text_get(&row->setting), row->measured, value);
}

/* The two numbers behind a setting's words, which end before "Sigma_". */
static bool reads(const struct ledger_row *row, const char *words, const char *form,
                  int *element, double *rate)
{
    const char *setting = text_get(&row->setting);
    return strncmp(setting, words, strlen(words)) == 0 &&
           sscanf(setting + strlen(words), form, element, rate) == 2;
}

static const double c[2][2] = {{1, 0.5}, {0.5, 1.5}};

static void mandt(void **state)
{
    static const double h[2] = {1, 4};
    static const struct {
        const char *words;
        double p[2];
    } of[] = {{"SGD, ", {1, 1}}, {"P=diag(2,0.3), ", {2, 0.3}}};
    const struct sampling sampling = check_sampling(1, 0.001);
    struct ledger ledger = ledger_of("mandt-2017", &sampling);
    int rows = 0, fails = 0;
    (void)state;
    for (size_t k = 0; k < ledger.count; k++)
        for (int w = 0; w < 2; w++) {
            const struct ledger_row *row = &ledger.rows[k];
            const double *p = of[w].p;
            int element;
            double eta;
            if (!reads(row, of[w].words, "Sigma_%d, eta=%lf", &element, &eta))
                continue;
            const int i = element / 10 - 1, j = element % 10 - 1;
            const struct recursion r = preconditioned(eta, p, h, c);
            const double value = law_after(&r, 4000).covariance[i][j];
            const double a = p[i] * h[i], b = p[j] * h[j], all = eta * p[i] * p[j];
            check_row(row, value);
            if (row->form == FORM_CORRECTED)
                CHECK_NEAR(row->paper, value, 1e-12, 0);
            else
                CHECK_NEAR(row->paper, all * c[i][j] / (a + b), 1e-12, 0);
            if (row->form == FORM_CORRECTED) {
                /* Without the third term, and with its sign reversed. */
                check_fails(row, all * c[i][j] / (a + b));
                check_fails(row, all * c[i][j] / (a + b + eta * a * b));
                fails++;
            }
            rows++;
        }
    assert_int_equal(rows, 36);
    assert_int_equal(fails, 6);
    ledger_free(&ledger);
}

/* The chain of the best preconditioner at N = 1000, H = 3, eta = 0.01, S = x N: neither
 * of the first three is in the claim. */
static double over_posterior(double x, bool distinct)
{
    const double n = 1000, h[2] = {3, 3}, batch = x * n, eta = 0.01;
    const double p[2] = {2 * batch / (eta * n) / h[0], 2 * batch / (eta * n) / h[1]};
    const double own = h[0] * (1 / batch - (distinct ? 1 / n : 0));
    const double noise[2][2] = {{own, 0}, {0, own}};
    const struct recursion r = preconditioned(eta, p, h, noise);
    return law_after(&r, 4000).covariance[0][0] * n * h[0];
}

static void posterior(void **state)
{
    const struct sampling sampling = check_sampling(1, 0.001);
    struct ledger ledger = ledger_of("mandt-2017", &sampling);
    int rows = 0;
    (void)state;
    for (size_t k = 0; k < ledger.count; k++) {
        const struct ledger_row *row = &ledger.rows[k];
        const char *setting = text_get(&row->setting);
        const char *part = strstr(setting, "S/N=");
        double x;
        if (!part || sscanf(part, "S/N=%lf", &x) != 1)
            continue;
        const bool distinct = strstr(setting, "different samples");
        check_row(row, over_posterior(x, distinct));
        if (x == 0.5)
            check_fails(row, over_posterior(x, !distinct));
        rows++;
    }
    assert_int_equal(rows, 7);
    ledger_free(&ledger);
}

static void liu(void **state)
{
    static const double h[2] = {1, 2};
    static const double mu[] = {0, 0.5, 0.9};
    const struct sampling sampling = check_sampling(1, 0.001);
    struct ledger ledger = ledger_of("liu-2021", &sampling);
    int rows = 0;
    (void)state;
    for (size_t k = 0; k < ledger.count; k++)
        for (int w = 0; w < 3; w++) {
            const struct ledger_row *row = &ledger.rows[k];
            char form[80];
            int element;
            double lambda;
            if (w == 0)
                snprintf(form, sizeof form, "%%d, sgd, lambda=%%lf");
            else
                snprintf(form, sizeof form,
                         "%%d, heavy_ball beta1=%g beta3=1, lambda=%%lf", mu[w]);
            if (!reads(row, "Sigma_", form, &element, &lambda))
                continue;
            const int i = element / 10 - 1, j = element % 10 - 1;
            const struct recursion r = heavy_ball(lambda, mu[w], h, c);
            const double value = law_after(&r, 4000).covariance[i][j];
            const double twice = (1 - mu[w]) * (h[i] + h[j]);
            check_row(row, value);
            CHECK_NEAR(row->paper, value, 1e-9, 0);
            assert_int_equal(row->verdicts.paper, VERDICT_HOLDS);
            /* In continuous time, with which mu (h_i-h_j)^2 = (1-mu)^2 h_i h_j agrees;
             * and the equation of SGD at the rate lambda/(1-mu). */
            if (i == j || w != 1)
                check_fails(row, lambda * c[i][j] / twice);
            if (w > 0)
                check_fails(row, lambda * c[i][j] / (twice - lambda * h[i] * h[j]));
            rows++;
        }
    assert_int_equal(rows, 18);
    ledger_free(&ledger);
}

static void wang(void **state)
{
    static const double h[2] = {1, 1}, one[2][2] = {{1, 0}, {0, 1}};
    const struct sampling sampling = check_sampling(1, 0.001);
    struct ledger ledger = ledger_of("wang-2024", &sampling);
    int rows = 0;
    (void)state;
    for (size_t k = 0; k < ledger.count; k++) {
        const struct ledger_row *row = &ledger.rows[k];
        const char *setting = text_get(&row->setting);
        const bool mean = strncmp(setting, "mean ", 5) == 0;
        const bool stationary = strncmp(setting, "stationary ", 11) == 0;
        const char *part = strstr(setting, "beta=");
        double beta, eta;
        if (!part || sscanf(part, "beta=%lf, eta h=%lf", &beta, &eta) != 2)
            continue;
        /* SGD at eta, and at Heavy Ball's own rate, which is wrong. */
        const double gamma = (1 - beta) * eta;
        const struct recursion momentum = heavy_ball(gamma, beta, h, one);
        const struct recursion plain = heavy_ball(eta, 0, h, one);
        const struct recursion wrong = heavy_ball(gamma, 0, h, one);
        const long steps = stationary ? 20000 : lrint(2 / eta);
        const struct law above = law_after(&momentum, steps);
        const struct law below = law_after(&plain, steps);
        const struct law other = law_after(&wrong, stationary ? 200000 : steps);
        const double value = mean ? above.mean[0] / below.mean[0]
                                  : above.covariance[0][0] / below.covariance[0][0];
        check_row(row, value);
        check_fails(row, mean ? above.mean[0] / other.mean[0]
                              : above.covariance[0][0] / other.covariance[0][0]);
        rows++;
    }
    assert_int_equal(rows, 30);
    ledger_free(&ledger);
}

enum { LONGEST = 64 };

/* The variance of Heavy Ball's theta at curvature 1, averaged over the phases of an
 * epoch of that many steps with two samples each: noises of the same epoch have the
 * covariances that two draws from 2 steps samples have, and the start of an epoch is
 * iterated to its law. */
static double over_epochs(double gamma, double beta, int steps)
{
    const double n = 2.0 * steps, same = (n / 2 - 1) / (n - 1), other = -1 / (n - 1);
    const double a[2][2] = {{1 - gamma, -gamma * beta}, {1, beta}};
    double v[LONGEST][2] = {{-gamma, 1}}, add[LONGEST + 1][2][2] = {{{0}}};
    double start[2][2] = {{0}}, sum = 0;
    for (int k = 1; k < steps; k++)
        for (int i = 0; i < 2; i++)
            v[k][i] = a[i][0] * v[k - 1][0] + a[i][1] * v[k - 1][1];
    for (int r = 1; r <= steps; r++)
        for (int k = 0; k < r; k++)
            for (int l = 0; l < r; l++)
                for (int i = 0; i < 2; i++)
                    for (int j = 0; j < 2; j++)
                        add[r][i][j] += v[k][i] * v[l][j] * (k == l ? same : other);
    for (int epoch = 0; epoch < 1000; epoch++) {
        double s[2][2];
        memcpy(s, start, sizeof s);
        sum = 0;
        for (int r = 0; r < steps; r++) {
            double next[2][2] = {{0}};
            sum += s[0][0] + add[r][0][0];
            for (int i = 0; i < 2; i++)
                for (int j = 0; j < 2; j++)
                    for (int k = 0; k < 2; k++)
                        for (int l = 0; l < 2; l++)
                            next[i][j] += a[i][k] * s[k][l] * a[j][l];
            memcpy(s, next, sizeof s);
        }
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 2; j++)
                start[i][j] = s[i][j] + add[steps][i][j];
    }
    return sum / steps;
}

static void kuehn(void **state)
{
    static const double h[2] = {1, 1}, half[2][2] = {{0.5, 0}, {0, 0.5}};
    const struct sampling sampling = check_sampling(1, 0.004);
    struct ledger ledger = ledger_of("kuehn-2023", &sampling);
    int rows = 0;
    (void)state;
    for (size_t k = 0; k < ledger.count; k++) {
        const struct ledger_row *row = &ledger.rows[k];
        const char *part = strstr(text_get(&row->setting), "beta=");
        double beta, eta;
        int steps;
        if (!part ||
            sscanf(part, "beta=%lf, eta h=%lf, E=%d", &beta, &eta, &steps) != 3 ||
            steps > LONGEST)
            continue;
        const bool leading = strstr(text_get(&row->setting), "(3(N-1))");
        const double size = 2.0 * steps;
        const double unit =
            leading ? eta * (steps * steps - 1) * 2 / (3 * (size - 1)) : 1;
        if (leading) /* %g has six digits */
            eta = exp2(rint(log2(eta)));
        const struct recursion fresh = heavy_ball((1 - beta) * eta, beta, h, half);
        const double below = law_after(&fresh, 20000).covariance[0][0] * unit;
        const double value = over_epochs((1 - beta) * eta, beta, steps) / below;
        CHECK_NEAR(row->exact, value, 1e-5, 0);
        CHECK(judge(row, row->exact) != VERDICT_FAILS, "%s: measured %g, not %g",
              text_get(&row->setting), row->measured, value);
        check_fails(row, 1 / unit); /* noise that is not anti-correlated */
        rows++;
    }
    assert_int_equal(rows, 17);
    ledger_free(&ledger);
}

/* Every claim belongs to one paper; those of the paper on PNM come first. */
static void papers(void **state)
{
    const struct claim *const *all = claims_all();
    size_t pnm = 0, neighbours = 0;
    (void)state;
    for (; claims_of(CLAIMS_PNM)[pnm]; pnm++) {
        assert_ptr_equal(claims_of(CLAIMS_PNM)[pnm], all[pnm]);
        assert_string_equal(claims_paper_text(all[pnm]), "pnm");
    }
    for (; claims_of(CLAIMS_NEIGHBOURS)[neighbours]; neighbours++) {
        assert_ptr_equal(claims_of(CLAIMS_NEIGHBOURS)[neighbours],
                         all[pnm + neighbours]);
        assert_string_equal(claims_paper_text(all[pnm + neighbours]), "neighbours");
    }
    for (size_t k = 0; claims_of(CLAIMS_MOMENTUM)[k]; k++)
        assert_ptr_equal(claims_of(CLAIMS_MOMENTUM)[k], all[pnm + neighbours + k]);
    CHECK(pnm > 80 && neighbours >= 3, "%zu and %zu claims", pnm, neighbours);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(papers), cmocka_unit_test(mandt), cmocka_unit_test(posterior),
        cmocka_unit_test(liu),    cmocka_unit_test(wang),  cmocka_unit_test(kuehn),
    };
    gsl_set_error_handler_off();
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
