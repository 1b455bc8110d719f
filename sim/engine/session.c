/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/session.h"

#include "base/random.h"
#include "base/ranks.h"
#include "base/whole_file.h"

#include <errno.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What a checkpoint holds of a sampling run; `bytes` is a copy of its blocks, one after
 * the other. */
struct session_record {
    uint64_t identity, units, done;
    uint64_t size;
    unsigned char *bytes;
};

int session_init(struct session *session, const char *parameters, struct error *error)
{
    *session = (struct session){.max_seconds = HUGE_VAL, .checkpoint_every = HUGE_VAL};
    session->started = session->checkpointed = omp_get_wtime();
    session->parameters = strdup(parameters);
    return session->parameters ? STATUS_OK : error_memory(error, "the parameters");
}

void session_free(struct session *session)
{
    for (size_t i = 0; i < session->record_count; i++)
        free(session->records[i].bytes);
    free(session->records);
    free(session->parameters);
    session->records = NULL;
    session->parameters = NULL;
    session->record_count = 0;
}

/* --- the checkpoint file ----------------------------------------------------------
 *
 * A file holds: magic; length and text of the parameters; number of records; for each
 * record identity, units, done, size and bytes; a hash of all this. Numbers have 64
 * bits in this machine's byte order; a file of the other order lacks the magic number.
 */

static const uint64_t magic = UINT64_C(0x31504b43424d4e50); /* "PNMBCKP1" */

struct writing {
    const struct session *session;
    const struct session_record *last; /* of the sampling run under way */
    const struct session_block *blocks;
    FILE *file;
    uint64_t hash;
    int failure; /* errno of the first write that failed */
};

static void put(struct writing *writing, const void *data, size_t size)
{
    writing->hash = random_hash_bytes(writing->hash, data, size);
    if (size > 0 && !writing->failure && fwrite(data, size, 1, writing->file) != 1)
        writing->failure = errno ? errno : EIO;
}

static void put_number(struct writing *writing, uint64_t x)
{
    put(writing, &x, sizeof x);
}

static void put_record(struct writing *writing, const struct session_record *record)
{
    put_number(writing, record->identity);
    put_number(writing, record->units);
    put_number(writing, record->done);
    put_number(writing, record->size);
}

static int write_checkpoint(FILE *file, void *context)
{
    struct writing *writing = context;
    const struct session *session = writing->session;
    const uint64_t before = session->runs - 1;
    writing->file = file;
    writing->failure = 0;
    writing->hash = RANDOM_HASH_START;
    put_number(writing, magic);
    put_number(writing, strlen(session->parameters));
    put(writing, session->parameters, strlen(session->parameters));
    put_number(writing, before + 1);
    for (size_t i = 0; i < before; i++) {
        put_record(writing, &session->records[i]);
        put(writing, session->records[i].bytes, session->records[i].size);
    }
    put_record(writing, writing->last);
    for (const struct session_block *block = writing->blocks; block->size > 0; block++)
        put(writing, block->data, block->size);
    const uint64_t hash = writing->hash;
    put_number(writing, hash);
    return writing->failure;
}

/* The rest of a copy of the file in memory. */
struct reading {
    const unsigned char *at, *end;
};

static const void *get(struct reading *reading, uint64_t size)
{
    const unsigned char *found = reading->at;
    if ((uint64_t)(reading->end - reading->at) < size)
        return NULL;
    reading->at += size;
    return found;
}

static uint64_t get_number(struct reading *reading)
{
    uint64_t x = 0;
    const void *found = get(reading, sizeof x);
    if (found)
        memcpy(&x, found, sizeof x);
    return x;
}

