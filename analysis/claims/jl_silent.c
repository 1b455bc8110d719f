/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jl_silent.c: what the abstract of Jelassi and Li does not say, in the same
 * reconstructed setting: statements of our own, of which the paper claims nothing. */
#include "claims/shared/claim_margin.h"

#include <stddef.h>

#define ROWS(rows)                                                                     \
    claim_margin_rows(ledger, claim, rows, sizeof(rows) / sizeof *(rows), error)
#define SMALL "error on fresh examples with the small margin, "
#define PLACE "Jelassi and Li, ICML 2022: not in the abstract (reconstructed setting)"

/* The replicas of jl_abstract.c, whose trainings are shared. */
enum { REPLICAS = 120 };

#define GD                                                                             \
    {                                                                                  \
        .rule = CLAIM_MARGIN_GD, .replicas = REPLICAS                                  \
    }
#define GDM                                                                            \
    {                                                                                  \
        .rule = CLAIM_MARGIN_GDM, .replicas = REPLICAS                                 \
    }

static int check_lr(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct claim_margin_row rows[] = {
        {.what = SMALL "GD at lr=100 - GD at lr=0.3",
         .quantity = MARGIN_ERROR_SMALL,
         .own = {.rule = "sgd lr=100"},
         .other = GD,
         .side = LEDGER_AT_MOST,
         .limit = -CLAIM_MARGIN},
        {.what = SMALL "GD at lr=100 - GD+M at lr=0.3 beta1=0.99",
         .quantity = MARGIN_ERROR_SMALL,
         .own = {.rule = "sgd lr=100"},
         .other = GDM,
         .unlimited = true},
        {.what = SMALL "GD at lr=30 = 0.3/(1-0.99) - GD at lr=0.3",
         .quantity = MARGIN_ERROR_SMALL,
         .own = {.rule = "sgd lr=30"},
         .other = GD,
         .side = LEDGER_AT_MOST,
         .limit = -CLAIM_MARGIN},
        {.what = SMALL "GD at lr=30 = 0.3/(1-0.99) - GD+M at lr=0.3 beta1=0.99",
         .quantity = MARGIN_ERROR_SMALL,
         .own = {.rule = "sgd lr=30"},
         .other = GDM,
         .unlimited = true},
    };
    return ROWS(rows);
}

const struct claim claim_jl_lr = {
    .id = "jl-lr",
    .where = PLACE,
    .kind = CLAIM_BOUND,
    .statement =
        "GD without momentum at a large rate generalizes better than at a small "
        "one: difference at most -0.02",
    .check = check_lr,
};

static int check_smalllr(struct ledger *ledger, const struct claim *claim,
                         struct error *error)
{
    static const struct claim_margin_row rows[] = {
        {.what = SMALL "GD+M at lr=0.3 beta1=0.5 - GD at lr=0.3",
         .quantity = MARGIN_ERROR_SMALL,
         .own = {.rule = "heavy_ball lr=0.3 beta1=0.5"},
         .other = GD,
         .side = LEDGER_WITHIN,
         .limit = CLAIM_MARGIN},
        {.what = SMALL "GD+M - GD, beta1=0.9, lr=0.3",
         .quantity = MARGIN_ERROR_SMALL,
         .own = {.rule = "heavy_ball lr=0.3 beta1=0.9"},
         .other = GD,
         .unlimited = true},
        {.what = SMALL "GD+M - GD, beta1=0.9, lr=0.03, 4000 steps",
         .quantity = MARGIN_ERROR_SMALL,
         .own = {.rule = "heavy_ball lr=0.03 beta1=0.9", .steps = 4000},
         .other = {.rule = "sgd lr=0.03", .steps = 4000},
         .side = LEDGER_WITHIN,
         .limit = CLAIM_MARGIN},
    };
    return ROWS(rows);
}

const struct claim claim_jl_smalllr = {
    .id = "jl-smalllr",
    .where = PLACE,
    .kind = CLAIM_VALUE,
    .statement =
        "where lr/(1-beta1) is small, momentum makes no difference: within 0.02",
    .check = check_smalllr,
};

