/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_exact.c: what exact theory says of the linear rules, at 420 settings drawn from
 * a seed, against the 50 digits of tests/vectors/exact.txt, which
 * tests/exact_vectors.py makes with code of its own. eta h reaches from 1e-12 to 0.9999
 * of the limit, beta1 to 1 - 1e-12, beta0 from -50 to 1000, with both weight decays and
 * pairs of modes. */
#include "check.h"

#include "engine/plan.h"
#include "theory/stein.h"
#include "theory/theory.h"

#include <gsl/gsl_errno.h>

enum { MOST = 1000, LEAST = 300 };

struct setting {
    char text[256];
    struct rule rule;
    double h_i, h_j, c;
    double covariance, margin, mean, variance, settled;
    uint64_t t;
};

static void read_matrices(const char *line, struct matrices *matrices)
{
    double number[2 * MATRICES_STATE * MATRICES_STATE + MATRICES_STATE];
    char *end;
    const int n = (int)strtol(line, &end, 10);
    CHECK(n >= 1 && n <= MATRICES_STATE, "matrices %s", line);
    for (int k = 0; k < 2 * n * n + n; k++)
        number[k] = strtod(end, &end);
    *matrices = (struct matrices){.b = {0}};
    for (int r = 0; r < n; r++) {
        for (int c = 0; c < n; c++) {
            matrices->a0[r * MATRICES_STATE + c] = number[r * n + c];
            matrices->a1[r * MATRICES_STATE + c] = number[n * n + r * n + c];
        }
        matrices->b[r] = number[2 * n * n + r];
    }
}

/* Takes a line; true if it ends a setting. */
static bool take_line(const char *line, struct setting *s)
{
    char word[32] = "";
    int at = 0;
    if (sscanf(line, "%31s %n", word, &at) < 1 || word[0] == '#')
        return false;
    const char *rest = line + at;
    char *end;
    if (strcmp(word, "rule") == 0) {
        snprintf(s->text, sizeof s->text, "%.*s", (int)strcspn(rest, "\n"), rest);
        s->rule = CHECK_RULE("%s", s->text);
    } else if (strcmp(word, "decay") == 0) {
        s->rule.decay.lambda = strtod(rest, &end);
        s->rule.decay.decoupled = strtol(end, &end, 10) != 0;
    } else if (strcmp(word, "matrices") == 0) {
        read_matrices(rest, &s->rule.matrices);
    } else if (strcmp(word, "pair") == 0) {
        s->h_i = strtod(rest, &end);
        s->h_j = strtod(end, &end);
        s->c = strtod(end, &end);
    } else if (strcmp(word, "covariance") == 0) {
        s->covariance = strtod(rest, &end);
    } else if (strcmp(word, "margin") == 0) {
        s->margin = strtod(rest, &end);
    } else if (strcmp(word, "at") == 0) {
        s->t = strtoull(rest, &end, 10);
        s->mean = strtod(end, &end);
        s->variance = strtod(end, &end);
    } else {
        CHECK(strcmp(word, "mean") == 0, "unknown line: %s", line);
        s->settled = strtod(rest, &end);
        return true;
    }
    return false;
}

static struct setting *settings; /* read by main's set-up, MOST at most */
static int count;

static int read_settings(void **state)
{
    char line[1024];
    FILE *file = fopen("tests/vectors/exact.txt", "r");
    (void)state;
    settings = calloc(MOST, sizeof *settings);
    if (!file || !settings)
        return -1;
    while (count < MOST && fgets(line, sizeof line, file))
        count += take_line(line, &settings[count]);
    fclose(file);
    return 0;
}

static int free_settings(void **state)
{
    (void)state;
    free(settings);
    return 0;
}

static double relative(double value, double expected)
{
    return fabs(value - expected) / (expected == 0 ? 1 : fabs(expected));
}

/* How many answers are off by more than 1e-9, and the worst. At most one in twenty may
 * be. */
struct score {
    int off;
    double worst;
    const char *where;
};

static void add_score(struct score *score, double error, const char *where)
{
    score->off += !(error <= 1e-9);
    if (!(error <= score->worst)) {
        score->worst = error;
        score->where = where;
    }
}

static void check_score(const char *what, const struct score *score)
{
    print_message("%s: %d of %d off by more than 1e-9, the worst by %.2g: %s\n", what,
                  score->off, count, score->worst, score->where ? score->where : "");
    CHECK(count >= LEAST, "%d settings", count);
    CHECK(score->off * 20 <= count, "%s: %d of %d are off", what, score->off, count);
}

/* What is off by more than 1e-9 says so, and not by more than a hundred times. */
static void check_bound(const struct setting *s, double value, double bound)
{
    const double error = fabs(value - s->covariance);
    CHECK(error <= bound, "%s, h = %g, %g: off by %g, said to be at most %g", s->text,
          s->h_i, s->h_j, error, bound);
    CHECK(!(error > 1e-9 * fabs(s->covariance)) || bound <= 100 * error,
          "%s, h = %g, %g: off by %g, said to be %g", s->text, s->h_i, s->h_j, error,
          bound);
}

