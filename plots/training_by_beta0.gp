# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 22: the test error of a network that PNM trains, against beta0, beside SGD with
# momentum that applies the same rate and decay.
# gnuplot -d -c plots/training_by_beta0.gp ASYM.csv SYM.csv OUT.svg|OUT.png|OUT.pdf

ME = "training_by_beta0.gp"
array TABLE[2] = [ARG1, ARG2]
OUT = ARG3
USAGE = "ASYM.csv SYM.csv"
MATCH = "both"
WIDE = 800
HIGH = 704
whereof(path) = (at = strstrt(path, "/")) ? path[1:at].whereof(path[at+1:*]) : ""
load whereof(ARG0)."training.gp"

# The axis is linear near 0 and logarithmic further out.
along(_) = asinh(column("beta0"))
difference(_) = column("difference_points")
array LEVEL[2]
array LEAST[2]
array MOST[2]
do for [t = 1:2] {
    # The twin of beta0 = 0 is SGD with momentum as published: a tenth of PNM's learning rate.
    count = 0
    stats TABLE[t] using (seen(column("beta0") == 0 ? column("baseline_error_test") : NaN)) \
        nooutput
    if (count != 1) {
        print ME.": ".TABLE[t].": needs one row of beta0 = 0"
        exit status 1
    }
    LEVEL[t] = low
    count = 0
    stats TABLE[t] using (seen(column("lr"))) nooutput
    if (low != high) {
        print ME.": ".TABLE[t].": needs one learning rate of pnm"
        exit status 1
    }
    rate = low
    count = 0
    stats TABLE[t] using (seen(column("error_test")) + seen(column("baseline_error_test"))) \
        nooutput
    LEAST[t] = low
    MOST[t] = high
}
count = 0
stats TABLE[1] using (seen(along(0))) nooutput
first = low
last = high
if (first == last) {
    print ME.": ".TABLE[1].": needs several values of beta0"
    exit status 1
}
count = 0
do for [t = 1:2] {
    stats TABLE[t] using (seen(difference(0) + column("difference_points_stderr")) + \
        seen(difference(0) - column("difference_points_stderr"))) nooutput
}
lowest = low
highest = high
count = 0
do for [t = 1:2] {
    stats TABLE[t] using (seen(difference(0))) nooutput
}
TITLE = low < 0 && high > 0 ? \
    sprintf("At the same rate and decay PNM errs up to %.1f points less than SGD, or %.1f more", \
        -low, high) : \
    sprintf("At the same rate and decay PNM's error less SGD's is %+.1f to %+.1f points", low, high)

BETAS = "1 3 10 30 100 300 1000"    # ticks
load here."begin.gp"
@AXES
set key at screen 0.53,up(0.985) center top vertical maxrows 3 Left reverse samplen 3 \
    font ",12"
padding = 0.04 * (last - first)
set xrange [first-padding : last+padding]
set label 1000 small_print(0)."PNM: ".sprintf("learning rate %g, decoupled decay %s; ", rate, \
    setting(1, "weight-decay"))."bars: one standard error;\n". \
    file_name(TABLE[1])." and ".file_name(TABLE[2]) at screen 0.012,up(0.066) font ",10" tc rgb TEXT

do for [t = 1:2] {
    set lmargin at screen t == 1 ? 0.09 : 0.575
    set rmargin at screen t == 1 ? 0.49 : 0.98
    unset xtics
    set xtics nomirror out scale 0.6 ("" 0)
    do for [b in BETAS] {
        set xtics add ("" asinh(real(b)))
    }

    set tmargin at screen up(0.83)
    set bmargin at screen up(0.48)
    reach = MOST[t] - LEAST[t]
    set yrange [LEAST[t] - 0.12*reach : MOST[t] + 0.12*reach]
    set xlabel ""
    set title noise(t) offset 0,-0.6 font ",12"
    set ylabel t == 1 ? "test error" : "" offset 1.6,0
    plot LEVEL[t] with lines lt LIMIT notitle, \
        TABLE[t] using (along(0)):(column("baseline_error_test")) with lines lt 1 notitle, \
        TABLE[t] using (along(0)):(column("baseline_error_test")): \
            (column("baseline_error_test_stderr")) with yerrorbars lt 1 dt solid lw 1.2 notitle, \
        TABLE[t] using (along(0)):(column("error_test")) with lines lt 2 notitle, \
        TABLE[t] using (along(0)):(column("error_test")):(column("error_test_stderr")) \
            with yerrorbars lt 2 dt solid lw 1.2 notitle, \
        keyentry with linespoints lt 2 title "PNM", \
        keyentry with linespoints lt 1 title "SGD with momentum, same rate and decay applied", \
        keyentry with lines lt LIMIT title "SGD with momentum as published (the twin of β₀ = 0)"
    unset key
    unset label 1000
    unset title

    set tmargin at screen up(0.455)
    set bmargin at screen up(0.185)
    reach = highest - lowest
    set yrange [lowest - 0.12*reach : highest + 0.12*reach]
    set xtics add ("0" 0)
    do for [b in BETAS] {
        set xtics add (b asinh(real(b)))
    }
    set xlabel "β₀" offset 0,0.3
    set ylabel t == 1 ? "PNM − SGD, points" : "" offset 0.5,0
    plot 0 with lines lt LIMIT, \
        TABLE[t] using (along(0)):(difference(0)) with lines lt 2, \
        TABLE[t] using (along(0)):(difference(0)):(column("difference_points_stderr")) \
            with yerrorbars lt 2 dt solid lw 1.2
}
load here."end.gp"
