# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 21: the test error of a network that SGD with momentum and PNM train, against the
# learning rate that is set and against the rate that is applied.
# gnuplot -d -c plots/training_by_rate.gp ASYM.csv SYM.csv CLEAN.csv OUT.svg|OUT.png|OUT.pdf

ME = "training_by_rate.gp"
array TABLE[3] = [ARG1, ARG2, ARG3]
OUT = ARG4
USAGE = "ASYM.csv SYM.csv CLEAN.csv"
MATCH = "rate"
WIDE = 800
HIGH = 996
HEAD = 56
whereof(path) = (at = strstrt(path, "/")) ? path[1:at].whereof(path[at+1:*]) : ""
load whereof(ARG0)."training.gp"

BETAS = ""
listed(b) = strstrt(" ".BETAS." ", " ".b." ")
list(b) = listed(b) ? 0 : (BETAS = BETAS.(BETAS eq "" ? "" : " ").b, 0)
do for [t = 1:3] {
    stats TABLE[t] using (list(strcol("beta0"))) nooutput
}
if (words(BETAS) > 2) {
    print ME.": the tables have ".words(BETAS)." values of beta0, at most 2 can be told apart"
    exit status 1
}

own(m, name) = strcol("beta0") eq word(BETAS, m) ? column(name) : NaN

# along(side, m): the axis of the left side or the right one; of the baseline for m = 0
along(side, m) = m == 0 ? column(side == 1 ? "baseline_lr" : "baseline_applied_rate") : \
    own(m, side == 1 ? "lr" : "applied_rate")
error(m) = m == 0 ? column("baseline_error_test") : own(m, "error_test")
bar(m) = m == 0 ? column("baseline_error_test_stderr") : own(m, "error_test_stderr")

# The ranges: of the errors of a table, of the rates of all.
array LEAST[3]
array MOST[3]
array FEW[2]
array MANY[2]
do for [t = 1:3] {
    count = 0
    do for [m = 0:words(BETAS)] {
        stats TABLE[t] using (seen(error(m))) nooutput
    }
    LEAST[t] = low
    MOST[t] = high
}
do for [side = 1:2] {
    count = 0
    do for [t = 1:3] {
        do for [m = 0:words(BETAS)] {
            stats TABLE[t] using (seen(along(side, m))) nooutput
        }
    }
    FEW[side] = low
    MANY[side] = high
}

# PNM and SGD at the same applied rate, and their lowest errors in the first table
shared = 0.1    # the rate up to which the title compares
count = 0
do for [t = 1:3] {
    stats TABLE[t] using (seen(strcol("beta0") eq word(BETAS, 1) && \
        column("applied_rate") <= shared ? abs(column("difference_points")) : NaN)) nooutput
}
TITLE = count ? sprintf("Up to a rate of %g PNM at β₀ = %s errs as SGD at the same rate, to %.1f points", \
    shared, word(BETAS, 1), high) : "PNM and SGD over the rate that is set and that is applied"
array LOWEST[2]
do for [k = 1:2] {
    count = 0
    stats TABLE[1] using (seen(error(k == 1 ? 0 : words(BETAS)))) nooutput
    LOWEST[k] = 100 * low
}
TITLE = TITLE.sprintf(";\nwith %s the lowest error of PNM at β₀ = %s is %.1f %%, of SGD %.1f %%", \
    setting(1, "label-noise") eq "none" ? "clean labels" : "wrong labels", \
    word(BETAS, words(BETAS)), LOWEST[2], LOWEST[1])

load here."begin.gp"
unset border
unset tics
unset grid
set lmargin at screen 0.03
set rmargin at screen 0.97
set xrange [0 : 1]
set yrange [0 : 1]
set key at screen 0.53,up(0.99) center top horizontal maxrows 1 Left reverse samplen 3 \
    width 0 font ",12"
plot 2 with lines notitle, keyentry with linespoints lt 1 title "SGD with momentum", \
    for [m = 1:words(BETAS)] keyentry with linespoints lt m+1 \
        title "PNM, β₀ = ".word(BETAS, m)
unset key

@AXES
set logscale xy
set format x "%g"
set ytics (.02,.03,.05,.07,.1,.15,.2,.3,.4,.5,.7,1)
set label 1000 small_print(0)."without weight decay; bars: one standard error;\n". \
    file_name(TABLE[1]).", ".file_name(TABLE[2])." and ".file_name(TABLE[3]) \
    at screen 0.012,up(0.05) font ",10" tc rgb TEXT

do for [t = 1:3] {
    set yrange [0.85*LEAST[t] : 1.15*MOST[t]]
    set tmargin at screen up(0.93 - 0.285*(t-1))
    set bmargin at screen up(0.725 - 0.285*(t-1))
    do for [side = 1:2] {
        set xrange [FEW[side]/1.4 : 1.4*MANY[side]]
        set lmargin at screen side == 1 ? 0.085 : 0.565
        set rmargin at screen side == 1 ? 0.5 : 0.98
        if (MANY[side] > 3000*FEW[side]) {
            set xtics (.0001,.001,.01,.1,1,10,100,1000)
        } else {
            set xtics (.0001,.0003,.001,.003,.01,.03,.1,.3,1,3,10,30)
        }
        set ylabel side == 1 ? "test error" : "" offset 2,0
        set xlabel t < 3 ? "" : side == 1 ? "learning rate that is set" : "rate that is applied" \
            offset 0,0.4
        set title side == 1 ? noise(t) : "" offset 0,-0.6 font ",12"
        plot for [m = 0:words(BETAS)] TABLE[t] using (along(side, m)):(error(m)) \
                smooth unique with lines lt m+1, \
            for [m = 0:words(BETAS)] TABLE[t] using (along(side, m)):(error(m)):(bar(m)) \
                with yerrorbars lt m+1 dt solid lw 1.2
        unset label 1000
    }
}
load here."end.gp"
