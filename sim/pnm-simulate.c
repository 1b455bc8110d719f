/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-simulate: runs an ensemble of each rule and writes moments or trajectories. */
#include "cli/average_form.h"
#include "cli/epoch_options.h"
#include "cli/plot.h"
#include "cli/program.h"
#include "cli/request.h"
#include "cli/rule_table.h"
#include "cli/table.h"
#include "cli/trajectory_table.h"
#include "engine/average_plan.h"
#include "engine/ensemble_average.h"
#include "engine/moments_plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum record { RECORD_MOMENTS, RECORD_TRAJECTORY };

struct simulate_request {
    struct request request;
    enum record record;
    uint64_t every;      /* steps between records of a trajectory */
    const char *average; /* none, polyak, ...; NULL: none */
};

static const struct option_spec own_options[] = {
    SHARED_OPTION_NOISE_LAW,
    {.name = "record",
     .brief = "moments, or all that chains do",
     .kind = OPTION_CHOICE,
     .field = OPTION_FIELD(struct simulate_request, record),
     .argument = "moments|trajectory",
     .preset = "moments",
     .doc = "moments: time averages after burn-in, over chains; trajectory: theta at "
            "step 0, every K-th step and the last, no burn-in"},
    {.name = "every",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct simulate_request, every),
     .argument = "K",
     .preset = "1",
     .low = 1,
     .high = 1e15,
     .doc = "steps between records of a trajectory"},
    {.name = "average",
     .kind = OPTION_TEXT,
     .field = OPTION_FIELD(struct simulate_request, average),
     .argument = AVERAGE_FORMS,
     .forms = AVERAGE_FORMS,
     .doc = "write an average of theta in place of theta: its moments over replicas "
            "after --steps T, or its course in a trajectory; " AVERAGE_DOC},
};

static const struct program_example examples[] = {
    {"Moments of PNM on three modes:",
     "pnm-simulate --optimizer pnm --lr 0.05 --spectrum 0.1,1,10 --format table"},
    {"A trajectory, every second step:",
     "pnm-simulate --optimizer pnm --lr 0.05 --spectrum 1 --start 1 --record "
     "trajectory --steps 6 --every 2 --format table"},
    {"The mean of the last 100 of 200 steps, of 1000 replicas:",
     "pnm-simulate --optimizer pnm --lr 0.05 --spectrum 1 --average polyak:100 "
     "--steps 200 --replicas 1000 --format table"},
    {NULL, NULL},
};

static const uint64_t most_records = 20000000;

/* Warns of steps that are too few, and refuses a plan beyond the budget. */
static int check_plan(const struct sampling *sampling, const struct problem *problem,
                      size_t i, const struct plan *plan, size_t *warnings,
                      struct error *error)
{
    if (plan->too_short && ++*warnings <= SAMPLING_WARNINGS)
        sampling_warn(sampling,
                      "--steps %llu: mode %zu needs a burn-in of %llu; recording "
                      "from step %llu on",
                      (unsigned long long)sampling->steps, i + 1,
                      (unsigned long long)plan->needed_burn_in,
                      (unsigned long long)plan->chains.burn_in);
    if (plan->affordable)
        return STATUS_OK;
    return error_about(error, STATUS_USAGE, "max-samples",
                       "mode %zu (h = %g) needs %.3g "
                       "coordinate-steps, the budget is %.3g; raise it or ask "
                       "for fewer: a coarser --precision, fewer --replicas or "
                       "--steps",
                       i + 1, problem->h[i], plan->samples, sampling->max_samples);
}

static int check_plans(const struct sampling *sampling, const struct problem *problem,
                       const struct moments_plan *plan, struct error *error)
{
    size_t warnings = 0;
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < problem->n; i++)
        status =
            check_plan(sampling, problem, i, &plan->modes[i].plan, &warnings, error);
    sampling_warn_rest(sampling, warnings);
    return status;
}

/* The time averages of theta and of (theta - theta*)^2, with control variates and
 * without. */
enum { AVERAGE_MEAN, AVERAGE_SECOND, AVERAGE_PLAIN, AVERAGE_PLAIN_MEAN, AVERAGES };

