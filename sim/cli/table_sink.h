/* SPDX-License-Identifier: GPL-3.0-or-later */
/* table_sink.h: the stream that a table is written to, for table_write.c and
 * table_text.c only. */
#ifndef PNM_TABLE_SINK_H
#define PNM_TABLE_SINK_H

#include <stddef.h>
#include <stdio.h>

/* A stream that keeps the errno of the first failure and writes nothing after it. A
 * signal is a failure, EINTR. */
struct sink {
    FILE *file;
    int failure;
};

void sink_put_bytes(struct sink *sink, const char *bytes, size_t size);
void sink_put(struct sink *sink, const char *text);

#endif
