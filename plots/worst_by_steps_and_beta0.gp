# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 12: theorem 3.1's bound without noise, printed and corrected, the worst case that is
# proven, the worst that a search finds and what runs on usual losses give, over the steps and
# over beta0.
# gnuplot -d -c plots/worst_by_steps_and_beta0.gp CERTIFIED_BY_STEPS.csv CERTIFIED_BY_BETA0.csv
#     FOUND_BY_STEPS.csv FOUND_BY_BETA0.csv RUNS.csv [RUNS.csv...] OUT.svg|OUT.png|OUT.pdf
# Tables of pnm-worst-case, pnm-bound --search --loss huber, and pnm-convergence from
# starts at which f - f* = 1: at most four, a loss each.

ME = "worst_by_steps_and_beta0.gp"
array GIVEN[9] = [ARG1, ARG2, ARG3, ARG4, ARG5, ARG6, ARG7, ARG8, ARG9]
tables = ARGC > 5 ? ARGC - 1 : 5
array TABLE[tables]
do for [t = 1:tables] {
    TABLE[t] = GIVEN[t]
}
OUT = ARGC > 1 ? GIVEN[ARGC] : ""
USAGE = "CERTIFIED_BY_STEPS.csv CERTIFIED_BY_BETA0.csv FOUND_BY_STEPS.csv ". \
    "FOUND_BY_BETA0.csv RUNS.csv [RUNS.csv...]"
NEEDED = "optimizer lr beta0 beta1"
RULES = "pnm"
WIDE = 900
HIGH = 636
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN    # rows of other settings do not break a line

# --- what the tables must say ---------------------------------------------------------------

do for [t = 1:tables] {
    array WANTED[5] = ["class smooth", "measure min-gradient", "given loss", "smoothness 1", \
        "lr-normalization off"]
    if (t > 2) {
        WANTED[1] = "sigma 0"
        WANTED[2] = "dim 1"
        WANTED[3] = t > 4 ? "lr-normalization off" : "loss huber"
        WANTED[4] = t > 4 ? WANTED[3] : "ratio thm3.1"
        WANTED[5] = WANTED[4]
    }
    do for [k = 1:5] {
        if (setting(t, word(WANTED[k], 1)) ne word(WANTED[k], 2)) {
            print ME.": ".TABLE[t].": needs --".word(WANTED[k], 1)." ".word(WANTED[k], 2)
            exit status 1
        }
    }
    if (setting(t, "beta1") ne setting(1, "beta1")) {
        print ME.": ".TABLE[1]." and ".TABLE[t]." differ in beta1"
        exit status 1
    }
}
eta0 = real(setting(1, "lr"))
beta1 = real(setting(1, "beta1"))
if (eta0 > 0.5) {
    print ME.": ".TABLE[1].": needs a learning rate of at most 0.5, the theorem's"
    exit status 1
}

# Of the two panels: what varies, between which values, and the one value of what does not
array VARIES[2] = ["steps", "beta0"]
array STAYS[2] = ["beta0", "steps"]
array LEAST[2]
array MOST[2]
array AT[2]
do for [p = 1:2] {
    count = 0
    stats TABLE[p] using (seen(column(STAYS[p]))) nooutput
    if (count == 0 || low != high) {
        print ME.": ".TABLE[p].": needs one value of ".STAYS[p]
        exit status 1
    }
    AT[p] = low
    count = 0
    stats TABLE[p] using (seen(column(VARIES[p]))) nooutput
    if (low == high) {
        print ME.": ".TABLE[p].": needs several values of ".VARIES[p]
        exit status 1
    }
    LEAST[p] = low
    MOST[p] = high
}

# The rate applied is one: `lr` of the certified worst cases and the runs, eta0 of the searches.
do for [t = 1:tables] {
    count = 0
    stats TABLE[t] using (seen(column(t > 2 ? "eta0" : "lr") / eta0 - 1)) nooutput
    if (count == 0 || low < -1e-9 || high > 1e-9) {
        print ME.": ".TABLE[t].": needs the rate applied ".setting(1, "lr")." in every row"
        exit status 1
    }
}

# --- the bound --------------------------------------------------------------------------------

# Theorem 3.1 without noise, for L = 1 and f(theta_0) - f* = 1, over theta_0 ... theta_steps,
# where the squared gradient is at most `square` (G^2).
beta = beta1**2
weights(beta0, form) = beta + (form eq "printed" ? beta0*(1-beta) : abs(beta - beta0*(1-beta)))
bound(steps, beta0, square, form) = \
    2/((steps + 1)*eta0) + eta0 * (weights(beta0, form)/(1-beta))**2 * square

# G^2 is the least that a function which attains the worst case can have: its smallest squared
# gradient is the worst case.
limit(form) = bound(column("steps"), column("beta0"), column("certified"), form)

# A search reports min |grad f|^2 over the bound, on Huber's loss with L = G = 1. With the gap
# f(theta_0) - f* there, f/gap, stretched so that L stays 1, has the gap 1 and G^2 = 1/gap.
gap(x) = abs(x) > 1 ? abs(x) - 0.5 : 0.5*x*x
found(_) = column("ratio") * \
    bound(column("horizon") - 1, column("beta0"), 1/gap(column("initial")), strcol("form"))

# A horizon of T gradients, the first at theta_0, is T - 1 steps.
in_panel(p) = p == 1 ? column("beta0") == AT[1] : column("horizon") == AT[2] + 1
run(p) = in_panel(p) ? column("min_square") : NaN
along(p) = p == 1 ? column("horizon") - 1 : column("beta0")

