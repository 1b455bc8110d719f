/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rule.h: an update rule: its kind and the values of its parameters.
 *
 * A rule is one file sim/rules/NAME.c that states the update of one coordinate. A
 * template makes the rest: the kind, which is compiled once, and the loops, which are
 * compiled once for each instruction set (rule_loops.h). Simulation, exact theory, help
 * and tests work on any rule in the list, and nothing outside the rule's own file and
 * analysis/theory/NAME.c names it. */
#ifndef PNM_RULE_H
#define PNM_RULE_H

#include "base/nearest.h"
#include "base/quad.h"
#include "base/text.h"
#include "rules/matrices.h"
#include "rules/parameter.h"
#include "rules/schedule.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RULE_MAX_SLOTS = 6,
    RULE_MAX_SAMPLES = 2,
    RULE_MAX_GRADIENTS = RULE_MAX_SAMPLES + 1,
    RULE_MAX_PARAMETERS = 8,
    RULE_MAX_SCALARS = 40,
    /* Scalar 0 of every rule is the learning rate it really applies: the direction of a
     * step is u = (theta - theta') / scalar[0]. */
    RULE_RATE = 0,
    /* Parameter 0 of every rule is its learning rate eta. */
    RULE_LR = 0,
};

/* Weight decay, which every rule takes: lambda theta is added to the gradient. If
 * decoupled, theta is instead multiplied by 1 - eta lambda before the step, where eta
 * is the full learning rate and the gradient is taken before the decay (Loshchilov and
 * Hutter, ICLR 2019). lambda = 0: no decay. */
struct decay {
    double lambda;
    bool decoupled;
};

struct rule;

/* A kind of update rule, as its file states it. */
struct rule_kind {
    const char *name;
    const char *aliases; /* other names, "a|b", which are read but never written */
    const char *summary; /* one line for help */
    const char *formula; /* the update in ASCII */
    const char *source;  /* paper and equation */
    int slots;           /* numbers kept per coordinate besides theta, 0 at step 0 */
    int samples;         /* independent gradient samples a step takes */
    const struct parameter *parameters; /* parameters[RULE_LR] is the learning rate */
    int parameter_count;
    bool linear;        /* theta' and slots' are linear in theta, slots and gradients */
    bool equivariant;   /* commutes with rotations, so may run in the eigenbasis of H */
    struct decay decay; /* the default */
    bool from_file;     /* its matrices are read from a file */
    /* Whether a step also takes the gradient without noise, from which it knows the
     * noise of its samples. */
    bool exact_gradient;
    /* Computes A - I (dim x dim) and b (dim) without weight decay at curvature h from
     * the matrices of the file; NULL if not from_file. */
    void (*matrices)(const struct rule *rule, double h, quad *e, quad *b);
    /* Whether a nonlinear rule settles into a stationary law: not if its step size
     * keeps shrinking. NULL: it does. */
    bool (*settles)(const struct rule *rule);
    /* Fills in numbers left NAN (those with a computed default); NULL if none. */
    void (*complete)(struct rule *rule);
    /* The numbers that the update needs besides the state, for step t of the schedule:
     * at most RULE_MAX_SCALARS. */
    void (*scalars)(const struct rule *rule, uint64_t t, double *scalar);
    /* One step of `count` lanes at step t for given gradients, rule_gradients() rows of
     * them: gradient[k * count + i], theta[i], slot[s * count + i]. */
    void (*step)(const struct rule *rule, uint64_t t, size_t count,
                 const double *gradient, double *theta, double *slot);
};

/* An update rule with its parameters. */
struct rule {
    const struct rule_kind *kind;
    double number[RULE_MAX_PARAMETERS]; /* by the parameter's index in the kind */
    int word[RULE_MAX_PARAMETERS];      /* index of the word, if it takes words */
    struct decay decay;
    struct schedule schedule;
    struct matrices matrices; /* only of a rule that is read from a file */
    bool of_all;              /* chosen by "all", not by its own name */
    bool unsolved; /* the loss is none of which the law of a linear rule is known */
};

/* Rows of gradients that a step takes: the samples and, behind them, the gradient
 * without noise if the kind wants it. At most RULE_MAX_GRADIENTS. */
static inline int rule_gradients(const struct rule_kind *kind)
{
    return kind->samples + (kind->exact_gradient ? 1 : 0);
}

/* The rules that are built in, NULL after the last. */
const struct rule_kind *const *rule_kinds(void);

/* The rule of that name; NULL if there is none. */
const struct rule_kind *rule_kind_find(const char *name);

/* For a name that no rule has: the nearest name, and all that there are. */
struct nearest rule_kind_nearest(const char *name);

/* Index of the parameter of that name, or -1. */
int rule_kind_parameter(const struct rule_kind *kind, const char *name);

/* The rule with its parameters at their defaults and the constant learning rate `lr`;
 * computed defaults are left NAN until rule_complete. */
struct rule rule_of(const struct rule_kind *kind, double lr);

/* Computes the numbers that were left NAN. */
void rule_complete(struct rule *rule);

/* Sets the number called `name`; false, and nothing is set, if the rule has none. */
bool rule_set(struct rule *rule, const char *name, double value);

/* Hash of the rule's name and of everything that its steps depend on. */
uint64_t rule_hash(const struct rule *rule);

/* Value of the rule's parameter of that name, or its word's index; NAN if it has none.
 */
double rule_parameter(const struct rule *rule, const char *name);

/* Whether the learning rate changes over the steps, so that there is no stationary law.
 */
bool rule_is_scheduled(const struct rule *rule);

/* Whether linear theory gives the rule's law on its loss. */
bool rule_has_law(const struct rule *rule);

/* Whether the rule settles into a stationary law, known or not. */
bool rule_settles(const struct rule *rule);

/* Appends "lr=0.05 beta0=1 ...". */
void rule_describe(const struct rule *rule, struct text *text);

/* Appends the rule's default of the named parameter to the text, which may hold other
 * rules' defaults: "0.9", or "0.9; other: 0.5" if the rule "other" differs from the
 * first one. Appends nothing if the rule has no such parameter or no default for it. */
void rule_kind_preset(const struct rule_kind *kind, const char *name,
                      struct text *text);

#endif
