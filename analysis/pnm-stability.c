/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-stability: spectral radius, limit and best value of the learning rate, and steps
 * to an accuracy, of update rules on a quadratic loss without noise. */
#include "base/ranks.h"
#include "cli/plot.h"
#include "cli/program.h"
#include "cli/request.h"
#include "cli/rule_table.h"
#include "cli/table.h"
#include "compare/stability.h"
#include "rules/rule_check.h"

#include <math.h>
#include <string.h>

struct stability_request {
    struct request request;
    double accuracy;
    bool measure, map;
};

static const struct option_spec own_options[] = {
    {.name = "spectrum",
     .files = OPTION_READS,
     .argument = "SPEC",
     .forms = OPTION_SPECTRUM_FORMS,
     .required = true,
     .unless = "data",
     .doc = "curvatures h_i, the eigenvalues of H: a list such as 0.1,1,10, "
            "const:VALUE:N, linear:LO:HI:N, log:LO:HI:N, power:P:N (h_i = i^-P), "
            "file:PATH"},
    {.name = "loss",
     .kind = OPTION_CHOICE,
     .field = OPTION_FIELD(struct stability_request, request.form),
     .argument = "quadratic|least-squares",
     .preset = "quadratic",
     .doc = "with least-squares: where gradients of minibatches keep second "
            "moments bounded, too, in columns ms_limit and ms_gain"},
    {.name = "batch",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct stability_request, request.batch),
     .argument = "B",
     .preset = "1",
     .low = 0,
     .high = HUGE_VAL,
     .low_open = true,
     .doc = "examples of a minibatch of least-squares, a whole number"},
    SHARED_OPTION_DATA,
    SHARED_OPTION_FLAT,
    {.name = "accuracy",
     .brief = "relative error to count steps to",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct stability_request, accuracy),
     .argument = "REL",
     .preset = "1e-6",
     .low = 0,
     .high = 1,
     .low_open = true,
     .doc = "for `steps`: the error to reach, relative to its start"},
    {.name = "measure",
     .brief = "measure limit and radius, too",
     .samples = true,
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct stability_request, measure),
     .doc = "also measure the limit and the radius with noiseless chains"},
    {.name = "map",
     .brief = "show the radius over a grid",
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct stability_request, map),
     .doc =
         "show the radius over a grid instead: of --lr (default: eta h from 0.0125 to "
         "2.5 in 200) and --beta0 (default: linear:0:5:101)"},
    {.name = "quiet",
     .letter = 'q',
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct stability_request, request.sampling.quiet),
     .unrecorded = true,
     .doc = "print no progress"},
};

static const struct program_example examples[] = {
    {"PNM at four values of beta_0, theory and measurement:",
     "pnm-stability --optimizer pnm --lr 0.3 --beta0 0,1,3,70 --spectrum 1 --measure "
     "--format table"},
    {"Which learning rates are stable on a spectrum:",
     "pnm-stability --optimizer sgd,pnm --lr linear:0.1:1:10 --spectrum 0.1,1,4 "
     "--format table"},
    {"From which learning rate on PNM is unstable on the steepest of two modes:",
     "pnm-stability --optimizer pnm --beta0 0,1,3,70 --lr 0.1 --spectrum 0.5,2 "
     "--format table"},
    {NULL, NULL},
};

enum {
    OPTIMIZER,
    LR,
    BETA0,
    BETA1,
    BETA3,
    RHO,
    STEPS,
    LR_LIMIT,
    CLOSED_LIMIT,
    BEST_LR,
    BEST_RHO,
    BEST_STEPS,
    EXACT_SOURCE,
    RHO_MEASURED,
    STEPS_MEASURED,
    LIMIT_MEASURED,
    EXACT_VERDICT,
    LR_FROM,
    INTERVALS,
    MARGIN,
    BEST_MARGIN,
    REASON,
    MS_LIMIT,
    MS_GAIN,
    COLUMNS
};

