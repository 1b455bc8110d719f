/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 10 statistics are tested. */
#include "check.h"

#include "losses/lesson.h"

static const struct random_generator xoshiro = {RANDOM_XOSHIRO, NULL};

enum { ROWS = 60, FEATURES = 4, CLASSES = 3, WIDTH = FEATURES + 1, MANY = 20000 };

/* A feature that is the number of the row, a normal one, one that is tiny, and one that
 * is 5 but in the first row. */
static struct class_data *table(bool standardized)
{
    double numbers[ROWS * WIDTH];
    uint64_t random = 1;
    struct class_data *data;
    struct error error;
    for (size_t k = 0; k < ROWS; k++) {
        double *row = numbers + k * WIDTH;
        row[0] = (double)k;
        row[1] = check_normal(&random);
        row[2] = 1e-300 * check_normal(&random);
        row[3] = k == 0 ? 3 : 5;
        row[4] = (double)(k % CLASSES);
    }
    CHECK_OK(class_data_make(FEATURES, ROWS, numbers, standardized, &data, &error),
             &error);
    return data;
}

static struct lesson_setting of_table(const struct class_data *data)
{
    return (struct lesson_setting){.data = data,
                                   .features = FEATURES,
                                   .classes = CLASSES,
                                   .train = 30,
                                   .validation = 10,
                                   .test = 15};
}

static struct lesson_setting of_teacher(uint64_t train, enum lesson_noise noise,
                                        double share)
{
    return (struct lesson_setting){.features = 5,
                                   .classes = 10,
                                   .train = train,
                                   .validation = 50,
                                   .test = 100,
                                   .noise = noise,
                                   .share = share};
}

static struct lesson drawn(const struct lesson_setting *setting, uint64_t seed,
                           uint64_t replica)
{
    struct lesson lesson;
    struct error error;
    CHECK_OK(lesson_check(setting, &error), &error);
    CHECK_OK(lesson_init(&lesson, setting, xoshiro, seed, replica, &error), &error);
    return lesson;
}

/* The first `count` examples of two parts. */
static bool same(const struct lesson_part *a, const struct lesson_part *b,
                 size_t features, size_t count)
{
    return memcmp(a->x, b->x, count * features * sizeof *a->x) == 0 &&
           memcmp(a->label, b->label, count * sizeof *a->label) == 0;
}

/* --- tables ----------------------------------------------------------------------- */

static void parts_are_disjoint_rows_of_the_table(void **state)
{
    struct class_data *data = table(false);
    const struct lesson_setting setting = of_table(data);
    (void)state;
    for (uint64_t replica = 0; replica < 20; replica++) {
        struct lesson lesson = drawn(&setting, 1, replica);
        const struct lesson_part *parts[] = {&lesson.train, &lesson.validation,
                                             &lesson.test};
        int seen[ROWS] = {0};
        for (size_t p = 0; p < 3; p++)
            for (size_t k = 0; k < parts[p]->count; k++) {
                const double *x = parts[p]->x + k * FEATURES;
                const size_t row = (size_t)x[0];
                assert_int_equal(seen[row]++, 0);
                CHECK_SAME(x, data->x + row * FEATURES, FEATURES);
                assert_int_equal(parts[p]->label[k], row % CLASSES);
            }
        lesson_free(&lesson);
    }
    class_data_free(data);
}

/* How often each row is trained on, over replicas. The rows of a replica depend on one
 * another, which makes the sum of squares (ROWS - 1)/ROWS of a chi-square's. */
static void each_row_is_as_likely(void **state)
{
    enum { REPLICAS = 4000 };
    struct class_data *data = table(false);
    const struct lesson_setting setting = of_table(data);
    double trained[ROWS] = {0}, tested[ROWS] = {0}, sum = 0, sum_test = 0;
    (void)state;
    for (uint64_t replica = 0; replica < REPLICAS; replica++) {
        struct lesson lesson = drawn(&setting, 1, replica);
        for (size_t k = 0; k < lesson.train.count; k++)
            trained[(size_t)lesson.train.x[k * FEATURES]]++;
        for (size_t k = 0; k < lesson.test.count; k++)
            tested[(size_t)lesson.test.x[k * FEATURES]]++;
        lesson_free(&lesson);
    }
    for (size_t k = 0; k < ROWS; k++) {
        sum += pow(trained[k] - REPLICAS / 2., 2) / (REPLICAS / 4.);
        sum_test += pow(tested[k] - REPLICAS / 4., 2) / (REPLICAS * 3 / 16.);
    }
    const double correct = (ROWS - 1.) / ROWS;
    CHECK_COMPARE(gsl_cdf_chisq_Q(sum * correct, ROWS - 1), >, check_alpha);
    CHECK_COMPARE(gsl_cdf_chisq_P(sum * correct, ROWS - 1), >, check_alpha);
    CHECK_COMPARE(gsl_cdf_chisq_Q(sum_test * correct, ROWS - 1), >, check_alpha);
    CHECK_COMPARE(gsl_cdf_chisq_P(sum_test * correct, ROWS - 1), >, check_alpha);
    class_data_free(data);
}

