/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_programs.c: programs that find no memory say so, leave the older result and keep
 * nothing.
 *
 * tests/faults/allocations.sh sees to the same with processes, of which it can afford
 * few. Here the programs run within the test (the Makefile gives their main functions
 * other names), and in one run for each way to an allocation, a stack of calls, that
 * one fails. */
#include "memory.h"

#include "files.h"

#include <fcntl.h>

struct command {
    int (*main)(int argc, char **argv);
    const char *words;
};

#define DECLARE(name) int main_##name(int argc, char **argv);
PROGRAM_MAINS(DECLARE)

static const struct command commands[] = {
    {main_pnm_rules, "pnm-rules --optimizer sgd,pnm,nesterov"},
    {main_pnm_bound,
     "pnm-bound --ratio lemma-A2 --loss huber --steps 4 --replicas 4 --threads 1"},
    {main_pnm_bound, "pnm-bound --search 2 --steps 4 --replicas 4 --threads 1"},
    {main_pnm_convergence,
     "pnm-convergence --optimizer sgd,pnm --steps 4,8 --replicas 4 --threads 1"},
    {main_pnm_convergence, "pnm-convergence --optimizer sgd,pnm --curve --steps 4 "
                           "--loss quadratic --replicas 4 --threads 1"},
    {main_pnm_convergence,
     "pnm-convergence --optimizer sgd,adam --curve --steps 4 --loss quadratic --exact"},
    {main_pnm_convergence,
     "pnm-convergence --optimizer sgd --slope --steps 4,8,16 --replicas 4 --threads 1"},
    {main_pnm_convergence, "pnm-convergence --optimizer sgd --lr 0.1 --spectrum 0.5,1 "
                           "--curve --steps 4 --exact"},
    {main_pnm_stability, "pnm-stability --optimizer pnm --spectrum 0.5,1 --lr 0.1"},
    {main_pnm_stability,
     "pnm-stability --optimizer sgd --spectrum 1 --lr 0.1,0.2 --map"},
    {main_pnm_stability,
     "pnm-stability --optimizer two_batch --spectrum 1 --lr 0.1,0.2 --map"},
    {main_pnm_stability,
     "pnm-stability --optimizer sgd --spectrum 1 --lr 0.1 --loss least-squares"},
    {main_pnm_stability,
     "pnm-stability --optimizer sgd --spectrum 1 --lr 0.1 --measure"},
    {main_pnm_stationary, "pnm-stationary --optimizer sgd,pnm --lr 0.1 --spectrum "
                          "0.5,1 --replicas 4 --steps 9 --burn-in 8 --threads 1"},
    {main_pnm_stationary, "pnm-stationary --optimizer sgd --lr 0.1 --spectrum 0.5,1 "
                          "--excess --precision 0.5 --threads 1"},
    {main_pnm_stationary,
     "pnm-stationary --optimizer sgd,pnm --lr 0.1,3 --spectrum 0.5,1 --excess --exact"},
    {main_pnm_stationary,
     "pnm-stationary --optimizer all --lr 0.1 --spectrum 1 --at 3 --exact"},
    {main_pnm_stationary, "pnm-stationary --optimizer sgd --lr 0.1,3 --spectrum 0.5,1 "
                          "--at 3 --full --replicas 4 --threads 1"},
    {main_pnm_stationary, "pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 "
                          "--average polyak:2 --at 5 --exact"},
    {main_pnm_stationary, "pnm-stationary --optimizer sgd --lr 0.1,3 --spectrum 1 "
                          "--average ema:0.1 --exact"},
    {main_pnm_stationary, "pnm-stationary --optimizer sgd --lr 0.1 --spectrum 1 "
                          "--quantiles 0.5 --replicas 100 --threads 1"},
    {main_pnm_stationary, "pnm-stationary --optimizer all --lr 0.1 --spectrum 1 "
                          "--sampling epoch --train-size 4 --by-phase --exact"},
    {main_pnm_noise, "pnm-noise --optimizer sgd --lr 0.1 --replicas 4 --threads 1"},
    {main_pnm_noise,
     "pnm-noise --optimizer pnm --lr 0.1 --replicas 40 --psd --threads 1"},
    {main_pnm_pacbayes,
     "pnm-pacbayes --optimizer pnm --lr 0.1 --spectrum 0.5 --prior-precision 10 "
     "--train-size 100 --replicas 4 --steps 9 --burn-in 8 --threads 1"},
    {main_pnm_pacbayes, "pnm-pacbayes --optimizer pnm,sgd --lr 0.1,3 --spectrum 0.5 "
                        "--prior-precision 10 --train-size 100 --exact"},
    {main_pnm_pacbayes,
     "pnm-pacbayes --optimizer pnm --lr 0.1 --spectrum 0.5 --optimal-beta0 "
     "--prior-precision 10 --train-size 100 --exact"},
    {main_pnm_generalize,
     "pnm-generalize --optimizer sgd,pnm --lr 0.3 --match rate --replicas 2 --train 4 "
     "--test 4 --hidden 2 --batch 4 --epochs 1 --threads 1"},
    {main_pnm_worst_case, "pnm-worst-case --optimizer sgd,pnm --lr 0.1 --steps 1"},
    {main_pnm_verify, "pnm-verify --list"},
};

