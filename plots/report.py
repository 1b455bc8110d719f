#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One page of the ledger: its verdicts with the paper's notation, figures, commands and why.

usage: report.py LEDGER.json... PICTURES_DIR OUT.html

LEDGER.json is pnm-verify's; of a claim in several of them the last is shown. The claims of
other papers than that on PNM, if a ledger has any, have a section a paper. PICTURES_DIR holds the figures as svg (results, or plots/gallery).
What the page says of each claim is in analysis/claims/ID.md (analysis/explain.h tells their
form), numbers come from the ledger. The page needs no network and no script.
With SOURCE_DATE_EPOCH set, that is its time; otherwise the ledger file's.
"""

import datetime
import html
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CLAIMS = os.path.join(HERE, "../analysis/claims")
PARTS = {
    "sec. 1": "Section 1: introduction",
    "sec. 2": "Section 2: the method, and its noise",
    "sec. 3": "Section 3: convergence",
    "sec. 4.1": "Section 4.1: the stationary distribution",
    "sec. 4.2": "Section 4.2: the generalization bound",
    "sec. 5": "Section 5: experiments",
    "app. A": "Appendix A: proofs",
    "app. C": "Appendix C: further experiments",
    "app. D": "Appendix D: stochastic gradient noise",
    "neighbours": "Other papers on the noise of SGD",
    "momentum": "Jelassi and Li: momentum and generalization",
    "analogues": "Small networks beside figures 4 to 7 and table 1",
}
# What stands above the claims of a paper, and in the head of the page.
NOTES = {
    "neighbours": "What papers on the noise of SGD state is read as it is commonly quoted, and held against the same "
    "theory and simulation.",
    "momentum": "Samy Jelassi and Yuanzhi Li, <cite>Towards understanding how momentum improves generalization in deep "
    "learning</cite> (ICML 2022). Only the abstract was at hand: data and network are reconstructed from it, and another "
    "reconstruction might decide otherwise. Nothing here is about the paper’s own setting or its proofs.",
    "analogues": "Test errors of pairs of rules on a network of one hidden layer, with the settings of the paper on PNM scaled "
    "down, as published and with rate and decay matched. They are no check of the figures and say nothing of CIFAR: a row is "
    "better, same or worse by the paired difference in points.",
}
# word: (class, mark); the words are pnm-verify's, in the order in which they are told
VERDICTS = {
    "fails": ("fails", "✗"),
    "inconclusive": ("inconclusive", "?"),
    "not sampled": ("unsampled", "○"),
    "holds in the limit": ("limit", "✓"),
    "holds": ("holds", "✓"),
    "better": ("limit", "↓"),
    "same": ("holds", "="),
    "worse": ("fails", "↑"),
    "no claim": ("none", "–"),
    "not testable here": ("none", "–"),
    "not checked yet": ("none", "–"),
}
NOT_RUN = ("not testable here", "not checked yet")
FORMS = ("printed", "intended", "corrected", "first order")


class Mistake(Exception):
    """What the caller can mend."""


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(f"{path}: {getattr(error, 'strerror', None) or error}") from error


# --- text -------------------------------------------------------------------------------


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
    for piece in re.split(r"(\$[^$]*\$|<<.*?>>)", text):
        if piece.startswith("$"):
            out += f'<span class="math">{mathematics(piece[1:-1])}</span>'
        elif piece.startswith("<<"):
            out += fill(piece[2:-2])
        else:
            out += html.escape(piece)
    return out


# --- sources ----------------------------------------------------------------------------


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
        return ledger["provenance"], rows
    except (ValueError, KeyError, TypeError) as error:
        raise Mistake(f"{path}: not a ledger of pnm-verify --output FILE.json") from error


def read_captions(path):
    """{figure: (number and title, what it shows)} from the page of figures."""
    found = re.findall(r"^## (\d+\. .*)\n+!\[(.*?)\]\(gallery/(.*?)\.svg\)", read(path), flags=re.M)
    return {name: (title, shows) for title, shows, name in found}


def picture(path, name, label):
    """The svg at path for use within a page: ids of its own, a label, no size in pixels."""
    text = read(path)
    if "<svg" not in text:
        raise Mistake(f"{path}: no svg")
    text = text[text.index("<svg") :]
    text = re.sub(r"<title>.*?</title>|<desc>.*?</desc>", "", text, flags=re.S)
    text = re.sub(r"\bid=(['\"])", rf"id=\1{name}-", text)
    text = re.sub(r"(href=['\"]#|url\(#)", rf"\g<1>{name}-", text)
    size = re.search(r'width="(\d+)" height="(\d+)"', text)
    if size:
        text = text.replace(size[0], "", 1)
    return text.replace("<svg", f'<svg role="img" aria-label="{html.escape(label)}"', 1)


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


# --- page -------------------------------------------------------------------------------


def verdict(word, count=None):
    name, mark = VERDICTS.get(word, ("none", "–"))
    many = "" if count is None else f" {count}"
    return f'<span class="verdict {name}">{mark} {html.escape(word)}{many}</span>'


def of_form(rows, *forms):
    """The rows whose paper value is that of one of these forms of the formula."""
    return [row for row in rows if row["form"] in forms]


def printed_words(rows):
    """The paper verdicts of the rows of the printed form."""
    return {row["paper_verdict"] for row in of_form(rows, "printed")}


def fails(rows):
    return "fails" in printed_words(rows)


def is_open(rows):
    return not fails(rows) and bool(printed_words(rows) & {"inconclusive", "not sampled"})


def holds(rows):
    words = printed_words(rows)
    return not fails(rows) and not is_open(rows) and bool(words & {"holds", "holds in the limit"})


def intended(rows):
    """Does the claim hold with its misprints mended as the paper's own proof has it?"""
    return {row["paper_verdict"] for row in of_form(rows, "intended")} == {"holds"}


