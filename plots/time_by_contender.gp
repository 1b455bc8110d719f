# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 9: what a coordinate-step costs, beside others and as the problem grows.
# gnuplot -d -c plots/time_by_contender.gp TABLE.csv OUT.svg|OUT.png|OUT.pdf

ME = "time_by_contender.gp"
array TABLE[1] = [ARG1]
OUT = ARG2
USAGE = "TABLE.csv"
NEEDED = "section what rule d replicas threads ns ns_q1 ns_q3 ratio_to ratio processors"
RULES = "sgd heavy_ball pnm"
WIDE = 900
HIGH = 656
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN    # rows of other sections do not break a line

in(section) = strcol("section") eq section

# --- the contenders -----------------------------------------------------------------------

# Rows from the top; pnmlab on several threads has one of its own.
array PLACE[5] = ["torch", "naive C and GSL", "numpy", "pnmlab", "pnmlab"]
array NAME[5] = ["PyTorch", "C with GSL,\nthree loops", "NumPy", "pnmlab,\n1 thread", \
    "pnmlab"]
place(what, threads) = what eq "torch" ? 5 : what eq PLACE[2] ? 4 : what eq "numpy" ? 3 : \
    what eq "pnmlab" ? (threads > 1 ? 1 : 2) : NaN
aside(r) = 0.21 * (2 - r)    # the rules beside each other
row(r) = in("engine") && strcol("rule") eq rule(r) ? \
    place(strcol("what"), column("threads")) + aside(r) : NaN

stats ARG1 using (row(3) > 0 ? (d = column("d"), replicas = column("replicas"), 0) : 0) \
    nooutput
count = 0
stats ARG1 using (seen(row(3) > 0 ? column("ns") : NaN)) nooutput
if (count == 0) {
    print ME.": ".ARG1.": no coordinate-step of pnm"
    exit status 1
}
threads = 1
processors(t) = in("engine") && t > threads ? (threads = t, 0) : 0
stats ARG1 using (processors(column("threads"))) nooutput
# Where the machine had other work, several threads had fewer processors.
NAME[5] = sprintf("pnmlab,\n%d threads", threads)
count = 0
stats ARG1 using (seen(in("engine") && column("threads") == threads && threads > 1 ? \
    column("processors") : NaN)) nooutput
if (count > 0 && low < 0.9 * threads) {
    NAME[5] = NAME[5].sprintf("\n(but %.1f\nprocessors)", low)
}
array THERE[5]    # has the row a point?
do for [p = 1:5] {
    count = 0
    stats ARG1 using (seen(row(3) == 6 - p + aside(3) ? 1 : NaN)) nooutput
    THERE[p] = count
}

# The bare generator, in the same rounds
generator = NaN
stats ARG1 using (in("engine") && strcol("rule") eq "" ? \
    (generator = column("ns"), 0) : 0) nooutput

# --- growth -------------------------------------------------------------------------------

# Sizes on one thread, ordered by their number of coordinates and replicas in all: each is
# named by "d|replicas".
size(_) = in("growth") && strcol("what") eq "pnmlab" && column("threads") == 1
keys = ""
stats ARG1 using (size(0) ? \
    (keys = keys.sprintf(" %.0f|%.0f", column("d"), column("replicas")), 0) : 0) nooutput
total(word) = real(word[1:strstrt(word, "|")-1]) * real(word[strstrt(word, "|")+1:*])
modes(word) = real(word[1:strstrt(word, "|")-1])
before(a, b) = total(a) < total(b) || (total(a) == total(b) && modes(a) < modes(b))
rank(w) = sum [k = 1:words(keys)] (before(word(keys, k), w) ? 1 : 0)
power_text(x) = x < 10000 ? sprintf("%.0f", x) : \
    x == 1e4 ? "10⁴" : x == 1e5 ? "10⁵" : x == 1e6 ? "10⁶" : sprintf("%.0g", x)
own_rank(_) = size(0) ? rank(sprintf("%.0f|%.0f", column("d"), column("replicas"))) : NaN
noise_is(what) = in("growth") && strcol("what") eq what." noise" ? column("d") : NaN

count = 0
stats ARG1 using (seen(in("growth") || in("engine") ? column("ns") : NaN)) nooutput
bottom = 0.35
top = 1.6 * high

# How many times as long the others take for pnm
count = 0
stats ARG1 using (seen(row(3) > 0 && strcol("ratio_to") eq "pnmlab" ? column("ratio") : NaN)) \
    nooutput
slower = count ? sprintf("; others take %.0f to %.0f times as long", low, high) : ""
count = 0
stats ARG1 using (seen(row(3) > 0 && strcol("what") eq "pnmlab" && column("threads") == 1 ? \
    column("ns") : NaN)) nooutput
