/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/margin.h"

#include "base/interrupt.h"
#include "engine/kernels.h"
#include "rules/rule_loops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- what is known of the rule ---------------------------------------------------- */

bool margin_memory(const struct rule *rule, double *rate, double *decay)
{
    enum { ASKED = 6 };
    double moved[ASKED], theta = 0, slot[RULE_MAX_SLOTS] = {0};
    if (!rule->kind->linear || rule->decay.lambda != 0 || rule_is_scheduled(rule))
        return false;
    for (uint64_t t = 0; t < ASKED; t++) {
        const double before = theta;
        double g[RULE_MAX_SAMPLES + 1];
        for (int k = 0; k <= RULE_MAX_SAMPLES; k++)
            g[k] = t == 0 ? 1 : 0;
        rule->kind->step(rule, t, 1, g, &theta, slot);
        moved[t] = theta - before;
    }
    *decay = moved[1] / moved[0];
    *rate = -moved[0] / (1 - *decay);
    bool same = *decay >= 0 && *decay < 1 && *rate > 0;
    double due = moved[0];
    for (int t = 1; t < ASKED; t++) {
        due *= *decay;
        same = same && fabs(moved[t] - due) <= 1e-9 * fabs(moved[0]);
    }
    return same;
}

double margin_coast_bound(const struct rule *rule)
{
    static const double ln_2 = 0x1.62e42fefa39efp-1;
    double rate, decay;
    return margin_memory(rule, &rate, &decay) ? sqrt(2 * rate / (1 - decay) * ln_2)
                                              : NAN;
}

uint64_t margin_records(const struct margin *margin)
{
    return replicas_records(margin->steps, margin->every);
}

uint64_t margin_record_step(const struct margin *margin, uint64_t record)
{
    return replicas_record(margin->steps, margin->every, record);
}

/* --- one replica ------------------------------------------------------------------ */

/* One training: the pointers lead into the memory of theta. */
struct training {
    const struct margin *margin;
    const struct rule_loops *loops;
    struct patches patches;
    struct patches_value value;
    double *theta, *before, *start, *gradient, *slot;
    double rate, decay;
    bool remembers; /* whether the rule has a memory of that rate and decay */
    uint64_t taken, forgotten;
    bool ended, diverged, has_forgotten;
    double energy, rise, coast;
};

static int training_init(struct training *own, const struct margin *margin,
                         uint64_t replica, struct error *error)
{
    const struct patches_setting *setting = margin->setting;
    const size_t n = (size_t)setting->filters * (size_t)setting->dimension;
    const size_t slots = (size_t)margin->rule->kind->slots;
    const size_t samples = (size_t)margin->rule->kind->samples;
    const struct kernels *kernels = kernels_find(error);
    *own = (struct training){.margin = margin, .energy = INFINITY, .rise = -INFINITY};
    if (!kernels)
        return STATUS_USAGE;
    own->loops = kernels_rule(kernels, margin->rule);
    own->remembers = margin_memory(margin->rule, &own->rate, &own->decay);
    own->theta = calloc(3 + samples + slots, n * sizeof *own->theta);
    if (!own->theta)
        return error_memory(error, "the weights");
    own->before = own->theta + n;
    own->start = own->before + n;
    own->gradient = own->start + n;
    own->slot = own->gradient + samples * n;
    const int status = patches_init(&own->patches, setting, margin->generator,
                                    margin->seed, replica, own->theta, error);
    memcpy(own->start, own->theta, n * sizeof *own->theta);
    memcpy(own->before, own->theta, n * sizeof *own->theta);
    return status;
}

static void training_free(struct training *own)
{
    patches_free(&own->patches);
    free(own->theta);
}

static double distance(size_t count, const double *a, const double *b)
{
    enum { LANES = 8 };
    double part[LANES] = {0}, sum = 0;
    for (size_t k = 0; k < count; k++)
        part[k % LANES] += (a[k] - b[k]) * (a[k] - b[k]);
    for (int l = 0; l < LANES; l++)
        sum += part[l];
    return sqrt(sum);
}

/* Evaluates the weights before a step, and the energy that they have with their speed.
 */
static void look(struct training *own)
{
    const size_t n = own->patches.weights;
    const double speed = distance(n, own->theta, own->before);
    patches_gradient(&own->patches, own->theta, own->gradient, &own->value);
    own->diverged = !isfinite(own->value.loss) || !isfinite(speed);
    if (!own->remembers || own->diverged)
        return;
    const double still = own->decay / (1 - own->decay);
    const double energy = own->value.loss + still / (2 * own->rate) * speed * speed;
    own->coast = fmax(own->coast, still * speed);
    own->rise = fmax(own->rise, energy - own->energy);
    own->energy = energy;
}

