#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# mutants.sh: breaks one line of every rule, every theory file and every standard error in a copy
# of the tree and shows what notices: how many unit tests fail and, where exact theory is written
# down apart from the rule, pnm-stationary's numbers, verdict and exit status. Exits 1 if a mutant
# goes unnoticed. Prints Markdown tables (tests/README.md holds them).
set -eu
cd "$(dirname "$0")/.."
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -a Makefile sim analysis tests build "$copy"
unnoticed=0

# break_line FILE SED_EXPRESSION, in the copy.
break_line() {
    sed "$2" "$1" >"$copy/$1"
    if cmp -s "$1" "$copy/$1"; then
        echo "mutants: '$2' changes nothing in $1" >&2
        exit 1
    fi
}

mend() {
    cp -p "$1" "$copy/$1"
    touch "$copy/$1"
}

# In the copy; a slip that does not compile shows nothing and ends the script.
build() {
    for target in "$@"; do
        make -s -C "$copy" "build/$target" >/dev/null
    done
}

# failing TEST [FILTER]: the names of the tests that fail in the copy, of one test program,
# of all its tests or of those whose names match. A slip may keep a test from ending; then the
# last that began is named.
failing() {
    status=0
    (cd "$copy" && timeout 120 "build/$1" ${2+"$2"} >said 2>&1) || status=$?
    {
        # cmocka names a failed test twice: where it ran and in its summary.
        sed -n 's/^\[  FAILED  \] \([a-z_0-9]*\)$/\1/p' "$copy/said"
        [ $status -ne 124 ] || sed -n 's/^\[ RUN      \] //p' "$copy/said" | tail -n 1
    } | sort -u
}

first="tests/sim/rules/test_rules tests/analysis/theory/test_theory
    tests/analysis/compare/test_stationary"
# mutant FILE SED_EXPRESSION RULE OPTIONS...: of a rule with written-out theory.
mutant() {
    file=$1
    expression=$2
    rule=$3
    shift 3
    break_line "$file" "$expression"
    # shellcheck disable=SC2086  # several programs
    build bin/pnm-stationary $first
    status=0
    row=$("$copy/build/bin/pnm-stationary" --quiet --format csv --optimizer "$rule" \
        --lr 0.3 --spectrum 1 "$@" 2>/dev/null) || status=$?
    row=$(echo "$row" | tail -n 1 |
        awk -F, '{printf "%.5g | %.5g | %s", $11, $14, $17}')
    failed=$(for test in $first; do failing "$test"; done | wc -l)
    echo "| \`$file\` | \`$expression\` | $row | $status | $failed |"
    [ "$status" -eq 1 ] && [ "$failed" -gt 0 ] || unnoticed=$((unnoticed + 1))
    mend "$file"
}

second="tests/sim/rules/test_vectors tests/sim/rules/test_papers tests/sim/rules/test_decay
    tests/sim/rules/test_matrices tests/sim/losses/test_network"
# unit_mutant FILE SED_EXPRESSION: of a rule whose exact law, if there is one, is probed
# from the rule itself, so that both would move, and of the network of figures 11 and 12:
# second implementations must notice.
unit_mutant() {
    tested_mutant "$second" "$1" "$2"
}

digits="tests/analysis/theory/test_exact tests/analysis/verdict/test_estimate"
# digits_mutant FILE SED_EXPRESSION: of the digits of exact values. One that forms 1 - x of a
# rounded x, or that takes its error for less, must be noticed.
digits_mutant() {
    tested_mutant "$digits" "$1" "$2"
}

# tested_mutant TESTS FILE SED_EXPRESSION [FILTER]: some test of these programs must notice, of
# those whose names match if there is a filter.
tested_mutant() {
    break_line "$2" "$3"
    # shellcheck disable=SC2086  # several programs
    build $1
    names=$(for test in $1; do failing "$test" ${4+"$4"}; done | paste -sd ' ' | sed 's/ /, /g')
    echo "| \`$2\` | \`$3\` | ${names:-none} |"
    [ "$names" ] || unnoticed=$((unnoticed + 1))
    mend "$2"
}

# Rules at beta0 = 1, beta1 = 0.9, eta h = 0.3 where nothing else is said.
echo "| file | slip | measured | exact | exact_verdict | exit | failing tests |"
echo "| --- | --- | --- | --- | --- | --- | --- |"
mutant sim/rules/sgd.c 's/-= scalar/-= 1.02 * scalar/' sgd
mutant sim/rules/heavy_ball.c 's/scalar\[DECAY\] \* slot/scalar[DECAY] * scalar[DECAY] * slot/' heavy_ball
mutant sim/rules/heavy_ball.c 's/scalar\[WEIGHT\] = .*/scalar[WEIGHT] = 1;/' heavy_ball
mutant sim/rules/pnm.c 's/ - scalar\[NEGATIVE\] \* slot\[LAST\]//' pnm
mutant sim/rules/pnm.c 's/rule->number\[BETA1\] \* rule->number\[BETA1\]/rule->number[BETA1]/' pnm
mutant sim/rules/pnm_eq7.c 's/resting = decay \* slot/resting = slot/' pnm_eq7
mutant sim/rules/two_batch.c 's/g\[1\]/g[0]/' two_batch
mutant sim/rules/parameters.h 's/lr \/ sqrt(gamma)/lr \/ gamma/' two_batch
mutant analysis/theory/sgd.c 's/(h_i + h_j - lr \* h_i \* h_j)/(h_i + h_j)/' sgd
mutant analysis/theory/heavy_ball.c 's/a \* c \* rest \* (1 + beta1)/a * c * rest/' heavy_ball
mutant analysis/theory/pnm.c 's/beta0 \* (1 - 3 \* beta)/beta0 * (1 - beta)/' pnm
mutant analysis/theory/pnm_eq7.c 's/lr \* beta0 \* beta1/lr * beta0/' pnm_eq7
mutant analysis/theory/two_batch.c 's/ \* theory_gamma_quad(rule) \* c/ * c/' two_batch
mutant sim/rules/nesterov.c 's/g\[0\] + scalar\[DECAY\] \* d)/g[0] + d)/' nesterov
mutant sim/rules/qhm.c 's/(1 - scalar\[WEIGHT\]) \* g\[0\]/g[0]/' qhm --beta1 0.9
mutant analysis/theory/nesterov.c 's/a \* beta1 \* (1 + 2 \* beta1)/a * beta1 * (1 + beta1)/' nesterov
mutant analysis/theory/qhm.c 's/ a \* beta1 \* (1 - nu) \* (1 + / a * (1 - nu) * (1 + /' qhm --beta1 0.9
mutant analysis/theory/theory.c 's/quad_sqrt(theory_gamma_quad(rule))/theory_gamma_quad(rule)/' two_batch

