/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "engine/units.h"

/* A sampling run that holds one of each kind of block. Unit k adds two numbers to the
 * moments, which are 1 and 2 plus k, and one to the others. */
enum { UNITS = 5, DONE = 3, VALUES = 2 };

struct own {
    struct moments moments;
    struct skewed_moments skewed;
    struct comoments comoments;
    struct control_fit fit;
    uint64_t count;
    double sum, value[UNITS];
    bool flag[UNITS];
    size_t ran;
};

static int run(void *context, int thread, uint64_t unit, double *scratch,
               struct error *error)
{
    (void)thread;
    (void)error;
    ((struct own *)context)->ran++;
    scratch[0] = 1 + (double)unit;
    scratch[1] = 2 + (double)unit;
    return STATUS_OK;
}

static void merge(void *context, uint64_t unit, const double *scratch)
{
    struct own *own = context;
    moments_add(&own->moments, scratch[0]);
    moments_add(&own->moments, scratch[1]);
    skewed_moments_add(&own->skewed, scratch[0]);
    comoments_add(&own->comoments, 2, scratch);
    control_fit_add(&own->fit, 1, scratch, scratch[1]);
    own->count++;
    own->sum += scratch[0];
    own->value[unit] = scratch[1];
    own->flag[unit] = true;
}

static bool sums_are_positive(const void *context)
{
    return ((const struct own *)context)->sum > 0;
}

/* With a checkpoint of DONE units at `path`, if not NULL. */
static int run_units(struct own *own, struct session *session, struct error *error)
{
    const struct session_block blocks[] = {
        {&own->moments, sizeof own->moments, SESSION_MOMENTS},
        {&own->skewed, sizeof own->skewed, SESSION_SKEWED_MOMENTS},
        {&own->comoments, sizeof own->comoments, SESSION_COMOMENTS},
        {&own->fit, sizeof own->fit, SESSION_CONTROL_FIT},
        {&own->count, sizeof own->count, SESSION_COUNTS},
        {&own->sum, sizeof own->sum, SESSION_REALS},
        {own->value, sizeof own->value, SESSION_ANY_REALS},
        {own->flag, sizeof own->flag, SESSION_COUNTS},
        SESSION_END};
    const struct units units = {.count = UNITS,
                                .scratch_size = VALUES,
                                .threads = 1,
                                .identity = 7,
                                .session = session,
                                .blocks = blocks,
                                .context = own,
                                .run = run,
                                .merge = merge,
                                .sound = sums_are_positive};
    *own = (struct own){.count = 0};
    return units_run(&units, error);
}

/* Where things are in the checkpoint: behind magic, length and text of the parameters,
 * and the number of sampling runs, come identity, units, done and size; then the blocks
 * of struct own, of which the flags are bytes, and the checksum. */
enum {
    TEXT = 5,
    RUNS = 2 * 8 + TEXT,
    RECORD = RUNS + 8,
    BLOCKS = RECORD + 4 * 8,
    MOMENTS = BLOCKS,
    SKEWED = MOMENTS + sizeof(struct moments),
    COMOMENTS = SKEWED + sizeof(struct skewed_moments),
    FIT = COMOMENTS + sizeof(struct comoments),
    COUNT = FIT + sizeof(struct control_fit),
    SUM = COUNT + 8,
    VALUE = SUM + 8,
    FLAG = VALUE + UNITS * 8,
    HASH = FLAG + UNITS,
    SIZE = HASH + 8,
};

static void session_start(struct session *session)
{
    struct error error;
    CHECK_OK(session_init(session, "a: b\n", &error), &error);
}

/* The name of a file that the caller removes. */
static void checkpoint_make(char path[64], unsigned char bytes[SIZE + 8])
{
    struct session session;
    struct own own;
    struct error error;
    snprintf(path, 64, "/tmp/pnm-test-XXXXXX");
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    session_start(&session);
    session.checkpoint = path;
    session.stop_at = (struct session_place){1, DONE};
    CHECK_OK(run_units(&own, &session, &error), &error);
    session_free(&session);
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    assert_int_equal(fread(bytes, 1, SIZE + 8, stream), SIZE);
    fclose(stream);
}

/* Writes the bytes with their checksum, and goes on from them. */
static int resume(const char *path, unsigned char *bytes, size_t size, bool divergent,
                  struct own *own, uint64_t *anew, struct error *error)
{
    struct session session;
    const uint64_t hash = random_hash_bytes(RANDOM_HASH_START, bytes, size - 8);
    memcpy(bytes + size - 8, &hash, sizeof hash);
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
    session_start(&session);
    session.divergent = divergent;
    *own = (struct own){.count = 0};
    int status = session_resume(&session, path, error);
    if (status == STATUS_OK)
        status = run_units(own, &session, error);
    *anew = session.anew;
    session_free(&session);
    return status;
}

