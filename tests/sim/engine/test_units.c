/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toy_task.h"

static void check_units(uint64_t count, size_t numbers)
{
    struct task *expected = by_hand(count, 1, numbers);
    for (int k = 0; k < THREAD_COUNTS; k++) {
        struct task *task = task_make(count, 1, thread_counts[k]);
        struct error error;
        task->numbers = numbers;
        CHECK_OK(task_units(task, NULL, &error), &error);
        check_ran(task, 0, count);
        check_same_result(task, expected);
        task_free(task);
    }
    task_free(expected);
}

/* Around the largest batch, 4096 units. */
static void test_every_unit_once(void **state)
{
    static const uint64_t counts[] = {0,    1,    2,    6,    7,    8,    63,   64,
                                      4087, 4095, 4096, 4097, 4103, 8192, 10000};
    (void)state;
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
        check_units(counts[k], NUMBERS);
}

/* Without any scratch; with one of which 17 fit into a batch; with one that exceeds a
 * batch's memory alone. */
static void test_sizes_of_scratch(void **state)
{
    (void)state;
    check_units(5000, 0);
    check_units(5000, 1);
    check_units(100, (1 << 23) / 17);
    check_units(9, (1 << 23) + 1);
}

static void test_unit_fails(void **state)
{
    static const uint64_t places_of_failure[] = {0, 1, 64, 4095, 4096, 9999};
    (void)state;
    for (int k = 0; k < THREAD_COUNTS; k++)
        for (size_t j = 0; j < sizeof places_of_failure / sizeof *places_of_failure;
             j++) {
            const uint64_t at = places_of_failure[j];
            struct task *task = task_make(10000, 1, thread_counts[k]);
            struct error error = {.agreed = false};
            char text[64];
            task->fail_at = at;
            assert_int_equal(task_units(task, NULL, &error), STATUS_SOFTWARE);
            snprintf(text, sizeof text, "unit %llu fails", (unsigned long long)at);
            assert_string_equal(error.text, text);
            /* What was merged is what lies before. */
            assert_true(task->total.merged <= at);
            check_ran(task, 0, task->total.merged);
            task_free(task);
        }
}

/* Of two that fail together either may be told, but status and text of the same. */
static void test_units_fail_together(void **state)
{
    (void)state;
    for (uint64_t at = 0; at < 40; at++) {
        struct task *task = task_make(200, 1, 7);
        struct error error = {.agreed = false};
        task->fail_at = at;
        task->other_fail_at = at + 1;
        const int status = task_units(task, NULL, &error);
        if (status != STATUS_MEMORY)
            assert_int_equal(status, STATUS_SOFTWARE);
        assert_non_null(
            strstr(error.text, status == STATUS_MEMORY ? "has no memory" : "fails"));
        assert_int_equal(task->faults, 0);
        task_free(task);
    }
}

/* Units that cost far more than those before them are not taken by the thousand: the
 * first of them are as many as there are workers. */
static void test_dear_units(void **state)
{
    static const uint64_t cheap[] = {1, 7, 5000};
    (void)state;
    for (int k = 0; k < THREAD_COUNTS; k++)
        for (size_t j = 0; j < sizeof cheap / sizeof *cheap; j++) {
            struct task *task = task_make(cheap[j] + 3000, 1, thread_counts[k]);
            struct session session;
            struct error error;
            CHECK_OK(session_init(&session, "", &error), &error);
            session.max_seconds = 1e9;
            task->dear_from = cheap[j];
            CHECK_OK(task_units(task, &session, &error), &error);
            check_ran(task, 0, cheap[j] + 3000);
            CHECK(task->first_dear > 0 && task->first_dear <= thread_counts[k],
                  "%d dear units at once", task->first_dear);
            session_free(&session);
            task_free(task);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_unit_once),
        cmocka_unit_test(test_sizes_of_scratch),
        cmocka_unit_test(test_unit_fails),
        cmocka_unit_test(test_units_fail_together),
        cmocka_unit_test(test_dear_units),
    };
    return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
