/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/address_text.h"
#include "tap.h"

struct row {
    uint16_t groups[8];
    const char *text;
};

/* Source: RFC 5952 sections 1, 2, 4 and 5; RFC 4291 section 2.2. */
static const struct row rows[] = {
    {{0x2001, 0xdb8, 0, 0, 0, 0, 2, 1},                           "2001:db8::2:1"       },
    {{0x2001, 0xdb8, 0, 1, 1, 1, 1, 1},                           "2001:db8:0:1:1:1:1:1"},
    {{0x2001, 0, 0, 1, 0, 0, 0, 1},                               "2001:0:0:1::1"       },
    {{0x2001, 0xdb8, 0, 0, 1, 0, 0, 1},                           "2001:db8::1:0:0:1"   },
    {{0x2001, 2, 0, 0, 0, 0, 0, 1},                               "2001:2::1"           },
    {{0, 0, 0, 0, 0, 0, 0, 0},                                    "::"                  },
    {{0, 0, 0, 0, 0, 0, 0, 1},                                    "::1"                 },
    {{1, 0, 0, 0, 0, 0, 0, 0},                                    "1::"                 },
    {{0xfe80, 0, 0, 0, 0, 0, 0, 0xab},                            "fe80::ab"            },
    {{0, 1, 2, 3, 4, 5, 6, 7},                                    "0:1:2:3:4:5:6:7"     },
    {{1, 2, 3, 4, 5, 6, 7, 0},                                    "1:2:3:4:5:6:7:0"     },
    {{0, 0, 2, 3, 4, 5, 0, 0},                                    "::2:3:4:5:0:0"       },
    {{0xABCD, 0xEF01, 0x2345, 0x6789, 0xABCD, 0xEF01, 0x2345, 1},
     "abcd:ef01:2345:6789:abcd:ef01:2345:1"                                             },
    {{0, 0, 0, 0, 0, 0xffff, 0xc612, 1},                          "198.18.0.1"          },
    {{0, 0, 0, 0, 0, 0xffff, 0, 0},                               "0.0.0.0"             },
    {{0, 0, 0, 0, 0, 0xffff, 0xffff, 0xffff},                     "255.255.255.255"     },
};

static struct tercet_address address_of(const uint16_t groups[8]) {
    struct tercet_address a;

    for (unsigned i = 0; i < 8; i++) {
        a.octets[2 * i] = (uint8_t)(groups[i] >> 8);
        a.octets[2 * i + 1] = (uint8_t)groups[i];
    }
    return a;
}

TEST(an_address_has_one_text)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char memory[64];
        struct text text;
        struct tercet_address a = address_of(rows[i].groups);

        TEST_ROW ("an address has one text: %s", rows[i].text) {
            text_init(&text, memory, sizeof memory);
            address_text(&text, &a);
            CHECK_STR(memory, rows[i].text);
        }
    }
}

TEST(a_port_stands_behind_brackets_only_for_ipv6)
{
    char memory[64];
    struct text text;
    struct tercet_address v6 = address_of((uint16_t[]){0x2001, 2, 0, 0, 0, 0, 0, 1});
    struct tercet_address v4 = address_of((uint16_t[]){0, 0, 0, 0, 0, 0xffff, 0xc612, 1});

    text_init(&text, memory, sizeof memory);
    endpoint_text(&text, &v6, 80);
    text_char(&text, ' ');
    endpoint_text(&text, &v4, 65535);
    CHECK_STR(memory, "[2001:2::1]:80 198.18.0.1:65535");
}
