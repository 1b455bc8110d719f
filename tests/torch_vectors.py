#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/vectors/NAME.txt: 50 steps of PyTorch's optimizers on given gradients.

Debian 12's python3-torch 1.13 and python3-numpy. tests/sim/rules/test_vectors.c reads the files
and needs neither. Double precision, three coordinates, hexadecimal numbers; the
gradients do not depend on theta. A file:

    # comments
    rule NAME PARAMETER=VALUE ...     our name for the rule
    weight_decay VALUE                decoupled: theta shrinks by 1 - lr * VALUE first
    start THETA THETA THETA
    step GRADIENT x 3 THETA x 3       theta after the step
"""
import os
import sys

import torch

STEPS, COORDINATES = 50, 3

RULES = {
    "sgd": ("sgd lr=0.05", torch.optim.SGD, dict(lr=0.05)),
    "momentum": (
        "heavy_ball lr=0.05 beta1=0.9 beta3=1",
        torch.optim.SGD,
        dict(lr=0.05, momentum=0.9),
    ),
    "nesterov": (
        "nesterov lr=0.05 beta1=0.9",
        torch.optim.SGD,
        dict(lr=0.05, momentum=0.9, nesterov=True),
    ),
    "adam": (
        "adam lr=0.01 beta1=0.9 beta2=0.999 epsilon=1e-8",
        torch.optim.Adam,
        dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8),
    ),
    # A short memory, so that the largest v is not always the last.
    "amsgrad": (
        "amsgrad lr=0.01 beta1=0.9 beta2=0.8 epsilon=1e-3 convention=torch",
        torch.optim.Adam,
        dict(lr=0.01, betas=(0.9, 0.8), eps=1e-3, amsgrad=True),
    ),
    "adamw": (
        "adamw lr=0.01 beta1=0.8 beta2=0.99 epsilon=1e-4",
        torch.optim.AdamW,
        dict(lr=0.01, betas=(0.8, 0.99), eps=1e-4, weight_decay=0.0),
    ),
    "adamw_decay": (
        "adamw lr=0.01 beta1=0.9 beta2=0.999 epsilon=1e-8",
        torch.optim.AdamW,
        dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01),
    ),
    # rho_t passes 5 at the sixth step.
    "radam": (
        "radam lr=0.01 beta1=0.9 beta2=0.999 epsilon=1e-8 convention=torch",
        torch.optim.RAdam,
        dict(lr=0.01, betas=(0.9, 0.999), eps=1e-8),
    ),
    "radam_epsilon": (
        "radam lr=0.01 beta1=0.7 beta2=0.9 epsilon=1e-2 convention=torch",
        torch.optim.RAdam,
        dict(lr=0.01, betas=(0.7, 0.9), eps=1e-2),
    ),
}


def gradients(step):
    """Exact in doubles: signs and sizes vary, one coordinate is 2^10 times smaller, one
    64 times larger, and all fall by half every 10 steps."""
    fall = 2.0 ** -(step // 10)
    numbers = [((37 * step + 11 * j + 5) % 64 - 31.5) / 16 for j in range(COORDINATES)]
    return [x * scale * fall for x, scale in zip(numbers, (1, 2.0**-10, 64))]


def write(folder, name, rule, optimizer, options):
    start = [0.5, -1.25, 3.0]
    theta = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    stepper = optimizer([theta], **options)
    with open(os.path.join(folder, name + ".txt"), "w") as file:
        call = ", ".join(f"{key}={value}" for key, value in options.items())
        print(f"# torch.optim.{optimizer.__name__}({call}), double precision", file=file)
        print("# regenerate: tests/torch_vectors.py, PyTorch 1.13", file=file)
        print("rule", rule, file=file)
        print("weight_decay", options.get("weight_decay", 0), file=file)
        print("start", *[x.hex() for x in start], file=file)
        for step in range(STEPS):
            g = gradients(step)
            theta.grad = torch.tensor(g, dtype=torch.float64)
            stepper.step()
            print("step", *[x.hex() for x in g + theta.tolist()], file=file)


def main():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "vectors")
    if not torch.__version__.startswith("1.13"):
        sys.exit(f"PyTorch {torch.__version__}: the vectors are those of 1.13")
    os.makedirs(folder, exist_ok=True)
    for name, (rule, optimizer, options) in RULES.items():
        write(folder, name, rule, optimizer, options)


if __name__ == "__main__":
    main()
