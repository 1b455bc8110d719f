#include "error.h"

#include <stdarg.h>
#include <stdio.h>

void error_write(struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error->agreed = false;
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
}
