/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-pacbayes: divergence from the prior and generalization bounds of a rule's
 * stationary law, a Gaussian with the paper's, the exact or the measured covariance. */
#include "cli/plot.h"
#include "cli/program.h"
#include "cli/request.h"
#include "cli/rule_table.h"
#include "compare/optimal_beta0.h"
#include "compare/posterior.h"
#include "rules/rule_check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pacbayes_request {
    struct request request;
    double lambda; /* precision of the prior */
    uint64_t train_size;
    double delta, risk;
    bool optimal_beta0;
};

static const struct option_spec own_options[] = {
    {.name = "prior-precision",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct pacbayes_request, lambda),
     .argument = "LAMBDA",
     .low = 0,
     .high = HUGE_VAL,
     .low_open = true,
     .required = true,
     .doc = "lambda of the prior N(0, I/lambda)"},
    {.name = "train-size",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct pacbayes_request, train_size),
     .argument = "N",
     .low = 1,
     .high = 0x1p53 - 1,
     .required = true,
     .doc = "training-set size"},
    {.name = "delta",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct pacbayes_request, delta),
     .argument = "DELTA",
     .preset = "0.05",
     .low = 0,
     .high = 1,
     .low_open = true,
     .doc = "failure probability, below 1"},
    {.name = "empirical-risk",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct pacbayes_request, risk),
     .argument = "RISK",
     .preset = "0",
     .low = 0,
     .high = 1,
     .doc = "empirical risk of Q on the training set"},
    {.name = "optimal-beta0",
     .brief = "find the beta0 of the best bound",
     .searches = true,
     .kind = OPTION_FLAG,
     .field = OPTION_FIELD(struct pacbayes_request, optimal_beta0),
     .doc = "find the beta0 from 0 to 1e8 that minimises the bound for the paper's and "
            "for the exact covariance; the measured covariance uses that of the exact "
            "one; beta0_at_end says whether it is an end of that range"},
};

static const struct program_example examples[] = {
    {"Bounds for PNM, from three covariances:",
     "pnm-pacbayes --optimizer pnm --lr 0.1 --spectrum 1,2 --prior-precision 10 "
     "--train-size 10000 --format table"},
    {"The same without sampling, at four values of beta_0:",
     "pnm-pacbayes --optimizer pnm --lr 0.1 --beta0 0,1,3,70 --spectrum 1,2 "
     "--prior-precision 10 --train-size 10000 --exact --format table"},
    {"The beta_0 at which the bound is smallest:",
     "pnm-pacbayes --optimizer pnm --lr 0.1 --spectrum 1,2 --prior-precision 10 "
     "--train-size 10000 --optimal-beta0 --exact --format table"},
    {NULL, NULL},
};

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(OPTIMIZER, "optimizer", TEXT, false)                                        \
    COLUMN(LR, "lr", REAL, false)                                                      \
    COLUMN(BETA0, "beta0", REAL, false)                                                \
    COLUMN(GAMMA, "gamma", REAL, false)                                                \
    COLUMN(COVARIANCE, "covariance", TEXT, false)                                      \
    COLUMN(TRACE, "trace", REAL, false)                                                \
    COLUMN(LOGDET, "logdet", REAL, false)                                              \
    COLUMN(KL, "kl", REAL, false)                                                      \
    COLUMN(KL_STDERR, "kl_stderr", REAL, COLUMN_SAMPLED)                               \
    COLUMN(COUNT, "count", COUNT, COLUMN_SAMPLED)                                      \
    COLUMN(BOUND_PAPER, "bound_paper", REAL, false)                                    \
    COLUMN(BOUND_MCALLESTER, "bound_mcallester", REAL, false)                          \
    COLUMN(BOUND_MAURER, "bound_maurer", REAL, false)                                  \
    COLUMN(VACUOUS, "vacuous", TEXT, false)                                            \
    COLUMN(EXACT_VERDICT, "exact_verdict", TEXT, COLUMN_SAMPLED)                       \
    COLUMN(BETA0_AT_END, "beta0_at_end", TEXT, true)                                   \
    COLUMN(LAW, "law", TEXT, true)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

