#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fetches the images of handwritten digits that digits.h reads: takes them out of Debian's
# package python3-sklearn, which is not installed, and writes them to a file, whole or not
# at all. Their source and licence stand in digits.h.
# usage: digits.sh FILE    (make data)
set -eu
LC_ALL=C
export LC_ALL
file=${1:?usage: digits.sh FILE}
package=python3-sklearn
member=./usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz
sum=6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8

refuse() {
    echo "data: $*" >&2
    exit 1
}

# has_sum FILE: whether it is what the sum says.
has_sum() {
    echo "$sum  $1" | sha256sum --check --status 2>/dev/null
}

if [ -f "$file" ] && has_sum "$file"; then
    echo "data: $file is there"
    exit 0
fi
for program in apt-get dpkg-deb tar gzip sha256sum; do
    command -v $program >/dev/null ||
        refuse "$program is missing; the digits come in Debian's package $package"
done
folder=$(mktemp -d)
new=
trap 'rm -rf "$folder" ${new:+"$new"}' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# As root apt would download as a user who cannot write into the folder, and say so.
(cd "$folder" && apt-get download -q -o APT::Sandbox::User=root $package) ||
    refuse "$package could not be downloaded; apt-get update may help"
dpkg-deb --fsys-tarfile "$folder"/*.deb | tar -xOf - $member | gzip -d >"$folder/digits" ||
    refuse "$package has no file ${member#.}"
has_sum "$folder/digits" ||
    refuse "${member#.} of $package is not the file that is known: its SHA-256 is" \
        "$(sha256sum <"$folder/digits" | cut -d ' ' -f 1), expected $sum"
mkdir -p "$(dirname "$file")"
new=$file.new
cp "$folder/digits" "$new"
mv "$new" "$file"
new=
echo "data: $file: 1797 digits (E. Alpaydin, C. Kaynak; UCI Machine Learning Repository; CC BY 4.0)"
