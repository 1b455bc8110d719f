#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# verify.bats: pnm-verify, the ledger.

load helpers

columns=id,where,kind,statement,setting,paper,exact,measured,stderr,count,paper_verdict,exact_verdict,form,variable,deviation,command,samples,plain_samples,source

@test "--list shows every claim of the design once" {
    attempt pnm-verify --list
    expect_status 0
    local id
    for id in eq2 eq4 eq5 eq6-8 eq9 noise-ratio special-hb hb-scaling hb-sgd eq10 lemma-A1 lemma-A2 \
        lemma-A3 thm3.1 cap rate thm4.1 eq12 eq14 eq15 eq17 eq18-19 thm4.2 eq21 eq22 eq23 example \
        thm4.3 default fig7 adapnm-debias fig11 fig12 table1 table2 table3 eq11 eq16 independent \
        noise-to-rate kl-sign eq44 practice hb-generalizes eta-over-B faster tables-arithmetic \
        flat anti-pgd averaging epoch tails eq18-19-net proof-{24..46} proof-A2 proof-A3; do
        expect_equal "$(body "$out" | grep -c "^$id,")" 1 "$id"
    done
    expect_equal "$(body "$out" | cut -d, -f1 | sort | uniq -d)" ''
    for id in eq15 eq17 eq18-19 special-hb hb-scaling hb-sgd thm4.1 fig7 fig11 fig12 tables-arithmetic; do
        body "$out" | grep "^$id," | grep -q ',yes,' || { echo "$id has no check" >&2; false; }
    done
    body "$out" | grep '^table1,' | grep -q 'not testable here'
}

@test "every claim has a text, every text a claim, with no number of the run typed in" {
    local texts=$BATS_TEST_DIRNAME/../../analysis/claims
    pnm-verify --list --format csv | grep -v '^#' | tail -n +2 | cut -d, -f1 | sort >listed
    sed -n 's/^# \([^ ]*\): .*/\1/p' "$texts"/*.md | sort >told
    diff listed told
    expect_equal "$(grep -l '^## Printed$' "$texts"/*.md | wc -l)" "$(wc -l <listed)"
    # What is left besides settings (x = 0.9, "0.3 of the limit", theorem 4.1) has no decimals.
    expect_equal "$(awk '/^#/ { on = $2 == "Why" } on' "$texts"/*.md | tr '\n' ' ' |
        sed 's/<<[^>]*>>//g; s/= 0\.[0-9]*//g; s/≥ [0-9.]*//g
            s/[0-9.][0-9., and]* of \(the\|it\)//g; s/[Tt]heorem [0-9.]*//g; s/lemma A\.[0-9]//g' |
        grep -o '.\{9\}[0-9]\.[0-9]*' | grep '[0-9]\.[0-9]' || true)" ''
}

@test "every numbered statement of the paper has claims, or a file that defines it" {
    local root=$BATS_TEST_DIRNAME/../.. n id
    {
        for n in $(seq 46); do echo "equation $n"; done
        for n in 1 2 3 4; do echo "algorithm $n"; done
        for n in 3.1 4.1 4.2 4.3; do echo "theorem $n"; done
        for n in 1 2 3; do echo "lemma A.$n"; done
        for n in 1 2; do echo "assumption $n"; done
        for n in 1 2 3; do echo "table $n"; done
        for n in $(seq 12); do echo "figure $n"; done
    } >wanted
    grep -v '^#' "$root/analysis/claims/required.txt" >required
    sed 's/: .*//' required | diff wanted -
    pnm-verify --list --format csv | grep -v '^#' | tail -n +2 >listed
    while IFS= read -r n; do
        case $n in
        *': defined in '*)
            [ -f "$root/${n#*: defined in }" ] || { echo "$n: no such file" >&2; false; }
            ;;
        *)
            for id in ${n#*: }; do
                grep -q "^$id,.*,\(yes\|not testable here\)," listed || { echo "$n: $id" >&2; false; }
            done
            ;;
        esac
    done <required
    # What cannot be tested here says what it would need.
    grep ',not testable here,' listed | cut -d, -f1 | while IFS= read -r id; do
        pnm-verify --claim "$id" --format csv | tail -n 1 | grep -q ',needs .*,not testable here,' ||
            { echo "$id" >&2; false; }
    done
}

