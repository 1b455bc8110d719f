/* SPDX-License-Identifier: GPL-3.0-or-later */
/* npy.c: arrays of NumPy, and any other file of numbers. What is read is written as an
 * array and read as the same. */
#include "base/npy.h"
#include "base/parse.h"
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void write_and_read(const struct numbers *numbers,
                           const struct parse_shape *shape)
{
    const size_t sizes[] = {shape->rows, shape->columns};
    struct error error = {.agreed = false};
    struct numbers again = {0};
    struct parse_shape other;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    fuzz_must(stream != NULL, "no memory");
    fuzz_must(npy_write_header(stream, 2, sizes) == 0, "a header cannot be written");
    for (size_t k = 0; k < numbers->count; k++) {
        fuzz_must(isfinite(numbers->value[k]), "a number that is read is not finite");
        fuzz_must(npy_write_number(stream, numbers->value[k]) == 0,
                  "a number cannot be written");
    }
    fuzz_must(fclose(stream) == 0, "no memory");
    fuzz_must(
        parse_file("spectrum", fuzz_file(text, size), &again, &other, &error) ==
                STATUS_OK &&
            again.count == numbers->count && other.rows == shape->rows &&
            other.columns == shape->columns &&
            memcmp(again.value, numbers->value, again.count * sizeof *again.value) == 0,
        "an array that is written is read as another");
    numbers_free(&again);
    free(text);
}

int fuzz_npy(const uint8_t *data, size_t size)
{
    struct error error = {.agreed = false};
    struct numbers numbers = {0};
    struct parse_shape shape;
    const int status =
        parse_file("spectrum", fuzz_file(data, size), &numbers, &shape, &error);
    if (status == STATUS_OK) {
        fuzz_must(numbers.count > 0 && numbers.count == shape.rows * shape.columns,
                  "an array has another shape than numbers");
        write_and_read(&numbers, &shape);
    }
    numbers_free(&numbers);
    return fuzz_told(status, &error);
}
