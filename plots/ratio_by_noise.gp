# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 16: PNM's stationary variance over SGD's at the same applied rate, against beta0,
# for several kinds of gradient noise and for the mean of the iterates.
# gnuplot -d -c plots/ratio_by_noise.gp WHITE.csv STUDENT.csv MINIBATCH.csv EPOCH.csv
#     MEAN.csv OUT.svg|OUT.png|OUT.pdf

ME = "ratio_by_noise.gp"
array TABLE[5] = [ARG1, ARG2, ARG3, ARG4, ARG5]
OUT = ARG6
USAGE = "WHITE.csv STUDENT.csv MINIBATCH.csv EPOCH.csv MEAN.csv"
NEEDED = "optimizer lr beta0 h_i measured stderr exact"
RULES = "sgd pnm"
WIDE = 900
HIGH = 716
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN    # rows of other rules do not break a line

# The table of means has rows of other quantities, too.
has_quantity(t) = t == 5
own(t, rule) = strcol("optimizer") eq rule && \
    (!has_quantity(t) || strcol("quantity") eq "covariance")
of(t, rule, name) = own(t, rule) ? column(name) : NaN

array EXACT[5]    # of sgd
array MEASURED[5]
array ERROR[5]
array LEAST[5]
array MOST[5]
do for [t = 1:5] {
    do for [name in "lr lr-normalization spectrum"] {
        if (setting(1, name) ne setting(t, name)) {
            print ME.": ".TABLE[1]." and ".TABLE[t]." differ in ".name
            exit status 1
        }
    }
    count = 0
    stats TABLE[t] using (seen(of(t, "sgd", "exact"))) nooutput
    if (count != 1) {
        print ME.": ".TABLE[t].": needs one row of sgd"
        exit status 1
    }
    EXACT[t] = low
    count = 0
    stats TABLE[t] using (seen(of(t, "sgd", "measured"))) nooutput
    MEASURED[t] = low
    count = 0
    stats TABLE[t] using (seen(of(t, "sgd", "stderr"))) nooutput
    ERROR[t] = low
    count = 0
    stats TABLE[t] using (seen(of(t, "pnm", "beta0"))) nooutput
    if (count < 2) {
        print ME.": ".TABLE[t].": needs several values of beta0 of pnm"
        exit status 1
    }
    LEAST[t] = low
    MOST[t] = high
}
least = LEAST[1]
most = MOST[1]

exact(t) = of(t, "pnm", "exact") / EXACT[t]
measured(t) = of(t, "pnm", "measured") / MEASURED[t]
# Of a ratio of two independent estimates.
error(t) = measured(t) * sqrt((column("stderr")/column("measured"))**2 + \
    (ERROR[t]/MEASURED[t])**2)
count = 0
do for [t = 1:5] {
    stats TABLE[t] using (seen(exact(t))) nooutput
}
lowest = low
highest = high
factor(b) = (1 + b)**2 + b**2

count = 0
at_most(t) = column("beta0") == most ? exact(t) : NaN
do for [t = 1:5] {
    stats TABLE[t] using (seen(at_most(t))) nooutput
}
# Kinds whose ratio there is that of white noise have one label.
SAME = ""
array AT_MOST[5]
do for [t = 1:5] {
    keep = 0
    stats TABLE[t] using (at_most(t) > 0 ? (keep = exact(t), 0) : 0) nooutput
    AT_MOST[t] = keep
}
WHITE = AT_MOST[1]
do for [t = 1:5] {
    SAME = abs(AT_MOST[t]/WHITE - 1) < 0.02 ? \
        SAME.(SAME eq "" ? "" : ", ").word("white student minibatches epochs mean", t) : SAME
}
TITLE = sprintf("At β₀ = %g PNM's variance is %.2g to %.2g times SGD's for every noise; the paper has γ = %g", \
    most, low, high, factor(most))

