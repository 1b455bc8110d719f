/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_vectors.c: our steps against PyTorch's, recorded by tests/torch_vectors.py in
 * tests/vectors/. */
#include "check.h"

enum { COORDINATES = 3, STEPS = 50 };

struct vectors {
    struct rule rule;
    double start[COORDINATES];
    double gradient[STEPS][COORDINATES], theta[STEPS][COORDINATES];
    int steps;
};

/* The `count` numbers that a text begins with. */
static void read_numbers(const char *line, int count, double *number)
{
    char *end = NULL;
    for (int i = 0; i < count; i++, line = end) {
        number[i] = strtod(line, &end);
        CHECK(end != line, "'%s' lacks a number", line);
    }
}

static void read_line(char *line, struct vectors *v)
{
    double numbers[2 * COORDINATES];
    const size_t word = strcspn(line, " ");
    line[strcspn(line, "\n")] = '\0';
    if (line[0] == '#')
        return;
    if (strncmp(line, "rule ", 5) == 0) {
        v->rule = CHECK_RULE("%s", line + word + 1);
    } else if (strncmp(line, "weight_decay ", 13) == 0) {
        read_numbers(line + word, 1, &v->rule.decay.lambda);
    } else if (strncmp(line, "start ", 6) == 0) {
        read_numbers(line + word, COORDINATES, v->start);
    } else {
        CHECK(strncmp(line, "step ", 5) == 0 && v->steps < STEPS, "'%s'?", line);
        read_numbers(line + word, 2 * COORDINATES, numbers);
        memcpy(v->gradient[v->steps], numbers, sizeof v->start);
        memcpy(v->theta[v->steps++], numbers + COORDINATES, sizeof v->start);
    }
}

static void read_vectors(const char *name, struct vectors *v)
{
    char trajectory[128], *line = NULL;
    size_t size = 0;
    memset(v, 0, sizeof *v);
    snprintf(trajectory, sizeof trajectory, "tests/vectors/%s.txt", name);
    FILE *file = fopen(trajectory, "r");
    CHECK(file, "cannot read %s: run the tests from the project's folder", trajectory);
    while (getline(&line, &size, file) >= 0)
        read_line(line, v);
    free(line);
    fclose(file);
    assert_int_equal(v->steps, STEPS);
}

/* Largest |theta - PyTorch's| / |PyTorch's| over steps and coordinates. */
static double largest_difference(const struct vectors *v, const struct rule *rule)
{
    double theta[COORDINATES], slot[RULE_MAX_SLOTS * COORDINATES] = {0};
    double largest = 0;
    memcpy(theta, v->start, sizeof theta);
    for (int t = 0; t < STEPS; t++) {
        rule->kind->step(rule, (uint64_t)t, COORDINATES, v->gradient[t], theta, slot);
        for (int i = 0; i < COORDINATES; i++)
            largest =
                fmax(largest, fabs(theta[i] - v->theta[t][i]) / fabs(v->theta[t][i]));
    }
    return largest;
}

static void test_torch(void **state)
{
    static const char *const names[] = {"sgd",         "momentum", "nesterov",
                                        "adam",        "amsgrad",  "adamw",
                                        "adamw_decay", "radam",    "radam_epsilon"};
    (void)state;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        struct vectors v;
        read_vectors(names[k], &v);
        const double largest = largest_difference(&v, &v.rule);
        print_message("%-13s largest relative difference %.2g\n", names[k], largest);
        CHECK(largest <= 1e-12, "%s: %.3g relative", names[k], largest);
        /* A parameter off by a thousandth is noticed, whichever parameter it is. */
        for (int i = 0; i < v.rule.kind->parameter_count; i++) {
            struct rule wrong = v.rule;
            if (v.rule.kind->parameters[i].choices)
                continue;
            wrong.number[i] *= 1 + 1e-3;
            const double off = largest_difference(&v, &wrong);
            CHECK(off > 1e-12, "%s: %s off by 1e-3 changes theta by %.3g only",
                  names[k], v.rule.kind->parameters[i].name, off);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_torch)};
    return cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
