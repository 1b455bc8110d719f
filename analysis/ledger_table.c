/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger_table.h"

#include "claims/claims.h"

#include <math.h>
#include <stdbool.h>

static const char *kind_text(enum claim_kind kind)
{
    static const char *const texts[] = {
        [CLAIM_VALUE] = "value",         [CLAIM_LIMIT] = "limit",
        [CLAIM_BOUND] = "bound",         [CLAIM_IDENTITY] = "identity",
        [CLAIM_EXISTENCE] = "existence", [CLAIM_ARITHMETIC] = "arithmetic",
        [CLAIM_ANALOGUE] = "analogue",
    };
    return texts[kind];
}

#define COLUMN_LIST(COLUMN)                                                            \
    COLUMN(ID, "id", TEXT, false)                                                      \
    COLUMN(WHERE, "where", TEXT, COLUMN_MINOR)                                         \
    COLUMN(KIND, "kind", TEXT, true)                                                   \
    COLUMN(STATEMENT, "statement", TEXT, true)                                         \
    COLUMN(SETTING, "setting", TEXT, false)                                            \
    COLUMN(PAPER, "paper", REAL, false)                                                \
    COLUMN(EXACT, "exact", REAL, false)                                                \
    COLUMN(MEASURED, "measured", REAL, false)                                          \
    COLUMN(STDERR, "stderr", REAL, false)                                              \
    COLUMN(COUNT, "count", COUNT, true)                                                \
    COLUMN(PAPER_VERDICT, "paper_verdict", TEXT, false)                                \
    COLUMN(EXACT_VERDICT, "exact_verdict", TEXT, false)                                \
    COLUMN(FORM, "form", TEXT, true)                                                   \
    COLUMN(VARIABLE, "variable", TEXT, true)                                           \
    COLUMN(DEVIATION, "deviation", REAL, true)                                         \
    COLUMN(COMMAND, "command", TEXT, true)                                             \
    COLUMN(SAMPLES, "samples", REAL, true)                                             \
    COLUMN(PLAIN_SAMPLES, "plain_samples", REAL, true)                                 \
    COLUMN(SOURCE, "source", TEXT, true)

enum { COLUMN_LIST(TABLE_NUMBER) COLUMNS };

static const struct column columns[COLUMNS] = {COLUMN_LIST(TABLE_COLUMN)};

/* (paper - exact)/exact; NAN if the exact value is 0 or is a difference that should be
 * 0.
 */
static double deviation(const struct ledger_row *row)
{
    return row->exact != 0 && row->kind != CLAIM_IDENTITY ? row->paper / row->exact - 1
                                                          : (double)NAN;
}

/* Appends the row's own command, or the claim's. */
static void add_command(const struct ledger_row *row, const char *options,
                        struct text *text)
{
    if (row->command.length > 0)
        text_add(text, "%s", text_get(&row->command));
    else
        text_add(text, "pnm-verify --claim %s%s", row->claim->id, options);
}

static int add_to_table(struct table *table, const struct ledger_row *row,
                        const char *options, struct error *error)
{
    const bool ran = row->claim->check, stands = ran && row->kind != CLAIM_ANALOGUE;
    struct text command = {0};
    add_command(row, options, &command);
    const char *texts[COLUMNS] = {
        [ID] = row->claim->id,
        [WHERE] = row->claim->where,
        [KIND] = kind_text(row->kind),
        [STATEMENT] = row->claim->statement,
        [SETTING] = text_get(&row->setting),
        [PAPER_VERDICT] = verdict_text(row->verdicts.paper),
        [EXACT_VERDICT] = verdict_text(row->verdicts.exact),
        [FORM] = stands ? ledger_form_text(row->form) : NULL,
        [VARIABLE] = row->variable,
        [COMMAND] = ran ? text_get(&command) : NULL,
        [SOURCE] = claims_paper_text(row->claim),
    };
    int status = text_check(&command, "the ledger", error);
    if (status == STATUS_OK)
        status = table_row(table, error);
    if (status == STATUS_OK)
        status = table_texts(table, texts, COLUMNS, error);
    text_free(&command);
    if (status != STATUS_OK)
        return status;
    table_real(table, DEVIATION, deviation(row));
    table_real(table, PAPER, row->paper);
    table_real(table, EXACT, row->exact);
    table_real(table, MEASURED, row->measured);
    table_real(table, STDERR, row->se);
    if (row->count > 0)
        table_count(table, COUNT, row->count);
    if (row->samples > 0) {
        table_real(table, SAMPLES, row->samples);
        table_real(table, PLAIN_SAMPLES, row->plain_samples);
    }
    return STATUS_OK;
}

int ledger_table(const struct ledger *ledger, const char *options, struct table *table,
                 struct error *error)
{
    int status = table_init(table, columns, COLUMNS, error);
    for (size_t k = 0; status == STATUS_OK && k < ledger->count; k++)
        status = add_to_table(table, &ledger->rows[k], options, error);
    return status;
}