/* Those of a mode and their standard errors. Moments that overflow have NAN as error;
 * without randomness errors are 0. Without chains, because the time was up before this
 * mode, all are NAN. */
struct estimate {
    double value[AVERAGES], se[AVERAGES];
};

static struct estimate estimate_of(struct moments *const *averages, size_t i,
                                   bool random)
{
    struct estimate e;
    for (int k = 0; k < AVERAGES; k++) {
        const struct moments *own = &averages[k][i];
        e.value[k] = own->count == 0 ? NAN : own->mean;
        e.se[k] = !isfinite(e.value[k]) ? NAN : random ? moments_stderr(own) : 0;
    }
    return e;
}

/* Warns of cells that stay empty because a number overflows. */
static void warn_mode(const struct request *request, size_t i, const struct estimate *e,
                      uint64_t chains, size_t *warnings)
{
    const struct problem *problem = &request->problem;
    size_t undefined = problem->n;
    const bool no_mean = !isfinite(e->value[AVERAGE_MEAN]);
    const bool no_second = !isfinite(e->value[AVERAGE_SECOND]);
    /* One chain has no standard error. */
    const bool no_error =
        chains > 1 && !no_mean && !no_second &&
        !(isfinite(e->se[AVERAGE_MEAN]) && isfinite(e->se[AVERAGE_SECOND]));
    if ((!no_mean && !no_second && !no_error) || ++*warnings > SAMPLING_WARNINGS)
        return;
    if (sampling_divides_zero(request->rules.rule, problem, UINT64_C(1) << 20,
                              &undefined) &&
        undefined == i) {
        sampling_warn(&request->sampling,
                      "mode %zu (h = %g): its moments are left empty: %s has no next "
                      "theta: " SAMPLING_ZERO_BY_ZERO,
                      i + 1, problem->h[i], request->rules.rule->kind->name);
        return;
    }
    sampling_warn(
        &request->sampling,
        "mode %zu (h = %g): %s beyond the range of numbers and left empty: "
        "the chains diverge, or theta is too large or too small for its powers",
        i + 1, problem->h[i],
        no_mean     ? "its moments are"
        : no_second ? "its second moment is"
                    : "a standard error is");
}

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(I, "i", COUNT, false)                                                       \
    COLUMN(H, "h", REAL, false)                                                        \
    COLUMN(MEAN, "mean", REAL, false)                                                  \
    COLUMN(MEAN_SE, "mean_stderr", REAL, false)                                        \
    COLUMN(SECOND, "second_moment", REAL, false)                                       \
    COLUMN(SECOND_SE, "second_moment_stderr", REAL, false)                             \
    COLUMN(COUNT, "count", COUNT, false)                                               \
    COLUMN(MEASURED_PLAIN, "measured_plain", REAL, COLUMN_PLAIN)                       \
    COLUMN(STDERR_PLAIN, "stderr_plain", REAL, COLUMN_PLAIN)                           \
    COLUMN(GAIN, "gain", REAL, COLUMN_PLAIN)                                           \
    COLUMN(MEAN_PLAIN, "mean_plain", REAL, COLUMN_PLAIN)                               \
    COLUMN(MEAN_SE_PLAIN, "mean_stderr_plain", REAL, COLUMN_PLAIN)                     \
    COLUMN(MEAN_GAIN, "mean_gain", REAL, COLUMN_PLAIN)                                 \
    COLUMN(OPTIMIZER, "optimizer", TEXT, false)                                        \
    COLUMN(LR, "lr", REAL, false)                                                      \
    COLUMN(BETA0, "beta0", REAL, false)                                                \
    COLUMN(BETA1, "beta1", REAL, false)                                                \
    COLUMN(LAW, "law", TEXT, COLUMN_DETAIL)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

/* The steps that were recorded. */
static int put_law(struct table *table, const struct chains *chains,
                   struct error *error)
{
    char law[80];
    snprintf(law, sizeof law, "steps %llu-%llu",
             (unsigned long long)chains->burn_in + 1,
             (unsigned long long)chains->steps);
    return table_text(table, LAW, law, error);
}