echo
echo "| file | slip | failing tests |"
echo "| --- | --- | --- |"
unit_mutant sim/rules/aggmo.c 's/beta_slow = 0.99/beta_slow = 0.99 * 0.99/'
unit_mutant sim/rules/adam.h 's/scalar\[DECAY1\] = rule->number\[BETA1\]/scalar[DECAY1] = rule->number[BETA1] * rule->number[BETA1]/'
unit_mutant sim/rules/adam.h 's/slot\[SQUARE\] \* scalar\[SCALE2\])/slot[SQUARE]) * scalar[SCALE2]/'
unit_mutant sim/rules/amsgrad.c 's/slot\[LARGEST\] = .*/slot[LARGEST] = slot[SQUARE];/'
unit_mutant sim/rules/adabound.c 's/1 - 1 \/ (closed + 1)/1 - 1 \/ (closed + 2)/'
unit_mutant sim/rules/padam.c 's/torch ? 2 \* rule->number\[PARTIAL\] :/torch ? rule->number[PARTIAL] :/'
unit_mutant sim/rules/yogi.c 's/(1 - scalar\[DECAY2\]) \* (sign/scalar[DECAY2] * (sign/'
unit_mutant sim/rules/radam.c 's/torch ? 5 : 4/5/'
unit_mutant sim/rules/adapnm.c 's/rule->number\[BETA1\] \* rule->number\[BETA1\]/rule->number[BETA1]/'
unit_mutant sim/rules/adapnm.c 's/mean_weight(rule->number\[BETA1\], t)/(1 - rule->number[BETA1] * rule->number[BETA1])/'
unit_mutant sim/rules/parameters.h 's/integer_power(decay, t + 1)/integer_power(decay, t + 2)/'
unit_mutant sim/rules/linear.c 's/scalar\[STAY + at\] = a0\[at\]/scalar[STAY + at] = a0[at] * a0[at]/'
unit_mutant sim/rules/template.h 's/1 - lr \* lambda/1 - 2 * lr * lambda/'
unit_mutant sim/rules/schedule.h 's/elementary_sin_pi(x + 0.5)/elementary_sin_pi(x + 0.25)/'
unit_mutant sim/losses/network.c 's/sum \* (1 - out\[j\] \* out\[j\])/sum * (1 - out[j])/'
unit_mutant analysis/claims/shared/network_law.c 's/curvature = -2 \* tanh_x/curvature = 2 * tanh_x/'
unit_mutant analysis/claims/shared/network_law.c 's/(p\[k\] - q\[k\]) \* f/(q[k] - p[k]) * f/'
unit_mutant analysis/claims/shared/minibatch.c 's/u >= reach\[k\]/u > 2 * reach[k]/'
unit_mutant analysis/claims/shared/minibatch.c 's/input\[at\] = input\[k\];//'
# The lines of appendix A.
second=tests/analysis/claims/test_proof_lines
unit_mutant analysis/claims/shared/proof_means.c 's/fabs(own->mean\[RIGHT\])/(2 * fabs(own->mean[RIGHT]))/'
unit_mutant analysis/claims/shared/proof_means.c 's/row->chains == PROOF_SMALLEST ? -1 : 1/1/'
unit_mutant analysis/claims/shared/proof_theorem.c 's/l \* l : l/l : l/'
unit_mutant analysis/claims/shared/proof_chain.c 's/last->smallest, step->square/step->square, step->square/'
unit_mutant analysis/claims/proof_distance.c 's/FORM_PRINTED ? 1 : 2/FORM_PRINTED ? 2 : 2/'
unit_mutant analysis/claims/proof_distance.c 's/beta0 \* proof_g(c, t - 3, i)/0 * beta0/'
unit_mutant analysis/claims/proof_sum.c 's/FORM_PRINTED ? 1 : 2/FORM_PRINTED ? 2 : 2/'
unit_mutant analysis/claims/proof_divergence.c 's/printed ? 1 \/ at->lambda/printed ? at->lambda/'
unit_mutant analysis/claims/shared/bound_ratio.c 's/return 8 \* law/return 4 * law/'
# The equations of neighbouring papers.
second=tests/analysis/claims/test_neighbours
unit_mutant analysis/claims/mandt_2017.c 's/third \* eta/-third * eta/'
unit_mutant analysis/claims/mandt_2017.c 's/distinct ? 1 - x/distinct ? 1 + x/'
unit_mutant analysis/claims/liu_2021.c 's/(1 + mu \* mu)/(1 - mu * mu)/'
unit_mutant analysis/claims/kuehn_2023.c 's/FLAT \* FLAT - 1/FLAT * FLAT - FLAT/'
unit_mutant analysis/claims/wang_2024.c 's/eta \* (1 - beta), beta/eta, beta/'

