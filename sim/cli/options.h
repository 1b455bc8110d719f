/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options.h: one table of options serves command line, help, manual, completion, files
 * of options and result headers. It also states which member of the program's request
 * (request.h) each option fills.
 *
 * A program names the groups of shared options that it takes and adds its own. The
 * options of update rules and of losses come from the rules and losses themselves. */
#ifndef PNM_OPTIONS_H
#define PNM_OPTIONS_H

#include "base/error.h"
#include "base/parse.h"
#include "base/text.h"
#include "rules/rule.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
    OPTION_TEXT,
    OPTION_REAL,   /* a number in low..high */
    OPTION_COUNT,  /* a whole number in low..high */
    OPTION_CHOICE, /* one of `forms`, or of `argument`, "a|b|c" */
    OPTION_FLAG,   /* takes no argument */
    OPTION_GRID,   /* one number, a list of them, or linear:LO:HI:N, log:LO:HI:N */
};

/* A member of a request. Its type goes with the kind of the option that fills it. */
enum field_type {
    FIELD_NONE,
    FIELD_TEXT,  /* const char *: the text as given; valid as long as the options are */
    FIELD_REAL,  /* double */
    FIELD_COUNT, /* uint64_t */
    FIELD_CHOICE, /* an enum: the index of the word among the choices, from 0 */
    FIELD_FLAG,   /* bool */
    FIELD_GRID,   /* struct numbers */
};

struct option_field {
    enum field_type type;
    size_t offset;
};

/* .field = OPTION_FIELD(struct request, sampling.seed): the type is the member's own.
 */
#define OPTION_FIELD(record, member)                                                     \
    {                                                                                    \
        .type = _Generic(((record *)0)->member,                                        \
                bool: FIELD_FLAG,                                                      \
                double: FIELD_REAL,                                                    \
                uint64_t: FIELD_COUNT,                                                 \
                int: FIELD_CHOICE,                                                     \
                unsigned: FIELD_CHOICE,                                                \
                const char *: FIELD_TEXT,                                              \
                struct numbers: FIELD_GRID),                                           \
        .offset = offsetof(record, member) \
    }

/* The forms of --spectrum, which programs with and without noise take. */
#define OPTION_SPECTRUM_FORMS                                                          \
    "const:VALUE:N|linear:LO:HI:N|log:LO:HI:N|power:P:N|file:PATH"

/* The option --flat of programs that take a spectrum. */
#define SHARED_OPTION_FLAT                                                             \
    {                                                                                  \
        .name = "flat", .argument = "keep|drop|clip:EPS",                              \
        .forms = "keep|drop|clip:EPS",                                                 \
        .doc = "keep curvatures that are not > 0, which are refused otherwise, drop "  \
               "their modes, or raise all below EPS to EPS",                           \
    }

/* The option --noise-law of programs that sample with noise of other laws too. */
#define SHARED_OPTION_NOISE_LAW                                                        \
    {                                                                                  \
        .name = "noise-law", .argument = "LAW",                                        \
        .forms = "gaussian|student:NU|stable:ALPHA", .preset = "gaussian",             \
        .doc =                                                                         \
            "law of the noise: gaussian, student:NU (Student's t of the same "         \
            "covariance, more than 4 degrees of freedom) or stable:ALPHA "             \
            "(symmetric, exponent ALPHA from 0.5 to 2, without a variance below 2; "   \
            "the scale is the one at which ALPHA = 2 is Gaussian of covariance C)",    \
    }

/* The option --data of programs that take --loss least-squares. */
#define SHARED_OPTION_DATA                                                             \
    {                                                                                  \
        .name = "data", .files = OPTION_READS, .argument = "FILE",                     \
        .doc = "with least-squares, in place of --spectrum: examples are drawn with "  \
               "replacement from the rows of a file, .npy or numbers separated by "    \
               "commas or blanks, perhaps below a line of names. The last column is "  \
               "the target, the others are features; no intercept is added. Modes "    \
               "are the eigenvectors of H = X'X/N, and theta* is the minimum. Linear " \
               "rules have exact laws for up to 50 features and N n^2 (n + 1)^2 <= "   \
               "8e10; beyond, all is simulated",                                       \
    }

/* What becomes of the files that an option's value names. The value is such a name, a
 * list of them ("FILE[,FILE...]", - for standard output), a word or a name
 * ("auto|FILE"), or names one behind "file:" or "csv:", as `argument` and `forms` say.
 */