static int fill_moments(struct table *table, const struct request *request,
                        const struct chains *chains, struct moments *const *averages,
                        struct error *error)
{
    static const size_t column_of[AVERAGES] = {MEAN, SECOND, MEASURED_PLAIN,
                                               MEAN_PLAIN};

    const struct problem *problem = &request->problem;
    size_t warnings = 0;
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < problem->n; i++) {
        status = rule_table_row(request->rules.rule, table, error);
        if (status == STATUS_OK)
            status = put_law(table, &chains[i], error);
        if (status != STATUS_OK)
            break;
        table_count(table, I, i + 1);
        table_real(table, H, problem->h[i]);
        const uint64_t count = averages[AVERAGE_PLAIN][i].count;
        const struct estimate e =
            estimate_of(averages, i, problem_noise(problem, i, i) != 0);
        table_count(table, COUNT, count);
        for (int k = 0; k < AVERAGES; k++) {
            table_known(table, column_of[k], e.value[k]);
            table_known(table, column_of[k] + 1, e.se[k]);
        }
        table_known(table, GAIN,
                    moments_gain(e.se[AVERAGE_PLAIN], e.se[AVERAGE_SECOND]));
        table_known(table, MEAN_GAIN,
                    moments_gain(e.se[AVERAGE_PLAIN_MEAN], e.se[AVERAGE_MEAN]));
        if (count > 0)
            warn_mode(request, i, &e, count, &warnings);
    }
    if (status == STATUS_OK)
        sampling_warn_rest(&request->sampling, warnings);
    return status;
}

static int answer_moments(const struct request *request, struct table *table,
                          struct error *error)
{
    static const struct plot plot = {
        .label = "E θ²",
        .plain = "E theta^2",
        .keys = {"h", "i", "lr", "beta1", "beta0", "optimizer"},
        .measured = {"second_moment", "measured"},
        .error = "second_moment_stderr",
    };
    const struct rule *rule = request->rules.rule;
    const struct problem *problem = &request->problem;
    struct ensemble ensemble =
        sampling_ensemble(&request->sampling, rule, problem, rule->kind->name);
    const size_t n = problem->n;
    struct moments *all = calloc(AVERAGES * n, sizeof *all);
    struct moments *averages[AVERAGES];
    struct moments_plan plan = {0};
    int status = all ? moments_plan_make(&plan, &ensemble, &request->sampling, error)
                     : error_memory(error, "the modes");
    if (status == STATUS_OK)
        status = check_plans(&request->sampling, problem, &plan, error);
    if (status != STATUS_OK)
        goto out;
    if (problem_is_coupled(problem))
        moments_plan_join(n, plan.chains);
    ensemble.control = plan.control;
    for (size_t k = 0; k < AVERAGES; k++)
        averages[k] = all + k * n;
    status = ensemble_moments_of_both(
        &ensemble, plan.chains, averages[AVERAGE_PLAIN_MEAN], averages[AVERAGE_PLAIN],
        averages[AVERAGE_MEAN], averages[AVERAGE_SECOND], error);
    if (status != STATUS_OK)
        goto out;
    status = fill_moments(table, request, plan.chains, averages, error);
    table->plot = &plot;
out:
    moments_plan_free(&plan);
    free(all);
    return status;
}

