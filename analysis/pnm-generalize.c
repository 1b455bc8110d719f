/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-generalize: whether a rule generalizes better than a baseline, in pairs of
 * trainings, as published and with the rates matched. */
#include "cli/program.h"
#include "cli/training_options.h"
#include "generalize_table.h"

#include <math.h>
#include <stdlib.h>

struct generalize_request {
    struct training_request training;
    enum match match;
    double margin;
    uint64_t replicas, max_replicas, tune;
    bool replicas_given, most_given;
};

static const struct option_spec own_options[] = {
    {.name = "match",
     .brief = "match the rates of the rules",
     .kind = OPTION_CHOICE,
     .field = OPTION_FIELD(struct generalize_request, match),
     .argument = "none|rate|both|itself",
     .preset = "none",
     .doc = "none: the baseline has the rule's learning rate; rate: the one with which "
            "both move at the same applied rate; both: also the weight decay with "
            "which theta shrinks by the same share, per unit of that rate; itself: "
            "each rule is compared with itself in another order of the batches, a "
            "control"},
    {.name = "margin",
     .brief = "differences up to it are `same`",
     .kind = OPTION_REAL,
     .field = OPTION_FIELD(struct generalize_request, margin),
     .argument = "POINTS",
     .preset = "0.5",
     .low = 0,
     .low_open = true,
     .high = 100,
     .doc = "a difference of test errors up to POINTS percent counts as none"},
    {.name = "replicas",
     .brief = "trainings of each rule",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct generalize_request, replicas),
     .given = OPTION_FIELD(struct generalize_request, replicas_given),
     .argument = "R",
     .low = 1,
     .high = 1e6,
     .doc = "trainings of each rule of a pair; the pairs share examples, labels, start "
            "and order of batches (default: planned from a pilot of 10, which is "
            "thrown away, so that the band is half the margin)"},
    {.name = "max-replicas",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct generalize_request, max_replicas),
     .given = OPTION_FIELD(struct generalize_request, most_given),
     .argument = "R",
     .preset = "500",
     .low = 1,
     .high = 1e6,
     .doc = "the most replicas that are planned"},
    {.name = "tune",
     .kind = OPTION_COUNT,
     .field = OPTION_FIELD(struct generalize_request, tune),
     .argument = "K",
     .low = 2,
     .high = 100,
     .doc = "try K learning rates for each rule and for the baseline, factors of 2 "
            "apart around the one given (5: a quarter of it to four times it), and "
            "take the one with the lowest mean error on the validation examples of 10 "
            "other replicas"},
};

static const struct program_example examples[] = {
    {"PNM with strong noise against SGD at the same learning rate:",
     "pnm-generalize --optimizer sgd,pnm --lr 0.5 --beta0 70 --format table"},
    {"The same with the learning rate of SGD at which both move at the same rate:",
     "pnm-generalize --optimizer sgd,pnm --lr 0.5 --beta0 70 --match rate --replicas "
     "40 --format table"},
    {"PNM against itself with other seeds:",
     "pnm-generalize --optimizer pnm --lr 0.5 --match itself --epochs 2 --format "
     "table"},
    {NULL, NULL},
};

/* --- the run ---------------------------------------------------------------------- */

static const char *matched_text(const struct generalize_request *own)
{
    static const char *const texts[] = {
        [MATCH_NONE] = "none",
        [MATCH_RATE] = "rate",
        [MATCH_BOTH] = "both",
        [MATCH_ITSELF] = "itself",
    };
    return own->tune > 0 ? "tuned" : texts[own->match];
}

/* Refuses options that contradict each other. */
static int check_options(const struct generalize_request *own, struct error *error)
{
    if (own->tune > 0 && own->match != MATCH_NONE)
        return error_about(
            error, STATUS_USAGE, "tune",
            "cannot be combined with --match %s: a rate is tuned or "
            "matched",
            matched_text(&(struct generalize_request){.match = own->match}));
    if (own->tune > 0 && own->training.validation == 0)
        return error_about(error, STATUS_USAGE, "validation",
                           "there are no validation examples; --tune needs some, as "
                           "with --validation 500");
    if (own->replicas_given && own->most_given)
        return error_about(error, STATUS_USAGE, "max-replicas",
                           "cannot be combined with --replicas, which plans nothing");
    return STATUS_OK;
}

/* Refuses twins that cannot be trained, which their matched rates may make. */
static int check_twins(const struct training_setting *setting,
                       const struct match_pair *pairs, size_t count,
                       struct error *error)
{
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        status = training_check(setting, &pairs[k].twin, 1, error);
    return status;
}

