/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-margin: trains a small convolutional network on examples that share a feature but
 * differ in their margin, with any update rule, and measures what it has learned. */
#include "base/tally.h"
#include "cli/plot.h"
#include "cli/program.h"
#include "cli/request.h"
#include "cli/rule_table.h"
#include "cli/table.h"
#include "engine/margin.h"
#include "rules/rule_check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum record { RECORD_END, RECORD_PATH };

struct margin_request {
    struct request request;
    struct patches_setting setting;
    int origin;
    uint64_t steps, replicas, every;
    bool every_given, forget_given, stop_given;
    double forget_at, stop_at_loss;
    enum record record;
};

static const struct option_spec own_options[] = {
    {.name = "setting",
     .kind = OPTION_CHOICE,
     .field = OPTION_FIELD(struct margin_request, origin),
     .argument = "reconstructed-from-abstract",
     .preset = "reconstructed-from-abstract",
     .doc =
         "where data and network come from: they are reconstructed from the abstract "
         "of Jelassi and Li (ICML 2022). There is no other; every header says so"},
    {.name = "dimension",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct margin_request, setting.dimension),
     .argument = "D",
     .preset = "50",
     .low = 2,
     .high = 1e6,
     .doc = "coordinates of a patch"},
    {.name = "patches",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct margin_request, setting.patches),
     .argument = "P",
     .preset = "3",
     .low = 2,
     .high = 1e6,
     .doc = "patches of an example: one has the feature, the others are noise"},
    {.name = "filters",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct margin_request, setting.filters),
     .argument = "M",
     .preset = "20",
     .low = 1,
     .high = 1e6,
     .doc = "filters of the network"},
    {.name = "train",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct margin_request, setting.train),
     .argument = "N",
     .preset = "100",
     .low = 2,
     .high = 1e7,
     .doc = "training examples"},
    {.name = "fresh",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct margin_request, setting.fresh),
     .argument = "N",
     .preset = "1000",
     .low = 1,
     .high = 1e7,
     .doc = "fresh examples of each margin, on which errors are measured"},
    {.name = "margin-large",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct margin_request, setting.margin_large),
     .argument = "ALPHA",
     .preset = "1",
     .low = 0,
     .low_open = true,
     .high = 1e6,
     .doc = "weight of the feature in most examples"},
    {.name = "margin-small",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct margin_request, setting.margin_small),
     .argument = "BETA",
     .preset = "0.15",
     .low = 0,
     .low_open = true,
     .high = 1e6,
     .doc = "weight of the feature in the other examples, at most ALPHA"},
    {.name = "small-share",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct margin_request, setting.small_share),
     .argument = "MU",
     .preset = "0.1",
     .low = 0,
     .high = 1,
     .doc =
         "share of the training examples with the small margin; MU N is rounded to a "
         "whole number, of which either margin needs one"},
    {.name = "noise-norm",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct margin_request, setting.noise_norm),
     .argument = "NORM",
     .preset = "1.8",
     .low = 0,
     .high = 1e6,
     .doc = "root of the mean squared norm of a noise patch"},
    {.name = "init",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct margin_request, setting.init),
     .argument = "SD",
     .preset = "0.03",
     .low = 0,
     .low_open = true,
     .high = 1e6,
     .doc = "standard deviation of a weight at the start"},
    {.name = "steps",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct margin_request, steps),
     .argument = "T",
     .preset = "1500",
     .low = 1,
     .high = 1e12,
     .doc = "steps of a training, each with the gradient of all training examples"},
    {.name = "forget-at",
     .brief = "reset the momentum at this loss",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct margin_request, forget_at),
     .given = OPTION_FIELD(struct margin_request, forget_given),
     .argument = "LOSS",
     .low = 0,
     .low_open = true,
     .high = HUGE_VAL,
     .doc =
         "once the mean loss of the training examples with the large margin is below "
         "LOSS, set all that the rule keeps besides the weights to 0, once"},
    {.name = "stop-at-loss",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct margin_request, stop_at_loss),
     .given = OPTION_FIELD(struct margin_request, stop_given),
     .argument = "LOSS",
     .low = 0,
     .low_open = true,
     .high = HUGE_VAL,
     .doc = "end a training once the mean training loss is below LOSS"},
    {.name = "replicas",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct margin_request, replicas),
     .argument = "R",
     .preset = "40",
     .low = 1,
     .high = 1e9,
     .doc = "independent data sets and starts; all rules get the same ones"},
    {.name = "record",
     .kind = OPTION_CHOICE,
     .field = OPTION_FIELD(struct margin_request, record),
     .argument = "end|path",
     .preset = "end",
     .doc = "end: a row a rule, after the last step; path: a row a rule and recorded "
            "step"},
    {.name = "every",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct margin_request, every),
     .given = OPTION_FIELD(struct margin_request, every_given),
     .argument = "K",
     .low = 1,
     .high = 1e12,
     .doc = "steps between records of a path (default: a fiftieth of the steps)"},
};

