#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Notes which commands made a table, for the figures that show it: in commands/TABLE beside the
# table, its checksum, then a command a line. describe.sh reads it.
# usage: note.sh TABLE.csv COMMAND...
set -eu

if [ $# -lt 2 ]; then
    echo "usage: note.sh TABLE.csv COMMAND..." >&2
    exit 64
fi
table=$1
shift
mkdir -p "$(dirname "$table")/commands"
{
    cksum <"$table"
    printf '%s\n' "$@"
} >"$(dirname "$table")/commands/$(basename "$table")"
