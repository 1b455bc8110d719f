#include "options.h"

#include "interrupt.h"
#include "parse.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const size_t most_rows = 1000000;

enum { FIRST_KEY = 0x100, KEY_HELP = 1, KEY_VERSION = 2, HELP_TEXT = 512 };

static const struct option_spec loss_options[] = {
    {
        .name = "spectrum",
        .argument = "SPEC",
        .required = true,
        .doc = "curvatures h_i, the eigenvalues of H: a list such as 0.1,1,10, "
               "const:VALUE:N, "
               "linear:LO:HI:N, log:LO:HI:N, power:P:N (h_i = i^-P), file:PATH",
    },
    {
        .name = "noise",
        .argument = "SPEC",
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
        .doc = "relative standard error to plan for",
    },
    {
        .name = "max-samples",
        .kind = OPTION_REAL,
        .argument = "N",
        .preset = "1e10",
        .low = 1,
        .high = 1e18,
        .doc = "budget of a row in coordinate-steps",
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
        .name = "quiet",
        .kind = OPTION_FLAG,
        .unrecorded = true,
        .doc = "no progress bar, no warnings",
    },
};

static const struct option_spec output_options[] = {
    {
        .name = "format",
        .kind = OPTION_CHOICE,
        .argument = "table|csv|json",
        .unrecorded = true,
        .doc = "default: table on a terminal, csv elsewhere; for files by their ending",
    },
    {
        .name = "output",
        .argument = "FILE[,FILE...]",
        .unrecorded = true,
        .doc = "where to write: files, - for standard output (the default)",
    },
};

static const struct option_spec optimizer_option = {
    .name = "optimizer",
    .argument = "NAME[,NAME...]",
    .required = true,
    .doc = "update rules",
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

static struct option_value *options_find(const struct options *options,
                                         const char *name)
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
                .argument = p->is_switch ? "on|off" : "VALUES",
                .preset = NULL,
                .doc = p->doc,
            };
            if (!options_find(options, p->name))
                options_add(options, &option);
        }
}

#define GROUP(options, flag, list)                                                     \
    options_add_group(options, flag, list, sizeof(list) / sizeof *(list))

