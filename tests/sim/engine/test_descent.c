/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statistics tested: 30 at most. */
#include "check.h"
#include "cli/generator_form.h"

#include "engine/descent.h"
#include "rules/linear_system.h"

enum { LANES = LOSS_LANES, N = 3 };

/* --- settings --------------------------------------------------------------------- */

/* Every kind of state and of samples. */
static const char *const rule_texts[] = {
    "sgd lr=0.4",
    "heavy_ball lr=0.5 beta1=0.8",
    "pnm lr=0.5 beta0=1 beta1=0.9",
    "two_batch lr=0.5 beta0=1.5",
};
enum { RULES = sizeof rule_texts / sizeof *rule_texts };

static struct loss loss_make(const char *name, size_t n, double bound)
{
    const struct loss_kind *kind = loss_kind_find(name);
    double parameter[LOSS_MAX_PARAMETERS];
    struct loss loss;
    struct error error;
    loss_defaults(kind, parameter);
    parameter[loss_parameter(kind, "smoothness")] = 1.5;
    if (loss_parameter(kind, "gradient-bound") >= 0)
        parameter[loss_parameter(kind, "gradient-bound")] = bound;
    CHECK_OK(loss_init(&loss, kind, n, parameter, &error), &error);
    return loss;
}

static struct descent descent_of(const struct rule *rule, const struct loss *loss)
{
    return (struct descent){
        .rule = rule,
        .loss = loss,
        .start = 1.25,
        .sigma = 0.6,
        .generator = {.kind = RANDOM_XOSHIRO},
        .seed = 1,
        .threads = 2,
    };
}

static struct descent_curve curve_of(const struct descent *descent, uint64_t chains,
                                     uint64_t steps)
{
    struct descent_curve curve;
    struct error error;
    CHECK_OK(descent_run(descent, chains, steps, &curve, &error), &error);
    return curve;
}

static struct descent_record record_of(const struct descent *descent, uint64_t chain,
                                       uint64_t steps)
{
    struct descent_record record;
    struct error error;
    CHECK_OK(descent_record(descent, chain, steps, &record, &error), &error);
    return record;
}

/* Calls test for every rule on every loss. */
static void each_descent(void (*test)(const struct descent *))
{
    const struct loss_kind *const *kind = loss_kinds();
    for (; *kind; kind++) {
        struct loss loss = loss_make((*kind)->name, N, 0.7);
        for (int r = 0; r < RULES; r++) {
            const struct rule rule = CHECK_RULE("%s", rule_texts[r]);
            const struct descent descent = descent_of(&rule, &loss);
            test(&descent);
        }
        loss_free(&loss);
    }
}

static void same_curves(const struct descent_curve *a, const struct descent_curve *b)
{
    assert_int_equal(a->steps, b->steps);
    CHECK_SAME_MOMENTS(a->square[0], b->square[0], 3 * (a->steps + 1));
}

/* --- one run, replayed ------------------------------------------------------------ */

/* f's gradient and value at one point, the other lanes holding anything. */
static double gradient_at(const struct loss *loss, const double *theta,
                          double *gradient)
{
    double points[N * LANES], slopes[N * LANES], value[LANES];
    for (size_t k = 0; k < N * LANES; k++)
        points[k] = k % LANES == 11 ? theta[k / LANES] : (double)k;
    check_loss_loops(loss)->evaluate(loss, points, slopes, value);
    for (size_t i = 0; i < N; i++)
        gradient[i] = slopes[i * LANES + 11];
    return value[11] - loss->minimum;
}

/* The name of the stream: FNV-1a of the rule and its parameters, then of the same of
 * the loss with n in front. */
