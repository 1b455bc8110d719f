#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# bad_input.bats: whatever is wrong is refused with 64, by name, and leaves no trace.

load helpers

# Good options, to which each case adds a bad one (the last one given counts).
simulate() {
    refuse "$1" "$2" pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 "${@:3}"
}

stationary() {
    refuse "$1" "$2" pnm-stationary --optimizer pnm --lr 0.1 --spectrum 1 "${@:3}"
}


@test "without options the programs say what is required" {
    refuse 64 '--optimizer.*required' pnm-simulate
    refuse 64 '--optimizer.*required' pnm-stationary
    refuse 64 '--lr.*required' pnm-simulate --optimizer sgd --spectrum 1
    refuse 64 '--spectrum.*required.*0\.1,1,10' pnm-simulate --optimizer sgd --lr 0.1
    all_refused
}

@test "unknown options and stray arguments are refused" {
    local program
    for program in pnm-simulate pnm-stationary pnm-verify; do
        refuse 64 "'--bogus'" $program --bogus
        refuse 64 "'--bogus=1'|'--bogus'" $program --bogus=1
        refuse 64 "'?x'?" $program -x
        refuse 64 "stray argument 'stray'.*options are allowed" $program stray
        refuse 64 "stray argument '-'" $program -
        refuse 64 "stray argument '--seed'" $program -- --seed 3
        refuse 64 "stray argument ''" $program ''
        refuse 64 "--seed: a value is missing" $program --seed
        refuse 64 '--quiet: a value is given, but the option takes none' $program --quiet=yes
        refuse 64 'ambiguous' $program --s
        refuse 64 "--seed: a value is missing, for '--quiet' behind it is an option; allowed: " $program --seed --quiet
        refuse 64 "--seed: a value is missing, for '--config=a' behind it is" $program --seed --config=a
        refuse 64 "--seed: a value is missing, for '--help' behind it is" $program --seed --help
        refuse 64 "--seed: a value is missing, for '--version' behind it is" $program --seed --version
        # What is no option may be a value, and what stands behind = is one.
        refuse 64 "--seed: '--nothing' is no" $program --seed --nothing
        refuse 64 "--seed: '--quiet' is no" $program --seed=--quiet
    done
    refuse 64 "^pnm-simulate: --lr: a value is missing, for '--optimizer' behind it" pnm-simulate --lr --optimizer pnm
    refuse 64 "stray argument 'pnm'; did you mean --optimizer pnm\? Only options" pnm-simulate pnm --lr 0.1
    refuse 64 "stray argument 'hb-sgd'; did you mean --claim hb-sgd\? Only options" pnm-verify hb-sgd
    refuse 64 "stray argument 'hb-nothing'; only options" pnm-verify hb-nothing
    simulate 64 "'--full'" --full
    stationary 64 "'--record'" --record moments
    refuse 64 "'--optimizer'" pnm-verify --optimizer sgd
    all_refused
}

@test "an option that takes no value is given none" {
    for option in quiet help version; do
        refuse 64 "^pnm-verify: --$option: a value is given, but the option takes none$" pnm-verify "--$option=on"
        expect_equal "$(wc -l <"$err")" 1
    done
    all_refused
}

@test "an option that is not written in full is not taken for the one that begins so" {
    # --lr is no option of pnm-rules, which has --lr-normalization.
    refuse 64 "'--lr' is not written in full; did you mean --lr-normalization\?" pnm-rules --lr 0.1
    refuse 64 "'--rep' .*did you mean --replicas\?" pnm-simulate --optimizer sgd --rep 3
    refuse 64 "'--qui' .*did you mean --quiet\?" pnm-verify --qui
    refuse 64 "'--max' is ambiguous; write it in full" pnm-verify --max 3
    refuse 64 "unknown option '--'; --help lists" pnm-verify --=3
    # The last option of the table, and one that another begins with, in full.
    attempt pnm-simulate --optimizer pnm $short --lr 0.1 --lr-normalization on
    expect_status 0
    all_refused
}

