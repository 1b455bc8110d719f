/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings.h"

#include "verdict/ledger_count.h"

#include <math.h>
#include <string.h>

/* A finding is about the first row of a claim whose setting begins so. In its words
 * {paper}, {exact} and {measured} stand for the row's numbers, {verdict} for its
 * paper_verdict, {pair} for the exact_verdict of a comparison of two rules and {claim}
 * for what the claim's rows say together. The id of the claim follows, which
 * pnm-verify --explain takes. */
struct finding {
    const char *claim, *setting, *words;
};

static const struct finding findings[] = {
    {"eq18-19", "pnm beta0=3 beta1=0.9, Algorithm 2;",
     "At beta0 = 3 eq. 19 gives PNM {paper} times SGD's variance at the applied rate; "
     "Algorithm 2 has {exact} times in the limit: {verdict}"},
    {"eq18-19", "two_batch beta0=3,",
     "Two independent minibatches a step (eq. 5) at beta0 = 3 have {exact} times SGD's "
     "variance in the limit, where eq. 19 has {paper} times: {verdict}"},
    {"special-hb", "pnm at beta0=",
     "At beta0 = -beta1/(1+beta1) the paper says that PNM is Heavy Ball: their "
     "trajectories differ by {measured} of their size: {claim}"},
    {"thm3.1", "printed:",
     "Theorem 3.1 bounds the squared gradient: the largest value that a search found "
     "is {exact} times the printed bound: {claim}"},
    {"jl-gdm", "error on fresh examples with the small margin, GD+M - GD",
     "Where the margin is small, momentum's error minus that of gradient descent is "
     "{measured} (Jelassi and Li, reconstructed setting): {verdict}"},
    {"fig4a", "as published, 40 % asymmetric label noise: PNM eta=1 beta0=70 - SGD",
     "Analogue of figure 4, 40 % asymmetric label noise, beta0 = 70: PNM's test error "
     "minus that of SGD at a tenth of its rate is {measured} points: {pair}"},
    {"fig4a", "matched, 40 % asymmetric label noise: PNM eta=1 beta0=70 - SGD",
     "PNM's test error there minus that of SGD at PNM's own rate and decay is "
     "{measured} points: {pair}"},
    {"fig4a", "matched, 40 % symmetric label noise: PNM eta=1 beta0=70 - SGD",
     "With 40 % symmetric label noise this difference is {measured} points: {pair}"},
    {"fig5a", "matched, clean labels: PNM eta=1 beta0=1 - SGD",
     "Analogue of figure 5, clean labels, beta0 = 1: PNM's test error minus that of "
     "SGD at its rate and decay is {measured} points: {pair}"},
    {"table1a", "matched, clean labels: AdaPNM eta=0.001 decay 0.0005 - AdamW",
     "Analogue of table 1: AdaPNM's test error minus that of AdamW at its rate and "
     "decay is {measured} points: {pair}"},
};

static const struct ledger_row *find_row(const struct ledger *ledger,
                                         const struct finding *finding, bool *checked)
{
    *checked = false;
    for (size_t k = 0; k < ledger->count; k++) {
        const struct ledger_row *row = &ledger->rows[k];
        if (strcmp(row->claim->id, finding->claim) != 0)
            continue;
        *checked = true;
        if (strncmp(text_get(&row->setting), finding->setting,
                    strlen(finding->setting)) == 0)
            return row;
    }
    return NULL;
}

static void add_number(struct text *text, double value)
{
    if (isfinite(value))
        text_add(text, "%.3g", value);
    else
        text_add(text, "(none in this run)");
}

/* Appends the words with what stands for the names in braces. */
static void add_words(const struct ledger *ledger, const struct ledger_row *row,
                      const char *words, struct text *text)
{
    while (*words) {
        const size_t plain = strcspn(words, "{");
        text_add(text, "%.*s", (int)plain, words);
        words += plain;
        if (strncmp(words, "{paper}", 7) == 0)
            add_number(text, row->paper);
        else if (strncmp(words, "{exact}", 7) == 0)
            add_number(text, row->exact);
        else if (strncmp(words, "{measured}", 10) == 0)
            add_number(text, row->measured);
        else if (strncmp(words, "{verdict}", 9) == 0)
            text_add(text, "%s", verdict_text(row->verdicts.paper));
        else if (strncmp(words, "{pair}", 6) == 0)
            text_add(text, "%s", verdict_text(row->verdicts.exact));
        else if (*words)
            text_add(text, "%s", ledger_count_words(ledger, row->claim));
        words += strcspn(words, "}");
        words += *words == '}';
    }
}

int findings_tell(const struct ledger *ledger, struct text *text, struct error *error)
{
    size_t told = 0;
    for (size_t k = 0; k < sizeof findings / sizeof *findings; k++) {
        bool checked;
        const struct ledger_row *row = find_row(ledger, &findings[k], &checked);
        if (!checked)
            continue;
        if (!row)
            return error_set(error, STATUS_SOFTWARE,
                             "a finding names a row that claim %s has not: %s",
                             findings[k].claim, findings[k].setting);
        text_add(text, "%s%zu. ", told == 0 ? "findings:\n" : "", told + 1);
        told++;
        add_words(ledger, row, findings[k].words, text);
        text_add(text, " (%s).\n", findings[k].claim);
    }
    return text_check(text, "the findings", error);
}