static void sizes_leave_the_other_examples(void **state)
{
    struct class_data *data = table(false);
    const struct lesson_setting setting = of_table(data);
    struct lesson_setting more = setting, less = setting, none = setting;
    (void)state;
    more.train = 35;
    less.test = 12;
    none.validation = 0;
    for (uint64_t replica = 0; replica < 5; replica++) {
        struct lesson a = drawn(&setting, 1, replica), b = drawn(&more, 1, replica);
        struct lesson c = drawn(&less, 1, replica), d = drawn(&none, 1, replica);
        assert_true(same(&a.train, &b.train, FEATURES, 30));
        assert_true(same(&a.test, &b.test, FEATURES, 15));
        assert_true(same(&a.validation, &b.validation, FEATURES, 10));
        assert_true(same(&a.train, &c.train, FEATURES, 30));
        assert_true(same(&a.train, &d.train, FEATURES, 30));
        assert_true(same(&a.test, &d.test, FEATURES, 15));
        lesson_free(&a);
        lesson_free(&b);
        lesson_free(&c);
        lesson_free(&d);
    }
    class_data_free(data);
}

/* Against the plain split: (x - mean)/deviation of its training examples, whatever part
 * an example lies in. */
static void features_are_standardized_by_the_training_examples(void **state)
{
    struct class_data *data = table(true), *plain = table(false);
    const struct lesson_setting setting = of_table(data), as_is = of_table(plain);
    int constant = 0;
    (void)state;
    for (uint64_t replica = 0; replica < 20; replica++) {
        struct lesson a = drawn(&setting, 1, replica), b = drawn(&as_is, 1, replica);
        for (size_t i = 0; i < FEATURES; i++) {
            double mean = 0, variance = 0;
            for (size_t k = 0; k < 30; k++)
                mean += b.train.x[k * FEATURES + i] / 30;
            /* 1e300 x: the square of a tiny number is 0. */
            const double unit = i == 2 ? 1e300 : 1;
            for (size_t k = 0; k < 30; k++)
                variance += pow(unit * (b.train.x[k * FEATURES + i] - mean), 2) / 30;
            const double scale = variance > 1e-20 ? unit / sqrt(variance) : unit;
            constant += variance < 1e-20;
            for (size_t k = 0; k < 15; k++) {
                CHECK_NEAR(a.train.x[k * FEATURES + i],
                           scale * (b.train.x[k * FEATURES + i] - mean), 1e-10, 1e-13);
                CHECK_NEAR(a.test.x[k * FEATURES + i],
                           scale * (b.test.x[k * FEATURES + i] - mean), 1e-10, 1e-13);
            }
            for (size_t k = 0; k < 10; k++)
                CHECK_NEAR(a.validation.x[k * FEATURES + i],
                           scale * (b.validation.x[k * FEATURES + i] - mean), 1e-10,
                           1e-13);
        }
        assert_memory_equal(a.train.label, b.train.label, 30 * sizeof *a.train.label);
        lesson_free(&a);
        lesson_free(&b);
    }
    /* The feature that is 5 but in one row. */
    assert_in_range(constant, 3, 17);
    class_data_free(data);
    class_data_free(plain);
}

/* --- the teacher ------------------------------------------------------------------ */

