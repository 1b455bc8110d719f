/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For every loss in the list: is the gradient that of the value, do L and G bound, and
 * are they nearly attained; and does each of these checks notice a loss that is a
 * little wrong? */
#include "check.h"

#include "losses/loss.h"

enum {
    LANES = LOSS_LANES,
    DIMENSIONS = 4,
    MOST = 16,
    BLOCKS = 80,
    POINTS = BLOCKS * LANES
};

/* A number of every lane, for each coordinate. */
typedef double lanes[MOST][LANES];

static const size_t dimensions[DIMENSIONS] = {1, 2, 5, 12};

/* --- every loss ------------------------------------------------------------------- */

/* L and G (where it can be chosen) other than 1, so that a factor cannot hide. */
static struct loss loss_make(const char *name, size_t n)
{
    const struct loss_kind *kind = loss_kind_find(name);
    double parameter[LOSS_MAX_PARAMETERS];
    struct loss loss;
    struct error error;
    assert_non_null(kind);
    loss_defaults(kind, parameter);
    parameter[loss_parameter(kind, "smoothness")] = 2.5;
    if (loss_parameter(kind, "gradient-bound") >= 0)
        parameter[loss_parameter(kind, "gradient-bound")] = 0.7;
    CHECK_OK(loss_init(&loss, kind, n, parameter, &error), &error);
    assert_int_equal(loss.n, n);
    return loss;
}

static void each_loss(void (*test)(const struct loss *))
{
    const struct loss_kind *const *kind = loss_kinds();
    for (; *kind; kind++)
        for (int d = 0; d < DIMENSIONS; d++) {
            struct loss loss = loss_make((*kind)->name, dimensions[d]);
            test(&loss);
            loss_free(&loss);
        }
}

/* A gradient of its usual size: G, or that at distance 1 where there is no bound. */
static double slope_of(const struct loss *loss)
{
    return isinf(loss->gradient_bound) ? loss->smoothness : loss->gradient_bound;
}

/* The length on which a loss bends, in one coordinate. */
static double unit_of(const struct loss *loss)
{
    return slope_of(loss) / loss->smoothness / sqrt((double)loss->n);
}

static double norm(const double *x, size_t n)
{
    double square = 0;
    for (size_t i = 0; i < n; i++)
        square += x[i] * x[i];
    return sqrt(square);
}

/* f and the gradient at one point, in a lane between others that hold anything. */
static double at(const struct loss *loss, const double *x, double *gradient)
{
    enum { LANE = 37 };
    const size_t n = loss->n;
    double *block = check_alloc(2 * n * LANES, sizeof *block), value[LANES];
    for (size_t k = 0; k < n * LANES; k++)
        block[k] = k % LANES == LANE ? x[k / LANES] : (double)k - 100;
    check_loss_loops(loss)->evaluate(loss, block, block + n * LANES, value);
    for (size_t i = 0; i < n; i++)
        gradient[i] = block[(n + i) * LANES + LANE];
    free(block);
    return value[LANE];
}

/* A point at random: at all distances, all coordinates alike in one of three. */
static void point(uint64_t *random, const struct loss *loss, double *x)
{
    const double far = unit_of(loss) * exp(check_uniform(random, log(1e-3), log(1e4)));
    const double same = check_normal(random);
    const bool alike = check_word(random) % 3 == 0;
    for (size_t i = 0; i < loss->n; i++)
        x[i] = far * (alike ? same : check_normal(random));
}

/* Puts x into a lane. */
static void put(const struct loss *loss, lanes all, int lane, const double *x)
{
    for (size_t i = 0; i < loss->n; i++)
        all[i][lane] = x[i];
}

/* --- gradient against differences ------------------------------------------------- */

/* Central differences of fourth order along coordinate i, with h and h/10. */
static void differences(const struct loss *loss, const double *x, size_t i, double h,
                        double out[2])
{
    static const double steps[8] = {1, -1, 2, -2, 0.1, -0.1, 0.2, -0.2};
    const size_t n = loss->n;
    double *block = check_alloc(2 * n * LANES, sizeof *block), f[LANES];
    for (size_t k = 0; k < n * LANES; k++)
        block[k] = x[k / LANES] + (k / LANES == i ? h * steps[k % 8] : 0);
    check_loss_loops(loss)->evaluate(loss, block, block + n * LANES, f);
    for (int k = 0; k < 2; k++, h /= 10) {
        const double *v = f + 4 * k;
        out[k] = (8 * (v[0] - v[1]) - (v[2] - v[3])) / (12 * h);
    }
    free(block);
}

