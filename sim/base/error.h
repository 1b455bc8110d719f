/* SPDX-License-Identifier: GPL-3.0-or-later */
/* error.h: how a function reports what went wrong.
 *
 * A function that can fail returns a status: 0, or a negative number whose absolute
 * value is the exit status of a program that stops because of it. The text for the user
 * goes into a struct error that the caller owns. */
#ifndef PNM_ERROR_H
#define PNM_ERROR_H

#include <stdbool.h>

enum status {
    STATUS_OK = 0,
    STATUS_USAGE = -64,       /* the user's input cannot be used */
    STATUS_SOFTWARE = -70,    /* a computation failed, or did not converge */
    STATUS_MEMORY = -71,      /* out of memory */
    STATUS_OUTPUT = -74,      /* a result could not be written */
    STATUS_INTERRUPTED = -130 /* Ctrl-C */
};

/* From the quantity "lr" and the text "2 is unstable", sim/cli writes
 * "pnm-simulate: --lr: 2 is unstable". A quantity bears the name of a rule's parameter
 * or of a line in a result's header. */
struct error {
    char quantity[48]; /* what the text is about; "" if nothing in particular */
    char text[1024];
    bool agreed; /* all ranks of a parallel run have this error (ranks.h) */
};

#define PNM_MUST_USE __attribute__((warn_unused_result))

/* Writes the formatted text into error->text; error->quantity becomes "". */
__attribute__((format(printf, 2, 3))) void error_write(struct error *error,
                                                       const char *format, ...);

/* Writes the formatted text and the quantity that it is about. */
__attribute__((format(printf, 3, 4))) void
error_write_about(struct error *error, const char *quantity, const char *format, ...);

/* error_write as an expression of the value `status`, for
 * `return error_set(error, STATUS_USAGE, "...")`: a reader sees what is returned. */
#define error_set(error, status, ...) (error_write((error), __VA_ARGS__), (status))

/* error_write_about as an expression of the value `status`. */
#define error_about(error, status, quantity, ...)                                      \
    (error_write_about((error), (quantity), __VA_ARGS__), (status))

/* error_set when memory runs out; `what` names what the memory was for. */
#define error_memory(error, what)                                                      \
    error_set((error), STATUS_MEMORY, "not enough memory for %s", (what))

#endif