static const struct plot plot = {
    .label = "divergence KL(Q‖P)",
    .plain = "divergence KL(Q,P)",
    .keys = {"optimizer", "lr", "beta0"},
    .paper = {"kl", "paper"},
    .exact = {"kl", "exact"},
    .measured = {"kl", "measured"},
    .error = "kl_stderr",
    .series = "covariance",
    .cost = 3,
};

static const char *const kind_text[] = {
    [POSTERIOR_PAPER] = "paper",
    [POSTERIOR_EXACT] = "exact",
    [POSTERIOR_MEASURED] = "measured",
};

static void name_vacuous(const struct pac_bayes_bounds *bounds, double risk,
                         size_t size, char *text)
{
    const struct {
        const char *name;
        double bound;
    } all[] = {{"paper", bounds->paper},
               {"mcallester", bounds->mcallester},
               {"maurer", bounds->maurer}};
    text[0] = '\0';
    for (int k = 0; k < 3; k++)
        if (all[k].bound >= 1 - risk) {
            const size_t used = strlen(text);
            snprintf(text + used, size - used, "%s%s", used ? "+" : "", all[k].name);
        }
    if (!text[0])
        snprintf(text, size, "none");
}

static int add_row(struct table *table, const struct pacbayes_request *own,
                   const struct rule *rule, enum posterior_kind kind,
                   const struct posterior *posterior, enum verdict verdict, bool at_end,
                   const char *law, struct error *error)
{
    const struct pac_bayes_bounds bounds =
        pac_bayes_bounds(posterior->kl, (double)own->train_size, own->delta, own->risk);
    char vacuous[64];
    name_vacuous(&bounds, own->risk, sizeof vacuous, vacuous);
    const char *texts[COLUMNS] = {
        [COVARIANCE] = kind_text[kind],
        [VACUOUS] = posterior->known && !isnan(posterior->kl) ? vacuous : NULL,
        [EXACT_VERDICT] = verdict_text(verdict),
        [BETA0_AT_END] = !own->optimal_beta0 ? NULL
                         : at_end            ? "yes"
                                             : "no",
        [LAW] = law,
    };
    int status = rule_table_row(rule, table, error);
    if (status == STATUS_OK)
        status = table_texts(table, texts, COLUMNS, error);
    if (status != STATUS_OK)
        return status;
    table_real(table, GAMMA, theory_gamma(rule));
    if (posterior->blurred)
        return table_reason(table, posterior->why.text, error);
    if (!posterior->known)
        return kind == POSTERIOR_MEASURED ? STATUS_OK /* the verdict says so */
               : kind == POSTERIOR_PAPER
                   ? table_reason(table, "the paper has no covariance for this", error)
                   : table_reason(table, "there is no exact covariance", error);
    table_known(table, TRACE, posterior->size.trace);
    table_known(table, LOGDET, posterior->size.logdet);
    table_known(table, KL, posterior->kl);
    table_known(table, BOUND_PAPER, bounds.paper);
    table_known(table, BOUND_MCALLESTER, bounds.mcallester);
    table_known(table, BOUND_MAURER, bounds.maurer);
    if (kind == POSTERIOR_MEASURED) {
        table_known(table, KL_STDERR, posterior->kl_se);
        table_count(table, COUNT, posterior->count);
    }
    return STATUS_OK;
}

static enum verdict judge(const struct posterior *measured,
                          const struct posterior *exact)
{
    const struct evidence evidence = {
        .paper = NAN,
        .exact = exact->kl,
        .measured = measured->known ? measured->kl : NAN,
        .se = measured->kl_se,
        .exact_scale = evidence_scale(exact->kl),
        .exact_error = exact->size.error / 2,
        .count = measured->count,
        .sampled = measured->known || measured->blurred,
        .decisive = measured->decisive,
    };
    return evidence_judge(&evidence).exact;
}

