/* request.h: what a program was asked for, as numbers with names and types.
 *
 * The command line and the files that it names are read once, into this; programs and
 * what they call look at nothing else. A program with options of its own has a request
 * of its own, whose first member is this one:
 *
 *     struct stationary_request {
 *         struct request request;
 *         bool full;
 *     };
 */
#ifndef PNM_REQUEST_H
#define PNM_REQUEST_H

#include "cli/options.h"
#include "engine/sampling.h"
#include "engine/session.h"
#include "losses/loss.h"
#include "losses/problem.h"

/* What --optimizer takes instead of names: the rules that the program can run with
 * nothing but the parameters' defaults and a learning rate. */
#define RULES_ALL "all"

/* The rules chosen, with every combination of the parameter values given, the first
 * parameter varying slowest. */
struct request_rules {
    struct rule *rule;
    size_t count;
    bool lr_given, beta0_given, beta1_given;
};

/* A parameter of losses that was given. */
struct request_number {
    const char *name;
    double value;
};

struct request_loss {
    const struct loss_kind *kind;
    bool given;
    uint64_t n; /* coordinates */
    struct request_number *number;
    size_t number_count;
};

enum request_format { REQUEST_TABLE, REQUEST_CSV, REQUEST_JSON, REQUEST_MARKDOWN };

enum request_color { REQUEST_COLOR_AUTO, REQUEST_COLOR_ALWAYS, REQUEST_COLOR_NEVER };

struct request_output {
    enum request_format format;
    bool format_given;
    enum request_color color;
    const char
        *files; /* names with commas between them, - for standard output; NULL: - */
    const char *plot; /* where to draw; NULL: nowhere */
};

/* A member is filled where the program takes the options that it stands for. */
struct request {
    const struct program *program;
    struct request_rules rules;
    struct problem problem;
    double batch;
    struct request_loss loss;
    struct sampling sampling;
    struct session session;
    const char *resume; /* the checkpoint to go on from; NULL: none */
    struct request_output output;
};

/* Reads the options into the request, which is zeroed, and resumes a checkpoint.
 * STATUS_USAGE, STATUS_MEMORY. What is there after a failure is to be freed, too. */
PNM_MUST_USE int request_read(struct request *request, struct options *options,
                              struct error *error);
void request_free(struct request *request, const struct options *options);

/* A loss of that kind with those of its parameters that were given. STATUS_USAGE where
 * one was given that it does not have; loss_free is legal after a failure. */
PNM_MUST_USE int request_make_loss(const struct request_loss *asked,
                                   const struct loss_kind *kind, struct loss *loss,
                                   struct error *error);

/* Whether the kind has all parameters that were given. */
bool request_loss_fits(const struct request_loss *asked, const struct loss_kind *kind);

#endif