/* How far the gradient, and one with a slip of 1e-6, is from the differences, over what
 * rounding explains. Of two steps the better: the second derivative may jump within
 * one. */
static void gradient_errors(const struct loss *loss, const double *x, double worst[2])
{
    double gradient[MOST], found[2];
    const double value = at(loss, x, gradient);
    const double scale = unit_of(loss) * slope_of(loss);
    worst[0] = worst[1] = 0;
    for (size_t i = 0; i < loss->n; i++) {
        differences(loss, x, i, 2e-3 * unit_of(loss), found);
        for (int slip = 0; slip < 2; slip++) {
            double best = INFINITY;
            for (int k = 0; k < 2; k++) {
                const double h = unit_of(loss) * (k ? 2e-4 : 2e-3);
                const double off = found[k] - (1 + 1e-6 * slip) * gradient[i];
                const double allowed = 1e-9 * fabs(gradient[i]) +
                                       16 * DBL_EPSILON * (fabs(value) + scale) / h;
                best = fmin(best, fabs(off) / allowed);
            }
            worst[slip] = fmax(worst[slip], best);
        }
    }
}

static void check_gradient(const struct loss *loss)
{
    enum { FEW = 300 };
    uint64_t random = 1;
    int noticed = 0;
    for (int k = 0; k < FEW; k++) {
        double x[MOST];
        point(&random, loss, x);
        double off[2];
        gradient_errors(loss, x, off);
        CHECK(off[0] <= 1, "%s, n = %zu: gradient off by %.3g times what is allowed",
              loss->kind->name, loss->n, off[0]);
        noticed += off[1] > 1;
    }
    CHECK(noticed > FEW / 4, "%s, n = %zu: a slip of 1e-6 noticed at %d points only",
          loss->kind->name, loss->n, noticed);
}

static void test_gradient(void **state)
{
    (void)state;
    each_loss(check_gradient);
}

/* --- L ---------------------------------------------------------------------------- */

/* The second point of a pair: anywhere, or close to the first. */
static void partner(uint64_t *random, const struct loss *loss, const double *x,
                    double *y)
{
    if (check_word(random) % 2) {
        point(random, loss, y);
        return;
    }
    const double apart =
        unit_of(loss) * exp(check_uniform(random, log(1e-4), log(1e-1)));
    for (size_t i = 0; i < loss->n; i++)
        y[i] = x[i] + apart * check_normal(random);
}

static double largest_quotient(const struct loss *loss)
{
    uint64_t random = 2;
    double largest = 0, x[MOST], y[MOST], value[LANES];
    lanes all_x, all_y, all_gx, all_gy;
    for (int k = 0; k < BLOCKS; k++) {
        for (int lane = 0; lane < LANES; lane++) {
            point(&random, loss, x);
            partner(&random, loss, x, y);
            put(loss, all_x, lane, x);
            put(loss, all_y, lane, y);
        }
        check_loss_loops(loss)->evaluate(loss, all_x[0], all_gx[0], value);
        check_loss_loops(loss)->evaluate(loss, all_y[0], all_gy[0], value);
        for (int lane = 0; lane < LANES; lane++) {
            double apart = 0, moved = 0, out = 0;
            for (size_t i = 0; i < loss->n; i++) {
                out = hypot(out, all_x[i][lane]);
                apart = hypot(apart, all_x[i][lane] - all_y[i][lane]);
                moved = hypot(moved, all_gx[i][lane] - all_gy[i][lane]);
            }
            /* Closer pairs have no digits left in the difference. */
            if (apart > 1e-5 * unit_of(loss) && apart > 1e-6 * out)
                largest = fmax(largest, moved / apart);
        }
    }
    return largest;
}

static bool bounds(double bound, double largest)
{
    return largest <= bound * (1 + 1e-9);
}

static void check_smoothness(const struct loss *loss)
{
    const double largest = largest_quotient(loss);
    CHECK(bounds(loss->smoothness, largest), "%s, n = %zu: quotient %.17g, L %.17g",
          loss->kind->name, loss->n, largest, loss->smoothness);
    CHECK(!bounds(0.95 * loss->smoothness, largest), "%s, n = %zu: only %.4g L reached",
          loss->kind->name, loss->n, largest / loss->smoothness);
}