echo
echo "| file | slip | failing tests |"
echo "| --- | --- | --- |"
digits_mutant analysis/theory/theory.c 's/system->e\[0\] -= decoupled_decay(rule)/system->e[0] = (double)(1 + system->e[0] - decoupled_decay(rule)) - 1/'
digits_mutant analysis/theory/sgd.c 's/\.e = {-lr \* h}/.e = {(double)(1 - lr * h) - 1}/'
digits_mutant analysis/theory/heavy_ball.c 's/beta1 - 1}/(double)(beta1 - 1 - lr * beta3 * h) + lr * beta3 * h}/'
digits_mutant analysis/theory/stein.c 's/= i->e\[r \* n + k\],/= (double)(i->e[r * n + k] + (r == k)) - (r == k),/'
digits_mutant analysis/theory/stein.c 's/quad_abs(slope) \* slack(i, at)/quad_abs(slope) * slack(i, at) \/ 1000/'
digits_mutant analysis/theory/stein.c 's/quad_abs(slope) \* slack(i, at)/quad_abs(slope) * slack(i, at) * 1000/'
digits_mutant sim/rules/linear.c 's/= stay + lr \* h \* rule->matrices.a1\[at\]/= (double)((r == c) + stay + lr * h * rule->matrices.a1[at]) - (r == c)/'
digits_mutant sim/rules/linear_system.c 's/system->e\[row \* dim\] += h \* enter\[row\]/system->e[row * dim] = (double)((row == 0) + system->e[row * dim] + h * enter[row]) - (row == 0)/'
digits_mutant sim/rules/linear_system.c 's/power->close = .*/power->close = false;/'
digits_mutant sim/rules/linear_system.c 's/a\[k\] = system->e\[k\]/a[k] = (double)system->e[k]/'
digits_mutant sim/rules/linear_system.c 's/matrix\[k\] = -system->e\[k\]/matrix[k] = (k % (dim + 1) == 0) - (double)((k % (dim + 1) == 0) + system->e[k])/'
digits_mutant sim/rules/characteristic.c 's/return above \/ (1 + modulus);/return 1 - modulus + 0 * above;/'
digits_mutant analysis/verdict/evidence.c 's/hw + known/hw + 0 * known/'
digits_mutant analysis/verdict/evidence.c 's/, e->exact_error, e->paper_scale/, 0, e->paper_scale/'
digits_mutant analysis/verdict/evidence.c 's/ + e->bias;/;/'

# error_mutant FILE SED_EXPRESSION TEST FILTER: of a standard error, a burn-in, a quantile, a
# scale, which moves no measured number: the tests of one program whose names match must notice.
error_mutant() {
    tested_mutant "$3" "$1" "$2" "$4"
}

