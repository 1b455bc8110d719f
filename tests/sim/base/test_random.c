/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "cli/generator_form.h"

#include "base/random_kernel.h"

#include <Random123/philox.h>
#include <gsl/gsl_randist.h>

static const struct random_key some_key = {1, RANDOM_TEST, 0x123456789abcdef0u, 7};

/* The loops for this processor. */
static const struct random_kernel *kernel(void)
{
    static const struct random_kernel *const kernels[] = {ISA_TABLE(random_kernel)};
    enum isa isa;
    struct error error;
    CHECK_OK(isa_find(&isa, &error), &error);
    return kernels[isa];
}

static struct random_generator generator(const char *name)
{
    struct random_generator result;
    struct error error;
    CHECK_OK(generator_form_read(name, &result, &error), &error);
    return result;
}

static struct random_stream stream_of(const char *name, struct random_key key)
{
    struct random_stream stream;
    struct error error;
    CHECK_OK(random_init(&stream, generator(name), key, &error), &error);
    return stream;
}

/* The first `count` numbers of a stream. */
static void normals(const char *name, struct random_key key, size_t count, double *out)
{
    struct random_stream stream = stream_of(name, key);
    random_normal(&stream, count, out);
    random_free(&stream);
}

/* --- Philox4x64-10, written from Salmon et al., SC 2011 ----------------------------
 */

struct four {
    uint64_t v[4];
};

static uint64_t high_product(uint64_t a, uint64_t b)
{
    const uint64_t a0 = a & 0xffffffff, a1 = a >> 32;
    const uint64_t b0 = b & 0xffffffff, b1 = b >> 32;
    const uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
    const uint64_t other = a0 * b1 + (middle & 0xffffffff);
    return a1 * b1 + (middle >> 32) + (other >> 32);
}

static struct four philox(struct four c, uint64_t key0, uint64_t key1)
{
    const uint64_t m0 = UINT64_C(0xD2E7470EE14C6C93);
    const uint64_t m1 = UINT64_C(0xCA5A826395121157);
    for (int round = 0; round < 10; round++) {
        c = (struct four){{high_product(m1, c.v[2]) ^ c.v[1] ^ key0, m1 * c.v[2],
                           high_product(m0, c.v[0]) ^ c.v[3] ^ key1, m0 * c.v[0]}};
        key0 += UINT64_C(0x9E3779B97F4A7C15);
        key1 += UINT64_C(0xBB67AE8584CAA73B);
    }
    return c;
}

/* Known answers that Random123 publishes (kat_vectors): counter, key, output. */
static const uint64_t philox_known[][10] = {
    {0, 0, 0, 0, 0, 0, 0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b,
     0x7e68b68aec7ba23b},
    {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
     0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0},
    {0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89,
     0x452821e638d01377, 0xbe5466cf34e90c6c, 0xa528f45403e61d95, 0x38c72dbd566e9788,
     0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6},
};

static void test_philox_known_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof philox_known / sizeof *philox_known; i++) {
        const uint64_t *k = philox_known[i];
        const philox4x64_ctr_t counter = {{k[0], k[1], k[2], k[3]}};
        const philox4x64_key_t key = {{k[4], k[5]}};
        const philox4x64_ctr_t out = philox4x64(counter, key);
        const struct four own =
            philox((struct four){{k[0], k[1], k[2], k[3]}}, k[4], k[5]);
        assert_memory_equal(out.v, k + 6, sizeof out.v);
        assert_memory_equal(own.v, k + 6, sizeof own.v);
    }
}

/* --- xoshiro256++, written from Blackman and Vigna's scalar code -------------------
 */

static uint64_t rotl(uint64_t x, unsigned k)
{
    return (x << k) | (x >> (64 - k));
}

