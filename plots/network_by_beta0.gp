# SPDX-License-Identifier: GPL-3.0-or-later
# Figure 17: tr(H Sigma) of PNM over SGD's at the same rate on a network, against beta0.
# gnuplot -d -c plots/network_by_beta0.gp ROWS.csv OUT.svg|OUT.png|OUT.pdf

ME = "network_by_beta0.gp"
ROWS = ARG1
OUT = ARG2
array TABLE[1] = [ROWS]
USAGE = "ROWS.csv"
NEEDED = "id setting paper exact"
SAMPLED = "measured stderr"
RULES = "pnm"
WIDE = 800
HIGH = 556
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN

# The rows of the quotients: "pnm beta0=1 beta1=0.9 over sgd at 0.005 of SGD's limit, ...", of
# which gnuplot reads what is before the comma.
SHARES = "0.005 0.03 0.1"
ends(s) = " over sgd at ".s." of SGD's limit"
own(share) = strcol("id") eq "eq18-19-net" && strstrt(strcol("setting"), "pnm ") == 1 && \
    strstrt(strcol("setting"), ends(share)) > 0
between(s, from, to) = (at = strstrt(s, from)) ? \
    (rest = s[at+strlen(from):*], rest[1:strstrt(rest, to)-1]) : ""
beta0(share) = own(share) ? real(between(strcol("setting"), "beta0=", " ")) : NaN
ratio(share, name) = own(share) ? column(name) : NaN
printed(b) = (1 + b)**2 + b**2

least = 1e300
most = 0
lowest = 1
do for [share in SHARES] {
    count = 0
    stats ROWS using (seen(beta0(share))) nooutput
    if (count == 0) {
        print ME.": ".ROWS.": no quotient at ".share." of SGD's limit"
        exit status 1
    }
    least = low < least ? low : least
    most = high > most ? high : most
    count = 0
    stats ROWS using (seen(ratio(share, "measured"))) nooutput
    lowest = count > 0 && low < lowest ? low : lowest
}

count = 0
at_most(share) = beta0(share) == most ? ratio(share, "measured") : NaN
do for [share in SHARES] {
    stats ROWS using (seen(at_most(share))) nooutput
}
TITLE = sprintf("On a network tr(HΣ) of PNM at β₀ = %g is %.2g to %.2g times SGD's; the paper has γ = %g", \
    most, low, high, printed(most))

# The rates; these are no rules.
RATE = 10
set linetype RATE+1 lc rgb "#0072B2" lw 1.8 dt solid pt 7 ps 1.0*POINT
set linetype RATE+2 lc rgb "#009E73" lw 1.8 dt solid pt 5 ps 1.0*POINT
set linetype RATE+3 lc rgb "#D55E00" lw 1.8 dt solid pt 9 ps 1.2*POINT

load here."begin.gp"
set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6
set grid back lc rgb "#E4E4E4" lw 0.7 dt solid
set key at screen 0.51,up(0.985) center top horizontal maxrows 2 Left reverse samplen 3 \
    spacing 1.1 font ",12"
set lmargin at screen 0.1
set rmargin at screen 0.97
set tmargin at screen up(0.85)
set bmargin at screen up(0.21)
set logscale xy
set xrange [least/1.4 : most*1.4]
set yrange [lowest/1.7 : printed(most*1.4)]
set xtics @ONE_TWO_FIVE
set ytics nomirror out scale 0.6 ("1" 1, "10" 10, "100" 100, "1000" 1000, "10000" 10000)
set xlabel "β₀" offset 0,0.3
set ylabel "tr(HΣ) of PNM over SGD's" offset 1,0
set label "paper: γ = (1+β₀)² + β₀²" at sqrt(least*most),printed(sqrt(least*most)) \
    right offset -1,0.6 font ",11" tc rgb TEXT
small_print(_) = \
    "network of 60 parameters, 128 samples, minibatches of 8 with replacement, weight decay 0.01; β₁ = 0.9\n". \
    sprintf("%s (seed %s; bars: five standard errors); lines join the values of the linear law and end where it diverges", \
    file_name(ROWS), setting(1, "seed"))
set label small_print(0) at screen 0.012,up(0.06) font ",10" tc rgb TEXT
set samples 200
plot 1 with lines lt LIMIT notitle, printed(x) with lines lt PAPER_PNM notitle, \
    for [s = 1:3] ROWS using (beta0(word(SHARES, s))):(ratio(word(SHARES, s), "exact")) \
        with lines lt RATE+s notitle, \
    for [s = 1:3] ROWS using (beta0(word(SHARES, s))): \
        (ratio(word(SHARES, s), "measured")):(5*bar(0)) \
        with yerrorbars lt RATE+s lw 1.2 notitle, \
    for [s = 1:3] keyentry with linespoints lt RATE+s title word(SHARES, s)." of SGD's limit", \
    keyentry with lines lt PAPER_PNM title "paper, pnm (band)", \
    keyentry with lines lt ANY_RULE title "linear law (line)", \
    keyentry with yerrorbars lt ANY_RULE title "measured (symbol)"
load here."end.gp"