compare=tests/analysis/compare
errors=tests/analysis/claims/test_errors
echo
echo "| file | slip | failing tests |"
echo "| --- | --- | --- |"
# Quantiles, margins, scales.
estimate=tests/analysis/verdict/test_estimate
error_mutant analysis/verdict/estimate.h 's/ESTIMATE_Z 4.89/ESTIMATE_Z 4.42/' $estimate '*'
error_mutant analysis/verdict/estimate.h 's/ESTIMATE_LEVEL 1e-6/ESTIMATE_LEVEL 1e-5/' $estimate '*'
error_mutant analysis/verdict/estimate.h 's/ESTIMATE_MARGIN 0.01/ESTIMATE_MARGIN 0.02/' $estimate '*'
error_mutant analysis/verdict/estimate.h 's/ESTIMATE_NORMAL_CHAINS = 1000/ESTIMATE_NORMAL_CHAINS = 10/' $estimate '*'
error_mutant analysis/verdict/estimate.h 's/ESTIMATE_MIN_CHAINS = 30/ESTIMATE_MIN_CHAINS = 20/' $compare/test_stationary 'what_*'
error_mutant analysis/verdict/estimate.c 's/ESTIMATE_LEVEL \/ 2/ESTIMATE_LEVEL/' $estimate '*'
error_mutant analysis/verdict/estimate.c 's/(chains - 1)/chains/' $estimate '*'
error_mutant analysis/verdict/ledger.c 's/P(count, p, n) <= ESTIMATE_LEVEL/P(count, p, n) <= 100 * ESTIMATE_LEVEL/' tests/analysis/claims/test_ledger 'rows_*'
error_mutant analysis/verdict/ledger.c 's/p, n) < ESTIMATE_LEVEL/p, n) < 100 * ESTIMATE_LEVEL/' tests/analysis/claims/test_ledger 'rows_*'
error_mutant analysis/verdict/evidence.c 's/return fabs(prediction) > .*/return natural;/' $compare/test_stationary 'a_*'
error_mutant analysis/verdict/evidence.c 's/> ESTIMATE_TOLERANCE \* natural/> 0/' $compare/test_stationary 'a_*'
error_mutant analysis/compare/noise.c 's/evidence_scale_or(e->exact, 1)/evidence_scale(e->exact)/' $compare/test_noise 'a_*'
# Precisions and costs.
error_mutant sim/engine/control_plan.c 's/ || plan.samples >= choice->plain//' $compare/test_stationary_control 'a_fine*'
error_mutant sim/engine/control_plan.c 's/ || more > \*left//' $compare/test_stationary_control 'a_fine*'
error_mutant analysis/compare/stationary_control.c 's/= plain.samples;/+= 0;/' $compare/test_stationary_control 'a_fine*'
error_mutant analysis/compare/stationary_pairs.c 's/request.target = fine \* scale/request.target = 2 * fine * scale/' $compare/test_stationary_pairs 'a_fine*'
error_mutant analysis/compare/stationary_pairs.c 's/= fmin(work->jobs\[k\].plan.samples, samples)/*= 1/' $compare/test_stationary_pairs 'a_small*'
# Control variates of coupled modes.
error_mutant sim/engine/ensemble_pairs.c 's/problem->dense ? problem_noise/problem->dense ? 1.01 * problem_noise/' $compare/test_stationary_pairs 'both*'
error_mutant sim/engine/ensemble_pairs.c 's/: i == j       ? 1$/: i == j       ? 1.01/' $compare/test_stationary_pairs 'both*'
error_mutant sim/engine/ensemble_pairs.c 's/value -= coefficient/value += coefficient/' $compare/test_stationary_pairs 'both*'
error_mutant sim/engine/control.c 's/sum = with.im - beside.im/sum = with.im + beside.im/' tests/sim/engine/test_ensemble_pairs '*'
# Control variates of rules that are not linear.
companions=tests/sim/engine/test_companion
error_mutant sim/engine/control.c 's/return sum \/ 2;/return sum * 1.01 \/ 2;/' $companions 'the_mean*'
error_mutant sim/engine/companion.c 's/= -noise\[i\]/= noise[i]/' $companions 'what_carries*'
error_mutant sim/engine/companion.c 's/(2 \* shift \* CHAINS)/(shift * CHAINS)/' $companions 'the_companion*'
error_mutant sim/engine/companion_plan.c 's/total >= LEAST_GAIN/total >= 0 * LEAST_GAIN/' $companions 'what_does*'
error_mutant sim/engine/companion_plan.c 's/own.pilot = true/own.pilot = false/' $companions 'a_pilot*'
error_mutant analysis/compare/stationary_companion.c 's/= agree(pilots, control, n)/& || true/' $compare/test_stationary_companion 'a_rule*'
error_mutant analysis/compare/stationary_companion.c 's/chains.steps + pilots->steps/chains.steps/' $compare/test_stationary_companion 'plans*'
error_mutant analysis/compare/stationary_companion.c 's/chains->burn_in \*= 2/chains->burn_in *= 1/' $compare/test_stationary_companion 'the_start*'
error_mutant analysis/verdict/ledger.c 's/e->sampled \&\& e->plain_samples > 0/false/' tests/analysis/claims/test_ledger 'value*'
# Control variates of the mean of theta.
means=tests/sim/engine/test_control_plan
error_mutant sim/engine/ensemble.c 's/\*theta -= control->of_mean/*theta += control->of_mean/' $means 'means*'
error_mutant sim/engine/ensemble.c 's/of->state\[s\] \*= per_step/of->state[s] = 0.3 + of->state[s] * per_step/' $means 'both*'
error_mutant sim/engine/ensemble_lanes.c 's/re \* moved\[0\] - im/re * moved[0] + im/' $means 'sums*'
error_mutant sim/engine/control_plan.c 's/square \/ 400/square * 400/' $means 'both*'
# Sampling runs that are cut short.
error_mutant sim/engine/layout.c 's/SIXTEENTHS \* sixteenths + SIXTEENTHS - 1/SIXTEENTHS/' tests/sim/engine/test_layout '*'
error_mutant sim/engine/layout.c 's/ + (units % (UINT64_C(1) << shift) > 0)//' tests/sim/engine/test_layout '*'
error_mutant sim/engine/units.c 's/units->cost(units->context, unit)/1 + 0 * (double)unit/' tests/sim/engine/test_units '*'
# Burn-ins.
error_mutant sim/engine/plan.c 's/<= target \/ 20/<= target * 20/' tests/sim/engine/test_plan '*'
error_mutant analysis/compare/stationary.c 's/e->bias <= e->se \/ 10/e->bias <= e->se * 1000/' $compare/test_stationary 'what_*'
error_mutant analysis/compare/stationary_pilot.c 's/(steps + 1) \/ 2/steps/' $compare/test_stationary 'a_pilot*'
error_mutant analysis/compare/noise_plan.c 's/elementary_log(1e-6)/elementary_log(0.5)/' $compare/test_noise 'measurements*'
error_mutant sim/engine/plan.c 's/plan_law_start(law, burn_in, steps) <= residual/0 <= residual/' tests/sim/engine/test_control_plan 'plans*'
error_mutant sim/engine/control_plan.c 's/small \* law->s_ii/1e9 \/ small * law->s_ii/' tests/sim/engine/test_control_plan 'plans*'
error_mutant sim/engine/control_plan.c 's/plan.samples += cost(pilot);//' tests/sim/engine/test_control_plan 'plans*'
# Standard errors.
error_mutant sim/base/moments.h 's/m->squares \/ (n - 1)/m->squares \/ n/' tests/sim/engine/test_ensemble 'test_moments_add'
error_mutant sim/base/moments.h 's/products\[i\]\[j\] \/ (n - 1) \/ n/products[i][j] \/ (n - 1)/' $compare/test_noise 'errors_*'
error_mutant sim/base/moments.h 's/2 \* ratio \* comoments/ratio * comoments/' $compare/test_bound 'the_error*'
error_mutant analysis/verdict/evidence.c 's/= moments_stderr(moments)/= moments_stderr(moments) \/ 2/' $estimate 'errors_*'
error_mutant analysis/verdict/ledger.c 's/sqrt(rate \* (1 - rate)/sqrt(rate * (1 - rate) \/ 4/' tests/analysis/claims/test_ledger 'rows_*'
error_mutant analysis/compare/stationary.c 's/= moments_stderr(moments)/= moments_stderr(moments) \/ 2/' $compare/test_stationary 'errors_*'
error_mutant analysis/compare/stationary_excess.c 's/ : sqrt(squares)/ : sqrt(squares) \/ 2/' $compare/test_stationary 'errors_*'
error_mutant analysis/compare/stationary_excess.c 's/together ? errors/together ? errors \/ 2/' $compare/test_stationary 'errors_*'
error_mutant analysis/compare/noise.c 's/sqrt(comoments_covariance(m, quantity, quantity))/& \/ 2/' $compare/test_noise 'errors_*'
error_mutant analysis/compare/noise.c 's/, ratio) \/ m->mean\[y\]/, ratio) \/ 2 \/ m->mean[y]/' $compare/test_noise 'errors_*'
error_mutant analysis/compare/noise.c 's/ratio \/ 2 \* hypot/ratio * hypot/' $compare/test_noise 'errors_*'
error_mutant sim/engine/control.c 's/return sum \/ 2;/return sum * 1.01 \/ 2;/' $compare/test_noise 'errors_*'
directions=tests/sim/engine/test_ensemble_direction
error_mutant sim/engine/control.c 's/count - of_p.re - of_q.re/count - of_p.re + of_q.re/' $directions '*'
error_mutant sim/engine/ensemble_direction.c 's/burn_in + 2, chains/burn_in + 1, chains/' $directions 'any_*'
error_mutant sim/engine/ensemble_direction.c 's/(later + first)/(later + 0 * first)/' $directions 'fitted_*'
error_mutant sim/engine/ensemble_direction.c 's/observer.late = 2/observer.late = 1/' $directions 'fitted_*'
error_mutant sim/engine/ensemble_run.c 's/{sampler->observer->key, /{NULL, 0 * /' $directions 'checkpoints_*'
curves=tests/sim/engine/test_descent_control
error_mutant sim/engine/control.c 's/return (double)sum;/return 1.01 * (double)sum;/' $curves 'errors_*'
error_mutant sim/engine/descent_control.c 's/samples, control->step\[point\],/samples, control->step[point] + 1,/' $curves 'errors_*'
error_mutant sim/engine/descent_control.c 's/own.pilot = true/own.pilot = false/' $curves 'a_pilot*'
error_mutant sim/engine/descent_control.c 's/samples > 1 ? row : 0/0/' $curves 'filters_*'
error_mutant sim/engine/descent_control.c 's/4 \* square \* left/square * left/' $curves 'forecasts_*'
error_mutant sim/engine/descent.c 's/(recorded || t % noise->ahead == 0)/(t % noise->ahead == 0)/' $curves 'filters_*'
error_mutant sim/engine/descent.c 's/    if (descent->control) {/    if (descent->control \&\& steps == 0) {/' $curves 'checkpoints_*'
error_mutant analysis/compare/convergence_curve.c 's/ - DESCENT_PILOT;/;/' $compare/test_convergence 'curves_*'
error_mutant analysis/compare/convergence_curve.c 's/FITTED = 1.3/FITTED = 0.3/' $compare/test_convergence 'curves_*'
error_mutant analysis/compare/posterior.c 's/kl_se = sqrt(squared)/kl_se = sqrt(squared) \/ 2/' tests/analysis/theory/test_pac_bayes '*'
error_mutant analysis/compare/convergence.c 's/moments_stderr(&measuring\[best\])/& \/ 2/' $compare/test_convergence 'errors_*'
error_mutant analysis/compare/convergence.c 's/: moments_stderr(moments)/& \/ 2/' $compare/test_convergence 'errors_*'
error_mutant analysis/compare/convergence.c 's/\*se = sqrt(c11)/*se = sqrt(c11) \/ 2/' $compare/test_convergence 'errors_*'
error_mutant analysis/compare/convergence.c 's/\*se = log(2) \* /*se = /' $compare/test_convergence 'errors_*'
error_mutant analysis/compare/bound.c 's/comoments_ratio_error(m, BOUND_LEFT/0.5 * &/' $compare/test_bound 'errors_*'
error_mutant analysis/compare/bound_evidence.c 's/\.exact_error = rounding/.exact_error = 0/' $compare/test_bound 'rounding_along*'
error_mutant analysis/claims/shared/claim_stationary.c 's/e->se \/= unit/e->se \/= 2 * unit/' $errors 'errors_of_curves'
error_mutant analysis/claims/shared/claim_stationary.c 's/ \* hypot(a->se/ * 0.6 * hypot(a->se/' $errors 'errors_of_ratios'
error_mutant analysis/claims/thm4_1.c 's/e.se = sqrt(variance)/& \/ 2/' $errors 'errors_of_theorem_4_1'
error_mutant analysis/claims/shared/bound_ratio.c 's/return 8 \* law/return 4 * law/' $errors 'errors_of_theorem_4_3'
error_mutant analysis/claims/fig11.c 's/moments_stderr(of)/& \/ 2/' $errors 'errors_of_figure_11'
error_mutant analysis/claims/fig11.c 's/(2 \* e->exact_square)/e->exact_square/' $errors 'errors_of_figure_11'
error_mutant analysis/claims/fig11.c 's/out\[SLOPE_ERROR\] += e->weight/out[SLOPE_ERROR] += 2 * e->weight/' $errors 'errors_of_figure_11'
error_mutant analysis/claims/fig12.c 's/g->moment\[4\] - 2 \* square/g->moment[4] - square/' $errors 'errors_of_figure_12'
error_mutant analysis/claims/fig12.c 's/fourth_sum - 2 \* square/fourth_sum - square/' $errors 'errors_of_figure_12'
error_mutant analysis/claims/fig12.c 's/g->fourth\[i\] - 2 \* square/g->fourth[i] - square/' $errors 'errors_of_figure_12'
error_mutant analysis/claims/fig12.c 's/3 \/ (pooled \* pooled)/3 \/ pooled/' $errors 'errors_of_figure_12'
network=tests/analysis/claims/test_eq18_19_net
error_mutant analysis/claims/shared/network_chains.c 's/part\[c\] -= 2 \* weight/part[c] -= weight/' $network 'errors_*'
error_mutant analysis/claims/shared/network_chains.c 's/value -= weight \*/value -= 0 */' $network 'errors_*'
error_mutant analysis/claims/shared/network_chains.c 's/ - quotient \* below->part\[c\]//' $network 'errors_*'
error_mutant analysis/claims/shared/network_chains.c 's/control ? chain->control/false ? chain->control/' $network 'wrong*'
error_mutant analysis/claims/shared/network_linear.c 's/MINIBATCH_INPUTS \* (double)batch/MINIBATCH_INPUTS/' $network 'the_control*'
error_mutant analysis/claims/eq18_19_net.c 's/noise->direction\[k\]\[j\] \/ NETWORK/noise->direction[k][j] * 2 \/ NETWORK/' $network 'the_law*'
second="tests/analysis/compare/test_streams tests/analysis/claims/test_known"
unit_mutant analysis/compare/streams.c 's/\.se = comoments/.se = 0.5 * comoments/'
unit_mutant analysis/compare/streams.c 's/2 \* (square/1 * (square/'
unit_mutant analysis/compare/streams.c 's/elementary_log(1e-8)/elementary_log(0.9)/'
unit_mutant analysis/compare/streams.c 's/last\[lane\] \* before\[lane\];/last[lane] * last[lane];/'
unit_mutant analysis/claims/shared/claim_known.c 's/ESTIMATE_TOLERANCE \* scale/0/'
unit_mutant analysis/claims/shared/gap_bound.c 's/return 8 \//return 4 \//'
unit_mutant analysis/claims/shared/gap_bound.c 's/lambda, lambda}/lambda, 1 \/ lambda}/'
unit_mutant analysis/claims/tables_arithmetic.c 's/(RUNS - 1)/RUNS/'
unit_mutant analysis/claims/tables_arithmetic.c 's/y = b->sd \* b->sd \/ RUNS/y = b->sd \/ RUNS/'

