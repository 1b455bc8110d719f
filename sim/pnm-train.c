/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-train: trains a network of one hidden layer on minibatches of labelled examples,
 * with any update rule, and measures its errors. */
#include "base/tally.h"
#include "cli/plot.h"
#include "cli/program.h"
#include "cli/rule_table.h"
#include "cli/table.h"
#include "cli/training_options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum record { RECORD_END, RECORD_EPOCHS };

struct train_request {
    struct training_request training;
    uint64_t replicas, every;
    bool every_given;
    enum record record;
};

static const struct option_spec own_options[] = {
    {.name = "replicas",
     .brief = "trainings",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct train_request, replicas),
     .argument = "R",
     .preset = "5",
     .low = 1,
     .high = 1e9,
     .doc = "trainings with examples, labels, start and order of their own; all rules "
            "get the same ones"},
    {.name = "record",
     .kind = OPTION_CHOICE,
     .field = OPTION_FIELD(struct train_request, record),
     .argument = "end|epochs",
     .preset = "end",
     .doc = "end: a row a replica, after the last epoch; epochs: a row a replica and "
            "recorded epoch"},
    {.name = "every",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct train_request, every),
     .given = OPTION_FIELD(struct train_request, every_given),
     .argument = "K",
     .low = 1,
     .high = 1e9,
     .doc = "with epochs: epochs between records (default: 1)"},
};

static const struct program_example examples[] = {
    {"PNM on the teacher task:",
     "pnm-train --optimizer pnm --lr 0.05 --beta0 1 --format table"},
    {"How wrong labels are learned by heart, epoch by epoch:",
     "pnm-train --optimizer pnm --lr 0.2 --label-noise sym:0.4 --epochs 60 --record "
     "epochs --every 10 --replicas 1 --format table"},
    {"A network of ten hidden units on smaller minibatches:",
     "pnm-train --optimizer pnm --lr 0.05 --hidden 10 --batch 16 --epochs 10 "
     "--format table"},
    {NULL, NULL},
};

/* --- the table -------------------------------------------------------------------- */

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(OPTIMIZER, "optimizer", TEXT, false)                                        \
    COLUMN(LR, "lr", REAL, false)                                                      \
    COLUMN(BETA0, "beta0", REAL, false)                                                \
    COLUMN(BETA1, "beta1", REAL, false)                                                \
    COLUMN(REPLICA, "replica", COUNT, false)                                           \
    COLUMN(EPOCH, "epoch", COUNT, false)                                               \
    COLUMN(LOSS, "loss", REAL, false)                                                  \
    COLUMN(ERROR_TRAIN, "error_train", REAL, false)                                    \
    COLUMN(ERROR_TEST, "error_test", REAL, false)                                      \
    COLUMN(ERROR_VALIDATION, "error_validation", REAL, true)                           \
    COLUMN(ERROR_BEST, "error_best", REAL, true)                                       \
    COLUMN(LOSS_TEST, "loss_test", REAL, true)                                         \
    COLUMN(MEMORIZED, "memorized", REAL, false)                                        \
    COLUMN(APPLIED_RATE, "applied_rate", REAL, false)                                  \
    COLUMN(APPLIED_DECAY, "applied_decay", REAL, false)                                \
    COLUMN(STEPS, "steps", COUNT, true)                                                \
    COLUMN(DIVERGED, "diverged", COUNT, false)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

static const struct plot plot = {
    .label = "error on test examples",
    .keys = {"epoch", "lr", "beta1", "beta0", "optimizer", "replica"},
    .measured = {"error_test", "measured"},
};

static const struct {
    enum training_quantity quantity;
    size_t column;
} reals[] = {
    {TRAINING_LOSS, LOSS},
    {TRAINING_ERROR, ERROR_TRAIN},
    {TRAINING_ERROR_TEST, ERROR_TEST},
    {TRAINING_ERROR_VALIDATION, ERROR_VALIDATION},
    {TRAINING_ERROR_BEST, ERROR_BEST},
    {TRAINING_LOSS_TEST, LOSS_TEST},
    {TRAINING_MEMORIZED, MEMORIZED},
};

static int add_row(struct table *table, const struct training *training,
                   const struct applied *applied, const struct replicas *result,
                   uint64_t replica, uint64_t record, struct error *error)
{
    const bool diverged =
        replicas_value(result, replica, record, TRAINING_DIVERGED) != 0;
    int status = rule_table_row(training->rule, table, error);
    if (status == STATUS_OK && diverged)
        status = table_reason(
            table, "the training diverges: its errors are those of chance", error);
    if (status != STATUS_OK)
        return status;
    table_count(table, REPLICA, replica);
    table_count(table, EPOCH, training_record_epoch(training, record));
    for (size_t k = 0; k < sizeof reals / sizeof *reals; k++)
        table_real(table, reals[k].column,
                   replicas_value(result, replica, record, reals[k].quantity));
    table_real(table, APPLIED_RATE, applied->rate);
    table_real(table, APPLIED_DECAY, applied->decay);
    table_count(table, STEPS,
                (uint64_t)replicas_value(result, replica, record, TRAINING_STEPS));
    table_count(table, DIVERGED, diverged);
    return STATUS_OK;
}