@test "a file without a name is refused by every option that takes one" {
    local option
    for option in checkpoint resume output config system; do
        simulate 64 "^pnm-simulate: --$option: '' names no file" --$option ''
    done
    simulate 64 "^pnm-simulate: --rerun: .*''" --rerun ''
    printf 'checkpoint =\n' >empty.ini
    simulate 64 "empty.ini, line 1.*'' names no file" --config empty.ini
    all_refused
}

@test "schedules say how many steps they take" {
    simulate 64 "--schedule: 'cosine:1e16'.*T from 1 to 2\^50" --schedule cosine:1e16
    simulate 64 "--schedule: 'step:0.1:0'.*T from 1 to 2\^50" --schedule step:0.1:0
    simulate 64 "--schedule: 'warm-restarts:9:1001'.*MULTIPLE from 1 to 1000" \
        --schedule warm-restarts:9:1001
    all_refused
}

@test "unknown rules, claims and words are refused, with those that are allowed" {
    simulate 64 "--optimizer.*'nosuchrule'.*sgd.*pnm" --optimizer nosuchrule
    simulate 64 "--optimizer.*'SGD'.*sgd.*pnm" --optimizer SGD
    simulate 64 "--optimizer.*''.*sgd.*pnm" --optimizer ''
    simulate 64 "--optimizer.*','.*sgd.*pnm" --optimizer ,
    stationary 64 "--optimizer.*'nosuchrule'.*sgd.*pnm" --optimizer sgd,nosuchrule
    refuse 64 "--claim.*'nosuch'.*special-hb" pnm-verify --claim nosuch
    refuse 64 "--claim.*'nosuch'.*special-hb" pnm-verify --claim special-hb,nosuch
    refuse 64 "--claim.*''.*special-hb" pnm-verify --claim ''
    refuse 64 "--claim.*special-hb" pnm-verify --claim ,
    simulate 64 "--format.*'xml'.*table\|csv\|json" --format xml
    simulate 64 "--format.*'CSV'.*table\|csv\|json" --format CSV
    simulate 64 "--format.*''.*table\|csv\|json" --format ''
    simulate 64 "--format.*'table\|csv'" --format 'table|csv'
    simulate 64 "--record.*'all'.*moments\|trajectory" --record all
    simulate 64 "--rng.*'foo'.*xoshiro.*philox.*gsl:" --rng foo
    simulate 64 "--rng.*'gsl:'" --rng gsl:
    simulate 64 "--rng.*'gsl:nope'" --rng gsl:nope
    stationary 64 "--lr-normalization.*'maybe'.*allowed: off\|on" --lr-normalization maybe
    refuse 64 "--convention.*'both'.*allowed: paper\|torch" pnm-simulate --optimizer radam --lr 0.1 \
        --spectrum 1 --convention both
    refuse 64 "--convention.*'paper,torch'.*allowed: paper\|torch" pnm-simulate --optimizer radam \
        --lr 0.1 --spectrum 1 --convention paper,torch
    refuse 64 "--convention: a value is missing; allowed: paper\|torch" pnm-simulate --convention
    stationary 64 '--convention: not a parameter of' --convention paper
    stationary 64 "--noise.*'foo'.*hessian.*isotropic:.*file:" --noise foo
    stationary 64 "--noise.*''.*hessian" --noise ''
    stationary 64 "--noise.*'isotropic'.*isotropic:VARIANCE" --noise isotropic
    stationary 64 "--spectrum.*'foo:1:2'.*const:.*power:.*file:" --spectrum foo:1:2
    all_refused
}

