#include "convergence_options.h"

#include "nearest.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum bound convergence_asked_bound(const struct options *options)
{
    const char *name = options_text(options, "ratio");
    int bound = BOUND_THEOREM;
    while (name && bound < BOUNDS && strcmp(bound_name((enum bound)bound), name) != 0)
        bound++;
    return (enum bound)bound;
}

static int unknown_loss(const struct options *options, struct error *error)
{
    const char *name = options_text(options, "loss");
    struct nearest nearest = nearest_to(name, "");
    for (const struct loss_kind *const *kind = loss_kinds(); *kind; kind++)
        nearest_try(&nearest, (*kind)->name, strlen((*kind)->name));
    return error_set(error, STATUS_USAGE, "--loss: no loss '%.200s'%s; allowed are %s",
                     name, nearest.hint, nearest.known);
}

static const char *const loss_options[] = {"smoothness", "gradient-bound", "condition",
                                           "data-seed"};
enum { LOSS_OPTIONS = sizeof loss_options / sizeof *loss_options };

/* The loss of that kind, with those of its parameters that were given. */
static int make_loss(const struct options *options, const struct loss_kind *kind,
                     struct loss *loss, struct error *error)
{
    double parameter[LOSS_MAX_PARAMETERS];
    loss_defaults(kind, parameter);
    for (size_t k = 0; k < LOSS_OPTIONS; k++) {
        const char *name = loss_options[k];
        const int i = loss_parameter(kind, name);
        if (!options_given(options, name))
            continue;
        if (i < 0)
            return error_set(error, STATUS_USAGE, "--%s: no parameter of the loss %s",
                             name, kind->name);
        parameter[i] = strcmp(name, "data-seed") == 0
                           ? (double)options_count(options, name)
                           : options_real(options, name);
    }
    return loss_init(loss, kind, options_count(options, "dim"), parameter, error);
}

static int read_loss(const struct options *options, struct loss *loss,
                     struct error *error)
{
    const struct loss_kind *kind = loss_kind_find(options_text(options, "loss"));
    return kind ? make_loss(options, kind, loss, error) : unknown_loss(options, error);
}

static bool takes_what_was_given(const struct options *options,
                                 const struct loss_kind *kind)
{
    for (size_t k = 0; k < LOSS_OPTIONS; k++)
        if (options_given(options, loss_options[k]) &&
            loss_parameter(kind, loss_options[k]) < 0)
            return false;
    return true;
}

/* The loss given, or every one with a G that has the parameters given. */
static int read_searched_losses(struct convergence_request *asked, struct error *error)
{
    const struct loss_kind *const *kind = loss_kinds();
    int status = STATUS_OK;
    if (options_given(asked->options, "loss")) {
        asked->loss_count = 1;
        return read_loss(asked->options, &asked->losses[0], error);
    }
    for (; status == STATUS_OK && *kind && asked->loss_count < CONVERGENCE_LOSSES;
         kind++) {
        struct loss *loss = &asked->losses[asked->loss_count];
        if (!takes_what_was_given(asked->options, *kind))
            continue;
        status = make_loss(asked->options, *kind, loss, error);
        if (status == STATUS_OK && isfinite(loss->gradient_bound))
            asked->loss_count++;
        else
            loss_free(loss);
    }
    if (status == STATUS_OK && asked->loss_count == 0)
        status = error_set(error, STATUS_USAGE,
                           "--search: no loss with a bound of the gradient has all the "
                           "parameters given");
    return status;
}

static int read_horizons(const struct options *options, struct numbers *horizons,
                         struct error *error)
{
    enum { LONGEST = 1 << 24 };
    const char *text = options_text(options, "horizon");
    const bool curve = options_flag(options, "curve");
    const bool search = options_given(options, "search");
    int status = parse_grid("--horizon", text, horizons, error);
    for (size_t k = 0; status == STATUS_OK && k < horizons->count; k++) {
        horizons->value[k] = rint(horizons->value[k]);
        if (!(horizons->value[k] >= 1 && horizons->value[k] <= LONGEST))
            status = error_set(error, STATUS_USAGE,
                               "--horizon: %g is out of range; allowed are whole "
                               "numbers from 1 to %d",
                               horizons->value[k], LONGEST);
    }
    if (status == STATUS_OK && horizons->count == 0)
        status = error_memory(error, "the horizons");
    if (status == STATUS_OK && (curve || search) && horizons->count > 1 &&
        options_given(options, "horizon"))
        status = error_set(error, STATUS_USAGE,
                           "--horizon: '%.200s' are several; --%s takes one", text,
                           curve ? "curve" : "search");
    if (status == STATUS_OK && options_flag(options, "slope") && horizons->count < 3)
        status =
            error_set(error, STATUS_USAGE,
                      "--horizon: '%.200s' are too few; --slope needs three", text);
    return status;
}