@test "what a verdict assumes names files and tests that are there" {
    local root=$BATS_TEST_DIRNAME/../.. file names name
    tr '\n' ' ' <"$root/analysis/SOUNDNESS.md" | grep -o '`tests/[^`]*`\( ([^)]*)\)\?' >guards
    [ "$(wc -l <guards)" -ge 30 ]
    while IFS= read -r name; do
        file=$root/$(echo "$name" | cut -d'`' -f2)
        [ -f "$file" ] || { echo "$file" >&2; false; }
        names=$(echo "$name" | sed -n 's/.*(\(.*\))$/\1/p' | sed 's/^make .*//; s/, */\n/g')
        echo "$names" | while IFS= read -r name; do
            grep -qF -- "$name" "$file" || { echo "$file: $name" >&2; false; }
        done
    done <guards
}

@test "--explain tells in words what is printed, what is right and why, with this run's numbers" {
    attempt pnm-verify --explain cap,eq12,fig3 --quiet --precision 0.01 --seed 7
    expect_status 2
    expect_equal "$(grep '^#' "$out")" "## cap: the largest learning rate of theorem 3.1
## eq12: how the noise is written
## fig3: learning curves on Penn Treebank"
    # Mathematics in the letters of the paper; numbers of the rows; lines that fit.
    grep -q '^Printed: Theorem 3.1 takes η₀ up to 1/(2L)\. Whether PNM is stable there is not$' "$out" || show
    tr '\n' ' ' <"$out" | grep -q 'It is 0.75 of the limit at β₀ = 1, 1.75 at 3 and 35.25 at 70' || show
    grep -q '^In short: the paper claims nothing here\. Its rows by form and verdict:$' "$out" || show
    grep -q '^- as printed: no claim 20$' "$out" || show
    grep -q '^- as intended: ' "$out" || show
    grep -q '^It is not testable here: it needs Penn Treebank' "$out" || show
    grep -q '^    pnm-verify --claim eq12 --seed 7 --precision 0.01$' "$out" || show
    [ "$(grep -v '^    ' "$out" | LC_ALL=C.UTF-8 wc -L)" -le 79 ] || show
    never grep -q '<<\|>>\|[$]' "$out"
    cp "$out" said
    attempt pnm-verify --explain cap,eq12,fig3 --quiet --precision 0.01 --seed 7 --output - --format json
    cmp "$out" said
    attempt pnm-verify --explain cap,eq12,fig3 --quiet --precision 0.01 --seed 7 --output it.md,again.csv
    cmp it.md said
    cmp again.csv said
}

@test "what cannot be explained is refused" {
    refuse 64 '--explain: no claim .eq99.*allowed are' pnm-verify --explain eq99
    refuse 64 '--claim: --explain says itself which claims' pnm-verify --explain eq12 --claim eq4
    refuse 64 '--list: --explain says itself which claims' pnm-verify --explain eq12 --list
    all_refused
    # Without the files that are installed beside it, the program says which it misses.
    mkdir -p alone/bin
    cp "$(command -v pnm-verify)" alone/bin
    attempt alone/bin/pnm-verify --explain eq12 --quiet --precision 0.1
    expect_status 70
    expect_message ".*share/pnmlab/claims/eq12.md', which belongs to this program, cannot be read: No such"
    # A text that names no row of the ledger.
    mkdir -p alone/share/pnmlab/claims
    cat >alone/share/pnmlab/claims/eq12.md <<'END'
# eq12: a text

## Printed

It is <<exact|no such setting>>.
END
    attempt alone/bin/pnm-verify --explain eq12 --quiet --precision 0.1
    expect_status 70
    expect_message '.*the text of claim eq12 names a row that it has not: <<exact|no such setting>>'
    # And one that misspells a column.
    sed -i 's/exact|no such setting/measurd|covariance/' alone/share/pnmlab/claims/eq12.md
    attempt alone/bin/pnm-verify --explain eq12 --quiet --precision 0.1
    expect_status 70
    expect_message '.*the text of claim eq12 names a row that it has not: <<measurd|covariance>>'
}

