/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_mime.h"
#include "app/http_response.h"
#include "tap.h"

#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"

static char memory[HTTP_RESPONSE_HEAD_MAX];

static const char *head_of(const struct http_response *response) {
    struct text text;
    text_init(&text, memory, sizeof memory);
    http_response_put(response, DATE, &text);
    CHECK(!text.cut);
    return memory;
}

TEST(a_whole_file)
{
    struct http_validators validators = {true, "\"t\"", 784111777};
    struct http_response response = {.status = 200,
                                     .type = "text/css",
                                     .length = 12345678901,
                                     .has_ranges = true,
                                     .keeps_alive = true,
                                     .validators = &validators};
    CHECK_STR(head_of(&response), "HTTP/1.1 200 OK\r\n"
                                  "Server: tercet\r\n"
                                  "Date: " DATE "\r\n"
                                  "Content-Type: text/css\r\n"
                                  "X-Content-Type-Options: nosniff\r\n"
                                  "Content-Length: 12345678901\r\n"
                                  "Accept-Ranges: bytes\r\n"
                                  "Last-Modified: " DATE "\r\n"
                                  "ETag: \"t\"\r\n"
                                  "\r\n");
}

TEST(a_part_of_a_file)
{
    struct http_response response = {.status = 206,
                                     .type = "a/b",
                                     .length = 10,
                                     .first = 5,
                                     .last = 14,
                                     .size = 100,
                                     .has_ranges = true,
                                     .keeps_alive = true};
    const char *head = head_of(&response);
    CHECK(strstr(head, "HTTP/1.1 206 Partial Content\r\n") == head);
    CHECK(strstr(head, "\r\nContent-Length: 10\r\n"));
    CHECK(strstr(head, "\r\nContent-Range: bytes 5-14/100\r\n"));
}

TEST(a_range_beyond_the_end_tells_the_size)
{
    struct http_response response = {.status = 416, .size = 100, .has_ranges = true};
    CHECK(strstr(head_of(&response), "\r\nContent-Range: bytes */100\r\n"));
}

TEST(not_modified_has_no_length)
{
    struct http_response response = {.status = 304, .keeps_alive = true};
    CHECK(!strstr(head_of(&response), "Content-Length"));
    CHECK(!strstr(head_of(&response), "Content-Type"));
}

TEST(the_connection_field_says_what_the_version_does_not)
{
    struct http_response response = {.status = 200};
    CHECK(strstr(head_of(&response), "\r\nConnection: close\r\n"));
    response.is_old = true;
    CHECK(strstr(head_of(&response), "\r\nConnection: close\r\n"));
    response.keeps_alive = true;
    CHECK(strstr(head_of(&response), "\r\nConnection: keep-alive\r\n"));
    response.is_old = false;
    CHECK(!strstr(head_of(&response), "\r\nConnection:"));
}

TEST(a_refused_method_is_told_the_others)
{
    struct http_response response = {.status = 405};
    CHECK(strstr(head_of(&response), "\r\nAllow: GET, HEAD\r\n"));
}

TEST(the_longest_location_fits)
{
    static struct http_target target;
    static char query[HTTP_HEAD_MAX];
    memset(target.path, '\\', HTTP_PATH_MAX);
    memset(query, 'q', sizeof query);
    target.query = (struct http_words){query, sizeof query};
    struct http_response response = {.status = 301, .moved = &target};
    const char *head = head_of(&response);
    const char *location = strstr(head, "\r\nLocation: /%5c%5c");
    CHECK(location != NULL);
    CHECK(strstr(head, "\r\n\r\n") == head + strlen(head) - 4);
}

TEST(each_status_that_is_sent_has_its_words)
{
    static const unsigned statuses[] = {200, 206, 301, 304, 400, 403, 404, 405, 408,
                                        412, 413, 414, 416, 431, 500, 501, 503, 505};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        CHECK(strcmp(http_status_words(statuses[i]), "Unknown") != 0);
}

TEST(a_media_type_follows_the_extension)
{
    static const struct {
        const char *path, *type;
    } rows[] = {
        {"index.html",    "text/html; charset=utf-8"      },
        {"a/b/INDEX.HTM", "text/html; charset=utf-8"      },
        {"a.css",         "text/css; charset=utf-8"       },
        {"a.min.js",      "text/javascript; charset=utf-8"},
        {"a.svg",         "image/svg+xml"                 },
        {"a.7z",          "application/x-7z-compressed"   },
        {"a.zst",         "application/zstd"              },
        {"a.wasm",        "application/wasm"              },
        {"a.jpeg",        "image/jpeg"                    },
        {"a.jpg",         "image/jpeg"                    },
        {"a.tar.gz",      "application/gzip"              },
        {"a.html.",       "application/octet-stream"      },
        {"a.unknown",     "application/octet-stream"      },
        {"html",          "application/octet-stream"      },
        {".html",         "application/octet-stream"      },
        {"a/.css",        "application/octet-stream"      },
        {"a.css/b",       "application/octet-stream"      },
        {"",              "application/octet-stream"      },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("the type of \"%s\"", rows[i].path) {
            CHECK_STR(http_mime_type(rows[i].path), rows[i].type);
        }
    }
}