static int unknown_bound(const struct options *options, struct error *error)
{
    const char *name = options_text(options, "ratio");
    struct nearest nearest = nearest_to(name, "");
    for (int bound = 0; bound < BOUNDS; bound++) {
        const char *known = bound_name((enum bound)bound);
        nearest_try(&nearest, known, strlen(known));
    }
    return error_set(error, STATUS_USAGE,
                     "--ratio: no bound '%.200s'%s; allowed are %s", name, nearest.hint,
                     nearest.known);
}

/* One table at a time. */
static int check_tables(const struct options *options, struct error *error)
{
    const bool flags[] = {
        options_flag(options, "curve"), options_flag(options, "slope"),
        options_given(options, "ratio") || options_given(options, "search")};
    const char *ratio = options_given(options, "ratio") ? "ratio" : "search";
    if (flags[0] && flags[1])
        return error_set(error, STATUS_USAGE, "--slope: not together with --curve");
    if (flags[2] && (flags[0] || flags[1]))
        return error_set(error, STATUS_USAGE, "--%s: not together with --%s", ratio,
                         flags[0] ? "curve" : "slope");
    return convergence_asked_bound(options) == BOUNDS ? unknown_bound(options, error)
                                                      : STATUS_OK;
}

int convergence_check_ratio(const struct options *options, const struct rule *rules,
                            size_t count, struct error *error)
{
    for (size_t k = 0; k < count; k++) {
        if (strcmp(rules[k].kind->name, "pnm") != 0)
            return error_set(error, STATUS_USAGE,
                             "--optimizer: %s; the bounds of --ratio are about pnm",
                             rules[k].kind->name);
        if (rule_parameter(&rules[k], "beta0") < 0)
            return error_set(error, STATUS_USAGE,
                             "--beta0: %g; the bounds of --ratio are about beta0 >= 0",
                             rule_parameter(&rules[k], "beta0"));
    }
    if (rules[0].decay.lambda != 0)
        return error_set(error, STATUS_USAGE,
                         "--weight-decay: the bounds of --ratio are about pnm without");
    if (rule_is_scheduled(&rules[0]))
        return rules_check_constant(rules, count, "bound in --ratio", error);
    if (convergence_asked_bound(options) == BOUND_THEOREM &&
        options_given(options, "lr"))
        return error_set(error, STATUS_USAGE,
                         "--lr: theorem 3.1 sets its own rate; --ratio thm3.1 takes "
                         "--c");
    return STATUS_OK;
}

/* A loss without a bound of the gradient has no theorem to be held against. */
static int check_bounded(const struct convergence_request *asked, struct error *error)
{
    if (options_flag(asked->options, "curve") ||
        isfinite(asked->task.loss.gradient_bound))
        return STATUS_OK;
    return error_set(
        error, STATUS_USAGE,
        "--loss: theorem 3.1 assumes a bounded gradient, and that of %s has "
        "no bound G; allowed with it is --curve",
        asked->task.loss.kind->name);
}

int convergence_read(struct convergence_request *asked, struct error *error)
{
    const struct options *options = asked->options;
    const bool search = options_given(options, "search");
    int status = check_tables(options, error);
    if (status == STATUS_OK)
        status = read_loss(options, &asked->task.loss, error);
    asked->task.sampling = asked->sampling;
    asked->task.sigma = options_real(options, "sigma");
    asked->task.start = options_real(options, "initial");
    asked->task.c = options_real(options, "c");
    asked->task.replicas = options_count(options, "replicas");
    if (status == STATUS_OK)
        status = read_horizons(options, &asked->horizons, error);
    if (status == STATUS_OK)
        status = check_bounded(asked, error);
    return status == STATUS_OK && search ? read_searched_losses(asked, error) : status;
}

void convergence_request_free(struct convergence_request *asked)
{
    numbers_free(&asked->horizons);
    loss_free(&asked->task.loss);
    for (size_t k = 0; k < asked->loss_count; k++)
        loss_free(&asked->losses[k]);
}
