// SPDX-License-Identifier: GPL-3.0-or-later
// explorer.js: sliders, pictures and the live ensemble of the page. All numbers come from the
// WebAssembly (explorer.c); here they are asked for and drawn.
"use strict";
(() => {
    const by = (id) => document.getElementById(id);
    const looks = JSON.parse(by("looks").textContent);
    const BATCH_OF_CHAINS = 64, PRECISION = 0.01, TRACE_STEPS = 300;
    let wasm, own, rules, rule;      // exports, the state in there, all rules, the one chosen
    const value = {};                // of every control, by name
    const live = { running: false, planned: 0, points: [], version: 0 };

    // --- the WebAssembly ------------------------------------------------------------------

    // wasi-libc asks for these; there are no files and no environment.
    const zero = (...at) => at.forEach((a) => new DataView(wasm.memory.buffer).setUint32(a, 0, true));
    const wasi = {
        environ_sizes_get: (count, size) => (zero(count, size), 0), environ_get: () => 0,
        fd_close: () => 8, fd_seek: () => 8, fd_write: () => 8,
        proc_exit: (status) => { throw new Error(`the WebAssembly ended with ${status}`); },
    };

    async function load() {
        const bytes = Uint8Array.from(atob(by("wasm").textContent), (c) => c.charCodeAt(0));
        const made = await WebAssembly.instantiate(bytes, { wasi_snapshot_preview1: wasi });
        wasm = made.instance.exports;
        wasm._initialize();
        own = wasm.explorer_new();
        rules = readRules(wasm.explorer_rules(own));
    }

    function readRules(pointer) {
        const bytes = new Uint8Array(wasm.memory.buffer, pointer);
        const text = new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
        const number = (word) => Number(word.replace("inf", "Infinity"));
        const all = [];
        for (const line of text.trim().split("\n")) {
            const [kind, ...f] = line.split("\t");
            if (kind === "rule") {
                all.push({ index: +f[0], name: f[1], summary: f[2], formula: f[3], source: f[4], parameters: [] });
            } else {
                all.at(-1).parameters.push({
                    name: f[0], symbol: f[1], doc: f[2], words: f[3], preset: number(f[4]), low: number(f[5]), high: number(f[6]),
                    lowOpen: f[7] === "1", highOpen: f[8] === "1", choices: f[9] ? f[9].split("|") : null,
                });
            }
        }
        return all;
    }

    // theta of the 64 chains of a unit at steps 0 ... steps, chain by chain
    function trace(unit, steps) {
        const at = wasm.explorer_trace(own, unit, steps);
        return new Float64Array(wasm.memory.buffer, at, BATCH_OF_CHAINS * (steps + 1)).slice();
    }

    // --- numbers as text ------------------------------------------------------------------

    function short(x, digits = 4, least = 1e-5) {
        if (!Number.isFinite(x)) {
            return x > 0 ? "∞" : "–";
        }
        const plain = Number(x.toPrecision(digits)), size = Math.abs(plain);
        const text = size !== 0 && (size < least || size >= 1e6) ? String(plain.toExponential()) : String(plain);
        return text.replace(/^-/, "−").replace(/e\+?(.*)/, (_, power) => "·10" + raised(power));
    }

    function raised(power) {
        const signs = { "-": "⁻", "−": "⁻" };
        return Array.from(power, (c) => signs[c] || "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]).join("");
    }

    const GREEK = { eta: "η", beta: "β", nu: "ν", gamma: "γ", theta: "θ", xi: "ξ" };

    const lowered = (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit];

    // beta_0 and beta0 become β₀, in labels x^2 becomes x²
    function symbol(text) {
        return text.replace(/\b([a-z]+)_?(\d?)(?![a-z])/g, (all, word, digit) => GREEK[word] ? GREEK[word] + (digit && lowered(digit)) : all)
            .replaceAll("^2", "²").replaceAll("sqrt", "√").replace(/(^|[^a-zA-Z])-/g, "$1−");
    }

    // The same, with what follows _ below the line and what follows ^ above it: m_{t-1}, g_t, beta1^2.
    function formula(text) {
        return text.split(/([_^](?:\{[^}]*\}|\w))/).map((piece, k) =>
            k % 2 ? element(piece[0] === "_" ? "sub" : "sup", {}, symbol(piece.slice(1).replace(/[{}]/g, ""))) : symbol(piece));
    }

    // --- controls -------------------------------------------------------------------------

    const logarithmic = (low, high) => ({ low, high, from: (s) => round(low * (high / low) ** s),
        to: (x) => Math.log(x / low) / Math.log(high / low) });
    const linear = (low, high, step) => ({ low, high, from: (s) => round(Math.round((low + s * (high - low)) / step) * step),
        to: (x) => (x - low) / (high - low) });
    const powers = (high) => ({ low: 1, high, from: (s) => 2 ** Math.round(s * Math.log2(high)),
        to: (x) => Math.log2(x) / Math.log2(high) });
    const round = (x) => Number(x.toPrecision(3));

    // Where a slider goes; the number beside it may be any in the parameter's range.
    const SLIDERS = { lr: logarithmic(1e-3, 10), beta0: linear(-1, 6, 0.05), beta1: linear(0, 0.99, 0.01),
        h: logarithmic(0.01, 100), batch: powers(1024) };
    const PROBLEM = [
        { name: "h", symbol: "h", doc: "curvature", preset: 1, low: 0, lowOpen: true, high: Infinity },
        { name: "batch", symbol: "B", doc: "batch size, which divides the noise", preset: 1, low: 0, lowOpen: true, high: Infinity },
        { name: "seed", symbol: "", doc: "seed of the ensemble", preset: 1, low: 0, high: 2 ** 53, whole: true },
    ];
    const PRESET_LR = 0.1;

    function allowed(p, x) {
        return Number.isFinite(x) && (p.lowOpen ? x > p.low : x >= p.low) && (p.highOpen ? x < p.high : x <= p.high) &&
            (!p.whole || Number.isInteger(x));
    }

    // A default that the rule computes from its other parameters; it is NaN until a number is given.
    const computed = (p) => p.name !== "lr" && !p.choices && Number.isNaN(p.preset);
    const presetOf = (p) => p.name === "lr" ? PRESET_LR : p.preset;

    function element(tag, attributes, ...children) {
        const made = document.createElement(tag);
        Object.entries(attributes).forEach(([key, text]) => made.setAttribute(key, text));
        made.append(...children);
        return made;
    }

    function control(p) {
        const id = `set-${p.name}`;
        const name = symbol(p.symbol);
        const label = element("label", { for: id }, name && !p.choices ? `${name}: ${symbol(p.doc)}` : symbol(p.doc));
        const box = element("div", { class: "control" }, label);
        if (p.choices) {
            const select = element("select", { id }, ...p.choices.map((word, k) => element("option", { value: k }, word)));
            select.value = value[p.name];
            select.addEventListener("change", () => set(p, Number(select.value)));
            box.append(select);
            return box;
        }
        const number = element("input", { type: "number", id, step: "any", inputmode: "decimal",
            value: Number.isNaN(value[p.name]) ? "" : value[p.name] });
        number.addEventListener("input", () => {
            const x = number.value === "" ? NaN : Number(number.value);
            const fits = allowed(p, x) || (computed(p) && number.value === "" && !number.validity.badInput);
            number.setCustomValidity(fits ? "" : "not in the range of this number");
            if (fits) {
                set(p, x, number);
            }
        });
        if (computed(p)) {
            number.placeholder = `${symbol(p.words)}, the default`;
        }
        const scale = SLIDERS[p.name] || (p.whole || computed(p) ? null : linear(Math.max(p.low, -1), Math.min(p.high, 1), 0.01));
        if (!scale) {
            box.append(number);
            return box;
        }
        const slider = element("input", { type: "range", min: 0, max: 1, step: p.name === "batch" ? 0.1 : 0.001,
            "aria-label": `${name || p.name}, ${p.doc}`, id: `slide-${p.name}` });
        slider.value = scale.to(value[p.name]);
        slider.setAttribute("aria-valuetext", value[p.name]);
        slider.addEventListener("input", () => set(p, scale.from(Number(slider.value)), slider));
        box.append(element("div", { class: "range" }, slider, number));
        return box;
    }

    // Writes a value into its controls, but not into the one that it comes from.
    function show(p, from) {
        const number = by(`set-${p.name}`), slider = by(`slide-${p.name}`), x = value[p.name];
        if (number && number !== from) {
            number.value = Number.isNaN(x) ? "" : x;
            number.setCustomValidity?.("");
        }
        if (slider) {
            slider.setAttribute("aria-valuetext", x);
            if (slider !== from) {
                slider.value = SLIDERS[p.name] ? SLIDERS[p.name].to(x) : (x - Math.max(p.low, -1)) / (Math.min(p.high, 1) - Math.max(p.low, -1));
            }
        }
    }

    function set(p, x, from) {
        value[p.name] = x;
        show(p, from);
        changed();
    }

    function choose(name) {
        rule = rules.find((r) => r.name === name) || rules.find((r) => r.name === value.rule) || rules[0];
        value.rule = rule.name;
        by("rule").value = rule.name;
        rule.parameters.forEach((p) => {
            // What several rules have keeps its value from rule to rule.
            value[p.name] = p.name in value && !p.choices && allowed(p, value[p.name]) ? value[p.name] : presetOf(p);
        });
        by("parameters").replaceChildren(...rule.parameters.map(control));
        by("formula").replaceChildren(element("b", {}, rule.summary), ": ", ...formula(rule.formula), ` (${rule.source})`);
        const [colour, dash] = looks[rule.name] || ["#000000", "6,5"];
        document.documentElement.style.setProperty("--rule", colour === "#000000" ? "var(--ink)" : colour);
        rule.dash = dash;
    }

    // --- the setting in the address -------------------------------------------------------

    function readAddress() {
        const words = new URLSearchParams(location.hash.slice(1));
        if (words.has("rule")) {
            rules.find((r) => r.name === words.get("rule"))?.parameters.forEach((p) => delete value[p.name]);
        }
        const read = (p) => {
            const word = words.get(p.name);
            const x = p.choices ? p.choices.indexOf(word) : word === null || word === "" ? NaN : Number(word);
            if (p.choices ? x >= 0 : allowed(p, x)) {
                value[p.name] = x;
            }
        };
        PROBLEM.forEach((p) => {
            value[p.name] = value[p.name] ?? p.preset;
            read(p);
        });
        const wanted = rules.some((r) => r.name === words.get("rule")) ? words.get("rule") : value.rule;
        rules.find((r) => r.name === wanted)?.parameters.forEach(read);
        const words_of = { ...value };
        choose(wanted);
        rule.parameters.filter((p) => p.choices && words.has(p.name)).forEach((p) => { value[p.name] = words_of[p.name]; });
        by("parameters").replaceChildren(...rule.parameters.map(control));
        PROBLEM.forEach((p) => show(p));
        changed();
    }

    function address() {
        const words = new URLSearchParams({ rule: rule.name });
        rule.parameters.concat(PROBLEM).filter((p) => !Number.isNaN(value[p.name])).forEach((p) => words.set(p.name, p.choices ? p.choices[value[p.name]] : value[p.name]));
        return `#${words}`;
    }

    let writing = 0;
    function writeAddress() {
        clearTimeout(writing);
        writing = setTimeout(() => history.replaceState(null, "", address()), 250);
    }

    // --- commands -------------------------------------------------------------------------

    function options() {
        const words = rule.parameters.filter((p) => p.choices ? value[p.name] !== p.preset : !Number.isNaN(value[p.name]))
            .map((p) => `--${p.name} ${p.choices ? p.choices[value[p.name]] : value[p.name]}`);
        return `--optimizer ${rule.name} ${words.join(" ")} --spectrum ${value.h} --batch ${value.batch}`;
    }

    function showCommands(planned) {
        const steps = wasm.explorer_steps(own), burnIn = wasm.explorer_burn_in(own);
        showCommand("command", planned === 0 ? "(diverges: there is no stationary variance to measure)" :
            `build/bin/pnm-stationary ${options()} --replicas ${planned} --steps ${steps} --burn-in ${burnIn} --control none --seed ${value.seed}`);
        showCommand("command-trace", `build/bin/pnm-simulate ${options()} --record trajectory --replicas 3 ` +
            `--steps ${TRACE_STEPS} --seed ${value.seed}${planned === 0 ? " --allow-divergence" : ""}`);
    }

    // An option stays in one line with its value.
    function showCommand(id, text) {
        by(id).replaceChildren(...text.split(/ (?=--)/).flatMap((option, k) => [k ? " " : "", element("span", {}, option)]));
    }

    async function copy(button) {
        const code = by(button.dataset.of);
        try {
            await navigator.clipboard.writeText(code.textContent);
            button.textContent = "Copied";
        } catch {    // no permission: it is selected, for the reader's own keys
            getSelection().selectAllChildren(code);
            button.textContent = "Selected";
        }
        setTimeout(() => { button.textContent = "Copy"; }, 1500);
    }

    // --- a change, and the live ensemble --------------------------------------------------

    let frame = 0;
    function changed() {
        live.running = false;
        live.version++;
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(update);
    }

    function update() {
        wasm.explorer_choose(own, rule.index);
        rule.parameters.forEach((p, k) => wasm.explorer_set(own, k, value[p.name]));
        wasm.explorer_problem(own, value.h, value.batch);
        live.points = [];
        live.planned = wasm.explorer_begin(own, value.seed, PRECISION);
        by("run").disabled = live.planned === 0;
        by("run").textContent = "Run the ensemble";
        by("progress").textContent = live.planned === 0 ? "" :
            `${live.planned} chains of ${wasm.explorer_steps(own)} steps` +
            (live.planned * wasm.explorer_steps(own) > 1e8 ? ": long for a browser, and the command below is faster" : "");
        showCommands(live.planned);
        draw();
        writeAddress();
    }

    // Pictures are drawn between slices of some milliseconds; with reduced motion at the end.
    function slice(version) {
        if (!live.running || version !== live.version) {
            return;
        }
        const until = performance.now() + 14;
        let count = live.points.length ? live.points.at(-1).count : 0;
        while (performance.now() < until && count < live.planned) {
            const now = wasm.explorer_run(own, 4);
            if (now > count) {
                count = now;
                live.points.push({ count, mean: wasm.explorer_mean(own), error: wasm.explorer_stderr(own) });
            }
        }
        const done = count >= live.planned;
        const taken = wasm.explorer_taken(own), steps = wasm.explorer_steps(own);
        by("progress").textContent = `${count} of ${live.planned} chains` +
            (steps > 1e5 && !done ? `, the next ${BATCH_OF_CHAINS} at step ${taken} of ${steps}` : "");
        if (done) {
            live.running = false;
            by("run").textContent = "Run it again";
        }
        if (done || !matchMedia("(prefers-reduced-motion: reduce)").matches) {
            window.pnmPictures.ensemble(state());
            showNumbers();
            if (done) {
                window.pnmPictures.variance(state());
            }
        }
        if (!done) {
            requestAnimationFrame(() => slice(version));
        }
    }

    function run() {
        if (live.running) {
            live.running = false;
            by("run").textContent = "Go on";
            return;
        }
        if (live.points.length && live.points.at(-1).count >= live.planned) {
            live.points = [];
            live.planned = wasm.explorer_begin(own, value.seed, PRECISION);
        }
        live.running = true;
        by("run").textContent = "Stop";
        slice(live.version);
    }

    // --- what is shown --------------------------------------------------------------------

    function state() {
        const lr = value.lr, rate = lr * value.h;
        const exact = wasm.explorer_exact(own, lr), paper = wasm.explorer_paper(own, lr);
        return { wasm, own, rule, value, lr, rate, exact, paper, live, trace,
            margin: wasm.explorer_margin(own, lr), short, symbol };
    }

    function showNumbers() {
        const s = state(), last = live.points.at(-1), unit = s.lr / (2 * value.batch);
        const rows = [["ηh", short(s.rate)],
            ["spectral radius ρ", short(1 - s.margin, 5)],
            ["Σ exact", Number.isNaN(s.exact) ? "none: it diverges" : `${short(s.exact)} = ${short(s.exact / unit)} · η/(2B)`],
            ["Σ printed", Number.isNaN(s.paper) ? "the paper has no formula" : `${short(s.paper)} = ${short(s.paper / unit)} · η/(2B)`]];
        if (!Number.isNaN(s.exact) && !Number.isNaN(s.paper)) {
            rows.push(["printed/exact", short(s.paper / s.exact)]);
        }
        rows.push(["Σ measured", last ? `${short(last.mean, 5)} ± ${short(last.error, 2)}` : Number.isNaN(s.exact) ? "nothing settles" : "run the ensemble"]);
        if (last && !Number.isNaN(s.exact)) {
            rows.push(["measured − exact", `${((last.mean - s.exact) / last.error).toFixed(1).replace("-", "−")} standard errors`]);
        }
        by("numbers").replaceChildren(...rows.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]));
        const stable = s.margin > 0;
        by("state").className = stable ? "" : "diverges";
        by("state").textContent = stable ? `${rule.name} is stable here: a distance shrinks by the factor ρ a step.`
            : `${rule.name} diverges here: without noise a distance ${s.margin < 0 ? "grows by the factor ρ a step" : "does not shrink"}.`;
    }

    function draw() {
        showNumbers();
        const s = state();
        ["variance", "ensemble", "trace", "spectrum", "map"].forEach((name) => window.pnmPictures[name](s));
    }

    function begin() {
        by("missing").hidden = true;
        by("page").hidden = false;
        by("rule").append(...rules.map((r) => element("option", { value: r.name }, r.name)));
        PROBLEM.forEach((p) => { value[p.name] = p.preset; });
        value.rule = "pnm";
        by("problem").replaceChildren(...PROBLEM.map(control));
        by("rule").addEventListener("change", () => { choose(by("rule").value); changed(); });
        by("run").addEventListener("click", run);
        by("controls").addEventListener("submit", (event) => event.preventDefault());
        document.querySelectorAll(".copy").forEach((button) => button.addEventListener("click", () => copy(button)));
        window.addEventListener("hashchange", readAddress);
        let width = innerWidth;
        window.addEventListener("resize", () => {
            if (innerWidth !== width) {
                width = innerWidth;
                draw();
            }
        });
        readAddress();
        // For tests/docs/explorer.py.
        window.pnmExplorer = { trace, live, value, exact: () => state().exact, paper: () => state().paper };
    }

    if (typeof WebAssembly === "object") {
        load().then(begin, (error) => {
            by("missing").append(` (${error.message})`);
        });
    }
})();