TITLE = sprintf("A step of PNM takes %.2f ns a coordinate", low).slower

# --- key ----------------------------------------------------------------------------------

load here."begin.gp"
unset border
unset tics
set lmargin at screen 0.03
set rmargin at screen 0.97
set xrange [0 : 1]
set yrange [0 : 1]
set key at screen 0.53,up(0.985) center top horizontal maxrows 1 Left reverse samplen 2 \
    width -4 font ",12"
plot 2 with lines notitle, \
    for [r = 1:3] keyentry with points lt r lw 1.2 title rule(r), \
    keyentry with lines lt LIMIT lw 1.5 title "pnmlab's bare generator"
unset key
set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6
set ytics nomirror out scale 0.6
set grid back lc rgb "#E4E4E4" lw 0.7 dt solid
set logscale x

# --- coordinate-steps ---------------------------------------------------------------------

set lmargin at screen 0.13
set rmargin at screen 0.50
set tmargin at screen up(0.885)
set bmargin at screen up(0.185)
set title sprintf("stationary variance, d = %d, %d replicas", d, replicas) offset 0,-0.6
set xrange [bottom : 60]
set xtics (0.5, 1, 2, 5, 10, 20, 50)
set xlabel "ns a coordinate-step" offset 0,0.3
set yrange [(threads > 1 ? 0.4 : 1.4) : 5.6]
unset ytics
do for [p = 1:5] {
    if (THERE[p]) {
        set label NAME[p] at graph -0.03, first 6-p right tc rgb "#000000"
    }
}
set arrow from generator, graph 0 to generator, graph 1 nohead lt LIMIT lw 1.5
times(r) = strcol("ratio_to") eq "pnmlab" ? sprintf("× %.0f", column("ratio")) : ""
plot for [r = 1:3] ARG1 using (column("ns_q1")):(row(r)):(column("ns_q3")-column("ns_q1")):(0) \
        with vectors @BARS lt r dt solid lw 1.2, \
    for [r = 1:3] ARG1 using (column("ns")):(row(r)) with points lt r lw 1.2, \
    for [r = 1:3] ARG1 using (column("ns_q3")*1.12):(row(r)):(times(r)) \
        with labels left font ",10" tc rgb TEXT
unset label
unset arrow

# --- sizes --------------------------------------------------------------------------------

set lmargin at screen 0.585
set rmargin at screen 0.98
set bmargin at screen up(0.625)
set title "pnm by d × replicas, 1 thread" offset 0,-0.6
unset logscale x
unset xlabel
set xrange [-0.6 : words(keys)-0.4]
unset xtics
set xtics nomirror out scale 0.6 rotate by 40 right font ",10"
set for [k = 1:words(keys)] xtics add \
    (power_text(modes(word(keys, k)))."×".power_text(total(word(keys, k)) / \
    modes(word(keys, k))) rank(word(keys, k)))
set logscale y
set yrange [bottom : top]
set ytics nomirror out scale 0.6 (0.5, 1, 2, 5, 10, 20, 50)
set ylabel "ns a coordinate-step" offset 0.8,0
plot generator with lines lt LIMIT lw 1.5, \
    ARG1 using (own_rank(0)):(column("ns")) with points lt 3 lw 1.2

# --- dense noise --------------------------------------------------------------------------

set tmargin at screen up(0.475)
set bmargin at screen up(0.185)
set title "pnm by d, 1000 replicas, 1 thread" offset 0,-0.6
set logscale x
set xrange [1.5 : 135]
unset xtics
set xtics nomirror out scale 0.6 norotate font ",13" (2, 10, 30, 100)
set xlabel "d" offset 0,0.3
set yrange [bottom : 20]
set label "dense noise covariance" at 25,3.4 right font ",11" tc rgb TEXT
set label "in the eigenbasis" at 25,1.25 font ",11" tc rgb TEXT
small_print(_) = sprintf("%s: %s, %s; ", file_name(ARG1), setting(1, "machine"), \
    setting(1, "compiler")).sprintf("%s; medians over rounds in turn, bars: quartiles; ", \
    setting(1, "peers"))."\n"."processor time on 1 thread, wall time on more; ". \
    "× 10: ten times as long as pnmlab on 1 thread; 1×1: one chain takes as long as 64"
set label small_print(0) at screen 0.012,up(0.055) font ",10" tc rgb TEXT
plot generator with lines lt LIMIT lw 1.5, \
    ARG1 using (noise_is("diagonal")):(column("ns")) with linespoints lt 3 dt (1,5) lw 1.4, \
    ARG1 using (noise_is("dense")):(column("ns")) with linespoints lt 3 dt solid lw 1.4

load here."end.gp"