@test "averages and laws of noise that are none are refused, with those that are allowed" {
    local word
    for word in polyakx polyak9 emax mean; do
        simulate 64 "--average: '$word' is not known; allowed are none, polyak, polyak:FROM and ema:RATE" \
            --average $word
    done
    for word in studentx stable laplace; do
        simulate 64 "--noise-law: '$word' is not known; allowed are gaussian, student:NU and stable:ALPHA" \
            --noise-law $word
    done
    for word in 4 1e9; do
        simulate 64 '--noise-law: .* degrees of freedom are not allowed; allowed are numbers > 4,' --noise-law student:$word
    done
    for word in 0.1 3; do
        simulate 64 "--noise-law: the exponent $word is not allowed; allowed are numbers from 0.5 to 2," \
            --noise-law stable:$word
    done
    all_refused
}

@test "numbers that are none are refused by every option that takes one" {
    local option value
    for value in '' abc nan NAN inf -inf 0.1x 0.1e '0.1 ' ' 0.1' 1e999 -1e999 1e-999 \
        0,1,x . - + 1..2 0.1.2 '$(id)' $'\xff\xfe' '½'; do
        simulate 64 "^pnm-simulate: --lr: .*allowed" --lr "$value"
        simulate 64 "^pnm-simulate: --batch: .*allowed" --batch "$value"
    done
    for option in --precision --max-samples --theta-star --start; do
        for value in '' abc nan inf 0.1x 1e999 1e-999 1,2; do
            simulate 64 "^pnm-simulate: $option: .*allowed" "$option" "$value"
        done
    done
    stationary 64 '--beta0: -1e\+09 is out of range; allowed is -1e\+08 <= beta0 <= 1e\+08$' --beta0 -1e9
    refuse 64 '--nu: 1e\+09 is out of range; allowed is -1e\+08 <= nu <= 1e\+08$' \
        pnm-stationary --optimizer qhm --lr 0.1 --spectrum 1 --nu 1e9
    for option in --beta0 --beta1; do
        for value in '' abc nan inf 0.5x 1e999 0.5, ,0.5 0.5,,0.6; do
            stationary 64 "^pnm-stationary: $option: .*allowed" "$option" "$value"
        done
    done
    all_refused
}

@test "counts that are none are refused" {
    local option value
    for option in --replicas --steps --seed --threads --every; do
        for value in '' x nan inf -1 1.5 1e30 5x 99999999999999999999; do
            simulate 64 "^pnm-simulate: $option: '$value'.* allowed .*whole number from" \
                "$option" "$value"
        done
    done
    for option in --replicas --steps --threads --every; do
        simulate 64 "^pnm-simulate: $option: '0'.*from 1 to" "$option" 0
    done
    for value in x -1 1.5 1e30 ''; do
        simulate 64 "^pnm-simulate: --burn-in: '$value'.*allowed" --burn-in "$value"
    done
    refuse 64 "--seed: '-1'.*from 0" pnm-verify --seed -1
    refuse 64 "--threads: '0'.*from 1" pnm-verify --threads 0
    # 2^53 + 1 is no double: it would be read as another seed.
    simulate 64 "--seed: '9007199254740993'" --seed 9007199254740993
    all_refused
}

@test "numbers out of range are refused with the range" {
    simulate 64 '--lr: 0 .*0 < lr' --lr 0
    simulate 64 '--lr: -1 .*0 < lr' --lr -1
    stationary 64 '--lr: 0 .*0 < lr' --lr 0.1,0
    stationary 64 '--beta1: 1 .*0 <= beta1 < 1' --beta1 1
    stationary 64 '--beta1: -0\.1.*0 <= beta1 < 1' --beta1 -0.1
    stationary 64 '--beta1: 1 .*0 <= beta1 < 1' --beta1 0,0.5,1
    stationary 64 '--beta1: 1.*0 <= beta1 < 1' --beta1 linear:0:1:3
    stationary 64 '--beta3: 0 .*0 < beta3' --optimizer heavy_ball --beta3 0
    stationary 64 '--beta3: -1 .*0 < beta3' --optimizer heavy_ball --beta3 -1
    simulate 64 '--batch: 0 .*> 0' --batch 0
    simulate 64 '--batch: -1 .*> 0' --batch -1
    simulate 64 '--precision: 0 .*> 0' --precision 0
    simulate 64 '--precision: -1 .*> 0' --precision -1
    simulate 64 '--precision: 2 .*<= 1' --precision 2
    simulate 64 '--max-samples: 0 .*>= 1' --max-samples 0
    simulate 64 '--max-samples: -5 .*>= 1' --max-samples -5
    refuse 64 '--max-samples: 0 .*>= 1' pnm-verify --max-samples 0
    refuse 64 '--precision: 0 .*> 0' pnm-verify --precision 0
    all_refused
}