/* Tunes and trains the pairs, and adds their rows. */
static int compare(const struct generalize_request *own,
                   const struct training_setting *setting, struct match_pair *pairs,
                   size_t count, struct table *table, struct tally *tally,
                   struct error *error)
{
    const struct sampling *sampling = &own->training.request.sampling;
    struct training training = training_options_run(&own->training, setting);
    training.label = sampling_label(sampling, "training");
    const struct generalize generalize = {
        .training = &training,
        .margin = own->margin,
        .replicas = own->replicas_given ? own->replicas : 0,
        .most = own->max_replicas,
        .reorder = own->match == MATCH_ITSELF,
    };
    sampling_row(sampling, "pair", "training", 0, 1);
    struct generalize_result *results = calloc(count + 1, sizeof *results);
    uint64_t *edges = calloc(count + 1, sizeof *edges);
    int status = results && edges ? STATUS_OK : error_memory(error, "the rows");
    if (status == STATUS_OK && own->tune > 0)
        status = generalize_tune(&generalize, own->tune, pairs, count, edges, error);
    if (status == STATUS_OK)
        status = generalize_run(&generalize, pairs, count, results, error);
    for (size_t k = 0; status == STATUS_OK && k < count; k++) {
        const struct generalize_row row = {
            .pair = &pairs[k],
            .result = &results[k],
            .margin = own->margin,
            .matched = matched_text(own),
            .trials = own->tune,
            .edges = edges[k],
        };
        tally->inconclusive += results[k].verdict == VERDICT_INCONCLUSIVE;
        tally->not_sampled += results[k].count < results[k].planned;
        status = generalize_table_add(table, sampling, &row, error);
    }
    free(results);
    free(edges);
    return status;
}

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    const struct generalize_request *own = (const struct generalize_request *)request;
    const struct request_rules *rules = &request->rules;
    struct training_setting setting;
    struct class_data *data = NULL;
    struct match_pair *pairs = NULL;
    size_t count = 0;
    int status = check_options(own, error);
    if (status == STATUS_OK)
        status = training_options_read(&own->training, &setting, &data, error);
    if (status == STATUS_OK)
        status =
            match_pairs(rules->rule, rules->count, own->match, &pairs, &count, error);
    if (status == STATUS_OK)
        status = check_twins(&setting, pairs, count, error);
    if (status == STATUS_OK)
        status = generalize_table_init(table, rules->rule, rules->count, error);
    if (status == STATUS_OK)
        status = compare(own, &setting, pairs, count, table, tally, error);
    free(pairs);
    class_data_free(data);
    return status;
}

static const struct program program = {
    .name = "pnm-generalize",
    .title = "compare what update rules have learned, with their rates matched",
    .summary =
        "Trains a network of one hidden layer with a baseline, the first rule of "
        "--optimizer, and with the other rules, on the same examples, labels, starts "
        "and orders of batches, and judges the difference of their test errors: "
        "better, same, worse or inconclusive.",
    .notes =
        "A row for each rule, combination of parameter values and baseline. "
        "applied_rate and applied_decay tell how a rule moves in the long run: its "
        "rate for each unit of a gradient that stays, as the learning rate of sgd is, "
        "and the share of the weights that weight decay takes in a step, per unit of "
        "that rate; an adaptive rule moves by its rate whatever the gradient. "
        "error_test is the test error at the end of the last epoch, "
        "difference_points the mean of the rule's - the baseline's in pairs, in "
        "hundredths, half_width_points its band: 4.89 standard errors, by Student's t "
        "below 1000 replicas. The verdict is same if |difference| + half width <= "
        "margin; else better (worse) if the whole band lies below (above) 0; else "
        "inconclusive, as it always is below 30 replicas. So a difference that is "
        "there, but surely within the margin, is same. Replicas are planned for a "
        "half width of half the margin, which always decides, or of half the "
        "difference where that is larger. difference_best_points "
        "compares the lowest errors of all epochs; it selects on the test examples and "
        "is not judged. A replica that diverges counts with the error of chance, "
        "1 - 1/K. A linear and an adaptive rule cannot be matched. Exit status 2: a "
        "verdict is inconclusive, or replicas were not trained.",
    .groups =
        OPTIONS_RULE | OPTIONS_DECAY | OPTIONS_SAMPLING | OPTIONS_OUTPUT | OPTIONS_PLOT,
    .judges = true,
    .unplanned = true,
    .sampled = true,
    .common = training_options,
    .common_count = TRAINING_OPTIONS,
    .own = own_options,
    .own_count = sizeof own_options / sizeof *own_options,
    .request_size = sizeof(struct generalize_request),
    .answer = answer,
    .examples = examples,
    .main = "match|margin|epochs|replicas",
    .see_also = "pnm-margin pnm-train pnm-verify",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
