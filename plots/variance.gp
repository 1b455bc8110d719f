# SPDX-License-Identifier: GPL-3.0-or-later
# What the figures of variances share, of tables that pnm-stationary prints. Loads style.gp
# with POINTS, the sampled table, and CURVE, the table of exact values.

array TABLE[2] = [POINTS, CURVE]
USAGE = "POINTS.csv CURVE.csv"
NEEDED = "optimizer lr beta0 beta1 batch i j h_i exact paper"
SAMPLED = "measured stderr"
load here."style.gp"

# A row's numbers if it belongs to `rule`, else undefined, so not drawn. Variances are in
# units of eta/(2B), the paper's value of sgd.
own(rule) = strcol("optimizer") eq rule && column("i") == column("j")
rate(rule) = own(rule) ? column("lr") * column("h_i") : NaN
beta0(rule) = own(rule) ? column("beta0") : NaN
beta1(rule) = own(rule) ? column("beta1") : NaN
unit(_) = column("lr") / (2 * column("batch"))
variance(rule, name) = own(rule) ? column(name) / unit(0) : NaN
error(rule) = own(rule) ? bar(0) / unit(0) : NaN

lowest = 1e300
highest = 0
do for [rule in RULES] {
    do for [t = 1:2] {
        do for [name in (t == 1 ? "measured exact" : "exact paper")] {
            count = 0
            stats TABLE[t] using (seen(variance(rule, name))) nooutput
            if (count == 0) {
                print ME.": ".TABLE[t].": no ".name." value of ".rule
                exit status 1
            }
            lowest = low < lowest ? low : lowest
            highest = high > highest ? high : highest
        }
    }
    stats POINTS using (outlying(abs(deviation(rule)) + deviation_error(rule))) nooutput
}

count = 0
stats CURVE using (seen(beta1("pnm"))) nooutput
if (count == 0 || low != high) {
    print ME.": ".CURVE.": needs one value of beta1"
    exit status 1
}
b1 = low
count = 0
stats CURVE using (seen(own("pnm") ? column("h_i") : NaN)) nooutput
if (low != high) {
    print ME.": ".CURVE.": needs one curvature h"
    exit status 1
}

# The settings that a picture stands for, below it.
settings(about) = sprintf("%s; h = %s, %s, B = %s; γ = (1+β₀)² + β₀², η₀ = η/√γ", \
    about, setting(1, "spectrum"), covariance(setting(1, "noise")), setting(1, "batch"))
small_print(about) = settings(about)."\n".sources("")