/* Adds the rows of a point of a grid that has no law: no numbers, and why. */
static int add_lost(struct table *table, const struct pacbayes_request *own,
                    const struct rule *rule, const char *why, struct error *error)
{
    struct posterior none = {.blurred = true};
    const int last =
        own->request.sampling.exact_only ? POSTERIOR_EXACT : POSTERIOR_MEASURED;
    int status = STATUS_OK;
    snprintf(none.why.text, sizeof none.why.text, "%s", why);
    for (int kind = POSTERIOR_PAPER; status == STATUS_OK && kind <= last; kind++) {
        status = add_row(table, own, rule, (enum posterior_kind)kind, &none,
                         VERDICT_NO_CLAIM, false, "diverges", error);
        /* No beta0 was found. */
        if (status == STATUS_OK && own->optimal_beta0) {
            table_real(table, BETA0, NAN);
            table_real(table, GAMMA, NAN);
            status = table_text(table, BETA0_AT_END, NULL, error);
        }
    }
    return status;
}

/* Finds the rules whose laws are shown: with --optimal-beta0 each covariance has its
 * own beta0. At a point of a grid, of which none may have a law, *lost is set then, and
 * why it is lost is in *error. */
static int find_rules(const struct pacbayes_request *own, struct rule *paper,
                      bool *paper_at_end, struct rule *exact, bool *exact_at_end,
                      bool *lost, struct error *error)
{
    const struct problem *problem = &own->request.problem;
    if (!own->optimal_beta0)
        return STATUS_OK;
    int status = optimal_beta0(paper, problem, POSTERIOR_PAPER, own->lambda,
                               paper_at_end, error);
    if (status == STATUS_OK)
        status = optimal_beta0(exact, problem, POSTERIOR_EXACT, own->lambda,
                               exact_at_end, error);
    *lost = status == STATUS_USAGE && own->request.rules.count > 1 &&
            rule_kind_parameter(paper->kind, "beta0") >= 0;
    return *lost ? STATUS_OK : status;
}

