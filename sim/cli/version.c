/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/version.h"

/* The Makefile passes the revision to this file alone, so that a commit does not
 * recompile the others. */
#ifndef PNM_REVISION
#define PNM_REVISION ""
#endif

const char *version_text(void)
{
    return sizeof PNM_REVISION > 1 ? PNM_VERSION " (" PNM_REVISION ")" : PNM_VERSION;
}
