# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scripts that make a page share: reading its parts and writing it whole."""

import os
import sys


class Mistake(Exception):
    """What the caller can mend."""


def read_bytes(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Mistake(f"{path}: {error.strerror}") from error


def read(path):
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Mistake(f"{path}: {error}") from error


def write(program, out, make):
    """Writes to `out` the page that make() returns. The page is written whole or not at all; what is
    wrong is told in the program's name. Returns the exit status."""
    new = out + ".new"
    try:
        text = make()
        with open(new, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(new, out)
    except Mistake as mistake:
        print(f"{program}: {mistake}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{program}: {out}: {error.strerror}", file=sys.stderr)
        return 74
    return 0
