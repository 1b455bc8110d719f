# SPDX-License-Identifier: GPL-3.0-or-later
# Draws a table at once: what --plot of the programs runs. Set before, by sim/cli/plot.c,
#   kind        'along': curves along an axis; 'below': rows below each other; 'over': maps
#   title, label, caption, same, missing   words: what is shown, the values, small print (the
#               command), what all rows share, and which curves or panels are left out
#   x_label, y_label   of the axes; of maps both
#   P, E, M     1 if there are values of the paper, exact ones, measured ones: a broad pale band,
#               a line, symbols with error bars; paper_title, exact_title, measured_title
#   limit       a value that divides the others; 0: there is none
#   fine        1 if lines have points between those of the table
#   panels, PANEL[p]           how many, and the quantity of each
#   V_LOW[p], V_HIGH[p], V_LOG[p]   the range of a panel's values; 1: logarithmic
#   curves, NAME[c], RULE[c]   how many in each panel, their names, and whose colour they have
# along:
#   x_low, x_high, x_log, x_tics, x_count   the axis, its tics ('': gnuplot's), and how many
#               values the table has along it
#   END[c]      where the bands of the first panel end
#   $lines      x, paper, exact     a block for each curve of each panel
#   $points     x, measured, error  likewise
#   paper_there, exact_there, measured_there   for each block, 1 if it has such a value
# below:
#   $rows       row, paper, exact, measured, error   a block for each panel
# over:
#   x_low, x_high, x_count, x_tics, y_low ...  axes whose cells are equally wide
#   holes       1 if a cell has no number
#   $map        x, y, value         a block for each panel and kind of value in it
# and, by sim/cli/gnuplot.c, where it goes:
#   letters     1: to a terminal of text_columns x text_lines, with color = 1 in colours; 0: to
#               a picture
#   ending      of the picture: ".svg", ".pdf", ".png"; "" leaves the terminal as it is

set encoding utf8
joined(a, b) = a eq '' ? b : b eq '' ? a : a.', '.b
also(when, what) = when ? ', '.what : ''
said(when, sign, title) = when ? sign.title : ''
at_least(x, y) = x > y ? x : y
at_most(x, y) = x < y ? x : y
several = P + E + M > 1
kinds = P + E + M    # of values, each in a panel of its own in maps
value_kind(k) = word('P E M', P ? k : E ? k + 1 : 3)[1:1]
value_title(k) = value_kind(k) eq 'P' ? paper_title : \
    value_kind(k) eq 'M' || (k == 2 && !E) ? measured_title : exact_title
pictures = kind eq 'over' ? panels * kinds : panels
panel_title(m) = kind ne 'over' ? PANEL[m] : \
    joined(PANEL[(m - 1) / kinds + 1], several ? value_title((m - 1) % kinds + 1) : '')

# Curves of one rule have its colour, from dark to light.
array TURN[curves]
array MATES[curves]
do for [c = 1:curves] {
    TURN[c] = 0
    MATES[c] = 0
    do for [k = 1:curves] {
        TURN[c] = TURN[c] + (k < c && RULE[k] eq RULE[c])
        MATES[c] = MATES[c] + (RULE[k] eq RULE[c])
    }
}

# --- the axes of a panel ------------------------------------------------------------------

ALONG = "set xlabel x_label; set xrange [x_low:x_high]; unset logscale; set format '%g'; ". \
    "eval x_log ? 'set logscale x' : ''; eval x_tics eq '' ? '' : 'set xtics '.x_tics; ". \
    "eval V_LOG[p] ? 'set logscale y' : ''; set yrange [V_LOW[p]:V_HIGH[p]]"
BELOW = "unset logscale; set format '%g'; eval V_LOG[p] ? 'set logscale x' : ''; ". \
    "set xrange [V_LOW[p]:V_HIGH[p]]; set yrange [-0.5 - curves : -0.5]; ". \
    "set ytics (NAME[1] -1); do for [c = 2:curves] { set ytics add (NAME[c] -c) }"
