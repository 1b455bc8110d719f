/* kernels_find.c: which instruction set this processor runs best. */
#include "kernels.h"

#include "kernels_table.h"
#include "loss.h"
#include "rule_loops.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
static int has_v3(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

static int has_v4(void)
{
    return has_v3() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

const struct kernels *kernels_find(struct error *error)
{
    /* Best first; the first that is there and not ruled out by PNM_ISA. */
    const struct kernels *available[] = {
#if defined(__x86_64__)
        has_v4() ? &kernels_v4 : NULL,
        has_v3() ? &kernels_v3 : NULL,
#endif
        &kernels_base,
    };
    const char *wanted = getenv("PNM_ISA");
    if (wanted && !*wanted)
        wanted = NULL;
    for (size_t i = 0; i < sizeof available / sizeof *available; i++)
        if (available[i] && (!wanted || strcmp(wanted, available[i]->isa) == 0))
            return available[i];
    error_write(error,
                "environment variable PNM_ISA=%s: this processor has no such variant; "
                "allowed are base and, on x86-64 processors that have them, v3 and v4",
                wanted);
    return NULL;
}

const struct rule_loops *kernels_rule(const struct kernels *kernels,
                                      const struct rule *rule)
{
    for (const struct rule_loops *const *loops = kernels->rules; *loops; loops++)
        if (strcmp((*loops)->name, rule->kind->name) == 0)
            return *loops;
    return NULL;
}

const struct loss_loops *kernels_loss(const struct kernels *kernels,
                                      const struct loss *loss)
{
    for (const struct loss_loops *const *loops = kernels->losses; *loops; loops++)
        if (strcmp((*loops)->name, loss->kind->name) == 0)
            return *loops;
    return NULL;
}
