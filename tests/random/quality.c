/* SPDX-License-Identifier: GPL-3.0-or-later */
/* quality.c: the statistical quality of the normal numbers, at the size of a large
 * simulation. Draws more than 10^10 of them and checks moments, correlations, tails and
 * the whole distribution; --controls damages the numbers in ways that must show. */
#include "cli/generator_form.h"
#include "cli/program.h"
#include "controls.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_FAILED = 1 };

static const struct option_spec own_options[] = {
    {.name = "count",
     .kind = OPTION_COUNT,
     .argument = "N",
     .preset = "1.04e10",
     .low = 1e8,
     .high = 1e13,
     .doc =
         "numbers to draw, rounded up to whole streams; of each run with --controls"},
    {.name = "seed",
     .kind = OPTION_COUNT,
     .argument = "S",
     .preset = "1",
     .low = 0,
     .high = 0x1p52,
     .doc = "the first of four seeds"},
    {.name = "rng",
     .argument = "NAME",
     .preset = "xoshiro",
     .doc = "generator: xoshiro, philox, gsl:NAME"},
    {.name = "threads",
     .kind = OPTION_COUNT,
     .argument = "K",
     .low = 1,
     .high = 1024,
     .doc = "threads (default: one a processor); never changes a result"},
    {.name = "control",
     .argument = "NAME",
     .doc = "damage the numbers; a wrong name lists the right ones"},
    {.name = "controls",
     .kind = OPTION_FLAG,
     .doc = "run every control; fails if one goes unnoticed"},
};

static const struct program program = {
    .name = "quality",
    .summary = "Draws normal numbers from many streams and checks moments, "
               "correlations, tails and distribution.",
    .notes = "A check fails if its p value is below 1e-6 divided by the number of "
             "checks. Exit status 1: a check failed; with --controls: a damage went "
             "unnoticed, or a check failed without one.",
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
};

static int run_init(struct run *run, const struct options *options, struct error *error)
{
    const double count = (double)options_count(options, "count");
    const uint64_t threads = options_count(options, "threads");
    *run = (struct run){
        .seed = options_count(options, "seed"),
        .bundles = 2 * (uint64_t)ceil(count / (2. * BUNDLE)),
        .threads = threads ? (int)threads : omp_get_num_procs(),
        .label = "quality",
    };
    return generator_form_read(options_text(options, "rng"), &run->generator, error);
}

static void print_run(const struct run *run, const char *rng)
{
    printf("%.4g normal numbers, generator %s, seeds %llu to %llu, %llu streams of %d "
           "from each\n",
           run_numbers(run), rng, (unsigned long long)run->seed,
           (unsigned long long)run->seed + SEEDS - 1,
           (unsigned long long)run->bundles * STREAMS / SEEDS, STREAM);
}

/* --- one run -------------------------------------------------------------------- */

static int run_checks(const struct run *run, struct check *checks, struct error *error)
{
    struct survey *survey = malloc(sizeof *survey);
    if (!survey)
        return error_memory(error, "the survey");
    const int status = survey_run(run, survey, error);
    if (status == STATUS_OK)
        checks_make(run, survey, checks);
    free(survey);
    return status;
}

static int failures(const struct check *checks)
{
    int failed = 0;
    for (int i = 0; i < CHECKS; i++)
        failed += check_failed(&checks[i]);
    return failed;
}

static void print_checks(const struct check *checks)
{
    printf("%-24s %-26s %10s  %s\n", "check", "statistic", "p", "verdict");
    for (int i = 0; i < CHECKS; i++) {
        char statistic[64];
        check_describe(&checks[i], sizeof statistic, statistic);
        printf("%-24s %-26s %10.3g  %s\n", checks[i].name, statistic, checks[i].p,
               check_failed(&checks[i]) ? "FAILED" : "passed");
    }
    printf("%d passed, %d failed (p < %.3g)\n", CHECKS - failures(checks),
           failures(checks), checks_level / CHECKS);
}