static int check_stop(struct ledger *ledger, const struct claim *claim,
                      struct error *error)
{
    static const struct claim_margin_row rows[] = {
        {.what = SMALL "GD stopped at a training loss of 0.1 - GD after 1500 steps",
         .quantity = MARGIN_ERROR_SMALL,
         .own = {.rule = CLAIM_MARGIN_GD, .stop_at_loss = 0.1},
         .other = GD,
         .side = LEDGER_AT_MOST,
         .limit = -CLAIM_MARGIN},
        {.what = SMALL "GD stopped at a training loss of 0.1 - GD+M after 1500 steps",
         .quantity = MARGIN_ERROR_SMALL,
         .own = {.rule = CLAIM_MARGIN_GD, .stop_at_loss = 0.1},
         .other = GDM,
         .unlimited = true},
    };
    return ROWS(rows);
}

const struct claim claim_jl_stop = {
    .id = "jl-stop",
    .where = PLACE,
    .kind = CLAIM_BOUND,
    .statement =
        "GD that stops early, before it memorizes, generalizes better than GD that "
        "goes on: difference at most -0.02",
    .check = check_stop,
};

static int check_energy(struct ledger *ledger, const struct claim *claim,
                        struct error *error)
{
    static const struct claim_margin_row rows[] = {
        {.what = "largest rise of the energy in a step, GD+M at lr=0.3 beta1=0.99",
         .quantity = MARGIN_RISE,
         .own = GDM,
         .side = LEDGER_AT_MOST,
         .limit = 1e-12,
         .largest = true},
        {.what = "largest coast over sqrt(2 eta tau ln 2), GD+M at lr=0.3 beta1=0.99",
         .quantity = MARGIN_COAST,
         .own = GDM,
         .side = LEDGER_AT_MOST,
         .limit = 1,
         .coast = true,
         .largest = true},
    };
    return ROWS(rows);
}

const struct claim claim_jl_energy = {
    .id = "jl-energy",
    .where = PLACE,
    .kind = CLAIM_BOUND,
    .statement =
        "GD+M has the energy L + beta1/(2 eta (1-beta1)) |theta_t - theta_{t-1}|^2, "
        "which falls while eta is below 2/(Lipschitz constant); so without a "
        "gradient the weights coast at most sqrt(2 eta tau ln 2), tau = 1/(1-beta1)",
    .check = check_energy,
};

#define PNM(text) "pnm lr=0.3 beta1=0.99 lr-normalization=off beta0=" text

static int check_pnm(struct ledger *ledger, const struct claim *claim,
                     struct error *error)
{
    static const struct claim_margin_row rows[] = {
        {.what = SMALL "PNM at beta0=-beta1/(1+beta1) - GD+M",
         .quantity = MARGIN_ERROR_SMALL,
         .own = {.rule = PNM("-0.49748743718592964")},
         .other = GDM,
         .side = LEDGER_WITHIN,
         .limit = CLAIM_MARGIN},
        {.what = SMALL "PNM at beta0=1 - GD",
         .quantity = MARGIN_ERROR_SMALL,
         .own = {.rule = PNM("1")},
         .other = GD,
         .side = LEDGER_AT_MOST,
         .limit = -CLAIM_MARGIN},
        {.what = SMALL "PNM at beta0=70 - GD+M",
         .quantity = MARGIN_ERROR_SMALL,
         .own = {.rule = PNM("70")},
         .other = GDM,
         .side = LEDGER_AT_LEAST,
         .limit = CLAIM_MARGIN},
    };
    return ROWS(rows);
}

const struct claim claim_jl_pnm = {
    .id = "jl-pnm",
    .where = PLACE,
    .kind = CLAIM_BOUND,
    .statement =
        "PNM at the same applied rate has momentum's benefit at beta0 = 1 and at "
        "-beta1/(1+beta1), where it is GD+M; a large beta0 takes it away",
    .check = check_pnm,
};
