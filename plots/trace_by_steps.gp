# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 14: the Hessian's trace along a valley that widens, over steps: where the noise of
# SGD, PNM and Anti-PGD moves the slow coordinate.
# gnuplot -d -c plots/trace_by_steps.gp TABLE.csv OUT.svg|OUT.png|OUT.pdf
# A table of pnm-verify with the claim anti-pgd.

ME = "trace_by_steps.gp"
array TABLE[1] = [ARG1]
OUT = ARGC > 1 ? ARG2 : ""
USAGE = "TABLE.csv"
NEEDED = "id setting paper exact measured stderr"
# The curves' looks; the rows that they are made of, as the claim's settings begin; their names
RULES = "sgd pnm pnm_without_momentum anti_pgd anti_pgd_louder"
WIDE = 800
HIGH = 596
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"

array BEGINS[5] = ["sgd c=1", "pnm beta0=1 beta1=0.9 c=1", "pnm beta0=1 beta1=0 c=1", \
    "anti_pgd c=1", "anti_pgd c=5"]
array NAME[5] = ["sgd", "pnm β₀ = 1 β₁ = 0.9", "pnm β₀ = 1 β₁ = 0", "anti_pgd", \
    "anti_pgd, noise × 5"]

# --- the rows -------------------------------------------------------------------------------

# The steps of a row of curve r; NaN for other rows. A row tells 1 - v/l, and the trace is
# that of the start times (v/l)^2.
start(r) = "valley: ".BEGINS[r]." T="
number(s) = (at = strstrt(s, ";")) ? s[1:at-1] : s    # a remark may follow
steps(r) = strcol("id") eq "anti-pgd" && strstrt(strcol("setting"), start(r)) == 1 ? \
    real(number(substr(strcol("setting"), strlen(start(r)) + 1, strlen(strcol("setting"))))) : NaN
trace(way) = (1 - way)**2
error(_) = 2 * (1 - column("measured")) * column("stderr")

# $CURVE has a block for each curve, with the start: steps, exact, paper, measured, its error.
keep(r) = (count = count + 1, most = steps(r) > most ? steps(r) : most, \
    block = block.sprintf(" %.17g,%.17g,%.17g,%.17g,%.17g", steps(r), trace(column("exact")), \
    trace(column("paper")), trace(column("measured")), error(0)), 0)
most = 0
set print $CURVE append
do for [r = 1:5] {
    count = 0
    block = "0,1,1,NaN,NaN"
    stats TABLE[1] using (steps(r) > 0 ? keep(r) : 0) nooutput
    if (count == 0) {
        set print
        print ME.": ".TABLE[1].": no row '".start(r)."'"
        exit status 1
    }
    do for [k = 1:words(block)] {
        print word(block, k)
    }
    print ""
    print ""
}
set print

END = ""    # the traces at the last step, by curve
last(r) = steps(r) == most ? (END = END.sprintf(" %.17g", trace(column("exact"))), 0) : 0
do for [r = 1:5] {
    stats TABLE[1] using (last(r)) nooutput
}
end(r) = real(word(END, r))
TITLE = sprintf("After %g steps the trace is at %.2f for PNM with momentum, %.2f for SGD, %.2f for Anti-PGD", \
    most, end(2), end(1), end(4))

small_print(_) = "f(u, v) = ½ (v/l)² |u|², d = 2048, l = 192, start u = 0, v = l; rate applied ". \
    "0.1; noise of variance c in every coordinate\n". \
    sprintf("lines: mean field; symbols: measured, planned relative error %s, seed %s, ", \
    setting(1, "precision"), setting(1, "seed"))."bars: one standard error (below the symbols)\n". \
    "bands: averaged, as if Var u were SGD's plus η₀²β₀² Var(m). ". \
    file_name(TABLE[1])

# --- the picture ----------------------------------------------------------------------------

load here."begin.gp"
set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6 0,128
set ytics nomirror out scale 0.6
set grid back lc rgb "#E4E4E4" lw 0.7 dt solid
set lmargin at screen 0.10
set rmargin at screen 0.97
set tmargin at screen up(0.97)
set bmargin at screen up(0.245)
set xrange [0 : most*1.02]
set yrange [* : 1.005]
set xlabel "steps" offset 0,0.3
set ylabel "Tr H(v) over that of the start" offset 1,0
set key bottom left Left reverse samplen 3 spacing 1.15 font ",12"
set label small_print(0) at screen 0.012,up(0.105) font ",10" tc rgb TEXT
unset datafile columnheaders
plot $CURVE index 2 using 1:3 with lines lt PAPER notitle, \
    $CURVE index 1 using 1:3 with lines lt PAPER_PNM notitle, \
    for [r = 1:5] $CURVE index r-1 using 1:2 with lines lt r notitle, \
    for [r = 1:5] $CURVE index r-1 using 1:4:5 with yerrorbars lt r dt solid lw 1.2 notitle, \
    for [r = 1:5] keyentry with linespoints lt r title NAME[r], \
    keyentry with lines lt PAPER_PNM title "the reading for β₁ = 0.9 (band)", \
    keyentry with lines lt PAPER title "the reading for β₁ = 0 (band)"
load here."end.gp"
