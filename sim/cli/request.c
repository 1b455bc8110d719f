/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/request.h"

#include "base/nearest.h"
#include "base/ranks.h"
#include "base/whole_file.h"
#include "cli/epoch_options.h"
#include "cli/exact_only.h"
#include "cli/generator_form.h"
#include "cli/problem_form.h"
#include "cli/request_rules.h"
#include "cli/result.h"

#include <ctype.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- sampling ----------------------------------------------------------------------
 */

static int read_burn_in(struct request *request, const char *text, struct error *error)
{
    struct sampling *sampling = &request->sampling;
    struct error ignored = {.agreed = false};
    sampling->burn_in = PLAN_AUTO;
    if (strcmp(text, "auto") == 0)
        return STATUS_OK;
    if (parse_count("burn-in", text, 0, UINT64_C(1) << 50, &sampling->burn_in,
                    &ignored) != STATUS_OK)
        return error_about(
            error, STATUS_USAGE, "burn-in",
            "'%.200s' is not allowed; allowed are auto and a whole number "
            "from 0 to 2^50",
            text);
    if (sampling->steps > 0 && sampling->burn_in >= sampling->steps)
        return error_about(error, STATUS_USAGE, "burn-in",
                           "%s is not less than --steps %llu; allowed are auto and a "
                           "whole number below --steps",
                           text, (unsigned long long)sampling->steps);
    return STATUS_OK;
}

static int read_place(const char *text, struct session_place *place,
                      struct error *error)
{
    unsigned long long run, unit;
    int used = 0;
    if (isdigit((unsigned char)*text) &&
        sscanf(text, "%18llu:%n%18llu%n", &run, &used, &unit, &used) == 2 &&
        text[used] == '\0' && isdigit((unsigned char)text[strcspn(text, ":") + 1]) &&
        run > 0) {
        *place = (struct session_place){run, unit};
        return STATUS_OK;
    }
    return error_about(
        error, STATUS_USAGE, "stop-at",
        "'%.200s' is not allowed; allowed is RUN:UNIT, two whole numbers with "
        "RUN >= 1, as a run with --max-seconds prints them",
        text);
}

/* Starts the session's clock, then sets its limits. */
static int start_session(struct request *request, const struct options *options,
                         struct error *error)
{
    char *parameters = result_describe(options);
    const int status = parameters ? session_init(&request->session, parameters, error)
                                  : error_memory(error, "the parameters");
    free(parameters);
    request->sampling.session = &request->session;
    return status;
}

static int read_sampling(struct request *request, const struct options *options,
                         struct error *error)
{
    struct sampling *sampling = &request->sampling;
    const struct session *session = &request->session;
    const uint64_t threads = options_count(options, "threads");
    const char *stop_at = options_text(options, "stop-at");
    int status = STATUS_OK;
    sampling->threads = threads ? (int)threads : omp_get_num_procs();
    sampling->kernels = kernels_find(error);
    if (!sampling->kernels)
        return STATUS_USAGE;
    status =
        generator_form_read(options_text(options, "rng"), &sampling->generator, error);
    /* Only rank 0 writes the checkpoint. */
    if (status == STATUS_OK && session->checkpoint && ranks_mine() == 0 &&
        !request->no_files)
        status = whole_file_check("checkpoint", session->checkpoint, error);
    if (status == STATUS_OK && stop_at)
        status = read_place(stop_at, &request->session.stop_at, error);
    sampling->burn_in = PLAN_AUTO;
    if (status == STATUS_OK && options->program->groups & OPTIONS_CHAINS)
        status = read_burn_in(request, options_text(options, "burn-in"), error);
    return status;
}

static void warn_of_sampling(const struct sampling *sampling)
{
    if (sampling->exact_only)
        return;
    if (sampling->precision > 0.002)
        sampling_warn(
            sampling,
            "--precision %g: above 0.002 confidence bands may be planned wider "
            "than the margin of 1 %%; such rows are `inconclusive` instead of "
            "`holds`",
            sampling->precision);
    if (strcmp(sampling->kernels->isa, "base") == 0)
        sampling_warn(sampling, "running the portable code path, which is slow");
}

/* Reads the settings of sampling and resumes a checkpoint, on all ranks or on none. */
static int begin_sampling(struct request *request, const struct options *options,
                          struct error *error)
{
    int status = read_sampling(request, options, error);
    status = ranks_agree(status, error);
    if (request->no_files)
        return status;
    request->session.divergent = request->sampling.allow_divergence;
    if (status == STATUS_OK && request->resume)
        status = ranks_agree(session_resume(&request->session, request->resume, error),
                             error);
    if (status == STATUS_OK)
        warn_of_sampling(&request->sampling);
    return status;
}

/* --- losses ------------------------------------------------------------------------
 */

/* The text of an option; NULL if the program does not have the option. */
static const char *text_of(const struct options *options, const char *name)
{
    const struct option_value *value = options_find(options, name);
    return value ? value->text : NULL;
}

/* The text of an option, or if it names a file and none is to be read, another. */
static const char *text_or(const struct options *options, const char *name, bool files,
                           const char *other)
{
    const char *text = text_of(options, name);
    return text && !files && strncmp(text, "file:", 5) == 0 ? other : text;
}

