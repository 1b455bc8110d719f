/* SPDX-License-Identifier: GPL-3.0-or-later */
/* required.h: the paper's numbered statements, and which of them a ledger decides.
 *
 * claims/required.txt lists them: "equation 2: eq2" names the claims that decide a
 * statement, "equation 1: defined in FILE" says that it states nothing to decide. */
#ifndef PNM_REQUIRED_H
#define PNM_REQUIRED_H

#include "verdict/ledger.h"

/* One statement of the list. */
struct statement {
    char name[24];  /* "equation 2" */
    char text[120]; /* the ids with blanks between them, or "defined in FILE" */
    bool definition;
};

struct required {
    struct statement *statement;
    size_t count;
};

/* Reads the list; the caller frees it. STATUS_SOFTWARE if it is not there or a line is
 * not of this form, STATUS_MEMORY. */
PNM_MUST_USE int required_read(struct required *required, struct error *error);
void required_free(struct required *required);

/* Whether the ledger decides the statement: each of its claims has a row whose
 * paper_verdict is holds, holds in the limit or fails. */
bool required_decided(const struct statement *statement, const struct ledger *ledger);

/* Appends "decided 60 of 77 numbered statements of the paper; not decided: ..." with
 * the names of the others, definitions apart. */
void required_tell(const struct required *required, const struct ledger *ledger,
                   struct text *text);

#endif
