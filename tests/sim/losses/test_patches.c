/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network's loss and gradient, by central differences and by an independent formula
 * over labelled examples; its data. */
#include "check.h"

#include "losses/patches.h"

static const struct patches_setting small_setting = {
    .dimension = 7,
    .patches = 4,
    .filters = 5,
    .train = 11,
    .fresh = 13,
    .margin_large = 1.3,
    .margin_small = 0.4,
    .small_share = 0.3,
    .noise_norm = 1.5,
    .init = 0.5,
};

static const struct random_generator xoshiro = {.kind = RANDOM_XOSHIRO};

enum { D = 7, P = 4, M = 5, N = 11, WEIGHTS = M * D };

static void draw(struct patches *patches, const struct patches_setting *setting,
                 uint64_t replica, double *theta)
{
    struct error error;
    CHECK(patches_init(patches, setting, xoshiro, 1, replica, theta, &error) ==
              STATUS_OK,
          "%s", error.text);
}

/* Patch j of example i, times the margin where it is the feature (j = P - 1). */
static void patch(const struct patches *own, size_t i, size_t j, double *x)
{
    const size_t last = own->noise, at = j * own->examples + i;
    const double c =
        i < own->small ? small_setting.margin_small : small_setting.margin_large;
    for (size_t k = 0; k < own->d; k++)
        x[k] = j < last
                   ? own->by_coordinate[k * own->places + at]
                   : c * own->by_coordinate[k * own->places + last * own->examples];
}

/* f = sum_r sum_j <w_r, X_j>^3 of an example that is stored times its label. */
static double network(const struct patches *own, const double *theta, size_t i,
                      double label)
{
    double f = 0, x[D];
    for (size_t j = 0; j < P; j++) {
        patch(own, i, j, x);
        for (size_t r = 0; r < M; r++) {
            double a = 0;
            for (size_t k = 0; k < D; k++)
                a += theta[r * D + k] * label * x[k];
            f += pow(a, 3);
        }
    }
    return f;
}

/* The mean loss of labelled examples; labels alternate. */
static double loss_of(const struct patches *own, const double *theta)
{
    double sum = 0;
    for (size_t i = 0; i < N; i++) {
        const double y = i % 2 ? 1 : -1;
        sum += log(1 + exp(-y * network(own, theta, i, y))) / N;
    }
    return sum;
}

static void loss_and_gradient_are_those_of_labelled_examples(void **state)
{
    (void)state;
    for (uint64_t replica = 0; replica < 5; replica++) {
        double theta[WEIGHTS], gradient[WEIGHTS], due[WEIGHTS] = {0};
        struct patches patches;
        struct patches_value value;
        draw(&patches, &small_setting, replica, theta);
        patches_gradient(&patches, theta, gradient, &value);
        CHECK_NEAR(value.loss, loss_of(&patches, theta), 1e-12, 0);
        for (size_t i = 0; i < N; i++) {
            const double y = i % 2 ? 1 : -1;
            const double f = network(&patches, theta, i, y);
            for (size_t j = 0; j < P; j++) {
                double x[D];
                patch(&patches, i, j, x);
                for (size_t r = 0; r < M; r++) {
                    double a = 0;
                    for (size_t k = 0; k < D; k++)
                        a += theta[r * D + k] * y * x[k];
                    for (size_t k = 0; k < D; k++)
                        due[r * D + k] -=
                            y / (1 + exp(y * f)) * 3 * a * a * y * x[k] / N;
                }
            }
        }
        for (size_t k = 0; k < WEIGHTS; k++)
            CHECK_NEAR(gradient[k], due[k], 1e-11, 1e-13);
        patches_free(&patches);
    }
}

/* The patches stand twice, by coordinate and one after the other; behind the last
 * coordinate of one there are zeros, if there is room. */
static void both_arrays_hold_the_same_patches(void **state)
{
    (void)state;
    for (uint64_t dimension = 7; dimension < 10; dimension++) {
        struct patches_setting setting = small_setting;
        double theta[M * 9];
        struct patches patches;
        setting.dimension = dimension;
        draw(&patches, &setting, 2, theta);
        const size_t feature = patches.noise * patches.examples;
        for (size_t at = 0; at <= feature; at++)
            for (size_t k = 0; k < patches.lanes; k++)
                CHECK_EXACT(
                    patches.by_patch[at * patches.lanes + k],
                    k < patches.d ? patches.by_coordinate[k * patches.places + at] : 0);
        patches_free(&patches);
    }
}

