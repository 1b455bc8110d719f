/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toy_task.h"

#include "base/interrupt.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* Three sampling runs and one without units. */
enum { RUNS = 4 };
static const uint64_t run_counts[RUNS] = {37, 0, 70, 11};
static const char parameters[] = "program: toy\nlr: 0.1\nseed: 1\n";

struct toy {
    struct task *task[RUNS];
};

static struct toy toy_make(int threads)
{
    struct toy toy;
    for (int r = 0; r < RUNS; r++)
        toy.task[r] = task_make(run_counts[r], 10 + (uint64_t)r, threads);
    return toy;
}

static void toy_free(struct toy *toy)
{
    for (int r = 0; r < RUNS; r++)
        task_free(toy->task[r]);
}

/* As far as it gets without an error. */
static int toy_run(struct toy *toy, struct session *session, struct error *error)
{
    int status = STATUS_OK;
    for (int r = 0; status == STATUS_OK && r < RUNS; r++)
        status = task_units(toy->task[r], session, error);
    return status;
}

static struct toy toy_by_hand(void)
{
    struct toy toy;
    for (int r = 0; r < RUNS; r++)
        toy.task[r] = by_hand(run_counts[r], 10 + (uint64_t)r, NUMBERS);
    return toy;
}

static void check_toy(const struct toy *toy, const struct toy *expected)
{
    for (int r = 0; r < RUNS; r++) {
        assert_int_equal(toy->task[r]->faults, 0);
        check_same_result(toy->task[r], expected->task[r]);
    }
}

static struct session session_make(const char *checkpoint)
{
    struct session session;
    struct error error;
    CHECK_OK(session_init(&session, parameters, &error), &error);
    session.checkpoint = checkpoint;
    return session;
}

/* Units that each run does when the program is stopped at `at`. A whole run is no cut:
 * the next one with units is where it stops. */
static void expect_stop(struct session_place at, uint64_t done[RUNS],
                        struct session_place *stopped_at)
{
    *stopped_at = (struct session_place){0, 0};
    for (uint64_t r = 0; r < RUNS; r++) {
        done[r] = r + 1 < at.run ? run_counts[r] : 0;
        if (r + 1 == at.run)
            done[r] = at.unit < run_counts[r] ? at.unit : run_counts[r];
        if (done[r] < run_counts[r] && stopped_at->run == 0)
            *stopped_at = (struct session_place){r + 1, done[r]};
    }
}

static void check_stopped(const struct session *session, struct session_place expected)
{
    assert_int_equal(session->stopped, expected.run > 0);
    assert_int_equal(session_was_cut(session), expected.run > 0);
    if (expected.run == 0)
        return;
    assert_int_equal(session->stopped_at.run, expected.run);
    assert_int_equal(session->stopped_at.unit, expected.unit);
    assert_int_equal(session->stopped_of, run_counts[expected.run - 1]);
}

static void check_stop_at(struct session_place at, int threads)
{
    struct session session = session_make(NULL);
    struct toy toy = toy_make(threads);
    uint64_t done[RUNS];
    struct session_place stopped_at;
    struct error error;
    session.stop_at = at;
    CHECK_OK(toy_run(&toy, &session, &error), &error);
    expect_stop(at, done, &stopped_at);
    for (int r = 0; r < RUNS; r++)
        check_ran(toy.task[r], 0, done[r]);
    check_stopped(&session, stopped_at);
    toy_free(&toy);
    session_free(&session);
}

static void test_stop_at(void **state)
{
    (void)state;
    for (int k = 0; k < THREAD_COUNTS; k++)
        for (uint64_t r = 1; r <= RUNS + 1; r++) {
            const uint64_t count = r <= RUNS ? run_counts[r - 1] : 2;
            for (uint64_t unit = 0; unit <= count + 1; unit++)
                check_stop_at((struct session_place){r, unit}, thread_counts[k]);
            check_stop_at((struct session_place){r, never}, thread_counts[k]);
        }
}

