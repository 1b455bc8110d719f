#include "noise_claims.h"

int claim_noise(const struct ledger *ledger, const struct claim *claim,
                const struct claim_rule *what, struct noise_row rows[NOISE_QUANTITIES],
                struct error *error)
{
    const struct rule rule = claim_rule_make(ledger, what, 0.1);
    return noise_compare(ledger->sampling, &rule, false, claim->id, rows, error);
}

int claim_noise_row(struct ledger *ledger, const struct claim *claim,
                    const struct noise_row *row, const char *setting, double paper,
                    struct error *error)
{
    struct evidence evidence = row->evidence;
    evidence.paper = paper;
    evidence.paper_scale = evidence_scale(paper);
    return ledger_value(ledger, claim, setting, &evidence, row->samples, error);
}