@test "identities hold, with the columns of the ledger" {
    attempt pnm-verify --claim special-hb,hb-scaling
    expect_status 0
    expect_equal "$(header "$out")" "$columns"
    expect_equal "$(body "$out" | tail -n +2 | cut -d, -f1 | uniq | tr '\n' ' ')" "special-hb hb-scaling "
    expect_equal "$(paper_verdicts | sort -u),$(exact_verdicts | sort -u)" holds,holds
    body "$out" | tail -n +2 | grep -vq ',identity,' && show
    expect_no_nan "$out"
    expect_no_message .
    attempt pnm-verify --claim special-hb,hb-scaling --strict
    expect_status 0
}

@test "a row tells its form, the variable of its limit and how far off the paper is" {
    attempt pnm-verify --claim eq23,eq15,special-hb
    expect_status 0
    body "$out" | awk -F, 'NR > 1 && $1 != "special-hb" { print $1, $(NF - 6) ($0 ~ /corrected:/) }' |
        sort | uniq -c | tr -s ' ' >forms
    expect_equal "$(cat forms)" " 9 eq15 first order0
 1 eq15 printed0
 2 eq23 corrected1
 2 eq23 printed0"
    expect_equal "$(body "$out" | awk -F, '$(NF - 5) == "eta h"' | cut -d, -f1)" eq15
    # (paper - exact)/exact; a residual has no such thing.
    body "$out" | grep '^eq15.*0.9 of the limit' | grep -q ',no claim,holds,first order,,-0.9,'
    # The limit comes before the finite steps.
    expect_equal "$(body "$out" | grep '^eq15' | head -n 1 | grep -c ',holds in the limit,')" 1
    expect_equal "$(body "$out" | awk -F, '$1 == "special-hb" { print $(NF - 4) }' | sort -u)" ''
}

@test "a row whose setting gives the corrected or intended formula has that form, and no other has" {
    attempt pnm-verify --max-samples 1 --quiet \
        --claim eq2,eq4,eq6-8,eq9,noise-ratio,eq10,lemma-A1,eq12,eq14,eq18-19,eq22,eq23,example,fig7,eq11,eq16,independent,noise-to-rate,kl-sign,eq44,practice,eta-over-B,proof-32,proof-45
    local form
    for form in corrected:18 intended:6; do
        body "$out" | awk -F, -v form="${form%:*}" -v least="${form#*:}" 'NR > 1 {
            words = $0 ~ form "( condition)?[:,]"; has = $(NF - 6) == form
            if (words != has) { print; bad = 1 }
            count += has } END { exit bad || count < least }'
    done
}

@test "claims and rows are counted apart below a table of more than one claim" {
    attempt pnm-verify --claim eq12,special-hb,cap,eq15 --max-samples 1e6 --precision 0.05 --quiet --format table
    grep -qx 'claims: 4 checked; as printed 2 hold (1 of them in a limit), [01] fail .*, [01] are open' "$out" || show
    tail -n 1 "$out" | grep -qx 'rows: printed: .*; intended: .*; first order: no claim 9' || show
    attempt pnm-verify --claim special-hb --format table
    never grep -q '^claims:' "$out"
    attempt pnm-verify --claim cap,special-hb --format csv
    never grep -q '^claims:' "$out"
}

@test "thm4.3: with its own rate Algorithm 2 reverses the conclusion; without the normalization it does not" {
    attempt pnm-verify --claim thm4.3 --max-samples 1 --quiet
    # bounds of PNM and SGD at the paper's setting: eta=0.001 B=128 lambda=1e-4 h=1, n=10, N=50000
    body "$out" | grep 'normalization off.*beta0=25.6; bound 0.193716 against 0.194173;' | grep -q ',holds,not sampled,printed,'
    body "$out" | grep 'normalization off.*beta0=1; bound 0.194179 against 0.194173;' | grep -q ',no claim,not sampled,printed,'
    body "$out" | grep "Algorithm 2's covariance, eta=0.001.*h=1," | grep -q ',fails,not sampled,printed,'
    body "$out" | grep 'SGD at the same eta0.*h=1, beta0=25.6' | grep -q ',holds,not sampled,printed,'
}

