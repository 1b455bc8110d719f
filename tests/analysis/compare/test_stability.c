/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_stability.c: spectral radius, limit and best learning rate, in several
 * independent ways: written-out matrices, closed forms, matrices probed from the step,
 * textbook formulas, and noiseless runs. */
#include "check.h"
#include "compare/stability.h"

static const double one = 1;

/* Parameters away from special values, and special ones. */
static const char *const cases[] = {
    "sgd lr=1",
    "heavy_ball lr=1 beta1=0",
    "heavy_ball lr=1 beta1=0.9",
    "heavy_ball lr=1 beta1=0.7 beta3=1",
    "pnm lr=1 beta0=0 beta1=0",
    "pnm lr=1 beta0=1 beta1=0.9",
    "pnm lr=1 beta0=3 beta1=0.5",
    "pnm lr=1 beta0=70 beta1=0.99",
    "pnm lr=1 beta0=-0.3 beta1=0.9",
    "pnm lr=1 beta0=-0.9 beta1=0.9",
    "pnm lr=1 beta0=-2 beta1=0.5",
    "pnm lr=1 beta0=2 beta1=0.5 lr-normalization=off",
    "pnm_eq7 lr=1 beta0=1 beta1=0.9",
    "pnm_eq7 lr=1 beta0=3 beta1=0.5",
    "pnm_eq7 lr=1 beta0=0 beta1=0.3",
    "two_batch lr=1 beta0=0",
    "two_batch lr=1 beta0=1",
    "two_batch lr=1 beta0=-0.4",
};
enum { CASES = sizeof cases / sizeof *cases };

static struct stable_set set_of(const struct rule *rule, const double *h, size_t n)
{
    struct stable_set set;
    struct error error;
    assert_int_equal(stability_set(rule, h, n, &set, &error), STATUS_OK);
    return set;
}

static double limit_of(const struct rule *rule, const double *h, size_t n)
{
    const struct stable_set set = set_of(rule, h, n);
    return stable_set_around(&set, rule->number[RULE_LR]).to;
}

static double radius_of(const struct rule *rule, const double *h, size_t n,
                        enum exact_source *source)
{
    double margin;
    struct error error;
    CHECK_OK(stability_margin(rule, h, n, &margin, source, &error), &error);
    return 1 - margin;
}

/* The best rate in the interval around the rule's, and its radius. */
static double best_lr_of(const struct rule *rule, const double *h, size_t n,
                         double *radius)
{
    const struct stable_set set = set_of(rule, h, n);
    struct best_rate best;
    struct error error;
    assert_int_equal(stability_best(rule, h, n,
                                    stable_set_around(&set, rule->number[RULE_LR]),
                                    &best, &error),
                     STATUS_OK);
    *radius = 1 - best.margin;
    return best.lr;
}

static void limits_agree_in_four_ways(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++) {
        const struct rule rule = CHECK_RULE("%s", cases[k]);
        const double h = 2.5;
        const double exact = limit_of(&rule, &h, 1);
        const double closed = stability_limit_closed(&rule, &h, 1);
        const double probed = check_lr_limit(&rule, h);
        CHECK(exact > 0 && isfinite(exact), "%s: limit %g", cases[k], exact);
        CHECK_NEAR(exact, probed, 1e-10, 0);
        CHECK_NEAR(stability_limit_measured(&rule, &h, 1), exact, 1e-10, 0);
        CHECK(isnan(closed) == (strcmp(rule.kind->name, "pnm_eq7") == 0),
              "%s: closed form %g", cases[k], closed);
        if (!isnan(closed))
            CHECK_NEAR(exact, closed, 1e-10, 0);
    }
}

/* Also what the issue of all this is: the limits of Algorithm 2, measured. */
static void measured_limits_of_pnm_are_the_closed_form(void **state)
{
    (void)state;
    static const double beta0s[] = {0, 0.5, 1, 3, 70}, beta1s[] = {0, 0.5, 0.9, 0.99};
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 4; k++) {
            const double b = beta0s[i];
            const double gamma = (1 + b) * (1 + b) + b * b;
            const struct rule rule =
                CHECK_RULE("pnm lr=1 beta0=%.17g beta1=%.17g", b, beta1s[k]);
            CHECK_NEAR(stability_limit_measured(&rule, &one, 1),
                       2 * sqrt(gamma) / (1 + 2 * b), 1e-12, 0);
        }
}