static uint64_t xoshiro(uint64_t s[4])
{
    const uint64_t result = rotl(s[0] + s[3], 23) + s[0];
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

/* The first outputs from state 1, 2, 3, 4, as the authors' reference code gives them:
 * the scalar code above is right. */
static void test_xoshiro_known_answers(void **state)
{
    static const uint64_t known[] = {
        41943041u,
        58720359u,
        3588806011781223u,
        3591011842654386u,
        9228616714210784205u,
        9973669472204895162u,
        14011001112246962877u,
        12406186145184390807u,
        15849039046786891736u,
        10450023813501588000u,
    };
    uint64_t s[4] = {1, 2, 3, 4};
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(xoshiro(s), known[i]);
}

/* Lane by lane: seeded by the cipher at counter (hash, unit, lane, 0), the first word
 * of a step, then the second. */
static void test_lanes(void **state)
{
    struct random_stream stream = stream_of("xoshiro", some_key);
    uint64_t lane_state[RANDOM_LANES][4], words[RANDOM_BLOCK];
    (void)state;
    for (uint64_t lane = 0; lane < RANDOM_LANES; lane++) {
        const struct four counter = {{some_key.hash, some_key.unit, lane, 0}};
        const struct four seed = philox(counter, some_key.seed, some_key.purpose);
        memcpy(lane_state[lane], seed.v, sizeof seed.v);
    }
    for (int block = 0; block < 1000; block++) {
        random_words(&stream, words);
        for (int lane = 0; lane < RANDOM_LANES; lane++) {
            assert_int_equal(words[lane], xoshiro(lane_state[lane]));
            assert_int_equal(words[RANDOM_LANES + lane], xoshiro(lane_state[lane]));
        }
    }
    random_free(&stream);
}

/* Counter mode: block b consists of the cipher at (hash, unit, i, 2^63 + b), i < 8. */
static void test_philox_stream(void **state)
{
    struct random_stream stream = stream_of("philox", some_key);
    uint64_t words[RANDOM_BLOCK];
    (void)state;
    for (uint64_t block = 0; block < 100; block++) {
        random_words(&stream, words);
        for (uint64_t i = 0; i < RANDOM_BLOCK / 4; i++) {
            const struct four counter = {
                {some_key.hash, some_key.unit, i, (UINT64_C(1) << 63) + block}};
            const struct four out = philox(counter, some_key.seed, some_key.purpose);
            assert_memory_equal(words + 4 * i, out.v, sizeof out.v);
        }
    }
    random_free(&stream);
}

/* GSL's ziggurat on a GSL generator that is seeded by the first state word. */
static void test_gsl_stream(void **state)
{
    double out[RANDOM_BLOCK];
    const struct four counter = {{some_key.hash, some_key.unit, 0, 0}};
    const struct four seed = philox(counter, some_key.seed, some_key.purpose);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    (void)state;
    assert_non_null(rng);
    gsl_rng_set(rng, (unsigned long)(seed.v[0] % 2147483562) + 1);
    normals("gsl:mt19937", some_key, RANDOM_BLOCK, out);
    for (int i = 0; i < RANDOM_BLOCK; i++)
        CHECK_EXACT(out[i], gsl_ran_gaussian_ziggurat(rng, 1));
    gsl_rng_free(rng);
}

/* --- Box-Muller ------------------------------------------------------------------- */

/* What random.h promises. */
static const double accuracy = 1e-12;

/* The transform as random_kernel.c states it, in long double with libm. */
static void exact_pair(uint64_t radius, uint64_t angle, double *first, double *second)
{
    const long double pi = 3.14159265358979323846264338327950288L;
    const uint64_t low = (UINT64_C(1) << 52) - 1;
    const long double j = 0x1p52L - (long double)(radius & low);
    const long double r = sqrtl(-2 * logl(j * 0x1p-52L));
    const long double share = (long double)(angle & low) * 0x1p-52L;
    const long double x = r * cosl(pi / 2 * share);
    const long double y = r * sinl(pi / 2 * share);
    *first = (double)(angle >> 63 ? -x : x);
    *second = (double)(angle >> 62 & 1 ? -y : y);
}

static void compare_with_exact(const uint64_t words[RANDOM_BLOCK])
{
    double out[RANDOM_BLOCK];
    kernel()->box_muller(words, out);
    for (int lane = 0; lane < RANDOM_LANES; lane++) {
        double first, second;
        exact_pair(words[lane], words[RANDOM_LANES + lane], &first, &second);
        CHECK_NEAR(out[lane], first, 0, accuracy);
        CHECK_NEAR(out[RANDOM_LANES + lane], second, 0, accuracy);
        CHECK(fabs(out[lane]) <= 8.5 && fabs(out[RANDOM_LANES + lane]) <= 8.5,
              "%a or %a exceeds 8.5", out[lane], out[RANDOM_LANES + lane]);
    }
}

static void test_box_muller_random_words(void **state)
{
    uint64_t random = 1, words[RANDOM_BLOCK];
    (void)state;
    for (int block = 0; block < 40000; block++) {
        for (int i = 0; i < RANDOM_BLOCK; i++)
            words[i] = check_word(&random);
        /* A third of the blocks near u = 0, a third near u = 1. */
        for (int lane = 0; lane < RANDOM_LANES; lane++)
            words[lane] = block % 3 == 0   ? words[lane] >> (12 + lane * 3)
                          : block % 3 == 1 ? ~(words[lane] >> (12 + lane * 3))
                                           : words[lane];
        compare_with_exact(words);
    }
}

/* Every pair of extreme words: the ends of u, the borders of the quadrants, the middle
 * of a quadrant, bits that must not matter. */
static void test_box_muller_extreme_words(void **state)
{
    static const uint64_t extreme[] = {0,
                                       1,
                                       2,
                                       3,
                                       UINT64_C(1) << 51,
                                       UINT64_C(1) << 52,
                                       (UINT64_C(1) << 52) - 1,
                                       UINT64_MAX,
                                       ~UINT64_C(1),
                                       ~UINT64_C(2),
                                       ~UINT64_C(3),
                                       UINT64_C(3) << 62,
                                       (UINT64_C(1) << 62) - 1,
                                       UINT64_C(1) << 63,
                                       (UINT64_C(1) << 63) - 1,
                                       UINT64_C(0x5555555555555555)};
    enum { COUNT = sizeof extreme / sizeof *extreme };
    uint64_t words[RANDOM_BLOCK];
    (void)state;
    assert_int_equal(COUNT, RANDOM_LANES);
    for (int shift = 0; shift < COUNT; shift++) {
        for (int lane = 0; lane < RANDOM_LANES; lane++) {
            words[lane] = extreme[lane];
            words[RANDOM_LANES + lane] = extreme[(lane + shift) % COUNT];
        }
        compare_with_exact(words);
    }
}

/* --- streams ---------------------------------------------------------------------- */

/* Bits that never change: a result published with a seed stays reproducible. The
 * numbers agree with test_lanes and exact_pair to 3e-13. */
static void test_known_normals(void **state)
{
    static const double known[] = {
        0x1.ab63f309b46a5p-5,  0x1.2a709483a318fp-2, 0x1.0b08434981618p+0,
        -0x1.29dc77e528b87p+0, 0x1.91ef661fd4f61p-1, 0x1.2ca2ceec8e1e1p+0,
        0x1.0b39dd3b0f65p+0,   0x1.e3de2632ca032p+0,
    };
    /* The second numbers of the first four lanes. */
    static const double second[] = {0x1.9e835aace03f2p-1, -0x1.d44e3ba0188afp-1,
                                    -0x1.103f27d3f6d4dp-3, -0x1.3d0eaea007011p+0};
    double out[RANDOM_BLOCK];
    (void)state;
    normals("xoshiro", some_key, RANDOM_BLOCK, out);
    CHECK_SAME(out, known, sizeof known / sizeof *known);
    CHECK_SAME(out + RANDOM_LANES, second, sizeof second / sizeof *second);
}

/* The same of the bits of 2^20 numbers, so that rare arguments count as well. */
static void test_known_hash(void **state)
{
    enum { COUNT = 1 << 20 };
    double *out = check_alloc(COUNT, sizeof *out);
    (void)state;
    normals("xoshiro", some_key, COUNT, out);
    assert_int_equal(random_hash("", out, COUNT), UINT64_C(0x328603093c8e48b));
    free(out);
}

static const char *const generators[] = {"xoshiro", "philox", "gsl:mt19937"};
enum { GENERATORS = sizeof generators / sizeof *generators };

static void test_pieces(void **state)
{
    static const size_t pieces[] = {32, 64, 320, 32, 2048, 96};
    enum { COUNT = 32 + 64 + 320 + 32 + 2048 + 96 };
    (void)state;
    for (int i = 0; i < GENERATORS; i++) {
        double whole[COUNT], parts[COUNT];
        size_t done = 0;
        struct random_stream stream = stream_of(generators[i], some_key);
        normals(generators[i], some_key, COUNT, whole);
        for (size_t k = 0; k < sizeof pieces / sizeof *pieces; done += pieces[k++])
            random_normal(&stream, pieces[k], parts + done);
        random_free(&stream);
        CHECK_SAME(parts, whole, COUNT);
    }
}

/* Normal numbers are the transform of the raw words. */
static void test_words_and_normals(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        double out[10 * RANDOM_BLOCK], transformed[RANDOM_BLOCK];
        uint64_t words[RANDOM_BLOCK];
        struct random_stream stream = stream_of(generators[i], some_key);
        normals(generators[i], some_key, 10 * RANDOM_BLOCK, out);
        for (int block = 0; block < 10; block++) {
            random_words(&stream, words);
            kernel()->box_muller(words, transformed);
            CHECK_SAME(transformed, out + block * RANDOM_BLOCK, RANDOM_BLOCK);
        }
        random_free(&stream);
    }
}

