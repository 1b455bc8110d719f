/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compare/bound_sides.h"

#include "theory/theory.h"
#include "verdict/estimate.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { LANES = LOSS_LANES };

int bound_sides_init(struct bound_setting *setting,
                     const struct bound_ensemble *ensemble, struct error *error)
{
    struct convergence c;
    const int status = convergence_constants(ensemble->task, ensemble->rule, &c, error);
    if (status != STATUS_OK)
        return status;
    *setting = (struct bound_setting){
        .bound = ensemble->bound,
        .loss = &ensemble->task->loss,
        .beta0 = c.beta0,
        .beta = c.beta1 * c.beta1,
        .eta0 = theory_normalized_lr(ensemble->rule),
        .sigma = c.sigma,
    };
    for (int form = 0; form < BOUND_FORMS; form++)
        setting->constant[form] =
            ensemble->bound == BOUND_THEOREM
                ? convergence_bound(&c, ensemble->horizon, (enum convergence_form)form)
                : convergence_lemma_bound(&c, setting->eta0,
                                          (enum convergence_form)form);
    return STATUS_OK;
}

/* |grad f(theta_t)|^2 and |grad f(z_t) - grad f(theta_t)|^2. */
static void squares(const struct bound_setting *setting,
                    const struct bound_frame *frame, double *restrict square,
                    double *restrict apart)
{
    for (size_t lane = 0; lane < LANES; lane++)
        square[lane] = apart[lane] = 0;
    for (size_t i = 0; i < setting->loss->n; i++) {
        const double *own = frame->at_theta + i * LANES;
        const double *at_z = frame->at_z + i * LANES;
        for (size_t lane = 0; lane < LANES; lane++)
            square[lane] += own[lane] * own[lane];
        for (size_t lane = 0; setting->bound != BOUND_THEOREM && lane < LANES; lane++)
            apart[lane] += (at_z[lane] - own[lane]) * (at_z[lane] - own[lane]);
    }
}

/* A bound on how much rounding of theta_t, z_t and the two gradients can change the
 * gradients' distance. */
static double gradient_rounding(const struct bound_setting *setting, double largest)
{
    const struct loss *loss = setting->loss;
    return 4 * DBL_EPSILON * sqrt((double)loss->n) *
           (loss->smoothness * largest / (1 - setting->beta) + loss->gradient_bound);
}

/* Lemma A.3's left-hand side: the squared distance, with rounding subtracted. It may be
 * larger by `slack`. */
static void distances(const struct bound_setting *s, const struct bound_frame *frame,
                      const double *restrict apart, double *restrict left,
                      double *restrict slack)
{
    for (size_t lane = 0; lane < LANES; lane++) {
        const double distance = sqrt(apart[lane]);
        const double rounding = gradient_rounding(s, frame->largest[lane]);
        const double rest = distance > rounding ? distance - rounding : 0;
        left[lane] = rest * rest;
        slack[lane] = (distance + rounding) * (distance + rounding) - left[lane];
    }
}

/* Lemma A.2's left-hand side, with rounding and underflow subtracted. It may be larger
 * by `slack`. */
static void descents(const struct bound_setting *s, const struct bound_frame *frame,
                     const double *restrict square, double *restrict left,
                     double *restrict slack)
{
    const double step = s->eta0;
    for (size_t lane = 0; lane < LANES; lane++) {
        const double here = frame->of_z[lane], next = frame->of_next[lane];
        const double rounding =
            8 * DBL_EPSILON * (fabs(next) + fabs(here) + step * square[lane]) +
            8 * DBL_MIN;
        left[lane] = next - here + step * square[lane] - rounding;
        slack[lane] = 2 * rounding;
    }
}

/* Lemma A.2's right-hand side. */
static void allowances(const struct bound_setting *s, const struct bound_frame *frame,
                       enum convergence_form form, const double *restrict square,
                       const double *restrict apart, double *restrict right)
{
    const double l = s->loss->smoothness, step = s->eta0;
    const bool printed = form == CONVERGENCE_PRINTED;
    const double noise = printed ? 1 : s->sigma * s->sigma;
    for (size_t lane = 0; lane < LANES; lane++) {
        const double values = frame->of_z[lane] - frame->of_theta[lane];
        right[lane] = (printed ? values * values : apart[lane]) / (2 * l) +
                      l * step * step * (square[lane] + noise / 2);
    }
}

/* Empties a left-hand side of which rounding does not tell, to 1 % of the bound,
 * whether it is below the bound: it is no number that could be computed. */
static void drop_unresolved(const double *restrict slack, const double *restrict right,
                            double *restrict left)
{
    for (size_t lane = 0; lane < LANES; lane++)
        if (right[lane] != 0 && !(left[lane] > right[lane]) &&
            slack[lane] > ESTIMATE_MARGIN * fabs(right[lane]))
            left[lane] = NAN;
}

/* Both forms have the same left-hand side. */
void bound_sides_of(const struct bound_setting *s, const struct bound_frame *frame,
                    double side[BOUND_FORMS][BOUND_SIDES][LANES])
{
    double square[LANES], apart[LANES], left[LANES], slack[LANES] = {0};
    squares(s, frame, square, apart);
    if (s->bound == BOUND_LEMMA_A3)
        distances(s, frame, apart, left, slack);
    else if (s->bound == BOUND_LEMMA_A2)
        descents(s, frame, square, left, slack);
    else
        memcpy(left, square, sizeof left);
    for (int form = 0; form < BOUND_FORMS; form++) {
        memcpy(side[form][BOUND_LEFT], left, sizeof left);
        if (s->bound == BOUND_LEMMA_A2)
            allowances(s, frame, (enum convergence_form)form, square, apart,
                       side[form][BOUND_RIGHT]);
        for (size_t lane = 0; s->bound != BOUND_LEMMA_A2 && lane < LANES; lane++)
            side[form][BOUND_RIGHT][lane] = s->constant[form];
        drop_unresolved(slack, side[form][BOUND_RIGHT], side[form][BOUND_LEFT]);
    }
}

void bound_frame_fill(const struct kernels *kernels,
                      const struct bound_setting *setting, const struct trajectory *pnm,
                      long first, double *memory, struct bound_frame *frame)
{
    const struct loss *loss = setting->loss;
    const struct loss_loops *loops = kernels_loss(kernels, loss);
    const size_t row = loss->n * LANES;
    double *theta = memory, *z = memory + row, *next = memory + 2 * row;
    frame->at_theta = memory + 3 * row;
    frame->at_z = memory + 4 * row;
    for (size_t lane = 0; lane < LANES; lane++) {
        const long wanted = first + (long)lane;
        const long t = wanted < pnm->steps ? wanted : pnm->steps;
        frame->largest[lane] = lane > 0 ? frame->largest[lane - 1] : 0;
        for (size_t i = 0; i < loss->n; i++) {
            const size_t k = i * LANES + lane;
            theta[k] = pnm->theta[(size_t)t * loss->n + i];
            z[k] = trajectory_z(pnm, X_CORRECTED, t, i);
            next[k] = trajectory_z(pnm, X_CORRECTED, t < pnm->steps ? t + 1 : t, i);
            frame->largest[lane] = fmax(frame->largest[lane], fabs(theta[k]));
        }
    }
    /* The gradient at z_{t+1} is not needed and overwritten. */
    loops->evaluate(loss, next, frame->at_z, frame->of_next);
    loops->evaluate(loss, z, frame->at_z, frame->of_z);
    loops->evaluate(loss, theta, frame->at_theta, frame->of_theta);
}
