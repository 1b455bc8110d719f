#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the page to play with in Chromium and tries what a reader does with it.

usage: explorer.py [--only TEST] EXPLORER.html PROGRAMS [SCREENSHOT_DIR]

TEST is the name of one of TESTS. PROGRAMS is the folder of pnm-simulate and pnm-stationary, whose numbers the page's must equal to
the bit. With a folder named, views of the page are written there to look at.
"""

import base64
import os
import shlex
import subprocess
import sys
import time

import browser
from browser import CUT, WIDTHS, Browser, expect

SETTINGS = (
    "rule=pnm&lr=0.1&beta0=1&beta1=0.9&h=1&batch=1&seed=1",
    "rule=pnm&lr=0.03&beta0=2.5&beta1=0.5&lr-normalization=off&h=0.7&batch=3&seed=42",
    "rule=two_batch&lr=0.05&beta0=1&h=0.3&batch=16&seed=9007199254740991",
    "rule=sgd&lr=1.9&h=1&batch=1&seed=7",
    "rule=heavy_ball&lr=0.2&beta1=0.99&h=10&batch=2&seed=1",
    "rule=qhm&lr=0.1&beta1=0.9&nu=0.7&h=2&batch=1&seed=3",
)
VALUES = "return Array.from(pnmExplorer.trace(arguments[0], arguments[1]))"
DRAWN = """return Array.from(document.querySelectorAll(arguments[0]),
    e => [e.getAttribute("d"), e.getAttribute("cx"), e.getAttribute("cy"), e.textContent].join()).join()"""
# What each slider moves: a curve, the ring where the sliders are, an axis.
MOVES = {
    "lr": ("#variance circle", "#map circle", "#trace .chain"),
    "beta0": ("#variance .exact", "#variance .paper", "#spectrum .exact", "#spectrum .paper", "#map circle"),
    "beta1": ("#variance .exact", "#spectrum .exact", "#trace .chain"),
    "h": ("#variance circle", "#map circle", "#trace .chain"),
    "batch": ("#trace text",),
}
MOVE = """
const slider = document.getElementById(arguments[0]);
slider.value = arguments[1];
slider.dispatchEvent(new Event("input", { bubbles: true }));
"""
TEXT = "return document.getElementById(arguments[0]).textContent"
# Two frames: the first draws.
SETTLED = "return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 80))))"
KEY = {"ArrowRight": 39, "Tab": 9, "Enter": 13}


def settle(page):
    page.run(SETTLED)


def go(page, url, setting):
    page.run("location.hash = '#' + arguments[0]", setting)
    settle(page)


def press(page, key):
    for kind in ("rawKeyDown", "char", "keyUp") if key == "Enter" else ("rawKeyDown", "keyUp"):
        page.command("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEY[key],
                     text="\r" if key == "Enter" else "")  # fmt: skip


def rows(programs, command):
    """The rows of a command that the page shows, as lists of fields by name."""
    program, *words = shlex.split(command)
    words += ["--format", "csv", "--quiet", "--threads", "1"]
    got = subprocess.run([os.path.join(programs, os.path.basename(program)), *words], capture_output=True, text=True, check=False)
    if got.returncode not in (0, 1, 2):
        raise SystemExit(f"explorer.py: {command}: {got.stderr}")
    lines = [line for line in got.stdout.splitlines() if not line.startswith("#")]
    names = lines[0].split(",")
    return [dict(zip(names, line.split(","))) for line in lines[1:]]


def same_bits(page, url, programs):
    for setting in SETTINGS:
        go(page, url, setting)
        command = page.run(TEXT, "command-trace").replace("--replicas 3", "--replicas 80").replace("--steps 300", "--steps 39")
        wanted = [float(row["theta"]) for row in rows(programs, command)]
        got = page.run(VALUES, 0, 39) + page.run(VALUES, 1, 39)[: 16 * 40]
        expect(f"values of {setting}", len(got) == len(wanted) == 3200, True)
        expect(f"values of {setting} that differ", [k for k in range(3200) if got[k] != wanted[k]][:3], [])
        expect(f"values of {setting} are not all 0", len(set(got)) > 3000, True)


def ensemble_converges(page, url, programs):
    go(page, url, SETTINGS[1])
    page.run("document.getElementById('run').focus()")
    press(page, "Enter")
    for _ in range(200):
        done = page.run("const l = pnmExplorer.live; return [l.points.length * 64, l.planned, l.running, l.points.at(-1)]")
        if done[0] == done[1]:
            break
        time.sleep(0.1)
    expect("chains that ran", done[0], done[1])
    row = rows(programs, page.run(TEXT, "command"))[0]
    expect("measured", done[3]["mean"], float(row["measured"]))
    expect("its standard error", done[3]["error"], float(row["stderr"]))
    expect("exact", page.run("return pnmExplorer.exact()"), float(row["exact"]))
    expect("printed", page.run("return pnmExplorer.paper()"), float(row["paper"]))
    expect("within five standard errors of exact", abs(done[3]["mean"] - float(row["exact"])) < 5 * done[3]["error"], True)


def sliders_move(page, url):
    go(page, url, SETTINGS[0])
    for slider, moved in MOVES.items():
        before = {name: page.run(DRAWN, name) for name in moved}
        numbers = page.run(TEXT, "numbers")
        command = page.run(TEXT, "command")
        page.run(MOVE, f"slide-{slider}", 0.4)
        settle(page)
        for name in before:
            expect(f"{slider} moves {name}", page.run(DRAWN, name) != before[name], True)
        expect(f"{slider} changes the numbers", page.run(TEXT, "numbers") != numbers, True)
        expect(f"{slider} changes the command", page.run(TEXT, "command") != command, True)
    # By keyboard, as a native slider.
    before = page.run(DRAWN, "#variance circle")
    page.run("document.getElementById('slide-lr').focus()")
    press(page, "ArrowRight")
    settle(page)
    expect("an arrow key moves the ring", page.run(DRAWN, "#variance circle") != before, True)
    expect("focus is seen", page.run("return getComputedStyle(document.activeElement).outlineStyle"), "solid")
    page.run("const r = document.getElementById('rule'); r.value = 'sgd'; r.dispatchEvent(new Event('change'))")
    settle(page)
    expect("sgd has no beta0", page.run("return document.getElementById('slide-beta0')"), None)
    time.sleep(0.4)
    shared = page.run("return location.hash")
    expect("the address has the setting", shared.startswith("#rule=sgd&lr="), True)
    numbers = page.run(TEXT, "numbers")
    page.open("about:blank")
    page.open(url + shared)
    settle(page)
    expect("the address brings it back", page.run(TEXT, "numbers"), numbers)


def copied(page, url):
    go(page, url, SETTINGS[0])
    page.run("document.querySelector('.copy').click()")
    settle(page)
    expect("copied or selected", page.run("return document.querySelector('.copy').textContent") in ("Copied", "Selected"), True)


def refused(page, url):
    """A number out of range changes nothing and is marked; a rule that diverges says so."""
    go(page, url, SETTINGS[0])
    numbers = page.run(TEXT, "numbers")
    page.run(MOVE, "set-beta1", "1")
    settle(page)
    expect("beta1 of 1 changes nothing", page.run(TEXT, "numbers"), numbers)
    expect("beta1 of 1 is marked", page.run("return document.getElementById('set-beta1').checkValidity()"), False)
    go(page, url, "rule=pnm&lr=3&beta0=1&beta1=0.9&h=1&batch=1")
    expect("it diverges", "diverges" in page.run(TEXT, "state"), True)
    expect("nothing to run", page.run("return document.getElementById('run').disabled"), True)
    expect("words that mean nothing", (go(page, url, "rule=none&lr=x&beta0="), page.run("return pnmExplorer.value.rule"))[1], "pnm")


def labelled(page, url):
    bad = ("return Array.from(document.querySelectorAll('input, select, button'))"
           ".filter(e => !(e.labels?.length || e.getAttribute('aria-label') || e.tagName === 'BUTTON' && e.textContent.trim())).map(e => e.id)")  # fmt: skip
    expect("controls without a label", page.run(bad), [])
    expect("pictures without a title", page.run("return document.querySelectorAll('figure svg:not([aria-label])').length"), 0)
    expect("pictures", page.run("return document.querySelectorAll('figure svg').length"), 5)


def view(page, path):
    height = page.run("return document.documentElement.scrollHeight")
    shot = page.command("Page.captureScreenshot", captureBeyondViewport=True,
                        clip={"x": 0, "y": 0, "width": page.run("return innerWidth"), "height": height, "scale": 1})  # fmt: skip
    with open(path, "wb") as file:
        file.write(base64.b64decode(shot["data"]))


def nothing_is_cut(page, url, folder):
    for scheme in ("light", "dark") if folder else ("light",):
        page.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        for width in WIDTHS:
            page.width(width)
            for setting in SETTINGS if not folder else SETTINGS[:1]:
                go(page, url, setting)
                size = page.run("return [innerWidth, document.documentElement.scrollWidth]")
                expect(f"width of the page at {width}", size, [width, width])
                expect(f"cut at {width}", page.run(CUT), [])
                outside = ("return Array.from(document.querySelectorAll('figure svg > text')).filter(t => { const a = t.getBoundingClientRect(),"
                           " b = t.ownerSVGElement.getBoundingClientRect(); return a.left < b.left - 1 || a.right > b.right + 1; })"
                           ".map(t => t.textContent)")  # fmt: skip
                expect(f"text outside of its picture at {width}", page.run(outside), [])
            if folder:
                page.run("document.getElementById('run').click()")
                time.sleep(6)
                view(page, os.path.join(folder, f"explorer-{width}-{scheme}.png"))


def without_webassembly(page, url):
    page.command("Emulation.setScriptExecutionDisabled", value=True)
    page.open(url)
    expect("it says so without script", page.run("return document.getElementById('missing').checkVisibility()"), True)
    page.command("Emulation.setScriptExecutionDisabled", value=False)
    page.command("Page.addScriptToEvaluateOnNewDocument", source="delete window.WebAssembly")
    page.open("about:blank")
    page.open(url)
    expect("it says so", page.run("return document.getElementById('missing').checkVisibility()"), True)
    expect("no controls", page.run("return document.getElementById('page').checkVisibility()"), False)


def opens(page, url):
    expect("it says nothing is missing", page.run("return document.getElementById('missing').checkVisibility()"), False)
    loaded = "return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('data:'))"
    expect("what it loads", page.run(loaded), [])


# The last one leaves a browser without WebAssembly.
TESTS = (opens, labelled, same_bits, ensemble_converges, sliders_move, copied, refused, nothing_is_cut, without_webassembly)


def main(html, programs, folder=None, only=None):
    url = "file://" + os.path.abspath(html)
    page = Browser(os.path.abspath(html) + ".profile")
    extra = {same_bits: (programs,), ensemble_converges: (programs,), nothing_is_cut: (folder,)}
    try:
        page.open(url)
        settle(page)
        for test in TESTS:
            if only in (None, test.__name__):
                test(page, url, *extra.get(test, ()))
        expect("console", page.messages(), [])
    finally:
        page.close()
    return 1 if browser.failures else 0


if __name__ == "__main__":
    words = sys.argv[1:]
    name = words[1] if words[:1] == ["--only"] else None
    words = words[2:] if name else words
    if len(words) not in (2, 3) or name not in (None, *(test.__name__ for test in TESTS)):
        print("usage: explorer.py [--only TEST] EXPLORER.html PROGRAMS [SCREENSHOT_DIR]", file=sys.stderr)
        sys.exit(64)
    sys.exit(main(*words, only=name))
