# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 10: stationary excess loss against how fast a rule converges.
# gnuplot -d -c plots/loss_by_factor.gp TABLE.csv [TABLE.csv...] OUT.svg|OUT.png|OUT.pdf
# At most eight tables of pnm-stationary --excess, of any rules: one curve a rule.

ME = "loss_by_factor.gp"
array GIVEN[9] = [ARG1, ARG2, ARG3, ARG4, ARG5, ARG6, ARG7, ARG8, ARG9]
tables = ARGC > 2 ? ARGC - 1 : 1
array TABLE[tables]
do for [t = 1:tables] {
    TABLE[t] = GIVEN[t]
}
OUT = ARGC > 1 ? GIVEN[ARGC] : ""
USAGE = "TABLE.csv [TABLE.csv...]"
NEEDED = "optimizer lr beta0 beta1 beta3 excess stderr exact rho"
RULES = ""
LINES_ONLY = 0
WITH_PAPER = 0
WIDE = 800
HIGH = 796
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN    # rows of other rules do not break a line

# What the tables must agree in: one loss.
do for [t = 2:tables] {
    do for [key in "spectrum noise batch weight-decay"] {
        if (setting(t, key) ne setting(1, key)) {
            print ME.": ".TABLE[1]." and ".TABLE[t]." differ in ".key
            exit status 1
        }
    }
}

# --- a rule's numbers ---------------------------------------------------------------------

own(rule) = strcol("optimizer") eq rule
# Steps to shrink the error by e. A radius of 0 needs none; one of 1 or more never gets there.
factor(rule) = own(rule) ? column("rho") : NaN
steps(rule) = factor(rule) > 0 && factor(rule) < 1 ? -1 / log(factor(rule)) : NaN
number(rule, name) = own(rule) && column(name) > 0 ? column(name) : NaN
product(rule, name) = number(rule, name) * steps(rule)
deviation(rule) = own(rule) ? 100 * (column("excess") / column("exact") - 1) : NaN
drawn(rule) = steps(rule) > 0 ? number(rule, "exact") : NaN

least_steps = 1e300
most_steps = 0
lowest = 1e300
highest = 0
least_product = 1e300
most_product = 0
array FROM[words(RULES)]    # the table that a rule is in
array BEST[words(RULES)]    # its least loss x steps
parameters = ""             # "pnm β₀ = 1 β₁ = 0.9; ..."
do for [r = 1:words(RULES)] {
    found = 0
    do for [t = 1:tables] {
        count = 0
        stats TABLE[t] using (seen(own(rule(r)) ? 1 : 1e300)) nooutput
        if (count > 0) {
            found = found + 1
            FROM[r] = TABLE[t]
        }
    }
    if (found > 1) {
        print ME.": ".rule(r)." is in more than one table"
        exit status 1
    }
    count = 0
    stats FROM[r] using (drawn(rule(r)) > 0 ? seen(drawn(rule(r))) : 0) nooutput
    if (count == 0) {
        print ME.": ".FROM[r].": no exact excess and rho below 1 of ".rule(r). \
            "; only linear rules have them"
        exit status 1
    }
    lowest = low < lowest ? low : lowest
    highest = high > highest ? high : highest
    count = 0
    stats FROM[r] using (seen(steps(rule(r)))) nooutput
    least_steps = low < least_steps ? low : least_steps
    most_steps = high > most_steps ? high : most_steps
    count = 0
    stats FROM[r] using (seen(product(rule(r), "exact"))) nooutput
    BEST[r] = low
    least_product = low < least_product ? low : least_product
    most_product = high > most_product ? high : most_product
    stats FROM[r] using \
        (outlying(abs(deviation(rule(r))) + deviation_error(rule(r)))) nooutput
    text = ""
    do for [name in "beta0 beta1"] {
        count = 0
        stats FROM[r] using (own(rule(r)) && strcol(name) ne "" ? seen(column(name)) : 0) \
            nooutput
        # A grid over more than the learning rate would be several curves.
        if (count > 0 && low != high) {
            print ME.": ".FROM[r].": needs one value of ".name." of ".rule(r)
            exit status 1
        }
        if (count > 0) {
            text = text.sprintf(" %s = %g", name eq "beta0" ? "β₀" : "β₁", low)
        }
    }
    parameters = parameters.(text eq "" ? "" : (parameters eq "" ? "" : "; ").rule(r).text)
}

# Where each curve ends, at its largest rate, and a point before, from which an arrow can be seen
array END_STEPS[words(RULES)]
array END[words(RULES)]
array BACK_STEPS[words(RULES)]
array BACK[words(RULES)]
rows(r) = drawn(rule(r)) > 0 ? (number_of = number_of + 1, number_of) : 0
pick(r, at) = rows(r) == at ? (pick_x = steps(rule(r)), pick_y = drawn(rule(r)), 0) : 0
do for [r = 1:words(RULES)] {
    number_of = 0
    stats FROM[r] using (rows(r)) nooutput
    last = number_of
    number_of = 0
    stats FROM[r] using (pick(r, last)) nooutput
    END_STEPS[r] = pick_x
    END[r] = pick_y
    BACK_STEPS[r] = END_STEPS[r]
    BACK[r] = END[r]
    do for [at = 1:last-1] {
        number_of = 0
        stats FROM[r] using (pick(r, last - at)) nooutput
        far = at == 1 || abs(log(BACK_STEPS[r]/END_STEPS[r])) + abs(log(BACK[r]/END[r])) < 0.3
        BACK_STEPS[r] = far ? pick_x : BACK_STEPS[r]
        BACK[r] = far ? pick_y : BACK[r]
        if (!far) {
            break
        }
    }
}

