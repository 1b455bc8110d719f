/* SPDX-License-Identifier: GPL-3.0-or-later */
/* checkpoint.c: checkpoints that were changed, perhaps by someone who mends the
 * checksum. The bytes are changes to a checkpoint of four small sampling runs, the last
 * of which was cut:
 *
 *     w OFFSET VALUE   8 bytes are written there     OFFSET: 2 bytes, of the file's
 *     x OFFSET BYTE    a byte is changed             length the remainder
 *     t OFFSET         the file ends there           VALUE: 8 bytes
 *     k                the checksum stays as it is
 *
 * or, behind an r, a whole file. A run that goes on from it either refuses it, or has
 * all chains that it would have without, and finite numbers. */
#include "fuzz.h"

#include "base/random.h"
#include "engine/ensemble.h"
#include "engine/replicas.h"
#include "rules/rule_from.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    N = 2,
    PAIRS = 3,
    CHAINS = 100,
    STEPS = 8,
    EVERY = 3,
    RECORDS = 4,
    REPLICAS = 5
};
enum { CUT_RUN = 4, CUT_UNIT = 3, LONGEST = 1 << 16 };

struct results {
    struct moments theta[N], square[N], pair[PAIRS];
    uint64_t chains, replicas;
    double trajectory[CHAINS * RECORDS * N];
    double value[REPLICAS];
};

static int run_replica(const void *context, uint64_t replica, double *out,
                       struct error *error)
{
    (void)context;
    (void)error;
    *out = 1 / (1 + (double)replica);
    return STATUS_OK;
}

static int run_ensembles(const struct ensemble *ensemble, struct results *results,
                         struct error *error)
{
    const struct chains each = {CHAINS, STEPS, 2};
    const struct chains chains[N] = {each, each};
    struct covariance_groups groups = {.count = 4};
    int status = ensemble_moments(ensemble, chains, results->theta, results->square,
                                  NULL, error);
    if (status == STATUS_OK)
        status = ensemble_covariance(ensemble, each, results->pair, &groups, error);
    free(groups.mean);
    results->chains = CHAINS;
    return status == STATUS_OK ? ensemble_trajectory(ensemble, &results->chains, STEPS,
                                                     EVERY, results->trajectory, error)
                               : status;
}

/* The sampling runs of a session. */
static int run_session(struct session *session, struct results *results,
                       struct error *error)
{
    static const double h[N] = {0.5, 1};
    struct problem problem = {0};
    struct rule rule;
    struct replicas replicas = {0};
    *results = (struct results){.chains = 0};
    int status = rule_from(&rule, error, "sgd lr=0.1");
    if (status == STATUS_OK)
        status = problem_init(&problem, N, h, error);
    for (size_t i = 0; status == STATUS_OK && i < N; i++)
        problem.noise[i] = 1;
    const struct ensemble ensemble = {.kernels = kernels_find(error),
                                      .rule = &rule,
                                      .problem = &problem,
                                      .threads = 1,
                                      .session = session};
    const struct replicas_plan plan = {.records = 1,
                                       .quantities = 1,
                                       .threads = 1,
                                       .session = session,
                                       .run = run_replica};
    if (status == STATUS_OK)
        status = run_ensembles(&ensemble, results, error);
    if (status == STATUS_OK)
        status = replicas_run(&plan, REPLICAS, &replicas, error);
    results->replicas = replicas.count;
    for (uint64_t k = 0; status == STATUS_OK && k < replicas.count; k++)
        results->value[k] = replicas_value(&replicas, k, 0, 0);
    replicas_free(&replicas);
    problem_free(&problem);
    return status;
}

/* Resumes the file, NULL: none, and runs to the end. */
static int resume(const char *file, const char *checkpoint, struct results *results,
                  struct error *error)
{
    struct session session;
    int status = session_init(&session, "parameters: of the target\n", error);
    session.checkpoint = checkpoint;
    if (checkpoint)
        session.stop_at = (struct session_place){CUT_RUN, CUT_UNIT};
    if (status == STATUS_OK && file)
        status = session_resume(&session, file, error);
    if (status == STATUS_OK)
        status = run_session(&session, results, error);
    session_free(&session);
    return status;
}

