# SPDX-License-Identifier: GPL-3.0-or-later
"""What notebooks/pnmlab.py promises. PNM_BIN names the folder of the programs.

usage: PYTHONPATH=notebooks python3 -B tests/python/test_pnmlab.py
"""

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

import pnmlab

try:
    import numpy
except ImportError:
    numpy = None
try:
    import pandas
except ImportError:
    pandas = None


class Results(unittest.TestCase):
    def test_rows_are_numbers(self):
        table = pnmlab.stationary(optimizer=["sgd", "pnm"], lr=0.1, spectrum=[1, 2], exact=True)
        self.assertEqual([row["h_i"] for row in table], [1, 2, 1, 2])
        self.assertAlmostEqual(table[0]["exact"], 0.1 / (2 - 0.1), delta=1e-15)
        self.assertIsNone(table[0]["beta0"])
        self.assertEqual(table["optimizer"], ["sgd", "sgd", "pnm", "pnm"])
        self.assertEqual((table.header["spectrum"], table.status, len(table)), ("1,2", 0, 4))

    def test_shows_itself(self):
        text = repr(pnmlab.stationary(optimizer="sgd", lr=[0.1, 0.2], spectrum=1, exact=True))
        self.assertRegex(text, r"(?m)^ +lr +exact ")
        self.assertIn("0.052632", text)
        self.assertRegex(text, "in all rows: optimizer sgd, .*law stationary")

    def test_columns_and_rows_are_picked(self):
        table = pnmlab.stationary(optimizer=["sgd", "pnm"], lr=0.1, spectrum=[1, 2], exact=True)
        for row in table:
            row["double"] = 2 * row["h_i"]
        picked = table.where(optimizer="pnm", h_i=2)["optimizer", "double"]
        self.assertEqual(picked.rows, [{"optimizer": "pnm", "double": 4}])
        self.assertEqual((picked.columns, picked.header), (["optimizer", "double"], table.header))
        self.assertEqual(len(table.where(optimizer="adam")), 0)

    def test_own_rows(self):
        first, second = {"rule": "a", "value": 1 / 3, "value_stderr": 0.01234}, {"rule": "b", "value": 2, "n": 7}
        table = pnmlab.Table([first, second])
        self.assertEqual(table.columns, ["rule", "value", "value_stderr", "n"])
        self.assertEqual((table["n"], table.status), ([None, 7], 0))
        lines = [line.split() for line in repr(table).splitlines()]
        self.assertEqual(lines, [table.columns, ["a", "0.33333", "0.012"], ["b", "2", "7"]])

    def test_csv(self):
        table = pnmlab.Table([{"rule": "a, b", "beta0": 1.0, "lr": 0.1, "paper": None, "n": 7}], header={"seed": "1"})
        with tempfile.TemporaryDirectory() as folder:
            table.to_csv(folder + "/t.csv")
            with open(folder + "/t.csv", encoding="utf-8") as file:
                self.assertEqual(file.read(), '# seed: 1\nrule,beta0,lr,paper,n\n"a, b",1,0.1,,7\n')

    def test_verdicts_are_results(self):
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            table = pnmlab.stationary(optimizer="sgd", lr=0.1, spectrum=1, max_samples=100)
            pnmlab.stationary(optimizer="sgd", lr=0.1, spectrum=1, max_samples=100, quiet=True)
        self.assertEqual(table.status, 2)
        self.assertEqual(len(told), 1)
        self.assertIn("not sampled", str(told[0].message))

    @unittest.skipIf(pandas is None, "pandas is not installed")
    def test_pandas(self):
        frame = pnmlab.stability(optimizer=["sgd", "pnm"], beta0=[0, 1], lr=0.1, spectrum=1).to_pandas()
        self.assertEqual(list(frame["beta0"][1:]), [0, 1])
        self.assertTrue(math.isnan(frame["beta0"][0]) and frame["beta0"].dtype == float)
        self.assertEqual(frame.attrs["spectrum"], "1")

    @unittest.skipIf(pandas is None, "pandas is not installed")
    def test_pandas_reads_files_as_the_readme_has_it(self):
        options = {"optimizer": ["sgd", "pnm"], "lr": [0.1, 0.3], "spectrum": 1, "exact": True}
        frame = pnmlab.stationary(**options).to_pandas()
        with tempfile.TemporaryDirectory() as folder:
            names = [f"{folder}/r.csv", f"{folder}/r.json"]
            subprocess.run([pnmlab._program("stationary"), "--optimizer=sgd,pnm", "--lr=0.1,0.3", "--spectrum=1",
                            "--exact", "--output=" + ",".join(names)], check=True)  # fmt: skip
            by_csv = pandas.read_csv(names[0], comment="#", float_precision="round_trip")
            with open(names[1], encoding="utf-8") as file:
                by_json = pandas.DataFrame(json.load(file)["rows"])
        for other in (by_csv, by_json):
            self.assertEqual(list(other.columns), list(frame.columns))
            self.assertEqual(list(other["exact"]), list(frame["exact"]))
            self.assertEqual(list(other["law"]), list(frame["law"]))

    def test_every_program_has_a_function(self):
        for name in pnmlab._NAMES:
            self.assertIn("usage: pnm-", getattr(pnmlab, name).__doc__)
        self.assertFalse(hasattr(pnmlab, "nothing"))


