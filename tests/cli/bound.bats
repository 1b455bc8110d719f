#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# bound.bats: pnm-bound, how much of theorem 3.1 and its lemmas chains use.

load helpers

bound() {
    refuse "$1" "$2" pnm-bound "${@:3}"
}

@test "--ratio: both sides of a bound, by hand; printed and corrected" {
    # huber, L = G = 1, from theta_0 = 1 without noise: |grad f|^2 = 1 at k = 0, the gap 1/2,
    # and with T = 1, C = 0.1, beta = 0, beta0 = 2 the bound 1/0.1 + 0.1 * 4.
    attempt pnm-bound --ratio thm3.1 --beta0 2 --beta1 0 --sigma 0 --c 0.1 --steps 1
    expect_status 0
    expect_equal "$(header "$out")" "optimizer,lr,beta0,beta1,bound,form,loss,sigma,initial,c,horizon,eta0,at_step,ratio,stderr,count,exact,verdict,exact_verdict,command"
    expect_equal "$(column "$out" form | tr '\n' ' ')" "printed corrected "
    holds "($(column "$out" ratio 1) - 1 / 10.4)^2 < 1e-24 && ($(column "$out" exact 2) - 1 / 10.4)^2 < 1e-24"
    all_are "$out" verdict holds
    all_are "$out" exact_verdict holds
    # A constant gradient at beta0 = 0: four times the printed bound of lemma A.3.
    attempt pnm-bound --ratio lemma-A3 --beta0 0 --lr 1e-6 --sigma 0 --steps 200
    expect_status 0
    expect_equal "$(column "$out" verdict | tr '\n' ' ')" "fails holds "
    holds "$(column "$out" ratio 1) > 3.99 && $(column "$out" ratio 2) > 0.998"
    # From the minimum with little noise lemma A.2 is met with equality: too close to tell.
    attempt pnm-bound --ratio lemma-A2 --sigma 0.01 --start 0 --steps 1 --replicas 20000
    expect_status 0
    expect_equal "$(column "$out" verdict | tr '\n' ' ')" "holds inconclusive "
    expect_equal "$(column "$out" count 2)" 10000
    expect_equal "$(column "$out" exact 2)" ""
}

@test "--search: breaks the printed lemma A.3 and not the corrected; its command repeats it" {
    attempt pnm-bound --search 400 --ratio lemma-A3 --beta1 0.9 --quiet --threads 1
    expect_status 0
    cp "$out" found
    expect_equal "$(column found verdict 1),$(column found verdict 3)" fails,fails
    holds "$(column found ratio 1) > 3.9 && $(column found ratio 1) <= 4"
    holds "$(column found ratio 2) > 0.99 && $(column found ratio 2) <= 1"
    holds "$(column found stderr 3) > 0"
    local row command
    for row in 1 2 3 4; do
        command=$(grep -v '^#' found | sed -n "$((row + 1))p" | sed 's/.*,//')
        # shellcheck disable=SC2086
        attempt $command
        expect_status 0
        grep -q "^pnm,.*,$(column found ratio $row),$(column found stderr $row)," "$out"
    done
    attempt pnm-bound --search 400 --ratio lemma-A3 --beta1 0.9 --quiet --threads 3
    expect_same found "$out"
}

@test "the command of a search repeats what is chosen by words, too" {
    attempt pnm-bound --search 100 --ratio lemma-A3 --lr-normalization off --rng philox \
        --sigma 1 --steps 16 --quiet
    cp "$out" found
    local command
    command=$(grep -v '^#' found | sed -n 2p | sed 's/.*,//')
    # shellcheck disable=SC2086
    attempt $command
    grep -q "^pnm,.*,$(column found ratio 1),$(column found stderr 1)," "$out"
}

