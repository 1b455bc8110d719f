/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calibration.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- criteria --------------------------------------------------------------------- */

/* The level of each criterion. There are six a row and fewer than 100 rows: if all
 * verdicts do what they claim, one is not met with a probability below 6e-4. */
static const double level = 1e-6;
/* Of plans that are to decide, the share that holds where the prediction is true. */
static const double least_held = 0.99;

/* The probability of k or more of n, each of probability p. */
static double at_least(uint64_t k, double p, uint64_t n)
{
    return k == 0 ? 1 : gsl_cdf_binomial_Q((unsigned)k - 1, p, (unsigned)n);
}

static double at_most(uint64_t k, double p, uint64_t n)
{
    return gsl_cdf_binomial_P((unsigned)k, p, (unsigned)n);
}

double calibration_ks(double apart, uint64_t n)
{
    const double root = sqrt((double)n), x = (root + 0.12 + 0.11 / root) * apart;
    double sum = 0;
    if (x < 0.2)
        return 1;
    for (int k = 1; k <= 100; k++)
        sum += (k % 2 ? 2 : -2) * exp(-2 * k * k * x * x);
    return fmin(fmax(sum, 0), 1);
}

double calibration_upper(uint64_t k, uint64_t n)
{
    return k == n ? 1 : gsl_cdf_beta_Pinv(0.95, (double)k + 1, (double)(n - k));
}

/* Whether a count is as the law of the band says; `upper`: or smaller. */
static bool is_share(uint64_t k, double expected, uint64_t n, bool upper)
{
    const double p = expected / (double)n;
    return at_least(k, p, n) >= level / 2 && (upper || at_most(k, p, n) >= level / 2);
}

const char *calibration_wrong(const struct calibration_case *own,
                              const struct calibration *row)
{
    const uint64_t n = row->seeds;
    const double apart = row->variance - row->variance_expected;
    const bool bound = own->truth == TRUTH_BOUND || own->truth == TRUTH_EXACT_BOUND;
    if (2 * row->decided < n)
        return "undecided";
    if (at_least(row->alarms, ESTIMATE_LEVEL, n) < level)
        return "false_alarms";
    for (int k = 0; k < 2; k++)
        if (!is_share(row->beyond[k], row->expected[k], n, own->upper))
            return k == 0 ? "beyond_1.96" : "beyond_3.29";
    if (!own->upper && calibration_ks(row->ks, n) < level)
        return "uniform";
    if (apart > ESTIMATE_Z * row->spread ||
        (!own->upper && apart < -ESTIMATE_Z * row->spread))
        return "variance";
    if (fabs(row->bias) > ESTIMATE_Z)
        return "bias";
    if (own->planned && at_least(row->missed, ESTIMATE_LEVEL, n) < level)
        return "power";
    if (own->planned && !bound && (double)row->held < least_held * (double)n)
        return "held";
    return NULL;
}

/* --- writing ---------------------------------------------------------------------- */

static const char head[] =
    "# Calibration of the verdicts: made by `make calibration`, checked by\n"
    "# tests/cli/calibration.bats.\n"
    "#\n"
    "# A line is a number that a program measures and judges\n"
    "# (tests/calibration/cases.c), run with the seeds 1, 2, 3 ... and judged\n"
    "# against what is true of it. It must meet these criteria, which follow from\n"
    "# what the programs claim and were written down before the runs; each has\n"
    "# the level 1e-6, which is 4.89 standard errors:\n"
    "#\n"
    "# undecided     at least half of the seeds have enough chains and samples\n"
    "#               to decide;\n"
    "# false_alarms  verdicts against what is true (`fails`; of a bound that is\n"
    "#               attained `holds` too; `better` and `worse` of equal rules)\n"
    "#               have a probability of 1e-6 at most: 3 or more of 10000\n"
    "#               seeds have one of 2e-7 then;\n"
    "# beyond        |z| = |measured - exact|/se is above 1.96 and 3.29 as\n"
    "#               often as by Student's law of chains - 1 degrees of\n"
    "#               freedom, from 1000 chains on by the normal law, on which\n"
    "#               the bands of the verdicts rest;\n"
    "# uniform       the two-sided p-values of that law are uniform\n"
    "#               (Kolmogorov, Smirnov);\n"
    "# variance      z has the variance of Student's law;\n"
    "# bias          measured - exact has the mean 0 over the seeds, but for\n"
    "#               the bias that the band allows for;\n"
    "# power         of a plan that is to decide (planned), predictions 2 %\n"
    "#               above and 2 % below fail, or a bound 5 % below what is\n"
    "#               measured, but for 1e-6 of the seeds;\n"
    "# held          and what is true holds with 99 % of its seeds.\n"
    "#\n"
    "# Where a standard error is an upper bound (kind upper), smaller deviations\n"
    "# are right. Where no exact value is known (kinds mean and attained), the\n"
    "# mean over the seeds takes its place, or over those that chose the same\n"
    "# step. Quantiles and shares have binomial bands; their z is the normal\n"
    "# number of the same probability. A mean of squares has a skewed law. If g\n"
    "# is the skewness of what is measured (skew), z has the mean -g/2 about, and\n"
    "# one tail of z is longer and the other shorter by the factor 1 + g (2 z^3 +\n"
    "# 3 z)/6 about; both together are as the law says, to first order. Ten\n"
    "# thousand effective samples, the fewest that decide, leave a g of 0.03 to\n"
    "# 0.04.\n"
    "#\n"
    "# first, first_se: what the first seed measured; sum: of the first 4 seeds.\n"
    "# power: the share of seeds at which wrong predictions fail. upper95: the\n"
    "# upper end of Clopper and Pearson's 95 % interval for the rate of false\n"
    "# alarms. beyondX and expectedX: how many seeds have |z| > X, and should.\n"
    "# ks, ks_p: the distance of the p-values from the uniform law, and its\n"
    "# p-value. var_error: the standard error of var_z. bias: in its standard\n"
    "# errors. criteria: met, or the first one that is not.\n"
    "#\n";

