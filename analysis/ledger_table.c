#include "ledger_table.h"

static const char *kind_text(enum claim_kind kind)
{
    static const char *const texts[] = {
        [CLAIM_VALUE] = "value",         [CLAIM_LIMIT] = "limit",
        [CLAIM_BOUND] = "bound",         [CLAIM_IDENTITY] = "identity",
        [CLAIM_EXISTENCE] = "existence", [CLAIM_ARITHMETIC] = "arithmetic",
    };
    return texts[kind];
}

enum {
    ID,
    WHERE,
    KIND,
    STATEMENT,
    SETTING,
    PAPER,
    EXACT,
    MEASURED,
    STDERR,
    COUNT,
    PAPER_VERDICT,
    EXACT_VERDICT,
    COLUMNS
};

static const struct column columns[COLUMNS] = {
    [ID] = {"id", COLUMN_TEXT, false},
    [WHERE] = {"where", COLUMN_TEXT, false},
    [KIND] = {"kind", COLUMN_TEXT, true},
    [STATEMENT] = {"statement", COLUMN_TEXT, true},
    [SETTING] = {"setting", COLUMN_TEXT, false},
    [PAPER] = {"paper", COLUMN_REAL, false},
    [EXACT] = {"exact", COLUMN_REAL, false},
    [MEASURED] = {"measured", COLUMN_REAL, false},
    [STDERR] = {"stderr", COLUMN_REAL, false},
    [COUNT] = {"count", COLUMN_COUNT, true},
    [PAPER_VERDICT] = {"paper_verdict", COLUMN_TEXT, false},
    [EXACT_VERDICT] = {"exact_verdict", COLUMN_TEXT, false},
};

static int add_to_table(struct table *table, const struct ledger_row *row,
                        struct error *error)
{
    const char *texts[COLUMNS] = {
        [ID] = row->claim->id,
        [WHERE] = row->claim->where,
        [KIND] = kind_text(row->kind),
        [STATEMENT] = row->claim->statement,
        [SETTING] = text_get(&row->setting),
        [PAPER_VERDICT] = verdict_text(row->verdicts.paper),
        [EXACT_VERDICT] = verdict_text(row->verdicts.exact),
    };
    int status = table_row(table, error);
    if (status == STATUS_OK)
        status = table_texts(table, texts, COLUMNS, error);
    if (status != STATUS_OK)
        return status;
    table_real(table, PAPER, row->paper);
    table_real(table, EXACT, row->exact);
    table_real(table, MEASURED, row->measured);
    table_real(table, STDERR, row->se);
    if (row->count > 0)
        table_count(table, COUNT, row->count);
    return STATUS_OK;
}

int ledger_table(const struct ledger *ledger, struct table *table, struct error *error)
{
    int status = table_init(table, columns, COLUMNS, error);
    for (size_t k = 0; status == STATUS_OK && k < ledger->count; k++)
        status = add_to_table(table, &ledger->rows[k], error);
    return status;
}
