/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/json.h"
#include "tap.h"

static char memory[200];
static struct text text;

static struct text *fresh(void) {
    text_init(&text, memory, sizeof memory);
    return &text;
}

TEST(text_of_a_stranger_becomes_the_inside_of_a_json_string)
{
    static const struct {
        const char *octets;
        size_t n;
        const char *wanted;
    } rows[] = {
        {"plain",                                5, "plain"                               },
        {"",                                     0, ""                                    },
        {"\"\\/",                                3, "\\\"\\\\/"                           },
        {"\0\n\x1f\x7f",                         4, "\\u0000\\u000a\\u001f\x7f"           },
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8d", 9, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\x8d"},
        {"\xff|",                                2, "\\ufffd|"                            },
        {"\xc3",                                 1, "\\ufffd"                             }, /* cut */
        {"\xc3\xa9",                             1, "\\ufffd"                             }, /* cut */
        {"\xc0\xaf",                             2, "\\ufffd\\ufffd"                      }, /* overlong */
        {"\xe0\x80\xaf",                         3, "\\ufffd\\ufffd\\ufffd"               }, /* overlong */
        {"\xed\xa0\x80",                         3, "\\ufffd\\ufffd\\ufffd"               }, /* a surrogate */
        {"\xf4\x90\x80\x80",                     4, "\\ufffd\\ufffd\\ufffd\\ufffd"        }, /* too large */
        {"\x80",                                 1, "\\ufffd"                             },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_escape(fresh(), rows[i].octets, rows[i].n);
        CHECK_STR(memory, rows[i].wanted);
    }
}

TEST(members_are_parted_by_commas_at_every_depth)
{
    text_char(fresh(), '{');
    json_number(&text, "v", 18446744073709551615u);
    json_word(&text, "a \"word\"", "and\na line");
    json_key(&text, "inside");
    text_char(&text, '{');
    json_truth(&text, "yes", true);
    json_truth(&text, "no", false);
    text_char(&text, '}');
    json_word(&text, "absent", NULL);
    json_word(&text, "empty", "");
    text_char(&text, '}');
    CHECK_STR(memory, "{\"v\":18446744073709551615,\"a \\\"word\\\"\":\"and\\u000aa line\","
                      "\"inside\":{\"yes\":true,\"no\":false},\"absent\":null,\"empty\":\"\"}");
}
