/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_papers.c: the rules that PyTorch lacks, or has otherwise than their papers,
 * against a second implementation straight from the papers (and from the authors'
 * code): a scalar at a time, in long double, with powl and with whole histories. And
 * identities between rules. */
#include "check.h"

typedef long double real;

enum { STEPS = 300, SEEDS = 4 };

/* A run: gradients and, after each step, theta; t counts from 1 as in the papers. */
struct run {
    const struct rule *rule;
    real g[STEPS + 1], theta[STEPS + 1];
    /* Means as the papers index them. */
    real m[STEPS + 1], v[STEPS + 1], vmax[STEPS + 1];
};

static real par(const struct run *run, const char *name)
{
    return rule_parameter(run->rule, name);
}

static bool torch_code(const struct run *run)
{
    return par(run, "convention") != 0;
}

/* m_t, v_t and the largest v of the Adam family. */
static void means(struct run *run)
{
    const real beta1 = par(run, "beta1"), beta2 = par(run, "beta2");
    for (int t = 1; t <= STEPS; t++) {
        const real g = run->g[t];
        run->m[t] = beta1 * run->m[t - 1] + (1 - beta1) * g;
        run->v[t] = beta2 * run->v[t - 1] + (1 - beta2) * g * g;
        run->vmax[t] = fmaxl(run->vmax[t - 1], run->v[t]);
    }
}

static real bias(const struct run *run, const char *beta, int t)
{
    return 1 - powl(par(run, beta), t);
}

static void qhm(struct run *run)
{
    const real beta = par(run, "beta1"), nu = par(run, "nu");
    for (int t = 1; t <= STEPS; t++) {
        run->m[t] = beta * run->m[t - 1] + (1 - beta) * run->g[t];
        run->theta[t] = run->theta[t - 1] -
                        par(run, "lr") * ((1 - nu) * run->g[t] + nu * run->m[t]);
    }
}

/* The sum of all past gradients times 1 + 0.9^k + 0.99^k, a third of it. */
static void aggmo(struct run *run)
{
    for (int t = 1; t <= STEPS; t++) {
        real sum = 0;
        for (int s = 1; s <= t; s++)
            for (int k = 0; k < 3; k++)
                sum += powl(k == 0   ? 0
                            : k == 1 ? (real)0.9
                                     : (real)0.99,
                            t - s) *
                       run->g[s];
        run->theta[t] = run->theta[t - 1] - par(run, "lr") / 3 * sum;
    }
}

static void adam(struct run *run)
{
    means(run);
    for (int t = 1; t <= STEPS; t++)
        run->theta[t] =
            run->theta[t - 1] -
            par(run, "lr") * (run->m[t] / bias(run, "beta1", t)) /
                (sqrtl(run->v[t] / bias(run, "beta2", t)) + par(run, "epsilon"));
}

static void amsgrad(struct run *run)
{
    means(run);
    for (int t = 1; t <= STEPS; t++) {
        const bool torch = torch_code(run);
        const real mhat = run->m[t] / (torch ? bias(run, "beta1", t) : 1);
        const real vhat = run->vmax[t] / (torch ? bias(run, "beta2", t) : 1);
        run->theta[t] = run->theta[t - 1] -
                        par(run, "lr") * mhat / (sqrtl(vhat) + par(run, "epsilon"));
    }
}

static void adabound(struct run *run)
{
    const real gamma = par(run, "bound-gamma"), final = par(run, "final-lr");
    means(run);
    for (int t = 1; t <= STEPS; t++) {
        real rate = par(run, "lr");
        if (torch_code(run))
            rate *= sqrtl(bias(run, "beta2", t)) / bias(run, "beta1", t);
        rate /= sqrtl(run->v[t]) + par(run, "epsilon");
        rate = fmaxl(rate, final - final / (gamma * t + 1));
        rate = fminl(rate, final + final / (gamma * t));
        if (!torch_code(run))
            rate /= sqrtl(t);
        run->theta[t] = run->theta[t - 1] - rate * run->m[t];
    }
}

static void padam(struct run *run)
{
    const real p = par(run, "partial"), epsilon = par(run, "epsilon");
    means(run);
    for (int t = 1; t <= STEPS; t++) {
        real rate = par(run, "lr"), below;
        if (torch_code(run)) {
            rate *= sqrtl(bias(run, "beta2", t)) / bias(run, "beta1", t);
            below = powl(sqrtl(run->vmax[t]) + epsilon, 2 * p);
        } else {
            below = powl(run->vmax[t], p) + epsilon;
        }
        run->theta[t] = run->theta[t - 1] - rate * run->m[t] / below;
    }
}

