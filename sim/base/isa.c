/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/isa.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
static bool has(enum isa isa)
{
    const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    if (isa != ISA_V4)
        return isa == ISA_BASE || v3;
    return v3 && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#else
static bool has(enum isa isa)
{
    return isa == ISA_BASE;
}
#endif

const char *isa_name(enum isa isa)
{
    static const char *const names[] = {"base", "v3", "v4"};
    return names[isa];
}

int isa_find(enum isa *isa, struct error *error)
{
    const char *wanted = getenv("PNM_ISA");
    if (wanted && !*wanted)
        wanted = NULL;
    for (int k = ISA_COUNT - 1; k >= 0; k--) {
        *isa = (enum isa)k;
        if (has(*isa) && (!wanted || strcmp(wanted, isa_name(*isa)) == 0))
            return STATUS_OK;
    }
    return error_set(error, STATUS_USAGE,
                     "environment variable PNM_ISA=%s: this processor has no such "
                     "instruction set; allowed are base and, on x86-64 processors "
                     "that have them, v3 and v4",
                     wanted);
}