/* Also that a gradient of another power than the cube would be noticed. */
static void gradient_is_the_slope_of_the_loss(void **state)
{
    double theta[WEIGHTS], gradient[WEIGHTS], ignored[WEIGHTS];
    struct patches patches;
    struct patches_value value, above, below;
    size_t wrong = 0;
    (void)state;
    draw(&patches, &small_setting, 3, theta);
    patches_gradient(&patches, theta, gradient, &value);
    for (size_t k = 0; k < WEIGHTS; k++) {
        const double step = 2e-5, here = theta[k];
        theta[k] = here + step;
        patches_gradient(&patches, theta, ignored, &above);
        theta[k] = here - step;
        patches_gradient(&patches, theta, ignored, &below);
        theta[k] = here;
        const double slope = (above.loss - below.loss) / (2 * step);
        CHECK_NEAR(gradient[k], slope, 0, 1e-8);
        wrong += fabs(gradient[k] * (2.0 / 3) - slope) > 1e-8;
    }
    CHECK(wrong > WEIGHTS / 2, "a factor 2 in place of 3 shows in %zu weights", wrong);
    patches_free(&patches);
}

static void parts_of_the_value(void **state)
{
    double theta[WEIGHTS], gradient[WEIGHTS];
    struct patches patches;
    struct patches_value value;
    double cubes = 0, largest = -INFINITY, noise[2] = {0}, wrong = 0;
    (void)state;
    draw(&patches, &small_setting, 1, theta);
    patches_gradient(&patches, theta, gradient, &value);
    for (size_t r = 0; r < M; r++) {
        double a = 0;
        for (size_t k = 0; k < D; k++)
            a += theta[r * D + k] *
                 patches.by_coordinate[k * patches.places +
                                       patches.noise * patches.examples];
        cubes += a * a * a;
        largest = fmax(largest, a);
    }
    CHECK(patches.small == 3, "%zu of 11 examples are three tenths", patches.small);
    for (size_t i = 0; i < N; i++) {
        const double c = i < 3 ? 0.4 : 1.3, f = network(&patches, theta, i, 1);
        noise[i < 3] += (f - c * c * c * cubes) / (i < 3 ? 3 : N - 3);
        wrong += f <= 0;
    }
    CHECK_NEAR(value.cubes, cubes, 1e-12, 0);
    CHECK_NEAR(value.projection, largest, 1e-12, 0);
    CHECK_NEAR(value.noise_small, noise[1], 1e-10, 1e-12);
    CHECK_NEAR(value.noise_large, noise[0], 1e-10, 1e-12);
    CHECK_NEAR(value.error, wrong / N, 1e-12, 0);
    CHECK_NEAR(value.loss, (3 * value.loss_small + 8 * value.loss_large) / 11, 1e-12,
               0);
    patches_free(&patches);
}

/* Without noise a network whose sum of cubes is positive makes no error, and its mirror
 * image nothing but errors. */
static void errors_of_fresh_examples(void **state)
{
    struct patches_setting setting = small_setting;
    double theta[WEIGHTS], gradient[WEIGHTS], large, small;
    struct patches patches;
    struct patches_value value;
    (void)state;
    setting.noise_norm = 0;
    draw(&patches, &setting, 1, theta);
    patches_gradient(&patches, theta, gradient, &value);
    patches_errors(&patches, theta, &value, &large, &small);
    CHECK_NEAR(large, value.cubes > 0 ? 0 : 1, 0, 0);
    CHECK_NEAR(small, large, 0, 0);
    for (size_t k = 0; k < WEIGHTS; k++)
        theta[k] = -theta[k];
    patches_gradient(&patches, theta, gradient, &value);
    patches_errors(&patches, theta, &value, &large, &small);
    CHECK_NEAR(large, value.cubes > 0 ? 0 : 1, 0, 0);
    patches_free(&patches);
}

/* A network whose output is 0 has chosen no class: it is wrong half the time. */
static void an_output_of_0_is_half_an_error(void **state)
{
    double theta[WEIGHTS] = {0}, gradient[WEIGHTS], large, small;
    struct patches patches;
    struct patches_value value;
    (void)state;
    draw(&patches, &small_setting, 1, theta);
    for (size_t k = 0; k < WEIGHTS; k++)
        theta[k] *= 1e-200; /* the cubes of its scores are 0 */
    patches_gradient(&patches, theta, gradient, &value);
    patches_errors(&patches, theta, &value, &large, &small);
    CHECK_NEAR(value.error, 0.5, 0, 0);
    CHECK_NEAR(large, 0.5, 0, 0);
    CHECK_NEAR(small, 0.5, 0, 0);
    patches_free(&patches);
}

