#include "error.h"

#include <stdarg.h>
#include <stdio.h>

int error_set(struct error *error, int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return status;
}

int error_memory(struct error *error, const char *what)
{
    return error_set(error, STATUS_MEMORY, "not enough memory for %s", what);
}
