#include "cli/options.h"

#include "cli/request.h"
#include "losses/list.h"
#include "losses/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct option_spec quadratic_options[] = {
    {
        .name = "spectrum",
        .argument = "SPEC",
        .forms = OPTION_SPECTRUM_FORMS,
        .required = true,
        .doc = "curvatures h_i, the eigenvalues of H: a list such as 0.1,1,10, "
               "const:VALUE:N, "
               "linear:LO:HI:N, log:LO:HI:N, power:P:N (h_i = i^-P), file:PATH",
    },
    {
        .name = "noise",
        .argument = "SPEC",
        .forms = "hessian|isotropic:VARIANCE|file:PATH",
        .preset = "hessian",
        .doc = "covariance C of the gradient noise: hessian (C = H/B, eq. 14), "
               "isotropic:VARIANCE, file:PATH (n numbers: its spectrum; n x n: dense, "
               "in the "
               "eigenbasis of H)",
    },
    {
        .name = "batch",
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
        .name = "start",
        .argument = "VALUE|file:PATH",
        .doc = "theta at step 0 (default: the minimum)",
    },
    {
        .name = "theta-star",
        .argument = "VALUE|file:PATH",
        .preset = "0",
        .doc = "the minimum theta*",
    },
    {
        .name = "rotation",
        .argument = "none|haar:SEED|file:PATH",
        .doc = "basis in which rules run: none (the default) is the eigenbasis of H; "
               "an orthogonal matrix, drawn or from a file, turns it. All else, "
               "results too, stays in the eigenbasis",
    },
};

static const struct option_spec chain_options[] = {
    {
        .name = "replicas",
        .field = OPTION_FIELD(struct request, sampling.replicas),
        .kind = OPTION_COUNT,
        .argument = "R",
        .low = 1,
        .high = 1e12,
        .doc = "independent chains (default: planned)",
    },
    {
        .name = "steps",
        .field = OPTION_FIELD(struct request, sampling.steps),
        .kind = OPTION_COUNT,
        .argument = "N",
        .low = 1,
        .high = 1e15,
        .doc = "steps of a chain, burn-in included (default: planned)",
    },
    {
        .name = "burn-in",
        .argument = "auto|N",
        .preset = "auto",
        .doc = "steps left out at the start",
    },
    {
        .name = "allow-divergence",
        .field = OPTION_FIELD(struct request, sampling.allow_divergence),
        .kind = OPTION_FLAG,
        .doc = "run unstable parameters too (needs --replicas and --steps)",
    },
};

static const struct option_spec sampling_options[] = {
    {
        .name = "precision",
        .field = OPTION_FIELD(struct request, sampling.precision),
        .given = OPTION_FIELD(struct request, sampling.precision_given),
        .kind = OPTION_REAL,
        .argument = "REL",
        .preset = "0.001",
        .low = 0,
        .high = 1,
        .low_open = true,
        .presence_counts = true,
        .doc =
            "relative standard error to plan for; where it is not given, rows near the "
            "margin of 1 % are sampled more finely",
    },
    {
        .name = "max-samples",
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
        .name = "seed",
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
        .doc = "generator: xoshiro, or for cross-checks philox, gsl:NAME",
    },
    {
        .name = "threads",
        .kind = OPTION_COUNT,
        .argument = "K",
        .low = 1,
        .high = 1024,
        .unrecorded = true,
        .doc = "threads (default: one a processor); never changes a result",
    },
    {
        .name = "max-seconds",
        .field = OPTION_FIELD(struct request, session.max_seconds),
        .kind = OPTION_REAL,
        .argument = "SECONDS",
        .low = 0,
        .high = HUGE_VAL,
        .unrecorded = true,
        .doc = "stop sampling after this time, after whole work units; says how to "
               "repeat the run exactly",
    },
    {
        .name = "stop-at",
        .argument = "RUN:UNIT",
        .unrecorded = true,
        .doc = "stop sampling there, as a run with --max-seconds did",
    },
    {
        .name = "checkpoint",
        .field = OPTION_FIELD(struct request, session.checkpoint),
        .argument = "FILE",
        .unrecorded = true,
        .doc = "keep what is done in this file: every --checkpoint-every seconds, on "
               "Ctrl-C and SIGTERM, and when --max-seconds ends the run",
    },
    {
        .name = "checkpoint-every",
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
        .field = OPTION_FIELD(struct request, resume),
        .argument = "FILE",
        .unrecorded = true,
        .doc = "go on from a checkpoint of the same program and parameters; the "
               "result is the same to the bit",
    },
    {
        .name = "quiet",
        .field = OPTION_FIELD(struct request, sampling.quiet),
        .kind = OPTION_FLAG,
        .unrecorded = true,
        .doc = "no progress bar, no warnings",
    },
};

