#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells how much of sim/ and analysis/ the tests ran, from what a build with --coverage counted.

A line is covered if it ran in any of the objects that have it (the hot files are compiled once for
each instruction set), a branch if it was taken both ways. A line that no test can reach is left out
where it says so and why, in a comment at its end:

    /* not covered: REASON */

or, for the lines of a block, `/* not covered from here: REASON */` and `/* covered again */`.

usage: coverage.py BUILD [--lines SHARE] [--branches SHARE] [--excluded SHARE] [--list]
                   [--tests FILE]

It prints a row a file that is not wholly covered, the totals, and with --list each line that did not
run or has branches that were not taken. The exit status is 1 if the lines, the branches or the lines
left out miss their shares (100 %, 92 %, 1 %), and 2 if nothing was counted or a source has no counts.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MARK = re.compile(r"/\*\s*not covered( from here)?:")
ONE = re.compile(r"/\*\s*not covered: (?P<reason>.*\S)\s*\*/")
BEGIN = re.compile(r"/\*\s*not covered from here: (?P<reason>.*\S)\s*\*/")
END = re.compile(r"/\*\s*covered again\s*\*/")


class Source:
    """What is known of a file: how often each line ran and in which tests, how often each branch was
    taken, and where functions begin and end."""

    def __init__(self, name):
        self.count = {}
        self.tests = {}
        self.functions = set()
        self.branches = {}
        self.excluded = excluded_lines(ROOT / name)

    def add(self, line, test):
        number = line["line_number"]
        self.count[number] = self.count.get(number, 0) + line["count"]
        tests = self.tests.setdefault(number, set())
        if test and line["count"]:
            tests.add(test)
        taken = [branch["count"] for branch in line.get("branches", [])]
        if taken:
            shapes = self.branches.setdefault(number, {})
            before = shapes.get(len(taken), [0] * len(taken))
            shapes[len(taken)] = [a + b for a, b in zip(before, taken)]

    def lines(self):
        """(covered, not covered, left out) as lists of line numbers."""
        kept = [n for n in self.count if n not in self.excluded]
        return ([n for n in kept if self.count[n]], sorted(n for n in kept if not self.count[n]),
                [n for n in self.count if n in self.excluded])

    def taken(self):
        """{line: (branches taken, all branches)}; of a line compiled in several ways the best counts."""
        found = {}
        for number, shapes in self.branches.items():
            if number not in self.excluded:
                best = max(shapes.values(), key=lambda s: sum(c > 0 for c in s) / len(s))
                found[number] = (sum(c > 0 for c in best), len(best))
        return found


def excluded_lines(path):
    """The numbers of the lines that say that they are not covered."""
    found = set()
    inside = False
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if BEGIN.search(text):
            inside = True
        elif END.search(text):
            inside = False
        elif MARK.search(text) and not ONE.search(text):
            sys.exit("coverage: %s:%d: a comment that leaves lines out does not end on its line"
                     % (path, number))
        if inside or ONE.search(text):
            found.add(number)
    if inside:
        sys.exit("coverage: %s: a block that is not covered does not end" % path)
    return found


def counted(build):
    """(name of the test, file of counts) of all files of counts that the tests have left."""
    for path in (build / "obj").rglob("*.gcda"):
        yield "", path.relative_to(build / "obj"), path
    for path in sorted((build / "counts").rglob("*.gcda")):
        test, _, name = str(path.relative_to(build / "counts")).partition(str(build.resolve()) + "/obj/")
        if name:
            yield test, pathlib.Path(name), path


def gcov(path):
    """What gcov says of a file of counts, or of an object that has none."""
    said = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities", path],
                          cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    files = [file for text in said.decode().splitlines() if text.strip()
             for file in json.loads(text)["files"]]
    for file in files:  # some tests include a source
        file["file"] = os.path.normpath(file["file"])
    return [file for file in files if file["file"].startswith(("sim/", "analysis/"))]


