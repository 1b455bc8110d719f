/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/npy.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char magic[] = "\x93NUMPY";
enum { MAGIC = 6, LONGEST_HEADER = 65535, ALIGNED = 64 };

bool npy_is_name(const char *path)
{
    const size_t length = strlen(path);
    return length >= 4 && strcmp(path + length - 4, ".npy") == 0;
}

bool npy_is_file(struct text_file *file)
{
    return npy_is_name(file->path) || text_file_peek(file) == (unsigned char)magic[0];
}

/* --- reading ---------------------------------------------------------------------- */

/* What the header says. */
struct npy_header {
    size_t bytes; /* of a number */
    bool by_columns;
    int dimensions;
    size_t size[2];
};

__attribute__((format(printf, 3, 4))) static int
wrong(const struct text_file *file, struct error *error, const char *format, ...)
{
    char why[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    return error_about(error, STATUS_USAGE, file->quantity, "'%.400s': %s", file->path,
                       why);
}

/* Reads bytes[count]. STATUS_USAGE, saying that the file ends in `part`, if there are
 * fewer. */
static int read_bytes(struct text_file *file, size_t count, unsigned char *bytes,
                      const char *part, struct error *error)
{
    for (size_t k = 0; k < count; k++) {
        const int c = text_file_byte(file);
        if (c == EOF) {
            const int status = text_file_check(file, error);
            return status != STATUS_OK
                       ? status
                       : wrong(file, error, "the file ends in %s", part);
        }
        bytes[k] = (unsigned char)c;
    }
    return STATUS_OK;
}

static uint64_t little_endian(const unsigned char *bytes, size_t count)
{
    uint64_t value = 0;
    while (count-- > 0)
        value = value << 8 | bytes[count];
    return value;
}

/* Reads magic, version and length, then the header, as a text that the caller frees. */
static int read_header(struct text_file *file, char **header, struct error *error)
{
    static const char part[] = "the header of its array";
    unsigned char start[MAGIC + 2] = {0}, length[4] = {0};
    *header = NULL;
    int status = read_bytes(file, MAGIC, start, part, error);
    if (status != STATUS_OK)
        return status;
    if (memcmp(start, magic, MAGIC) != 0)
        return wrong(file, error,
                     "byte 1: no array of NumPy: it begins with %02x %02x %02x %02x "
                     "%02x %02x, not with 93 4e 55 4d 50 59 (\\x93NUMPY)",
                     start[0], start[1], start[2], start[3], start[4], start[5]);
    status = read_bytes(file, 2, start + MAGIC, part, error);
    if (status != STATUS_OK)
        return status;
    const unsigned version = start[MAGIC];
    if (version < 1 || version > 3)
        return wrong(file, error,
                     "byte 7: version %u.%u of the format is not known; allowed are 1, "
                     "2 and 3",
                     version, (unsigned)start[MAGIC + 1]);
    const size_t width = version == 1 ? 2 : 4;
    status = read_bytes(file, width, length, part, error);
    if (status != STATUS_OK)
        return status;
    const uint64_t bytes = little_endian(length, width);
    if (bytes > LONGEST_HEADER)
        return wrong(file, error,
                     "byte 9: a header of %" PRIu64 " bytes; allowed are up to %d",
                     bytes, LONGEST_HEADER);
    *header = calloc(bytes + 1, 1);
    if (!*header)
        return error_memory(error, "the header of a file");
    return read_bytes(file, (size_t)bytes, (unsigned char *)*header, part, error);
}

/* What follows 'key': in the header; NULL if nothing does. */
static const char *value_of(const char *header, const char *key)
{
    const size_t length = strlen(key);
    for (const char *at = header; (at = strstr(at, key)); at += length) {
        const char *rest = at + length;
        const bool quoted =
            at > header && (at[-1] == '\'' || at[-1] == '"') && *rest == at[-1];
        if (!quoted)
            continue;
        rest += 1 + strspn(rest + 1, " ");
        if (*rest == ':')
            return rest + 1 + strspn(rest + 1, " ");
    }
    return NULL;
}

static int read_type(const struct text_file *file, const char *text,
                     struct npy_header *about, struct error *error)
{
    const char quote = text ? *text : '\0';
    const size_t length = quote == '\'' || quote == '"' ? strcspn(text + 1, "'\"") : 0;
    if (length == 3 && text[4] == quote && strncmp(text + 1, "<f4", 3) == 0)
        about->bytes = 4;
    else if (length == 3 && text[4] == quote && strncmp(text + 1, "<f8", 3) == 0)
        about->bytes = 8;
    else if (length > 0)
        return wrong(file, error,
                     "the numbers have the type '%.*s'; allowed are '<f4' and '<f8' "
                     "(float32 and float64, little-endian)",
                     length < 40 ? (int)length : 40, text + 1);
    else
        return wrong(file, error,
                     "the header names no type of a number as 'descr'; allowed are "
                     "'<f4' and '<f8' (float32 and float64, little-endian)");
    return STATUS_OK;
}

/* Reads "(3,)", "(3, 4)" or "()". */
static int read_shape(const struct text_file *file, const char *text,
                      struct npy_header *about, struct error *error)
{
    const char *at = text && *text == '(' ? text + 1 : NULL;
    about->size[0] = about->size[1] = 1;
    while (at && *at != ')') {
        char *end = NULL;
        at += strspn(at, " ");
        errno = 0;
        const unsigned long long size =
            *at >= '0' && *at <= '9' ? strtoull(at, &end, 10) : 0;
        if (!end || errno != 0 || size > SIZE_MAX)
            break;
        if (about->dimensions < 2)
            about->size[about->dimensions] = (size_t)size;
        about->dimensions++;
        end += strspn(end, " ");
        if (*end != ',' && *end != ')')
            break;
        at = end + (*end == ',');
        at += strspn(at, " ");
    }
    if (!at || *at != ')')
        return wrong(file, error,
                     "the header has no 'shape' that can be read; allowed are (N,) and "
                     "(ROWS, COLUMNS)");
    if (about->dimensions > 2)
        return wrong(file, error,
                     "the array has %d dimensions; allowed are 1, a list of numbers, "
                     "and 2, rows of them",
                     about->dimensions);
    if (about->size[0] == 0 || about->size[1] == 0)
        return wrong(file, error, "the array holds no numbers");
    return STATUS_OK;
}

static int parse_header(const struct text_file *file, const char *header,
                        struct npy_header *about, struct error *error)
{
    const char *order = value_of(header, "fortran_order");
    *about = (struct npy_header){0};
    int status = read_type(file, value_of(header, "descr"), about, error);
    if (status == STATUS_OK)
        status = read_shape(file, value_of(header, "shape"), about, error);
    if (status != STATUS_OK)
        return status;
    about->by_columns = order && strncmp(order, "True", 4) == 0;
    if (!about->by_columns && !(order && strncmp(order, "False", 5) == 0))
        return wrong(file, error,
                     "the header does not say whether 'fortran_order' is True or "
                     "False");
    if (about->size[0] > SIZE_MAX / about->size[1] ||
        about->size[0] * about->size[1] > file->left / about->bytes)
        return wrong(file, error,
                     "an array of %zu x %zu numbers is too large; allowed are files up "
                     "to 2^28 bytes",
                     about->size[0], about->size[1]);
    return STATUS_OK;
}

static double number_of(const unsigned char *bytes, size_t count)
{
    const uint64_t bits = little_endian(bytes, count);
    const uint32_t short_bits = (uint32_t)bits;
    float single;
    double value;
    memcpy(&single, &short_bits, sizeof single);
    memcpy(&value, &bits, sizeof value);
    /* Makes 0 of -0, which must not name another random stream. */
    return (count == 4 ? (double)single : value) + 0.0;
}

/* Reads the k-th number of the file, from 0, into its place. */
static int read_number(struct text_file *file, const struct npy_header *about, size_t k,
                       double *values, struct error *error)
{
    const size_t rows = about->size[0], columns = about->size[1];
    const size_t row = about->by_columns ? k % rows : k / columns;
    const size_t column = about->by_columns ? k / rows : k % columns;
    unsigned char bytes[8] = {0};
    char part[100];
    snprintf(part, sizeof part, "number %zu of the %zu that its header promises", k + 1,
             rows * columns);
    const int status = read_bytes(file, about->bytes, bytes, part, error);
    if (status != STATUS_OK)
        return status;
    const double value = number_of(bytes, about->bytes);
    values[row * columns + column] = value;
    if (isfinite(value))
        return STATUS_OK;
    return wrong(file, error,
                 "row %zu, column %zu (from 1): %s is not finite; allowed are finite "
                 "numbers",
                 row + 1, column + 1,
                 isnan(value) ? "nan"
                 : value > 0  ? "inf"
                              : "-inf");
}

int npy_read(struct text_file *file, struct numbers *numbers, size_t *rows,
             size_t *columns, struct error *error)
{
    struct npy_header about = {0};
    char *header = NULL;
    int status = read_header(file, &header, error);
    if (status != STATUS_OK || !header)
        goto out;
    status = parse_header(file, header, &about, error);
    if (status != STATUS_OK)
        goto out;
    *rows = about.size[0];
    *columns = about.size[1];
    numbers->count = *rows * *columns;
    numbers->value = calloc(numbers->count + 1, sizeof *numbers->value);
    if (!numbers->value) {
        status = error_memory(error, "an array");
        goto out;
    }
    for (size_t k = 0; status == STATUS_OK && k < numbers->count; k++)
        status = read_number(file, &about, k, numbers->value, error);
    if (status != STATUS_OK)
        goto out;
    if (text_file_byte(file) != EOF)
        status = wrong(file, error,
                       "the file goes on after the %zu numbers that its header "
                       "promises",
                       numbers->count);
    else
        status = text_file_check(file, error);
out:
    free(header);
    return status;
}

/* --- writing ---------------------------------------------------------------------- */

int npy_write_header(FILE *file, int dimensions, const size_t *size)
{
    char text[200];
    int length = snprintf(text, sizeof text,
                          "{'descr': '<f8', 'fortran_order': False, 'shape': (");
    for (int k = 0; k < dimensions; k++)
        length +=
            snprintf(text + length, sizeof text - (size_t)length, "%zu%s", size[k],
                     k + 1 < dimensions ? ", "
                     : dimensions == 1  ? ","
                                        : "");
    length += snprintf(text + length, sizeof text - (size_t)length, "), }");
    /* Blanks and a newline make the whole a multiple of 64 bytes. */
    const int start = MAGIC + 4;
    const int padded = (start + length + 1 + ALIGNED - 1) / ALIGNED * ALIGNED - start;
    const unsigned char lead[] = {1, 0, (unsigned char)(padded & 0xFF),
                                  (unsigned char)(padded >> 8)};
    errno = 0;
    if (fwrite(magic, 1, MAGIC, file) != MAGIC ||
        fwrite(lead, 1, sizeof lead, file) != sizeof lead ||
        fprintf(file, "%s%*s", text, padded - length, "\n") < 0)
        return errno ? errno : EIO;
    return 0;
}

int npy_write_number(FILE *file, double value)
{
    unsigned char bytes[8];
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (size_t k = 0; k < sizeof bytes; k++, bits >>= 8)
        bytes[k] = (unsigned char)(bits & 0xFF);
    errno = 0;
    return fwrite(bytes, 1, sizeof bytes, file) == sizeof bytes ? 0
           : errno                                              ? errno
                                                                : EIO;
}