static const struct column columns[COLUMNS] = {
    [OPTIMIZER] = {"optimizer", COLUMN_TEXT, false},
    [LR] = {"lr", COLUMN_REAL, false},
    [BETA0] = {"beta0", COLUMN_REAL, false},
    [BETA1] = {"beta1", COLUMN_REAL, false},
    [BETA3] = {"beta3", COLUMN_REAL, true},
    [RHO] = {"rho", COLUMN_REAL, false},
    [STEPS] = {"steps", COLUMN_REAL, false},
    [LR_LIMIT] = {"lr_limit", COLUMN_REAL, false},
    [CLOSED_LIMIT] = {"closed_limit", COLUMN_REAL, false},
    [BEST_LR] = {"best_lr", COLUMN_REAL, false},
    [BEST_RHO] = {"best_rho", COLUMN_REAL, false},
    [BEST_STEPS] = {"best_steps", COLUMN_REAL, false},
    [EXACT_SOURCE] = {"exact_source", COLUMN_TEXT, true},
    [RHO_MEASURED] = {"rho_measured", COLUMN_REAL, false},
    [STEPS_MEASURED] = {"steps_measured", COLUMN_REAL, false},
    [LIMIT_MEASURED] = {"limit_measured", COLUMN_REAL, false},
    [EXACT_VERDICT] = {"exact_verdict", COLUMN_TEXT, false},
    [LR_FROM] = {"lr_from", COLUMN_REAL, false},
    [INTERVALS] = {"intervals", COLUMN_COUNT, true},
    [MARGIN] = {"margin", COLUMN_REAL, true},
    [BEST_MARGIN] = {"best_margin", COLUMN_REAL, true},
    [REASON] = {"reason", COLUMN_TEXT, true},
    [MS_LIMIT] = {"ms_limit", COLUMN_REAL, false},
    [MS_GAIN] = {"ms_gain", COLUMN_REAL, false},
};

/* Whether a column is of --measure alone. */
static bool is_measured(int column)
{
    return (column >= RHO_MEASURED && column <= EXACT_VERDICT) || column == REASON;
}

/* Whether a column is of minibatches alone. */
static bool is_of_minibatches(int column)
{
    return column == MS_LIMIT || column == MS_GAIN;
}

/* The columns of a run; at[] says where each of them is. */
static size_t choose_columns(bool measure, bool minibatches,
                             struct column chosen[COLUMNS], size_t at[COLUMNS])
{
    size_t count = 0;
    for (int k = 0; k < COLUMNS; k++) {
        if ((is_measured(k) && !measure) || (is_of_minibatches(k) && !minibatches))
            continue;
        at[k] = count;
        chosen[count++] = columns[k];
    }
    return count;
}

#define MAP_COLUMN_LIST(COLUMN)                                                        \
    COLUMN(MAP_OPTIMIZER, "optimizer", TEXT, false)                                    \
    COLUMN(MAP_BETA1, "beta1", REAL, false)                                            \
    COLUMN(MAP_LR_H, "lr_h", REAL, false)                                              \
    COLUMN(MAP_BETA0, "beta0", REAL, false)                                            \
    COLUMN(MAP_RHO, "rho", REAL, false)                                                \
    COLUMN(MAP_LIMIT, "limit", REAL, false)

enum { MAP_COLUMN_LIST(TABLE_NUMBER) };

static const struct column map_columns[] = {MAP_COLUMN_LIST(TABLE_COLUMN)};

static const struct plot plot = {
    .label = "spectral radius ρ",
    .plain = "spectral radius",
    .keys = {"optimizer", "lr", "lr_h", "beta0", "beta1", "beta3"},
    .exact = {"rho", "exact"},
    .measured = {"rho_measured", "measured"},
    .limit = 1,
    .cost = 100,
};

static double highest(const struct problem *problem)
{
    double most = 0;
    for (size_t i = 0; i < problem->n; i++)
        most = fmax(most, problem->h[i]);
    return most;
}

