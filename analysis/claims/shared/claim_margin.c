/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/claim_margin.h"

#include "engine/sampling.h"
#include "rules/rule_from.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The trainings done so far, which the ledger keeps. */
struct done {
    struct rule rule;
    struct patches_setting setting;
    struct margin margin;
    struct replicas paths;
    uint64_t replicas; /* asked for */
    struct done *next;
};

static void free_done(void *shared)
{
    for (struct done *done = shared, *next; done; done = next) {
        next = done->next;
        replicas_free(&done->paths);
        free(done);
    }
}

static double or_default(double given, double preset)
{
    return given > 0 ? given : preset;
}

/* Sets everything but the results and the pointers. */
static int describe(const struct sampling *sampling, const struct claim_training *own,
                    struct done *done, struct error *error)
{
    *done = (struct done){
        .setting =
            {
                .dimension = own->dimension > 0 ? own->dimension : 50,
                .patches = 3,
                .filters = 20,
                .train = 100,
                .fresh = 1000,
                .margin_large = 1,
                .margin_small = or_default(own->margin_small, 0.15),
                .small_share = or_default(own->small_share, 0.1),
                .noise_norm = or_default(own->noise_norm, 1.8),
                .init = 0.03,
            },
        .margin =
            {
                .steps = own->steps > 0 ? own->steps : 1500,
                .forget_at = own->forget_at > 0 ? own->forget_at : (double)NAN,
                .stop_at_loss = own->stop_at_loss > 0 ? own->stop_at_loss : (double)NAN,
                .generator = sampling->generator,
                .seed = sampling->seed,
                .threads = sampling->threads,
                .session = sampling->session,
            },
        .replicas = sampling->chains > 0 ? sampling->chains
                    : own->replicas > 0  ? own->replicas
                                         : 40,
    };
    return rule_from(&done->rule, error, "%s", own->rule);
}

static bool same_number(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool same(const struct done *a, const struct done *b)
{
    const struct patches_setting *x = &a->setting, *y = &b->setting;
    return rule_hash(&a->rule) == rule_hash(&b->rule) && a->replicas == b->replicas &&
           a->margin.steps == b->margin.steps &&
           same_number(a->margin.forget_at, b->margin.forget_at) &&
           same_number(a->margin.stop_at_loss, b->margin.stop_at_loss) &&
           x->dimension == y->dimension && x->margin_small == y->margin_small &&
           x->small_share == y->small_share && x->noise_norm == y->noise_norm;
}

/* Coordinate-steps. */
static double cost(const struct done *done)
{
    return (double)done->replicas * (double)done->margin.steps *
           (double)(done->setting.filters * done->setting.dimension);
}

/* Points *found to the training, which is run if it was not before; NULL if it exceeds
 * the budget. Adds its cost to *samples. */
static int find(struct ledger *ledger, const struct claim_training *own,
                const struct done **found, double *samples, struct error *error)
{
    struct done wanted;
    *found = NULL;
    int status = describe(ledger->sampling, own, &wanted, error);
    if (status != STATUS_OK)
        return status;
    *samples += cost(&wanted);
    for (struct done *done = ledger->shared; done; done = done->next)
        if (same(done, &wanted)) {
            *found = done;
            return STATUS_OK;
        }
    const double budget = ledger->sampling->max_samples;
    if (budget > 0 && cost(&wanted) > budget)
        return STATUS_OK;
    struct done *done = malloc(sizeof *done);
    if (!done)
        return error_memory(error, "the trainings");
    *done = wanted;
    done->margin.rule = &done->rule;
    done->margin.setting = &done->setting;
    done->margin.label = sampling_label(ledger->sampling, "training");
    status = margin_run(&done->margin, done->replicas, &done->paths, error);
    if (status != STATUS_OK) {
        replicas_free(&done->paths);
        free(done);
        return status;
    }
    done->next = ledger->shared;
    ledger->shared = done;
    ledger->free_shared = free_done;
    *found = done;
    return STATUS_OK;
}

static int add_row(struct ledger *ledger, const struct claim *claim,
                   const struct claim_margin_row *row, struct error *error)
{
    const struct done *own = NULL, *other = NULL;
    struct text setting = {0};
    struct moments moments = {0};
    double samples = 0;
    int status = find(ledger, &row->own, &own, &samples, error);
    if (status == STATUS_OK && row->other.rule)
        status = find(ledger, &row->other, &other, &samples, error);
    if (status != STATUS_OK)
        return status;
    if (own && (other || !row->other.rule))
        moments =
            other ? replicas_difference(&own->paths, &other->paths, 0, row->quantity)
                  : replicas_moments(&own->paths, 0, row->quantity);
    struct difference difference = {
        .side = row->side,
        .limit = row->limit,
        .claimed = row->claimed,
        .unlimited = row->unlimited,
        .measured = moments.count > 0 ? moments.mean : (double)NAN,
        .se = moments_stderr(&moments),
        .count = moments.count,
    };
    if (row->largest && moments.count > 0) {
        difference.measured = replicas_largest(&own->paths, 0, row->quantity);
        difference.se = 0;
    }
    if (row->coast && own) {
        difference.measured /= margin_coast_bound(&own->rule);
        difference.se /= margin_coast_bound(&own->rule);
    }
    text_add(&setting, "%s", row->what);
    if (moments.count == 0)
        ledger_unsampled(ledger, samples, &setting);
    status = text_check(&setting, "a setting", error);
    if (status == STATUS_OK)
        status = ledger_difference(ledger, claim, text_get(&setting), &difference,
                                   moments.count > 0 ? samples : 0, error);
    text_free(&setting);
    return status;
}

int claim_margin_rows(struct ledger *ledger, const struct claim *claim,
                      const struct claim_margin_row *rows, size_t count,
                      struct error *error)
{
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < count; k++)
        status = add_row(ledger, claim, &rows[k], error);
    return status;
}
