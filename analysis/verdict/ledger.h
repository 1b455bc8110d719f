/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger.h: the paper's claims, each checked against exact theory and measurement.
 *
 * A claim is one file in analysis/claims/ with a `const struct claim claim_NAME` and a
 * line in claims/list.h. Its check adds rows. Every kind of row has its own negative
 * control, and a row whose control does not fail is inconclusive. */
#ifndef PNM_LEDGER_H
#define PNM_LEDGER_H

#include "base/error.h"
#include "base/text.h"
#include "verdict/evidence.h"

enum claim_kind {
    CLAIM_VALUE,      /* a number, sampled */
    CLAIM_LIMIT,      /* a number as eta h -> 0 */
    CLAIM_BOUND,      /* something stays below a number */
    CLAIM_IDENTITY,   /* two things are the same */
    CLAIM_EXISTENCE,  /* there is a parameter with some property */
    CLAIM_ARITHMETIC, /* a printed decimal */
    CLAIM_ANALOGUE,   /* two rules in pairs, in a small experiment beside the paper's
                       * own, of which it says nothing */
};

/* Which formula a row's paper value comes from. */
enum form {
    FORM_PRINTED,     /* as the paper prints it */
    FORM_INTENDED,    /* with a misprint mended, as the paper's own proof shows */
    FORM_CORRECTED,   /* as the definitions give it */
    FORM_FIRST_ORDER, /* a leading-order formula at a finite step: it claims nothing
                       * there, so its paper verdict is `no claim` */
};

/* "printed", "intended", "corrected", "first order". */
const char *ledger_form_text(enum form form);

struct ledger;

struct claim {
    const char *id;    /* "eq15" */
    const char *where; /* place in the paper */
    enum claim_kind kind;
    const char *statement; /* in ASCII */
    int (*check)(struct ledger *ledger, const struct claim *claim, struct error *error);
    /* If check is NULL: VERDICT_NOT_CHECKED_YET or VERDICT_NOT_TESTABLE_HERE, and why.
     */
    enum verdict status;
    const char *reason;
};

struct ledger_row {
    const struct claim *claim;
    enum claim_kind kind;
    enum form form;
    struct text setting;
    const char *variable; /* of a limit: what tends to 0; otherwise NULL */
    struct text command;  /* repeats the row; empty: the claim's command does */
    double paper, exact, measured, se; /* NAN: none */
    uint64_t count;
    /* Coordinate-steps that the measured value took, those of a pilot too, and those
     * that it takes without control variates; 0: none, or not counted. */
    double samples, plain_samples;
    struct verdicts verdicts;
    bool control; /* whether the negative control failed, as it must */
};

struct sampling;

struct ledger {
    const struct sampling *sampling; /* the settings with which checks sample */
    double max_samples;              /* budget of a row; rows that exceed it name it */
    const bool *cut; /* whether the session ended sampling early; NULL: never */
    struct ledger_row *rows;
    size_t count, capacity;
    /* What claims share, so that it is sampled once; free_shared is called on it. NULL:
     * nothing yet. */
    void *shared;
    void (*free_shared)(void *shared);
};

/* Runs a claim's check, or adds its one row if there is none. */
PNM_MUST_USE int ledger_check(struct ledger *ledger, const struct claim *claim,
                              struct error *error);

/* Gives the last row the command that repeats it. STATUS_MEMORY. */
PNM_MUST_USE int ledger_command(struct ledger *ledger, const char *command,
                                struct error *error);

/* Adds to a row's setting why nothing was sampled: the session ended before, or
 * `samples` coordinate-steps exceed the budget. */
void ledger_unsampled(const struct ledger *ledger, double samples,
                      struct text *setting);

/* In the following functions, `form` is the form of the row's paper value, and
 * `setting` tells at which parameters the claim is checked. */

/* Adds a row for a sampled value. Control: exact moved by +-2 % of its scale must fail.
 */
PNM_MUST_USE int ledger_value(struct ledger *ledger, const struct claim *claim,
                              enum form form, const char *setting,
                              const struct evidence *evidence, double samples,
                              struct error *error);

/* Adds a row for "measured <= paper". exact_verdict is that of a value or, if nothing
 * is sampled (se 0), that of the bound. Control: the bound 0.95 measured must fail. */
PNM_MUST_USE int ledger_bound(struct ledger *ledger, const struct claim *claim,
                              enum form form, const char *setting,
                              const struct evidence *evidence, double samples,
                              struct error *error);

/* The relative difference between two things that should be the same. `simulated` runs
 * the implemented steps, `exact` uses written-out theory; both multiply one coefficient
 * by 1 + perturbation. Tolerance 1e-12. Control: with perturbation 1e-6 both must fail.
 * STATUS_MEMORY, and what the two say. */
struct identity {
    const void *context;
    int (*simulated)(const void *context, double perturbation, double *apart,
                     struct error *error);
    int (*exact)(const void *context, double perturbation, double *apart,
                 struct error *error);
};
PNM_MUST_USE int ledger_identity(struct ledger *ledger, const struct claim *claim,
                                 enum form form, const char *setting,
                                 const struct identity *identity, struct error *error);

