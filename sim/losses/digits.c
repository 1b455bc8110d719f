/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "losses/digits.h"

#include "base/data_file.h"
#include "base/parse.h"

#include <unistd.h>

static const char name[] = "digits.csv";

enum { PIXELS = 64, MOST = 16 }; /* a pixel is 0 ... MOST */

/* Of the examples that the file holds. */
static const uint64_t expected_hash = UINT64_C(0x6930b9561a59ba72);

int digits_find(bool *found, struct error *error)
{
    struct text path = {0};
    const int status = data_file_path(&path, name, error);
    *found = status == STATUS_OK && access(text_get(&path), F_OK) == 0;
    text_free(&path);
    return status;
}

/* Makes the examples, unless it sees that they are not the images. */
static int make(const char *path, const struct parse_shape *shape,
                struct numbers *numbers, struct class_data **data, struct error *error)
{
    int status = STATUS_USAGE;
    if (shape->columns == PIXELS + 1) {
        for (size_t k = 0; k < numbers->count; k++)
            if (k % (PIXELS + 1) < PIXELS)
                numbers->value[k] /= MOST;
        status =
            class_data_make(PIXELS, shape->rows, numbers->value, false, data, error);
    }
    if (status == STATUS_OK && (*data)->hash != expected_hash)
        status = STATUS_USAGE;
    if (status == STATUS_USAGE)
        error_write_about(error, "task",
                          "'%.400s' does not hold the digits; make data fetches them",
                          path);
    return status;
}

int digits_read(struct class_data **data, struct error *error)
{
    struct text path = {0};
    struct numbers numbers = {0};
    struct parse_shape shape;
    *data = NULL;
    int status = data_file_path(&path, name, error);
    if (status == STATUS_OK && access(text_get(&path), F_OK) != 0)
        status = error_about(error, STATUS_USAGE, "task",
                             "there is no file '%.400s'; make data fetches the digits",
                             text_get(&path));
    if (status == STATUS_OK)
        status = parse_file("task", text_get(&path), &numbers, &shape, error);
    if (status == STATUS_OK)
        status = make(text_get(&path), &shape, &numbers, data, error);
    numbers_free(&numbers);
    text_free(&path);
    return status;
}
