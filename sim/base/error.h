/* error.h: how a function says what went wrong.
 *
 * Everything fallible returns a status: 0, or a negative number whose absolute value is
 * the exit status of a program that stops for it. The text for the user goes into a
 * struct error that the caller owns. */
#ifndef PNM_ERROR_H
#define PNM_ERROR_H

#include <stdbool.h>

enum status {
    STATUS_OK = 0,
    STATUS_USAGE = -64,       /* what the user gave cannot be used */
    STATUS_SOFTWARE = -70,    /* a computation did not come to an end */
    STATUS_MEMORY = -71,      /* out of memory */
    STATUS_OUTPUT = -74,      /* a result could not be written */
    STATUS_INTERRUPTED = -130 /* Ctrl-C */
};

/* "pnm-simulate: --lr: 2 is unstable" is written by sim/cli of the quantity "lr" and
 * the text "2 is unstable". Quantities are called as rules' parameters and as the lines
 * of a result's header are. */
struct error {
    char quantity[48]; /* what the text is about; "": nothing in particular */
    char text[1024];
    bool agreed; /* all ranks of a parallel run have this error (ranks.h) */
};

#define PNM_MUST_USE __attribute__((warn_unused_result))

/* Writes the formatted text into error->text, which is about nothing in particular. */
__attribute__((format(printf, 2, 3))) void error_write(struct error *error,
                                                       const char *format, ...);

/* The same about a quantity. */
__attribute__((format(printf, 3, 4))) void
error_write_about(struct error *error, const char *quantity, const char *format, ...);

/* The same, with the value `status`, so that a failing function can say
 * `return error_set(error, STATUS_USAGE, "...")` and every reader sees what it returns.
 */
#define error_set(error, status, ...) (error_write((error), __VA_ARGS__), (status))

#define error_about(error, status, quantity, ...)                                      \
    (error_write_about((error), (quantity), __VA_ARGS__), (status))

/* error_set for memory that could not be had; `what` names what it was for. */
#define error_memory(error, what)                                                      \
    error_set((error), STATUS_MEMORY, "not enough memory for %s", (what))

#endif