@test "--ratio: what leaves the range of doubles is said; 0 over 0 is 0; the budget is kept" {
    attempt pnm-bound --ratio lemma-A2 --sigma 0 --lr 1e-300 --steps 64
    expect_status 70
    expect_message '--ratio: lemma-A2 is beyond the range .* lr=1e-300'
    # Rounding of a gradient difference at 1e160 exceeds the bound: no ratio of 0, no `holds`.
    local lemma
    for lemma in lemma-A2 lemma-A3; do
        attempt pnm-bound --ratio $lemma --steps 20 --sigma 0 --start 1e160
        expect_status 70
        expect_message "$lemma is beyond .*rounding exceeds 1 % of the bound.* initial=1e.160"
    done
    attempt pnm-bound --ratio thm3.1 --sigma 1e300 --steps 64
    expect_status 70
    expect_message 'sigma=1e\+300'
    # A standard error that overflows is not 0.
    for bound in thm3.1 lemma-A2 lemma-A3; do
        attempt pnm-bound --ratio $bound --sigma 1e100 --steps 64 --replicas 128
        expect_status 70
        expect_message "$bound is beyond the range .* sigma=1e\+100"
    done
    attempt pnm-bound --ratio thm3.1 --sigma 0 --beta0 1e8 --steps 64
    expect_status 0
    # z_t = theta_t: both sides of lemma A.3 are 0.
    attempt pnm-bound --ratio lemma-A3 --beta0 0 --beta1 0 --steps 64
    expect_status 0
    all_are "$out" ratio 0
    all_are "$out" verdict holds
    # 1024 coordinate-steps a replica; half of the replicas measure.
    attempt pnm-bound --ratio lemma-A2 --steps 1024 --max-samples 4194304 --quiet
    holds "$(column "$out" count 1) <= 2048 && $(column "$out" count 2) <= 2048"
    # 1024 replicas are the pilot, 2048 the fewest that follow.
    attempt pnm-bound --steps 1024 --max-samples 3145728
    expect_status 0
    all_are "$out" count 1024
    attempt pnm-bound --steps 1024 --max-samples 3145727
    expect_status 2
    all_are "$out" exact_verdict 'not sampled'
    expect_message 'pnm steps 1024, printed: not sampled, because it needs at least 3.15e.06 coordinate-steps and the budget --max-samples is 3.15e.06'
    attempt pnm-bound --steps 1024 --max-samples 1 --replicas 64
    expect_status 0
    attempt pnm-bound --steps 1024 --sigma 0 --max-samples 1024
    expect_status 0
    attempt pnm-bound --steps 1024 --sigma 0 --max-samples 1023
    expect_status 2
    all_are "$out" verdict holds
}

@test "--search with noise ends at a ratio that is there, not at the luckiest of its looks" {
    # The corrected lemma A.2 is sharp: with little noise, too, its ratio comes as near to 1 as wanted.
    attempt pnm-bound --ratio lemma-A2 --search 1000
    holds "$(column "$out" ratio 4) > 0.99 && $(column "$out" sigma 4) > 0"
}

@test "--search with no time has no row of either form, and that is not sampled" {
    attempt pnm-bound --search 9 --loss huber --steps 16 --replicas 8 --max-seconds 0 --threads 1
    expect_status 2
    expect_equal "$(row_count "$out")" 0
    expect_message '--search: the time was up before the search ended'
    expect_equal "$(grep -c 'before the search ended' "$err")" 1
}

@test "--search keeps what is given" {
    attempt pnm-bound --search 100 --loss log_cosh --beta0 0.123456789,2 --beta1 0.5 \
        --c 0.7 --sigma 0.25 --steps 33 --smoothness 2
    expect_status 0
    expect_equal "$(column "$out" beta0 | tr '\n' ' ')" "0.123456789 0.123456789 2 2 "
    all_are "$out" loss log_cosh
    all_are "$out" sigma 0.25
    all_are "$out" horizon 33
    all_are "$out" c 0.7
    grep -q -- '--smoothness 2 ' "$out"
    holds "$(column "$out" initial 1) != 1"
}

# The options that --help shows, without --help and --version.
options_of() {
    "$1" --help | grep -oE '^ {2}(    |-., )--[a-z0-9-]+' | sed 's/.* //' | grep -vE '^--(help|version)$' | sort -u
}

@test "pnm-convergence shows 11 options at most that no program but pnm-bound has, and none of pnm-bound's own" {
    local program
    for program in "$PNM_BIN"/pnm-*; do
        case $program in */pnm-convergence | */pnm-bound) continue ;; esac
        options_of "$program"
    done | sort -u >others
    options_of pnm-convergence >shown
    comm -23 shown others >own
    grep -qx -e --curve own
    holds "$(wc -l <own) <= 11"
    never grep -Eqx -e '--(ratio|search)' shown
    options_of pnm-bound | grep -Eqx -e --search
    local form
    for form in '' =man =bash =zsh; do
        attempt pnm-convergence --help$form
        expect_status 0
        never grep -Eq -e '--ratio|--search|(Fl|->)(ratio|search)|Fl Fl (ratio|search)' "$out"
    done
    # Nor does a slip lead to what help does not show.
    attempt pnm-convergence --optimizer pnm --serach 9
    expect_message "unknown option '--serach'; --help lists"
    attempt pnm-convergence --optimizer pnm --sear 9
    expect_message "unknown option '--sear'; --help lists"
    echo 'serach = 9' >slip.ini
    attempt pnm-convergence --optimizer pnm --config slip.ini
    expect_message "'serach' is not an option of pnm-convergence; allowed"
}

