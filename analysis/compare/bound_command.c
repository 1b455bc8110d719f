#include "compare/bound_command.h"

#include "base/parse.h"

#include <math.h>

static void add_number(struct text *text, const char *name, double x)
{
    char digits[PARSE_TEXT];
    parse_text_of(x, 5, digits);
    text_add(text, " --%s%c%s", name, x < 0 ? '=' : ' ', digits);
}

/* What is not one of the numbers of a point. */
static void add_choices(struct text *text, const struct bound_search *search)
{
    const struct random_generator generator = search->sampling->generator;
    if (rule_parameter(search->rule, "lr-normalization") == 0)
        text_add(text, " --lr-normalization off");
    if (generator.kind == RANDOM_PHILOX)
        text_add(text, " --rng philox");
    if (generator.kind == RANDOM_GSL)
        text_add(text, " --rng gsl:%s", generator.gsl->name);
}

void bound_command(const struct bound_search *search, const struct bound_point *point,
                   uint64_t replicas, struct text *text)
{
    const struct loss *loss = point->loss;
    const uint64_t seed = search->sampling->seed;
    text_add(text, "pnm-convergence --ratio %s --optimizer %s --loss %s --dim %zu",
             bound_name(search->bound), search->rule->kind->name, loss->kind->name,
             loss->n);
    for (int k = 0; k < loss->kind->parameter_count; k++)
        if (loss->number[k] != loss->kind->parameters[k].preset_value)
            add_number(text, loss->kind->parameters[k].name, loss->number[k]);
    add_number(text, "beta0", point->beta0);
    add_number(text, "beta1", point->beta1);
    if (isnan(point->lr))
        add_number(text, "c", point->c);
    else
        add_number(text, "lr", point->lr);
    add_number(text, "sigma", point->sigma);
    add_number(text, "initial", point->initial);
    text_add(text, " --horizon %llu", (unsigned long long)point->horizon);
    if (point->sigma > 0)
        text_add(text, " --replicas %llu", (unsigned long long)replicas);
    if (seed != 1)
        text_add(text, " --seed %llu", (unsigned long long)seed);
    add_choices(text, search);
}