OVER = "set xlabel x_label; set xrange [x_low:x_high]; set yrange [y_low:y_high]; ". \
    "set format '%g'; unset logscale; eval V_LOG[p] ? 'set logscale cb' : ''; ". \
    "set cbrange [V_LOW[p]:V_HIGH[p]]; ". \
    "eval x_tics eq '' ? '' : 'set xtics '.x_tics; eval y_tics eq '' ? '' : 'set ytics '.y_tics"
AXES = kind eq 'along' ? ALONG : kind eq 'below' ? BELOW : OVER

# --- what is drawn in a panel -------------------------------------------------------------

part(p, c) = (p - 1) * curves + c
there(list, p, c) = word(list, part(p, c)) eq '1'
block(name, p, c) = sprintf('$%s index %d using ', name, part(p, c) - 1)
# Points that stand alone are dots of a line, which has no symbols.
dots = kind eq 'along' && !fine && x_count <= 60

if (letters) {
    # Lines and letters of curve c: where the paper has small letters nothing else has.
    # gnuplot draws dots only where the pieces of a line are long.
    band(p, c) = also(there(paper_there, p, c), block('lines', p, c). \
            (fine ? "1:2:('.') with labels" : '1:2 with lines lt 0')). \
        also(there(paper_there, p, c), block('lines', p, c). \
            "(int(column(0)) % step ? NaN : $1):2:('".'abcdefgh'[c:c]."') with labels")
    line(p, c) = also(there(exact_there, p, c), block('lines', p, c). \
            sprintf('1:3 with lines lt %d', c)). \
        also(there(exact_there, p, c) && !M, block('lines', p, c). \
            sprintf('(int(column(0)) %% step ? NaN : $1):3 with points lt %d', c))
    symbol(p, c) = also(there(measured_there, p, c) && !P && !E, \
            block('points', p, c).sprintf('1:2 with lines lt %d', c)). \
        also(there(measured_there, p, c), block('points', p, c). \
            sprintf('1:2:($3 == $3 ? $3 : 0) with yerrorbars lt %d', c))
    step = kind eq 'along' && (fine || x_count > 60) ? 16 : 1    # between letters on lines
} else {
    band(p, c) = also(there(paper_there, p, c), block('lines', p, c). \
            sprintf('1:2 with lines lt %d', BANDS + c)). \
        also(there(paper_there, p, c) && dots, block('lines', p, c). \
            sprintf('1:2 with points lt %d', BANDS + c))
    line(p, c) = also(there(exact_there, p, c), block('lines', p, c). \
            sprintf('1:3 with lines lt %d', LOOK[c])). \
        also(there(exact_there, p, c) && dots && !there(measured_there, p, c), \
            block('lines', p, c).sprintf('1:3 with points lt %d ps 0.5', LOOK[c]))
    symbol(p, c) = also(there(measured_there, p, c) && !P && !E, \
            block('points', p, c).sprintf('1:2 with lines lt %d', LOOK[c])). \
        also(there(measured_there, p, c), block('points', p, c). \
            sprintf('1:2:($3 == $3 ? $3 : 0) with yerrorbars lt %d dt solid lw 1.2', LOOK[c]))
}
bands(p, c) = c > curves ? '' : band(p, c).bands(p, c + 1)
lines(p, c) = c > curves ? '' : line(p, c).lines(p, c + 1)
symbols(p, c) = c > curves ? '' : symbol(p, c).symbols(p, c + 1)

# Rows below each other: each value is a short upright line, a symbol or a letter.
upright = ':(-0.3 - $1):(0):(0.6):(%s(int($1))) with vectors nohead lc rgb variable '
rows(p) = letters ? also(P, sprintf("$rows index %d using 2:(-$1):('P') with labels", p - 1)). \
        also(E, sprintf("$rows index %d using 3:(-$1):('E') with labels", p - 1)). \
        also(M, sprintf('$rows index %d using 4:(-$1):($5 == $5 ? $5 : 0) with xerrorbars lt 0', \
            p - 1)).also(M, sprintf("$rows index %d using 4:(-$1):('M') with labels", p - 1)) : \
    also(P, sprintf('$rows index %d using 2'.upright.'lw 8 dt solid', p - 1, 'pale')). \
        also(E, sprintf('$rows index %d using 3'.upright.'lw 2 dt solid', p - 1, 'dark')). \
        also(M, sprintf('$rows index %d using 4:(-$1):($5 == $5 ? $5 : 0):(dark(int($1))) ', \
            p - 1).'with xerrorbars lc rgb variable pt 7 ps 0.95 lw 1.2 dt solid')

