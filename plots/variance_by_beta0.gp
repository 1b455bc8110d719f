# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 2: stationary variance against beta0, at the smallest and the largest eta h of the
# tables.
# gnuplot -d -c plots/variance_by_beta0.gp POINTS.csv CURVE.csv OUT.svg|OUT.png|OUT.pdf

ME = "variance_by_beta0.gp"
POINTS = ARG1
CURVE = ARG2
OUT = ARG3
RULES = "sgd heavy_ball pnm two_batch"
LINES_ONLY = 2    # sgd and heavy_ball know no beta0
WITH_PAPER = 2
WIDE = 900
HIGH = 656
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."variance.gp"

array RATE[2]    # eta h of the left and the right panels
count = 0
stats CURVE using (seen(rate("pnm"))) nooutput
RATE[1] = low
RATE[2] = high
if (low == high) {
    print ME.": ".CURVE.": needs two values of lr"
    exit status 1
}
at_rate(c, rule, value) = abs(rate(rule)/RATE[c] - 1) < 1e-12 ? value : NaN

array LINE[4]    # the exact values of sgd and heavy_ball, left, then right
do for [c = 1:2] {
    do for [r = 1:2] {
        count = 0
        stats CURVE using (seen(at_rate(c, rule(r), variance(rule(r), "exact")))) nooutput
        if (count == 0) {
            print ME.": ".CURVE.sprintf(": no exact value of %s at ηh = %g", \
                rule(r), RATE[c])
            exit status 1
        }
        LINE[2*c+r-2] = low
    }
}
count = 0
stats CURVE using (seen(beta0("pnm"))) nooutput
least = low
most = high
if (least == most) {
    print ME.": ".CURVE.": needs several values of beta0"
    exit status 1
}

# What is exact and what the paper has at a beta0, at the small step size; NaN without a row
value_at(b, rule, name) = abs(beta0(rule) - b) < 1e-9 ? at_rate(1, rule, variance(rule, name)) : NaN
array FALLS[2]    # of pnm from beta0 = 0 to the end: exact, paper
array END[2]      # pnm's exact value at the end, left and right
do for [k = 1:2] {
    count = 0
    stats CURVE using (seen(value_at(0, "pnm", word("exact paper", k)))) nooutput
    FALLS[k] = count ? low : NaN
    count = 0
    stats CURVE using (seen(value_at(most, "pnm", word("exact paper", k)))) nooutput
    FALLS[k] = FALLS[k] / low
    count = 0
    stats CURVE using (seen(beta0("pnm") == most ? \
        at_rate(k, "pnm", variance("pnm", "exact")) : NaN)) nooutput
    END[k] = low
}
TITLE = FALLS[1] > 1 && FALLS[2] < 1 ? \
    sprintf("At ηh = %g PNM's variance falls to 1/%.0f from β₀ = 0 to %g; the paper has it grow %.0f-fold", \
        RATE[1], FALLS[1], most, 1/FALLS[2]) : \
    sprintf("PNM's stationary variance for β₀ from %g to %g, exact and as the paper has it", least, most)

# Where the paper's lines are, for their labels
count = 0
stats CURVE using (seen(variance("sgd", "paper"))) nooutput
paper_sgd = low
count = 0
stats CURVE using (seen(beta0("pnm") == most ? variance("pnm", "paper") : NaN)) nooutput
paper_pnm = low

load here."key.gp"
array MARGIN[4] = [0.10, 0.525, 0.555, 0.98]    # left and right of the panels
padding = 0.03 * (most - least)
set xrange [least-padding : most+padding]

# --- variance ---

set tmargin at screen up(0.855)
set bmargin at screen up(0.35)
set logscale y
set yrange [lowest/1.35 : highest*1.35]
set ytics @ONE_TWO_FIVE
set format x ""
set ylabel "Σ · 2B/η    (stationary variance)"
# Curves that coincide have one label.
together(a, b) = abs(a/b - 1) < 0.08
set label 1 "two_batch, and the paper of\nboth: Σ = √γ η/(2B)\n(eqs. 18–19)" \
    at most,paper_pnm right offset 0,-4 font ",11" tc rgb TEXT
do for [c = 1:2] {
    set lmargin at screen MARGIN[2*c-1]
    set rmargin at screen MARGIN[2*c]
    set title sprintf("ηh = %g", RATE[c]) offset 0,-0.6
    above = END[c] > LINE[2*c-1]
    set label 3 "pnm" at most,END[c] right offset 0,(c == 1 || above ? 0.9 : -0.9) \
        font ",11" tc rgb TEXT
    if (together(LINE[2*c-1], LINE[2*c])) {
        set label 4 "sgd, heavy_ball, and the paper of\nboth: Σ = η/(2B)  (eqs. 15, 17)" \
            at most,paper_sgd right offset 0,-1.1 font ",11" tc rgb TEXT
    } else {
        set label 4 "heavy_ball, and the paper of it and sgd" \
            at most,LINE[2*c] right offset 0,0.8 font ",11" tc rgb TEXT
        set label 5 "sgd" at most,LINE[2*c-1] right offset 0,(above ? -0.8 : 0.8) \
            font ",11" tc rgb TEXT
    }
    plot sample [least:most] paper_sgd with lines lt PAPER, \
        for [r = 3:4] CURVE using (beta0(rule(r))): \
            (at_rate(c, rule(r), variance(rule(r), "paper"))) with lines lt PAPER_PNM, \
        for [r = 1:2] [least:most] LINE[2*c+r-2] with lines lt r, \
        for [r = 3:4] CURVE using (beta0(rule(r))): \
            (at_rate(c, rule(r), variance(rule(r), "exact"))) with lines lt r, \
        for [r = 3:4] POINTS using (beta0(rule(r))): \
            (at_rate(c, rule(r), variance(rule(r), "measured"))):(error(rule(r))) \
            with yerrorbars lt r dt solid lw 1.2
    unset label
    unset ylabel
    set format y ""
}

# --- measured against exact ---

unset title
set tmargin at screen up(0.315)
set bmargin at screen up(0.175)
unset logscale y
set yrange [-1.15*reach : 1.15*reach]
unset ytics
set ytics nomirror out scale 0.6 round_below(reach)
set format "%g"
set xlabel "β₀" offset 0,0.3
set ylabel "measured/exact\n− 1 (%)" offset 0.6,0
set label small_print(sprintf("β₁ = %g", b1)) \
    at screen 0.012,up(0.055) font ",10" tc rgb TEXT
# The rules' points are moved aside a little, so that bars do not hide each other.
aside(r) = 0.011 * (r - 3.5) * (most - least)
do for [c = 1:2] {
    set lmargin at screen MARGIN[2*c-1]
    set rmargin at screen MARGIN[2*c]
    plot 0 with lines lt LIMIT, \
        for [r = 3:4] POINTS using (aside(r)+beta0(rule(r))): \
            (at_rate(c, rule(r), deviation(rule(r)) - deviation_error(rule(r)))):(0): \
            (2*deviation_error(rule(r))) with vectors @BARS lt r dt solid lw 1.2, \
        for [r = 3:4] POINTS using (aside(r)+beta0(rule(r))): \
            (at_rate(c, rule(r), deviation(rule(r)))) with points lt r lw 1.2
    unset label
    unset ylabel
    set format y ""
}

load here."end.gp"
