# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 8: steps of pnm to an accuracy against beta0, for several momenta and step sizes.
# gnuplot -d -c plots/steps_by_beta0.gp POINTS.csv CURVE.csv OUT.svg|OUT.png|OUT.pdf

ME = "steps_by_beta0.gp"
POINTS = ARG1
CURVE = ARG2
OUT = ARG3
array TABLE[2] = [POINTS, CURVE]
USAGE = "POINTS.csv CURVE.csv"
NEEDED = "optimizer lr beta0 beta1 steps"
RULES = "pnm"
WIDE = 900
HIGH = 556
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN    # rows of other curves do not break a line

# What the tables must agree in; one curvature, so that lr times it is eta h
do for [key in "lr beta1 spectrum accuracy"] {
    if (setting(1, key) ne setting(2, key)) {
        print ME.": ".POINTS." and ".CURVE." differ in ".key
        exit status 1
    }
}
if (setting(1, "spectrum") ne "1") {
    print ME.": ".POINTS.": needs --spectrum 1"
    exit status 1
}

# --- the curves' parameters, from the list that the table was made with ----------------

listed(s) = (at = strstrt(s, ",")) ? s[1:at-1]." ".listed(s[at+1:*]) : s
RATES = listed(setting(1, "lr"))
MOMENTA = listed(setting(1, "beta1"))
if (words(RATES) > 4 || words(MOMENTA) > 3 || strstrt(RATES, ":") || strstrt(MOMENTA, ":")) {
    print ME.": ".POINTS.": needs lists of at most 4 lr and 3 beta1"
    exit status 1
}
own(b, r) = strcol("optimizer") eq "pnm" && column("beta1") == real(word(MOMENTA, b)) && \
    column("lr") == real(word(RATES, r))
# A radius of 0 needs no steps, which a logarithmic axis does not show.
steps(b, r, name) = own(b, r) && column(name) > 0 ? column(name) : NaN

count = 0
stats POINTS using (seen(column("steps_measured") > 0 ? column("steps_measured") : NaN)) \
    nooutput
if (count == 0) {
    print ME.": ".POINTS.": no steps_measured: made without --measure?"
    exit status 1
}
count = 0
stats CURVE using (seen(column("steps") > 5 ? column("steps") : NaN)) nooutput
lowest = low
highest = high
count = 0
stats CURVE using (seen(column("beta0"))) nooutput
least = low
most = high
if (count == 0 || least == most) {
    print ME.": ".CURVE.": needs several values of beta0"
    exit status 1
}

# How many times the steps at the largest beta0 are those at the least, for the least and the
# largest of the momenta
array TIMES[2]
middle = words(RATES) > 1 ? 2 : 1
steps_at(b, r, beta0) = column("beta0") == beta0 ? steps(b, r, "steps") : NaN
do for [k = 1:2] {
    count = 0
    stats CURVE using (seen(steps_at(k == 1 ? 1 : words(MOMENTA), middle, most))) nooutput
    TIMES[k] = high
    count = 0
    stats CURVE using (seen(steps_at(k == 1 ? 1 : words(MOMENTA), middle, least))) nooutput
    TIMES[k] = TIMES[k] / high
}
TITLE = sprintf("At ηh = %s, β₀ = %g takes %.2g times the steps of β₀ = %g for β₁ = %s, but %.2g times for β₁ = %s", \
    word(RATES, middle), most, TIMES[1], least, word(MOMENTA, 1), TIMES[2], \
    word(MOMENTA, words(MOMENTA)))