/* What a change of the 8 bytes at `at` leads to. */
struct change {
    const char *what;
    size_t at;
    double real;      /* NAN: */
    uint64_t count;   /* this */
    const char *says; /* NULL: it is taken as it is, or the run begins anew */
};

static uint64_t word_of(const struct change *change)
{
    uint64_t word = change->count;
    if (!isnan(change->real))
        memcpy(&word, &change->real, sizeof word);
    return word;
}

static void check_change(const struct change *change, bool divergent, bool anew)
{
    unsigned char bytes[SIZE + 8];
    char path[64];
    struct own own, right;
    uint64_t begun_anew;
    struct error error = {.agreed = false};
    checkpoint_make(path, bytes);
    CHECK_OK(run_units(&right, NULL, &error), &error);
    const uint64_t word = word_of(change);
    memcpy(bytes + change->at, &word, sizeof word);
    const int status = resume(path, bytes, SIZE, divergent, &own, &begun_anew, &error);
    unlink(path);
    if (change->says) {
        CHECK_REFUSED(change->what, status, &error, change->says);
        assert_int_equal(own.ran, 0);
        return;
    }
    CHECK_OK(status, &error);
    CHECK(begun_anew == (anew ? 1 : 0), "%s begins anew: %d", change->what, !anew);
    CHECK(own.ran == (anew ? UNITS : UNITS - DONE), "%s: %zu units ran", change->what,
          own.ran);
    own.ran = right.ran;
    CHECK((memcmp(&own, &right, sizeof own) == 0) == anew, "%s: another result",
          change->what);
}

/* What was not changed is taken up, and gives the same result. */
static void test_the_checkpoint_itself(void **state)
{
    unsigned char bytes[SIZE + 8];
    char path[64];
    struct own own, right;
    uint64_t anew;
    struct error error;
    (void)state;
    checkpoint_make(path, bytes);
    CHECK_OK(run_units(&right, NULL, &error), &error);
    CHECK_OK(resume(path, bytes, SIZE, false, &own, &anew, &error), &error);
    assert_int_equal(own.ran, UNITS - DONE);
    own.ran = right.ran;
    assert_memory_equal(&own, &right, sizeof own);
    assert_int_equal(anew, 0);
    unlink(path);
}

static void test_counts_follow_from_the_units(void **state)
{
    static const char not_left[] = "holds counts or sums that its units do not leave";
    static const char damaged[] = "is damaged";
    static const struct change changes[] = {
        {"fewer units", RECORD + 16, NAN, DONE - 1, not_left},
        {"more units", RECORD + 16, NAN, DONE + 1, not_left},
        {"too many units", RECORD + 16, NAN, UNITS + 1, "has more units than there"},
        {"the largest number of units", RECORD + 16, NAN, UINT64_MAX, "more units"},
        {"another identity", RECORD, NAN, 8, "is not the one of this program"},
        {"another number of units", RECORD + 8, NAN, UNITS + 1, "is not the one"},
        {"another size", RECORD + 24, NAN, FLAG - BLOCKS, damaged},
        {"a size beyond the file", RECORD + 24, NAN, UINT64_MAX, damaged},
        {"no sampling run", RUNS, NAN, 0, damaged},
        {"one sampling run more", RUNS, NAN, 2, damaged},
        {"longer parameters", 8, NAN, TEXT + 8, damaged},
        {"moments without a number", MOMENTS, NAN, 0, not_left},
        {"moments of another number", MOMENTS, NAN, 2 * DONE + 1, not_left},
        {"skewed moments", SKEWED, NAN, DONE - 1, not_left},
        {"comoments", COMOMENTS, NAN, UINT64_MAX, not_left},
        {"a fit", FIT, NAN, DONE + 1, not_left},
        {"a count", COUNT, NAN, UNITS, not_left},
        {"flags", FLAG - 3, NAN, 0, not_left},
        {"a flag that is neither", FLAG - 3, NAN, UINT64_C(0x0201010000000000),
         not_left},
    };
    (void)state;
    for (size_t k = 0; k < sizeof changes / sizeof *changes; k++)
        check_change(&changes[k], false, false);
}

