/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_target.h"
#include "tap.h"

static unsigned target_of(struct http_target *target, const char *text) {
    return http_target_read(target, (struct http_words){text, strlen(text)});
}

TEST(a_target_becomes_a_path_below_the_folder)
{
    static const struct {
        const char *text, *path, *query;
        bool is_folder;
    } rows[] = {
        {"/",                    "",              "",         true },
        {"/a",                   "a",             "",         false},
        {"/a/",                  "a",             "",         true },
        {"/a/b.html?x=/../y",    "a/b.html",      "?x=/../y", false},
        {"/?",                   "",              "",         true },
        {"//a///b//",            "a/b",           "",         true },
        {"//",                   "",              "",         true },
        {"/%41%2e%2Eb",          "A..b",          "",         false},
        {"/...",                 "...",           "",         false},
        {"/.well-known/x",       ".well-known/x", "",         false},
        {"/a%20b",               "a b",           "",         false},
        {"/%c3%A4",              "\xc3\xa4",      "",         false},
        {"/a%5cb",               "a\\b",          "",         false},
        {"/%25",                 "%",             "",         false},
        {"http://host:80/a/b?c", "a/b",           "?c",       false},
        {"http://host",          "",              "",         true },
        {"/a#b",                 "a",             "",         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("target %s", rows[i].text) {
            struct http_target target;
            if (!CHECK_EQ(target_of(&target, rows[i].text), 0)) continue;
            CHECK_STR(target.path, rows[i].path);
            CHECK_EQ(target.is_folder, rows[i].is_folder);
            CHECK_EQ(target.query.n, strlen(rows[i].query));
            if (target.query.n == strlen(rows[i].query) && target.query.n > 0)
                CHECK_MEM(target.query.at, rows[i].query, target.query.n);
        }
    }
}

TEST(a_target_that_could_lead_elsewhere_is_refused)
{
    static const char *const rows[] = {
        "/..",       "/../etc/passwd", "/a/../b", "/a/..",  "/.",     "/./a",    "/a/.",
        "/%2e%2e/a", "/%2E./a",        "/.%2e",   "/a/%2e", "/a%2fb", "/%2f",    "/a%2F..%2Fb",
        "/%00",      "/a%00.png",      "/%",      "/%4",    "/%zz",   "/%4g",    "/a%",
        "/%0a",      "/%7f",           "/%1b",    "*",      "x",      "http://", "http:///a",
        "",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("target %s is refused", rows[i]) {
            struct http_target target;
            CHECK_EQ(target_of(&target, rows[i]), 400);
        }
    }
}

TEST(a_long_path_is_refused_at_its_limit)
{
    char text[HTTP_PATH_MAX + 10];
    struct http_target target;
    memset(text, 'a', sizeof text);
    text[0] = '/';
    CHECK_EQ(http_target_read(&target, (struct http_words){text, HTTP_PATH_MAX + 1}), 0);
    CHECK_EQ(strlen(target.path), HTTP_PATH_MAX);
    CHECK_EQ(http_target_read(&target, (struct http_words){text, HTTP_PATH_MAX + 2}), 414);
    memset(text + 1, '/', sizeof text - 1); /* they vanish */
    CHECK_EQ(http_target_read(&target, (struct http_words){text, sizeof text}), 0);
    CHECK_STR(target.path, "");
}

TEST(a_path_ending_at_the_limit_with_more_segments_is_refused)
{
    char text[HTTP_PATH_MAX + 10];
    struct http_target target;
    memset(text, 'a', sizeof text);
    text[0] = '/';
    text[HTTP_PATH_MAX + 1] = '/';
    CHECK_EQ(http_target_read(&target, (struct http_words){text, sizeof text}), 414);
}

TEST(a_folder_is_pointed_to_on_this_host_only)
{
    static const struct {
        const char *text, *location;
    } rows[] = {
        {"/a",                   "/a/"              },
        {"//evil.example",       "/evil.example/"   },
        {"/%5cevil.example",     "/%5cevil.example/"},
        {"/\\evil.example",      "/%5cevil.example/"},
        {"/a b",                 NULL               },
        {"/a%20b?c=d",           "/a%20b/?c=d"      },
        {"/a%0d%0aSet-Cookie:x", NULL               },
        {"/%c3%a4/b",            "/%c3%a4/b/"       },
        {"/a%22%3cb",            "/a%22%3cb/"       },
        {"/a%3fb",               "/a%3fb/"          },
        {"/a%25b",               "/a%25b/"          },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("%s leads to %s", rows[i].text, rows[i].location ? rows[i].location : "nowhere") {
            struct http_target target;
            char memory[200];
            struct text text;
            text_init(&text, memory, sizeof memory);
            CHECK_EQ(target_of(&target, rows[i].text), rows[i].location ? 0 : 400);
            if (!rows[i].location) continue;
            http_target_put_folder(&target, &text);
            CHECK_STR(memory, rows[i].location);
        }
    }
}
