/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_scan.h"

static bool is_control(char c) {
    return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

static enum http_scan_state scan_line(char c) {
    if (c == '\r') return HTTP_SCAN_CR;
    if (c == '\n') return HTTP_SCAN_LINE_END;
    return is_control(c) ? HTTP_SCAN_BAD : HTTP_SCAN_LINE;
}

static enum http_scan_state scan_start(char c) {
    if (c == '\r') return HTTP_SCAN_START_CR;
    if (c == '\n') return HTTP_SCAN_START;
    /* A method begins with a letter: so a TLS or SSH client hears at once that this is neither. */
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ? HTTP_SCAN_LINE : HTTP_SCAN_BAD;
}

static enum http_scan_state scan_line_end(char c) {
    if (c == '\r') return HTTP_SCAN_LINE_END_CR;
    if (c == '\n') return HTTP_SCAN_DONE;
    return c == ' ' || c == '\t' || is_control(c) ? HTTP_SCAN_BAD : HTTP_SCAN_LINE;
}

static enum http_scan_state scan_octet(enum http_scan_state state, char c) {
    switch (state) {
    case HTTP_SCAN_START: return scan_start(c);
    case HTTP_SCAN_START_CR: return c == '\n' ? HTTP_SCAN_START : HTTP_SCAN_BAD;
    case HTTP_SCAN_LINE: return scan_line(c);
    case HTTP_SCAN_CR: return c == '\n' ? HTTP_SCAN_LINE_END : HTTP_SCAN_BAD;
    case HTTP_SCAN_LINE_END: return scan_line_end(c);
    case HTTP_SCAN_LINE_END_CR: return c == '\n' ? HTTP_SCAN_DONE : HTTP_SCAN_BAD;
    case HTTP_SCAN_DONE:
    case HTTP_SCAN_BAD: break;
    }
    return state;
}

size_t http_scan(struct http_scan *scan, const char *bytes, size_t n) {
    enum http_scan_state state = scan->state;
    size_t i = 0;
    while (i < n && state != HTTP_SCAN_DONE && state != HTTP_SCAN_BAD) {
        state = scan_octet(state, bytes[i++]);
        if (state == HTTP_SCAN_LINE_END) scan->is_in_fields = true;
    }
    scan->state = (uint8_t)state;
    scan->seen = (uint16_t)(scan->seen + i);
    return i;
}
