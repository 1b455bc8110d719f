/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/loss.h"

#include "losses/list.h"

#include <stdlib.h>
#include <string.h>

#define DECLARE_LOSS(name) extern const struct loss_kind loss_##name;
#define LIST_LOSS(name) &loss_##name,

LOSS_LIST(DECLARE_LOSS)

const struct loss_kind *const *loss_kinds(void)
{
    static const struct loss_kind *const kinds[] = {LOSS_LIST(LIST_LOSS) NULL};
    return kinds;
}

size_t loss_kind_count(void)
{
    size_t count = 0;
    while (loss_kinds()[count])
        count++;
    return count;
}

/* Whether a name is another's, or like it but for - in place of _. */
static bool is_name(const char *name, const char *given)
{
    while (*name && (*name == *given || (*name == '_' && *given == '-')))
        name++, given++;
    return *name == *given;
}

const struct loss_kind *loss_kind_find(const char *name)
{
    for (const struct loss_kind *const *kind = loss_kinds(); *kind; kind++)
        if (is_name((*kind)->name, name))
            return *kind;
    return NULL;
}

int loss_parameter(const struct loss_kind *kind, const char *name)
{
    for (int i = 0; i < kind->parameter_count; i++)
        if (strcmp(kind->parameters[i].name, name) == 0)
            return i;
    return -1;
}

void loss_defaults(const struct loss_kind *kind, double *parameter)
{
    for (int i = 0; i < kind->parameter_count; i++)
        parameter[i] = kind->parameters[i].preset_value;
}

int loss_init(struct loss *loss, const struct loss_kind *kind, size_t n,
              const double *parameter, struct error *error)
{
    int status = STATUS_OK;
    *loss = (struct loss){
        .kind = kind, .n = n, .gradient_bound = kind->unbounded ? INFINITY : 0};
    if (n == 0)
        return error_about(error, STATUS_USAGE, "dim",
                           "0 is too few; allowed are at least 1");
    for (int i = 0; status == STATUS_OK && i < kind->parameter_count; i++) {
        loss->number[i] = parameter[i];
        status = parameter_check(&kind->parameters[i], parameter[i], error);
    }
    return status == STATUS_OK ? kind->init(loss, error) : status;
}

void loss_set_curvatures(struct loss *loss, const double *h)
{
    loss->smoothness = 0;
    for (size_t i = 0; i < loss->n; i++) {
        loss->data[i] = h[i];
        loss->smoothness = fmax(loss->smoothness, fabs(h[i]));
    }
}

void loss_free(struct loss *loss)
{
    free(loss->data);
    loss->data = NULL;
}
