/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lesson.h: the examples of one replica: what a network trains on, how its labels are
 * spoilt, and the examples on which it is tested.
 *
 * They depend on seed, replica and setting alone, so that rules are compared in pairs:
 * the same examples, another rule. Training, validation and test examples are disjoint.
 *
 * What is drawn has streams of its own: the shuffle of a table's rows or the teacher,
 * the inputs of each part, the noise of the labels. So the examples do not depend on
 * the noise; labels that are wrong with a small share are wrong with a larger one, and
 * the same ones are with symmetric and asymmetric noise. More training examples are
 * those of before and others, and leave the test examples as they are. */
#ifndef PNM_LESSON_H
#define PNM_LESSON_H

#include "base/random.h"
#include "losses/class_data.h"

enum lesson_noise {
    LESSON_CLEAN,
    /* With probability `share` a training label is another class, each of the K - 1
     * with the same probability. */
    LESSON_SYMMETRIC,
    /* With probability `share` a training label k becomes k + 1, and K - 1 becomes 0.
     */
    LESSON_ASYMMETRIC,
};

struct lesson_setting {
    /* NULL: the teacher task. A replica draws a teacher, a network of one hidden layer
     * of LESSON_TEACHER tanh units with Gaussian weights and without biases, and labels
     * Gaussian examples with the class of its largest score. */
    const struct class_data *data;
    size_t features, classes;         /* those of the data, where there are some */
    uint64_t train, validation, test; /* examples; validation may be 0 */
    enum lesson_noise noise;
    double share; /* of the training labels that are spoilt, 0 ... 1 */
};

enum { LESSON_TEACHER = 8 };

/* Examples with their labels. */
struct lesson_part {
    size_t count;
    double *x;       /* count x features */
    uint32_t *label; /* count */
};

struct lesson {
    size_t features, classes;
    struct lesson_part train, validation, test;
    uint32_t *clean; /* the labels of the training examples before they were spoilt;
                        validation and test examples keep theirs */
    size_t spoilt;   /* how many training labels are wrong */
};

/* STATUS_USAGE, with the quantity ("train", "validation", "test", "label-noise",
 * "task"), for a setting out of range: fewer than 1 training or test example, more
 * examples than there are rows, a share outside 0 ... 1, no feature, fewer than 2
 * classes or more than CLASS_DATA_CLASSES, more than 1e8 numbers. */
PNM_MUST_USE int lesson_check(const struct lesson_setting *setting,
                              struct error *error);

/* The same of the share alone. */
PNM_MUST_USE int lesson_check_share(double share, struct error *error);

/* Draws the examples of a replica. STATUS_MEMORY, and what streams return. lesson_free
 * is legal after a failure. */
PNM_MUST_USE int lesson_init(struct lesson *lesson,
                             const struct lesson_setting *setting,
                             struct random_generator generator, uint64_t seed,
                             uint64_t replica, struct error *error);
void lesson_free(struct lesson *lesson);

/* Hash of everything that the examples depend on besides seed and replica. */
uint64_t lesson_hash(const struct lesson_setting *setting);

#endif
