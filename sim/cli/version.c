#include "cli/version.h"

/* The Makefile passes it to this file alone: nothing else is compiled anew with every
 * commit. */
#ifndef PNM_REVISION
#define PNM_REVISION ""
#endif

const char *version_text(void)
{
    return sizeof PNM_REVISION > 1 ? PNM_VERSION " (" PNM_REVISION ")" : PNM_VERSION;
}