static const struct option_spec decay_options[] = {
    {
        .name = "weight-decay",
        .kind = OPTION_REAL,
        .argument = "LAMBDA",
        .low = 0,
        .high = HUGE_VAL,
        .doc = "weight decay lambda, of every rule (default: the rule's own, 0 for "
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
        .doc = "the learning rate over the steps: constant (the default), "
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
               ".txt, .json, .md, "
               "else csv",
    },
    {
        .name = "color",
        .field = OPTION_FIELD(struct request, output.color),
        .kind = OPTION_CHOICE,
        .argument = "auto|always|never",
        .preset = "auto",
        .unrecorded = true,
        .doc = "verdicts of a table on standard output in colour; auto: on a terminal, "
               "unless NO_COLOR is set",
    },
    {
        .name = "output",
        .field = OPTION_FIELD(struct request, output.files),
        .argument = "FILE[,FILE...]",
        .unrecorded = true,
        .doc = "where to write: files, - for standard output (the default)",
    },
};

static const struct option_spec plot_options[] = {
    {
        .name = "plot",
        .field = OPTION_FIELD(struct request, output.plot),
        .argument = "auto|text|window|FILE",
        .bare = "auto",
        .unrecorded = true,
        .doc = "draw the table at once: to a file (.svg, .png, .pdf, .txt, or .gp, the "
               "script of it), in a window, or as text on standard error; auto: a "
               "window where there is one, else text. Needs gnuplot",
    },
};

static const struct option_spec file_options[] = {
    {
        .name = "config",
        .argument = "FILE",
        .unrecorded = true,
        .transient = true,
        .doc = "options from a file, a line NAME = VALUE each; the command line wins",
    },
    {
        .name = "rerun",
        .argument = "RESULT",
        .unrecorded = true,
        .transient = true,
        .doc = "run again what a CSV or JSON result of this version says in its "
               "header; the command line and --config win",
    },
    {
        .name = "dump-config",
        .kind = OPTION_FLAG,
        .unrecorded = true,
        .transient = true,
        .doc = "print the options as --config reads them and run nothing",
    },
};

