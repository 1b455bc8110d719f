#include "rules.h"

#include "nearest.h"
#include "parse.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t most_rows = 1000000;

int options_problem(const struct options *options, struct quadratic *problem,
                    struct error *error)
{
    const struct quadratic_text text = {
        .spectrum = options_text(options, "spectrum"),
        .noise = options_text(options, "noise"),
        .batch = options_real(options, "batch"),
        .theta_star = options_text(options, "theta-star"),
        .start = options_text(options, "start"),
        .rotation = options_text(options, "rotation"),
    };
    return quadratic_init(problem, &text, error);
}

static int parameter_values(const struct options *options, const struct rule_kind *kind,
                            int index, struct numbers *values, struct error *error)
{
    const struct parameter *parameter = &kind->parameters[index];
    const bool no_rate = options->program->no_rate && index == 0;
    const char *text = no_rate ? NULL : options_text(options, parameter->name);
    char what[80];
    int status = STATUS_OK;
    snprintf(what, sizeof what, "--%s", parameter->name);
    *values = (struct numbers){0};
    if (text && !parameter->choices) {
        status = parse_grid(what, text, values, error);
        for (size_t i = 0; status == STATUS_OK && i < values->count; i++)
            status = parameter_check(parameter, values->value[i], error);
        return status;
    }
    const bool planned = no_rate || (options->program->plans_rate && index == 0);
    if (!text && !parameter->preset && !planned)
        return error_set(error, STATUS_USAGE, "%s is required: %s", what,
                         parameter->doc);
    const int choice = text ? parameter_choice(parameter, text) : -1;
    if (text && choice < 0) {
        struct text words = {0};
        struct nearest nearest = nearest_to(text, "");
        parameter_range(parameter, &words);
        nearest_try_list(&nearest, text_get(&words));
        error_write(error, "%s: '%.200s' is not allowed%s; allowed: %s", what, text,
                    nearest.hint, text_get(&words));
        text_free(&words);
        return STATUS_USAGE;
    }
    values->value = malloc(sizeof *values->value);
    if (!values->value)
        return error_memory(error, "a parameter");
    values->value[0] = text ? choice : planned ? NAN : parameter->preset_value;
    values->count = 1;
    return STATUS_OK;
}

/* Appends the rows of one rule: the product of its parameters' values. */
static int rules_append(const struct options *options, const struct rule_kind *kind,
                        struct rule **rules, size_t *count, struct error *error)
{
    struct numbers values[RULE_MAX_PARAMETERS] = {{0}};
    size_t rows = 1;
    int status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < kind->parameter_count; i++) {
        status = parameter_values(options, kind, i, &values[i], error);
        if (status == STATUS_OK && values[i].count > most_rows / rows)
            status =
                error_set(error, STATUS_USAGE, "--%s: the grid has more than %zu rows",
                          kind->parameters[i].name, most_rows);
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
        *rule = rule_of(kind, NAN);
        for (int i = kind->parameter_count - 1; i >= 0; i--) {
            const size_t choices = values[i].count;
            if (choices == 0)
                continue; /* does not happen: every parameter has a value */
            const double value = values[i].value[rest % choices];
            if (kind->parameters[i].choices)
                rule->word[i] = (int)value;
            else
                rule->number[i] = value;
            rest /= choices;
        }
        rule_complete(rule);
    }
out:
    for (int i = 0; i < RULE_MAX_PARAMETERS; i++)
        numbers_free(&values[i]);
    return status;
}

static int unknown_rule(const char *name, struct error *error)
{
    struct nearest nearest = nearest_to(name, "");
    for (const struct rule_kind *const *rule = rule_kinds(); *rule; rule++)
        nearest_try(&nearest, (*rule)->name, strlen((*rule)->name));
    return error_set(error, STATUS_USAGE,
                     "--optimizer: no update rule '%.200s'%s; allowed are %s, and %s",
                     name, nearest.hint, nearest.known, RULES_ALL);
}

/* A parameter that none of the chosen rules has was given in error. */
static int check_unused(const struct options *options, const struct rule *rules,
                        size_t count, struct error *error)
{
    for (size_t k = 0; k < options->count; k++) {
        const struct option_value *value = &options->value[k];
        bool is_parameter = false, used = false;
        for (const struct rule_kind *const *rule = rule_kinds(); *rule; rule++)
            is_parameter |= rule_kind_parameter(*rule, value->option.name) >= 0;
        for (size_t i = 0; i < count; i++)
            used |= rule_kind_parameter(rules[i].kind, value->option.name) >= 0;
        if (value->given && is_parameter && !used)
            return error_set(error, STATUS_USAGE,
                             "--%s: no parameter of %s; --help lists what each rule "
                             "takes",
                             value->option.name, options_text(options, "optimizer"));
    }
    return STATUS_OK;
}

