// SPDX-License-Identifier: GPL-3.0-or-later
// pictures.js: the page's pictures, each a function of the state that explorer.js gives. The paper
// is a broad pale band, exact a line, measured a symbol with its error; the colour is the rule's.
"use strict";
window.pnmPictures = (() => {
    const SVG = "http://www.w3.org/2000/svg";

    function node(tag, attributes, text) {
        const made = document.createElementNS(SVG, tag);
        Object.entries(attributes).forEach(([key, word]) => made.setAttribute(key, word));
        if (text !== undefined) {
            made.textContent = text;
        }
        return made;
    }

    // --- axes -----------------------------------------------------------------------------

    // Ticks at 1, 2 and 5 of each decade, or at round steps; fewer where they would touch.
    function ticksOf(axis, most) {
        if (!axis.log) {
            const raw = (axis.high - axis.low) / most, power = 10 ** Math.floor(Math.log10(raw));
            const step = [1, 2, 5, 10].map((k) => k * power).find((k) => k >= raw);
            const first = Math.ceil(axis.low / step - 1e-9);
            return Array.from({ length: Math.floor(axis.high / step + 1e-9) - first + 1 }, (_, k) => (first + k) * step);
        }
        const inside = (t) => t >= axis.low * (1 - 1e-9) && t <= axis.high * (1 + 1e-9);
        const from = Math.floor(Math.log10(axis.low)), to = Math.ceil(Math.log10(axis.high));
        for (const digits of [[1, 2, 5], [1, 3], [1]]) {
            const all = [];
            for (let k = from; k <= to; k++) {
                digits.forEach((d) => all.push(Number(`${d}e${k}`)));
            }
            const kept = all.filter(inside);
            if (kept.length <= most) {
                return kept;
            }
        }
        const decades = Array.from({ length: to - from + 1 }, (_, k) => Number(`1e${from + k}`)).filter(inside);
        const each = Math.ceil(decades.length / most);
        return decades.filter((_, k) => k % each === 0);
    }

    function label(t, short) {
        return t !== 0 && (Math.abs(t) < 1e-3 || Math.abs(t) >= 1e5) ? short(t, 3, 1e-3).replace(/^1·/, "") : short(t, 6);
    }

    // A picture with axes. x and y map numbers to pixels; add(tag, attributes, text) draws inside.
    function begin(id, s, x, y, title) {
        const figure = document.getElementById(id);
        const wide = Math.max(280, Math.round(figure.clientWidth)), high = Math.round(Math.min(380, Math.max(240, 0.62 * wide)));
        const box = { left: 52, right: wide - 12, top: 24, bottom: high - 42 };
        const svg = node("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": title });
        svg.append(node("title", {}, title));
        const clip = node("clipPath", { id: `${id}-clip` });
        clip.append(node("rect", { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top }));
        svg.append(clip);
        const part = (axis, t) => axis.log ? Math.log(t / axis.low) / Math.log(axis.high / axis.low)
            : (t - axis.low) / (axis.high - axis.low);
        const px = (t) => box.left + part(x, t) * (box.right - box.left);
        // What lies far outside is drawn outside: paths have no room for large numbers.
        const py = (t) => Math.max(-1e4, Math.min(1e4, box.bottom - part(y, t) * (box.bottom - box.top)));
        for (const t of ticksOf(x, Math.max(3, Math.floor((box.right - box.left) / 58)))) {
            svg.append(node("line", { class: "grid", x1: px(t), x2: px(t), y1: box.top, y2: box.bottom }));
            svg.append(node("text", { x: px(t), y: box.bottom + 16, "text-anchor": "middle" }, label(t, s.short)));
        }
        for (const t of ticksOf(y, Math.max(3, Math.floor((box.bottom - box.top) / 30)))) {
            svg.append(node("line", { class: "grid", x1: box.left, x2: box.right, y1: py(t), y2: py(t) }));
            svg.append(node("text", { x: box.left - 6, y: py(t) + 4, "text-anchor": "end" }, label(t, s.short)));
        }
        svg.append(node("text", { x: (box.left + box.right) / 2, y: high - 6, "text-anchor": "middle" }, x.label));
        svg.append(node("text", { x: 4, y: 14 }, y.label));
        const inner = node("g", { "clip-path": `url(#${id}-clip)` });
        svg.append(inner);
        svg.append(node("path", { class: "axis", d: `M${box.left},${box.top}V${box.bottom}H${box.right}` }));
        const add = (tag, attributes, text) => {
            const made = node(tag, attributes, text);
            inner.append(made);
            return made;
        };
        const line = (points, attributes) => {
            let path = "", drawing = false;
            for (const [a, b] of points) {
                const there = Number.isFinite(a) && Number.isFinite(b) && (!y.log || b > 0);
                if (there) {
                    path += `${drawing ? "L" : "M"}${px(a).toFixed(2)},${py(b).toFixed(2)}`;
                }
                drawing = there;
            }
            if (path) {
                add("path", { d: path, ...attributes });
            }
        };
        const point = (a, b, error) => {
            if (error !== undefined) {
                add("path", { class: "bar", d: `M${px(a)},${py(b - error)}V${py(b + error)}m-3,0h6M${px(a) - 3},${py(b - error)}h6` });
            }
            const at = { cx: px(a), cy: py(b) };
            if (error !== undefined) {
                add("circle", { class: "measured", r: 3.5, ...at });
            } else if (at.cx > box.left - 1 && at.cx < box.right + 1 && at.cy > box.top - 1 && at.cy < box.bottom + 1) {
                svg.append(node("circle", { class: "mark", r: 6, ...at }));    // whole at the picture's edge, too
            }
        };
        const write = (a, b, text, attributes = {}) => add("text", { class: "small halo", x: px(a), y: py(b), ...attributes }, text);
        const end = () => figure.replaceChildren(svg);
        return { add, line, point, write, px, py, box, svg, inner, end };
    }

    const sampled = (count, f) => Array.from({ length: count + 1 }, (_, k) => f(k / count));

    // The next of 1, 2, 5 times a power of ten, up or down.
    function roundOut(x, up) {
        const power = 10 ** Math.floor(Math.log10(x));
        const steps = [1, 2, 5, 10].map((k) => k * power);
        return up ? steps.find((k) => k >= x * (1 - 1e-9)) : steps.reverse().find((k) => k <= x * (1 + 1e-9));
    }

    const dashed = (s) => ({ class: "exact", "stroke-dasharray": s.rule.dash, "stroke-linecap": s.rule.dash.startsWith("1,") ? "round" : "butt" });

    // The largest stable eta h, and whether there is any.
    function limitOf(s) {
        const count = s.wasm.explorer_stable(s.own, -1, 0);
        return count > 0 ? s.wasm.explorer_to(s.own, count - 1) : NaN;
    }

    let curve = { key: "" };     // the last exact curve; it depends on neither h nor B, nor on eta

    // Evenly over the axis, and closer to the limit, where it rises.
    function ratesOf(low, high, limit) {
        const near = [0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002].map((part) => limit * (1 - part));
        return sampled(140, (part) => low * (high / low) ** part).concat(near.filter((rate) => rate > low && rate < high))
            .sort((a, b) => a - b);
    }

    function curveOf(s, low, high, limit, unit) {
        const key = JSON.stringify([s.rule.name, s.rule.parameters.map((p) => p.name === "lr" ? "" : s.value[p.name]), low, high]);
        if (curve.key !== key) {
            curve = { key, points: ratesOf(low, high, limit).map((rate) => {
                const lr = rate / s.value.h;
                return [rate, s.wasm.explorer_exact(s.own, lr) / unit(lr)];
            }) };
        }
        return curve.points;
    }

    // --- variance -------------------------------------------------------------------------

    function variance(s) {
        const limit = limitOf(s), { value, wasm, own } = s;
        const unit = (lr) => lr / (2 * value.batch);
        const reach = Math.max(Number.isFinite(limit) ? limit : 10, 0.1);
        const low = Math.min(1e-3, roundOut(s.rate, false)), high = Math.max(reach * 1.25, s.rate * 1.1);
        const exact = curveOf(s, low, high, limit, unit);
        const paper = [low, high].map((rate) => [rate, wasm.explorer_paper(own, rate / value.h) / unit(rate / value.h)]);
        const last = s.live.points.at(-1);
        const seen = exact.concat(paper).map((p) => p[1]).filter((b) => Number.isFinite(b) && b > 0);
        const floor = Math.max(Math.min(...seen), 1e-4 * Math.max(...paper.map((p) => p[1] || 0), 1));
        const ceiling = Math.min(Math.max(...seen), 100 * Math.max(exact[0][1] || 0, paper[0][1] || 0, 1));
        const p = begin("variance", s, { low, high, log: true, label: "ηh (learning rate × curvature)" },
            { low: roundOut(floor / 1.3, false), high: roundOut(ceiling * 1.3, true), log: true, label: "Σ · 2B/η (stationary variance)" },
            `Stationary variance of ${s.rule.name} against ηh: printed as a band, exact as a line`);
        p.line(paper, { class: "paper" });
        p.line(exact, dashed(s));
        if (Number.isFinite(limit) && limit < high) {
            p.line([[limit, floor / 3], [limit, ceiling * 3]], { class: "limit" });
            p.add("text", { class: "small halo", transform: `translate(${p.px(limit) - 5},${p.box.top + 6}) rotate(-90)`, "text-anchor": "end" },
                `stable below ${s.short(limit, 3)}`);
        }
        p.line([[s.rate, floor / 3], [s.rate, ceiling * 3]], { class: "here" });
        if (Number.isFinite(s.exact)) {
            p.point(s.rate, s.exact / unit(s.lr));
        }
        if (last) {
            p.point(s.rate, last.mean / unit(s.lr), last.error / unit(s.lr));
        }
        if (Number.isFinite(paper[0][1])) {
            p.write(low, paper[0][1], `paper: ${s.short(paper[0][1], 3)}`, { dx: 8, dy: exact[0][1] > paper[0][1] ? 18 : -9 });
        }
        const above = Number.isFinite(paper[0][1]) ? exact[0][1] > paper[0][1] : exact[10][1] < exact[0][1];
        p.write(low, exact[0][1], `exact: ${s.short(exact[0][1], 3)}`, { dx: 8, dy: above ? -9 : 18 });
        p.end();
        document.getElementById("variance-note").textContent = "In these units h and B drop out." +
            (Number.isFinite(paper[0][1]) ? "" : " The paper has no formula for this rule.");
    }

    // --- ensemble -------------------------------------------------------------------------

    function ensemble(s) {
        const points = s.live.points, first = 64, most = Math.max(s.live.planned, 2 * first);
        const error = points.length ? Math.max(...points.slice(0, 3).map((q) => Math.abs(q.mean / s.exact - 1) + 1.2 * q.error / s.exact)) : 0.2;
        const reach = Math.max(error, 0.01) * 1.1;
        const p = begin("ensemble", s, { low: first / 1.3, high: most * 1.25, log: true, label: "chains so far" },
            { low: 1 - reach, high: 1 + reach, label: "estimate/exact" },
            `Estimate of the variance of ${s.rule.name} over its exact value, against the number of chains`);
        const ratio = s.paper / s.exact;
        if (Math.abs(ratio - 1) < reach) {
            p.line([[first / 2, ratio], [most * 2, ratio]], { class: "paper" });
        } else if (Number.isFinite(ratio)) {
            const up = ratio > 1;
            p.add("text", { class: "small halo", x: p.box.right - 4, y: up ? p.box.top + 14 : p.box.bottom - 8, "text-anchor": "end" },
                `${up ? "↑" : "↓"} printed: ${s.short(ratio, 3)}`);
        }
        if (Number.isFinite(s.exact)) {
            p.line([[first / 2, 1], [most * 2, 1]], dashed(s));
        }
        // About evenly over the axis, and the last.
        if (points.length === 0) {
            p.add("text", { class: "small halo", x: (p.box.left + p.box.right) / 2, y: p.box.top + 30, "text-anchor": "middle" },
                Number.isFinite(s.exact) ? "The button runs it." : "Nothing settles here, so nothing is measured.");
        }
        const shown = points.filter((q, k) => k === points.length - 1 || k === 0 ||
            Math.floor(6 * Math.log2(k + 1)) > Math.floor(6 * Math.log2(k)));
        shown.forEach((q) => p.point(q.count, q.mean / s.exact, q.error / s.exact));
        p.end();
    }

    function trace(s) {
        const steps = 300, theta = s.trace(0, steps);
        const sd = Math.sqrt(s.exact), own = theta.slice(0, 3 * (steps + 1));
        let reach = Number.isFinite(sd) ? 4 * sd : 0;
        if (!reach) {
            reach = own.reduce((most, x) => Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most, 0) || 1;
        }
        const p = begin("trace", s, { low: 0, high: steps, label: "step" }, { low: -reach, high: reach, label: "θ" },
            `Three chains of ${s.rule.name}, with two exact standard deviations to each side`);
        for (let chain = 0; chain < 3; chain++) {
            p.line(sampled(steps, (part) => {
                const k = Math.round(part * steps);
                return [k, own[chain * (steps + 1) + k]];
            }), { class: "chain", opacity: [1, 0.6, 0.35][chain] });
        }
        if (Number.isFinite(sd)) {
            [-2, 2].forEach((k) => p.line([[0, k * sd], [steps, k * sd]], { class: "sd" }));
        }
        p.end();
    }

    // --- spectrum -------------------------------------------------------------------------

    function spectrum(s) {
        const variance = s.wasm.explorer_filter(s.own), printed = s.wasm.explorer_paper_noise(s.own);
        const density = sampled(200, (part) => [part / 2, s.wasm.explorer_density(s.own, part / 2)]);
        const seen = density.map((q) => q[1]).concat([1, printed]).filter((b) => Number.isFinite(b) && b > 0);
        const top = Math.max(...seen), bottom = Math.max(Math.min(...seen), top * 1e-5);
        const p = begin("spectrum", s, { low: 0, high: 0.5, label: "frequency (cycles a step)" },
            { low: roundOut(bottom / 1.4, false), high: roundOut(top * 1.4, true), log: true, label: "power spectral density of the noise" },
            `Power spectral density of the noise that ${s.rule.name} applies, for white gradient noise of variance 1`);
        p.line([[0, printed], [0.5, printed]], { class: "paper" });
        p.line([[0, 1], [0.5, 1]], { class: "limit" });
        p.line(density, dashed(s));
        // A label stands where the curve is far from its line.
        const clear = (line) => [0.25, 0.12, 0.38].map((f) => [f, Math.abs(Math.log(density[Math.round(400 * f)][1] / line))])
            .reduce((best, other) => other[1] > best[1] + 1 ? other : best)[0];
        if (Number.isFinite(printed) && printed !== 1) {
            p.write(clear(printed), printed, `paper: ${s.short(printed, 3)}`, { dy: -9, "text-anchor": "middle" });
        }
        p.write(clear(1), 1, "the gradient’s noise: 1", { dy: -6, "text-anchor": "middle" });
        p.end();
        const about = Number.isFinite(printed) ? `The paper takes it for white noise of variance ${s.short(printed, 3)} (band)` :
            "The paper says nothing of it";
        document.getElementById("spectrum-note").textContent = `The line is what the rule makes of white gradient noise of variance 1. ${about}; ` +
            `the exact variance is ${s.short(variance)}, spread over the frequencies like this. How far θ drifts depends on frequency 0, where the density is ${s.short(density[0][1], 3)}.`;
    }

    // --- stability ------------------------------------------------------------------------

    const PALETTE = [[0x08, 0x30, 0x6B], [0x21, 0x71, 0xB5], [0x6B, 0xAE, 0xD6], [0xBD, 0xD7, 0xE7], [0xE3, 0xEC, 0xF6]];
    const LEVELS = 24, ROWS = 48, COLUMNS = 72;
    let ground = { key: "" };    // the last map without its point
    let waiting = 0;

    // The parameter on the vertical axis: the first of these that the rule has.
    function upright(rule) {
        return ["beta0", "beta1", "nu"].map((name) => rule.parameters.findIndex((p) => p.name === name)).find((k) => k >= 0) ?? -1;
    }

    function map(s) {
        const index = upright(s.rule), p = s.rule.parameters[index];
        const limit = limitOf(s);
        const y = index < 0 ? { low: 0, high: 1 } : p.name === "beta0" ? { low: -1, high: 6 } : { low: 0, high: 1 };
        const at = index < 0 ? 0.5 : s.value[p.name];
        y.low = Math.min(y.low, at);
        y.high = Math.max(y.high, at);
        y.label = index < 0 ? "" : s.symbol(p.symbol);
        const far = roundOut(Math.max(1.15 * (Number.isFinite(limit) ? limit : 1), 1.05 * s.rate, 2), true);
        const x = { low: 0, high: far, label: "ηh (learning rate × curvature)" };
        const others = s.rule.parameters.map((q, k) => k === index || q.name === "lr" ? "" : s.value[q.name]);
        const key = JSON.stringify([s.rule.name, others, far, y.low, y.high]);
        if (ground.key !== key) {
            ground = { key, rows: null };
            clearTimeout(waiting);
            waiting = setTimeout(() => {
                ground.rows = rowsOf(s, index, x, y);
                drawMap(s, index, x, y, at);
            }, 40);
        }
        drawMap(s, index, x, y, at);
    }

    // Of each row its stable intervals, and the radius at the centres of columns.
    function rowsOf(s, index, x, y) {
        const { wasm, own } = s;
        const rows = sampled(ROWS, (part) => {
            const at = y.low + part * (y.high - y.low), inside = index < 0 || s.rule.parameters[index].highOpen ? Math.min(at, 0.9999) : at;
            const setting = index >= 0 && s.rule.parameters[index].highOpen ? inside : at;
            const count = wasm.explorer_stable(own, index, setting), intervals = [];
            for (let k = 0; k < count; k++) {
                intervals.push([wasm.explorer_from(own, k), wasm.explorer_to(own, k)]);
            }
            if (index >= 0) {
                wasm.explorer_set(own, index, setting);
            }
            const stable = (a, b) => intervals.some(([from, to]) => from < b && to > a);
            const radius = Array.from({ length: COLUMNS }, (_, k) => stable(k / COLUMNS * x.high, (k + 1) / COLUMNS * x.high)
                ? 1 - wasm.explorer_margin(own, (k + 0.5) / COLUMNS * x.high / s.value.h) : NaN);
            return { at, intervals, radius };
        });
        if (index >= 0) {
            wasm.explorer_set(own, index, s.value[s.rule.parameters[index].name]);
        }
        return rows;
    }

    function drawMap(s, index, x, y, at) {
        const p = begin("map", s, x, y, `Where ${s.rule.name} is stable, over ηh and ${y.label || "nothing else"}`);
        const pattern = node("pattern", { id: "map-hatch", width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
        pattern.append(node("line", { class: "hatch", x1: 0, y1: 0, x2: 0, y2: 8 }));
        p.svg.prepend(pattern);
        p.add("rect", { x: p.box.left, y: p.box.top, width: p.box.right - p.box.left, height: p.box.bottom - p.box.top, fill: "url(#map-hatch)" });
        const lowest = Math.min(...(ground.rows || []).flatMap((row) => row.radius.filter((rho) => rho >= 0 && rho < 1)));
        const shades = p.add("g", { class: "shade", "shape-rendering": "crispEdges" });
        for (const row of ground.rows || []) {
            shade(p, shades, row, x, y, index < 0, lowest);
        }
        edges(p, ground.rows || [], x);
        p.line([[s.rate, y.low], [s.rate, y.high]], { class: "here" });
        p.line([[x.low, at], [x.high, at]], { class: "here" });
        p.point(s.rate, at);
        if (index < 0) {
            p.svg.querySelectorAll("text[text-anchor=end]").forEach((text) => text.remove());
        }
        p.end();
        document.getElementById("map-note").textContent = (Number.isFinite(lowest) ? `The darkest blue has the spectral radius ${lowest < 0.01 ? "0" : s.short(lowest, 2)}, the palest nearly 1; ` : "") +
            `hatched diverges, and the line is the exact limit. Here ρ = ${s.short(1 - s.margin, 4)}.` + (index < 0 ? " This rule has no parameter besides η that moves the limit." : "");
    }

    function colour(level) {
        const at = level / (LEVELS - 1) * (PALETTE.length - 1), k = Math.min(Math.floor(at), PALETTE.length - 2);
        return `rgb(${PALETTE[k].map((from, c) => Math.round(from + (at - k) * (PALETTE[k + 1][c] - from))).join()})`;
    }

    function shade(p, ground, row, x, y, whole, lowest) {
        const half = whole ? y.high : 0.5 * (y.high - y.low) / ROWS + 1e-9;
        const top = p.py(Math.min(row.at + half, y.high)), bottom = p.py(Math.max(row.at - half, y.low));
        const level = (k) => Math.max(0, Math.min(LEVELS - 1, Math.floor((row.radius[k] - lowest) / (1 - lowest) * LEVELS)));
        for (const [from, to] of row.intervals) {
            const end = Math.min(to, x.high);
            for (let k = Math.floor(from / x.high * COLUMNS); k < COLUMNS && k / COLUMNS * x.high < end;) {
                let next = k + 1;
                while (next < COLUMNS && level(next) === level(k)) {
                    next++;
                }
                const a = p.px(Math.max(from, k / COLUMNS * x.high)), b = p.px(Math.min(end, next / COLUMNS * x.high));
                ground.append(node("rect", { x: a, y: top, width: Math.max(0, b - a + 0.4), height: bottom - top + 0.4, fill: colour(level(k)) }));
                k = next;
            }
        }
    }

    // The limits from row to row, as long as there are equally many.
    function edges(p, rows, x) {
        const most = Math.max(0, ...rows.map((row) => row.intervals.length));
        for (let k = 0; k < most; k++) {
            for (const side of [0, 1]) {
                p.line(rows.map((row) => {
                    const edge = row.intervals[k]?.[side];
                    return [edge > 0 ? Math.min(edge, 2 * x.high) : NaN, row.at];
                }), { class: "edge" });
            }
        }
    }

    return { variance, ensemble, trace, spectrum, map };
})();
