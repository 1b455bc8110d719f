/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "convergence_run.h"

#include "rules/rule_check.h"

#include <math.h>
#include <stdlib.h>

const struct option_spec convergence_run_options[CONVERGENCE_RUN_OPTIONS] = {
    {.name = "sigma",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct convergence_request, sigma),
     .given = OPTION_FIELD(struct convergence_request, sigma_given),
     .argument = "SIGMA",
     .preset = "1",
     .low = 0,
     .high = HUGE_VAL,
     .presence_counts = true,
     .doc = "gradient noise, sqrt(E|xi|^2) over all coordinates"},
    {.name = "start",
     .aliases = "initial",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct convergence_request, initial),
     .given = OPTION_FIELD(struct convergence_request, initial_given),
     .argument = "VALUE",
     .preset = "1",
     .low = -HUGE_VAL,
     .high = HUGE_VAL,
     .presence_counts = true,
     .doc = "theta at step 0, in every coordinate"},
    {.name = "steps",
     .aliases = "horizon",
     .kind = OPTION_GRID,
     .field = OPTION_FIELD(struct convergence_request, horizons),
     .given = OPTION_FIELD(struct convergence_request, horizon_given),
     .argument = "T[,T...]",
     .preset = "64,256,1024,4096",
     .presence_counts = true,
     .doc = "steps of a chain; several give one ensemble each; also linear:LO:HI:N, "
            "log:LO:HI:N"},
    {.name = "c",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct convergence_request, c),
     .given = OPTION_FIELD(struct convergence_request, c_given),
     .argument = "C",
     .preset = "1",
     .low = 0,
     .high = HUGE_VAL,
     .low_open = true,
     .presence_counts = true,
     .doc =
         "C of the theorem's rate, min(1/(2L), C/sqrt(T)), used if --lr is not given"},
    {.name = "replicas",
     .samples = true,
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct convergence_request, chains),
     .argument = "R",
     .low = 4,
     .high = 1e9,
     .doc = "independent chains (default: planned from a pilot that is thrown away)"},
};

static int make_horizons(struct convergence_run *run, struct error *error)
{
    enum { LONGEST = 1 << 24 };
    const struct convergence_request *own = run->own;
    const struct numbers *given = &own->horizons;
    run->horizon = calloc(given->count + 1, sizeof *run->horizon);
    if (!run->horizon)
        return error_memory(error, "the horizons");
    for (size_t k = 0; k < given->count; k++) {
        const double steps = rint(given->value[k]);
        if (!(steps >= 1 && steps <= LONGEST))
            return error_about(
                error, STATUS_USAGE, "steps",
                "%g is out of range; allowed are whole numbers from 1 to "
                "%d",
                steps, LONGEST);
        /* Points of a grid may round to the same number. */
        if (run->horizon_count == 0 ||
            run->horizon[run->horizon_count - 1] != (uint64_t)steps)
            run->horizon[run->horizon_count++] = (uint64_t)steps;
    }
    return STATUS_OK;
}

/* Whether a parameter that was given is one of those that the spectrum replaces. */
static int check_replaced(const struct request_loss *asked,
                          const struct loss_kind *kind, struct error *error)
{
    for (size_t k = 0; k < asked->number_count; k++) {
        const int index = loss_parameter(kind, asked->number[k].name);
        if (index >= 0 && index < kind->curvatures)
            return error_about(error, STATUS_USAGE, asked->number[k].name,
                               "the option cannot be combined with --spectrum, which "
                               "gives all curvatures");
    }
    return STATUS_OK;
}

/* Features have variances, so their curvatures are > 0. */
static int check_variances(const struct problem *problem, struct error *error)
{
    for (size_t i = 0; i < problem->n; i++)
        if (!(problem->h[i] > 0))
            return error_about(error, STATUS_USAGE, "spectrum",
                               "curvature %zu is %g; allowed with least squares, where "
                               "it is the variance of a feature, is > 0",
                               i + 1, problem->h[i]);
    return STATUS_OK;
}

/* The loss of that kind or, with --spectrum, one with those curvatures: the quadratic,
 * unless another was named. */
static int make_loss(const struct request *request, const struct loss_kind *kind,
                     struct loss *loss, struct error *error)
{
    const struct problem *problem = &request->problem;
    struct request_loss asked = request->loss;
    if (problem->n == 0)
        return request_make_loss(&asked, kind, loss, error);
    if (!asked.given)
        kind = loss_kind_find("quadratic");
    if (kind->curvatures == 0)
        return error_about(error, STATUS_USAGE, "loss",
                           "%s has no curvatures of its own; with --spectrum allowed "
                           "are quadratic, the default then, and least-squares",
                           kind->name);
    if (asked.n != problem->n)
        return error_about(error, STATUS_USAGE, "dim",
                           "%llu is not allowed; --spectrum has %zu curvatures",
                           (unsigned long long)asked.n, problem->n);
    int status = check_replaced(&asked, kind, error);
    if (status == STATUS_OK)
        status = request_make_loss(&asked, kind, loss, error);
    if (status == STATUS_OK && loss->examples > 0)
        status = check_variances(problem, error);
    if (status == STATUS_OK)
        loss_set_curvatures(loss, problem->h);
    return status;
}

int convergence_run_init(struct convergence_run *run,
                         const struct convergence_request *own,
                         const struct loss_kind *kind, struct tally *tally,
                         struct error *error)
{
    const struct request *request = &own->request;
    *run = (struct convergence_run){
        .own = own,
        .task = {.sampling = &request->sampling,
                 .sigma = own->sigma,
                 .start = own->initial,
                 .c = own->c,
                 .chains = own->chains},
        .tally = tally,
    };
    int status = rule_check_gradients(request->rules.rule, request->rules.count,
                                      request->program->name, error);
    if (status == STATUS_OK)
        status = make_loss(request, kind, &run->task.loss, error);
    if (status == STATUS_OK && run->task.loss.examples > 0 && own->sigma_given)
        status =
            error_about(error, STATUS_USAGE, "sigma",
                        "%g is not allowed with least_squares, whose noise is that "
                        "of its minibatches; allowed are batch and "
                        "residual-variance",
                        own->sigma);
    run->task.transient = calloc(1, sizeof *run->task.transient);
    if (status == STATUS_OK && !run->task.transient)
        status = error_memory(error, "the exact transient");
    /* Whatever sigma is, gradients of minibatches are random. */
    if (run->task.loss.examples > 0)
        run->task.sigma = 1;
    return status == STATUS_OK ? make_horizons(run, error) : status;
}

void convergence_run_free(struct convergence_run *run)
{
    if (run->task.transient)
        mean_square_run_free(run->task.transient);
    free(run->task.transient);
    loss_free(&run->task.loss);
    free(run->horizon);
}