static const struct program_example examples[] = {
    {"PNM from 20 initial values:",
     "pnm-margin --optimizer pnm --lr 0.3 --beta1 0.99 --replicas 20 --format table"},
    {"PNM whose momentum is set to zero once the large margins are learned:",
     "pnm-margin --optimizer pnm --lr 0.3 --beta1 0.99 --replicas 20 "
     "--forget-at 0.003 --format table"},
    {"What PNM has learned, step by step:",
     "pnm-margin --optimizer pnm --lr 0.3 --record path --format table"},
    {NULL, NULL},
};

/* --- the table -------------------------------------------------------------------- */

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(OPTIMIZER, "optimizer", TEXT, false)                                        \
    COLUMN(LR, "lr", REAL, false)                                                      \
    COLUMN(BETA0, "beta0", REAL, false)                                                \
    COLUMN(BETA1, "beta1", REAL, false)                                                \
    COLUMN(STEP, "step", COUNT, false)                                                 \
    COLUMN(ERROR_SMALL, "error_small", REAL, false)                                    \
    COLUMN(ERROR_SMALL_SE, "error_small_stderr", REAL, false)                          \
    COLUMN(ERROR_LARGE, "error_large", REAL, false)                                    \
    COLUMN(ERROR_LARGE_SE, "error_large_stderr", REAL, true)                           \
    COLUMN(ERROR_TRAIN, "error_train", REAL, false)                                    \
    COLUMN(ERROR_TRAIN_SE, "error_train_stderr", REAL, true)                           \
    COLUMN(PROJECTION, "projection", REAL, false)                                      \
    COLUMN(PROJECTION_SE, "projection_stderr", REAL, true)                             \
    COLUMN(CUBES, "cubes", REAL, false)                                                \
    COLUMN(CUBES_SE, "cubes_stderr", REAL, true)                                       \
    COLUMN(NOISE_SMALL, "noise_small", REAL, false)                                    \
    COLUMN(NOISE_SMALL_SE, "noise_small_stderr", REAL, true)                           \
    COLUMN(NOISE_LARGE, "noise_large", REAL, true)                                     \
    COLUMN(NOISE_LARGE_SE, "noise_large_stderr", REAL, true)                           \
    COLUMN(LOSS, "loss", REAL, true)                                                   \
    COLUMN(LOSS_SE, "loss_stderr", REAL, true)                                         \
    COLUMN(LOSS_LARGE, "loss_large", REAL, true)                                       \
    COLUMN(LOSS_LARGE_SE, "loss_large_stderr", REAL, true)                             \
    COLUMN(LOSS_SMALL, "loss_small", REAL, true)                                       \
    COLUMN(LOSS_SMALL_SE, "loss_small_stderr", REAL, true)                             \
    COLUMN(DISPLACEMENT, "displacement", REAL, true)                                   \
    COLUMN(DISPLACEMENT_SE, "displacement_stderr", REAL, true)                         \
    COLUMN(COAST, "coast", REAL, false)                                                \
    COLUMN(COAST_SE, "coast_stderr", REAL, true)                                       \
    COLUMN(COAST_BOUND, "coast_bound", REAL, false)                                    \
    COLUMN(TAKEN, "steps_taken", REAL, true)                                           \
    COLUMN(TAKEN_SE, "steps_taken_stderr", REAL, true)                                 \
    COLUMN(FORGETTING, "forgetting", COUNT, true)                                      \
    COLUMN(COUNT, "count", COUNT, false)                                               \
    COLUMN(DIVERGED, "diverged", COUNT, false)                                         \
    COLUMN(DIFFERENCE_SMALL, "difference_small", REAL, false)                          \
    COLUMN(DIFFERENCE_SMALL_SE, "difference_small_stderr", REAL, false)                \
    COLUMN(DIFFERENCE_LARGE, "difference_large", REAL, true)                           \
    COLUMN(DIFFERENCE_LARGE_SE, "difference_large_stderr", REAL, true)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

