/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 3, 0))) static void
write(struct error *error, const char *quantity, const char *format, va_list arguments)
{
    error->agreed = false;
    snprintf(error->quantity, sizeof error->quantity, "%s", quantity);
    vsnprintf(error->text, sizeof error->text, format, arguments);
}

void error_write(struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write(error, "", format, arguments);
    va_end(arguments);
}

void error_write_about(struct error *error, const char *quantity, const char *format,
                       ...)
{
    va_list arguments;
    va_start(arguments, format);
    write(error, quantity, format, arguments);
    va_end(arguments);
}
