/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/json.h"

#include <string.h>

/*
 * Octets of the well-formed UTF-8 sequence at @at, 0 if there is none.  Source: RFC 3629 section 4.
 */
static size_t json_utf8(const unsigned char *at, size_t n) {
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = at[0] < 0x80       ? 1
                    : at[0] >> 5 == 6  ? 2
                    : at[0] >> 4 == 14 ? 3
                    : at[0] >> 3 == 30 ? 4
                                       : 0;
    uint32_t code = length == 1 ? at[0] : at[0] & (0x7fu >> length);

    if (length == 0 || length > n) return 0;
    for (size_t i = 1; i < length; i++) {
        if (at[i] >> 6 != 2) return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return 0;
    return length;
}

void json_escape(struct text *text, const char *string, size_t n) {
    const unsigned char *at = (const unsigned char *)string;

    while (n) {
        size_t length = json_utf8(at, n);

        if (length == 0) {
            text_put(text, "\\ufffd");
            length = 1;
        } else if (*at < 0x20) {
            text_put(text, "\\u");
            text_hex(text, *at, 4);
        } else {
            if (*at == '"' || *at == '\\') text_char(text, '\\');
            text_bytes(text, (const char *)at, length);
        }
        at += length;
        n -= length;
    }
}

static void json_string(struct text *text, const char *string) {
    text_char(text, '"');
    json_escape(text, string, strlen(string));
    text_char(text, '"');
}

void json_key(struct text *text, const char *key) {
    if (text->used && text->at[text->used - 1] != '{') text_char(text, ',');
    json_string(text, key);
    text_char(text, ':');
}

void json_word(struct text *text, const char *key, const char *value) {
    json_key(text, key);
    if (value)
        json_string(text, value);
    else
        text_put(text, "null");
}

void json_number(struct text *text, const char *key, uint64_t value) {
    json_key(text, key);
    text_u64(text, value);
}

void json_truth(struct text *text, const char *key, bool value) {
    json_key(text, key);
    text_put(text, value ? "true" : "false");
}