/* Its weights, drawn anew, and scores with libm. */
static void labels_are_those_of_the_teacher(void **state)
{
    enum { F = 5, K = 10, H = LESSON_TEACHER, ROOM = 128 };
    const struct lesson_setting setting = of_teacher(500, LESSON_CLEAN, 0);
    struct lesson lesson = drawn(&setting, 3, 7);
    const double sizes[] = {F, K};
    const struct random_key key = {3, RANDOM_DATA,
                                   random_hash("lesson teacher", sizes, 2), 7};
    _Alignas(64) double w[ROOM];
    struct random_stream stream;
    struct error error;
    (void)state;
    _Static_assert((int)ROOM >= H * (F + K), "room for the weights");
    CHECK_OK(random_init(&stream, xoshiro, key, &error), &error);
    random_normal(&stream, ROOM, w);
    random_free(&stream);
    for (size_t n = 0; n < lesson.train.count; n++) {
        double score[K] = {0};
        uint32_t most = 0;
        for (int h = 0; h < H; h++) {
            double in = 0;
            for (int i = 0; i < F; i++)
                in += w[h * F + i] * lesson.train.x[n * F + (size_t)i] / sqrt(F);
            for (int k = 0; k < K; k++)
                score[k] += w[H * F + k * H + h] * tanh(in);
        }
        for (uint32_t k = 1; k < K; k++)
            most = score[k] > score[most] ? k : most;
        assert_int_equal(lesson.train.label[n], most);
    }
    lesson_free(&lesson);
}

/* A class has the share 1/K of the examples in the mean over teachers, but not of each
 * of them; and inputs are standard normal. */
static void classes_and_inputs_have_their_law(void **state)
{
    enum { TEACHERS = 200, K = 10 };
    const struct lesson_setting setting = of_teacher(1000, LESSON_CLEAN, 0);
    struct moments share = {0}, largest = {0}, input = {0}, square = {0};
    (void)state;
    for (uint64_t replica = 0; replica < TEACHERS; replica++) {
        struct lesson lesson = drawn(&setting, 1, replica);
        double count[K] = {0}, most = 0;
        for (size_t k = 0; k < lesson.train.count; k++)
            count[lesson.train.label[k]]++;
        for (size_t k = 0; k < K; k++)
            most = fmax(most, count[k] / 1000);
        moments_add(&share, count[0] / 1000);
        moments_add(&largest, most);
        for (size_t k = 0; k < 5000; k++) {
            moments_add(&input, lesson.train.x[k]);
            moments_add(&square, lesson.train.x[k] * lesson.train.x[k]);
        }
        lesson_free(&lesson);
    }
    CHECK_Z("the share of a class",
            (share.mean - 0.1) / sqrt(share.squares / (TEACHERS - 1.) / TEACHERS));
    CHECK_Z("the mean input", input.mean * sqrt(5000. * TEACHERS));
    CHECK_Z("the mean square", (square.mean - 1) / sqrt(2 / (5000. * TEACHERS)));
    CHECK_COMPARE(largest.mean, >, 0.15);
    CHECK_COMPARE(largest.mean, <, 0.35);
}

static void more_examples_leave_the_others(void **state)
{
    const struct lesson_setting few = of_teacher(40, LESSON_SYMMETRIC, 0.4);
    const struct lesson_setting many = of_teacher(1000, LESSON_SYMMETRIC, 0.4);
    struct lesson a = drawn(&few, 1, 2), b = drawn(&many, 1, 2);
    (void)state;
    assert_true(same(&a.train, &b.train, 5, 40));
    assert_true(same(&a.validation, &b.validation, 5, 50));
    assert_true(same(&a.test, &b.test, 5, 100));
    /* Their inputs are others. */
    assert_false(same(&a.train, &a.test, 5, 1));
    assert_false(same(&a.validation, &a.test, 5, 1));
    assert_false(same(&a.train, &a.validation, 5, 1));
    lesson_free(&a);
    lesson_free(&b);
}

static void seed_and_replica_name_the_examples(void **state)
{
    const struct lesson_setting setting = of_teacher(100, LESSON_SYMMETRIC, 0.2);
    struct lesson a = drawn(&setting, 1, 2), again = drawn(&setting, 1, 2);
    struct lesson seed = drawn(&setting, 2, 2), replica = drawn(&setting, 1, 1);
    (void)state;
    assert_true(same(&a.train, &again.train, 5, 100));
    assert_true(same(&a.test, &again.test, 5, 100));
    assert_false(same(&a.train, &seed.train, 5, 1));
    assert_false(same(&a.train, &replica.train, 5, 1));
    assert_false(same(&a.test, &replica.test, 5, 1));
    lesson_free(&a);
    lesson_free(&again);
    lesson_free(&seed);
    lesson_free(&replica);
}

