# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 23: the test error of a network that SGD with momentum and PNM train, over the rate and
# the decay that are applied, and the difference of both.
# gnuplot -d -c plots/training_by_rate_and_decay.gp TABLE.csv OUT.svg|OUT.png|OUT.pdf

ME = "training_by_rate_and_decay.gp"
array TABLE[1] = [ARG1]
OUT = ARG2
USAGE = "TABLE.csv"
MATCH = "both"
WIDE = 960
HIGH = 456
whereof(path) = (at = strstrt(path, "/")) ? path[1:at].whereof(path[at+1:*]) : ""
load whereof(ARG0)."training.gp"

count = 0
stats ARG1 using (seen(column("beta0"))) nooutput
cells = count
if (low != high) {
    print ME.": ".ARG1.": needs one value of beta0"
    exit status 1
}
beta0 = low

# The cells stand at 0, 1, 2, ... if rates and decays lie the same factor apart each.
count = 0
stats ARG1 using (seen(column("applied_rate"))) nooutput
slow = low
fast = high
count = 0
stats ARG1 using (seen(column("applied_decay"))) nooutput
weak = low
strong = high
count = 0
stats ARG1 using (seen(column("applied_decay") < weak * (1 + 1e-9) ? column("lr") : NaN)) nooutput
rates = count
decays = rates > 0 ? cells / rates : 0
if (rates < 2 || decays < 2 || weak <= 0 || rates * decays != cells) {
    print ME.": ".ARG1.": needs a grid of lr and weight_decay"
    exit status 1
}
x(_) = (rates - 1) * log(column("applied_rate")/slow) / log(fast/slow)
y(_) = (decays - 1) * log(column("applied_decay")/weak) / log(strong/weak)
off(_) = abs(x(0) - floor(x(0) + 0.5)) + abs(y(0) - floor(y(0) + 0.5))
count = 0
stats ARG1 using (seen(off(0))) nooutput
if (high > 1e-3) {
    print ME.": ".ARG1.": needs rates and decays that lie the same factor apart"
    exit status 1
}

# What the colour and the text of a cell say, in panel p
shade(p) = p == 1 ? log10(column("baseline_error_test")) : p == 2 ? log10(column("error_test")) : \
    column("difference_points")
count = 0
stats ARG1 using (seen(shade(1)) + seen(shade(2))) nooutput
best = low
worst = high
said(p) = p < 3 ? sprintf("%.1f", 100 * 10**shade(p)) : \
    sprintf(abs(shade(3)) < 10 ? "%+.2f\n± %.2f" : "%+.1f\n± %.1f", shade(3), \
        column("difference_points_stderr"))

# The differences at the largest rate, and at all others
at_fast(_) = column("applied_rate") > fast * (1 - 1e-9)
count = 0
stats ARG1 using (seen(at_fast(0) ? NaN : column("applied_rate"))) nooutput
slower = high
count = 0
stats ARG1 using (seen(at_fast(0) ? NaN : abs(column("difference_points")))) nooutput
apart = high
count = 0
stats ARG1 using (seen(at_fast(0) ? column("difference_points") : NaN)) nooutput
TITLE = sprintf("Up to a rate of %.2g PNM and SGD differ by %.2f points at most, at %.2g by %+.1f to %+.1f", \
    slower, apart, fast, low, high)

load here."begin.gp"
@AXES
unset grid
unset key
unset colorbox
set style fill solid 1 noborder
set xrange [-0.5 : rates-0.5]
set yrange [-0.5 : decays-0.5]
set xtics nomirror out scale 0.4 font ",11" ("" 0)
set ytics nomirror out scale 0.4 font ",11" ("" 0)
do for [k = 0:rates-1] {
    set xtics add (sprintf("%.2g", slow * (fast/slow)**(k/(rates - 1.0))) k)
}
do for [k = 0:decays-1] {
    set ytics add (sprintf("%.2g", weak * (strong/weak)**(k/(decays - 1.0))) k)
}
set tmargin at screen up(0.9)
set bmargin at screen up(0.31)
set label 1000 small_print(0).noise(1)."; decay for each unit of the rate;\n".file_name(ARG1). \
    ": errors in per cent, differences in points ± one standard error, colours of differences end at 5" \
    at screen 0.01,up(0.115) font ",10" tc rgb TEXT

array PANEL[3]
PANEL[1] = "SGD with momentum"
PANEL[2] = sprintf("PNM, β₀ = %g", beta0)
PANEL[3] = "PNM − SGD, paired"
do for [p = 1:3] {
    set lmargin at screen 0.092 + 0.306*(p - 1)
    set rmargin at screen 0.374 + 0.306*(p - 1)
    set title PANEL[p] offset 0,-0.6 font ",12"
    set xlabel p == 2 ? "rate that is applied" : "" offset 0,0.3
    set ylabel p == 1 ? "decay that is applied" : "" offset 1.8,0
    if (p == 2) {
        do for [k = 0:decays-1] {
            set ytics add ("" k)
        }
    }
    if (p < 3) {
        # Dark is a large error; light enough for the numbers
        set palette defined (0 "#F7FBFF", 1 "#5AA2CF")
        set cbrange [best : worst]
    } else {
        set palette defined (-1 "#5AA2CF", 0 "#FFFFFF", 1 "#E8833A")
        set cbrange [-5 : 5]
    }
    plot ARG1 using (x(0)):(y(0)):(x(0)-0.48):(x(0)+0.48):(y(0)-0.48):(y(0)+0.48):(shade(p)) \
            with boxxyerror fc palette, \
        ARG1 using (x(0)):(y(0)):(said(p)) with labels font ",10"
    unset label 1000
}
load here."end.gp"