static void test_no_limits(void **state)
{
    struct session session = session_make(NULL);
    struct toy toy = toy_make(2), expected = toy_by_hand();
    struct error error;
    (void)state;
    assert_false(session_is_timed(&session));
    CHECK_OK(toy_run(&toy, &session, &error), &error);
    check_toy(&toy, &expected);
    check_stopped(&session, (struct session_place){0, 0});
    toy_free(&toy);
    toy_free(&expected);
    session_free(&session);
    /* NULL is a session without limits, too. */
    assert_int_equal(session_limit(NULL, 5), 5);
    assert_false(session_is_timed(NULL));
    assert_false(session_was_cut(NULL));
    assert_false(session_time_is_up(NULL, 0, 5));
}

static void test_no_time(void **state)
{
    (void)state;
    for (int k = 0; k < THREAD_COUNTS; k++) {
        struct session session = session_make(NULL);
        struct toy toy = toy_make(thread_counts[k]);
        struct error error;
        session.max_seconds = 0;
        assert_true(session_is_timed(&session));
        CHECK_OK(toy_run(&toy, &session, &error), &error);
        for (int r = 0; r < RUNS; r++) {
            check_ran(toy.task[r], 0, 0);
            for (uint64_t unit = 0; unit < run_counts[r]; unit++)
                assert_int_equal(toy.task[r]->runs[unit], 0);
        }
        check_stopped(&session, (struct session_place){1, 0});
        toy_free(&toy);
        session_free(&session);
    }
}

/* The time is up while unit 0 runs: the first batch, a unit a thread, is merged. (None,
 * should this machine have needed that long to begin.) The place repeats the run. */
static void test_time_is_up(void **state)
{
    (void)state;
    for (int k = 0; k < THREAD_COUNTS; k++) {
        struct session session = session_make(NULL), again = session_make(NULL);
        struct toy first = toy_make(thread_counts[k]);
        struct toy second = toy_make(1);
        struct error error;
        session.max_seconds = 0.05;
        first.task[0]->wait_until = session.started + session.max_seconds;
        CHECK_OK(toy_run(&first, &session, &error), &error);
        assert_true(session.stopped);
        if (session.stopped_at.unit > 0)
            assert_int_equal(session.stopped_at.unit, thread_counts[k]);
        check_stopped(&session, (struct session_place){1, session.stopped_at.unit});
        again.stop_at = session.stopped_at;
        CHECK_OK(toy_run(&second, &again, &error), &error);
        check_toy(&second, &first);
        check_stopped(&again, session.stopped_at);
        toy_free(&first);
        toy_free(&second);
        session_free(&session);
        session_free(&again);
    }
}

/* More time than is needed changes nothing but the batches; one that takes longer than
 * a batch should leaves batches of a unit a thread. */
static void test_time_enough(void **state)
{
    struct session session = session_make(NULL);
    struct task *expected = by_hand(10000, 1, NUMBERS);
    struct task *task = task_make(10000, 1, 7);
    struct error error;
    (void)state;
    session.max_seconds = 1e6;
    task->wait_until = session.started + 1.1;
    CHECK_OK(task_units(task, &session, &error), &error);
    check_ran(task, 0, 10000);
    check_same_result(task, expected);
    assert_false(session.stopped);
    task_free(task);
    task_free(expected);
    session_free(&session);
}

/* --- checkpoints ------------------------------------------------------------------ */

/* A new folder, and the name of a file in it. */
struct folder {
    char name[64], file[96];
};

static void folder_make(struct folder *folder)
{
    /* In memory where that is offered: checkpoints are synced, disks are slow. */
    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(folder->name, sizeof folder->name, "%s/pnm-test-XXXXXX", parent);
    assert_non_null(mkdtemp(folder->name));
    snprintf(folder->file, sizeof folder->file, "%s/checkpoint", folder->name);
}