static struct random_key key_of(const struct descent *descent, uint64_t unit)
{
    const struct loss *loss = descent->loss;
    double own[8] = {(double)loss->n};
    memcpy(own + 1, loss->number, (size_t)loss->kind->parameter_count * sizeof *own);
    const uint64_t of_loss =
        random_hash(loss->kind->name, own, (size_t)loss->kind->parameter_count + 1);
    const uint64_t of_rule = check_hash(descent->rule);
    return (struct random_key){descent->seed, RANDOM_ENSEMBLE,
                               random_hash_bytes(of_rule, &of_loss, sizeof of_loss),
                               unit};
}

/* The next gradient sample at theta of one lane: noise added to the exact gradient, or
 * that of a minibatch of one example. */
static void draw(const struct descent *descent, struct random_stream *stream,
                 size_t lane, const double *theta, const double *exact, double *sample)
{
    const struct loss *loss = descent->loss;
    double normal[(N + 1) * LANES];
    if (loss->examples == 0) {
        random_normal(stream, (size_t)N * LANES, normal);
        for (size_t i = 0; i < N; i++)
            sample[i] = exact[i] + descent->sigma / sqrt(N) * normal[i * LANES + lane];
        return;
    }
    assert_int_equal(loss->examples, 1);
    random_normal(stream, (size_t)(N + 1) * LANES, normal);
    double miss = -sqrt(loss->residual) * normal[(size_t)N * LANES + lane];
    for (size_t i = 0; i < N; i++)
        miss = fma(normal[i * LANES + lane], sqrt(loss->data[i]) * theta[i], miss);
    for (size_t i = 0; i < N; i++)
        sample[i] = normal[i * LANES + lane] * miss * sqrt(loss->data[i]);
}

/* One chain, coordinate by coordinate, held against its record. */
static void check_replay(const struct descent *descent)
{
    enum { STEPS = 20, CHAIN = 70, PLACES = N * RULE_MAX_SLOTS };
    const struct rule_kind *rule = descent->rule->kind;
    const size_t samples = (size_t)rule->samples, slots = (size_t)rule->slots;
    struct descent_record record = record_of(descent, CHAIN, STEPS);
    double theta[N] = {1.25, 1.25, 1.25}, slot[PLACES] = {0};
    struct random_stream stream;
    struct error error;
    CHECK_OK(random_init(&stream, descent->generator, key_of(descent, CHAIN / LANES),
                         &error),
             &error);
    for (size_t t = 0; t <= STEPS; t++) {
        double exact[N], sample[RULE_MAX_SAMPLES * N];
        CHECK_EXACT(record.excess[t], gradient_at(descent->loss, theta, exact));
        CHECK_SAME(record.theta + t * N, theta, N);
        CHECK_SAME(record.exact + t * N, exact, N);
        CHECK_SAME(record.slot + t * slots * N, slot, slots * N);
        if (t == STEPS)
            break;
        for (size_t s = 0; s < samples; s++)
            draw(descent, &stream, CHAIN % LANES, theta, exact, sample + s * N);
        CHECK_SAME(record.sample + t * samples * N, sample, samples * N);
        for (size_t i = 0; i < N; i++) {
            double own[RULE_MAX_SLOTS], g[RULE_MAX_GRADIENTS];
            g[samples] = exact[i];
            for (size_t s = 0; s < samples; s++)
                g[s] = sample[s * N + i];
            for (size_t s = 0; s < slots; s++)
                own[s] = slot[s * N + i];
            rule->step(descent->rule, t, 1, g, &theta[i], own);
            for (size_t s = 0; s < slots; s++)
                slot[s * N + i] = own[s];
        }
    }
    random_free(&stream);
    descent_record_free(&record);
}

static void test_replay(void **state)
{
    (void)state;
    each_descent(check_replay);
}

static void test_other_generators(void **state)
{
    static const char *const names[] = {"philox", "gsl:mt19937"};
    struct loss loss = loss_make("log_cosh", N, 0.7);
    const struct rule rule = CHECK_RULE("%s", rule_texts[2]);
    struct descent descent = descent_of(&rule, &loss);
    struct error error;
    (void)state;
    for (int k = 0; k < 2; k++) {
        CHECK_OK(generator_form_read(names[k], &descent.generator, &error), &error);
        check_replay(&descent);
    }
    loss_free(&loss);
}

