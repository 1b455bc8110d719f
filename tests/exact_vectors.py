#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/vectors/exact.txt: exact values of linear rules to 50 digits.

Debian 12's python3-mpmath 1.2. tests/analysis/theory/test_exact.c reads the file and
needs no Python. Every update is written down here once more, from the paper, and applied
to unit vectors in 160 digits, in which I - A loses nothing that matters. The covariance
is summed by doubling; linear equations must give it again. A setting is a line:

    rule TEXT                          our name for the rule, its parameters
    decay LAMBDA DECOUPLED             1: decoupled, 0: added to the gradient
    matrices COUNT A0 ... A1 ... b ... for the rule `linear` alone
    pair H_I H_J C                     curvatures, covariance of the noise
    covariance X                       stationary, of theta_i and theta_j
    margin X                           1 - spectral radius at H_I
    at T X Y                           mean of theta_i from 1, variance, at step T
    mean X                             where theta_i settles if theta* is 1, minus 1

Numbers in decimal that are read back as the doubles they were; results have 50 digits.
The settings are drawn from a seed. Those of the issue that this guards come first.
"""
import os
import random

from mpmath import mp, mpf

mp.dps = 160
SETTINGS = 420
DIGITS = 50


# --- the rules: (theta, slots), gradients -> (theta', slots') ------------------------


def normalized(p):
    if p.get("lr-normalization") == "off":
        return p["lr"]
    return p["lr"] / mp.sqrt((1 + p["beta0"]) ** 2 + p["beta0"] ** 2)


def sgd(p, s, g):
    return [s[0] - p["lr"] * g[0]]


def heavy_ball(p, s, g):
    m = p["beta1"] * s[1] + p["beta3"] * g[0]
    return [s[0] - p["lr"] * m, m]


def pnm(p, s, g):
    beta = p["beta1"] ** 2
    m = beta * s[2] + (1 - beta) * g[0]
    return [s[0] - normalized(p) * ((1 + p["beta0"]) * m - p["beta0"] * s[1]), m, s[1]]


def pnm_eq7(p, s, g):
    fed = p["beta1"] * s[2] + (1 - p["beta1"]) * g[0]
    resting = p["beta1"] * s[1]
    move = (1 + p["beta0"]) * fed - p["beta0"] * resting
    return [s[0] - p["lr"] * move, fed, resting]


def two_batch(p, s, g):
    return [s[0] - normalized(p) * ((1 + p["beta0"]) * g[0] - p["beta0"] * g[1])]


def nesterov(p, s, g):
    d = p["beta1"] * s[1] + g[0]
    return [s[0] - p["lr"] * (g[0] + p["beta1"] * d), d]


def qhm(p, s, g):
    d = p["beta1"] * s[1] + (1 - p["beta1"]) * g[0]
    return [s[0] - p["lr"] * ((1 - p["nu"]) * g[0] + p["nu"] * d), d]


def aggmo(p, s, g):
    fast, slow = mpf(0.9) * s[1] + g[0], mpf(0.99) * s[2] + g[0]
    return [s[0] - p["lr"] * (g[0] + fast + slow) / 3, fast, slow]


RULES = {
    "sgd": (sgd, 1, 1),
    "heavy_ball": (heavy_ball, 2, 1),
    "pnm": (pnm, 3, 1),
    "pnm_eq7": (pnm_eq7, 3, 1),
    "two_batch": (two_batch, 1, 2),
    "nesterov": (nesterov, 2, 1),
    "qhm": (qhm, 2, 1),
    "aggmo": (aggmo, 3, 1),
}


class Setting:
    """A rule with its parameters, weight decay, and a pair of modes."""

    def __init__(self, rule, parameters, decay=(0.0, 0), pair=(1.0, 1.0, 1.0), rows=None):
        self.rule, self.parameters, self.decay, self.pair = rule, parameters, decay, pair
        self.rows = rows  # of a file: (row of A0, row of A1, entry of b)

    def exact(self):
        return {k: v if isinstance(v, str) else mpf(v) for k, v in self.parameters.items()}

    def system(self, h):
        """A (a list of rows) and the columns b_k."""
        p, h, decay = self.exact(), mpf(h), mpf(self.decay[0])
        pull, keep = (0, 1 - p["lr"] * decay) if self.decay[1] else (decay, 1)
        if self.rows:
            n = len(self.rows)
            b = [p["lr"] * mpf(row[2]) for row in self.rows]
            a = [[mpf(row[0][c]) * (keep if c == 0 else 1) for c in range(n)] for row in self.rows]
            for r in range(n):
                for c in range(n):
                    a[r][c] += p["lr"] * h * mpf(self.rows[r][1][c])
                a[r][0] += pull * b[r]
            return a, [b]
        step, n, samples = RULES[self.rule]

        def after(state, noise):
            g = [(h + pull) * state[0] + x for x in noise]
            return step(p, [state[0] * keep] + state[1:], g)

        zero = [mpf(0)] * samples
        columns = [after([mpf(int(r == c)) for r in range(n)], zero) for c in range(n)]
        a = [[columns[c][r] for c in range(n)] for r in range(n)]
        b = [
            after([mpf(0)] * n, [mpf(int(k == l)) for l in range(samples)])
            for k in range(samples)
        ]
        return a, b


# --- linear algebra -------------------------------------------------------------------


def product(x, y):
    return [[sum(a * b for a, b in zip(row, column)) for column in zip(*y)] for row in x]


def transposed(x):
    return [list(column) for column in zip(*x)]


def added(x, y):
    return [[a + b for a, b in zip(r, s)] for r, s in zip(x, y)]


def noise(b_i, b_j, c):
    n, m = len(b_i[0]), len(b_j[0])
    return [
        [mpf(c) * sum(x[r] * y[s] for x, y in zip(b_i, b_j)) for s in range(m)]
        for r in range(n)
    ]


def summed(a_i, a_j, q, count=None):
    """sum_{k<count} A_i^k q A_j'^k; for count None the whole series."""
    p, r, term = a_i, transposed(a_j), q
    total = [[mpf(0)] * len(q[0]) for _ in q] if count is not None else None
    for _ in range(600):
        if count is not None:
            if count == 0:
                return total
            if count & 1:
                total = added(term, product(product(p, total), r))
            count >>= 1
        grown = product(product(p, term), r)
        size = max(abs(x) for row in term for x in row)
        if count is None and max(abs(x) for row in grown for x in row) < size * mpf(10) ** -140:
            return term
        term = added(term, grown)
        p, r = product(p, p), product(r, r)
    raise ArithmeticError("the series does not end")


