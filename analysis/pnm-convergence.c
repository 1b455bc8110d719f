/* pnm-convergence: how fast a rule makes the gradient small, against theorem 3.1 on
 * losses that meet its assumptions and against the exact transient on a quadratic. */
#include "bound_table.h"
#include "convergence_options.h"
#include "judging_program.h"
#include "loss_list.h"
#include "output.h"
#include "plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOSS_NAME(name) " " #name

static const char *loss_word(const struct options *options, size_t i)
{
    const struct loss_kind *kind = loss_kinds()[i];
    (void)options;
    return kind ? kind->name : NULL;
}

static const struct option_spec own_options[] = {
    {.name = "loss",
     .argument = "NAME",
     .word = loss_word,
     .preset = "huber",
     .presence_counts = true,
     .doc = "one of:" LOSS_LIST(
         LOSS_NAME) "; rippled is not convex, and quadratic has "
                    "no bound of the gradient, so no theorem, but exact transients"},
    {.name = "dim",
     .kind = OPTION_COUNT,
     .argument = "N",
     .preset = "1",
     .low = 1,
     .high = 1e6,
     .doc = "coordinates"},
    {.name = "smoothness",
     .kind = OPTION_REAL,
     .argument = "L",
     .low = 0,
     .high = HUGE_VAL,
     .low_open = true,
     .doc = "Lipschitz constant L of the gradient (default 1)"},
    {.name = "gradient-bound",
     .kind = OPTION_REAL,
     .argument = "G",
     .low = 0,
     .high = HUGE_VAL,
     .low_open = true,
     .doc = "bound G of the gradient's norm (default 1; logistic has its own)"},
    {.name = "condition",
     .kind = OPTION_REAL,
     .argument = "KAPPA",
     .low = 1,
     .high = 1e12,
     .doc = "quadratic: largest over smallest curvature (default 1)"},
    {.name = "data-seed",
     .kind = OPTION_COUNT,
     .argument = "S",
     .low = 0,
     .high = 0x1p53 - 1,
     .doc = "logistic: seed of its data (default 1)"},
    {.name = "sigma",
     .kind = OPTION_REAL,
     .argument = "SIGMA",
     .preset = "1",
     .low = 0,
     .high = HUGE_VAL,
     .presence_counts = true,
     .doc = "noise: sqrt(E|xi|^2) over all coordinates"},
    {.name = "initial",
     .kind = OPTION_REAL,
     .argument = "VALUE",
     .preset = "1",
     .low = -HUGE_VAL,
     .high = HUGE_VAL,
     .presence_counts = true,
     .doc = "theta at step 0, in every coordinate"},
    {.name = "horizon",
     .argument = "T[,T...]",
     .preset = "64,256,1024,4096",
     .presence_counts = true,
     .doc = "steps of a run, one run each; also linear:LO:HI:N, log:LO:HI:N"},
    {.name = "c",
     .kind = OPTION_REAL,
     .argument = "C",
     .preset = "1",
     .low = 0,
     .high = HUGE_VAL,
     .low_open = true,
     .presence_counts = true,
     .doc = "C of the theorem's rate, min(1/(2L), C/sqrt(T)), where --lr is not given"},
    {.name = "replicas",
     .kind = OPTION_COUNT,
     .argument = "R",
     .low = 4,
     .high = 1e9,
     .doc = "independent runs (default: planned from a pilot that is thrown away)"},
    {.name = "curve",
     .kind = OPTION_FLAG,
     .doc = "E|grad f|^2 and E f - f* over the steps of one horizon"},
    {.name = "points",
     .kind = OPTION_COUNT,
     .argument = "N",
     .preset = "20",
     .low = 1,
     .high = 1e6,
     .doc = "of the curve: steps shown besides step 0, evenly spaced"},
    {.name = "slope",
     .kind = OPTION_FLAG,
     .doc = "the exponent of min E|grad f|^2 over the horizons, by weighted least "
            "squares"},
    {.name = "ratio",
     .argument = "BOUND",
     .forms = "thm3.1|lemma-A2|lemma-A3",
     .doc = "thm3.1, lemma-A2 or lemma-A3: left-hand over right-hand side, as printed "
            "and corrected; the lemmas' largest of all steps of the horizon"},
    {.name = "search",
     .kind = OPTION_COUNT,
     .argument = "N",
     .low = 1,
     .high = 1e7,
     .doc = "look for the setting with the largest --ratio (default thm3.1) in N "
            "evaluations, over the loss and the parameters of rule, noise and run that "
            "are not given; without --sigma once without and once with noise. Where "
            "--max-seconds ends it, what it has found is not measured any more"},
};

