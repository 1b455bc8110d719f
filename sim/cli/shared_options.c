/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/shared_options.h"

#include "cli/epoch_options.h"
#include "cli/request.h"
#include "losses/list.h"
#include "losses/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct option_spec quadratic_options[] = {
    {
        .name = "spectrum",
        .files = OPTION_READS,
        .argument = "SPEC",
        .forms = OPTION_SPECTRUM_FORMS,
        .required = true,
        .unless = "data",
        .doc = "curvatures h_i, the eigenvalues of H: a list such as 0.1,1,10, "
               "const:VALUE:N, linear:LO:HI:N, log:LO:HI:N, power:P:N (h_i = i^-P), "
               "file:PATH",
    },
    SHARED_OPTION_FLAT,
    {
        .name = "noise",
        .files = OPTION_READS,
        .argument = "SPEC",
        .forms = "hessian|isotropic:VARIANCE|file:PATH",
        .preset = "hessian",
        .doc = "covariance C of the gradient noise: hessian (C = H/B, eq. 14), "
               "isotropic:VARIANCE, file:PATH (n numbers: its spectrum; n x n: dense, "
               "in the eigenbasis of H)",
    },
    {
        .name = "batch",
        .aliases = "batch-size",
        .field = OPTION_FIELD(struct request, batch),
        .kind = OPTION_REAL,
        .argument = "B",
        .preset = "1",
        .low = 0,
        .high = HUGE_VAL,
        .low_open = true,
        .doc = "batch size B: divides C = H/B",
    },
    {
        .name = "loss",
        .kind = OPTION_CHOICE,
        .field = OPTION_FIELD(struct request, form),
        .argument = "quadratic|least-squares",
        .preset = "quadratic",
        .doc = "quadratic: gradients with Gaussian noise of covariance C; "
               "least-squares: gradients of minibatches of B fresh examples, features "
               "x ~ N(0, H), residuals e ~ N(0, V), whose noise depends on theta",
    },
    {
        .name = "residual-variance",
        .kind = OPTION_REAL,
        .field = OPTION_FIELD(struct request, residual),
        .argument = "V",
        .preset = "1",
        .low = 0,
        .high = HUGE_VAL,
        .low_open = true,
        .doc = "variance of the residuals of least-squares: C is V H/B at the minimum",
    },
    SHARED_OPTION_DATA,
    {
        .name = "start",
        .brief = "theta at step 0",
        .files = OPTION_READS,
        .argument = "VALUE|file:PATH",
        .doc = "theta at step 0 (default: the minimum)",
    },
    {
        .name = "theta-star",
        .files = OPTION_READS,
        .argument = "VALUE|file:PATH",
        .preset = "0",
        .doc = "the minimum theta*",
    },
    {
        .name = "rotation",
        .files = OPTION_READS,
        .argument = "none|data|haar:SEED|file:PATH",
        .doc = "basis in which rules run: none (the default) is the eigenbasis of H; "
               "an orthogonal matrix, drawn or from a file, rotates it; data: the "
               "features of --data as they are. All else, results too, stays in the "
               "eigenbasis",
    },
};

static const struct option_spec exact_options[] = {
    {
        .name = "exact",
        .brief = "compute only, sample nothing",
        .field = OPTION_FIELD(struct request, sampling.exact_only),
        .kind = OPTION_FLAG,
        .doc = "show what is computed alone: nothing is planned or sampled, columns "
               "and rows that only sampling fills are left out, and the exit status "
               "is 0. Options about sampling are refused; those in files are ignored "
               "if this one is on the command line",
    },
};

static const struct option_spec column_options[] = {
    {
        .name = "columns",
        .samples = true,
        .field = OPTION_FIELD(struct request, output.columns),
        .kind = OPTION_CHOICE,
        .argument = "default|plain",
        .preset = "default",
        .unrecorded = true,
        .doc = "plain adds what the same chains give without control variates, its "
               "standard error, and how many times larger its variance is",
    },
};