enum option_file {
    OPTION_READS = 1,
    OPTION_WRITES = 2,
    OPTION_CONTINUES = 4, /* a checkpoint, which one run may read and replace */
    OPTION_RESULT = 8,    /* the results, which go to standard output if not given */
};

struct options;
struct program;
struct request;
struct table;
struct tally;

struct option_spec {
    const char *name;    /* without the dashes */
    const char *aliases; /* other names, "a|b", which are read but never written */
    char letter;         /* -o for --output; 0: none */
    enum option_kind kind;
    struct option_field field; /* filled by the value; none: sim/cli reads the text */
    struct option_field given; /* a bool that becomes whether the option was given */
    const char *argument;      /* as help shows it: "VALUE" */
    /* For completion, if `argument` does not tell: the forms "a|b:REST" of a value, or
     * a function that returns the i-th word that it may be, NULL after the last. */
    const char *forms;
    const char *(*word)(const struct program *program, size_t i);
    const char *preset; /* default as text; NULL: none */
    const char *bare;   /* the value if none is given; NULL: a value is required */
    double low, high;
    bool low_open;
    bool required;
    const char *unless;   /* the option by which a required one need not be given */
    bool unrecorded;      /* not in result headers: it does not change the numbers */
    bool presence_counts; /* giving the preset differs from not giving the option */
    bool transient;       /* only for the command line, not for files of options */
    bool moved;     /* another program's by now; old commands and files may give it, but
                       help, manual page and completions do not show it */
    bool samples;   /* about sampling alone, which --exact rules out */
    bool searches;  /* a search finds each row: a plot asks for no others */
    unsigned files; /* enum option_file; 0: the value names no file */
    const char *doc;
    const char *brief; /* doc in a few words, for -h; NULL: how doc begins */
};

enum option_group {
    OPTIONS_RULE = 1,       /* --optimizer and the parameters of the rules */
    OPTIONS_QUADRATIC = 2,  /* spectrum, noise, batch, start, theta-star */
    OPTIONS_CHAINS = 4,     /* chains, steps, burn-in, allow-divergence */
    OPTIONS_SAMPLING = 8,   /* seed, rng, threads, ...; with it OPTIONS_PLANNING */
    OPTIONS_OUTPUT = 16,    /* format, output */
    OPTIONS_DECAY = 32,     /* weight-decay, decay, schedule */
    OPTIONS_PLOT = 64,      /* plot */
    OPTIONS_LOSS = 128,     /* loss, dim and the losses' parameters */
    OPTIONS_FILES = 256,    /* config, rerun, dump-config; needs OPTIONS_OUTPUT */
    OPTIONS_OWN = 512,      /* the program's own; always there */
    OPTIONS_EXACT = 1024,   /* exact: of programs with columns that need no sampling */
    OPTIONS_COLUMNS = 2048, /* columns: of programs with COLUMN_PLAIN */
    OPTIONS_EPOCHS = 4096,  /* sampling, train-size; needs OPTIONS_QUADRATIC */
    OPTIONS_PLANNING = 8192 /* precision, max-samples, control */
};

/* The headings under which help shows options. */
enum option_topic {
    TOPIC_RULE,
    TOPIC_PROBLEM,
    TOPIC_OWN,
    TOPIC_RUN,
    TOPIC_OUTPUT,
    TOPICS
};

/* A command that README.md shows, on one line. */
struct program_example {
    const char *text; /* what it does; NULL after the last */
    const char *command;
};

