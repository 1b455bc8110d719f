#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws small changes of the sources in sim/ and analysis/ by a seed, makes each of them in a
copy of the tree, and tells which test notices it.

A change replaces one operator, constant, comparison or truth value, leaves out one statement, makes an
array one shorter or that of a text eight times, or scales a standard error or a planned burn-in. The unit
test that mirrors the file is run first, then those that name it, then the others, then the short fault
tests, until one fails; after make coverage, only those that run the changed line. The test that noticed
the change before, in tests/drawn_mutants.csv, is the first of all. A change that does not compile, or
that leaves the machine code as it was, is none: another is drawn in its place. The changes of that table
are drawn again if the seed is the same; with another seed all are new.

usage: drawn_mutants.py [--count N] [--seed S] [--table FILE] [--only PATH]
                        [--jobs N] [--least SHARE] [--carry] [--list]
       drawn_mutants.py --tell FILE [--least SHARE]

The table is a file of comma-separated values with a row a change and a header that names commit and
seed. A table of the same commit and seed that is there already is continued; --tell prints what one says
and tries nothing. With --carry a change that the kept table says was noticed is not tried again if since
its commit nothing but tests has changed, and the one that noticed it has not: the same test of the same
programs has the same end. The header then names that commit too. Changes that no test could notice may be
listed, each with its proof, in tests/equivalent_mutants.txt. The exit status is 1 if less than the share
--least (0.95) of the other changes is noticed, or if more than 5 % are listed there, and 2 if something
could not be run.
"""

import argparse
import concurrent.futures
import csv
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from coverage import commit

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The fault tests in their short form, the last resort.
FAULTS = "faults"
TESTS = ROOT / "build" / "coverage" / "tests.json"
KEPT = ROOT / "tests" / "drawn_mutants.csv"
EQUIVALENT = ROOT / "tests" / "equivalent_mutants.txt"
# What no test reads.
ABOUT = {"tests/README.md", "tests/drawn_mutants.py", "tests/drawn_mutants.csv", "tests/equivalent_mutants.txt"}
# Tests of how the tree looks, not of what the programs do; of MPI, for ranks.c alone.
LEFT_OUT = {"rooms", "added_once", "mpi", "duplicates"}
MPI = "tests/cli/mpi.bats"
COLUMNS = ["draw", "file", "line", "column", "kind", "old", "new", "result", "noticed_by", "seconds", "text"]
# What tells a change from others, however the lines of its file move: the column is that of the text.
KEY = ["file", "text", "column", "old", "new"]

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
      | (?P<line>^[ \t]*\#(?:\\\n|[^\n])*)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<number>(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[uUlLfFqQ]*)
      | (?P<sign><<=|>>=|\.\.\.|->|\+\+|--|[-+*/%&|^<>=!]=|&&|\|\||<<|>>|[^\s\w])""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)

# A declaration up to the size of an array.
ARRAY = re.compile(r"\s*(static )?(const )?(struct |enum )?\w+ (\*?\w+(\[\w*\])*, )*\*?\w+(\[\w*\])*\[$")

SWAPS = {
    "/": ["*"], "<": ["<=", ">"], "<=": ["<", ">"], ">": [">=", "<"], ">=": [">", "<"],
    "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"], "+=": ["-="], "-=": ["+="],
    "*=": ["/="], "/=": ["*="], "++": ["--"], "--": ["++"], "%": ["*"], "<<": [">>"],
    ">>": ["<<"],
}  # fmt: skip
COMPARISONS = {"<", "<=", ">", ">=", "==", "!="}
ERRORS = re.compile(r"(^|_)(se|stderr|errors?|burn_in|burn)$")
TYPES = re.compile(r"^(static|const|struct|enum|union|typedef|extern|return|goto|case|default|break"
                   r"|continue|else|do|unsigned|signed|int|long|double|float|char|bool|void|size_t"
                   r"|\w+_t|quad)$")


class Change:
    def __init__(self, file, kind, start, end, new, source):
        self.file, self.kind, self.start, self.end, self.new = file, kind, start, end, new
        self.old = source[start:end]
        self.line = source.count("\n", 0, start) + 1
        begin = source.rfind("\n", 0, start) + 1
        stop = source.find("\n", start)
        self.text = source[begin:stop].strip()
        self.column = start - begin - source[begin:stop].index(self.text) + 1

    def apply(self, source):
        return source[: self.start] + self.new + source[self.end :]

    def key(self):
        return key_of(vars(self))


def key_of(change):
    """How the list of equivalent changes names a change, or a table's row."""
    return tuple(" ".join(str(change[name]).split()) for name in KEY)


