#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One page of the ledger: its verdicts with the paper's notation, figures, commands and why.

usage: report.py LEDGER.json... PICTURES_DIR OUT.html

LEDGER.json is pnm-verify's; of a claim in several of them the last is shown. The page begins
with the findings of the first, if it is of the whole paper, and figure 1. The claims of other
papers than that on PNM, if a ledger has any, have a section a paper. PICTURES_DIR holds the
figures as svg (results, or plots/gallery). What the page says of each claim is in
analysis/claims/ID.md (analysis/explain.h tells their form), numbers come from the ledger. It
links explorer.html if that is beside OUT.html. The page needs no network and no script.
With SOURCE_DATE_EPOCH set, that is its time and it names no machine, so that the same inputs
give the same bytes; otherwise its time is the ledger file's.
"""

import html
import os
import re
import sys

from page import Mistake, read, write
from sources import (
    machine,
    measured_with_error,
    number,
    picture,
    prose,
    read_captions,
    read_claims,
    read_ledger,
    rounded,
    time_of,
)

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
    "noise": "Real noise: minibatches, epochs, heavy tails, means of iterates",
    "networks": "Networks",
    "worst": "Worst cases",
    "neighbours": "Other papers on the noise of SGD",
    "momentum": "The paper on momentum: Jelassi and Li",
    "figures": "Further figures",
}
# Sections by what a claim is about, whatever part of the paper it bears on: its claims, or the
# source whose claims they are, and figures that belong to none of them.
TOPICS = {
    "noise": (("tails", "epoch", "averaging", "anti-pgd"), ("ratio_by_noise",)),
    "networks": (("eq18-19-net", "fig11", "fig12", "analogues"), ()),
    "worst": (("worst-case", "worst-case-noise", "lemmas-sharp", "cap"), ("worst_by_steps_and_beta0",)),
}
# What stands above the claims of a section, and in the head of the page for a source.
NOTES = {
    "noise": "The paper takes the noise of gradients to be white, Gaussian and the same everywhere. That of a training is none "
    "of these. The claims below ask whether the factor γ, which white noise does not have, comes with minibatches, with samples "
    "drawn without replacement, with heavy tails, or in the mean of the iterates.",
    "networks": "These claims are about networks that are small enough to know their Hessian exactly or to be trained in "
    "minutes. They are not the networks of the paper and say nothing of CIFAR.",
    "worst": "These claims take no average: they ask for the worst function that the theorem allows, and how much of a bound it "
    "uses.",
    "neighbours": "What papers on the noise of SGD state is read as it is commonly quoted, and held against the same "
    "theory and simulation.",
    "momentum": "Samy Jelassi and Yuanzhi Li, <cite>Towards understanding how momentum improves generalization in deep "
    "learning</cite> (ICML 2022). Only the abstract was at hand: data and network are reconstructed from it, and another "
    "reconstruction might decide otherwise. Nothing here is about the paper’s own setting or its proofs.",
    "analogues": "Test errors of pairs of rules on a network of one hidden layer, with the settings of figures 4 to 7 and table 1 "
    "of the paper on PNM scaled down, as published and with rate and decay matched. They are no check of the figures and say "
    "nothing of CIFAR: a row is better, same or worse by the paired difference in points.",
    "figures": "These figures show what no claim is about: what a rule costs, and what a precision costs.",
}
# A source of claims: (title, the section that they are in)
SOURCES = {
    "analogues": ("Small networks beside figures 4 to 7 and table 1", "networks"),
    "neighbours": (PARTS["neighbours"], "neighbours"),
    "momentum": (PARTS["momentum"], "momentum"),
}
# Figures that make verify does not draw, because their tables take minutes.
MADE_BY = {
    "training_": "make training-tables plots",
    "cost_by_rate": "make bench plots",
    "time_by_contender": "make bench plots",
}
PAPER = "The paper on positive-negative momentum"
FIRST_FIGURE = "variance_by_rate"
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


def command_lines(lines):
    """A box each, so that each can be copied by itself."""
    return "".join(f'<pre class="command"><code>{html.escape(line)}</code></pre>\n' for line in lines)


def ended(text):
    """HTML of a title, with the full stop of a sentence if it has no other end."""
    return html.escape(text if text.endswith((".", "?", "!")) else text + ".")


def described(text):
    """The description of a figure: a box a command, as it is run in pnmlab's folder, the rest as
    sentences."""
    out = ""
    for line in re.sub(r"\s*\\\n\s*", " ", text).splitlines():
        line = line.strip()
        if re.match(r"(build/bin/|pnm-|pnmlab [a-z]|make |gnuplot |sh plots/)", line):
            out += command_lines([re.sub(r"^(?=pnm)", "build/bin/", line)])
        elif line:
            out += f"<p>{html.escape(line)}</p>\n"
    return out


def verdict(word, count=None):
    name, mark = VERDICTS.get(word, ("none", "–"))
    many = "" if count is None else f'<span class="many"> {count}</span>'
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
    def __init__(self, ledgers, pictures, out):
        self.ledger = ledgers[0]
        self.pictures = pictures
        self.folder = os.path.dirname(out)
        contents = [read_ledger(path) for path in ledgers]
        self.provenance, _, self.closing = contents[0]
        self.on_analogues = next((last for _, rows, last in contents if rows[0]["source"] == "analogues"), [])
        self.texts = read_claims(CLAIMS)
        self.captions = read_captions(os.path.join(HERE, "README.md"))
        self.rows, self.options = {}, {}
        for _, rows, _ in contents:
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

    def untestable(self, id):
        return self.rows[id][0]["paper_verdict"] in NOT_RUN

    def part(self, id):
        """The section that a claim is in; that of the paper on PNM for what is in its one line."""
        first = self.rows[id][0]
        for topic, (members, _) in TOPICS.items():
            if id in members or first["source"] in members:
                return topic
        if first["source"] in SOURCES:
            return first["source"]
        return first["where"].removeprefix("bears on ").split(",")[0]

    def of(self, source):
        """The rows of each claim of a paper."""
        return [rows for rows in self.rows.values() if rows[0]["source"] == source]

    def findings(self, lines):
        """The sentences that a ledger ends with, as make verify prints them; empty if it has none."""
        out = ""
        for line in lines:
            found = re.fullmatch(r"\d+\. (.*): ([^:]*) \((\S+)\)\.", line)
            if line[:1].isdigit() and not found:
                raise Mistake(f"a finding of a ledger that does not end in VERDICT (ID).: {line}")
            if not found:
                continue
            words, word, id = (html.escape(part) for part in found.groups())
            said = verdict(word) if word in VERDICTS else f"<strong>{word}</strong>"
            words = re.sub(r"\bbeta([0-9])", r"β<sub>\1</sub>", words).replace("-", "−")
            words = re.sub(r"(?<=\w)−(?=[A-Za-z])", "-", words)
            words = re.sub(r"\d[\d.]*e−\d+", lambda value: number(value[0].replace("−", "-")), words)
            out += f'<li>{words}: {said} (<a href="#{id}">{id}</a>).</li>\n'
        return f"<ol>\n{out}</ol>\n" if out else ""

    def first_screen(self):
        found = self.findings(self.closing)
        if found:
            found = f"""<div class="first"><section><h2 id="findings">What was found</h2>
{found}</section>
{self.figure(FIRST_FIGURE)}</div>
"""
        return f"""<h1>Positive-Negative Momentum: what holds, exactly and measured</h1>