def in_short(rows):
    """What the rows say of the claim together, in words; pnm-verify --explain says the same."""
    words = printed_words(rows)
    if fails(rows) and intended(rows):
        return "it fails as printed and holds as intended"
    if fails(rows):
        some = bool(words & {"holds", "holds in the limit"})
        return "it holds in some readings or settings and fails in others" if some else "it fails as printed"
    if is_open(rows):
        return "it is open"
    if holds(rows):
        return "it holds in the limit" if "holds in the limit" in words else "it holds as printed"
    return "the paper claims nothing here"


def tally(rows, column):
    """Each verdict with its number of rows."""
    words = [row[column] for row in rows]
    order = [*VERDICTS, *sorted(set(words) - set(VERDICTS))]
    return " ".join(verdict(word, words.count(word)) for word in order if word in words)


def told(rows):
    """What the rows say of the claim: limits first, then the rest of the printed form, then what
    is meant where that is a misprint, then leading-order formulas at finite steps."""
    printed = of_form(rows, "printed")
    limits = [row for row in printed if row["kind"] == "limit"]
    parts = {
        "limit" if limits else "": limits,
        "elsewhere" if limits else "as printed": [row for row in printed if row not in limits],
        "as intended": of_form(rows, "intended"),
        "leading order at finite steps": of_form(rows, "first order"),
    }
    return "<br>".join(
        f"{name}: {tally(part, 'paper_verdict')}" for name, part in parts.items() if part
    )


