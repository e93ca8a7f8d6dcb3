/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_range.h"
#include "tap.h"

TEST(a_range_is_read_malformed_or_not)
{
    static const struct {
        const char *text;
        uint64_t size;
        enum http_range_kind kind;
        uint64_t first, last;
    } rows[] = {
        {"bytes=0-0",                       100,        HTTP_RANGE_PART,   0,  0             },
        {"bytes=0-99",                      100,        HTTP_RANGE_PART,   0,  99            },
        {"bytes=10-19",                     100,        HTTP_RANGE_PART,   10, 19            },
        {"bytes=90-200",                    100,        HTTP_RANGE_PART,   90, 99            },
        {"bytes=99-",                       100,        HTTP_RANGE_PART,   99, 99            },
        {"bytes=0-",                        100,        HTTP_RANGE_PART,   0,  99            },
        {"bytes=-1",                        100,        HTTP_RANGE_PART,   99, 99            },
        {"bytes=-100",                      100,        HTTP_RANGE_PART,   0,  99            },
        {"bytes=-1000",                     100,        HTTP_RANGE_PART,   0,  99            },
        {"bytes=-99999999999999999999999",  100,        HTTP_RANGE_PART,   0,  99            },
        {"bytes=0-99999999999999999999999", 100,        HTTP_RANGE_PART,   0,  99            },
        {"BYTES=1-2",                       100,        HTTP_RANGE_PART,   1,  2             },
        {"bytes= 1-2 ",                     100,        HTTP_RANGE_PART,   1,  2             },
        {"bytes=1-18446744073709551615",    UINT64_MAX, HTTP_RANGE_PART,   1,  UINT64_MAX - 1},
        {"bytes=100-",                      100,        HTTP_RANGE_BEYOND, 0,  0             },
        {"bytes=100-200",                   100,        HTTP_RANGE_BEYOND, 0,  0             },
        {"bytes=18446744073709551615-",     100,        HTTP_RANGE_BEYOND, 0,  0             },
        {"bytes=99999999999999999999999-",  100,        HTTP_RANGE_BEYOND, 0,  0             },
        {"bytes=-0",                        100,        HTTP_RANGE_BEYOND, 0,  0             },
        {"bytes=0-0",                       0,          HTTP_RANGE_BEYOND, 0,  0             },
        {"bytes=0-",                        0,          HTTP_RANGE_BEYOND, 0,  0             },
        {"bytes=-5",                        0,          HTTP_RANGE_BEYOND, 0,  0             },
        {"",                                100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes",                           100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=",                          100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=-",                         100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=--5",                       100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=5",                         100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=5-4",                       100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=200-100",                   100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=1-2,4-5",                   100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=1-2,",                      100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=,1-2",                      100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=1-2-3",                     100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=1 -2",                      100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=1- 2",                      100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=a-b",                       100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=0x1-2",                     100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=+1-2",                      100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=1-+2",                      100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=1.0-2",                     100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes 1-2",                       100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes:1-2",                       100,        HTTP_RANGE_NONE,   0,  0             },
        {"bits=1-2",                        100,        HTTP_RANGE_NONE,   0,  0             },
        {"bytes=1-2;x",                     100,        HTTP_RANGE_NONE,   0,  0             },
        {"=1-2",                            100,        HTTP_RANGE_NONE,   0,  0             },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("\"%s\" of %" PRIu64 " octets", rows[i].text, rows[i].size) {
            uint64_t first = 0, last = 0;
            size_t n = strlen(rows[i].text);
            char *copy = malloc(n + 1); /* without a terminator to hold on to */
            memcpy(copy, rows[i].text, n);
            CHECK_EQ(http_range_read((struct http_words){copy, n}, rows[i].size, &first, &last),
                     rows[i].kind);
            CHECK_EQ(first, rows[i].first);
            CHECK_EQ(last, rows[i].last);
            free(copy);
        }
    }
}