static void any_generator_will_do(void **state)
{
    static const char *const names[] = {"mt19937", "slatec", "ranlux"};
    struct class_data *data = table(false);
    struct lesson_setting setting = of_table(data);
    (void)state;
    setting.noise = LESSON_SYMMETRIC;
    setting.share = 1;
    for (size_t g = 0; g < 3; g++) {
        const gsl_rng_type **type = gsl_rng_types_setup();
        while (*type && strcmp((*type)->name, names[g]) != 0)
            type++;
        assert_non_null(*type);
        struct lesson lesson;
        struct error error;
        const struct random_generator generator = {RANDOM_GSL, *type};
        CHECK_OK(lesson_init(&lesson, &setting, generator, 1, 0, &error), &error);
        assert_int_equal(lesson.spoilt, 30);
        lesson_free(&lesson);
    }
    class_data_free(data);
}

/* --- noise ------------------------------------------------------------------------ */

/* Counts how far the classes of the wrong labels are shifted. */
static void count_shifts(const struct lesson *lesson, double shift[10])
{
    size_t wrong = 0;
    memset(shift, 0, 10 * sizeof *shift);
    for (size_t k = 0; k < lesson->train.count; k++) {
        const uint32_t by = (lesson->train.label[k] + 10 - lesson->clean[k]) % 10;
        assert_in_range(lesson->train.label[k], 0, 9);
        shift[by]++;
        wrong += by != 0;
    }
    assert_int_equal(wrong, lesson->spoilt);
}

static void symmetric_noise_favours_no_class(void **state)
{
    static const double shares[] = {0.05, 0.4, 0.9};
    const struct lesson_setting clean = of_teacher(MANY, LESSON_CLEAN, 0);
    struct lesson truth = drawn(&clean, 1, 0);
    (void)state;
    assert_int_equal(truth.spoilt, 0);
    for (size_t s = 0; s < 3; s++) {
        const double share = shares[s];
        const struct lesson_setting setting = of_teacher(MANY, LESSON_SYMMETRIC, share);
        struct lesson lesson = drawn(&setting, 1, 0);
        double shift[10], chi_squared = 0;
        count_shifts(&lesson, shift);
        CHECK_Z("the share of wrong labels", ((double)lesson.spoilt - MANY * share) /
                                                 sqrt(MANY * share * (1 - share)));
        const double expected = (double)lesson.spoilt / 9;
        for (int by = 1; by < 10; by++)
            chi_squared += pow(shift[by] - expected, 2) / expected;
        CHECK_COMPARE(gsl_cdf_chisq_Q(chi_squared, 8), >, check_alpha);
        /* Nothing but labels of training examples is spoilt. */
        assert_memory_equal(lesson.clean, truth.train.label,
                            MANY * sizeof *lesson.clean);
        assert_memory_equal(lesson.train.x, truth.train.x,
                            MANY * 5 * sizeof *lesson.train.x);
        assert_true(same(&lesson.test, &truth.test, 5, 100));
        assert_true(same(&lesson.validation, &truth.validation, 5, 50));
        lesson_free(&lesson);
    }
    lesson_free(&truth);
}

/* The same labels are wrong as with symmetric noise, and with a larger share. */
static void asymmetric_noise_takes_the_next_class(void **state)
{
    const struct lesson_setting settings[] = {
        of_teacher(MANY, LESSON_ASYMMETRIC, 0.3),
        of_teacher(MANY, LESSON_SYMMETRIC, 0.3),
        of_teacher(MANY, LESSON_ASYMMETRIC, 0.6),
    };
    struct lesson lesson[3];
    double shift[10];
    (void)state;
    for (size_t k = 0; k < 3; k++)
        lesson[k] = drawn(&settings[k], 1, 0);
    count_shifts(&lesson[0], shift);
    CHECK_EXACT(shift[1], (double)lesson[0].spoilt);
    CHECK_Z("the share of wrong labels",
            ((double)lesson[0].spoilt - MANY * 0.3) / sqrt(MANY * 0.3 * 0.7));
    for (size_t k = 0; k < MANY; k++) {
        const bool wrong = lesson[0].train.label[k] != lesson[0].clean[k];
        assert_true(wrong == (lesson[1].train.label[k] != lesson[1].clean[k]));
        assert_true(!wrong || lesson[2].train.label[k] != lesson[2].clean[k]);
    }
    for (size_t k = 0; k < 3; k++)
        lesson_free(&lesson[k]);
}

