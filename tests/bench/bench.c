/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench.c: how fast the simulation is, beside what else one would use, and beside what
 * the processor can do. See README.md in this folder. */
#include "engine/kernels.h"
#include "report.h"
#include "sections.h"
#include "serve.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTIONS = 7 };

static const struct {
    const char *name;
    int (*run)(struct bench *bench, struct contest *contest);
} sections[SECTIONS] = {
    {"generator", section_generator}, {"engine", section_engine},
    {"filters", section_filters},     {"growth", section_growth},
    {"precision", section_precision}, {"exact", section_exact},
    {"network", section_network},
};

struct options {
    const char *csv, *python, *script, *only;
    bool quick, serve;
};

static void usage(void)
{
    fprintf(stderr, "usage: bench [--quick] [--only SECTION] --csv FILE "
                    "--python PROGRAM --peers SCRIPT\n"
                    "       bench --serve\n"
                    "sections:");
    for (int k = 0; k < SECTIONS; k++)
        fprintf(stderr, " %s", sections[k].name);
    fprintf(stderr, "\n");
    exit(64);
}

static struct options read_options(int count, char **words)
{
    struct options o = {0};
    for (int k = 1; k < count; k++) {
        const bool more = k + 1 < count;
        if (strcmp(words[k], "--quick") == 0)
            o.quick = true;
        else if (strcmp(words[k], "--serve") == 0)
            o.serve = true;
        else if (more && strcmp(words[k], "--csv") == 0)
            o.csv = words[++k];
        else if (more && strcmp(words[k], "--python") == 0)
            o.python = words[++k];
        else if (more && strcmp(words[k], "--peers") == 0)
            o.script = words[++k];
        else if (more && strcmp(words[k], "--only") == 0)
            o.only = words[++k];
        else
            usage();
    }
    if (!o.serve && !(o.csv && o.python && o.script))
        usage();
    return o;
}

/* One process for each instruction set that the processor has, best first. Where the
 * user named one with PNM_ISA there is only that. */
static void start_own(struct bench *bench, const char *program)
{
    static const char *const names[] = {"v4", "v3", "base"};
    const char *const arguments[] = {program, "--serve", NULL};
    const char *wanted = getenv("PNM_ISA");
    for (int k = 0; k < 3; k++) {
        struct process *process = &bench->own[bench->isas];
        if (wanted && *wanted && strcmp(wanted, names[k]) != 0)
            continue;
        process_start(process, arguments, names[k]);
        if (process_ask(process, "isa").ok)
            bench->isa[bench->isas++] = names[k];
        else
            process_end(process);
    }
    if (bench->isas == 0) {
        fprintf(stderr, "bench: no kernels for PNM_ISA=%s\n", wanted ? wanted : "");
        exit(64);
    }
}

static void start_peers(struct bench *bench, const struct options *o, size_t size,
                        char *versions)
{
    const char *const arguments[] = {o->python, o->script, NULL};
    process_start(&bench->peers, arguments, NULL);
    const struct answer numpy = process_ask(&bench->peers, "version numpy-SFC64");
    const struct answer torch = process_ask(&bench->peers, "version torch");
    snprintf(versions, size, "numpy %s, torch %s", numpy.text, torch.text);
}

static FILE *open_csv(const char *path)
{
    FILE *csv = fopen(path, "w");
    if (!csv) {
        perror(path);
        exit(74);
    }
    return csv;
}

int main(int count, char **words)
{
    static struct contest contests[SECTIONS];
    struct bench bench = {0};
    char versions[300];
    double load[2] = {report_load(), NAN};
    const struct options o = read_options(count, words);
    if (o.serve)
        return serve();
    int wrong = 0;
    FILE *csv = open_csv(o.csv);
    signal(SIGPIPE, SIG_IGN);
    bench.quick = o.quick;
    bench.threads = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 2 : 1;
    bench.gigahertz = NAN;
    start_own(&bench, words[0]);
    start_peers(&bench, &o, sizeof versions, versions);
    printf("%s; load %.2f%s\n", versions, load[0],
           load[0] > 0.3 ? ": this machine has other work, look at the quartiles" : "");
    for (int k = 0; k < SECTIONS; k++)
        if (!o.only || strcmp(o.only, sections[k].name) == 0)
            wrong += sections[k].run(&bench, &contests[k]);
    load[1] = report_load();
    report_csv_begin(csv, versions, bench.gigahertz, load);
    for (int k = 0; k < SECTIONS; k++)
        report_csv(csv, &contests[k], bench.gigahertz);
    for (int k = 0; k < bench.isas; k++)
        process_end(&bench.own[k]);
    process_end(&bench.peers);
    if (fclose(csv) != 0) {
        perror(o.csv);
        return 74;
    }
    if (wrong > 0)
        fprintf(stderr, "bench: %d wrong results\n", wrong);
    return wrong > 0 ? 1 : 0;
}