echo
echo "| file | slip | failing tests |"
echo "| --- | --- | --- |"
spectra=tests/analysis/compare/test_psd
tested_mutant $spectra analysis/compare/psd.c 's/\.exact = windowed\[k\]/.exact = noise_filter_density(\&filter, frequency)/'
tested_mutant $spectra analysis/compare/psd.c 's/uint64_t burn_in = 1;/return 1024; uint64_t burn_in = 1;/'
tested_mutant $spectra analysis/compare/psd.c 's/moments_stderr(spread)/moments_stderr(spread) \/ 2/'
tested_mutant $spectra analysis/theory/noise_filter.c 's/window\[n\] \* window\[n + lag\]/window[n] * window[n]/'
bounds=tests/analysis/theory/test_pac_bayes
tested_mutant $bounds analysis/theory/pac_bayes.c 's/UP (1 + 0x1p-48)/UP (1 - 0x1p-48)/'
tested_mutant $bounds analysis/theory/pac_bayes.c 's/? -gsl_sf_log_1plusx_mx(off)/? off - log1p(off)/'
tested_mutant $bounds analysis/theory/pac_bayes.c 's/? -q \* gsl_sf_log_1plusx_mx(u)/? gap - q * log1p(u)/'
tested_mutant $bounds analysis/theory/pac_bayes.c 's/!(size->error <= most)/size->error > 1e300 * most/'
tested_mutant $bounds analysis/compare/posterior.c 's/= covariance\[i \* n + j\]/= (double)covariance[i * n + j]/'
tested_mutant $bounds analysis/compare/posterior.c 's/pow(relative, 4) \/ 8/0/'
tested_mutant $bounds analysis/compare/posterior.c 's/hypot(moments_stderr(&moved)/hypot(moments_stderr(\&moved) \/ 2/'
filters=tests/sim/engine/test_control
tested_mutant $filters sim/engine/control_kernel.c 's/vector_fma(im, before/vector_fma(im, x->y0/'
tested_mutant $filters sim/engine/control_kernel.c 's/own4 = vector_fma(x->y1/own4 = vector_fma(x->y0/'
tested_mutant $filters sim/engine/control_kernel.c 's/at_c = at + 2 \* WIDTH/at_c = at + WIDTH/'

