/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-convergence: how fast a rule makes the gradient small, against theorem 3.1 on
 * losses that meet its assumptions and against the exact transient on a quadratic. */
#include "bound_table.h"
#include "cli/program.h"
#include "convergence_run.h"
#include "convergence_table.h"

static const struct option_spec own_options[] = {
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
    {.name = "initial",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct convergence_request, initial),
     .given = OPTION_FIELD(struct convergence_request, initial_given),
     .argument = "VALUE",
     .preset = "1",
     .low = -HUGE_VAL,
     .high = HUGE_VAL,
     .presence_counts = true,
     .doc = "theta at step 0, in every coordinate"},
    {.name = "horizon",
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
    {.name = "curve",
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct convergence_request, curve),
     .doc = "show E|grad f|^2 and E f - f* over the steps of one horizon"},
    {.name = "points",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct convergence_request, points),
     .argument = "N",
     .preset = "20",
     .low = 1,
     .high = 1e6,
     .doc = "number of evenly spaced steps that --curve shows besides step 0"},
    {.name = "slope",
     .samples = true,
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct convergence_request, slope),
     .doc = "show the exponent of min E|grad f|^2 over the horizons, by weighted least "
            "squares"},
    {.name = "ratio",
     .kind = OPTION_CHOICE,
     .field = OPTION_FIELD(struct convergence_request, bound),
     .given = OPTION_FIELD(struct convergence_request, ratio_given),
     .argument = "BOUND",
     .forms = "thm3.1|lemma-A2|lemma-A3",
     .doc = "show left-hand over right-hand side of the theorem's bound or a lemma's, "
            "printed and corrected; for a lemma the largest over the steps of the "
            "horizon"},
    {.name = "search",
     .samples = true,
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct convergence_request, search),
     .given = OPTION_FIELD(struct convergence_request, search_given),
     .argument = "N",
     .low = 1,
     .high = 1e7,
     .doc =
         "search for the setting with the largest --ratio (default thm3.1) in N "
         "evaluations, over the loss and the parameters of rule, noise and chain that "
         "are not given; without --sigma once without and once with noise. If "
         "--max-seconds ends a search, the setting found is not measured"},
};

static const struct program_example examples[] = {
    {"The bound of theorem 3.1 at three horizons:",
     "pnm-convergence --optimizer pnm --beta1 0.5 --horizon 64,1024,16384 --replicas "
     "65536 --format table"},
    {"How much of the bound of lemma A.3 a chain uses:",
     "pnm-convergence --optimizer pnm --ratio lemma-A3 --beta0 0,3,5 --sigma 0 --lr "
     "1e-5 --horizon 128 --format table"},
    {NULL, NULL},
};

/* --- ratios and the search for the largest ---------------------------------------- */

/* The point that the options give. */
static struct bound_point given_point(const struct convergence_run *run,
                                      const struct rule *rule, uint64_t horizon)
{
    return (struct bound_point){
        .loss = &run->task.loss,
        .beta0 = rule_parameter(rule, "beta0"),
        .beta1 = rule_parameter(rule, "beta1"),
        .lr = rule->number[RULE_LR],
        .c = run->task.c,
        .sigma = run->task.sigma,
        .initial = run->task.start,
        .horizon = horizon,
    };
}

static int add_ratios(struct table *table, const struct convergence_run *run,
                      const struct rule *rule, struct error *error)
{
    const struct bound_search search = {
        .sampling = run->task.sampling, .rule = rule, .bound = run->own->bound};
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < run->horizon_count; k++) {
        const struct bound_point point = given_point(run, rule, run->horizon[k]);
        status = bound_table_measure(table, &search, &point, run->task.chains,
                                     run->tally, error);
    }
    return status;
}

/* Searches over the options that were not given; without --sigma there are two
 * searches. */
