/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network of one hidden layer: its loss and gradient by plain loops, by central
 * differences and by the same bits from every instruction set; the classes that it
 * chooses; its start. */
#include "check.h"

#include "losses/perceptron.h"

/* Sizes that fill vectors and that do not. */
static const struct perceptron_shape shapes[] = {
    {1, 1, 2, PERCEPTRON_RELU},   {1, 1, 2, PERCEPTRON_TANH},
    {3, 7, 3, PERCEPTRON_RELU},   {5, 9, 4, PERCEPTRON_TANH},
    {13, 17, 5, PERCEPTRON_RELU}, {16, 8, 10, PERCEPTRON_TANH},
    {9, 33, 11, PERCEPTRON_RELU}, {64, 64, 10, PERCEPTRON_RELU},
    {64, 64, 10, PERCEPTRON_TANH}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static const size_t batches[] = {1, 2, 7, 8, 17, 32};
enum { BATCHES = sizeof batches / sizeof *batches, MOST = 32, EXAMPLES = 40 };

/* A network with data and weights at random. */
struct scene {
    struct perceptron net;
    size_t weights;
    double *x, *theta, *gradient;
    uint32_t label[EXAMPLES], row[MOST];
};

static void scene_init(struct scene *own, const struct perceptron_shape *shape,
                       uint64_t seed)
{
    struct error error;
    CHECK_OK(perceptron_init(&own->net, shape, MOST, &error), &error);
    own->weights = perceptron_weights(shape);
    own->x = check_alloc(EXAMPLES * shape->features, sizeof *own->x);
    own->theta = check_alloc(own->weights, sizeof *own->theta);
    own->gradient = check_alloc(own->weights, sizeof *own->gradient);
    for (size_t k = 0; k < EXAMPLES * shape->features; k++)
        own->x[k] = check_normal(&seed);
    for (size_t k = 0; k < own->weights; k++)
        own->theta[k] = check_normal(&seed) / sqrt((double)shape->features);
    for (size_t k = 0; k < EXAMPLES; k++)
        own->label[k] = (uint32_t)(check_word(&seed) % shape->classes);
    for (size_t k = 0; k < MOST; k++) /* some more than once */
        own->row[k] = (uint32_t)(check_word(&seed) % EXAMPLES);
}

static void scene_free(struct scene *own)
{
    perceptron_free(&own->net);
    free(own->x);
    free(own->theta);
    free(own->gradient);
}

static double gradient_of(struct scene *own, size_t count)
{
    return perceptron_gradient(&own->net, own->theta, count, own->x, own->label,
                               own->row, own->gradient);
}

/* --- plain loops ------------------------------------------------------------------ */

/* Where theta has the parts of a unit or a class. */
static size_t at_w1(const struct perceptron_shape *s, size_t i, size_t j)
{
    return i * s->hidden + j;
}

static size_t at_b1(const struct perceptron_shape *s, size_t j)
{
    return s->features * s->hidden + j;
}

static size_t at_w2(const struct perceptron_shape *s, size_t j, size_t c)
{
    return (s->features + 1) * s->hidden + j * s->classes + c;
}

static size_t at_b2(const struct perceptron_shape *s, size_t c)
{
    return at_w2(s, s->hidden, c);
}

/* Adds share times the gradient of one example's loss, if `gradient` is not NULL, and
 * returns the loss. `scores` gets a number a class. */
static double one_example(const struct perceptron_shape *s, const double *theta,
                          const double *x, size_t label, double share, double *scores,
                          double *gradient)
{
    double a[64], sum = 0;
    for (size_t j = 0; j < s->hidden; j++) {
        a[j] = theta[at_b1(s, j)];
        for (size_t i = 0; i < s->features; i++)
            a[j] += x[i] * theta[at_w1(s, i, j)];
        a[j] = s->activation == PERCEPTRON_RELU ? fmax(0, a[j]) : tanh(a[j]);
    }
    for (size_t c = 0; c < s->classes; c++) {
        scores[c] = theta[at_b2(s, c)];
        for (size_t j = 0; j < s->hidden; j++)
            scores[c] += a[j] * theta[at_w2(s, j, c)];
    }
    for (size_t c = 0; c < s->classes; c++)
        sum += exp(scores[c] - scores[label]);
    for (size_t c = 0; gradient && c < s->classes; c++) {
        const double pull =
            share * (exp(scores[c] - scores[label]) / sum - (c == label ? 1 : 0));
        gradient[at_b2(s, c)] += pull;
        for (size_t j = 0; j < s->hidden; j++) {
            const double slope =
                s->activation == PERCEPTRON_RELU ? a[j] > 0 : 1 - a[j] * a[j];
            const double back = pull * theta[at_w2(s, j, c)] * slope;
            gradient[at_w2(s, j, c)] += pull * a[j];
            gradient[at_b1(s, j)] += back;
            for (size_t i = 0; i < s->features; i++)
                gradient[at_w1(s, i, j)] += back * x[i];
        }
    }
    return log(sum);
}

/* The mean loss of a batch. */
static double plainly(const struct scene *own, size_t count, double *gradient)
{
    const struct perceptron_shape *shape = &own->net.shape;
    double loss = 0, scores[16];
    for (size_t k = 0; k < count; k++)
        loss +=
            one_example(shape, own->theta, own->x + own->row[k] * shape->features,
                        own->label[own->row[k]], 1 / (double)count, scores, gradient) /
            (double)count;
    return loss;
}

static void gradient_is_that_of_plain_loops(void **state)
{
    (void)state;
    for (size_t k = 0; k < SHAPES * BATCHES; k++) {
        const size_t count = batches[k % BATCHES];
        struct scene own;
        scene_init(&own, &shapes[k / BATCHES], k);
        double *due = check_alloc(own.weights, sizeof *due);
        const double loss = gradient_of(&own, count);
        CHECK_NEAR(loss, plainly(&own, count, due), 1e-12, 1e-14);
        for (size_t i = 0; i < own.weights; i++)
            CHECK_NEAR(own.gradient[i], due[i], 1e-11, 1e-13);
        free(due);
        scene_free(&own);
    }
}

/* Of the implemented loss, so that this needs no other formula. relu's slope jumps at
 * 0, so a weight is left out where a score of a hidden unit changes its sign; there are
 * few. A gradient off by one part in ten thousand would be noticed. */
static void gradient_is_the_slope_of_the_loss(void **state)
{
    size_t left_out = 0, noticed = 0, flat = 0, all = 0;
    (void)state;
    for (size_t k = 0; k < SHAPES - 2; k++) {
        struct scene own;
        scene_init(&own, &shapes[k], 100 + k);
        double *due = check_alloc(own.weights, sizeof *due);
        gradient_of(&own, 7);
        memcpy(due, own.gradient, own.weights * sizeof *due);
        for (size_t i = 0; i < own.weights; i++) {
            const double step = 1e-5, here = own.theta[i];
            own.theta[i] = here + step;
            const double above = gradient_of(&own, 7), right = own.gradient[i];
            own.theta[i] = here - step;
            const double below = gradient_of(&own, 7), left = own.gradient[i];
            own.theta[i] = here;
            const double slope = (above - below) / (2 * step);
            if (fabs(right - left) > 1e-3)
                left_out++;
            else
                CHECK_NEAR(due[i], slope, 0, 1e-8);
            noticed += fabs(due[i] * (1 + 1e-4) - slope) > 1e-8;
            flat += fabs(due[i]) < 1e-4;
        }
        all += own.weights;
        free(due);
        scene_free(&own);
    }
    CHECK(left_out <= all / 50, "%zu of %zu weights are left out", left_out, all);
    CHECK(noticed + flat + left_out >= all && flat <= all / 3,
          "%zu of %zu weights show it, %zu have hardly a slope", noticed, all, flat);
}

/* Rows that are there twice weigh twice; no rows are the first ones. */
static void rows_choose_examples(void **state)
{
    (void)state;
    for (size_t k = 0; k < SHAPES; k++) {
        struct scene own;
        scene_init(&own, &shapes[k], 200 + k);
        double *due = check_alloc(2 * own.weights, sizeof *due);
        double *one = due + own.weights;
        const uint32_t rows[] = {5, 39, 5, 0}, single[] = {5, 39, 0};
        for (size_t r = 0; r < 3; r++) {
            perceptron_gradient(&own.net, own.theta, 1, own.x, own.label, &single[r],
                                one);
            for (size_t i = 0; i < own.weights; i++)
                due[i] += one[i] * (r == 0 ? 0.5 : 0.25);
        }
        perceptron_gradient(&own.net, own.theta, 4, own.x, own.label, rows,
                            own.gradient);
        for (size_t i = 0; i < own.weights; i++)
            CHECK_NEAR(own.gradient[i], due[i], 1e-12, 1e-14);
        for (uint32_t r = 0; r < MOST; r++)
            own.row[r] = r;
        const double loss = gradient_of(&own, 17);
        memcpy(due, own.gradient, own.weights * sizeof *due);
        CHECK_EXACT(perceptron_gradient(&own.net, own.theta, 17, own.x, own.label, NULL,
                                        own.gradient),
                    loss);
        CHECK_SAME(own.gradient, due, own.weights);
        free(due);
        scene_free(&own);
    }
}

/* --- instruction sets ------------------------------------------------------------- */

/* What all variants must give: losses, gradients and classes, one after the other. */
struct bits {
    double *number;
    size_t count;
    bool known;
};

static void put(struct bits *bits, size_t *at, size_t count, const double *number)
{
    CHECK(*at + count <= bits->count, "more than %zu numbers", bits->count);
    if (bits->known)
        CHECK_SAME(number, bits->number + *at, count);
    else
        memcpy(bits->number + *at, number, count * sizeof *number);
    *at += count;
}

static void compare_bits(const struct kernels *kernels, void *context)
{
    struct bits *bits = context;
    size_t at = 0;
    (void)kernels;
    for (size_t k = 0; k < SHAPES * BATCHES; k++) {
        struct scene own;
        uint32_t chosen[EXAMPLES];
        double classes[EXAMPLES];
        scene_init(&own, &shapes[k / BATCHES], 300 + k);
        const double loss = gradient_of(&own, batches[k % BATCHES]);
        put(bits, &at, 1, &loss);
        put(bits, &at, own.weights, own.gradient);
        const double mean = perceptron_classify(&own.net, own.theta, EXAMPLES, own.x,
                                                own.label, chosen);
        for (size_t i = 0; i < EXAMPLES; i++)
            classes[i] = chosen[i];
        put(bits, &at, 1, &mean);
        put(bits, &at, EXAMPLES, classes);
        scene_free(&own);
    }
    bits->known = true;
}

static void bits_are_the_same_for_all_instruction_sets(void **state)
{
    enum { ROOM = 1 << 18 };
    struct bits bits = {check_alloc(ROOM, sizeof(double)), ROOM, false};
    (void)state;
    CHECK(check_each_isa(compare_bits, &bits) >= 1, "no instruction set");
    free(bits.number);
}

/* --- classes ---------------------------------------------------------------------- */

static void classes_have_the_largest_score(void **state)
{
    (void)state;
    for (size_t k = 0; k < SHAPES; k++) {
        const struct perceptron_shape *shape = &shapes[k];
        struct scene own;
        uint32_t chosen[EXAMPLES];
        double scores[16], loss = 0;
        scene_init(&own, shape, 400 + k);
        const double mean = perceptron_classify(&own.net, own.theta, EXAMPLES, own.x,
                                                own.label, chosen);
        for (size_t i = 0; i < EXAMPLES; i++) {
            size_t best = 0;
            loss += one_example(shape, own.theta, own.x + i * shape->features,
                                own.label[i], 0, scores, NULL);
            for (size_t c = 1; c < shape->classes; c++)
                best = scores[c] > scores[best] ? c : best;
            CHECK(chosen[i] == best, "example %zu: class %u, expected %zu", i,
                  chosen[i], best);
        }
        CHECK_NEAR(mean, loss / EXAMPLES, 1e-12, 0);
        scene_free(&own);
    }
}

/* Without weights all scores are 0: the first class, and the loss of chance. */
static void equal_scores_are_the_first_class(void **state)
{
    struct scene own;
    uint32_t chosen[EXAMPLES];
    (void)state;
    scene_init(&own, &shapes[2], 1);
    memset(own.theta, 0, own.weights * sizeof *own.theta);
    CHECK_NEAR(
        perceptron_classify(&own.net, own.theta, EXAMPLES, own.x, own.label, chosen),
        log(3), 1e-14, 0);
    for (size_t i = 0; i < EXAMPLES; i++)
        assert_int_equal(chosen[i], 0);
    scene_free(&own);
}

static void large_scores_keep_their_loss(void **state)
{
    struct scene own;
    (void)state;
    scene_init(&own, &shapes[2], 2);
    const struct perceptron_shape *shape = &own.net.shape;
    memset(own.theta, 0, own.weights * sizeof *own.theta);
    own.theta[at_b2(shape, 0)] = 2000;
    own.theta[at_b2(shape, 1)] = -1e5;
    own.label[0] = 2;
    own.row[0] = 0;
    CHECK_NEAR(gradient_of(&own, 1), 2000, 1e-14, 0);
    CHECK_NEAR(own.gradient[at_b2(shape, 0)], 1, 1e-14, 0);
    CHECK_NEAR(own.gradient[at_b2(shape, 1)], 0, 0, 0);
    CHECK_NEAR(own.gradient[at_b2(shape, 2)], -1, 1e-14, 0);
    own.label[0] = 0;
    CHECK_NEAR(gradient_of(&own, 1), 0, 0, 0);
    scene_free(&own);
}

/* A weight that is no number is noticed in the loss, whatever the activation. */
static void what_is_no_number_stays_none(void **state)
{
    static const double none[] = {NAN, INFINITY, -INFINITY};
    (void)state;
    for (size_t k = 2; k < 4; k++)
        for (size_t n = 0; n < 3; n++) {
            struct scene own;
            uint32_t chosen[EXAMPLES];
            scene_init(&own, &shapes[k], 500 + k);
            const struct perceptron_shape *shape = &own.net.shape;
            const size_t places[] = {at_w2(shape, 1, 1), at_b2(shape, 2),
                                     at_b1(shape, 0)};
            for (size_t p = 0; p < (isnan(none[n]) ? 3 : 2); p++) {
                const double here = own.theta[places[p]];
                own.theta[places[p]] = none[n];
                CHECK(!isfinite(gradient_of(&own, MOST)), "%zu, %g at %zu", k, none[n],
                      p);
                CHECK_NAN(perceptron_classify(&own.net, own.theta, EXAMPLES, own.x,
                                              own.label, chosen));
                for (size_t i = 0; i < EXAMPLES; i++)
                    assert_int_equal(chosen[i], 0);
                own.theta[places[p]] = here;
            }
            scene_free(&own);
        }
}

/* --- the start -------------------------------------------------------------------- */

static void start_is_scaled_by_layer(void **state)
{
    (void)state;
    for (size_t k = 2; k < SHAPES; k++) {
        const struct perceptron_shape *s = &shapes[k];
        const double gain = s->activation == PERCEPTRON_RELU ? 2 : 1;
        const size_t weights = perceptron_weights(s);
        assert_int_equal(weights, s->features * s->hidden + s->hidden +
                                      s->hidden * s->classes + s->classes);
        double *normal = check_alloc(2 * weights, sizeof *normal);
        double *theta = normal + weights;
        for (size_t i = 0; i < weights; i++)
            normal[i] = 1 + (double)i;
        perceptron_start(s, normal, theta);
        for (size_t j = 0; j < s->hidden; j++) {
            for (size_t i = 0; i < s->features; i++)
                CHECK_NEAR(theta[at_w1(s, i, j)],
                           normal[at_w1(s, i, j)] * sqrt(gain / (double)s->features),
                           1e-14, 0);
            for (size_t c = 0; c < s->classes; c++)
                CHECK_NEAR(theta[at_w2(s, j, c)],
                           normal[at_w2(s, j, c)] * sqrt(gain / (double)s->hidden),
                           1e-14, 0);
            CHECK_NEAR(theta[at_b1(s, j)], 0, 0, 0);
        }
        for (size_t c = 0; c < s->classes; c++)
            CHECK_NEAR(theta[at_b2(s, c)], 0, 0, 0);
        free(normal);
    }
}

static void an_unknown_instruction_set_is_refused(void **state)
{
    struct perceptron net;
    struct error error;
    (void)state;
    setenv("PNM_ISA", "nonsense", 1);
    const int status = perceptron_init(&net, &shapes[0], 1, &error);
    unsetenv("PNM_ISA");
    CHECK_REFUSED("nonsense", status, &error, "PNM_ISA=nonsense");
    perceptron_free(&net);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradient_is_that_of_plain_loops),
        cmocka_unit_test(gradient_is_the_slope_of_the_loss),
        cmocka_unit_test(rows_choose_examples),
        cmocka_unit_test(bits_are_the_same_for_all_instruction_sets),
        cmocka_unit_test(classes_have_the_largest_score),
        cmocka_unit_test(equal_scores_are_the_first_class),
        cmocka_unit_test(large_scores_keep_their_loss),
        cmocka_unit_test(what_is_no_number_stays_none),
        cmocka_unit_test(start_is_scaled_by_layer),
        cmocka_unit_test(an_unknown_instruction_set_is_refused),
    };
    check_filter(argc, argv);
    return cmocka_run_group_tests_name("perceptron", tests, NULL, NULL);
}