static void record(struct training *own, double *out)
{
    const struct patches_value *value = &own->value;
    for (int k = 0; k < MARGIN_QUANTITIES; k++)
        out[k] = NAN;
    out[MARGIN_DIVERGED] = own->diverged;
    out[MARGIN_TAKEN] = (double)own->taken;
    if (own->has_forgotten)
        out[MARGIN_FORGOTTEN] = (double)own->forgotten;
    if (own->diverged) {
        out[MARGIN_ERROR_LARGE] = out[MARGIN_ERROR_SMALL] = 0.5;
        out[MARGIN_ERROR_TRAIN] = out[MARGIN_ERROR] = 0.5;
        return;
    }
    patches_errors(&own->patches, own->theta, value, &out[MARGIN_ERROR_LARGE],
                   &out[MARGIN_ERROR_SMALL]);
    const double share = (double)own->patches.small / (double)own->patches.train;
    out[MARGIN_ERROR] =
        share * out[MARGIN_ERROR_SMALL] + (1 - share) * out[MARGIN_ERROR_LARGE];
    out[MARGIN_MEMORIZED] =
        value->noise_small /
        (value->noise_small + own->patches.cube_small * value->cubes);
    out[MARGIN_ERROR_TRAIN] = value->error;
    out[MARGIN_PROJECTION] = value->projection;
    out[MARGIN_CUBES] = value->cubes;
    out[MARGIN_NOISE_SMALL] = value->noise_small;
    out[MARGIN_NOISE_LARGE] = value->noise_large;
    out[MARGIN_LOSS] = value->loss;
    out[MARGIN_LOSS_LARGE] = value->loss_large;
    out[MARGIN_LOSS_SMALL] = value->loss_small;
    out[MARGIN_DISPLACEMENT] = distance(own->patches.weights, own->theta, own->start);
    if (own->remembers)
        out[MARGIN_COAST] = own->coast;
    if (own->remembers && own->taken > 0)
        out[MARGIN_RISE] = own->rise;
}

static void take_step(struct training *own, uint64_t t)
{
    const struct margin *margin = own->margin;
    const size_t n = own->patches.weights;
    const size_t slots = (size_t)margin->rule->kind->slots;
    if (!own->has_forgotten && own->value.loss_large < margin->forget_at) {
        memset(own->slot, 0, slots * n * sizeof *own->slot);
        own->has_forgotten = true;
        own->forgotten = t;
    }
    for (int k = 1; k < margin->rule->kind->samples; k++)
        memcpy(own->gradient + (size_t)k * n, own->gradient, n * sizeof *own->gradient);
    memcpy(own->before, own->theta, n * sizeof *own->theta);
    own->loops->step(margin->rule, t, n, own->gradient, own->theta, own->slot);
    own->taken++;
}

static void train(struct training *own, double *out)
{
    const struct margin *margin = own->margin;
    uint64_t next = 0;
    for (uint64_t t = 0; t <= margin->steps && !interrupt_pending(); t++) {
        if (!own->ended)
            look(own);
        if (t == margin_record_step(margin, next))
            record(own, out + next++ * MARGIN_QUANTITIES);
        own->ended =
            own->ended || own->diverged || own->value.loss < margin->stop_at_loss;
        if (t < margin->steps && !own->ended)
            take_step(own, t);
    }
}

/* --- all replicas ----------------------------------------------------------------- */

static int run_replica(const void *context, uint64_t replica, double *out,
                       struct error *error)
{
    struct training training;
    const int status = training_init(&training, context, replica, error);
    if (status == STATUS_OK)
        train(&training, out);
    training_free(&training);
    return status;
}

/* A hash of everything that the training depends on. */
static uint64_t identity(const struct margin *margin)
{
    const struct patches_setting *own = margin->setting;
    const uint64_t counts[] = {own->dimension,
                               own->patches,
                               own->filters,
                               own->train,
                               own->fresh,
                               margin->steps,
                               margin->every,
                               margin->seed,
                               (uint64_t)margin->generator.kind,
                               rule_hash(margin->rule)};
    const double reals[] = {own->margin_large,   own->margin_small, own->small_share,
                            own->noise_norm,     own->init,         margin->forget_at,
                            margin->stop_at_loss};
    return random_hash_bytes(random_hash("margin", reals, sizeof reals / sizeof *reals),
                             counts, sizeof counts);
}

int margin_run(const struct margin *margin, uint64_t count, struct replicas *result,
               struct error *error)
{
    *result = (struct replicas){0};
    const int status = patches_check(margin->setting, error);
    if (status != STATUS_OK)
        return status;
    const struct replicas_plan plan = {
        .records = margin_records(margin),
        .quantities = MARGIN_QUANTITIES,
        .threads = margin->threads,
        .label = margin->label,
        .identity = identity(margin),
        .session = margin->session,
        .context = margin,
        .run = run_replica,
    };
    return replicas_run(&plan, count, result, error);
}
