#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the report in Chromium and tries what a reader does with it.

usage: browser.py REPORT.html IDS [--only CHECK | --views SCREENSHOT_DIR]

IDS is a file with the claims' ids, one a line. CHECK is the name of one of the functions in
CHECKS. With a folder named, views of the page are written there to look at. chromedriver is spoken to over HTTP; nothing but the standard library.
"""

import base64
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request

WIDTHS = (360, 768, 1440)


class Browser:
    def __init__(self, scratch):
        # Port 0: a free one, which chromedriver names in its first lines.
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                break
        else:
            raise SystemExit("browser.py: chromedriver does not start")
        self.base = f"http://127.0.0.1:{found[1]}/session"
        options = {
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                     "--disable-dev-shm-usage", f"--user-data-dir={scratch}"],
        }  # fmt: skip
        wanted = {"browserName": "chrome", "goog:chromeOptions": options,
                  "goog:loggingPrefs": {"browser": "ALL"}}  # fmt: skip
        try:
            answer = self.call("", {"capabilities": {"alwaysMatch": wanted}})
        except BaseException:
            self.driver.kill()
            raise
        self.base += "/" + answer["sessionId"]

    def call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            raise SystemExit(f"browser.py: {json.load(error)['value']['message']}") from error

    def open(self, url):
        self.call("/url", {"url": url})

    def run(self, script, *arguments):
        return self.call("/execute/sync", {"script": script, "args": list(arguments)})

    def command(self, name, **parameters):
        return self.call("/goog/cdp/execute", {"cmd": name, "params": parameters})

    def width(self, width, height=900):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height,
                     deviceScaleFactor=1, mobile=False)  # fmt: skip

    def messages(self):
        return self.call("/se/log", {"type": "browser"})

    def close(self):
        try:
            self.command("Browser.close")
        except (SystemExit, OSError):
            pass
        self.driver.terminate()
        self.driver.wait()


failures = 0


def expect(what, got, wanted):
    global failures
    if got != wanted:
        failures += 1
        print(f"{what}: got {got!r}, expected {wanted!r}")


# Elements that reach beyond the window and are in no box that scrolls, or that hide a part
# of their text.
CUT = """
const cut = [];
for (const e of document.querySelectorAll("body *")) {
    if (e.closest("svg") && e.tagName !== "svg") continue;
    const box = e.getBoundingClientRect();
    if (!box.width || !e.checkVisibility()) continue;
    const style = getComputedStyle(e);
    if (style.overflowX === "hidden" || style.textOverflow === "ellipsis") {
        if (e.scrollWidth > e.clientWidth && e.tagName !== "svg") cut.push(e.outerHTML.slice(0, 90));
    }
    if (box.right > innerWidth + 0.5 || box.left < -0.5) {
        let at = e.parentElement;
        while (at && getComputedStyle(at).overflowX !== "auto") at = at.parentElement;
        if (!at) cut.push(e.outerHTML.slice(0, 90));
    }
}
return cut.slice(0, 5);
"""

# Verdicts in tables that are not wholly seen: beyond the window, or scrolled away or cut by a box
# around them.
VERDICTS_CUT = """
const cut = [];
for (const e of document.querySelectorAll("td .verdict")) {
    if (!e.checkVisibility()) { cut.push("hidden: " + e.textContent); continue; }
    const box = e.getBoundingClientRect();
    const around = e.closest(".scroll").getBoundingClientRect();
    if (box.left < Math.max(0, around.left) - 0.5 || box.right > Math.min(innerWidth, around.right) + 0.5
        || e.scrollWidth > e.clientWidth + 1) cut.push(e.textContent + " " + box.left + " to " + box.right);
}
return cut.slice(0, 5);
"""

# Rows of claims in which something stands left of the verdicts, or above them.
VERDICTS_LATE = """
const late = [];
for (const row of document.querySelectorAll(".rows tbody tr")) {
    const boxes = Array.from(row.cells).filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect());
    const [one, two, ...rest] = boxes;
    if (rest.some(e => e.top < one.top - 0.5 || (Math.abs(e.top - one.top) < 1 && e.left < two.right - 0.5)))
        late.push(row.id);
}
return late.slice(0, 5);
"""

VISIBLE = "return Array.from(document.querySelectorAll(arguments[0])).filter(e => e.checkVisibility()).length"

FILTER = """
const filter = document.getElementById("filter");
filter.value = arguments[0];
filter.dispatchEvent(new Event("change"));
const fits = e => arguments[0] === "" || e.dataset.verdicts.split("|").includes(arguments[0]);
return [filter.value].concat(["section.claim", "section.claim tr[data-verdicts]"].map(kind => {
    const all = Array.from(document.querySelectorAll(kind));
    return all.every(e => e.checkVisibility() === fits(e));
}));
"""

SEARCH = """
const search = document.getElementById("search");
search.value = arguments[0];
search.dispatchEvent(new Event("input"));
const seen = Array.from(document.querySelectorAll("section.claim")).filter(e => e.checkVisibility());
const rows = Array.from(document.querySelectorAll(".claims tbody tr")).filter(e => e.checkVisibility());
return [seen.map(e => e.id), rows.length];
"""

# Whether an element is wholly on the screen.
ON_SCREEN = """
return Array.from(document.querySelectorAll(arguments[0])).filter(e => {
    const box = e.getBoundingClientRect();
    return box.width > 0 && box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
}).length;
"""

# The least contrast of a text to what is behind it (WCAG), over one element a class of verdict
# and the page's own text.
CONTRAST = """
const parts = colour => colour.match(/[0-9.]+/g).map(Number);
const light = colour => {
    const [r, g, b] = parts(colour).slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = e => {
    while (e) {
        const colour = getComputedStyle(e).backgroundColor;
        if (parts(colour)[3] !== 0) return colour;
        e = e.parentElement;
    }
    return "rgb(255, 255, 255)";
};
const least = Math.min(...[".holds", ".limit", ".fails", ".inconclusive", ".none", ".where", "p", "a", "th", "code"]
    .map(name => document.querySelector("main " + name)).filter(e => e).map(e => {
        const pair = [light(getComputedStyle(e).color), light(behind(e))].sort((a, b) => b - a);
        return (pair[0] + 0.05) / (pair[1] + 0.05);
    }));
return [light(getComputedStyle(document.body).backgroundColor), least];
"""

SORT = """
const table = document.querySelector(arguments[0] + " table.sortable");
table.querySelectorAll("th button")[arguments[1]].click();
return Array.from(table.tBodies[0].rows, row => row.children[arguments[1]].dataset.v);
"""


def first_screen(page):
    browser, folder = page.browser, page.folder
    browser.width(1440, 900)
    browser.run("scrollTo(0, 0)")
    expect("three findings on the first screen", browser.run(ON_SCREEN, ".first li") >= 3, True)
    expect("figure 1 on the first screen", browser.run(ON_SCREEN, ".first figure#variance_by_rate svg"), 1)
    for width in WIDTHS if folder else ():
        browser.width(width)
        for scheme in ("light", "dark"):
            emulate(browser, scheme=scheme)
            shoot(browser, os.path.join(folder, f"first-{width}-{scheme}.png"))
        emulate(browser)


def contents_lead_everywhere(page):
    browser = page.browser
    expect(
        "headings that the contents lack",
        browser.run(
            "return Array.from(document.querySelectorAll('main h2')).filter(e => !e.id || "
            "!document.querySelector(`#contents a[href=\"#${e.id}\"]`)).map(e => e.textContent)"
        ),
        [],
    )
    for width in (360, 1440):
        browser.width(width)
        for at in range(browser.run("return document.querySelectorAll('#contents li a').length")):
            # The heading that a link leads to is below the bar, near the top, unless the page ends.
            expect(
                f"link {at} of the contents at {width}",
                browser.run(
                    "const a = document.querySelectorAll('#contents li a')[arguments[0]]; a.click();"
                    "const e = document.getElementById(a.hash.slice(1)); e.scrollIntoView();"
                    "const bar = document.getElementById('bar').getBoundingClientRect().bottom;"
                    "const top = e.getBoundingClientRect().top;"
                    "const end = scrollY + innerHeight > document.documentElement.scrollHeight - 2;"
                    "return [location.hash === a.hash, top >= bar - 1, top < bar + 40 || end]", at,
                ),
                [True, True, True],
            )  # fmt: skip


def claims_are_there(page):
    browser, ids = page.browser, page.ids
    expect(
        "claims without an anchor",
        browser.run("return arguments[0].filter(id => !document.getElementById(id))", ids),
        [],
    )
    expect(
        "ids that are not unique",
        browser.run(
            "const ids = Array.from(document.querySelectorAll('[id]'), e => e.id);"
            "return ids.filter((id, at) => ids.indexOf(id) !== at)"
        ),
        [],
    )
    expect(
        "links within the page that lead nowhere",
        browser.run(
            "return Array.from(document.querySelectorAll('a[href^=\"#\"], use'), "
            "e => (e.getAttribute('href') || e.getAttribute('xlink:href')).slice(1))"
            ".filter(id => !document.getElementById(id))"
        ),
        [],
    )
    expect(
        "claims seen",
        browser.run(VISIBLE, "section.claim") + browser.run(VISIBLE, ".untestable span"),
        len(ids),
    )
    loaded = "return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('data:'))"
    expect("what it loads", browser.run(loaded), [])


def filters_work(page):
    browser = page.browser
    words = browser.run("return Array.from(document.querySelectorAll('#filter option'), o => o.value)")
    expect("filters", {"", "fails", "holds"} <= set(words), True)
    for word in [*filter(None, words), ""]:
        expect(f"filter {word}: claims, rows", browser.run(FILTER, word), [word, True, True])
    browser.run(FILTER, "holds in the limit")
    browser.run(SEARCH, "lemma-A3")
    browser.run("location.hash = '#eq4'")
    browser.run("window.dispatchEvent(new Event('hashchange'))")
    expect("a link to what was filtered away", browser.run(VISIBLE, "#eq4"), 1)


def search_works(page):
    browser = page.browser
    every = browser.run(SEARCH, "")
    expect("one word", browser.run(SEARCH, "adapnm-debias")[0], ["adapnm-debias"])
    found, rows = browser.run(SEARCH, "Heavy  BALL")
    expect("two words in any case", 0 < len(found) < len(every[0]) and "special-hb" in found, True)
    expect("lines of the table of claims", rows, len(found))
    shown = "return document.getElementById('shown').textContent"
    expect("how many are found", browser.run(shown), f"{len(found)} of {len(every[0])} claims")
    wanted = browser.run(
        "return Array.from(document.querySelectorAll('section.claim')).filter(e => "
        "/heavy/i.test(e.textContent) && /ball/i.test(e.textContent)).map(e => e.id)"
    )
    expect("what is found", found, wanted)
    expect("spellings of beta0", browser.run(SEARCH, "β₀"), browser.run(SEARCH, "beta0"))
    expect("nothing found", browser.run(SEARCH, "zzzz"), [[], 0])
    expect("that nothing is found", browser.run(shown), f"0 of {len(every[0])} claims")
    browser.run(SEARCH, "adapnm-debias")
    browser.run("document.getElementById('search').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter'}))")
    expect("Enter leads to what is found", browser.run(ON_SCREEN, "#adapnm-debias h3"), 1)
    expect("nothing sought", browser.run(SEARCH, ""), every)


def copying_works(page):
    browser = page.browser
    many = browser.run("return document.querySelectorAll('.command').length")
    expect("copy buttons", browser.run("return document.querySelectorAll('.command button').length"), many)
    browser.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    browser.run("document.querySelector('#eq18-19 > .command button').click()")
    copied = browser.call("/execute/async", {"args": [], "script": """
        const done = arguments[0];
        setTimeout(async () => {
            const button = document.querySelector('#eq18-19 > .command button');
            done([button.textContent, await navigator.clipboard.readText()]);
        }, 200);
    """})  # fmt: skip
    expect("copied", copied[0], "copied")
    expect("the command copied", copied[1].startswith("build/bin/pnm-verify --claim eq18-19"), True)


def sorting_works(page):
    browser = page.browser
    exact = 4
    up = [float(v) for v in browser.run(SORT, "#eq18-19", exact)]
    expect("sorted", up, sorted(up))
    expect("more than one row", len(up) > 10, True)
    down = [float(v) for v in browser.run(SORT, "#eq18-19", exact)]
    expect("sorted down", down, sorted(up, reverse=True))
    measured = browser.run(SORT, "#eq18-19", 5)
    expect("empty cells last", measured, [v for v in measured if v] + [v for v in measured if not v])


def emulate(browser, media="", scheme="light"):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.command("Emulation.setEmulatedMedia", media=media, features=features)


def view(browser, id, path):
    browser.run("document.getElementById(arguments[0]).scrollIntoView()", id)
    shoot(browser, path)


def shoot(browser, path):
    with open(path, "wb") as file:
        file.write(base64.b64decode(browser.call("/screenshot")))


def nothing_is_cut(page):
    browser, folder = page.browser, page.folder
    for width in WIDTHS:
        browser.width(width)
        size = browser.run("return [innerWidth, document.documentElement.scrollWidth]")
        expect(f"width of the page at {width}", size, [width, width])
        expect(f"cut at {width}", browser.run(CUT), [])
        expect(f"verdicts cut at {width}", browser.run(VERDICTS_CUT), [])
        expect(f"verdicts not first at {width}", browser.run(VERDICTS_LATE), [])
        counts = [browser.run(VISIBLE, ".many") > 0, browser.run(VISIBLE, ".rows td:nth-child(7)") > 0]
        expect(f"counts seen at {width}", counts, [width == 1440] * 2)
        for id in ("claims", "eq4", "eq18-19", "variance_by_rate", "thm4.3", "lemma-A3") if folder else ():
            view(browser, id, os.path.join(folder, f"{id}-{width}.png"))


def legible_in_light_and_dark(page):
    browser = page.browser
    browser.width(1440)
    for scheme, dark in (("light", False), ("dark", True)):
        emulate(browser, scheme=scheme)
        paper, contrast = browser.run(CONTRAST)
        expect(f"a dark page in {scheme} mode", paper < 0.1, dark)
        expect(f"contrast of at least 4.5 in {scheme} mode", contrast >= 4.5, True)
    emulate(browser)


def printable(page):
    browser, folder = page.browser, page.folder
    emulate(browser, media="print", scheme="dark")
    expect("white paper in print", browser.run(CONTRAST)[0], 1)
    browser.width(718, 1000)    # A4 within Chromium's margins
    size = browser.run("return document.documentElement.scrollWidth")
    expect("width of the page in print", size, 718)
    expect("cut in print", browser.run(CUT), [])
    expect("no controls in print", browser.run(VISIBLE, "#bar, .command button"), 0)
    for id in ("claims", "thm4.3", "lemma-A3") if folder else ():
        view(browser, id, os.path.join(folder, f"{id}-print.png"))
    emulate(browser)


def console_is_empty(page):
    expect("console", page.browser.messages(), [])


def readable_without_script(page):
    browser = page.browser
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(page.url)
    # The driver's own scripts run all the same.
    expect("no controls without script", browser.run(VISIBLE, "#controls"), 0)
    expect("no buttons without script", browser.run("return document.querySelectorAll('button').length"), 0)
    claims = browser.run(VISIBLE, "section.claim") + browser.run(VISIBLE, ".untestable span")
    expect("claims without script", claims, len(page.ids))
    headings = browser.run("return document.querySelectorAll('main h2').length")
    expect("contents without script", browser.run(VISIBLE, "#contents li a"), headings)
    commands = browser.run(VISIBLE, ".claim > .command:first-of-type, .claim > h4 + .command")
    expect("commands without script", commands >= browser.run(VISIBLE, "section.claim"), True)
    rows = browser.run("return document.querySelectorAll('tr').length")
    expect("rows without script", browser.run(VISIBLE, "tr"), rows)
    browser.command("Emulation.setScriptExecutionDisabled", value=False)


class Page:
    """What a check is given: the browser that shows the page, the claims' ids, a folder for views."""

    def __init__(self, browser, url, ids, folder):
        self.browser, self.url, self.ids, self.folder = browser, url, ids, folder


CHECKS = (
    first_screen, claims_are_there, contents_lead_everywhere, filters_work, search_works, sorting_works,
    copying_works, nothing_is_cut, legible_in_light_and_dark, printable, console_is_empty,
    readable_without_script,
)  # fmt: skip


def main(report, list_of_ids, only=None, folder=None):
    with open(list_of_ids, encoding="utf-8") as file:
        ids = file.read().split()
    url = "file://" + os.path.abspath(report)
    browser = Browser(os.path.abspath(report) + ".profile")
    try:
        browser.open(url)
        for check in CHECKS:
            if only in (None, check.__name__):
                check(Page(browser, url, ids, folder))
    finally:
        browser.close()
    return 1 if failures else 0


if __name__ == "__main__":
    given = sys.argv[1:]
    option = {"--only": "only", "--views": "folder"}.get(given[2]) if len(given) == 4 else None
    if len(given) != 2 and not option:
        print("usage: browser.py REPORT.html IDS [--only CHECK | --views SCREENSHOT_DIR]", file=sys.stderr)
        sys.exit(64)
    sys.exit(main(*given[:2], **({option: given[3]} if option else {})))
