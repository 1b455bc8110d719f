/* SPDX-License-Identifier: GPL-3.0-or-later */
/* linear.c: a linear rule whose matrices are read from a file (matrices.h). */
#include "rules/parameters.h"

#define RULE linear
enum { STATE = MATRICES_STATE, SLOTS = STATE - 1, SAMPLES = 1 };
enum { SCALARS_VARY = 0 };
enum { LR };
/* Scalars: STAY is A0, ENTER lr b, and BEYOND lr (A1 - b e') with e = (1, 0, ...),
 * which is 0 if the rule takes its gradient at theta alone. */
enum {
    RATE = RULE_RATE,
    STAY,
    BEYOND = STAY + STATE * STATE,
    ENTER = BEYOND + STATE * STATE,
    SCALARS = ENTER + STATE
};

static const struct parameter parameters[] = {
    PARAMETER_LR,
};

static void scalars(const struct rule *rule, uint64_t t, double *scalar)
{
    const double *a0 = rule->matrices.a0, *a1 = rule->matrices.a1,
                 *b = rule->matrices.b;
    (void)t;
    scalar[RATE] = rule->number[LR];
    for (int r = 0; r < STATE; r++) {
        scalar[ENTER + r] = rule->number[LR] * b[r];
        for (int c = 0; c < STATE; c++) {
            const int at = r * STATE + c;
            scalar[STAY + at] = a0[at];
            scalar[BEYOND + at] = rule->number[LR] * (a1[at] - (c == 0 ? b[r] : 0));
        }
    }
}

/* (A0 + h lr A1) s + lr b xi = A0 s + lr b g + lr (A1 - b e') h s, where g is the noisy
 * gradient at theta. */
static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    const double h = g[SAMPLES], noiseless = g[SAMPLES + 1];
    double before[STATE] = {*theta}, pulled[STATE] = {noiseless}, after[STATE] = {0};
    for (int k = 0; k < SLOTS; k++) {
        before[1 + k] = slot[k];
        pulled[1 + k] = h * slot[k];
    }
    for (int r = 0; r < STATE; r++) {
        after[r] = scalar[ENTER + r] * g[0];
        for (int c = 0; c < STATE; c++) {
            const int at = r * STATE + c;
            after[r] = fma(scalar[STAY + at], before[c], after[r]);
            after[r] = fma(scalar[BEYOND + at], pulled[c], after[r]);
        }
    }
    /* Without + 0.0 the sign of a 0 would depend on whether h is known. */
    *theta = after[0] + 0.0;
    for (int k = 0; k < SLOTS; k++)
        slot[k] = after[1 + k] + 0.0;
}

/* A(h) - I = (A0 - I) + lr h A1 and lr b. */
static void matrices(const struct rule *rule, double h, quad *e, quad *b)
{
    const quad lr = rule->number[LR];
    for (int r = 0; r < STATE; r++)
        for (int c = 0; c < STATE; c++) {
            const int at = r * STATE + c;
            const quad stay = (quad)rule->matrices.a0[at] - (r == c ? 1 : 0);
            e[at] = stay + lr * h * rule->matrices.a1[at];
        }
    for (int r = 0; r < STATE; r++)
        b[r] = lr * rule->matrices.b[r];
}

#include "rules/template.h"

RULE_KIND = {
    RULE_TRAITS,
    .summary = "a linear rule whose matrices a file gives",
    .formula =
        "s' = (A0 + lr h A1) s + lr b xi, s = (theta, ...): rows of A0, A1, b in "
        "its file",
    .source = "the file",
    .linear = true,
    .equivariant = true,
    .from_file = true,
    .matrices = matrices,
};
