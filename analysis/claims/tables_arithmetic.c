/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tables-arithmetic: what the printed test errors of tables 1-3 and of figures 2 and 3
 * say of the sentences about them: who is lower, and whether by more than the printed
 * standard deviations of three runs explain. The numbers themselves need deep networks
 * and are taken as printed. */
#include "claims/shared/claim_known.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdio.h>

/* --- the printed numbers ---------------------------------------------------------- */

enum { PNM, ADAPNM, SGD, ADAM, AMSGRAD, ADAMW, ADABOUND, PADAM, YOGI, RADAM, RULES };
enum { MODELS = 5, RUNS = 3 };

static const char *const rules[RULES] = {"PNM",     "AdaPNM", "SGD",      "Adam",
                                         "AMSGrad", "AdamW",  "AdaBound", "Padam",
                                         "Yogi",    "RAdam"};
static const char *const models[MODELS] = {
    "CIFAR-10 ResNet18", "CIFAR-10 VGG16", "CIFAR-100 ResNet34",
    "CIFAR-100 DenseNet121", "CIFAR-100 GoogLeNet"};

/* A printed mean, and the standard deviation printed as its subscript. */
struct printed {
    double mean, sd;
};

/* Table 1: test errors in percent over three runs, weight decay 5e-4. */
static const struct printed table1[MODELS][RULES] = {
    {{4.48, 0.09},
     {4.94, 0.05},
     {5.01, 0.03},
     {6.53, 0.03},
     {6.16, 0.18},
     {5.08, 0.07},
     {5.65, 0.08},
     {5.12, 0.04},
     {5.87, 0.12},
     {6.01, 0.10}},
    {{6.26, 0.05},
     {5.99, 0.11},
     {6.42, 0.02},
     {7.31, 0.25},
     {7.14, 0.14},
     {6.48, 0.13},
     {6.76, 0.12},
     {6.15, 0.06},
     {6.90, 0.22},
     {6.56, 0.04}},
    {{20.59, 0.29},
     {20.41, 0.18},
     {21.52, 0.37},
     {27.16, 0.55},
     {25.53, 0.19},
     {22.99, 0.40},
     {22.87, 0.13},
     {22.72, 0.10},
     {23.57, 0.12},
     {24.41, 0.40}},
    {{19.76, 0.28},
     {20.68, 0.11},
     {19.81, 0.33},
     {25.11, 0.15},
     {24.43, 0.09},
     {21.55, 0.14},
     {22.69, 0.15},
     {21.10, 0.23},
     {22.15, 0.36},
     {22.27, 0.22}},
    {{20.38, 0.31},
     {20.26, 0.21},
     {21.21, 0.29},
     {26.12, 0.33},
     {25.53, 0.17},
     {21.29, 0.17},
     {23.18, 0.31},
     {21.82, 0.17},
     {24.24, 0.16},
     {22.23, 0.15}},
};

/* Table 3: the same with weight decay 1e-4; no standard deviations are printed. */
static const double table3[MODELS][RULES] = {
    {4.86, 5.11, 5.58, 6.08, 5.72, 5.33, 6.87, 5.83, 5.43, 5.81},
    {6.58, 6.43, 6.92, 7.04, 6.68, 6.45, 7.33, 6.74, 6.69, 6.73},
    {26.18, 22.94, 24.92, 25.56, 24.74, 23.61, 25.67, 25.39, 23.72, 25.65},
    {20.68, 21.44, 20.98, 24.39, 22.80, 22.23, 24.23, 22.26, 22.40, 22.40},
    {21.91, 21.62, 21.89, 24.60, 24.05, 21.71, 25.03, 26.69, 22.56, 22.35},
};

/* Table 2 (ResNet50 on ImageNet), figure 2's table and figure 3 (test perplexity on
 * Penn Treebank): pairs of which the first is said to be lower. */
