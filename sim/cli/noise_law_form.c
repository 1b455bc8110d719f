/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/noise_law_form.h"

#include "base/parse.h"

#include <string.h>

int noise_law_form_read(const char *text, struct noise_law *law, struct error *error)
{
    static const char student[] = "student:", stable[] = "stable:";
    double *parameter = &law->parameter;
    int status;
    *law = (struct noise_law){.kind = NOISE_GAUSSIAN};
    if (!text || strcmp(text, "gaussian") == 0)
        return STATUS_OK;
    if (strncmp(text, student, strlen(student)) == 0) {
        law->kind = NOISE_STUDENT;
        status = parse_real("noise-law", text + strlen(student), parameter, error);
        if (status == STATUS_OK &&
            !(*parameter > NOISE_STUDENT_ABOVE && *parameter <= NOISE_STUDENT_MOST))
            status = error_about(error, STATUS_USAGE, "noise-law",
                                 "%g degrees of freedom are not allowed; allowed are "
                                 "numbers > %g, where a fourth moment exists, up to %g",
                                 *parameter, NOISE_STUDENT_ABOVE, NOISE_STUDENT_MOST);
        return status;
    }
    if (strncmp(text, stable, strlen(stable)) == 0) {
        law->kind = NOISE_STABLE;
        status = parse_real("noise-law", text + strlen(stable), parameter, error);
        if (status == STATUS_OK &&
            !(*parameter >= NOISE_STABLE_LEAST && *parameter <= NOISE_STABLE_MOST))
            status = error_about(error, STATUS_USAGE, "noise-law",
                                 "the exponent %g is not allowed; allowed are numbers "
                                 "from %g to %g, which is the Gaussian law",
                                 *parameter, NOISE_STABLE_LEAST, NOISE_STABLE_MOST);
        return status;
    }
    return error_about(error, STATUS_USAGE, "noise-law",
                       "'%.200s' is not known; allowed are gaussian, student:NU and "
                       "stable:ALPHA",
                       text);
}
