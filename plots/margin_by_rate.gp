# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 18: what training with momentum learns: the error on fresh examples with the small
# margin, and the largest projection on the feature, against eta/(1 - beta1), a curve a beta1.
# gnuplot -d -c plots/margin_by_rate.gp TABLE.csv OUT.svg|OUT.png|OUT.pdf
# A table of pnm-margin for one rule with several lr and beta1.

ME = "margin_by_rate.gp"
OUT = ARG2
array TABLE[1] = [ARG1]
USAGE = "TABLE.csv"
NEEDED = "optimizer lr beta1 error_small error_small_stderr projection projection_stderr"
RULES = "heavy_ball"
WIDE = 800
HIGH = 696
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN    # rows of other beta1 do not break a line

if (setting(1, "setting") ne "reconstructed-from-abstract" || setting(1, "record") ne "end") {
    print ME.": ".TABLE[1].": needs --record end of pnm-margin"
    exit status 1
}

# The momenta in the table, in its order; at most eight curves can be told apart.
MOMENTA = ""
listed(b) = strstrt(" ".MOMENTA." ", " ".b." ")
list(b) = listed(b) ? 0 : (MOMENTA = MOMENTA.(MOMENTA eq "" ? "" : " ").b, 0)
stats TABLE[1] using (list(strcol("beta1"))) nooutput
if (words(MOMENTA) > 8) {
    print ME.": ".TABLE[1].": ".words(MOMENTA)." values of beta1, at most 8 can be told apart"
    exit status 1
}

set linetype 5 lc rgb "#7A3E9D" lw 1 dt (10,5) pt 5 ps 0.9*POINT
look(m) = int(word("1 3 4 5 6 7 8 2", m))    # neighbours that differ in colour

own(m) = strcol("optimizer") eq "heavy_ball" && strcol("beta1") eq word(MOMENTA, m)
along(m) = own(m) ? column("lr") / (1 - column("beta1")) : NaN
of(m, name) = own(m) ? column(name) : NaN

count = 0
do for [m = 1:words(MOMENTA)] {
    stats TABLE[1] using (seen(along(m))) nooutput
}
few = low
many = high
count = 0
do for [m = 1:words(MOMENTA)] {
    stats TABLE[1] using (seen(of(m, "projection"))) nooutput
}
if (count == 0) {
    print ME.": ".TABLE[1].": no projections: all replicas diverge"
    exit status 1
}
least = low
most = high

# The error at the two ends of the axis
array ERROR[2]
do for [k = 1:2] {
    count = 0
    do for [m = 1:words(MOMENTA)] {
        stats TABLE[1] using (seen(along(m) == (k == 1 ? few : many) ? of(m, "error_small") : NaN)) \
            nooutput
    }
    ERROR[k] = low
}
TITLE = sprintf("The error on small margins goes from %.2g to %.2g as η/(1−β₁) grows from %g to %g", \
    ERROR[1], ERROR[2], few, many)

load here."begin.gp"
unset border
unset tics
set lmargin at screen 0.03
set rmargin at screen 0.97
set xrange [0 : 1]
set yrange [0 : 1]
set key at screen 0.51,up(0.985) center top horizontal maxrows 2 Left reverse samplen 3 \
    width -1 spacing 1.1 font ",12"
plot 2 with lines notitle, \
    for [m = 1:words(MOMENTA)] keyentry with linespoints lt look(m) \
        title "β₁ = ".word(MOMENTA, m).(word(MOMENTA, m) eq "0" ? " (gradient descent)" : ""), \
    keyentry with lines lt LIMIT title "chance; below: √(2ητ ln 2)"
unset key
set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6
set ytics nomirror out scale 0.6
set grid back lc rgb "#E4E4E4" lw 0.7 dt solid

set lmargin at screen 0.1
set rmargin at screen 0.97
set logscale x
set xrange [few/1.3 : many*1.3]

# --- error ---

set tmargin at screen up(0.9)
set bmargin at screen up(0.52)
set yrange [-0.02 : 0.55]
set ytics 0.1
set format x ""
set ylabel "error, small margin" offset 1,0
plot 0.5 with lines lt LIMIT, \
    for [m = 1:words(MOMENTA)] TABLE[1] using (along(m)):(of(m, "error_small")) \
        with lines lt look(m), \
    for [m = 1:words(MOMENTA)] TABLE[1] using (along(m)):(of(m, "error_small")): \
        (of(m, "error_small_stderr")) with yerrorbars lt look(m) dt solid lw 1.2

# --- projection ---

set tmargin at screen up(0.49)
set bmargin at screen up(0.155)
set logscale y
set yrange [least/2 : most*1.5]
set ytics @ONE_TWO_FIVE
set format x "%g"
set xlabel "η τ = η/(1 − β₁)" offset 0,0.4
set ylabel "largest projection on the feature" offset 1,0
small_print(_) = sprintf("%s replicas, %s steps, d = %s, P = %s, m = %s, N = %s, ", \
    setting(1, "replicas"), setting(1, "steps"), setting(1, "dimension"), \
    setting(1, "patches"), setting(1, "filters"), setting(1, "train")). \
    sprintf("margins %s and %s (share %s), noise norm %s, seed %s;\n", \
    setting(1, "margin-large"), setting(1, "margin-small"), setting(1, "small-share"), \
    setting(1, "noise-norm"), setting(1, "seed")). \
    "the setting is reconstructed from the abstract of Jelassi and Li (2022); ". \
    "bars: one standard error; ".file_name(TABLE[1])
set label small_print(0) at screen 0.012,up(0.055) font ",10" tc rgb TEXT
plot sqrt(2*x*log(2)) with lines lt LIMIT, \
    for [m = 1:words(MOMENTA)] TABLE[1] using (along(m)):(of(m, "projection")) \
        with lines lt look(m), \
    for [m = 1:words(MOMENTA)] TABLE[1] using (along(m)):(of(m, "projection")): \
        (of(m, "projection_stderr")) with yerrorbars lt look(m) dt solid lw 1.2

load here."end.gp"
