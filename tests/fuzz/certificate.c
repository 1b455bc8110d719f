/* SPDX-License-Identifier: GPL-3.0-or-later */
/* certificate.c: certificates of worst cases. The first byte says which setting they
 * are of; the certificate begins behind it. No file proves a bound below what a known
 * function attains, nor a function above a bound that is proven. */
#include "fuzz.h"

#include "rules/rule_from.h"
#include "worst/worst_case.h"
#include "worst/worst_certificate.h"
#include "worst/worst_setting.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <string.h>

enum { SETTINGS = 3 };

struct known {
    struct rule rule;
    struct worst_setting setting;
    double worst, certified;
};

/* The settings, and what is known of them. */
static void find_known(struct known known[SETTINGS])
{
    static const struct {
        const char *rule;
        struct worst_setting setting;
    } settings[SETTINGS] = {
        {"sgd lr=0.1", {.steps = 1, .smoothness = 1, .given = WORST_GIVEN_LOSS}},
        {"pnm lr=0.1",
         {.steps = 2,
          .smoothness = 1,
          .class = WORST_CONVEX,
          .measure = WORST_LAST_LOSS,
          .given = WORST_GIVEN_DISTANCE}},
        {"heavy_ball lr=0.1",
         {.steps = 3,
          .smoothness = 2,
          .class = WORST_STRONGLY_CONVEX,
          .mu = 0.5,
          .measure = WORST_DISTANCE,
          .given = WORST_GIVEN_DISTANCE}},
    };
    gsl_set_error_handler_off();
    for (int k = 0; k < SETTINGS; k++) {
        struct error error = {.agreed = false};
        struct worst_case worst = {0};
        known[k].setting = settings[k].setting;
        known[k].setting.rule = &known[k].rule;
        int status = rule_from(&known[k].rule, &error, "%s", settings[k].rule);
        if (status == STATUS_OK)
            status = worst_case_find(&known[k].setting, &worst, &error);
        fuzz_must(status == STATUS_OK, "a worst case is not found");
        known[k].worst = worst.worst;
        known[k].certified = worst.certified;
        worst_case_free(&worst);
    }
}

int fuzz_certificate(const uint8_t *data, size_t size)
{
    static struct known known[SETTINGS];
    struct error error = {.agreed = false};
    struct worst_case worst = {0};
    const char *reason = NULL;
    if (!known[0].setting.rule)
        find_known(known);
    if (size < 1 || data[0] < '0' || data[0] >= '0' + SETTINGS)
        return STATUS_USAGE;
    const struct known *own = &known[data[0] - '0'];
    const int status = worst_certificate_prove(fuzz_file(data + 1, size - 1),
                                               &own->setting, &worst, &reason, &error);
    if (status == STATUS_OK && !reason) {
        fuzz_must(!(worst.certified < own->worst),
                  "a bound is proven that a function exceeds");
        fuzz_must(!(worst.worst > own->certified),
                  "a function is proven that exceeds a bound");
    }
    worst_case_free(&worst);
    fuzz_told(status, &error);
    return status == STATUS_OK && reason ? STATUS_USAGE : status;
}
