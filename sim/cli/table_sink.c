/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/table_sink.h"

#include "base/interrupt.h"

#include <errno.h>
#include <string.h>

void sink_put_bytes(struct sink *sink, const char *bytes, size_t size)
{
    if (!sink->failure && interrupt_pending())
        sink->failure = EINTR;
    if (!sink->failure && fwrite(bytes, 1, size, sink->file) < size)
        sink->failure = errno ? errno : EIO;
}

void sink_put(struct sink *sink, const char *text)
{
    sink_put_bytes(sink, text, strlen(text));
}
