/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stationary_plan.h"

#include "compare/stationary_minibatch.h"

#include "base/interrupt.h"

#include <math.h>
#include <string.h>

/* The fewest chains of a part of a sum that has at least so many parts. */
enum { SUM_FEWEST = 16, SUM_PARTS = 16 };

bool stationary_is_stable(const struct stationary_work *work,
                          const struct comparison *row)
{
    return work->margin[row->i] > 0 && work->margin[row->j] > 0;
}

/* Whether doubles make a variance of the law 0 that is not: a tiny learning rate
 * squared.
 */
static int underflows(const struct stationary_work *work, const struct comparison *row,
                      const double noise[3], const struct plan_law *law, bool *lost,
                      struct error *error)
{
    const size_t mode[2] = {row->i, row->j};
    const double planned[2] = {law->s_ii[0], law->s_jj[0]};
    int status = STATUS_OK;
    *lost = false;
    for (int k = 0; status == STATUS_OK && k < 2; k++) {
        const double h = work->problem->h[mode[k]];
        enum exact_source ignored;
        double variance = 0;
        if (planned[k] == 0 && noise[k] > 0)
            status = theory_covariance(work->rule, h, h, noise[k], &variance, &ignored,
                                       error);
        *lost |= variance != 0;
    }
    return status;
}

/* noise[0..2] = C_ii, C_jj, C_ij. */
static int noise_of(const struct stationary_work *work, size_t i, size_t j,
                    double noise[3], struct error *error)
{
    int status = stationary_noise(work, i, i, &noise[0], error);
    if (status == STATUS_OK)
        status = stationary_noise(work, j, j, &noise[1], error);
    return status == STATUS_OK ? stationary_noise(work, i, j, &noise[2], error)
                               : status;
}

int stationary_plan_row(const struct stationary_work *work, struct comparison *row,
                        struct stationary_job *job, struct error *error)
{
    const struct sampling *sampling = work->sampling;
    const size_t i = row->i, j = row->j;
    double noise[3];
    if (!rule_has_law(work->rule)) {
        job->plan = work->piloted;
        return STATUS_OK;
    }
    if (!stationary_is_stable(work, row)) {
        job->plan = (struct plan){.affordable = true};
        return sampling_given_chains(sampling, work->rule, &job->plan.chains, error);
    }
    const double *offset_i = work->offset + i * LINEAR_STATE,
                 *offset_j = work->offset + j * LINEAR_STATE;
    bool lost = false;
    int status = noise_of(work, i, j, noise, error);
    if (status != STATUS_OK)
        return status;
    status = plan_law_init(&job->law, &work->systems[i], &work->systems[j], noise,
                           offset_i[0], offset_j[0], error);
    job->law.excess = i == j ? noise_law_excess(work->problem->law) : 0;
    memcpy(job->law.offset_i, offset_i, sizeof job->law.offset_i);
    memcpy(job->law.offset_j, offset_j, sizeof job->law.offset_j);
    if (status == STATUS_OK)
        status = underflows(work, row, noise, &job->law, &lost, error);
    if (status == STATUS_SOFTWARE || lost) {
        /* The state leaves the range of doubles: nothing can be planned. */
        job->plan = (struct plan){.samples = INFINITY};
        return STATUS_OK;
    }
    if (status != STATUS_OK)
        return status;
    /* A rule may also ignore the noise that there is. */
    row->evidence.noiseless |= job->law.s_ii[0] == 0 || job->law.s_jj[0] == 0;
    if (row->evidence.noiseless) {
        job->request = sampling_request(sampling, ESTIMATE_TOLERANCE);
        if (job->request.chains == 0)
            job->request.chains = 1; /* nothing is random */
        plan_make(&job->law, &job->request, &job->plan);
        return STATUS_OK;
    }
    const struct evidence *e = &row->evidence;
    const double base = sampling->precision * e->exact_scale;
    const double sharp =
        sampling->precision_given
            ? base
            : estimate_target(sampling->precision, e->exact, e->paper, e->exact_scale);
    job->request = job->sharp = sampling_request(sampling, sharp);
    if (work->elements == STATIONARY_SUM && work->count >= SUM_PARTS)
        job->request.fewest = job->sharp.fewest = SUM_FEWEST;
    plan_make(&job->law, &job->request, &job->plan);
    if (!job->plan.affordable && sharp < base) {
        job->request = sampling_request(sampling, base);
        plan_make(&job->law, &job->request, &job->plan);
    }
    return STATUS_OK;
}

void stationary_plan_join(struct stationary_work *work)
{
    struct chains joint = {0};
    for (int round = 0; round < 2; round++)
        for (size_t k = 0; k < work->count && !interrupt_pending(); k++) {
            const struct stationary_job *job = &work->jobs[k];
            if (!job->plan.affordable)
                continue;
            if (round == 0) {
                const struct chains own = job->plan.chains;
                joint.steps = own.steps > joint.steps ? own.steps : joint.steps;
                joint.burn_in =
                    own.burn_in > joint.burn_in ? own.burn_in : joint.burn_in;
                if (work->sampling->chains > 0)
                    joint.count = own.count;
            } else if (!rule_has_law(work->rule)) {
                joint.count = job->plan.chains.count;
            } else if (work->sampling->chains == 0) {
                /* How many of the longer chains this row needs. */
                struct plan again;
                struct plan_request request = job->request;
                request.steps = joint.steps;
                request.burn_in = joint.burn_in;
                plan_make(&job->law, &request, &again);
                if (again.chains.count > joint.count)
                    joint.count = again.chains.count;
            }
        }
    for (size_t k = 0; joint.steps > 0 && k < work->count; k++)
        work->jobs[k].plan.chains = joint;
}
