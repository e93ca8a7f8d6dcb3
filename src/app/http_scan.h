/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_APP_HTTP_SCAN_H
#define TERCET_APP_HTTP_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Finds the end of a request's head, octet by octet, as it arrives.
 *
 * The head stays in the receive buffer until it is whole; the scan remembers how far it has looked,
 * so that a peer who sends one octet a packet costs one look an octet. It also refuses at once what
 * no head contains, before a parser sees it: control characters, a CR without LF, and line folding
 * (RFC 9112 sections 2.2, 5.2).
 */
enum http_scan_state {
    HTTP_SCAN_START, /* only empty lines so far, which are allowed (RFC 9112 section 2.2) */
    HTTP_SCAN_START_CR,
    HTTP_SCAN_LINE,
    HTTP_SCAN_CR,
    HTTP_SCAN_LINE_END, /* behind the LF */
    HTTP_SCAN_LINE_END_CR,
    HTTP_SCAN_DONE,
    HTTP_SCAN_BAD
};

struct http_scan {
    uint16_t seen;     /* octets looked at */
    uint8_t state;     /* enum http_scan_state */
    bool is_in_fields; /* the request line is complete */
};

/*
 * Look at the next @n octets.
 * Return: how many belong to the head: less than @n when the state becomes DONE or BAD.
 */
size_t http_scan(struct http_scan *scan, const char *bytes, size_t n);

#endif