static void covariances(void **state)
{
    struct score score = {0};
    struct error error;
    (void)state;
    for (int k = 0; k < count; k++) {
        const struct setting *s = &settings[k];
        enum exact_source source;
        double value, bound;
        CHECK_OK(theory_covariance_bounded(&s->rule, s->h_i, s->h_j, s->c, &value,
                                           &bound, &source, &error),
                 &error);
        add_score(&score, relative(value, s->covariance), s->text);
        check_bound(s, value, bound);
    }
    check_score("covariance", &score);
}

/* Closed forms by their equations. */
static void covariances_from_matrices(void **state)
{
    struct score score = {0};
    struct error error;
    (void)state;
    for (int k = 0; k < count; k++) {
        const struct setting *s = &settings[k];
        struct linear_system i, j;
        double value, bound;
        theory_system(&s->rule, s->h_i, &i);
        theory_system(&s->rule, s->h_j, &j);
        CHECK_OK(stein_covariance(&i, &j, s->c, &value, &bound, &error), &error);
        add_score(&score, relative(value, s->covariance), s->text);
        check_bound(s, value, bound);
    }
    check_score("from matrices", &score);
}

/* The control: the same equations from A as doubles have it. */
static void round_matrix(struct linear_system *system)
{
    for (int r = 0; r < system->dim; r++)
        for (int c = 0; c < system->dim; c++)
            system->e[r * system->dim + c] =
                (quad)linear_system_element(system, r, c) - (r == c ? 1 : 0);
}

static void rounded_matrices_are_noticed(void **state)
{
    struct score score = {0};
    struct error error;
    (void)state;
    for (int k = 0; k < count; k++) {
        const struct setting *s = &settings[k];
        struct linear_system i, j;
        double value = NAN;
        theory_system(&s->rule, s->h_i, &i);
        theory_system(&s->rule, s->h_j, &j);
        round_matrix(&i);
        round_matrix(&j);
        if (stein_covariance(&i, &j, s->c, &value, NULL, &error) != STATUS_OK)
            value = NAN;
        add_score(&score, relative(value, s->covariance), s->text);
    }
    print_message("from rounded matrices %d of %d are off\n", score.off, count);
    CHECK(score.off * 5 > count, "%d of %d are off", score.off, count);
}

/* Moves every element by `size` of itself, up or down. */
static void disturb(struct linear_system *system, double size, uint64_t *random)
{
    system->roundoff = size;
    for (int k = 0; k < system->dim * system->dim; k++) {
        system->slack[k] = fabs((double)system->e[k]);
        system->e[k] *= 1 + (check_uniform(random, -1, 1) < 0 ? -size : size);
    }
    for (int k = 0; k < system->samples; k++)
        for (int r = 0; r < system->dim; r++)
            system->b[k][r] *= 1 + (check_uniform(random, -1, 1) < 0 ? -size : size);
}

/* Elements that are known to 2^-53 alone: what is off by more than 1e-9 says so, not
 * too little, and seldom more than a hundred times too much, where signs cancel by
 * chance. */
static void bounds_are_sharp(void **state)
{
    uint64_t random = 15;
    int off = 0, sharp = 0;
    struct error error;
    (void)state;
    for (int turn = 0; turn < 5; turn++)
        for (int k = 0; k < count; k++) {
            const struct setting *s = &settings[k];
            struct linear_system i, j;
            double value, bound;
            theory_system(&s->rule, s->h_i, &i);
            theory_system(&s->rule, s->h_j, &j);
            disturb(&i, 0x1p-53, &random);
            if (s->h_i == s->h_j)
                j = i;
            else
                disturb(&j, 0x1p-53, &random);
            CHECK_OK(stein_covariance(&i, &j, s->c, &value, &bound, &error), &error);
            const double lost = fabs(value - s->covariance);
            CHECK(lost <= 1.1 * bound, "%s, h = %g, %g: off by %g, said to be %g",
                  s->text, s->h_i, s->h_j, lost, bound);
            if (lost > 1e-9 * fabs(s->covariance)) {
                off++;
                sharp += bound <= 100 * lost;
            }
        }
    print_message("%d are off by more than 1e-9, %d of them say so sharply\n", off,
                  sharp);
    CHECK(off >= 50 && sharp * 20 >= off * 19, "%d of %d", sharp, off);
}

/* The same rule as one without a theory file, which is probed. */
static struct rule without_theory(const struct setting *s, struct rule_kind *own)
{
    struct rule rule = s->rule;
    *own = *s->rule.kind;
    own->name = "somebodys_own";
    rule.kind = own;
    return rule;
}

