# SPDX-License-Identifier: GPL-3.0-or-later
# Draws a table at once: what --plot of the programs runs. Set before, by sim/cli/plot.c,
#   $table      the table with commas: '#' lines, then the curves, two blank lines between. A
#               curve is the columns' names and its rows in order along the axis; a row that
#               has no number there is level and stands there twice
#   curves      how many
#   axis        the column along the axis; '' where no number tells rows apart: every row is a
#               curve then, and they stand below each other
#   apart, same the columns that tell curves apart, and those that hold the same in all rows
#               that have them, blanks between
#   paper, exact, measured   the columns of the values, drawn as a broad pale band, a line and
#               symbols with error bars; '': none
#   error       the column of the standard error of what is measured; '': none
#   paper_title, exact_title, measured_title   what the key calls them
#   label, plain_label   of the values; the same in ASCII
#   caption     small print
#   LARGEST     the largest number that is drawn
# and, by sim/cli/gnuplot.c, where it goes:
#   letters     1: to a terminal of text_columns x text_lines, with color = 1 in colours, with
#               plain = 1 in ASCII; 0: to a picture
#   ending      of the picture: ".svg", ".pdf", ".png"; "" leaves the terminal as it is

set encoding utf8
set datafile separator comma
set datafile columnheaders

# --- the cells of a row, by their columns' names ----------------------------------------

# gnuplot's functions need an argument; _ is none.
# Of an empty cell at the end of a row, gnuplot's text is the column's name.
there(c) = c eq '' ? 0 : strcol(c) ne '' && strcol(c) ne c
number(c) = there(c) && abs(column(c)) <= LARGEST ? column(c) : NaN
bar(_) = number(error) == number(error) ? number(error) : 0
place(_) = there(axis) ? number(axis) : int(column(0)) % 2 ? high : low

# --- words ------------------------------------------------------------------------------

# What a column is called in the key, where the paper has a symbol, and beside its axis.
symbol(c) = plain ? c : c eq 'lr' ? 'η' : c eq 'lr_h' ? 'ηh' : c eq 'eta0' ? 'η₀' : \
    c eq 'beta0' ? 'β₀' : c eq 'beta1' ? 'β₁' : c eq 'beta2' ? 'β₂' : c eq 'beta3' ? 'β₃' : \
    c eq 'nu' ? 'ν' : c eq 'sigma' ? 'σ' : c eq 'batch' ? 'B' : c eq 'h_i' ? 'h' : \
    c eq 'h_j' ? 'h of j' : c eq 'horizon' ? 'T' : c eq 'step' ? 't' : c
axis_label(c) = plain ? c : c eq 'lr' ? 'learning rate η' : c eq 'lr_h' ? 'step size ηh' : \
    c eq 'eta0' ? 'rate applied η₀' : c eq 'sigma' ? 'noise σ' : c eq 'batch' ? 'batch size B' : \
    c eq 'h' || c eq 'h_i' ? 'curvature h' : c eq 'h_j' ? 'curvature h of j' : \
    c eq 'horizon' ? 'horizon T (steps)' : c eq 'step' ? 'step t' : \
    c eq 'frequency' ? 'frequency (cycles a step)' : symbol(c)

# What a row has in the columns of a list, from the k-th on: "pnm, β₀ = 1".
join(a, b) = a eq '' ? b : b eq '' ? a : a.', '.b
is_number(s) = strstrt('-0123456789', s[1:1]) > 0
part(c) = !there(c) ? '' : is_number(strcol(c)) ? symbol(c).sprintf(' = %g', column(c)) : strcol(c)
parts(list, k) = k > words(list) ? '' : join(part(word(list, k)), parts(list, k + 1))

array NAME[curves]
do for [c = 1:curves] {
    stats $table index c-1 every ::0::0 using (NAME[c] = parts(apart, 1), 0) nooutput
}
constants = ''
do for [name in same] {
    text = ''
    do for [c = 1:curves] {
        if (text eq '') {
            stats $table index c-1 every ::0::0 using (text = part(name), 0) nooutput
        }
    }
    constants = join(constants, text)
}

# "lines: exact, letters: measured"
sign(of_rows, of_curves) = axis eq '' ? of_rows : of_curves
said(c, sign, title) = c eq '' ? '' : sign.': '.title
legend = join(said(paper, sign('P', 'dots and small letters'), paper_title), \
    join(said(exact, sign('E', 'lines'), exact_title), \
    said(measured, sign('M', 'letters'), measured_title)))
P = paper ne ''
E = exact ne ''
M = measured ne ''
several = P + E + M > 1

# --- ranges -----------------------------------------------------------------------------

low = high = NaN      # of the axis
least = most = NaN    # of the values, with their bars
# The lower and the higher of two, of which one may be NaN.
lower(x, y) = y == y && !(x < y) ? y : x
upper(x, y) = y == y && !(x > y) ? y : x
along(x) = (low = lower(x, low), high = upper(x, high), 0)
span(x, bar) = (least = lower(x - bar, least), most = upper(x + bar, most), 0)
see(_) = (along(number(axis)), span(number(paper), 0), span(number(exact), 0), \
    span(number(measured), bar(0)))
stats $table using (see(0)) nooutput
many = STATS_records > 200    # beyond that symbols would be a band

array LAST[curves]    # where the bands end
do for [c = 1:P * curves] {
    stats $table index c-1 using (LAST[c] = number(paper), 0) nooutput
}

# Are they all positive, and far apart?
spans(low, high) = low > 0 && high >= 12 * low
# Room at both ends, a part of the whole; gnuplot cannot count along an axis whose ends are
# hardly two numbers.
larger(x, y) = x > y ? x : y
size(low, high) = larger(abs(low), abs(high))
room(low, high, part) = high - low > 1e-9 * size(low, high) ? part * (high - low) : \
    size(low, high) == 0 ? 1 : size(low, high) / 10

