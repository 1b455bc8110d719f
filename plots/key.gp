# SPDX-License-Identifier: GPL-3.0-or-later
# Begins the picture OUT and draws the key above its panels, in a plot of its own. The first
# LINES_ONLY of the RULES are drawn as lines without symbols; WITH_PAPER is 0 where the paper
# says nothing, 1 where its bands are of pnm alone, 2 where others have one, too.

load here."begin.gp"
unset border
unset tics
set lmargin at screen 0.03
set rmargin at screen 0.97
set xrange [0 : 1]
set yrange [0 : 1]
set key at screen 0.51,up(0.985) center top horizontal maxrows 2 Left reverse samplen 3 \
    width -2 spacing 1.1 font ",12"
# A loop of no turns would leave an empty place in the key.
LINES = LINES_ONLY ? 'for [r = 1:LINES_ONLY] keyentry with lines lt r title rule(r),' : ""
BANDS = (WITH_PAPER == 2 ? 'keyentry with lines lt PAPER title "paper (band)",' : ""). \
    (WITH_PAPER ? 'keyentry with lines lt PAPER_PNM title "paper, pnm (band)",' : "")
plot 2 with lines notitle, @LINES \
    for [r = LINES_ONLY+1:words(RULES)] keyentry with linespoints lt r title rule(r), \
    @BANDS keyentry with lines lt ANY_RULE title "exact (line)", \
    keyentry with yerrorbars lt ANY_RULE title "measured (symbol)"
unset key

# The axes of the panels
set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6
set ytics nomirror out scale 0.6
set grid back lc rgb "#E4E4E4" lw 0.7 dt solid
