/* SPDX-License-Identifier: BSD-2-Clause */
#include <tercet/verdict.h>

#define VERDICT_TEXT(name, text, sentence)     [TERCET_##name] = text,
#define VERDICT_SENTENCE(name, text, sentence) [TERCET_##name] = sentence,
#define OUTCOME_TEXT(name, text, sentence)     [TERCET_OUTCOME_##name] = text,

static const char *const verdict_names[] = {TERCET_VERDICTS(VERDICT_TEXT)};
static const char *const verdict_sentences[] = {TERCET_VERDICTS(VERDICT_SENTENCE)};
static const char *const outcome_names[] = {TERCET_OUTCOMES(OUTCOME_TEXT)};

const char *tercet_verdict_name(enum tercet_verdict verdict) {
    return (unsigned)verdict < TERCET_VERDICT_COUNT ? verdict_names[verdict] : "?";
}

const char *tercet_verdict_sentence(enum tercet_verdict verdict) {
    return (unsigned)verdict < TERCET_VERDICT_COUNT ? verdict_sentences[verdict] : "?";
}

const char *tercet_outcome_name(enum tercet_outcome outcome) {
    return (unsigned)outcome < TERCET_OUTCOME_COUNT ? outcome_names[outcome] : "?";
}