static const char columns[] =
    "program case row kind planned seeds chains first first_se sum decided held missed "
    "power alarms upper95 beyond1.96 expected1.96 beyond3.29 expected3.29 beyond4.89 "
    "expected4.89 ks ks_p mean_z var_z var_expected var_error skew bias criteria";

static const char *kind_text(const struct calibration_case *own)
{
    static const char *const texts[] = {
        [TRUTH_EXACT] = "exact",
        [TRUTH_MEAN] = "mean",
        [TRUTH_BOUND] = "attained",
        [TRUTH_EXACT_BOUND] = "bound",
    };
    return own->upper ? "upper" : texts[own->truth];
}

void calibration_write_head(const char *commit, uint64_t seeds)
{
    printf("%s# commit: %s\n# seeds: %llu\n", head, commit, (unsigned long long)seeds);
    printf("%s\n", columns);
}

void calibration_write(const struct calibration_case *own, size_t k,
                       const struct calibration *row)
{
    const char *wrong = calibration_wrong(own, row);
    const double n = (double)row->seeds;
    printf("%s %s %s %s %s ", own->program, own->name, own->row[k], kind_text(own),
           own->planned ? "yes" : "no");
    printf("%llu %llu %.9g %.9g %.9g ", (unsigned long long)row->seeds,
           (unsigned long long)row->chains, row->first, row->first_se, row->sum);
    printf("%llu %llu %llu %.4f %llu %.2g ", (unsigned long long)row->decided,
           (unsigned long long)row->held, (unsigned long long)row->missed,
           1 - (double)row->missed / n, (unsigned long long)row->alarms,
           calibration_upper(row->alarms, row->seeds));
    for (int j = 0; j < 3; j++)
        printf("%llu %.4g ", (unsigned long long)row->beyond[j], row->expected[j]);
    printf("%.5f %.3g %.4f %.4f %.4f %.4f %.4f %.2f %s\n", row->ks,
           calibration_ks(row->ks, row->seeds), row->mean, row->variance,
           row->variance_expected, row->spread, row->skew, row->bias,
           wrong ? wrong : "met");
}

/* --- checking --------------------------------------------------------------------- */

struct line {
    char program[40], name[40], row[40], kind[16], planned[8], criteria[24];
    struct calibration figures;
};

static bool read_line(const char *text, struct line *line)
{
    struct calibration *f = &line->figures;
    unsigned long long n[9];
    *f = (struct calibration){0};
    const int found =
        sscanf(text,
               "%39s %39s %39s %15s %7s %llu %llu %lf %lf %lf %llu %llu %llu %*f %llu "
               "%*f %llu "
               "%lf %llu %lf %llu %lf %lf %*f %lf %lf %lf %lf %lf %lf %23s",
               line->program, line->name, line->row, line->kind, line->planned, &n[0],
               &n[1], &f->first, &f->first_se, &f->sum, &n[2], &n[3], &n[4], &n[5],
               &n[6], &f->expected[0], &n[7], &f->expected[1], &n[8], &f->expected[2],
               &f->ks, &f->mean, &f->variance, &f->variance_expected, &f->spread,
               &f->skew, &f->bias, line->criteria);
    f->seeds = n[0];
    f->chains = n[1];
    f->decided = n[2];
    f->held = n[3];
    f->missed = n[4];
    f->alarms = n[5];
    for (int k = 0; k < 3; k++)
        f->beyond[k] = n[6 + k];
    return found == 28;
}