struct program {
    const char *name;
    const char *title;   /* manual: a few words that follow the name */
    const char *summary; /* help: first lines */
    const char *notes;   /* help: after the options */
    unsigned groups;
    bool arrays;     /* its tables may be written as arrays of NumPy */
    bool judges;     /* its exit status follows the tally */
    bool plans_rate; /* a learning rate that is not given is NAN, not an error */
    bool no_rate;    /* the learning rate is NAN and cannot be given */
    bool unplanned;  /* samples what it is told to: no OPTIONS_PLANNING */
    bool linear;     /* runs linear rules only */
    bool sampled;    /* runs only rules that take samples of the gradient alone */
    /* Sets presence_counts of all rules' parameters: the program searches those that
     * are not given. */
    bool presence_counts;
    const struct option_spec *own;
    size_t own_count;
    /* Options of its own that another program has too; they come before the others. */
    const struct option_spec *common;
    size_t common_count;
    /* Options that another program has by now. They are `moved` and without a preset.
     */
    const struct option_spec *moved;
    size_t moved_count;
    /* Size of the program's request, whose first member is a struct request; 0: it is a
     * struct request. */
    size_t request_size;
    /* Fills the table, which is zeroed, and counts the rows' verdicts. */
    int (*answer)(const struct request *request, struct table *table,
                  struct tally *tally, struct error *error);
    /* Appends the grid that a rule's parameter takes if it is not given; appending
     * nothing leaves the rule's default. The request holds everything but the rules.
     * May be NULL. */
    void (*grid)(const struct request *request, const char *parameter,
                 struct text *text);
    /* Presets of shared options that differ in this program; NULL: they do not. */
    const char *max_samples, *optimizer;
    const struct program_example *examples; /* three or more */
    const char *main;     /* options of its own that -h shows, "a|b"; NULL: none */
    const char *see_also; /* manual: related programs in alphabetical order */
};

/* Whether the program can run rules of that kind: --optimizer all means those. */
static inline bool program_takes(const struct program *program,
                                 const struct rule_kind *kind)
{
    return (kind->linear || !program->linear) &&
           !(kind->exact_gradient && program->sampled);
}

struct option_value {
    struct option_spec option;
    enum option_topic topic;
    const char *text; /* as given, or the preset; NULL if neither */
    char *words;      /* memory of option.argument, if a rule's parameter takes words */
    bool given;
    char *owned;        /* memory of text, if it comes from a file */
    const char *file;   /* the file that text comes from; NULL: the command line */
    unsigned long line; /* line of the file; 0: unknown */
    double real;
    uint64_t count;
};

struct options {
    const struct program *program;
    struct option_value
        *value; /* value[count]: the options of the program and of all rules */
    size_t count, capacity;
    char **words; /* the command line as argp reads it; NULL after the last */
};

/* Makes the program's table with its presets. STATUS_USAGE, STATUS_MEMORY; options_free
 * is legal after a failure. */
PNM_MUST_USE int options_table_init(struct options *options,
                                    const struct program *program, struct error *error);

/* Legal after a failed options_parse and on zeroed options. */
void options_free(struct options *options);

/* Parses the command line, and the files of options that it names. STATUS_OK;
 * OPTIONS_DONE if -h, --help, --help=RULE or --version was answered, or --help=man,
 * --help=bash or --help=zsh, with which make writes manual pages and completions;
 * STATUS_USAGE with an error text, which is empty if the message is printed already. */
enum { OPTIONS_DONE = 1 };
PNM_MUST_USE int options_parse(struct options *options, const struct program *program,
                               int argc, char **argv, struct error *error);

/* Whether that is the option's name or another name of it. */
bool option_is_called(const struct option_spec *option, const char *name);

/* The option of that name, or else one that is also called so; NULL if there is none.
 */
struct option_value *options_find(const struct options *options, const char *name);

/* Reads value->text according to the option's kind. STATUS_USAGE. */
PNM_MUST_USE int options_read(struct option_value *value, struct error *error);

/* Appends the range, "a number > 0 and <= 1"; nothing for an option that takes text. */
void options_range(const struct option_spec *option, struct text *text);

/* True if neither the command line nor a file has set the option. */
bool options_is_open(const struct option_value *value);

/* Sets an option that is not set yet to the value in a line of a file. text NULL: the
 * file turns a flag off. STATUS_USAGE, STATUS_MEMORY. */
PNM_MUST_USE int options_give(struct option_value *value, const char *text,
                              const char *file, unsigned long line,
                              struct error *error);

/* Fills the members of a request that options name; those of options without a value
 * stay as they are. Grids are freed by options_empty. STATUS_USAGE, STATUS_MEMORY. */
PNM_MUST_USE int options_fill(const struct options *options, struct request *request,
                              struct error *error);
void options_empty(const struct options *options, struct request *request);

/* Appends the error with its option, "--lr: 2 is unstable", or with the file and line
 * that the option's value comes from. */
void options_describe_error(const struct options *options, const struct error *error,
                            struct text *text);

/* Values by name, for sim/cli alone; the option must be in the program's table. */
const char *options_text(const struct options *options, const char *name);
bool options_given(const struct options *options, const char *name);
double options_real(const struct options *options, const char *name);
uint64_t options_count(const struct options *options, const char *name);
bool options_flag(const struct options *options, const char *name);

#endif