class Page:
    def __init__(self, ledgers, pictures):
        self.ledger = ledgers[0]
        self.pictures = pictures
        contents = [read_ledger(path) for path in ledgers]
        self.provenance = contents[0][0]
        self.texts = read_claims(CLAIMS)
        self.captions = read_captions(os.path.join(HERE, "README.md"))
        self.rows, self.options = {}, {}
        for _, rows in contents:
            self.add(rows)
        for id in self.rows:
            if id not in self.texts:
                raise Mistake(f"{CLAIMS}: no text for claim {id}")
        self.embedded = set()

    def add(self, rows):
        """The claims of a ledger, in place of those of one before it, and the options that repeat them."""
        whole = re.compile(r"pnm-verify --claim \S+(.*)")
        found = (whole.fullmatch(row["command"] or "") for row in rows)
        options = next((match[1] for match in found if match), "")
        own = {}
        for row in rows:
            own.setdefault(row["id"], []).append(row)
        for id, claim in own.items():
            self.rows.pop(id, None)
            self.rows[id], self.options[id] = claim, options

    def fill(self, id):
        def value(reference):
            column, setting = reference.split("|")
            for row in self.rows[id]:
                if row["setting"].startswith(setting) and column in ("paper", "exact", "measured"):
                    break
            else:
                raise Mistake(f"claim {id}: no row for <<{reference}>>")
            if row[column] is None:
                return f"({column}: none in this run)"
            if column == "measured":
                return measured_with_error(row, 4)
            return rounded(float(row[column]), 4)

        return value

    def part(self, id):
        first = self.rows[id][0]
        if first["source"] in NOTES:
            return first["source"]
        return first["where"].removeprefix("bears on ").split(",")[0]

    def of(self, source):
        """The rows of each claim of a paper."""
        return [rows for rows in self.rows.values() if rows[0]["source"] == source]

    def head(self):
        provenance = dict(self.provenance)
        version = f"{provenance.pop('program', 'pnm-verify')} {provenance.pop('version', '')}"
        provenance.pop("header-lines", None)
        seed = provenance.pop("seed", "not stated")
        parameters = ", ".join(f"{key} {value}" for key, value in provenance.items())
        when = time_of(self.ledger)
        facts = {
            "Version": version,
            "Parameters": parameters,
            "Seed": seed,
            "Machine": machine(),
            "Time": when.strftime("%Y-%m-%d %H:%M UTC"),
        }
        listed = "".join(
            f"<dt>{key}</dt><dd>{html.escape(value)}</dd>" for key, value in facts.items()
        )
        every = [row for rows in self.rows.values() for row in rows if row["paper_verdict"] not in NOT_RUN]
        by_form = "; ".join(
            f"{form}: " + ", ".join(
                f"{word} {words.count(word)}" for word in VERDICTS if word in words
            )
            for form in FORMS
            if (words := [row["paper_verdict"] for row in of_form(every, form)])
        )  # fmt: skip
        differ = sum(row["exact_verdict"] == "fails" for row in every)
        others = "".join(
            f'<p><a href="#{source}">{PARTS[source]}</a>. {note} {self.summary(self.of(source))}</p>\n'
            for source, note in NOTES.items()
            if self.of(source)
        )
        return f"""<h1>Positive-Negative Momentum: what holds, exactly and measured</h1>
<p>Each claim of Xie, Yuan, Zhu and Sugiyama, <cite>Positive-Negative Momentum: Manipulating
Stochastic Gradient Noise to Improve Generalization</cite> (ICML 2021,
<a href="https://arxiv.org/abs/2103.17182">arXiv 2103.17182</a>), beside what follows exactly from
its definitions and what a simulation measured.</p>
<p><strong>{self.summary(self.of("pnm"))} Measurement and exact theory disagree in {differ} of
{len(every)} rows.</strong></p>
{others}<p>The rows by form and verdict: {by_form}.</p>
<dl>{listed}</dl>
<h2 id="reading">How to read it</h2>
<p><b>Paper</b> is the value of the printed formula, <b>exact</b> what follows from the
definitions, without simulation, and <b>measured</b> what simulated chains gave, ± one standard
error; no error is shown where nothing is random. <b>Paper’s claim</b> says whether measured agrees
with paper within 1 % of the predicted value, or of √(Σᵢᵢ Σⱼⱼ) for a covariance predicted to be 0
(a bound: whether it is kept), <b>exact value</b> whether measured agrees
with exact; each within 4.89 standard errors.</p>
<p>The <b>form</b> of a row says where its paper value comes from: as <i>printed</i>; as <i>intended</i>, with
a misprint mended as the paper’s own proof shows; as <i>corrected</i>, by what the definitions imply; or
to <i>first order</i>, a formula for small steps (or large batches) at a finite one. Of the last nothing is
claimed, and its row shows how far it deviates; whether the formula is right is told by the row of
its limit, which comes first. Where a statement can be read in several ways, the reading that is
best for it comes first. Rows set in are not of the printed form.</p>
<p>Symbols: η learning rate; β₀, β₁, β₃ the rule's parameters; β = β₁²; γ = (1+β₀)² + β₀²;
η₀ = η/√γ, the rate that Algorithm 2 applies; h a curvature; H the Hessian; C the covariance of the
gradient noise; B the batch size; θ the parameters; Σ their stationary covariance; L, G bounds on
curvature and gradient; λ the precision of the prior.</p>
<p>Commands are run in pnmlab's folder after <code>make</code>. A claim's command prints all of
its rows; <code>| grep -F 'SETTING'</code> after it picks one. Settings are written as in the ledger,
where eta is η, beta β, gamma γ, lambda λ, theta θ and Sigma Σ.</p>"""

    def summary(self, claims):
        """How many of a paper's claims hold, in a sentence or two; of analogues, what their rows say."""
        if all(row["kind"] == "analogue" for rows in claims for row in rows):
            words = [row["exact_verdict"] for rows in claims for row in rows]
            told = (f"{word} {words.count(word)}" for word in VERDICTS if word in words)
            return f"The rows say: {', '.join(told)}."
        run = [rows for rows in claims if rows[0]["paper_verdict"] not in NOT_RUN]
        holding = [rows for rows in run if holds(rows)]
        in_limit = [rows for rows in holding if "holds in the limit" in printed_words(rows)]
        failing = [rows for rows in run if fails(rows)]
        meant = [rows for rows in failing if intended(rows)]
        undecided = [rows for rows in run if is_open(rows)]
        return f"""{len(run)} of {len(claims)} claims were checked. As printed, {len(holding)} of them hold
({len(in_limit)} in a limit, such as that of small steps), {len(failing)} fail in one reading or setting or
more ({len(meant)} of them are misprints, and hold as intended), {len(undecided)} are open; of the others the
paper claims nothing."""

    def controls(self):
        words = [row["paper_verdict"] for rows in self.rows.values() for row in rows]
        options = "".join(
            f'<option value="{word}">{word} ({words.count(word)} rows)</option>'
            for word in VERDICTS
            if word in words
        )
        return f"""<div id="controls" hidden><label>Paper’s claim:
<select id="filter"><option value="">all</option>{options}</select></label>
<span id="shown" aria-live="polite"></span></div>"""

    def verdicts_of(self, rows):
        return "|".join(sorted({row["paper_verdict"] for row in rows}))

    def contents(self):
        lines = ""
        for at, id in enumerate(self.order()):
            rows = self.rows[id]
            right = of_form(rows, "corrected")
            run = [row for row in rows if row["exact_verdict"] not in NOT_RUN]
            lines += (
                f'<tr data-verdicts="{self.verdicts_of(rows)}">'
                f'<td data-v="{at}"><a href="#{id}">{id}</a></td>'
                f'<td data-v="{at}">{html.escape(rows[0]["where"])}</td>'
                f"<td>{told(rows)}</td><td>{tally(right, 'paper_verdict')}</td>"
                f"<td>{tally(run, 'exact_verdict')}</td></tr>\n"
            )
        return f"""<h2 id="claims">The claims</h2>
<div class="scroll" tabindex="0" role="region" aria-label="all claims"><table class="sortable">
<thead><tr><th>claim</th><th>where</th><th>paper’s claim (rows)</th><th>corrected form</th>
<th>exact value</th></tr></thead>
<tbody>
{lines}</tbody></table></div>
"""

    def statements(self):
        """What decides each numbered statement of the paper, as claims/required.txt lists it."""
        lines = ""
        with open(os.path.join(CLAIMS, "required.txt"), encoding="utf-8") as file:
            listed = [line.strip().split(": ", 1) for line in file if not line.startswith("#")]
        for at, (name, ids) in enumerate(listed):
            if ids.startswith("defined in "):
                by, words = "a definition", ""
            else:
                found = [id for id in ids.split() if id in self.rows]
                by = ", ".join(f'<a href="#{id}">{id}</a>' for id in found) or "not in this ledger"
                words = tally([row for id in found for row in self.rows[id]], "paper_verdict")
            lines += f'<tr><td data-v="{at}">{name}</td><td>{by}</td><td>{words}</td></tr>\n'
        return f"""<h2 id="statements">Every numbered statement</h2>
<div class="scroll" tabindex="0" role="region" aria-label="numbered statements"><table class="sortable">
<thead><tr><th>statement</th><th>decided by</th><th>paper’s claim (rows)</th></tr></thead>
<tbody>
{lines}</tbody></table></div>
"""

    def table(self, id):
        lines = ""
        for at, row in enumerate(self.rows[id], 1):
            numbers = ""
            for name in ("paper", "exact", "measured"):
                raw = row[name]
                text = "" if raw is None else number(raw)
                error = ""
                if name == "measured" and raw is not None:
                    text = measured_with_error(row)
                    error = f' data-stderr="{row["stderr"] or ""}"'
                numbers += f'<td class="number" data-v="{raw or ""}"{error}>{text}</td>'
            count = row["count"] or ""
            classes = "" if row["form"] == "printed" else ' class="corrected"'
            lines += (
                f'<tr id="{id}-{at}"{classes} data-verdicts="{row["paper_verdict"]}">'
                f'<td class="setting" data-v="{at}">{html.escape(row["setting"])}</td>{numbers}'
                f'<td class="number" data-v="{count}">{count}</td>'
                f"<td>{verdict(row['paper_verdict'])}</td>"
                f"<td>{verdict(row['exact_verdict'])}</td><td>{row['form']}</td></tr>\n"
            )
        return f"""<div class="scroll" tabindex="0" role="region" aria-label="{id}: settings">
<table class="sortable"><thead><tr><th>setting</th><th>paper</th><th>exact</th><th>measured ± s.e.</th>
<th>count</th><th>paper’s claim</th><th>exact value</th><th>form</th></tr></thead>
<tbody>
{lines}</tbody></table></div>
"""

    def figure(self, name):
        title, shows = self.captions.get(name, (name, name))
        if name in self.embedded:
            return f'<p>See also <a href="#{name}">figure {html.escape(title)}</a>.</p>\n'
        path = os.path.join(self.pictures, name + ".svg")
        # The tables of figures of trainings take minutes, so make verify does not draw them.
        if name.startswith("training_") and not os.path.exists(path):
            return f"<p>Figure {html.escape(title)} is drawn by <code>make training-tables plots</code>.</p>\n"
        self.embedded.add(name)
        svg = picture(path, name, shows)
        return f"""<figure id="{name}"><div class="scroll" tabindex="0" role="region"
aria-label="figure {html.escape(title)}">{svg}</div>
<figcaption>Figure {html.escape(title)}: {html.escape(shows)}.</figcaption></figure>
"""

    def paragraphs(self, id, kind, label, *sections):
        """The sections' paragraphs, each an HTML one of that class, the first with a label."""
        texts = [text for name in sections for text in self.texts[id][name]]
        label = f"<b>{label}:</b> " if label else ""
        out = ""
        for text in texts:
            out += f'<p class="{kind}">{label}{prose(text, self.fill(id))}</p>\n'
            label = ""
        return out

    def claim(self, id):
        rows, text = self.rows[id], self.texts[id]
        first = rows[0]
        out = f'<section class="claim" id="{id}" data-verdicts="{self.verdicts_of(rows)}">\n'
        out += f'<header><h3><a href="#{id}">{id}</a></h3> '
        out += f'<span class="where">{html.escape(first["where"])}</span></header>\n'
        out += self.paragraphs(id, "says", "Printed", "Printed")
        if first["paper_verdict"] in NOT_RUN:
            reason = f"{verdict(first['paper_verdict'])} {html.escape(first['setting'])}"
            return f"{out}<p>{reason}.</p>\n</section>\n"
        out += self.paragraphs(id, "says", "Read as", "Reading")
        out += self.paragraphs(id, "says", "Shown", "Shown")
        out += self.paragraphs(id, "right", "Corrected", "Corrected")
        out += f'<p class="sum"><b>In short:</b> {in_short(rows)}.<br>{told(rows)}</p>\n'
        if text["Why"]:
            out += f"<h4>{'Why' if fails(rows) else 'Remark'}</h4>\n"
            out += self.paragraphs(id, "why", "", "Why")
        out += self.table(id)
        out += "".join(self.figure(name) for name in text["Figures"])
        commands = [f"pnm-verify --claim {id}{self.options[id]}", *text["Commands"]]
        listed = "\n".join(f"build/bin/{html.escape(command)}" for command in commands)
        out += f'<h4>To see it again</h4>\n<pre class="command"><code>{listed}</code></pre>\n'
        return out + "</section>\n"

    def order(self):
        places = sorted(
            {self.part(id) for id in self.rows},
            key=lambda p: (p in NOTES, list(NOTES).index(p) if p in NOTES else p[:3] != "sec", p),
        )
        return [id for place in places for id in self.rows if self.part(id) == place]

    def body(self):
        out, last = "", None
        for id in self.order():
            place = self.part(id)
            if place != last:
                out += "</section>\n" if last else ""
                anchor = f' id="{place}"' if place in NOTES else ""
                out += f'<section class="part">\n<h2{anchor}>{html.escape(PARTS.get(place, place))}</h2>\n'
                out += f'<p class="note">{NOTES[place]}</p>\n' if place in NOTES else ""
                last = place
            out += self.claim(id)
        return out + "</section>\n"

    def whole(self):
        style = read(os.path.join(HERE, "report.css"))
        script = read(os.path.join(HERE, "report.js"))
        return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="pnmlab {html.escape(self.provenance.get("version", ""))}">
<link rel="icon" href="data:,">
<title>Positive-Negative Momentum: the ledger</title>
<style>
{style}</style>
</head>
<body>
<header>
{self.head()}
</header>
{self.controls()}
<main>
{self.contents()}{self.statements()}{self.body()}</main>
<script>
{script}</script>
</body>
</html>
"""


def main(arguments):
    if len(arguments) < 3:
        print("usage: report.py LEDGER.json... PICTURES_DIR OUT.html", file=sys.stderr)
        return 64
    *ledgers, pictures, out = arguments
    new = out + ".new"
    try:
        text = Page(ledgers, pictures).whole()
        with open(new, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(new, out)
    except Mistake as mistake:
        print(f"report.py: {mistake}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"report.py: {out}: {error.strerror}", file=sys.stderr)
        return 74
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