/* A number that is computed in two ways, not sampled: `measured` and `exact` must agree
 * to 1e-12 relative, `measured` and `paper` to `tolerance` absolute (half the last
 * digit of a printed decimal). Control: the paper's value moved by +-step (a unit of
 * that digit, or 2 %) must fail. */
struct computed {
    enum claim_kind kind;
    double paper, exact, measured;
    double tolerance, step;
};
PNM_MUST_USE int ledger_computed(struct ledger *ledger, const struct claim *claim,
                                 enum form form, const char *setting,
                                 const struct computed *computed, struct error *error);

/* Adds a row for "there is a parameter with a value below `paper`": exact and measured
 * are the smallest value found; measured is NAN if nothing was sampled. Control: the
 * negated condition must fail if the claim holds, and only then. */
PNM_MUST_USE int ledger_existence(struct ledger *ledger, const struct claim *claim,
                                  enum form form, const char *setting,
                                  const struct evidence *evidence, double samples,
                                  struct error *error);

/* Adds a row for "a bound is violated with probability at most `allowed`", from
 * `violated` of `trials` violations. It fails if the exact one-sided binomial p is
 * below 1e-6, and holds if the upper confidence limit at that level is at most
 * `allowed`. Control: `control`, the violations of a bound that is too low, must fail,
 * and be no more than the trials. There is no exact value. */
struct violations {
    double allowed;
    uint64_t violated, control, trials;
    bool claimed; /* whether the paper states the bound; false: no claim */
};
PNM_MUST_USE int ledger_violations(struct ledger *ledger, const struct claim *claim,
                                   enum form form, const char *setting,
                                   const struct violations *violations,
                                   struct error *error);

/* A limit. ratio(context, fraction) = exact value / paper's value at that fraction of
 * the stability limit or, if another variable tends to 0, at that value of the
 * variable. `paper` is the paper's limit; the row's exact value is the paper's times
 * the extrapolated ratio. The rows from number `from` on are its curve, whose joint
 * verdict is the exact_verdict (`no claim` if there are none); the limit is put before
 * them. Control: a paper's limit that is 2 % off must fail. STATUS_MEMORY, and what
 * `ratio` says. */
struct limit {
    const void *context;
    int (*ratio)(const void *context, double fraction, double *ratio,
                 struct error *error);
    const char *variable; /* "eta h" */
    double paper;
    double order; /* stated order of the approach */
};
PNM_MUST_USE int ledger_limit(struct ledger *ledger, const struct claim *claim,
                              enum form form, const char *setting,
                              const struct limit *limit, size_t from,
                              struct error *error);

/* The result of ledger_limit_judge: whether |ratio - 1| falls over 2^-4 .. 2^-14, with
 * which order, and which limit the ratio has. */
struct limit_finding {
    bool falls;
    double order; /* least-squares slope of log2 |ratio - 1| */
    double limit; /* of ratio, by Richardson extrapolation */
    enum verdict verdict;
};
PNM_MUST_USE int ledger_limit_judge(const struct limit *limit, double paper_factor,
                                    struct limit_finding *finding, struct error *error);

/* Joins the verdicts of a curve's points: fails if one fails, holds if all sampled ones
 * hold and there are at least 5, `not sampled` if none is sampled, else inconclusive.
 * `from` is the first row. */
enum verdict ledger_curve(const struct ledger *ledger, size_t from);

/* Adds a row for "the measured mean, or the mean difference of two things on the same
 * replicas, is at most `limit`", or at least, or within it of 0. The band is that of
 * estimate_half_width, as in all rows; below ESTIMATE_MIN_CHAINS replicas it is
 * inconclusive. If the paper claims it, the limit stands in `paper`; otherwise it is
 * our own statement, the limit stands in `exact` and there is no claim of the paper's.
 * Control: if it holds, the negated statement must fail and, within, a mean moved by
 * twice the limit. */
enum ledger_side { LEDGER_AT_MOST, LEDGER_AT_LEAST, LEDGER_WITHIN };
struct difference {
    enum ledger_side side;
    double limit;
    bool claimed;
    bool unlimited;      /* the number is only shown: nothing is said of it */
    double measured, se; /* NAN: not sampled; se 0: nothing is random */
    uint64_t count;
};
PNM_MUST_USE int ledger_difference(struct ledger *ledger, const struct claim *claim,
                                   const char *setting,
                                   const struct difference *difference, double samples,
                                   struct error *error);

/* Adds a row of an analogue: own error - the other's, in points, measured in pairs and
 * judged by verdict_paired. The paper claims nothing. Control: whether it was found
 * that a planted difference is not `same`, and that the exchanged pair has the
 * exchanged verdict. */
struct paired {
    double measured, se; /* NAN: not sampled */
    uint64_t count;
    enum verdict verdict;
    bool control;
};
PNM_MUST_USE int ledger_paired(struct ledger *ledger, const struct claim *claim,
                               const char *setting, const struct paired *paired,
                               double samples, struct error *error);

struct tally ledger_tally(const struct ledger *ledger);

/* Drops the rows behind the first `count`. */
void ledger_drop(struct ledger *ledger, size_t count);
void ledger_free(struct ledger *ledger);

#endif