@test "thm4.1: covariances of coupled modes are decided to 0.02 %, with other seeds too" {
    local seed
    for seed in 1 2 3 4 5; do
        attempt pnm-verify --claim thm4.1 --seed $seed --quiet
        expect_status 0
        expect_equal "$(exact_verdicts | sort -u)" holds
        expect_equal "$(body "$out" | grep -c '"SDE.*,holds,holds,printed,')" 3
        expect_equal "$(body "$out" | grep -c ',no claim,holds,first order,')" 21
        body "$out" | grep '"SDE\|"SGD.*, eta=' | awk -F, '{
            if (!($(NF - 10) < 4e-4 * $(NF - 11) && $(NF - 1) > 1e3 * $(NF - 2))) { print; exit 1 } }'
    done
    # Without control variates the smallest step of the SDE is beyond the budget.
    attempt pnm-verify --claim thm4.1 --control none --max-samples 2e6 --quiet
    expect_equal "$(body "$out" | grep -c '"SDE.*,holds,not sampled,printed,')" 3
}

@test "thm4.2: a proven bound decides, and a count of violations illustrates" {
    attempt pnm-verify --claim thm4.2
    expect_status 0
    body "$out" | sed -n 2p | grep -q '^thm4.2.*proven bound.*,1,0.17677[0-9]*,0.17677[0-9]*,0,.*,holds,holds,printed,'
    expect_equal "$(paper_verdicts | sort | uniq -c | tr -s ' ' | tr '\n' ';')" ' 2 holds; 2 no claim;'
}

@test "lemma-A3 with the x that is printed fails at every beta0" {
    attempt pnm-verify --claim lemma-A3 --quiet
    # ((2 beta + beta0 (1-beta))/(beta + beta0 (1-beta)))^2 at beta = 0.81, a constant gradient
    body "$out" | grep 'the printed x' | sed 's/.*,1,\([0-9.]*\),\([0-9.]*\),0,.*/\1/' >ratios
    expect_equal "$(wc -l <ratios)" 4
    paste -d ' ' ratios - <<'END' | awk '{ if ($1 / $2 - 1 > 0 || $1 / $2 - 1 < -0.001) exit 1 }'
4
3.2761
2.518431
1.687123
END
    expect_equal "$(body "$out" | grep 'the printed x' | grep -c ',fails,holds,printed,')" 4
}

@test "the command of a row repeats it" {
    # shellcheck disable=SC2086
    pnm-verify --claim eq9 --seed 2 --precision 0.002 --quiet --format csv | grep -v '^#' >ledger
    expect_equal "$(awk -F, 'NR > 1 { print $(NF - 3) }' ledger | sort -u)" "pnm-verify --claim eq9 --seed 2 --precision 0.002"
    attempt $(tail -n 1 ledger | awk -F, '{ print $(NF - 3) }') --quiet
    body "$out" | diff ledger -
    pnm-verify --claim eq15 --control none --precision 0.05 --quiet --format csv >plain || [ $? -eq 2 ]
    expect_equal "$(tail -n 1 plain | awk -F, '{ print $(NF - 3) }')" \
        "pnm-verify --claim eq15 --precision 0.05 --control none"
    local row form command measured stderr
    pnm-verify --claim lemma-A3 --quiet --format csv | grep -v '^#' | tail -n +2 >ledger
    for row in 1 2 3 4; do
        sed -n "${row}p" ledger | sed 's/.*is at most 1,//' >cells
        IFS=, read -r _ _ _ measured stderr _ _ _ form _ _ command _ <cells
        attempt $command
        expect_status 0
        grep -q ",$form,.*,$measured,$stderr," "$out"
    done
}

# Of the rows that match: relative standard error, coordinate-steps, and those of plain sampling.
costs() {
    body "$out" | awk -F, -v pattern="$1" 'NR > 1 && $0 ~ pattern {
        print $(NF - 10) / ($(NF - 11) < 0 ? -$(NF - 11) : $(NF - 11)), $(NF - 2), $(NF - 1) }'
}