/* Finds the first line in which two texts differ. */
static void differing_lines(const char *a, const char *b, int *length_a,
                            const char **line_a, int *length_b, const char **line_b)
{
    while (*a && *b && strcspn(a, "\n") == strcspn(b, "\n") &&
           strncmp(a, b, strcspn(a, "\n")) == 0) {
        a += strcspn(a, "\n");
        b += strcspn(b, "\n");
        a += *a == '\n';
        b += *b == '\n';
    }
    *line_a = *a ? a : "nothing more";
    *line_b = *b ? b : "nothing more";
    *length_a = (int)strcspn(*line_a, "\n");
    *length_b = (int)strcspn(*line_b, "\n");
}

static int check_parameters(const struct session *session, const char *path,
                            const char *theirs, struct error *error)
{
    int own_length, their_length;
    const char *own_line, *their_line;
    if (strcmp(theirs, session->parameters) == 0)
        return STATUS_OK;
    differing_lines(theirs, session->parameters, &their_length, &their_line,
                    &own_length, &own_line);
    return error_about(
        error, STATUS_USAGE, "resume",
        "'%.300s' belongs to a run with '%.*s', this one has "
        "'%.*s'; allowed is a checkpoint of the same program, version and "
        "parameters",
        path, their_length, their_line, own_length, own_line);
}

static int damaged(const char *path, const char *how, struct error *error)
{
    return error_about(error, STATUS_USAGE, "resume",
                       "'%.400s' %s; allowed is a checkpoint", path, how);
}

static int read_records(struct session *session, const char *path,
                        struct reading *reading, struct error *error)
{
    const uint64_t length = get_number(reading);
    const char *text = get(reading, length);
    if (!text || memchr(text, '\0', length))
        return damaged(path, "is damaged", error);
    char *theirs = strndup(text, length);
    if (!theirs)
        return error_memory(error, "the checkpoint");
    const int status = check_parameters(session, path, theirs, error);
    free(theirs);
    if (status != STATUS_OK)
        return status;
    const uint64_t count = get_number(reading);
    const uint64_t smallest = 4 * sizeof(uint64_t);
    if (count > (uint64_t)(reading->end - reading->at) / smallest)
        return damaged(path, "is damaged", error);
    session->records = calloc(count + 1, sizeof *session->records);
    if (!session->records)
        return error_memory(error, "the checkpoint");
    for (; session->record_count < count; session->record_count++) {
        struct session_record *record = &session->records[session->record_count];
        if ((uint64_t)(reading->end - reading->at) < smallest)
            return damaged(path, "is damaged", error);
        record->identity = get_number(reading);
        record->units = get_number(reading);
        record->done = get_number(reading);
        record->size = get_number(reading);
        const void *bytes = get(reading, record->size);
        if (!bytes)
            return damaged(path, "is damaged", error);
        record->bytes = malloc(record->size + 1);
        if (!record->bytes)
            return error_memory(error, "the checkpoint");
        memcpy(record->bytes, bytes, record->size);
    }
    session->resumed = session->record_count;
    return reading->at == reading->end ? STATUS_OK : damaged(path, "is damaged", error);
}

static int cannot_read(const char *path, int failure, struct error *error)
{
    if (failure == ENOMEM)
        return error_memory(error, "the checkpoint");
    return error_about(error, STATUS_USAGE, "resume", "cannot read '%.400s': %s", path,
                       strerror(failure ? failure : EIO));
}

/* Reads a regular file; rank 0 does so for all. */
static int read_file(const char *path, unsigned char **bytes, size_t *size,
                     struct error *error)
{
    struct stat about;
    FILE *file = fopen(path, "r");
    int status = STATUS_OK;
    if (!file)
        return cannot_read(path, errno, error);
    if (fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode))
        status = damaged(path, "is not a regular file", error);
    *size = status == STATUS_OK ? (size_t)about.st_size : 0;
    *bytes = malloc(*size + 1);
    if (status == STATUS_OK && !*bytes)
        status = error_memory(error, "the checkpoint");
    errno = 0;
    if (status == STATUS_OK && fread(*bytes, 1, *size, file) != *size)
        status = ferror(file) ? cannot_read(path, errno, error)
                              : damaged(path, "is damaged: it became shorter", error);
    fclose(file);
    return status;
}

