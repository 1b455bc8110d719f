/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jl_abstract.c: what the abstract of Jelassi and Li, "Towards understanding how
 * momentum improves generalization in deep learning" (ICML 2022), says, in a setting
 * that is reconstructed from it: gradient descent (GD) against the same with momentum
 * (GD+M). */
#include "claims/shared/claim_margin.h"

#include <stddef.h>

/* So many replicas that the band of a difference of errors, which spread by about
 * 0.025, is about half the margin. */
enum { REPLICAS = 120 };

#define GD                                                                             \
    {                                                                                  \
        .rule = CLAIM_MARGIN_GD, .replicas = REPLICAS                                  \
    }
#define GDM                                                                            \
    {                                                                                  \
        .rule = CLAIM_MARGIN_GDM, .replicas = REPLICAS                                 \
    }
/* GD+M whose momentum is emptied once the large margins are learned. */
#define FORGETFUL                                                                      \
    {                                                                                  \
        .rule = CLAIM_MARGIN_GDM, .replicas = REPLICAS, .forget_at = 0.003             \
    }

#define ROWS(rows)                                                                     \
    claim_margin_rows(ledger, claim, rows, sizeof(rows) / sizeof *(rows), error)

static int check_train(struct ledger *ledger, const struct claim *claim,
                       struct error *error)
{
    static const struct claim_margin_row rows[] = {
        {.what = "training error, GD at lr=0.3",
         .quantity = MARGIN_ERROR_TRAIN,
         .own = GD,
         .side = LEDGER_AT_MOST,
         .limit = CLAIM_MARGIN,
         .claimed = true},
        {.what = "training error, GD+M at lr=0.3 beta1=0.99",
         .quantity = MARGIN_ERROR_TRAIN,
         .own = GDM,
         .side = LEDGER_AT_MOST,
         .limit = CLAIM_MARGIN,
         .claimed = true},
    };
    return ROWS(rows);
}

const struct claim claim_jl_train = {
    .id = "jl-train",
    .where = "Jelassi and Li, ICML 2022, abstract (reconstructed setting)",
    .kind = CLAIM_BOUND,
    .statement = "GD and GD+M both fit the training data: training error at most 0.02",
    .check = check_train,
};

static int check_gd(struct ledger *ledger, const struct claim *claim,
                    struct error *error)
{
    static const struct claim_margin_row rows[] = {
        {.what = "error on fresh examples with the small margin, GD at lr=0.3",
         .quantity = MARGIN_ERROR_SMALL,
         .own = GD,
         .side = LEDGER_AT_LEAST,
         .limit = CLAIM_MARGIN,
         .claimed = true},
        {.what = "error on fresh examples with the large margin, GD at lr=0.3",
         .quantity = MARGIN_ERROR_LARGE,
         .own = GD,
         .side = LEDGER_AT_MOST,
         .limit = CLAIM_MARGIN,
         .claimed = true},
    };
    return ROWS(rows);
}

const struct claim claim_jl_gd = {
    .id = "jl-gd",
    .where = "Jelassi and Li, ICML 2022, abstract (reconstructed setting)",
    .kind = CLAIM_BOUND,
    .statement =
        "GD memorizes the small margin data, so that it errs on fresh ones (error "
        "at least 0.02) and not on those with the large margin",
    .check = check_gd,
};

static int check_gdm(struct ledger *ledger, const struct claim *claim,
                     struct error *error)
{
    static const struct claim_margin_row rows[] = {
        {.what = "error on fresh examples, all margins, GD+M - GD",
         .quantity = MARGIN_ERROR,
         .own = GDM,
         .other = GD,
         .side = LEDGER_AT_MOST,
         .limit = -CLAIM_MARGIN,
         .claimed = true},
        {.what = "error on fresh examples with the small margin, GD+M - GD",
         .quantity = MARGIN_ERROR_SMALL,
         .own = GDM,
         .other = GD,
         .side = LEDGER_AT_MOST,
         .limit = -CLAIM_MARGIN,
         .claimed = true},
        {.what = "error on fresh examples with the small margin, GD+M; shown alone",
         .quantity = MARGIN_ERROR_SMALL,
         .own = GDM,
         .unlimited = true},
    };
    return ROWS(rows);
}

const struct claim claim_jl_gdm = {
    .id = "jl-gdm",
    .where = "Jelassi and Li, ICML 2022, abstract (reconstructed setting)",
    .kind = CLAIM_BOUND,
    .statement = "GD+M generalizes better than GD from the same start: error of GD+M - "
                 "error of GD at most -0.02",
    .check = check_gdm,
};

