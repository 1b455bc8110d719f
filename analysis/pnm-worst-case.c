/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-worst-case: the worst case of a rule over a class of functions, with a proof. */
#include "base/parse.h"
#include "base/ranks.h"
#include "base/whole_file.h"
#include "cli/plot.h"
#include "cli/program.h"
#include "cli/request.h"
#include "cli/rule_table.h"
#include "cli/table.h"
#include "verdict/verdict.h"
#include "worst/worst_certificate.h"
#include "worst/worst_points.h"

#include <math.h>
#include <string.h>

enum { MOST_STEPS = 64 };

struct worst_request {
    struct request request;
    struct numbers steps;
    const char *class, *certificate, *check;
    double smoothness, gradient;
    bool gradient_given;
    int measure, given;
};

static const char *const measures[] = {
    [WORST_MIN_GRADIENT] = "min-gradient",
    [WORST_LAST_GRADIENT] = "last-gradient",
    [WORST_LAST_LOSS] = "last-loss",
    [WORST_DISTANCE] = "distance",
};

static const struct option_spec own_options[] = {
    {.name = "steps",
     .kind = OPTION_GRID,
     .field = OPTION_FIELD(struct worst_request, steps),
     .argument = "N[,N...]",
     .preset = "1,2,4,8",
     .doc = "steps of a chain, at most 64; time grows with the sixth power: 16 take "
            "about a second, 50 minutes"},
    {.name = "class",
     .brief = "the class of functions",
     .field = OPTION_FIELD(struct worst_request, class),
     .argument = "CLASS",
     .forms = "smooth|convex|strongly-convex:MU",
     .preset = "smooth",
     .doc = "functions with L-Lipschitz gradients (smooth); that are convex too; or "
            "whose curvature is MU or more"},
    {.name = "smoothness",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct worst_request, smoothness),
     .argument = "L",
     .preset = "1",
     .low = 1e-100,
     .high = 1e100,
     .doc = "Lipschitz constant of the gradient (L)"},
    {.name = "gradient-bound",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct worst_request, gradient),
     .given = OPTION_FIELD(struct worst_request, gradient_given),
     .argument = "G",
     .low = 1e-100,
     .high = 1e100,
     .doc = "also require |grad f(theta_k)| <= G. Whether a function obeys that "
            "everywhere is not known, so `certified` is a bound and `worst` is empty"},
    {.name = "measure",
     .brief = "what is at its worst after the steps",
     .kind = OPTION_CHOICE,
     .field = OPTION_FIELD(struct worst_request, measure),
     .argument = "MEASURE",
     .forms = "min-gradient|last-gradient|last-loss|distance",
     .preset = "min-gradient",
     .doc = "what is worst: min over k = 0 .. N of |grad f(theta_k)|^2, "
            "|grad f(theta_N)|^2, f(theta_N) - f*, or |theta_N - theta*|^2"},
    {.name = "given",
     .kind = OPTION_CHOICE,
     .field = OPTION_FIELD(struct worst_request, given),
     .argument = "loss|distance",
     .preset = "loss",
     .doc = "what is 1 at the start: f(theta_0) - f*, or |theta_0 - theta*|^2"},
    {.name = "certificate",
     .brief = "write the proof of one row",
     .files = OPTION_WRITES,
     .field = OPTION_FIELD(struct worst_request, certificate),
     .argument = "FILE",
     .unrecorded = true,
     .doc = "write the proof of the one row asked for, and the worst function at the "
            "points of its chain, as JSON"},
    {.name = "check",
     .files = OPTION_READS,
     .field = OPTION_FIELD(struct worst_request, check),
     .argument = "FILE",
     .doc = "find nothing: prove what a certificate claims of the rule and the setting "
            "that the other options give. Exit status 1 if it proves nothing"},
    {.name = "quiet",
     .letter = 'q',
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct worst_request, request.sampling.quiet),
     .unrecorded = true,
     .doc = "print no progress"},
};

static const struct program_example examples[] = {
    {"The worst case of PNM beside that of SGD, with its proof:",
     "pnm-worst-case --optimizer sgd,pnm --lr 0.1 --steps 4,8 --format table"},
    {"A convex function instead of a smooth one:",
     "pnm-worst-case --optimizer sgd --lr 0.1 --class convex --steps 4 --format "
     "table"},
    {"How far a chain may end from the minimum:",
     "pnm-worst-case --optimizer sgd --lr 0.1 --class strongly-convex:0.1 "
     "--measure distance --given distance --steps 4 --format table"},
    {NULL, NULL},
};

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(OPTIMIZER, "optimizer", TEXT, false)                                        \
    COLUMN(LR, "lr", REAL, false)                                                      \
    COLUMN(BETA0, "beta0", REAL, false)                                                \
    COLUMN(BETA1, "beta1", REAL, false)                                                \
    COLUMN(CLASS, "class", TEXT, true)                                                 \
    COLUMN(MEASURE, "measure", TEXT, false)                                            \
    COLUMN(STEPS, "steps", COUNT, false)                                               \
    COLUMN(WORST, "worst", REAL, false)                                                \
    COLUMN(CERTIFIED, "certified", REAL, false)                                        \
    COLUMN(GAP, "gap", REAL, false)                                                    \
    COLUMN(DIMENSION, "dimension", COUNT, false)                                       \
    COLUMN(KIND, "kind", TEXT, true)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