/* Nothing but the file may be in it. */
static void folder_remove(const struct folder *folder)
{
    unlink(folder->file);
    assert_int_equal(rmdir(folder->name), 0);
}

struct bytes {
    unsigned char *at;
    size_t size;
};

static struct bytes bytes_read(const char *path)
{
    struct stat about;
    struct bytes bytes;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &about), 0);
    bytes.size = (size_t)about.st_size;
    bytes.at = check_alloc(bytes.size + 1, 1);
    assert_int_equal(fread(bytes.at, 1, bytes.size, file), bytes.size);
    fclose(file);
    return bytes;
}

static void bytes_write(const char *path, const unsigned char *bytes, size_t size)
{
    unlink(path);
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, size), size);
    assert_int_equal(close(file), 0);
}

/* The program goes on from the checkpoint, with other threads, to the same result;
 * units that the checkpoint holds do not run again. */
static void check_resumes(const char *path, const uint64_t done[RUNS],
                          const struct toy *expected)
{
    struct session session = session_make(NULL);
    struct toy toy = toy_make(3);
    struct error error;
    CHECK_OK(session_resume(&session, path, &error), &error);
    CHECK_OK(toy_run(&toy, &session, &error), &error);
    for (int r = 0; r < RUNS; r++)
        check_ran(toy.task[r], done[r], run_counts[r]);
    check_toy(&toy, expected);
    assert_false(session.stopped);
    toy_free(&toy);
    session_free(&session);
    session_free(&session); /* is legal */
}

/* Cut at every place, then resumed. */
static void test_resume_everywhere(void **state)
{
    struct toy expected = toy_by_hand();
    struct folder folder;
    (void)state;
    folder_make(&folder);
    for (uint64_t r = 1; r <= RUNS; r++)
        for (uint64_t unit = 0; unit < run_counts[r - 1]; unit++) {
            struct session session = session_make(folder.file);
            struct toy toy = toy_make(2);
            struct session_place stopped_at;
            uint64_t done[RUNS];
            struct error error;
            session.stop_at = (struct session_place){r, unit};
            CHECK_OK(toy_run(&toy, &session, &error), &error);
            toy_free(&toy);
            session_free(&session);
            expect_stop((struct session_place){r, unit}, done, &stopped_at);
            check_resumes(folder.file, done, &expected);
        }
    folder_remove(&folder);
    toy_free(&expected);
}

/* Cut again and again, each time resumed from the file that is then replaced. */
static void test_resume_in_steps(void **state)
{
    enum { STEP = 5 };
    struct toy expected = toy_by_hand();
    struct folder folder;
    struct error error;
    bool stopped = true;
    int rounds = 0;
    (void)state;
    folder_make(&folder);
    for (uint64_t r = 1, unit = 0; stopped; rounds++) {
        struct session session = session_make(folder.file);
        struct toy toy = toy_make(1 + rounds % 7);
        session.stop_at = (struct session_place){r, unit};
        if (rounds > 0)
            CHECK_OK(session_resume(&session, folder.file, &error), &error);
        CHECK_OK(toy_run(&toy, &session, &error), &error);
        stopped = session.stopped;
        if (!stopped)
            check_toy(&toy, &expected);
        toy_free(&toy);
        session_free(&session);
        unit += STEP;
        if (r <= RUNS && unit >= run_counts[r - 1]) {
            r++;
            unit = 0;
        }
    }
    assert_true(rounds > 20);
    folder_remove(&folder);
    toy_free(&expected);
}

/* With a checkpoint after each batch: an error at any unit of the third run leaves one
 * behind from which the program goes on. */