static int add_search(struct table *table, const struct convergence_run *run,
                      const struct rule *rule, struct error *error)
{
    const struct convergence_request *own = run->own;
    const struct request_rules *rules = &own->request.rules;
    const bool given = own->sigma_given;
    int status = STATUS_OK;
    for (int noisy = 0; status == STATUS_OK && noisy < (given ? 1 : 2); noisy++) {
        struct bound_search search = {
            .sampling = run->task.sampling,
            .rule = rule,
            .bound = own->bound,
            .losses = run->losses,
            .loss_count = run->loss_count,
            .free =
                {
                    [BOUND_FREE_BETA0] = !rules->beta0_given,
                    [BOUND_FREE_BETA1] = !rules->beta1_given,
                    [BOUND_FREE_RATE] = !rules->lr_given && !own->c_given,
                    [BOUND_FREE_SIGMA] = noisy,
                    [BOUND_FREE_INITIAL] = !own->initial_given,
                    [BOUND_FREE_HORIZON] = !own->horizon_given,
                },
            .fixed = given_point(run, rule, run->horizon[0]),
            .evaluations = own->search,
        };
        search.fixed.loss = run->losses;
        if (!given)
            search.fixed.sigma = 0;
        status =
            bound_table_search(table, &search, run->task.chains, run->tally, error);
    }
    return status;
}

/* --- the program ------------------------------------------------------------------ */

static enum convergence_table kind_of(const struct convergence_request *own)
{
    return own->curve   ? CONVERGENCE_CURVE
           : own->slope ? CONVERGENCE_SLOPE
                        : CONVERGENCE_HORIZONS;
}

/* Adds the rows of one rule to the table that the options ask for. */
static int add(struct table *table, const struct convergence_run *run,
               const struct rule *rule, struct error *error)
{
    const struct convergence_request *own = run->own;
    return own->search_given ? add_search(table, run, rule, error)
           : own->ratio_given
               ? add_ratios(table, run, rule, error)
               : convergence_table_add(table, kind_of(own), run, rule, error);
}

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    const struct convergence_request *own = (const struct convergence_request *)request;
    const struct rule *rules = request->rules.rule;
    const size_t count = request->rules.count;
    struct convergence_run run;
    int status = convergence_run_init(&run, own, tally, error);
    if (status == STATUS_OK)
        status = own->search_given || own->ratio_given
                     ? bound_table_init(table, rules, count, error)
                     : convergence_table_init(table, kind_of(own), rules, count, error);
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        status = add(table, &run, &rules[k], error);
    convergence_run_free(&run);
    return status;
}

static const struct program program = {
    .name = "pnm-convergence",
    .title = "hold measured gradients against convergence bounds",
    .summary =
        "Measures min_k E|grad f(theta_k)|^2 over chains of T steps and holds it "
        "against theorem 3.1, as printed and with lemma A.3's corrected "
        "constant.",
    .notes =
        "min_square is measured on half of the chains at the step that the other half "
        "chooses, so that the minimum is not biased. A bound is vacuous if it is not "
        "below G^2. Bounds are empty for rules and parameters that the theorem does "
        "not cover, and if --lr is given. With --curve: exact values and a verdict "
        "for --loss quadratic, where linear rules are measured with control variates. "
        "A ratio above 1 breaks the bound: verdict says whether "
        "it does, exact is the ratio of the written-out chain, without noise. A "
        "search measures the setting that it found with other random numbers and "
        "prints the command that measures it again. With --exact: the bounds, the "
        "exact "
        "curve of --loss quadratic, or the exact ratio without noise.",
    .groups = OPTIONS_EXACT | OPTIONS_COLUMNS | OPTIONS_RULE | OPTIONS_DECAY |
              OPTIONS_LOSS | OPTIONS_SAMPLING | OPTIONS_OUTPUT | OPTIONS_PLOT,
    .judges = true,
    .plans_rate = true,
    .presence_counts = true,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .request_size = sizeof(struct convergence_request),
    .answer = answer,
    .examples = examples,
    .see_also = "pnm-stability pnm-verify",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
