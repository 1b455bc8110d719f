/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verdict/ledger_count.h"

#include <stdio.h>
#include <string.h>

/* How many rows of one form have each paper verdict; of one claim, or of all if it is
 * NULL. */
static void count_rows(const struct ledger *ledger, const struct claim *claim,
                       enum form form, size_t count[VERDICTS])
{
    memset(count, 0, VERDICTS * sizeof *count);
    for (size_t k = 0; k < ledger->count; k++) {
        const struct ledger_row *row = &ledger->rows[k];
        if (row->claim->check && row->kind != CLAIM_ANALOGUE && row->form == form &&
            (!claim || row->claim == claim))
            count[row->verdicts.paper]++;
    }
}

/* What the rows of a claim say together. */
struct finding {
    bool fails, open, holds; /* of the printed form; at most one is true */
    bool some, limit;        /* whether a printed row holds, and one in a limit */
    bool intended;           /* whether the rows of the intended form all hold */
};

static struct finding find(const struct ledger *ledger, const struct claim *claim)
{
    size_t printed[VERDICTS], intended[VERDICTS];
    count_rows(ledger, claim, FORM_PRINTED, printed);
    count_rows(ledger, claim, FORM_INTENDED, intended);
    struct finding f = {
        .fails = printed[VERDICT_FAILS] > 0,
        .limit = printed[VERDICT_HOLDS_IN_THE_LIMIT] > 0,
        .intended = intended[VERDICT_HOLDS] > 0 && intended[VERDICT_FAILS] == 0 &&
                    intended[VERDICT_INCONCLUSIVE] == 0 &&
                    intended[VERDICT_NOT_SAMPLED] == 0,
    };
    f.some = f.limit || printed[VERDICT_HOLDS] > 0;
    f.open = !f.fails &&
             (printed[VERDICT_INCONCLUSIVE] > 0 || printed[VERDICT_NOT_SAMPLED] > 0);
    f.holds = !f.fails && !f.open && f.some;
    return f;
}

const char *ledger_count_words(const struct ledger *ledger, const struct claim *claim)
{
    const struct finding f = find(ledger, claim);
    if (f.fails)
        return f.intended ? "it fails as printed and holds as intended"
               : f.some   ? "it holds in some readings or settings and fails in others"
                          : "it fails as printed";
    if (f.open)
        return "it is open";
    if (f.holds)
        return f.limit ? "it holds in the limit" : "it holds as printed";
    return "the paper claims nothing here";
}

static void count_claim(const struct ledger *ledger, const struct claim *claim,
                        struct claim_count *total)
{
    const struct finding f = find(ledger, claim);
    total->checked++;
    total->fail += f.fails;
    total->open += f.open;
    total->hold += f.holds;
    total->in_limit += f.holds && f.limit;
    total->intended += f.fails && f.intended;
}

struct claim_count ledger_count_claims(const struct ledger *ledger)
{
    struct claim_count total = {0};
    for (size_t k = 0; k < ledger->count; k++) {
        const struct claim *claim = ledger->rows[k].claim;
        size_t first = 0;
        while (ledger->rows[first].claim != claim)
            first++;
        if (claim->check && claim->kind != CLAIM_ANALOGUE && first == k)
            count_claim(ledger, claim, &total);
    }
    return total;
}

/* Appends the verdicts that occur: "holds 90, fails 41", after `lead`. */
static bool tell(const size_t count[VERDICTS], const char *lead, struct text *text)
{
    bool begun = false;
    for (enum verdict word = VERDICT_HOLDS; word < VERDICTS; word++) {
        if (count[word] == 0)
            continue;
        text_add(text, "%s%s %zu", begun ? ", " : lead, verdict_text(word),
                 count[word]);
        begun = true;
    }
    return begun;
}

bool ledger_count_papers(const struct ledger *ledger, const struct claim *claim,
                         enum form form, const char *lead, struct text *text)
{
    size_t count[VERDICTS];
    count_rows(ledger, claim, form, count);
    return tell(count, lead, text);
}

bool ledger_count_exacts(const struct ledger *ledger, const struct claim *claim,
                         const char *lead, struct text *text)
{
    size_t count[VERDICTS] = {0};
    for (size_t k = 0; k < ledger->count; k++)
        if (ledger->rows[k].claim == claim)
            count[ledger->rows[k].verdicts.exact]++;
    return tell(count, lead, text);
}

void ledger_count_tell_analogues(const struct ledger *ledger, struct text *text)
{
    size_t count[VERDICTS] = {0};
    for (size_t k = 0; k < ledger->count; k++)
        if (ledger->rows[k].kind == CLAIM_ANALOGUE)
            count[ledger->rows[k].verdicts.exact]++;
    if (tell(count, "rows of analogues, of which the paper claims nothing: ", text))
        text_add(text, "\n");
}

void ledger_count_tell(const struct ledger *ledger, struct text *text)
{
    const struct claim_count claims = ledger_count_claims(ledger);
    if (claims.checked == 0)
        return;
    text_add(text,
             "claims: %zu checked; as printed %zu hold (%zu of them in a limit), %zu "
             "fail in one setting or more (%zu of them hold as intended), %zu are "
             "open\nrows: ",
             claims.checked, claims.hold, claims.in_limit, claims.fail, claims.intended,
             claims.open);
    for (enum form form = FORM_PRINTED; form <= FORM_FIRST_ORDER; form++) {
        char lead[40];
        snprintf(lead, sizeof lead, "%s%s: ", form == FORM_PRINTED ? "" : "; ",
                 ledger_form_text(form));
        ledger_count_papers(ledger, NULL, form, lead, text);
    }
    text_add(text, "\n");
}
