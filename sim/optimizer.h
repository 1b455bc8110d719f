/* optimizer.h: what an update rule is.
 *
 * A rule is one file sim/opt_NAME.c that states the update of one coordinate; a
 * template makes the loops. Simulation, exact theory, help and tests work on any rule
 * in the list, and nothing outside the rule's own file and analysis/theory_NAME.c names
 * it. */
#ifndef PNM_OPTIMIZER_H
#define PNM_OPTIMIZER_H

#include "error.h"
#include "text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OPTIMIZER_LANES = 64, /* lanes (coordinate, replica) advanced together */
    OPTIMIZER_MAX_SLOTS = 6,
    OPTIMIZER_MAX_SAMPLES = 2,
    OPTIMIZER_OWN_PARAMETERS = 8, /* of a rule */
    OPTIMIZER_MAX_SCALARS = 40,
    /* Scalar 0 of every rule is the learning rate it really applies: the direction of a
     * step is u = (theta - theta') / scalar[0]. */
    OPTIMIZER_RATE = 0,
};

/* What every rule takes besides its own parameters stands behind them; all 0: nothing.
 * lambda, the weight decay, is added to the gradient as lambda theta; decoupled, theta
 * is multiplied by 1 - eta lambda before the step instead, eta the full learning rate
 * (Loshchilov and Hutter, ICLR 2019; the gradient is that before the decay). */
enum {
    OPTIMIZER_WEIGHT_DECAY = OPTIMIZER_OWN_PARAMETERS, /* lambda */
    OPTIMIZER_DECOUPLED,                               /* 1 or 0 */
    OPTIMIZER_SCHEDULE,                                /* enum schedule, its numbers */
    OPTIMIZER_SCHEDULE_NUMBERS = 5,
    /* Of a rule that is read from a file (system.h): A0 and A1, 4 x 4, and b. */
    OPTIMIZER_SYSTEM = OPTIMIZER_SCHEDULE + 1 + OPTIMIZER_SCHEDULE_NUMBERS,
    OPTIMIZER_SYSTEM_STATE = 4,
    OPTIMIZER_SYSTEM_NUMBERS =
        (2 * OPTIMIZER_SYSTEM_STATE + 1) * OPTIMIZER_SYSTEM_STATE,
    OPTIMIZER_MAX_PARAMETERS = OPTIMIZER_SYSTEM + OPTIMIZER_SYSTEM_NUMBERS,
};

/* A parameter of a rule: the same word on the command line, in result columns, in
 * help. */
struct parameter {
    const char *name;    /* option name without the dashes, "beta1" */
    const char *symbol;  /* the paper's symbol, "" if there is none */
    const char *doc;     /* one line */
    const char *preset;  /* how help states the default; NULL: must be given */
    double preset_value; /* NAN where `complete` computes it from the others */
    double low, high;    /* valid range */
    bool low_open, high_open;
    /* Words of which it takes one, NULL after the last; the value is the word's index.
     * NULL: it takes numbers. */
    const char *const *choices;
};

/* 64 lanes of an uncoupled quadratic: lane l has gradient h (theta - centre) + noise_sd
 * xi with its own independent xi ~ N(0,1). */
struct tile {
    _Alignas(64) double theta[OPTIMIZER_LANES];
    double slot[OPTIMIZER_MAX_SLOTS][OPTIMIZER_LANES];
    double h[OPTIMIZER_LANES];
    double centre[OPTIMIZER_LANES];
    double mean[OPTIMIZER_LANES]; /* that observers take off theta */
    double slope[OPTIMIZER_LANES];
    double noise_sd[OPTIMIZER_LANES];
};

struct optimizer {
    const char *name;
    const char *summary; /* one line for help */
    const char *rule;    /* the update in ASCII */
    const char *source;  /* paper and equation */
    int slots;           /* numbers kept per coordinate besides theta, 0 at step 0 */
    int samples;         /* independent gradient samples a step takes */
    const struct parameter *parameters; /* parameters[0] is the learning rate */
    int parameter_count;
    bool linear;      /* theta' and slots' are linear in theta, slots and gradients */
    bool equivariant; /* commutes with rotations, so may run in the eigenbasis of H */
    double weight_decay; /* default of --weight-decay */
    bool decoupled;      /* default of --decay */
    bool from_file;      /* its matrices come from --system FILE: */
    /* A (dim x dim) and b (dim) at curvature h, as the file has them; else NULL. */
    void (*matrices)(const double *parameter, double h, double *a, double *b);
    /* Has it a stationary law, where it is not linear? NULL: yes. No for a step size
     * that keeps shrinking. */
    bool (*settles)(const double *parameter);
    /* Fills in parameters left NAN (those with a computed default); NULL if none. */
    void (*complete)(double *parameter);
    /* The numbers that the update needs besides the state, for step t of the schedule.
     */
    void (*scalars)(const double *parameter, uint64_t t, double *scalar);
    /* One step of `count` lanes at step t for given gradients:
     * gradient[k * count + i], theta[i], slot[s * count + i]. */
    void (*step)(const double *parameter, uint64_t t, size_t count,
                 const double *gradient, double *theta, double *slot);
    /* Steps t .. t+steps-1 of a tile. normal[(k * samples + s) * 64 + lane] are the xi;
     * path[k * 64 + lane] receives theta after each step. */
    void (*advance)(const double *parameter, uint64_t t, size_t steps,
                    const double *normal, struct tile *tile, double *path);
    /* The same for gradients h theta + xi: unit noise and the minimum at 0, to which a
     * linear rule's theta can be scaled and moved once for all steps. */
    void (*advance_unit)(const double *parameter, uint64_t t, size_t steps,
                         const double *normal, struct tile *tile, double *path);
    /* And without a path: sum[lane] += sum_k theta, square[lane] += sum_k theta^2. */
    void (*moments_unit)(const double *parameter, uint64_t t, size_t steps,
                         const double *normal, struct tile *tile, double *sum,
                         double *square);
};

/* The rule of that name, its loops in the given kernel variant; NULL if there is none.
 */
struct kernels;
const struct optimizer *optimizer_find(const struct kernels *kernels, const char *name);

/* Index of the parameter of that name, or -1. */
int optimizer_parameter(const struct optimizer *optimizer, const char *name);

/* The rule's parameters at their defaults, learning rate `lr`, constant: parameter[]
 * has OPTIMIZER_MAX_PARAMETERS places; computed defaults are left NAN until
 * optimizer_complete. */
void optimizer_defaults(const struct optimizer *optimizer, double lr,
                        double *parameter);

/* Hash of the rule's name and of all that its steps depend on. */
uint64_t optimizer_hash(const struct optimizer *optimizer, const double *parameter);

/* Computes what was left NAN. */
void optimizer_complete(const struct optimizer *optimizer, double *parameter);

/* Is the value in the parameter's range? STATUS_USAGE with the option, the value and
 * the range otherwise. */
PNM_MUST_USE int parameter_check(const struct parameter *parameter, double value,
                                 struct error *error);

/* Appends the range, "0 <= beta1 < 1" or "off|on". */
void parameter_range(const struct parameter *parameter, struct text *text);

/* Index of a word among the parameter's choices, or -1. */
int parameter_choice(const struct parameter *parameter, const char *word);

/* Appends the default that a rule gives its parameter of that name to the defaults of
 * other rules in text: "0.9", and if a later rule has another "0.9; other: 0.5".
 * Nothing is appended if the rule has no such parameter or no default for it. */
void parameter_preset(const struct optimizer *optimizer, const char *name,
                      struct text *text);

#endif