/* The size of a damage depends on the checks alone, not on what they find. */
static void set_control(struct run *run, const struct control *control)
{
    static const struct survey nothing;
    struct check checks[CHECKS];
    checks_make(run, &nothing, checks);
    run->control = control;
    run->damage = control_size(control, run_numbers(run), checks);
}

static int control_option(const struct options *options, struct run *run,
                          struct error *error)
{
    const char *name = options_text(options, "control");
    const struct control *control = name ? control_find(name) : NULL;
    char list[512] = "";
    size_t used = 0;
    if (control)
        set_control(run, control);
    if (control || !name)
        return STATUS_OK;
    for (control = controls; control->name && used < sizeof list; control++)
        used += (size_t)snprintf(list + used, sizeof list - used, " %s", control->name);
    return error_set(error, STATUS_USAGE, "--control: no '%.200s'; there are%s", name,
                     list);
}

/* Prints the checks of one run; *failed: did one fail? */
static int judge(const struct options *options, struct run *run, int *failed,
                 struct error *error)
{
    struct check checks[CHECKS];
    int status = control_option(options, run, error);
    if (status == STATUS_OK)
        status = run_checks(run, checks, error);
    if (status != STATUS_OK)
        return status;
    print_run(run, options_text(options, "rng"));
    if (run->control)
        printf("damaged by %s: %s, d = %.4g\n", run->control->name, run->control->what,
               run->damage);
    print_checks(checks);
    *failed = failures(checks) > 0;
    return STATUS_OK;
}

/* --- all controls --------------------------------------------------------------- */

/* Runs one control, prints its row and returns whether it went unnoticed. */
static int control_unnoticed(struct run *run, const struct control *control,
                             struct error *error, int *status)
{
    struct check checks[CHECKS];
    int missed = 0;
    set_control(run, control);
    *status = run_checks(run, checks, error);
    if (*status != STATUS_OK)
        return 0;
    for (int i = 0; i < 2 && control->check[i]; i++) {
        const struct check *check = check_find(checks, control->check[i]);
        printf("%-11s %-42s %10.4g  %-24s %9.2g  %s\n", control->name, control->what,
               run->damage, check->name, check->p,
               check_failed(check) ? "noticed" : "UNNOTICED");
        missed |= !check_failed(check);
    }
    fflush(stdout);
    return missed;
}

/* The numbers as they are, then with every damage. */
static int judge_controls(const struct options *options, struct run *run, int *failed,
                          struct error *error)
{
    struct check checks[CHECKS];
    int count = 0, unnoticed = 0;
    int status = run_checks(run, checks, error);
    if (status != STATUS_OK)
        return status;
    print_run(run, options_text(options, "rng"));
    printf("undamaged: %d of %d checks failed\n", failures(checks), CHECKS);
    printf("%-11s %-42s %10s  %-24s %9s  %s\n", "control", "damage", "d", "check", "p",
           "verdict");
    for (const struct control *control = controls; control->name; control++, count++) {
        unnoticed += control_unnoticed(run, control, error, &status);
        if (status != STATUS_OK)
            return status;
    }
    printf("%d controls, %d unnoticed\n", count, unnoticed);
    *failed = unnoticed > 0 || failures(checks) > 0;
    return STATUS_OK;
}

int main(int argc, char **argv)
{
    struct options options;
    struct run run;
    struct error error;
    int failed = 0;
    gsl_set_error_handler_off();
    int status = options_parse(&options, &program, argc, argv, &error);
    if (status == STATUS_OK)
        status = run_init(&run, &options, &error);
    if (status == STATUS_OK)
        status = options_flag(&options, "controls")
                     ? judge_controls(&options, &run, &failed, &error)
                     : judge(&options, &run, &failed, &error);
    status = program_report(&options, status, &error);
    options_free(&options);
    return status == 0 && failed ? EXIT_FAILED : status;
}
