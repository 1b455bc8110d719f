/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trainings of the network against those by PyTorch that tests/perceptron_vectors.py
 * recorded in tests/vectors/perceptron.txt: losses and weights of sgd, adam and pnm,
 * with and without weight decay. */
#include "check.h"

#include "losses/perceptron.h"

enum { EXAMPLES = 24, FEATURES = 5, BATCH = 8, STEPS = 20, WEIGHTS = 66 };
enum { CASES = 6, RECORDS = 5 };

static const double tolerance = 1e-10;

struct course {
    struct rule rule;
    enum perceptron_activation activation;
    double loss[STEPS];
    double theta[RECORDS][WEIGHTS];
    int step[RECORDS], records; /* steps before each record of theta */
};

struct vectors {
    double x[EXAMPLES * FEATURES], start[WEIGHTS];
    uint32_t label[EXAMPLES], row[STEPS][BATCH];
    struct course course[CASES];
    size_t examples, steps, courses;
};

/* --- the file --------------------------------------------------------------------- */

/* The `count` numbers that a text begins with; returns what follows. */
static const char *read_numbers(const char *text, size_t count, double *number)
{
    char *end = NULL;
    for (size_t i = 0; i < count; i++, text = end) {
        number[i] = strtod(text, &end);
        CHECK(end != text, "'%.60s' lacks a number", text);
    }
    return text;
}

static const char *read_whole(const char *text, size_t count, uint32_t *whole)
{
    for (size_t i = 0; i < count; i++) {
        double number = 0;
        text = read_numbers(text, 1, &number);
        whole[i] = (uint32_t)number;
    }
    return text;
}

static void read_case(const char *text, struct course *course)
{
    char activation[8], coupling[16];
    double lambda;
    int at = 0;
    CHECK(sscanf(text, "%7s %lf %15s %n", activation, &lambda, coupling, &at) == 3,
          "'%s'?", text);
    course->rule = CHECK_RULE("%s", text + at);
    course->rule.decay = (struct decay){lambda, strcmp(coupling, "decoupled") == 0};
    course->activation =
        strcmp(activation, "relu") == 0 ? PERCEPTRON_RELU : PERCEPTRON_TANH;
}

static void read_line(char *line, struct vectors *v)
{
    struct course *course = v->courses > 0 ? &v->course[v->courses - 1] : NULL;
    char word[16] = "";
    uint32_t shape[6], step;
    int at = 0;
    line[strcspn(line, "\n")] = '\0';
    CHECK(sscanf(line, "%15s %n", word, &at) == 1, "'%s'?", line);
    const char *text = line + at;
    if (strcmp(word, "#") == 0)
        return;
    if (strcmp(word, "shape") == 0) {
        read_whole(text, 6, shape);
        CHECK(shape[0] == FEATURES && shape[3] == EXAMPLES && shape[4] == BATCH &&
                  shape[5] == STEPS && shape[1] == 7 && shape[2] == 3,
              "'%s'?", line);
    } else if (strcmp(word, "example") == 0 && v->examples < EXAMPLES) {
        text = read_whole(text, 1, &v->label[v->examples]);
        read_numbers(text, FEATURES, v->x + FEATURES * v->examples++);
    } else if (strcmp(word, "batch") == 0 && v->steps < STEPS) {
        read_whole(text, BATCH, v->row[v->steps++]);
    } else if (strcmp(word, "start") == 0) {
        read_numbers(text, WEIGHTS, v->start);
    } else if (strcmp(word, "case") == 0 && v->courses < CASES) {
        read_case(text, &v->course[v->courses++]);
    } else if (strcmp(word, "loss") == 0 && course) {
        read_numbers(text, STEPS, course->loss);
    } else {
        CHECK(strcmp(word, "weights") == 0 && course && course->records < RECORDS,
              "'%.60s'?", line);
        text = read_whole(text, 1, &step);
        course->step[course->records] = (int)step;
        read_numbers(text, WEIGHTS, course->theta[course->records++]);
    }
}

static void read_vectors(struct vectors *v)
{
    static const char path[] = "tests/vectors/perceptron.txt";
    char *line = NULL;
    size_t size = 0;
    memset(v, 0, sizeof *v);
    FILE *file = fopen(path, "r");
    CHECK(file, "cannot read %s: run the tests from the project's folder", path);
    while (getline(&line, &size, file) >= 0)
        read_line(line, v);
    free(line);
    fclose(file);
    CHECK(v->examples == EXAMPLES && v->steps == STEPS && v->courses == CASES,
          "%zu examples, %zu batches, %zu cases", v->examples, v->steps, v->courses);
    for (size_t k = 0; k < CASES; k++)
        CHECK(v->course[k].records == RECORDS &&
                  v->course[k].step[RECORDS - 1] == STEPS,
              "case %zu has %d records", k, v->course[k].records);
}