# Maps: in letters the ten levels are digits.
share(p, v) = V_LOG[p] ? log(v / V_LOW[p]) / log(V_HIGH[p] / V_LOW[p]) : \
    (v - V_LOW[p]) / (V_HIGH[p] - V_LOW[p])
level(p, k) = strcol(k) eq 'NaN' ? '.' : \
    sprintf('%d', at_least(0, at_most(9, int(10 * share(p, column(k))))))
level_value(p, k) = V_LOG[p] ? V_LOW[p] * (V_HIGH[p] / V_LOW[p]) ** (k / 10.0) : \
    V_LOW[p] + (V_HIGH[p] - V_LOW[p]) * k / 10.0
cells(m) = letters ? sprintf(', $map index %d using 1:2:(level(p, 3)) with labels', m - 1) : \
    sprintf(', $map index %d using 1:2:3 with image', m - 1)

# A value that divides the others is a dotted line; on maps, the one between its cells.
divides(p) = limit > 0 && !letters && V_LOW[p] < limit && V_HIGH[p] > limit
drawn(m) = kind eq 'over' ? cells(m). \
        also(divides((m - 1) / kinds + 1), sprintf('$limit%d with lines lt ANY_RULE lw 3.5, ', \
            m).sprintf('$limit%d with lines lc rgb "white" lw 1.5 dt solid', m)) : \
    kind eq 'below' ? rows(m) : also(divides(m), 'limit with lines lt LIMIT'). \
        bands(m, 1).lines(m, 1).symbols(m, 1)
DRAW = "what = drawn(m); eval 'plot '.what[3:*]"

# --- as text --------------------------------------------------------------------------------

