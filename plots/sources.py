# SPDX-License-Identifier: GPL-3.0-or-later
"""What report.py makes its page of: ledgers, claims' texts, captions and pictures, and their
numbers and mathematics as HTML."""

import datetime
import html
import json
import os
import re

from page import Mistake, read


def number(text):
    """A number of the ledger, as it is written there, to six digits."""
    digits, _, power = f"{float(text):.6g}".partition("e")
    digits = digits.replace("-", "−")
    return f"{digits}·10<sup>{int(power)}</sup>".replace("-", "−") if power else digits


def rounded(value, digits):
    return number(f"{value:.{digits}g}")


def measured_with_error(row, digits=6):
    """measured ± one standard error; all six digits where there is no error."""
    if row["stderr"] is None or float(row["stderr"]) == 0:
        return number(row["measured"])
    text = rounded(float(row["measured"]), digits)
    return f"{text}\u00a0±\u00a0{rounded(float(row['stderr']), 2)}"


def group(text, at):
    """The text between the brace at `at` and its partner, and where it ends."""
    depth = 0
    for end in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return text[at + 1 : end], end + 1
    raise Mistake(f"a brace is open in: {text}")


def mathematics(text):
    out = ""
    at = 0
    while at < len(text):
        word = re.compile(r"[A-Za-z]+").match(text, at)
        sign = text[at]
        if word:
            out += f"<i>{word[0]}</i>" if len(word[0]) == 1 else word[0]
            at = word.end()
        elif sign in "_^":
            inner, at = group(text, at + 1) if text[at + 1] == "{" else (text[at + 1], at + 2)
            tag = "sub" if sign == "_" else "sup"
            out += f"<{tag}>{mathematics(inner)}</{tag}>"
        elif text.startswith("√{", at):
            inner, at = group(text, at + 1)
            out += f'√<span class="root">{mathematics(inner)}</span>'
        else:
            out += html.escape(sign)
            at += 1
    return out


def prose(text, fill):
    """HTML of a paragraph; fill(reference) gives a number's HTML."""
    out = ""
    for piece in re.split(r"(\$[^$]*\$|<<.*?>>|`[^`]*`)", text):
        if piece.startswith("$"):
            out += f'<span class="math">{mathematics(piece[1:-1])}</span>'
        elif piece.startswith("<<"):
            out += fill(piece[2:-2])
        elif piece.startswith("`"):
            out += f"<code>{html.escape(piece[1:-1])}</code>"
        else:
            out += html.escape(piece)
    return out


SECTIONS = ("Printed", "Reading", "Shown", "Corrected", "Why", "Figures", "Commands")


def read_claim(path):
    """A claim's id and {section: [paragraph, ...]}; a line each of Figures and Commands."""
    head, *sections = re.split(r"^## (.*)\n", read(path), flags=re.M)
    title = re.match(r"# (\S+): ", head)
    texts = dict(zip(sections[::2], sections[1::2]))
    if not title or set(texts) - set(SECTIONS) or "Printed" not in texts:
        raise Mistake(f"{path}: not the text of a claim")
    paragraphs = {}
    for name in SECTIONS:
        text = texts.get(name, "").strip("\n")
        if name in ("Figures", "Commands"):
            lines = re.sub(r"\s*\\\n\s*", " ", text).splitlines()
            paragraphs[name] = [line.removeprefix("- ").strip() for line in lines]
        else:
            parts = re.split(r"\n\n+", text)
            paragraphs[name] = [" ".join(part.split("\n")) for part in parts if part]
    return title[1], paragraphs


def read_claims(folder):
    names = sorted(name for name in os.listdir(folder) if name.endswith(".md"))
    return dict(read_claim(os.path.join(folder, name)) for name in names)


def read_ledger(path):
    try:
        ledger = json.loads(read(path), parse_float=str, parse_int=str)
        rows = ledger["rows"]
        for name in ("id", "where", "setting", "paper", "exact", "measured", "stderr", "count",
                     "kind", "paper_verdict", "exact_verdict", "form", "variable", "command", "source"):  # fmt: skip
            if not rows or any(name not in row for row in rows):
                raise Mistake(f"{path}: no rows, or no column {name}: not a ledger of pnm-verify")
        return ledger["provenance"], rows, ledger.get("closing", [])
    except (ValueError, KeyError, TypeError) as error:
        raise Mistake(f"{path}: not a ledger of pnm-verify --output FILE.json") from error


def read_captions(path):
    """{figure: (number, title, what it shows)} from the page of figures."""
    found = re.findall(r"^## (\d+)\. (.*)\n+!\[(.*?)\]\(gallery/(.*?)\.svg\)", read(path), flags=re.M)
    return {name: (number, title, shows) for number, title, shows, name in found}


def element(svg, name):
    """The text of the svg's <title> or <desc>; empty where it is gnuplot's own."""
    found = re.search(rf"<{name}>(.*?)</{name}>", svg, flags=re.S)
    text = html.unescape(found[1]).strip() if found else ""
    own = re.fullmatch(r"gnuplot\w*|produced by gnuplot \S+ patchlevel \S+", text, flags=re.I)
    return "" if own else text


def picture(path, name):
    """The svg at path for use within a page, with ids of its own and no size in pixels, without
    its title and description; and these two."""
    svg = read(path)
    if "<svg" not in svg:
        raise Mistake(f"{path}: no svg")
    svg = svg[svg.index("<svg") :]
    title, description = element(svg, "title"), element(svg, "desc")
    svg = re.sub(r"<title>.*?</title>|<desc>.*?</desc>", "", svg, flags=re.S)
    svg = re.sub(r"\bid=(['\"])", rf"id=\1{name}-", svg)
    svg = re.sub(r"(href=['\"]#|url\(#)", rf"\g<1>{name}-", svg)
    size = re.search(r'width="(\d+)" height="(\d+)"', svg)
    if size:
        svg = svg.replace(size[0], "", 1)
    return svg, title, description


def machine():
    model = "processor not known"
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(l.split(":", 1)[1].strip() for l in file if l.startswith("model name"))
    except (OSError, StopIteration):
        pass
    cores = os.cpu_count()
    return f"{model}, {cores} {'core' if cores == 1 else 'cores'}"


def time_of(path):
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch and not epoch.isdigit():
        raise Mistake(f"SOURCE_DATE_EPOCH is {epoch}: it takes seconds since 1970")
    seconds = int(epoch) if epoch else os.path.getmtime(path)
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