static void test_resume_after_error(void **state)
{
    struct toy expected = toy_by_hand();
    struct folder folder;
    (void)state;
    folder_make(&folder);
    for (uint64_t unit = 0; unit < run_counts[2]; unit++) {
        struct session session = session_make(folder.file);
        struct toy toy = toy_make(2);
        struct error error;
        session.checkpoint_every = 0;
        toy.task[2]->fail_at = unit;
        assert_int_equal(toy_run(&toy, &session, &error), STATUS_SOFTWARE);
        assert_int_equal(toy.task[3]->total.merged, 0);
        const uint64_t done[RUNS] = {run_counts[0], run_counts[1],
                                     toy.task[2]->total.merged, 0};
        assert_true(done[2] <= unit);
        assert_true(unit < 2 || done[2] >= 2); /* the first batch: a unit a thread */
        toy_free(&toy);
        session_free(&session);
        check_resumes(folder.file, done, &expected);
    }
    folder_remove(&folder);
    toy_free(&expected);
}

/* Checkpoints change nothing; the last batch's is of the whole last run. */
static void test_checkpoints_all_along(void **state)
{
    struct toy expected = toy_by_hand();
    struct folder folder;
    (void)state;
    folder_make(&folder);
    for (int k = 0; k < THREAD_COUNTS; k++) {
        struct session session = session_make(folder.file);
        struct toy toy = toy_make(thread_counts[k]);
        struct error error;
        session.checkpoint_every = 0;
        CHECK_OK(toy_run(&toy, &session, &error), &error);
        check_toy(&toy, &expected);
        toy_free(&toy);
        session_free(&session);
        check_resumes(folder.file, run_counts, &expected);
    }
    folder_remove(&folder);
    toy_free(&expected);
}

/* One that is not due is not written. */
static void test_no_checkpoint_before_its_time(void **state)
{
    struct folder folder;
    struct error error;
    (void)state;
    folder_make(&folder);
    struct session session = session_make(folder.file);
    struct toy toy = toy_make(2);
    session.checkpoint_every = 1e6;
    CHECK_OK(toy_run(&toy, &session, &error), &error);
    assert_int_not_equal(access(folder.file, F_OK), 0);
    toy_free(&toy);
    session_free(&session);
    folder_remove(&folder);
}

/* Stopped before the first unit, there is nothing in it, and it is a checkpoint. */
static void test_checkpoint_without_time(void **state)
{
    static const uint64_t nothing[RUNS] = {0};
    struct toy toy = toy_make(2), expected = toy_by_hand();
    struct folder folder;
    struct error error;
    (void)state;
    folder_make(&folder);
    struct session session = session_make(folder.file);
    session.max_seconds = 0;
    CHECK_OK(toy_run(&toy, &session, &error), &error);
    check_stopped(&session, (struct session_place){1, 0});
    session_free(&session);
    check_resumes(folder.file, nothing, &expected);
    toy_free(&toy);
    toy_free(&expected);
    folder_remove(&folder);
}

/* A place that the checkpoint is past already: nothing is lost or done again, and the
 * place where it really stands is told. */
static void test_stop_before_the_checkpoint(void **state)
{
    static const uint64_t done[RUNS] = {37, 0, 20, 0};
    struct toy expected = toy_by_hand();
    struct folder folder;
    struct error error;
    (void)state;
    folder_make(&folder);
    for (int round = 0; round < 2; round++) {
        struct session session = session_make(folder.file);
        struct toy toy = toy_make(2);
        if (round > 0)
            CHECK_OK(session_resume(&session, folder.file, &error), &error);
        session.stop_at =
            round > 0 ? (struct session_place){1, 5} : (struct session_place){3, 20};
        CHECK_OK(toy_run(&toy, &session, &error), &error);
        check_stopped(&session, (struct session_place){3, 20});
        toy_free(&toy);
        session_free(&session);
    }
    check_resumes(folder.file, done, &expected);
    folder_remove(&folder);
    toy_free(&expected);
}

