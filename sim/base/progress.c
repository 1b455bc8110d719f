/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/progress.h"

#include "base/ranks.h"
#include "base/terminal.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

static double seconds_between(struct timespec from, struct timespec to)
{
    return (double)(to.tv_sec - from.tv_sec) +
           1e-9 * (double)(to.tv_nsec - from.tv_nsec);
}

static void begin(struct progress_command *command)
{
    if (command->begun)
        return;
    command->begun = true;
    clock_gettime(CLOCK_MONOTONIC, &command->start);
    command->last = command->start;
}

/* The share of a row of which this many runs are done. */
static double share_of_row(const struct progress_command *command, double runs)
{
    if (command->rows == 0)
        return fmin(runs, 1);
    if (!command->alike)
        return 0;
    return fmin(runs / fmax((double)command->expected, 1), 1);
}

enum progress_known progress_known(const struct progress_command *command)
{
    const uint64_t expected = command->expected > 0 ? command->expected : 1;
    if ((command->alike || command->rows == 0) && command->run < expected)
        return PROGRESS_LEFT;
    return command->rows > 1 ? PROGRESS_SHARE : PROGRESS_TIME;
}

double progress_share(struct progress_command *command, double part)
{
    const double row = share_of_row(command, (double)command->run + part);
    const double share = ((double)command->row + row) / fmax((double)command->rows, 1);
    command->share = fmax(command->share, share);
    return command->share;
}

/* Writes "0:01:40" and the word. */
static void put_time(double seconds, const char *word, size_t size, char *text)
{
    snprintf(text, size, "%.0f:%02.0f:%02.0f %s", floor(seconds / 3600),
             floor(fmod(seconds, 3600) / 60), floor(fmod(seconds, 60)), word);
}

/* Shows the line, five times a second at most. */
static void show(struct progress_command *command, const char *label, double share)
{
    struct timespec now;
    char line[240], percent[20] = "", time[40] = "", place[80] = "";
    const size_t width = terminal_width(STDERR_FILENO);
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (seconds_between(command->last, now) < 0.2)
        return;
    command->last = now;
    const enum progress_known known = progress_known(command);
    const double elapsed = seconds_between(command->start, now);
    const double gained = share - command->found;
    const double left = elapsed * (1 - share) / fmax(gained, 1e-9);
    if (known != PROGRESS_TIME)
        snprintf(percent, sizeof percent, "%.0f %%", fmin(floor(100 * share), 99));
    /* Of the first thousandth nothing follows. */
    if (known != PROGRESS_LEFT)
        put_time(elapsed, "so far", sizeof time, time);
    else if (gained > 1e-3 && left < 1e7)
        put_time(left, "left", sizeof time, time);
    if (command->rows > 1)
        snprintf(place, sizeof place, "%.20s %llu of %llu: ", command->what,
                 (unsigned long long)command->row + 1,
                 (unsigned long long)command->rows);
    snprintf(line, sizeof line, "%s%s%s; %s%.60s", percent,
             percent[0] && time[0] ? ", " : "", time, place, label);
    /* The last place stays empty, so that no terminal begins a new line. */
    fprintf(stderr, "\r%.*s\033[K", (int)fmin(fmax((double)width, 2) - 1, 190), line);
    fflush(stderr);
    command->standing = true;
}

void progress_row(struct progress_command *command, const char *what, bool alike,
                  const char *label, uint64_t row, uint64_t rows)
{
    begin(command);
    if (row > command->row)
        command->expected = alike ? command->run : 0;
    command->what = what;
    command->alike = alike;
    command->label = label;
    command->row = row;
    command->rows = rows;
    command->run = 0;
    if (label && !command->hidden && ranks_is_terminal(STDERR_FILENO))
        show(command, label, progress_share(command, 0));
}

void progress_start(struct progress *progress, struct progress_command *command,
                    const char *label, uint64_t total, uint64_t done)
{
    *progress = (struct progress){.label = label, .total = total, .done = done};
    progress->command = command ? command : &progress->own;
    command = progress->command;
    progress->shown = label && !command->hidden && ranks_is_terminal(STDERR_FILENO);
    const bool first = !command->begun || (command->row == 0 && command->run == 0);
    begin(command);
    if (first && total > 0)
        command->found = progress_share(command, (double)done / (double)total);
}

void progress_step(struct progress *progress, uint64_t units)
{
    progress->done += units;
    if (!progress->shown)
        return;
    /* Each rank estimates what the others have done and may overestimate a little. */
    const double part = fmin((double)progress->done / (double)progress->total, 1);
    struct progress_command *command = progress->command;
    show(command, command->label ? command->label : progress->label,
         progress_share(command, part));
}

void progress_end(struct progress *progress)
{
    progress->command->run++;
    if (progress->command->standing)
        fprintf(stderr, "\r\033[K");
    progress->command->standing = false;
}
