# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 19: the error of gradient descent on fresh examples with the small margin, against its
# rate, and that of gradient descent with momentum at a small rate.
# gnuplot -d -c plots/error_by_rate.gp POINTS.csv LEVELS.csv OUT.svg|OUT.png|OUT.pdf

ME = "error_by_rate.gp"
POINTS = ARG1
LEVELS = ARG2
OUT = ARG3
RULES = "sgd heavy_ball"
WIDE = 800
HIGH = 536
whereof(path) = (at = strstrt(path, "/")) ? path[1:at].whereof(path[at+1:*]) : ""
load whereof(ARG0)."error.gp"

along(_) = own("sgd") ? column("lr") : NaN
count = 0
stats POINTS using (seen(along(0))) nooutput
if (count < 2) {
    print ME.": ".POINTS.": needs several rates of sgd"
    exit status 1
}

few = low
many = high
count = 0
stats POINTS using (seen(error("sgd"))) nooutput
least_error = low
count = 0
stats POINTS using (seen(error("sgd") == least_error ? column("lr") : NaN)) nooutput
TITLE = sprintf("At a rate of %g gradient descent errs in %.1f %%, with momentum at a rate of %g in %.1f %%", \
    low, 100*least_error, LEVEL_LR[2], 100*LEVEL[2])

load here."begin.gp"
set logscale x
set xrange [few/1.3 : many*1.3]
set xtics @ONE_TWO_FIVE
set format x "%g"
set xlabel "η of GD" offset 0,0.3
plot 0.5 with lines lt LIMIT title "chance", \
    LEVEL[2] with lines lt 2 lw 2.2 title level(2), \
    POINTS using (along(0)):(error("sgd")) with lines lt 1 notitle, \
    POINTS using (along(0)):(error("sgd")):(error_bar("sgd")) \
        with yerrorbars lt 1 dt solid lw 1.2 title "GD"
load here."end.gp"