static void options_build(struct options *options)
{
    const struct program *program = options->program;
    if (program->groups & OPTIONS_RULE)
        options_add_rules(options);
    GROUP(options, OPTIONS_LOSS, loss_options);
    for (size_t i = 0; i < program->own_count; i++)
        options_add(options, &program->own[i]);
    GROUP(options, OPTIONS_CHAINS, chain_options);
    GROUP(options, OPTIONS_SAMPLING, sampling_options);
    GROUP(options, OPTIONS_OUTPUT, output_options);
    if (program->max_samples) {
        struct option_value *value = options_find(options, "max-samples");
        value->option.preset = value->text = program->max_samples;
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

static int value_read(struct option_value *value, struct error *error)
{
    const struct option_spec *option = &value->option;
    char what[80];
    snprintf(what, sizeof what, "--%s", option->name);
    if (!value->text)
        return STATUS_OK;
    if (option->kind == OPTION_COUNT)
        return parse_count(what, value->text, (uint64_t)option->low,
                           (uint64_t)option->high, &value->count, error);
    if (option->kind == OPTION_CHOICE && !is_choice(option->argument, value->text))
        return error_set(error, STATUS_USAGE,
                         "%s: '%.200s' is not allowed; allowed: %s", what, value->text,
                         option->argument);
    if (option->kind != OPTION_REAL)
        return STATUS_OK;
    const int status = parse_real(what, value->text, &value->real, error);
    if (status != STATUS_OK)
        return status;
    if (value->real < option->low || value->real > option->high ||
        (option->low_open && value->real == option->low)) {
        char upper[40] = "";
        if (isfinite(option->high))
            snprintf(upper, sizeof upper, " and <= %g", option->high);
        return error_set(
            error, STATUS_USAGE, "%s: %s is out of range; allowed is a number %s %g%s",
            what, value->text, option->low_open ? ">" : ">=", option->low, upper);
    }
    return STATUS_OK;
}

struct parse_state {
    struct options *options;
    struct error *error;
    int status;
};

static error_t on_option(int key, char *argument, struct argp_state *state)
{
    struct parse_state *own = state->input;
    if (key == KEY_VERSION) {
        printf("%s %s\n", own->options->program->name, PNM_VERSION);
        own->status = OPTIONS_DONE;
        return 0;
    }
    if (key == KEY_HELP) {
        argp_state_help(state, stdout,
                        ARGP_HELP_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC);
        own->status = OPTIONS_DONE;
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
    value->text = argument ? argument : "on";
    value->given = true;
    if (own->status == STATUS_OK)
        own->status = value_read(value, own->error);
    return 0;
}

/* Help shows the paper's symbol and where the default comes from. */
static void option_help(const struct options *options, const struct option_spec *option,
                        char *text)
{
    const struct parameter *p = NULL;
    for (const struct optimizer *const *rule = options->kernels->optimizers; *rule;
         rule++) {
        const int i = optimizer_parameter(*rule, option->name);
        if (i >= 0 && (options->program->groups & OPTIONS_RULE))
            p = &(*rule)->parameters[i];
    }
    if (p) {
        char range[128];
        parameter_range(p, sizeof range, range);
        snprintf(text, HELP_TEXT, "%s (%s); %s; %s%s", p->doc, p->symbol, range,
                 p->preset ? "default " : "required", p->preset ? p->preset : "");
    } else {
        snprintf(text, HELP_TEXT, "%s%s%s%s%s", option->doc,
                 option->required ? " (required)" : "",
                 option->preset ? " (default " : "",
                 option->preset ? option->preset : "", option->preset ? ")" : "");
    }
}

/* A paragraph indented by 14, from where the line is at 13; argp would not indent it.
 */
static void print_wrapped(FILE *stream, const char *text)
{
    enum { INDENT = 14, WIDTH = 76 };
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
    fprintf(stream, "\n%*s", INDENT - 1, "");
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
        fprintf(stream, "A numeric parameter of a rule takes one value, a list "
                        "0,1,3, or a grid linear:LO:HI:N or log:LO:HI:N: a row "
                        "each.\n\nUpdate rules:\n");
        for (const struct optimizer *const *rule = options->kernels->optimizers; *rule;
             rule++) {
            fprintf(stream, "  %-11s", (*rule)->name);
            print_wrapped(stream, (*rule)->summary);
            print_wrapped(stream, (*rule)->rule);
            print_wrapped(stream, (*rule)->source);
            for (int i = 0; i < (*rule)->parameter_count; i++)
                fprintf(stream, " --%s", (*rule)->parameters[i].name);
            fprintf(stream, "\n");
        }
        fprintf(stream, "\n");
    }
    fprintf(
        stream,
        "%s\n\nExit status: %s; 64 bad usage; 70 beyond the range of the "
        "computation; 71 out of memory; 74 output could not be written; 130 "
        "interrupted.",
        options->program->notes,
        options->program->judges
            ? "0 no exact verdict fails or is open; 1 one fails; 2 otherwise, if one "
              "is inconclusive or not sampled"
            : "0 done");
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* Letters to insert, leave out or exchange to make b of a. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[80], n = strlen(b);
    if (n >= sizeof row / sizeof *row)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            const size_t above = row[j];
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            best = above + 1 < best ? above + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            diagonal = above;
            row[j] = best;
        }
    }
    return row[n];
}

static int unknown_option(const struct options *options, const char *name,
                          struct error *error)
{
    const char *nearest = NULL;
    size_t least = strlen(name) / 2 + 1;
    for (size_t i = 0; i < options->count; i++) {
        const size_t own = edit_distance(name, options->value[i].option.name);
        if (own < least) {
            least = own;
            nearest = options->value[i].option.name;
        }
    }
    if (nearest)
        return error_set(
            error, STATUS_USAGE,
            "unknown option '--%.100s'; did you mean --%s? --help lists what "
            "is allowed",
            name, nearest);
    return error_set(error, STATUS_USAGE,
                     "unknown option '--%.100s'; --help lists what is allowed", name);
}