echo
echo "| file | slip | failing tests |"
echo "| --- | --- | --- |"
rates="tests/sim/rules/test_stable_set tests/analysis/compare/test_stability"
said="tests/analysis/verdict/test_estimate tests/analysis/compare/test_bound
    tests/analysis/theory/test_pac_bayes tests/sim/rules/test_rule_check"
# Slips in stable rates, and in what a row says of itself.
tested_mutant "$rates" sim/rules/stable_set.c 's/root\[i\].re > 0 \&\& root/root[i].re > 3 \&\& root/'
tested_mutant "$rates" sim/rules/stable_set.c 's/interval\[k\].from < lr/interval[k].from < lr + 9/'
tested_mutant "$rates" analysis/compare/stability.c 's/1e-12 \* fabs(other)/1e-12/'
tested_mutant "$rates" analysis/compare/stability.c 's/if (!s->growth.settled)/if (!s->growth.settled \&\& false)/'
tested_mutant "$said" analysis/verdict/evidence.c 's/isnan(e->exact) && e->sampled/isnan(e->exact)/'
tested_mutant "$said" analysis/compare/bound_sides.c 's/left\[lane\] = NAN/left[lane] += 0/'
tested_mutant "$said" analysis/compare/optimal_beta0.c 's/end = best_point == 0 || /end = /'
tested_mutant "$said" sim/rules/rule_check.c 's/if (isnan(theta))/if (isinf(theta))/'

