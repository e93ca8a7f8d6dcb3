/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_condition.h"
#include "tap.h"

#define WHEN   784111777 /* 06 Nov 1994 08:49:37 */
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define THEN   "Sun, 06 Nov 1994 08:49:37 GMT"
#define AFTER  "Sun, 06 Nov 1994 08:49:38 GMT"

static const struct http_validators validators = {true, "\"tag\"", WHEN};

static struct http_request with(enum http_field field, const char *value) {
    struct http_request request = {0};
    request.fields[field] = (struct http_words){value, strlen(value)};
    request.times[field] = 1;
    return request;
}

TEST(one_condition_at_a_time)
{
    static const char *const names[HTTP_FIELD_COUNT] = {
#define FIELD_NAME(member, name) name,
        HTTP_FIELDS(FIELD_NAME)
#undef FIELD_NAME
    };
    static const struct {
        unsigned status;
        enum http_field field;
        const char *value;
    } rows[] = {
        {304, HTTP_FIELD_if_none_match,       "\"tag\""                          },
        {304, HTTP_FIELD_if_none_match,       "W/\"tag\""                        },
        {304, HTTP_FIELD_if_none_match,       "\"a\", \"b,c\" ,, W/\"d\",\"tag\""},
        {304, HTTP_FIELD_if_none_match,       "*"                                },
        {0,   HTTP_FIELD_if_none_match,       "\"other\""                        },
        {0,   HTTP_FIELD_if_none_match,       "\"ta\""                           },
        {0,   HTTP_FIELD_if_none_match,       "\"tagg\""                         },
        {0,   HTTP_FIELD_if_none_match,       "tag"                              },
        {0,   HTTP_FIELD_if_none_match,       "\"tag"                            },
        {0,   HTTP_FIELD_if_none_match,       "\""                               },
        {0,   HTTP_FIELD_if_none_match,       "W/"                               },
        {0,   HTTP_FIELD_if_none_match,       "\"a\" tag \"tag\""                },
        {0,   HTTP_FIELD_if_none_match,       ""                                 },
        {0,   HTTP_FIELD_if_match,            "\"tag\""                          },
        {0,   HTTP_FIELD_if_match,            "*"                                },
        {412, HTTP_FIELD_if_match,            "W/\"tag\""                        },
        {412, HTTP_FIELD_if_match,            "\"other\""                        },
        {412, HTTP_FIELD_if_match,            ""                                 },
        {0,   HTTP_FIELD_if_modified_since,   BEFORE                             },
        {304, HTTP_FIELD_if_modified_since,   THEN                               },
        {304, HTTP_FIELD_if_modified_since,   AFTER                              },
        {0,   HTTP_FIELD_if_modified_since,   "yesterday"                        },
        {412, HTTP_FIELD_if_unmodified_since, BEFORE                             },
        {0,   HTTP_FIELD_if_unmodified_since, THEN                               },
        {0,   HTTP_FIELD_if_unmodified_since, "yesterday"                        },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("%s: %s gives %u", names[rows[i].field], rows[i].value, rows[i].status) {
            struct http_request request = with(rows[i].field, rows[i].value);
            CHECK_EQ(http_condition_check(&request, &validators, WHEN), rows[i].status);
        }
    }
}

TEST(a_tag_goes_before_a_date)
{
    struct http_request request = with(HTTP_FIELD_if_none_match, "\"other\"");
    request.fields[HTTP_FIELD_if_modified_since] = (struct http_words){AFTER, strlen(AFTER)};
    CHECK_EQ(http_condition_check(&request, &validators, WHEN), 0);

    request = with(HTTP_FIELD_if_match, "\"tag\"");
    request.fields[HTTP_FIELD_if_unmodified_since] = (struct http_words){BEFORE, strlen(BEFORE)};
    CHECK_EQ(http_condition_check(&request, &validators, WHEN), 0);
}

TEST(without_validators_no_condition_holds_up)
{
    struct http_validators none = {.are_known = false};
    struct http_request request = with(HTTP_FIELD_if_none_match, "*");
    CHECK_EQ(http_condition_check(&request, &none, WHEN), 0);
    request = with(HTTP_FIELD_if_range, "\"\"");
    CHECK(!http_condition_has_range(&request, &none, WHEN));
}

TEST(a_range_may_hang_on_a_condition)
{
    static const struct {
        const char *value;
        bool has_range;
    } rows[] = {
        {"\"tag\"",            true },
        {"W/\"tag\"",          false},
        {"\"other\"",          false},
        {"*",                  false},
        {"",                   false},
        {THEN,                 true },
        {BEFORE,               false},
        {AFTER,                false},
        {"tag",                false},
        {"\"tag\", \"other\"", false},
        {"\"tag\"x",           false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("If-Range: %s", rows[i].value) {
            struct http_request request = with(HTTP_FIELD_if_range, rows[i].value);
            CHECK_EQ(http_condition_has_range(&request, &validators, WHEN), rows[i].has_range);
        }
    }
    struct http_request request = {0};
    TEST_ROW ("no If-Range") {
        CHECK(http_condition_has_range(&request, &validators, WHEN));
    }
    request.times[HTTP_FIELD_if_range] = 2;
    TEST_ROW ("two If-Ranges") {
        CHECK(!http_condition_has_range(&request, &validators, WHEN));
    }
}

TEST(a_tag_changes_with_whatever_tells_files_apart)
{
    struct http_validators a, b;
    http_validators_make(&a, UINT64_MAX, UINT64_MAX, INT64_MAX / 1000000000, 999999999);
    CHECK_EQ(a.tag[0], '"');
    CHECK_EQ(a.tag[strlen(a.tag) - 1], '"');
    CHECK(strlen(a.tag) > 3 * 16);
    http_validators_make(&a, 1, 2, 3, 4);
    http_validators_make(&b, 2, 2, 3, 4);
    CHECK(strcmp(a.tag, b.tag) != 0);
    http_validators_make(&b, 1, 3, 3, 4);
    CHECK(strcmp(a.tag, b.tag) != 0);
    http_validators_make(&b, 1, 2, 4, 4);
    CHECK(strcmp(a.tag, b.tag) != 0);
    http_validators_make(&b, 1, 2, 3, 5);
    CHECK(strcmp(a.tag, b.tag) != 0);
}