/* --- moments recomputed from the runs ----------------------------------------------
 */

static double squared(const double *x)
{
    return x[0] * x[0] + x[1] * x[1] + x[2] * x[2];
}

/* The halves are the even and the odd chains, so they share none. */
static void check_curve(const struct descent *descent, size_t chains, uint64_t steps)
{
    const size_t points = steps + 1;
    struct descent_curve curve = curve_of(descent, chains, steps);
    double *square = check_alloc(chains * points, sizeof *square);
    double *excess = check_alloc(chains * points, sizeof *excess);
    for (size_t r = 0; r < chains; r++) {
        struct descent_record record = record_of(descent, r, steps);
        for (size_t t = 0; t < points; t++) {
            square[t * chains + r] = squared(record.exact + t * N);
            excess[t * chains + r] = record.excess[t];
        }
        descent_record_free(&record);
    }
    for (size_t t = 0; t < points; t++) {
        for (size_t half = 0; half < 2; half++)
            CHECK_MOMENTS(&curve.square[half][t], square + t * chains, chains, half, 2,
                          0);
        CHECK_MOMENTS(&curve.excess[t], excess + t * chains, chains, 0, 1, 0);
    }
    free(square);
    free(excess);
    descent_curve_free(&curve);
}

static void check_curves(const struct descent *descent)
{
    static const size_t chains[] = {1, 2, 63, 64, 65, 129, 200};
    for (size_t k = 0; k < sizeof chains / sizeof *chains; k++)
        check_curve(descent, chains[k], k % 2 ? 0 : 5);
}

static void test_curve(void **state)
{
    (void)state;
    each_descent(check_curves);
}

/* --- the kernels ------------------------------------------------------------------ */

/* Sums over a half as the kernel orders them: upper lanes onto lower ones. */
static double tree(const double *x, int half)
{
    double own[LANES];
    memcpy(own, x, sizeof own);
    for (int width = LANES / 2; width >= 2; width /= 2)
        for (int lane = 0; lane < width; lane++)
            own[lane] += own[lane + width];
    return own[half];
}

static void check_half(const double *x, int lanes, int half, const double *out)
{
    const int count = (lanes + 1 - half) / 2;
    double own[LANES] = {0};
    memcpy(own, x, (size_t)lanes * sizeof *own);
    const double mean = count > 0 ? tree(own, half) / count : 0;
    for (int lane = half; lane < lanes; lane += 2)
        own[lane] = (own[lane] - mean) * (own[lane] - mean);
    CHECK_EXACT(out[0], mean);
    CHECK_EXACT(out[1], tree(own, half));
}

/* Lanes beyond the last chain may hold anything. */
static void check_observe_descent(const struct kernels *kernels, void *context)
{
    const double minimum = 0.3;
    double exact[N * LANES], value[LANES], square[LANES], excess[LANES], out[8];
    (void)context;
    for (int lanes = 1; lanes <= LANES; lanes++) {
        for (int lane = 0; lane < LANES; lane++) {
            square[lane] = 0;
            for (int i = 0; i < N; i++) {
                const double slope = lane < lanes ? sin(lane + 0.1 * i) : NAN;
                exact[i * LANES + lane] = slope;
                square[lane] += slope * slope;
            }
            value[lane] = lane < lanes ? cos(lane) : NAN;
            excess[lane] = value[lane] - minimum;
        }
        kernels->descent_observe(N, lanes, exact, value, minimum, out);
        for (int half = 0; half < 2; half++) {
            check_half(square, lanes, half, out + 2 * half);
            check_half(excess, lanes, half, out + 4 + 2 * half);
        }
    }
}