static void test_squares_are_not_negative(void **state)
{
    static const char not_left[] = "holds counts or sums that its units do not leave";
    static const struct change changes[] = {
        {"squares of moments", MOMENTS + 16, -1, 0, not_left},
        {"squares of skewed moments", SKEWED + 16, -1, 0, not_left},
        {"squares of comoments",
         COMOMENTS + 8 * (1 + COMOMENTS_MAX + COMOMENTS_MAX + 1), -1, 0, not_left},
        {"squares of a fit", FIT + 8 * (1 + CONTROL_FITTED + 1), -1, 0, not_left},
        {"what the run refuses", SUM, -1, 0, "holds a result that no unit has"},
    };
    (void)state;
    for (size_t k = 0; k < sizeof changes / sizeof *changes; k++)
        check_change(&changes[k], false, false);
}

/* Where chains do not diverge a run with such sums begins anew; else they are those of
 * the run. */
static void test_sums_are_finite(void **state)
{
    static const uint64_t no_number = UINT64_C(0x7ff8000000000000);
    const struct change changes[] = {
        {"mean", MOMENTS + 8, HUGE_VAL, 0, NULL},
        {"squares", MOMENTS + 16, NAN, no_number, NULL},
        {"cubes", SKEWED + 24, -HUGE_VAL, 0, NULL},
        {"a product", COMOMENTS + 8 * (1 + COMOMENTS_MAX + 1), NAN, no_number, NULL},
        {"a fit", FIT + 8, NAN, no_number, NULL},
    };
    (void)state;
    for (size_t k = 0; k < sizeof changes / sizeof *changes; k++) {
        check_change(&changes[k], false, true);
        check_change(&changes[k], true, false);
    }
    const struct change sum = {"a sum", SUM, HUGE_VAL, 0, NULL};
    check_change(&sum, false, true);
    const struct change any = {"a value", VALUE, NAN, no_number, NULL};
    check_change(&any, false, false);
}

/* What cannot be told: a sum that a run might leave. */
static void test_plausible_sums_are_believed(void **state)
{
    static const struct change changes[] = {
        {"mean", MOMENTS + 8, 2.25, 0, NULL},
        {"squares", MOMENTS + 16, 1, 0, NULL},
        {"a product", COMOMENTS + 8 * (1 + COMOMENTS_MAX + 1), -1, 0, NULL},
        {"a sum", SUM, 3, 0, NULL},
        {"a value", VALUE, -1, 0, NULL},
    };
    (void)state;
    for (size_t k = 0; k < sizeof changes / sizeof *changes; k++)
        check_change(&changes[k], false, false);
}

/* Bytes behind the last record, and parameters that go on behind a zero byte. */
static void test_what_else_is_damage(void **state)
{
    unsigned char bytes[SIZE + 8];
    char path[64];
    struct own own;
    uint64_t anew;
    struct error error = {.agreed = false};
    (void)state;
    checkpoint_make(path, bytes);
    memset(bytes + HASH, 0, 8);
    CHECK_REFUSED("a longer file",
                  resume(path, bytes, SIZE + 8, false, &own, &anew, &error), &error,
                  "is damaged");
    unlink(path);
    checkpoint_make(path, bytes);
    bytes[16 + 2] = 0;
    CHECK_REFUSED("a zero byte", resume(path, bytes, SIZE, false, &own, &anew, &error),
                  &error, "is damaged");
    unlink(path);
}

/* A count of 0 has nothing beside it. */
static void test_nothing_was_added(void **state)
{
    struct moments own = {0}, theirs = {0};
    const struct session_block blocks[] = {{&own, sizeof own, SESSION_MOMENTS},
                                           SESSION_END};
    (void)state;
    assert_true(session_blocks_agree(blocks, (const unsigned char *)&theirs));
    theirs.mean = 1;
    assert_false(session_blocks_agree(blocks, (const unsigned char *)&theirs));
    theirs = (struct moments){.squares = 1};
    assert_false(session_blocks_agree(blocks, (const unsigned char *)&theirs));
    own.count = theirs.count = 1;
    assert_true(session_blocks_agree(blocks, (const unsigned char *)&theirs));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_checkpoint_itself),
        cmocka_unit_test(test_counts_follow_from_the_units),
        cmocka_unit_test(test_squares_are_not_negative),
        cmocka_unit_test(test_sums_are_finite),
        cmocka_unit_test(test_plausible_sums_are_believed),
        cmocka_unit_test(test_what_else_is_damage),
        cmocka_unit_test(test_nothing_was_added),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