@test "grids of no points and logarithmic grids through 0 are refused" {
    local n
    for n in 0 -2 2.5 '' x 1e300; do
        stationary 64 "--lr: '[^']*$n'.*allowed" --lr "linear:0.1:0.2:$n"
        stationary 64 "--spectrum: '[^']*$n'.*allowed" --spectrum "log:0.1:0.2:$n"
        stationary 64 "--spectrum: '[^']*$n'.*allowed" --spectrum "const:1:$n"
        stationary 64 "--spectrum: '[^']*$n'.*allowed" --spectrum "power:1:$n"
    done
    stationary 64 "--lr: 'log:0:1:3'.*> 0" --lr log:0:1:3
    stationary 64 "--lr: 'log:-1:1:3'.*> 0" --lr log:-1:1:3
    stationary 64 "--beta0: 'log:-1:1:3'.*> 0" --beta0 log:-1:1:3
    stationary 64 "--spectrum: 'log:0:1:3'.*> 0" --spectrum log:0:1:3
    stationary 64 "--spectrum: 'log:1:-1:3'.*> 0" --spectrum log:1:-1:3
    stationary 64 '--lr: .*' --lr linear:0.1:0.2
    stationary 64 "--lr: 'linear:0.1:0.2:2:3'.*linear:LO:HI:N" --lr linear:0.1:0.2:2:3
    stationary 64 "--lr: 'cubic:1:2:3'.*linear:LO:HI:N" --lr cubic:1:2:3
    stationary 64 "--lr: 'a'.*number" --lr linear:a:0.2:2
    stationary 64 "--lr: 'inf'" --lr log:0.1:inf:2
    stationary 64 "--lr: 'nan'" --lr linear:nan:1:2
    stationary 64 '--lr: .*1000000' --lr linear:0.1:0.2:10000000
    stationary 64 '--beta0: .*1000000' --lr linear:0.1:0.2:1000000 --beta0 0,1
    stationary 64 "--spectrum: .*const:VALUE:N" --spectrum const:1
    stationary 64 "--spectrum: '2:3'" --spectrum const:1:2:3
    stationary 64 '--spectrum: .*overflows' --spectrum power:500:1000
    all_refused
}

@test "negative and zero curvatures are refused" {
    simulate 64 '--spectrum: curvature 1 is 0;.*> 0' --spectrum 0
    simulate 64 '--spectrum: curvature 1 is -1;.*> 0' --spectrum -1
    simulate 64 '--spectrum: curvature 2 is 0;.*> 0' --spectrum 1,0
    simulate 64 '--spectrum: curvature 3 is -2;.*> 0' --spectrum 1,1,-2
    simulate 64 '--spectrum: curvature 1 is 0;.*> 0' --spectrum linear:0:1:3
    simulate 64 '--spectrum: curvature 2 is -1;.*> 0' --spectrum linear:1:-1:2
    simulate 64 '--spectrum: curvature 1 is 0;.*> 0' --spectrum const:0:2
    simulate 64 "--spectrum: 'nan'" --spectrum 1,nan
    simulate 64 '--spectrum: ' --spectrum ''
    simulate 64 '--spectrum: ' --spectrum 1,
    printf '1\n0\n' >zero
    simulate 64 '--spectrum: curvature 2 is 0;.*> 0' --spectrum file:zero
    all_refused
}