/* A program that takes only --spectrum has no noise. */
static int read_problem(struct request *request, const struct options *options,
                        struct error *error)
{
    struct text warnings = {0};
    const bool files = !request->no_files;
    const struct problem_form text = {
        .spectrum = text_or(options, "spectrum", files, "1"),
        .noise = text_or(options, "noise", files, NULL),
        .law = text_of(options, "noise-law"),
        .batch = request->batch,
        .theta_star = text_or(options, "theta-star", files, NULL),
        .start = text_or(options, "start", files, NULL),
        .rotation = text_or(options, "rotation", files, NULL),
        .data = files ? text_of(options, "data") : NULL,
        .least_squares = request->form == REQUEST_LEAST_SQUARES,
        .residual = request->residual > 0 ? request->residual : 1,
        .flat = text_of(options, "flat"),
        .warnings = &warnings,
    };
    int status = STATUS_OK;
    if (!files && text_of(options, "data"))
        return STATUS_OK;
    if (!text.least_squares && text.data)
        return error_about(error, STATUS_USAGE, "data",
                           "a data set is not allowed with a quadratic loss; allowed "
                           "is the option with --loss least-squares");
    if (!text.least_squares && text.residual != 1)
        return error_about(error, STATUS_USAGE, "residual-variance",
                           "%g is not allowed with a quadratic loss, which has no "
                           "examples; allowed is the option with --loss least-squares",
                           text.residual);
    if (text.spectrum || text.data)
        status = problem_form_read(&request->problem, &text, error);
    if (status == STATUS_OK)
        status = epoch_options_read(request, error);
    if (status == STATUS_OK && !request->sampling.quiet && ranks_mine() == 0)
        fputs(text_get(&warnings), stderr);
    text_free(&warnings);
    return status;
}

static int unknown_loss(const char *name, struct error *error)
{
    struct nearest nearest = nearest_to(name, "");
    for (const struct loss_kind *const *kind = loss_kinds(); *kind; kind++)
        nearest_try(&nearest, (*kind)->name, strlen((*kind)->name));
    return error_about(error, STATUS_USAGE, "loss",
                       "no loss '%.200s'%s; allowed are %s", name, nearest.hint,
                       nearest.known);
}

static bool is_loss_parameter(const char *name)
{
    for (const struct loss_kind *const *kind = loss_kinds(); *kind; kind++)
        if (loss_parameter(*kind, name) >= 0)
            return true;
    return false;
}

/* With a spectrum the loss is the quadratic with those curvatures, and a result's
 * header says so, unless the user names another. */
static int follow_spectrum(struct request *request, struct options *options,
                           struct error *error)
{
    struct option_value *loss = options_find(options, "loss");
    struct option_value *dim = options_find(options, "dim");
    char text[24];
    if (request->problem.n == 0)
        return STATUS_OK;
    if (!loss->given)
        loss->text = "quadratic";
    if (dim->given)
        return STATUS_OK;
    request->loss.n = request->problem.n;
    snprintf(text, sizeof text, "%zu", request->problem.n);
    free(dim->owned);
    dim->text = dim->owned = strdup(text);
    return dim->owned ? STATUS_OK : error_memory(error, "the loss");
}

static int read_loss(struct request *request, const struct options *options,
                     struct error *error)
{
    struct request_loss *loss = &request->loss;
    const char *name = options_text(options, "loss");
    loss->kind = loss_kind_find(name);
    if (!loss->kind)
        return unknown_loss(name, error);
    loss->number = calloc(options->count, sizeof *loss->number);
    if (!loss->number)
        return error_memory(error, "the loss");
    for (size_t i = 0; i < options->count; i++) {
        const struct option_value *value = &options->value[i];
        if (value->given && is_loss_parameter(value->option.name))
            loss->number[loss->number_count++] =
                (struct request_number){value->option.name, value->real};
    }
    return STATUS_OK;
}

bool request_loss_fits(const struct request_loss *asked, const struct loss_kind *kind)
{
    for (size_t k = 0; k < asked->number_count; k++)
        if (loss_parameter(kind, asked->number[k].name) < 0)
            return false;
    return true;
}

int request_make_loss(const struct request_loss *asked, const struct loss_kind *kind,
                      struct loss *loss, struct error *error)
{
    double number[LOSS_MAX_PARAMETERS];
    *loss = (struct loss){.kind = kind};
    loss_defaults(kind, number);
    for (size_t k = 0; k < asked->number_count; k++) {
        const int i = loss_parameter(kind, asked->number[k].name);
        if (i < 0)
            return error_about(error, STATUS_USAGE, asked->number[k].name,
                               "not a parameter of the loss %s", kind->name);
        number[i] = asked->number[k].value;
    }
    return loss_init(loss, kind, asked->n, number, error);
}

/* --- the request -------------------------------------------------------------------
 */

int request_read(struct request *request, struct options *options, struct error *error)
{
    const unsigned groups = options->program->groups;
    int status = STATUS_OK;
    request->program = options->program;
    status = exact_only_check(options, error);
    if (status == STATUS_OK && groups & OPTIONS_SAMPLING)
        status = start_session(request, options, error);
    if (status != STATUS_OK)
        return status;
    status = options_fill(options, request, error);
    if (status == STATUS_OK && groups & OPTIONS_SAMPLING)
        status = begin_sampling(request, options, error);
    if (status != STATUS_OK)
        return status;
    status = read_problem(request, options, error);
    if (status == STATUS_OK && groups & OPTIONS_LOSS)
        status = follow_spectrum(request, options, error);
    if (status == STATUS_OK && groups & OPTIONS_LOSS)
        status = read_loss(request, options, error);
    if (status == STATUS_OK && groups & OPTIONS_RULE)
        status = request_rules_read(request, options, error);
    return status;
}

void request_free(struct request *request, const struct options *options)
{
    options_empty(options, request);
    problem_free(&request->problem);
    free(request->loss.number);
    free(request->rules.rule);
    session_free(&request->session);
}