static const struct plot plot = {
    .label = "error on fresh examples with the small margin",
    .keys = {"step", "lr", "beta1", "beta0", "optimizer"},
    .measured = {"error_small", "measured"},
    .error = "error_small_stderr",
};

/* The quantities whose mean and standard error stand in a column and the next one. */
static const struct {
    enum margin_quantity quantity;
    size_t column;
} means[] = {
    {MARGIN_ERROR_SMALL, ERROR_SMALL},
    {MARGIN_ERROR_LARGE, ERROR_LARGE},
    {MARGIN_ERROR_TRAIN, ERROR_TRAIN},
    {MARGIN_PROJECTION, PROJECTION},
    {MARGIN_CUBES, CUBES},
    {MARGIN_NOISE_SMALL, NOISE_SMALL},
    {MARGIN_NOISE_LARGE, NOISE_LARGE},
    {MARGIN_LOSS, LOSS},
    {MARGIN_LOSS_LARGE, LOSS_LARGE},
    {MARGIN_LOSS_SMALL, LOSS_SMALL},
    {MARGIN_DISPLACEMENT, DISPLACEMENT},
    {MARGIN_COAST, COAST},
    {MARGIN_TAKEN, TAKEN},
};

/* Puts a mean that every row should have; the rule may have no coast. */
static void put_mean(struct table *table, size_t column, const struct moments *moments,
                     bool due)
{
    const double mean = moments->count > 0 ? moments->mean : NAN;
    if (due) {
        table_known(table, column, mean);
        table_known(table, column + 1, moments_stderr(moments));
    } else {
        table_real(table, column, mean);
        table_real(table, column + 1, moments_stderr(moments));
    }
}

static int tell_divergence(struct table *table, const struct sampling *sampling,
                           const struct rule *rule, uint64_t diverged, uint64_t all,
                           bool warn, struct error *error)
{
    char reason[160];
    if (diverged == 0)
        return STATUS_OK;
    if (diverged < all)
        snprintf(
            reason, sizeof reason,
            "%llu of %llu replicas diverge: they count in the errors as chance, 1/2, "
            "and in no other column",
            (unsigned long long)diverged, (unsigned long long)all);
    else
        snprintf(reason, sizeof reason,
                 "all replicas diverge: the errors are those of chance, 1/2");
    if (warn)
        sampling_warn(sampling, "%s, lr %g: %s; allowed is a smaller learning rate",
                      rule->kind->name, rule->number[RULE_LR], reason);
    return table_reason(table, reason, error);
}

/* Says why a rule that may have a coast has none here. */
static int tell_coast(struct table *table, const struct rule *rule, struct error *error)
{
    struct rule plain = *rule;
    double rate, decay;
    plain.decay.lambda = 0;
    plain.schedule = (struct schedule){0};
    return margin_memory(rule, &rate, &decay) || !margin_memory(&plain, &rate, &decay)
               ? STATUS_OK
               : table_reason(table, "no coast with weight decay or a schedule", error);
}

