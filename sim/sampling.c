#include "sampling.h"

#include "interrupt.h"
#include "output.h"
#include "parse.h"
#include "ranks.h"
#include "whole_file.h"

#include <ctype.h>
#include <math.h>
#include <omp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sampling_warn(const struct sampling *sampling, const char *format, ...)
{
    va_list arguments;
    if (sampling->quiet)
        return;
    fputs("warning: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void sampling_warn_rest(const struct sampling *sampling, size_t warnings)
{
    if (warnings > SAMPLING_WARNINGS)
        sampling_warn(sampling, "%zu more rows like these",
                      warnings - SAMPLING_WARNINGS);
}

static int chains_from_options(struct sampling *sampling, const struct options *options,
                               struct error *error)
{
    const char *burn_in = options_text(options, "burn-in");
    sampling->replicas = options_count(options, "replicas");
    sampling->steps = options_count(options, "steps");
    sampling->allow_divergence = options_flag(options, "allow-divergence");
    if (strcmp(burn_in, "auto") != 0) {
        struct error ignored = {.agreed = false};
        if (parse_count("--burn-in", burn_in, 0, UINT64_C(1) << 50, &sampling->burn_in,
                        &ignored) != STATUS_OK)
            return error_set(
                error, STATUS_USAGE,
                "--burn-in: '%.200s' is not allowed; allowed are auto and a "
                "whole number from 0 to 2^50",
                burn_in);
        if (sampling->steps > 0 && sampling->burn_in >= sampling->steps)
            return error_set(error, STATUS_USAGE,
                             "--burn-in: %s is not less than --steps %llu; allowed are "
                             "auto and a whole number below --steps",
                             burn_in, (unsigned long long)sampling->steps);
    }
    return STATUS_OK;
}

static int parse_place(const char *text, struct session_place *place,
                       struct error *error)
{
    unsigned long long run, unit;
    int used = 0;
    if (isdigit((unsigned char)*text) &&
        sscanf(text, "%18llu:%n%18llu%n", &run, &used, &unit, &used) == 2 &&
        text[used] == '\0' && isdigit((unsigned char)strchr(text, ':')[1]) && run > 0) {
        *place = (struct session_place){run, unit};
        return STATUS_OK;
    }
    return error_set(
        error, STATUS_USAGE,
        "--stop-at: '%.200s' is not allowed; allowed is RUN:UNIT, two whole "
        "numbers as a run with --max-seconds prints them, RUN >= 1",
        text);
}

static int session_from_options(struct session *session, const struct options *options,
                                struct error *error)
{
    const char *stop_at = options_text(options, "stop-at");
    char *parameters = options_describe(options);
    int status = parameters ? session_init(session, parameters, error)
                            : error_memory(error, "the parameters");
    free(parameters);
    if (status != STATUS_OK)
        return status;
    if (options_given(options, "max-seconds"))
        session->max_seconds = options_real(options, "max-seconds");
    session->checkpoint = options_text(options, "checkpoint");
    session->checkpoint_every = options_real(options, "checkpoint-every");
    /* Rank 0 alone writes there. */
    if (session->checkpoint && ranks_mine() == 0)
        status = whole_file_check("--checkpoint", session->checkpoint, error);
    if (status == STATUS_OK && stop_at)
        status = parse_place(stop_at, &session->stop_at, error);
    return status;
}

int sampling_note(const struct sampling *sampling, const struct options *options,
                  struct table *table, struct error *error)
{
    const struct session *session = sampling->session;
    char place[64];
    const int status = options_note(options, table, error);
    if (status != STATUS_OK || !session->stopped)
        return status;
    snprintf(place, sizeof place, "%llu:%llu",
             (unsigned long long)session->stopped_at.run,
             (unsigned long long)session->stopped_at.unit);
    return table_note(table, "stop-at", place, error);
}

void sampling_finish(const struct sampling *sampling)
{
    struct session *session = sampling->session;
    const struct session_place at = session->stopped_at;
    if (session_ran_out(session))
        sampling_warn(sampling,
                      "--max-seconds: the time was up in sampling run %llu after %llu "
                      "of %llu work units%s; later rows are not sampled; --stop-at "
                      "%llu:%llu repeats this run exactly",
                      (unsigned long long)at.run, (unsigned long long)at.unit,
                      (unsigned long long)session->stopped_of,
                      at.unit > 0 ? " (standard errors, where there are any, say what "
                                    "precision that gives)"
                                  : "",
                      (unsigned long long)at.run, (unsigned long long)at.unit);
    struct error error;
    if (interrupt_pending() && session_save(session, &error) != STATUS_OK)
        sampling_warn(sampling, "%s", error.text);
    session_free(session);
}

int sampling_init(struct sampling *sampling, struct session *session,
                  const struct options *options, struct error *error)
{
    const uint64_t threads = options_count(options, "threads");
    *session = (struct session){0};
    *sampling = (struct sampling){
        .kernels = options->kernels,
        .seed = options_count(options, "seed"),
        .threads = threads ? (int)threads : omp_get_num_procs(),
        .quiet = options_flag(options, "quiet"),
        .burn_in = PLAN_AUTO,
        .precision = options_real(options, "precision"),
        .precision_given = options_given(options, "precision"),
        .max_samples = options_real(options, "max-samples"),
        .session = session,
    };
    int status = random_generator_parse(options_text(options, "rng"),
                                        &sampling->generator, error);
    if (status == STATUS_OK)
        status = session_from_options(session, options, error);
    if (status == STATUS_OK && (options->program->groups & OPTIONS_CHAINS))
        status = chains_from_options(sampling, options, error);
    /* All ranks resume, or none. */
    status = ranks_agree(status, error);
    if (status == STATUS_OK && options_text(options, "resume"))
        status = ranks_agree(
            session_resume(session, options_text(options, "resume"), error), error);
    if (status != STATUS_OK)
        return status;
    if (sampling->precision > 0.002)
        sampling_warn(
            sampling,
            "--precision %g: above 0.002 confidence bands are planned wider "
            "than the margin of 1 %%; rows come out as `inconclusive` instead "
            "of `holds`",
            sampling->precision);
    if (strcmp(sampling->kernels->isa, "base") == 0)
        sampling_warn(sampling, "running the portable code path, which is slow");
    return STATUS_OK;
}

const char *sampling_label(const struct sampling *sampling, const char *label)
{
    return sampling->quiet || ranks_mine() > 0 ? NULL : label;
}

struct ensemble sampling_ensemble(const struct sampling *sampling,
                                  const struct rule *rule,
                                  const struct quadratic *problem, const char *label)
{
    return (struct ensemble){
        .kernels = sampling->kernels,
        .rule = rule,
        .problem = problem,
        .generator = sampling->generator,
        .seed = sampling->seed,
        .threads = sampling->threads,
        .label = sampling_label(sampling, label),
        .session = sampling->session,
    };
}

static int refuse_unstable(const struct rule *rule, double h, double radius,
                           struct error *error)
{
    struct text parameters = {0};
    char limit[160];
    const double lr = linear_system_lr_limit(rule, h);
    rule_describe(rule, &parameters);
    if (lr > rule->number[RULE_LR])
        snprintf(limit, sizeof limit,
                 "so near 1 that rounding hides on which side; the rate is too small");
    else if (lr > 0)
        snprintf(limit, sizeof limit,
                 "it is stable for --lr below %.6g at these other parameters", lr);
    else
        snprintf(limit, sizeof limit, "no --lr makes it stable at these parameters");
    error_write(error,
                "--lr: %g is unstable for %s with %s at curvature %g (spectral radius "
                "%.6g, allowed is < 1): %s; --allow-divergence runs it all the same",
                rule->number[RULE_LR], rule->kind->name, text_get(&parameters), h,
                radius, limit);
    text_free(&parameters);
    return STATUS_USAGE;
}

int sampling_systems(const struct sampling *sampling, const struct rule *rule,
                     const struct quadratic *problem, struct linear_system **systems,
                     double *radius, struct error *error)
{
    size_t worst = 0;
    *radius = 0;
    *systems = calloc(problem->n, sizeof **systems);
    if (!*systems)
        return error_memory(error, "the modes");
    if (problem->rotation) {
        const int status = rules_check_gradients(rule, 1, "--rotation", error);
        if (status != STATUS_OK)
            return status;
    }
    if (!rule_has_law(rule)) {
        *radius = NAN;
        return STATUS_OK;
    }
    for (size_t i = 0; i < problem->n; i++) {
        linear_system_probe(rule, problem->h[i], &(*systems)[i]);
        const double own = linear_system_radius(&(*systems)[i]);
        if (!(own <= *radius)) {
            *radius = isnan(own) ? INFINITY : own;
            worst = i;
        }
    }
    if (*radius < 1 || sampling->allow_divergence)
        return STATUS_OK;
    return refuse_unstable(rule, problem->h[worst], *radius, error);
}

struct plan_request sampling_request(const struct sampling *sampling, double target)
{
    return (struct plan_request){
        .replicas = sampling->replicas,
        .steps = sampling->steps,
        .burn_in = sampling->burn_in,
        .target = target,
        .max_samples = sampling->max_samples,
    };
}

int sampling_given_chains(const struct sampling *sampling, const struct rule *rule,
                          struct chains *chains, struct error *error)
{
    *chains = (struct chains){
        .replicas = sampling->replicas,
        .steps = sampling->steps,
        .burn_in = sampling->burn_in == PLAN_AUTO ? 0 : sampling->burn_in,
    };
    if (chains->replicas > 0 && chains->steps > 0)
        return STATUS_OK;
    if (rule_is_scheduled(rule))
        return error_set(error, STATUS_USAGE,
                         "--schedule: nothing can be planned for a learning rate that "
                         "changes; give --replicas and --steps");
    if (!rule->kind->linear)
        return error_set(error, STATUS_USAGE,
                         "--optimizer: nothing can be planned for %s, which is not "
                         "linear; give --replicas and --steps",
                         rule->kind->name);
    return error_set(error, STATUS_USAGE,
                     "--allow-divergence: nothing can be planned for unstable "
                     "parameters; give --replicas and --steps");
}