class Arguments(unittest.TestCase):
    def exact(self, spectrum, **options):
        return pnmlab.stationary(optimizer="sgd", lr=0.1, spectrum=spectrum, exact=True, **options)

    def test_long_lists_and_matrices_go_through_files(self):
        values = [0.1 + i / 3 / 100 for i in range(200)]
        self.assertEqual(self.exact(values)["h_i"], sorted(values))
        with_matrix = self.exact([1, 2], noise=[[1, 0.5], [0.5, 3]], full=True)
        by_hand = {}
        for row in with_matrix:
            h, g = row["h_i"], row["h_j"]
            by_hand[row["i"], row["j"]] = row["exact"] / (0.1 / (h + g - 0.1 * h * g))
        for at, c in {(1, 1): 1, (1, 2): 0.5, (2, 2): 3}.items():
            self.assertAlmostEqual(by_hand[at], c, places=12)

    def test_data(self):
        data = [[1, 0, 1.5], [0, 2, 0.5], [1, 1, -1], [2, -1, 0]]
        table = pnmlab.stationary(optimizer="sgd", lr=0.01, loss="least-squares", data=data, exact=True)
        trace, determinant = 6 / 4 + 6 / 4, 36 / 16 - 1 / 16  # X'X = [[6, -1], [-1, 6]]
        self.assertAlmostEqual(sum(set(table["h_i"])), trace, places=12)
        self.assertAlmostEqual(math.prod(set(table["h_i"])), determinant, places=12)

    @unittest.skipIf(numpy is None, "numpy is not installed")
    def test_numpy(self):
        self.assertEqual(self.exact(numpy.linspace(1, 2, 3))["h_i"], [1, 1.5, 2])
        self.assertEqual(self.exact(numpy.linspace(1, 2, 300))["h_i"], list(numpy.linspace(1, 2, 300)))
        self.assertEqual(self.exact(numpy.float64(1.5))["h_i"], [1.5])

    def test_words_of_python(self):
        table = pnmlab.worst_case(optimizer="sgd", lr=0.5, steps=1, class_="convex")
        self.assertEqual(table.header["class"], "convex")

    def test_booleans(self):
        header = pnmlab.stationary(optimizer="pnm", lr=0.1, spectrum=1, lr_normalization=False, exact=True).header
        self.assertEqual(header["lr-normalization"], "off")
        self.assertEqual(len(self.exact([1, 2], full=True)), 3)
        self.assertEqual(len(self.exact([1, 2], full=False, batch=None)), 2)
        with self.assertRaisesRegex(pnmlab.Error, "batch: True"):
            self.exact([1], batch=True)


class Errors(unittest.TestCase):
    def test_message_and_status(self):
        with self.assertRaisesRegex(pnmlab.Error, "5 is unstable for sgd") as found:
            pnmlab.stationary(optimizer="sgd", lr=5, spectrum=1)
        self.assertEqual(found.exception.status, 64)
        with self.assertRaisesRegex(pnmlab.Error, "spectrun"):
            pnmlab.stationary(optimizer="sgd", lr=0.1, spectrun=1)
        with self.assertRaisesRegex(pnmlab.Error, "lr: it takes no matrix"):
            pnmlab.stationary(optimizer="sgd", lr=[[1]], spectrum=1)
        with self.assertRaisesRegex(pnmlab.Error, "nan"):
            pnmlab.stationary(optimizer="sgd", lr=0.1, spectrum=[1, math.nan])
        with self.assertRaisesRegex(pnmlab.Error, "output"):
            pnmlab.stationary(optimizer="sgd", lr=0.1, spectrum=1, output="a.csv")

    def test_interrupt_reaches_the_program(self):
        code = """if True:
            import pnmlab
            print("begins", flush=True)
            try:
                pnmlab.stationary(optimizer="pnm", lr=0.1, spectrum=1, replicas=1000, steps=10**7,
                                  max_samples=1e13, threads=1)
            except KeyboardInterrupt:
                print("interrupted")"""
        with subprocess.Popen([sys.executable, "-B", "-c", code], stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            for _ in range(100):  # until the program runs that samples, not the one that tells its options
                time.sleep(0.05)
                children = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(process.pid)],
                                          stdout=subprocess.PIPE, text=True).stdout  # fmt: skip
                if "--format=json" in children:
                    break
            child = int(children.split()[0])
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.communicate(timeout=20)[0], "interrupted\n")
        self.assertRaises(ProcessLookupError, os.kill, child, 0)


if __name__ == "__main__":
    unittest.main()