@test "files that cannot be read, are empty, ragged or no numbers are refused" {
    local option
    : >empty
    printf '# a comment\n\n' >comment
    printf '1 2\n3\n' >ragged
    printf '1 x\n' >letters
    printf '1 2x\n' >trailing
    printf '1 nan\n' >nan
    printf '1 1e999\n' >overflow
    printf '1;2\n' >semicolons
    printf '\377\376\001\200\177ELF\n' >junk
    mkdir folder
    for option in --spectrum --noise --start --theta-star; do
        stationary 64 "$option: .*'missing'.*No such file" "$option" file:missing
        stationary 64 "$option: .*'folder'.*directory" "$option" file:folder
        stationary 64 "$option: .*'empty/x'.*Not a directory" "$option" file:empty/x
        stationary 64 "$option: .*''.*No such file" "$option" file:
        stationary 64 "$option: .*'empty'.*no numbers" "$option" file:empty
        stationary 64 "$option: .*'comment'.*no numbers" "$option" file:comment
        stationary 64 "$option: .*'/dev/null'.*no numbers" "$option" file:/dev/null
        stationary 64 "$option: ragged, line 2, column 2: .*the same length" "$option" file:ragged
        stationary 64 "$option: letters, line 1, column 3: 'x'" "$option" file:letters
        stationary 64 "$option: trailing, line 1, column 3: '2x'" "$option" file:trailing
        stationary 64 "$option: nan, line 1, column 3: 'nan'" "$option" file:nan
        stationary 64 "$option: overflow, line 1, column 3: '1e999'" "$option" file:overflow
        stationary 64 "$option: semicolons, line 1, column 1: '1;2'" "$option" file:semicolons
        stationary 64 "$option: junk, line 1" "$option" file:junk
    done
    all_refused
}

@test "vectors and noise of the wrong size are refused" {
    printf '1 2 3\n' >three
    printf '1 0 0\n0 1 0\n' >two-by-three
    printf '1 0\n0 1\n' >two-by-two
    stationary 64 "--start: 'three' holds 3.*2" --spectrum 1,2 --start file:three
    stationary 64 "--theta-star: 'three' holds 3.*2" --spectrum 1,2 --theta-star file:three
    stationary 64 "--start: '1,2'" --spectrum 1,2 --start 1,2
    stationary 64 "--noise: 'three' holds 1 x 3.*2 .*2 x 2 " --spectrum 1,2 --noise file:three
    stationary 64 "--noise: 'two-by-three'" --spectrum 1,2 --noise file:two-by-three
    stationary 64 "--noise: 'two-by-two' holds 2 x 2.*3 .*3 x 3 " --spectrum 1,2,3 --noise file:two-by-two
    stationary 64 "--noise: 'two-by-three'" --spectrum const:1:5 --noise file:two-by-three
    all_refused
}

@test "a noise matrix of the wrong shape is not taken for a spectrum" {
    printf '1 0\n0 1\n' >two-by-two
    printf '1 0 0\n0 1 0\n' >two-by-three
    stationary 64 "--noise: 'two-by-two'" --spectrum 1,2,3,4 --noise file:two-by-two
    stationary 64 "--noise: 'two-by-three'" --spectrum const:1:6 --noise file:two-by-three
    all_refused
}

@test "noise that is no covariance is refused" {
    printf '1 0.5\n0.4 1\n' >asymmetric
    printf '1 2\n2 1\n' >indefinite
    printf '1 0\n0 -1\n' >negative
    printf '0 1\n1 0\n' >hollow
    printf '1 1e200\n1e200 1\n' >huge
    printf '1 -2\n' >spectrum
    stationary 64 "--noise: .*'asymmetric'.*not symmetric.*\(2,1\)" --spectrum 1,2 --noise file:asymmetric
    stationary 64 "--noise: .*'indefinite'.*semidefinite" --spectrum 1,2 --noise file:indefinite
    stationary 64 "--noise: .*'negative'.*semidefinite" --spectrum 1,2 --noise file:negative
    stationary 64 "--noise: .*'hollow'.*semidefinite" --spectrum 1,2 --noise file:hollow
    stationary 64 "--noise: .*'huge'.*semidefinite" --spectrum 1,2 --noise file:huge
    stationary 64 "--noise: .*'spectrum'.*-2.*>= 0" --spectrum 1,2 --noise file:spectrum
    stationary 64 "--noise: .*isotropic:-1.*>= 0" --noise isotropic:-1
    stationary 64 "--noise: " --noise isotropic:
    stationary 64 "--noise: 'nan'" --noise isotropic:nan
    all_refused
}

