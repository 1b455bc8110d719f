/* SPDX-License-Identifier: GPL-3.0-or-later */
/* system.c: files of --system, the matrices of a linear rule, and what is first asked
 * of such a rule: its eigenvalues, its stable learning rates, its stationary law. */
#include "fuzz.h"

#include "cli/matrices_file.h"
#include "rules/linear_system.h"
#include "rules/poles.h"
#include "rules/rule_check.h"
#include "rules/stable_set.h"

#include <math.h>

static const struct rule_kind *kind_from_file(void)
{
    const struct rule_kind *const *kind = rule_kinds();
    while (!(*kind)->from_file)
        kind++;
    return *kind;
}

/* The law at a rate where it is stable. */
static int read_law(const struct linear_system *system, struct error *error)
{
    struct pole pole[LINEAR_STATE];
    double q[LINEAR_SIZE], s[LINEAR_SIZE];
    int count = 0;
    int status = poles_of(system, pole, &count, error);
    for (int k = 0; status == STATUS_OK && k < count; k++)
        fuzz_must(isfinite(pole[k].re) && isfinite(pole[k].im), "a pole is no number");
    if (status != STATUS_OK)
        return status;
    linear_system_noise(system, system, 1, q);
    return linear_system_stationary(system, system, q, s, error);
}

int fuzz_system(const uint8_t *data, size_t size)
{
    struct error error = {.agreed = false};
    struct rule rule = rule_of(kind_from_file(), 0.1);
    struct linear_system system;
    struct stable_set set;
    struct mode mode;
    double margin = 0;
    int status = matrices_file_read(fuzz_file(data, size), &rule.matrices, &error);
    if (status != STATUS_OK)
        return fuzz_told(status, &error);
    rule_complete(&rule);
    linear_system_probe(&rule, 1, &system);
    int later = linear_system_margin(&system, &margin, &error);
    if (later == STATUS_OK && margin > 0)
        later = read_law(&system, &error);
    fuzz_told(later, &error);
    mode_init(&mode, &rule, 1, linear_system_probe);
    fuzz_told(stable_set_of(&mode, &set, &error), &error);
    return STATUS_OK;
}
