/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-convergence: how fast a rule makes the gradient small, against theorem 3.1 on
 * losses that meet its assumptions and against the exact transient on a quadratic. */
#include "bound_run.h"
#include "cli/program.h"
#include "convergence_table.h"

#include <math.h>

static const struct option_spec own_options[] = {
    {.name = "spectrum",
     .brief = "curvatures of a quadratic loss",
     .files = OPTION_READS,
     .argument = "SPEC",
     .forms = OPTION_SPECTRUM_FORMS,
     .doc =
         "curvatures of --loss quadratic, which is then the default, or least-squares, "
         "in place of --dim, --smoothness, --condition and --power: a list such as "
         "0.1,1,10, const:VALUE:N, linear:LO:HI:N, log:LO:HI:N, power:P:N (h_i = "
         "i^-P), file:PATH"},
    SHARED_OPTION_FLAT,
    {.name = "curve",
     .brief = "show every step, not the minimum",
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
     .brief = "fit the exponent of the descent",
     .samples = true,
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct convergence_request, slope),
     .doc = "show the exponent of min E|grad f|^2 over the horizons, by weighted least "
            "squares"},
};

static const struct program_example examples[] = {
    {"The bound of theorem 3.1 at three horizons:",
     "pnm-convergence --optimizer pnm --beta1 0.5 --steps 64,1024,16384 --replicas "
     "65536 --format table"},
    {"The exact descent on three curvatures:",
     "pnm-convergence --optimizer sgd,pnm --lr 0.1 --spectrum 0.1,1,10 --curve "
     "--exact --format table"},
    {"How fast the gradient falls with the number of steps:",
     "pnm-convergence --optimizer pnm --slope --replicas 4096 --format table"},
    {NULL, NULL},
};

/* Whether the request is one that pnm-bound answers by now. */
static bool asks_bound(const struct convergence_request *own)
{
    return own->ratio_given || own->search_given;
}

/* Refuses options that ask for two tables. */
static int check_tables(const struct convergence_request *own, struct error *error)
{
    if (own->curve && own->slope)
        return error_about(error, STATUS_USAGE, "slope",
                           "cannot be combined with --curve");
    if (asks_bound(own) && (own->curve || own->slope))
        return error_about(error, STATUS_USAGE, own->ratio_given ? "ratio" : "search",
                           "cannot be combined with --%s",
                           own->curve ? "curve" : "slope");
    return STATUS_OK;
}

/* Refuses a number of horizons that the table cannot show, and a loss whose gradient
 * has no bound, because theorem 3.1 assumes one. */
static int check_chains(const struct convergence_run *run, struct error *error)
{
    const struct convergence_request *own = run->own;
    const size_t count = run->horizon_count;
    if (own->curve && count > 1 && own->horizon_given)
        return error_about(error, STATUS_USAGE, "steps",
                           "%zu horizons are given; --curve takes one", count);
    if (own->slope && count < 3)
        return error_about(error, STATUS_USAGE, "steps",
                           "%zu horizons are too few; --slope needs at least three",
                           count);
    if (own->curve || isfinite(run->task.loss.gradient_bound))
        return STATUS_OK;
    return error_about(error, STATUS_USAGE, "loss",
                       "theorem 3.1 assumes a bounded gradient, but that of %s has no "
                       "bound G; allowed for this loss is --curve",
                       run->task.loss.kind->name);
}

static enum convergence_table kind_of(const struct convergence_request *own)
{
    return own->curve   ? CONVERGENCE_CURVE
           : own->slope ? CONVERGENCE_SLOPE
                        : CONVERGENCE_HORIZONS;
}

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    const struct convergence_request *own = (const struct convergence_request *)request;
    const struct request_rules *rules = &request->rules;
    const enum convergence_table kind = kind_of(own);
    struct convergence_run run;
    int status = check_tables(own, error);
    if (status != STATUS_OK)
        return status;
    if (asks_bound(own))
        return bound_run_answer(own, table, tally, error);
    status = convergence_run_init(&run, own, request->loss.kind, tally, error);
    if (status != STATUS_OK)
        goto out;
    status = check_chains(&run, error);
    if (status == STATUS_OK)
        status = convergence_table_init(table, kind, rules->rule, rules->count, error);
    for (size_t k = 0; status == STATUS_OK && k < rules->count; k++) {
        sampling_row(&request->sampling, "row", rules->rule[k].kind->name, k,
                     rules->count);
        status = convergence_table_add(table, kind, &run, &rules->rule[k], error);
    }
out:
    convergence_run_free(&run);
    return status;
}

static const struct program program = {
    .name = "pnm-convergence",
    .title = "compare measured gradients with convergence bounds",
    .summary =
        "Measures min_k E|grad f(theta_k)|^2 over chains of T steps and holds it "
        "against theorem 3.1, as printed and with lemma A.3's corrected "
        "constant.",
    .notes =
        "min_square is measured on half of the chains at the step that the other half "
        "chooses, so that the minimum is not biased. A bound is vacuous if it is not "
        "below G^2. Bounds are empty for rules and parameters that the theorem does "
        "not cover, and if --lr is given. With --curve: exact values and a verdict "
        "for --loss quadratic, where linear rules are measured with control variates, "
        "and for --loss least-squares, whose gradients are those of minibatches, with "
        "schedules too. With --exact: the bounds, or the exact curve of these losses.",
    .groups = OPTIONS_EXACT | OPTIONS_COLUMNS | OPTIONS_RULE | OPTIONS_DECAY |
              OPTIONS_LOSS | OPTIONS_SAMPLING | OPTIONS_OUTPUT | OPTIONS_PLOT,
    .judges = true,
    .plans_rate = true,
    .presence_counts = true,
    .common = convergence_run_options,
    .common_count = CONVERGENCE_RUN_OPTIONS,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .moved = bound_run_options,
    .moved_count = BOUND_RUN_OPTIONS,
    .request_size = sizeof(struct convergence_request),
    .answer = answer,
    .examples = examples,
    .main = "steps|loss|curve|slope",
    .see_also = "pnm-bound pnm-stability pnm-verify",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
