#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Has mandoc look over the manual pages, installed as they refer to each other.
# usage: man.sh    (make test-docs-man, after make setup-docs)
set -eu
cd "$(dirname "$0")/../.."
if ! command -v mandoc >/dev/null; then
    echo "test-docs-man: mandoc is missing; make setup-docs installs it" >&2
    exit 1
fi
there=$(mktemp -d)
trap 'rm -rf "$there"' EXIT
make -s install DESTDIR="$there" PREFIX=/usr
MANPATH=$there/usr/share/man
export MANPATH

# mandoc's level `base` asks for what holds for BSD's own pages alone.
lint() {
    mandoc -T lint -W style "$@" 2>"$there/err"
}

lint "$MANPATH"/man1/*.1 || {
    cat "$there/err" >&2
    exit 1
}
# A page with a mistake must not pass.
page=$MANPATH/man1/pnm-rules.1
sed '/^\.El$/d' "$page" >"$there/broken.1"
if lint "$there/broken.1" >/dev/null; then
    echo "test-docs-man: mandoc sees no mistake in a broken page" >&2
    exit 1
fi
# Nothing of roff is left over in what is read, without its overprinting.
backspace=$(printf "\b")
for page in "$MANPATH"/man1/*.1; do
    if mandoc -T ascii "$page" | sed "s|.$backspace||g" | grep -n '\\[-e(&]\|^\.[A-Z]'; then
        echo "test-docs-man: ${page##*/} shows roff" >&2
        exit 1
    fi
done
echo "manual pages: no complaints"