static const struct option_spec chain_options[] = {
    {
        .name = "replicas",
        .samples = true,
        .field = OPTION_FIELD(struct request, sampling.chains),
        .kind = OPTION_COUNT,
        .argument = "R",
        .low = 1,
        .high = 1e12,
        .doc = "independent chains (default: planned)",
    },
    {
        .name = "steps",
        .samples = true,
        .field = OPTION_FIELD(struct request, sampling.steps),
        .kind = OPTION_COUNT,
        .argument = "N",
        .low = 1,
        .high = 1e15,
        .doc = "steps of a chain, burn-in included (default: planned)",
    },
    {
        .name = "burn-in",
        .samples = true,
        .argument = "auto|N",
        .preset = "auto",
        .doc = "steps at the start of a chain that are not recorded",
    },
    {
        .name = "allow-divergence",
        .field = OPTION_FIELD(struct request, sampling.allow_divergence),
        .kind = OPTION_FLAG,
        .doc = "run unstable parameters too (needs --replicas and --steps)",
    },
};

static const struct option_spec planning_options[] = {
    {
        .name = "precision",
        .brief = "relative error to plan for",
        .samples = true,
        .field = OPTION_FIELD(struct request, sampling.precision),
        .given = OPTION_FIELD(struct request, sampling.precision_given),
        .kind = OPTION_REAL,
        .argument = "REL",
        .preset = "0.001",
        .low = 0,
        .high = 1,
        .low_open = true,
        .presence_counts = true,
        .doc = "relative standard error to plan for; if not given, rows near the "
               "margin of 1 % are sampled more finely",
    },
    {
        .name = "max-samples",
        .samples = true,
        .field = OPTION_FIELD(struct request, sampling.max_samples),
        .given = OPTION_FIELD(struct request, sampling.max_samples_given),
        .kind = OPTION_REAL,
        .argument = "N",
        .preset = "1e10",
        .low = 1,
        .high = 1e18,
        .doc = "budget of a row, in coordinate-steps (chains x steps)",
    },
    {
        .name = "control",
        .samples = true,
        .field = OPTION_FIELD(struct request, sampling.control),
        .kind = OPTION_CHOICE,
        .argument = "auto|none",
        .preset = "auto",
        .doc = "control variates, which take the known noise out of an estimate: auto "
               "uses them wherever fewer steps then reach the precision, none nowhere",
    },
};

static const struct option_spec sampling_options[] = {
    {
        .name = "seed",
        .letter = 's',
        .field = OPTION_FIELD(struct request, sampling.seed),
        .kind = OPTION_COUNT,
        .argument = "S",
        .preset = "1",
        .low = 0,
        .high = 0x1p53 - 1,
        .doc = "seed of all random numbers",
    },
    {
        .name = "rng",
        .argument = "NAME",
        .forms = "xoshiro|philox|gsl:NAME",
        .preset = "xoshiro",
        .doc = "random number generator: xoshiro, or for cross-checks philox, gsl:NAME",
    },
    {
        .name = "threads",
        .letter = 'j',
        .kind = OPTION_COUNT,
        .argument = "K",
        .low = 1,
        .high = 1024,
        .unrecorded = true,
        .doc = "number of threads (default: one a processor); never changes a result",
    },
    {
        .name = "max-seconds",
        .samples = true,
        .field = OPTION_FIELD(struct request, session.max_seconds),
        .kind = OPTION_REAL,
        .argument = "SECONDS",
        .low = 0,
        .high = HUGE_VAL,
        .unrecorded = true,
        .doc = "stop sampling after this time, at the end of a unit, and print how to "
               "repeat the run exactly; what is computed exactly and planned from it "
               "before is not cut short, and takes longer where modes are many",
    },
    {
        .name = "stop-at",
        .samples = true,
        .argument = "RUN:UNIT",
        .unrecorded = true,
        .doc = "stop sampling at this place, which a run with --max-seconds printed",
    },
    {
        .name = "checkpoint",
        .samples = true,
        .files = OPTION_WRITES | OPTION_CONTINUES,
        .field = OPTION_FIELD(struct request, session.checkpoint),
        .argument = "FILE",
        .unrecorded = true,
        .doc = "save the sampling done so far in this file: every --checkpoint-every "
               "seconds, on Ctrl-C, SIGTERM, SIGHUP and SIGXCPU, and when "
               "--max-seconds ends the run",
    },
    {
        .name = "checkpoint-every",
        .samples = true,
        .field = OPTION_FIELD(struct request, session.checkpoint_every),
        .kind = OPTION_REAL,
        .argument = "SECONDS",
        .preset = "60",
        .low = 0,
        .high = HUGE_VAL,
        .unrecorded = true,
        .doc = "time between two checkpoints",
    },
    {
        .name = "resume",
        .samples = true,
        .files = OPTION_READS | OPTION_CONTINUES,
        .field = OPTION_FIELD(struct request, resume),
        .argument = "FILE",
        .unrecorded = true,
        .doc = "continue from a checkpoint of the same program and parameters; the "
               "result is the same to the bit",
    },
    {
        .name = "quiet",
        .letter = 'q',
        .field = OPTION_FIELD(struct request, sampling.quiet),
        .kind = OPTION_FLAG,
        .unrecorded = true,
        .doc = "print neither progress nor warnings",
    },
};