/* Counts the trainings that diverge, tells how many, and counts the rule's verdict:
 * where all diverge, nothing was learned of it. */
static void count_rule(const struct sampling *sampling, const struct rule *rule,
                       const struct replicas *result, uint64_t asked,
                       struct tally *tally)
{
    const uint64_t diverged =
        replicas_nonzero(result, result->records - 1, TRAINING_DIVERGED);
    tally->not_sampled += result->count < asked;
    tally->inconclusive += diverged > 0 && diverged == result->count;
    if (diverged > 0)
        sampling_warn(sampling,
                      "%s, lr %g: %llu of %llu replicas diverge: their errors are "
                      "those of chance; allowed is a smaller learning rate",
                      rule->kind->name, rule->number[RULE_LR],
                      (unsigned long long)diverged, (unsigned long long)result->count);
}

/* --- the run ---------------------------------------------------------------------- */

static const double most_rows = 2e7;

static int check(const struct train_request *own, const struct training *training,
                 struct error *error)
{
    const double rows = (double)training_records(training) * (double)own->replicas;
    if (own->every_given && own->record == RECORD_END)
        return error_about(error, STATUS_USAGE, "every",
                           "only epochs have records between the first and the last "
                           "one; allowed with --record epochs");
    if (!(rows * TRAINING_QUANTITIES <= most_rows))
        return error_about(error, STATUS_USAGE, "replicas",
                           "%llu replicas with %llu records are too many; allowed are "
                           "%.3g in all: lower --replicas or raise --every",
                           (unsigned long long)own->replicas,
                           (unsigned long long)training_records(training),
                           floor(most_rows / TRAINING_QUANTITIES));
    return STATUS_OK;
}

static int train_one(const struct train_request *own, struct training *training,
                     struct table *table, struct tally *tally, struct error *error)
{
    const struct sampling *sampling = &own->training.request.sampling;
    struct replicas result;
    const struct applied applied = training_applied(training->rule);
    training->label = sampling_label(sampling, training->rule->kind->name);
    int status = training_run(training, own->replicas, &result, error);
    for (uint64_t i = 0; status == STATUS_OK && i < result.count; i++)
        for (uint64_t k = 0; status == STATUS_OK && k < result.records; k++)
            status = add_row(table, training, &applied, &result, i, k, error);
    if (status == STATUS_OK)
        count_rule(sampling, training->rule, &result, own->replicas, tally);
    replicas_free(&result);
    return status;
}

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    const struct train_request *own = (const struct train_request *)request;
    const struct request_rules *rules = &request->rules;
    struct training_setting setting;
    struct class_data *data = NULL;
    int status = training_options_read(&own->training, &setting, &data, error);
    struct training training = training_options_run(&own->training, &setting);
    training.every = own->record == RECORD_END ? 0 : own->every_given ? own->every : 1;
    if (status == STATUS_OK)
        status = check(own, &training, error);
    if (status == STATUS_OK)
        status =
            rule_table_init(table, columns, COLUMNS, rules->rule, rules->count, error);
    table->plot = &plot;
    for (size_t k = 0; status == STATUS_OK && k < rules->count; k++) {
        training.rule = &rules->rule[k];
        sampling_row(&request->sampling, "row", training.rule->kind->name, k,
                     rules->count);
        status = train_one(own, &training, table, tally, error);
    }
    /* A point of a grid that diverges has its rows. */
    if (tally->inconclusive < rules->count)
        tally->inconclusive = 0;
    class_data_free(data);
    return status;
}

static const struct program program = {
    .name = "pnm-train",
    .title = "train a network on labelled examples with any update rule",
    .summary =
        "Trains a network of one hidden layer with softmax and cross-entropy on "
        "minibatches, by any update rule, and measures its errors on training and test "
        "examples. It is small, so that many trainings can be compared; what it shows "
        "says nothing of deep networks.",
    .notes =
        "A replica has its own examples, wrong labels, start and order of minibatches, "
        "which depend on the seed alone: all rules get the same ones. Columns: loss "
        "and error_train are those of the training labels, wrong ones included; "
        "memorized is the share of the wrong labels that the network gives; error_best "
        "the lowest test error at the end of any epoch so far; applied_rate the rate "
        "by which the rule follows a gradient that stays, at the start of a schedule; "
        "applied_decay the share of the weights that weight decay takes in a step, per "
        "unit of that rate. Weight decay acts on biases too. A training that diverges "
        "has the errors of chance, 1 - 1/K. Exit status 2: all replicas of all rules "
        "diverge, or some were not trained.",
    .groups =
        OPTIONS_RULE | OPTIONS_DECAY | OPTIONS_SAMPLING | OPTIONS_OUTPUT | OPTIONS_PLOT,
    .judges = true,
    .unplanned = true,
    .sampled = true,
    .common = training_options,
    .common_count = TRAINING_OPTIONS,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .request_size = sizeof(struct train_request),
    .answer = answer,
    .examples = examples,
    .main = "epochs|batch|label-noise|replicas",
    .see_also = "pnm-generalize pnm-margin pnm-verify",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
