/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schedule_form.h: reads a schedule of the learning rate, "step:0.1:8000:16000". */
#ifndef PNM_SCHEDULE_FORM_H
#define PNM_SCHEDULE_FORM_H

#include "rules/schedule.h"

/* Reads one of the forms that schedule.h explains. STATUS_USAGE. */
PNM_MUST_USE int schedule_form_read(const char *text, struct schedule *schedule,
                                    struct error *error);

#endif
