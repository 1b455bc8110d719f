#include "rules.h"

#include "nearest.h"
#include "parse.h"
#include "schedule.h"
#include "system.h"

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

static int parameter_values(const struct options *options,
                            const struct optimizer *optimizer, int index,
                            struct numbers *values, struct error *error)
{
    const struct parameter *parameter = &optimizer->parameters[index];
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
static int rules_append(const struct options *options,
                        const struct optimizer *optimizer, struct rule **rules,
                        size_t *count, struct error *error)
{
    struct numbers values[OPTIMIZER_MAX_PARAMETERS] = {{0}};
    size_t rows = 1;
    int status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < optimizer->parameter_count; i++) {
        status = parameter_values(options, optimizer, i, &values[i], error);
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
    struct nearest nearest = nearest_to(name, "");
    for (const struct optimizer *const *rule = options->kernels->optimizers; *rule;
         rule++)
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

/* The file of a rule that is read from one. */
static int read_system(const struct options *options, struct rule *rules, size_t count,
                       struct error *error)
{
    const char *path = options_text(options, "system");
    bool used = false;
    int status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        if (!rules[i].optimizer->from_file)
            continue;
        used = true;
        status = path ? system_read(path, rules[i].parameter, error)
                      : error_set(error, STATUS_USAGE,
                                  "--system is required: the file of the rule %s",
                                  rules[i].optimizer->name);
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
    double *parameter = rule->parameter;
    parameter[OPTIMIZER_WEIGHT_DECAY] = rule->optimizer->weight_decay;
    parameter[OPTIMIZER_DECOUPLED] = rule->optimizer->decoupled;
    if (!(options->program->groups & OPTIONS_DECAY))
        return STATUS_OK;
    if (options_given(options, "weight-decay"))
        parameter[OPTIMIZER_WEIGHT_DECAY] = options_real(options, "weight-decay");
    if (options_given(options, "decay"))
        parameter[OPTIMIZER_DECOUPLED] =
            strcmp(options_text(options, "decay"), "decoupled") == 0;
    return options_given(options, "schedule")
               ? schedule_parse(options_text(options, "schedule"), parameter, error)
               : STATUS_OK;
}

/* Is the rule one of `all`? Left out are those that a program does not run, and those
 * that lack their file. */
static bool is_one_of_all(const struct options *options,
                          const struct optimizer *optimizer)
{
    const bool complete = !optimizer->from_file || options_text(options, "system");
    return complete && (optimizer->linear || !options->program->linear);
}

/* Is it what `name`, one word of --optimizer, stands for? */
static bool is_meant(const struct options *options, const char *name, size_t length,
                     const struct optimizer *optimizer)
{
    if (length == strlen(RULES_ALL) && strncmp(name, RULES_ALL, length) == 0)
        return is_one_of_all(options, optimizer);
    return length == strlen(optimizer->name) &&
           strncmp(name, optimizer->name, length) == 0;
}

bool options_choose(const struct options *options, const struct optimizer *optimizer)
{
    for (const char *c = options_text(options, "optimizer"); c && *c;
         c += strcspn(c, ","), c += *c == ',')
        if (is_meant(options, c, strcspn(c, ","), optimizer))
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
    for (const struct optimizer *const *rule = options->kernels->optimizers;
         status == STATUS_OK && *rule; rule++) {
        if (!is_meant(options, name, strlen(name), *rule))
            continue;
        found = true;
        status = rules_append(options, *rule, rules, count, error);
    }
    for (size_t k = before; all && k < *count; k++)
        (*rules)[k].of_all = true;
    return found ? status : unknown_rule(options, name, error);
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
        status = unknown_rule(options, options_text(options, "optimizer"), error);
    if (status == STATUS_OK)
        status = check_unused(options, *rules, *count, error);
    if (status == STATUS_OK)
        status = read_system(options, *rules, *count, error);
    for (size_t i = 0; status == STATUS_OK && i < *count; i++)
        status = read_decay(options, &(*rules)[i], error);
    for (size_t i = 0; status == STATUS_OK && i < *count; i++)
        if ((*rules)[i].parameter[OPTIMIZER_WEIGHT_DECAY] != 0)
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
    for (const struct optimizer *const *rule = options->kernels->optimizers; *rule;
         rule++)
        if (options_choose(options, *rule))
            parameter_preset(*rule, value->option.name, text);
    return text->length > 0 ? text_get(text) : NULL;
}

bool rule_is_scheduled(const struct rule *rule)
{
    return rule->parameter[OPTIMIZER_SCHEDULE] != SCHEDULE_CONSTANT;
}

bool rule_has_law(const struct rule *rule)
{
    return rule->optimizer->linear && !rule_is_scheduled(rule);
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
        if (rules[i].optimizer->from_file && system_is_curved(rules[i].parameter))
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
        if (rules[i].optimizer->from_file && system_is_pulled(rules[i].parameter))
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
        if (!rules[i].optimizer->linear)
            return error_set(error, STATUS_USAGE,
                             "--optimizer: %s is not linear, so it has no %s; "
                             "pnm-simulate, pnm-stationary and pnm-convergence run it",
                             rules[i].optimizer->name, what);
    return STATUS_OK;
}

double rule_parameter(const struct rule *rule, const char *name)
{
    const int i = optimizer_parameter(rule->optimizer, name);
    return i < 0 ? NAN : rule->parameter[i];
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
    for (size_t k = 1; k < rule_count && rules[k].optimizer == rules->optimizer; k++)
        if (!(rules[k].parameter[i] == rules->parameter[i]) &&
            !(isnan(rules[k].parameter[i]) && isnan(rules->parameter[i])))
            return true;
    return false;
}

int rules_table(struct table *table, const struct column *columns, size_t count,
                const struct rule *rules, size_t rule_count, struct error *error)
{
    size_t used = count, most = count;
    for (size_t k = 0; k < rule_count; k++)
        if (k == 0 || rules[k].optimizer != rules[k - 1].optimizer)
            most += (size_t)rules[k].optimizer->parameter_count;
    struct column *all = malloc(most * sizeof *all);
    if (!all)
        return error_memory(error, "the columns");
    memcpy(all, columns, count * sizeof *columns);
    for (size_t k = 0; k < rule_count; k++) {
        const struct optimizer *optimizer = rules[k].optimizer;
        if (k > 0 && optimizer == rules[k - 1].optimizer)
            continue;
        for (int i = 0; i < optimizer->parameter_count; i++) {
            const char *name = optimizer->parameters[i].name;
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
            status = table_text(table, k, rule->optimizer->name, error);
        else if (optimizer_parameter(rule->optimizer, name) >= 0)
            table_real(table, k, rule_parameter(rule, name));
    }
    return status;
}

void rule_describe(const struct rule *rule, struct text *text)
{
    for (int i = 0; i < rule->optimizer->parameter_count; i++) {
        const struct parameter *p = &rule->optimizer->parameters[i];
        text_add(text, "%s%s=", i ? " " : "", p->name);
        if (p->choices)
            text_add(text, "%s", p->choices[(int)rule->parameter[i]]);
        else
            text_add(text, "%g", rule->parameter[i]);
    }
}