static void test_smoothness(void **state)
{
    (void)state;
    each_loss(check_smoothness);
}

/* --- G ---------------------------------------------------------------------------- */

/* From a point far out in the direction of the gradient there, and so on: where the
 * loss is convex, the gradient only grows. */
static double climb(const struct loss *loss, const double *start)
{
    double x[MOST], gradient[MOST], largest = 0;
    memcpy(x, start, loss->n * sizeof *x);
    for (int k = 0; k < 20; k++) {
        at(loss, x, gradient);
        const double length = norm(gradient, loss->n);
        largest = fmax(largest, length);
        for (size_t i = 0; i < loss->n; i++)
            x[i] = 1e4 * unit_of(loss) * gradient[i] / length;
    }
    return largest;
}

static double largest_gradient(const struct loss *loss)
{
    uint64_t random = 3;
    double largest = 0, x[MOST], value[LANES];
    lanes all, gradient;
    for (int k = 0; k < BLOCKS; k++) {
        for (int lane = 0; lane < LANES; lane++) {
            point(&random, loss, x);
            put(loss, all, lane, x);
        }
        check_loss_loops(loss)->evaluate(loss, all[0], gradient[0], value);
        for (int lane = 0; lane < LANES; lane++) {
            double length = 0;
            for (size_t i = 0; i < loss->n; i++)
                length = hypot(length, gradient[i][lane]);
            largest = fmax(largest, length);
        }
        largest = fmax(largest, climb(loss, x));
    }
    return largest;
}

static void check_gradient_bound(const struct loss *loss)
{
    const double largest = largest_gradient(loss);
    if (isinf(loss->gradient_bound)) {
        CHECK(largest > 1e3 * slope_of(loss),
              "%s is bounded: gradient %.17g, slope %.17g", loss->kind->name, largest,
              slope_of(loss));
        return;
    }
    CHECK(bounds(loss->gradient_bound, largest), "%s, n = %zu: gradient %.17g, G %.17g",
          loss->kind->name, loss->n, largest, loss->gradient_bound);
    CHECK(!bounds(0.95 * loss->gradient_bound, largest),
          "%s, n = %zu: only %.4g G reached", loss->kind->name, loss->n,
          largest / loss->gradient_bound);
}

static void test_gradient_bound(void **state)
{
    (void)state;
    each_loss(check_gradient_bound);
}

/* --- f* --------------------------------------------------------------------------- */

/* f never falls below f*, and gradient descent from near 0 comes to it: with a step of
 * 1/L it does where f is convex, or starts in the valley of 0. */
static void check_minimum(const struct loss *loss)
{
    uint64_t random = 4;
    double x[MOST], gradient[MOST], value[LANES];
    lanes all, gradients;
    const double scale = unit_of(loss) * slope_of(loss);
    for (int k = 0; k < BLOCKS; k++) {
        for (int lane = 0; lane < LANES; lane++) {
            point(&random, loss, x);
            put(loss, all, lane, x);
        }
        check_loss_loops(loss)->evaluate(loss, all[0], gradients[0], value);
        for (int lane = 0; lane < LANES; lane++)
            CHECK(value[lane] - loss->minimum >= -1e-15 * scale,
                  "%s, n = %zu: %.3g below f*", loss->kind->name, loss->n,
                  loss->minimum - value[lane]);
    }
    for (size_t i = 0; i < loss->n; i++)
        x[i] = 0.3 * unit_of(loss);
    for (int k = 0; k < 3000; k++) {
        at(loss, x, gradient);
        for (size_t i = 0; i < loss->n; i++)
            x[i] -= gradient[i] / loss->smoothness;
    }
    CHECK_NEAR(at(loss, x, gradient), loss->minimum, 1e-14, 1e-14 * scale);
    CHECK_NEAR(norm(gradient, loss->n), 0, 0, 1e-12 * slope_of(loss));
}

static void test_minimum(void **state)
{
    (void)state;
    each_loss(check_minimum);
}

/* --- each loss against its formula, by libm ----------------------------------------
 */

static long double huber(long double u)
{
    return fabsl(u) < 1 ? u * u / 2 : fabsl(u) - 0.5L;
}

static long double pseudo_huber(long double u)
{
    return u * u / (1 + sqrtl(1 + u * u));
}