static void check_observe_pairs(const struct kernels *kernels, void *context)
{
    enum { NUMBERS = 5 };
    double rows[OBSERVE_PAIRS][2][LANES], out[OBSERVE_PAIRS * 2 * NUMBERS];
    (void)context;
    for (int lanes = 1; lanes <= LANES; lanes++) {
        const double *own = out;
        for (int pair = 0; pair < OBSERVE_PAIRS; pair++)
            for (int lane = 0; lane < LANES; lane++) {
                rows[pair][0][lane] = lane < lanes ? sin(lane + 0.1 * pair) : NAN;
                rows[pair][1][lane] = lane < lanes ? cos(lane + 0.2 * pair) : NAN;
            }
        kernels->descent_observe_pairs(lanes, rows[0][0], out);
        for (int pair = 0; pair < OBSERVE_PAIRS; pair++)
            for (int half = 0; half < 2; half++, own += NUMBERS) {
                struct comoments m = {0};
                for (int lane = half; lane < lanes; lane += 2) {
                    const double both[] = {rows[pair][0][lane], rows[pair][1][lane]};
                    comoments_add(&m, 2, both);
                }
                const double expected[NUMBERS] = {m.mean[0], m.mean[1],
                                                  m.products[0][0], m.products[0][1],
                                                  m.products[1][1]};
                CHECK_SAME(own, expected, NUMBERS);
            }
    }
}

static void check_add_noise(const struct kernels *kernels, void *context)
{
    double exact[N * LANES], normal[N * LANES], sample[N * LANES];
    (void)context;
    for (int k = 0; k < N * LANES; k++) {
        exact[k] = sin(k);
        normal[k] = cos(3 * k);
    }
    kernels->descent_add_noise(N * LANES, 0.7, exact, normal, sample);
    for (int k = 0; k < N * LANES; k++)
        CHECK_EXACT(sample[k], exact[k] + 0.7 * normal[k]);
}

static void test_kernels(void **state)
{
    (void)state;
    check_each_isa(check_observe_descent, NULL);
    check_each_isa(check_observe_pairs, NULL);
    check_each_isa(check_add_noise, NULL);
}

/* --- threads, instruction sets, sessions -------------------------------------------
 */

enum { CHAINS = 500, STEPS = 40 };

static void check_threads(const struct descent *descent)
{
    static const int threads[] = {2, 3, 7};
    struct descent own = *descent;
    own.threads = 1;
    struct descent_curve one = curve_of(&own, CHAINS, STEPS);
    for (int k = 0; k < 3; k++) {
        own.threads = threads[k];
        struct descent_curve other = curve_of(&own, CHAINS, STEPS);
        same_curves(&one, &other);
        descent_curve_free(&other);
    }
    descent_curve_free(&one);
}

static void test_threads(void **state)
{
    (void)state;
    each_descent(check_threads);
}

static void check_isa(const struct kernels *kernels, void *context)
{
    const struct descent_curve *best = context;
    struct loss loss = loss_make("logistic", N, 0);
    const struct rule rule = CHECK_RULE("%s", rule_texts[2]);
    const struct descent descent = descent_of(&rule, &loss);
    assert_ptr_equal(check_loss_loops(&loss), kernels_loss(kernels, &loss));
    struct descent_curve curve = curve_of(&descent, CHAINS, STEPS);
    same_curves(&curve, best);
    descent_curve_free(&curve);
    loss_free(&loss);
}

static void test_instruction_sets(void **state)
{
    struct loss loss = loss_make("logistic", N, 0);
    const struct rule rule = CHECK_RULE("%s", rule_texts[2]);
    const struct descent descent = descent_of(&rule, &loss);
    struct descent_curve best = curve_of(&descent, CHAINS, STEPS);
    (void)state;
    check_each_isa(check_isa, &best);
    descent_curve_free(&best);
    loss_free(&loss);
}

