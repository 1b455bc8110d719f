/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pnm-bound: how much of the bound of theorem 3.1, or of a lemma of its proof, chains
 * use, and the search for the setting that uses most. */
#include "bound_run.h"
#include "cli/program.h"

static const struct program_example examples[] = {
    {"How much of the bound of lemma A.3 a chain uses:",
     "pnm-bound --ratio lemma-A3 --beta0 0,3,5 --sigma 0 --lr 1e-5 --steps 128 "
     "--format table"},
    {"The setting that uses most of theorem 3.1, among those with beta1 = 0.9:",
     "pnm-bound --search 200 --beta1 0.9 --format table"},
    {"What the bound is worth without noise:",
     "pnm-bound --beta0 0,1,3 --sigma 0 --exact --format table"},
    {NULL, NULL},
};

static int answer(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error)
{
    return bound_run_answer((const struct convergence_request *)request, table, tally,
                            error);
}

static const struct program program = {
    .name = "pnm-bound",
    .title = "measure how much of a convergence bound is used",
    .summary =
        "Measures left-hand over right-hand side of theorem 3.1 and of lemmas A.2 and "
        "A.3, as printed and corrected, over chains of T steps; or searches for the "
        "setting where the ratio is largest.",
    .notes =
        "A ratio above 1 breaks the bound: verdict says whether it does, exact is the "
        "ratio of the written-out chain, without noise. A search measures the setting "
        "that it found with other random numbers and prints the command that measures "
        "it again. It bounds the worst case from below; pnm-worst-case bounds it from "
        "above. The bounds are about the rule pnm with beta0 >= 0. With --exact: the "
        "exact ratio without noise.",
    .groups = OPTIONS_EXACT | OPTIONS_RULE | OPTIONS_LOSS | OPTIONS_SAMPLING |
              OPTIONS_OUTPUT | OPTIONS_PLOT,
    .judges = true,
    .plans_rate = true,
    .presence_counts = true,
    .optimizer = "pnm",
    .common = convergence_run_options,
    .common_count = CONVERGENCE_RUN_OPTIONS,
    .own = bound_run_options,
    .own_count = BOUND_RUN_OPTIONS,
    .request_size = sizeof(struct convergence_request),
    .answer = answer,
    .examples = examples,
    .main = "ratio|search|steps|loss",
    .see_also = "pnm-convergence pnm-verify pnm-worst-case",
};

int main(int argc, char **argv)
{
    return program_main(&program, argc, argv);
}
