/* opt_linear.c: a linear rule whose matrices are read from a file (system.h). */
#include "parameters.h"

#define RULE linear
enum { STATE = OPTIMIZER_SYSTEM_STATE, SLOTS = STATE - 1, SAMPLES = 1 };
enum { SCALARS_VARY = 0 };
enum { LR };
/* Scalars: A0, what A1 has besides the gradient at theta, and b, both times lr. */
enum {
    RATE = OPTIMIZER_RATE,
    STAY,
    BEYOND = STAY + STATE * STATE,
    ENTER = BEYOND + STATE * STATE,
    SCALARS = ENTER + STATE
};

static const struct parameter parameters[] = {
    PARAMETER_LR,
};

static void scalars(const double *parameter, uint64_t t, double *scalar)
{
    const double *a0 = parameter + OPTIMIZER_SYSTEM, *a1 = a0 + STATE * STATE,
                 *b = a1 + STATE * STATE;
    (void)t;
    scalar[RATE] = parameter[LR];
    for (int r = 0; r < STATE; r++) {
        scalar[ENTER + r] = parameter[LR] * b[r];
        for (int c = 0; c < STATE; c++) {
            const int at = r * STATE + c;
            scalar[STAY + at] = a0[at];
            scalar[BEYOND + at] = parameter[LR] * (a1[at] - (c == 0 ? b[r] : 0));
        }
    }
}

/* (A0 + h lr A1) s + lr b xi = A0 s + lr b g + lr (A1 - b e') h s, g the gradient at
 * theta with its noise. */
static inline void update(const double *scalar, double *theta, double *slot,
                          const double *g)
{
    const double h = g[SAMPLES], noiseless = g[SAMPLES + 1];
    double before[STATE] = {*theta}, pulled[STATE] = {noiseless}, after[STATE];
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
    *theta = after[0];
    for (int k = 0; k < SLOTS; k++)
        slot[k] = after[1 + k];
}

/* A(h) and lr b, as the file has them. */
static void matrices(const double *parameter, double h, double *a, double *b)
{
    const double *a0 = parameter + OPTIMIZER_SYSTEM, *a1 = a0 + STATE * STATE;
    for (int k = 0; k < STATE * STATE; k++)
        a[k] = a0[k] + parameter[LR] * h * a1[k];
    for (int r = 0; r < STATE; r++)
        b[r] = parameter[LR] * a1[STATE * STATE + r];
}

#include "optimizer_template.h"

OPTIMIZER_DEFINE = {
    OPTIMIZER_LOOPS,
    .summary = "a linear rule from a file",
    .rule = "s' = (A0 + lr h A1) s + lr b xi, s = (theta, ...): rows of A0, A1, b in "
            "--system FILE",
    .source = "the file",
    .linear = true,
    .equivariant = true,
    .from_file = true,
    .matrices = matrices,
};