/* Bits that never change. */
static void test_known_results(void **state)
{
    uint64_t hash = RANDOM_HASH_START;
    const struct rule rule = CHECK_RULE("%s", rule_texts[2]);
    static const char *const names[] = {"huber", "pseudo_huber", "log_cosh", "logistic",
                                        "rippled"};
    (void)state;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        struct loss loss = loss_make(names[k], N, 0.7);
        const struct descent descent = descent_of(&rule, &loss);
        struct descent_curve curve = curve_of(&descent, CHAINS, STEPS);
        hash = random_hash_bytes(hash, curve.square[0],
                                 3 * (STEPS + 1) * sizeof(struct moments));
        descent_curve_free(&curve);
        loss_free(&loss);
    }
    assert_int_equal(hash, UINT64_C(0x2e93e96131289d5c));
}

/* Cut after `units`, the checkpoint resumed by another number of threads. */
static void check_resumed(const struct descent *descent, uint64_t units,
                          const struct descent_curve *whole)
{
    struct session session;
    struct descent own = *descent;
    struct error error;
    char path[64];
    check_file("", 0, path);
    CHECK_OK(session_init(&session, "lr: 1\n", &error), &error);
    own.session = &session;
    session.checkpoint = path;
    session.stop_at = (struct session_place){1, units};
    struct descent_curve cut = curve_of(&own, CHAINS, STEPS);
    assert_true(session_was_cut(&session));
    for (size_t t = 0; t <= STEPS; t++) {
        assert_int_equal(cut.excess[t].count, units * LANES);
        assert_int_equal(cut.square[0][t].count, units * LANES / 2);
        assert_int_equal(cut.square[1][t].count, units * LANES / 2);
    }
    session_free(&session);
    CHECK_OK(session_init(&session, "lr: 1\n", &error), &error);
    CHECK_OK(session_resume(&session, path, &error), &error);
    own.threads = 3;
    struct descent_curve resumed = curve_of(&own, CHAINS, STEPS);
    same_curves(&resumed, whole);
    descent_curve_free(&cut);
    descent_curve_free(&resumed);
    session_free(&session);
    unlink(path);
}

static void test_resumed(void **state)
{
    struct loss loss = loss_make("rippled", N, 0.7);
    const struct rule rule = CHECK_RULE("%s", rule_texts[2]);
    const struct descent descent = descent_of(&rule, &loss);
    struct descent_curve whole = curve_of(&descent, CHAINS, STEPS);
    (void)state;
    for (uint64_t units = 0; units < 8; units++)
        check_resumed(&descent, units, &whole);
    descent_curve_free(&whole);
    loss_free(&loss);
}

/* A checkpoint of another run is refused, whatever it is that differs. */
static void test_other_run(void **state)
{
    struct loss loss = loss_make("huber", N, 0.7), other = loss_make("huber", N, 0.8);
    struct loss wide = loss_make("huber", N + 1, 0.7);
    const struct rule rule = CHECK_RULE("%s", rule_texts[2]),
                      sgd = CHECK_RULE("%s", rule_texts[0]);
    const struct descent descent = descent_of(&rule, &loss);
    struct descent variants[] = {descent, descent, descent, descent, descent, descent};
    (void)state;
    variants[0].start = 1.3;
    variants[1].sigma = 0.7;
    variants[2].seed = 2;
    variants[3].loss = &other;
    variants[4].loss = &wide;
    variants[5] = descent_of(&sgd, &loss);
    for (size_t k = 0; k < 8; k++) {
        struct descent own = descent, later = k < 6 ? variants[k] : descent;
        struct descent_curve curve;
        struct session session;
        struct error error = {.agreed = false};
        char path[64];
        check_file("", 0, path);
        CHECK_OK(session_init(&session, "lr: 1\n", &error), &error);
        own.session = later.session = &session;
        session.checkpoint = path;
        session.stop_at = (struct session_place){1, 2};
        curve = curve_of(&own, CHAINS, STEPS);
        descent_curve_free(&curve);
        session_free(&session);
        CHECK_OK(session_init(&session, "lr: 1\n", &error), &error);
        CHECK_OK(session_resume(&session, path, &error), &error);
        const int status =
            descent_run(&later, CHAINS + (k == 6), STEPS + (k == 7), &curve, &error);
        CHECK_REFUSED("another run", status, &error, "--resume");
        descent_curve_free(&curve);
        session_free(&session);
        unlink(path);
    }
    loss_free(&loss);
    loss_free(&other);
    loss_free(&wide);
}

