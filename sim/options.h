/* options.h: one table of parameters for command line, help and result header.
 *
 * A program names the groups of shared options that it takes and adds its own. The
 * options of update rules come from the rules themselves. */
#ifndef PNM_OPTIONS_H
#define PNM_OPTIONS_H

#include "error.h"
#include "kernels.h"
#include "optimizer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
    OPTION_TEXT,
    OPTION_REAL,   /* a number in low..high */
    OPTION_COUNT,  /* a whole number in low..high */
    OPTION_CHOICE, /* one of `argument`, "a|b|c" */
    OPTION_FLAG,   /* takes no argument */
};

struct option_spec {
    const char *name; /* without the dashes */
    enum option_kind kind;
    const char *argument; /* as help shows it: "VALUE" */
    const char *preset;   /* default as text; NULL: none */
    double low, high;
    bool low_open;
    bool required;
    bool unrecorded; /* does not change the numbers: left out of result headers */
    const char *doc;
};

enum option_group {
    OPTIONS_RULE = 1,     /* --optimizer and the parameters of the rules */
    OPTIONS_LOSS = 2,     /* spectrum, noise, batch, start, theta-star */
    OPTIONS_CHAINS = 4,   /* replicas, steps, burn-in, allow-divergence */
    OPTIONS_SAMPLING = 8, /* precision, max-samples, seed, rng, threads, ... */
    OPTIONS_OUTPUT = 16,  /* format, output */
    OPTIONS_DECAY = 32,   /* weight-decay, decay, schedule */
};

struct program {
    const char *name;
    const char *summary; /* help: first lines */
    const char *notes;   /* help: after the options */
    unsigned groups;
    bool judges;     /* its exit status follows verdicts */
    bool plans_rate; /* a learning rate that is not given is NAN, not an error */
    bool no_rate;    /* the learning rate is NAN and cannot be given */
    bool linear;     /* it runs linear rules alone: those are --optimizer all */
    const struct option_spec *own;
    size_t own_count;
    /* Presets that differ from the shared ones, NULL where they do not. */
    const char *max_samples, *optimizer;
};

enum { OPTIONS_MAX = 96 };

struct option_value {
    struct option_spec option;
    const char *text; /* as given, or the preset; NULL if neither */
    char words[40];   /* option.argument of a rule's parameter that takes words */
    bool given;
    double real;
    uint64_t count;
};

/* Not to be copied: it points into itself. */
struct options {
    const struct program *program;
    const struct kernels *kernels;
    struct option_value value[OPTIONS_MAX];
    size_t count;
};

/* Parses the command line. STATUS_OK; OPTIONS_DONE if --help or --version was answered;
 * STATUS_USAGE with an error text (empty if the message is out already). */
enum { OPTIONS_DONE = 1 };
PNM_MUST_USE int options_parse(struct options *options, const struct program *program,
                               int argc, char **argv, struct error *error);

/* Values by name; the option must be in the program's table. */
const char *options_text(const struct options *options, const char *name);
bool options_given(const struct options *options, const char *name);
double options_real(const struct options *options, const char *name);
uint64_t options_count(const struct options *options, const char *name);
bool options_flag(const struct options *options, const char *name);

#endif
