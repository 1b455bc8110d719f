/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_worst_memory.c: a worst case for which there is no memory is an error that says
 * so, wherever memory runs out, and nothing is kept. */
#include "memory.h"

#include "worst/definite.h"
#include "worst/worst_certificate.h"
#include "worst/worst_lemma.h"
#include "worst/worst_points.h"
#include "worst/worst_tree.h"

#include <gsl/gsl_errno.h>

/* Finds a worst case and runs the rule through its points. */
static int find_chain(void *context, struct error *error)
{
    const struct worst_setting *setting = context;
    struct worst_case worst;
    struct worst_points points = {0};
    double deviation;
    int status = worst_case_find(setting, &worst, error);
    if (status == STATUS_OK && setting->gradient == 0)
        status = worst_points_of(setting, &worst, &points, error);
    if (status == STATUS_OK && setting->gradient == 0)
        status = worst_points_replay(setting, &points, &deviation, error);
    worst_points_free(&points);
    worst_case_free(&worst);
    return status;
}

static void a_chain_needs_memory(void **state)
{
    (void)state;
    struct rule rule = rule_of(rule_kind_find("sgd"), 1);
    struct worst_setting setting = {
        .rule = &rule, .steps = 1, .smoothness = 1, .class = WORST_CONVEX};
    check_memory("a chain", find_chain, &setting);
    setting.measure = WORST_LAST_LOSS;
    setting.given = WORST_GIVEN_DISTANCE;
    check_memory("a chain", find_chain, &setting);
    setting.gradient = 0.5;
    check_memory("a chain", find_chain, &setting);
}

static int find_tree(void *context, struct error *error)
{
    const struct worst_tree_setting *setting = context;
    struct worst_case tree;
    struct worst_tree_points points = {0};
    double deviation;
    int status = worst_tree_find(setting, &tree, error);
    if (status == STATUS_OK)
        status = worst_tree_points_of(setting, &tree, &points, error);
    if (status == STATUS_OK)
        status = worst_tree_replay(setting, &points, &deviation, error);
    worst_tree_points_free(&points);
    worst_case_free(&tree);
    return status;
}

static void a_tree_needs_memory(void **state)
{
    (void)state;
    struct rule rule = rule_of(rule_kind_find("sgd"), 1);
    struct worst_tree_setting setting = {&rule, 1, 1};
    check_memory("a tree", find_tree, &setting);
}

static int find_distance(void *context, struct error *error)
{
    struct worst_case worst;
    const int status = worst_lemma_distance(context, 1, &worst, error);
    worst_case_free(&worst);
    return status;
}

static int find_descent(void *context, struct error *error)
{
    struct worst_case worst;
    const double *eta0 = context;
    const int status = worst_lemma_descent(*eta0, &worst, error);
    worst_case_free(&worst);
    return status;
}

static void lemmas_need_memory(void **state)
{
    (void)state;
    struct rule rule = rule_of(rule_kind_find("pnm"), 0.1);
    double eta0 = 0.5;
    rule_complete(&rule);
    check_memory("a distance", find_distance, &rule);
    check_memory("a descent", find_descent, &eta0);
}

/* --- certificates ------------------------------------------------------------------
 */

struct proof {
    const char *path;
    const struct worst_setting *setting;
    const struct worst_case *worst;
};

static int write_proof(void *context, struct error *error)
{
    const struct proof *proof = context;
    return worst_certificate_write(proof->path, "a test", proof->setting, proof->worst,
                                   error);
}

static int prove_again(void *context, struct error *error)
{
    const struct proof *proof = context;
    struct worst_case again;
    const char *reason;
    const int status =
        worst_certificate_prove(proof->path, proof->setting, &again, &reason, error);
    worst_case_free(&again);
    return status;
}

static void certificates_need_memory(void **state)
{
    (void)state;
    char path[64];
    check_file("", 0, path);
    struct rule rule = rule_of(rule_kind_find("sgd"), 1);
    const struct worst_setting setting = {.rule = &rule, .steps = 1, .smoothness = 1};
    struct worst_case worst;
    struct error error;
    assert_int_equal(worst_case_find(&setting, &worst, &error), STATUS_OK);
    struct proof proof = {path, &setting, &worst};
    check_memory("a certificate", write_proof, &proof);
    check_memory("its proof", prove_again, &proof);
    worst_case_free(&worst);
    unlink(path);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_needs_memory),
        cmocka_unit_test(a_tree_needs_memory),
        cmocka_unit_test(lemmas_need_memory),
        cmocka_unit_test(certificates_need_memory),
    };
    gsl_set_error_handler_off();
    check_filter(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