/* What a program runs after it was cut may be no part of the whole program. */
static void test_runs_after_the_cut(void **state)
{
    static const uint64_t done[RUNS] = {5};
    struct toy expected = toy_by_hand();
    struct folder folder;
    struct error error;
    (void)state;
    folder_make(&folder);
    struct session session = session_make(folder.file);
    struct task *first = task_make(run_counts[0], 10, 2), *other = task_make(9, 99, 2);
    session.checkpoint_every = 0;
    session.stop_at = (struct session_place){1, 5};
    CHECK_OK(task_units(first, &session, &error), &error);
    CHECK_OK(task_units(other, &session, &error), &error);
    check_ran(first, 0, 5);
    check_ran(other, 0, 0);
    task_free(first);
    task_free(other);
    session_free(&session);
    check_resumes(folder.file, done, &expected);
    folder_remove(&folder);
    toy_free(&expected);
}

/* --- checkpoints that are refused ------------------------------------------------- */

/* One from within the third run. */
static void checkpoint_make(const char *path)
{
    struct session session = session_make(path);
    struct toy toy = toy_make(1);
    struct error error;
    session.stop_at = (struct session_place){3, 20};
    CHECK_OK(toy_run(&toy, &session, &error), &error);
    toy_free(&toy);
    session_free(&session);
}

/* session_resume refuses it, naming the file; a second session_free is legal. */
static void check_resume_refused(const char *path, const char *word)
{
    struct session session = session_make(NULL);
    struct error error = {.agreed = false};
    const int status = session_resume(&session, path, &error);
    CHECK_REFUSED(path, status, &error, word);
    CHECK_REFUSED(path, status, &error, "--resume");
    CHECK_REFUSED(path, status, &error, path);
    session_free(&session);
    session_free(&session);
}

static void test_other_parameters(void **state)
{
    static const struct {
        const char *parameters, *names, *leaves_out;
    } others[] = {
        {"program: toy\nlr: 0.2\nseed: 1\n", "'lr: 0.1', this one has 'lr: 0.2'",
         "seed"},
        {"program: toy\nlr: 0.1\nseed: 12\n", "'seed: 1', this one has 'seed: 12'",
         "lr"},
        {"program: toy 2\nlr: 0.1\nseed: 1\n",
         "'program: toy', this one has 'program: toy 2'", "seed"},
        {"program: toy\nlr: 0.1\n", "'seed: 1', this one has 'nothing more'", "lr"},
        {"program: toy\nlr: 0.1\nseed: 1\nrng: x\n",
         "'nothing more', this one has 'rng: x'", "seed"},
        {"", "'program: toy', this one has 'nothing more'", "seed"},
    };
    struct folder folder;
    struct error error;
    (void)state;
    folder_make(&folder);
    checkpoint_make(folder.file);
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        struct session session;
        CHECK_OK(session_init(&session, others[k].parameters, &error), &error);
        const int status = session_resume(&session, folder.file, &error);
        CHECK_REFUSED("other parameters", status, &error, others[k].names);
        CHECK_REFUSED("other parameters", status, &error, folder.file);
        CHECK(!strstr(error.text, others[k].leaves_out), "%s", error.text);
        session_free(&session);
    }
    folder_remove(&folder);
}

/* The third run is not the one that the checkpoint holds: another identity, number of
 * units, size of the blocks. */
static void check_other_run(const char *path, uint64_t salt, uint64_t count,
                            size_t size)
{
    struct session session = session_make(NULL);
    struct toy toy = toy_make(2);
    unsigned char block[sizeof(struct total) + sizeof(double[MARKS]) + 1] = {0};
    const struct session_block blocks[] = {{block, size, SESSION_BYTES}, SESSION_END};
    uint64_t done;
    struct error error = {.agreed = false};
    CHECK_OK(session_resume(&session, path, &error), &error);
    for (int r = 0; r < 2; r++)
        CHECK_OK(task_units(toy.task[r], &session, &error), &error);
    const int status = session_begin(&session, salt, count, blocks, &done, &error);
    if (salt == 12 && count == run_counts[2] && size == sizeof block - 1) {
        CHECK_OK(status, &error);
        assert_int_equal(done, 20);
        CHECK_OK(session_restore(&session, done, blocks, &error), &error);
    } else {
        CHECK_REFUSED("another run", status, &error, "--resume");
        CHECK_REFUSED("another run", status, &error, "run 3");
        for (size_t k = 0; k < sizeof block; k++)
            assert_int_equal(block[k], 0);
    }
    toy_free(&toy);
    session_free(&session);
}