<p>Each claim of Xie, Yuan, Zhu and Sugiyama, <cite>Positive-Negative Momentum: Manipulating
Stochastic Gradient Noise to Improve Generalization</cite> (ICML 2021,
<a href="https://arxiv.org/abs/2103.17182">arXiv 2103.17182</a>), beside what follows exactly from
its definitions and what a simulation measured.</p>
{found}"""

    def explorer(self):
        if os.path.exists(os.path.join(self.folder, "explorer.html")):
            return """<p><a href="explorer.html">The page to play with</a> has sliders for the rule and its parameters, draws
the variance, the spectrum of the noise and the stability map, and runs chains beside the exact line.</p>"""
        return """<p><code>make explorer</code> makes a page to play with beside this one, with sliders for the rule and its
parameters.</p>"""

    def facts(self):
        provenance = dict(self.provenance)
        version = f"{provenance.pop('program', 'pnm-verify')} {provenance.pop('version', '')}"
        provenance.pop("header-lines", None)
        seed = provenance.pop("seed", "not stated")
        when = time_of(self.ledger)
        facts = {
            "Version": version,
            "Parameters": ", ".join(f"{key} {value}" for key, value in provenance.items()),
            "Seed": seed,
            "Machine": "" if os.environ.get("SOURCE_DATE_EPOCH") else machine(),
            "Time": when.strftime("%Y-%m-%d %H:%M UTC"),
        }
        listed = "".join(
            f"<dt>{key}</dt><dd>{html.escape(value)}</dd>" for key, value in facts.items() if value
        )
        return f"<dl>{listed}</dl>"

    def counts(self):
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
            f'<p><a href="#{part}">{title}</a>. {NOTES[source]} {self.summary(self.of(source))}</p>\n'
            for source, (title, part) in SOURCES.items()
            if self.of(source)
        )
        return f"""<h2 id="counts">In numbers</h2>