/* Appends the grid that a map uses for a parameter that is not given. */
static void grid(const struct request *request, const char *parameter,
                 struct text *text)
{
    const double most = highest(&request->problem), h = most > 0 ? most : 1;
    if (!((const struct stability_request *)request)->map)
        return;
    if (strcmp(parameter, "lr") == 0)
        text_add(text, "linear:%.17g:%.17g:200", 0.0125 / h, 2.5 / h);
    else if (strcmp(parameter, "beta0") == 0)
        text_add(text, "linear:0:5:101");
}

/* The range of curvatures and decay. Chains square their states, which contain
 * gradients, and rates are inverses of curvatures: far beyond these limits they would
 * overflow. */
static const double least_pull = 1e-100, largest_pull = 1e100;

/* The least L2 decay of the rules, which adds to a curvature. */
static double least_decay(const struct request_rules *rules)
{
    double least = INFINITY;
    for (size_t k = 0; k < rules->count; k++) {
        const struct decay *decay = &rules->rule[k].decay;
        least = fmin(least, decay->decoupled ? 0 : decay->lambda);
    }
    return least;
}

static int check_range(const struct request *request, struct error *error)
{
    const struct problem *problem = &request->problem;
    const double least = least_decay(&request->rules);
    for (size_t i = 0; i < problem->n; i++)
        if (problem->h[i] <= 0 && problem->h[i] + least <= 0)
            return error_about(error, STATUS_USAGE, "spectrum",
                               "curvature %zu is %g, where no learning rate makes a "
                               "rule converge; allowed here are numbers > 0, --flat "
                               "drop and clip:EPS, or an L2 decay that makes h + "
                               "lambda > 0",
                               i + 1, problem->h[i]);
        else if (problem->h[i] + least < least_pull || problem->h[i] > largest_pull)
            return error_about(error, STATUS_USAGE, "spectrum",
                               "curvature %zu is %g; allowed here are "
                               "numbers from %g to %g",
                               i + 1, problem->h[i], least_pull, largest_pull);
    for (size_t k = 0; k < request->rules.count; k++) {
        const double decay = request->rules.rule[k].decay.lambda;
        if (decay > largest_pull)
            return error_about(error, STATUS_USAGE, "weight-decay",
                               "%g is out of range; allowed here is a "
                               "number >= 0 and <= %g",
                               decay, largest_pull);
    }
    return STATUS_OK;
}

static int check(const struct stability_request *own, struct error *error)
{
    const struct rule *rules = own->request.rules.rule;
    const size_t count = own->request.rules.count;
    int status = STATUS_OK;
    if (own->map && own->measure)
        return error_about(error, STATUS_USAGE, "measure",
                           "the option cannot be combined with --map, which is exact; "
                           "allowed is one of the two");
    status = rule_check_linear(rules, count, "spectral radius", error);
    if (status == STATUS_OK)
        status = rule_check_constant(rules, count, "spectral radius", error);
    if (own->map && own->request.problem.examples > 0)
        return error_about(error, STATUS_USAGE, "loss",
                           "least-squares cannot be combined with --map, which is "
                           "without noise; allowed is quadratic");
    if (status == STATUS_OK && own->measure)
        status = rule_check_gradients(rules, count, "--measure", error);
    if (status == STATUS_OK && own->request.problem.examples > 0)
        status = rule_check_gradients(rules, count, "least-squares", error);
    return status == STATUS_OK ? check_range(&own->request, error) : status;
}

/* Sets the steps to the accuracy; none if the rule is not stable. */
static void put_steps(struct table *table, size_t column, double margin,
                      double accuracy)
{
    if (margin > 0)
        table_known(table, column, stability_steps(margin, accuracy));
}

