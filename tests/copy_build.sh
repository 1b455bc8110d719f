#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# copy_build.sh BUILD TREE: copies what was built to TREE/build, so that a make in TREE goes on from it,
# wherever it was built: what an object was made of is kept under the name that the object had there.
set -eu
mkdir -p "$2/build"
cp -a "$1/obj" "$1/libpnm.a" "$1/bin" "$1/share" "$2/build"
find "$2/build/obj" -name '*.d' -exec sed -i 's|^[^ :]*/obj/\([^ :]*\.o:\)|build/obj/\1|' {} +