/* The result without a checkpoint, and a checkpoint of it. */
struct original {
    struct results results;
    size_t size;
    uint8_t bytes[LONGEST];
};

static void make_original(struct original *original)
{
    char path[] = "/tmp/pnm-fuzz-XXXXXX";
    struct error error = {.agreed = false};
    struct results cut;
    const int file = mkstemp(path);
    fuzz_must(file >= 0, "no file can be made");
    fuzz_must(resume(NULL, NULL, &original->results, &error) == STATUS_OK &&
                  resume(NULL, path, &cut, &error) == STATUS_OK,
              "the sampling runs fail");
    close(file);
    FILE *stream = fopen(path, "rb");
    fuzz_must(stream != NULL, "no checkpoint was written");
    original->size = fread(original->bytes, 1, sizeof original->bytes, stream);
    fclose(stream);
    remove(path);
    fuzz_must(original->size > 0 && original->size < sizeof original->bytes,
              "the checkpoint is too large");
}

static void mend_checksum(uint8_t *bytes, size_t size)
{
    if (size < sizeof(uint64_t))
        return;
    const size_t payload = size - sizeof(uint64_t);
    const uint64_t hash = random_hash_bytes(RANDOM_HASH_START, bytes, payload);
    memcpy(bytes + payload, &hash, sizeof hash);
}

/* Makes the changes; returns the size of the file. */
static size_t change(const uint8_t *data, size_t left, uint8_t *bytes, size_t size)
{
    bool mend = true;
    while (left > 0) {
        const uint8_t what = data[0];
        const size_t length = what == 'w' ? 11 : what == 'x' ? 4 : what == 't' ? 3 : 1;
        if (left < length)
            break;
        const size_t wanted = length > 1 ? (size_t)(data[1] | data[2] << 8) : 0;
        const size_t offset = size > 0 ? wanted % size : 0;
        if (what == 'w' && size >= 8)
            memcpy(bytes + (offset + 8 <= size ? offset : size - 8), data + 3, 8);
        else if (what == 'x' && size > 0)
            bytes[offset] = data[3];
        else if (what == 't')
            size = offset;
        else if (what == 'k')
            mend = false;
        data += length;
        left -= length;
    }
    if (mend)
        mend_checksum(bytes, size);
    return size;
}

static bool same_bytes(const void *a, const void *b, size_t size)
{
    return memcmp(a, b, size) == 0;
}

static void check_moments(const struct moments *moments, size_t count)
{
    for (size_t k = 0; k < count; k++)
        fuzz_must(moments[k].count == CHAINS && isfinite(moments[k].mean) &&
                      isfinite(moments[k].squares) && moments[k].squares >= 0,
                  "a forged checkpoint gives moments that no run has");
}

static void check_results(const struct results *results)
{
    check_moments(results->theta, N);
    check_moments(results->square, N);
    check_moments(results->pair, PAIRS);
    fuzz_must(results->chains == CHAINS && results->replicas == REPLICAS,
              "a forged checkpoint changes how much has run");
    for (size_t k = 0; k < CHAINS * RECORDS * N; k++)
        fuzz_must(isfinite(results->trajectory[k]),
                  "a forged checkpoint gives trajectories that are not finite");
}

int fuzz_checkpoint(const uint8_t *data, size_t size)
{
    static struct original original;
    static uint8_t bytes[LONGEST];
    struct error error = {.agreed = false};
    struct results results;
    size_t length = size > 0 ? size - 1 : 0;
    if (original.size == 0)
        make_original(&original);
    if (length > LONGEST)
        return STATUS_USAGE;
    if (size > 0 && data[0] == 'r') {
        memcpy(bytes, data + 1, length);
        mend_checksum(bytes, length);
    } else {
        memcpy(bytes, original.bytes, original.size);
        length = change(data, size, bytes, original.size);
    }
    const int status = resume(fuzz_file(bytes, length), NULL, &results, &error);
    if (status == STATUS_OK)
        check_results(&results);
    if (length == original.size && memcmp(bytes, original.bytes, length) == 0)
        fuzz_must(status == STATUS_OK &&
                      same_bytes(&results, &original.results, sizeof results),
                  "a checkpoint changes the result");
    return fuzz_told(status, &error);
}