@test "old commands, files and results of pnm-convergence give the rows of pnm-bound" {
    local given
    for given in "--ratio lemma-A2 --steps 16,64 --replicas 64 --beta0 0,3" \
        "--search 20 --replicas 64 --beta1 0.9" \
        "--search 20 --replicas 64 --ratio lemma-A3 --sigma 0.5 --steps 64 --seed 7"; do
        # shellcheck disable=SC2086
        attempt pnm-bound $given --output new.csv,new.json --quiet
        expect_status 0
        # shellcheck disable=SC2086
        attempt pnm-convergence --optimizer pnm $given --output old.csv --quiet
        expect_status 0
        grep -qx '# program: pnm-convergence' old.csv
        body new.csv >new
        body old.csv >old
        expect_same new old "$given"
        # shellcheck disable=SC2086
        attempt pnm-convergence --optimizer pnm $given --dump-config
        cp "$out" dumped.ini
        attempt pnm-convergence --config dumped.ini --output again.csv --quiet
        expect_same old.csv again.csv "$given"
        attempt pnm-convergence --rerun old.csv --output again.csv --quiet
        expect_same old.csv again.csv "$given"
    done
    # What an old result does not say, a new one does.
    attempt pnm-convergence --optimizer pnm --steps 16 --replicas 40
    never grep -Eq '^# (ratio|search):' "$out"
    attempt pnm-bound --steps 16 --replicas 40
    grep -qx '# ratio: thm3.1' "$out"
    grep -qx '# optimizer: pnm' "$out"
    refuse 64 "--ratio: cannot be combined with --curve" pnm-convergence --optimizer pnm --ratio thm3.1 --curve
    refuse 64 "--ratio: 'thm3' is not allowed; did you mean thm3.1\?; allowed: thm3.1" pnm-convergence --optimizer pnm --ratio thm3
    refuse 64 "--schedule: a learning rate that changes has no bound in --ratio" \
        pnm-convergence --optimizer pnm --ratio lemma-A2 --schedule cosine:5
    refuse 64 "--search: a value is missing" pnm-convergence --optimizer pnm --search
    refuse 64 "--search: .*cannot be combined with --exact" pnm-convergence --optimizer pnm --search 9 --exact
}

@test "what cannot be asked for" {
    bound 64 "--ratio: 'thm3' is not allowed; did you mean thm3.1\?; allowed: thm3.1.lemma-A2.lemma-A3" --ratio thm3
    bound 64 "--lr: theorem 3.1 sets its own rate; --ratio thm3.1 takes --c" --lr 1
    bound 64 "--lr: theorem 3.1 sets its own rate; --ratio thm3.1 takes --c" --search 9 --lr 1
    bound 64 "--beta0: -1 is not allowed; the bounds of --ratio are about beta0 >= 0" --ratio lemma-A3 --beta0 -1
    bound 64 "--optimizer: sgd is not allowed; the bounds of --ratio are about pnm" --optimizer pnm,sgd
    bound 64 "--steps: 2 horizons are given; --search takes one" --search 9 --steps 1,2
    bound 64 "--steps: 0 is out of range; allowed are whole numbers" --steps 0
    bound 64 "--search: '0' is not allowed; allowed is a whole number from 1" --search 0
    bound 64 "--search: no loss with a bounded gradient has all the parameters" --search 9 --condition 2
    bound 64 "--loss: theorem 3.1 assumes a bounded gradient.*no bound G; allowed are losses" --search 9 --loss quadratic
    bound 64 "--loss: theorem 3.1 assumes a bounded gradient.*no bound G; allowed are losses" --loss quadratic
    bound 64 "--replicas: '3' is not allowed; allowed is a whole number from 4" --replicas 3
    bound 64 "unknown option '--curve'" --curve
}

# A checkpoint of a search holds the best point of all rounds with its ratio.
@test "--resume: a search goes on from its best point, and not from one that has another ratio" {
    local forge=$PNM_BIN/../tests/faults/forge changes change byte last='' refused=0
    [ -e "$forge" ] || { echo "make build/tests/faults/forge first" >&2; return 1; }
    local given="pnm-verify --claim thm3.1 --quiet --threads 1"
    $given --stop-at 1:2 --output right.csv || [ $? -eq 2 ]
    $given --stop-at 1:1 --checkpoint kept --output part.csv || [ $? -eq 2 ]
    $given --stop-at 1:2 --resume kept --output resumed.csv || [ $? -eq 2 ]
    expect_same right.csv resumed.csv
    # The first change of each number that is not a whole one: it is not finite.
    changes=$("$forge" kept | cut -d ' ' -f 3)
    for change in $(seq 0 $((changes - 1))); do
        "$forge" kept "$change" forged >word
        byte=$(sed -n 's/^finite number at byte \([0-9]*\):.*/\1/p' word)
        [ -n "$byte" ] && [ "$byte" != "$last" ] || continue
        last=$byte
        refuse 64 '--resume: the checkpoint holds a result that no unit has' $given --stop-at 1:2 --resume forged
        refused=$((refused + 1))
    done
    # The ratio, the loss, beta0, beta1, lr, C, sigma, the start and the horizon.
    expect_equal "$refused" 9
}