echo
echo "| file | slip | failing tests |"
echo "| --- | --- | --- |"
# Slips in worst cases without noise, and in the check that proves them.
worst_cases=tests/analysis/worst/test_worst_case
worst_checks=tests/analysis/worst/test_worst_check
tested_mutant $worst_cases analysis/worst/worst_problem.c 's/scale + 2 \* mu/scale - 2 * mu/'
tested_mutant $worst_cases analysis/worst/worst_problem.c 's/worst_add_term(problem, g, g, scale \/ 2, error)/worst_add_term(problem, g, g, scale, error)/'
tested_mutant $worst_cases analysis/worst/worst_setting.c 's/value\[k\] = (double)s\[0\];/value[k] = (double)next[0];/'
tested_mutant $worst_cases analysis/worst/worst_setting.c 's/x\[t\] = path->response\[k - 1 - t\] \* smoothness;/x[t] = path->response[k - 1 - t];/'
tested_mutant $worst_checks analysis/worst/ball.h 's/(radius + own) \* (1/(radius + 0 * own) * (1/'
tested_mutant $worst_checks analysis/worst/worst_check.c 's/if (flow\[k\] != 0)/if (flow[k] == INT64_MAX)/'
tested_mutant tests/analysis/worst/test_definite analysis/worst/definite.c 's/for (size_t i = 0; i < n; i++)$/for (size_t i = 0; i + 1 < n; i++)/'
tested_mutant tests/analysis/worst/test_definite analysis/worst/definite.c 's/excess\[j\] = ball_add(excess\[j\], less);//'
tested_mutant tests/analysis/worst/test_definite analysis/worst/definite.c 's/ball_of(-rest.radius)/ball_of(0)/'
tested_mutant $worst_checks analysis/worst/worst_check.c 's/if (!is_definite)/if (0)/'
tested_mutant $worst_checks analysis/worst/worst_check.c 's/if (unit < 0)/if (unit == INT64_MIN)/'
tested_mutant $worst_checks analysis/worst/worst_check.c 's/ball_multiply(lambda, ball_of(row->limit))/ball_of(row->limit)/'
tested_mutant $worst_checks analysis/worst/worst_check.c 's/return ball_is_positive(slack);/return slack.mid > -1e-3;/'
tested_mutant $worst_cases analysis/worst/worst_setting.c 's/g\[i\] = path->curvature \/ smoothness \* x\[i\];/g[i] = path->curvature * x[i];/'
tested_mutant $worst_cases analysis/worst/worst_check.c 's/ball_multiply(symbol\[u \* n + c\], symbol\[v \* n + c\])/ball_multiply(symbol[u * n + c], symbol[u * n + c])/'
tested_mutant tests/analysis/worst/test_worst_lemma analysis/worst/worst_lemma.c 's/power \* weights\[k % 2\]/power * weights[(k + 1) % 2]/'
# Slips in worst cases with noise.
trees=tests/analysis/worst/test_worst_tree
tested_mutant $trees analysis/worst/worst_tree.c 's/worst_tree_sign(node, t) \* setting->sigma/setting->sigma/'
tested_mutant $trees analysis/worst/worst_symmetry.c 's/part == common + 1 ? -1 : 0/0/'
tested_mutant $trees analysis/worst/worst_tree.c 's/worst_tree_sign(leaf, (size_t)k) \* points/points/'

