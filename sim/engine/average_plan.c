/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/average_plan.h"

#include <math.h>

int average_plan(const struct sampling *sampling, const struct average *average,
                 struct chains *chains, struct error *error)
{
    const uint64_t from = average->kind == AVERAGE_POLYAK ? average->from : 0;
    const double wanted = 2 / sampling->precision / sampling->precision;
    if (sampling->steps == 0)
        return error_about(error, STATUS_USAGE, "steps",
                           "a value is required for averages, which are those after "
                           "that many steps");
    if (sampling->steps <= from)
        return error_about(error, STATUS_USAGE, "steps",
                           "%llu steps leave nothing to average after step %llu, where "
                           "the average begins; allowed are more steps",
                           (unsigned long long)sampling->steps,
                           (unsigned long long)from);
    if (sampling->burn_in != PLAN_AUTO)
        return error_about(error, STATUS_USAGE, "burn-in",
                           "averages have none; allowed is auto, and the average "
                           "polyak:FROM leaves out the first steps");
    *chains = (struct chains){
        .count = sampling->chains ? sampling->chains
                                  : plan_power_of_two(fmax(wanted, PLAN_FEWEST)),
        .steps = sampling->steps,
        .burn_in = from};
    return STATUS_OK;
}