static int compare_words(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Every bit of every part of the key changes the stream: the first words of 257 keys
 * are all different, in the lanes as well. */
static void test_key(void **state)
{
    enum { KEYS = 1 + 4 * 64, COUNT = KEYS * RANDOM_BLOCK };
    (void)state;
    for (int i = 0; i < 2; i++) {
        uint64_t *words = check_alloc(COUNT, sizeof *words);
        for (int k = 0; k < KEYS; k++) {
            struct random_key key = some_key;
            uint64_t *const parts[] = {&key.seed, &key.purpose, &key.hash, &key.unit};
            if (k > 0)
                *parts[(k - 1) / 64] ^= UINT64_C(1) << ((k - 1) % 64);
            struct random_stream stream = stream_of(generators[i], key);
            random_words(&stream, words + k * RANDOM_BLOCK);
            random_free(&stream);
        }
        qsort(words, COUNT, sizeof *words, compare_words);
        for (int k = 1; k < COUNT; k++)
            assert_true(words[k] != words[k - 1]);
        free(words);
    }
}

static void test_key_of_gsl(void **state)
{
    double out[RANDOM_BLOCK], other[RANDOM_BLOCK];
    (void)state;
    normals("gsl:mt19937", some_key, RANDOM_BLOCK, out);
    for (int part = 0; part < 4; part++) {
        struct random_key key = some_key;
        uint64_t *const parts[] = {&key.seed, &key.purpose, &key.hash, &key.unit};
        ++*parts[part];
        normals("gsl:mt19937", key, RANDOM_BLOCK, other);
        assert_memory_not_equal(out, other, sizeof out);
    }
}

/* FNV-1a's published answers; doubles enter as eight bytes, the lowest first. */
static void test_hash(void **state)
{
    double as_double;
    (void)state;
    assert_int_equal(random_hash("", NULL, 0), UINT64_C(0xcbf29ce484222325));
    assert_int_equal(random_hash("a", NULL, 0), UINT64_C(0xaf63dc4c8601ec8c));
    assert_int_equal(random_hash("foobar", NULL, 0), UINT64_C(0x85944171f73967e8));
    const uint64_t bits = UINT64_C(0x6867666564636261); /* "abcdefgh" */
    memcpy(&as_double, &bits, sizeof bits);
    assert_int_equal(random_hash("x", &as_double, 1),
                     random_hash("xabcdefgh", NULL, 0));
    assert_true(random_hash("x", (const double[]){0.0, 1}, 2) !=
                random_hash("x", (const double[]){-0.0, 1}, 2));
    assert_true(random_hash("x", (const double[]){1, 2}, 2) !=
                random_hash("x", (const double[]){2, 1}, 2));
}

static void test_generator_names(void **state)
{
    static const char *const bad[] = {"",    "xoshir", "xoshiro ", "Xoshiro", "philox4",
                                      "gsl", "gsl:",   "gsl:mt",   "mt19937"};
    struct random_generator result;
    struct error error;
    (void)state;
    assert_int_equal(generator("xoshiro").kind, RANDOM_XOSHIRO);
    assert_int_equal(generator("philox").kind, RANDOM_PHILOX);
    assert_int_equal(generator("gsl:mt19937").kind, RANDOM_GSL);
    assert_ptr_equal(generator("gsl:taus2").gsl, gsl_rng_taus2);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_REFUSED(bad[i], generator_form_read(bad[i], &result, &error), &error,
                      "--rng");
}

/* --- instruction sets ------------------------------------------------------------- */

enum { ISA_NUMBERS = 320 };

struct isa_result {
    bool filled;
    double normal[GENERATORS][ISA_NUMBERS];
};

static void fill_and_compare(const struct kernels *kernels, void *context)
{
    struct isa_result *first = context;
    (void)kernels;
    for (int i = 0; i < GENERATORS; i++) {
        double out[ISA_NUMBERS];
        normals(generators[i], some_key, ISA_NUMBERS, out);
        if (first->filled)
            CHECK_SAME(out, first->normal[i], ISA_NUMBERS);
        else
            memcpy(first->normal[i], out, sizeof out);
    }
    first->filled = true;
}

static void test_same_bits_on_every_isa(void **state)
{
    struct isa_result first = {.filled = false};
    (void)state;
    assert_true(check_each_isa(fill_and_compare, &first) >= 1);
}

static void test_unknown_isa(void **state)
{
    struct random_stream stream;
    struct error error;
    (void)state;
    setenv("PNM_ISA", "nonsense", 1);
    const struct kernels *kernels = kernels_find(&error);
    const int status = random_init(&stream, generator("xoshiro"), some_key, &error);
    unsetenv("PNM_ISA");
    assert_null(kernels);
    CHECK_REFUSED("nonsense", status, &error, "PNM_ISA=nonsense");
    random_free(&stream);
}

/* An empty PNM_ISA is none. */
static void test_empty_isa(void **state)
{
    struct error error;
    (void)state;
    const struct kernels *best = kernels_find(&error);
    assert_non_null(best);
    setenv("PNM_ISA", "", 1);
    const struct kernels *found = kernels_find(&error);
    unsetenv("PNM_ISA");
    assert_ptr_equal(found, best);
}

/* --- statistics ------------------------------------------------------------------- */

/* A survey makes 20 tests, there are 4 surveys: 80 tests at check_alpha = 1e-9 give a
 * total false-alarm rate of 8e-8. With 4.2e7 numbers a variance that is off by 0.18 %,
 * or a correlation of 0.0013, is noticed with probability 0.99. */
enum { CHUNK = 1 << 16, BINS = 1 << 12, LAGS = 5, TAILS = 5 };

/* Inside a block, numbers 16 apart are the two of one pair; 32 apart, one lane's. */
static const size_t lags[LAGS] = {1, 16, 17, 32, 64};

struct survey {
    double count;
    double power[5];
    double product[LAGS], square_product[LAGS], pairs[LAGS];
    double beyond[TAILS + 1]; /* |x| > k */
    double bin[BINS];
};

static void survey_add(struct survey *s, const double *x)
{
    s->count += CHUNK;
    for (size_t i = 0; i < CHUNK; i++) {
        const double square = x[i] * x[i], size = fabs(x[i]);
        s->power[1] += x[i];
        s->power[2] += square;
        s->power[3] += square * x[i];
        s->power[4] += square * square;
        for (int k = 1; k <= TAILS; k++)
            s->beyond[k] += size > k;
        s->bin[(size_t)(gsl_cdf_ugaussian_P(x[i]) * BINS)]++;
    }
    for (int k = 0; k < LAGS; k++) {
        for (size_t i = lags[k]; i < CHUNK; i++) {
            const double a = x[i], b = x[i - lags[k]];
            s->product[k] += a * b;
            s->square_product[k] += (a * a - 1) * (b * b - 1);
        }
        s->pairs[k] += (double)(CHUNK - lags[k]);
    }
}

/* Counts are Poisson's where they are small, normal where they are large. */
static void survey_check_tail(const struct survey *s, int k)
{
    const double p = 2 * gsl_cdf_ugaussian_Q(k), expected = s->count * p;
    const unsigned seen = (unsigned)s->beyond[k];
    if (expected > 1e5) {
        CHECK_Z("tail", (s->beyond[k] - expected) / sqrt(expected * (1 - p)));
        return;
    }
    const double below = gsl_cdf_poisson_P(seen, expected);
    const double above = seen > 0 ? gsl_cdf_poisson_Q(seen - 1, expected) : 1;
    CHECK(fmin(below, above) >= check_alpha / 2,
          "%u numbers beyond %d, expected %g: P below %g, above %g", seen, k, expected,
          below, above);
}

/* Moments of N(0,1): means 0, 1, 0, 3 and variances 1, 2, 15, 96 of the powers. */
static void survey_check(const struct survey *s)
{
    static const double mean[] = {0, 0, 1, 0, 3}, variance[] = {0, 1, 2, 15, 96};
    double chi2 = 0;
    for (int k = 1; k <= 4; k++)
        CHECK_Z("moment",
                (s->power[k] / s->count - mean[k]) / sqrt(variance[k] / s->count));
    for (int k = 0; k < LAGS; k++) {
        CHECK_Z("lag", s->product[k] / sqrt(s->pairs[k]));
        CHECK_Z("lag of squares", s->square_product[k] / sqrt(4 * s->pairs[k]));
    }
    for (int k = 1; k <= TAILS; k++)
        survey_check_tail(s, k);
    for (int k = 0; k < BINS; k++) {
        const double expected = s->count / BINS;
        chi2 += (s->bin[k] - expected) * (s->bin[k] - expected) / expected;
    }
    CHECK_CHI2("bins", chi2, BINS - 1);
}

static void survey_stream(const char *name, int chunks)
{
    static double chunk[CHUNK];
    struct survey survey = {.count = 0};
    struct random_stream stream = stream_of(name, some_key);
    for (int i = 0; i < chunks; i++) {
        random_normal(&stream, CHUNK, chunk);
        survey_add(&survey, chunk);
    }
    random_free(&stream);
    survey_check(&survey);
}

static void test_statistics_of_xoshiro(void **state)
{
    (void)state;
    survey_stream("xoshiro", 640);
}

static void test_statistics_of_philox(void **state)
{
    (void)state;
    survey_stream("philox", 32);
}

static void test_statistics_of_gsl(void **state)
{
    (void)state;
    survey_stream("gsl:mt19937", 32);
}

/* Neighbours in a chunk come from neighbouring units: correlation between streams. */
static void test_statistics_across_units(void **state)
{
    enum { UNITS = 1024, EACH = CHUNK / UNITS };
    static double chunk[CHUNK];
    struct survey survey = {.count = 0};
    struct random_key key = some_key;
    (void)state;
    for (int i = 0; i < 64; i++) {
        for (int unit = 0; unit < UNITS; unit++) {
            double own[EACH];
            normals("xoshiro", key, EACH, own);
            for (int k = 0; k < EACH; k++)
                chunk[k * UNITS + unit] = own[k];
            key.unit++;
        }
        survey_add(&survey, chunk);
    }
    survey_check(&survey);
}

/* Seeds of 64 bits are more than many of GSL's generators take: some crash on them or
 * leave the range of their numbers. */
static void every_gsl_generator_takes_our_seeds(void **state)
{
    (void)state;
    enum { STREAMS = 30, DRAWS = 400 };
    for (const gsl_rng_type **type = gsl_rng_types_setup(); *type; type++) {
        const struct random_generator own = {RANDOM_GSL, *type};
        double mean = 0;
        for (uint64_t unit = 0; unit < STREAMS; unit++) {
            const struct random_key key = {1, RANDOM_TEST, 5, unit};
            struct random_stream stream;
            struct error error;
            CHECK(random_init(&stream, own, key, &error) == STATUS_OK, "%s",
                  error.text);
            for (int k = 0; k < DRAWS; k++) {
                const double u = gsl_rng_uniform(stream.gsl);
                CHECK(u >= 0 && u < 1, "%s: %g", (*type)->name, u);
                mean += u / (STREAMS * DRAWS);
            }
            random_free(&stream);
        }
        /* Some are poor, but none is far off. */
        CHECK(fabs(mean - 0.5) < 0.05, "%s: %g", (*type)->name, mean);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox_known_answers),
        cmocka_unit_test(test_xoshiro_known_answers),
        cmocka_unit_test(test_lanes),
        cmocka_unit_test(test_philox_stream),
        cmocka_unit_test(test_gsl_stream),
        cmocka_unit_test(test_box_muller_random_words),
        cmocka_unit_test(test_box_muller_extreme_words),
        cmocka_unit_test(test_known_normals),
        cmocka_unit_test(test_known_hash),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_words_and_normals),
        cmocka_unit_test(test_key),
        cmocka_unit_test(test_key_of_gsl),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_generator_names),
        cmocka_unit_test(test_same_bits_on_every_isa),
        cmocka_unit_test(test_unknown_isa),
        cmocka_unit_test(test_empty_isa),
        cmocka_unit_test(test_statistics_of_xoshiro),
        cmocka_unit_test(test_statistics_of_philox),
        cmocka_unit_test(test_statistics_of_gsl),
        cmocka_unit_test(test_statistics_across_units),
        cmocka_unit_test(every_gsl_generator_takes_our_seeds),
    };
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