static void a_spectrum_is_stable_where_all_of_it_is(void **state)
{
    (void)state;
    static const double h[] = {0.3, 7, 2};
    for (int k = 0; k < CASES; k++) {
        const struct rule rule = CHECK_RULE("%s", cases[k]);
        const double alone = limit_of(&rule, &h[1], 1);
        CHECK_NEAR(limit_of(&rule, h, 3), alone, 1e-10, 0);
        CHECK_NEAR(stability_limit_measured(&rule, h, 3), alone, 1e-10, 0);
        double worst = 0;
        for (int i = 0; i < 3; i++)
            worst = fmax(worst, radius_of(&rule, &h[i], 1, NULL));
        CHECK_EXACT(radius_of(&rule, h, 3, NULL), worst);
    }
}

static void no_limit_is_0_or_infinity(void **state)
{
    (void)state;
    /* Its mean gain, 1 + beta0 - beta0 beta1, is negative: it climbs at any rate. */
    const struct rule climbing = CHECK_RULE("pnm_eq7 lr=1 beta0=-3 beta1=0.5");
    double radius;
    CHECK_EXACT(limit_of(&climbing, &one, 1), 0.0);
    CHECK_EXACT(stability_limit_measured(&climbing, &one, 1), 0.0);
    CHECK_NAN(best_lr_of(&climbing, &one, 1, &radius));
    CHECK_NAN(radius);
}

/* Twenty rates from far below the limit to 1.5 times it, for every case. */
static void measured_rates_are_the_spectral_radius(void **state)
{
    (void)state;
    static const double h[] = {1, 0.2};
    for (int k = 0; k < CASES; k++) {
        struct rule rule = CHECK_RULE("%s", cases[k]);
        const double limit = limit_of(&rule, h, 2);
        for (int i = 1; i <= 20; i++) {
            rule.number[RULE_LR] = limit * 1.5 * i / 20.37;
            const double exact = radius_of(&rule, h, 2, NULL);
            const struct growth growth = stability_growth(&rule, h, 2);
            CHECK_NEAR(exp(growth.log_factor), exact, 0,
                       STABILITY_TOLERANCE * fabs(1 - exact) + 1e-9);
        }
    }
}

static void growth_has_its_extremes(void **state)
{
    (void)state;
    const struct rule exact_step = CHECK_RULE("sgd lr=1"),
                      huge = CHECK_RULE("sgd lr=1e300");
    CHECK_COMPARE(stability_growth(&exact_step, &one, 1).log_factor, ==, -INFINITY);
    CHECK_COMPARE(stability_growth(&huge, &(const double){1e10}, 1).log_factor, ==,
                  INFINITY);
    /* A factor 2 at every of 2048 steps: the state is kept in range. */
    const struct rule doubling = CHECK_RULE("sgd lr=3");
    CHECK_NEAR(stability_growth(&doubling, &one, 1).log_factor, log(2), 1e-14, 0);
    /* A step that comes after the first window ends it as well: 1 - 2/2 is 0, and the
     * square of 1e300 overflows. */
    for (int k = 0; k < 2; k++) {
        struct rule late = CHECK_RULE("sgd lr=0.5");
        late.schedule =
            (struct schedule){SCHEDULE_STEP, {k == 0 ? 2 : 1e300, 1500, 0, 0, 0}};
        const struct growth growth = stability_growth(&late, &one, 1);
        CHECK_COMPARE(growth.log_factor, ==, k == 0 ? -INFINITY : INFINITY);
        assert_true(growth.settled);
        late.schedule.number[1] = 1 << 21; /* later than the last window */
        CHECK_NEAR(stability_growth(&late, &one, 1).log_factor, log(0.5), 1e-14, 0);
    }
}

static void sgd_is_best_at_the_textbook_rate(void **state)
{
    (void)state;
    static const double spectra[][3] = {
        {1, 1, 1}, {1, 0.5, 0.7}, {1e-3, 1, 0.1}, {10, 1e-4, 2}, {1e-6, 1, 1e-3}};
    const struct rule rule = CHECK_RULE("sgd lr=1");
    for (size_t k = 0; k < sizeof spectra / sizeof *spectra; k++) {
        double low = INFINITY, high = 0, radius;
        for (int i = 0; i < 3; i++) {
            low = fmin(low, spectra[k][i]);
            high = fmax(high, spectra[k][i]);
        }
        const double lr = best_lr_of(&rule, spectra[k], 3, &radius);
        CHECK_NEAR(lr, 2 / (low + high), 1e-11 + 1e-15 * high / low, 0);
        CHECK_NEAR(radius, (high - low) / (high + low), 1e-11, 1e-11);
    }
}

