/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_result.c: what a result says of the options, which also tells a checkpoint's run
 * from others. */
#include "memory.h"

#include "cli/options.h"
#include "cli/result.h"

static const struct option_spec own_options[] = {
    {.name = "word", .argument = "WORD", .preset = "a", .presence_counts = true},
    {.name = "other", .argument = "WORD", .preset = "b", .presence_counts = true},
    {.name = "plain", .argument = "WORD", .preset = "c"},
    {.name = "open", .argument = "WORD"},
};

static const struct program program = {
    .name = "pnm-try",
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
};

static int describe(void *context, struct error *error)
{
    char *text = result_describe(context);
    const int status = text ? STATUS_OK : error_memory(error, "the parameters");
    if (text)
        assert_non_null(strstr(text, "given: word,other\n"));
    free(text);
    return status;
}

/* Options that are given at their default are named if that makes a difference; and a
 * text that memory cut short is none. */
static void test_a_description_is_whole_or_none(void **state)
{
    char *words[] = {"pnm-try", "--word", "a", "--other", "b", "--plain", "c", NULL};
    struct options options;
    struct error error;
    (void)state;
    CHECK_OK(options_parse(&options, &program, 7, words, &error), &error);
    char *text = result_describe(&options);
    assert_non_null(text);
    assert_non_null(strstr(text, "program: pnm-try\n"));
    assert_non_null(strstr(text, "word: a\nother: b\nplain: c\n"));
    assert_null(strstr(text, "open"));
    free(text);
    check_memory("description", describe, &options);
    options_free(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_description_is_whole_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
