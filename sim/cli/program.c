/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/program.h"

#include "base/interrupt.h"
#include "base/lines.h"
#include "base/ranks.h"
#include "base/tally.h"
#include "cli/config.h"
#include "cli/exact_only.h"
#include "cli/option_files.h"
#include "cli/plot_fine.h"
#include "cli/request.h"
#include "cli/result.h"
#include "cli/table.h"

#include <errno.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One run: what was asked, and the answer. */
struct run {
    struct options options;
    struct request *request;
    struct table table;
    struct tally tally;
};

/* Adds the header to the table, with the place at which the session ended sampling
 * early, if it did. */
static int note(struct run *run, struct error *error)
{
    const struct session *session = &run->request->session;
    char place[64];
    snprintf(place, sizeof place, "%llu:%llu",
             (unsigned long long)session->stopped_at.run,
             (unsigned long long)session->stopped_at.unit);
    return result_note(&run->options, session->stopped ? place : NULL, &run->table,
                       error);
}

/* Whether the options are to be printed, and nothing is to run. */
static bool dumps(const struct options *options)
{
    return (options->program->groups & OPTIONS_OUTPUT) &&
           options_flag(options, "dump-config");
}

/* Shows on a terminal the rows that were finished before a signal. Files stay as they
 * were: they are whole or old. */
static void tell_finished(struct run *run)
{
    const struct request_output *output = &run->request->output;
    struct error ignored;
    if (output->files || !ranks_is_terminal(STDOUT_FILENO) ||
        (output->format_given && output->format != REQUEST_TABLE) ||
        table_rows(&run->table) == 0)
        return;
    interrupt_hold();
    run->request->output.plot = NULL;
    text_clear(&run->table.prose);
    text_clear(&run->table.closing);
    text_add(&run->table.closing,
             "interrupted: the rows above were finished, the others are missing\n");
    int status = exact_only_finish(run->request, &run->table, &ignored);
    if (output->columns != REQUEST_COLUMNS_PLAIN)
        table_leave_out(&run->table, COLUMN_PLAIN);
    if (status == STATUS_OK)
        status = table_reasons(&run->table, &ignored);
    if (status == STATUS_OK)
        status = result_write(&run->options, run->request, &run->table, NULL, &ignored);
    (void)status; /* the signal is what is reported */
    interrupt_release();
}

static int answer(struct run *run, struct error *error)
{
    const struct program *program = run->options.program;
    struct table fine = {0};
    int status =
        ranks_mine() == 0 ? option_files_check(&run->options, error) : STATUS_OK;
    status = ranks_agree(status, error);
    if (status != STATUS_OK)
        return status;
    run->request->no_files = dumps(&run->options);
    status = request_read(run->request, &run->options, error);
    if (status == STATUS_OK && run->request->no_files)
        status = config_dump(&run->options, stdout, error);
    if (run->request->no_files)
        return status == STATUS_OK ? OPTIONS_DONE : status;
    status = result_check(&run->options, run->request, status, error);
    if (status == STATUS_OK)
        status = program->answer(run->request, &run->table, &run->tally, error);
    if (status == STATUS_INTERRUPTED)
        tell_finished(run);
    if (status == STATUS_OK)
        status = exact_only_finish(run->request, &run->table, error);
    if (run->request->output.columns != REQUEST_COLUMNS_PLAIN && status == STATUS_OK)
        table_leave_out(&run->table, COLUMN_PLAIN);
    if (status == STATUS_OK)
        status = table_reasons(&run->table, error);
    if (status == STATUS_OK)
        status = note(run, error);
    if (status == STATUS_OK)
        status = plot_fine(&run->options, run->request, &run->table, &fine, error);
    if (status == STATUS_OK)
        status = result_write(&run->options, run->request, &run->table, &fine, error);
    table_free(&fine);
    return status;
}

/* Warns if the time was up, and saves what a signal has cut short. */
static void finish_session(struct request *request)
{
    struct session *session = &request->session;
    const struct session_place at = session->stopped_at;
    struct error error;
    if (session_ran_out(session))
        sampling_warn(&request->sampling,
                      "--max-seconds: the time was up in sampling run %llu after %llu "
                      "of %llu units%s; later rows are not sampled; --stop-at "
                      "%llu:%llu repeats this run exactly",
                      (unsigned long long)at.run, (unsigned long long)at.unit,
                      (unsigned long long)session->stopped_of,
                      at.unit > 0 ? " (the standard errors, if any, show the precision "
                                    "reached)"
                                  : "",
                      (unsigned long long)at.run, (unsigned long long)at.unit);
    if (session->anew > 0)
        sampling_warn(&request->sampling,
                      "--resume: the checkpoint's sums of sampling run %llu were not "
                      "finite, so it was run anew",
                      (unsigned long long)session->anew);
    if (interrupt_pending() && session_save(session, &error) != STATUS_OK)
        sampling_warn(&request->sampling, "--%s: %s", error.quantity, error.text);
}

int program_report(const struct options *options, int status, const struct error *error)
{
    const char *name = options->program->name;
    struct text message = {0};
    if (status < 0 && interrupt_pending()) {
        /* The signal is the cause, whatever it cut short. The text is printed only if
         * it begins with "interrupted" and tells what else failed, such as a
         * checkpoint. */
        const bool told = strncmp(error->text, "interrupted", 11) == 0;
        if (told)
            options_describe_error(options, error, &message);
        fprintf(stderr, "%s: %s\n", name,
                told && !message.failed ? text_get(&message) : "interrupted");
        text_free(&message);
        return -STATUS_INTERRUPTED;
    }
    if (status < 0 && error->text[0]) {
        options_describe_error(options, error, &message);
        struct text line = {0};
        text_add(&line, "%s: %s", name,
                 message.failed ? error->text : text_get(&message));
        lines_say(line.failed ? error->text : text_get(&line));
        text_free(&line);
        text_free(&message);
    }
    if (status == OPTIONS_DONE && (fflush(stdout) != 0 || ferror(stdout))) {
        fprintf(stderr, "%s: cannot write to standard output: %s\n", name,
                strerror(errno));
        return -STATUS_OUTPUT;
    }
    return status < 0 ? -status : 0;
}

int program_main(const struct program *program, int argc, char **argv)
{
    const size_t size =
        program->request_size ? program->request_size : sizeof(struct request);
    struct run run = {.request = calloc(1, size)};
    struct error error = {.agreed = false};
    ranks_start(&argc, &argv);
    interrupt_catch();
    gsl_set_error_handler_off();
    int status = options_parse(&run.options, program, argc, argv, &error);
    if (status == STATUS_OK && !run.request)
        status = error_memory(&error, "the request");
    if (status == STATUS_OK)
        status = answer(&run, &error);
    /* Without sampling there is no verdict to report. */
    const bool judges =
        program->judges && !(run.request && run.request->sampling.exact_only);
    const int result = status == STATUS_OK && judges
                           ? tally_exit(&run.tally)
                           : program_report(&run.options, status, &error);
    if (run.request) {
        finish_session(run.request);
        request_free(run.request, &run.options);
    }
    table_free(&run.table);
    free(run.request);
    options_free(&run.options);
    ranks_finish(status, &error);
    return result;
}
