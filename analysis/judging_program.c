#include "judging_program.h"

#include "interrupt.h"
#include "output.h"
#include "ranks.h"

#include <gsl/gsl_errno.h>

int judging_program(const struct program *program, int argc, char **argv,
                    int (*run)(const struct options *options,
                               const struct sampling *sampling,
                               struct verdict_tally *tally, struct error *error))
{
    struct options options;
    struct session session = {0};
    struct sampling sampling = {.session = &session};
    struct verdict_tally tally = {0};
    struct error error = {.agreed = false};
    ranks_start(&argc, &argv);
    interrupt_catch();
    gsl_set_error_handler_off();
    int status = options_parse(&options, program, argc, argv, &error);
    if (status == STATUS_OK)
        status = sampling_init(&sampling, &session, &options, &error);
    if (status == STATUS_OK)
        status = run(&options, &sampling, &tally, &error);
    const int exit_status = status == STATUS_OK
                                ? verdict_exit(&tally, true, false)
                                : program_exit(&options, status, &error);
    sampling_finish(&sampling);
    options_free(&options);
    ranks_finish(status, &error);
    return exit_status;
}
