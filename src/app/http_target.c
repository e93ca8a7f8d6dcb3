/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_target.h"

#include <http_parser.h>
#include <string.h>

static int hex_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/*
 * One octet of a path.
 * @at: moved behind it
 * Return: the octet, or -1 when it must not stand in a path.
 */
static int path_octet(const char **at, const char *end) {
    int c = (unsigned char)*(*at)++;
    if (c != '%') return c <= ' ' || c == 0x7f ? -1 : c;
    if (end - *at < 2) return -1;
    int high = hex_of((*at)[0]), low = hex_of((*at)[1]);
    if (high < 0 || low < 0) return -1;
    *at += 2;
    c = high << 4 | low;
    /* A slash that was encoded is part of a name, and no file has such a name. */
    return c < ' ' || c == 0x7f || c == '/' ? -1 : c;
}

static bool is_dots(const char *segment, size_t n) {
    return (n == 1 && segment[0] == '.') || (n == 2 && segment[0] == '.' && segment[1] == '.');
}

/* Decode the segments between slashes; empty ones vanish. */
static unsigned path_read(struct http_target *target, const char *at, const char *end) {
    size_t used = 0;
    target->is_folder = true;
    while (at < end) {
        if (*at == '/') {
            target->is_folder = true;
            at++;
            continue;
        }
        if (used > 0 && used < HTTP_PATH_MAX) target->path[used++] = '/';
        size_t start = used;
        while (at < end && *at != '/') {
            int c = path_octet(&at, end);
            if (c < 0) return 400;
            if (used >= HTTP_PATH_MAX) return 414;
            target->path[used++] = (char)c;
        }
        if (is_dots(target->path + start, used - start)) return 400;
        target->is_folder = false;
    }
    target->path[used] = 0;
    return 0;
}

unsigned http_target_read(struct http_target *target, struct http_words words) {
    struct http_parser_url url;
    http_parser_url_init(&url);
    target->query = (struct http_words){NULL, 0};
    target->path[0] = 0;
    target->is_folder = true;
    if (words.n == 0 || words.n > UINT16_MAX) return 400;
    if (http_parser_parse_url(words.at, words.n, 0, &url) != 0) return 400;
    if (!(url.field_set & 1 << UF_PATH))
        return words.at[0] == '*' ? 400 : 0; /* http://host means its root */
    const char *path = words.at + url.field_data[UF_PATH].off;
    if (path[0] != '/') return 400;
    if (url.field_set & 1 << UF_QUERY) {
        const char *query = words.at + url.field_data[UF_QUERY].off - 1;
        target->query = (struct http_words){query, (size_t)url.field_data[UF_QUERY].len + 1};
    }
    return path_read(target, path, path + url.field_data[UF_PATH].len);
}

static bool is_plain(char c) {
    char lower = (char)(c | 0x20);
    if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9')) return true;
    return c != 0 && strchr("-._~/", c) != NULL;
}

void http_target_put_folder(const struct http_target *target, struct text *text) {
    text_char(text, '/');
    for (const char *at = target->path; *at; at++) {
        if (is_plain(*at)) {
            text_char(text, *at);
        } else {
            text_char(text, '%');
            text_hex(text, (unsigned char)*at, 2);
        }
    }
    if (target->path[0]) text_char(text, '/');
    text_bytes(text, target->query.at ? target->query.at : "", target->query.n);
}