def changed_number(text):
    """The number one further, or 2 % larger if it is not whole."""
    match = re.fullmatch(r"(.*?)([uUlLfFqQ]*)", text)
    digits, suffix = match.groups()
    if digits.lower().startswith("0x"):
        return None
    if re.fullmatch(r"\d+", digits):
        return "%d%s" % (int(digits) + 1, suffix)
    return "%r%s" % (1.02 * float(digits) if float(digits) else 1.0, suffix)


def declared(tokens, k, source):
    """What is declared here as an array of that many: "text", "array" or None."""
    start = tokens[k][2]
    line = source[source.rfind("\n", 0, start) + 1 : start]
    if tokens[k - 1][1] != "[" or not ARRAY.match(line):
        return None
    return "text" if re.match(r"\s*(static )?char \w", line) and int(tokens[k][1]) >= 16 else "array"


def is_value(token):
    """Whether a value can end with this token, so that a sign after it has two operands."""
    kind, text = token
    return kind == "number" or (kind == "word" and not TYPES.match(text)) or text in (")", "]")


def statements(tokens):
    """Statements within functions, as lists of tokens that end in a semicolon."""
    begin = brackets = braces = 0
    for k, (kind, text, _, _) in enumerate(tokens):
        braces += (text == "{") - (text == "}")
        brackets += (text in "([") - (text in ")]") if kind == "sign" else 0
        ends = brackets == 0 and (text in ("{", "}", ":", ";") or kind == "line")
        if text == ";" and ends and braces > 0:
            yield tokens[begin : k + 1]
        if ends:
            begin = k + 1


