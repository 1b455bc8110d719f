# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 11: what a stationary variance of given precision costs against the rate applied.
# gnuplot -d -c plots/cost_by_rate.gp TABLE.csv OUT.svg|OUT.png|OUT.pdf

ME = "cost_by_rate.gp"
array TABLE[1] = [ARG1]
OUT = ARG2
USAGE = "TABLE.csv"
NEEDED = "section what rule isa effective precision seconds projected"
RULES = "sgd heavy_ball pnm"
WIDE = 900
HIGH = 556
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN    # rows of other curves do not break a line

array WAY[3] = ["controlled", "plain", "naive C and GSL"]
array PRECISION[2] = [1e-3, 1e-4]
own(w, r, p) = strcol("section") eq "precision" && strcol("what") eq WAY[w] && \
    strcol("rule") eq rule(r) && column("precision") == PRECISION[p]
seconds(w, r, p) = own(w, r, p) ? column("seconds") : NaN
any(r, p) = own(1, r, p) || own(2, r, p) || own(3, r, p)
measured(r, p) = any(r, p) && strcol("projected") eq "no" ? column("seconds") : NaN

count = 0
stats ARG1 using (seen(own(1, 3, 1) ? column("effective") : NaN)) nooutput
if (count < 2) {
    print ME.": ".ARG1.": needs several rates of pnm in section precision"
    exit status 1
}
isa = ""
stats ARG1 using (own(1, 3, 1) ? (isa = strcol("isa"), 0) : 0) nooutput
panels = 0
do for [p = 1:2] {
    count = 0
    stats ARG1 using (seen(own(1, 3, p) ? column("seconds") : NaN)) nooutput
    panels = count > 0 ? p : panels
}

# What pnm takes at its smallest rate to the finest precision, controlled and plain
count = 0
stats ARG1 using (seen(own(1, 3, panels) ? column("effective") : NaN)) nooutput
slow = low
array TAKES[2]
do for [w = 1:2] {
    count = 0
    stats ARG1 using (seen(own(w, 3, panels) && column("effective") == slow ? \
        column("seconds") : NaN)) nooutput
    TAKES[w] = count ? low : NaN
}
long(s) = s >= 86400 ? sprintf("%.0f days", s/86400) : s >= 3600 ? sprintf("%.0f h", s/3600) : \
    s >= 60 ? sprintf("%.0f min", s/60) : sprintf("%.2g s", s)
TITLE = sprintf("Control variates bring PNM's variance to %g %% in %s, plain sampling takes %s", \
    100 * PRECISION[panels], long(TAKES[1]), long(TAKES[2]))

# --- key ----------------------------------------------------------------------------------

load here."begin.gp"
unset border
unset tics
set lmargin at screen 0.03
set rmargin at screen 0.97
set xrange [0 : 1]
set yrange [0 : 1]
set key at screen 0.53,up(0.985) center top horizontal maxrows 1 Left reverse samplen 3 \
    width -1 font ",12"
plot 2 with lines notitle, \
    for [r = 1:3] keyentry with linespoints lt r title rule(r), \
    keyentry with points lt ANY_RULE title "measured (symbol)", \
    keyentry with lines lt ANY_RULE title "projected (line alone)"
unset key
set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6
set ytics nomirror out scale 0.6
set grid back lc rgb "#E4E4E4" lw 0.7 dt solid

# --- a panel for each precision -----------------------------------------------------------

set logscale xy
set xrange [6e-6 : 40]
set yrange [5e-5 : 2e6]
set xtics ("10⁻⁵" 1e-5, "10⁻⁴" 1e-4, "10⁻³" 1e-3, "0.01" 1e-2, "0.1" 0.1, "1" 1, "10" 10)
set ytics ("0.1 ms" 1e-4, "1 ms" 1e-3, "10 ms" 1e-2, "0.1 s" 0.1, "1 s" 1, "10 s" 10, \
    "2 min" 120, "20 min" 1200, "3 h" 10800, "1 day" 86400, "10 days" 864000)
set xlabel "rate applied in the long run × curvature" offset 0,0.3
set tmargin at screen up(0.845)
set bmargin at screen up(0.2)
small_print(_) = sprintf("%s: %s, instruction set %s, 1 thread, medians over rounds; ", \
    file_name(ARG1), setting(1, "machine"), isa)."controlled: with control variates, " \
    ."pilot and planning included;\n"."projected: the exact plan of plain sampling times " \
    ."the time of a step measured in the same rounds"
set label 10 small_print(0) at screen 0.012,up(0.055) font ",10" tc rgb TEXT
do for [p = 1:panels] {
    set lmargin at screen 0.092 + 0.903 * (p - 1) / 2 + (p > 1 ? 0.005 : 0)
    set rmargin at screen 0.092 + 0.903 * p / 2 - 0.02
    set title sprintf("one mode's variance to %g %%", 100 * PRECISION[p]) offset 0,-0.6
    factor = p == 1 ? 1 : 100
    set label 1 "three loops in C with GSL" at 1.1e-4,1500.0*factor left font ",11" tc rgb TEXT
    set label 2 "plain" at 1.1e-4,5.0*factor right font ",11" tc rgb TEXT
    set label 3 "with control variates" at 6e-5,0.06 left font ",11" tc rgb TEXT
    plot for [w = 1:3] for [r = 1:3] ARG1 using "effective":(seconds(w, r, p)) \
            with lines lt r, \
        for [r = 1:3] ARG1 using "effective":(measured(r, p)) with points lt r lw 1.2
    unset label 10
    set format y ""
    set ytics (1e-4, 1e-3, 1e-2, 0.1, 1, 10, 120, 1200, 10800, 86400, 864000)
}

load here."end.gp"
