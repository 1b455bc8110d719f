/* SPDX-License-Identifier: GPL-3.0-or-later */
// Filter by verdict and sort by column. The page says everything without this.
"use strict";
(function () {
    const all = (selector, of) => Array.from((of || document).querySelectorAll(selector));
    const filter = document.getElementById("filter");
    const shown = document.getElementById("shown");

    function apply() {
        const word = filter.value;
        const fits = (row) => !word || row.dataset.verdicts.split("|").includes(word);
        const rows = all("tr[data-verdicts]");
        rows.forEach((row) => { row.hidden = !fits(row); });
        const claims = all("section.claim");
        claims.forEach((claim) => { claim.hidden = !fits(claim); });
        all("section.part").forEach((part) => {
            part.hidden = !all("section.claim", part).some((claim) => !claim.hidden);
        });
        const left = claims.filter((claim) => !claim.hidden).length;
        shown.textContent = left + " of " + claims.length + " claims shown";
    }

    // A link to what is filtered away shows all again.
    function reveal() {
        const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
        if (target && target.closest("[hidden]")) {
            filter.value = "";
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

    all("table.sortable th").forEach((head) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = head.textContent;
        head.textContent = "";
        head.append(button);
        head.setAttribute("aria-sort", "none");
        button.addEventListener("click", () => sort(head));
    });
    filter.addEventListener("change", apply);
    window.addEventListener("hashchange", reveal);
    document.getElementById("controls").hidden = false;
    apply();
})();