static void data_have_the_stated_law(void **state)
{
    const struct patches_setting setting = {
        .dimension = 20,
        .patches = 3,
        .filters = 50,
        .train = 500,
        .fresh = 500,
        .margin_large = 1,
        .margin_small = 0.2,
        .small_share = 0.1,
        .noise_norm = 1.8,
        .init = 0.03,
    };
    struct patches patches;
    struct moments start = {0}, square = {0};
    double theta[1000], along = 0, length = 0;
    (void)state;
    draw(&patches, &setting, 0, theta);
    const size_t feature = patches.noise * patches.examples;
    for (size_t k = 0; k < 20; k++)
        length += pow(patches.by_coordinate[k * patches.places + feature], 2);
    CHECK_NEAR(length, 1, 1e-14, 0);
    for (size_t j = 0; j < 2; j++)
        for (size_t i = 0; i < 500; i++) {
            const size_t at = j * patches.examples + i;
            double norm = 0, product = 0;
            for (size_t k = 0; k < 20; k++) {
                const double x = patches.by_coordinate[k * patches.places + at];
                norm += x * x;
                product += x * patches.by_coordinate[k * patches.places + feature];
                CHECK_NEAR(x, patches.by_patch[at * patches.lanes + k], 0, 0);
            }
            moments_add(&square, norm);
            along = fmax(along, fabs(product));
        }
    CHECK(along < 1e-14, "noise along the feature: %g", along);
    CHECK_NEAR(square.mean, 1.8 * 1.8, 0, 4.9 * moments_stderr(&square));
    /* The squared norm has variance 2/19 of its squared mean. */
    CHECK_NEAR(square.squares / 999 / (3.24 * 3.24), 2.0 / 19, 0.25, 0);
    for (size_t k = 0; k < 1000; k++)
        moments_add(&start, theta[k] * theta[k]);
    CHECK_NEAR(start.mean, 9e-4, 0, 4.9 * moments_stderr(&start));
    patches_free(&patches);
}

/* More filters or other margins leave the data as they are. */
static void settings_share_their_data(void **state)
{
    struct patches_setting setting = small_setting;
    double theta[WEIGHTS], other_theta[2 * WEIGHTS];
    struct patches one, other;
    (void)state;
    setting.filters = 2 * M;
    setting.margin_small = 1;
    draw(&one, &small_setting, 5, theta);
    draw(&other, &setting, 5, other_theta);
    CHECK(memcmp(one.by_coordinate, other.by_coordinate,
                 D * one.places * sizeof(double)) == 0,
          "other data");
    CHECK(memcmp(theta, other_theta, sizeof theta) == 0, "another start");
    patches_free(&one);
    draw(&one, &small_setting, 6, theta);
    CHECK(memcmp(theta, other_theta, sizeof theta) != 0, "the same start again");
    patches_free(&one);
    patches_free(&other);
}

static void what_is_refused(void **state)
{
    struct {
        const char *quantity;
        struct patches_setting setting;
    } wrong[11];
    static const char *const names[] = {"dimension",    "patches",     "filters",
                                        "margin-small", "small-share", "small-share",
                                        "small-share",  "train",       "margin-large",
                                        "margin-large", "margin-small"};
    struct error error;
    (void)state;
    for (size_t k = 0; k < 11; k++) {
        wrong[k].quantity = names[k];
        wrong[k].setting = small_setting;
    }
    wrong[0].setting.dimension = 1;
    wrong[1].setting.patches = 1;
    wrong[2].setting.filters = 0;
    wrong[3].setting.margin_small = 2;
    wrong[4].setting.small_share = 0.01;
    wrong[5].setting.small_share = 0.99;
    wrong[6].setting.small_share = NAN;
    wrong[7].setting.train = UINT64_C(1) << 40;
    wrong[8].setting.margin_large = 0;
    wrong[9].setting.margin_large = INFINITY;
    wrong[10].setting.margin_small = 0;
    for (size_t k = 0; k < 11; k++) {
        CHECK(patches_check(&wrong[k].setting, &error) == STATUS_USAGE, "%s, %zu",
              names[k], k);
        assert_string_equal(error.quantity, wrong[k].quantity);
    }
    CHECK(patches_check(&small_setting, &error) == STATUS_OK, "%s", error.text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss_and_gradient_are_those_of_labelled_examples),
        cmocka_unit_test(both_arrays_hold_the_same_patches),
        cmocka_unit_test(gradient_is_the_slope_of_the_loss),
        cmocka_unit_test(parts_of_the_value),
        cmocka_unit_test(errors_of_fresh_examples),
        cmocka_unit_test(an_output_of_0_is_half_an_error),
        cmocka_unit_test(data_have_the_stated_law),
        cmocka_unit_test(settings_share_their_data),
        cmocka_unit_test(what_is_refused),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