static void yogi(struct run *run)
{
    const real beta1 = par(run, "beta1"), beta2 = par(run, "beta2");
    run->m[0] = run->v[0] = torch_code(run) ? (real)1e-6 : 0;
    for (int t = 1; t <= STEPS; t++) {
        const real square = run->g[t] * run->g[t], apart = run->v[t - 1] - square;
        run->m[t] = beta1 * run->m[t - 1] + (1 - beta1) * run->g[t];
        run->v[t] = run->v[t - 1] - (1 - beta2) * ((apart > 0) - (apart < 0)) * square;
        real above = run->m[t], below = sqrtl(run->v[t]);
        if (torch_code(run)) {
            above /= bias(run, "beta1", t);
            below /= sqrtl(bias(run, "beta2", t));
        }
        run->theta[t] =
            run->theta[t - 1] - par(run, "lr") * above / (below + par(run, "epsilon"));
    }
}

static void radam(struct run *run)
{
    const real beta2 = par(run, "beta2"), limit = 2 / (1 - beta2) - 1;
    means(run);
    for (int t = 1; t <= STEPS; t++) {
        const real rho = limit - 2 * t * powl(beta2, t) / bias(run, "beta2", t);
        const real mhat = run->m[t] / bias(run, "beta1", t);
        real step = mhat;
        if (rho > (torch_code(run) ? 5 : 4)) {
            const real r = sqrtl((rho - 4) * (rho - 2) * limit /
                                 ((limit - 4) * (limit - 2) * rho));
            const real root = sqrtl(bias(run, "beta2", t)), v = sqrtl(run->v[t]);
            const real epsilon = par(run, "epsilon");
            step *=
                torch_code(run) ? r * root / (v + epsilon) : r / (v / root + epsilon);
        }
        run->theta[t] = run->theta[t - 1] - par(run, "lr") * step;
    }
}

static void adapnm(struct run *run)
{
    const real beta0 = par(run, "beta0"), epsilon = par(run, "epsilon");
    const real beta = par(run, "beta1") * par(run, "beta1");
    const bool normalized = par(run, "lr-normalization") != 0;
    const real gamma = (1 + beta0) * (1 + beta0) + beta0 * beta0;
    means(run);
    for (int t = 1; t <= STEPS; t++) {
        run->m[t] = beta * (t >= 2 ? run->m[t - 2] : 0) + (1 - beta) * run->g[t];
        const real mhat =
            ((1 + beta0) * run->m[t] - beta0 * run->m[t - 1]) / bias(run, "beta1", t);
        const real vhat = (par(run, "amsgrad") != 0 ? run->vmax[t] : run->v[t]) /
                          bias(run, "beta2", t);
        const real below = par(run, "epsilon-inside") != 0 ? sqrtl(vhat + epsilon)
                                                           : sqrtl(vhat) + epsilon;
        run->theta[t] = run->theta[t - 1] -
                        par(run, "lr") / (normalized ? sqrtl(gamma) : 1) * mhat / below;
    }
}

/* Gradients of changing size, zeros among them; the last seed's first one is 0. */
static void draw_gradients(uint64_t seed, struct run *run)
{
    const bool starts_at_zero = seed == SEEDS;
    for (int t = 1; t <= STEPS; t++) {
        const double size = t % 100 < 50 ? 3 : 0.1;
        run->g[t] = check_word(&seed) % 8 == 0 ? 0 : size * check_normal(&seed);
    }
    if (starts_at_zero)
        run->g[1] = 0;
}

static void compare(const char *text, void (*paper)(struct run *), double rtol)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct rule rule = CHECK_RULE("%s", text);
        struct run run = {.rule = &rule};
        /* The update alone; test_decay looks at what decay does around it. */
        rule.decay.lambda = 0;
        double theta = 1, slot[RULE_MAX_SLOTS] = {0}, moved = 0;
        draw_gradients(seed, &run);
        run.theta[0] = theta;
        paper(&run);
        for (int t = 1; t <= STEPS; t++) {
            const double g = (double)run.g[t], last = theta;
            rule.kind->step(&rule, (uint64_t)t - 1, 1, &g, &theta, slot);
            moved = fmax(moved, fabs(theta - last));
            const double expected = (double)run.theta[t];
            CHECK(fabs(theta - expected) <= rtol * fmax(fabs(expected), moved),
                  "%s: step %d is at %.17g, expected %.17g", text, t, theta, expected);
        }
        CHECK(moved > 0, "%s does not move", text);
    }
}