static int check_memorize(struct ledger *ledger, const struct claim *claim,
                          struct error *error)
{
    static const struct claim_margin_row rows[] = {
        {.what = "noise's share in the margin of small-margin training examples, GD",
         .quantity = MARGIN_MEMORIZED,
         .own = GD,
         .side = LEDGER_AT_LEAST,
         .limit = 0.5 + CLAIM_MARGIN,
         .claimed = true},
        {.what =
             "noise's share in the margin of small-margin training examples, GD+M - GD",
         .quantity = MARGIN_MEMORIZED,
         .own = GDM,
         .other = GD,
         .side = LEDGER_AT_MOST,
         .limit = -CLAIM_MARGIN,
         .claimed = true},
        {.what = "noise's share in the margin of small-margin training examples, GD+M; "
                 "shown alone",
         .quantity = MARGIN_MEMORIZED,
         .own = GDM,
         .unlimited = true},
    };
    return ROWS(rows);
}

const struct claim claim_jl_memorize = {
    .id = "jl-memorize",
    .where = "Jelassi and Li, ICML 2022, abstract (reconstructed setting)",
    .kind = CLAIM_BOUND,
    .statement =
        "contrary to GD+M, GD memorizes the small margin data: their margin comes "
        "from their noise",
    .check = check_memorize,
};

static int check_feature(struct ledger *ledger, const struct claim *claim,
                         struct error *error)
{
    static const struct claim_margin_row rows[] = {
        {.what = "largest projection on the feature, GD+M - GD",
         .quantity = MARGIN_PROJECTION,
         .own = GDM,
         .other = GD,
         .side = LEDGER_AT_LEAST,
         .limit = CLAIM_MARGIN,
         .claimed = true},
        {.what = "sum of cubed projections, GD+M - GD",
         .quantity = MARGIN_CUBES,
         .own = GDM,
         .other = GD,
         .side = LEDGER_AT_LEAST,
         .limit = CLAIM_MARGIN,
         .claimed = true},
    };
    return ROWS(rows);
}

const struct claim claim_jl_feature = {
    .id = "jl-feature",
    .where = "Jelassi and Li, ICML 2022, abstract (reconstructed setting)",
    .kind = CLAIM_BOUND,
    .statement = "GD+M learns more of the feature than GD",
    .check = check_feature,
};

static int check_history(struct ledger *ledger, const struct claim *claim,
                         struct error *error)
{
    static const struct claim_margin_row rows[] = {
        {.what =
             "error on fresh examples with the small margin, GD+M that forgets - GD+M",
         .quantity = MARGIN_ERROR_SMALL,
         .own = FORGETFUL,
         .other = GDM,
         .side = LEDGER_AT_LEAST,
         .limit = CLAIM_MARGIN,
         .claimed = true},
        {.what =
             "error on fresh examples with the small margin, GD+M that forgets - GD",
         .quantity = MARGIN_ERROR_SMALL,
         .own = FORGETFUL,
         .other = GD,
         .side = LEDGER_WITHIN,
         .limit = CLAIM_MARGIN,
         .claimed = true},
    };
    return ROWS(rows);
}

const struct claim claim_jl_history = {
    .id = "jl-history",
    .where = "Jelassi and Li, ICML 2022, abstract (reconstructed setting)",
    .kind = CLAIM_BOUND,
    .statement =
        "GD+M does so thanks to its historical gradients: once its momentum is "
        "emptied when the large margins are learned, it errs as GD does",
    .check = check_history,
};

/* GD+M - GD in another setting, `training` besides the rule. */
#define DIFFERENCE(text, training, ...)                                                \
    {                                                                                  \
        .what = "error on fresh examples with the small margin, GD+M - GD, " text,     \
        .quantity = MARGIN_ERROR_SMALL, .own = {.rule = CLAIM_MARGIN_GDM, training},   \
        .other = {.rule = CLAIM_MARGIN_GD, training}, __VA_ARGS__                      \
    }
#define NONE(text, training)                                                           \
    DIFFERENCE(text, training, .side = LEDGER_WITHIN, .limit = CLAIM_MARGIN)
#define SHOWN(text, training) DIFFERENCE(text, training, .unlimited = true)

static int check_margin(struct ledger *ledger, const struct claim *claim,
                        struct error *error)
{
    static const struct claim_margin_row rows[] = {
        NONE("margins 1 and 1", .margin_small = 1),
        NONE("noise norm 0.5", .noise_norm = 0.5),
        SHOWN("margins 1 and 0.1", .margin_small = 0.1),
        SHOWN("margins 1 and 0.2", .margin_small = 0.2),
        SHOWN("margins 1 and 0.3", .margin_small = 0.3),
        SHOWN("small share 0.05", .small_share = 0.05),
        SHOWN("small share 0.3", .small_share = 0.3),
        SHOWN("noise norm 1", .noise_norm = 1),
        SHOWN("noise norm 1.4", .noise_norm = 1.4),
        SHOWN("d=25", .dimension = 25),
        SHOWN("d=100", .dimension = 100),
    };
    return ROWS(rows);
}

const struct claim claim_jl_margin = {
    .id = "jl-margin",
    .where = "Jelassi and Li, ICML 2022, abstract (reconstructed setting)",
    .kind = CLAIM_VALUE,
    .statement =
        "momentum is beneficial where examples share a feature but differ in their "
        "margin; our own converse: where margins are equal or the noise is short "
        "it makes no difference, GD+M - GD within 0.02",
    .check = check_margin,
};
