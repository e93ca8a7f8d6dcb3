/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/place.h"
#include "tap.h"

TEST(a_number_is_decimal_and_within_its_limits)
{
    static const struct {
        const char *text;
        uint32_t least, most;
        bool is_right;
        uint32_t number;
    } rows[] = {
        {"0",                    0,   10,         true,  0         },
        {"10",                   0,   10,         true,  10        },
        {"007",                  0,   10,         true,  7         },
        {"4294967295",           0,   UINT32_MAX, true,  4294967295},
        {"11",                   0,   10,         false, 0         },
        {"575",                  576, 9000,       false, 0         },
        {"",                     0,   10,         false, 0         },
        {"-1",                   0,   10,         false, 0         },
        {"+1",                   0,   10,         false, 0         },
        {" 1",                   0,   10,         false, 0         },
        {"1 ",                   0,   10,         false, 0         },
        {"0x1",                  0,   10,         false, 0         },
        {"4294967296",           0,   UINT32_MAX, false, 0         },
        {"18446744073709551617", 0,   UINT32_MAX, false, 0         },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("number \"%s\" from %u to %u", rows[i].text, rows[i].least, rows[i].most) {
            uint32_t number = 0;
            CHECK_EQ(number_read(rows[i].text, rows[i].least, rows[i].most, &number),
                     rows[i].is_right);
            if (rows[i].is_right) CHECK_EQ(number, rows[i].number);
        }
    }
}

TEST(a_port_is_1_to_65535)
{
    uint16_t port = 0;

    CHECK(port_read("1", &port));
    CHECK_EQ(port, 1);
    CHECK(port_read("65535", &port));
    CHECK_EQ(port, 65535);
    CHECK(!port_read("0", &port));
    CHECK(!port_read("65536", &port));
    CHECK(!port_read("http", &port));
}

TEST(an_address_is_text_of_either_family)
{
    static const struct {
        const char *text;
        bool is_right;
        uint8_t octet_10, octet_12, octet_15;
    } rows[] = {
        {"198.18.0.2",                                           true,  0xff, 198, 2},
        {"::ffff:198.18.0.2",                                    true,  0xff, 198, 2},
        {"2001:2::2",                                            true,  0,    0,   2},
        {"::",                                                   true,  0,    0,   0},
        {"0.0.0.0",                                              true,  0xff, 0,   0},
        {"198.18.0",                                             false, 0,    0,   0},
        {"198.18.0.256",                                         false, 0,    0,   0},
        {"198.18.0.2 ",                                          false, 0,    0,   0},
        {"[::1]",                                                false, 0,    0,   0},
        {"localhost",                                            false, 0,    0,   0},
        {"",                                                     false, 0,    0,   0},
        {"2001:2:0:0:0:0:0:2:3",                                 false, 0,    0,   0},
        {"0000000000000000000000000000000000000000000000000000", false, 0,    0,   0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("address \"%s\"", rows[i].text) {
            struct tercet_address address = {{0}};
            bool is_right = address_read(rows[i].text, strlen(rows[i].text), &address);
            if (!CHECK_EQ(is_right, rows[i].is_right) || !is_right) continue;
            CHECK_EQ(address.octets[10], rows[i].octet_10);
            CHECK_EQ(address.octets[12], rows[i].octet_12);
            CHECK_EQ(address.octets[15], rows[i].octet_15);
        }
    }
}

TEST(an_address_is_read_no_further_than_it_is_told)
{
    struct tercet_address address;

    CHECK(address_read("198.18.0.2/24", strlen("198.18.0.2"), &address));
    CHECK_EQ(address.octets[15], 2);
}