def solved(a_i, a_j, q):
    """The same for the whole series, from its linear equations."""
    n, m = len(a_i), len(a_j)
    matrix = mp.matrix(n * m)
    for r in range(n):
        for s in range(m):
            for k in range(n):
                for l in range(m):
                    own = int(r == k and s == l)
                    matrix[r * m + s, k * m + l] = own - a_i[r][k] * a_j[s][l]
    return mp.lu_solve(matrix, mp.matrix([x for row in q for x in row]))[0]


def characteristic(a):
    """Coefficients of det(z I - A), the highest power's first."""
    n, m, coefficients = len(a), [[mpf(0)] * len(a) for _ in a], [mpf(1)]
    for k in range(1, n + 1):
        m = product(a, m)
        for r in range(n):
            m[r][r] += coefficients[-1]
        coefficients.append(-sum(product(a, m)[r][r] for r in range(n)) / k)
    return coefficients


def stable(a):
    """Schur and Cohn: all roots lie inside of the unit circle."""
    p = characteristic(a)
    while len(p) > 1:
        if not abs(p[-1]) < abs(p[0]):
            return False
        k = p[-1] / p[0]
        p = [x - k * y for x, y in zip(p, reversed(p))][:-1]
    return True


def margin(a):
    shifted = [[x - int(r == c) for c, x in enumerate(row)] for r, row in enumerate(a)]
    coefficients = characteristic(shifted)
    while coefficients[-1] == 0:
        coefficients.pop()
    if len(coefficients) == 1:
        return mpf(0)
    roots = mp.polyroots(coefficients, maxsteps=4000, extraprec=4000, error=False)
    return min(-(2 * mp.re(z) + abs(z) ** 2) / (1 + abs(1 + z)) for z in roots)


# --- settings -------------------------------------------------------------------------


def known():
    decay = (0.3, 1)
    dense = ((1e-6, 1.0, 0.5), (1.0, 1.0, 1.0), (1e-6, 1e-6, 1.0))
    plain = {"beta0": 1.0, "beta1": 0.9}
    yield Setting("pnm", {"lr": 1e-9, **plain}, decay, (0.001, 0.001, 1.0))
    yield Setting("pnm_eq7", {"lr": 1e-10, **plain}, decay, (0.001, 0.001, 1.0))
    yield from (Setting("pnm", {"lr": 1e-8, **plain}, pair=pair) for pair in dense)
    yield Setting("sgd", {"lr": 1e-7}, (1e-8, 1), (1e-10, 1e-10, 1.0))
    yield Setting("linear", {"lr": 3e-16}, rows=[([1.0], [-1.0], -1.0)])


def draw_beta1(rng):
    return rng.choice([0.0, rng.random(), 1 - 10 ** rng.uniform(-12, 0)])


def draw_beta0(rng):
    low = [0.0, 1.0, rng.uniform(-1, 0), rng.uniform(0, 5)]
    return rng.choice(low + [-(10 ** rng.uniform(-3, 1.69)), 10 ** rng.uniform(-3, 3)])


def draw_rows(rng):
    """A momentum rule that takes its gradient elsewhere, and one with another number."""
    beta, ahead, more = draw_beta1(rng), rng.uniform(0, 1), rng.uniform(-0.5, 0.5)
    two = [([1.0, beta], [-1.0, -ahead], -1.0), ([0.0, beta], [-1.0, -ahead], -1.0)]
    three = [
        ([1.0, beta, more], [-1.0, 0.0, 0.0], -1.0),
        ([0.0, beta, 0.0], [-1.0, 0.0, 0.0], -1.0),
        ([0.0, more, rng.uniform(-0.9, 0.9)], [0.5, 0.0, 0.0], 0.5),
    ]
    return rng.choice([two, three])


