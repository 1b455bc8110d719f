#include "options.h"

#include "completion.h"
#include "config.h"
#include "manual.h"
#include "nearest.h"
#include "option_names.h"
#include "parse.h"
#include "rerun.h"
#include "rules.h"
#include "version.h"

#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_KEY = 0x100, KEY_HELP = 1, KEY_VERSION = 2, HELP_TEXT = 512 };

static const struct option_spec loss_options[] = {
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
        .kind = OPTION_COUNT,
        .argument = "R",
        .low = 1,
        .high = 1e12,
        .doc = "independent chains (default: planned)",
    },
    {
        .name = "steps",
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
        .kind = OPTION_FLAG,
        .doc = "run unstable parameters too (needs --replicas and --steps)",
    },
};

static const struct option_spec sampling_options[] = {
    {
        .name = "precision",
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
        .kind = OPTION_REAL,
        .argument = "N",
        .preset = "1e10",
        .low = 1,
        .high = 1e18,
        .doc = "budget of a row, in coordinate-steps (chains x steps)",
    },
    {
        .name = "seed",
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
        .argument = "FILE",
        .unrecorded = true,
        .doc = "keep what is done in this file: every --checkpoint-every seconds, on "
               "Ctrl-C and SIGTERM, and when --max-seconds ends the run",
    },
    {
        .name = "checkpoint-every",
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
        .argument = "FILE",
        .unrecorded = true,
        .doc = "go on from a checkpoint of the same program and parameters; the "
               "result is the same to the bit",
    },
    {
        .name = "quiet",
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
        .kind = OPTION_CHOICE,
        .argument = "table|csv|json|markdown",
        .unrecorded = true,
        .doc = "default: table on a terminal, csv elsewhere; files by their ending: "
               ".txt, .json, .md, "
               "else csv",
    },
    {
        .name = "color",
        .kind = OPTION_CHOICE,
        .argument = "auto|always|never",
        .preset = "auto",
        .unrecorded = true,
        .doc = "verdicts of a table on standard output in colour; auto: on a terminal, "
               "unless NO_COLOR is set",
    },
    {
        .name = "output",
        .argument = "FILE[,FILE...]",
        .unrecorded = true,
        .doc = "where to write: files, - for standard output (the default)",
    },
};

