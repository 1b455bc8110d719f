/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz.h: readers of what a user gives, each fed with any bytes.
 *
 * A target is one reader: the bytes become a command line, a file, or a list of changes
 * to a file, and what comes of them has to be accepted or refused with a message. Under
 * the sanitizers a defect stops the program; what else must hold is stated in each
 * target by fuzz_must. tests/fuzz/fuzz.sh lets libFuzzer make the bytes, replay.c takes
 * them from tests/fuzz/corpus/. */
#ifndef PNM_FUZZ_H
#define PNM_FUZZ_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct program;
struct options;

/* The targets, each in a file of that name. They return STATUS_OK if the reader has
 * accepted the bytes, or the status with which it refused them. */
#define FUZZ_TARGETS(TARGET)                                                           \
    TARGET(options)                                                                    \
    TARGET(config)                                                                     \
    TARGET(numbers)                                                                    \
    TARGET(matrices)                                                                   \
    TARGET(npy)                                                                        \
    TARGET(data)                                                                       \
    TARGET(system)                                                                     \
    TARGET(checkpoint)                                                                 \
    TARGET(header)                                                                     \
    TARGET(certificate)

#define FUZZ_DECLARE(name) int fuzz_##name(const uint8_t *data, size_t size);
FUZZ_TARGETS(FUZZ_DECLARE)

/* The target of that name; NULL if there is none. */
typedef int fuzz_target(const uint8_t *data, size_t size);
fuzz_target *fuzz_find(const char *name);

/* Stops the program, with the text, unless `holds`. */
void fuzz_must(bool holds, const char *text);

/* Passes the status on, which must be documented and, if it is an error, have a text.
 */
int fuzz_told(int status, const struct error *error);

/* The path of a file that holds these bytes until the next call. */
const char *fuzz_file(const void *data, size_t size);

/* The bytes as a text, which the caller frees. */
char *fuzz_text(const uint8_t *data, size_t size);

/* The program of that name, such as pnm-simulate; NULL if there is none. */
const struct program *fuzz_program(const char *name);

/* The i-th program; NULL behind the last. */
const struct program *fuzz_program_at(size_t i);

/* Reads a command line up to where the program would be told to run: *dump, which the
 * caller frees, becomes the file that --dump-config prints, NULL after a failure. */
int fuzz_front_desk(const struct program *program, int argc, char **argv, char **dump);

#endif
