# Begins the picture OUT and draws the key above its panels, in a plot of its own. The first
# LINES_ONLY of the RULES are drawn as lines without symbols.

set output OUT
set multiplot
unset border
unset tics
set lmargin at screen 0.03
set rmargin at screen 0.97
set xrange [0 : 1]
set yrange [0 : 1]
set key at screen 0.51,0.985 center top horizontal maxrows 2 Left reverse samplen 3 \
    width -2 spacing 1.1 font ",12"
plot 2 with lines notitle, \
    for [r = 1:LINES_ONLY] keyentry with lines lt r title rule(r), \
    for [r = LINES_ONLY+1:words(RULES)] keyentry with linespoints lt r title rule(r), \
    keyentry with lines lt PAPER title "paper (band)", \
    keyentry with lines lt ANY_RULE title "exact (line)", \
    keyentry with yerrorbars lt ANY_RULE title "measured (symbol)"
unset key

# The axes of the panels
set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6
set ytics nomirror out scale 0.6
set grid back lc rgb "#E4E4E4" lw 0.7 dt solid