/* The moments over chains of the average of theta. */
static int answer_averages(const struct request *request, const struct average *average,
                           struct table *table, struct error *error)
{
    static const struct plot plot = {
        .label = "E (average of θ)²",
        .plain = "E (average of theta)^2",
        .keys = {"h", "i", "lr", "beta1", "beta0", "optimizer"},
        .measured = {"second_moment", "measured"},
        .error = "second_moment_stderr",
    };
    const struct sampling *sampling = &request->sampling;
    const struct rule *rule = request->rules.rule;
    const struct problem *problem = &request->problem;
    struct ensemble ensemble =
        sampling_ensemble(sampling, rule, problem, rule->kind->name);
    const size_t n = problem->n;
    struct moments *mean = calloc(n + 1, sizeof *mean);
    struct moments *square = calloc(n + 1, sizeof *square);
    struct chains *chains = calloc(n + 1, sizeof *chains);
    struct linear_system *systems = NULL;
    double *margins = NULL;
    struct moments *averages[AVERAGES] = {mean, square, square, mean};
    int status = mean && square && chains
                     ? average_plan(sampling, average, &chains[0], error)
                     : error_memory(error, "the modes");
    const double samples = chains ? (double)chains->count * (double)chains->steps : 0;
    const struct plan plan = {.samples = samples,
                              .affordable = samples <= sampling->max_samples};
    size_t warnings = 0;
    if (status == STATUS_OK)
        status = check_plan(sampling, problem, 0, &plan, &warnings, error);
    if (status == STATUS_OK)
        status = sampling_systems(sampling, rule, problem, &systems, &margins, error);
    if (status != STATUS_OK)
        goto out;
    for (size_t i = 1; i < n; i++)
        chains[i] = chains[0];
    ensemble.average = average;
    status = ensemble_averages(&ensemble, chains, mean, square, NULL, error);
    if (status == STATUS_OK)
        status = fill_moments(table, request, chains, averages, error);
    table->plot = &plot;
out:
    free(mean);
    free(square);
    free(chains);
    free(systems);
    free(margins);
    return status;
}

static int answer_trajectories(const struct simulate_request *own,
                               const struct average *average, struct table *table,
                               struct error *error)
{
    const bool averaged = average->kind != AVERAGE_NONE;
    const struct sampling *sampling = &own->request.sampling;
    const struct problem *problem = &own->request.problem;
    const struct rule *rule = own->request.rules.rule;
    struct ensemble ensemble =
        sampling_ensemble(sampling, rule, problem, rule->kind->name);
    const uint64_t every = own->every, steps = sampling->steps;
    uint64_t chains = sampling->chains ? sampling->chains : 1;
    struct linear_system *systems = NULL;
    double *theta = NULL, *margins = NULL;
    if (steps == 0)
        return error_about(error, STATUS_USAGE, "steps",
                           "a value is required for trajectories");
    const double rows =
        (double)chains * (double)ensemble_records(steps, every) * (double)problem->n;
    if (rows > (double)most_records)
        return error_about(
            error, STATUS_USAGE, "record",
            "trajectory: %.3g rows are too many; allowed are up to %llu: "
            "raise --every, or lower --replicas or --steps",
            rows, (unsigned long long)most_records);
    int status = sampling_systems(sampling, rule, problem, &systems, &margins, error);
    if (status != STATUS_OK)
        goto out;
    ensemble.average = averaged ? average : NULL;
    theta = malloc((size_t)rows * sizeof *theta);
    status = theta ? ensemble_trajectory(&ensemble, &chains, steps, every, theta, error)
                   : error_memory(error, "the trajectories");
    if (status != STATUS_OK)
        goto out;
    const struct trajectory_table trajectories = {sampling, rule,  problem,  chains,
                                                  steps,    every, averaged, theta};
    status = trajectory_table_add(&trajectories, table, error);
out:
    free(theta);
    free(systems);
    free(margins);
    return status;
}

/* Adds the rows of a point of a grid that diverges: a mode each, without numbers. */
static int add_lost(const struct simulate_request *own, struct table *table,
                    struct error *error)
{
    const struct problem *problem = &own->request.problem;
    const int i_at = table_column(table, "i");
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < problem->n; i++) {
        status = rule_table_row(own->request.rules.rule, table, error);
        if (status == STATUS_OK)
            status = table_reason(table, SAMPLING_LOST, error);
        if (status == STATUS_OK && own->record == RECORD_MOMENTS)
            status = table_text(table, LAW, "diverges", error);
        if (status != STATUS_OK)
            break;
        table_count(table, (size_t)i_at, i + 1);
        if (own->record == RECORD_MOMENTS)
            table_real(table, H, problem->h[i]);
    }
    return status;
}