/* What argp would refuse in its own words: unknown and ambiguous options, a missing
 * argument. Options may be abbreviated as long as they are unique. */
static int check_names(const struct options *options, int argc, char **argv,
                       struct error *error)
{
    for (int k = 1; k < argc; k++) {
        const char *word = argv[k];
        const size_t length = strcspn(word, "=");
        const struct option_spec *found = NULL;
        size_t matches = 0;
        if (strcmp(word, "--") == 0)
            return STATUS_OK;
        if (word[0] == '-' && word[1] && word[1] != '-')
            return error_set(error, STATUS_USAGE,
                             "unknown option '%.100s'; options begin with --, --help "
                             "lists what is allowed",
                             word);
        if (word[0] != '-' || word[1] != '-')
            continue;
        char name[160];
        snprintf(name, sizeof name, "%.*s", (int)(length - 2), word + 2);
        if (strcmp(name, "help") == 0 || strcmp(name, "version") == 0)
            continue;
        for (size_t i = 0; i < options->count; i++) {
            const struct option_spec *option = &options->value[i].option;
            if (strncmp(option->name, name, strlen(name)) != 0)
                continue;
            matches++;
            found = option;
            if (strcmp(option->name, name) == 0) {
                matches = 1;
                break;
            }
        }
        if (matches > 1)
            return error_set(error, STATUS_USAGE,
                             "option '--%.100s' is ambiguous; write it in full, --help "
                             "lists what is allowed",
                             name);
        if (matches == 0)
            return unknown_option(options, name, error);
        if (found->kind == OPTION_FLAG || word[length] == '=')
            continue;
        if (++k >= argc)
            return error_set(error, STATUS_USAGE,
                             "--%s: a value is missing; allowed: %s", found->name,
                             found->argument);
    }
    return STATUS_OK;
}

int options_parse(struct options *options, const struct program *program, int argc,
                  char **argv, struct error *error)
{
    struct argp_option argp_options[OPTIONS_MAX + 3] = {{0}};
    struct parse_state state = {options, error, STATUS_OK};
    char(*help)[HELP_TEXT] = NULL;
    char *doc = NULL;
    int status;
    *options = (struct options){.program = program};
    error->text[0] = '\0';
    options->kernels = kernels_find(error);
    if (!options->kernels)
        return STATUS_USAGE;
    options_build(options);
    status = check_names(options, argc, argv, error);
    if (status != STATUS_OK)
        goto out;
    help = calloc(options->count, sizeof *help);
    doc = rules_help(options);
    if (!help || !doc) {
        status = error_memory(error, "the help text");
        goto out;
    }
    for (size_t i = 0; i < options->count; i++) {
        const struct option_spec *option = &options->value[i].option;
        option_help(options, option, help[i]);
        argp_options[i] = (struct argp_option){
            .name = option->name,
            .key = FIRST_KEY + (int)i,
            .arg = option->kind == OPTION_FLAG ? NULL : option->argument,
            .doc = help[i],
            .group = 1,
        };
    }
    argp_options[options->count] = (struct argp_option){
        .name = "help", .key = KEY_HELP, .doc = "show this help", .group = -1};
    argp_options[options->count + 1] = (struct argp_option){
        .name = "version", .key = KEY_VERSION, .doc = "show the version", .group = -1};
    const struct argp argp = {argp_options, on_option, NULL, doc, NULL, NULL, NULL};
    if (argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP, NULL, &state) != 0 &&
        state.status == STATUS_OK)
        state.status = STATUS_USAGE; /* argp has said why */
    status = state.status;
    for (size_t i = 0; status == STATUS_OK && i < options->count; i++) {
        struct option_value *value = &options->value[i];
        if (value->option.required && !value->text)
            status = error_set(error, STATUS_USAGE, "--%s is required: %s",
                               value->option.name, value->option.doc);
        else if (!value->given)
            status = value_read(value, error);
    }