static const struct option_spec plot_options[] = {
    {
        .name = "plot",
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

static const char *optimizer_word(const struct options *options, size_t i)
{
    if (i == 0)
        return RULES_ALL;
    for (const struct optimizer *const *rule = options->kernels->optimizers; *rule;
         rule++)
        if (((*rule)->linear || !options->program->linear) && --i == 0)
            return (*rule)->name;
    return NULL;
}

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

/* --- the table of a program --------------------------------------------------------
 */

static struct option_value *options_add(struct options *options,
                                        const struct option_spec *option)
{
    struct option_value *value = &options->value[options->count++];
    *value = (struct option_value){.option = *option, .text = option->preset};
    return value;
}

static void options_add_group(struct options *options, unsigned group,
                              const struct option_spec *list, size_t count)
{
    for (size_t i = 0; i < count && (options->program->groups & group); i++)
        options_add(options, &list[i]);
}

struct option_value *options_find(const struct options *options, const char *name)
{
    for (size_t i = 0; i < options->count; i++)
        if (strcmp(options->value[i].option.name, name) == 0)
            return (struct option_value *)&options->value[i];
    return NULL;
}

/* The parameters of all rules, each name once. */
static void options_add_rules(struct options *options)
{
    options_add(options, &optimizer_option);
    for (const struct optimizer *const *rule = options->kernels->optimizers; *rule;
         rule++)
        for (int i = 0; i < (*rule)->parameter_count; i++) {
            const struct parameter *p = &(*rule)->parameters[i];
            const struct option_spec option = {
                .name = p->name,
                .kind = OPTION_TEXT,
                .argument = "VALUES",
                .preset = NULL,
                .presence_counts = options->program->presence_counts,
                .doc = p->doc,
            };
            if (options_find(options, p->name) || (i == 0 && options->program->no_rate))
                continue;
            struct option_value *value = options_add(options, &option);
            if (!p->choices)
                continue;
            parameter_range(p, sizeof value->words, value->words);
            value->option.argument = value->words;
        }
    options_add(options, &system_option);
}

#define GROUP(options, flag, list)                                                     \
    options_add_group(options, flag, list, sizeof(list) / sizeof *(list))

static void options_build(struct options *options)
{
    const struct program *program = options->program;
    if (program->groups & OPTIONS_RULE)
        options_add_rules(options);
    GROUP(options, OPTIONS_DECAY, decay_options);
    GROUP(options, OPTIONS_LOSS, loss_options);
    for (size_t i = 0; i < program->own_count; i++)
        options_add(options, &program->own[i]);
    GROUP(options, OPTIONS_CHAINS, chain_options);
    GROUP(options, OPTIONS_SAMPLING, sampling_options);
    GROUP(options, OPTIONS_OUTPUT, output_options);
    GROUP(options, OPTIONS_PLOT, plot_options);
    GROUP(options, OPTIONS_OUTPUT, file_options);
    if (program->max_samples) {
        struct option_value *value = options_find(options, "max-samples");
        value->option.preset = value->text = program->max_samples;
    }
    if (program->optimizer) {
        struct option_value *value = options_find(options, "optimizer");
        value->option.preset = value->text = program->optimizer;
        value->option.required = false;
    }
}

/* --- reading values ----------------------------------------------------------------
 */

static bool is_choice(const char *choices, const char *text)
{
    const size_t length = strlen(text);
    for (const char *c = choices; *c; c += strcspn(c, "|"), c += *c == '|')
        if (length > 0 && strcspn(c, "|") == length && strncmp(c, text, length) == 0)
            return true;
    return false;
}

/* "a number > 0 and <= 1"; "" where text is taken. */
static void option_range(const struct option_spec *option, size_t size, char *text)
{
    const bool real = option->kind == OPTION_REAL;
    char low[PARSE_TEXT], high[PARSE_TEXT];
    text[0] = '\0';
    if (!real && option->kind != OPTION_COUNT)
        return;
    parse_text_of(option->low, low);
    parse_text_of(option->high, high);
    snprintf(text, size, "a %s", real ? "number" : "whole number");
    size_t used = strlen(text);
    if (isfinite(option->low))
        used += (size_t)snprintf(text + used, size - used, " %s %s",
                                 option->low_open ? ">" : ">=", low);
    if (isfinite(option->high))
        snprintf(text + used, size - used, "%s <= %s",
                 isfinite(option->low) ? " and" : "", high);
}

static int value_read(struct option_value *value, struct error *error)
{
    const struct option_spec *option = &value->option;
    char what[80];
    snprintf(what, sizeof what, "--%s", option->name);
    if (!value->text)
        return STATUS_OK;
    if (option->kind == OPTION_TEXT && !*value->text &&
        strcmp(option->argument, "FILE") == 0)
        return error_set(error, STATUS_USAGE,
                         "%s: '' names no file; allowed is a file name", what);
    if (option->kind == OPTION_COUNT)
        return parse_count(what, value->text, (uint64_t)option->low,
                           (uint64_t)option->high, &value->count, error);
    if (option->kind == OPTION_CHOICE && !is_choice(option->argument, value->text)) {
        struct nearest nearest = nearest_to(value->text, "");
        nearest_try_list(&nearest, option->argument);
        return error_set(error, STATUS_USAGE,
                         "%s: '%.200s' is not allowed%s; allowed: %s", what,
                         value->text, nearest.hint, option->argument);
    }
    if (option->kind != OPTION_REAL)
        return STATUS_OK;
    const int status = parse_real(what, value->text, &value->real, error);
    if (status != STATUS_OK)
        return status;
    if (value->real < option->low || value->real > option->high ||
        (option->low_open && value->real == option->low)) {
        char range[80];
        option_range(option, sizeof range, range);
        return error_set(error, STATUS_USAGE, "%s: %s is out of range; allowed is %s",
                         what, value->text, range);
    }
    return STATUS_OK;
}

struct parse_state {
    struct options *options;
    struct error *error;
    int status;
    struct option_value *bare; /* what was just given without a value */
};

static error_t on_option(int key, char *argument, struct argp_state *state)
{
    struct parse_state *own = state->input;
    struct option_value *bare = own->bare;
    own->bare = NULL;
    if (key == KEY_VERSION) {
        printf("%s %s\n", own->options->program->name, version_text());
        own->status = OPTIONS_DONE;
        return 0;
    }
    if (key == KEY_HELP) {
        argp_state_help(state, stdout,
                        ARGP_HELP_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC);
        own->status = OPTIONS_DONE;
        return 0;
    }
    if (key == ARGP_KEY_ARG && bare) {
        bare->text = argument;
        return 0;
    }
    if (key == ARGP_KEY_ARG) {
        if (own->status == STATUS_OK)
            own->status = error_set(own->error, STATUS_USAGE,
                                    "stray argument '%.200s'; only options are allowed",
                                    argument);
        return 0;
    }
    if (key < FIRST_KEY || (size_t)(key - FIRST_KEY) >= own->options->count)
        return ARGP_ERR_UNKNOWN;
    struct option_value *value = &own->options->value[key - FIRST_KEY];
    value->text = argument ? argument : value->option.bare ? value->option.bare : "on";
    value->given = true;
    if (!argument && value->option.bare)
        own->bare = value;
    if (own->status == STATUS_OK)
        own->status = value_read(value, own->error);
    return 0;
}

/* The default is also that of rules that have another. */
void option_help(const struct options *options, const struct option_spec *option,
                 struct option_help *help)
{
    const struct parameter *p = NULL;
    char presets[200] = "";
    *help = (struct option_help){.doc = option->doc};
    for (const struct optimizer *const *rule = options->kernels->optimizers; *rule;
         rule++) {
        const int i = optimizer_parameter(*rule, option->name);
        if (i < 0 || !(options->program->groups & OPTIONS_RULE))
            continue;
        p = &(*rule)->parameters[i];
        parameter_preset(*rule, option->name, sizeof presets, presets);
    }
    help->of_rule = p;
    if (p) {
        const bool planned = options->program->plans_rate && strcmp(p->name, "lr") == 0;
        help->doc = p->doc;
        snprintf(help->symbol, sizeof help->symbol, "%s", p->symbol);
        if (!p->choices) /* the option's argument shows them */
            parameter_range(p, sizeof help->range, help->range);
        snprintf(help->preset, sizeof help->preset, "%s%s",
                 p->preset ? "default "
                 : planned ? "planned by default"
                           : "required",
                 presets);
    } else {
        option_range(option, sizeof help->range, help->range);
        if (option->required || option->preset)
            snprintf(help->preset, sizeof help->preset, "%s%s",
                     option->required ? "required" : "default ",
                     option->required ? "" : option->preset);
    }
}

/* Help shows the paper's symbol and the default, and the range of rules' parameters. */
static void help_text(const struct options *options, const struct option_spec *option,
                      char *text)
{
    struct option_help help;
    option_help(options, option, &help);
    if (help.of_rule)
        snprintf(text, HELP_TEXT, "%s%s%s%s%s%s; %s", help.doc,
                 *help.symbol ? " (" : "", help.symbol, *help.symbol ? ")" : "",
                 *help.range ? "; " : "", help.range, help.preset);
    else
        snprintf(text, HELP_TEXT, "%s%s%s%s", help.doc, *help.preset ? " (" : "",
                 help.preset, *help.preset ? ")" : "");
}

enum { INDENT = 14, WIDTH = 76 };

/* A paragraph indented by 14, from where the line is at 13; argp would not indent it.
 */
static void print_wrapped(FILE *stream, const char *text)
{
    int column = INDENT - 1;
    while (*text) {
        const int word = (int)strcspn(text, " ");
        if (column + 1 + word > WIDTH) {
            fprintf(stream, "\n%*s", INDENT - 1, "");
            column = INDENT - 1;
        }
        fprintf(stream, " %.*s", word, text);
        column += 1 + word;
        text += word;
        text += *text == ' ';
    }
}

/* The same on a line of its own. */
static void print_below(FILE *stream, const char *text)
{
    fprintf(stream, "\n%*s", INDENT - 1, "");
    print_wrapped(stream, text);
}

static void print_rule(FILE *stream, const struct optimizer *rule)
{
    char options[400] = "";
    size_t used = 0;
    for (int i = 0; i < rule->parameter_count && used < sizeof options; i++)
        used += (size_t)snprintf(options + used, sizeof options - used, "%s--%s",
                                 i ? " " : "", rule->parameters[i].name);
    fprintf(stream, "  %-11s", rule->name);
    print_wrapped(stream, rule->summary);
    print_below(stream, rule->rule);
    print_below(stream, rule->source);
    print_below(stream, options);
    fprintf(stream, "\n");
}

const char options_grids[] =
    "A numeric parameter of a rule takes one value, a list 0,1,3, or a grid "
    "linear:LO:HI:N or log:LO:HI:N: a row each.";

#define EXIT_ERRORS                                                                    \
    {64, "bad usage"}, {70, "beyond the range of the computation"},                    \
        {71, "out of memory"}, {74, "output could not be written"},                    \
        {130, "interrupted"},                                                          \
    {                                                                                  \
        0, NULL                                                                        \
    }

const struct exit_meaning *program_exit_meanings(const struct program *program)
{
    static const struct exit_meaning done[] = {{0, "done"}, EXIT_ERRORS};
    static const struct exit_meaning judged[] = {
        {0, "no exact verdict fails or is open"},
        {1, "one fails"},
        {2, "otherwise, if one is inconclusive or (except in pnm-verify) not sampled"},
        EXIT_ERRORS,
    };
    return program->judges ? judged : done;
}

static char *rules_help(const struct options *options)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    fprintf(stream, "%s\v", options->program->summary);
    if (options->program->groups & OPTIONS_RULE) {
        fprintf(stream, "%s\n\nUpdate rules:\n", options_grids);
        for (const struct optimizer *const *rule = options->kernels->optimizers; *rule;
             rule++)
            print_rule(stream, *rule);
        fprintf(stream, "\n");
    }
    fprintf(stream, "%s\n\nExit status: ", options->program->notes);
    const struct exit_meaning *exits = program_exit_meanings(options->program);
    for (const struct exit_meaning *e = exits; e->meaning; e++)
        fprintf(stream, "%s%d %s", e == exits ? "" : "; ", e->status, e->meaning);
    fprintf(stream, ".");
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* What is made of the table for others than the reader of --help. */
static bool print_for_make(const struct options *options, const char *word)
{
    if (strcmp(word, "--help=man") == 0)
        manual_print(stdout, options);
    else if (strcmp(word, "--help=bash") == 0)
        completion_bash(stdout, options);
    else if (strcmp(word, "--help=zsh") == 0)
        completion_zsh(stdout, options);
    else
        return false;
    return true;
}

int options_init(struct options *options, const struct program *program,
                 struct error *error)
{
    *options = (struct options){.program = program};
    options->kernels = kernels_find(error);
    if (!options->kernels)
        return STATUS_USAGE;
    options_build(options);
    return STATUS_OK;
}

void options_free(struct options *options)
{
    for (size_t i = 0; i < options->count; i++) {
        free(options->value[i].owned);
        options->value[i].owned = NULL;
    }
}

bool options_is_open(const struct option_value *value)
{
    return !value->given && !value->file;
}

int options_give(struct option_value *value, const char *text, const char *file,
                 unsigned long line, struct error *error)
{
    value->file = file;
    value->line = line;
    if (!text)
        return STATUS_OK;
    value->owned = strdup(text);
    if (!value->owned)
        return error_memory(error, "the options");
    value->text = value->owned;
    value->given = true;
    return value_read(value, error);
}

void options_locate(const struct options *options, struct error *error)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct option_value *value = &options->value[i];
        const size_t length = strlen(value->option.name);
        const char *text = error->text;
        if (!value->file || strncmp(text, "--", 2) != 0 ||
            strncmp(text + 2, value->option.name, length) != 0 ||
            text[2 + length] != ':')
            continue;
        const struct error before = *error;
        if (value->line > 0)
            error_write(error, "%.300s, line %lu: %.600s", value->file, value->line,
                        before.text);
        else
            error_write(error, "%.300s: %.600s", value->file, before.text);
        error->agreed = before.agreed;
        return;
    }
}

