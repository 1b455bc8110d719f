#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# report.bats: the page that make report writes. Needs python3 and Chromium (make setup-docs).

# A ledger of less precision than make verify's, which takes half a minute, with the tracked
# pictures.
setup_file() {
    export root=$BATS_TEST_DIRNAME/../..
    export PYTHON=${PYTHON:-/usr/bin/python3}
    cd "$BATS_FILE_TMPDIR" || return 1
    local status=0
    "$PNM_BIN/pnm-verify" --quiet --precision 0.01 --output ledger.json || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ]
    # Of the paper on momentum nothing is trained here, which leaves its rows without numbers.
    "$PNM_BIN/pnm-verify" --quiet --paper momentum --max-samples 1 --output momentum.json
    local paper
    for paper in pnm momentum; do
        "$PNM_BIN/pnm-verify" --list --paper $paper --format csv | grep -v '^#' | tail -n +2 | cut -d, -f1
    done >ids
    report ledger.json momentum.json "$root/plots/gallery" report.html
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return 1
}

report() {
    SOURCE_DATE_EPOCH=1600000000 "$PYTHON" -B "$root/plots/report.py" "$@"
}

# section ID: the claim's part of the page
section() {
    awk -v start="<section class=\"claim\" id=\"$1\"" \
        'index($0, start) { on = 1 } on { print } on && /<\/section>/ { exit }' report.html
}

# The ledger has a row a line: "field NAME" takes a number or word from each.
field() {
    sed -n "s/.*\"$1\": \"\{0,1\}\([^,\"}]*\).*/\1/p" | sed 's/^null$//'
}

@test "every claim of both papers has one place, every row of the ledger one line" {
    { sed -n 's/^<section class="claim" id="\([^"]*\)".*/\1/p' report.html
      grep '<p class="untestable">' report.html | grep -o '<span id="[^"]*"' | sed 's/.*id="//; s/"//'
    } | sort >got
    sort ids | diff - got
    cat ledger.json momentum.json | grep '"id":' | grep -v 'not testable here\|not checked yet' | field id | sort >wanted
    sed -n 's/^<tr id="\([^"]*\)-[0-9]*".*/\1/p' report.html | sort >got
    cmp wanted got
}

@test "every numbered statement of the paper has a line, with the claims that decide it" {
    awk '/id="statements"/ { on = 1 } on && /^<tr><td/ { print } on && /<\/table>/ { exit }' report.html >lines.html
    grep -v '^#' "$root/analysis/claims/required.txt" | sed 's/: .*//' >wanted
    sed 's/^<tr><td data-v="[0-9]*">\([^<]*\)<.*/\1/' lines.html | diff wanted -
    grep -q '^<tr><td data-v="18">equation 19</td><td>.*fails.*</td><td><a href="#eq18-19">eq18-19</a>, <a href="#eq18-19-net">eq18-19-net</a></td>' lines.html
    [ "$(grep -c 'not in this ledger' lines.html)" -eq 0 ]
}