/* Adds the rows of the request's first rule. */
static int add_rule(const struct simulate_request *own, const struct average *average,
                    struct table *table, struct error *error)
{
    return own->record == RECORD_TRAJECTORY
               ? answer_trajectories(own, average, table, error)
           : average->kind == AVERAGE_NONE
               ? answer_moments(&own->request, table, error)
               : answer_averages(&own->request, average, table, error);
}

/* Finds the points of a grid that diverge. A trajectory that may do so needs steps,
 * which it always has, and no number of chains. */
static int check_points(const struct simulate_request *own, bool **lost,
                        struct error *error)
{
    const struct request *request = &own->request;
    struct sampling sampling = request->sampling;
    if (own->record == RECORD_TRAJECTORY && sampling.chains == 0)
        sampling.chains = 1;
    return sampling_check_points(&sampling, request->rules.rule, request->rules.count,
                                 &request->problem, lost, error);
}

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    struct simulate_request own = *(const struct simulate_request *)request;
    const struct request_rules *rules = &request->rules;
    const bool trajectory = own.record == RECORD_TRAJECTORY;
    struct average average;
    bool *lost = NULL;
    (void)tally;
    int status = average_form_read(own.average, &average, error);
    if (status == STATUS_OK && !trajectory &&
        !noise_law_has_variance(request->problem.law))
        status = error_about(error, STATUS_USAGE, "noise-law",
                             "stable noise of the exponent %g has no variance, so that "
                             "the chains have no moments; allowed is --record "
                             "trajectory",
                             request->problem.law.parameter);
    if (status == STATUS_OK)
        status = trajectory ? trajectory_table_init(table, average.kind != AVERAGE_NONE,
                                                    rules->rule, rules->count, error)
                            : rule_table_init(table, columns, COLUMNS, rules->rule,
                                              rules->count, error);
    for (size_t k = 0; status == STATUS_OK && k < rules->count; k++)
        status = epoch_options_check(request, &rules->rule[k], error);
    if (status == STATUS_OK)
        status = check_points(&own, &lost, error);
    for (size_t k = 0; status == STATUS_OK && k < rules->count; k++) {
        own.request.rules = (struct request_rules){.rule = &rules->rule[k], .count = 1};
        sampling_row(&request->sampling, "row", rules->rule[k].kind->name, k,
                     rules->count);
        status = lost[k] ? add_lost(&own, table, error)
                         : add_rule(&own, &average, table, error);
    }
    free(lost);
    /* The array of several rules is that of the table's numbers. */
    if (rules->count > 1)
        table->array = (struct table_array){0};
    return status;
}

static const struct program program = {
    .name = "pnm-simulate",
    .title = "simulate stochastic optimizers on a quadratic loss",
    .summary =
        "Simulates independent chains of an update rule on a quadratic loss with "
        "Gaussian gradient noise or that of minibatches, in the eigenbasis of the "
        "Hessian.",
    .notes = "Columns: i,h,mean,mean_stderr,second_moment,second_moment_stderr,count "
             "(mean of theta, second moment of theta - theta*, number of chains); "
             "replica,step,i,theta for trajectories (.npy of one rule: theta alone, "
             "replicas x records x modes); then the rule and its parameters. `law` "
             "names the recorded steps. A point of a grid that diverges has rows "
             "without numbers, of the law `diverges`. Chains "
             "are planned for the second moment's error. With "
             "--average these are of the average, of which each replica gives one "
             "(second moment of average - theta*), and trajectories have a column "
             "`average` for theta: Polyak's average so far, which up to step FROM is "
             "theta itself, or the ema. The same seed without --average has the theta "
             "that was averaged.",
    .groups = OPTIONS_COLUMNS | OPTIONS_RULE | OPTIONS_DECAY | OPTIONS_QUADRATIC |
              OPTIONS_EPOCHS | OPTIONS_CHAINS | OPTIONS_SAMPLING | OPTIONS_OUTPUT |
              OPTIONS_PLOT,
    .arrays = true,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .request_size = sizeof(struct simulate_request),
    .answer = answer,
    .examples = examples,
    .main = "steps|replicas|start|record",
    .see_also = "pnm-rules pnm-stationary",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
