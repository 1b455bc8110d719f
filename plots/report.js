/* SPDX-License-Identifier: GPL-3.0-or-later */
// Search, filter by verdict, sort by column, copy commands. The page says everything without this.
"use strict";
(function () {
    const all = (selector, of) => Array.from((of || document).querySelectorAll(selector));
    const search = document.getElementById("search");
    const filter = document.getElementById("filter");
    const shown = document.getElementById("shown");
    const claims = all("section.claim");

    // "β₀", "β0" and "beta0" are the same word, in the ledger's spelling.
    const names = { "β": "beta", "η": "eta", "γ": "gamma", "λ": "lambda", "θ": "theta", "σ": "sigma", "ς": "sigma" };
    const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/[βηγλθσς]/g, (letter) => names[letter]);
    const texts = new Map();
    function text(claim) {
        if (!texts.has(claim)) {
            texts.set(claim, plain(claim.textContent));
        }
        return texts.get(claim);
    }

    function apply() {
        const word = filter.value;
        const sought = plain(search.value).split(/\s+/).filter(Boolean);
        const fits = (row) => !word || row.dataset.verdicts.split("|").includes(word);
        claims.forEach((claim) => {
            claim.hidden = !fits(claim) || !sought.every((part) => text(claim).includes(part));
        });
        all("tr[data-verdicts]").forEach((row) => {
            const claim = document.getElementById(row.dataset.claim);
            row.hidden = !fits(row) || Boolean(claim && claim.hidden);
        });
        all("section.part").forEach((part) => {
            const inside = all("section.claim", part);
            part.hidden = inside.length > 0 && !inside.some((claim) => !claim.hidden);
        });
        const left = claims.filter((claim) => !claim.hidden).length;
        shown.textContent = left === claims.length ? "" : left + " of " + claims.length + " claims";
    }

    // The first claim found is brought into sight.
    function go() {
        const first = claims.find((claim) => !claim.hidden);
        if (first) {
            first.scrollIntoView();
        }
    }

    // A link to what is filtered away shows all again.
    function reveal() {
        const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
        if (target && target.closest("[hidden]")) {
            filter.value = "";
            search.value = "";
            apply();
            target.scrollIntoView();
        }
    }

    function sort(head) {
        const table = head.closest("table");
        const column = Array.from(head.parentNode.children).indexOf(head);
        const up = head.getAttribute("aria-sort") !== "ascending";
        const value = (row) => {
            const cell = row.children[column];
            return "v" in cell.dataset ? cell.dataset.v : cell.textContent.trim();
        };
        const order = (a, b) => {
            const x = value(a), y = value(b);
            if (x === "" || y === "") {    // what is empty comes last either way
                return (x === "") - (y === "");
            }
            const by = isNaN(x) || isNaN(y) ? x.localeCompare(y, "en", { numeric: true }) : x - y;
            return up ? by : -by;
        };
        all("th", table).forEach((other) => other.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const body = table.tBodies[0];
        Array.from(body.rows).sort(order).forEach((row) => body.append(row));
    }

    // Where the clipboard is refused, the command is selected, for the reader's own keys.
    async function copy(code, button) {
        try {
            await navigator.clipboard.writeText(code.textContent);
            button.textContent = "copied";
        } catch (refused) {
            getSelection().selectAllChildren(code);
            button.textContent = document.execCommand("copy") ? "copied" : "selected";
        }
        setTimeout(() => { button.textContent = "copy"; }, 2000);
    }

    function button(words, act) {
        const made = document.createElement("button");
        made.type = "button";
        made.textContent = words;
        made.addEventListener("click", () => act(made));
        return made;
    }

    all("table.sortable th").forEach((head) => {
        const words = head.textContent;
        head.textContent = "";
        head.append(button(words, () => sort(head)));
        head.setAttribute("aria-sort", "none");
    });
    all(".command").forEach((box) => {
        const code = box.querySelector("code");
        const made = button("copy", (pressed) => copy(code, pressed));
        made.setAttribute("aria-live", "polite");
        box.append(made);
    });
    filter.addEventListener("change", apply);
    search.addEventListener("input", apply);
    search.addEventListener("keydown", (event) => { if (event.key === "Enter") { go(); } });
    window.addEventListener("hashchange", reveal);
    document.getElementById("controls").hidden = false;
    apply();
})();
