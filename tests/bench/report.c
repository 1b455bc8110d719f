/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static void processor_name(size_t size, char *name)
{
    FILE *info = fopen("/proc/cpuinfo", "r");
    char line[256];
    snprintf(name, size, "unknown");
    while (info && fgets(line, sizeof line, info)) {
        const char *colon = strchr(line, ':');
        if (colon && strncmp(line, "model name", 10) == 0) {
            line[strcspn(line, "\n")] = '\0';
            snprintf(name, size, "%s", colon + 2);
            break;
        }
    }
    if (info)
        fclose(info);
}

double report_load(void)
{
    FILE *file = fopen("/proc/loadavg", "r");
    double load = NAN;
    if (file) {
        if (fscanf(file, "%lf", &load) != 1)
            load = NAN;
        fclose(file);
    }
    return load;
}

void report_csv_begin(FILE *csv, const char *peers, double gigahertz,
                      const double load[2])
{
    char processor[128];
    processor_name(sizeof processor, processor);
    fprintf(csv, "# pnmlab bench %s\n", PNM_VERSION);
    fprintf(csv, "# machine: %s, %ld processors\n", processor,
            sysconf(_SC_NPROCESSORS_ONLN));
#ifdef __clang__
    fprintf(csv, "# compiler: %s\n", __VERSION__);
#else
    fprintf(csv, "# compiler: gcc %s\n", __VERSION__);
#endif
    fprintf(csv, "# peers: %s\n", peers);
    fprintf(csv, "# clock: %.3f GHz\n", gigahertz);
    fprintf(csv, "# load before and after: %.2f %.2f\n", load[0], load[1]);
    fprintf(csv,
            "# seconds: of the whole task; projected: from ns and the exact plan\n");
    fprintf(csv, "# ns, ratio: medians over rounds; _q1, _q3: quartiles\n");
    fprintf(csv, "section,what,rule,d,replicas,threads,isa,ns,ns_q1,ns_q3,ratio_to,"
                 "ratio,ratio_q1,ratio_q3,steps,cycles,seconds,processors,rounds,at,"
                 "effective,precision,samples,gain,projected\n");
}

/* An empty cell where there is no number. */
static void cell(FILE *csv, double x)
{
    if (isnan(x))
        fputc(',', csv);
    else
        fprintf(csv, "%.5g,", x);
}

static void count_cell(FILE *csv, uint64_t x)
{
    if (x > 0)
        fprintf(csv, "%llu", (unsigned long long)x);
    fputc(',', csv);
}

/* Of a variance to a precision; others leave them empty. */
static void task_cells(FILE *csv, const struct contender *c)
{
    const bool any = c->precision > 0, is_projected = c->projected > 0;
    const double nothing = NAN;
    fprintf(csv, "%s,", any ? c->at : "");
    cell(csv, any ? c->effective : nothing);
    cell(csv, any ? c->precision : nothing);
    cell(csv, !any ? nothing : is_projected ? c->projected : c->units);
    cell(csv, any ? c->gain : nothing);
    fprintf(csv, "%s\n", !any ? "" : is_projected ? "yes" : "no");
}

void report_csv(FILE *csv, const struct contest *contest, double gigahertz)
{
    for (int k = 0; k < contest->count; k++) {
        const struct contender *c = &contest->list[k];
        const struct spread ns = contest_ns(c), ratio = contest_ratio(c);
        if (c->trouble[0])
            continue;
        fprintf(csv, "%s,%s,%s,", contest->section, c->what, c->rule);
        count_cell(csv, c->d);
        count_cell(csv, c->replicas);
        fprintf(csv, "%d,%s,", c->threads, c->isa);
        cell(csv, ns.median);
        cell(csv, ns.q1);
        cell(csv, ns.q3);
        fprintf(csv, "%s,", isnan(ratio.median) ? "" : c->ratio_to);
        cell(csv, ratio.median);
        cell(csv, ratio.q1);
        cell(csv, ratio.q3);
        count_cell(csv, c->steps);
        cell(csv, ns.median * gigahertz);
        cell(csv, contest_seconds(c).median);
        cell(csv, contest_processors(c));
        fprintf(csv, "%d,", contest_rounds(c));
        task_cells(csv, c);
    }
}

static void count_column(uint64_t x, int width)
{
    if (x > 0)
        printf(" %*llu", width, (unsigned long long)x);
    else
        printf(" %*s", width, "");
}

static void row(const struct contender *c, double gigahertz)
{
    const struct spread ns = contest_ns(c), ratio = contest_ratio(c);
    printf("%-20s %-10s", c->what, c->rule);
    count_column(c->d, 7);
    count_column(c->replicas, 8);
    count_column(c->steps, 8);
    printf(" %3d %-4s ", c->threads, c->isa);
    if (c->trouble[0]) {
        printf("%s\n", c->trouble);
        return;
    }
    printf("%9.4g %9.4g %9.4g %9.4g %9.3g", ns.median, ns.q1, ns.q3,
           ns.median * gigahertz, ns.median * c->units * 1e-9);
    if (!isnan(ratio.median))
        printf("  %7.3g (%.3g to %.3g) x %s", ratio.median, ratio.q1, ratio.q3,
               c->ratio_to);
    if (contest_processors(c) < 0.9 * c->threads)
        printf("; had only %.2f processors", contest_processors(c));
    else if (contest_rounds(c) < c->rounds)
        printf("; %d of %d rounds", contest_rounds(c), c->rounds);
    printf("\n");
}

void report_table(const struct contest *contest, double gigahertz)
{
    printf("\n%s\n", contest->title);
    printf("%-20s %-10s %7s %8s %8s %3s %-4s %9s %9s %9s %9s %9s  %s\n", "what", "rule",
           "d", "replicas", "steps", "thr", "isa", "ns", "ns_q1", "ns_q3", "cycles",
           "seconds", "ratio (quartiles)");
    for (int k = 0; k < contest->count; k++)
        row(&contest->list[k], gigahertz);
    fflush(stdout);
}
