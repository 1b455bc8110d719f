#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the report in Chromium and tries what a reader does with it.

usage: browser.py REPORT.html IDS [SCREENSHOT_DIR]

IDS is a file with the claims' ids, one a line. With a folder named, views of the page are
written there to look at. chromedriver is spoken to over HTTP; nothing but the standard library.
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

VISIBLE = "return Array.from(document.querySelectorAll(arguments[0])).filter(e => e.checkVisibility()).length"

FILTER = """
const filter = document.getElementById("filter");
filter.value = arguments[0];
filter.dispatchEvent(new Event("change"));
const seen = Array.from(document.querySelectorAll(arguments[1])).filter(e => e.checkVisibility());
return [filter.value, seen.length, seen.every(e => e.dataset.verdicts.split("|").includes(arguments[0]))];
"""

SORT = """
const table = document.querySelector(arguments[0] + " table.sortable");
table.querySelectorAll("th button")[arguments[1]].click();
return Array.from(table.tBodies[0].rows, row => row.children[arguments[1]].dataset.v);
"""


def claims_are_there(browser, ids):
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
    expect("claims seen", browser.run(VISIBLE, "section.claim"), len(ids))
    loaded = "return performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith('data:'))"
    expect("what it loads", browser.run(loaded), [])


def filters_work(browser):
    words = browser.run("return Array.from(document.querySelectorAll('#filter option'), o => o.value)")
    expect("filters", {"", "fails", "holds"} <= set(words), True)
    for kind in ("section.claim", "section.claim tr[data-verdicts]"):
        every = browser.run("return document.querySelectorAll(arguments[0]).length", kind)
        for word in filter(None, words):
            wanted = browser.run(
                "return Array.from(document.querySelectorAll(arguments[0]))"
                ".filter(e => e.dataset.verdicts.split('|').includes(arguments[1])).length",
                kind, word,
            )  # fmt: skip
            expect(f"{kind} {word}", browser.run(FILTER, word, kind), [word, wanted, True])
        expect(f"{kind}, all again", browser.run(FILTER, "", kind)[:2], ["", every])
    browser.run(FILTER, "not testable here", "section.claim")
    browser.run("location.hash = '#eq4'")
    browser.run("window.dispatchEvent(new Event('hashchange'))")
    expect("a link to what was filtered away", browser.run(VISIBLE, "#eq4"), 1)


def sorting_works(browser):
    exact = 2
    up = [float(v) for v in browser.run(SORT, "#eq18-19", exact)]
    expect("sorted", up, sorted(up))
    expect("more than one row", len(up) > 10, True)
    down = [float(v) for v in browser.run(SORT, "#eq18-19", exact)]
    expect("sorted down", down, sorted(up, reverse=True))
    measured = browser.run(SORT, "#eq18-19", 3)
    expect("empty cells last", measured, [v for v in measured if v] + [v for v in measured if not v])


def view(browser, id, path):
    browser.run("document.getElementById(arguments[0]).scrollIntoView()", id)
    with open(path, "wb") as file:
        file.write(base64.b64decode(browser.call("/screenshot")))


def nothing_is_cut(browser, folder):
    for width in WIDTHS:
        browser.width(width)
        size = browser.run("return [innerWidth, document.documentElement.scrollWidth]")
        expect(f"width of the page at {width}", size, [width, width])
        expect(f"cut at {width}", browser.run(CUT), [])
        for id in ("claims", "eq4", "eq18-19", "variance_by_rate", "thm4.3", "lemma-A3") if folder else ():
            view(browser, id, os.path.join(folder, f"{id}-{width}.png"))


def printable(browser, folder):
    browser.command("Emulation.setEmulatedMedia", media="print")
    browser.width(718, 1000)    # A4 within Chromium's margins
    size = browser.run("return document.documentElement.scrollWidth")
    expect("width of the page in print", size, 718)
    expect("cut in print", browser.run(CUT), [])
    expect("no controls in print", browser.run(VISIBLE, "#controls"), 0)
    for id in ("claims", "thm4.3", "lemma-A3") if folder else ():
        view(browser, id, os.path.join(folder, f"{id}-print.png"))
    browser.command("Emulation.setEmulatedMedia", media="")


def readable_without_script(browser, url, ids):
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(url)
    # The driver's own scripts run all the same.
    expect("no controls without script", browser.run(VISIBLE, "#controls"), 0)
    expect("claims without script", browser.run(VISIBLE, "section.claim"), len(ids))
    rows = browser.run("return document.querySelectorAll('tr').length")
    expect("rows without script", browser.run(VISIBLE, "tr"), rows)
    browser.command("Emulation.setScriptExecutionDisabled", value=False)


def main(report, list_of_ids, folder=None):
    with open(list_of_ids, encoding="utf-8") as file:
        ids = file.read().split()
    url = "file://" + os.path.abspath(report)
    browser = Browser(os.path.abspath(report) + ".profile")
    try:
        browser.open(url)
        claims_are_there(browser, ids)
        filters_work(browser)
        sorting_works(browser)
        nothing_is_cut(browser, folder)
        printable(browser, folder)
        expect("console", browser.messages(), [])
        readable_without_script(browser, url, ids)
    finally:
        browser.close()
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        print("usage: browser.py REPORT.html IDS [SCREENSHOT_DIR]", file=sys.stderr)
        sys.exit(64)
    sys.exit(main(*sys.argv[1:]))
