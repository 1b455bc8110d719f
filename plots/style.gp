# What the figures share: checks of the arguments and tables, terminal, styles, small print.
# A figure's script sets
#   ME      its own name                   TABLE       array of the tables it is given
#   OUT     the picture: .svg .png .pdf    WIDE, HIGH  its size in pixels
#   USAGE   the tables' names in the message on usage
#   NEEDED  the columns that each table must have
#   RULES   the update rules it draws, at most eight; "" for those that the tables hold
# and loads this file. Tables are what the programs print as CSV: '#' lines, a header, rows.
# Columns are found by their names. gnuplot's functions need an argument and its strings
# start at 1.

set encoding utf8

# --- arguments --------------------------------------------------------------------------

if (OUT eq "") {
    print "usage: gnuplot -d -c ".ME." ".USAGE." OUT.svg|OUT.png|OUT.pdf"
    exit status 64
}
ending = strlen(OUT) > 4 ? OUT[strlen(OUT)-3:*] : ""
if (ending ne ".svg" && ending ne ".png" && ending ne ".pdf") {
    print ME.": ".OUT.": the picture must end in .svg, .png or .pdf"
    exit status 64
}

# --- tables -----------------------------------------------------------------------------

array ABOUT[|TABLE|]    # their '#' lines

# it's -> it'\''s, for the shell
escaped(s) = (at = strstrt(s, "'")) ? s[1:at-1]."'\\''".escaped(s[at+1:*]) : s
shell(test, file) = int(system(sprintf(test, escaped(file))))
take(s) = s[1:1] eq "#" ? (about = about.s."\n", 0) : header eq "" ? (header = s, 0) : 0

do for [t = 1:|TABLE|] {
    missing = shell("test -f '%s'; echo $?", TABLE[t])
    closed = shell("test -r '%s'; echo $?", TABLE[t])
    if (missing || closed) {
        print ME.": ".TABLE[t].": no such table, or it cannot be read"
        exit status 1
    }
    if (shell("grep -c '^[^#]' < '%s' || :", TABLE[t]) < 2) {
        print ME.": ".TABLE[t].": no rows"
        exit status 1
    }
    about = "\n"
    header = ""
    set datafile separator "\001"    # a line is one cell, '#' lines included
    set datafile commentschars ""
    stats TABLE[t] using (take(strcol(1))) nooutput
    ABOUT[t] = about
    do for [name in NEEDED] {
        if (!strstrt(",".header.",", ",".name.",")) {
            print ME.": ".TABLE[t].": no column ".name
            exit status 1
        }
    }
}

set datafile separator comma
set datafile commentschars "#"
set datafile columnheaders

# What a '#' line says: setting(2, "seed") is "1" where table 2 says "# seed: 1".
after(s, key) = (at = strstrt(s, "\n# ".key.": ")) ? s[at+strlen(key)+5:*] : "not stated\n"
line(s) = s[1:strstrt(s, "\n")-1]
setting(t, key) = line(after(ABOUT[t], key))

file_name(path) = (at = strstrt(path, "/")) ? file_name(path[at+1:*]) : path

if (RULES eq "") {
    listed(name) = strstrt(" ".RULES." ", " ".name." ")
    list(name) = listed(name) ? 0 : (RULES = RULES.(RULES eq "" ? "" : " ").name, 0)
    do for [t = 1:|TABLE|] {
        stats TABLE[t] using (list(strcol("optimizer"))) nooutput
    }
    if (words(RULES) > 8) {
        print ME.": ".words(RULES)." update rules, at most 8 can be told apart"
        exit status 1
    }
}
rule(r) = word(RULES, r)

# `stats FILE using (seen(x))` after `count = 0` gives count, low and high of the defined x.
count = 0
first(x) = (low = x, high = x)
wider(x) = (low = x < low ? x : low, high = x > high ? x : high)
seen(x) = abs(x) < 1e300 ? (count == 0 ? first(x) : wider(x), count = count + 1, 0) : 0