static const struct program_example examples[] = {
    {"The bound of theorem 3.1 at three horizons:",
     "pnm-convergence --optimizer pnm --beta1 0.5 --horizon 64,1024,16384 --replicas "
     "65536 --format table"},
    {"How much of the bound of lemma A.3 a run uses:",
     "pnm-convergence --optimizer pnm --ratio lemma-A3 --beta0 0,3,5 --sigma 0 --lr "
     "1e-5 --horizon 128 --format table"},
    {NULL, NULL},
};

static const struct program program = {
    .name = "pnm-convergence",
    .title = "hold measured gradients against convergence bounds",
    .summary = "Measures min_k E|grad f(theta_k)|^2 over runs of T steps and holds it "
               "against theorem 3.1, as printed and with lemma A.3's corrected "
               "constant.",
    .notes =
        "min_square is measured on half of the runs at the step that the other half "
        "chooses, so that the minimum is not biased. A bound is vacuous where it is "
        "not below G^2. Bounds are empty for rules and parameters that the theorem is "
        "not about, and where --lr is given. With --curve: exact values and a verdict "
        "for --loss quadratic. A ratio above 1 breaks the bound: verdict says whether "
        "it does, exact is the ratio of the run written out, without noise. A search "
        "measures what it found with other random numbers and prints the command that "
        "does so again.",
    .groups =
        OPTIONS_RULE | OPTIONS_DECAY | OPTIONS_SAMPLING | OPTIONS_OUTPUT | OPTIONS_PLOT,
    .judges = true,
    .plans_rate = true,
    .presence_counts = true,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .examples = examples,
    .see_also = "pnm-stability pnm-verify",
};

/* --- the tables ------------------------------------------------------------------- */

enum { OPTIMIZER, LR, BETA0, BETA1, RULE_COLUMNS };

#define RULE_COLUMN_LIST                                                               \
    [OPTIMIZER] = {"optimizer", COLUMN_TEXT, false},                                   \
    [LR] = {"lr", COLUMN_REAL, false}, [BETA0] = {"beta0", COLUMN_REAL, false},        \
    [BETA1] = {"beta1", COLUMN_REAL, false}

enum {
    HORIZON = RULE_COLUMNS,
    RATE,
    MIN_SQUARE,
    STDERR,
    COUNT,
    AT_STEP,
    PRINTED,
    PRINTED_VACUOUS,
    CORRECTED,
    CORRECTED_VACUOUS,
    HORIZON_COLUMNS
};

static const struct column horizon_columns[] = {
    RULE_COLUMN_LIST,
    [HORIZON] = {"horizon", COLUMN_COUNT, false},
    [RATE] = {"eta0", COLUMN_REAL, false},
    [MIN_SQUARE] = {"min_square", COLUMN_REAL, false},
    [STDERR] = {"stderr", COLUMN_REAL, false},
    [COUNT] = {"count", COLUMN_COUNT, false},
    [AT_STEP] = {"at_step", COLUMN_COUNT, false},
    [PRINTED] = {"bound_printed", COLUMN_REAL, false},
    [PRINTED_VACUOUS] = {"printed_vacuous", COLUMN_TEXT, false},
    [CORRECTED] = {"bound_corrected", COLUMN_REAL, false},
    [CORRECTED_VACUOUS] = {"corrected_vacuous", COLUMN_TEXT, false},
};

enum {
    STEP = RULE_COLUMNS,
    QUANTITY,
    MEASURED,
    CURVE_STDERR,
    CURVE_COUNT,
    EXACT,
    EXACT_VERDICT,
    CURVE_COLUMNS
};