static void test_other_runs(void **state)
{
    const size_t size = sizeof(struct total) + sizeof(double[MARKS]);
    struct folder folder;
    (void)state;
    folder_make(&folder);
    checkpoint_make(folder.file);
    check_other_run(folder.file, 12, run_counts[2], size);
    check_other_run(folder.file, 13, run_counts[2], size);
    check_other_run(folder.file, 12, run_counts[2] + 1, size);
    check_other_run(folder.file, 12, run_counts[2], size - 8);
    check_other_run(folder.file, 12, run_counts[2], size + 1);
    folder_remove(&folder);
}

/* That units_run hands the refusal on, before any unit runs. */
static void test_other_run_does_not_run(void **state)
{
    struct session session = session_make(NULL);
    struct task *task = task_make(run_counts[0], 99, 2);
    struct folder folder;
    struct error error;
    (void)state;
    folder_make(&folder);
    checkpoint_make(folder.file);
    CHECK_OK(session_resume(&session, folder.file, &error), &error);
    CHECK_REFUSED("another run", task_units(task, &session, &error), &error, "run 1");
    for (uint64_t unit = 0; unit < task->count; unit++)
        assert_int_equal(task->runs[unit], 0);
    task_free(task);
    session_free(&session);
    folder_remove(&folder);
}

static void test_truncated(void **state)
{
    struct folder folder;
    (void)state;
    folder_make(&folder);
    checkpoint_make(folder.file);
    struct bytes whole = bytes_read(folder.file);
    assert_true(whole.size > 300);
    for (size_t size = 0; size < whole.size; size++) {
        bytes_write(folder.file, whole.at, size);
        check_resume_refused(folder.file,
                             size < 16 ? "is not a checkpoint" : "is damaged");
    }
    /* And too long: whole.at has a byte 0 more. */
    bytes_write(folder.file, whole.at, whole.size + 1);
    check_resume_refused(folder.file, "is damaged");
    free(whole.at);
    folder_remove(&folder);
}

static void test_flipped_bits(void **state)
{
    struct folder folder;
    (void)state;
    folder_make(&folder);
    checkpoint_make(folder.file);
    struct bytes bytes = bytes_read(folder.file);
    for (size_t k = 0; k < bytes.size; k++)
        for (int bit = 0; bit < 8; bit++) {
            bytes.at[k] ^= (unsigned char)(1 << bit);
            bytes_write(folder.file, bytes.at, bytes.size);
            check_resume_refused(folder.file,
                                 k < 8 ? "is not a checkpoint" : "checksum");
            bytes.at[k] ^= (unsigned char)(1 << bit);
        }
    free(bytes.at);
    folder_remove(&folder);
}

/* Lengths that reach beyond the file, under a checksum that is right: refused, or taken
 * where the number was no length, but never believed. */
static void test_wrong_lengths(void **state)
{
    static const uint64_t wrong[] = {UINT64_MAX, UINT64_MAX / 2, UINT64_MAX / 32 + 1,
                                     1 << 20};
    struct folder folder;
    int refused = 0;
    (void)state;
    folder_make(&folder);
    checkpoint_make(folder.file);
    struct bytes bytes = bytes_read(folder.file);
    const size_t payload = bytes.size - sizeof(uint64_t);
    for (size_t k = sizeof(uint64_t); k + sizeof(uint64_t) <= payload; k++)
        for (size_t j = 0; j < sizeof wrong / sizeof *wrong; j++) {
            struct session session = session_make(NULL);
            struct error error = {.agreed = false};
            unsigned char kept[sizeof(uint64_t)];
            memcpy(kept, bytes.at + k, sizeof kept);
            memcpy(bytes.at + k, &wrong[j], sizeof kept);
            const uint64_t hash =
                random_hash_bytes(RANDOM_HASH_START, bytes.at, payload);
            memcpy(bytes.at + payload, &hash, sizeof hash);
            bytes_write(folder.file, bytes.at, bytes.size);
            const int status = session_resume(&session, folder.file, &error);
            if (status != STATUS_OK) {
                CHECK_REFUSED("wrong lengths", status, &error, "--resume");
                refused++;
            }
            session_free(&session);
            memcpy(bytes.at + k, kept, sizeof kept);
        }
    /* The parameters' length, their text, the number of runs, and each one's size. */
    assert_true(refused > 4 * (2 + 3));
    free(bytes.at);
    folder_remove(&folder);
}