lowest = 2
highest = 2
do for [t = 1:2] {
    do for [form in "printed corrected"] {
        count = 0
        stats TABLE[t] using (seen(limit(form))) nooutput
        highest = count > 0 && high > highest ? high : highest
    }
    count = 0
    stats TABLE[t] using (seen(column("certified"))) nooutput
    if (count == 0) {
        print ME.": ".TABLE[t].": no certified worst case"
        exit status 1
    }
    lowest = low < lowest ? low : lowest
    do for [r = 5:tables] {
        count = 0
        stats TABLE[r] using (seen(run(t))) nooutput
        if (count == 0) {
            print ME.": ".TABLE[r].": no run with the ".STAYS[t]." of ".TABLE[t]
            exit status 1
        }
        lowest = low < lowest ? low : lowest
    }
}

# By how much both bounds exceed the worst case at least, and whether they say anything
count = 0
do for [t = 1:2] {
    do for [form in "printed corrected"] {
        stats TABLE[t] using (seen(limit(form) / column("certified"))) nooutput
    }
}
TITLE = sprintf("Theorem 3.1's bounds are at least %.1f times PNM's worst case without noise", low)
count = 0
do for [t = 1:2] {
    do for [form in "printed corrected"] {
        stats TABLE[t] using (seen(limit(form))) nooutput
    }
}
TITLE = TITLE.(low > 2 ? ", and say nothing" : "")

# --- looks and key ------------------------------------------------------------------------------

# These are no rules.
CORRECTED = 24
set linetype CORRECTED lc rgb "#D55E00" lw 1.6 dt (9,6,1,6)
FOUND = 25
set linetype FOUND lc rgb "#000000" lw 1.2 dt solid pt 6 ps 1.25*POINT
RUN = 30
set linetype RUN+1 lc rgb "#009E73" lw 1.2 dt (1,5) pt 5 ps 0.7*POINT
set linetype RUN+2 lc rgb "#CC79A7" lw 1.2 dt (1,5) pt 9 ps 0.8*POINT
set linetype RUN+3 lc rgb "#56B4E9" lw 1.2 dt (1,5) pt 11 ps 0.8*POINT
set linetype RUN+4 lc rgb "#56565A" lw 1.2 dt (1,5) pt 2 ps 0.8*POINT

load here."begin.gp"
unset border
unset tics
set lmargin at screen 0.03
set rmargin at screen 0.97
set xrange [0 : 1]
set yrange [0 : 1]
set key at screen 0.51,up(0.985) center top horizontal maxrows 3 Left reverse samplen 3 \
    width -2 spacing 1.1 font ",12"
plot 2 with lines notitle, keyentry with lines lt PAPER_PNM title "bound, printed C₁ (band)", \
    keyentry with lines lt CORRECTED title "bound, corrected C₁", \
    keyentry with lines lt 1 title "worst case, certified (line)", \
    keyentry with points lt FOUND title "worst found by search", \
    for [r = 5:tables] keyentry with linespoints lt RUN+r-4 \
        title setting(r, "loss").", a run", \
    keyentry with lines lt LIMIT title "2: above it a bound says nothing"
unset key
set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6
set ytics nomirror out scale 0.6
set grid back lc rgb "#E4E4E4" lw 0.7 dt solid

# --- a panel over the steps, one over beta0 -------------------------------------------------------

set logscale y
set yrange [lowest/1.3 : highest*1.3]
set ytics @ONE_TWO_FIVE
set tmargin at screen up(0.82)
set bmargin at screen up(0.225)
array LEFT[2] = [0.085, 0.56]
array RIGHT[2] = [0.505, 0.98]
names = ""
do for [r = 5:tables] {
    names = names.(r > 5 ? ", " : "").file_name(TABLE[r])
}
small_print(_) = sprintf("pnm, β₁ = %s, η₀L = %s, without noise; ", \
    setting(1, "beta1"), setting(1, "lr")). \
    "the bounds take the least G that the worst function can have\n". \
    sprintf("%s, %s; %s, %s (searches of %s evaluations, seed %s);\n", \
    file_name(TABLE[1]), file_name(TABLE[2]), file_name(TABLE[3]), file_name(TABLE[4]), \
    setting(4, "search"), setting(4, "seed")).names." (starts where f − f* = 1)"
set label small_print(0) at screen 0.012,up(0.085) font ",10" tc rgb TEXT
do for [p = 1:2] {
    padding = 0.03*(MOST[p] - LEAST[p])
    set xrange [LEAST[p]-padding : MOST[p]+padding]
    set lmargin at screen LEFT[p]
    set rmargin at screen RIGHT[p]
    set xlabel (p == 1 ? sprintf("steps N    (β₀ = %g)", AT[1]) : \
        sprintf("β₀    (N = %g)", AT[2])) offset 0,0.3
    if (p == 1) {
        set ylabel "least ‖∇f(θ)‖² of N steps, over L(f(θ₀) − f*)" offset 1,0
    } else {
        unset ylabel
        unset label
    }
    plot 2 with lines lt LIMIT, \
        TABLE[p] using (column(VARIES[p])):(limit("printed")) with lines lt PAPER_PNM, \
        TABLE[p] using (column(VARIES[p])):(limit("corrected")) \
            with lines lt CORRECTED, \
        for [r = 5:tables] TABLE[r] using (along(p)):(run(p)) with linespoints lt RUN+r-4, \
        TABLE[p] using (column(VARIES[p])):"certified" with lines lt 1, \
        TABLE[p+2] using (along(p)):(found(0)) with points lt FOUND
}

load here."end.gp"
