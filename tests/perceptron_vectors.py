#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints tests/vectors/perceptron.txt: 20 steps of training a small network by PyTorch.

Debian 12's python3-torch 1.13. tests/sim/losses/test_perceptron_vectors.c reads the
file and does not need it. Double precision. The network is that of
sim/losses/perceptron.h, its gradient PyTorch's; sgd and adam are PyTorch's too, and pnm
is written out below from Algorithm 2 of the paper, with all momenta kept. Labels are
those that a network with other weights chooses. The file:

    # comments
    shape FEATURES HIDDEN CLASSES EXAMPLES BATCH STEPS
    example LABEL NUMBER x FEATURES
    batch ROW x BATCH                 the examples of a step, a line a step
    start NUMBER x WEIGHTS            W1 (FEATURES x HIDDEN), b1, W2, b2
    case relu|tanh LAMBDA coupled|decoupled RULE PARAMETER=VALUE ...
    loss NUMBER x STEPS               of each step's batch before the step
    weights STEPS NUMBER x WEIGHTS    after so many steps
"""
import math
import random
import sys

import torch

FEATURES, HIDDEN, CLASSES, EXAMPLES, BATCH, STEPS = 5, 7, 3, 24, 8, 20
RECORDED = (1, 2, 5, 10, 20)
SHAPES = ((FEATURES, HIDDEN), (HIDDEN,), (HIDDEN, CLASSES), (CLASSES,))
WEIGHTS = sum(math.prod(shape) for shape in SHAPES)


class PNM:
    """m_t = beta1^2 m_{t-2} + (1 - beta1^2) g_t; theta moves along (1 + beta0) m_t
    - beta0 m_{t-1} over the root of (1 + beta0)^2 + beta0^2. Decay is decoupled."""

    def __init__(self, parameters, lr, beta0, beta1, weight_decay=0.0):
        (self.theta,) = parameters
        self.lr, self.beta0, self.beta1 = lr, beta0, beta1
        self.weight_decay = weight_decay
        self.momenta = [torch.zeros_like(self.theta)] * 2

    def step(self):
        share = 1 - self.beta1**2
        m = self.beta1**2 * self.momenta[-2] + share * self.theta.grad
        self.momenta.append(m)
        noise = math.hypot(1 + self.beta0, self.beta0)
        move = ((1 + self.beta0) * m - self.beta0 * self.momenta[-2]) / noise
        with torch.no_grad():
            self.theta -= self.lr * self.weight_decay * self.theta + self.lr * move


SGD, ADAM = torch.optim.SGD, torch.optim.Adam

CASES = [
    ("relu 0 coupled sgd lr=0.5", SGD, dict(lr=0.5)),
    ("tanh 0.03 coupled sgd lr=0.5", SGD, dict(lr=0.5, weight_decay=0.03)),
    (
        "relu 0 coupled adam lr=0.03 beta1=0.9 beta2=0.99 epsilon=1e-4",
        ADAM,
        dict(lr=0.03, betas=(0.9, 0.99), eps=1e-4),
    ),
    (
        "tanh 0.03 coupled adam lr=0.03 beta1=0.8 beta2=0.9 epsilon=1e-3",
        ADAM,
        dict(lr=0.03, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.03),
    ),
    (
        "relu 0 decoupled pnm lr=1 beta0=1 beta1=0.9",
        PNM,
        dict(lr=1.0, beta0=1.0, beta1=0.9),
    ),
    (
        "tanh 0.03 decoupled pnm lr=1 beta0=0.5 beta1=0.8",
        PNM,
        dict(lr=1.0, beta0=0.5, beta1=0.8, weight_decay=0.03),
    ),
]


def scores(activation, theta, x):
    parts = torch.split(theta, [math.prod(shape) for shape in SHAPES])
    w1, b1, w2, b2 = (part.reshape(s) for part, s in zip(parts, SHAPES))
    return getattr(torch, activation)(x @ w1 + b1) @ w2 + b2


def numbers(values):
    """Those of the data are multiples of 1/128, which are short in decimals."""
    return " ".join(repr(v) if 128 * v % 1 == 0 else v.hex() for v in values)


def train(description, optimizer, options, x, label, batches, start):
    theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    stepper = optimizer([theta], **options)
    losses, weights = [], []
    for step, rows in enumerate(batches, 1):
        theta.grad = None
        own = scores(description.split()[0], theta, x[rows])
        loss = torch.nn.functional.cross_entropy(own, label[rows])
        loss.backward()
        stepper.step()
        losses.append(loss.item())
        if step in RECORDED:
            weights.append((step, theta.tolist()))
    print("case", description)
    print("loss", numbers(losses))
    for step, values in weights:
        print("weights", step, numbers(values))


def main():
    if not torch.__version__.startswith("1.13"):
        sys.exit(f"PyTorch {torch.__version__}: the vectors are those of 1.13")
    draw = random.Random(1)

    def multiples(count):
        return [draw.randint(-128, 128) / 64 for _ in range(count)]

    examples = [multiples(FEATURES) for _ in range(EXAMPLES)]
    teacher, start = multiples(WEIGHTS), [w / 2 for w in multiples(WEIGHTS)]
    x = torch.tensor(examples, dtype=torch.float64)
    label = scores("tanh", torch.tensor(teacher, dtype=torch.float64), x).argmax(1)
    batches = []
    while len(batches) < STEPS:
        order = draw.sample(range(EXAMPLES), EXAMPLES)
        batches += [order[k : k + BATCH] for k in range(0, EXAMPLES, BATCH)]
    batches = batches[:STEPS]
    print("# training a network by PyTorch's gradients, double precision")
    print("# regenerate: tests/perceptron_vectors.py, PyTorch 1.13")
    print("shape", FEATURES, HIDDEN, CLASSES, EXAMPLES, BATCH, STEPS)
    for own, values in zip(label.tolist(), examples):
        print("example", own, numbers(values))
    for rows in batches:
        print("batch", *rows)
    print("start", numbers(start))
    for case in CASES:
        train(*case, x, label, batches, start)


if __name__ == "__main__":
    main()