out:
    free(help);
    free(doc);
    return status;
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

/* --- what the options describe -----------------------------------------------------
 */

int options_problem(const struct options *options, struct quadratic *problem,
                    struct error *error)
{
    const struct quadratic_text text = {
        .spectrum = options_text(options, "spectrum"),
        .noise = options_text(options, "noise"),
        .batch = options_real(options, "batch"),
        .theta_star = options_text(options, "theta-star"),
        .start = options_text(options, "start"),
    };
    return quadratic_init(problem, &text, error);
}

static int parameter_values(const struct options *options,
                            const struct parameter *parameter, struct numbers *values,
                            struct error *error)
{
    const char *text = options_text(options, parameter->name);
    char what[80];
    int status = STATUS_OK;
    snprintf(what, sizeof what, "--%s", parameter->name);
    *values = (struct numbers){0};
    if (text && !parameter->is_switch) {
        status = parse_grid(what, text, values, error);
        for (size_t i = 0; status == STATUS_OK && i < values->count; i++)
            status = parameter_check(parameter, values->value[i], error);
        return status;
    }
    if (!text && !parameter->preset)
        return error_set(error, STATUS_USAGE, "%s is required: %s", what,
                         parameter->doc);
    if (text && strcmp(text, "on") != 0 && strcmp(text, "off") != 0)
        return error_set(error, STATUS_USAGE,
                         "%s: '%.200s' is not allowed; allowed: on|off", what, text);
    values->value = malloc(sizeof *values->value);
    if (!values->value)
        return error_memory(error, "a parameter");
    values->value[0] = text ? strcmp(text, "on") == 0 : parameter->preset_value;
    values->count = 1;
    return STATUS_OK;
}

/* Appends the rows of one rule: the product of its parameters' values. */
static int rules_append(const struct options *options,
                        const struct optimizer *optimizer, struct rule **rules,
                        size_t *count, struct error *error)
{
    struct numbers values[OPTIMIZER_MAX_PARAMETERS] = {{0}};
    size_t rows = 1;
    int status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < optimizer->parameter_count; i++) {
        status =
            parameter_values(options, &optimizer->parameters[i], &values[i], error);
        if (status == STATUS_OK && values[i].count > most_rows / rows)
            status =
                error_set(error, STATUS_USAGE, "--%s: the grid has more than %zu rows",
                          optimizer->parameters[i].name, most_rows);
        if (status == STATUS_OK && (!values[i].value || values[i].count == 0))
            status = error_memory(error, "a parameter");
        if (status == STATUS_OK)
            rows *= values[i].count;
    }
    if (status != STATUS_OK)
        goto out;
    struct rule *grown = realloc(*rules, (*count + rows) * sizeof *grown);
    if (!grown) {
        status = error_memory(error, "the rows");
        goto out;
    }
    *rules = grown;
    for (size_t row = 0; row < rows; row++) {
        struct rule *rule = &grown[(*count)++];
        size_t rest = row;
        *rule = (struct rule){.optimizer = optimizer};
        for (int i = optimizer->parameter_count - 1; i >= 0; i--) {
            const size_t choices = values[i].count;
            if (choices == 0)
                continue; /* does not happen: every parameter has a value */
            rule->parameter[i] = values[i].value[rest % choices];
            rest /= choices;
        }
        optimizer_complete(optimizer, rule->parameter);
    }
out:
    for (int i = 0; i < OPTIMIZER_MAX_PARAMETERS; i++)
        numbers_free(&values[i]);
    return status;
}

