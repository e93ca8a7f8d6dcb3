/* SPDX-License-Identifier: BSD-2-Clause */
#include <ctype.h>

#include <tercet/verdict.h>

#include "tap.h"

/* Whether @name is @symbol in small letters with hyphens. */
static bool is_spelt(const char *name, const char *symbol) {
    for (; *symbol; name++, symbol++)
        if (*name != (*symbol == '_' ? '-' : tolower((unsigned char)*symbol))) return false;
    return *name == 0;
}

TEST(every_verdict_has_the_name_of_its_symbol_and_a_sentence)
{
#define CHECK_ROW(name, text, sentence)                                                            \
    CHECK_STR(tercet_verdict_name(TERCET_##name), text);                                           \
    CHECK(is_spelt(tercet_verdict_name(TERCET_##name), #name));                                    \
    CHECK_STR(tercet_verdict_sentence(TERCET_##name), sentence);                                   \
    CHECK(strlen(sentence) > 5);
    TERCET_VERDICTS(CHECK_ROW)
#undef CHECK_ROW
}

TEST(every_outcome_has_the_name_of_its_symbol)
{
#define CHECK_ROW(name, text, sentence)                                                            \
    CHECK(is_spelt(tercet_outcome_name(TERCET_OUTCOME_##name), #name));                            \
    CHECK_STR(tercet_outcome_name(TERCET_OUTCOME_##name), text);
    TERCET_OUTCOMES(CHECK_ROW)
#undef CHECK_ROW
}

TEST(taken_is_zero_and_what_is_no_verdict_is_a_question_mark)
{
    CHECK_EQ(TERCET_TAKEN, 0);
    CHECK_EQ(TERCET_OUTCOME_UNKNOWN, 0);
    CHECK_STR(tercet_verdict_name(TERCET_VERDICT_COUNT), "?");
    CHECK_STR(tercet_verdict_sentence((enum tercet_verdict) - 1), "?");
    CHECK_STR(tercet_outcome_name(TERCET_OUTCOME_COUNT), "?");
}
