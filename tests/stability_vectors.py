#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/vectors/stability.txt: stability of linear rules at momenta near 1, with 60
digits. A second derivation: eigenvalues are roots of the polynomial that eliminating the
momenta by hand gives, 1 - rho and the limits come from scans and bisection. Lines hold

    rule; decay lambda, decoupled or l2; curvatures; from, to, margin, best lr, best margin

where margin is 1 - rho at the rule's learning rate and the best is over (from, to); `-` for
what there is not. Needs python3-mpmath; takes some minutes."""
import sys
from mpmath import mp, mpf, polyroots, sqrt

mp.dps = 60


def polynomial(rule, lr, h, decoupled):
    """Coefficients of the characteristic polynomial, the highest power first.

    With keep = lr lambda the rules are theta' = (1 - keep) theta - ..., and M(z) is the
    transfer from gradient to what is subtracted: z - 1 + keep + lr h M(z) = 0.
    """
    name, p = rule
    b = p.get("beta1", mpf(0))
    k = 1 - decoupled
    if name == "sgd":
        return [mpf(1), -k + lr * h]
    if name == "two_batch":
        return [mpf(1), -k + lr * h / sqrt((1 + p["beta0"]) ** 2 + p["beta0"] ** 2)]
    if name == "heavy_ball":  # M = beta3 z / (z - b)
        beta3 = p.get("beta3", 1 - b)
        return [mpf(1), -k - b + lr * h * beta3, k * b]
    if name == "nesterov":  # M = 1 + b z / (z - b)
        return [mpf(1), -k - b + lr * h * (1 + b), k * b - lr * h * b]
    if name == "qhm":  # M = 1 - nu + nu (1 - b) z / (z - b)
        nu = p["nu"]
        return [mpf(1), -k - b + lr * h * (1 - nu * b), k * b - lr * h * b * (1 - nu)]
    beta0 = p["beta0"]
    if name == "pnm":  # M = ((1 + beta0) z^2 - beta0 z) (1 - b^2) / (z^2 - b^2)
        a = lr / sqrt((1 + beta0) ** 2 + beta0 ** 2) * h * (1 - b * b)
        return [mpf(1), -k + a * (1 + beta0), -b * b - a * beta0, k * b * b]
    if name == "pnm_eq7":  # M = ((1 + beta0) z^2 - beta0 b z) (1 - b) / (z^2 - b^2)
        a = lr * h * (1 - b)
        return [mpf(1), -k + a * (1 + beta0), -b * b - a * beta0 * b, k * b * b]
    raise ValueError(name)


def roots(c):
    if len(c) == 2:
        return [-c[1]]
    if len(c) == 3:
        root = mp.sqrt(c[1] * c[1] - 4 * c[2])
        return [(-c[1] + root) / 2, (-c[1] - root) / 2]
    return polyroots(c, maxsteps=500, extraprec=200)


def margin(case, lr):
    rule, (decay, kind), spectrum = case
    least = mp.inf
    for h in spectrum:
        pull = h + (decay if kind == "l2" else 0)
        c = polynomial(rule, lr, pull, lr * decay if kind == "decoupled" else 0)
        least = min(least, 1 - max(abs(z) for z in roots(c)))
    return least


def edge(case, a, b):
    stable = margin(case, a) > 0
    for _ in range(70):
        middle = (a + b) / 2
        if (margin(case, middle) > 0) == stable:
            a = middle
        else:
            b = middle
    return (a + b) / 2


def around(case, lr):
    """The stable interval that holds lr, else the nearest below, else the lowest."""
    step = mpf(2) ** (mpf(1) / 4)
    points = [lr * step ** k for k in range(-320, 321)]
    stable = [margin(case, x) > 0 for x in points]
    found, start = [], 0 if stable[0] else None
    for k in range(1, len(points)):
        if stable[k] and start is None:
            start = edge(case, points[k - 1], points[k])
        elif not stable[k] and start is not None:
            found.append((start, edge(case, points[k - 1], points[k])))
            start = None
    if start is not None:
        found.append((start, mp.inf))
    below = [own for own in found if own[0] < lr]
    return below[-1] if below else found[0] if found else None


def best(case, interval):
    start, end = interval
    length = end - start
    points = [start + length * mpf(10) ** (mpf(k) / 10) for k in range(-400, -20)]
    points += [start + length * mpf(k) / 150 for k in range(2, 150)]
    values, most = {}, -1
    for k in reversed(range(len(points))):
        values[k] = margin(case, points[k])
        most = max(most, values[k])
        if values[k] < most / 10000 and points[k] < start + length * mpf(10) ** -7:
            break
    found = None
    for k, value in values.items():
        if value < max(values.get(k - 1, 0), values.get(k + 1, 0)) or value < most * 0.9:
            continue
        a = points[k - 1] if k > 0 else start
        b = points[k + 1] if k + 1 < len(points) else end
        ratio = (sqrt(5) - 1) / 2
        x, y = b - ratio * (b - a), a + ratio * (b - a)
        at_x, at_y = margin(case, x), margin(case, y)
        while b - a > mpf(10) ** -24 * b:
            if at_x >= at_y:
                b, y, at_y = y, x, at_x
                x = b - ratio * (b - a)
                at_x = margin(case, x)
            else:
                a, x, at_x = x, y, at_y
                y = a + ratio * (b - a)
                at_y = margin(case, y)
        own = max((at_x, x), (at_y, y))
        if found is None or own[0] > found[0]:
            found = own
    return lower_end(case, start, found[1], found[0]), found[0]


def lower_end(case, start, lr, most):
    """The lower end of the stretch up to lr where the margin is level, else lr."""
    low = most * (1 - mpf(10) ** -20)
    if margin(case, lr * (1 - mpf(10) ** -6)) < low:
        return lr
    below = lr
    while below > start and margin(case, below) >= low:
        below = start + (below - start) / 2
    for _ in range(150):
        middle = (below + lr) / 2
        if margin(case, middle) >= low:
            lr = middle
        else:
            below = middle
    return lr


def text(x):
    return "-" if x is None or x == mp.inf else mp.nstr(x, 20)


def cases():
    near = [1 - mpf(10) ** -6, 1 - mpf(10) ** -9, 1 - mpf(10) ** -12, 1 - mpf(2) ** -53]
    near = [mpf(float(b)) for b in near]  # what the programs read
    none, one = (mpf(0), "l2"), [mpf(1)]
    decays = [(mpf("0.25"), "l2"), (mpf("0.25"), "decoupled")]
    for b in near:
        for beta0 in (-50, -1, -0.25, 0, 1, 70, 1000):
            yield ("pnm", {"beta0": mpf(beta0), "beta1": b}), none, one
        for beta0 in (0, 1, 1000):
            yield ("pnm_eq7", {"beta0": mpf(beta0), "beta1": b}), none, one
        yield ("heavy_ball", {"beta1": b}), none, one
        yield ("heavy_ball", {"beta1": b, "beta3": mpf(1)}), none, one
        yield ("nesterov", {"beta1": b}), none, one
        for nu in (0.75, 1.5):
            yield ("qhm", {"beta1": b, "nu": mpf(nu)}), none, one
    for b in (near[1], near[3]):
        for decay in decays:
            yield ("pnm", {"beta0": mpf(1), "beta1": b}), decay, one
            yield ("pnm", {"beta0": mpf(-50), "beta1": b}), decay, one
            yield ("pnm_eq7", {"beta0": mpf(1), "beta1": b}), decay, one
            yield ("heavy_ball", {"beta1": b}), decay, one
            yield ("nesterov", {"beta1": b}), decay, one
            yield ("qhm", {"beta1": b, "nu": mpf(0.75)}), decay, one
    for decay in [none] + decays:
        yield ("sgd", {}), decay, one
        yield ("two_batch", {"beta0": mpf(1000)}), decay, one
        yield ("pnm", {"beta0": mpf(1), "beta1": near[1]}), decay, [mpf(0.0625), mpf(1)]
        yield ("pnm", {"beta0": mpf(1), "beta1": mpf(0.875)}), decay, [mpf(0.0625), mpf(1)]


def main():
    """All cases, or those of the rules that are named."""
    for case in cases():
        if sys.argv[1:] and case[0][0] not in sys.argv[1:]:
            continue
        (name, p), (decay, kind), spectrum = case
        lr = mpf(0.125)
        words = [name, "lr=0.125"] + ["%s=%.17g" % (k, float(v)) for k, v in p.items()]
        interval = around(case, lr)
        at_best = best(case, interval) if interval and interval[1] != mp.inf else (None, None)
        values = list(interval or (None, None)) + [margin(case, lr), *at_best]
        print(" ".join(words), "%.17g %s" % (float(decay), kind),
              " ".join("%.17g" % float(h) for h in spectrum),
              " ".join(text(x) for x in values), sep="; ")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