static const struct column curve_columns[] = {
    RULE_COLUMN_LIST,
    [STEP] = {"step", COLUMN_COUNT, false},
    [QUANTITY] = {"quantity", COLUMN_TEXT, false},
    [MEASURED] = {"measured", COLUMN_REAL, false},
    [CURVE_STDERR] = {"stderr", COLUMN_REAL, false},
    [CURVE_COUNT] = {"count", COLUMN_COUNT, false},
    [EXACT] = {"exact", COLUMN_REAL, false},
    [EXACT_VERDICT] = {"exact_verdict", COLUMN_TEXT, false},
};

enum { HORIZONS = RULE_COLUMNS, SLOPE, SLOPE_STDERR, SLOPE_COLUMNS };

static const struct column slope_columns[] = {
    RULE_COLUMN_LIST,
    [HORIZONS] = {"horizons", COLUMN_COUNT, false},
    [SLOPE] = {"slope", COLUMN_REAL, false},
    [SLOPE_STDERR] = {"stderr", COLUMN_REAL, false},
};

static int put_bound(struct table *table, size_t column, double bound, double g,
                     struct error *error)
{
    table_real(table, column, bound);
    if (isnan(bound))
        return STATUS_OK;
    return table_text(table, column + 1, bound >= g * g ? "yes" : "no", error);
}

/* --- rows ------------------------------------------------------------------------- */

struct run {
    struct convergence_request asked;
    struct verdict_tally *tally;
};

/* Runs of so many steps, at the theorem's rate where none was given: *own is the rule
 * with it. */
static int measure_horizon(const struct run *run, const struct rule *rule,
                           uint64_t horizon, struct rule *own,
                           struct convergence_minimum *minimum, struct error *error)
{
    struct descent_curve curve = {0};
    *own = *rule;
    convergence_set_rate(&run->asked.task, horizon, own);
    const int status =
        convergence_measure(&run->asked.task, own, horizon, &curve, error);
    if (status == STATUS_OK)
        convergence_minimum(&curve, minimum);
    descent_curve_free(&curve);
    return status;
}

static int add_horizon(struct table *table, const struct run *run,
                       const struct rule *rule, uint64_t horizon, struct error *error)
{
    const double g = run->asked.task.loss.gradient_bound;
    struct rule own;
    struct convergence_minimum minimum = {0};
    double bounds[2];
    int status = measure_horizon(run, rule, horizon, &own, &minimum, error);
    if (status == STATUS_OK)
        status = rule_row(&own, table, error);
    if (status != STATUS_OK)
        return status;
    table_count(table, HORIZON, horizon);
    table_real(table, RATE, convergence_applied_rate(&own));
    if (minimum.count > 0) {
        table_real(table, MIN_SQUARE, minimum.square);
        table_real(table, STDERR, minimum.se);
        table_count(table, COUNT, minimum.count);
        table_count(table, AT_STEP, minimum.step);
    }
    convergence_bounds(&run->asked.task, rule, &own, horizon, bounds);
    status = put_bound(table, PRINTED, bounds[CONVERGENCE_PRINTED], g, error);
    return status == STATUS_OK
               ? put_bound(table, CORRECTED, bounds[CONVERGENCE_CORRECTED], g, error)
               : status;
}

static int add_horizons(struct table *table, const struct run *run,
                        const struct rule *rule, struct error *error)
{
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < run->asked.horizons.count; k++)
        status = add_horizon(table, run, rule, (uint64_t)run->asked.horizons.value[k],
                             error);
    return status;
}

static int add_slope(struct table *table, const struct run *run,
                     const struct rule *rule, struct error *error)
{
    const size_t count = run->asked.horizons.count;
    struct convergence_minimum *minima = calloc(count, sizeof *minima);
    struct rule own;
    double slope, se;
    int status = minima ? STATUS_OK : error_memory(error, "the horizons");
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        status = measure_horizon(run, rule, (uint64_t)run->asked.horizons.value[k],
                                 &own, &minima[k], error);
    if (status == STATUS_OK)
        status = rule_row(rule, table, error);
    if (status == STATUS_OK) {
        convergence_slope(run->asked.horizons.value, minima, count, &slope, &se);
        table_count(table, HORIZONS, count);
        table_real(table, SLOPE, slope);
        table_real(table, SLOPE_STDERR, se);
    }
    free(minima);
    return status;
}