@test "eq. 19: paper, exact, measured with its error, why they differ, a command" {
    local name
    section eq18-19 >eq19.html
    grep '"id": "eq18-19"' ledger.json >eq19.json
    [ "$(wc -l <eq19.json)" -gt 50 ]
    grep '^<tr id="eq18-19-' eq19.html >lines.html
    # data-v has the ledger's own digits: of setting's place, paper, exact, measured, count
    for name in paper exact measured stderr count paper_verdict; do
        field "$name" <eq19.json >wanted
        case $name in
        stderr) sed 's/.*data-stderr="\([^"]*\)".*/\1/; /^</s/.*//' lines.html ;;
        paper_verdict) sed 's/.*data-verdicts="\([^"]*\)".*/\1/' lines.html ;;
        paper) awk -F 'data-v="' '{ sub(/".*/, "", $3); print $3 }' lines.html ;;
        exact) awk -F 'data-v="' '{ sub(/".*/, "", $4); print $4 }' lines.html ;;
        measured) awk -F 'data-v="' '{ sub(/".*/, "", $5); print $5 }' lines.html ;;
        count) awk -F 'data-v="' '{ sub(/".*/, "", $6); print $6 }' lines.html ;;
        esac >got
        diff wanted got
    done
    # What a reader sees of one row, and in the words
    local row
    row=$(grep 'pnm beta0=1 beta1=0.9, eta h=0.4472' eq19.json)
    printf '<td class="number" data-v="%s" data-stderr="%s">%.6g\302\240\302\261\302\240%.2g</td>' \
        "$(echo "$row" | field measured)" "$(echo "$row" | field stderr)" \
        "$(echo "$row" | field measured)" "$(echo "$row" | field stderr)" >wanted
    grep -Fqf wanted lines.html
    grep -q '<h4>Why</h4>' eq19.html
    grep -q '<b>In short:</b> it holds in some readings or settings and fails in others\.' eq19.html
    printf 'printed is %.4g, exact %.4g, measured %.4g\302\240\302\261\302\240%.2g;' \
        "$(echo "$row" | field paper)" "$(echo "$row" | field exact)" \
        "$(echo "$row" | field measured)" "$(echo "$row" | field stderr)" >wanted
    tr '\n' ' ' <eq19.html | sed 's/<[^>]*>//g' | grep -Fqf wanted
    grep -q '<code>build/bin/pnm-verify --claim eq18-19 --precision 0.01</code>' eq19.html
    grep -q '<code>build/bin/pnm-stationary --optimizer pnm,two_batch --lr' eq19.html
    grep -q '<a href="#variance_by_rate">' eq19.html
    grep -q '<figure id="variance_by_beta0">' eq19.html
}