/* Whether a number is the one that was written. */
static bool is_near(double a, double b)
{
    return fabs(a - b) <= 1e-7 * fabs(b) || a == b;
}

/* What is wrong with a line as it stands; NULL: nothing. */
static const char *judge_line(const struct calibration_case *own, size_t k,
                              uint64_t seeds, const struct line *line)
{
    const struct calibration *f = &line->figures;
    if (strcmp(line->program, own->program) != 0 ||
        strcmp(line->name, own->name) != 0 || strcmp(line->row, own->row[k]) != 0 ||
        strcmp(line->kind, kind_text(own)) != 0 ||
        (strcmp(line->planned, "yes") == 0) != own->planned)
        return "is not the line of this row";
    if (f->seeds != calibration_seeds(own, seeds) || seeds < CALIBRATION_LEAST)
        return "does not have the seeds of the file";
    if (calibration_wrong(own, f))
        return calibration_wrong(own, f);
    return strcmp(line->criteria, "met") == 0 ? NULL
                                              : "says that a criterion is not met";
}

/* Runs the first seeds of a case anew; the number of rows that differ. */
static int check_fresh(const struct calibration_case *own, const struct line *lines,
                       int threads)
{
    struct calibration fresh[CALIBRATION_ROWS] = {{0}};
    struct error error;
    int wrong = 0;
    if (calibration_run(own, CALIBRATION_FIRST, threads, fresh, &error) != STATUS_OK) {
        printf("%s: %s\n", own->name, error.text);
        return 1;
    }
    for (size_t k = 0; k < calibration_rows(own); k++) {
        const struct calibration *f = &lines[k].figures, *g = &fresh[k];
        if (f->chains == g->chains && is_near(f->first, g->first) &&
            is_near(f->first_se, g->first_se) && is_near(f->sum, g->sum))
            continue;
        printf("%s %s: was made by other code: make calibration\n", own->name,
               own->row[k]);
        wrong++;
    }
    return wrong;
}

/* The next line that is no comment; the number of seeds and whether there is a commit
 * are read from comments. */
static bool next_line(FILE *file, char *text, int size, uint64_t *seeds, bool *commit)
{
    while (fgets(text, size, file)) {
        const char *const hash = "# commit: ";
        unsigned long long count;
        if (text[0] != '#')
            return true;
        if (sscanf(text, "# seeds: %llu", &count) == 1)
            *seeds = count;
        if (strncmp(text, hash, strlen(hash)) == 0) {
            const char *at = text + strlen(hash);
            const size_t digits = strspn(at, "0123456789abcdef");
            *commit = digits >= 7 && at[digits] == '\n';
        }
    }
    return false;
}

/* Reads and judges the lines of one case; the number of those that are wrong. */
static int check_lines(const struct calibration_case *own, FILE *file, uint64_t seeds,
                       struct line *lines)
{
    char text[1024];
    bool commit;
    int wrong = 0;
    for (size_t k = 0; k < calibration_rows(own); k++) {
        const char *what = "is missing";
        if (next_line(file, text, sizeof text, &seeds, &commit))
            what = read_line(text, &lines[k]) ? judge_line(own, k, seeds, &lines[k])
                                              : "cannot be read";
        if (what)
            printf("%s %s: %s\n", own->name, own->row[k], what);
        wrong += what != NULL;
    }
    return wrong;
}

static int check_file(FILE *file, int threads)
{
    struct line lines[CALIBRATION_CASES][CALIBRATION_ROWS];
    char text[1024];
    uint64_t seeds = 0;
    bool commit = false;
    int wrong = 0;
    memset(lines, 0, sizeof lines);
    if (!next_line(file, text, sizeof text, &seeds, &commit) ||
        strncmp(text, columns, strlen("program case row")) != 0) {
        printf("the file has no table\n");
        wrong++;
    }
    if (!commit) {
        printf("the file names no commit without changes\n");
        wrong++;
    }
    for (size_t c = 0; calibration_cases[c].name; c++)
        wrong += check_lines(&calibration_cases[c], file, seeds, lines[c]);
    if (next_line(file, text, sizeof text, &seeds, &commit)) {
        printf("the file has lines of no case\n");
        wrong++;
    }
    for (size_t c = 0; wrong == 0 && calibration_cases[c].name; c++)
        wrong += check_fresh(&calibration_cases[c], lines[c], threads);
    return wrong;
}

int calibration_check(const char *path, int threads)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        printf("%s: cannot be opened\n", path);
        return 1;
    }
    const int wrong = check_file(file, threads);
    fclose(file);
    return wrong;
}
