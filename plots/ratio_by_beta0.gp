# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 7: lemma A.3's left-hand side over its bound, printed and corrected, against beta0:
# the largest ratio found, and that of a run whose gradient stays G.
# gnuplot -d -c plots/ratio_by_beta0.gp FOUND.csv CONSTANT.csv OUT.svg|OUT.png|OUT.pdf

ME = "ratio_by_beta0.gp"
FOUND = ARG1
CONSTANT = ARG2
OUT = ARG3
array TABLE[2] = [FOUND, CONSTANT]
USAGE = "FOUND.csv CONSTANT.csv"
NEEDED = "optimizer beta0 bound form ratio"
RULES = "pnm"
WIDE = 900
HIGH = 556
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN    # rows of the other form do not break a line

do for [key in "beta1 sigma loss ratio"] {
    if (setting(1, key) ne setting(2, key)) {
        print ME.": ".FOUND." and ".CONSTANT." differ in ".key
        exit status 1
    }
}
if (setting(1, "ratio") ne "lemma-A3") {
    print ME.": ".FOUND.": needs --ratio lemma-A3"
    exit status 1
}
beta1 = real(setting(1, "beta1"))
beta = beta1 * beta1
crossing = beta / (2 * (1 - beta))
value_of(form) = strcol("form") eq form ? column("ratio") : NaN

array LARGEST[2] = [0, 0]    # of both tables, printed and corrected
do for [t = 1:2] {
    do for [f = 1:2] {
        form = word("printed corrected", f)
        count = 0
        stats TABLE[t] using (seen(value_of(form))) nooutput
        if (count == 0) {
            print ME.": ".TABLE[t].": no ratio, ".form
            exit status 1
        }
        LARGEST[f] = high > LARGEST[f] ? high : LARGEST[f]
    }
}
highest = LARGEST[1] > LARGEST[2] ? LARGEST[1] : LARGEST[2]
highest = highest > 1 ? highest : 1
# A constant gradient attains the corrected bound up to rounding.
state(f) = LARGEST[f] > 1 + 1e-9 ? sprintf("broken, up to %.3g times", LARGEST[f]) : "never broken"
TITLE = "Lemma A.3's printed bound is ".state(1)."; the corrected one is ".state(2)
count = 0
stats CONSTANT using (seen(column("beta0"))) nooutput
least = low
most = high
if (least == most) {
    print ME.": ".CONSTANT.": needs several values of beta0"
    exit status 1
}

# The two forms; these are no rules.
FORM = 10
set linetype FORM+1 lc rgb "#D55E00" lw 1.6 dt (9,6,1,6) pt 9 ps 1.1*POINT
set linetype FORM+2 lc rgb "#0072B2" lw 2.0 dt solid pt 7 ps 0.9*POINT
FORMS = "printed corrected"

load here."begin.gp"
set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6
set ytics nomirror out scale 0.6
set grid back lc rgb "#E4E4E4" lw 0.7 dt solid
set key at screen 0.51,up(0.985) center top horizontal maxrows 2 Left reverse samplen 3 \
    width -2 spacing 1.1 font ",12"
set lmargin at screen 0.085
set rmargin at screen 0.98
set tmargin at screen up(0.85)
set bmargin at screen up(0.2)
padding = 0.02 * (most - least)
set xrange [least-padding : most+padding]
set yrange [0 : 1.06*highest]
set xlabel "β₀" offset 0,0.3
set ylabel "E‖∇f(z) − ∇f(θ)‖² over lemma A.3's bound" offset 0.8,0
set arrow from crossing,0 to crossing,1.06*highest nohead lt LIMIT
set label sprintf("the two bounds cross at\nβ₀ = β/(2(1−β)) = %.2f", crossing) \
    at crossing,0.72*highest offset 0.8,0 font ",11" tc rgb TEXT
set object 1 rectangle from graph 0, first 1 to graph 1, graph 1 behind \
    fillcolor rgb "#FBECE4" fillstyle solid noborder
set label "broken: the left-hand side exceeds the bound" at most,1 right offset 0,0.8 \
    font ",11" tc rgb TEXT
small_print(_) = sprintf("pnm, β₁ = %s, β = β₁², on %s, σ = %s; largest over the steps of a run; z: the sequence of the proof\n", \
    setting(1, "beta1"), setting(1, "loss"), setting(1, "sigma")). \
    sprintf("%s (a search of %s evaluations for each β₀ and bound, seed %s) and %s", \
    file_name(FOUND), setting(1, "search"), setting(1, "seed"), file_name(CONSTANT))
set label small_print(0) at screen 0.012,up(0.055) font ",10" tc rgb TEXT
plot 1 with lines lt LIMIT notitle, \
    for [f = 1:2] CONSTANT using "beta0":(value_of(word(FORMS, f))) with lines lt FORM+f \
        title word(FORMS, f)." bound, constant gradient", \
    for [f = 1:2] FOUND using "beta0":(value_of(word(FORMS, f))) with points lt FORM+f lw 1.2 \
        title word(FORMS, f)." bound, largest found"
load here."end.gp"
