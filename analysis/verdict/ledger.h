/* ledger.h: the paper's claims, each held against exact theory and measurement.
 *
 * A claim is one file in analysis/claims/ with a `const struct claim claim_NAME` and a
 * line in claims/list.h. Its check adds rows; every kind of row brings its own
 * negative control, and a row whose control does not fail decides nothing. */
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
    CLAIM_EXISTENCE,  /* there is a parameter such that */
    CLAIM_ARITHMETIC, /* a printed decimal */
};

/* Which formula a row's paper value comes from. */
enum form {
    FORM_PRINTED,   /* as the paper prints it */
    FORM_CORRECTED, /* as it follows from the definitions */
};

/* "printed", "corrected". */
const char *ledger_form_text(enum form form);

struct ledger;

struct claim {
    const char *id;    /* "eq15" */
    const char *where; /* place in the paper */
    enum claim_kind kind;
    const char *statement; /* in ASCII */
    int (*check)(struct ledger *ledger, const struct claim *claim, struct error *error);
    /* Where check is NULL: VERDICT_NOT_CHECKED_YET or VERDICT_NOT_TESTABLE_HERE, why.
     */
    enum verdict status;
    const char *reason;
};

struct ledger_row {
    const struct claim *claim;
    enum claim_kind kind;
    enum form form;
    struct text setting;
    const char *variable; /* that tends to 0, of a limit; NULL: none */
    struct text command;  /* that repeats the row; empty: the claim's own does */
    double paper, exact, measured, se; /* NAN: empty */
    uint64_t count;
    struct verdicts verdicts;
    bool control; /* did the negative control fail, as it must? */
};

struct sampling;

struct ledger {
    const struct sampling *sampling; /* what checks sample with */
    double max_samples; /* budget of a row, which a row not sampled names */
    const bool *cut;    /* whether time has ended the sampling; NULL: it never does */
    struct ledger_row *rows;
    size_t count, capacity;
};

/* Runs a claim's check, or adds its one row if there is none. */
PNM_MUST_USE int ledger_check(struct ledger *ledger, const struct claim *claim,
                              struct error *error);

/* The command that repeats the row that was added last. STATUS_MEMORY. */
PNM_MUST_USE int ledger_command(struct ledger *ledger, const char *command,
                                struct error *error);

/* In all that follow, `form` is that of the row's paper value, and `setting` tells at
 * which parameters the claim is looked at. */

/* A sampled value. Control: exact moved by +-2 % of its scale must fail. */
PNM_MUST_USE int ledger_value(struct ledger *ledger, const struct claim *claim,
                              enum form form, const char *setting,
                              const struct evidence *evidence, double samples,
                              struct error *error);

/* "measured <= paper"; exact_verdict as for a value, or judged by the bound where
 * nothing is sampled (se 0). Control: 0.95 x measured as bound must fail. */
PNM_MUST_USE int ledger_bound(struct ledger *ledger, const struct claim *claim,
                              enum form form, const char *setting,
                              const struct evidence *evidence, double samples,
                              struct error *error);

/* The relative difference between two things that should be the same. `simulated` runs
 * the implemented steps, `exact` compares written-out theory; both with one coefficient
 * multiplied by 1 + perturbation. Tolerance 1e-12; control: perturbation 1e-6 must fail
 * both. */
struct identity {
    const void *context;
    double (*simulated)(const void *context, double perturbation);
    double (*exact)(const void *context, double perturbation);
};
PNM_MUST_USE int ledger_identity(struct ledger *ledger, const struct claim *claim,
                                 enum form form, const char *setting,
                                 const struct identity *identity, struct error *error);

/* A number that is computed, not sampled: `measured` by one way, `exact` by another,
 * both to 1e-12 relative; the paper's to `tolerance` absolute (half the last digit of a
 * printed decimal). Control: the paper's value moved by +-step (a unit of that digit,
 * or 2 %) must fail. */
struct computed {
    enum claim_kind kind;
    double paper, exact, measured;
    double tolerance, step;
};
PNM_MUST_USE int ledger_computed(struct ledger *ledger, const struct claim *claim,
                                 enum form form, const char *setting,
                                 const struct computed *computed, struct error *error);

/* "There is a parameter with a value below `paper`": exact and measured are the
 * smallest value found, measured NAN where nothing was sampled. Control: the negated
 * condition must fail where the claim holds and the other way round. */
PNM_MUST_USE int ledger_existence(struct ledger *ledger, const struct claim *claim,
                                  enum form form, const char *setting,
                                  const struct evidence *evidence, double samples,
                                  struct error *error);

/* "A bound is violated with probability at most `paper`": `violated` of `trials`. fails
 * if the exact one-sided binomial p is below 1e-6, holds if the upper confidence limit
 * at that level is at most the probability. control_violated: how often a bound lowered
 * until it must be violated was; that must fail. There is no exact value. */
PNM_MUST_USE int ledger_violations(struct ledger *ledger, const struct claim *claim,
                                   enum form form, const char *setting, double paper,
                                   uint64_t violated, uint64_t control_violated,
                                   uint64_t trials, struct error *error);

/* ratio(context, fraction) = exact value / paper's value at that fraction of the
 * stability limit, or where the claim is one of another variable that tends to 0, at
 * that value of it. `paper` is the paper's limit; the row's exact value is the paper's
 * times the extrapolated ratio. exact_verdict is that of the curve's points, handed
 * over. Control: a paper's limit 2 % off must fail. */
struct limit {
    const void *context;
    double (*ratio)(const void *context, double fraction);
    const char *variable; /* "eta h" */
    double paper;
    double order;       /* stated order of the approach */
    enum verdict curve; /* of the sampled points */
};
PNM_MUST_USE int ledger_limit(struct ledger *ledger, const struct claim *claim,
                              enum form form, const char *setting,
                              const struct limit *limit, struct error *error);

/* What ledger_limit_judge finds: does |ratio - 1| fall over 2^-4 .. 2^-14, with which
 * order, and to which value? */
struct limit_finding {
    bool falls;
    double order; /* least-squares slope of log2 |ratio - 1| */
    double limit; /* of ratio, by Richardson extrapolation */
    enum verdict verdict;
};
struct limit_finding ledger_limit_judge(const struct limit *limit, double paper_factor);

/* Joins the verdicts of a curve's points: fails if one fails, holds if all sampled ones
 * hold and there are at least 5, else inconclusive. `from` is the first row. */
enum verdict ledger_curve(const struct ledger *ledger, size_t from);

struct tally ledger_tally(const struct ledger *ledger);

void ledger_free(struct ledger *ledger);

#endif
