/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/stationary_control.h"

#include "engine/control_plan.h"

#include <math.h>
#include <stdlib.h>

bool stationary_control_long_enough(const struct stationary_work *work,
                                    const struct comparison *row,
                                    const struct stationary_job *job)
{
    const struct chains *chains = &job->plan.chains;
    const double recorded = (double)(chains->steps - chains->burn_in);
    return recorded * 2 * fmin(work->margin[row->i], work->margin[row->j]) >= 1;
}

/* Row i, which is mode i, as it is planned. The coarser request has the standard error
 * of the precision, which stationary_plan_row may have sharpened. */
static struct control_mode mode_of(const struct stationary_work *work, size_t i)
{
    const struct stationary_job *job = &work->jobs[i];
    const struct evidence *e = &work->rows[i].evidence;
    const bool plain = e->noiseless || !isfinite(job->plan.samples);
    struct control_mode mode = {.system = plain ? NULL : &work->systems[i],
                                .law = &job->law,
                                .margin = work->margin[i],
                                .sharp = job->sharp,
                                .coarse = job->request,
                                .fine = work->sampling->fine * e->exact_scale,
                                .request = job->request,
                                .plan = job->plan};
    mode.coarse.target =
        fmax(mode.coarse.target, work->sampling->precision * e->exact_scale);
    return mode;
}

int stationary_control_plan(struct stationary_work *work,
                            const struct ensemble *ensemble, struct control **control,
                            struct error *error)
{
    const size_t n = work->problem->n;
    struct control_plan plan = {.sampling = work->sampling,
                                .ensemble = ensemble,
                                .modes = calloc(n, sizeof *plan.modes),
                                .sum = work->elements == STATIONARY_SUM};
    if (!plan.modes)
        return error_memory(error, "the modes");
    for (size_t i = 0; i < n; i++)
        plan.modes[i] = mode_of(work, i);
    const int status = control_plan_make(&plan, error);
    for (size_t i = 0; status == STATUS_OK && i < n; i++) {
        struct stationary_job *job = &work->jobs[i];
        const struct plan_request *request = &plan.modes[i].request;
        struct plan plain;
        if (request->target != job->request.target) {
            plan_make(&job->law, request, &plain);
            work->rows[i].plain_samples = plain.samples;
        }
        job->plan = plan.modes[i].plan;
        job->request = plan.modes[i].request;
        job->controlled = plan.modes[i].controlled;
    }
    *control = plan.control;
    free(plan.modes);
    return status;
}
