/* SPDX-License-Identifier: GPL-3.0-or-later */
/* task_form.h: the task on which a command line trains networks. */
#ifndef PNM_TASK_FORM_H
#define PNM_TASK_FORM_H

#include "losses/lesson.h"

/* The options of programs that train. */
#define TASK_FORMS "teacher|teacher:FEATURES[:CLASSES]|digits|csv:FILE"
#define TASK_DOC                                                                       \
    "teacher: a random network labels Gaussian examples of FEATURES numbers (20) with" \
    " CLASSES classes (10); digits: 1797 images of 8 x 8 pixels (make data fetches "   \
    "them); csv: a row an example, its label, 0, 1, ..., in the last column"
#define LABEL_NOISE_FORMS "none|sym:R|asym:R"
#define LABEL_NOISE_DOC                                                                \
    "sym: with probability R a training label is one of the others, each as likely; "  \
    "asym: it is the next one, and the first one in place of the last"

/* Reads a task and sets data, features and classes of the setting. *data is what the
 * setting points to, NULL for the teacher task; the caller frees it, after a failure
 * too. STATUS_USAGE, with the quantity "task", for another text and for a file that
 * cannot be read or holds no examples, with the line and column or the row and column;
 * STATUS_INTERRUPTED, STATUS_SOFTWARE, STATUS_MEMORY. */
PNM_MUST_USE int task_form_read(const char *text, struct lesson_setting *setting,
                                struct class_data **data, struct error *error);

/* Sets noise and share of the setting, none for NULL. STATUS_USAGE, with the quantity
 * "label-noise". */
PNM_MUST_USE int task_form_noise(const char *text, struct lesson_setting *setting,
                                 struct error *error);

#endif
