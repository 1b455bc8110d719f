# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 15: stationary variance along curvature, with and without replacement.
# gnuplot -d -c plots/variance_by_curvature.gp POINTS.csv CURVE.csv EPOCH_POINTS.csv
#     EPOCH_CURVE.csv OUT.svg|OUT.png|OUT.pdf

ME = "variance_by_curvature.gp"
OUT = ARGC > 1 ? (ARGC == 2 ? ARG2 : ARGC == 3 ? ARG3 : ARGC == 4 ? ARG4 : ARG5) : ""
array TABLE[4] = [ARG1, ARG2, ARG3, ARG4]
USAGE = "POINTS.csv CURVE.csv EPOCH_POINTS.csv EPOCH_CURVE.csv"
NEEDED = "optimizer lr beta0 beta1 batch i j h_i exact paper"
SAMPLED = "measured stderr"
RULES = "sgd pnm"
LINES_ONLY = 0
WITH_PAPER = 2
WIDE = 900
HIGH = 556
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"

# What the tables must agree in; pnm's rate must be the one that it applies.
do for [t = 2:4] {
    do for [key in "lr beta0 beta1 batch noise lr-normalization"] {
        if (setting(1, key) ne setting(t, key)) {
            print ME.": ".TABLE[1]." and ".TABLE[t]." differ in ".key
            exit status 1
        }
    }
}
if (setting(1, "lr-normalization") ne "off" || strstrt(setting(1, "lr"), ",")) {
    print ME.": ".TABLE[1].": needs one --lr and --lr-normalization off"
    exit status 1
}
if (setting(1, "sampling") ne "fresh" || setting(2, "sampling") ne "fresh" || \
    setting(3, "sampling") ne "epoch" || setting(4, "sampling") ne "epoch" || \
    setting(3, "train-size") ne setting(4, "train-size")) {
    print ME.": ".TABLE[3].": the last two tables need epochs of one training set, the first two none"
    exit status 1
}

# A row's numbers if it belongs to `rule`, else undefined. Variances are in units of
# eta_applied/(2B).
own(rule) = strcol("optimizer") eq rule && column("i") == column("j")
curvature(rule) = own(rule) ? column("h_i") : NaN
variance(rule, name) = own(rule) ? column(name) * 2 * column("batch") / column("lr") : NaN
error(rule) = own(rule) ? bar(0) * 2 * column("batch") / column("lr") : NaN

lowest = 1e300
highest = 0
do for [t = 1:4] {
    do for [rule in RULES] {
        do for [name in (t % 2 ? "measured exact" : "exact paper")] {
            count = 0
            stats TABLE[t] using (seen(variance(rule, name))) nooutput
            if (count == 0) {
                print ME.": ".TABLE[t].": no ".name." value of ".rule
                exit status 1
            }
            lowest = low < lowest ? low : lowest
            highest = high > highest ? high : highest
        }
    }
}
count = 0
stats TABLE[2] using (seen(curvature("pnm"))) nooutput
flattest = low
steepest = high
count = 0
stats TABLE[2] using (seen(variance("pnm", "paper"))) nooutput
gamma = low

# pnm's exact variance over sgd's at each curvature of the points; the rows of sgd come first.
SGD = ""
keep(_) = own("sgd") ? (SGD = SGD.sprintf(" %.17g %.17g", column("h_i"), column("exact")), 0) : 0
beside(k) = real(word(SGD, 2*k - 1)) == column("h_i") ? real(word(SGD, 2*k)) : 0
ratio(_) = own("pnm") ? column("exact") / (sum [k = 1:words(SGD)/2] beside(k)) : NaN
count = 0
do for [t in "1 3"] {
    SGD = ""
    stats TABLE[int(t)] using (keep(0)) nooutput
    stats TABLE[int(t)] using (seen(ratio(0))) nooutput
}
TITLE = sprintf("At the same rate PNM's variance is %.2f to %.2f times SGD's; the paper has γ = %g", \
    low, high, gamma)

load here."key.gp"
set tmargin at screen up(0.83)
set bmargin at screen up(0.205)
set logscale xy
set xrange [flattest/1.3 : steepest*1.3]
set yrange [lowest/1.6 : highest*1.6]
set xtics 10
set format x "%g"
set format y "%g"
set xlabel "curvature h" offset 0,0.3
set ylabel "Σ · 2B/η    (stationary variance)"
steps = int(real(setting(3, "train-size")) / real(setting(3, "batch")))
small_print(_) = sprintf("η = %s applied, β₀ = %s, β₁ = %s, B = %s, %s; epochs: %s samples, shuffled, row = average over their steps\n", \
    setting(1, "lr"), setting(1, "beta0"), setting(1, "beta1"), setting(1, "batch"), \
    covariance(setting(1, "noise")), setting(3, "train-size")). \
    sprintf("%s, %s and their exact curves (planned relative errors %s, %s; seed %s)", \
    file_name(TABLE[1]), file_name(TABLE[3]), setting(1, "precision"), \
    setting(3, "precision"), setting(1, "seed"))
set label small_print(0) at screen 0.012,up(0.055) font ",10" tc rgb TEXT
do for [p = 1:2] {
    POINTS = TABLE[2*p-1]
    CURVE = TABLE[2*p]
    set lmargin at screen (p == 1 ? 0.092 : 0.555)
    set rmargin at screen (p == 1 ? 0.525 : 0.985)
    set title p == 1 ? "with replacement" : \
        sprintf("without: epochs of %d steps", steps) offset 0,-0.6
    if (p == 1) {
        set label 2 "paper, sgd (eq. 15)" at flattest,1 offset 0.3,-1.1 font ",11" tc rgb TEXT
        set label 3 "paper, pnm: γ (eqs. 18–19)" at flattest,gamma offset 0.3,-1.1 \
            font ",11" tc rgb TEXT
    }
    plot for [r = 1:2] CURVE using (curvature(rule(r))):(variance(rule(r), "paper")) \
            with lines lt (rule(r) eq "pnm" ? PAPER_PNM : PAPER), \
        for [r = 1:2] CURVE using (curvature(rule(r))):(variance(rule(r), "exact")) \
            with lines lt r, \
        for [r = 1:2] POINTS using (curvature(rule(r))):(variance(rule(r), "measured")): \
            (error(rule(r))) with yerrorbars lt r dt solid lw 1.2
    unset label
    unset ylabel
    set format y ""
}

load here."end.gp"
