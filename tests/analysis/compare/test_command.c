/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_command.c: commands that a reader can type name what is not a default. */
#include "check.h"

#include "compare/command.h"

#include <gsl/gsl_rng.h>

static void generators_and_seeds(void **state)
{
    static const struct {
        struct random_generator generator;
        uint64_t seed;
        const char *words;
    } cases[] = {{{.kind = RANDOM_XOSHIRO}, 1, ""},
                 {{.kind = RANDOM_XOSHIRO}, 2, " --seed 2"},
                 {{.kind = RANDOM_PHILOX}, 1, " --rng philox"},
                 {{.kind = RANDOM_GSL}, 7, " --rng gsl:mt19937 --seed 7"}};
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct sampling sampling = {.generator = cases[k].generator,
                                    .seed = cases[k].seed};
        struct text text = {0};
        if (sampling.generator.kind == RANDOM_GSL)
            sampling.generator.gsl = gsl_rng_mt19937;
        command_random(&text, &sampling);
        assert_string_equal(text_get(&text), cases[k].words);
        text_free(&text);
    }
}

/* What begins with a minus sign would be read as an option. */
static void numbers(void **state)
{
    struct text text = {0};
    (void)state;
    command_number(&text, "lr", 0.1);
    command_number(&text, "start", -0.25);
    assert_string_equal(text_get(&text), " --lr 0.1 --start=-0.25");
    text_free(&text);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generators_and_seeds),
        cmocka_unit_test(numbers),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