/* The file of a rule that is read from one. */
static int read_system(const struct options *options, struct rule *rules, size_t count,
                       struct error *error)
{
    const char *path = options_text(options, "system");
    bool used = false;
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        if (!rules[i].kind->from_file)
            continue;
        used = true;
        status = path ? matrices_read(path, &rules[i].matrices, error)
                      : error_set(error, STATUS_USAGE,
                                  "--system is required: the file of the rule %s",
                                  rules[i].kind->name);
    }
    if (status == STATUS_OK && path && !used)
        status = error_set(error, STATUS_USAGE,
                           "--system: no rule of %s is read from a file",
                           options_text(options, "optimizer"));
    return status;
}

/* Weight decay and schedule, of every rule alike. */
static int read_decay(const struct options *options, struct rule *rule,
                      struct error *error)
{
    if (!(options->program->groups & OPTIONS_DECAY))
        return STATUS_OK;
    if (options_given(options, "weight-decay"))
        rule->decay.lambda = options_real(options, "weight-decay");
    if (options_given(options, "decay"))
        rule->decay.decoupled =
            strcmp(options_text(options, "decay"), "decoupled") == 0;
    return options_given(options, "schedule")
               ? schedule_parse(options_text(options, "schedule"), &rule->schedule,
                                error)
               : STATUS_OK;
}

/* Is the rule one of `all`? Left out are those that a program does not run, and those
 * that lack their file. */
static bool is_one_of_all(const struct options *options, const struct rule_kind *kind)
{
    const bool complete = !kind->from_file || options_text(options, "system");
    return complete && (kind->linear || !options->program->linear);
}

/* Is it what `name`, one word of --optimizer, stands for? */
static bool is_meant(const struct options *options, const char *name, size_t length,
                     const struct rule_kind *kind)
{
    if (length == strlen(RULES_ALL) && strncmp(name, RULES_ALL, length) == 0)
        return is_one_of_all(options, kind);
    return length == strlen(kind->name) && strncmp(name, kind->name, length) == 0;
}

bool options_choose(const struct options *options, const struct rule_kind *kind)
{
    for (const char *c = options_text(options, "optimizer"); c && *c;
         c += strcspn(c, ","), c += *c == ',')
        if (is_meant(options, c, strcspn(c, ","), kind))
            return true;
    return false;
}

/* Appends the rows of what one word of --optimizer stands for. */
static int append_meant(const struct options *options, const char *name,
                        struct rule **rules, size_t *count, struct error *error)
{
    const bool all = strcmp(name, RULES_ALL) == 0;
    const size_t before = *count;
    bool found = false;
    int status = STATUS_OK;
    for (const struct rule_kind *const *rule = rule_kinds();
         status == STATUS_OK && *rule; rule++) {
        if (!is_meant(options, name, strlen(name), *rule))
            continue;
        found = true;
        status = rules_append(options, *rule, rules, count, error);
    }
    for (size_t k = before; all && k < *count; k++)
        (*rules)[k].of_all = true;
    return found ? status : unknown_rule(name, error);
}

int options_rules(const struct options *options, struct rule **rules, size_t *count,
                  struct error *error)
{
    char *names = strdup(options_text(options, "optimizer")), *rest = NULL;
    int status = names ? STATUS_OK : error_memory(error, "the rules");
    *rules = NULL;
    *count = 0;
    for (char *name = names ? strtok_r(names, ",", &rest) : NULL;
         status == STATUS_OK && name; name = strtok_r(NULL, ",", &rest))
        status = append_meant(options, name, rules, count, error);
    if (status == STATUS_OK && *count == 0)
        status = unknown_rule(options_text(options, "optimizer"), error);
    if (status == STATUS_OK)
        status = check_unused(options, *rules, *count, error);
    if (status == STATUS_OK)
        status = read_system(options, *rules, *count, error);
    for (size_t i = 0; status == STATUS_OK && i < *count; i++)
        status = read_decay(options, &(*rules)[i], error);
    for (size_t i = 0; status == STATUS_OK && i < *count; i++)
        if ((*rules)[i].decay.lambda != 0)
            status = rules_check_gradients(&(*rules)[i], 1, "--weight-decay", error);
    free(names);
    if (status != STATUS_OK) {
        free(*rules);
        *rules = NULL;
        *count = 0;
    }
    return status;
}