static int add_point(struct table *table, const struct run *run,
                     const struct rule *rule, const struct descent_curve *curve,
                     uint64_t step, enum convergence_quantity quantity,
                     struct error *error)
{
    struct convergence_point point;
    int status =
        convergence_point(&run->asked.task, rule, curve, step, quantity, &point, error);
    if (status == STATUS_OK)
        status = rule_row(rule, table, error);
    if (status == STATUS_OK)
        status =
            table_text(table, QUANTITY,
                       quantity == CONVERGENCE_SQUARE ? "square" : "excess", error);
    if (status == STATUS_OK)
        status =
            table_text(table, EXACT_VERDICT, verdict_text(point.verdicts.exact), error);
    if (status != STATUS_OK)
        return status;
    verdict_count(run->tally, point.verdicts);
    table_count(table, STEP, step);
    table_real(table, MEASURED, point.evidence.measured);
    table_real(table, CURVE_STDERR, point.evidence.se);
    if (point.evidence.sampled)
        table_count(table, CURVE_COUNT, point.evidence.count);
    table_real(table, EXACT, point.evidence.exact);
    return STATUS_OK;
}

static int add_curve(struct table *table, const struct run *run,
                     const struct rule *rule, struct error *error)
{
    const uint64_t horizon = (uint64_t)run->asked.horizons.value[0];
    const uint64_t wanted = options_count(run->asked.options, "points");
    const uint64_t points = wanted < horizon ? wanted : horizon;
    struct descent_curve curve = {0};
    struct rule own = *rule;
    convergence_set_rate(&run->asked.task, horizon, &own);
    int status = convergence_measure(&run->asked.task, &own, horizon, &curve, error);
    for (uint64_t k = 0; status == STATUS_OK && k <= points; k++)
        for (int q = 0; status == STATUS_OK && q < CONVERGENCE_QUANTITIES; q++)
            status = add_point(table, run, &own, &curve, horizon * k / points,
                               (enum convergence_quantity)q, error);
    descent_curve_free(&curve);
    return status;
}

/* --- ratios and the search for the largest ---------------------------------------- */

/* What the options say, as a point. */
static struct bound_point given_point(const struct run *run, const struct rule *rule,
                                      uint64_t horizon)
{
    return (struct bound_point){
        .loss = &run->asked.task.loss,
        .beta0 = rule_parameter(rule, "beta0"),
        .beta1 = rule_parameter(rule, "beta1"),
        .lr = rule->number[RULE_LR],
        .c = run->asked.task.c,
        .sigma = run->asked.task.sigma,
        .initial = run->asked.task.start,
        .horizon = horizon,
    };
}

static int add_ratios(struct table *table, const struct run *run,
                      const struct rule *rule, struct error *error)
{
    const struct bound_search search = {
        .sampling = run->asked.sampling,
        .rule = rule,
        .bound = convergence_asked_bound(run->asked.options)};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < run->asked.horizons.count; k++) {
        const struct bound_point point =
            given_point(run, rule, (uint64_t)run->asked.horizons.value[k]);
        status = bound_table_measure(table, &search, &point, run->asked.task.replicas,
                                     run->tally, error);
    }
    return status;
}

/* What was given stays as it is; without --sigma there are two searches. */
static int add_search(struct table *table, const struct run *run,
                      const struct rule *rule, struct error *error)
{
    const struct options *options = run->asked.options;
    const enum bound bound = convergence_asked_bound(options);
    const bool given = options_given(options, "sigma");
    int status = STATUS_OK;
    for (int noisy = 0; status == STATUS_OK && noisy < (given ? 1 : 2); noisy++) {
        struct bound_search search = {
            .sampling = run->asked.sampling,
            .rule = rule,
            .bound = bound,
            .losses = run->asked.losses,
            .loss_count = run->asked.loss_count,
            .free =
                {
                    [BOUND_FREE_BETA0] = !options_given(options, "beta0"),
                    [BOUND_FREE_BETA1] = !options_given(options, "beta1"),
                    [BOUND_FREE_RATE] =
                        !options_given(options, "lr") && !options_given(options, "c"),
                    [BOUND_FREE_SIGMA] = noisy,
                    [BOUND_FREE_INITIAL] = !options_given(options, "initial"),
                    [BOUND_FREE_HORIZON] = !options_given(options, "horizon"),
                },
            .fixed = given_point(run, rule, (uint64_t)run->asked.horizons.value[0]),
            .evaluations = options_count(options, "search"),
        };
        search.fixed.loss = run->asked.losses;
        if (!given)
            search.fixed.sigma = 0;
        status = bound_table_search(table, &search, run->asked.task.replicas,
                                    run->tally, error);
    }
    return status;
}

