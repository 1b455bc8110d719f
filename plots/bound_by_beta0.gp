# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 4: divergence and PAC-Bayes bound of pnm against beta0, from the paper's, the exact
# and the measured covariance.
# gnuplot -d -c plots/bound_by_beta0.gp POINTS.csv CURVE.csv OUT.svg|OUT.png|OUT.pdf

ME = "bound_by_beta0.gp"
POINTS = ARG1
CURVE = ARG2
OUT = ARG3
array TABLE[2] = [POINTS, CURVE]
USAGE = "POINTS.csv CURVE.csv"
NEEDED = "optimizer lr beta0 covariance kl bound_paper"
SAMPLED = "kl_stderr"
RULES = "pnm"
LINES_ONLY = 0
WITH_PAPER = 1
WIDE = 900
HIGH = 656
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN    # rows of the other covariances do not break a line

# What the tables must agree in, of which the first two are one value
SAME = "lr beta1 spectrum noise batch theta-star prior-precision train-size delta"
do for [key in SAME] {
    if (setting(1, key) ne setting(2, key)) {
        print ME.": ".POINTS." and ".CURVE." differ in ".key
        exit status 1
    }
}
do for [key in "lr beta1"] {
    if (strstrt(setting(1, key), ",") || strstrt(setting(1, key), ":")) {
        print ME.": ".POINTS.": needs one value of ".key
        exit status 1
    }
}
do for [key in "train-size delta"] {
    if (setting(1, key) eq "not stated") {
        print ME.": ".POINTS.": no line '# ".key.": '"
        exit status 1
    }
}
train_size = real(setting(1, "train-size"))
delta = real(setting(1, "delta"))

# A row's number if it is pnm's under this covariance, else undefined, so not drawn
own(kind) = strcol("optimizer") eq "pnm" && strcol("covariance") eq kind
value_of(kind, name) = own(kind) ? column(name) : NaN

# The bound, eq. 20, is 4 sqrt((KL + rest)/N), so its error is 8/(N bound) times that of KL.
bound(kl) = 4 * sqrt((kl + log(2*train_size/delta)) / train_size)
slope(name) = name eq "kl" ? 1 : 8 / (train_size * column("bound_paper"))
error(name) = own("measured") ? slope(name) * column("kl_stderr") : NaN

# How much measured differs from exact, in per cent of it. The exact row of a beta0 comes
# before the measured one.
exact = NaN
exact_beta0 = NaN
remember(name) = (exact = column(name), exact_beta0 = column("beta0"), NaN)
difference(name) = own("exact") ? remember(name) : \
    column("beta0") == exact_beta0 ? 100 * (value_of("measured", name) / exact - 1) : NaN
difference_error(name) = 100 * error(name) / exact

highest = 0
array END[2]    # KL at the end of the paper's line and of the exact one, for their labels
do for [t = 1:2] {
    do for [kind in (t == 1 ? "measured exact" : "exact paper")] {
        count = 0
        stats TABLE[t] using (seen(value_of(kind, "kl"))) nooutput
        if (count == 0) {
            print ME.": ".TABLE[t].": no ".kind." value of pnm"
            exit status 1
        }
        highest = high > highest ? high : highest
    }
}
count = 0
stats CURVE using (seen(value_of("exact", "beta0"))) nooutput
least = low
most = high
if (least == most) {
    print ME.": ".CURVE.": needs several values of beta0"
    exit status 1
}
do for [c = 1:2] {
    count = 0
    stats CURVE using (seen(column("beta0") == most ? \
        value_of(word("paper exact", c), "kl") : NaN)) nooutput
    END[c] = low
}
count = 0
stats CURVE using (seen(column("beta0") == least ? value_of("paper", "kl") : NaN)) nooutput
rises = END[1] > low
count = 0
stats CURVE using (seen(column("beta0") == least ? value_of("exact", "kl") : NaN)) nooutput
way(up) = up ? "rises" : "falls"
TITLE = sprintf("With β₀ the PAC-Bayes bound %s by the exact covariance and %s by the paper's", \
    way(END[2] > low), way(rises))