static const struct plot plot = {
    .label = "worst case",
    .keys = {"optimizer", "lr", "beta0", "beta1", "steps"},
    .exact = {"certified", "certified"},
    .measured = {"worst", "a function"},
};

/* --- options to settings -----------------------------------------------------------
 */

static int read_class(const struct worst_request *own, struct worst_setting *setting,
                      struct error *error)
{
    static const char strongly[] = "strongly-convex:";
    const char *text = own->class;
    if (strcmp(text, "smooth") == 0) {
        setting->class = WORST_SMOOTH;
        return STATUS_OK;
    }
    if (strcmp(text, "convex") == 0) {
        setting->class = WORST_CONVEX;
        return STATUS_OK;
    }
    if (strncmp(text, strongly, strlen(strongly)) != 0)
        return error_about(error, STATUS_USAGE, "class",
                           "'%s' is unknown; allowed are smooth, convex and "
                           "strongly-convex:MU",
                           text);
    setting->class = WORST_STRONGLY_CONVEX;
    const int status =
        parse_real("class", text + strlen(strongly), &setting->mu, error);
    if (status == STATUS_OK && !(setting->mu > 0 && setting->mu < own->smoothness))
        return error_about(error, STATUS_USAGE, "class",
                           "a curvature of %g is out of range; allowed is a number "
                           "> 0 and below the smoothness, %g",
                           setting->mu, own->smoothness);
    return status;
}

static int check_steps(const struct numbers *steps, struct error *error)
{
    for (size_t k = 0; k < steps->count; k++) {
        const double n = steps->value[k];
        if (!(n >= 0 && n <= MOST_STEPS && n == floor(n)))
            return error_about(error, STATUS_USAGE, "steps",
                               "%g is out of range; allowed is a whole number from 0 "
                               "to %d",
                               n, MOST_STEPS);
    }
    return STATUS_OK;
}

/* A certificate is about one row. */
static int check_files(const struct worst_request *own, struct error *error)
{
    const size_t rows = own->request.rules.count * own->steps.count;
    const char *option = own->check ? "check" : "certificate";
    if ((own->check || own->certificate) && rows != 1)
        return error_about(error, STATUS_USAGE, option,
                           "the options ask for %zu rows; a certificate is about one",
                           rows);
    if (own->check && own->certificate)
        return error_about(error, STATUS_USAGE, "check",
                           "the option cannot be combined with --certificate, which "
                           "writes what was found; allowed is one of the two");
    return own->certificate ? whole_file_check("certificate", own->certificate, error)
                            : STATUS_OK;
}

/* --- rows ------------------------------------------------------------------------- */

/* The largest distance of the simulated chain from the one of the proof that rounding
 * explains. */
static const double largest_deviation = 1e-6;

/* Runs the rule on the worst function; *reason becomes why its chain is another one. */
static int replay(const struct worst_setting *setting, const struct worst_case *worst,
                  const char **reason, struct error *error)
{
    struct worst_points points;
    double deviation = 0;
    int status = worst_points_of(setting, worst, &points, error);
    if (status == STATUS_OK)
        status = worst_points_replay(setting, &points, &deviation, error);
    if (status == STATUS_OK && !(deviation <= largest_deviation))
        /* not covered from here: the rule's own step gave the points */
        *reason = "the simulated chain leaves the points of the worst function";
    /* covered again */
    worst_points_free(&points);
    return status;
}

static int find(const struct worst_request *own, const struct worst_setting *setting,
                struct worst_case *worst, const char **reason, struct error *error)
{
    if (own->check)
        return worst_certificate_prove(own->check, setting, worst, reason, error);
    const int status = worst_case_find(setting, worst, error);
    if (status == STATUS_OK && isnan(worst->certified))
        *reason = "no multipliers were found that survive the check";
    else if (status == STATUS_OK && isnan(worst->worst) && !(setting->gradient > 0))
        *reason = "no function was found that survives the check";
    return status;
}

static int write_certificate(const struct worst_request *own,
                             const struct worst_setting *setting,
                             const struct worst_case *worst, struct error *error)
{
    struct text title = {0};
    text_add(&title, "%s ", setting->rule->kind->name);
    rule_describe(setting->rule, &title);
    text_add(&title, ", class %s, smoothness %g, %s, given %s, steps %llu", own->class,
             own->smoothness, measures[own->measure],
             own->given == WORST_GIVEN_LOSS ? "loss" : "distance",
             (unsigned long long)setting->steps);
    int status = text_check(&title, "a certificate", error);
    if (status == STATUS_OK)
        status = worst_certificate_write(own->certificate, text_get(&title), setting,
                                         worst, error);
    text_free(&title);
    return status;
}