/* Polyak 1964: beta1 = q^2, eta = 4/(sqrt(h_max) + sqrt(h_min))^2 give the rate q =
 * (sqrt(kappa)-1)/(sqrt(kappa)+1); with this beta1, all other eta are slower. */
static void heavy_ball_is_best_at_polyaks_rate(void **state)
{
    (void)state;
    static const double kappas[] = {2, 10, 100, 1e4};
    for (size_t k = 0; k < 4; k++) {
        const double h[] = {1, kappas[k]}, root = sqrt(kappas[k]);
        const double q = (root - 1) / (root + 1);
        struct rule rule = CHECK_RULE("heavy_ball lr=1 beta1=%.17g beta3=1", q * q);
        double radius;
        CHECK_NEAR(best_lr_of(&rule, h, 2, &radius), 4 / pow(root + 1, 2), 1e-6, 0);
        /* Both ends of the spectrum have a double root there: 1e-16 in the matrix is
         * 1e-8 in the root. */
        CHECK_NEAR(radius, q, 0, 1e-7);
        /* With less momentum the two ends' real roots balance. */
        check_set(&rule, "beta1", q * q / 2);
        const double lr = best_lr_of(&rule, h, 2, &radius);
        CHECK_NEAR(lr, 2 * (1 + q * q / 2) / (1 + kappas[k]), 1e-10, 0);
        CHECK(radius > q, "beta1 = q^2/2 has rate %g, q = %g", radius, q);
        check_set(&rule, "beta1", (1 + q * q) / 2);
        best_lr_of(&rule, h, 2, &radius);
        CHECK_NEAR(radius, sqrt((1 + q * q) / 2), 1e-12, 0);
    }
}

/* One mode has complex roots of modulus sqrt(beta1) for eta h from (1-sqrt(beta1))^2 to
 * (1+sqrt(beta1))^2: the lower end is given. */
static void a_level_stretch_gives_its_lower_end(void **state)
{
    (void)state;
    static const double beta1s[] = {0.1, 0.5, 0.9, 0.99};
    for (size_t k = 0; k < 4; k++) {
        const struct rule rule =
            CHECK_RULE("heavy_ball lr=1 beta1=%.17g beta3=1", beta1s[k]);
        double radius;
        const double lr = best_lr_of(&rule, &one, 1, &radius);
        CHECK_NEAR(lr, pow(1 - sqrt(beta1s[k]), 2), 1e-9, 0);
        CHECK_NEAR(radius, sqrt(beta1s[k]), 1e-12, 0);
    }
}

/* The roots' product is -beta1^2 whatever the rate, so the radius is at least
 * beta1^(2/3); nearly that is reached. No rate of a fine grid is better than the best.
 */
static void pnm_is_best_where_no_other_rate_is_better(void **state)
{
    (void)state;
    static const double spectrum[] = {0.05, 1, 0.4};
    for (int k = 0; k < CASES; k++) {
        struct rule rule = CHECK_RULE("%s", cases[k]);
        double radius;
        const double best = best_lr_of(&rule, spectrum, 3, &radius);
        const double limit = limit_of(&rule, spectrum, 3);
        rule.number[RULE_LR] = best;
        CHECK_NEAR(radius_of(&rule, spectrum, 3, NULL), radius, 0, 2e-12);
        for (int i = 1; i < 500; i++) {
            rule.number[RULE_LR] = limit * i / 500;
            const double other = radius_of(&rule, spectrum, 3, NULL);
            CHECK(other >= radius - 2e-12, "%s: rho %.15g at %g, best %.15g at %g",
                  cases[k], other, rule.number[RULE_LR], radius, best);
        }
    }
    const struct rule pnm = CHECK_RULE("pnm lr=1 beta0=1 beta1=0.9");
    double radius;
    best_lr_of(&pnm, &one, 1, &radius);
    CHECK_NEAR(radius, cbrt(0.81), 1e-10, 0);
}