echo
echo "| file | slip | failing tests |"
echo "| --- | --- | --- |"
# Slips in minibatches: their law, their draws and what is planned and judged from these.
tested_mutant tests/sim/rules/test_mean_square sim/rules/mean_square.c 's/(1 + w) \* mean/mean/'
tested_mutant tests/sim/rules/test_mean_square sim/rules/mean_square.c 's/(own->batch - h \* unit)/(own->batch - 0 * h * unit)/'
tested_mutant tests/sim/rules/test_mean_square sim/rules/mean_square.c 's/left += a \/ (middle - a)/left += a \/ middle/'
tested_mutant tests/sim/rules/test_mean_square sim/rules/mean_square_run.c 's/level + h\[i\] \* p\[0\]\[0\]/level/'
tested_mutant tests/sim/rules/test_mean_square sim/rules/mean_square_run.c 's/now.number\[RULE_LR\] \*= /now.number[RULE_LR] *= 1 + 0 * /'
tested_mutant tests/sim/rules/test_mean_square sim/rules/mean_square_run.c 's/ + d\[r\] \* d\[c\];/;/'
tested_mutant tests/sim/engine/test_minibatch sim/engine/minibatch_kernel.c 's/= -residual_sd \*/= 0 * residual_sd */'
tested_mutant tests/sim/engine/test_minibatch sim/engine/minibatch_draw.c 's/done += count;/done += own->ahead + 1;/'
tested_mutant tests/sim/engine/test_minibatch sim/engine/minibatch.c 's/run.t > from ? fmax/run.t >= from ? fmax/'
tested_mutant tests/sim/engine/test_minibatch sim/engine/minibatch.c 's/if (!(gain < 1) \&\& !sampling/if (!(gain < 99) \&\& !sampling/'
tested_mutant tests/sim/engine/test_minibatch sim/base/moments.h 's/a \* b \* (a - b)/a * b * (a + b)/'
tested_mutant tests/sim/engine/test_minibatch sim/base/moments.h 's/3 \* apart \* before.squares/2 * apart * before.squares/'
tested_mutant tests/analysis/theory/test_least_squares analysis/theory/least_squares.c 's/if (!(law->gain < 1))/if (!(law->gain < 99))/'
tested_mutant tests/analysis/compare/test_stationary_minibatch analysis/compare/posterior.c 's/kl_se = errors/kl_se = errors \/ 3/'
tested_mutant tests/analysis/compare/test_stationary_minibatch analysis/compare/stationary.c 's/           !job->skewed;/           true;/'
tested_mutant tests/analysis/compare/test_stationary_minibatch analysis/compare/stationary.c 's/return job->bias;/return 0;/'
tested_mutant tests/analysis/verdict/test_estimate analysis/verdict/estimate.c 's/(z \* z \* z - 3 \* z)/(z * z * z)/'
# Slips in spectra as they are, in arrays of NumPy, and in laws at fixed steps.
tested_mutant tests/sim/base/test_npy sim/base/npy.c 's/about->by_columns ? k % rows : k \/ columns/k \/ columns/'
tested_mutant tests/sim/base/test_npy sim/base/npy.c 's/if (text_file_byte(file) != EOF)/if (false)/'
tested_mutant tests/sim/base/test_npy sim/base/npy.c 's/    if (isfinite(value))/    if (!isinf(value))/'
tested_mutant tests/sim/base/test_npy sim/base/npy.c 's/: value) + 0.0;/: value);/'
tested_mutant tests/sim/base/test_roots sim/base/roots_template.h 's/(v.value) <= n \* ROUNDING \* v.size/(v.value) <= 0/'
tested_mutant tests/sim/losses/test_problem sim/cli/flat_form.c 's/q->start\[i\] = q->start\[kept\[i\]\];/q->start[i] = q->start[i];/'
tested_mutant tests/sim/losses/test_problem sim/cli/flat_form.c 's/kept\[i\] \* n + kept\[j\]/kept[i] * n + j/'
tested_mutant tests/sim/losses/test_problem sim/cli/problem_form.c 's/apart <= most/apart <= 1e3 * most/'
tested_mutant tests/analysis/theory/test_at_step analysis/theory/at_step.c 's/next\[k\] + part\[k\];/next[k];/'
tested_mutant tests/analysis/theory/test_at_step analysis/theory/at_step.c 's/theory_system(rule, 0, \&flat);/theory_system(rule, at->h_i, \&flat);/'
tested_mutant tests/analysis/compare/test_fixed analysis/compare/fixed.c 's/hypot(second.se, of_mean)/second.se/'
tested_mutant tests/analysis/compare/test_fixed analysis/compare/fixed.c 's/? second.se + of_mean/? 0.3 * second.se/'
tested_mutant tests/analysis/compare/test_fixed analysis/compare/fixed_control.c 's/1 - floor(margin \/ share + 0.5) \* share - share \/ 2/0.5 + 0 * margin * share/'
tested_mutant tests/analysis/compare/test_fixed analysis/compare/fixed.c 's/(tails \* mode->covariance + 4 \* m \* m)/tails * mode->covariance/'
tested_mutant tests/analysis/compare/test_fixed sim/engine/ensemble_run.c 's/if (ensemble->mean \&\& ensemble->mean\[i\] != problem->theta_star\[i\])/if (false)/'
tested_mutant tests/analysis/claims/test_ledger analysis/claims/flat.c 's/rate \* rate \* noise \* steps/rate * noise * steps/' 'limits_of*'
tested_mutant tests/sim/base/test_noise_law sim/base/noise_law_kernel.c 's/const double power = (1 - alpha) \/ alpha/const double power = (1 - alpha)/'
tested_mutant tests/sim/base/test_noise_law sim/base/noise_law_kernel.c 's/scale = nu - 2;/scale = nu;/'
tested_mutant tests/analysis/theory/test_response analysis/theory/response.c 's/fmax(states->most\[i\], fabs(s\[i\]))/0/'
tested_mutant tests/analysis/theory/test_stable_law analysis/theory/stable_law.c 's/log(cos((alpha - 1) \* theta))/0/'
tested_mutant tests/analysis/compare/test_quantiles analysis/compare/quantiles.c 's/pow(sum, 1 \/ power)/sqrt(sum)/'
tested_mutant tests/analysis/compare/test_quantiles analysis/compare/quantiles.c 's/- 2 \* e->measured \* (y - 1)//'
tested_mutant tests/analysis/compare/test_quantiles analysis/compare/quantiles.c 's/values->theta\[n - high\]/values->theta[n - low]/'
tested_mutant tests/analysis/compare/test_quantiles sim/engine/plan.c 's/law->excess \* x\[0\] \/ 2/0/'
[ "$unnoticed" -eq 0 ] || { echo "mutants: $unnoticed unnoticed" >&2; exit 1; }