@test "a covariance is judged on the scale of its own elements" {
    printf '1e20 0\n0 -1\n' >negative
    printf '1e20 0\n1e7 1\n' >asymmetric
    stationary 64 "--noise: .*'negative'.*semidefinite" --spectrum 1,2 --noise file:negative
    stationary 64 "--noise: .*'asymmetric'.*symmetric" --spectrum 1,2 --noise file:asymmetric
    all_refused
}

@test "unstable parameters are refused with the limit" {
    simulate 64 '--lr: 3 .*sgd.*curvature 1 .*below 2 ' --lr 3
    simulate 64 '--lr: 2 .*sgd.*curvature 1 .*below 2 ' --lr 2
    simulate 64 '--lr: 0\.1 .*curvature 100 .*below 0\.02 ' --spectrum 1,100,2
    stationary 64 '--lr: 5 .*pnm.*beta0=3.*below 1\.42857 ' --beta0 3 --lr 5
    stationary 64 '--lr: 40 .*heavy_ball.*below 38 ' --optimizer heavy_ball --beta1 0.9 --lr 40
    # To run them all the same, one must say how long.
    stationary 64 '--allow-divergence.*replicas and steps' --lr 3 --allow-divergence
    stationary 64 '--allow-divergence.*replicas' --lr 3 --allow-divergence --steps 10
    simulate 64 '--allow-divergence.*steps' --lr 3 --allow-divergence --replicas 10
    all_refused
}

@test "a rate too small to matter is not called too large" {
    local lr
    for lr in 1e-17 1e-300; do
        attempt pnm-stationary --optimizer sgd --lr $lr --spectrum 1 --quiet
        expect_no_message 'stable'
        expect_status 2
        expect_equal "$(column "$out" exact_verdict 1)" 'not sampled'
        holds "($(column "$out" exact 1) / $lr - 0.5)^2 < 1e-20"
    done
}

@test "options that do not go together are refused" {
    simulate 64 '--beta1.*sgd' --beta1 0.9
    simulate 64 '--lr-normalization.*sgd' --lr-normalization on
    stationary 64 '--beta3.*pnm' --beta3 1
    stationary 64 '--beta0.*heavy_ball' --optimizer sgd,heavy_ball --beta0 1
    simulate 64 '--burn-in.*64.*--steps' --steps 64 --burn-in 64
    simulate 64 '--burn-in.*65.*--steps' --burn-in 65 --steps 64
    simulate 64 '--steps: a value is required' --record trajectory
    simulate 64 '--record: trajectory.*--every' --record trajectory --steps 1e12
    simulate 64 '--record: trajectory.*--every' --record trajectory --steps 1 --replicas 1e12
    simulate 64 '--max-samples.*mode 1' --precision 1e-9
    simulate 64 '--max-samples.*mode 1' --max-samples 1
    all_refused
}

@test "the last of several equal options counts" {
    attempt pnm-simulate --optimizer pnm --optimizer sgd $short --lr 5 --lr 0.1
    expect_status 0
    cp "$out" two
    attempt pnm-simulate --optimizer sgd $short
    expect_status 0
    body two >a
    body "$out" >b
    expect_same a b
}