<p><strong>{self.summary(self.of("pnm"))} Measurement and exact theory disagree in {differ} of
{len(every)} rows.</strong></p>
{others}<p>The rows by form and verdict: {by_form}.</p>
{self.facts()}
"""

    def reading(self):
        return """<h2 id="reading">How to read it</h2>
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
where eta is η, beta β, gamma γ, lambda λ, theta θ and Sigma Σ.</p>
"""

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
        limits = f" ({len(in_limit)} in a limit, such as that of small steps)" if in_limit else ""
        misprints = f" ({len(meant)} of them are misprints, and hold as intended)" if meant else ""
        return f"""{len(run)} of {len(claims)} claims were checked. As printed, {len(holding)} of them hold{limits},
{len(failing)} fail in one reading or setting or more{misprints}, {len(undecided)} are open; of the others the
paper claims nothing."""

    def bar(self):
        """What stays in sight: the way back, and with a script the search."""
        words = [row["paper_verdict"] for rows in self.rows.values() for row in rows]
        options = "".join(
            f'<option value="{word}">{word} ({words.count(word)} rows)</option>'
            for word in VERDICTS
            if word in words and word not in NOT_RUN
        )
        return f"""<div id="bar"><a href="#contents">Contents</a>
<span id="controls" hidden><input id="search" type="search" placeholder="search the claims" aria-label="search the claims">
<select id="filter" aria-label="Paper’s claim"><option value="">all verdicts</option>{options}</select>
<span id="shown" aria-live="polite"></span></span></div>
"""

    def verdicts_of(self, rows):
        return "|".join(sorted({row["paper_verdict"] for row in rows}))

    def claims(self):
        lines = ""
        for at, id in enumerate(self.order()):
            rows = self.rows[id]
            right = of_form(rows, "corrected")
            run = [row for row in rows if row["exact_verdict"] not in NOT_RUN]
            lines += (
                f'<tr data-verdicts="{self.verdicts_of(rows)}" data-claim="{id}">'
                f'<td data-v="{at}"><a href="#{id}">{id}</a></td>'
                f"<td>{told(rows)}</td><td>{tally(right, 'paper_verdict')}</td>"
                f"<td>{tally(run, 'exact_verdict')}</td>"
                f'<td data-v="{at}">{html.escape(rows[0]["where"])}</td></tr>\n'
            )
        return f"""<h2 id="claims">The claims</h2>
<div class="scroll" tabindex="0" role="region" aria-label="all claims"><table class="sortable claims">
<thead><tr><th>claim</th><th>paper’s claim</th><th>corrected form</th><th>exact value</th><th>where</th></tr></thead>
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
            lines += f'<tr><td data-v="{at}">{name}</td><td>{words}</td><td>{by}</td></tr>\n'
        return f"""<h2 id="statements">Every numbered statement</h2>
<div class="scroll" tabindex="0" role="region" aria-label="numbered statements"><table class="sortable">
<thead><tr><th>statement</th><th>paper’s claim</th><th>decided by</th></tr></thead>
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
                f"<td>{verdict(row['paper_verdict'])}</td><td>{verdict(row['exact_verdict'])}</td>"
                f'<td class="setting" data-v="{at}">{html.escape(row["setting"])}</td>{numbers}'
                f'<td class="number" data-v="{count}">{count}</td><td>{row["form"]}</td></tr>\n'
            )
        return f"""<div class="scroll" tabindex="0" role="region" aria-label="{id}: settings">
