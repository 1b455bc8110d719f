/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.h: the claims of the paper in its order, one line each, those of its
 * neighbours by year, those of the paper on momentum, and the analogues. */
#ifndef PNM_CLAIMS_LIST_H
#define PNM_CLAIMS_LIST_H

#define CLAIM_LIST(CLAIM)                                                              \
    CLAIM(eq2)                                                                         \
    CLAIM(hb_sgd)                                                                      \
    CLAIM(hb_scaling)                                                                  \
    CLAIM(eq4)                                                                         \
    CLAIM(eq5)                                                                         \
    CLAIM(eq6_8)                                                                       \
    CLAIM(independent)                                                                 \
    CLAIM(eq9)                                                                         \
    CLAIM(noise_ratio)                                                                 \
    CLAIM(special_hb)                                                                  \
    CLAIM(adapnm_debias)                                                               \
    CLAIM(noise_to_rate)                                                               \
    CLAIM(eq10)                                                                        \
    CLAIM(eq11)                                                                        \
    CLAIM(thm3_1)                                                                      \
    CLAIM(worst_case)                                                                  \
    CLAIM(worst_case_noise)                                                            \
    CLAIM(lemmas_sharp)                                                                \
    CLAIM(cap)                                                                         \
    CLAIM(stability)                                                                   \
    CLAIM(rate)                                                                        \
    CLAIM(eq12)                                                                        \
    CLAIM(thm4_1)                                                                      \
    CLAIM(eq14)                                                                        \
    CLAIM(eq15)                                                                        \
    CLAIM(eq16)                                                                        \
    CLAIM(eq17)                                                                        \
    CLAIM(hb_generalizes)                                                              \
    CLAIM(eq18_19)                                                                     \
    CLAIM(eq18_19_net)                                                                 \
    CLAIM(flat)                                                                        \
    CLAIM(averaging)                                                                   \
    CLAIM(anti_pgd)                                                                    \
    CLAIM(tails)                                                                       \
    CLAIM(epoch)                                                                       \
    CLAIM(thm4_2)                                                                      \
    CLAIM(eq21)                                                                        \
    CLAIM(eq22)                                                                        \
    CLAIM(kl_sign)                                                                     \
    CLAIM(eq23)                                                                        \
    CLAIM(thm4_3)                                                                      \
    CLAIM(example)                                                                     \
    CLAIM(practice)                                                                    \
    CLAIM(eta_over_b)                                                                  \
    CLAIM(default)                                                                     \
    CLAIM(table1)                                                                      \
    CLAIM(table2)                                                                      \
    CLAIM(table3)                                                                      \
    CLAIM(tables_arithmetic)                                                           \
    CLAIM(fig1)                                                                        \
    CLAIM(fig2)                                                                        \
    CLAIM(faster)                                                                      \
    CLAIM(fig3)                                                                        \
    CLAIM(fig4)                                                                        \
    CLAIM(fig5)                                                                        \
    CLAIM(fig6)                                                                        \
    CLAIM(fig7)                                                                        \
    CLAIM(lemma_a1)                                                                    \
    CLAIM(proof_24)                                                                    \
    CLAIM(proof_25)                                                                    \
    CLAIM(proof_26)                                                                    \
    CLAIM(proof_27)                                                                    \
    CLAIM(proof_28)                                                                    \
    CLAIM(lemma_a2)                                                                    \
    CLAIM(proof_29)                                                                    \
    CLAIM(proof_30)                                                                    \
    CLAIM(proof_a2)                                                                    \
    CLAIM(lemma_a3)                                                                    \
    CLAIM(proof_a3)                                                                    \
    CLAIM(proof_31)                                                                    \
    CLAIM(proof_32)                                                                    \
    CLAIM(proof_33)                                                                    \
    CLAIM(proof_34)                                                                    \
    CLAIM(proof_35)                                                                    \
    CLAIM(proof_36)                                                                    \
    CLAIM(proof_37)                                                                    \
    CLAIM(proof_38)                                                                    \
    CLAIM(proof_39)                                                                    \
    CLAIM(proof_40)                                                                    \
    CLAIM(proof_41)                                                                    \
    CLAIM(proof_42)                                                                    \
    CLAIM(proof_43)                                                                    \
    CLAIM(proof_44)                                                                    \
    CLAIM(proof_45)                                                                    \
    CLAIM(proof_46)                                                                    \
    CLAIM(eq44)                                                                        \
    CLAIM(fig8)                                                                        \
    CLAIM(fig9)                                                                        \
    CLAIM(fig10)                                                                       \
    CLAIM(fig11)                                                                       \
    CLAIM(fig12)

#define NEIGHBOUR_LIST(CLAIM)                                                          \
    CLAIM(mandt_2017)                                                                  \
    CLAIM(liu_2021)                                                                    \
    CLAIM(kuehn_2023)                                                                  \
    CLAIM(wang_2024)

#define MOMENTUM_LIST(CLAIM)                                                           \
    CLAIM(jl_train)                                                                    \
    CLAIM(jl_gd)                                                                       \
    CLAIM(jl_gdm)                                                                      \
    CLAIM(jl_memorize)                                                                 \
    CLAIM(jl_feature)                                                                  \
    CLAIM(jl_history)                                                                  \
    CLAIM(jl_margin)                                                                   \
    CLAIM(jl_lr)                                                                       \
    CLAIM(jl_smalllr)                                                                  \
    CLAIM(jl_stop)                                                                     \
    CLAIM(jl_energy)                                                                   \
    CLAIM(jl_pnm)

/* Small experiments beside the paper's own. */
#define ANALOGUE_LIST(CLAIM)                                                           \
    CLAIM(fig4a)                                                                       \
    CLAIM(fig5a)                                                                       \
    CLAIM(fig6a)                                                                       \
    CLAIM(fig7a)                                                                       \
    CLAIM(table1a)

#endif