static void steps_are_those_of_a_run(void **state)
{
    (void)state;
    CHECK_NEAR(stability_steps(0.9, 1e-6), 6, 1e-14, 0);
    CHECK_NAN(stability_steps(0, 1e-6));
    CHECK_NAN(stability_steps(-0.5, 1e-6));
    const struct rule rule = CHECK_RULE("sgd lr=0.01");
    double theta = 1, steps = 0;
    for (; theta > 1e-6; steps++)
        rule.kind->step(&rule, 0, 1, &(double){theta}, &theta, NULL);
    CHECK_NEAR(stability_steps(1 - radius_of(&rule, &one, 1, NULL), 1e-6), steps, 0, 1);
}

static struct stability exact_of(const struct rule *rule)
{
    struct stability exact;
    struct error error;
    assert_int_equal(stability_exact(&exact, rule, &one, 1, &error), STATUS_OK);
    return exact;
}

/* A verdict that holds; each number moved by 2 % must fail. */
static void what_is_2_percent_off_fails(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++) {
        struct rule rule = CHECK_RULE("%s", cases[k]);
        const char *reason;
        rule.number[RULE_LR] = 0.4 * limit_of(&rule, &one, 1);
        struct stability good = exact_of(&rule);
        stability_measure(&good, &rule, &one, 1);
        CHECK(stability_judge(&good, &reason) == VERDICT_HOLDS, "%s: %s", cases[k],
              verdict_text(stability_judge(&good, &reason)));
        assert_null(reason);
        for (int sign = -1; sign <= 1; sign += 2) {
            struct stability limit = good, closed = good, radius = good, lost = good;
            limit.interval.to *= 1 + sign * 0.02;
            closed.limit_closed *= 1 + sign * 0.02;
            radius.margin *= 1 + sign * 0.02;
            assert_int_equal(stability_judge(&limit, &reason), VERDICT_FAILS);
            if (!isnan(closed.limit_closed))
                assert_int_equal(stability_judge(&closed, &reason), VERDICT_FAILS);
            assert_int_equal(stability_judge(&radius, &reason), VERDICT_FAILS);
            radius.growth.settled = false;
            assert_int_equal(stability_judge(&radius, &reason), VERDICT_INCONCLUSIVE);
            assert_non_null(strstr(reason, "did not settle"));
            lost.growth.log_factor = INFINITY;
            assert_int_equal(stability_judge(&lost, &reason), VERDICT_INCONCLUSIVE);
            assert_non_null(strstr(reason, "beyond the range of numbers"));
            lost = good;
            lost.margin = NAN;
            assert_int_equal(stability_judge(&lost, &reason), VERDICT_INCONCLUSIVE);
            assert_non_null(strstr(reason, "beyond the range of numbers"));
            lost = good;
            lost.limit_measured = NAN;
            assert_int_equal(stability_judge(&lost, &reason), VERDICT_INCONCLUSIVE);
            assert_non_null(strstr(reason, "near the limit"));
        }
    }
}

/* A rule that is run with another parameter than theory has does not pass. */
static void a_slip_in_a_rule_fails(void **state)
{
    (void)state;
    const struct rule right = CHECK_RULE("pnm lr=0.4 beta0=1 beta1=0.9"),
                      wrong = CHECK_RULE("pnm lr=0.4 beta0=1.05 beta1=0.9");
    struct stability mixed = exact_of(&right);
    const char *reason;
    stability_measure(&mixed, &wrong, &one, 1);
    assert_int_equal(stability_judge(&mixed, &reason), VERDICT_FAILS);
}

/* Values computed with 60 digits by tests/stability_vectors.py: of every linear rule at
 * beta1 from 1 - 1e-6 to 1 - 2^-53, with both weight decays. */
struct known {
    struct rule rule;
    double h[2];
    size_t n;
    double from, to, margin, best_lr, best_margin;
};

static double number_or_nan(const char *word)
{
    return strcmp(word, "-") == 0 ? NAN : strtod(word, NULL);
}

