/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP options: the parser that eBPF shares against one that is written as the rules are told. The
 * octets are options, at most 40 of them; a whole header with them, which may take the short cut,
 * says the same.
 */
#include "base/bytes.h"
#include "input.h"
#include "wire/tcp.h"

/* Whether the length is right for the kind; unknown kinds may have any. */
static bool length_is_right(uint8_t kind, uint32_t length) {
    switch (kind) {
    case TCP_OPTION_MSS: return length == 4;
    case TCP_OPTION_WSCALE: return length == 3;
    case TCP_OPTION_SACK_PERMITTED: return length == 2;
    case TCP_OPTION_SACK: return length == 10 || length == 18 || length == 26 || length == 34;
    case TCP_OPTION_TIMESTAMPS: return length == 10;
    case TCP_OPTION_MD5: return length == 18;
    case TCP_OPTION_AO: return length >= 4;
    case TCP_OPTION_FAST_OPEN: return length <= 18;
    default: return true;
    }
}

static uint16_t bit_of(uint8_t kind) {
    switch (kind) {
    case TCP_OPTION_MSS: return TCP_HAS_MSS;
    case TCP_OPTION_WSCALE: return TCP_HAS_WSCALE;
    case TCP_OPTION_SACK_PERMITTED: return TCP_HAS_SACK_PERMITTED;
    case TCP_OPTION_SACK: return TCP_HAS_SACK;
    case TCP_OPTION_TIMESTAMPS: return TCP_HAS_TIMESTAMPS;
    case TCP_OPTION_MD5: return TCP_HAS_MD5;
    case TCP_OPTION_AO: return TCP_HAS_AO;
    case TCP_OPTION_FAST_OPEN: return TCP_HAS_FAST_OPEN;
    default: return TCP_OPTIONS_UNKNOWN;
    }
}

static void take(struct tcp_options *out, uint8_t kind, const uint8_t *value, uint32_t n) {
    if (kind == TCP_OPTION_MSS) out->mss = be16_get(value);
    if (kind == TCP_OPTION_WSCALE) out->wscale = value[0];
    if (kind == TCP_OPTION_TIMESTAMPS) {
        out->ts_val = be32_get(value);
        out->ts_ecr = be32_get(value + 4);
    }
    if (kind == TCP_OPTION_SACK) {
        out->n_sack = (uint8_t)(n / 8);
        for (uint32_t i = 0; i < n / 8; i++)
            out->sack[i] = (struct tcp_sack_block){be32_get(value + 8 * i),
                                                   be32_get(value + 8 * i + 4)};
    }
    if (kind == TCP_OPTION_FAST_OPEN) {
        out->fo_length = (uint8_t)n;
        memcpy(out->fo_cookie, value, n);
    }
}

static struct tcp_options parse_plainly(const uint8_t *octets, uint32_t n) {
    struct tcp_options out = {0};
    uint32_t at = 0;

    while (at < n && octets[at] != TCP_OPTION_EOL) {
        uint8_t kind = octets[at];
        uint32_t length;

        if (kind == TCP_OPTION_NOP) {
            at++;
            continue;
        }
        length = at + 1 < n ? octets[at + 1] : 0;
        if (length < 2 || at + length > n) {
            out.present |= TCP_OPTIONS_BAD;
            break;
        }
        if (!length_is_right(kind, length))
            out.present |= TCP_OPTIONS_BAD;
        else if (!(out.present & bit_of(kind)))
            take(&out, kind, octets + at + 2, length - 2);
        if (length_is_right(kind, length)) out.present |= bit_of(kind);
        at += length;
    }
    return out;
}

/* A field counts only where its bit is present. */
static void must_be_same(const struct tcp_options *a, const struct tcp_options *b) {
    must(a->present == b->present);
    must(!(a->present & TCP_HAS_MSS) || a->mss == b->mss);
    must(!(a->present & TCP_HAS_WSCALE) || a->wscale == b->wscale);
    must(!(a->present & TCP_HAS_TIMESTAMPS) || (a->ts_val == b->ts_val && a->ts_ecr == b->ts_ecr));
    if (a->present & TCP_HAS_SACK) {
        must(a->n_sack == b->n_sack);
        must(memcmp(a->sack, b->sack, a->n_sack * sizeof a->sack[0]) == 0);
    }
    if (a->present & TCP_HAS_FAST_OPEN) {
        must(a->fo_length == b->fo_length);
        must(memcmp(a->fo_cookie, b->fo_cookie, a->fo_length) == 0);
    }
}

/* The options at the end of a header, in memory of just its size. */
static void try_header(const uint8_t *octets, uint32_t n) {
    unsigned char header[TCP_HEADER_MAX] = {0, 1, 0, 2, [12] = (unsigned char)((20 + n) / 4 << 4)};
    struct ip_header ip = {.length = TCP_HEADER_LENGTH + n};
    struct tcp_options plain = parse_plainly(octets, n);
    unsigned char *memory;
    struct segment seg;

    memcpy(header + TCP_HEADER_LENGTH, octets, n);
    memory = exactly(header, ip.length);
    ip.payload = memory;
    must(tcp_parse(&ip, true, &seg) == TERCET_TAKEN && seg.length == 0);
    must_be_same(&plain, &seg.options);
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size) {
    uint32_t n = size < TCP_OPTIONS_MAX ? (uint32_t)size : TCP_OPTIONS_MAX;
    unsigned char slack[TCP_OPTIONS_BUFFER] = {0};
    struct tcp_options plain = parse_plainly(octets, n), out;
    unsigned char *buffer;

    if (n) memcpy(slack, octets, n);
    buffer = exactly(slack, sizeof slack);
    tcp_options_parse(&out, buffer, n);
    must(memcmp(&plain, &out, sizeof out) == 0);
    free(buffer);
    if (n) try_header(octets, n & ~3u);
    return 0;
}
