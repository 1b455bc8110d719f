/* SPDX-License-Identifier: GPL-3.0-or-later */
/* errors.h: whether a standard error is as large as the deviations that it is about.
 *
 * The same thing is measured with 128 seeds. z = (measured - exact)/se then has
 * variance 1, and its sample variance is within [0.54, 1.65] but for 1e-5 of the cases
 * (chi-square of 127 degrees of freedom): a standard error that is wrong by a factor of
 * 0.6 or 1.6 shows nearly always. Rows that are independent of each other are also held
 * together, which shows smaller factors. Where no exact value is known, the mean over
 * the seeds stands for it; the variance is about the mean anyway.
 *
 * Errors from R chains make z Student's t of R - 1 degrees of freedom, with variance
 * (R - 1)/(R - 3): 1.016 from 128 chains, which is a twentieth of the band. Squares
 * have a skewed law, which moves the mean of z: by 0.35 at most of what is measured
 * here. */
#ifndef PNM_ERRORS_H
#define PNM_ERRORS_H

#include "check.h"

#include "verdict/evidence.h"

enum { ERRORS_SEEDS = 128 };

/* What one row was with every seed. */
struct errors {
    char what[160];
    size_t count;
    double measured[ERRORS_SEEDS], exact[ERRORS_SEEDS], se[ERRORS_SEEDS];
};

/* Adds a seed's numbers; exact is NAN if it is not known. */
static inline void errors_add(struct errors *errors, const char *what, double measured,
                              double exact, double se)
{
    const size_t k = errors->count++;
    snprintf(errors->what, sizeof errors->what, "%s", what);
    CHECK(k < ERRORS_SEEDS, "%s: more than %d seeds", what, ERRORS_SEEDS);
    CHECK(se > 0 && isfinite(se) && isfinite(measured), "%s: %g +- %g", what, measured,
          se);
    errors->measured[k] = measured;
    errors->exact[k] = exact;
    errors->se[k] = se;
}

/* Sum of squares of z about its mean, which is checked where exact is known. */
static inline double errors_squares(const struct errors *errors, const char *file,
                                    int line)
{
    const bool known = !isnan(errors->exact[0]);
    struct moments z = {0}, measured = {0};
    if (errors->count != ERRORS_SEEDS)
        check_fail(file, line, "%s: %zu seeds, expected %d", errors->what,
                   errors->count, ERRORS_SEEDS);
    for (size_t k = 0; k < ERRORS_SEEDS; k++)
        moments_add(&measured, errors->measured[k]);
    for (size_t k = 0; k < ERRORS_SEEDS; k++)
        moments_add(&z,
                    (errors->measured[k] - (known ? errors->exact[k] : measured.mean)) /
                        errors->se[k]);
    if (known && !(fabs(z.mean) <= 0.35 + 4.9 / sqrt(ERRORS_SEEDS)))
        check_fail(file, line, "%s: z has the mean %.3f over %d seeds", errors->what,
                   z.mean, ERRORS_SEEDS);
    return z.squares;
}

static inline void errors_check(const struct errors *errors, size_t rows,
                                const char *file, int line)
{
    const double each = ERRORS_SEEDS - 1, all = each * (double)rows;
    double sum = 0;
    for (size_t r = 0; r < rows; r++) {
        const double squares = errors_squares(&errors[r], file, line);
        if (!(squares >= gsl_cdf_chisq_Pinv(5e-6, each) &&
              squares <= gsl_cdf_chisq_Qinv(5e-6, each)))
            check_fail(file, line, "%s: z has the variance %.3f over %d seeds",
                       errors[r].what, squares / each, ERRORS_SEEDS);
        sum += squares;
    }
    if (!(sum >= gsl_cdf_chisq_Pinv(5e-6, all) && sum <= gsl_cdf_chisq_Qinv(5e-6, all)))
        check_fail(file, line, "%s and the like: z has the variance %.3f over %zu rows",
                   errors[0].what, sum / all, rows);
}

/* Checks every row and, together, `rows` rows that are independent. */
#define CHECK_ERRORS(errors, rows) errors_check(errors, rows, __FILE__, __LINE__)

#endif