static int parse_checkpoint(struct session *session, const char *path,
                            const unsigned char *bytes, size_t size,
                            struct error *error)
{
    uint64_t hash;
    if (size < 2 * sizeof hash)
        return damaged(path, "is not a checkpoint", error);
    const size_t payload = size - sizeof hash;
    struct reading reading = {bytes, bytes + payload};
    if (get_number(&reading) != magic)
        return damaged(path, "is not a checkpoint", error);
    memcpy(&hash, bytes + payload, sizeof hash);
    if (hash != random_hash_bytes(RANDOM_HASH_START, bytes, payload))
        return damaged(path, "is damaged: its checksum is wrong", error);
    return read_records(session, path, &reading, error);
}

int session_resume(struct session *session, const char *path, struct error *error)
{
    unsigned char *bytes = NULL;
    size_t size = 0;
    int status = STATUS_OK;
    if (ranks_mine() == 0)
        status = read_file(path, &bytes, &size, error);
    status = ranks_agree(status, error);
    ranks_share(&size, sizeof size);
    if (status == STATUS_OK && !bytes && !(bytes = malloc(size + 1)))
        /* not covered from here: rank 0, alone in the tests of memory, has the bytes */
        status = error_memory(error, "the checkpoint");
    /* covered again */
    status = ranks_agree(status, error);
    if (status == STATUS_OK) {
        ranks_share(bytes, size);
        status = parse_checkpoint(session, path, bytes, size, error);
    }
    free(bytes);
    return status;
}

/* --- sampling runs ---------------------------------------------------------------- */

static int refuse_run(const struct session *session, const char *how,
                      struct error *error)
{
    return error_about(error, STATUS_USAGE, "resume",
                       "sampling run %llu of the checkpoint %s; allowed is a "
                       "checkpoint of the same program, version and parameters",
                       (unsigned long long)session->runs, how);
}

int session_begin(struct session *session, uint64_t identity, uint64_t units,
                  const struct session_block *blocks, uint64_t *done,
                  struct error *error)
{
    *done = 0;
    if (!session)
        return STATUS_OK;
    session->runs++;
    session->unsaved = false;
    if (session->runs > session->resumed) {
        if (!session->checkpoint)
            return STATUS_OK;
        const size_t count = session->runs;
        struct session_record *grown = realloc(session->records, count * sizeof *grown);
        if (!grown)
            return error_memory(error, "the checkpoint");
        session->records = grown;
        session->records[count - 1] =
            (struct session_record){identity, units, 0, 0, NULL};
        session->record_count = count;
        return STATUS_OK;
    }
    const struct session_record *record = &session->records[session->runs - 1];
    if (record->identity != identity || record->units != units ||
        record->size != session_blocks_size(blocks))
        return refuse_run(session, "is not the one of this program", error);
    if (record->done > units)
        return refuse_run(session, "has more units than there are", error);
    if (session->divergent || session_blocks_are_finite(blocks, record->bytes))
        *done = record->done;
    else
        session->anew = session->runs;
    return STATUS_OK;
}

int session_restore(const struct session *session, uint64_t done,
                    const struct session_block *blocks, struct error *error)
{
    if (!session || done == 0)
        return STATUS_OK;
    const unsigned char *from = session->records[session->runs - 1].bytes;
    if (!session_blocks_agree(blocks, from))
        return refuse_run(session, "holds counts or sums that its units do not leave",
                          error);
    for (; blocks->size > 0; from += blocks->size, blocks++)
        memcpy(blocks->data, from, blocks->size);
    return STATUS_OK;
}

uint64_t session_limit(const struct session *session, uint64_t units)
{
    if (!session)
        return units;
    if (session->stopped)
        return 0;
    if (session->stop_at.run == 0 || session->runs < session->stop_at.run)
        return units;
    if (session->runs > session->stop_at.run)
        return 0;
    return session->stop_at.unit < units ? session->stop_at.unit : units;
}

