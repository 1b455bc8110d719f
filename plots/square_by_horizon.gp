# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 5: the smallest E|grad f|^2 of runs of pnm against their number of steps, with
# theorem 3.1's bound as printed and corrected.
# gnuplot -d -c plots/square_by_horizon.gp TABLE.csv OUT.svg|OUT.png|OUT.pdf

ME = "square_by_horizon.gp"
POINTS = ARG1
OUT = ARG2
array TABLE[1] = [POINTS]
USAGE = "TABLE.csv"
NEEDED = "optimizer beta0 beta1 horizon min_square stderr bound_printed bound_corrected"
RULES = "pnm"
WIDE = 900
HIGH = 676
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN    # rows of another beta0 do not break a line

listed(s) = (at = strstrt(s, ",")) ? s[1:at-1]." ".listed(s[at+1:*]) : s
PANELS = listed(setting(1, "beta0"))
panels = words(PANELS)
if (panels > 4 || strstrt(PANELS, ":")) {
    print ME.": ".POINTS.": needs a list of at most 4 beta0"
    exit status 1
}
own(b) = strcol("optimizer") eq "pnm" && column("beta0") == real(word(PANELS, b))
value_of(b, name) = own(b) ? column(name) : NaN

lowest = 1
highest = 1
do for [name in "min_square bound_printed bound_corrected"] {
    count = 0
    stats POINTS using (seen(column(name))) nooutput
    if (count == 0) {
        print ME.": ".POINTS.": no ".name
        exit status 1
    }
    lowest = low < lowest ? low : lowest
    highest = high > highest ? high : highest
}
count = 0
stats POINTS using (seen((column("bound_printed") < column("bound_corrected") ? \
    column("bound_printed") : column("bound_corrected")) / column("min_square"))) nooutput
scaled(b, x) = own(b) ? x * sqrt(column("horizon")) : NaN
TITLE = low > 1 ? \
    sprintf("The gradient that is measured is at least %.0f times below both bounds of theorem 3.1", \
        floor(low)) : \
    "The gradient that is measured exceeds a bound of theorem 3.1"

count = 0
stats POINTS using (seen(column("horizon"))) nooutput
shortest = low
longest = high
count = 0
do for [b = 1:panels] {
    stats POINTS using (seen(scaled(b, column("min_square") + bar(0)))) nooutput
}
tallest = high
if (shortest == longest) {
    print ME.": ".POINTS.": needs several horizons"
    exit status 1
}

# --- key ----------------------------------------------------------------------------------

load here."begin.gp"
unset border
unset tics
set lmargin at screen 0.03
set rmargin at screen 0.97
set xrange [0 : 1]
set yrange [0 : 1]
set key at screen 0.51,up(0.985) center top horizontal maxrows 1 Left reverse samplen 3 \
    width -1 font ",12"
plot 2 with lines notitle, \
    keyentry with lines lt PAPER_PNM title "bound, printed C₁ (band)", \
    keyentry with lines lt ANY_RULE title "bound, corrected C₁ (line)", \
    keyentry with yerrorbars lt 1 dt solid title "measured min E‖∇f‖² (symbol)", \
    keyentry with lines lt LIMIT title "G²: above it a bound says nothing"
unset key
set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6
set ytics nomirror out scale 0.6
set grid back lc rgb "#E4E4E4" lw 0.7 dt solid

# --- a panel for each beta0 ---------------------------------------------------------------

set logscale xy
set xrange [shortest/1.6 : longest*1.6]
set yrange [lowest/1.6 : highest*1.6]
POWERS_X = '("10" 10, "10²" 100, "10³" 1000, "10⁴" 1e4, "10⁵" 1e5)'
WITHOUT_NAMES = '("" 1e-4, "" 1e-3, "" 0.01, "" 0.1, "" 1, "" 10, "" 100, "" 1e3, "" 1e4, "" 1e5)'
POWERS_Y = '("10⁻⁴" 1e-4, "10⁻³" 1e-3, "10⁻²" 0.01, "10⁻¹" 0.1, "1" 1, "10" 10, "10²" 100, "10³" 1000)'
g = setting(1, "gradient-bound") eq "not stated" ? 1 : real(setting(1, "gradient-bound"))
small_print(_) = sprintf("pnm, β₁ = %s, on %s, n = %s, L = 1, G = %g, σ = %s, C = %s; ", \
    setting(1, "beta1"), setting(1, "loss"), setting(1, "dim"), g, setting(1, "sigma"), \
    setting(1, "c"))."η₀ = min{1/(2L), C/√T}\n". \
    sprintf("%s (seed %s; %s runs, of which half choose the step; bars: one standard error)", \
    file_name(POINTS), setting(1, "seed"), setting(1, "replicas"))
set label small_print(0) at screen 0.012,up(0.055) font ",10" tc rgb TEXT
do for [b = 1:panels] {
    set lmargin at screen 0.08 + 0.915 * (b - 1) / panels + (b > 1 ? 0.005 : 0)
    set rmargin at screen 0.08 + 0.915 * b / panels - 0.02
    set tmargin at screen up(0.875)
    set bmargin at screen up(0.445)
    set logscale y
    set yrange [lowest/1.6 : highest*1.6]
    set xtics @WITHOUT_NAMES
    if (b == 1) {
        set ytics @POWERS_Y
    } else {
        set ytics @WITHOUT_NAMES
    }
    set xlabel ""
    set ylabel b == 1 ? "E‖∇f‖²" : "" offset 1,0
    set title sprintf("β₀ = %s", word(PANELS, b)) offset 0,-0.6
    plot g*g with lines lt LIMIT, \
        POINTS using "horizon":(value_of(b, "bound_printed")) with lines lt PAPER_PNM, \
        POINTS using "horizon":(value_of(b, "bound_corrected")) with lines lt ANY_RULE, \
        POINTS using "horizon":(value_of(b, "min_square")):(bar(0)) \
            with yerrorbars lt 1 dt solid lw 1.2
    unset label
    unset title

    # The same times sqrt(T), where the bars can be seen
    set tmargin at screen up(0.4)
    set bmargin at screen up(0.165)
    unset logscale y
    set yrange [0 : 1.1*tallest]
    unset ytics
    set ytics nomirror out scale 0.6 round_below(tallest/2)
    set xtics @POWERS_X
    set format y b == 1 ? "%g" : ""
    set xlabel "steps T of a run" offset 0,0.3
    set ylabel b == 1 ? "measured · √T" : "" offset 0.5,0
    plot POINTS using "horizon":(scaled(b, column("min_square") - bar(0))):(0): \
            (scaled(b, 2*bar(0))) with vectors @BARS lt 1 dt solid lw 1.2, \
        POINTS using "horizon":(scaled(b, column("min_square"))) with points lt 1 lw 1.2
}

load here."end.gp"
