/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.h: the claims of the paper in its order, one line each. */
#ifndef PNM_CLAIMS_LIST_H
#define PNM_CLAIMS_LIST_H

#define CLAIM_LIST(CLAIM)                                                              \
    CLAIM(eq2)                                                                         \
    CLAIM(hb_sgd)                                                                      \
    CLAIM(hb_scaling)                                                                  \
    CLAIM(eq4)                                                                         \
    CLAIM(eq5)                                                                         \
    CLAIM(eq6_8)                                                                       \
    CLAIM(eq9)                                                                         \
    CLAIM(noise_ratio)                                                                 \
    CLAIM(special_hb)                                                                  \
    CLAIM(adapnm_debias)                                                               \
    CLAIM(eq10)                                                                        \
    CLAIM(thm3_1)                                                                      \
    CLAIM(cap)                                                                         \
    CLAIM(stability)                                                                   \
    CLAIM(rate)                                                                        \
    CLAIM(eq12)                                                                        \
    CLAIM(thm4_1)                                                                      \
    CLAIM(eq14)                                                                        \
    CLAIM(eq15)                                                                        \
    CLAIM(eq17)                                                                        \
    CLAIM(eq18_19)                                                                     \
    CLAIM(thm4_2)                                                                      \
    CLAIM(eq21)                                                                        \
    CLAIM(eq22)                                                                        \
    CLAIM(eq23)                                                                        \
    CLAIM(thm4_3)                                                                      \
    CLAIM(example)                                                                     \
    CLAIM(default)                                                                     \
    CLAIM(table1)                                                                      \
    CLAIM(table2)                                                                      \
    CLAIM(table3)                                                                      \
    CLAIM(fig1)                                                                        \
    CLAIM(fig2)                                                                        \
    CLAIM(fig3)                                                                        \
    CLAIM(fig4)                                                                        \
    CLAIM(fig5)                                                                        \
    CLAIM(fig6)                                                                        \
    CLAIM(fig7)                                                                        \
    CLAIM(lemma_a1)                                                                    \
    CLAIM(lemma_a2)                                                                    \
    CLAIM(lemma_a3)                                                                    \
    CLAIM(fig8)                                                                        \
    CLAIM(fig9)                                                                        \
    CLAIM(fig10)                                                                       \
    CLAIM(fig11)                                                                       \
    CLAIM(fig12)

#endif
