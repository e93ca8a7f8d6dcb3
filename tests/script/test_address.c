/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include "script/address.h"
#include "wire/address_text.h"

static const char *shown(const char *string) {
    static char memory[64];
    struct tercet_address address;
    struct text text;

    if (!address_of_word((struct word){string, (uint32_t)strlen(string)}, &address)) return "none";
    text_init(&text, memory, sizeof memory);
    address_text(&text, &address);
    return memory;
}

TEST(an_address_is_read_as_it_is_written)
{
    static const struct {
        const char *text, *address;
    } rows[] = {
        {"192.0.2.1",             "192.0.2.1"           },
        {"0.0.0.0",               "0.0.0.0"             },
        {"255.255.255.255",       "255.255.255.255"     },
        {"::ffff:192.0.2.1",      "192.0.2.1"           },
        {"2001:db8::1",           "2001:db8::1"         },
        {"::1",                   "::1"                 },
        {"::",                    "::"                  },
        {"1::",                   "1::"                 },
        {"FD3D:0a0b:17d6::1",     "fd3d:a0b:17d6::1"    },
        {"1:2:3:4:5:6:7:8",       "1:2:3:4:5:6:7:8"     },
        {"1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"},
        {"1:2:3:4:5:6:7::",       "1:2:3:4:5:6:7:0"     },
        {"::2:3:4:5:6:7:8",       "0:2:3:4:5:6:7:8"     },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("%s", rows[i].text) {
            CHECK_STR(shown(rows[i].text), rows[i].address);
        }
    }
}

TEST(a_text_that_is_no_address_is_refused)
{
    static const char *const rows[] = {
        "",
        ":",
        ":::",
        "1",
        "1.2.3",
        "1.2.3.4.5",
        "256.0.0.1",
        "1.2.3.",
        ".1.2.3",
        "1.2.3.4 ",
        "1.2.3.0004",
        "1:2",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:",
        ":1:2:3:4:5:6:7:8",
        "1::2::3",
        "1:::2",
        "12345::",
        "g::",
        "::1:",
        "1:2:3:4:5:6:7:8::",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3.4.5",
        "::1.2.3",
        "192.0.2.1:80",
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("'%s'", rows[i]) {
            CHECK_STR(shown(rows[i]), "none");
        }
    }
}