const char *options_default(const struct options *options,
                            const struct option_value *value, struct text *text)
{
    text_clear(text);
    if (value->option.preset)
        return value->option.preset;
    if (!(options->program->groups & OPTIONS_RULE))
        return NULL;
    for (const struct rule_kind *const *rule = rule_kinds(); *rule; rule++)
        if (options_choose(options, *rule))
            parameter_preset(*rule, value->option.name, text);
    return text->length > 0 ? text_get(text) : NULL;
}

int rules_check_constant(const struct rule *rules, size_t count, const char *what,
                         struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (rule_is_scheduled(&rules[i]))
            return error_set(error, STATUS_USAGE,
                             "--schedule: a learning rate that changes has no %s; "
                             "allowed here is constant",
                             what);
    return STATUS_OK;
}

int rules_check_gradients(const struct rule *rules, size_t count, const char *what,
                          struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (rules[i].kind->from_file && matrices_are_curved(&rules[i].matrices))
            return error_set(error, STATUS_USAGE,
                             "--system: A1 has more in it than b times (1, 0, ...), "
                             "the gradient at theta; %s does not know the rest",
                             what);
    return STATUS_OK;
}

int rules_check_unpulled(const struct rule *rules, size_t count, const char *what,
                         struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (rules[i].kind->from_file && matrices_are_pulled(&rules[i].matrices))
            return error_set(error, STATUS_USAGE,
                             "--system: the first column of A0 is not 1, 0, ...: theta "
                             "itself moves the state; %s knows gradients alone",
                             what);
    return STATUS_OK;
}

int rules_check_linear(const struct rule *rules, size_t count, const char *what,
                       struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!rules[i].kind->linear)
            return error_set(error, STATUS_USAGE,
                             "--optimizer: %s is not linear, so it has no %s; "
                             "pnm-simulate, pnm-stationary and pnm-convergence run it",
                             rules[i].kind->name, what);
    return STATUS_OK;
}

/* Is there a column of it, or of the rate times a curvature? */
static bool has_column(const struct column *columns, size_t count, const char *name)
{
    for (size_t k = 0; k < count; k++)
        if (strcmp(columns[k].name, name) == 0 ||
            (strcmp(name, "lr") == 0 && strcmp(columns[k].name, "lr_h") == 0))
            return true;
    return false;
}

/* Is parameter i of rules[0] another in one of the rules of the same name that follow?
 */
static bool parameter_varies(const struct rule *rules, size_t rule_count, int i)
{
    for (size_t k = 1; k < rule_count && rules[k].kind == rules->kind; k++)
        if (rules[k].word[i] != rules->word[i] ||
            (!(rules[k].number[i] == rules->number[i]) &&
             !(isnan(rules[k].number[i]) && isnan(rules->number[i]))))
            return true;
    return false;
}

int rules_table(struct table *table, const struct column *columns, size_t count,
                const struct rule *rules, size_t rule_count, struct error *error)
{
    size_t used = count, most = count;
    for (size_t k = 0; k < rule_count; k++)
        if (k == 0 || rules[k].kind != rules[k - 1].kind)
            most += (size_t)rules[k].kind->parameter_count;
    struct column *all = malloc(most * sizeof *all);
    if (!all)
        return error_memory(error, "the columns");
    memcpy(all, columns, count * sizeof *columns);
    for (size_t k = 0; k < rule_count; k++) {
        const struct rule_kind *kind = rules[k].kind;
        if (k > 0 && kind == rules[k - 1].kind)
            continue;
        for (int i = 0; i < kind->parameter_count; i++) {
            const char *name = kind->parameters[i].name;
            if (!has_column(all, used, name) &&
                parameter_varies(&rules[k], rule_count - k, i))
                all[used++] = (struct column){name, COLUMN_REAL, false};
        }
    }
    const int status = table_init(table, all, used, error);
    free(all);
    table->swept = count;
    return status;
}

int rule_row(const struct rule *rule, struct table *table, struct error *error)
{
    int status = table_row(table, error);
    for (size_t k = 0; status == STATUS_OK && k < table->column_count; k++) {
        const char *name = table->columns[k].name;
        if (strcmp(name, "optimizer") == 0)
            status = table_text(table, k, rule->kind->name, error);
        else if (rule_kind_parameter(rule->kind, name) >= 0)
            table_real(table, k, rule_parameter(rule, name));
    }
    return status;
}