static int put_row(struct table *table, const struct worst_request *own,
                   const struct worst_setting *setting, const struct worst_case *worst,
                   const char *reason, struct error *error)
{
    int status = rule_table_row(setting->rule, table, error);
    if (status == STATUS_OK)
        status = table_text(table, CLASS, own->class, error);
    if (status == STATUS_OK)
        status = table_text(table, MEASURE, measures[own->measure], error);
    if (status == STATUS_OK)
        status = table_text(table, KIND, setting->gradient > 0 ? "bound only" : "exact",
                            error);
    if (!reason && setting->gradient > 0)
        reason = "with a bound of the gradients no function is known";
    if (status == STATUS_OK && reason)
        status = table_reason(table, reason, error);
    if (status != STATUS_OK)
        return status;
    table_count(table, STEPS, setting->steps);
    table_real(table, WORST, worst->worst);
    table_real(table, CERTIFIED, worst->certified);
    table_real(table, GAP, worst->gap);
    if (!isnan(worst->worst))
        table_count(table, DIMENSION, (uint64_t)worst->dimension);
    return STATUS_OK;
}

static int add_row(struct table *table, const struct worst_request *own,
                   const struct worst_setting *setting, struct tally *tally,
                   struct error *error)
{
    struct worst_case worst;
    const char *reason = NULL;
    int status = worst_setting_check(setting, error);
    if (status != STATUS_OK)
        return status;
    status = find(own, setting, &worst, &reason, error);
    if (status == STATUS_OK && !isnan(worst.worst))
        status = replay(setting, &worst, &reason, error);
    if (status == STATUS_OK && own->certificate)
        status = write_certificate(own, setting, &worst, error);
    if (status == STATUS_OK)
        status = put_row(table, own, setting, &worst, reason, error);
    const struct verdicts verdicts = {!reason      ? VERDICT_HOLDS
                                      : own->check ? VERDICT_FAILS
                                                   : VERDICT_INCONCLUSIVE,
                                      VERDICT_NO_CLAIM};
    verdict_count(tally, verdicts);
    worst_case_free(&worst);
    return status;
}

static int fill(struct table *table, const struct worst_request *own,
                struct worst_setting *setting, struct tally *tally, struct error *error)
{
    const struct request_rules *rules = &own->request.rules;
    int status =
        rule_table_init(table, columns, COLUMNS, rules->rule, rules->count, error);
    table->plot = &plot;
    for (size_t k = 0; status == STATUS_OK && k < rules->count; k++)
        for (size_t s = 0; status == STATUS_OK && s < own->steps.count; s++) {
            setting->rule = &rules->rule[k];
            setting->steps = (uint64_t)own->steps.value[s];
            sampling_row(&own->request.sampling, "row", setting->rule->kind->name,
                         k * own->steps.count + s, rules->count * own->steps.count);
            status = add_row(table, own, setting, tally, error);
        }
    return status;
}

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    const struct worst_request *own = (const struct worst_request *)request;
    struct worst_setting setting = {
        .smoothness = own->smoothness,
        .gradient = own->gradient_given ? own->gradient : 0,
        .measure = (enum worst_measure)own->measure,
        .given = (enum worst_given)own->given,
    };
    int status = read_class(own, &setting, error);
    if (status == STATUS_OK)
        status = check_steps(&own->steps, error);
    if (status == STATUS_OK)
        status = check_files(own, error);
    return status == STATUS_OK
               ? ranks_agree(fill(table, own, &setting, tally, error), error)
               : status;
}

static const struct program program = {
    .name = "pnm-worst-case",
    .title = "compute the worst case of update rules, with a proof",
    .summary =
        "Computes the worst case of linear update rules over a class of functions "
        "by a semidefinite program (performance estimation), without noise, and "
        "proves it.",
    .notes =
        "Columns: a function attains `worst`, and none of the class exceeds "
        "`certified`; gap is their relative difference. Both are proven here, by "
        "arithmetic with bounds of its own rounding, whatever the solver says, and "
        "rounded outward to digits that do not depend on the solver's last ones. "
        "dimension is the number of coordinates of the function that was found. The "
        "rule's own step is run on that function and must visit its points.\n\n"
        "kind: exact, or bound only with --gradient-bound. A row without one of its "
        "numbers says why in `reason`; the exit status is then 2.\n\n"
        "Rules must be linear, with a constant rate, without weight decay, and take "
        "their gradient at theta. A learning rate beyond stability has a finite worst "
        "case at a finite number of steps. The distance from a start of given loss is "
        "bounded only for a strongly convex class.",
    .groups = OPTIONS_RULE | OPTIONS_DECAY | OPTIONS_OUTPUT | OPTIONS_PLOT,
    .judges = true,
    .linear = true,
    .sampled = true,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .request_size = sizeof(struct worst_request),
    .answer = answer,
    .examples = examples,
    .main = "class|steps|measure|certificate",
    .see_also = "pnm-bound pnm-convergence pnm-stability",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
