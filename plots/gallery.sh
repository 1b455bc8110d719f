#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copies the figures to gallery/ and makes their titles the alternative texts of README.md.
# usage: gallery.sh RESULTS_DIR
set -eu

plots=$(dirname "$0")
if [ $# -ne 1 ]; then
    echo "usage: gallery.sh RESULTS_DIR" >&2
    exit 64
fi
cp "$1"/*_by_*.svg "$plots/gallery/"
new=$plots/README.md.new
trap 'rm -f "$new"' EXIT
awk -v "plots=$plots" '
    /^!\[.*\]\(gallery\/.*\.svg\)$/ {
        match($0, /gallery\/.*\.svg/)
        picture = plots "/" substr($0, RSTART, RLENGTH)
        title = ""
        while (title == "" && (getline line <picture) > 0)
            if (line ~ /^<title>.*<\/title>$/) title = line
        close(picture)
        gsub(/<\/?title>/, "", title)
        gsub(/&lt;/, "<", title)
        gsub(/&gt;/, ">", title)
        gsub(/&amp;/, "\\&", title)
        if (title != "") $0 = "![" title "](" substr($0, RSTART)
    }
    { print }' "$plots/README.md" >"$new"
mv "$new" "$plots/README.md"