/* What one rule gave, and the first rule, which it is compared with. */
struct outcome {
    const struct rule *rule;
    const struct replicas *paths, *first;
};

static int add_row(struct table *table, const struct margin *margin,
                   const struct sampling *sampling, const struct outcome *of,
                   uint64_t record, struct error *error)
{
    const uint64_t all = of->paths->count;
    const bool last = record + 1 == of->paths->records;
    const uint64_t lost = replicas_nonzero(of->paths, record, MARGIN_DIVERGED);
    int status = rule_table_row(of->rule, table, error);
    if (status == STATUS_OK)
        status = tell_divergence(table, sampling, of->rule, lost, all, last, error);
    if (status != STATUS_OK)
        return status;
    table_count(table, STEP, margin_record_step(margin, record));
    table_count(table, COUNT, all);
    table_count(table, DIVERGED, lost);
    table_count(table, FORGETTING,
                replicas_moments(of->paths, record, MARGIN_FORGOTTEN).count);
    for (size_t k = 0; k < sizeof means / sizeof *means; k++) {
        const struct moments moments =
            replicas_moments(of->paths, record, means[k].quantity);
        put_mean(table, means[k].column, &moments, means[k].column != COAST);
    }
    table_real(table, COAST_BOUND, margin_coast_bound(of->rule));
    status = tell_coast(table, of->rule, error);
    if (status != STATUS_OK)
        return status;
    if (of->paths == of->first)
        return STATUS_OK;
    const struct moments small =
        replicas_difference(of->paths, of->first, record, MARGIN_ERROR_SMALL);
    const struct moments large =
        replicas_difference(of->paths, of->first, record, MARGIN_ERROR_LARGE);
    put_mean(table, DIFFERENCE_SMALL, &small, false);
    put_mean(table, DIFFERENCE_LARGE, &large, false);
    return STATUS_OK;
}

/* Counts a rule's row: without a replica it is not sampled, and where all diverge
 * nothing was learned of it. */
static void count_rule(struct tally *tally, const struct replicas *paths,
                       uint64_t replicas)
{
    const struct moments diverged =
        replicas_moments(paths, paths->records - 1, MARGIN_DIVERGED);
    tally->not_sampled += paths->count < replicas;
    tally->inconclusive += diverged.count > 0 && diverged.mean == 1;
}

/* --- the run ---------------------------------------------------------------------- */

static struct margin margin_of(const struct margin_request *own)
{
    const struct sampling *sampling = &own->request.sampling;
    const uint64_t thinned = (own->steps - 1) / 50 + 1;
    return (struct margin){
        .setting = &own->setting,
        .steps = own->steps,
        .every = own->record == RECORD_END ? 0
                 : own->every_given        ? own->every
                                           : thinned,
        .forget_at = own->forget_given ? own->forget_at : NAN,
        .stop_at_loss = own->stop_given ? own->stop_at_loss : NAN,
        .generator = sampling->generator,
        .seed = sampling->seed,
        .threads = sampling->threads,
        .session = sampling->session,
    };
}

static const double most_rows = 2e7;

static int check(const struct margin_request *own, const struct margin *margin,
                 struct error *error)
{
    const struct request_rules *rules = &own->request.rules;
    const double rows = (double)margin_records(margin) * (double)own->replicas;
    int status = patches_check(&own->setting, error);
    if (status == STATUS_OK && own->every_given && own->record == RECORD_END)
        status = error_about(error, STATUS_USAGE, "every",
                             "only paths have records between the first and the last "
                             "step; allowed with --record path");
    if (status == STATUS_OK && !(rows * MARGIN_QUANTITIES <= most_rows))
        status =
            error_about(error, STATUS_USAGE, "replicas",
                        "%llu replicas with %llu records are too many; allowed are "
                        "%.3g in all: lower --replicas or raise --every",
                        (unsigned long long)own->replicas,
                        (unsigned long long)margin_records(margin),
                        floor(most_rows / MARGIN_QUANTITIES));
    if (status == STATUS_OK)
        status = rule_check_sampled(rules->rule, rules->count, "pnm-margin", error);
    return status == STATUS_OK
               ? rule_check_gradients(rules->rule, rules->count, "training", error)
               : status;
}