static const struct {
    const char *text;
    double lower, higher;
} pairs[] = {
    {"figure 2, top 1 after 60 epochs, PNM - SGD", 37.23, 45.10},
    {"figure 2, top 1 after 120 epochs, PNM - SGD", 25.67, 28.66},
    {"figure 2, top 1 after 150 epochs, PNM - SGD", 23.21, 23.28},
    {"figure 2, top 5 after 60 epochs, PNM - SGD", 14.53, 19.04},
    {"figure 2, top 5 after 120 epochs, PNM - SGD", 7.79, 9.30},
    {"figure 2, top 5 after 150 epochs, PNM - SGD", 6.73, 6.75},
    {"table 2, top 1, AdaPNM - AdamW", 23.12, 23.62},
    {"table 2, top 5, AdaPNM - AdamW", 6.82, 7.09},
    {"table 2, top 1, SGD - SGD in PyTorch", 23.28, 23.85},
    {"table 2, top 1, SGD - SGD of He et al. (2016)", 23.28, 24.9},
    {"figure 3, perplexity, AdaPNM - Adam", 64.25, 66.67},
    {"figure 3, perplexity, AdaPNM - AMSGrad", 64.25, 67.40},
};

/* --- differences ------------------------------------------------------------------ */

/* `lower` minus `higher`, from the printed decimals and from whole hundredths. */
static int check_lower(struct ledger *ledger, const struct claim *claim,
                       const char *setting, double lower, double higher,
                       struct error *error)
{
    const long hundredths = lround(100 * lower) - lround(100 * higher);
    return claim_below(ledger, claim, FORM_PRINTED, setting, 0,
                       (double)hundredths / 100, lower - higher, higher, error);
}

static int check_lower_in(struct ledger *ledger, const struct claim *claim,
                          const char *table, int model, int lower, int higher,
                          struct error *error)
{
    const bool first = table[0] == '1';
    char setting[120];
    snprintf(setting, sizeof setting, "table %s, %s, %s - %s", table, models[model],
             rules[lower], rules[higher]);
    return check_lower(ledger, claim, setting,
                       first ? table1[model][lower].mean : table3[model][lower],
                       first ? table1[model][higher].mean : table3[model][higher],
                       error);
}

/* The lower of PNM and AdaPNM against the best of the others, in table 3. */
static int check_best(struct ledger *ledger, const struct claim *claim, int model,
                      struct error *error)
{
    const int own = table3[model][PNM] < table3[model][ADAPNM] ? PNM : ADAPNM;
    int other = SGD;
    for (int k = SGD; k < RULES; k++)
        if (table3[model][k] < table3[model][other])
            other = k;
    char setting[120];
    snprintf(setting, sizeof setting,
             "table 3, %s, the better of PNM and AdaPNM - the best other, %s - %s",
             models[model], rules[own], rules[other]);
    return check_lower(ledger, claim, setting, table3[model][own], table3[model][other],
                       error);
}

/* --- significance ----------------------------------------------------------------- */

/* Welch's statistic of the difference of two means, with the degrees of freedom of its
 * t law. */
struct welch {
    double t, freedom;
};

static struct welch welch_of(const struct printed *a, const struct printed *b)
{
    const double x = a->sd * a->sd / RUNS, y = b->sd * b->sd / RUNS;
    return (struct welch){
        .t = (a->mean - b->mean) / sqrt(x + y),
        .freedom = (x + y) * (x + y) / ((x * x + y * y) / (RUNS - 1)),
    };
}

static double cosine_power(double angle, void *context)
{
    const double *freedom = context;
    return pow(cos(angle), *freedom - 1);
}

/* P(T <= t) of Student's law by quadrature: with T = sqrt(nu) tan(angle) the density of
 * the angle is cos^(nu-1) over the beta function B(nu/2, 1/2). */
static int student_quadrature(double t, double freedom, double *p, struct error *error)
{
    enum { INTERVALS = 200 };
    const double half_pi = 1.57079632679489661923;
    gsl_function density = {cosine_power, &freedom};
    gsl_integration_workspace *work = gsl_integration_workspace_alloc(INTERVALS);
    double sum = 0, rounding;
    if (!work)
        return error_memory(error, "an integral");
    const int failure =
        gsl_integration_qags(&density, -half_pi, atan(t / sqrt(freedom)), 0, 1e-13,
                             INTERVALS, work, &sum, &rounding);
    gsl_integration_workspace_free(work);
    *p = sum / gsl_sf_beta(freedom / 2, 0.5);
    return failure == 0 ? STATUS_OK
                        : error_set(error, STATUS_SOFTWARE,
                                    "the integral of Student's law with %g degrees of "
                                    "freedom does not converge",
                                    freedom);
}