if (letters) {
    if (kind ne 'below' && pictures > 1) {
        text_lines = at_least(14, text_lines - 4)
    }
    size(lines) = sprintf('set terminal dumb noenhanced %s size %d,%d', \
        color ? 'ansi' : 'mono', text_columns, lines)
    eval size(text_lines)
    set errorbars 0    # letters have no widths to choose from
    signs = kind eq 'along' ? 'dots and small letters: |lines: |letters: ' : 'P: |E: |M: '
    sign(k) = k == 1 ? signs[1:strstrt(signs, '|')-1] : k == 2 ? \
        signs[strstrt(signs, '|')+1:strlen(signs)-(kind eq 'along' ? 10 : 4)] : \
        signs[strlen(signs)-(kind eq 'along' ? 8 : 2):*]
    legend = joined(said(P, sign(1), paper_title), joined(said(E, sign(2), exact_title), \
        said(M, sign(3), measured_title)))
    set key tmargin left Left reverse horizontal noautotitle samplen 1
    do for [m = 1:pictures] {
        p = kind eq 'over' ? (m - 1) / kinds + 1 : m
        head = m == 1 ? title : ''
        heads = m == 1
        if (m == 1 && several && kind ne 'over') {
            head = head."\n(".legend.')'
            heads = heads + 1
        }
        if (panel_title(m) ne '') {
            head = head.(head eq '' ? '' : "\n").panel_title(m)
            heads = heads + 1
        }
        if (kind eq 'below') {
            eval size(curves + heads + 4)
            set tmargin heads
            set bmargin 2
        }
        if (kind eq 'over') {
            head = head.sprintf("\nup: %s; 0: from %.3g, 5: from %.3g, 9: to %.3g", y_label, \
                V_LOW[p], level_value(p, 5), V_HIGH[p])
        }
        set title head
        eval AXES
        names = ''
        if (kind eq 'along' && (m == 1) && (curves > 1 || NAME[1] ne '')) {
            names = ', for [c = 1:curves] keyentry with linespoints lt c title NAME[c]'
        }
        what = drawn(m).names
        eval 'plot '.what[3:*]
    }
    set print '-'
    if (same ne '') { print same }
    if (missing ne '') { print missing }
} else {

# --- as a picture: how large ------------------------------------------------------------------

    across = pictures == 1 || kind eq 'below' ? 1 : pictures <= 4 ? 2 : 3
    down = (pictures + across - 1) / across
    left = kind eq 'below' ? 150 : 86      # of a panel, in pixels
    right = kind eq 'over' ? 100 : 22
    below = kind eq 'below' && panels > 1 ? 30 : 56
    above = pictures > 1 ? 30 : 14
    wide = across == 1 ? 800 - left - right : across == 2 ? 330 : 270
    inner = kind eq 'below' ? 26 * curves : across == 1 ? 390 : across == 2 ? 250 : 220
    named_ends = kind eq 'along' && P && curves > 1 && panels == 1 ? curves : 0
    if (named_ends) {
        right = 120
        do for [c = 1:curves] {
            right = at_least(right, 24 + 6.5 * strlen(NAME[c]))
        }
        wide = 800 - left - right
    }
    WIDE = across * (left + wide + right)
    # The key: names of curves, then what lines and symbols are.
    names = kind eq 'along' && (curves > 1 || NAME[1] ne '') ? curves : 0
    signs = several && kind ne 'over' ? kinds : 0
    longest = 8
    do for [c = 1:names] {
        longest = at_least(longest, strlen(NAME[c]))
    }
    do for [k = 1:signs] {
        longest = at_least(longest, strlen(value_title(k)))
    }
    # int() is for 5.4, where a quotient of integers is one.
    key_columns = at_least(1, at_most(names + signs, int((WIDE - 40) / (52 + 8.0 * longest))))
    key_rows = names + signs ? (names + signs + key_columns - 1) / key_columns : 0
    top = 36 + 21 * key_rows
    bottom = (kind eq 'below' && panels > 1 ? 26 : 0) + \
        10 + 15 * (1 + (same ne '') + (missing ne '') + (kind eq 'over' && holes))
    HIGH = top + down * (above + inner + below) + bottom

    RULES = ''
    do for [c = 1:curves] {
        if (TURN[c] == 0) {
            RULES = RULES.RULE[c].' '
        }
    }
    # The programs put that file into this line's place.
    load 'plots/looks.gp'
    array LOOK[curves]    # the linetype of each curve; BANDS + c is that of its band
    BANDS = 60
    array DARK[curves]    # the colour of each curve, and of its band
    array PALE[curves]
    dark(c) = DARK[c]
    pale(c) = PALE[c]
    channel(rgb, shift, white) = int((rgb >> shift & 255) * (1 - white) + 255 * white) << shift
    paler(rgb, white) = channel(rgb, 16, white) + channel(rgb, 8, white) + channel(rgb, 0, white)
    DASHES = "solid (10,5) (3,4) (12,4,2,4) (16,5) (6,3) (12,4,2,4,2,4) (2,7)"
    do for [c = 1:curves] {
        r = 0
        do for [k = 1:words(RULES)] {
            r = rule(k) eq RULE[c] ? k : r
        }
        own = COLOR[r]
        if (MATES[c] == 1 || kind eq 'below') {
            LOOK[c] = r
        } else {
            own = paler(COLOR[r], 0.62 * TURN[c] / (MATES[c] - 1))
            LOOK[c] = 40 + c
            eval sprintf('set linetype %d lc rgb %d lw 2 dt %s pt %s ps %g', LOOK[c], own, \
                word(DASHES, TURN[c] + 1), word('7 5 9 13 11 6 4 8', TURN[c] + 1), \
                word('0.95 0.9 1.1 1.2 1.1 0.95 0.9 1.1', TURN[c] + 1) * POINT)
        }
        DARK[c] = own
        PALE[c] = paler(own, 0.62)
        eval sprintf('set linetype %d lc rgb %d lw 8 dt solid pt 7 ps 0.8', BANDS + c, PALE[c])
    }

# --- as a picture: the head and the small print --------------------------------------------------

    if (kind eq 'over') {
        set contour
        set cntrparam levels discrete limit
        unset surface
        do for [m = 1:pictures] {
            if (divides((m - 1) / kinds + 1)) {
                eval sprintf('set table $limit%d', m)
                splot $map index m-1 using 1:2:3
                unset table
            }
        }
        unset contour
        set surface
    }
    set multiplot
    set margins 0,0,0,0
    set lmargin at screen 0
    set rmargin at screen 1
    set bmargin at screen 0
    set tmargin at screen 1
    unset border
    unset tics
    unset key
    set xrange [0:1]
    set yrange [0:1]
    print_of(text) = text eq '' ? '' : "\n".text
    set label 1 title at screen 0.5,screen 1 - 18.0/HIGH center font ",14"
    set label 2 caption.print_of(same).print_of(missing). \
        print_of(kind eq 'over' && holes ? 'hatched: no number' : ''). \
        (limit > 0 && kind ne 'below' ? sprintf('; the %s line is at %g', \
            kind eq 'over' ? 'white' : 'dotted', limit) : '') at screen 8.0/WIDE, \
        screen (bottom - (kind eq 'below' && panels > 1 ? 40.0 : 14.0))/HIGH font ",10" tc rgb TEXT
    key = also(names > 0, 'for [c = 1:curves] keyentry with '. \
            (M ? 'linespoints' : 'lines').' lt LOOK[c] title NAME[c]'). \
        also(P && signs, 'keyentry with lines lt PAPER title paper_title'). \
        also(E && signs, 'keyentry with lines lt ANY_RULE title exact_title'). \
        also(M && signs, 'keyentry with yerrorbars lt ANY_RULE title measured_title')
    set key at screen 0.5, screen 1 - 32.0/HIGH center top horizontal Left reverse samplen 3 \
        maxcols key_columns noautotitle
    eval 'plot 2 with lines notitle'.key
    unset key
    unset label

# --- as a picture: the panels -----------------------------------------------------------------------

    set border (kind eq 'over' ? 15 : 3) lc rgb "#404040"
    set xtics nomirror out scale 0.6
    set ytics nomirror out scale 0.6
    if (kind ne 'over') {
        set grid back lc rgb "#E4E4E4" lw 0.7 dt solid
    }
    # As light in grey as in colour: from dark to light.
    set palette defined (0 "#00224E", 0.25 "#31446B", 0.5 "#7C7B78", 0.75 "#BCAF6F", 1 "#FEE838")
    if (kind eq 'over') {
        set cbtics scale 0.6
        set object 1 rectangle from graph 0,0 to graph 1,1 behind fc rgb "#D0D0D0" \
            fs pattern 4 border lc rgb "#404040"
    }
    do for [m = 1:pictures] {
        p = kind eq 'over' ? (m - 1) / kinds + 1 : m
        column_at = (m - 1) % across
        row_at = (m - 1) / across
        set lmargin at screen (column_at * (left + wide + right) + left + 0.0) / WIDE
        set rmargin at screen (column_at * (left + wide + right) + left + wide + 0.0) / WIDE
        edge = HIGH - top - row_at * (above + inner + below) - above
        set tmargin at screen (edge + 0.0) / HIGH
        set bmargin at screen (edge - inner + 0.0) / HIGH
        set title (pictures > 1 ? panel_title(m) : '') offset 0,-0.4 font ",12"
        if (kind eq 'along') {
            set ylabel (pictures == 1 ? label : '')
        }
        if (kind eq 'over') {
            set ylabel y_label
        }
        if (kind eq 'below' && (m == pictures)) {
            set xlabel label
        }
        eval AXES
        # Bands look alike: right of their ends stands whose they are, of those that end
        # together in one line.
        unset label
        do for [c = 1:named_ends] {
            together = ''
            do for [k = c:curves] {
                if (abs(share(1, END[k]) - share(1, END[c])) < 0.03) {
                    together = together eq '' ? NAME[k] : together."\n".NAME[k]
                    END[k] = k > c ? NaN : END[k]
                }
            }
            if (together ne '' && share(1, END[c]) > 0) {
                set label together at graph 1, graph share(1, END[c]) left offset 0.5,0 \
                    font ",10" tc rgb TEXT
            }
        }
        eval DRAW
    }
    unset multiplot
}