KIND = 10
set linetype KIND+1 lc rgb "#0072B2" lw 2.0 dt solid pt 7 ps 0.9*POINT
set linetype KIND+2 lc rgb "#56B4E9" lw 2.0 dt (6,6) pt 5 ps 0.9*POINT
set linetype KIND+3 lc rgb "#D55E00" lw 2.0 dt (9,6,1,6) pt 9 ps 1.1*POINT
set linetype KIND+4 lc rgb "#009E73" lw 2.0 dt (3,4) pt 13 ps 1.2*POINT
set linetype KIND+5 lc rgb "#CC79A7" lw 2.0 dt (12,5) pt 11 ps 1.1*POINT
array NAME[5]
NAME[1] = "white Gaussian noise"
NAME[2] = setting(2, "noise-law")." noise"
NAME[3] = sprintf("minibatches of %s", setting(3, "batch"))
NAME[4] = sprintf("epochs of %s samples", setting(4, "train-size"))
NAME[5] = sprintf("mean of %s iterates", setting(5, "at"))

load here."begin.gp"
set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6
set ytics nomirror out scale 0.6
set grid back lc rgb "#E4E4E4" lw 0.7 dt solid
set lmargin at screen 0.085
set rmargin at screen 0.98
padding = 0.02 * (most - least)
set xrange [least-padding : most+padding]
set ylabel "Σ of pnm over Σ of sgd" offset 0.8,0

# --- all of it ---

set key at screen 0.52,up(0.99) center top horizontal maxrows 2 Left reverse samplen 3 \
    width -1 spacing 1.15 font ",12"
set tmargin at screen up(0.89)
set bmargin at screen up(0.58)
set logscale y
set yrange [0.5 : 2*factor(most)]
set format x ""
set label 1 "the paper: γ = (1+β₀)² + β₀²  (eqs. 18–19)" \
    at 0.55*most,factor(0.55*most) right offset -2,1.2 font ",11" tc rgb TEXT
plot sample [least:most] factor(x) with lines lt PAPER_PNM notitle, \
    for [t = 1:5] TABLE[t] using (of(t, "pnm", "beta0")):(exact(t)) with lines lt KIND+t \
        notitle, \
    for [t = 1:5] TABLE[t] using (of(t, "pnm", "beta0")):(measured(t)):(error(t)) \
        with yerrorbars lt KIND+t dt solid lw 1.2 notitle, \
    for [t = 1:5] keyentry with linespoints lt KIND+t title NAME[t]
unset label

# --- the lowest decade, magnified ---

unset key
set tmargin at screen up(0.53)
set bmargin at screen up(0.165)
unset logscale y
set yrange [0.9*lowest : 1.05*highest]
set format x "%g"
set xlabel "β₀" offset 0,0.3
set label sprintf("applied rate %s, h = %s, B = 1; lines: exact, points: measured, ", \
    setting(1, "lr"), setting(1, "spectrum")). \
    sprintf("bars: one standard error;\n%s", file_name(TABLE[1])). \
    sprintf(", %s, %s", file_name(TABLE[2]), file_name(TABLE[3])). \
    sprintf(", %s, %s", file_name(TABLE[4]), file_name(TABLE[5])) \
    at screen 0.012,up(0.06) font ",10" tc rgb TEXT
if (words(SAME) > 1) {
    set label 2 SAME at most,WHITE right offset 0,1.1 font ",11" tc rgb TEXT
}
plot sample [least:most] factor(x) with lines lt PAPER_PNM notitle, \
    1 with lines lt LIMIT notitle, \
    for [t = 1:5] TABLE[t] using (of(t, "pnm", "beta0")):(exact(t)) with lines lt KIND+t \
        notitle, \
    for [t = 1:5] TABLE[t] using (of(t, "pnm", "beta0")):(measured(t)):(error(t)) \
        with yerrorbars lt KIND+t dt solid lw 1.2 notitle
load here."end.gp"