@test "a row says what it took and what plain sampling takes for the same error" {
    # A row without control variates has only one number of steps, one without sampling none.
    attempt pnm-verify --claim eq9,eq23 --quiet
    body "$out" | grep '^eq9,' | awk -F, '$(NF - 2) != $(NF - 1) || ($(NF - 9) > 0) != ($(NF - 1) > 0) { print; exit 1 }'
    body "$out" | grep -q '^eq9,.*,[1-9][0-9.e+]*,pnm$'
    body "$out" | grep '^eq23,' | awk -F, '$(NF - 2) $(NF - 1) != "" { print; exit 1 }'
    # The table of a terminal is no wider.
    attempt pnm-verify --claim eq15 --precision 0.01 --quiet --format table
    never grep -q samples "$out"
    # Without control variates the two are one, and the precision is the usual one.
    attempt pnm-verify --claim eq15 --control none --quiet
    costs 'of the limit' >plain
    awk '$2 != $3 || $1 < 2e-4 { print; bad = 1 } END { exit bad || NR != 6 }' plain
    # With them it is a fifth of that for fewer steps; plain sampling would take 25 times as many for it.
    attempt pnm-verify --claim eq15 --quiet
    costs 'of the limit' | paste -d ' ' - plain |
        awk '$1 > 4e-4 || $2 > $5 || $3 < 8 * $5 { print; bad = 1 } END { exit bad || NR != 6 }'
    # A precision that is given is that of all rows.
    attempt pnm-verify --claim eq15 --quiet --precision 0.001
    costs 'of the limit' | paste -d ' ' - plain |
        awk '$3 != $5 { print; bad = 1 } END { exit bad || NR != 6 }'
}

@test "the paper's own settings are measured, for far fewer steps than plain sampling takes" {
    attempt pnm-verify --claim eq15,eq17,eq18-19,fig7,hb-generalizes --quiet
    expect_status 0
    expect_equal "$(exact_verdicts | sort -u)" holds
    # eta = 0.001 and B = 128 for sgd, heavy_ball, pnm and two_batch, at three curvatures each.
    expect_equal "$(body "$out" | grep -c "paper's eta=0.001 B=128")" 27
    costs "paper's eta.* h=1\"" |
        awk '$1 > 4e-4 || $2 > 1e8 || $3 < 6e10 { print; bad = 1 } END { exit bad || NR != 9 }'
    # Each variance is planned to 0.02 %; the pilots know that to a tenth or two.
    costs '(of the limit|eta h=|paper.s eta).*first order' |
        awk '{ sum += $1 } $1 > 4e-4 || $2 * 100 > $3 { print; bad = 1 }
            END { exit bad || NR < 90 || sum / NR > 2e-4 }'
    attempt pnm-verify --claim thm4.3 --quiet
    expect_status 0
    expect_equal "$(exact_verdicts | sort -u)" holds
    body "$out" | grep 'normalization off.*beta0=25.6; bound 0.193716 against 0.194173"' | grep -q ',holds,holds,printed,'
    body "$out" | grep "Algorithm 2's covariance, eta=0.001.*h=1, best" | grep -q ',fails,holds,printed,'
    expect_equal "$(body "$out" | grep -c "Algorithm 2's covariance, eta=0.001.*h=1, beta0=[13];.*,no claim,holds,printed,")" 2
}

@test "claims come in the order given; case is not forgiven" {
    attempt pnm-verify --claim hb-scaling,special-hb
    expect_equal "$(body "$out" | tail -n +2 | cut -d, -f1 | uniq | tr '\n' ' ')" "hb-scaling special-hb "
    attempt pnm-verify --claim 'hb-scaling, special-hb'
    expect_equal "$(body "$out" | tail -n +2 | cut -d, -f1 | uniq | tr '\n' ' ')" "hb-scaling special-hb "
    attempt pnm-verify --claim EQ15
    expect_status 64
}

@test "a claim that cannot be tested here says why and fails nothing" {
    attempt pnm-verify --claim table1 --strict
    expect_status 0
    body "$out" | grep -Eq '^table1,.*CIFAR.*,not testable here,not testable here,,,,,,,pnm$'
}