@test "the second paper has a section that says what is reconstructed, with its figures and counts" {
    local name
    awk '/<h2 id="momentum">/ { on = 1 } on' report.html >second.html
    grep -q '^<h2 id="momentum">The paper on momentum: Jelassi and Li' report.html
    [ "$(grep -c '<section class="claim" id="jl-' second.html)" -eq 12 ]
    [ "$(grep -c '<section class="claim"' second.html)" -eq 12 ]
    grep -q '<p class="note">.*reconstructed from it.*Nothing here is about the paper’s own setting' second.html
    for name in margin_by_rate error_by_rate error_by_beta0; do
        grep -q "<figure id=\"$name\">" second.html
    done
    # The head counts each paper for itself, and leaves out a paper without claims.
    grep -q '<p><a href="#momentum">.*12 of 12 claims were checked' report.html
    [ "$(grep -c 'href="#neighbours"' report.html)" -eq 0 ]
    grep -q 'pnm-verify --claim jl-gdm --max-samples 1<' second.html
    grep -q 'pnm-verify --claim eq12 --precision 0.01<' report.html
}

@test "of a claim in two ledgers the last is shown; one with other papers only has their sections" {
    "$PNM_BIN/pnm-verify" --quiet --paper neighbours --claim jl-gdm --max-samples 1 --output both.json
    report both.json momentum.json "$root/plots/gallery" both.html
    grep '<section class="claim"' both.html | sed 's/.*id="\([^"]*\)".*/\1/' | head -n 5 | tr '\n' ' ' >got
    [ "$(cat got)" = "mandt-2017 liu-2021 kuehn-2023 wang-2024 jl-train " ]
    [ "$(grep -c 'id="jl-gdm"' both.html)" -eq 1 ]
    grep -q '<h2 id="neighbours">' both.html
}

@test "the analogues, where they were run, are among the networks, with what their ledger found" {
    "$PNM_BIN/pnm-verify" --quiet --paper analogues --max-samples 1 --output training.json || [ $? -eq 2 ]
    grep -q '^"1\. Analogue of figure 4' training.json
    report ledger.json training.json "$root/plots/gallery" trained.html
    sed -n '/^<h2 id="networks"/,/^<h2 id="worst"/p' trained.html >part.html
    grep -q '<section class="claim" id="fig4a"' part.html
    [ "$(grep -c '^<li>.*(<a href="#[a-z0-9]*a">' part.html)" -eq 5 ]
    [ "$(grep -c '<section class="claim" id="table1a"' trained.html)" -eq 1 ]
}

@test "what is not testable here is in one line, and takes no other" {
    [ "$(grep -c '<p class="untestable">' report.html)" -eq 1 ]
    [ "$(grep -c '<option value="not testable here"\|<tr .*data-claim="fig3"' report.html)" -eq 0 ]
    grep '<p class="untestable">' report.html | sed 's/<[^>]*>//g' >line
    grep -q '^Not testable here: .*fig3 (needs Penn Treebank and an LSTM)' line
    [ "$(grep -o 'needs' line | wc -l)" -eq "$(grep 'not testable here' ledger.json | field setting | sort -u | wc -l)" ]
}

@test "the page begins with the findings that the ledger ends with, and figure 1" {
    sed -n '/^<ol>/,/^<\/ol>/p' report.html | grep '^<li>' | head -n 9 >items
    sed -n '/"closing"/,$p' ledger.json | grep -c '^"[0-9]\. ' >wanted
    [ "$(wc -l <items)" -eq "$(cat wanted)" ] && [ "$(cat wanted)" -ge 3 ]
    grep -q 'β<sub>0</sub> = 3 eq. 19 gives PNM 25 times .* <span class="verdict fails">.*(<a href="#eq18-19">eq18-19</a>)\.' items
    [ "$(grep -n '<figure id="variance_by_rate"' report.html | cut -d: -f1)" -lt "$(grep -n 'id="contents"' report.html | cut -d: -f1)" ]
    # Other numbers, other sentences: they are this ledger's.
    sed 's/eq. 19 gives PNM 25 times/eq. 19 gives PNM 26 times/' ledger.json >other.json
    report other.json "$root/plots/gallery" other.html
    grep -q '^<li>.*eq. 19 gives PNM 26 times' other.html
}

@test "sections on real noise, networks, worst cases have their claims and figures, and the contents list them" {
    local topic
    for topic in "noise epoch ratio_by_noise" "networks eq18-19-net network_by_beta0" \
        "worst worst-case-noise worst_by_steps_and_beta0"; do
        # shellcheck disable=SC2086  # three words
        set -- $topic
        sed -n "/^<h2 id=\"$1\"/,/^<h2 /p" report.html >part.html
        grep -q "<section class=\"claim\" id=\"$2\"" part.html
        grep -q "<figure id=\"$3\"" part.html
        grep -q "<li><a href=\"#$1\">" report.html
    done
    grep -q '<figure id="loss_by_factor"' report.html
}

# told FILE.svg TITLE DESCRIPTION: gives the picture these
told() {
    "$PYTHON" - "$@" <<'END'
import re, sys
path, title, description = sys.argv[1:]
svg = open(path, encoding="utf-8").read()
svg = re.sub("<title>.*?</title>\n<desc>.*?</desc>", "", svg, count=1, flags=re.S)
told = f"\n<title>{title}</title>\n<desc>{description}</desc>\n<g id=\"gnuplot_canvas\">"
open(path, "w", encoding="utf-8").write(svg.replace("\n<g id=\"gnuplot_canvas\">", told, 1))
END
}

@test "a figure has its svg's title as finding and alternative text, its description as commands" {
    mkdir pictures
    cp "$root"/plots/gallery/*.svg pictures
    told pictures/variance_by_beta0.svg 'It &lt; falls' \
        'Produced by GNUPLOT 5.4 patchlevel 4 from tables of pnmlab 9.9.9, with these commands:
pnm-stationary --lr 1,2 \
    --seed 3
gnuplot -d -c x.gp'
    report ledger.json pictures titled.html
    sed -n '/<figure id="variance_by_beta0">/,/<\/figure>/p' titled.html >figure.html
    grep -q '<svg role="img" aria-label="It &lt; falls"' figure.html
    grep -q '^<figcaption>Figure 2. Variance against β₀. <b>It &lt; falls.</b>$' figure.html
    grep -q '^<p>Produced by GNUPLOT 5.4 patchlevel 4 from tables of pnmlab 9.9.9, with these commands:</p>$' figure.html
    grep -q '^<pre class="command"><code>build/bin/pnm-stationary --lr 1,2 --seed 3</code></pre>$' figure.html
    grep -q '<code>gnuplot -d -c x.gp</code>' figure.html
    [ "$(grep -c '<title>\|<desc>' titled.html)" -eq 1 ] # the page's own
    # One without its own title and description has those of plots/README.md.
    told pictures/variance_by_beta0.svg Gnuplot 'Produced by GNUPLOT 5.4 patchlevel 4 '
    report ledger.json pictures untitled.html
    sed -n '/<figure id="variance_by_beta0">/,/<\/figure>/p' untitled.html >figure.html
    sed -n 's/^!\[\(.*\)\](gallery\/variance_by_beta0.svg)$/\1/p' "$root/plots/README.md" | sed "s/'/\&#x27;/g" >shown
    grep -q "aria-label=\"$(cat shown)\"" figure.html
    grep -q "^<figcaption>Figure 2. Variance against β₀. <b>$(cat shown)\.</b>$" figure.html
    grep -q '<code>make tables plots</code>' figure.html
}

@test "the page to play with is linked where it is beside the report" {
    grep -q '<code>make explorer</code>' report.html
    [ "$(grep -c 'explorer.html' report.html)" -eq 0 ]
    mkdir beside
    echo >beside/explorer.html
    report ledger.json "$root/plots/gallery" beside/report.html
    grep -q '<a href="explorer.html">The page to play with</a>' beside/report.html
}

@test "each claim that fails says why; each that was run has its command" {
    local id
    while read -r id; do
        section "$id" >one
        if grep -q 'class="verdict fails".*/td' one; then
            grep -q '<p class="why">' one || { echo "$id: no reason" >&2; return 1; }
        fi
        if grep -q '<table' one; then
            grep -q "pnm-verify --claim $id" one || { echo "$id: no command" >&2; return 1; }
        fi
    done <ids
}

@test "the head tells version, parameters, seed, machine and time" {
    grep -q '<dt>Version</dt><dd>pnm-verify [0-9]' report.html
    grep -q '<dt>Parameters</dt><dd>precision 0.01, max-samples 2e9, control auto, rng xoshiro</dd>' report.html
    grep -q '<dt>Seed</dt><dd>1</dd>' report.html
    grep -q '<dt>Time</dt><dd>2020-09-13 12:26 UTC</dd>' report.html
    # With the time given, the page is the same on every machine.
    [ "$(grep -c '<dt>Machine' report.html)" -eq 0 ]
    "$PYTHON" -B "$root/plots/report.py" ledger.json "$root/plots/gallery" here.html
    grep -Eq '<dt>Machine</dt><dd>.+, [0-9]+ cores?</dd>' here.html
}

@test "README.md, sim/README.md and analysis/README.md are what make docs writes" {
    run sh "$root/tests/docs/generate.sh" --check
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "the same bytes again; nothing in it is loaded from elsewhere" {
    report ledger.json momentum.json "$root/plots/gallery" again.html
    cmp report.html again.html
    run grep -E '(src|srcset)=|<link [^>]*href="[^d]|@import|url\((['"'"'"]?)(http|//)' report.html
    [ "$status" -eq 1 ]
}

@test "a ledger of one claim makes a page of it" {
    "$PNM_BIN/pnm-verify" --quiet --claim eq12 --precision 0.01 --output one.json || [ $? -eq 2 ]
    report one.json "$root/plots/gallery" one.html
    [ "$(grep -c '<section class="claim"' one.html)" -eq 1 ]
}

@test "what is missing or broken is named, and leaves nothing behind" {
    mkdir empty
    local out=empty/out.html
    run report none.json "$root/plots/gallery" $out
    [ "$status" -eq 1 ] && [ "$output" = "report.py: none.json: No such file or directory" ]
    echo '{"rows": [' >broken.json
    run report broken.json "$root/plots/gallery" $out
    [ "$status" -eq 1 ] && [[ $output == "report.py: broken.json: not a ledger"* ]]
    run report ledger.json empty $out
    [ "$status" -eq 1 ] && [[ $output == "report.py: empty/"*".svg: No such file or directory" ]]
    sed 's/"id": "eq12"/"id": "eq99"/' ledger.json >stranger.json
    run report stranger.json "$root/plots/gallery" $out
    [ "$status" -eq 1 ] && [[ $output == "report.py: "*"analysis/claims: no text for claim eq99" ]]
    sed 's/beta1=0.9, long time/beta1=0.8, long time/' ledger.json >moved.json
    run report moved.json "$root/plots/gallery" $out
    [ "$status" -eq 1 ] && [[ $output == *"claim eq4: no row for <<measured|beta1=0.9, long time>>" ]]
    run report ledger.json "$root/plots/gallery" empty/none/out.html
    [ "$status" -eq 74 ]
    run report ledger.json
    [ "$status" -eq 64 ]
    [ -z "$(ls empty)" ]
}

@test "in a browser: anchors, filters, sorting, nothing cut at 360, 768 and 1440 pixels" {
    run timeout 120 "$PYTHON" -B "$root/tests/docs/browser.py" report.html ids
    echo "$output"
    [ "$status" -eq 0 ] && [ -z "$output" ]
}

# damaged CHECK SED_SCRIPT MESSAGE: that check of the browser's test notices
damaged() {
    sed "$2" few.html >damaged.html
    if cmp -s few.html damaged.html; then return 1; fi
    run timeout 120 "$PYTHON" -B "$root/tests/docs/browser.py" damaged.html few.ids --only "$1"
    echo "$1: $output"
    [ "$status" -eq 1 ] && [[ $output == *"$3"* ]]
}

@test "the browser's test notices a page that is damaged" {
    # A page of a few claims, which is quicker, and passes before it is damaged.
    printf '%s\n' eq4 special-hb adapnm-debias thm3.1 eq18-19 fig3 >few.ids
    "$PYTHON" -c 'import json
ledger, ids = json.load(open("ledger.json")), open("few.ids").read().split()
ledger["rows"] = [row for row in ledger["rows"] if row["id"] in ids]
json.dump(ledger, open("few.json", "w"))'
    report few.json "$root/plots/gallery" few.html
    run timeout 120 "$PYTHON" -B "$root/tests/docs/browser.py" few.html few.ids
    echo "$output"
    [ "$status" -eq 0 ] && [ -z "$output" ]
    damaged nothing_is_cut 's/^<main>/<main><p style="width: 900px">wide<\/p>/' 'width of the page at 360'
    damaged nothing_is_cut 's/^dl {/dd { overflow: hidden; width: 3px; white-space: nowrap } dl {/' 'cut at'
    damaged nothing_is_cut 's/^td .verdict {/td .verdict { position: relative; left: 700px;/' 'verdicts cut at 768'
    damaged nothing_is_cut 's/^td.setting {/.rows { direction: rtl } td.setting {/' 'verdicts not first at 768'
    damaged claims_are_there 's/id="eq4" /id="eq04" /' 'claims without an anchor'
    damaged claims_are_there 's/^<main>/<main hidden>/' 'claims seen'
    damaged console_is_empty 's/^"use strict";/"use strict"; console.error("no");/' 'console'
    damaged filters_work 's/row.hidden = !fits(row)/row.hidden = false; fits(row)/' 'claims, rows'
    damaged sorting_works 's/return up ? by : -by;/return by;/' 'sorted down'
    damaged search_works 's/plain(search.value)/search.value/' 'two words in any case'
    damaged copying_works 's/writeText(code.textContent)/writeText("")/' 'the command copied'
    damaged first_screen 's/^h1 {/h1 { padding-top: 300px;/' 'figure 1 on the first screen'
    damaged contents_lead_everywhere 's/^html {.*//' 'link 0 of the contents'
    damaged legible_in_light_and_dark 's/--fails: #ffab7a/--fails: #9c3b00/' 'contrast of at least 4.5 in dark mode'
    damaged readable_without_script 's/^<span id="controls" hidden>/<span id="controls">/' 'no controls without script'
}