static int train_all(const struct margin_request *own, struct margin *margin,
                     struct replicas *paths, struct table *table, struct tally *tally,
                     struct error *error)
{
    const struct request_rules *rules = &own->request.rules;
    const struct sampling *sampling = &own->request.sampling;
    int status = STATUS_OK;
    margin->label = sampling_label(sampling, "training");
    for (size_t k = 0; status == STATUS_OK && k < rules->count; k++) {
        const struct outcome outcome = {&rules->rule[k], &paths[k], &paths[0]};
        margin->rule = outcome.rule;
        sampling_row(sampling, "row", outcome.rule->kind->name, k, rules->count);
        status = margin_run(margin, own->replicas, &paths[k], error);
        for (uint64_t i = 0; status == STATUS_OK && i < paths[k].records; i++)
            status = add_row(table, margin, sampling, &outcome, i, error);
        if (status == STATUS_OK)
            count_rule(tally, &paths[k], own->replicas);
        if (k > 0)
            replicas_free(&paths[k]);
    }
    /* A point of a grid that diverges has its rows. */
    if (tally->inconclusive < rules->count)
        tally->inconclusive = 0;
    replicas_free(&paths[0]);
    return status;
}

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    const struct margin_request *own = (const struct margin_request *)request;
    const struct request_rules *rules = &request->rules;
    struct margin margin = margin_of(own);
    int status = check(own, &margin, error);
    if (status != STATUS_OK)
        return status;
    struct replicas *paths = calloc(rules->count + 1, sizeof *paths);
    if (!paths)
        return error_memory(error, "the rules");
    status = rule_table_init(table, columns, COLUMNS, rules->rule, rules->count, error);
    table->plot = &plot;
    if (status == STATUS_OK)
        status = train_all(own, &margin, paths, table, tally, error);
    free(paths);
    return status;
}

static const struct program program = {
    .name = "pnm-margin",
    .title = "train a network on examples that share a feature and differ in margin",
    .summary =
        "Trains a convolutional network of one hidden layer with cubic activation and "
        "logistic loss, on full batches, by any update rule, and measures its errors "
        "on fresh examples with a large and with a small margin. The setting is "
        "reconstructed from the abstract of Jelassi and Li, Towards understanding how "
        "momentum improves generalization in deep learning (ICML 2022).",
    .notes =
        "An example has a label y = +-1 and P patches: one is c y w*, with c = ALPHA "
        "or BETA and a unit vector w*, the others are N(0, s^2 (I - w* w*')). The "
        "network is f = sum_r sum_j <w_r, X_j>^3. Columns: means over replicas with "
        "standard errors; projection is max_r <w_r, w*>, cubes sum_r <w_r, w*>^3, "
        "noise_small and noise_large the mean noise part of the training margin, "
        "displacement |W - W_0|, coast the longest way that the weights would still "
        "have gone without gradient, coast_bound sqrt(2 eta tau ln 2), tau = 1/(1 - "
        "beta1), for rules that are gradient descent with momentum. Differences are "
        "those of a rule and the first one on the same replicas. An output of exactly "
        "0 chooses no class and counts as half an error, and a diverged replica as an "
        "error of 1/2. Exit status 2: all replicas of all rules diverge, or some were "
        "not trained.",
    .groups =
        OPTIONS_RULE | OPTIONS_DECAY | OPTIONS_SAMPLING | OPTIONS_OUTPUT | OPTIONS_PLOT,
    .judges = true,
    .unplanned = true,
    .sampled = true,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .request_size = sizeof(struct margin_request),
    .answer = answer,
    .examples = examples,
    .main = "steps|replicas|dimension|forget-at",
    .see_also = "pnm-simulate pnm-verify",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
