# SPDX-License-Identifier: GPL-3.0-or-later
# What figures 21 to 23 share: tables of pnm-generalize with PNM and SGD with momentum. Set
# before:
#   TABLE    the tables, of the same setting but for what DIFFER names
#   MATCH    what --match must be

NEEDED = "optimizer lr beta0 weight_decay applied_rate applied_decay baseline baseline_lr ". \
    "baseline_applied_rate error_test error_test_stderr baseline_error_test ". \
    "baseline_error_test_stderr difference_points difference_points_stderr"
RULES = "heavy_ball pnm other"
folder(path) = (at = strstrt(path, "/")) ? path[1:at].folder(path[at+1:*]) : ""
here = folder(ARG0)
load here."style.gp"
set datafile missing NaN

do for [t = 1:|TABLE|] {
    if (setting(t, "program") ne "pnm-generalize" || setting(t, "match") ne MATCH || \
            setting(t, "optimizer") ne "heavy_ball,pnm") {
        print ME.": ".TABLE[t].": needs --match ".MATCH." and the rules heavy_ball,pnm of pnm-generalize"
        exit status 1
    }
    do for [name in "task train test hidden activation batch epochs schedule replicas seed beta1 beta3"] {
        if (setting(t, name) ne setting(1, name)) {
            print ME.": ".TABLE[1]." and ".TABLE[t]." differ in ".name
            exit status 1
        }
    }
}

# What stands above a panel
noise(t) = (kind = setting(t, "label-noise"), kind[1:5] eq "asym:" ? \
    sprintf("%g %% of the labels are the next class", 100*real(kind[6:*])) : kind[1:4] eq "sym:" ? \
    sprintf("%g %% of the labels are any other class", 100*real(kind[5:*])) : "labels without noise")
task(_) = setting(1, "task") eq "digits" ? "digits" : \
    setting(1, "task").(setting(1, "task") eq "teacher" ? " (data missing: make data)" : "")

small_print(_) = sprintf("task: %s; %s examples to train on and %s to test, %s hidden units, ", \
    task(0), setting(1, "train"), setting(1, "test"), setting(1, "hidden")). \
    sprintf("batch %s, %s epochs, %s replicas, seed %s;\n", setting(1, "batch"), \
    setting(1, "epochs"), setting(1, "replicas"), setting(1, "seed")). \
    "a small network on small inputs, which says nothing of CIFAR; "

AXES = 'set border 3 lc rgb "#404040"; set xtics nomirror out scale 0.6; set ytics nomirror out scale 0.6; '. \
    'set grid back lc rgb "#E4E4E4" lw 0.7 dt solid'