/* --- the training ----------------------------------------------------------------- */

static double farther(double most, double value, double due)
{
    return fmax(most, isfinite(value) ? fabs(value - due) : INFINITY);
}

/* The largest difference of a loss or a weight from the recorded ones. */
static double largest_difference(const struct kernels *kernels, const struct vectors *v,
                                 const struct course *course, const struct rule *rule,
                                 enum perceptron_activation activation)
{
    const struct perceptron_shape shape = {FEATURES, 7, 3, activation};
    double theta[WEIGHTS], gradient[WEIGHTS], most = 0;
    double slot[RULE_MAX_SLOTS * WEIGHTS] = {0};
    struct perceptron net;
    struct error error;
    int record = 0;
    CHECK_OK(perceptron_init(&net, &shape, BATCH, &error), &error);
    assert_int_equal(perceptron_weights(&shape), WEIGHTS);
    memcpy(theta, v->start, sizeof theta);
    for (int t = 0; t < STEPS; t++) {
        const double loss = perceptron_gradient(&net, theta, BATCH, v->x, v->label,
                                                v->row[t], gradient);
        most = farther(most, loss, course->loss[t]);
        kernels_rule(kernels, rule)
            ->step(rule, (uint64_t)t, WEIGHTS, gradient, theta, slot);
        if (t + 1 != course->step[record])
            continue;
        for (size_t i = 0; i < WEIGHTS; i++)
            most = farther(most, theta[i], course->theta[record][i]);
        record++;
    }
    perceptron_free(&net);
    return most;
}

static void check_courses(const struct kernels *kernels, void *vectors)
{
    const struct vectors *v = vectors;
    for (size_t k = 0; k < CASES; k++) {
        const struct course *course = &v->course[k];
        const double most =
            largest_difference(kernels, v, course, &course->rule, course->activation);
        print_message("%-4s %-4s decay %-4g largest difference %.2g\n", kernels->isa,
                      course->rule.kind->name, course->rule.decay.lambda, most);
        CHECK(most <= tolerance, "case %zu, %s: %.3g", k, kernels->isa, most);
    }
}

static void trainings_are_pytorchs(void **state)
{
    struct vectors v;
    (void)state;
    read_vectors(&v);
    CHECK(check_each_isa(check_courses, &v) >= 1, "no instruction set");
}

static void check_noticed(const struct vectors *v, const struct course *course,
                          const struct rule *rule, const char *what)
{
    const double off =
        largest_difference(check_kernels(), v, course, rule, course->activation);
    CHECK(off > 100 * tolerance, "%s: %s changes the training by %.3g only",
          rule->kind->name, what, off);
}

/* A parameter off by a thousandth, the other kind of decay, the other activation. */
static void what_is_wrong_is_noticed(void **state)
{
    struct vectors v;
    (void)state;
    read_vectors(&v);
    for (size_t k = 0; k < CASES; k++) {
        const struct course *course = &v.course[k];
        for (int i = 0; i < course->rule.kind->parameter_count; i++) {
            struct rule wrong = course->rule;
            if (wrong.kind->parameters[i].choices)
                continue;
            wrong.number[i] *= 1 + 1e-3;
            check_noticed(&v, course, &wrong, wrong.kind->parameters[i].name);
        }
        struct rule wrong = course->rule;
        wrong.decay.lambda += 1e-3;
        check_noticed(&v, course, &wrong, "weight decay");
        wrong.decay = course->rule.decay;
        wrong.decay.decoupled = !wrong.decay.decoupled;
        if (wrong.decay.lambda > 0 && strcmp(wrong.kind->name, "sgd") != 0)
            check_noticed(&v, course, &wrong, "the coupling");
        const double off = largest_difference(
            check_kernels(), &v, course, &course->rule,
            course->activation == PERCEPTRON_RELU ? PERCEPTRON_TANH : PERCEPTRON_RELU);
        CHECK_COMPARE(off, >, 1e-3);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trainings_are_pytorchs),
        cmocka_unit_test(what_is_wrong_is_noticed),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests_name("perceptron_vectors", tests, NULL, NULL);
}