static const char *optimizer_word(const struct program *program, size_t i)
{
    if (i == 0)
        return RULES_ALL;
    for (const struct rule_kind *const *rule = rule_kinds(); *rule; rule++)
        if (((*rule)->linear || !program->linear) && --i == 0)
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
        .argument = "NAME",
        .given = OPTION_FIELD(struct request, loss.given),
        .word = loss_word,
        .preset = "huber",
        .presence_counts = true,
        .doc = "one of:" LOSS_LIST(
            LOSS_NAME) "; rippled is not convex, and quadratic has "
                       "no bound of the gradient, so no theorem, but exact "
                       "transients",
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

static const struct option_spec optimizer_option = {
    .name = "optimizer",
    .argument = "NAME[,NAME...]",
    .word = optimizer_word,
    .required = true,
    .doc = "update rules; all: every one that the program runs",
};

static const struct option_spec system_option = {
    .name = "system",
    .argument = "FILE",
    .doc =
        "the matrices of the rule `linear`: a row for each number of its state, with "
        "its rows of A0, A1 and b",
};

/* --- the table of a program ------------------------------------------------------- */

static int options_add(struct options *options, const struct option_spec *option,
                       struct error *error)
{
    if (options->count == options->capacity) {
        const size_t capacity = 2 * options->capacity + 64;
        struct option_value *grown = realloc(options->value, capacity * sizeof *grown);
        if (!grown)
            return error_memory(error, "the options");
        options->value = grown;
        options->capacity = capacity;
    }
    options->value[options->count++] =
        (struct option_value){.option = *option, .text = option->preset};
    return STATUS_OK;
}

static int options_add_list(struct options *options, const struct option_spec *list,
                            size_t count, struct error *error)
{
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = options_add(options, &list[i], error);
    return status;
}

static int options_add_parameter(struct options *options, const struct parameter *p,
                                 struct error *error)
{
    const struct option_spec option = {
        .name = p->name,
        .kind = OPTION_TEXT,
        .argument = "VALUES",
        .presence_counts = options->program->presence_counts,
        .doc = p->doc,
    };
    struct text words = {0};
    int status = options_add(options, &option, error);
    if (status != STATUS_OK || !p->choices)
        return status;
    struct option_value *value = &options->value[options->count - 1];
    parameter_range(p, &words);
    value->words = words.begin;
    value->option.argument = value->words;
    return text_check(&words, "the options", error);
}

/* The parameters of all rules, each name once. */
static int options_add_rules(struct options *options, struct error *error)
{
    int status = options_add(options, &optimizer_option, error);
    for (const struct rule_kind *const *rule = rule_kinds(); *rule; rule++)
        for (int i = 0; status == STATUS_OK && i < (*rule)->parameter_count; i++) {
            const struct parameter *p = &(*rule)->parameters[i];
            if (!options_find(options, p->name) &&
                !(i == 0 && options->program->no_rate))
                status = options_add_parameter(options, p, error);
        }
    return status == STATUS_OK ? options_add(options, &system_option, error) : status;
}

/* The loss, and the parameters of all losses, each name once. */
static int options_add_losses(struct options *options, struct error *error)
{
    int status = options_add_list(options, loss_options,
                                  sizeof loss_options / sizeof *loss_options, error);
    for (const struct loss_kind *const *loss = loss_kinds(); *loss; loss++)
        for (int i = 0; status == STATUS_OK && i < (*loss)->parameter_count; i++) {
            const struct parameter *p = &(*loss)->parameters[i];
            const struct option_spec option = {
                .name = p->name,
                .kind = OPTION_REAL,
                .argument = "VALUE",
                .low = p->low,
                .high = p->high,
                .low_open = p->low_open,
                .doc = p->doc,
            };
            if (!options_find(options, p->name))
                status = options_add(options, &option, error);
        }
    return status;
}

static int options_add_own(struct options *options, struct error *error)
{
    const struct program *program = options->program;
    return options_add_list(options, program->own, program->own_count, error);
}

#define ADD_LIST(name, list)                                                           \
    static int name(struct options *options, struct error *error)                      \
    {                                                                                  \
        return options_add_list(options, list, sizeof(list) / sizeof *(list), error);  \
    }
ADD_LIST(options_add_decay, decay_options)
ADD_LIST(options_add_quadratic, quadratic_options)
ADD_LIST(options_add_chains, chain_options)
ADD_LIST(options_add_sampling, sampling_options)
ADD_LIST(options_add_output, output_options)
ADD_LIST(options_add_plot, plot_options)
ADD_LIST(options_add_files, file_options)

/* The groups of options in the order in which help shows them. A program has its own
 * options whatever groups it takes. */
static const struct group {
    unsigned flag;
    int (*add)(struct options *options, struct error *error);
} groups[] = {
    {OPTIONS_RULE, options_add_rules},
    {OPTIONS_DECAY, options_add_decay},
    {OPTIONS_QUADRATIC, options_add_quadratic},
    {OPTIONS_LOSS, options_add_losses},
    {~0U, options_add_own},
    {OPTIONS_CHAINS, options_add_chains},
    {OPTIONS_SAMPLING, options_add_sampling},
    {OPTIONS_OUTPUT, options_add_output},
    {OPTIONS_PLOT, options_add_plot},
    {OPTIONS_OUTPUT, options_add_files},
};

static int options_build(struct options *options, struct error *error)
{
    const struct program *program = options->program;
    int status = STATUS_OK;
    for (size_t k = 0; status == STATUS_OK && k < sizeof groups / sizeof *groups; k++)
        if (program->groups & groups[k].flag || groups[k].flag == ~0U)
            status = groups[k].add(options, error);
    if (status != STATUS_OK)
        return status;
    if (program->max_samples) {
        struct option_value *value = options_find(options, "max-samples");
        value->option.preset = value->text = program->max_samples;
    }
    if (program->optimizer) {
        struct option_value *value = options_find(options, "optimizer");
        value->option.preset = value->text = program->optimizer;
        value->option.required = false;
    }
    return STATUS_OK;
}

int options_init(struct options *options, const struct program *program,
                 struct error *error)
{
    *options = (struct options){.program = program};
    return options_build(options, error);
}