static void read_known(const char *line, struct known *known)
{
    char rule[160], spectrum[80], kind[16], word[5][40], *rest;
    double lambda;
    assert_int_equal(sscanf(line,
                            "%159[^;]; %lf %15[a-z0-9]; %79[^;]; %39s %39s %39s %39s "
                            "%39s",
                            rule, &lambda, kind, spectrum, word[0], word[1], word[2],
                            word[3], word[4]),
                     9);
    *known = (struct known){
        .rule = CHECK_RULE("%s", rule),
        .from = number_or_nan(word[0]),
        .to = number_or_nan(word[1]),
        .margin = number_or_nan(word[2]),
        .best_lr = number_or_nan(word[3]),
        .best_margin = number_or_nan(word[4]),
    };
    known->rule.decay = (struct decay){lambda, strcmp(kind, "decoupled") == 0};
    known->h[known->n++] = strtod(spectrum, &rest);
    if (*rest)
        known->h[known->n++] = strtod(rest, NULL);
}

static void values_are_those_of_60_digits(void **state)
{
    (void)state;
    FILE *file = fopen("tests/vectors/stability.txt", "r");
    char line[512];
    int lines = 0;
    assert_non_null(file);
    for (; fgets(line, sizeof line, file); lines++) {
        struct known known;
        struct stability s;
        struct error error;
        read_known(line, &known);
        assert_int_equal(stability_exact(&s, &known.rule, known.h, known.n, &error),
                         STATUS_OK);
        CHECK_NEAR(s.margin, known.margin, 1e-9, 0);
        CHECK_NEAR(s.interval.from, known.from, 1e-9, 0);
        CHECK_NEAR(s.interval.to, known.to, 1e-9, 0);
        if (!isnan(s.limit_closed))
            CHECK_NEAR(s.limit_closed, s.interval.to, 1e-9, 0);
        /* Where two roots meet at 0, the rounding of the rate leaves its root. */
        CHECK_NEAR(s.best.margin, known.best_margin,
                   known.best_margin > 0.99 ? 1e-6 : 1e-9, 0);
        CHECK_NEAR(s.best.lr, known.best_lr, 1e-6, 0);
    }
    fclose(file);
    CHECK_COMPARE(lines, >, 90);
}

/* Chains of a momentum near 1 do not tell in 2^20 steps: neither `holds`, whatever the
 * tolerance, nor `fails`. */
static void a_momentum_near_1_is_inconclusive(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "pnm lr=0.1 beta1=0.99999999999999989",
        "heavy_ball lr=0.1 beta3=1 beta1=0.99999999999999989",
        "pnm_eq7 lr=0.001 beta1=0.999999999999 beta0=1000",
    };
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
        const struct rule rule = CHECK_RULE("%s", rules[k]);
        struct stability s = exact_of(&rule);
        const char *reason;
        CHECK(s.margin > 0, "%s: margin %g", rules[k], s.margin);
        stability_measure(&s, &rule, &one, 1);
        assert_int_equal(stability_judge(&s, &reason), VERDICT_INCONCLUSIVE);
        assert_non_null(reason);
    }
}

static void rules_without_theory_are_probed(void **state)
{
    (void)state;
    struct rule rule = CHECK_RULE("pnm lr=0.4");
    struct rule_kind own = *rule.kind;
    enum exact_source source;
    const double known = radius_of(&rule, &one, 1, &source);
    assert_int_equal(source, EXACT_MATRIX);
    own.name = "somebodys_own";
    rule.kind = &own;
    CHECK_NEAR(radius_of(&rule, &one, 1, &source), known, 1e-12, 0);
    assert_int_equal(source, EXACT_PROBED);
    CHECK_NAN(stability_limit_closed(&rule, &one, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_agree_in_four_ways),
        cmocka_unit_test(measured_limits_of_pnm_are_the_closed_form),
        cmocka_unit_test(a_spectrum_is_stable_where_all_of_it_is),
        cmocka_unit_test(no_limit_is_0_or_infinity),
        cmocka_unit_test(measured_rates_are_the_spectral_radius),
        cmocka_unit_test(growth_has_its_extremes),
        cmocka_unit_test(sgd_is_best_at_the_textbook_rate),
        cmocka_unit_test(heavy_ball_is_best_at_polyaks_rate),
        cmocka_unit_test(a_level_stretch_gives_its_lower_end),
        cmocka_unit_test(pnm_is_best_where_no_other_rate_is_better),
        cmocka_unit_test(steps_are_those_of_a_run),
        cmocka_unit_test(what_is_2_percent_off_fails),
        cmocka_unit_test(a_slip_in_a_rule_fails),
        cmocka_unit_test(values_are_those_of_60_digits),
        cmocka_unit_test(a_momentum_near_1_is_inconclusive),
        cmocka_unit_test(rules_without_theory_are_probed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