def read_counts(build):
    """{name: Source} of all counts: of each object without those of a run, and of each test."""
    jobs = [("", str(path.resolve())) for path in (build / "obj").rglob("*.gcno")]
    for test, name, path in counted(build):
        # gcov looks for what the compiler noted beside the counts.
        note = path.with_suffix(".gcno")
        if not note.exists():
            note.symlink_to((build / "obj" / name.with_suffix(".gcno")).resolve())
        jobs.append((test, str(path.resolve())))
    found = {}
    for begin in range(0, len(jobs), 256):
        some = jobs[begin : begin + 256]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            for (test, _), files in zip(some, pool.map(gcov, [path for _, path in some])):
                for file in files:
                    source = found.setdefault(file["file"], Source(file["file"]))
                    for line in file["lines"]:
                        source.add(line, test)
                    for function in file["functions"]:
                        source.functions.add((function["start_line"], function["end_line"]))
    return found


def commit():
    """What the tables name, so that it is known which sources they are of."""
    got = subprocess.run(["git", "describe", "--always", "--dirty", "--exclude", "*"], cwd=ROOT,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return got.stdout.decode().strip() or "unknown"


def write_tests(path, build, found):
    """Which tests run which line, for drawn_mutants.py: {commit, sets: [[test, ...], ...], sources:
    {name: {functions: [[first line, last line], ...], lines: {line: number of a set}}}}."""
    number = {}
    sources = {}
    for name, source in sorted(found.items()):
        lines = {}
        for line, tests in sorted(source.tests.items()):
            names = tuple(sorted(test.removeprefix(str(build) + "/") for test in tests))
            lines[line] = number.setdefault(names, len(number))
        sources[name] = {"functions": sorted(source.functions), "lines": lines}
    path.write_text(json.dumps({"commit": commit(), "sets": list(number), "sources": sources}, indent=0),
                    encoding="utf-8")


def has_counts(build, source):
    """Whether the source was compiled so that it counts, even if all its lines stand in a header."""
    return any((folder / source.with_suffix(".gcno")).exists()
               for folder in [build / "obj", *(build / "obj").iterdir()])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--lines", type=float, default=1.0)
    parser.add_argument("--branches", type=float, default=0.92)
    parser.add_argument("--excluded", type=float, default=0.01)
    parser.add_argument("--list", action="store_true", help="print the lines that did not run, and those with branches that were not taken")
    parser.add_argument("--tests", type=pathlib.Path, help="write which tests run which line")
    args = parser.parse_args()

    found = read_counts(args.build)
    if args.tests:
        write_tests(args.tests, args.build, found)
    missing = [str(p.relative_to(ROOT)) for room in ("sim", "analysis")
               for p in (ROOT / room).rglob("*.c") if not has_counts(args.build, p.relative_to(ROOT))]
    if not found or missing:
        print("coverage: no counts of: %s" % (", ".join(missing) or "any source"), file=sys.stderr)
        return 2
    total = [0, 0, 0, 0, 0]
    print("| file | lines | not run | branches | not taken |\n| --- | ---: | ---: | ---: | ---: |")
    for name in sorted(found):
        covered, uncovered, excluded = found[name].lines()
        of_line = found[name].taken()
        taken, branches = (sum(pair[k] for pair in of_line.values()) for k in (0, 1))
        row = [len(covered), len(uncovered), len(excluded), taken, branches]
        total = [a + b for a, b in zip(total, row)]
        if uncovered or taken < branches:
            print("| `%s` | %d | %d | %d | %d |" % (name, len(covered) + len(uncovered), len(uncovered),
                                                   branches, branches - taken))
        if args.list:
            text = (ROOT / name).read_text(encoding="utf-8").splitlines()
            for number in uncovered:
                print("%s:%d: not run: %s" % (name, number, text[number - 1].strip()))
            for number, (some, every) in sorted(of_line.items()):
                if some < every and number not in uncovered:
                    print("%s:%d: %d of %d branches: %s" % (name, number, some, every,
                                                            text[number - 1].strip()))
    lines = total[0] / (total[0] + total[1])
    left_out = total[2] / sum(total[:3])
    branches = total[3] / total[4]
    print("%d of %d lines not run, branches %.2f %% of %d, left out %.2f %% of the lines"
          % (total[1], total[0] + total[1], 100 * branches, total[4], 100 * left_out))
    good = lines >= args.lines and branches >= args.branches and left_out <= args.excluded
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