# --- terminal ---------------------------------------------------------------------------

if (letters) {
    if (axis eq '' && text_lines < curves + 7) {
        text_lines = curves + 7
    }
    set terminal dumb noenhanced mono size text_columns,text_lines
    if (color) {
        set terminal dumb noenhanced ansi size text_columns,text_lines
    }
    set errorbars 0    # letters have no widths to choose from
    PAPER = 0
    set key samplen 1
    # Letters cannot be turned.
    set title (plain ? plain_label : label).(several ? "\n(".legend.")" : "")
} else {
    WIDE = 800
    HIGH = axis eq '' ? 150 + 26 * curves : 560
    RULES = ''    # that have their own looks where rules are all that differs
    if (axis ne '' && apart eq 'optimizer') {
        do for [c = 1:curves] {
            RULES = RULES.(NAME[c] eq '' ? '-' : NAME[c]).' '
        }
    }
    # The programs put that file into this line's place.
    load 'plots/looks.gp'
    set border 3 lc rgb "#404040"
    set xtics nomirror out scale 0.6
    set ytics nomirror out scale 0.6
    set grid back lc rgb "#E4E4E4" lw 0.7 dt solid
    set bmargin 6.5
    set label caption.(constants eq '' ? '' : "\n".constants) at screen 0,0 \
        offset 1,1.8 font ",10" tc rgb TEXT
    set key samplen 3 maxcols 5
    if (axis eq '') {
        set xlabel label
    } else {
        set ylabel label
    }
}
set key tmargin left Left reverse horizontal noautotitle

# --- axes -------------------------------------------------------------------------------

if (axis eq '') {
    if (spans(least, most)) {
        set logscale x
        set format x "%g"
    } else {
        set xrange [least - room(least, most, 0.05) : most + room(least, most, 0.05)]
    }
    set yrange [-0.5 - curves : -0.5]
    set ytics (NAME[1] -1)
    do for [c = 2:curves] {
        set ytics add (NAME[c] -c)
    }
} else {
    # A logarithmic axis has tics at 1, 2 and 5 times the powers where those alone are few.
    set xlabel axis_label(axis)
    if (spans(low, high)) {
        set logscale x
        set format x "%g"
        beyond = exp(0.03 * (log(high) - log(low)))
        set xrange [larger(low / beyond, low < 1 / LARGEST ? low : 1 / LARGEST) : \
            high * beyond < LARGEST ? high * beyond : LARGEST]
        first = floor(log10(low))
        last = ceil(log10(high))
        if (last - first <= 4) {
            set xtics (10.0**last)
            do for [power = first:last-1] {
                set xtics add (10.0**power, 2 * 10.0**power, 5 * 10.0**power)
            }
        }
    } else {
        set xrange [low - room(low, high, 0.03) : high + room(low, high, 0.03)]
    }
    if (spans(least, most)) {
        set logscale y
        set format y "%g"
    } else {
        set yrange [least - room(least, most, 0.05) : most + room(least, most, 0.05)]
    }
    # The bands look alike: right of their ends stands whose they are, of those that end
    # together in one line.
    if (P && curves > 1 && !letters) {
        set rmargin 18
        do for [c = 1:curves] {
            together = ''
            do for [k = c:curves] {
                if (abs(LAST[k] - LAST[c]) <= 0.02 * abs(LAST[c])) {
                    together = join(together, NAME[k])
                    LAST[k] = k > c ? NaN : LAST[k]
                }
            }
            if (together ne '') {
                set label together at high,LAST[c] left offset 1.2,0 font ",9" tc rgb TEXT
            }
        }
    }
}

# --- the plot: the key, then bands below and symbols on top -------------------------------

also(when, what) = when ? ", ".what : ""
what = also(axis ne '' && apart ne '', \
        "for [c = 1:curves] keyentry with linespoints lt c title NAME[c]"). \
    also(P && several && !letters, "keyentry with lines lt PAPER title paper_title"). \
    also(E && several && !letters, "keyentry with lines lt ANY_RULE title exact_title"). \
    also(M && several && !letters, \
        "keyentry with yerrorbars lt ANY_RULE title measured_title")
if (axis eq '') {
    # Rows below each other: each value is a short upright line, a symbol or a letter.
    upright = ":(-1.3 - column(-2)):(0):(0.6) with vectors nohead lt "
    level = ":(-1 - column(-2))"
    what = what. \
        also(P, "$table using (number(paper))". \
            (letters ? level.":('P') with labels" : upright."PAPER")). \
        also(E, "$table using (number(exact))". \
            (letters ? level.":('E') with labels" : upright."ANY_RULE")). \
        also(M, "$table using (number(measured))".level. \
            (letters ? ":('M') with labels" : ":(bar(0)) with xerrorbars lt 1 dt solid lw 1.2"))
} else {
    # Lines join what is measured where nothing else does, and symbols show what was computed
    # where nothing is measured.
    curve = "for [c = 1:curves] $table index c-1 using (place(0))"
    what = what. \
        also(P, curve.":(number(paper)) with lines lt PAPER"). \
        also(P && letters, curve.":(number(paper)):('abcdefgh'[c:c]) with labels"). \
        also(E, curve.":(number(exact)) with ".(M || many ? "lines" : "linespoints")." lt c"). \
        also(M && !P && !E, curve.":(number(measured)) with lines lt c"). \
        also(M, curve.":(number(measured)):(bar(0)) with yerrorbars lt c dt solid lw 1.2")
}
eval "plot ".what[3:*]