# Each curve has its name at its end, AT[4*b+r-4]; those that would touch are moved apart.
array AT[12]
near = 0.055 * log10(1.96*highest/lowest)
do for [b = 1:words(MOMENTA)] {
    do for [r = 1:words(RATES)] {
        count = 0
        stats CURVE using (seen(steps_at(b, r, most))) nooutput
        AT[4*b+r-4] = count ? log10(high) : NaN
    }
    do for [pass = 1:40] {
        do for [r = 4*b-3:4*b-4+words(RATES)] {
            do for [q = 4*b-3:4*b-4+words(RATES)] {
                push = r != q && abs(AT[r] - AT[q]) < near ? \
                    (AT[r] > AT[q] || (AT[r] == AT[q] && r > q) ? 0.1*near : -0.1*near) : 0
                AT[r] = AT[r] + push
            }
        }
    }
}

# Told apart without colour; these are step sizes, not rules.
SIZE = 10    # linetype of the first, less 1
set linetype SIZE+1 lc rgb "#000000" lw 1.6 dt (10,8) pt 4 ps 0.9*POINT
set linetype SIZE+2 lc rgb "#56B4E9" lw 1.6 dt (9,6,1,6) pt 9 ps 1.1*POINT
set linetype SIZE+3 lc rgb "#CC79A7" lw 2.0 dt solid pt 7 ps 0.9*POINT
set linetype SIZE+4 lc rgb "#E69F00" lw 1.6 dt (1,5) pt 6 ps 1.0*POINT

# --- key ----------------------------------------------------------------------------------

load here."begin.gp"
unset border
unset tics
set lmargin at screen 0.03
set rmargin at screen 0.97
set xrange [0 : 1]
set yrange [0 : 1]
set key at screen 0.53,up(0.985) center top horizontal maxrows 1 Left reverse samplen 3 \
    width -1 font ",12"
plot 2 with lines notitle, \
    keyentry with lines lt ANY_RULE title "exact (line)", \
    keyentry with points lt ANY_RULE title "measured (symbol)"
unset key
set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6
set ytics nomirror out scale 0.6
set grid back lc rgb "#E4E4E4" lw 0.7 dt solid

# --- a panel for each momentum ------------------------------------------------------------

padding = 0.03 * (most - least)
set xrange [least-padding : most + 0.42*(most - least)]
set logscale y
set yrange [lowest/1.4 : highest*1.4]
set ytics (1, 2, 5, 10, 20, 50, 100, 200, 500, "1000" 1000, "2000" 2000, "5000" 5000, \
    "10⁴" 1e4, "2·10⁴" 2e4, "5·10⁴" 5e4, "10⁵" 1e5)
set xlabel "β₀" offset 0,0.3
set xtics least,round_below((most - least)/4),most
set ylabel sprintf("steps to accuracy %s", setting(1, "accuracy")) offset 0.8,0
set tmargin at screen up(0.86)
set bmargin at screen up(0.2)
panels = words(MOMENTA)
small_print(_) = "pnm on one curvature h, without noise; η₀ = η/√γ; steps = ". \
    "ln(accuracy)/ln ρ; measured: the growth factor of noiseless runs\n". \
    sprintf("%s and %s", file_name(POINTS), file_name(CURVE))
set label small_print(0) at screen 0.012,up(0.055) font ",10" tc rgb TEXT
do for [b = 1:panels] {
    set lmargin at screen 0.092 + 0.903 * (b - 1) / panels + (b > 1 ? 0.005 : 0)
    set rmargin at screen 0.092 + 0.903 * b / panels - 0.02
    set title sprintf("β₁ = %s", word(MOMENTA, b)) offset 0,-0.6
    do for [r = 1:words(RATES)] {
        set label 10+r sprintf("ηh = %s", word(RATES, r)) at most,10**AT[4*b+r-4] offset 0.9,0 \
            font ",11" tc rgb TEXT
    }
    plot for [r = 1:words(RATES)] CURVE using "beta0":(steps(b, r, "steps")) \
            with lines lt SIZE+r, \
        for [r = 1:words(RATES)] POINTS using "beta0":(steps(b, r, "steps_measured")) \
            with points lt SIZE+r lw 1.2
    unset label
    unset ylabel
    set format y ""
    set ytics (1, 10, 100, 1000, 10000) format ""
}

load here."end.gp"
