/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eq18_19_net.h: the settings of claim eq18-19-net with their linear law, which tests
 * compare with chains. */
#ifndef PNM_EQ18_19_NET_H
#define PNM_EQ18_19_NET_H

#include "claims/shared/network_chains.h"

enum { EQ18_19_NET_RULES = 5, EQ18_19_NET_RATES = 3 };

/* The weight decay of the network's training loss. */
#define EQ18_19_NET_DECAY 0.01

/* A rule at a rate, on a quadratic loss with the network's Hessian at its minimum and
 * noise C/B. Of the quantities of network_chains.h: */
struct net_setting {
    const char *name; /* the rule, as rule_from reads it, without rates */
    struct network_run run;
    bool stable;
    double exact[NETWORK_CHAINS_QUANTITIES]; /* linear law; NAN if it diverges */
    double left[NETWORK_CHAINS_QUANTITIES];  /* what is missing after the burn-in */
    double paper[NETWORK_CHAINS_QUANTITIES]; /* eqs. 18-19, gamma and C being known */
    double unit[NETWORK_CHAINS_QUANTITIES];  /* eta c_k/(2 h_k), and eta tr(c)/2 */
};

/* Rule and rate of those numbers; rates are shares of SGD's linear stability limit. */
PNM_MUST_USE int net_setting_make(const struct sampling *sampling,
                                  const struct minibatch_noise *noise, int rule,
                                  int rate, struct net_setting *setting,
                                  struct error *error);

#endif