static long double log_cosh(long double u)
{
    const long double half = sinhl(u / 2);
    return fabsl(u) < 1 ? log1pl(2 * half * half)
                        : fabsl(u) + log1pl(expl(-2 * fabsl(u))) - logl(2);
}

static long double rippled(long double u)
{
    const long double half = sinl(15 * u / 16);
    return 4 * pseudo_huber(u / 8) + 8 * half * half / 15;
}

static void check_formula(const char *name, long double (*phi)(long double))
{
    uint64_t random = 5;
    struct loss loss = loss_make(name, 1);
    const double unit = unit_of(&loss), scale = unit * loss.gradient_bound;
    CHECK_EXACT(loss.smoothness, 2.5);
    CHECK_EXACT(loss.gradient_bound, 0.7);
    CHECK_EXACT(loss.minimum, 0.0);
    for (int k = 0; k < POINTS; k++) {
        double gradient;
        const double size = exp(check_uniform(&random, log(1e-8), log(1e4)));
        const double u = k % 2 ? size : -size, x = unit * u;
        /* Far out the ripples' angle has the rounding of u in it. */
        CHECK_NEAR(at(&loss, &x, &gradient), scale * (double)phi(u),
                   4e-15 + 4e-16 * fmin(size, 1), 1e-15 * scale * fabs(u) * (size > 1));
    }
    loss_free(&loss);
}

static void test_formulas(void **state)
{
    (void)state;
    check_formula("huber", huber);
    check_formula("pseudo_huber", pseudo_huber);
    check_formula("log_cosh", log_cosh);
    check_formula("rippled", rippled);
}

/* Written out from the rows of the data, whose products are those of a design with
 * orthogonal columns. */
static void test_logistic(void **state)
{
    enum { N = 12 };
    struct loss loss = loss_make("logistic", N);
    uint64_t random = 6;
    double x[N], gradient[N];
    (void)state;
    assert_int_equal(loss.rows, 128);
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < N; k++) {
            double product = 0;
            for (size_t j = 0; j < loss.rows; j++)
                product += loss.data[j * N + i] * loss.data[j * N + k];
            CHECK_NEAR(product / (double)loss.rows, i == k ? 4 * loss.smoothness : 0,
                       1e-14, 1e-12);
        }
    for (int k = 0; k < 200; k++) {
        long double sum = 0;
        point(&random, &loss, x);
        for (size_t j = 0; j < loss.rows; j++) {
            long double margin = 0;
            for (size_t i = 0; i < N; i++)
                margin += loss.data[j * N + i] * (long double)x[i];
            sum += margin < 0 ? log1pl(expl(margin)) - margin : log1pl(expl(-margin));
        }
        CHECK_NEAR(at(&loss, x, gradient), (double)(sum / loss.rows), 1e-14, 0);
    }
    loss_free(&loss);
}

/* log 2 would be f* of labels that say nothing, 0 of labels that say all; other seeds
 * give other examples. */
static void test_logistic_data(void **state)
{
    double parameter[LOSS_MAX_PARAMETERS], minimum[8];
    const struct loss_kind *kind = loss_kind_find("logistic");
    (void)state;
    for (int seed = 0; seed < 8; seed++) {
        struct loss loss;
        struct error error;
        loss_defaults(kind, parameter);
        parameter[loss_parameter(kind, "data-seed")] = seed;
        CHECK_OK(loss_init(&loss, kind, 10, parameter, &error), &error);
        minimum[seed] = loss.minimum;
        CHECK_COMPARE(loss.minimum, >, 0.2);
        CHECK_COMPARE(loss.minimum, <, 0.6);
        for (int other = 0; other < seed; other++)
            CHECK_COMPARE(minimum[other], !=, minimum[seed]);
        loss_free(&loss);
    }
}

/* --- instruction sets ------------------------------------------------------------- */

static double *evaluated(const struct kernels *kernels, const char *name, size_t n)
{
    struct loss loss = loss_make(name, n);
    double *out = check_alloc((2 * n + 1) * LANES + 3, sizeof *out);
    uint64_t random = 7;
    for (size_t k = 0; k < n * LANES; k++)
        out[k] = unit_of(&loss) * check_normal(&random) * (double)(1 + k % 50);
    kernels_loss(kernels, &loss)
        ->evaluate(&loss, out, out + n * LANES, out + 2 * n * LANES);
    out[(2 * n + 1) * LANES] = loss.smoothness;
    out[(2 * n + 1) * LANES + 1] = loss.gradient_bound;
    out[(2 * n + 1) * LANES + 2] = loss.minimum;
    loss_free(&loss);
    return out;
}

