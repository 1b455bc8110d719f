/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_memory.c: without memory, what the engine stands on ends with an error, and
 * frees what it has. */
#include "memory.h"
#include "toy_task.h"

#include "base/text_file.h"
#include "cli/trajectory_table.h"
#include "engine/epoch_draw.h"
#include "engine/minibatch.h"
#include "losses/lesson.h"
#include "losses/rotation.h"

#include <gsl/gsl_errno.h>

static struct random_generator of_gsl(void)
{
    return (struct random_generator){.kind = RANDOM_GSL, .gsl = gsl_rng_mt19937};
}

static int stream(void *context, struct error *error)
{
    struct random_stream stream;
    (void)context;
    const int status = random_init(&stream, of_gsl(),
                                   (struct random_key){.purpose = RANDOM_TEST}, error);
    random_free(&stream);
    return status;
}

/* The line needs more memory for its end. */
static int line(void *context, struct error *error)
{
    struct text_file file;
    int status = text_file_open(&file, "data", context, error);
    if (status == STATUS_OK)
        status = text_file_line(&file, 1000, error);
    CHECK(status != STATUS_OK || file.length == 512, "%zu bytes", file.length);
    text_file_close(&file);
    return status;
}

static int rotation(void *context, struct error *error)
{
    double q[9];
    (void)context;
    return rotation_draw(3, 1, q, error);
}

static int epochs(void *context, struct error *error)
{
    const struct problem problem = {.n = 2, .train_size = 9, .batch = 3};
    struct epoch_samples samples;
    (void)context;
    const int status = epoch_samples_init(&samples, &problem, 2, of_gsl(), 1, error);
    epoch_samples_free(&samples);
    return status;
}

static int lesson(void *context, struct error *error)
{
    const struct lesson_setting setting = {
        .data = context, .features = 1, .classes = 2, .train = 2, .test = 1};
    struct lesson lesson;
    const int status = lesson_init(&lesson, &setting, of_gsl(), 1, 0, error);
    lesson_free(&lesson);
    return status;
}

static void streams_and_what_is_drawn(void **state)
{
    static const double examples[] = {0.5, 0, 1, 1, 2, 0, 3, 1};
    char text[512], path[64];
    struct class_data *data;
    struct error error;
    (void)state;
    memset(text, ' ', sizeof text);
    text[511] = '\n';
    check_file(text, sizeof text, path);
    check_memory("stream", stream, NULL);
    check_memory("line", line, path);
    unlink(path);
    check_memory("rotation", rotation, NULL);
    check_memory("epochs", epochs, NULL);
    CHECK_OK(class_data_make(1, 4, examples, false, &data, &error), &error);
    check_memory("lesson", lesson, data);
    class_data_free(data);
}

/* --- minibatches ------------------------------------------------------------------ */

/* The limit of the learning rate is looked for to be told. */
static int unstable(void *context, struct error *error)
{
    const struct problem *problem = context;
    const struct sampling sampling = {.threads = 1};
    const struct rule rule = CHECK_RULE("sgd lr=1.9");
    struct linear_system *systems = NULL;
    double *margins = NULL;
    const int status =
        sampling_systems(&sampling, &rule, problem, &systems, &margins, error);
    free(systems);
    free(margins);
    return status;
}

static void an_unstable_rate_of_minibatches(void **state)
{
    static const double h[] = {0.5, 1};
    struct problem problem;
    struct error error;
    (void)state;
    CHECK_OK(problem_init(&problem, 2, h, &error), &error);
    problem_set_examples(&problem, 2, 1);
    check_memory_or("unstable", unstable, &problem, STATUS_USAGE);
    problem_free(&problem);
}

/* --- checkpoints ------------------------------------------------------------------ */

enum { RUNS = 2 };

struct stopped {
    char path[64];
    bool resumes;
};

/* Two sampling runs, of which the second is stopped, or resumed at that place. */
static int session(void *context, struct error *error)
{
    const struct stopped *own = context;
    static const uint64_t counts[RUNS] = {5, 7};
    struct session session = {0};
    int status = session_init(&session, "program: toy\n", error);
    if (own->resumes && status == STATUS_OK)
        status = session_resume(&session, own->path, error);
    else
        session.checkpoint = own->path;
    if (!own->resumes)
        session.stop_at = (struct session_place){2, 3};
    for (uint64_t r = 0; status == STATUS_OK && r < RUNS; r++) {
        struct task task = {.count = counts[r],
                            .salt = r,
                            .numbers = NUMBERS,
                            .threads = 1,
                            .fail_at = never,
                            .other_fail_at = never,
                            .signal_at = never,
                            .dear_from = never};
        atomic_int runs[8] = {0};
        task.runs = runs;
        status = task_units(&task, &session, error);
        if (status == STATUS_OK)
            check_ran(&task,
                      !own->resumes ? 0
                      : r == 0      ? 5
                                    : 3,
                      !own->resumes && r == 1 ? 3 : counts[r]);
    }
    session_free(&session);
    return status;
}

static void checkpoints(void **state)
{
    struct stopped own = {.resumes = false};
    (void)state;
    struct error error;
    check_file("", 0, own.path);
    CHECK_OK(session(&own, &error), &error); /* OpenMP keeps what it allocates first */
    check_memory("session", session, &own);
    own.resumes = true;
    check_memory("session", session, &own);
    unlink(own.path);
}

/* --- tables ----------------------------------------------------------------------- */

static int table(void *context, struct error *error)
{
    static const double theta[300] = {0};
    static const double none[] = {0};
    const struct rule rule = CHECK_RULE("sgd lr=0.1");
    const struct sampling sampling = {.quiet = true};
    const struct problem problem = {.n = 1, .noise = (double *)(uintptr_t)none};
    const struct trajectory_table own = {.sampling = &sampling,
                                         .rule = &rule,
                                         .problem = &problem,
                                         .chains = 3,
                                         .steps = 99,
                                         .every = 1,
                                         .theta = theta};
    struct table table = {0};
    (void)context;
    int status = trajectory_table_init(&table, false, &rule, 1, error);
    if (status == STATUS_OK)
        status = trajectory_table_add(&own, &table, error);
    CHECK(status != STATUS_OK || table.rows == 300, "%zu rows", table.rows);
    table_free(&table);
    return status;
}

static void tables_of_trajectories(void **state)
{
    (void)state;
    check_memory("table", table, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_and_what_is_drawn),
        cmocka_unit_test(an_unstable_rate_of_minibatches),
        cmocka_unit_test(checkpoints),
        cmocka_unit_test(tables_of_trajectories),
    };
    gsl_set_error_handler_off();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