bool session_is_timed(const struct session *session)
{
    return session && (session->checkpoint || isfinite(session->max_seconds));
}

bool session_was_cut(const struct session *session)
{
    return session && session->stopped;
}

/* Whether the next sampling run is in the checkpoint that was read, or will be in the
 * one that is written. */
static bool is_kept(const struct session *session)
{
    return session->runs < session->resumed ||
           (session->checkpoint && !session->stopped);
}

bool session_is_over(const struct session *session)
{
    const bool here = session && session->stop_at.run == session->runs + 1 &&
                      session->stop_at.unit == 0;
    return session && !is_kept(session) && (session->stopped || here);
}

struct session session_clock(const struct session *session)
{
    struct session clock = {
        .max_seconds = HUGE_VAL, .checkpoint_every = HUGE_VAL, .command.hidden = true};
    if (session && !is_kept(session)) {
        clock.max_seconds = session->max_seconds;
        clock.started = session->started;
    }
    return clock;
}

bool session_ran_out(const struct session *session)
{
    return session_was_cut(session) && session->stop_at.run == 0;
}

bool session_is_late(const struct session *session)
{
    return session && (session->stopped ||
                       omp_get_wtime() - session->started >= session->max_seconds);
}

static void stop(struct session *session, uint64_t done, uint64_t units)
{
    if (session->stopped)
        return;
    session->stopped = true;
    session->stopped_at = (struct session_place){session->runs, done};
    session->stopped_of = units;
}

bool session_time_is_up(struct session *session, uint64_t done, uint64_t units)
{
    if (!session || isinf(session->max_seconds))
        return false;
    bool up = session_is_late(session);
    ranks_share(&up, sizeof up);
    if (up)
        stop(session, done, units);
    return up;
}

int session_checkpoint(struct session *session, uint64_t done,
                       const struct session_block *blocks, bool now,
                       struct error *error)
{
    if (!session || !session->checkpoint || ranks_mine() > 0)
        return STATUS_OK;
    /* Sampling runs after one that was cut may differ from those of the whole program.
     */
    if (session->stopped && session->runs > session->stopped_at.run)
        return STATUS_OK;
    if (!now && omp_get_wtime() - session->checkpointed < session->checkpoint_every)
        return STATUS_OK;
    struct session_record last = session->records[session->runs - 1];
    last.done = done;
    last.size = session_blocks_size(blocks);
    struct writing writing = {.session = session, .last = &last, .blocks = blocks};
    const int status = whole_file_write("checkpoint", session->checkpoint,
                                        write_checkpoint, &writing, error);
    session->checkpointed = omp_get_wtime();
    session->unsaved = false;
    return status;
}

int session_end(struct session *session, uint64_t done, uint64_t units,
                const struct session_block *blocks, struct error *error)
{
    if (!session)
        return STATUS_OK;
    if (done < units)
        stop(session, done, units);
    if (!session->checkpoint)
        return STATUS_OK;
    struct session_record *record = &session->records[session->runs - 1];
    const struct session_block *const first = blocks;
    unsigned char *bytes = realloc(record->bytes, session_blocks_size(blocks) + 1);
    if (!bytes)
        return error_memory(error, "the checkpoint");
    record->bytes = bytes;
    record->size = session_blocks_size(blocks);
    record->done = done;
    /* The resumed checkpoint may hold later sampling runs, and then it holds more. */
    session->unsaved = session->runs >= session->resumed;
    for (; blocks->size > 0; bytes += blocks->size, blocks++)
        memcpy(bytes, blocks->data, blocks->size);
    return done < units ? session_checkpoint(session, done, first, true, error)
                        : STATUS_OK;
}

int session_save(struct session *session, struct error *error)
{
    if (!session->unsaved)
        return STATUS_OK;
    const struct session_record *last = &session->records[session->runs - 1];
    const struct session_block blocks[] = {{last->bytes, last->size, SESSION_BYTES},
                                           SESSION_END};
    return session_checkpoint(session, last->done, blocks, true, error);
}
