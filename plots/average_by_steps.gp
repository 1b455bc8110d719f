# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 13: variance of the mean of T iterates, times T, against T.
# gnuplot -d -c plots/average_by_steps.gp POINTS.csv CURVE.csv OUT.svg|OUT.png|OUT.pdf

ME = "average_by_steps.gp"
POINTS = ARG1
CURVE = ARG2
OUT = ARG3
array TABLE[2] = [POINTS, CURVE]
USAGE = "POINTS.csv CURVE.csv"
NEEDED = "optimizer lr beta0 beta1 step quantity i j h_i exact scaled limit"
SAMPLED = "measured stderr"
RULES = "sgd heavy_ball pnm two_batch"
LINES_ONLY = 0
WITH_PAPER = 2
WIDE = 800
HIGH = 656
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN    # rows of other rules and quantities do not break a line

# What the tables must agree in; one mode, and one rate, so that a rule is one curve.
do for [key in "lr beta0 beta1 spectrum noise average"] {
    if (setting(1, key) ne setting(2, key)) {
        print ME.": ".POINTS." and ".CURVE." differ in ".key
        exit status 1
    }
}
own(rule) = strcol("optimizer") eq rule && strcol("quantity") eq "covariance" && \
    column("i") == column("j")
one(name) = own("pnm") ? column(name) : NaN
do for [name in "h_i lr beta0 beta1"] {
    count = 0
    stats CURVE using (seen(one(name))) nooutput
    if (count == 0 || low != high) {
        print ME.": ".CURVE.": needs one value of ".name
        exit status 1
    }
}
count = 0
stats CURVE using (seen(one("beta0"))) nooutput
b0 = low
gamma = (1 + b0)**2 + b0**2
count = 0
stats CURVE using (seen(own("sgd") ? column("limit") : NaN)) nooutput
if (count == 0 || low != high) {
    print ME.": ".CURVE.": needs one limit of sgd"
    exit status 1
}
unit = low    # H^-1 C H^-1

steps(rule) = own(rule) ? column("step") : NaN
variance(rule, name) = \
    own(rule) ? column(name) * column("scaled") / column("exact") / unit : NaN
error(rule) = own(rule) ? bar(0) * column("scaled") / column("exact") / unit : NaN

lowest = 1
highest = gamma
do for [rule in RULES] {
    do for [t = 1:2] {
        count = 0
        stats TABLE[t] using (seen(variance(rule, t == 1 ? "measured" : "exact"))) nooutput
        if (count == 0) {
            print ME.": ".TABLE[t].": no ".(t == 1 ? "measured" : "exact")." value of ".rule
            exit status 1
        }
        lowest = t == 1 && low < lowest ? low : lowest
        highest = high > highest ? high : highest
    }
    stats POINTS using (outlying(abs(deviation(rule)) + deviation_error(rule))) nooutput
}
count = 0
stats CURVE using (seen(steps("pnm"))) nooutput
few = low
many = high

at_end(rule) = own(rule) && column("step") == many ? column("exact") : NaN
array LONG[2]
do for [k = 1:2] {
    count = 0
    stats CURVE using (seen(at_end(word("sgd pnm", k)))) nooutput
    LONG[k] = low
}
TITLE = sprintf("The mean of %g iterates of PNM varies %.2f times as much as SGD's; the paper has γ = %g", \
    many, LONG[2] / LONG[1], gamma)

load here."key.gp"
set lmargin at screen 0.115
set rmargin at screen 0.97
set logscale x
set xrange [few/1.12 : many*1.12]
set xtics (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000)

# --- variance ---

set tmargin at screen up(0.90)
set bmargin at screen up(0.35)
set logscale y
set yrange [lowest/1.6 : highest*1.35]
set ytics @ONE_TWO_FIVE
set format x ""
set ylabel "T · Var(mean of T iterates) / H⁻¹CH⁻¹"
set label "paper, pnm and two_batch: γ  (eqs. 13 and 18)" \
    at many,gamma right offset 0,-1.3 font ",11" tc rgb TEXT
set label "paper, sgd and heavy_ball: 1" at many,1 right offset 0,-1.3 font ",11" tc rgb TEXT
plot gamma with lines lt PAPER_PNM, 1 with lines lt PAPER, \
    for [r = 1:4] CURVE using (steps(rule(r))):(variance(rule(r), "exact")) \
        with lines lt r, \
    for [r = 1:4] POINTS using (steps(rule(r))):(variance(rule(r), "measured")): \
        (error(rule(r))) with yerrorbars lt r dt solid lw 1.2

# --- measured against exact ---

unset label
set tmargin at screen up(0.315)
set bmargin at screen up(0.175)
unset logscale y
set yrange [-1.15*reach : 1.15*reach]
unset ytics
set ytics nomirror out scale 0.6 round_below(reach)
set format x "%g"
set xlabel "T    (averaged steps, from the minimum on)" offset 0,0.3
set ylabel "measured/exact\n− 1 (%)" offset 0.2,0
small_print(_) = sprintf("β₀ = %g, β₁ = %s, η = %s; h = %s, %s; γ = (1+β₀)² + β₀² = %g", \
    b0, setting(1, "beta1"), setting(1, "lr"), setting(1, "spectrum"), \
    covariance(setting(1, "noise")), gamma)."\n".sources("")
set label small_print(0) at screen 0.012,up(0.055) font ",10" tc rgb TEXT
# The rules' points are moved aside a little, so that bars do not hide each other.
aside(r) = 1.06**(r - 2.5)
plot 0 with lines lt LIMIT, \
    for [r = 1:4] POINTS using (aside(r)*steps(rule(r))): \
        (deviation(rule(r)) - deviation_error(rule(r))):(0):(2*deviation_error(rule(r))) \
        with vectors @BARS lt r dt solid lw 1.2, \
    for [r = 1:4] POINTS using (aside(r)*steps(rule(r))):(deviation(rule(r))) \
        with points lt r lw 1.2

load here."end.gp"
