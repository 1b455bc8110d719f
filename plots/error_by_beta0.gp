# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 20: the error of PNM on fresh examples with the small margin, against beta0, between
# those of gradient descent with and without momentum.
# gnuplot -d -c plots/error_by_beta0.gp POINTS.csv LEVELS.csv OUT.svg|OUT.png|OUT.pdf

ME = "error_by_beta0.gp"
POINTS = ARG1
LEVELS = ARG2
OUT = ARG3
RULES = "sgd heavy_ball pnm"
WIDE = 800
HIGH = 536
whereof(path) = (at = strstrt(path, "/")) ? path[1:at].whereof(path[at+1:*]) : ""
load whereof(ARG0)."error.gp"

# The axis is linear near 0 and logarithmic further out.
along(_) = own("pnm") ? asinh(column("beta0")) : NaN
count = 0
stats POINTS using (seen(along(0))) nooutput
if (count < 2) {
    print ME.": ".POINTS.": needs several values of beta0 of pnm"
    exit status 1
}
least = low
most = high
count = 0
stats POINTS using (seen(own("pnm") ? column("lr") : NaN)) nooutput
if (setting(1, "lr-normalization") ne "off" || low != LEVEL_LR[2] || high != low) {
    print ME.": ".POINTS.": needs pnm at the rate of heavy_ball in ".LEVELS. \
        ", with --lr-normalization off"
    exit status 1
}

# The errors at beta0 = 0, or the least beta0 if the table lacks 0, and at the largest
array AT[2]
start = least
stats POINTS using (along(0) == 0 ? (start = 0, 0) : 0) nooutput
do for [k = 1:2] {
    count = 0
    stats POINTS using (seen(along(0) == (k == 1 ? start : most) ? error("pnm") : NaN)) nooutput
    AT[k] = low
}
TITLE = sprintf("PNM errs in %.1f %% at β₀ = %.2g and in %.0f %% at β₀ = %.2g; without momentum it is %.0f %%", \
    100*AT[1], sinh(start), 100*AT[2], sinh(most), 100*LEVEL[1])

load here."begin.gp"
padding = 0.03 * (most - least)
set xrange [least-padding : most+padding]
unset xtics
set xtics nomirror out scale 0.6 ("−0.5" asinh(-0.5), "0" 0)
do for [b in "1 2 5 10 20 50 100 200 500"] {
    set xtics add (b asinh(real(b)))
}
set xlabel "β₀" offset 0,0.3
plot 0.5 with lines lt LIMIT title "chance", \
    LEVEL[2] with lines lt 2 lw 2.2 title level(2), \
    LEVEL[1] with lines lt 1 title level(1), \
    POINTS using (along(0)):(error("pnm")) with lines lt 3 notitle, \
    POINTS using (along(0)):(error("pnm")):(error_bar("pnm")) \
        with yerrorbars lt 3 dt solid lw 1.2 title "PNM at the same rate and β₁"
load here."end.gp"
