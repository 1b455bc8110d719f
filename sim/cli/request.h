/* SPDX-License-Identifier: GPL-3.0-or-later */
/* request.h: what the user asked a program for, as typed members with names.
 *
 * The command line and the files that it names are read once, into this struct;
 * programs and the functions that they call use nothing else. A program with options of
 * its own has a request of its own, whose first member is this one:
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

/* The word of --optimizer for all rules that the program can run with a learning rate
 * and the parameters' defaults. */
#define RULES_ALL "all"

/* The rules chosen, with every combination of the parameter values given, the first
 * parameter varying slowest. */
struct request_rules {
    struct rule *rule;
    size_t count;
    bool lr_given, beta0_given, beta1_given;
};

/* A parameter of a loss that was given, and its value. */
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

enum request_columns { REQUEST_COLUMNS_DEFAULT, REQUEST_COLUMNS_PLAIN };

enum request_color { REQUEST_COLOR_AUTO, REQUEST_COLOR_ALWAYS, REQUEST_COLOR_NEVER };

struct request_output {
    enum request_format format;
    bool format_given;
    bool wide; /* a table keeps its width on a terminal too */
    enum request_color color;
    enum request_columns columns;
    const char
        *files; /* paths with commas between them, - for standard output; NULL: - */
    const char *plot; /* value of --plot; NULL: not given */
};

/* What --loss of a program with a spectrum says. */
enum request_form { REQUEST_QUADRATIC, REQUEST_LEAST_SQUARES };

/* What --sampling says. */
enum request_drawing { REQUEST_FRESH, REQUEST_EPOCH };

/* A member is filled only if the program takes the options that set it. */
struct request {
    const struct program *program;
    bool no_files; /* set before: files that options name are not read */
    struct request_rules rules;
    struct problem problem;
    double batch;
    enum request_form form;
    double residual; /* variance of the residuals of least squares */
    enum request_drawing drawing;
    uint64_t train_size; /* of epochs; 0: not given */
    struct request_loss loss;
    struct sampling sampling;
    struct session session;
    const char *resume; /* path of the checkpoint to resume; NULL: none */
    struct request_output output;
};

/* Reads the options into the request, which is zeroed (but for no_files, which is for a
 * request whose values are only to be checked), and resumes a checkpoint.
 * STATUS_USAGE, STATUS_MEMORY. The caller frees the request, after a failure too. */
PNM_MUST_USE int request_read(struct request *request, struct options *options,
                              struct error *error);
void request_free(struct request *request, const struct options *options);

/* Makes a loss of that kind with the parameters given. STATUS_USAGE if the kind lacks
 * one of them; loss_free is legal after a failure. */
PNM_MUST_USE int request_make_loss(const struct request_loss *asked,
                                   const struct loss_kind *kind, struct loss *loss,
                                   struct error *error);

/* Whether the kind has all parameters that were given. */
bool request_loss_fits(const struct request_loss *asked, const struct loss_kind *kind);

#endif
