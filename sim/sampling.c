#include "sampling.h"

#include "parse.h"

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
        struct error ignored = {""};
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

int sampling_init(struct sampling *sampling, const struct options *options,
                  struct error *error)
{
    const uint64_t threads = options_count(options, "threads");
    *sampling = (struct sampling){
        .kernels = options->kernels,
        .seed = options_count(options, "seed"),
        .threads = threads ? (int)threads : omp_get_num_procs(),
        .quiet = options_flag(options, "quiet"),
        .burn_in = PLAN_AUTO,
        .precision = options_real(options, "precision"),
        .precision_given = options_given(options, "precision"),
        .max_samples = options_real(options, "max-samples"),
    };
    int status = random_generator_parse(options_text(options, "rng"),
                                        &sampling->generator, error);
    if (status == STATUS_OK && (options->program->groups & OPTIONS_CHAINS))
        status = chains_from_options(sampling, options, error);
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

struct ensemble sampling_ensemble(const struct sampling *sampling,
                                  const struct rule *rule,
                                  const struct quadratic *problem, const char *label)
{
    return (struct ensemble){
        .kernels = sampling->kernels,
        .optimizer = rule->optimizer,
        .parameter = rule->parameter,
        .problem = problem,
        .generator = sampling->generator,
        .seed = sampling->seed,
        .threads = sampling->threads,
        .label = sampling->quiet ? NULL : label,
    };
}

static int refuse_unstable(const struct rule *rule, double h, double radius,
                           struct error *error)
{
    char parameters[256], limit[160];
    const double lr = linear_system_lr_limit(rule->optimizer, rule->parameter, h);
    rule_describe(rule, sizeof parameters, parameters);
    if (lr > rule->parameter[0])
        snprintf(limit, sizeof limit,
                 "so near 1 that rounding hides on which side; the rate is too small");
    else if (lr > 0)
        snprintf(limit, sizeof limit,
                 "it is stable for --lr below %.6g at these other parameters", lr);
    else
        snprintf(limit, sizeof limit, "no --lr makes it stable at these parameters");
    return error_set(error, STATUS_USAGE,
                     "--lr: %g is unstable for %s with %s at curvature %g (spectral "
                     "radius %.6g, allowed is < 1): %s; --allow-divergence runs it "
                     "all the same",
                     rule->parameter[0], rule->optimizer->name, parameters, h, radius,
                     limit);
}

int sampling_systems(const struct sampling *sampling, const struct rule *rule,
                     const struct quadratic *problem, struct linear_system **systems,
                     double *radius, struct error *error)
{
    size_t worst = 0;
    *radius = 0;
    *systems = malloc(problem->n * sizeof **systems);
    if (!*systems)
        return error_memory(error, "the modes");
    for (size_t i = 0; i < problem->n; i++) {
        linear_system_probe(rule->optimizer, rule->parameter, problem->h[i],
                            &(*systems)[i]);
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

int sampling_given_chains(const struct sampling *sampling, struct chains *chains,
                          struct error *error)
{
    *chains = (struct chains){
        .replicas = sampling->replicas,
        .steps = sampling->steps,
        .burn_in = sampling->burn_in == PLAN_AUTO ? 0 : sampling->burn_in,
    };
    if (chains->replicas > 0 && chains->steps > 0)
        return STATUS_OK;
    return error_set(error, STATUS_USAGE,
                     "--allow-divergence: nothing can be planned for unstable "
                     "parameters; give --replicas and --steps");
}