def changes_of(path):
    """All changes that are tried in one file."""
    source = (ROOT / path).read_text(encoding="utf-8")
    tokens = [(m.lastgroup, m.group(), m.start(), m.end()) for m in TOKEN.finditer(source)
              if m.lastgroup != "comment"]
    found = []

    def add(kind, start, end, new):
        found.append(Change(path, kind, start, end, new, source))

    depth = 0
    for k, (kind, text, start, end) in enumerate(tokens):
        depth += (text == "{") - (text == "}")
        before = tokens[k - 1][:2] if k else ("sign", ";")
        spaced = source[start - 1 : start] in " \n" and source[end : end + 1] in " \n"
        if kind == "number":
            new = changed_number(text)
            # An array that is longer than needed is no change; a short text cuts what it holds.
            what = declared(tokens, k, source) if re.fullmatch(r"\d+", text) else None
            if what:
                new = "%d" % (int(text) // 8 if what == "text" else int(text) - 1)
            if new is not None and before[1] not in ("...",):
                add("constant", start, end, new)
        elif kind == "word" and text in ("true", "false"):
            add("truth", start, end, "false" if text == "true" else "true")
        elif kind == "sign" and depth > 0:
            if text in ("+", "-") and is_value(before):
                add("operator", start, end, "-" if text == "+" else "+")
            elif text == "-":
                add("operator", start, end, "+")
            elif text == "*" and is_value(before) and spaced:
                add("operator", start, end, "/")
            elif text == "!":
                add("comparison", start, end, " ")
            for new in SWAPS.get(text, []):
                add("comparison" if text in COMPARISONS or text in ("&&", "||") else "operator",
                    start, end, new)

    for words in statements(tokens):
        if len(words) < 4 or words[0][0] not in ("word", "sign"):
            continue
        if words[0][0] == "word" and (TYPES.match(words[0][1]) or words[1][0] == "word"
                                      or words[1][1] == "*" or words[0][1] in ("if", "for", "while")):
            continue
        texts = [w[1] for w in words]
        if "=" not in texts and "(" not in texts:
            continue
        add("statement", words[0][2], words[-1][3], ";")
        if "=" in texts:
            at = texts.index("=")
            if at > 0 and words[at - 1][0] == "word" and ERRORS.search(texts[at - 1]):
                inner = source[words[at + 1][2] : words[-1][2]]
                kind = "burn-in" if "burn" in texts[at - 1] else "error"
                add(kind, words[at + 1][2], words[-1][2], "(%s) / 2" % inner)
    return found


def sources(only):
    for room in ("sim", "analysis"):
        for path in sorted((ROOT / room).rglob("*.[ch]")):
            name = str(path.relative_to(ROOT))
            if name.startswith(only):
                yield name


def equivalent():
    """What stands in the list of equivalent changes: file | text | column | old | new | proof."""
    known = {}
    if EQUIVALENT.exists():
        for number, line in enumerate(EQUIVALENT.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            cells = [cell.strip() for cell in line.split(" | ")]
            if len(cells) != 6 or not cells[5]:
                sys.exit("drawn_mutants: %s:%d: want file | text | column | old | new | proof"
                         % (EQUIVALENT, number))
            known[key_of(dict(zip(KEY, cells)))] = cells[5]
    return known


def tests_changed_since(old):
    """The tests that differ from those of a commit; None if more than tests and their tables does."""
    if old == commit():
        return set()
    got = subprocess.run(["git", "diff", "--name-only", old, "--"], cwd=ROOT, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=False)
    if got.returncode != 0:
        return None
    names = set()
    for path in got.stdout.decode().splitlines():
        unit = re.fullmatch(r"(tests/(?:sim|analysis)/\S*test_\w+)\.c", path)
        if unit:
            names.add("build/" + unit.group(1))
        elif re.fullmatch(r"tests/cli/\w+\.bats", path):
            names.add(path)
        elif path not in ABOUT:
            return None
    return names


class Runs:
    """Which tests run which line, if make coverage has told of this commit, or of one since which only
    tests have changed: those may run any line. Else nothing is known."""

    def __init__(self):
        self.sources = {}
        self.changed = set()
        if not TESTS.exists():
            print("drawn_mutants: without make coverage every change is tried with all tests", file=sys.stderr)
            return
        known = json.loads(TESTS.read_text(encoding="utf-8"))
        changed = tests_changed_since(known["commit"])
        if changed is None:
            print("drawn_mutants: make coverage is of another commit; all tests are tried", file=sys.stderr)
            return
        self.changed = changed
        self.sources = known["sources"]
        self.sets = [{name if name == FAULTS or name.endswith(".bats") else "build/" + name for name in names}
                     for names in known["sets"]]

    def tests(self, change):
        """The tests that run the change's line; where it has no code of its own, as a declaration, those
        of the function around it. None if nothing is known, as outside of functions."""
        source = self.sources.get(change.file, {"lines": {}, "functions": []})
        if str(change.line) in source["lines"]:
            return self.sets[source["lines"][str(change.line)]] | self.changed
        found = None
        for first, last in source["functions"]:
            if first <= change.line <= last:
                found = found or set(self.changed)
                found.update(*(self.sets[k] for line, k in source["lines"].items()
                               if first <= int(line) <= last))
        return found

    def of_file(self, file):
        """All tests that run something of a file, and those that are new."""
        return self.changed.union(*(self.sets[k] for k in self.sources.get(file, {"lines": {}})["lines"].values()))


def kept_table():
    """The header of the table that is kept and its rows; none where none is kept."""
    return read_table(KEPT) if KEPT.exists() else ("", [])


def noticed_before():
    """{key: test} of the changes that were noticed in the table that is kept."""
    _, rows = kept_table()
    return {key_of(row): row["noticed_by"] for row in rows if row["result"] == "noticed"}


def carried():
    """The commit of the kept table, and {key and line: test} of its changes that need not be tried again."""
    header, rows = kept_table()
    begin = re.match(r"# commit (\w+),", header)
    changed = tests_changed_since(begin.group(1)) if begin else None
    if changed is None:
        return None, {}
    return begin.group(1), {(*key_of(row), int(row["line"])): row["noticed_by"] for row in rows
                            if row["result"] == "noticed" and row["noticed_by"] not in changed}


def drawn_order(everything, seed):
    """The order in which the changes are drawn: by the seed; but if the table that is kept is of the same
    seed, first those of its changes that are still there, so that the sample outlives other commits."""
    order = list(range(len(everything)))
    random.Random(seed).shuffle(order)
    header, rows = kept_table()
    if ", seed %d," % seed not in header:
        return order
    places = {}
    for k, change in enumerate(everything):
        places.setdefault(change.key(), []).append(k)
    again = {}
    for row in rows:
        here = places.get(key_of(row))
        if here:
            again[min(here, key=lambda k: abs(everything[k].line - int(row["line"])))] = None
    return [*again, *(k for k in order if k not in again)]


def limit_resources():
    """What a change may do to the machine: 32 GB of addresses, half of which a test reserves, files of 1 GB."""
    resource.setrlimit(resource.RLIMIT_AS, (32 << 30, 32 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))


class Tree:
    """A copy of the tree, which is built and tested."""

    def __init__(self, place, jobs):
        self.place = place
        self.jobs = jobs
        self.environment = dict(os.environ, PNM_BIN=str(place / "build" / "bin"),
                                PNM_MPI_BIN=str(place / "build" / "mpi" / "bin"),
                                OMP_WAIT_POLICY="passive")
        for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
            self.environment.pop(name, None)

    def make(self, *targets):
        """Builds without what a debugger needs, so that the same code has the same bytes."""
        got = subprocess.run(["make", "-s", "-j%d" % self.jobs, "SIDE_BY_SIDE=1", "DEBUG=", *targets],
                             cwd=self.place, env=self.environment, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, check=False)
        return got.returncode == 0, got.stdout.decode(errors="replace")

    def run(self, test, limit):
        """Runs a test for some seconds at most; whether it passed and how long it took."""
        command = ["bats", test] if test.endswith(".bats") else [test]
        if test == FAULTS:
            command = ["bash", "tests/faults/faults.sh", "build/bin", "build/tests", "short"]
        begin = time.monotonic()
        process = subprocess.Popen(command, cwd=self.place, env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   stdin=subprocess.DEVNULL, start_new_session=True,
                                   preexec_fn=limit_resources)
        try:
            passed = process.wait(limit) == 0
        except subprocess.TimeoutExpired:
            passed = False
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        return passed, time.monotonic() - begin


class Undisturbed(Tree):
    """The copy without a change. What a test does there tells whether it fails because of one."""

    def __init__(self, place, jobs):
        super().__init__(place, jobs)
        place.mkdir()
        for name in ("Makefile", "README.md", "CHANGELOG.md", "LICENSE", "CITATION.cff", ".ci", "sim",
                     "analysis", "tests", "plots", "notebooks", "data"):
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place / name)
            elif (ROOT / name).exists():
                shutil.copy(ROOT / name, place / name)
        for targets in (("programs", "unit-tests"), ("MPI=1", "programs")):
            built, said = self.make(*targets)
            if not built:
                sys.exit("drawn_mutants: the tree as it is does not build\n" + said)
        units = [p for p in (place / "build" / "tests").rglob("test_*")
                 if p.is_file() and os.access(p, os.X_OK) and not p.suffix]
        programs = [p for p in (place / "tests" / "cli").glob("*.bats") if p.stem not in LEFT_OUT]
        self.names = sorted(str(p.relative_to(place)) for p in units + programs) + [FAULTS]
        self.texts = {name: self.text(name) for name in [*self.names, MPI]}
        self.runs = Runs()
        self.before = noticed_before()
        self.seconds = {}  # how long tests took where they passed, with a change or without
        self.passes = set()  # tests that passed without a change
        self.locks = {name: threading.Lock() for name in self.texts}

    def text(self, test):
        if test == FAULTS:
            return ""
        source = test if test.endswith(".bats") else test.replace("build/tests/", "tests/") + ".c"
        return (self.place / source).read_text(encoding="utf-8")

    def usual(self, test):
        """How long the test takes without a change, which it must pass."""
        with self.locks[test]:
            if test not in self.passes:
                passed, took = self.run(test, 1800)
                if not passed:
                    raise RuntimeError("%s fails in the tree as it is" % test)
                self.seconds[test] = took
                self.passes.add(test)
            return self.seconds[test]

    def tests(self, change):
        """The tests for a change: the one that noticed it before, the mirror of its file, those that run
        something of it, those that name it, then the others; of those that run the line, if that is
        known."""
        folder, name = os.path.split(change.file)
        stem = pathlib.Path(name).stem
        mirror = "build/tests/%s/test_%s" % (folder, stem)
        word = re.compile(r"\b%s\b" % re.escape(stem))
        names = self.names + ([MPI] if stem == "ranks" else [])
        running, of_file = self.runs.tests(change), self.runs.of_file(change.file)
        if running is not None:
            names = [test for test in names if test in running]
        first = self.before.get(change.key(), mirror)
        return sorted(names, key=lambda test: (test != first, test != mirror, test == FAULTS,
                                               test not in of_file,
                                               not word.search(self.texts[test]),
                                               test.endswith(".bats"), self.seconds.get(test, 5)))


class Changed(Tree):
    """A copy in which one change after the other is made."""

    def __init__(self, place, jobs, undisturbed):
        super().__init__(place, jobs)
        self.undisturbed = undisturbed
        subprocess.run(["cp", "-a", str(undisturbed.place), str(place)], check=True)

    def objects(self, begin):
        """The objects of library and programs that were compiled since a time."""
        return [p for p in (self.place / "build" / "obj").rglob("*.o")
                if p.stat().st_mtime >= begin and "/obj/tests/" not in str(p)]

    def original(self, path):
        return self.undisturbed.place / path.relative_to(self.place)

    def try_change(self, change):
        """Makes a change, builds and tests it: (result, noticed by)."""
        place = self.place / change.file
        source = place.read_text(encoding="utf-8")
        begin = time.time() - 0.01
        try:
            place.write_text(change.apply(source), encoding="utf-8")
            return self.result(change, begin)
        finally:
            place.write_text(source, encoding="utf-8")
            for path in self.objects(begin):
                shutil.copyfile(self.original(path), path)

    def make_for(self, target):
        """Builds the target, and beside the programs those for MPI, with which tests compare them."""
        return (self.make("WARNINGS=-w", target)[0] and
                (target != "programs" or self.make("WARNINGS=-w", "MPI=1", target)[0]))

    def notices(self, test):
        """Whether the test fails or does not end, which without a change it passes."""
        limit = max(60, 8 * self.undisturbed.seconds.get(test, 0))
        passed, took = self.run(test, limit)
        if not passed:
            usual = self.undisturbed.usual(test)
            if took < limit or limit >= 8 * usual:
                return True
            passed, took = self.run(test, 8 * usual)
        if passed:
            self.undisturbed.seconds[test] = took
        return not passed

    def result(self, change, begin):
        """Builds no more than the next test needs, the library first."""
        library = change.file.endswith(".c") and not re.search(r"/pnm[^/]*$", change.file)
        # A library of one process has little of ranks.c.
        first = "programs" if change.file.endswith("ranks.c") or not library else "build/libpnm.a"
        built = {first}
        if not self.make_for(first):
            return "does not compile", ""
        if all(p.read_bytes() == self.original(p).read_bytes() for p in self.objects(begin)):
            return "same code", ""
        for test in self.undisturbed.tests(change):
            needed = "programs" if test == FAULTS or test.endswith(".bats") else test
            if needed not in built and not self.make_for(needed):
                return "does not compile", ""
            built.add(needed)
            if self.notices(test):
                return "noticed", test
        return "survives", ""


def read_table(path):
    """A table's header and its rows."""
    with open(path, encoding="utf-8", newline="") as file:
        return file.readline().rstrip("\n"), list(csv.DictReader(file))


class Draws:
    """Hands out the changes in the order in which they were drawn, and collects what became of them."""

    def __init__(self, args, order, rows, header, noticed):
        self.lock = threading.Lock()
        self.args = args
        self.rows = rows
        self.header = header
        self.known = equivalent()
        self.noticed = noticed
        done = {int(row["draw"]) for row in rows}
        self.waiting = [(draw, k) for draw, k in enumerate(order) if draw not in done]
        self.waiting.reverse()
        self.running = 0
        self.stopped = False

    def tried(self):
        return sum(row["result"] in ("noticed", "survives", "equivalent") for row in self.rows)

    def take(self):
        """The next draw; None if those that are tried or running are enough."""
        with self.lock:
            if self.stopped or not self.waiting or self.tried() + self.running >= self.args.count:
                return None
            self.running += 1
            return self.waiting.pop()

    def give(self, row):
        with self.lock:
            self.running -= 1
            self.rows.append(row)
            if self.args.table:
                new = not self.args.table.exists()
                with open(self.args.table, "a", encoding="utf-8", newline="") as out:
                    if new:
                        out.write(self.header + "\n")
                        csv.DictWriter(out, COLUMNS, lineterminator="\n").writeheader()
                    csv.DictWriter(out, COLUMNS, lineterminator="\n").writerow(row)
            print("%d of %d: %s:%s: %s: %s %s" % (self.tried(), self.args.count, row["file"],
                                                 row["line"], row["kind"], row["result"],
                                                 row["noticed_by"]), file=sys.stderr)

    def work(self, tree, everything):
        """Tries one change after the other in a tree."""
        try:
            while (taken := self.take()) is not None:
                draw, k = taken
                change = everything[k]
                begin = time.monotonic()
                test = self.noticed.get((*change.key(), change.line))
                if change.key() in self.known:
                    result, by = "equivalent", ""
                elif test:
                    result, by = "noticed", test
                else:
                    result, by = tree.try_change(change)
                self.give(dict(zip(COLUMNS, (draw, change.file, change.line, change.column, change.kind,
                                             change.old, change.new, result, by,
                                             "%.0f" % (time.monotonic() - begin), change.text))))
        except BaseException:
            self.stopped = True
            raise


def tell(rows, count, least):
    """Prints the score a file and in total; the exit status that they ask for."""
    known = equivalent()
    for row in rows:
        if row["result"] == "survives" and key_of(row) in known:
            row["result"] = "equivalent"
    tried = [r for r in sorted(rows, key=lambda r: int(r["draw"]))
             if r["result"] in ("noticed", "survives", "equivalent")]
    score = {}
    for row in tried:
        counts = score.setdefault(row["file"], [0, 0, 0])
        counts[("noticed", "survives", "equivalent").index(row["result"])] += 1
    print("| file | noticed | not noticed | equivalent |\n| --- | ---: | ---: | ---: |")
    for name in sorted(score):
        print("| `%s` | %d | %d | %d |" % (name, *score[name]))
    counts = [sum(c[k] for c in score.values()) for k in range(3)]
    print("| all | %d | %d | %d |" % tuple(counts))
    for row in tried:
        if row["result"] != "noticed":
            print("%s: %s:%s: '%s' for '%s' in: %s" % (row["result"], row["file"], row["line"],
                                                      row["new"], row["old"], row["text"]))
    noticed, survived, same = counts
    if len(tried) < max(count, 1):
        print("drawn_mutants: fewer changes than asked for could be tried", file=sys.stderr)
        return 2
    print("%d changes tried: %d noticed, %d not noticed, %d equivalent"
          % (len(tried), noticed, survived, same))
    return 0 if noticed >= least * (noticed + survived) and same <= 0.05 * len(tried) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--only", default="", help="files whose names begin so")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--least", type=float, default=0.95)
    parser.add_argument("--carry", action="store_true", help="try no change again that the kept table says"
                        " was noticed, where only other tests have changed since")
    parser.add_argument("--list", action="store_true", help="print what is drawn, try nothing")
    parser.add_argument("--tell", type=pathlib.Path, metavar="TABLE",
                        help="print what a table says, try nothing")
    args = parser.parse_args()

    if args.tell:
        header, rows = read_table(args.tell)
        print(header)
        return tell(rows, 1, args.least)
    of_file = [(name, changes_of(name)) for name in sources(args.only)]
    everything = [change for _, changes in of_file for change in changes]
    if not everything:
        sys.exit("drawn_mutants: no sources begin with '%s'" % args.only)
    order = drawn_order(everything, args.seed)
    if args.list:
        for k in order[: args.count]:
            c = everything[k]
            print("%s:%d: %s: '%s' for '%s' in: %s" % (c.file, c.line, c.kind, c.new, c.old, c.text))
        print("%d changes in %d files" % (len(everything), len(of_file)))
        return 0

    header = "# commit %s, seed %d, %d changes of %s*" % (commit(), args.seed, len(everything),
                                                           args.only)
    since, noticed = carried() if args.carry else (None, {})
    if noticed:
        header += ", those noticed at %s by the same tests not tried again" % since
    rows = []
    if args.table and args.table.exists():
        begun, rows = read_table(args.table)
        if begun != header:
            sys.exit("drawn_mutants: %s is of another commit or seed; move it away" % args.table)
    draws = Draws(args, order, rows, header, noticed)
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        undisturbed = Undisturbed(pathlib.Path(place) / "as-it-is", args.jobs)
        trees = [Changed(pathlib.Path(place) / str(k), args.jobs, undisturbed) for k in range(args.jobs)]
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            for done in [pool.submit(draws.work, tree, everything) for tree in trees]:
                done.result()
    return tell(rows, args.count, args.least)


if __name__ == "__main__":
    sys.exit(main())