def draw(rng):
    rule = rng.choice(list(RULES) + ["linear", "pnm", "heavy_ball"])
    p = {"lr": 1.0}
    if rule in ("pnm", "pnm_eq7", "two_batch"):
        p["beta0"] = draw_beta0(rng)
    if rule in ("heavy_ball", "pnm", "pnm_eq7", "nesterov", "qhm"):
        p["beta1"] = draw_beta1(rng)
    if rule == "heavy_ball":
        p["beta3"] = rng.choice([1 - p["beta1"], 1.0])
    if rule == "qhm":
        p["nu"] = rng.choice([0.0, 1.0, rng.random(), rng.uniform(-3, 3)])
    if rule in ("pnm", "two_batch") and rng.random() < 0.3:
        p["lr-normalization"] = "off"
    h = 10 ** rng.uniform(-3, 3)
    ratio = rng.choice([1.0, 1.0, 10 ** rng.uniform(-9, 0)])
    setting = Setting(rule, p, rows=draw_rows(rng) if rule == "linear" else None)
    setting.pair = (h * ratio, h, rng.choice([1.0, rng.uniform(-2, 2)]))
    lam, decoupled = rng.choice([(0.0, 0), (0.0, 0), (1.0, 0), (1.0, 1), (1.0, 1)])
    setting.decay = (lam * h * 10 ** rng.uniform(-6, 2), decoupled)
    return setting


def place(rng, setting):
    """Sets lr inside the stable interval; false if there is none."""
    h = setting.pair[1]

    def holds(lr):
        setting.parameters["lr"] = lr
        return all(stable(setting.system(x)[0]) for x in setting.pair[:2])

    low = 1e-12 / h
    if not holds(low):
        return False
    high = low
    while holds(high * 4):
        high *= 4
        if high > 1e30:
            return False
    limit, beyond = high, high * 4
    for _ in range(50):
        middle = (limit + beyond) / 2
        limit, beyond = (middle, beyond) if holds(middle) else (limit, middle)
    near = limit * (1 - rng.choice([1e-1, 1e-2, 1e-3, 1e-4]))
    lr = rng.choice([low * (limit / low) ** rng.random()] * 3 + [near])
    return holds(min(lr, limit * 0.9999))


def drawn():
    rng = random.Random(15)
    while True:
        setting = draw(rng)
        if place(rng, setting):
            yield setting


# --- the file -------------------------------------------------------------------------


def text(x):
    return mp.nstr(x, DIGITS, min_fixed=0, max_fixed=0)


def settles(setting, a, h):
    """-(A - I)^-1 d, where d is what a step from theta* = 1 adds without a gradient."""
    flat, _ = setting.system(0.0)
    n = len(a)
    e = mp.matrix(n)
    for r in range(n):
        for c in range(n):
            e[r, c] = int(r == c) - a[r][c]
    return mp.lu_solve(e, mp.matrix([flat[r][0] - int(r == 0) for r in range(n)]))[0]


def lines(setting):
    h_i, h_j, c = setting.pair
    (a_i, b_i), (a_j, b_j) = setting.system(h_i), setting.system(h_j)
    q = noise(b_i, b_j, c)
    covariance = summed(a_i, a_j, q)[0][0]
    again = solved(a_i, a_j, q)
    assert abs(again - covariance) <= abs(covariance) * mpf(10) ** -60, (again, covariance)
    left = margin(a_i)
    t = min(int(mp.ceil(1 / left)), 2**62)
    own = summed(a_i, a_i, noise(b_i, b_i, 1.0), t)[0][0]
    start = [[mpf(int(r == 0))] for r in range(len(a_i))]
    power, square, steps = start, a_i, t
    while steps:
        power = product(square, power) if steps & 1 else power
        square, steps = product(square, square), steps >> 1
    p = setting.parameters
    yield "rule " + " ".join([setting.rule] + [f"{k}={v}" for k, v in p.items()])
    yield f"decay {setting.decay[0]!r} {setting.decay[1]}"
    if setting.rows:
        numbers = [x for k in (0, 1) for row in setting.rows for x in row[k]]
        numbers += [row[2] for row in setting.rows]
        yield f"matrices {len(setting.rows)} " + " ".join(repr(x) for x in numbers)
    yield f"pair {h_i!r} {h_j!r} {c!r}"
    yield f"covariance {text(covariance)}"
    yield f"margin {text(left)}"
    yield f"at {t} {text(power[0][0])} {text(own)}"
    yield f"mean {text(settles(setting, a_i, h_i))}"


def main():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors")
    with open(os.path.join(folder, "exact.txt"), "w", encoding="ascii") as file:
        print("# exact values of linear rules, 50 digits", file=file)
        print("# regenerate: tests/exact_vectors.py, mpmath", file=file)
        settings = list(known())
        for setting in drawn():
            if len(settings) == SETTINGS:
                break
            settings.append(setting)
        for setting in settings:
            for line in lines(setting):
                print(line, file=file)


if __name__ == "__main__":
    main()
