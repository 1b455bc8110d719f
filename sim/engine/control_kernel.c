/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/control_kernel.h"

#include "engine/control.h"

#include <math.h>
#include <string.h>

#define INLINE __attribute__((always_inline)) static inline

/* The lanes of one register. The compiler makes no vectors of the loop over lanes by
 * itself where a step has several states. */
#if defined(__AVX512F__)
enum { WIDTH = 8 };
#elif defined(__AVX2__)
enum { WIDTH = 4 };
#else
enum { WIDTH = 2 };
#endif
typedef double vector __attribute__((vector_size(8 * WIDTH)));

INLINE vector load(const double *from)
{
    vector x;
    memcpy(&x, from, sizeof x);
    return x;
}

INLINE void store(double *to, vector x)
{
    memcpy(to, &x, sizeof x);
}

INLINE void add(double *to, vector x)
{
    store(to, load(to) + x);
}

INLINE vector vector_fma(vector a, vector b, vector c)
{
    vector x = c;
    for (int i = 0; i < WIDTH; i++)
        x[i] = fma(a[i], b[i], c[i]);
    return x;
}

/* What a loop does. It is constant at each call but for the last three, so that the
 * compiler makes a loop for each. */
struct task {
    int states;
    bool pair, sums;
    size_t steps, stride, shift;
};

/* The filters of WIDTH lanes and the sums of their products, numbered as in control.h.
 * They have names, because an array would stay in memory. */
struct part {
    vector y0, y1, y2, own0, own1, own2, own3, own4, own5;
};

INLINE void begin(const struct task *task, const struct control_lanes *lanes, size_t at,
                  struct part *x)
{
    const vector zero = {0};
    *x = (struct part){.y0 = load(lanes->state[0] + at)};
    x->y1 = task->states > 1 ? load(lanes->state[1] + at) : zero;
    x->y2 = task->states > 2 ? load(lanes->state[2] + at) : zero;
}

INLINE void take_products(const struct task *task, struct part *x)
{
    x->own0 = vector_fma(x->y0, x->y0, x->own0);
    if (task->states > 1) {
        x->own1 = vector_fma(x->y0, x->y1, x->own1);
        x->own2 = vector_fma(x->y1, x->y1, x->own2);
    }
    if (task->states > 2) {
        x->own3 = vector_fma(x->y0, x->y2, x->own3);
        x->own4 = vector_fma(x->y1, x->y2, x->own4);
        x->own5 = vector_fma(x->y2, x->y2, x->own5);
    }
}

INLINE void take_step(const struct task *task, const struct control_lanes *lanes,
                      size_t at, const double *normal, struct part *x)
{
    const vector xi = load(normal + at), before = x->y0;
    x->y0 = vector_fma(load(lanes->re[0] + at), before, xi);
    if (task->pair) {
        const vector im = load(lanes->im + at), single = load(lanes->single + at);
        x->y0 = vector_fma(-im, x->y1, x->y0);
        x->y1 = vector_fma(load(lanes->re[1] + at), x->y1,
                           vector_fma(im, before, single * xi));
    } else if (task->states > 1) {
        x->y1 =
            vector_fma(load(lanes->re[1] + at), x->y1, load(normal + task->shift + at));
    }
    if (task->states > 2)
        x->y2 = vector_fma(load(lanes->re[2] + at), x->y2,
                           load(normal + 2 * task->shift + at));
    if (task->sums)
        take_products(task, x);
}

INLINE void end(const struct task *task, size_t at, const struct part *x,
                struct control_lanes *lanes, double *product)
{
    store(lanes->state[0] + at, x->y0);
    if (task->states > 1)
        store(lanes->state[1] + at, x->y1);
    if (task->states > 2)
        store(lanes->state[2] + at, x->y2);
    if (!task->sums)
        return;
    add(product + at, x->own0);
    if (task->states > 1) {
        add(product + 1 * RULE_LANES + at, x->own1);
        add(product + 2 * RULE_LANES + at, x->own2);
    }
    if (task->states > 2) {
        add(product + 3 * RULE_LANES + at, x->own3);
        add(product + 4 * RULE_LANES + at, x->own4);
        add(product + 5 * RULE_LANES + at, x->own5);
    }
}

