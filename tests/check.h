/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.h: what the unit tests share: comparisons of doubles that print every bit,
 * tests of statistics, rules by name, inputs at random. It brings cmocka with it.
 *
 * cmocka's own assert_float_equal compares as float and must not be used. */
#ifndef PNM_CHECK_H
#define PNM_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/moments.h"
#include "base/random.h"
#include "engine/kernels.h"
#include "engine/sampling.h"
#include "losses/loss.h"
#include "rules/rule_from.h"
#include "rules/rule_loops.h"
#include "rules/stable_set.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Prints what the format says and ends the test, naming the caller's line. */
__attribute__((format(printf, 3, 4), noreturn)) static inline void
check_fail(const char *file, int line, const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_error("%s\n", text);
    _fail(file, line);
    abort(); /* _fail does not return, but is not declared so */
}

/* The tests whose names match the program's first argument (* and ? are wildcards); all
 * without one. */
static inline void check_filter(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
}

/* --- doubles ---------------------------------------------------------------------- */

static inline uint64_t check_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline void check_near(const char *what, double value, double expected,
                              double rtol, double atol, const char *file, int line)
{
    const double allowed = rtol * fabs(expected) + atol;
    if (!(fabs(value - expected) <= allowed))
        check_fail(file, line,
                   "%s is     %.17g (%a),\nexpected %.17g (%a):\noff by %.3g, "
                   "allowed %.3g",
                   what, value, value, expected, expected, fabs(value - expected),
                   allowed);
}

