/* kernels.c: the table of one instruction set. */
#include "kernels.h"

#include "descent_kernel.h"
#include "kernels_table.h"
#include "observe_kernel.h"
#include "optimizer.h"
#include "optimizer_list.h"
#include "random_kernel.h"

#define DECLARE_RULE(name) extern const struct optimizer ISA_NAME(optimizer_##name);
#define LIST_RULE(name) &ISA_NAME(optimizer_##name),

OPTIMIZER_LIST(DECLARE_RULE)

static const struct optimizer *const rules[] = {OPTIMIZER_LIST(LIST_RULE) NULL};

#define ISA_TEXT_(isa) #isa
#define ISA_TEXT(isa) ISA_TEXT_(isa)

const struct kernels ISA_NAME(kernels) = {
    .isa = ISA_TEXT(ISA),
    .optimizers = rules,
    .xoshiro_words = ISA_NAME(xoshiro_words),
    .box_muller = ISA_NAME(box_muller),
    .xoshiro_normal = ISA_NAME(xoshiro_normal),
    .centre_path = ISA_NAME(centre_path),
    .observe_moments = ISA_NAME(observe_moments),
    .observe_product = ISA_NAME(observe_product),
    .observe_direction = ISA_NAME(observe_direction),
    .pull = ISA_NAME(pull),
    .rotate = ISA_NAME(rotate),
    .correlate = ISA_NAME(correlate),
    .add_noise = ISA_NAME(add_noise),
    .observe_descent = ISA_NAME(observe_descent),
    .observe_pairs = ISA_NAME(observe_pairs),
};
