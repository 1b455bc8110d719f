# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 6: spectral radius of pnm over (eta h, beta0), with the limit from the closed form.
# gnuplot -d -c plots/radius_by_rate_and_beta0.gp TABLE.csv OUT.svg|OUT.png|OUT.pdf

ME = "radius_by_rate_and_beta0.gp"
array TABLE[1] = [ARG1]
OUT = ARG2
USAGE = "TABLE.csv"
NEEDED = "optimizer beta1 lr_h beta0 rho limit"
RULES = "pnm"
WIDE = 800
HIGH = 656
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"

own(name) = strcol("optimizer") eq "pnm" ? column(name) : NaN
count = 0
stats ARG1 using (seen(own("beta1"))) nooutput
if (count == 0 || low != high) {
    print ME.": ".ARG1.": needs one value of beta1 of pnm"
    exit status 1
}
b1 = low
points = count

# The grid: a row for each lr_h and beta0, the first varying slowest
count = 0
stats ARG1 using (seen(own("lr_h"))) nooutput
slow = low
fast = high
first_rate(name) = own("lr_h") == slow ? own(name) : NaN
first_beta0(name) = own("beta0") == least ? own(name) : NaN
count = 0
stats ARG1 using (seen(first_rate("beta0"))) nooutput
least = low
most = high
rows = count
count = 0
stats ARG1 using (seen(first_beta0("lr_h"))) nooutput
rates = count
if (rows < 2 || rates < 2 || rates * rows != points) {
    print ME.": ".ARG1.": needs a grid of lr_h and beta0"
    exit status 1
}
count = 0
stats ARG1 using (seen(own("rho"))) nooutput
lowest = low

# The stability limit at beta0 = 0 and at the largest
array LIMIT_AT[2]
limit_at(b) = abs(first_rate("beta0") - b) < 1e-9 ? own("limit") : NaN
do for [k = 1:2] {
    count = 0
    stats ARG1 using (seen(limit_at(k == 1 ? 0 : most))) nooutput
    LIMIT_AT[k] = count ? low : NaN
}
TITLE = LIMIT_AT[1] > LIMIT_AT[2] && most > 0 ? \
    sprintf("PNM's stability limit falls from ηh = %.3g at β₀ = 0 to %.3g at β₀ = %g", \
        LIMIT_AT[1], LIMIT_AT[2], most) : \
    sprintf("PNM's spectral radius, and its stability limit, for β₀ from %g to %g", least, most)

half_rate = 0.5 * (fast - slow) / (rates - 1)
half_beta0 = 0.5 * (most - least) / (rows - 1)

# --- looks --------------------------------------------------------------------------------

load here."begin.gp"
set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6
set ytics nomirror out scale 0.6
unset key
set lmargin at screen 0.085
set rmargin at screen 0.845
set tmargin at screen up(0.955)
set bmargin at screen up(0.19)
set xrange [slow-half_rate : fast+half_rate]
set yrange [least-half_beta0 : most+half_beta0]
set xlabel "ηh    (learning rate × curvature)" offset 0,0.3
set ylabel "β₀"

# Dark converges fast; what diverges is left white. Even lightness, so that grey prints do.
set palette defined (0 "#08306B", 0.25 "#2171B5", 0.5 "#6BAED6", 0.75 "#BDD7E7", \
    1 "#E3ECF6") maxcolors 32
set cbrange [lowest : 1]
set cblabel "spectral radius ρ    (factor a step)" offset 1,0
set cbtics out nomirror scale 0.6
set colorbox user origin 0.865,up(0.19) size 0.022,up(0.765)
stable(rho) = rho < 1 ? rho : NaN

set style textbox opaque noborder fillcolor rgb "white" margins 0.6,0.4
set label 1 "diverges" at graph 0.84,0.45 center font ",13" tc rgb "#303030" boxed front
set label 2 "limit: ηh = 2√γ/(1+2β₀);\nfor β₀ < −β/(1+β), β = β₁²,\n√γ(1+β)/(−β₀(1+β)−β) if less" \
    at graph 0.6,0.93 font ",11" tc rgb "#303030" boxed front
# What diverges is hatched: behind the map, which has no cells there.
set object 1 rectangle from graph 0, graph 0 to graph 1, graph 1 behind \
    fillcolor rgb "#9A9A9A" fillstyle pattern 4 noborder
small_print(_) = sprintf("pnm, β₁ = %g, one curvature h, without noise; ", b1). \
    "hatched: ρ ≥ 1; γ = (1+β₀)² + β₀²\n". \
    file_name(ARG1).": ρ from written-out matrices, the line from the closed form"
set label small_print(0) at screen 0.012,up(0.055) font ",10" tc rgb TEXT

plot ARG1 using (own("lr_h")):(own("beta0")):(stable(own("rho"))) with image, \
    ARG1 using (first_rate("limit")):(first_rate("beta0")) with lines lw 2.2 lc rgb "#D55E00"

load here."end.gp"