static int unknown_rule(const struct options *options, const char *name,
                        struct error *error)
{
    char known[600] = "";
    size_t used = 0;
    for (const struct optimizer *const *rule = options->kernels->optimizers;
         *rule && used < sizeof known; rule++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s",
                                 used ? ", " : "", (*rule)->name);
    return error_set(error, STATUS_USAGE,
                     "--optimizer: no update rule '%.200s'; allowed are %s", name,
                     known);
}

/* A parameter that none of the chosen rules has was given in error. */
static int check_unused(const struct options *options, const struct rule *rules,
                        size_t count, struct error *error)
{
    for (size_t k = 0; k < options->count; k++) {
        const struct option_value *value = &options->value[k];
        bool is_parameter = false, used = false;
        for (const struct optimizer *const *rule = options->kernels->optimizers; *rule;
             rule++)
            is_parameter |= optimizer_parameter(*rule, value->option.name) >= 0;
        for (size_t i = 0; i < count; i++)
            used |= optimizer_parameter(rules[i].optimizer, value->option.name) >= 0;
        if (value->given && is_parameter && !used)
            return error_set(error, STATUS_USAGE,
                             "--%s: no parameter of %s; --help lists what each rule "
                             "takes",
                             value->option.name, options_text(options, "optimizer"));
    }
    return STATUS_OK;
}

int options_rules(const struct options *options, struct rule **rules, size_t *count,
                  struct error *error)
{
    char *names = strdup(options_text(options, "optimizer")), *rest = NULL;
    int status = names ? STATUS_OK : error_memory(error, "the rules");
    *rules = NULL;
    *count = 0;
    for (char *name = names ? strtok_r(names, ",", &rest) : NULL;
         status == STATUS_OK && name; name = strtok_r(NULL, ",", &rest)) {
        const struct optimizer *optimizer = optimizer_find(options->kernels, name);
        status = optimizer ? rules_append(options, optimizer, rules, count, error)
                           : unknown_rule(options, name, error);
    }
    if (status == STATUS_OK && *count == 0)
        status = unknown_rule(options, options_text(options, "optimizer"), error);
    if (status == STATUS_OK)
        status = check_unused(options, *rules, *count, error);
    free(names);
    if (status != STATUS_OK) {
        free(*rules);
        *rules = NULL;
        *count = 0;
    }
    return status;
}

double rule_parameter(const struct rule *rule, const char *name)
{
    const int i = optimizer_parameter(rule->optimizer, name);
    return i < 0 ? NAN : rule->parameter[i];
}

void rule_describe(const struct rule *rule, size_t size, char *text)
{
    size_t used = 0;
    for (int i = 0; i < rule->optimizer->parameter_count && used < size; i++) {
        const struct parameter *p = &rule->optimizer->parameters[i];
        if (p->is_switch)
            used += (size_t)snprintf(text + used, size - used, "%s%s=%s", i ? " " : "",
                                     p->name, rule->parameter[i] != 0 ? "on" : "off");
        else
            used += (size_t)snprintf(text + used, size - used, "%s%s=%g", i ? " " : "",
                                     p->name, rule->parameter[i]);
    }
}

/* --- results -----------------------------------------------------------------------
 */

/* Is the rule among those of --optimizer? */
static bool is_chosen(const struct options *options, const struct optimizer *rule)
{
    const size_t length = strlen(rule->name);
    for (const char *c = options_text(options, "optimizer"); c && *c;
         c += strcspn(c, ","), c += *c == ',')
        if (strcspn(c, ",") == length && strncmp(c, rule->name, length) == 0)
            return true;
    return false;
}

/* The preset of a rule's parameter that was not given, if a chosen rule has it. */
static const char *default_in_use(const struct options *options,
                                  const struct option_value *value)
{
    if (!(options->program->groups & OPTIONS_RULE))
        return NULL;
    for (const struct optimizer *const *rule = options->kernels->optimizers; *rule;
         rule++) {
        const int i = optimizer_parameter(*rule, value->option.name);
        if (i >= 0 && is_chosen(options, *rule))
            return (*rule)->parameters[i].preset;
    }
    return NULL;
}