/* |value - expected| <= rtol |expected| + atol; never true of a NAN. */
#define CHECK_NEAR(value, expected, rtol, atol)                                        \
    check_near(#value, value, expected, rtol, atol, __FILE__, __LINE__)

static inline void check_same(const char *what, const double *value,
                              const double *expected, size_t count, const char *file,
                              int line)
{
    for (size_t i = 0; i < count; i++)
        if (check_bits(value[i]) != check_bits(expected[i]))
            check_fail(file, line, "%s[%zu] of %zu is %.17g (%a),\nexpected %.17g (%a)",
                       what, i, count, value[i], value[i], expected[i], expected[i]);
}

/* The same bits in two arrays of `count` doubles. */
#define CHECK_SAME(value, expected, count)                                             \
    check_same(#value, value, expected, count, __FILE__, __LINE__)

/* The same bits in two doubles. */
#define CHECK_EXACT(value, expected)                                                   \
    check_same(#value, (const double[]){value}, (const double[]){expected}, 1,         \
               __FILE__, __LINE__)

/* CHECK_COMPARE(value, <, bound): two doubles in the order that is named. */
#define CHECK_COMPARE(value, relation, bound)                                          \
    do {                                                                               \
        const double check_left = (value), check_right = (bound);                      \
        if (!(check_left relation check_right))                                        \
            check_fail(__FILE__, __LINE__,                                             \
                       "%s is %.17g (%a),\nexpected " #relation " %.17g (%a)", #value, \
                       check_left, check_left, check_right, check_right);              \
    } while (0)

static inline void check_nan(const char *what, double value, const char *file, int line)
{
    if (!isnan(value))
        check_fail(file, line, "%s is %.17g (%a), expected no number", what, value,
                   value);
}

#define CHECK_NAN(value) check_nan(#value, value, __FILE__, __LINE__)

/* A condition with values to print where it does not hold. */
#define CHECK(condition, ...)                                                          \
    do {                                                                               \
        if (!(condition))                                                              \
            check_fail(__FILE__, __LINE__, __VA_ARGS__);                               \
    } while (0)

/* --- statuses --------------------------------------------------------------------- */

static inline void check_ok(int status, const struct error *error, const char *file,
                            int line)
{
    if (status != STATUS_OK)
        check_fail(file, line, "status %d: %s", status, error->text);
}

#define CHECK_OK(status, error) check_ok(status, error, __FILE__, __LINE__)

static inline void check_refused(const char *what, int status,
                                 const struct error *error, const char *word,
                                 const char *file, int line)
{
    if (status != STATUS_USAGE)
        check_fail(file, line, "'%.200s': status %d, expected %d", what, status,
                   STATUS_USAGE);
    /* As a program prints it, the option before the text. */
    char message[sizeof error->text + sizeof error->quantity + 8];
    snprintf(message, sizeof message, "%s%s%s%s", *error->quantity ? "--" : "",
             error->quantity, *error->quantity ? ": " : "", error->text);
    if (!strstr(message, word))
        check_fail(file, line, "'%.200s': the message lacks '%s': %s", what, word,
                   message);
}

/* STATUS_USAGE with `word` in the message; `what` was refused. */
#define CHECK_REFUSED(what, status, error, word)                                       \
    check_refused(what, status, error, word, __FILE__, __LINE__)

/* --- statistics ------------------------------------------------------------------- */

/* The false-alarm rate of each test of a statistic. A test file states how many such
 * tests it makes: up to 1000 keep its total rate at 1e-6. Seeds are fixed, so a failure
 * repeats; the rate is that of an innocent change of the stream. */
static const double check_alpha = 1e-9;

/* A number that is standard normal if all is well: |z| <= 6.11. */
static inline void check_z(const char *what, double z, const char *file, int line)
{
    const double bound = gsl_cdf_ugaussian_Qinv(check_alpha / 2);
    if (!(fabs(z) <= bound))
        check_fail(file, line, "%s: z = %.3f, allowed is %.3f", what, z, bound);
}

#define CHECK_Z(what, z) check_z(what, z, __FILE__, __LINE__)

/* A number that has the chi-square law of `freedom` >= 1000 degrees if all is well:
 * Wilson and Hilferty's cube root is normal to 6 % of the tails' probability. (GSL's
 * own tails give up for some arguments.) */
#define CHECK_CHI2(what, x, freedom)                                                   \
    check_z(what,                                                                      \
            (cbrt((x) / (freedom)) - (1 - 2 / (9. * (freedom)))) /                     \
                sqrt(2 / (9. * (freedom))),                                            \
            __FILE__, __LINE__)

/* Against x[first], x[first + stride], ... of x[end], in two passes; the mean may be
 * off by `atol` besides. */
static inline void check_moments(const struct moments *m, const double *x, size_t end,
                                 size_t first, size_t stride, double atol,
                                 const char *file, int line)
{
    long double mean = 0, squares = 0;
    uint64_t count = 0;
    for (size_t i = first; i < end; i += stride, count++)
        mean += x[i];
    mean /= count ? count : 1;
    for (size_t i = first; i < end; i += stride)
        squares += (x[i] - mean) * (x[i] - mean);
    if (m->count != count)
        check_fail(file, line, "%llu numbers, expected %llu",
                   (unsigned long long)m->count, (unsigned long long)count);
    check_near("the mean", m->mean, (double)mean, 1e-13, atol, file, line);
    check_near("the sum of squares", m->squares, (double)squares, 1e-11, 1e-25, file,
               line);
}

#define CHECK_MOMENTS(m, x, end, first, stride, atol)                                  \
    check_moments(m, x, end, first, stride, atol, __FILE__, __LINE__)

static inline void check_same_moments(const struct moments *value,
                                      const struct moments *expected, size_t count,
                                      const char *file, int line)
{
    for (size_t i = 0; i < count; i++) {
        const struct moments *a = &value[i], *b = &expected[i];
        if (a->count != b->count)
            check_fail(file, line, "%llu numbers in [%zu], expected %llu",
                       (unsigned long long)a->count, i, (unsigned long long)b->count);
        check_same("a mean", &a->mean, &b->mean, 1, file, line);
        check_same("a sum of squares", &a->squares, &b->squares, 1, file, line);
    }
}

/* The same bits in two arrays of `count` moments. */
#define CHECK_SAME_MOMENTS(value, expected, count)                                     \
    check_same_moments(value, expected, count, __FILE__, __LINE__)

/* --- rules ------------------------------------------------------------------------ */

static inline const struct kernels *check_kernels(void)
{
    struct error error;
    const struct kernels *kernels = kernels_find(&error);
    if (!kernels)
        check_fail(__FILE__, __LINE__, "%s", error.text);
    return kernels;
}

/* The loops of a rule or a loss in the list, for this processor. */
static inline const struct rule_loops *check_loops(const struct rule *rule)
{
    return kernels_rule(check_kernels(), rule);
}

static inline const struct loss_loops *check_loss_loops(const struct loss *loss)
{
    return kernels_loss(check_kernels(), loss);
}

/* Settings that sample on two threads for a relative standard error of `precision`, as
 * if the user had given it. */
static inline struct sampling check_sampling(uint64_t seed, double precision)
{
    return (struct sampling){
        .kernels = check_kernels(),
        .seed = seed,
        .threads = 2,
        .quiet = true,
        .burn_in = PLAN_AUTO,
        .precision = precision,
        .precision_given = true,
        .max_samples = 2e9,
    };
}

/* The upper end of the stable learning rates around 1/h, found from the probed step: 0
 * if no rate is stable, INFINITY if all above are. */
static inline double check_lr_limit(const struct rule *rule, double h)
{
    struct mode mode;
    struct stable_set set;
    struct error error;
    mode_init(&mode, rule, h, linear_system_probe);
    if (stable_set_of(&mode, &set, &error) != STATUS_OK)
        check_fail(__FILE__, __LINE__, "%s", error.text);
    return stable_set_around(&set, 1 / h).to;
}

/* 1 minus the spectral radius of a system. */
static inline double check_margin(const struct linear_system *system)
{
    double margin = 0;
    struct error error;
    if (linear_system_margin(system, &margin, &error) != STATUS_OK)
        check_fail(__FILE__, __LINE__, "%s", error.text);
    return margin;
}

/* Calls run(kernels, context) with each variant that this processor has, and with
 * PNM_ISA naming it; returns how many there were. */
static inline int check_each_isa(void (*run)(const struct kernels *, void *),
                                 void *context)
{
    static const char *const names[] = {"base", "v3", "v4"};
    int count = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct error error;
        setenv("PNM_ISA", names[i], 1);
        const struct kernels *kernels = kernels_find(&error);
        if (!kernels)
            continue;
        assert_string_equal(kernels->isa, names[i]);
        run(kernels, context);
        count++;
    }
    unsetenv("PNM_ISA");
    return count;
}

/* Sets a parameter: a number, or of one that takes words the index of the word. */
static inline void check_set(struct rule *rule, const char *name, double value)
{
    const int index = rule_kind_parameter(rule->kind, name);
    if (index < 0)
        check_fail(__FILE__, __LINE__, "%s has no parameter %s", rule->kind->name,
                   name);
    if (rule->kind->parameters[index].choices)
        rule->word[index] = (int)value;
    else
        rule->number[index] = value;
}

__attribute__((format(printf, 3, 4))) static inline struct rule
check_rule_from(const char *file, int line, const char *format, ...)
{
    char text[256];
    struct rule rule;
    struct error error;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    check_ok(rule_from(&rule, &error, "%s", text), &error, file, line);
    return rule;
}

/* What rule_from makes of a text: CHECK_RULE("pnm lr=0.1 beta0=%.17g", beta0). */
#define CHECK_RULE(...) check_rule_from(__FILE__, __LINE__, __VA_ARGS__)

/* What the stream of a rule without decay and schedule is named by: FNV-1a of its name
 * and of its parameters, words by their index. */
static inline uint64_t check_hash(const struct rule *rule)
{
    const size_t count = (size_t)rule->kind->parameter_count;
    double value[RULE_MAX_PARAMETERS];
    for (size_t i = 0; i < count; i++)
        value[i] = rule->kind->parameters[i].choices ? rule->word[i] : rule->number[i];
    return random_hash(rule->kind->name, value, count);
}

/* --- inputs ----------------------------------------------------------------------- */

/* SplitMix64: inputs of tests never come from the generator under test. */
static inline uint64_t check_word(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline double check_uniform(uint64_t *state, double low, double high)
{
    return low + (high - low) * ((double)(check_word(state) >> 11) * 0x1p-53);
}

static inline double check_normal(uint64_t *state)
{
    return gsl_cdf_ugaussian_Pinv(check_uniform(state, 0x1p-53, 1));
}

static inline void *check_alloc(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        check_fail(__FILE__, __LINE__, "no memory for %zu x %zu bytes", count, size);
    return memory;
}

/* A file of these bytes in the folder for temporary files; path[64] receives its name,
 * which the caller unlinks. */
static inline void check_file(const void *bytes, size_t size, char *path)
{
    snprintf(path, 64, "/tmp/pnm-test-XXXXXX");
    const int file = mkstemp(path);
    if (file < 0 || write(file, bytes, size) != (ssize_t)size || close(file) != 0)
        check_fail(__FILE__, __LINE__, "cannot write %s", path);
}

#endif