/* What argp knows of an option, with its help text. */
static void argp_table(const struct options *options, char (*help)[HELP_TEXT],
                       struct argp_option *table)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct option_spec *option = &options->value[i].option;
        help_text(options, option, help[i]);
        table[i] = (struct argp_option){
            .name = option->name,
            .key = FIRST_KEY + (int)i,
            .arg = option->kind == OPTION_FLAG ? NULL : option->argument,
            .flags = option->bare ? OPTION_ARG_OPTIONAL : 0,
            .doc = help[i],
            .group = 1,
        };
    }
    table[options->count] = (struct argp_option){
        .name = "help", .key = KEY_HELP, .doc = "show this help", .group = -1};
    table[options->count + 1] = (struct argp_option){
        .name = "version", .key = KEY_VERSION, .doc = "show the version", .group = -1};
}

static int parse_command_line(struct options *options, int argc, char **argv,
                              struct error *error)
{
    struct argp_option table[OPTIONS_MAX + 3] = {{0}};
    struct parse_state state = {options, error, STATUS_OK, NULL};
    char(*help)[HELP_TEXT] = calloc(options->count, sizeof *help);
    char *doc = rules_help(options);
    if (help && doc) {
        const struct argp argp = {table, on_option, NULL, doc, NULL, NULL, NULL};
        argp_table(options, help, table);
        if (argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_IN_ORDER,
                       NULL, &state) != 0 &&
            state.status == STATUS_OK)
            state.status = STATUS_USAGE; /* argp has said why */
    } else {
        state.status = error_memory(error, "the help text");
    }
    free(help);
    free(doc);
    return state.status;
}

