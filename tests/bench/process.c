/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "process.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void stop(const char *what)
{
    perror(what);
    exit(1);
}

static void become(const char *const *arguments, const char *isa, int in, int out)
{
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        (isa && setenv("PNM_ISA", isa, 1) != 0))
        _exit(127);
    /* execvp changes nothing; its type is older than const. */
    execvp(arguments[0], (char *const *)arguments);
    perror(arguments[0]);
    _exit(127);
}

void process_start(struct process *process, const char *const *arguments,
                   const char *isa)
{
    int to[2], from[2];
    if (pipe(to) != 0 || pipe(from) != 0)
        stop("pipe");
    /* A later process must not hold this one's pipes open. */
    fcntl(to[1], F_SETFD, FD_CLOEXEC);
    fcntl(from[0], F_SETFD, FD_CLOEXEC);
    process->pid = fork();
    if (process->pid < 0)
        stop("fork");
    if (process->pid == 0)
        become(arguments, isa, to[0], from[1]);
    close(to[0]);
    close(from[1]);
    process->to = fdopen(to[1], "w");
    process->from = fdopen(from[0], "r");
    if (!process->to || !process->from)
        stop("fdopen");
}

struct answer process_ask(struct process *process, const char *command)
{
    struct answer answer = {NAN, NAN, NAN, NAN, NAN, NAN, "", false};
    char line[400], text[120] = "";
    if (fprintf(process->to, "%s\n", command) < 0 || fflush(process->to) != 0 ||
        !fgets(line, sizeof line, process->from)) {
        snprintf(answer.text, sizeof answer.text, "no answer");
        return answer;
    }
    line[strcspn(line, "\n")] = '\0';
    answer.ok =
        sscanf(line, "%lf %lf %119s %lf %lf %lf", &answer.seconds, &answer.value, text,
               &answer.processors, &answer.samples, &answer.gain) >= 1;
    answer.se = strtod(text, NULL);
    snprintf(answer.text, sizeof answer.text, "%.119s", answer.ok ? text : line);
    return answer;
}

void process_end(struct process *process)
{
    fclose(process->to);
    fclose(process->from);
    waitpid(process->pid, NULL, 0);
}