static int add_rule(struct table *table, const struct pacbayes_request *own,
                    const struct rule *rule, bool lost, struct tally *tally,
                    struct error *error)
{
    const struct sampling sampling = own->request.sampling;
    struct posterior exact = {0}, measured = {0}, other = {0};
    struct rule paper_rule = *rule, exact_rule = *rule;
    bool paper_at_end = false, exact_at_end = false;
    if (lost)
        return add_lost(table, own, rule, SAMPLING_LOST, error);
    int status = find_rules(own, &paper_rule, &paper_at_end, &exact_rule, &exact_at_end,
                            &lost, error);
    if (status == STATUS_OK && lost)
        return add_lost(table, own, rule, error->text, error);
    if (status != STATUS_OK)
        return status;
    status = posterior_theory(&paper_rule, &own->request.problem, POSTERIOR_PAPER,
                              own->lambda, &other, error);
    if (status != STATUS_OK)
        return status;
    status = posterior_theory(&exact_rule, &own->request.problem, POSTERIOR_EXACT,
                              own->lambda, &exact, error);
    if (status != STATUS_OK)
        return status;
    if (!sampling.exact_only)
        status = posterior_measure(&sampling, &exact_rule, &own->request.problem,
                                   own->lambda, rule->kind->name, &measured, error);
    if (status != STATUS_OK)
        return status;
    const char *law = exact.known || exact.blurred ? "stationary" : "diverges";
    status = add_row(table, own, &paper_rule, POSTERIOR_PAPER, &other, VERDICT_NO_CLAIM,
                     paper_at_end, law, error);
    if (status != STATUS_OK)
        return status;
    status = add_row(table, own, &exact_rule, POSTERIOR_EXACT, &exact, VERDICT_NO_CLAIM,
                     exact_at_end, law, error);
    if (status != STATUS_OK || sampling.exact_only)
        return status;
    const struct verdicts verdicts = {judge(&measured, &exact), VERDICT_NO_CLAIM};
    verdict_count(tally, verdicts);
    if (measured.blurred)
        sampling_warn(&own->request.sampling, "%s: inconclusive, because %s",
                      rule->kind->name, measured.why.text);
    else if (!measured.known && !session_was_cut(own->request.sampling.session))
        sampling_warn(
            &own->request.sampling,
            "%s: not sampled, because it needs %.3g coordinate-steps in all and the "
            "budget --max-samples is %.3g",
            rule->kind->name, measured.samples, own->request.sampling.max_samples);
    return add_row(table, own, &exact_rule, POSTERIOR_MEASURED, &measured,
                   verdicts.exact, exact_at_end, law, error);
}

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    const struct pacbayes_request *own = (const struct pacbayes_request *)request;
    const struct rule *rules = request->rules.rule;
    const size_t count = request->rules.count;
    bool *lost = NULL;
    int status = STATUS_OK;
    if (own->optimal_beta0 && request->rules.beta0_given)
        return error_about(
            error, STATUS_USAGE, "optimal-beta0",
            "the option finds beta0 itself, so it cannot be combined with --beta0");
    if (request->problem.data)
        return error_about(error, STATUS_USAGE, "data",
                           "a data set is not allowed with a divergence from a prior, "
                           "which is computed of modes that are independent; allowed "
                           "is a spectrum");
    status = rule_check_linear(rules, count, "Gaussian law", error);
    if (status == STATUS_OK)
        status = rule_check_constant(rules, count, "stationary law", error);
    if (status == STATUS_OK && own->delta >= 1)
        status = error_about(error, STATUS_USAGE, "delta",
                             "%g is out of range; allowed is a number > 0 and < 1",
                             own->delta);
    if (status == STATUS_OK)
        status = rule_table_init(table, columns, COLUMNS, rules, count, error);
    table->plot = &plot;
    /* Where beta0 is found, no rule is known yet that might diverge. */
    if (status == STATUS_OK)
        status = sampling_check_points(&request->sampling, rules,
                                       own->optimal_beta0 ? 1 : count,
                                       &request->problem, &lost, error);
    for (size_t k = 0; status == STATUS_OK && k < count; k++) {
        sampling_row(&request->sampling, "row", rules[k].kind->name, k, count);
        status = add_rule(table, own, &rules[k], !own->optimal_beta0 && lost[k], tally,
                          error);
    }
    free(lost);
    return status;
}

static const struct program program = {
    .name = "pnm-pacbayes",
    .title = "compute PAC-Bayes bounds from stationary laws",
    .summary =
        "Divergence from the prior and PAC-Bayes bounds on the generalization gap of "
        "the stationary law of update rules, from the paper's, the exact and the "
        "measured covariance.",
    .notes =
        "bound_paper is eq. 20, 4 sqrt((KL + ln(2N/delta))/N); bound_mcallester "
        "sqrt((KL + ln(2 sqrt(N)/delta))/(2N)); bound_maurer inverts the small kl "
        "at the empirical risk. vacuous names the bounds that are at least "
        "1 - empirical risk. exact_verdict compares the measured kl with the exact "
        "one. All bounds use the divergence of eq. 21. With --exact there are no rows "
        "of the measured covariance. With --loss least-squares the law is no Gaussian; "
        "Q is the Gaussian with its covariance.",
    .groups = OPTIONS_EXACT | OPTIONS_RULE | OPTIONS_DECAY | OPTIONS_QUADRATIC |
              OPTIONS_CHAINS | OPTIONS_SAMPLING | OPTIONS_OUTPUT | OPTIONS_PLOT,
    .judges = true,
    .linear = true,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .request_size = sizeof(struct pacbayes_request),
    .answer = answer,
    .examples = examples,
    .main = "prior-precision|train-size|delta|optimal-beta0",
    .see_also = "pnm-stationary pnm-verify",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