static int add_measured(struct table *table, const struct stability_request *own,
                        const struct rule *rule, struct stability *s,
                        const size_t at[COLUMNS], struct tally *tally,
                        struct error *error)
{
    const struct problem *problem = &own->request.problem;
    const char *reason;
    stability_measure(s, rule, problem->h, problem->n);
    const struct verdicts verdicts = {stability_judge(s, &reason), VERDICT_NO_CLAIM};
    const double margin = -expm1(s->growth.log_factor);
    verdict_count(tally, verdicts);
    /* A factor that may as well be on the other side of 1 is no measurement. */
    if (growth_trend(s->growth) != TREND_UNKNOWN) {
        table_known(table, at[RHO_MEASURED], exp(s->growth.log_factor));
        put_steps(table, at[STEPS_MEASURED], margin, own->accuracy);
    }
    table_real(table, at[LIMIT_MEASURED], s->limit_measured);
    const int status = table_text(table, at[REASON], reason, error);
    return status == STATUS_OK ? table_text(table, at[EXACT_VERDICT],
                                            verdict_text(verdicts.exact), error)
                               : status;
}

/* The limit of the learning rate under minibatches, and the gain at the rule's own;
 * without noise already unstable there, the gain has no value. */
static int add_mean_square(struct table *table, const struct stability_request *own,
                           const struct rule *rule, const struct stability *s,
                           const size_t at[COLUMNS], struct error *error)
{
    double limit, gain;
    const int status =
        stability_mean_square(&own->request.problem, rule, s, &limit, &gain, error);
    if (status != STATUS_OK)
        return status;
    table_real(table, at[MS_LIMIT], isfinite(limit) ? limit : NAN);
    table_real(table, at[MS_GAIN], gain);
    return STATUS_OK;
}

static int add_row(struct table *table, const struct stability_request *own,
                   const struct rule *rule, const size_t at[COLUMNS],
                   struct tally *tally, struct error *error)
{
    const double accuracy = own->accuracy;
    const struct problem *problem = &own->request.problem;
    struct stability s;
    int status = stability_exact(&s, rule, problem->h, problem->n, error);
    if (status == STATUS_OK)
        status = rule_table_row(rule, table, error);
    if (status == STATUS_OK)
        status =
            table_text(table, at[EXACT_SOURCE], theory_source_text(s.source), error);
    if (status != STATUS_OK)
        return status;
    table_known(table, at[RHO], 1 - s.margin);
    put_steps(table, at[STEPS], s.margin, accuracy);
    table_real(table, at[LR_LIMIT], s.interval.to);
    table_real(table, at[CLOSED_LIMIT], s.limit_closed);
    table_real(table, at[BEST_LR], s.best.lr);
    table_real(table, at[BEST_RHO], 1 - s.best.margin);
    put_steps(table, at[BEST_STEPS], s.best.margin, accuracy);
    if (s.intervals > 0)
        table_real(table, at[LR_FROM], s.interval.from);
    table_count(table, at[INTERVALS], s.intervals);
    table_known(table, at[MARGIN], s.margin);
    table_real(table, at[BEST_MARGIN], s.best.margin);
    if (problem->examples > 0)
        status = add_mean_square(table, own, rule, &s, at, error);
    if (status != STATUS_OK)
        return status;
    return own->measure ? add_measured(table, own, rule, &s, at, tally, error)
                        : STATUS_OK;
}

static int add_point(struct table *table, const struct stability_request *own,
                     const struct rule *rule, struct error *error)
{
    const struct problem *problem = &own->request.problem;
    const double h = highest(problem);
    double limit = stability_limit_closed(rule, problem->h, problem->n);
    int status = STATUS_OK;
    if (isnan(limit)) {
        struct stable_set set;
        status = stability_set(rule, problem->h, problem->n, &set, error);
        if (status == STATUS_OK)
            limit = stable_set_around(&set, rule->number[RULE_LR]).to;
    }
    double margin = 0;
    if (status == STATUS_OK)
        status = stability_margin(rule, problem->h, problem->n, &margin, NULL, error);
    if (status == STATUS_OK)
        status = rule_table_row(rule, table, error);
    if (status != STATUS_OK)
        return status;
    table_real(table, MAP_LR_H, rule->number[RULE_LR] * h);
    table_real(table, MAP_RHO, 1 - margin);
    table_real(table, MAP_LIMIT, limit * h);
    return STATUS_OK;
}