static const struct option_spec decay_options[] = {
    {
        .name = "weight-decay",
        .kind = OPTION_REAL,
        .argument = "LAMBDA",
        .low = 0,
        .high = HUGE_VAL,
        .doc = "weight decay lambda of every rule (default: the rule's own, 0 for "
               "most)",
    },
    {
        .name = "decay",
        .kind = OPTION_CHOICE,
        .argument = "l2|decoupled",
        .doc = "l2: lambda theta is added to the gradient; decoupled: theta is "
               "multiplied by 1 - eta lambda before the step (default: the rule's "
               "own, l2 for most)",
    },
    {
        .name = "schedule",
        .argument = "SCHEDULE",
        .forms = "constant|step:FACTOR:T1|cosine:T|warm-restarts:T|inverse-sqrt",
        .doc = "how the learning rate changes over the steps: constant (the default), "
               "step:FACTOR:T1[:T2...], cosine:T[:MIN], "
               "warm-restarts:T[:MULTIPLE[:MIN]], inverse-sqrt",
    },
};

static const struct option_spec output_options[] = {
    {
        .name = "format",
        .field = OPTION_FIELD(struct request, output.format),
        .given = OPTION_FIELD(struct request, output.format_given),
        .kind = OPTION_CHOICE,
        .argument = "table|csv|json|markdown",
        .unrecorded = true,
        .doc = "default: table on a terminal, csv elsewhere; files by their ending: "
               ".txt, .json, .md, for pnm-simulate .npy (the numbers alone), else csv",
    },
    {
        .name = "wide",
        .kind = OPTION_FLAG,
        .field = OPTION_FIELD(struct request, output.wide),
        .unrecorded = true,
        .doc = "print a table as wide as it is; without, a table on a terminal fits it",
    },
    {
        .name = "color",
        .field = OPTION_FIELD(struct request, output.color),
        .kind = OPTION_CHOICE,
        .argument = "auto|always|never",
        .preset = "auto",
        .unrecorded = true,
        .doc = "show verdicts of a table on standard output in colour; auto: on a "
               "terminal, unless NO_COLOR is set",
    },
    {
        .name = "output",
        .brief = "files to write",
        .letter = 'o',
        .files = OPTION_WRITES | OPTION_RESULT,
        .field = OPTION_FIELD(struct request, output.files),
        .argument = "FILE[,FILE...]",
        .unrecorded = true,
        .doc =
            "files to write, - for standard output (the default). A file is the old "
            "one or the whole new one; it keeps its mode and, as far as the user may, "
            "its owner, and its other names (hard links) keep the old content",
    },
};

static const struct option_spec plot_options[] = {
    {
        .name = "plot",
        .files = OPTION_WRITES,
        .field = OPTION_FIELD(struct request, output.plot),
        .argument = "auto|text|window|FILE",
        .bare = "auto",
        .unrecorded = true,
        .doc = "draw the table: to a file (.svg, .png, .pdf, .txt, or .gp, gnuplot's "
               "script), in a window, or as text on standard error; auto: in a "
               "window if there is a display, else as text. A band is what the paper "
               "says, a line is exact (where that is quick, at 200 values along the "
               "axis), a symbol is measured. An axis is logarithmic if its grid is; "
               "two grids make a map; each quantity has a panel, and at most 8 curves "
               "are drawn. Needs gnuplot",
    },
};

