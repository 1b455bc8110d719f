# SPDX-License-Identifier: GPL-3.0-or-later
# What figures 19 and 20 share: the error on fresh examples with the small margin along a
# parameter, and level lines of gradient descent (GD) and of GD with momentum (GD+M). Set before:
#   POINTS  the table of pnm-margin along the parameter, for the rule RULES
#   LEVELS  the table of sgd and heavy_ball, a row each, on the same replicas

array TABLE[2] = [POINTS, LEVELS]
USAGE = "POINTS.csv LEVELS.csv"
NEEDED = "optimizer lr beta0 beta1 error_small error_small_stderr"
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN

# Tables of other settings are not to be compared.
do for [t = 1:2] {
    if (setting(t, "setting") ne "reconstructed-from-abstract" || setting(t, "record") ne "end") {
        print ME.": ".TABLE[t].": needs --record end of pnm-margin"
        exit status 1
    }
}
do for [name in "replicas seed steps dimension patches filters train margin-large ". \
        "margin-small small-share noise-norm init fresh"] {
    if (setting(1, name) ne setting(2, name)) {
        print ME.": ".POINTS." and ".LEVELS." differ in ".name
        exit status 1
    }
}

own(name) = strcol("optimizer") eq name
error(name) = own(name) ? column("error_small") : NaN
error_bar(name) = own(name) ? column("error_small_stderr") : NaN

# The levels, in the order of the key
array LEVEL[2]
array LEVEL_BAR[2]
array LEVEL_LR[2]
array LEVEL_BETA1[2]
do for [k = 1:2] {
    who = word("sgd heavy_ball", k)
    count = 0
    stats LEVELS using (seen(error(who))) nooutput
    if (count != 1) {
        print ME.": ".LEVELS.": needs one row of ".who
        exit status 1
    }
    LEVEL[k] = low
    count = 0
    stats LEVELS using (seen(error_bar(who))) nooutput
    LEVEL_BAR[k] = low
    count = 0
    stats LEVELS using (seen(own(who) ? column("lr") : NaN)) nooutput
    LEVEL_LR[k] = low
    count = 0
    stats LEVELS using (seen(k == 2 && own(who) ? column("beta1") : NaN)) nooutput
    LEVEL_BETA1[k] = low
}
level(k) = sprintf(k == 1 ? "GD at η = %g: " : "GD+M at η = %g, β₁ = %g: ", \
        LEVEL_LR[k], LEVEL_BETA1[k]).sprintf("%.3f ± %.3f", LEVEL[k], LEVEL_BAR[k])

small_print(_) = sprintf("%s replicas, %s steps, d = %s, P = %s, m = %s, N = %s, ", \
    setting(1, "replicas"), setting(1, "steps"), setting(1, "dimension"), \
    setting(1, "patches"), setting(1, "filters"), setting(1, "train")). \
    sprintf("margins %s and %s (share %s), noise norm %s, seed %s;\n", \
    setting(1, "margin-large"), setting(1, "margin-small"), setting(1, "small-share"), \
    setting(1, "noise-norm"), setting(1, "seed")). \
    "the setting is reconstructed from the abstract of Jelassi and Li (2022); ". \
    sprintf("bars: one standard error;\n%s and %s", file_name(POINTS), file_name(LEVELS))

set border 3 lc rgb "#404040"
set xtics nomirror out scale 0.6
set ytics nomirror out scale 0.6
set grid back lc rgb "#E4E4E4" lw 0.7 dt solid
set key at screen 0.53,up(0.985) center top horizontal maxrows 2 Left reverse samplen 3 \
    width -1 spacing 1.15 font ",12"
set lmargin at screen 0.1
set rmargin at screen 0.97
set tmargin at screen up(0.83)
set bmargin at screen up(0.26)
set yrange [-0.02 : 0.55]
set ytics 0.1
set ylabel "error, small margin" offset 1,0
set label 1000 small_print(0) at screen 0.012,up(0.11) font ",10" tc rgb TEXT