/* The first file to say something of an option is believed. */
static int parse_files(struct options *options, struct error *error)
{
    int status = STATUS_OK;
    if (!(options->program->groups & OPTIONS_OUTPUT))
        return STATUS_OK;
    if (options_given(options, "config"))
        status = config_read(options, options_text(options, "config"), error);
    if (status == STATUS_OK && options_given(options, "rerun"))
        status = rerun_read(options, options_text(options, "rerun"), error);
    return status;
}

static int check_values(struct options *options, struct error *error)
{
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < options->count; i++) {
        struct option_value *value = &options->value[i];
        if (value->option.required && !value->text)
            status = error_set(error, STATUS_USAGE, "--%s is required: %s",
                               value->option.name, value->option.doc);
        else if (!value->given)
            status = value_read(value, error);
    }
    return status;
}

int options_parse(struct options *options, const struct program *program, int argc,
                  char **argv, struct error *error)
{
    error->text[0] = '\0';
    int status = options_init(options, program, error);
    if (status == STATUS_OK && argc == 2 && print_for_make(options, argv[1]))
        return OPTIONS_DONE;
    if (status == STATUS_OK)
        status = option_names_check(options, argc, argv, error);
    if (status == STATUS_OK)
        status = parse_command_line(options, argc, argv, error);
    if (status == STATUS_OK)
        status = parse_files(options, error);
    if (status == STATUS_OK)
        status = check_values(options, error);
    if (status != STATUS_OK || !(program->groups & OPTIONS_OUTPUT) ||
        !options_flag(options, "dump-config"))
        return status;
    status = config_dump(options, stdout, error);
    return status == STATUS_OK ? OPTIONS_DONE : status;
}

const char *options_text(const struct options *options, const char *name)
{
    return options_find(options, name)->text;
}

bool options_given(const struct options *options, const char *name)
{
    return options_find(options, name)->given;
}

double options_real(const struct options *options, const char *name)
{
    return options_find(options, name)->real;
}

uint64_t options_count(const struct options *options, const char *name)
{
    return options_find(options, name)->count;
}

bool options_flag(const struct options *options, const char *name)
{
    return options_find(options, name)->given;
}