static const struct option_spec file_options[] = {
    {
        .name = "config",
        .files = OPTION_READS,
        .argument = "FILE",
        .unrecorded = true,
        .transient = true,
        .doc = "read options from a file of lines NAME = VALUE; the command line takes "
               "precedence",
    },
    {
        .name = "rerun",
        .files = OPTION_READS,
        .argument = "RESULT",
        .unrecorded = true,
        .transient = true,
        .doc = "repeat the run whose parameters are in the header of a CSV or JSON "
               "result of this version; the command line and --config take precedence",
    },
    {
        .name = "dump-config",
        .kind = OPTION_FLAG,
        .unrecorded = true,
        .transient = true,
        .doc = "print the options as a file for --config and run nothing",
    },
};

static const char *optimizer_word(const struct program *program, size_t i)
{
    if (i == 0)
        return RULES_ALL;
    for (const struct rule_kind *const *rule = rule_kinds(); *rule; rule++)
        if (program_takes(program, *rule) && --i == 0)
            return (*rule)->name;
    return NULL;
}

static const char *loss_word(const struct program *program, size_t i)
{
    const struct loss_kind *kind = loss_kinds()[i];
    (void)program;
    return kind ? kind->name : NULL;
}

#define LOSS_NAME(name) " " #name

static const struct option_spec loss_options[] = {
    {
        .name = "loss",
        .brief = "the loss: --help lists them",
        .argument = "NAME",
        .given = OPTION_FIELD(struct request, loss.given),
        .word = loss_word,
        .preset = "huber",
        .presence_counts = true,
        .doc = "one of:" LOSS_LIST(
            LOSS_NAME) "; rippled is not convex; the gradients of quadratic and "
                       "least_squares have no bound, so no theorem holds for them, "
                       "but they have exact transients",
    },
    {
        .name = "dim",
        .kind = OPTION_COUNT,
        .field = OPTION_FIELD(struct request, loss.n),
        .argument = "N",
        .preset = "1",
        .low = 1,
        .high = 1e6,
        .doc = "coordinates",
    },
};

const struct option_spec shared_options_optimizer = {
    .name = "optimizer",
    .argument = "NAME[,NAME...]",
    .word = optimizer_word,
    .required = true,
    .doc = "update rules; all: every rule that the program runs",
};

const struct option_spec shared_options_system = {
    .name = "system",
    .files = OPTION_READS,
    .argument = "FILE",
    .doc = "file of the matrices of the rule `linear`: for each number of its state a "
           "line with its rows of A0, A1 and b",
};

#define LIST(options)                                                                  \
    {                                                                                  \
        options, sizeof(options) / sizeof *(options)                                   \
    }

struct shared_options shared_options(enum option_group group)
{
    static const struct shared_options none = {NULL, 0};
    static const struct {
        enum option_group group;
        struct shared_options options;
    } lists[] = {
        {OPTIONS_DECAY, LIST(decay_options)},
        {OPTIONS_QUADRATIC, LIST(quadratic_options)},
        {OPTIONS_EPOCHS, LIST(epoch_options)},
        {OPTIONS_LOSS, LIST(loss_options)},
        {OPTIONS_EXACT, LIST(exact_options)},
        {OPTIONS_COLUMNS, LIST(column_options)},
        {OPTIONS_CHAINS, LIST(chain_options)},
        {OPTIONS_PLANNING, LIST(planning_options)},
        {OPTIONS_SAMPLING, LIST(sampling_options)},
        {OPTIONS_OUTPUT, LIST(output_options)},
        {OPTIONS_PLOT, LIST(plot_options)},
        {OPTIONS_FILES, LIST(file_options)},
    };
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        if (lists[k].group == group)
            return lists[k].options;
    return none;
}