/* --- the program ------------------------------------------------------------------ */

static const struct plot horizon_plot = {
    .label = "min E‖∇f‖²",
    .plain = "min E|grad f|^2",
    .keys = "optimizer horizon beta0 beta1 lr",
    .value = {{"bound_printed", NULL, "printed bound", PLOT_PAPER},
              {"bound_corrected", NULL, "corrected bound", PLOT_EXACT},
              {"min_square", "stderr", "measured", PLOT_MEASURED}},
};

static const struct plot curve_plot = {
    .label = "mean over runs",
    .keys = "optimizer quantity step beta0 beta1 lr",
    .value = {{"exact", NULL, "exact", PLOT_EXACT},
              {"measured", "stderr", "measured", PLOT_MEASURED}},
};

static const struct plot slope_plot = {
    .label = "slope of log min E‖∇f‖² over log T",
    .plain = "slope of log min E|grad f|^2 over log T",
    .keys = "optimizer beta0 beta1 lr",
    .value = {{"slope", "stderr", "measured", PLOT_MEASURED}},
};

/* What the options ask for: a table, and what adds a rule's rows to it. */
struct task_table {
    int (*init)(struct table *table, const struct rule *rules, size_t count,
                struct error *error);
    const struct plot *plot;
    int (*add)(struct table *table, const struct run *run, const struct rule *rule,
               struct error *error);
};

static int init_horizons(struct table *table, const struct rule *rules, size_t count,
                         struct error *error)
{
    return rules_table(table, horizon_columns, HORIZON_COLUMNS, rules, count, error);
}

static int init_curve(struct table *table, const struct rule *rules, size_t count,
                      struct error *error)
{
    return rules_table(table, curve_columns, CURVE_COLUMNS, rules, count, error);
}

static int init_slope(struct table *table, const struct rule *rules, size_t count,
                      struct error *error)
{
    return rules_table(table, slope_columns, SLOPE_COLUMNS, rules, count, error);
}

static struct task_table choose_table(const struct options *options)
{
    if (options_given(options, "search"))
        return (struct task_table){bound_table_init, &bound_table_plot, add_search};
    if (options_given(options, "ratio"))
        return (struct task_table){bound_table_init, &bound_table_plot, add_ratios};
    if (options_flag(options, "curve"))
        return (struct task_table){init_curve, &curve_plot, add_curve};
    if (options_flag(options, "slope"))
        return (struct task_table){init_slope, &slope_plot, add_slope};
    return (struct task_table){init_horizons, &horizon_plot, add_horizons};
}

static int run(const struct options *options, const struct sampling *sampling,
               struct verdict_tally *tally, struct error *error)
{
    const struct task_table chosen = choose_table(options);
    struct run own = {.asked = {.options = options, .sampling = sampling},
                      .tally = tally};
    struct table table = {0};
    struct rule *rules = NULL;
    size_t count = 0;
    int status = options_rules(options, &rules, &count, error);
    if (status == STATUS_OK)
        status = rules_check_gradients(rules, count, "pnm-convergence", error);
    if (status == STATUS_OK)
        status = convergence_read(&own.asked, error);
    if (status == STATUS_OK && chosen.init == bound_table_init)
        status = convergence_check_ratio(options, rules, count, error);
    const int prepared = options_check_output(options, status, error);
    if (status == STATUS_OK)
        status = prepared;
    if (status == STATUS_OK)
        status = chosen.init(&table, rules, count, error);
    table.plot = chosen.plot;
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        status = chosen.add(&table, &own, &rules[k], error);
    if (status == STATUS_OK)
        status = sampling_note(sampling, options, &table, error);
    if (status == STATUS_OK)
        status = options_write(options, &table, error);
    table_free(&table);
    convergence_request_free(&own.asked);
    free(rules);
    return status;
}

int main(int argc, char **argv)
{
    return judging_program(&program, argc, argv, run);
}
