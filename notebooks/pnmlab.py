# SPDX-License-Identifier: GPL-3.0-or-later
"""pnmlab's programs as functions: pnmlab.stationary(...) runs pnm-stationary.

    import pnmlab
    table = pnmlab.stationary(optimizer=["sgd", "pnm"], lr=0.1, spectrum=[0.1, 1, 10], exact=True)
    table                                # shows itself
    table.rows                           # a list of dicts, numbers as numbers, what is missing as None
    table["exact"]                       # a column as a list; table[0] is the first row
    table["optimizer", "h_i", "exact"]   # a Table of these columns
    table.where(optimizer="pnm")         # a Table of these rows
    table.header                         # every parameter of the run
    table.status                         # 0; 1 if a verdict fails, 2 if one is open
    table.to_pandas()                    # a DataFrame

An option --train-size is the argument train_size, and --class is class_, as Python has a word class;
help(pnmlab.stationary) shows all options. True and False are given as the option takes them; quiet=True leaves
out warnings. Lists of numbers, numpy arrays and pandas columns go in as they are, data and matrices too; the
header then names a temporary file that is gone. Everything else is text as in a shell: lr="log:0.01:1:10".

Programs are looked for in the folder $PNM_BIN, in build/bin of the repository of this file, in the bin/ of the
installation of this file, and on PATH. It needs Python 3.9 and nothing besides.
"""

import csv
import json
import math
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings

_HERE = pathlib.Path(__file__).resolve().parent
_SHORT = 50  # numbers that an option gets on the command line; more go to a file where it reads one
_OURS = ("format", "output", "help", "version", "dump_config", "wide", "color")


class Error(Exception):
    """A program refused what it was given, or failed: its message, and `status`, its exit status."""

    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status


class Table:
    """What a program prints: rows, columns, header, and its exit status. Table(rows) shows rows of one's own."""

    def __init__(self, rows, columns=None, header=None, status=0):
        self.rows = rows
        self.columns = list(columns or dict.fromkeys(name for row in rows for name in row))
        self.header = header or {}
        self.status = status

    def __len__(self):
        return len(self.rows)

    def __iter__(self):
        return iter(self.rows)

    def __getitem__(self, key):
        """A row by its number, a column by its name, or a Table of several columns."""
        if isinstance(key, tuple):
            rows = [{name: row.get(name) for name in key} for row in self.rows]
            return Table(rows, key, self.header, self.status)
        return [row.get(key) for row in self.rows] if isinstance(key, str) else self.rows[key]

    def where(self, **values):
        """A Table of the rows that have these values."""
        rows = [row for row in self.rows if all(row[name] == value for name, value in values.items())]
        return Table(rows, self.columns, self.header, self.status)

    def to_pandas(self):
        """The rows as a pandas DataFrame, NaN for what is missing; its attrs are the header."""
        import pandas

        columns = {name: [math.nan if value is None else value for value in self[name]] for name in self.columns}
        frame = pandas.DataFrame(columns)
        frame.attrs = dict(self.header)
        return frame

    def to_csv(self, path):
        """Writes the header and the rows as CSV, 1 for 1.0 as the programs do, nothing for what is missing."""
        with open(path, "w", newline="", encoding="utf-8") as file:
            file.writelines(f"# {name}: {value}\n" for name, value in self.header.items())
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(self.columns)
            for row in self.rows:
                values = (row.get(name) for name in self.columns)
                writer.writerow([repr(x).removesuffix(".0") if isinstance(x, float) else x for x in values])

    def _shown(self, most):
        """Names and texts of the columns that differ, and what is the same in all rows."""
        rows, names, same = self.rows[:most], [], {}
        for name in self.columns:
            values = set(self[name])
            if len(values) == 1 and len(self.rows) > 1:
                value = values.pop()
                if value is not None:
                    same[name] = _text(value)
            elif values != {None}:
                names.append(name)
        return names, [[_text(row.get(name), name) for name in names] for row in rows], same

    def __repr__(self):
        names, rows, same = self._shown(20)
        widths = [max(map(len, column)) for column in zip(names, *rows)]
        sides = ["<" if any(isinstance(value, str) for value in self[name]) else ">" for name in names]
        forms = [f"{side}{width}" for side, width in zip(sides, widths)]
        lines = ["  ".join(map(format, line, forms)).rstrip() for line in (names, *rows)]
        if len(self.rows) > len(rows):
            lines.append(f"... {len(self.rows)} rows")
        if same:
            lines.append("in all rows: " + ", ".join(f"{name} {value}" for name, value in same.items()))
        return "\n".join(lines)


class Picture:
    """A figure, which notebooks show; save(path) writes it as PNG."""

    def __init__(self, png):
        self.png = png

    def __repr__(self):
        return "<pnmlab.Picture>"  # the same each time, as what a notebook prints is compared

    def _repr_png_(self):
        return self.png, {"width": 800}

    def save(self, path):
        pathlib.Path(path).write_bytes(self.png)


def _text(value, name=""):
    if value is None:
        return ""
    digits = 2 if name.endswith("stderr") else 5
    return f"{value:.{digits}g}" if isinstance(value, float) else str(value)


def _program(name):
    """Path of pnm-NAME, or None."""
    file = "pnm-" + name.replace("_", "-")
    folders = [_HERE.parent / "build/bin", _HERE.parents[2] / "bin" if len(_HERE.parents) > 2 else _HERE]
    if os.environ.get("PNM_BIN"):
        folders = [pathlib.Path(os.environ["PNM_BIN"])]
    for folder in folders:
        if os.access(folder / file, os.X_OK):
            return str(folder / file)
    return None if os.environ.get("PNM_BIN") else shutil.which(file)