/* --- the noise -------------------------------------------------------------------- */

/* E||xi||^2 is sigma^2 whatever n, by chi-square; the samples of a step and those of
 * two losses are not the same. */
static void check_noise(size_t n, double sigma)
{
    enum { LONG = 4000 };
    struct loss loss = loss_make("pseudo_huber", n, 0.7);
    const struct rule rule = CHECK_RULE("two_batch lr=0.1 beta0=1");
    struct descent descent = descent_of(&rule, &loss);
    descent.sigma = sigma;
    struct descent_record record = record_of(&descent, 5, LONG);
    double sum = 0, product = 0;
    for (size_t t = 0; t < LONG; t++)
        for (size_t i = 0; i < n; i++) {
            const double exact = record.exact[t * n + i];
            const double a = record.sample[2 * t * n + i] - exact;
            const double b = record.sample[(2 * t + 1) * n + i] - exact;
            sum += a * a + b * b;
            product += a * b;
        }
    const double each = sigma * sigma / (double)n, count = (double)(n * LONG);
    CHECK_CHI2("noise", sum / each, 2 * count);
    CHECK_Z("two samples", product / each / sqrt(count));
    descent_record_free(&record);
    loss_free(&loss);
}

static void test_noise(void **state)
{
    (void)state;
    check_noise(1, 0.6);
    check_noise(4, 0.6);
    check_noise(25, 3);
}

/* What names the stream: other noise for another loss, parameter, dimension, seed. */
static void test_what_changes_the_stream(void **state)
{
    struct loss losses[] = {loss_make("huber", N, 0.7), loss_make("log_cosh", N, 0.7),
                            loss_make("huber", N, 0.8), loss_make("huber", 2, 0.7)};
    const struct rule rules[] = {CHECK_RULE("sgd lr=0.1"), CHECK_RULE("sgd lr=0.2"),
                                 CHECK_RULE("pnm lr=0.1")};
    double noise[8];
    int count = 0;
    (void)state;
    for (int k = 0; k < 8; k++) {
        struct descent descent =
            descent_of(&rules[k < 4 || k > 5 ? 0 : k - 3], &losses[k < 4 ? k : 0]);
        descent.seed = k == 6 ? 2 : 1;
        struct descent_record record = record_of(&descent, k == 7, 1);
        noise[count] = (record.sample[0] - record.exact[0]) * sqrt((double)record.n);
        for (int other = 0; other < count; other++)
            CHECK(fabs(noise[other] - noise[count]) > 1e-9,
                  "%d and %d are the same: %.17g and %.17g", other, count, noise[other],
                  noise[count]);
        count++;
        descent_record_free(&record);
    }
    for (int k = 0; k < 4; k++)
        loss_free(&losses[k]);
}

static void test_no_noise(void **state)
{
    struct loss loss = loss_make("log_cosh", N, 0.7);
    const struct rule rule = CHECK_RULE("%s", rule_texts[2]);
    struct descent descent = descent_of(&rule, &loss);
    (void)state;
    descent.sigma = 0;
    struct descent_curve one = curve_of(&descent, 1, STEPS);
    struct descent_curve many = curve_of(&descent, 150, STEPS);
    struct descent_record record = record_of(&descent, 0, STEPS);
    CHECK_SAME(record.sample, record.exact, STEPS * N);
    for (size_t t = 0; t <= STEPS; t++) {
        assert_int_equal(one.square[0][t].count, 1);
        assert_int_equal(one.square[1][t].count, 0);
        CHECK_EXACT(one.square[0][t].mean, squared(record.exact + t * N));
        CHECK_EXACT(one.excess[t].mean, record.excess[t]);
        for (int half = 0; half < 2; half++)
            CHECK_NEAR(many.square[half][t].mean, one.square[0][t].mean, 1e-15, 0);
        CHECK_NEAR(many.excess[t].squares, 0, 0, 1e-26);
    }
    descent_record_free(&record);
    descent_curve_free(&many);
    descent_curve_free(&one);
    loss_free(&loss);
}