static void test_papers(void **state)
{
    static const struct {
        const char *text;
        void (*paper)(struct run *);
    } cases[] = {
        {"qhm lr=0.1", qhm},
        {"qhm lr=0.1 beta1=0.5 nu=1.5", qhm},
        {"aggmo lr=0.1", aggmo},
        {"adam lr=0.1", adam},
        {"adamw lr=0.1 beta1=0.5 beta2=0.9 epsilon=0.1", adam},
        {"amsgrad lr=0.1 convention=paper", amsgrad},
        {"amsgrad lr=0.1 beta2=0.9 epsilon=0.1 convention=paper", amsgrad},
        {"amsgrad lr=0.1 beta2=0.9 epsilon=0.1 convention=torch", amsgrad},
        {"adabound lr=0.001 convention=paper", adabound},
        {"adabound lr=0.1 beta2=0.9 bound-gamma=0.1 convention=paper", adabound},
        {"adabound lr=0.001 convention=torch", adabound},
        {"adabound lr=0.1 final-lr=0.05 epsilon=0.1 bound-gamma=0.1 convention=torch",
         adabound},
        {"padam lr=0.1 convention=paper", padam},
        {"padam lr=0.1 beta2=0.9 epsilon=0.1 partial=0.25 convention=paper", padam},
        {"padam lr=0.1 partial=0.5 convention=torch", padam},
        {"padam lr=0.1 beta2=0.9 epsilon=0.1 convention=torch", padam},
        {"yogi lr=0.1 convention=paper", yogi},
        {"yogi lr=0.1 beta1=0.5 beta2=0.9 epsilon=0.1 convention=paper", yogi},
        {"yogi lr=0.1 convention=torch", yogi},
        {"yogi lr=0.1 beta1=0.5 beta2=0.9 epsilon=1e-8 convention=torch", yogi},
        {"radam lr=0.1 beta1=0.5 beta2=0.9 epsilon=0.1 convention=paper", radam},
        {"radam lr=0.1 beta1=0.5 beta2=0.9 epsilon=0.1 convention=torch", radam},
        {"radam lr=0.1 beta2=0.55 convention=paper", radam},
        {"adapnm lr=0.1", adapnm},
        {"adapnm lr=0.1 beta0=3 beta1=0.5 beta2=0.9 epsilon=0.1", adapnm},
        {"adapnm lr=0.1 beta2=0.9 amsgrad=off", adapnm},
        {"adapnm lr=0.1 beta0=-0.3 amsgrad=off epsilon=0.1 epsilon-inside=on", adapnm},
        {"adapnm lr=0.1 epsilon-inside=on lr-normalization=off", adapnm},
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        compare(cases[k].text, cases[k].paper, 1e-12);
    /* rho_t = 2/(1-beta2) - 1 - ... is a difference of two numbers of 2000, of which
     * the second is divided by 1-beta2^t = 0.005, rounded to 2^-54: 4e-11 absolute.
     * PyTorch computes it so, too. */
    compare("radam lr=0.1 convention=paper", radam, 1e-9);
    compare("radam lr=0.1 convention=torch", radam, 1e-9);
}

/* The first adaptive step of the default beta2: rho_t - 4 is 0.999 at t = 5. */
static void test_radam_begins(void **state)
{
    static const char *const texts[] = {"radam lr=1 epsilon=0 convention=paper",
                                        "radam lr=1 epsilon=0 convention=torch"};
    (void)state;
    for (int convention = 0; convention < 2; convention++) {
        const struct rule rule = CHECK_RULE("%s", texts[convention]);
        double slot[RULE_MAX_SLOTS] = {0};
        for (uint64_t t = 0; t < 8; t++) {
            double theta = 0, g = 5;
            rule.kind->step(&rule, t, 1, &g, &theta, slot);
            /* mhat = 5; adaptive steps are below 1. */
            const bool adaptive = fabs(theta) < 1;
            assert_int_equal(adaptive, t + 1 >= (convention ? 6 : 5));
        }
    }
}

/* Yogi's sign is 0 where v is g^2 exactly. */
static void test_yogi_stays(void **state)
{
    const struct rule rule = CHECK_RULE("yogi lr=0.1 convention=paper");
    double theta = 0, slot[RULE_MAX_SLOTS] = {0, 0.25}, g = 0.5;
    (void)state;
    rule.kind->step(&rule, 1, 1, &g, &theta, slot);
    assert_true(slot[1] == 0.25);
    g = 0.75;
    rule.kind->step(&rule, 2, 1, &g, &theta, slot);
    assert_true(slot[1] > 0.25);
}

/* --- identities ------------------------------------------------------------------- */

/* Largest |theta - theta'| over largest |theta| of two rules on 1/2 h theta^2 with the
 * same noise, 2000 steps. */
static double apart(const struct rule *a, const struct rule *b)
{
    const double h = 0.7;
    double x[1 + RULE_MAX_SLOTS] = {1}, y[1 + RULE_MAX_SLOTS] = {1};
    double largest = 0, difference = 0;
    uint64_t random = 5;
    for (uint64_t t = 0; t < 2000; t++) {
        const double noise = check_normal(&random);
        const double g = h * x[0] + noise, k = h * y[0] + noise;
        a->kind->step(a, t, 1, &g, x, x + 1);
        b->kind->step(b, t, 1, &k, y, y + 1);
        largest = fmax(largest, fabs(y[0]));
        difference = fmax(difference, fabs(x[0] - y[0]));
    }
    return difference / largest;
}

/* The same rule; and not if a parameter of the first is off by 1e-6. */
static void check_twins(const struct rule *a, const struct rule *b, const char *off)
{
    struct rule wrong = *a;
    const double same = apart(a, b);
    CHECK(same <= 1e-13, "%s is not %s: apart by %.3g", a->kind->name, b->kind->name,
          same);
    check_set(&wrong, off, rule_parameter(a, off) * (1 + 1e-6));
    const double noticed = apart(&wrong, b);
    CHECK(noticed > 1e-10, "%s off by 1e-6: apart by %.3g only", off, noticed);
}

static void test_qhm_limits(void **state)
{
    (void)state;
    for (double beta = 0.3; beta < 1; beta += 0.3) {
        struct rule qhm_rule = CHECK_RULE("qhm lr=0.1 nu=1 beta1=%.17g", beta);
        struct rule other =
            CHECK_RULE("heavy_ball lr=0.1 beta1=%.17g beta3=%.17g", beta, 1 - beta);
        check_twins(&qhm_rule, &other, "nu");
        check_set(&qhm_rule, "nu", 0);
        other = CHECK_RULE("sgd lr=0.1");
        check_twins(&qhm_rule, &other, "lr");
        /* nu = beta1: (1-beta1) (g + beta1 d) of Nesterov's d = (1-beta1)^-1 m. */
        check_set(&qhm_rule, "nu", beta);
        other = CHECK_RULE("nesterov lr=%.17g beta1=%.17g", 0.1 * (1 - beta), beta);
        check_twins(&qhm_rule, &other, "nu");
    }
}

/* For given gradients AggMo moves by the mean of what three Heavy Balls move. */
static void test_aggmo_is_a_mean(void **state)
{
    static const double betas[] = {0, 0.9, 0.99};
    const struct rule rule = CHECK_RULE("aggmo lr=0.1");
    struct rule balls[3];
    double theta[4] = {0}, slot[4][RULE_MAX_SLOTS] = {{0}};
    uint64_t random = 6;
    (void)state;
    for (int k = 0; k < 3; k++)
        balls[k] = CHECK_RULE("heavy_ball lr=0.1 beta1=%.17g beta3=1", betas[k]);
    for (uint64_t t = 0; t < 1000; t++) {
        const double g = check_normal(&random);
        rule.kind->step(&rule, t, 1, &g, &theta[3], slot[3]);
        for (int k = 0; k < 3; k++)
            balls[k].kind->step(&balls[k], t, 1, &g, &theta[k], slot[k]);
        CHECK_NEAR(theta[3], (theta[0] + theta[1] + theta[2]) / 3, 1e-13, 1e-13);
    }
}

/* beta0 = -beta1/(1+beta1): the pair's mean M_t = (m_t + beta1 m_{t-1})/(1+beta1) obeys
 * M_t = beta1 M_{t-1} + (1-beta1) g_t, which is Adam's, from the first step on; v and
 * both bias corrections are the same. So AdaPNM is Adam, or with AMSGrad PyTorch's
 * AMSGrad, with rate lr/sqrt(gamma). */
static void test_adapnm_is_adam(void **state)
{
    (void)state;
    for (double beta = 0.3; beta < 1; beta += 0.3) {
        const double beta0 = -beta / (1 + beta);
        const double gamma = (1 + beta0) * (1 + beta0) + beta0 * beta0;
        static const char *const pairs[][2] = {
            {"adapnm lr=0.1 amsgrad=off", "adam"},
            {"adapnm lr=0.1 amsgrad=on beta2=0.9",
             "amsgrad convention=torch beta2=0.9"},
        };
        for (int k = 0; k < 2; k++) {
            const struct rule pnm =
                CHECK_RULE("%s beta0=%.17g beta1=%.17g", pairs[k][0], beta0, beta);
            const struct rule other = CHECK_RULE("%s lr=%.17g beta1=%.17g", pairs[k][1],
                                                 0.1 / sqrt(gamma), beta);
            check_twins(&pnm, &other, "beta0");
        }
    }
}

/* p = 1/2 is AMSGrad but for epsilon; a bound that never binds leaves Adam. */
static void test_limits_of_the_others(void **state)
{
    const struct rule padam_rule = CHECK_RULE("padam lr=0.1 epsilon=0 partial=0.5");
    const struct rule amsgrad_rule = CHECK_RULE("amsgrad lr=0.1 epsilon=0");
    const struct rule bound =
        CHECK_RULE("adabound lr=0.1 epsilon=0 bound-gamma=1e-30 convention=torch");
    const struct rule adam_rule = CHECK_RULE("adam lr=0.1 epsilon=0");
    (void)state;
    check_twins(&padam_rule, &amsgrad_rule, "partial");
    check_twins(&bound, &adam_rule, "beta2");
}

/* A constant gradient: mhat/g of AdaPNM for t = 1, 2, ... at beta1 = 0.9, beta0 = 1,
 * recovered from the movement, which is eta0 mhat/(|g| + epsilon) as vhat = g^2. */
static void test_adapnm_bias(void **state)
{
    static const double expected[] = {3.8, 1, 1.837, 1, 1.449, 1};
    const struct rule rule = CHECK_RULE("adapnm lr=0.1 epsilon=0");
    double slot[RULE_MAX_SLOTS] = {0};
    (void)state;
    for (uint64_t t = 0; t < 6; t++) {
        double theta = 0, g = 0.3;
        rule.kind->step(&rule, t, 1, &g, &theta, slot);
        CHECK_NEAR(-theta * sqrt(5) / 0.1, expected[t], 0, 5e-4);
    }
}

/* Orvieto et al.: z_t = theta_t - xi_t follows z' = z - eta grad f(z + xi), so that
 * theta is where gradient descent from z would be, with the last noise alone on top. */
static void test_anti_pgd_takes_its_noise_back(void **state)
{
    const double eta = 0.3, h = 1.7;
    const struct rule rule = CHECK_RULE("anti_pgd lr=%.17g", eta);
    double theta = 1, slot[RULE_MAX_SLOTS] = {0}, z = 1, xi = 0;
    uint64_t random = 11;
    (void)state;
    for (uint64_t t = 0; t < 1000; t++) {
        const double noise = check_normal(&random);
        const double g[2] = {h * theta + noise, h * theta};
        z -= eta * h * (z + xi);
        xi = -eta * noise;
        rule.kind->step(&rule, t, 1, g, &theta, slot);
        CHECK_NEAR(theta, z + xi, 1e-13, 1e-14);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_papers),
        cmocka_unit_test(test_radam_begins),
        cmocka_unit_test(test_yogi_stays),
        cmocka_unit_test(test_qhm_limits),
        cmocka_unit_test(test_aggmo_is_a_mean),
        cmocka_unit_test(test_adapnm_is_adam),
        cmocka_unit_test(test_limits_of_the_others),
        cmocka_unit_test(test_adapnm_bias),
        cmocka_unit_test(test_anti_pgd_takes_its_noise_back),
    };
    return cmocka_run_group_tests_name("papers", tests, NULL, NULL);
}