@test "fig7: that the paper fails is a finding; an error only with --strict" {
    attempt pnm-verify --claim fig7
    expect_status 0
    expect_equal "$(exact_verdicts | sort -u)" holds
    paper_verdicts | grep -qx fails
    expect_no_nan "$out"
    # Without sampling the paper is compared with exact, and `not sampled` does not count here.
    attempt pnm-verify --claim fig7 --max-samples 1
    expect_status 0
    paper_verdicts | grep -qx fails
    exact_verdicts | grep -qx 'not sampled'
    attempt pnm-verify --claim fig7 --max-samples 1 --strict
    expect_status 1
}

@test "fig11, fig12: exact holds, also for another network; C = H/B at a minimum alone" {
    local seed
    for seed in 1 2; do
        attempt pnm-verify --claim fig11,fig12 --seed $seed
        expect_status 0
        expect_equal "$(exact_verdicts | sort -u)" holds
        expect_equal "$(body "$out" | grep -c '^fig11.*minimum of its risk.*,holds,holds,printed,')" 4
        expect_equal "$(body "$out" | grep -c '^fig11.*random network, Tr C, B=32.*,holds,holds,printed,')" 1
        expect_equal "$(body "$out" | grep -c '^fig12.*kurtosis over parameters.*,holds,holds,printed,')" 2
        expect_equal "$(body "$out" | grep -c '^fig12.*,holds in the limit,holds,printed,')" 2
        # What is away from the minimum is not proportional: cosine, negative curvature, size.
        body "$out" | grep '^fig11' | grep 'negative curvature\|cosine\|Tr C, B=4' |
            grep -v 'minimum of its risk' >away
        expect_equal "$(wc -l <away),$(grep -vc ',fails,holds,printed,' away)" 6,0
        expect_no_nan "$out"
    done
    # Over the budget nothing is drawn, not even a pilot's worth is shown.
    attempt pnm-verify --claim fig11,fig12 --max-samples 1000 --quiet
    expect_equal "$(body "$out" | grep -c 'needs .* steps, budget 1.0e+03')" 30
}

@test "an inconclusive row gives 2, a failing paper with --strict comes first" {
    attempt pnm-verify --claim fig7 --precision 0.01 --control none
    expect_status 2
    expect_message 'warning: --precision 0.01'
    exact_verdicts | grep -qx inconclusive
    attempt pnm-verify --claim fig7 --precision 0.01 --control none --strict --quiet
    expect_status 1
    expect_no_message .
    attempt pnm-verify --claim eq17 --precision 0.01 --control none
    expect_status 2
}

@test "a row does not depend on which other rows run" {
    attempt pnm-verify --claim eq15,fig7 --precision 0.01 --quiet
    body "$out" >both
    attempt pnm-verify --claim fig7 --precision 0.01 --quiet
    body "$out" >fig7
    grep -v '^eq15' both >rest
    expect_same rest fig7
}

@test "the same bits for 1, 2, 3 and 7 threads and each instruction set" {
    local threads isa
    attempt pnm-verify --claim eq15,fig7,fig11,fig12 --precision 0.01 --quiet --threads 1
    expect_status 2
    cp "$out" one
    for threads in 2 3 7; do
        attempt pnm-verify --claim eq15,fig7,fig11,fig12 --precision 0.01 --quiet --threads $threads
        expect_same one "$out" "$threads threads"
    done
    for isa in base v3 v4; do
        PNM_ISA=$isa attempt pnm-verify --claim eq15,fig7,fig11,fig12 --precision 0.01 --quiet
        if [ "$status" -ne 64 ]; then
            expect_same one "$out" $isa
        fi
    done
    attempt pnm-verify --claim eq15,fig7 --precision 0.01 --quiet --seed 2
    never cmp -s one "$out"
}

@test "every sampled row carries standard error and count" {
    attempt pnm-verify --claim eq15,eq17 --precision 0.01 --control none --quiet --format json
    expect_status 2
    awk '/"id":/ {
        rows++
        if ($0 !~ /"measured": null/ && ($0 ~ /"stderr": null/)) exit 1
        if ($0 ~ /"stderr": [0-9.e-]*[1-9]/ && $0 ~ /"count": null/) exit 1
    } END { exit rows < 2 }' "$out"
}
