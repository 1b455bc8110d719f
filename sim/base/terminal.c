/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/terminal.h"

#include "base/ranks.h"

#include <stdlib.h>
#include <sys/ioctl.h>

size_t terminal_width(int descriptor)
{
    enum { USUAL = 80, LONGEST = 10000 };
    struct winsize size = {.ws_col = 0};
    const char *columns = getenv("COLUMNS");
    if (!ranks_is_terminal(descriptor))
        return 0;
    const long said = columns ? strtol(columns, NULL, 10) : 0;
    if (said > 0 && said <= LONGEST)
        return (size_t)said;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                        : USUAL;
}