int options_note(const struct options *options, struct table *table,
                 struct error *error)
{
    int status = table_note(table, "program", options->program->name, error);
    if (status == STATUS_OK)
        status = table_note(table, "version", PNM_VERSION, error);
    for (size_t i = 0; status == STATUS_OK && i < options->count; i++) {
        const struct option_value *value = &options->value[i];
        const char *text = value->text ? value->text : default_in_use(options, value);
        if (text && !value->option.unrecorded)
            status = table_note(table, value->option.name, text, error);
    }
    return status;
}

static enum table_format output_format(const struct options *options, const char *path)
{
    const char *format = options_text(options, "format");
    if (format)
        return strcmp(format, "json") == 0    ? TABLE_JSON
               : strcmp(format, "table") == 0 ? TABLE_TEXT
                                              : TABLE_CSV;
    if (!path)
        return isatty(STDOUT_FILENO) ? TABLE_TEXT : TABLE_CSV;
    const char *ending = strrchr(path, '.');
    if (ending && strcmp(ending, ".json") == 0)
        return TABLE_JSON;
    return ending && strcmp(ending, ".txt") == 0 ? TABLE_TEXT : TABLE_CSV;
}

/* Calls `use` for every target of --output; path NULL is standard output. */
static int for_each_output(const struct options *options, const struct table *table,
                           int (*use)(const struct options *, const struct table *,
                                      const char *, struct error *),
                           struct error *error)
{
    const char *output = options_text(options, "output");
    char *paths = NULL, *rest = NULL;
    int status = STATUS_OK;
    if (!output)
        return use(options, table, NULL, error);
    paths = strdup(output);
    if (!paths)
        return error_memory(error, "the output");
    if (strspn(output, ",") == strlen(output))
        status = error_set(error, STATUS_USAGE,
                           "--output: '%.200s' names no file; allowed are file names "
                           "and - for standard output",
                           output);
    for (char *path = strtok_r(paths, ",", &rest); status == STATUS_OK && path;
         path = strtok_r(NULL, ",", &rest))
        status = use(options, table, strcmp(path, "-") == 0 ? NULL : path, error);
    free(paths);
    return status;
}

static int check_one(const struct options *options, const struct table *table,
                     const char *path, struct error *error)
{
    char folder[4096];
    (void)options;
    (void)table;
    if (!path)
        return STATUS_OK;
    const char *slash = strrchr(path, '/');
    if (!slash)
        snprintf(folder, sizeof folder, ".");
    else
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path + 1), path);
    struct stat about;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return error_set(error, STATUS_OUTPUT, "--output: cannot write '%.400s': %s",
                         path, strerror(EISDIR));
    if (access(folder, F_OK) == 0)
        return STATUS_OK;
    return error_set(error, STATUS_OUTPUT, "--output: cannot write '%.400s': %s", path,
                     strerror(errno));
}

int options_check_output(const struct options *options, struct error *error)
{
    return for_each_output(options, NULL, check_one, error);
}

static int write_one(const struct options *options, const struct table *table,
                     const char *path, struct error *error)
{
    return table_write(table, path, output_format(options, path), error);
}

int options_write(const struct options *options, const struct table *table,
                  struct error *error)
{
    return for_each_output(options, table, write_one, error);
}

int program_exit(const struct program *program, int status, const struct error *error)
{
    /* Whatever a signal cut short (a read, a write), it is the signal that ended it. */
    if (status < 0 && interrupt_pending()) {
        fprintf(stderr, "%s: interrupted\n", program->name);
        return -STATUS_INTERRUPTED;
    }
    if (status < 0 && error->text[0])
        fprintf(stderr, "%s: %s\n", program->name, error->text);
    if (status == OPTIONS_DONE && (fflush(stdout) != 0 || ferror(stdout))) {
        fprintf(stderr, "%s: cannot write to standard output: %s\n", program->name,
                strerror(errno));
        return -STATUS_OUTPUT;
    }
    return status < 0 ? -status : 0;
}
