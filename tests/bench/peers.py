# SPDX-License-Identifier: GPL-3.0-or-later
"""NumPy and PyTorch as contenders of the benchmark.

Reads a command a line and answers each with a line "SECONDS VALUE", or with a line
that says why there is none:

    generator WHO COUNT         COUNT normal numbers by WHO; VALUE: their mean square
    run WHO RULE D REPLICAS STEPS BURN_IN LR LOW HIGH ...
                                VALUE: stationary variance, averaged over coordinates
    network WHO RULE LR STEPS   VALUE: the last batch's loss of network.c's network
    version WHO                 0 and the version

The experiment is that of naive.c: D curvatures from LOW to HIGH, each a constant factor
above the last, noise of variance h_i in coordinate i, parameters other than LR the
programs' defaults. One thread, whose time on the processor is what counts; arrays are made once and changed
in place.
"""

import math
import os
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # where it is the system's BLAS

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
BETA2 = 0.999
EPSILON = 1e-8
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
    "numpy": (numpy, NumPy),
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


FEATURES, HIDDEN, CLASSES, BATCH, EXAMPLES = 64, 64, 10, 32, 512
SHAPES = ((FEATURES, HIDDEN), (HIDDEN,), (HIDDEN, CLASSES), (CLASSES,))


def task():
    """Examples, labels and the parts of theta, as in network.c."""
    state = 1

    def numbers(count):
        nonlocal state
        values = []
        for _ in range(count):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            values.append(state / 2**30 - 1)
        return numpy.array(values)

    x = numbers(EXAMPLES * FEATURES).reshape(EXAMPLES, FEATURES)
    label = numpy.floor((numbers(EXAMPLES) + 1) * 5).astype(numpy.int64)
    scales = (0.25, 0.25, 0.5, 0.5)
    parts = [numbers(math.prod(s)).reshape(s) * c for s, c in zip(SHAPES, scales)]
    return x, label, parts


def orders(steps):
    rows = numpy.arange(steps * BATCH) * 37 % EXAMPLES
    return rows.reshape(steps, BATCH)


def adam_numpy(lr, shape):
    m, v, root, move = (numpy.zeros(shape) for _ in range(4))
    t = 0

    def update(theta, g):
        nonlocal m, v, root, move, t
        t += 1
        m *= BETA1
        numpy.multiply(g, 1 - BETA1, move)
        m += move
        v *= BETA2
        g *= g
        g *= 1 - BETA2
        v += g
        numpy.sqrt(v, root)
        root *= 1 / math.sqrt(1 - BETA2**t)
        root += EPSILON
        numpy.divide(m, root, move)
        move *= lr / (1 - BETA1**t)
        theta -= move

    return update


def train_numpy(rule, lr, steps, x, label, parts):
    """Arrays are made once, and all parameters lie in one, so that a rule's step is one
    for all."""
    theta = numpy.concatenate([part.ravel() for part in parts])
    gradient = numpy.empty_like(theta)
    ends = numpy.cumsum([math.prod(s) for s in SHAPES])[:-1]
    views = [
        [part.reshape(s) for part, s in zip(numpy.split(array, ends), SHAPES)]
        for array in (theta, gradient)
    ]
    (w1, b1, w2, b2), (g1, gb1, g2, gb2) = views
    own, a, back = (numpy.empty((BATCH, n)) for n in (FEATURES, HIDDEN, HIDDEN))
    p, first = numpy.empty((BATCH, CLASSES)), numpy.arange(BATCH)
    if rule == "adam":
        update = adam_numpy(lr, theta.shape)
    else:
        update = RULES[rule](NumPy(), lr, theta.shape)
    loss = math.nan
    for rows in orders(steps):
        numpy.take(x, rows, 0, own)
        chosen = label[rows]
        numpy.matmul(own, w1, a)
        a += b1
        numpy.maximum(a, 0, a)
        numpy.matmul(a, w2, p)
        p += b2
        p -= p.max(1, keepdims=True)
        scores = p[first, chosen]
        numpy.exp(p, p)
        sums = p.sum(1, keepdims=True)
        loss = float((numpy.log(sums[:, 0]) - scores).mean())
        p /= sums
        p[first, chosen] -= 1
        p /= BATCH
        numpy.matmul(p, w2.T, back)
        back *= a > 0
        numpy.matmul(own.T, back, g1)
        numpy.sum(back, 0, out=gb1)
        numpy.matmul(a.T, p, g2)
        numpy.sum(p, 0, out=gb2)
        update(theta, gradient)
    return loss


def train_torch(rule, lr, steps, x, label, parts):
    """As one writes it: modules, their gradients, an optimizer. That of pnm, which
    PyTorch lacks, is written as its own are, a parameter after the other in place."""
    model = torch.nn.Sequential(
        torch.nn.Linear(FEATURES, HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Linear(HIDDEN, CLASSES),
    ).double()
    loss_of = torch.nn.CrossEntropyLoss()
    parameters = list(model.parameters())
    with torch.no_grad():
        for parameter, part in zip(parameters, parts):
            parameter.copy_(torch.from_numpy(part.T))
    x, label = torch.from_numpy(x), torch.from_numpy(label)
    optimizer, updates = None, []
    if rule == "pnm":
        library = Torch()
        updates = [pnm(library, lr, parameter.shape) for parameter in parameters]
    elif rule == "adam":
        optimizer = torch.optim.Adam(parameters, lr, (BETA1, BETA2), EPSILON)
    else:
        optimizer = torch.optim.SGD(parameters, lr)
    loss = None
    for rows in torch.from_numpy(orders(steps)):
        model.zero_grad(set_to_none=True)
        loss = loss_of(model(x[rows]), label[rows])
        loss.backward()
        if optimizer:
            optimizer.step()
            continue
        with torch.no_grad():
            for parameter, update in zip(parameters, updates):
                update(parameter, parameter.grad)
    return loss.item()


def train(who, rule, lr, steps):
    run_it = train_torch if who == "torch" else train_numpy
    data = task()
    start = time.process_time()
    loss = run_it(rule, float(lr), int(steps), *data)
    return time.process_time() - start, loss


def answer(line):
    word, who, *rest = line.split()
    module, make = MAKERS[who]
    if module is None:
        return "not installed"
    if word == "version":
        return f"0 0 {module.__version__}"
    if word == "generator":
        return "%.9g %.9g" % generate(make(), int(rest[0]))
    if word == "network":
        return "%.9g %.17g" % train(who, *rest)
    rule, *numbers = rest
    whole = [int(x) for x in numbers[:4]]
    real = [float(x) for x in numbers[4:7]]
    return "%.9g %.9g" % run(make(), rule, *whole, *real)


for command in sys.stdin:
    try:
        print(answer(command), flush=True)
    except Exception as error:  # the benchmark prints it and goes on
        print(f"{type(error).__name__}: {error}", flush=True)