# Rules whose curves lie within a sixth of the least loss at the speed `common` share a label.
common = 0.35 * most_steps**0.7 * least_steps**0.3
near(rule) = abs(log(steps(rule)/common)) < 0.12 ? drawn(rule) : NaN
array NEAR[words(RULES)]
least_near = 1e300
do for [r = 1:words(RULES)] {
    count = 0
    stats FROM[r] using (seen(near(rule(r)))) nooutput
    NEAR[r] = count ? low : 1e300
    least_near = NEAR[r] < least_near ? NEAR[r] : least_near
}
SHARED = ""
do for [r = 1:words(RULES)] {
    SHARED = NEAR[r] < 1.17 * least_near ? SHARED.(SHARED eq "" ? "" : ", ").rule(r) : SHARED
}

# The finding compares PNM with the rules that it is built from.
best(name) = sum [r = 1:words(RULES)] (rule(r) eq name ? BEST[r] : 0)
quietest = 1
do for [r = 1:words(RULES)] {
    quietest = BEST[r] < BEST[quietest] ? r : quietest
}
TITLE = best("pnm") > 0 && best("heavy_ball") > 0 && best("sgd") > 0 ? \
    sprintf("PNM's loss × steps is %.2g at best, Heavy Ball's %.2g and SGD's %.2g", best("pnm"), \
        best("heavy_ball"), best("sgd")) : \
    sprintf("Of %d rules %s has the least loss × steps, %.2g", words(RULES), rule(quietest), \
        BEST[quietest])

loss(_) = sprintf("loss: curvatures %s, %s, B = %s; %s", setting(1, "spectrum"), \
    covariance(setting(1, "noise")), setting(1, "batch"), parameters)
measured(_) = sprintf("measured: every third row drawn, planned relative error of a ". \
    "variance %s, seed %s; ", setting(1, "precision"), setting(1, "seed")). \
    sprintf("bars: one standard error; within %.2g %% of exact", reach)
names = file_name(TABLE[1])
do for [t = 2:tables] {
    names = names.(t % 4 == 1 ? ",\n" : ", ").file_name(TABLE[t])
}
small_print(_) = loss(0)."\n".measured(0)."\n".names

load here."key.gp"
set lmargin at screen 0.115
set rmargin at screen 0.97
set logscale x
set xrange [least_steps/1.15 : most_steps*1.05]
set xtics (1, 2, 5, 10, 20, 50, 100, 200, 500, "1000" 1000, "2000" 2000, "5000" 5000, \
    "10⁴" 1e4, "10⁵" 1e5)

# --- loss ---

set tmargin at screen up(0.90)
set bmargin at screen up(0.47)
set logscale y
set yrange [lowest/1.35 : highest*1.35]
set ytics (1e-5, 1e-4, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 20, 50, \
    100, 1000, 1e4)
set format x ""
set ylabel "tr(HΣ)/2    (stationary excess loss)"
set label "better: fewer steps,\nless loss\narrows: growing η" at graph 0.02, graph 0.2 font ",11" tc rgb TEXT
set style textbox opaque noborder fillcolor rgb "white" margins 0.3,0.2
do for [r = 1:words(RULES)] {
    set label 20+r rule(r) at END_STEPS[r],END[r] offset 0,1 center boxed front \
        font ",11" tc lt r
    set arrow 20+r from BACK_STEPS[r],BACK[r] to END_STEPS[r],END[r] head filled \
        size screen 0.014,18 lt r dt solid lw 1.2 front
}
if (strstrt(SHARED, ", ")) {
    set label 19 SHARED." together" at common,least_near right offset 0,-1.2 font ",11" tc rgb TEXT
}
# Every third point, so that they can be told apart.
plot for [r = 1:words(RULES)] FROM[r] \
        using (steps(rule(r))):(number(rule(r), "exact")) with lines lt r, \
    for [r = 1:words(RULES)] FROM[r] every 3 \
        using (steps(rule(r))):(number(rule(r), "excess")):(bar(0)) \
        with yerrorbars lt r dt solid lw 1.2

# --- loss times steps ---

unset label
unset arrow
set tmargin at screen up(0.44)
set bmargin at screen up(0.165)
set yrange [least_product/1.15 : most_product*1.15]
set format x "%g"
set xlabel "−1/ln ρ    (steps that shrink the error by e, without noise)" offset 0,0.3
set ylabel "loss × steps"
set label small_print(0) at screen 0.012,up(0.072) font ",10" tc rgb TEXT
plot for [r = 1:words(RULES)] FROM[r] \
        using (steps(rule(r))):(product(rule(r), "exact")) with lines lt r, \
    for [r = 1:words(RULES)] FROM[r] every 3 \
        using (steps(rule(r))):(product(rule(r), "excess")):(bar(0)*steps(rule(r))) \
        with yerrorbars lt r dt solid lw 1.2

load here."end.gp"