/* The implemented step knows its coefficients as doubles, 1 - beta1^2 for one. */
static void probed_covariances_say_what_they_lack(void **state)
{
    struct score score = {0};
    struct error error;
    (void)state;
    for (int k = 0; k < count; k++) {
        const struct setting *s = &settings[k];
        struct rule_kind own;
        const struct rule rule = without_theory(s, &own);
        enum exact_source source;
        double value, bound;
        CHECK_OK(theory_covariance_bounded(&rule, s->h_i, s->h_j, s->c, &value, &bound,
                                           &source, &error),
                 &error);
        assert_int_equal(source, EXACT_PROBED);
        add_score(&score, relative(value, s->covariance), s->text);
        check_bound(s, value, bound);
    }
    check_score("probed", &score);
    CHECK(score.off > 0, "none is off, so that nothing was said");
}

/* 1 - rho, which is 3e-16 to 1, of written-out and of probed rules; stable are all. */
static void margins(void **state)
{
    struct score written = {0}, radius = {0};
    (void)state;
    for (int k = 0; k < count; k++) {
        const struct setting *s = &settings[k];
        struct linear_system system;
        theory_system(&s->rule, s->h_i, &system);
        add_score(&written, relative(check_margin(&system), s->margin), s->text);
        add_score(&radius, relative(1 - check_margin(&system), 1 - s->margin), s->text);
        linear_system_probe(&s->rule, s->h_i, &system);
        CHECK(check_margin(&system) > 0, "%s, h = %g: 1 - rho is %g", s->text, s->h_i,
              check_margin(&system));
    }
    check_score("1 - rho", &written);
    check_score("rho", &radius);
}

/* After 1 / (1 - rho) steps. */
static void transients(void **state)
{
    struct score mean = {0}, variance = {0};
    (void)state;
    for (int k = 0; k < count; k++) {
        const struct setting *s = &settings[k];
        struct linear_system system;
        double m, v;
        theory_system(&s->rule, s->h_i, &system);
        linear_system_at(&system, &system, 1, 1, s->t, &m, &v);
        add_score(&mean, relative(m, s->mean), s->text);
        add_score(&variance, relative(v, s->variance), s->text);
    }
    check_score("mean at t", &mean);
    check_score("variance at t", &variance);
}

static void means(void **state)
{
    struct score written = {0}, probed = {0};
    struct error error;
    (void)state;
    for (int k = 0; k < count; k++) {
        const struct setting *s = &settings[k];
        struct rule_kind own;
        const struct rule rule = without_theory(s, &own);
        double mean[LINEAR_STATE];
        CHECK_OK(theory_mean(&s->rule, s->h_i, 1, mean, &error), &error);
        add_score(&written, relative(mean[0], s->settled), s->text);
        CHECK_OK(theory_mean(&rule, s->h_i, 1, mean, &error), &error);
        add_score(&probed, relative(mean[0], s->settled), s->text);
    }
    check_score("stationary mean", &written);
    check_score("stationary mean, probed", &probed);
}

/* What is planned with needs six digits, and doubles that carry A - I have them. */
static void plans(void **state)
{
    struct score stationary = {0}, mean = {0};
    const struct linear_system one = {.dim = 1};
    struct error error;
    (void)state;
    for (int k = 0; k < count; k++) {
        const struct setting *s = &settings[k];
        struct linear_system i, j;
        double q[LINEAR_SIZE], covariance[LINEAR_SIZE], start[LINEAR_SIZE] = {1};
        theory_system(&s->rule, s->h_i, &i);
        theory_system(&s->rule, s->h_j, &j);
        linear_system_noise(&i, &j, s->c, q);
        CHECK_OK(linear_system_stationary(&i, &j, q, covariance, &error), &error);
        linear_system_power(&i, &one, s->t, start);
        add_score(&stationary, 1e-3 * relative(covariance[0], s->covariance), s->text);
        add_score(&mean, 1e-3 * relative(start[0], s->mean), s->text);
    }
    check_score("planned covariance, in thousandths", &stationary);
    check_score("planned mean, in thousandths", &mean);
}

/* S = A S A' + R with A = 1 has no solution; with A = 1/2 it is 4/3 R. */
static void an_equation_without_solution_is_refused(void **state)
{
    struct linear_system one = {.dim = 1, .samples = 1, .e = {0}};
    const quad right = 3;
    quad s = 0;
    struct error error;
    (void)state;
    assert_int_equal(stein_equation(&one, &one, &right, &s, &error), STATUS_SOFTWARE);
    one.e[0] = -0.5;
    CHECK_OK(stein_equation(&one, &one, &right, &s, &error), &error);
    CHECK_NEAR((double)s, 4, 1e-15, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(covariances),
        cmocka_unit_test(covariances_from_matrices),
        cmocka_unit_test(rounded_matrices_are_noticed),
        cmocka_unit_test(bounds_are_sharp),
        cmocka_unit_test(probed_covariances_say_what_they_lack),
        cmocka_unit_test(margins),
        cmocka_unit_test(transients),
        cmocka_unit_test(means),
        cmocka_unit_test(an_equation_without_solution_is_refused),
        cmocka_unit_test(plans),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, read_settings, free_settings);
}