static void all_or_no_labels_are_wrong(void **state)
{
    const enum lesson_noise kinds[] = {LESSON_SYMMETRIC, LESSON_ASYMMETRIC};
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        const struct lesson_setting none = of_teacher(300, kinds[k], 0);
        const struct lesson_setting all = of_teacher(300, kinds[k], 1);
        struct lesson lesson = drawn(&none, 1, 0);
        assert_int_equal(lesson.spoilt, 0);
        lesson_free(&lesson);
        lesson = drawn(&all, 1, 0);
        assert_int_equal(lesson.spoilt, 300);
        lesson_free(&lesson);
    }
}

/* --- settings --------------------------------------------------------------------- */

static void refuses(struct lesson_setting setting, const char *quantity,
                    const char *word)
{
    struct error error;
    CHECK_REFUSED(word, lesson_check(&setting, &error), &error, word);
    assert_string_equal(error.quantity, quantity);
}

static void bad_settings_are_refused(void **state)
{
    struct class_data *data = table(false);
    const struct lesson_setting good = of_table(data);
    const struct lesson_setting taught = of_teacher(100, LESSON_SYMMETRIC, 0.5);
    struct lesson_setting bad;
    struct error error;
    (void)state;
    CHECK_OK(lesson_check(&good, &error), &error);
    bad = good;
    bad.train = 0;
    refuses(bad, "train", "0 examples are not allowed; allowed are 1 and more");
    bad = good;
    bad.test = 0;
    refuses(bad, "test", "0 examples are not allowed; allowed are 1 and more");
    bad = good;
    bad.validation = 16;
    refuses(bad, "train",
            "30 training, 16 validation and 15 test examples are 61, but the data have "
            "60 rows; allowed are up to 60 examples together");
    bad = good;
    bad.validation = 15;
    CHECK_OK(lesson_check(&bad, &error), &error);
    bad = taught;
    bad.train = UINT64_MAX;
    refuses(bad, "train", "allowed are up to 1e+08 numbers");
    bad = taught;
    bad.share = 1.1;
    refuses(bad, "label-noise",
            "the share 1.1 is not allowed; allowed are numbers "
            "from 0 to 1");
    bad.share = NAN;
    refuses(bad, "label-noise", "the share nan is not allowed");
    bad = taught;
    bad.classes = 1;
    refuses(bad, "task", "1 classes are not allowed; allowed are 2 to 1000");
    bad = taught;
    bad.features = 0;
    refuses(bad, "task", "0 features are not allowed");
    class_data_free(data);
}

static void the_hash_is_of_the_setting(void **state)
{
    struct class_data *data = table(false), *other = table(true);
    struct lesson_setting settings[10];
    enum { COUNT = sizeof settings / sizeof *settings };
    (void)state;
    for (size_t k = 0; k < COUNT; k++)
        settings[k] = of_table(k ? data : NULL);
    settings[2].data = other;
    settings[3].train++;
    settings[4].validation++;
    settings[5].test++;
    settings[6].noise = LESSON_SYMMETRIC;
    settings[7].noise = LESSON_SYMMETRIC;
    settings[7].share = 0.1;
    settings[8].classes++;
    settings[9].features++;
    for (size_t k = 0; k < COUNT; k++)
        for (size_t j = 0; j < COUNT; j++)
            assert_true((lesson_hash(&settings[k]) == lesson_hash(&settings[j])) ==
                        (k == j));
    class_data_free(data);
    class_data_free(other);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_disjoint_rows_of_the_table),
        cmocka_unit_test(each_row_is_as_likely),
        cmocka_unit_test(sizes_leave_the_other_examples),
        cmocka_unit_test(features_are_standardized_by_the_training_examples),
        cmocka_unit_test(labels_are_those_of_the_teacher),
        cmocka_unit_test(classes_and_inputs_have_their_law),
        cmocka_unit_test(more_examples_leave_the_others),
        cmocka_unit_test(seed_and_replica_name_the_examples),
        cmocka_unit_test(any_generator_will_do),
        cmocka_unit_test(symmetric_noise_favours_no_class),
        cmocka_unit_test(asymmetric_noise_takes_the_next_class),
        cmocka_unit_test(all_or_no_labels_are_wrong),
        cmocka_unit_test(bad_settings_are_refused),
        cmocka_unit_test(the_hash_is_of_the_setting),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
