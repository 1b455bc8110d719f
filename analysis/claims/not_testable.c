/* SPDX-License-Identifier: GPL-3.0-or-later */
/* not_testable.c: claims that the ledger lists but cannot check: they need deep
 * networks and large data sets. */
#include "verdict/ledger.h"

#define NOT_TESTABLE .status = VERDICT_NOT_TESTABLE_HERE

const struct claim claim_table1 = {
    .id = "table1",
    .where = "sec. 1, table 1",
    .kind = CLAIM_VALUE,
    .statement = "Test errors on CIFAR-10 and CIFAR-100",
    NOT_TESTABLE,
    .reason = "needs CIFAR-10/100 and deep networks",
};

const struct claim claim_table2 = {
    .id = "table2",
    .where = "sec. 5, table 2",
    .kind = CLAIM_VALUE,
    .statement = "Test errors on ImageNet",
    NOT_TESTABLE,
    .reason = "needs ImageNet and ResNet50",
};

const struct claim claim_table3 = {
    .id = "table3",
    .where = "app. C, table 3",
    .kind = CLAIM_VALUE,
    .statement = "Test errors with weight decay 1e-4",
    NOT_TESTABLE,
    .reason = "needs CIFAR-10/100 and deep networks",
};

const struct claim claim_fig1 = {
    .id = "fig1",
    .where = "sec. 5, figure 1",
    .kind = CLAIM_VALUE,
    .statement = "Learning curves on CIFAR-10 and CIFAR-100",
    NOT_TESTABLE,
    .reason = "needs CIFAR-10/100 and deep networks",
};

const struct claim claim_fig2 = {
    .id = "fig2",
    .where = "sec. 5, figure 2",
    .kind = CLAIM_VALUE,
    .statement = "Learning curves on ImageNet",
    NOT_TESTABLE,
    .reason = "needs ImageNet and ResNet50",
};

const struct claim claim_fig3 = {
    .id = "fig3",
    .where = "sec. 5, figure 3",
    .kind = CLAIM_VALUE,
    .statement = "Learning curves on Penn Treebank",
    NOT_TESTABLE,
    .reason = "needs Penn Treebank and an LSTM",
};

const struct claim claim_fig4 = {
    .id = "fig4",
    .where = "sec. 5, figure 4",
    .kind = CLAIM_VALUE,
    .statement = "Learning with 40 % label noise",
    NOT_TESTABLE,
    .reason = "needs CIFAR-10 and ResNet34",
};

const struct claim claim_fig5 = {
    .id = "fig5",
    .where = "sec. 5, figure 5",
    .kind = CLAIM_VALUE,
    .statement = "Test error against learning rate",
    NOT_TESTABLE,
    .reason = "needs CIFAR-10/100 and deep networks",
};

const struct claim claim_fig6 = {
    .id = "fig6",
    .where = "sec. 5, figure 6",
    .kind = CLAIM_VALUE,
    .statement = "Test error against learning rate and weight decay",
    NOT_TESTABLE,
    .reason = "needs CIFAR-10 and ResNet18",
};

const struct claim claim_fig8 = {
    .id = "fig8",
    .where = "app. C, figure 8",
    .kind = CLAIM_VALUE,
    .statement = "Test error against weight decay",
    NOT_TESTABLE,
    .reason = "needs CIFAR-10 and ResNet18",
};

const struct claim claim_fig9 = {
    .id = "fig9",
    .where = "app. C, figure 9",
    .kind = CLAIM_VALUE,
    .statement = "Learning curves by type of weight decay",
    NOT_TESTABLE,
    .reason = "needs CIFAR-10/100 and deep networks",
};

const struct claim claim_fig10 = {
    .id = "fig10",
    .where = "app. C, figure 10",
    .kind = CLAIM_VALUE,
    .statement = "Learning curves with schedulers",
    NOT_TESTABLE,
    .reason = "needs CIFAR-10/100 and deep networks",
};