/* The level at which "significant" is judged, one-sided. */
static const double level = 0.05;

static int check_significant(struct ledger *ledger, const struct claim *claim,
                             int model, int lower, int higher, struct error *error)
{
    const struct printed *a = &table1[model][lower], *b = &table1[model][higher];
    const struct welch welch = welch_of(a, b);
    const double sd = sqrt((a->sd * a->sd + b->sd * b->sd) / 2);
    char setting[240];
    double exact;
    const int status = student_quadrature(welch.t, welch.freedom, &exact, error);
    if (status != STATUS_OK)
        return status;
    snprintf(setting, sizeof setting,
             "p of table 1, %s, %s - %s = %.2f, %.1f standard deviations, Welch's t "
             "%.2f with %.1f degrees of freedom",
             models[model], rules[lower], rules[higher], a->mean - b->mean,
             (a->mean - b->mean) / sd, welch.t, welch.freedom);
    return claim_below(ledger, claim, FORM_PRINTED, setting, level, exact,
                       gsl_cdf_tdist_P(welch.t, welch.freedom), 1, error);
}

/* The sign test: the probability that PNM is lower on all models if either is as likely
 * to be. */
static int check_signs(struct ledger *ledger, const struct claim *claim,
                       struct error *error)
{
    int lower = 0;
    for (int model = 0; model < MODELS; model++)
        lower += table1[model][PNM].mean < table1[model][SGD].mean;
    double exact = 0;
    for (int k = lower; k <= MODELS; k++)
        exact += gsl_sf_choose(MODELS, (unsigned)k) / ldexp(1, MODELS);
    char setting[120];
    snprintf(setting, sizeof setting,
             "p of table 1, all models together, PNM lower than SGD on %d of %d, sign "
             "test",
             lower, MODELS);
    return claim_below(ledger, claim, FORM_PRINTED, setting, level, exact,
                       gsl_cdf_binomial_Q((unsigned)lower - 1, 0.5, MODELS), 1, error);
}

/* --- the rows --------------------------------------------------------------------- */

static int check_table1(struct ledger *ledger, const struct claim *claim,
                        struct error *error)
{
    static const int conventional[] = {ADAMW, AMSGRAD, ADAM};
    int status = STATUS_OK;
    for (int model = 0; status == STATUS_OK && model < MODELS; model++)
        status = check_lower_in(ledger, claim, "1", model, PNM, SGD, error);
    if (status == STATUS_OK)
        status = check_signs(ledger, claim, error);
    for (int model = 0; status == STATUS_OK && model < MODELS; model++)
        status = check_significant(ledger, claim, model, PNM, SGD, error);
    for (int k = 0; k < 3; k++)
        for (int model = 0; status == STATUS_OK && model < MODELS; model++)
            status =
                check_significant(ledger, claim, model, ADAPNM, conventional[k], error);
    return status;
}

static int check_table3(struct ledger *ledger, const struct claim *claim,
                        struct error *error)
{
    int status = STATUS_OK;
    for (int model = 0; status == STATUS_OK && model < MODELS; model++)
        status = check_best(ledger, claim, model, error);
    for (int model = 0; status == STATUS_OK && model < MODELS; model++)
        status = check_lower_in(ledger, claim, "3", model, ADAPNM, ADAMW, error);
    for (int model = 0; status == STATUS_OK && model < MODELS; model++)
        status = check_lower_in(ledger, claim, "3", model, PNM, SGD, error);
    return status;
}

static int check(struct ledger *ledger, const struct claim *claim, struct error *error)
{
    int status = check_table1(ledger, claim, error);
    for (size_t k = 0; status == STATUS_OK && k < sizeof pairs / sizeof *pairs; k++)
        status = check_lower(ledger, claim, pairs[k].text, pairs[k].lower,
                             pairs[k].higher, error);
    return status == STATUS_OK ? check_table3(ledger, claim, error) : status;
}

const struct claim claim_tables_arithmetic = {
    .id = "tables-arithmetic",
    .where = "sec. 5, tables 1-3, figures 2 and 3",
    .kind = CLAIM_BOUND,
    .statement = "PNM consistently has lower test errors, and the differences are "
                 "significant: difference below 0, p below 0.05",
    .check = check,
};
