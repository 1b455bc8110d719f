# SPDX-License-Identifier: GPL-3.0-or-later
# What pictures look like: terminal and line types. table.gp loads it for the programs'
# --plot, and style.gp for the figures. Set before:
#   ending      of the picture: ".svg", ".pdf", ".png"; "" leaves the terminal as it is
#   WIDE, HIGH  its size in pixels
#   RULES       the update rules: linetype r is the r-th one's; "" for curves of other kinds,
#               which take the rules' looks in turn

if (RULES eq "") {
    RULES = "pnm two_batch heavy_ball nesterov qhm aggmo sgd other"
}
rule(r) = word(RULES, r)

# Told apart without colour: the paper is a broad pale band, exact a line with a dash of its
# own for each rule, measured a symbol of its own. Colours are Okabe and Ito's.
if (ending eq ".svg") {
    POINT = 0.75    # the svg's symbols are larger
    set terminal svg noenhanced rounded size WIDE,HIGH font "sans-serif,13" \
        background "white"
} else { if (ending eq ".pdf") {
    POINT = 0.95
    # 96 of the svg's pixels are an inch; scales so that it looks as the png does
    set terminal pdfcairo noenhanced rounded size WIDE/96.0,HIGH/96.0 \
        font "sans-serif,13" fontscale 0.5625 linewidth 4.0/3 pointscale 0.9 background "white"
} else { if (ending eq ".png") {
    POINT = 0.95
    # twice the pixels; a point is 4/3 of them, so the picture is the svg's
    set terminal pngcairo noenhanced rounded size 2*WIDE,2*HIGH font "sans-serif,13" \
        fontscale 1.5 linewidth 2 pointscale 2 background "white"
} else {
    POINT = 1
} } }

# Round ends: pngcairo begins a broad line with a spike otherwise. They lengthen a dash.
# A rule looks the same in every figure; rules that are not named here,
# such as the user's own, take the looks of the last branch in turn.
# sgd: open square; heavy_ball: open circle; pnm: filled circle; two_batch: triangle;
# nesterov: open triangle; qhm: open diamond; aggmo: open triangle, upside down
strangers = 0
array COLOR[words(RULES)]
do for [r = 1:words(RULES)] {
    if (rule(r) eq "sgd") {
        COLOR[r] = 0x56565A
        set linetype r lc rgb COLOR[r] lw 1.6 dt (10,8) pt 4 ps 1.0*POINT
    } else { if (rule(r) eq "heavy_ball") {
        COLOR[r] = 0x009E73
        set linetype r lc rgb COLOR[r] lw 1.6 dt (1,5) pt 6 ps 1.1*POINT
    } else { if (rule(r) eq "pnm") {
        COLOR[r] = 0x0072B2
        set linetype r lc rgb COLOR[r] lw 2.4 dt solid pt 7 ps 0.95*POINT
    } else { if (rule(r) eq "two_batch") {
        COLOR[r] = 0xD55E00
        set linetype r lc rgb COLOR[r] lw 1.6 dt (9,6,1,6) pt 9 ps 1.1*POINT
    } else { if (rule(r) eq "nesterov") {
        COLOR[r] = 0xCC79A7
        set linetype r lc rgb COLOR[r] lw 1.6 dt (14,5,4,5) pt 8 ps 1.1*POINT
    } else { if (rule(r) eq "qhm") {
        COLOR[r] = 0xE69F00
        set linetype r lc rgb COLOR[r] lw 1.6 dt (4,5) pt 12 ps 1.25*POINT
    } else { if (rule(r) eq "aggmo") {
        COLOR[r] = 0x56B4E9
        set linetype r lc rgb COLOR[r] lw 1.6 dt (14,5,1,4,1,5) pt 10 ps 1.1*POINT
    } else {
        strangers = strangers + 1
        COLOR[r] = int(word("0x000000 0x8B1A1A 0x4B0082", (strangers-1)%3 + 1))
        set linetype r lc rgb COLOR[r] lw 1.6 dt (6,5) pt int(word("2 1 3 14 5 13 11 15", strangers)) ps 1.0*POINT
    } } } } } } }
}
PAPER = 21
set linetype PAPER lc rgb "#CFCFCF" lw 7 dt solid
PAPER_PNM = 20    # what the paper says of pnm: pale, as pnm is blue
set linetype PAPER_PNM lc rgb "#B7D9F0" lw 7 dt solid
ANY_RULE = 22    # in the key
set linetype ANY_RULE lc rgb "#000000" lw 1.6 dt solid pt 7 ps 0.95*POINT
LIMIT = 23
set linetype LIMIT lc rgb "#808080" lw 1 dt (1,5)
TEXT = "#505050"
# `with vectors @BARS` draws error bars without the white discs of `with yerrorbars`, which
# hide a neighbour's bar.
BARS = "heads size screen 0.0045,90"