/* --- where Huber's loss is a parabola ----------------------------------------------
 *
 * theta there follows a linear recursion, of which linear_system knows mean and
 * variance at any t. */
static void check_linear(const char *text)
{
    enum { MANY = 20000, LONG = 60 };
    struct loss loss = loss_make("huber", N, 1e3);
    const struct rule rule = CHECK_RULE("%s", text);
    const struct descent descent = descent_of(&rule, &loss);
    const double noise = descent.sigma * descent.sigma / N;
    struct descent_curve curve = curve_of(&descent, MANY, LONG);
    struct linear_system system;
    linear_system_probe(&rule, loss.smoothness, &system);
    for (uint64_t t = 0; t <= LONG; t += 20) {
        double mean, variance;
        linear_system_at(&system, &system, noise, descent.start, t, &mean, &variance);
        const double second = N * (mean * mean + variance);
        const double excess = 0.5 * loss.smoothness * second;
        const double square = loss.smoothness * loss.smoothness * second;
        if (t == 0) {
            CHECK_NEAR(curve.excess[0].mean, excess, 1e-14, 0);
            CHECK_NEAR(curve.square[1][0].mean, square, 1e-14, 0);
            continue;
        }
        CHECK_Z("f - f*",
                (curve.excess[t].mean - excess) / moments_stderr(&curve.excess[t]));
        for (int half = 0; half < 2; half++)
            CHECK_Z("squared gradient", (curve.square[half][t].mean - square) /
                                            moments_stderr(&curve.square[half][t]));
        CHECK_NEAR(moments_stderr(&curve.excess[t]) / excess, 1 / sqrt(MANY), 1, 0);
    }
    descent_curve_free(&curve);
    loss_free(&loss);
}

static void test_linear_part(void **state)
{
    (void)state;
    check_linear("sgd lr=0.1");
    check_linear("pnm lr=0.3 beta0=1 beta1=0.9");
}

/* --- failures --------------------------------------------------------------------- */

static void test_failures(void **state)
{
    struct loss loss = loss_make("huber", N, 0.7);
    const struct rule rule = CHECK_RULE("%s", rule_texts[0]);
    const struct descent descent = descent_of(&rule, &loss);
    struct descent_curve curve;
    struct descent_record record;
    struct error error = {.agreed = false};
    (void)state;
    assert_int_equal(descent_run(&descent, 1, UINT64_MAX, &curve, &error),
                     STATUS_MEMORY);
    descent_curve_free(&curve);
    assert_int_equal(descent_record(&descent, 0, UINT64_MAX, &record, &error),
                     STATUS_MEMORY);
    descent_record_free(&record);
    setenv("PNM_ISA", "nonsense", 1);
    const int status = descent_run(&descent, 1, 1, &curve, &error);
    unsetenv("PNM_ISA");
    CHECK_REFUSED("nonsense", status, &error, "nonsense");
    descent_curve_free(&curve);
    descent_curve_free(&curve);
    loss_free(&loss);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_other_generators),
        cmocka_unit_test(test_curve),
        cmocka_unit_test(test_kernels),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_instruction_sets),
        cmocka_unit_test(test_known_results),
        cmocka_unit_test(test_resumed),
        cmocka_unit_test(test_other_run),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_what_changes_the_stream),
        cmocka_unit_test(test_no_noise),
        cmocka_unit_test(test_linear_part),
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests_name("descent", tests, NULL, NULL);
}