enum { MOST_WORDS = 40 };

/* Where the results are, and what is said on the way. */
static char result[64], said[64];

/* Runs a command with its messages in the file `said`; returns its exit status.
 * `kept` receives how many blocks it has not freed. */
static int run(const struct command *command, unsigned failing, long *kept)
{
    char words[512], *argv[MOST_WORDS], *rest = NULL;
    int argc = 0;
    snprintf(words, sizeof words, "%s --output %s", command->words, result);
    for (char *word = strtok_r(words, " ", &rest); word;
         word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    argv[argc] = NULL;
    fflush(stderr);
    const int error = dup(STDERR_FILENO);
    const int file = open(said, O_WRONLY | O_TRUNC);
    assert_true(error >= 0 && file >= 0);
    dup2(file, STDERR_FILENO);
    memory_watch(failing);
    const int status = command->main(argc, argv);
    *kept = memory_stop();
    fflush(stderr);
    dup2(error, STDERR_FILENO);
    close(file);
    close(error);
    return status;
}

/* Lets the allocation fail, the first on its way; `whole` is the result without that.
 */
static void check_way(const struct command *command, unsigned failing, int expected,
                      const char *whole)
{
    static const char older[] = "an older result\n";
    long kept;
    files_put(result, older);
    const int status = run(command, failing, &kept);
    char *left = files_text(result), *message = files_text(said);
    CHECK(memory.failed, "%s: another run", command->words);
    CHECK(status == -STATUS_MEMORY
              ? strcmp(left, older) == 0 && strstr(message, "memory")
              : status == expected && strcmp(left, whole) == 0,
          "%s: allocation %u: status %d, %s", command->words, failing, status, message);
    CHECK(kept == 0, "%s: allocation %u: %ld blocks are kept", command->words, failing,
          kept);
    free(left);
    free(message);
}

static void check_command(const struct command *command)
{
    long kept;
    run(command, 0, &kept); /* in which libraries make what they keep */
    const int expected = run(command, 0, &kept);
    char *whole = files_text(result), *message = files_text(said);
    CHECK(expected <= 2 && kept == 0, "%s: status %d, %ld blocks are kept: %s",
          command->words, expected, kept, message);
    for (size_t k = 0; k < memory.ways; k++)
        check_way(command, memory.at[k], expected, whole);
    free(whole);
    free(message);
}

static void programs_say_where_memory_runs_out(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof commands / sizeof *commands; k++)
        check_command(&commands[k]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_say_where_memory_runs_out),
    };
    check_file("", 0, result);
    check_file("", 0, said);
    check_filter(argc, argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(result);
    unlink(said);
    return failed;
}