@test "an instruction set that is not there is refused" {
    PNM_ISA=v99 attempt pnm-simulate --optimizer sgd $short --output new.csv
    expect_status 64
    expect_message 'PNM_ISA=v99.*base'
    expect_files
    # What says nothing of numbers does not ask for the processor.
    local program
    for program in pnm-simulate pnm-stationary pnm-verify pnm-convergence; do
        PNM_ISA=nonsense attempt "$program" --help
        expect_status 0
        PNM_ISA=nonsense attempt "$program" --help=man
        expect_status 0
    done
}

@test "--list refuses what it would refuse without" {
    refuse 64 "--claim.*'nosuch'" pnm-verify --list --claim nosuch
    refuse 64 "--rng.*'foo'" pnm-verify --list --rng foo
    all_refused
}

@test "letters after a very long number are seen" {
    simulate 64 '--lr: ' --lr "$(printf '0.1%0450d' 0)junk"
    simulate 64 '--spectrum: ' --spectrum "$(printf '1.%0450d' 0)junk,1"
    stationary 64 '--lr: ' --lr "linear:$(printf '0.1%070d' 0)junk:0.2:2"
    stationary 64 '--lr: ' --lr "linear:0.1:0.2:2$(printf '%70s' | tr ' ' 0 | sed 's/^/./')junk"
    all_refused
}

@test "a file with a NUL in it is refused" {
    printf '1\0junk\n' >nul
    simulate 64 '--spectrum: nul' --spectrum file:nul
    # A device without an end is seen at its first byte.
    simulate 64 '--spectrum: /dev/zero, line 1: the line holds a zero byte' --spectrum file:/dev/zero
    all_refused
}

@test "files of options and numbers that have no end are refused, not read until memory ends" {
    local option
    for option in --noise --start --theta-star --rotation; do
        simulate 64 "$option: /dev/zero, line 1: the line holds a zero byte" $option file:/dev/zero
    done
    refuse 64 '--system: /dev/zero, line 1: the line holds a zero byte' pnm-simulate --optimizer linear \
        --lr 0.1 --spectrum 1 --system /dev/zero
    simulate 64 '/dev/zero, line 1: the line holds a zero byte' --config /dev/zero
    simulate 64 "--rerun: '/dev/zero' has no header" --rerun /dev/zero
    all_refused
    mkfifo endless
    (yes 'a' | tr '\n' ' ' || true) >endless 2>/dev/null &
    attempt pnm-simulate --config endless
    expect_status 64
    expect_message 'endless, line 1: the line is longer than 1048576 bytes'
    (yes 1 | tr '\n' ' ' || true) >endless 2>/dev/null &
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum file:endless
    expect_status 64
    expect_message '--spectrum: endless, line 1: the file is too large; allowed are up to 2\^28 bytes'
}

@test "Ctrl-C ends the reading of a file that has no end" {
    mkfifo endless
    start pnm-simulate --optimizer sgd --lr 0.1 --spectrum file:endless
    # Opening it waits for the reader.
    (kill -INT "$child" && timeout 60 yes 1 2>/dev/null) >endless || true
    status=0
    wait "$child" || status=$?
    child=
    expect_status 130
}

@test "what --burn-in takes includes auto" {
    simulate 64 "--burn-in: 'x'.*auto" --burn-in x
    all_refused
}

@test "a message recommends only what is there" {
    attempt pnm-simulate --bogus
    if grep -q -e '--usage' "$err"; then
        attempt pnm-simulate --usage
        expect_status 0
    fi
    # Both are given already.
    attempt pnm-simulate --optimizer sgd --lr 0.1 --spectrum 1 --replicas 1e6 --steps 1e6
    expect_status 64
    expect_no_message 'or( give)? --replicas and --steps'
}

@test "an unknown option that is nearly one is told which" {
    attempt pnm-simulate --optimizer sgd $short --setps 5
    expect_status 64
    expect_message '--steps'
    attempt pnm-simulate --optimzer sgd $short
    expect_status 64
    expect_message '--optimizer'
}
