# SPDX-License-Identifier: GPL-3.0-or-later
"""NumPy and PyTorch as contenders of the benchmark.

Reads a command a line and answers each with a line "SECONDS VALUE", or with a line
that says why there is none:

    generator WHO COUNT         COUNT normal numbers by WHO; VALUE: their mean square
    run WHO RULE D REPLICAS STEPS BURN_IN LR LOW HIGH ...
                                VALUE: stationary variance, averaged over coordinates
    version WHO                 0 and the version

The experiment is that of naive.c: D curvatures from LOW to HIGH, each a constant factor
above the last, noise of variance h_i in coordinate i, parameters other than LR the
programs' defaults. One thread, whose time on the processor is what counts; arrays are made once and changed
in place.
"""

import math
import sys
import time

try:
    import numpy
except ImportError:
    numpy = None
try:
    import torch

    torch.set_num_threads(1)
except ImportError:
    torch = None

BETA0 = 1.0
BETA1 = 0.9
CHUNK = 16384  # numbers made at a time: they stay in the second-level cache
CHECKED = 1 << 19
BLOCK = 20000  # coordinates run together: faster than all at once


class NumPy:
    """The operations that a run needs, on arrays of one library."""

    def __init__(self, bits="SFC64"):
        self.generator = numpy.random.Generator(getattr(numpy.random, bits)(1))

    def empty(self, *shape):
        return numpy.zeros(shape)

    def row(self, values):
        return numpy.array(values)

    def normal(self, out):
        self.generator.standard_normal(out=out)

    def multiply(self, a, b, out):
        numpy.multiply(a, b, out=out)


class Torch:
    def __init__(self):
        self.generator = torch.Generator()
        self.generator.manual_seed(1)

    def empty(self, *shape):
        return torch.zeros(shape, dtype=torch.float64)

    def row(self, values):
        return torch.tensor(values, dtype=torch.float64)

    def normal(self, out):
        out.normal_(generator=self.generator)

    def multiply(self, a, b, out):
        torch.mul(a, b, out=out)


MAKERS = {
    "numpy-SFC64": (numpy, lambda: NumPy("SFC64")),
    "numpy-PCG64": (numpy, lambda: NumPy("PCG64")),
    "torch": (torch, Torch),
}


def generate(library, count):
    out = library.empty(CHUNK)
    library.normal(out)
    start = time.process_time()
    for _ in range(count // CHUNK):
        library.normal(out)
    seconds = time.process_time() - start
    squares = 0.0
    for _ in range(CHECKED // CHUNK):
        library.normal(out)
        squares += float((out * out).sum())
    return seconds, squares / CHECKED


def sgd(library, lr, shape):
    def update(theta, g):
        g *= lr
        theta -= g

    return update


def heavy_ball(library, lr, shape):
    m = library.empty(*shape)

    def update(theta, g):
        nonlocal m
        m *= BETA1
        g *= 1 - BETA1
        m += g
        library.multiply(m, lr, g)
        theta -= g

    return update


def pnm(library, lr, shape):
    decay = BETA1**2
    rate = lr / math.sqrt((1 + BETA0) ** 2 + BETA0**2)
    last = library.empty(*shape)
    before = library.empty(*shape)

    def update(theta, g):
        nonlocal last, before
        before *= decay
        g *= 1 - decay
        before += g  # the new m
        library.multiply(before, rate * (1 + BETA0), g)
        theta -= g
        library.multiply(last, rate * BETA0, g)
        theta += g
        last, before = before, last

    return update


RULES = {"sgd": sgd, "heavy_ball": heavy_ball, "pnm": pnm}


def run_block(library, rule, h, sd, shape, steps, burn_in, lr):
    """Sum of theta^2 over replicas, coordinates and steps."""
    theta, xi, g, total = (library.empty(*shape) for _ in range(4))
    update = RULES[rule](library, lr, shape)
    for t in range(steps):
        library.normal(xi)
        xi *= sd
        library.multiply(theta, h, g)
        g += xi
        update(theta, g)
        if t >= burn_in:
            library.multiply(theta, theta, g)
            total += g
    return float(total.sum())


def run(library, rule, d, replicas, steps, burn_in, lr, low, high):
    values = [low * (high / low) ** (i / max(d - 1, 1)) for i in range(d)]
    h = library.row(values)
    sd = library.row([math.sqrt(value) for value in values])
    block = max(BLOCK // d, 1)
    start = time.process_time()
    squares = 0.0
    for first in range(0, replicas, block):
        shape = (min(block, replicas - first), d)
        squares += run_block(library, rule, h, sd, shape, steps, burn_in, lr)
    seconds = time.process_time() - start
    return seconds, squares / d / replicas / (steps - burn_in)


def answer(line):
    word, who, *rest = line.split()
    module, make = MAKERS[who]
    if module is None:
        return "not installed"
    if word == "version":
        return f"0 0 {module.__version__}"
    if word == "generator":
        return "%.9g %.9g" % generate(make(), int(rest[0]))
    rule, *numbers = rest
    whole = [int(x) for x in numbers[:4]]
    real = [float(x) for x in numbers[4:7]]
    return "%.9g %.9g" % run(make(), rule, *whole, *real)


for command in sys.stdin:
    try:
        print(answer(command), flush=True)
    except Exception as error:  # the benchmark prints it and goes on
        print(f"{type(error).__name__}: {error}", flush=True)
