/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/nearest.h"

/* The hint for `word` among names "a|b|c". */
static struct nearest among(const char *word, const char *names)
{
    struct nearest nearest = nearest_to(word, "--");
    nearest_try_list(&nearest, names);
    return nearest;
}

static void test_near(void **state)
{
    static const struct {
        const char *word, *names, *found;
    } near[] = {
        {"spectrun", "noise|spectrum|start", "spectrum"}, /* exchanged */
        {"spctrum", "noise|spectrum|start", "spectrum"},  /* left out */
        {"speectrum", "noise|spectrum|start", "spectrum"},
        {"setps", "seed|steps", "steps"}, /* changed places */
        {"pmn", "sgd|pnm|pnm_eq7", "pnm"},
        {"SGD", "pnm|sgd", "sgd"},
        {"HeavyBall", "sgd|heavy_ball", "heavy_ball"},
        {"lemma-a3", "thm3.1|lemma-A2|lemma-A3", "lemma-A3"},
        {"warm_restart", "constant|warm-restarts", "warm-restarts"},
        {"betas", "beta0|beta1", "beta0"}, /* the first of equals */
        /* A number is one name's rather than a slip in another's. */
        {"eq19", "eq9|eq10|eq18-19", "eq18-19"},
        {"eq7", "eq4|eq6-8|eq9", "eq6-8"},
        {"eq.9", "eq19|eq9|eq5", "eq9"},
        {"thm31", "thm3.1|lemma-A2", "thm3.1"},
        {"fig20", "eq20|fig2|table20", "fig2"},
        {"liu-2020", "liu-2021|eq20", "liu-2021"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        char expected[96];
        const struct nearest nearest = among(near[i].word, near[i].names);
        snprintf(expected, sizeof expected, "; did you mean --%s?", near[i].found);
        assert_string_equal(nearest.hint, expected);
    }
}

static void test_far(void **state)
{
    static const char *const far[][2] = {
        {"bogus", "batch|beta0|burn-in"},
        {"lr", "c|x"}, /* of a letter nothing can be said */
        {"x", "c|lr"},
        {"", "lr|c"},
        {"sgd", ""},
        {"adam", "pnm|sgd"},
        {"nosuchrule", "nesterov|heavy_ball"},
        {"abcdef", "fedcba"},
        /* Another number is no slip. */
        {"eq3", "eq2|eq4"},
        {"beta5", "beta0|beta1"},
        {"thm4.4", "thm4.1|thm4.3"},
        {"lemma-a4", "lemma-A1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof far / sizeof *far; i++)
        assert_string_equal(among(far[i][0], far[i][1]).hint, "");
}

static void test_long_words_are_harmless(void **state)
{
    char word[5000];
    (void)state;
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_string_equal(among(word, "sgd|pnm").hint, "");
    assert_string_equal(among("pnn", word).hint, "");
    struct nearest nearest = nearest_to("pnn", "");
    nearest_try(&nearest, word, sizeof word - 1);
    nearest_try(&nearest, "pnm and more", 3);
    assert_string_equal(nearest.hint, "; did you mean pnm?");
}

static void test_known(void **state)
{
    const char name[] = "abcdefghi";
    (void)state;
    assert_string_equal(among("pmn", "sgd|pnm|x").known, "sgd, pnm, x");
    assert_string_equal(among("pmn", "").known, "");
    /* Whole names, as far as there is room. */
    struct nearest nearest = nearest_to("pmn", "");
    for (int k = 0; k < 1000; k++)
        nearest_try(&nearest, name, sizeof name - 1);
    const size_t length = strlen(nearest.known);
    const char *end = "i, abcdefghi, ...";
    assert_in_range(length, sizeof nearest.known - sizeof name - 2,
                    sizeof nearest.known - 1);
    assert_memory_equal(nearest.known, "abcdefghi, abcdefghi, ", 22);
    assert_string_equal(nearest.known + length - strlen(end), end);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_near),
        cmocka_unit_test(test_far),
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_long_words_are_harmless),
    };
    return cmocka_run_group_tests_name("nearest", tests, NULL, NULL);
}
