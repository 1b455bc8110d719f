/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "claims/shared/twins.h"

#include <math.h>

static struct rule perturb(const struct twin_rules *twins, double perturbation)
{
    struct rule rule = twins->first;
    rule.number[twins->perturbed] *= 1 + perturbation;
    return rule;
}

/* Takes one step of a rule with one gradient sample on 1/2 h theta^2. */
static void step(const struct rule *rule, uint64_t t, double h, double noise,
                 double *state)
{
    const double gradient = h * state[0] + noise;
    rule->kind->step(rule, t, 1, &gradient, &state[0], &state[1]);
}

int twins_simulated(const void *context, double perturbation, double *apart,
                    struct error *error)
{
    const struct twin_rules *twins = context;
    const struct sampling *sampling = twins->ledger->sampling;
    const struct rule first = perturb(twins, perturbation);
    const struct random_key key = {sampling->seed, RANDOM_ENSEMBLE,
                                   random_hash("twins", NULL, 0), 0};
    double a[LINEAR_STATE] = {0}, b[LINEAR_STATE] = {0}, largest = 0, most = 0;
    double normal[RANDOM_BLOCK];
    struct random_stream stream;
    const int status = random_init(&stream, sampling->generator, key, error);
    if (status != STATUS_OK)
        return status;
    for (uint64_t t = 0; t < TWIN_STEPS; t++) {
        if (t % RANDOM_BLOCK == 0)
            random_normal(&stream, RANDOM_BLOCK, normal);
        step(&first, t, twins->h, normal[t % RANDOM_BLOCK], a);
        step(&twins->second, t, twins->h, normal[t % RANDOM_BLOCK], b);
        largest = fmax(largest, fabs(b[0]));
        most = fmax(most, fabs(a[0] - b[0]));
    }
    random_free(&stream);
    *apart = most / largest;
    return STATUS_OK;
}

static void next(const struct linear_system *system, double *state)
{
    double moved[LINEAR_STATE] = {0};
    for (int r = 0; r < system->dim; r++)
        for (int c = 0; c < system->dim; c++)
            moved[r] += linear_system_element(system, r, c) * state[c];
    for (int r = 0; r < system->dim; r++)
        state[r] = moved[r];
}

int twins_exact(const void *context, double perturbation, double *apart,
                struct error *error)
{
    const struct twin_rules *twins = context;
    const struct rule first = perturb(twins, perturbation);
    struct linear_system a, b;
    double from_first[LINEAR_STATE], from_second[LINEAR_STATE], largest = 0, most = 0;
    (void)error;
    theory_find(first.kind->name)->system(&first, twins->h, &a);
    theory_find(twins->second.kind->name)->system(&twins->second, twins->h, &b);
    for (int r = 0; r < LINEAR_STATE; r++) {
        from_first[r] = (double)a.b[0][r];
        from_second[r] = (double)b.b[0][r];
    }
    for (int t = 0; t < TWIN_STEPS; t++) {
        largest = fmax(largest, fabs(from_second[0]));
        most = fmax(most, fabs(from_first[0] - from_second[0]));
        next(&a, from_first);
        next(&b, from_second);
    }
    *apart = most / largest;
    return STATUS_OK;
}
