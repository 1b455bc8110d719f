/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/training_options.h"

#include "cli/task_form.h"

#include <math.h>

#define FIELD(member) OPTION_FIELD(struct training_request, member)

const struct option_spec training_options[TRAINING_OPTIONS] = {
    {.name = "task",
     .brief = "data: teacher, digits or file",
     .field = FIELD(task),
     .files = OPTION_READS,
     .argument = "TASK",
     .forms = TASK_FORMS,
     .preset = "teacher",
     .doc = TASK_DOC},
    {.name = "train",
     .kind = OPTION_COUNT,
     .field = FIELD(train),
     .argument = "N",
     .preset = "1000",
     .low = 1,
     .high = 1e7,
     .doc = "training examples"},
    {.name = "test",
     .kind = OPTION_COUNT,
     .field = FIELD(test),
     .argument = "N",
     .preset = "500",
     .low = 1,
     .high = 1e7,
     .doc = "test examples, which no training sees"},
    {.name = "validation",
     .kind = OPTION_COUNT,
     .field = FIELD(validation),
     .argument = "N",
     .preset = "0",
     .low = 0,
     .high = 1e7,
     .doc = "examples that are neither trained nor tested on, to choose by"},
    {.name = "label-noise",
     .brief = "share of wrong labels",
     .field = FIELD(label_noise),
     .argument = LABEL_NOISE_FORMS,
     .preset = "none",
     .doc = LABEL_NOISE_DOC},
    {.name = "hidden",
     .kind = OPTION_COUNT,
     .field = FIELD(hidden),
     .argument = "M",
     .preset = "64",
     .low = 1,
     .high = 1e6,
     .doc = "units of the network's hidden layer"},
    {.name = "activation",
     .kind = OPTION_CHOICE,
     .field = FIELD(activation),
     .argument = "relu|tanh",
     .preset = "relu",
     .doc = "of the hidden units"},
    {.name = "batch",
     .aliases = "batch-size",
     .kind = OPTION_COUNT,
     .field = FIELD(batch),
     .argument = "B",
     .preset = "32",
     .low = 1,
     .high = 1e7,
     .doc = "examples of a minibatch"},
    {.name = "epochs",
     .kind = OPTION_COUNT,
     .field = FIELD(epochs),
     .argument = "E",
     .preset = "20",
     .low = 1,
     .high = 1e9,
     .doc = "passes over the training examples, each in another order; those that "
            "fill no minibatch are left out of a pass"},
};

int training_options_read(const struct training_request *request,
                          struct training_setting *setting, struct class_data **data,
                          struct error *error)
{
    const struct request_rules *rules = &request->request.rules;
    *setting = (struct training_setting){
        .lesson = {.train = request->train,
                   .validation = request->validation,
                   .test = request->test},
        .hidden = (size_t)request->hidden,
        .activation = request->activation,
        .batch = request->batch,
        .epochs = request->epochs,
    };
    int status = task_form_read(request->task, &setting->lesson, data, error);
    if (status == STATUS_OK)
        status = task_form_noise(request->label_noise, &setting->lesson, error);
    return status == STATUS_OK
               ? training_check(setting, rules->rule, rules->count, error)
               : status;
}

struct training training_options_run(const struct training_request *request,
                                     const struct training_setting *setting)
{
    const struct sampling *sampling = &request->request.sampling;
    return (struct training){
        .setting = setting,
        .generator = sampling->generator,
        .seed = sampling->seed,
        .threads = sampling->threads,
        .session = sampling->session,
    };
}