def _options(help_text):
    """{name: (what follows it in the help, its description)} of every option."""
    found = re.split(r"^ {2,6}(?:-\w, )?--(?=[a-z])", help_text, flags=re.M)[1:]
    parts = (re.match(r"([a-z0-9-]+)(\S*)\s*(.*)", text, re.S).groups() for text in found)
    return {name: (form, " ".join(about.split())) for name, form, about in parts}


def _plain(value):
    """Lists and numbers of Python in place of those of numpy and pandas."""
    for method in ("to_numpy", "tolist"):
        if hasattr(value, method):
            value = getattr(value, method)()
    return [_plain(one) for one in value] if isinstance(value, (list, tuple, range)) else value


def _number(value):
    if isinstance(value, float) and not math.isfinite(value):
        raise Error(f"{value} is no number that an option takes")
    return str(value)


def _written(rows, folder):
    """Path of a file of these rows of numbers."""
    path = pathlib.Path(folder) / f"{len(os.listdir(folder))}.csv"
    lines = (row if isinstance(row, list) else [row] for row in rows)
    path.write_text("".join(",".join(map(_number, line)) + "\n" for line in lines), encoding="utf-8")
    return str(path)


def _array(value, form, about, folder):
    """How the option gets a list: in place, or through a file as it reads one."""
    matrix = any(isinstance(one, list) for one in value)
    if form == "=FILE":
        return _written(value, folder)
    text = form + " " + about
    if "csv:" in text and matrix:
        return "csv:" + _written(value, folder)
    if "file:" in text and (matrix or len(value) > _SHORT or "a list" not in about):
        return "file:" + _written(value, folder)
    if matrix:
        raise Error("it takes no matrix")
    return ",".join(map(_number, value))


def _arguments(options, known, folder):
    for key, value in options.items():
        name = key.rstrip("_").replace("_", "-")  # class_: a word of Python's own
        form, about = known.get(name, ("", ""))
        value = _plain(value)
        if key in _OURS:
            raise Error(f"{key}: the result is a Table; it is not for a call from Python")
        if value is None:
            continue
        if isinstance(value, bool):
            if "off" in form.strip("=").split("|"):
                yield f"--{name}={'on' if value else 'off'}"
            elif form and not form.startswith("["):
                raise Error(f"{key}: {value}: it takes {form.strip('=')}, not True or False")
            elif value:
                yield f"--{name}"
            continue
        try:
            text = _array(value, form, about, folder) if isinstance(value, list) else _number(value)
        except Error as error:
            raise Error(f"{key}: {error}") from None
        yield f"--{name}={text}"


def _run(command):
    """(status, standard output, standard error). An interrupt is passed on, and waited for."""
    # A session of its own: Ctrl-C in a terminal reaches it through us alone, once.
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, encoding="utf-8", start_new_session=True) as process:  # fmt: skip
        try:
            out, err = process.communicate()
        except BaseException as reason:
            process.send_signal(signal.SIGINT if isinstance(reason, KeyboardInterrupt) else signal.SIGTERM)
            process.communicate()
            raise
    return process.returncode, out, err


def run(name, **options):
    """The Table that the program pnm-NAME prints for these options."""
    path = _program(name)
    if path is None:
        raise Error(f"no program pnm-{name.replace('_', '-')}; build it with make, or set PNM_BIN to its folder")
    known = _options(_help(path))
    with tempfile.TemporaryDirectory() as folder:
        arguments = list(_arguments(options, known, folder))
        status, out, err = _run([path, *arguments, "--format=json"])
    if status == 130:
        raise KeyboardInterrupt(err.strip())
    if status not in (0, 1, 2):
        raise Error(err.strip() or f"pnm-{name} ended with status {status}", status)
    for line in err.splitlines():
        if line.startswith("warning: "):
            warnings.warn(line[len("warning: ") :], stacklevel=3)
        elif line:
            print(line, file=sys.stderr)
    content = json.loads(out)
    return Table(content["rows"], content["columns"], content["provenance"], status)


def _help(path):
    return subprocess.run([path, "--help"], stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True).stdout


def figure(script, *tables):
    """The Picture that plots/SCRIPT.gp draws of tables. Needs gnuplot and the repository."""
    with tempfile.TemporaryDirectory() as folder:
        # Not svg: it may carry scripts, so that readers of notebooks leave it out.
        picture = pathlib.Path(folder) / "picture.png"
        paths = [pathlib.Path(folder) / f"{script}_{i}.csv" for i in range(len(tables))]
        for path, table in zip(paths, tables):
            table.to_csv(path)
        subprocess.run(["gnuplot", "-d", "-c", _HERE.parent / f"plots/{script}.gp", *paths, picture],
                       check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})  # fmt: skip
        return Picture(picture.read_bytes())


_NAMES = ("bound", "convergence", "generalize", "margin", "noise", "pacbayes", "rules", "simulate",
          "stability", "stationary", "train", "verify", "worst_case")  # fmt: skip


def __getattr__(name):
    path = None if name.startswith("_") else _program(name)
    if path is None:
        missing = f"; the program pnm-{name.replace('_', '-')} is not built or not found" if name in _NAMES else ""
        raise AttributeError(f"module 'pnmlab' has no attribute '{name}'{missing}")

    def function(**options):
        return run(name, **options)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = _help(path)
    return function


def __dir__():
    return ["Error", "Picture", "Table", "figure", "run", *(name for name in _NAMES if _program(name))]
