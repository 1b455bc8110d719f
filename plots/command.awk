# SPDX-License-Identifier: GPL-3.0-or-later
# Prints the command that makes a table again, from the '#' lines on top of it: its program with
# every option that the run had, defaults, too. Where it matters which options were given, the
# table itself must tell the program (--rerun).
# usage: awk -v name=TABLE.csv -f command.awk TABLE.csv

function quoted(text) {
    if (text ~ /^[A-Za-z0-9_.,:=+\/@%^-]+$/) return text
    gsub(/'/, "'\\''", text)
    return "'" text "'"
}

BEGIN {
    # Notes of a header that are no options, and options whose "on" is a value.
    split("version header-lines setting", word)
    for (k in word) no_option[word[k]] = 1
    split("lr-normalization amsgrad epsilon-inside", word)
    for (k in word) has_value[word[k]] = 1
    # Refused beside --exact, which samples nothing.
    split("burn-in precision max-samples control", word)
    for (k in word) about_sampling[word[k]] = 1
}

!/^#/ { exit }

/^# pnmlab bench / { print "make bench" }

match($0, /^# [a-z0-9-]+: /) {
    key = substr($0, 3, RLENGTH - 4)
    text = substr($0, RLENGTH + 1)
    if (key == "program") program = text
    else if (key == "given") options = " --rerun=" name
    else if (!(key in no_option) && options !~ /^ --rerun=/) {
        exact = exact || key == "exact"
        # "1-beta1" stands for a default and cannot be given.
        if (!(exact && key in about_sampling) && text != "1-beta1")
            options = options " --" key \
                (text == "on" && !(key in has_value) ? "" : "=" quoted(text))
    }
}

END {
    if (program != "") print program options
}