QUANTITY = "kl bound_paper"
do for [name in QUANTITY] {
    stats POINTS using (outlying(abs(difference(name)) + difference_error(name))) nooutput
}

load here."key.gp"
array MARGIN[4] = [0.10, 0.50, 0.58, 0.98]    # left and right of the panels
padding = 0.03 * (most - least)
set xrange [least-padding : most+padding]

# --- divergence and bound ---

array PANEL[2] = ["divergence KL(Q‖P), nats  (eq. 21)", \
    "bound on the generalization gap  (eq. 20)"]
array NONE[2] = [0, bound(0)]    # where KL = 0
array MOST[2] = [highest, bound(highest)]
set tmargin at screen up(0.855)
set bmargin at screen up(0.35)
set format x ""
inwards(kl) = kl < highest/2 ? 4.5 : -3.5
if (rises) {    # room above its beginning
    set label "from the paper's Σ = √γ η/(2B)\n(eqs. 18–19)" \
        at graph 0.03, 0.94 left font ",11" tc rgb TEXT
} else {
    set label "from the paper's Σ = √γ η/(2B)\n(eqs. 18–19)" \
        at most,END[1] right offset 0,inwards(END[1]) font ",11" tc rgb TEXT
}
set label "from the exact Σ of Algorithm 2" \
    at most,END[2] right offset 0,inwards(END[2]) font ",11" tc rgb TEXT
do for [c = 1:2] {
    span = MOST[c] - NONE[c]
    set lmargin at screen MARGIN[2*c-1]
    set rmargin at screen MARGIN[2*c]
    set title PANEL[c] offset 0,-0.6
    set yrange [NONE[c]-0.06*span : MOST[c]+0.08*span]
    set ytics round_below(span/4)
    name = word(QUANTITY, c)
    plot NONE[c] with lines lt LIMIT, \
        CURVE using "beta0":(value_of("paper", name)) with lines lt PAPER_PNM, \
        CURVE using "beta0":(value_of("exact", name)) with lines lt 1, \
        POINTS using "beta0":(value_of("measured", name)):(error(name)) \
            with yerrorbars lt 1 dt solid lw 1.2
    unset label
    set label "KL = 0" at least,bound(0) offset 0,0.7 font ",11" tc rgb TEXT
}

# --- measured against exact ---

problem(_) = sprintf("Q = N(θ*, Σ), P = N(0, I/λ), λ = %s; η = %s, β₁ = %s; ", \
    setting(1, "prior-precision"), setting(1, "lr"), setting(1, "beta1")). \
    sprintf("h = %s, %s, B = %s; bound 4√((KL + ln(2N/δ))/N), N = %.0f, δ = %g", \
    setting(1, "spectrum"), covariance(setting(1, "noise")), setting(1, "batch"), \
    train_size, delta)
small_print(_) = problem(0)."\n".sources(" of Σ")

unset title
unset label
set tmargin at screen up(0.315)
set bmargin at screen up(0.175)
set yrange [-1.15*reach : 1.15*reach]
unset ytics
set ytics nomirror out scale 0.6 round_below(reach)
set format "%g"
set xlabel "β₀" offset 0,0.3
set ylabel "measured/exact\n− 1 (%)" offset 0.5,0
set label small_print(0) at screen 0.012,up(0.055) font ",10" tc rgb TEXT
do for [c = 1:2] {
    set lmargin at screen MARGIN[2*c-1]
    set rmargin at screen MARGIN[2*c]
    name = word(QUANTITY, c)
    plot 0 with lines lt LIMIT, \
        POINTS using "beta0":(difference(name) - difference_error(name)):(0): \
            (2*difference_error(name)) with vectors @BARS lt 1 dt solid lw 1.2, \
        POINTS using "beta0":(difference(name)) with points lt 1 lw 1.2
    unset label
    unset ylabel
}

load here."end.gp"