/* At one point: the bits of a lane. */
static void check_one(const char *name, size_t n, const double *all)
{
    struct loss loss = loss_make(name, n);
    double *theta = check_alloc(2 * n, sizeof *theta), *gradient = theta + n;
    for (size_t lane = 0; lane < LANES; lane++) {
        for (size_t i = 0; i < n; i++)
            theta[i] = all[i * LANES + lane];
        const double value = loss.kind->evaluate_one(&loss, theta, gradient);
        CHECK_EXACT(value, all[2 * n * LANES + lane]);
        for (size_t i = 0; i < n; i++)
            CHECK_EXACT(gradient[i], all[(n + i) * LANES + lane]);
    }
    free(theta);
    loss_free(&loss);
}

static void check_isa(const struct kernels *kernels, void *context)
{
    const struct loss_kind *const *kind = loss_kinds();
    (void)context;
    for (; *kind; kind++)
        for (int d = 0; d < DIMENSIONS; d++) {
            const size_t n = dimensions[d];
            double *one = evaluated(kernels, (*kind)->name, n);
            unsetenv("PNM_ISA");
            double *best = evaluated(check_kernels(), (*kind)->name, n);
            setenv("PNM_ISA", kernels->isa, 1);
            CHECK_SAME(one, best, (2 * n + 1) * LANES + 3);
            check_one((*kind)->name, n, best);
            free(one);
            free(best);
        }
}

static void test_instruction_sets(void **state)
{
    (void)state;
    check_each_isa(check_isa, NULL);
}

/* --- what is refused ---------------------------------------------------------------
 */

static void check_bad(const char *name, const char *parameter, double value,
                      const char *word)
{
    const struct loss_kind *kind = loss_kind_find(name);
    double parameters[LOSS_MAX_PARAMETERS];
    struct loss loss;
    struct error error = {.agreed = false};
    loss_defaults(kind, parameters);
    parameters[loss_parameter(kind, parameter)] = value;
    const int status = loss_init(&loss, kind, 2, parameters, &error);
    CHECK_REFUSED(parameter, status, &error, word);
    loss_free(&loss);
}

static void test_refused(void **state)
{
    static const double none[LOSS_MAX_PARAMETERS] = {1, 1};
    struct loss loss;
    struct error error = {.agreed = false};
    (void)state;
    assert_null(loss_kind_find("nonsense"));
    assert_int_equal(loss_parameter(loss_kind_find("huber"), "lr"), -1);
    check_bad("huber", "smoothness", 0, "--smoothness");
    check_bad("huber", "smoothness", NAN, "--smoothness");
    check_bad("log_cosh", "gradient-bound", -1, "--gradient-bound");
    check_bad("logistic", "data-seed", 1.5, "allowed are whole numbers");
    check_bad("logistic", "data-seed", -1, "--data-seed");
    /* One of the few whose examples a hyperplane separates: the loss has no minimum. */
    double separable[LOSS_MAX_PARAMETERS];
    loss_defaults(loss_kind_find("logistic"), separable);
    separable[loss_parameter(loss_kind_find("logistic"), "data-seed")] = 19846;
    CHECK_REFUSED("19846",
                  loss_init(&loss, loss_kind_find("logistic"), 8, separable, &error),
                  &error, "no minimum; try another seed");
    loss_free(&loss);
    int status = loss_init(&loss, loss_kind_find("huber"), 0, none, &error);
    CHECK_REFUSED("0", status, &error, "--dim");
    status = loss_init(&loss, loss_kind_find("logistic"), 1025, none, &error);
    CHECK_REFUSED("1025", status, &error, "at most 1024");
    loss_free(&loss);
    loss_free(&loss);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradient),       cmocka_unit_test(test_smoothness),
        cmocka_unit_test(test_gradient_bound), cmocka_unit_test(test_minimum),
        cmocka_unit_test(test_formulas),       cmocka_unit_test(test_logistic),
        cmocka_unit_test(test_logistic_data),  cmocka_unit_test(test_instruction_sets),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests_name("loss", tests, NULL, NULL);
}