static int fill(struct table *table, const struct stability_request *own,
                struct tally *tally, struct error *error)
{
    const struct request_rules *rules = &own->request.rules;
    const size_t map_count = sizeof map_columns / sizeof *map_columns;
    struct column chosen[COLUMNS];
    size_t at[COLUMNS] = {0};
    const size_t count =
        choose_columns(own->measure, own->request.problem.examples > 0, chosen, at);
    int status = own->map ? rule_table_init(table, map_columns, map_count, rules->rule,
                                            rules->count, error)
                          : rule_table_init(table, chosen, count, rules->rule,
                                            rules->count, error);
    table->plot = &plot;
    for (size_t k = 0; status == STATUS_OK && k < rules->count; k++) {
        sampling_row(&own->request.sampling, "row", rules->rule[k].kind->name, k,
                     rules->count);
        status = own->map ? add_point(table, own, &rules->rule[k], error)
                          : add_row(table, own, &rules->rule[k], at, tally, error);
    }
    return status;
}

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    const struct stability_request *own = (const struct stability_request *)request;
    const int status = check(own, error);
    return status == STATUS_OK ? ranks_agree(fill(table, own, tally, error), error)
                               : status;
}

static const struct program program = {
    .name = "pnm-stability",
    .title = "compute how fast and up to which rate rules converge",
    .summary = "Computes how fast linear update rules converge on a quadratic loss "
               "without noise, and up to which learning rate: spectral radius, limit, "
               "best rate, steps to an accuracy.",
    .notes =
        "Columns: rho is the largest spectral radius over the spectrum at --lr, margin "
        "is 1-rho with all its digits, steps is ln(accuracy)/ln(rho), empty if rho >= "
        "1. lr_from and lr_limit are the ends of a stable interval of learning rates: "
        "of the one that holds --lr, otherwise of the nearest below, otherwise of the "
        "lowest; intervals says how many there are. lr_limit is empty if the interval "
        "has no end; 0 if no rate is stable. They come from the rates at which an "
        "eigenvalue crosses the unit circle, so that no gap is missed; only where the "
        "characteristic polynomial is not linear in the rate (gradients taken at two "
        "points) from a scan in steps of 2^(1/8). closed_limit is lr_limit from the "
        "closed form, if there is one; best_lr is the learning rate in the interval "
        "with the least rho, best_rho = 1-best_margin, and best_steps. Unstable "
        "learning rates are shown, not refused.\n\n"
        "--measure adds rho_measured, steps_measured and limit_measured from chains of "
        "the implemented step, without theory. exact_verdict holds if the limits agree "
        "to 1e-4 relative and the radii to 1e-4 of 1-rho; it is inconclusive, and "
        "`reason` says why, where chains do not tell: if their growth did not settle "
        "within 2^20 steps, as for a momentum near 1, or is within their rounding.\n\n"
        "--loss least-squares adds ms_limit, the learning rate below which gradients "
        "of minibatches of --batch examples keep second moments bounded (of the rates "
        "nearest to --lr within the stable interval), and ms_gain, by which their "
        "noise feeds itself at --lr: 1 at the limit, empty if rho >= 1. Both are "
        "exact, and do not depend on the residual variance.\n\n"
        "--map prints lr_h = eta max(h), beta0, rho and limit, the limit of lr_h at "
        "this beta0 by closed form or, if there is none, from the eigenvalues.",
    .groups =
        OPTIONS_EXACT | OPTIONS_RULE | OPTIONS_DECAY | OPTIONS_OUTPUT | OPTIONS_PLOT,
    .judges = true,
    .linear = true,
    .presence_counts = true,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .request_size = sizeof(struct stability_request),
    .answer = answer,
    .grid = grid,
    .examples = examples,
    .main = "measure|map|accuracy",
    .see_also = "pnm-convergence pnm-rules",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