<table class="sortable rows"><thead><tr><th>paper’s claim</th><th>exact value</th><th>setting</th><th>paper</th><th>exact</th>
<th>measured ± s.e.</th><th>count</th><th>form</th></tr></thead>
<tbody>
{lines}</tbody></table></div>
"""

    def figure(self, name):
        """The figure with its finding, the svg's title, which is its alternative text, too, and
        its commands, the svg's description; what plots/README.md says where it has none."""
        number, named, shows = self.captions.get(name, ("", name, name))
        if name in self.embedded:
            return f'<p>See also <a href="#{name}">figure {number}, {html.escape(named)}</a>.</p>\n'
        path = os.path.join(self.pictures, name + ".svg")
        command = next((command for begin, command in MADE_BY.items() if name.startswith(begin)), "")
        if command and not os.path.exists(path):
            return f"<p>Figure {number}, {html.escape(named)}, is drawn by <code>{command}</code>.</p>\n"
        self.embedded.add(name)
        svg, title, description = picture(path, name)
        finding = title or shows
        label = html.escape(finding)
        svg = svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
        commands = described(description) or command_lines([command or "make tables plots"])
        return f"""<figure id="{name}"><div class="scroll" tabindex="0" role="region"
aria-label="figure {number}, {html.escape(named)}">{svg}</div>
<figcaption>Figure {number}. {ended(named)} <b>{ended(finding)}</b>
<details><summary>What made this figure</summary>
{commands}</details></figcaption></figure>
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
        listed = command_lines(f"build/bin/{command}" for command in commands)
        return f"{out}<h4>To see it again</h4>\n{listed}</section>\n"

    def sections(self):
        """{section: its claims}, in the order of the page."""
        parts = list(PARTS)
        found = {}
        for id in self.rows:
            if not self.untestable(id):
                found.setdefault(self.part(id), []).append(id)
        return dict(sorted(found.items(), key=lambda item: (
            parts.index(item[0]) if item[0] in parts else -1, item[0])))  # fmt: skip

    def order(self):
        return [id for ids in self.sections().values() for id in ids]

    def not_testable(self):
        """What is not run, in a line: each with its place for links, and what it would take."""
        needs = {}
        for id, rows in self.rows.items():
            if self.untestable(id):
                what = f'<span id="{id}" title="{html.escape(rows[0]["statement"])}">{id}</span>'
                needs.setdefault(rows[0]["paper_verdict"], {}).setdefault(rows[0]["setting"], []).append(what)
        return "".join(
            f'<p class="untestable"><b>{word.capitalize()}:</b> '
            + "; ".join(f"{', '.join(ids)} ({html.escape(why)})" for why, ids in groups.items())
            + ".</p>\n"
            for word, groups in needs.items()
        )

    def place(self, part):
        """The anchor of a section."""
        return re.sub(r"[^A-Za-z0-9]+", "-", part)

    def further(self):
        """The figures that no claim names, where they were drawn."""
        named = {name for text in self.texts.values() for name in text["Figures"]}
        named.update(name for _, figures in TOPICS.values() for name in figures)
        return "".join(self.figure(name) for name in self.captions if name not in named)

    def section(self, part, inside):
        title = html.escape(PARTS.get(part, part))
        note = f'<p class="note">{NOTES[part]}</p>\n' if part in NOTES else ""
        return f'<section class="part">\n<h2 id="{self.place(part)}">{title}</h2>\n{note}{inside}</section>\n'

    def body(self):
        out = ""
        if self.of("pnm"):
            out = f'<h2 id="pnm">{PAPER}</h2>\n<p class="note">The claims of the paper follow its sections. '
            out += "Those on real noise, on networks and on worst cases have sections of their own.</p>\n"
            out += self.not_testable()
        for part, ids in self.sections().items():
            figures = TOPICS[part][1] if part in TOPICS else ()
            inside = "".join(self.figure(name) for name in figures)
            for id in ids:
                if self.rows[id][0]["source"] == "analogues" and 'id="analogues"' not in inside:
                    inside += f'<p id="analogues" class="note">{NOTES["analogues"]}</p>\n'
                    inside += self.findings(self.on_analogues)
                inside += self.claim(id)
            out += self.section(part, inside)
        return out + (self.section("figures", self.further()) if self.findings(self.closing) else "")

    def navigation(self, body):
        """The contents, which list what the page has."""
        listed = ""
        for place, title in re.findall(r'<h2 id="(.*?)">(.*?)</h2>', body):
            many = [len(ids) for part, ids in self.sections().items() if self.place(part) == place]
            told = f' <span class="where">{many[0]} {"claim" if many[0] == 1 else "claims"}</span>' if many else ""
            inner = ' class="inner"' if place.startswith(("sec-", "app-")) else ""
            listed += f'<li{inner}><a href="#{place}">{title}</a>{told}</li>\n'
        return f"""<nav id="contents" aria-labelledby="contents-title"><h2 id="contents-title">Contents</h2>
<ul>
{listed}</ul>
{self.explorer()}</nav>
"""

    def whole(self):
        style = read(os.path.join(HERE, "report.css"))
        script = read(os.path.join(HERE, "report.js"))
        first = self.first_screen()
        body = f"{self.counts()}{self.reading()}{self.claims()}{self.statements()}{self.body()}"
        return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="pnmlab {html.escape(self.provenance.get("version", ""))}">
<link rel="icon" href="data:,">
<title>Positive-Negative Momentum: the ledger</title>
<style>
{style}</style>
</head>
<body>
<header>
{first}</header>
{self.bar()}{self.navigation(body)}<main>
{body}</main>
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
    return write("report.py", out, lambda: Page(ledgers, pictures, out).whole())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