static void test_no_file(void **state)
{
    struct folder folder;
    (void)state;
    folder_make(&folder);
    check_resume_refused(folder.file, "No such file");
    check_resume_refused(folder.name, "is not a regular file");
    check_resume_refused("/dev/null", "is not a regular file");
    check_resume_refused("/dev/zero", "is not a regular file");
    check_resume_refused("", "No such file");
    bytes_write(folder.file, (const unsigned char *)"", 0);
    check_resume_refused(folder.file, "is not a checkpoint");
    folder_remove(&folder);
}

/* --- checkpoints that cannot be written ------------------------------------------- */

/* A run that would replace the checkpoint fails, and says what could not be written;
 * the old one stays. */
static void check_unwritable(const char *path)
{
    struct session session = session_make(path);
    struct toy toy = toy_make(2);
    struct error error = {.agreed = false};
    session.checkpoint_every = 0;
    CHECK_OK(session_resume(&session, path, &error), &error);
    assert_int_equal(toy_run(&toy, &session, &error), STATUS_OUTPUT);
    assert_string_equal(error.quantity, "checkpoint");
    assert_non_null(strstr(error.text, "cannot write"));
    toy_free(&toy);
    session_free(&session);
}

static void check_checkpoint_stays(const struct folder *folder,
                                   const struct bytes *before)
{
    static const uint64_t done[RUNS] = {37, 0, 20, 0};
    struct toy expected = toy_by_hand();
    struct bytes after = bytes_read(folder->file);
    assert_int_equal(after.size, before->size);
    assert_memory_equal(after.at, before->at, before->size);
    check_resumes(folder->file, done, &expected);
    free(after.at);
    toy_free(&expected);
}

/* Files may not grow beyond this: what a full disk looks like, also to root. */
static void limit_files(rlim_t size, struct rlimit *old)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, old), 0);
    limit = *old;
    limit.rlim_cur = size;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_full_disk(void **state)
{
    struct folder folder;
    struct rlimit old;
    (void)state;
    folder_make(&folder);
    checkpoint_make(folder.file);
    struct bytes before = bytes_read(folder.file);
    limit_files(100, &old);
    check_unwritable(folder.file);
    setrlimit(RLIMIT_FSIZE, &old);
    check_checkpoint_stays(&folder, &before);
    free(before.at);
    folder_remove(&folder);
}

/* A name for which the temporary file's beside it is too long; FOLDER/./././checkpoint.
 */
static void test_long_name(void **state)
{
    struct folder folder;
    char path[PATH_MAX];
    (void)state;
    folder_make(&folder);
    checkpoint_make(folder.file);
    struct bytes before = bytes_read(folder.file);
    size_t used = (size_t)snprintf(path, sizeof path, "%s", folder.name);
    while (used + 2 + strlen("/checkpoint") < PATH_MAX - 4)
        used += (size_t)snprintf(path + used, sizeof path - used, "/.");
    snprintf(path + used, sizeof path - used, "/checkpoint");
    check_unwritable(path);
    check_checkpoint_stays(&folder, &before);
    free(before.at);
    folder_remove(&folder);
}