/* Each step of a filter waits for the one before. So several parts are advanced
 * together, as many as the registers hold: the fewer, the more states there are. */
INLINE void advance(const struct task *task, const double *restrict normal,
                    struct control_lanes *restrict lanes, double *restrict product)
{
    const size_t group = task->states == 1                  ? 4
                         : task->states == 2 || !task->sums ? 2
                                                            : 1;
    for (size_t at = 0; at < RULE_LANES; at += group * WIDTH) {
        struct part a, b, c, d;
        const size_t at_b = at + WIDTH, at_c = at + 2 * WIDTH, at_d = at + 3 * WIDTH;
        begin(task, lanes, at, &a);
        if (group > 1)
            begin(task, lanes, at_b, &b);
        if (group > 2) {
            begin(task, lanes, at_c, &c);
            begin(task, lanes, at_d, &d);
        }
        for (size_t k = 0; k < task->steps; k++) {
            const double *row = normal + k * task->stride;
            take_step(task, lanes, at, row, &a);
            if (group > 1)
                take_step(task, lanes, at_b, row, &b);
            if (group > 2) {
                take_step(task, lanes, at_c, row, &c);
                take_step(task, lanes, at_d, row, &d);
            }
        }
        end(task, at, &a, lanes, product);
        if (group > 1)
            end(task, at_b, &b, lanes, product);
        if (group > 2) {
            end(task, at_c, &c, lanes, product);
            end(task, at_d, &d, lanes, product);
        }
    }
}

/* Advances the filters and writes their states after each step. */
INLINE void advance_recorded(const struct task *task, const double *restrict normal,
                             struct control_lanes *restrict lanes, size_t stride_record,
                             double *restrict record)
{
    for (size_t at = 0; at < RULE_LANES; at += WIDTH) {
        struct part x;
        begin(task, lanes, at, &x);
        for (size_t k = 0; k < task->steps; k++) {
            double *to = record + k * RULE_LANES + at;
            take_step(task, lanes, at, normal + k * task->stride, &x);
            store(to, x.y0);
            if (task->states > 1)
                store(to + stride_record, x.y1);
            if (task->states > 2)
                store(to + 2 * stride_record, x.y2);
        }
        end(task, at, &x, lanes, NULL);
    }
}

/* Does it for the states of the lanes, which are constants there. */
#define FOR_SHAPE(DO)                                                                  \
    do {                                                                               \
        if (lanes->states == 1)                                                        \
            DO(1, false);                                                              \
        else if (lanes->states == 2 && !lanes->pair)                                   \
            DO(2, false);                                                              \
        else if (lanes->states == 2)                                                   \
            DO(2, true);                                                               \
        else if (!lanes->pair)                                                         \
            DO(3, false);                                                              \
        else                                                                           \
            DO(3, true);                                                               \
    } while (0)

void ISA_NAME(control_advance)(size_t steps, size_t stride, size_t shift,
                               const double *normal, struct control_lanes *lanes,
                               double *product)
{
#define ADVANCE(states, pair)                                                          \
    do {                                                                               \
        const struct task with = {states, pair, true, steps, stride, shift};           \
        const struct task without = {states, pair, false, steps, stride, shift};       \
        if (product)                                                                   \
            advance(&with, normal, lanes, product);                                    \
        else                                                                           \
            advance(&without, normal, lanes, NULL);                                    \
    } while (0)
    FOR_SHAPE(ADVANCE);
#undef ADVANCE
}

void ISA_NAME(control_record)(size_t steps, size_t stride, size_t shift,
                              const double *normal, struct control_lanes *lanes,
                              size_t stride_record, double *record)
{
#define RECORD(states, pair)                                                           \
    do {                                                                               \
        const struct task task = {states, pair, false, steps, stride, shift};          \
        advance_recorded(&task, normal, lanes, stride_record, record);                 \
    } while (0)
    FOR_SHAPE(RECORD);
#undef RECORD
}
