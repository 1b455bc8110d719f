# SPDX-License-Identifier: GPL-3.0-or-later
# What the figures share: checks of the arguments and tables, terminal, styles, small print.
# A figure's script sets
#   ME      its own name                   TABLE       array of the tables it is given
#   OUT     the picture: .svg .png .pdf    WIDE, HIGH  its size in pixels
#   HEAD    the pixels of HIGH that its title takes; not set: one line
#   USAGE   the tables' names in the message on usage
#   NEEDED  the columns that each table must have
#   SAMPLED those of sampling, which the first table must have too; not set: none
#   RULES   the update rules it draws, at most eight; "" for those that the tables hold
# and loads this file, then begin.gp and end.gp around what it draws. Tables are what the
# programs print as CSV: '#' lines, a header, rows. Columns are found by their names. gnuplot's
# functions need an argument and its strings start at 1.

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
    do for [name in NEEDED.(t == 1 && exists("SAMPLED") ? " ".SAMPLED : "")] {
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

load here."looks.gp"

# A height below the title: 0 is the bottom, 1 where the title begins.
if (!exists("HEAD")) {
    HEAD = 36
}
up(part) = part * (HIGH - HEAD) / HIGH

# For the small print
covariance(noise) = noise eq "hessian" ? "C = H/B" : "C: ".noise
sources(of) = sprintf("%s (planned relative error%s %s, seed %s; ", \
    file_name(POINTS), of, setting(1, "precision"), setting(1, "seed")). \
    sprintf("bars: one standard error) and %s", file_name(CURVE))

# Ticks of a logarithmic axis, labelled by `set format`.
ONE_TWO_FIVE = "(.001,.002,.005,.01,.02,.05,.1,.2,.5,1,2,5,10,20,50,100,200,500)"
