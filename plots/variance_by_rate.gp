# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 1: stationary variance against the step size eta h.
# gnuplot -d -c plots/variance_by_rate.gp POINTS.csv CURVE.csv OUT.svg|OUT.png|OUT.pdf

ME = "variance_by_rate.gp"
POINTS = ARG1
CURVE = ARG2
OUT = ARG3
RULES = "sgd heavy_ball pnm two_batch"
LINES_ONLY = 0
WITH_PAPER = 2
WIDE = 800
HIGH = 656
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."variance.gp"

# One beta0, so that a rule is one curve.
do for [t = 1:2] {
    count = 0
    stats TABLE[t] using (seen(beta0("pnm"))) nooutput
    if (count == 0 || low != high) {
        print ME.": ".TABLE[t].": needs one value of beta0"
        exit status 1
    }
}
b0 = low
count = 0
stats CURVE using (seen(rate("pnm"))) nooutput
slow = low
fast = high

# Where the paper's lines are, for their labels
count = 0
stats CURVE using (seen(variance("sgd", "paper"))) nooutput
paper_sgd = low
count = 0
stats CURVE using (seen(variance("pnm", "paper"))) nooutput
paper_pnm = low

# What is true of pnm at the smallest step size
count = 0
stats CURVE using (seen(rate("pnm") == slow ? variance("pnm", "exact") : NaN)) nooutput
true_pnm = low
TITLE = sprintf("At small step sizes PNM's variance is %.2f η/(2B); the paper prints %.2f η/(2B)", \
    true_pnm, paper_pnm)

# pnm diverges from here on: eta h = 2 sqrt(gamma) / (1 + 2 beta0), for beta0 >= 0.
limit = b0 >= 0 ? 2 * sqrt((1 + b0)**2 + b0**2) / (1 + 2 * b0) : fast

load here."key.gp"
set lmargin at screen 0.115
set rmargin at screen 0.97
set logscale x
set xrange [slow/1.12 : 1.35*(limit > fast ? limit : fast)]
set xtics @ONE_TWO_FIVE

# --- variance ---

set tmargin at screen up(0.90)
set bmargin at screen up(0.35)
set logscale y
set yrange [lowest/1.35 : highest*1.35]
set ytics @ONE_TWO_FIVE
set format x ""
set ylabel "Σ · 2B/η    (stationary variance)"
set label "paper, sgd and heavy_ball: Σ = η/(2B)  (eqs. 15, 17)" \
    at 4*slow,paper_sgd offset 0,-1.1 font ",11" tc rgb TEXT
set label "paper, pnm and two_batch: Σ = γη₀/(2B) = √γ η/(2B)  (eqs. 18–19)" \
    at slow,paper_pnm offset 0.3,1.2 font ",11" tc rgb TEXT
set arrow 2 from 1.42*slow,0.96*paper_pnm to 1.42*slow,1.06*true_pnm head filled \
    size screen 0.011,18 lw 1.6 lc rgb "#0072B2" front
set label sprintf("pnm: printed %.2f,\ntrue %.2f", paper_pnm, true_pnm) \
    at 1.42*slow,sqrt(true_pnm*paper_sgd) offset 0.8,0.4 font ",12" tc rgb "#0072B2"
if (b0 >= 0) {
    set arrow 1 from limit, graph 0 to limit, graph 1 nohead lt LIMIT
    set label sprintf("pnm is stable below %.3g", limit) at limit, graph 0.68 \
        center rotate by 90 offset 1.1,0 font ",10" tc rgb TEXT
}
plot for [r = 1:4] CURVE using (rate(rule(r))):(variance(rule(r), "paper")) \
        with lines lt (r < 3 ? PAPER : PAPER_PNM), \
    for [r = 1:4] CURVE using (rate(rule(r))):(variance(rule(r), "exact")) \
        with lines lt r, \
    for [r = 1:4] POINTS using (rate(rule(r))):(variance(rule(r), "measured")): \
        (error(rule(r))) with yerrorbars lt r dt solid lw 1.2

# --- measured against exact ---

unset label
unset arrow 2
set tmargin at screen up(0.315)
set bmargin at screen up(0.175)
unset logscale y
set yrange [-1.15*reach : 1.15*reach]
unset ytics
set ytics nomirror out scale 0.6 round_below(reach)
set format x "%g"
set xlabel "ηh    (learning rate × curvature)" offset 0,0.3
set ylabel "measured/exact\n− 1 (%)" offset 0.6,0
set label small_print(sprintf("β₀ = %g, β₁ = %g", b0, b1)) \
    at screen 0.012,up(0.055) font ",10" tc rgb TEXT
# The rules' points are moved aside a little, so that bars do not hide each other.
aside(r) = 1.035**(r - 2.5)
plot 0 with lines lt LIMIT, \
    for [r = 1:4] POINTS using (aside(r)*rate(rule(r))): \
        (deviation(rule(r)) - deviation_error(rule(r))):(0):(2*deviation_error(rule(r))) \
        with vectors @BARS lt r dt solid lw 1.2, \
    for [r = 1:4] POINTS using (aside(r)*rate(rule(r))):(deviation(rule(r))) \
        with points lt r lw 1.2

load here."end.gp"
