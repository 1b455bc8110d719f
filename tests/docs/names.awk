# SPDX-License-Identifier: GPL-3.0-or-later
# names.awk: prints what pages name that is not there, and exits with 1 if there is any: links
# to files and headings, files and folders in code, and targets of make. A file may be named
# by the end of its path. Of notebooks only the links are looked at.
# usage: find . -type f | awk -f names.awk - Makefile PAGE... PAGE...
#
# Run it in the project root, and name the pages twice: the first time their headings are
# noted, the second time what they name is looked up.

# The path without a leading ./ and without A/../.
function plain(path)
{
    while (sub(/^\.\/|[^\/.]+\/\.\.\//, "", path))
        ;
    return path
}

# A file and the folders that it lies in.
function add_path(path)
{
    do {
        add_ends(path)
        whole[path] = 1
    } while (sub(/[^\/]*\/?$/, "", path) && path != "" && !(path in whole))
}

function add_ends(path)
{
    do
        there[path] = 1
    while (sub(/^[^\/]+\//, "", path) && path != "")
}

function missing(what)
{
    printf "%s names %s, which is not there\n", FILENAME, what
    failed = 1
}

function check_link(target,    page, anchor, folder)
{
    if (target ~ /:/)
        return
    page = anchor = target
    sub(/#.*/, "", page)
    if (!sub(/^[^#]*#/, "", anchor))
        anchor = ""
    folder = FILENAME
    sub(/[^\/]*$/, "", folder)
    page = page == "" ? FILENAME : plain(folder page)
    if ((page != FILENAME && !(page in whole)) || (anchor != "" && !((page, anchor) in heading)))
        missing("the link " target)
}

# What stands in code. In a block, where there is output too, only files are looked up whose
# folder is named.
function check_code(text, block,    count, word, k)
{
    count = split(text, word, /[ ,;()]+/)
    for (k = 2; word[1] == "make" && k <= count && word[k] != "#"; k++)
        if (word[k] ~ /^[a-z][a-z-]+$/ && !(word[k] in target))
            missing("make " word[k])
    for (k = 1; k <= count; k++)
        if (word[k] ~ (block ? OURS : OURS "|^[a-z0-9_.]+/$|[a-z]\\.(c|h|sh|awk|gp|py|bats|md|ipynb)$"))
            check_file(word[k])
}

# What a reader adds and what make makes is not there; NAME.c stands for any file.
function check_file(word)
{
    if (word !~ /^[A-Za-z0-9_.\/-]+$/ || word ~ /^(build|results|data)\//)
        return
    if (word ~ /(foo|my_rule|two_step|out)\.[a-z]+$|(NAME|ID|MODULE)\.|\.\.\./)
        return
    if (!(word in there) && !((word "/") in there))
        missing(word)
}

BEGIN { OURS = "^(sim|analysis|plots|notebooks|tests)/" }
FILENAME == "-" { add_path(plain($0)); next }
FILENAME == "Makefile" { if (match($0, /^[a-z-]+:/)) target[substr($0, 1, RLENGTH - 1)] = 1; next }
FNR == 1 { looked_up = seen[FILENAME]++ || FILENAME ~ /ipynb$/ }
!looked_up {
    if (sub(/^#+ /, "")) {
        gsub(/[^A-Za-z0-9 _-]/, "")
        gsub(/ /, "-")
        heading[FILENAME, tolower($0)] = 1
    }
    next
}
{
    text = $0
    while (match(text, /\]\([^) ]+\)/)) {
        check_link(substr(text, RSTART + 2, RLENGTH - 3))
        text = substr(text, RSTART + RLENGTH)
    }
    if (FILENAME ~ /ipynb$/)
        next
    if (/^    /) {
        sub(/^ +(\$ )?/, "")
        check_code($0, 1)
        next
    }
    # A slip in a table of tests/README.md is an expression of sed.
    count = split($0, part, "`")
    for (k = 2; k <= count; k += 2)
        if (part[k] !~ /^s\//)
            check_code(part[k], 0)
}
END { exit failed }
