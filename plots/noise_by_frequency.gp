# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 3: power spectral density of the momentum noise against frequency.
# gnuplot -d -c plots/noise_by_frequency.gp TABLE.csv OUT.svg|OUT.png|OUT.pdf

ME = "noise_by_frequency.gp"
array TABLE[1] = [ARG1]
OUT = ARG2
USAGE = "TABLE.csv"
NEEDED = "optimizer beta0 beta1 frequency exact measured stderr density"
RULES = "heavy_ball pnm"
LINES_ONLY = 0
WITH_PAPER = 0
WIDE = 800
HIGH = 656
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"

own(rule) = strcol("optimizer") eq rule
frequency(rule) = own(rule) ? column("frequency") : NaN
density(rule, name) = own(rule) ? column(name) : NaN

lowest = 1e300
highest = 0
array START[2]    # the density at frequency 0 and at 1/2
array END[2]
do for [r = 1:2] {
    do for [name in "stderr measured exact density"] {
        count = 0
        stats ARG1 using (seen(density(rule(r), name))) nooutput
        if (count == 0) {
            print ME.": ".ARG1.": no ".name." value of ".rule(r)
            exit status 1
        }
        if (name ne "stderr") {
            lowest = low < lowest ? low : lowest
            highest = high > highest ? high : highest
        }
    }
    do for [name in "beta0 beta1"] {    # heavy_ball has no beta0
        count = 0
        stats ARG1 using (seen(density(rule(r), name))) nooutput
        if (count > 0 && low != high) {
            print ME.": ".ARG1.": needs one value of ".name
            exit status 1
        }
    }
    START[r] = NaN
    END[r] = NaN
    at_end(f, x) = f == 0 ? (START[r] = x, 0) : f == 0.5 ? (END[r] = x, 0) : 0
    stats ARG1 using (at_end(frequency(rule(r)), column("density"))) nooutput
    if (!(START[r] > 0 && END[r] > 0)) {
        print ME.": ".ARG1.": needs the frequencies 0 and 0.5 of ".rule(r)
        exit status 1
    }
}
count = 0
stats ARG1 using (seen(density("pnm", "beta0"))) nooutput
b0 = low
count = 0
stats ARG1 using (seen(density("pnm", "beta1"))) nooutput
b1 = low

# About every 33rd part of the axis has a point: every `step`-th of the table.
count = 0
stats ARG1 using (seen(frequency("pnm"))) nooutput
step = int(ceil((count - 1) / 32.0))
spacing = 0.5 / (count - 1)
thin(f) = f >= 0 && int(f/spacing + 0.5) % step == 0 ? f : NaN
do for [rule in RULES] {
    stats ARG1 using (thin(frequency(rule)) >= 0 ? \
        outlying(abs(deviation(rule)) + deviation_error(rule)) : 0) nooutput
}

TITLE = abs(START[1]/START[2] - 1) < 1e-9 ? \
    sprintf("PNM's noise is Heavy Ball's at frequency 0 and %.0f times as strong at ½", \
        END[2]/END[1]) : \
    sprintf("At frequency ½ PNM's noise has %.3g times Heavy Ball's density", END[2]/END[1])

load here."key.gp"
set lmargin at screen 0.115
set rmargin at screen 0.97
set xrange [-0.008 : 0.508]
set xtics 0.1

# --- density ---

set tmargin at screen up(0.92)
set bmargin at screen up(0.37)
set logscale y
set yrange [lowest/1.5 : highest*1.5]
set ytics 10
set mytics 10
set format x ""
set format y "%g"
set ylabel "power spectral density of u"
set label "white gradient noise: 1" at 0.25,1 center offset 0,0.7 font ",11" tc rgb TEXT
if (abs(START[1]/START[2] - 1) < 1e-9) {
    set label sprintf("frequency 0:\nboth %.3g", START[1]) at 0,START[1] \
        offset 0.8,2 font ",11" tc rgb TEXT
}
set label sprintf("pnm at 1/2 (alternating signs): (1+2β₀)² = %.3g", END[2]) \
    at 0.475,END[2] right font ",11" tc rgb TEXT
set label sprintf("heavy_ball at 1/2: %.2g", END[1]) \
    at 0.5,END[1] right offset 0,1.1 font ",11" tc rgb TEXT
plot 1 with lines lt LIMIT, \
    for [r = 1:2] ARG1 using (frequency(rule(r))):(density(rule(r), "density")) \
        with lines lt r, \
    for [r = 1:2] ARG1 using (thin(frequency(rule(r)))):(density(rule(r), "measured")): \
        (bar(0)) with yerrorbars lt r dt solid lw 1.2

# --- measured against exact ---

meaning(_) = "u: the direction applied, for white gradient noise of variance 1; ". \
    sprintf("two-sided, its integral over (−1/2, 1/2) is Var u; β₀ = %g, β₁ = %g", b0, b1)
source(_) = sprintf("%s (seed %s; bars: one standard error), measured by Welch's ", \
    file_name(ARG1), setting(1, "seed"))."method: its Hann window of 256 steps"
small_print(_) = meaning(0)."\n".source(0)."\nsmooths the density (lines) a little; the lower ". \
    "picture holds measured against the smoothed density"

unset label
set tmargin at screen up(0.335)
set bmargin at screen up(0.195)
unset logscale y
set yrange [-1.15*reach : 1.15*reach]
unset ytics
unset mytics
set ytics nomirror out scale 0.6 round_below(reach)
set format x "%g"
set xlabel "frequency    (cycles a step)" offset 0,0.3
set ylabel "measured/exact\n− 1 (%)" offset 0.6,0
set label small_print(0) at screen 0.012,up(0.066) font ",10" tc rgb TEXT
# The rules' points are moved aside a little, so that bars do not hide each other.
aside(r) = 0.003 * (r - 1.5)
plot 0 with lines lt LIMIT, \
    for [r = 1:2] ARG1 using (aside(r)+thin(frequency(rule(r)))): \
        (deviation(rule(r)) - deviation_error(rule(r))):(0):(2*deviation_error(rule(r))) \
        with vectors @BARS lt r dt solid lw 1.2, \
    for [r = 1:2] ARG1 using (aside(r)+thin(frequency(rule(r)))):(deviation(rule(r))) \
        with points lt r lw 1.2

load here."end.gp"