/* A folder that is not there, or may not be written to (root may). */
static void test_unwritable_folder(void **state)
{
    struct folder folder;
    char path[128];
    (void)state;
    folder_make(&folder);
    snprintf(path, sizeof path, "%s/missing/checkpoint", folder.name);
    struct session session = session_make(path);
    struct task *task = task_make(100, 1, 2);
    struct error error = {.agreed = false};
    session.stop_at = (struct session_place){1, 50};
    assert_int_equal(task_units(task, &session, &error), STATUS_OUTPUT);
    assert_non_null(strstr(error.text, path));
    task_free(task);
    session_free(&session);
    checkpoint_make(folder.file);
    if (geteuid() != 0) {
        struct bytes before = bytes_read(folder.file);
        assert_int_equal(chmod(folder.name, 0500), 0);
        check_unwritable(folder.file);
        assert_int_equal(chmod(folder.name, 0700), 0);
        check_checkpoint_stays(&folder, &before);
        free(before.at);
    }
    folder_remove(&folder);
}

/* --- Ctrl-C ----------------------------------------------------------------------- */

/* Stays last: what interrupts this program stays pending. So nothing can be resumed by
 * units.c, and the checkpoint's remaining units are done by hand. */
static void test_interrupt(void **state)
{
    enum { COUNT = 300, SIGNAL = 150 };
    struct folder folder;
    struct error error = {.agreed = false};
    (void)state;
    folder_make(&folder);
    struct session session = session_make(folder.file);
    struct task *task = task_make(COUNT, 1, 2);
    session.checkpoint_every = 1e6; /* none would be due */
    task->signal_at = SIGNAL;
    interrupt_catch();
    assert_int_equal(task_units(task, &session, &error), STATUS_INTERRUPTED);
    assert_string_equal(error.text, "interrupted");
    assert_true(task->total.merged <= SIGNAL);
    check_ran(task, 0, task->total.merged);
    session_free(&session);

    struct session again = session_make(NULL);
    struct task *rest = task_make(COUNT, 1, 1), *expected = by_hand(COUNT, 1, NUMBERS);
    const struct session_block blocks[] = {
        {&rest->total, sizeof rest->total, SESSION_BYTES},
        {rest->mark, sizeof rest->mark, SESSION_BYTES},
        SESSION_END};
    double scratch[NUMBERS];
    uint64_t done;
    CHECK_OK(session_resume(&again, folder.file, &error), &error);
    CHECK_OK(session_begin(&again, 1, COUNT, blocks, &done, &error), &error);
    assert_int_equal(done, task->total.merged);
    CHECK_OK(session_restore(&again, done, blocks, &error), &error);
    check_same_result(rest, task);
    for (; done < COUNT; done++) {
        CHECK_OK(task_run(rest, 0, done, scratch, &error), &error);
        task_merge(rest, done, scratch);
    }
    check_same_result(rest, expected);
    session_free(&again);
    task_free(task);
    task_free(rest);
    task_free(expected);
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop_at),
        cmocka_unit_test(test_no_limits),
        cmocka_unit_test(test_no_time),
        cmocka_unit_test(test_time_is_up),
        cmocka_unit_test(test_time_enough),
        cmocka_unit_test(test_resume_everywhere),
        cmocka_unit_test(test_resume_in_steps),
        cmocka_unit_test(test_resume_after_error),
        cmocka_unit_test(test_checkpoints_all_along),
        cmocka_unit_test(test_no_checkpoint_before_its_time),
        cmocka_unit_test(test_checkpoint_without_time),
        cmocka_unit_test(test_stop_before_the_checkpoint),
        cmocka_unit_test(test_runs_after_the_cut),
        cmocka_unit_test(test_other_parameters),
        cmocka_unit_test(test_other_runs),
        cmocka_unit_test(test_other_run_does_not_run),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_flipped_bits),
        cmocka_unit_test(test_wrong_lengths),
        cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_long_name),
        cmocka_unit_test(test_unwritable_folder),
        cmocka_unit_test(test_interrupt),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