# Of a row that belongs to `rule`, as own(rule) of the figure tells: how much measured
# differs from exact, in per cent of it.
bar(_) = strcol("stderr") eq "" ? 0 : column("stderr")    # one chain has no error
deviation(rule) = own(rule) ? 100 * (column("measured") / column("exact") - 1) : NaN
deviation_error(rule) = own(rule) ? 100 * bar(0) / column("exact") : NaN
reach = 0    # of the deviations, bars included
outlying(x) = x < 1e300 && x > reach ? (reach = x, 0) : 0

# 1, 2 or 5 times a power of ten, at most x
power(x) = 10**floor(log10(x))
digit(x) = x >= 5 ? 5 : x >= 2 ? 2 : 1
round_below(x) = x > 0 ? power(x) * digit(x/power(x)) : 1

# --- looks ------------------------------------------------------------------------------

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
} else {
    POINT = 0.95
    # twice the pixels; a point is 4/3 of them, so the picture is the svg's
    set terminal pngcairo noenhanced rounded size 2*WIDE,2*HIGH font "sans-serif,13" \
        fontscale 1.5 linewidth 2 pointscale 2 background "white"
} }

# Round ends: pngcairo begins a broad line with a spike otherwise. They lengthen a dash.
# Linetype r is the r-th rule's, the same in every figure; rules that are not named here,
# such as the user's own, take the looks of the last branch in turn.
# sgd: open square; heavy_ball: open circle; pnm: filled circle; two_batch: triangle;
# nesterov: open triangle; qhm: open diamond; aggmo: open triangle, upside down
strangers = 0
do for [r = 1:words(RULES)] {
    if (rule(r) eq "sgd") {
        set linetype r lc rgb "#56565A" lw 1.6 dt (10,8) pt 4 ps 1.0*POINT
    } else { if (rule(r) eq "heavy_ball") {
        set linetype r lc rgb "#009E73" lw 1.6 dt (1,5) pt 6 ps 1.1*POINT
    } else { if (rule(r) eq "pnm") {
        set linetype r lc rgb "#0072B2" lw 2.4 dt solid pt 7 ps 0.95*POINT
    } else { if (rule(r) eq "two_batch") {
        set linetype r lc rgb "#D55E00" lw 1.6 dt (9,6,1,6) pt 9 ps 1.1*POINT
    } else { if (rule(r) eq "nesterov") {
        set linetype r lc rgb "#CC79A7" lw 1.6 dt (14,5,4,5) pt 8 ps 1.1*POINT
    } else { if (rule(r) eq "qhm") {
        set linetype r lc rgb "#E69F00" lw 1.6 dt (4,5) pt 12 ps 1.25*POINT
    } else { if (rule(r) eq "aggmo") {
        set linetype r lc rgb "#56B4E9" lw 1.6 dt (14,5,1,4,1,5) pt 10 ps 1.1*POINT
    } else {
        strangers = strangers + 1
        set linetype r lc rgb word("#000000 #8B1A1A #4B0082", (strangers-1)%3 + 1) \
            lw 1.6 dt (6,5) pt int(word("2 1 3 14 5 13 11 15", strangers)) ps 1.0*POINT
    } } } } } } }
}
PAPER = 21
set linetype PAPER lc rgb "#CFCFCF" lw 7 dt solid
ANY_RULE = 22    # in the key
set linetype ANY_RULE lc rgb "#000000" lw 1.6 dt solid pt 7 ps 0.95*POINT
LIMIT = 23
set linetype LIMIT lc rgb "#808080" lw 1 dt (1,5)
TEXT = "#505050"
# `with vectors @BARS` draws error bars without the white discs of `with yerrorbars`, which
# hide a neighbour's bar.
BARS = "heads size screen 0.0045,90"

# For the small print
covariance(noise) = noise eq "hessian" ? "C = H/B" : "C: ".noise
sources(of) = sprintf("%s (planned relative error%s %s, seed %s; ", \
    file_name(POINTS), of, setting(1, "precision"), setting(1, "seed")). \
    sprintf("bars: one standard error) and %s", file_name(CURVE))

# Ticks of a logarithmic axis, labelled by `set format`.
ONE_TWO_FIVE = "(.001,.002,.005,.01,.02,.05,.1,.2,.5,1,2,5,10,20,50,100,200,500)"
