# SPDX-License-Identifier: GPL-3.0-or-later
# Prints the command that makes a table again, from the '#' lines on top of it: its program with
# every option that the run had, defaults, too. A table that was joined from several runs has
# lines "# command: ...", which are printed instead, one a line.
# usage: awk -f command.awk TABLE.csv

function quoted(text) {
    if (text ~ /^[A-Za-z0-9_.,:=+\/@%^-]+$/) return text
    gsub(/'/, "'\\''", text)
    return "'" text "'"
}

BEGIN {
    # Notes of a header that are no options, and options whose "on" is a value.
    split("version header-lines given setting", name)
    for (k in name) no_option[name[k]] = 1
    split("lr-normalization amsgrad epsilon-inside", name)
    for (k in name) has_value[name[k]] = 1
    # Refused beside --exact, which samples nothing.
    split("burn-in precision max-samples control", name)
    for (k in name) about_sampling[name[k]] = 1
}

!/^#/ { exit }

/^# pnmlab bench / { command = "make bench" }

match($0, /^# [a-z0-9-]+: /) {
    key = substr($0, 3, RLENGTH - 4)
    text = substr($0, RLENGTH + 1)
    if (key == "command") joined = joined text "\n"
    else if (key == "program") command = text
    else if (command != "" && command != "make bench" && !(key in no_option)) {
        exact = exact || key == "exact"
        # "1-beta1" stands for a default and cannot be given.
        if (!(exact && key in about_sampling) && text != "1-beta1")
            command = command " --" key \
                (text == "on" && !(key in has_value) ? "" : "=" quoted(text))
    }
}

END {
    if (joined != "") printf "%s", joined
    else if (command != "") print command
}
