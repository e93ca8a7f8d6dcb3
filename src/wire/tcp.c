/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/tcp.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "base/must.h"
#include "base/rare.h"
#include "wire/scale_first.h"

/*
 * TCP's header as a value. The parser refuses only what contradicts itself; reserved bits, the
 * urgent pointer and any combination of control bits come through as they are, for the protocol to
 * judge. An option that is wrong costs itself, or what is behind it, never the segment (RFC 9293
 * section 3.1, MUST-7).
 */
#define TCP_NOP2         0x0101u /* padding in front of an option that begins off the word */
#define TCP_NOP_NOP_TS   0x0101080au
#define TCP_NOP_NOP_SACK 0x01010402u
#define TCP_MSS          0x02040000u /* and 16 bits of it */
#define TCP_SACK_TS      0x0402080au
#define TCP_NOP_WSCALE   0x01030300u /* and 8 bits of it */

/* What most SYNs carry. */
#define TCP_SYN_OPTIONS (TCP_HAS_MSS | TCP_HAS_SACK_PERMITTED | TCP_HAS_TIMESTAMPS | TCP_HAS_WSCALE)

/*
 * Options in any order: copied out of the packet, then parsed. Apart from the short cuts, which need
 * no buffer cleared.
 * @n: octets, a multiple of 4, at most 40
 */
static RARE void options_copy_parse(struct tcp_options *out, const unsigned char *options,
                                    uint32_t n) {
    unsigned char buffer[TCP_OPTIONS_BUFFER] = {0};

    for (uint32_t i = 0; i < n; i += 4)
        memcpy(buffer + i, options + i, 4);
    tcp_options_parse(out, buffer, n);
}

static void timestamps_parse(struct tcp_options *out, const unsigned char *at) {
    out->ts_val = be32_get(at);
    out->ts_ecr = be32_get(at + 4);
}

/* The options of nearly every segment that is not a SYN.  Return: whether these are they. */
static bool options_parse_ts(struct tcp_options *out, const unsigned char *at, uint32_t n) {
    if (n != 12 || be32_get(at) != TCP_NOP_NOP_TS) return false;
    out->present = TCP_HAS_TIMESTAMPS;
    timestamps_parse(out, at + 4);
    return true;
}

/* The options of a SYN as Linux lays them out, and we. */
static bool options_parse_syn(struct tcp_options *out, const unsigned char *at, uint32_t n) {
    if (n != 20 || be32_get(at + 4) != TCP_SACK_TS) return false;
    if ((be32_get(at) & 0xffff0000) != TCP_MSS || (be32_get(at + 16) & ~0xffu) != TCP_NOP_WSCALE)
        return false;
    out->present = TCP_SYN_OPTIONS;
    out->mss = be16_get(at + 2);
    timestamps_parse(out, at + 8);
    out->wscale = at[19];
    return true;
}

static void options_parse(struct tcp_options *out, const unsigned char *options, uint32_t n) {
    out->present = 0;
    if (n == 0 || options_parse_ts(out, options, n) || options_parse_syn(out, options, n)) return;
    options_copy_parse(out, options, n);
}

enum tercet_verdict tcp_parse(const struct ip_header *ip, bool checksum_is_valid,
                              struct segment *seg) {
    const unsigned char *at = ip->payload;
    uint32_t header;

    if (ip->length < TCP_HEADER_LENGTH) return TERCET_TCP_SHORT;
    header = (at[12] >> 4) * 4u;
    if (header < TCP_HEADER_LENGTH || header > ip->length) return TERCET_TCP_OFFSET;
    if (!checksum_is_valid) {
        uint64_t sum = ip_pseudo_sum(&ip->source, &ip->destination, IP_PROTOCOL_TCP, ip->length);

        if (!checksum_is_right(checksum_add(sum, at, ip->length))) return TERCET_TCP_CHECKSUM;
    }
    seg->source_port = be16_get(at);
    seg->destination_port = be16_get(at + 2);
    if (seg->source_port == 0 || seg->destination_port == 0) return TERCET_TCP_PORT;
    seg->seq = seq_of(be32_get(at + 4));
    seg->ack = seq_of(be32_get(at + 8));
    seg->reserved = at[12] & 15;
    seg->flags = at[13];
    seg->wnd = be16_get(at + 14);
    seg->urgent = be16_get(at + 18);
    seg->header_length = (uint16_t)header;
    seg->length = ip->length - header;
    seg->payload = at + header;
    options_parse(&seg->options, at + TCP_HEADER_LENGTH, header - TCP_HEADER_LENGTH);
    return TERCET_TAKEN;
}

/* Octets of the options in front of the SACK blocks, padding included. */
static uint32_t options_length(const struct tcp_options *options) {
    uint32_t n = 0;

    if (options->present & TCP_HAS_MSS) n += 4;
    if (options->present & TCP_HAS_TIMESTAMPS)
        n += 12;
    else if (options->present & TCP_HAS_SACK_PERMITTED)
        n += 4;
    if (options->present & TCP_HAS_WSCALE) n += 4;
    if (options->present & TCP_HAS_FAST_OPEN) n += (2u + options->fo_length + 3) & ~3u;
    return n;
}

/* How many SACK blocks fit behind @used octets of other options. */
static uint32_t options_sack_blocks(const struct tcp_options *options, uint32_t used) {
    uint32_t room = TCP_OPTIONS_MAX - used;

    if (!(options->present & TCP_HAS_SACK) || room < 12) return 0;
    room = (room - 4) / 8;
    return options->n_sack < room ? options->n_sack : room;
}

uint32_t tcp_header_length(const struct segment *seg) {
    uint32_t n, blocks;

    if (seg->option_order == TERCET_ORDER_SCALE_FIRST)
        return TCP_HEADER_LENGTH + scale_first_length(&seg->options);
    n = options_length(&seg->options);
    must(n <= TCP_OPTIONS_MAX && !segment_has_option(seg, TCP_HAS_MD5 | TCP_HAS_AO));
    blocks = options_sack_blocks(&seg->options, n);
    return TCP_HEADER_LENGTH + n + (blocks ? TCP_SACK_LENGTH(blocks) : 0);
}

/* Where the next word of a header goes, and the sum of those before it. */
struct pen {
    unsigned char *at;
    uint64_t sum;
};

static inline void pen_put(struct pen *pen, uint32_t word) {
    uint32_t loaded = be32_as_loaded(word);

    store32(pen->at, loaded);
    pen->at += 4;
    pen->sum += loaded;
}

/* Timestamps, with SACK-permitted in the place of their padding where both are wanted. */
static void options_put_sack_ts(struct pen *pen, const struct tcp_options *options) {
    bool has_sack_permitted = options->present & TCP_HAS_SACK_PERMITTED;

    if (!(options->present & TCP_HAS_TIMESTAMPS)) {
        if (has_sack_permitted) pen_put(pen, TCP_NOP_NOP_SACK);
        return;
    }
    pen_put(pen, has_sack_permitted ? TCP_SACK_TS : TCP_NOP_NOP_TS);
    pen_put(pen, options->ts_val);
    pen_put(pen, options->ts_ecr);
}

static RARE void options_put_fast_open(struct pen *pen, const struct tcp_options *options) {
    uint32_t n = 2u + options->fo_length, padded = (n + 3) & ~3u;

    must(options->fo_length <= TCP_FO_COOKIE_MAX);
    memset(pen->at, TCP_OPTION_NOP, padded);
    pen->at[0] = TCP_OPTION_FAST_OPEN;
    pen->at[1] = (unsigned char)n;
    memcpy(pen->at + 2, options->fo_cookie, options->fo_length);
    pen->sum = checksum_add(pen->sum, pen->at, padded);
    pen->at += padded;
}

static RARE void options_put_sack(struct pen *pen, const struct tcp_options *options) {
    uint32_t blocks = options_sack_blocks(options, options_length(options));

    if (!blocks) return;
    pen_put(pen, TCP_NOP2 << 16 | TCP_OPTION_SACK << 8 | (2 + 8 * blocks));
    for (uint32_t i = 0; i < blocks; i++) {
        pen_put(pen, options->sack[i].left);
        pen_put(pen, options->sack[i].right);
    }
}

/*
 * All but No-Operation have a length (MUST-68), and No-Operations fill the last word: nothing stands behind an
 * end (MUST-69).
 */
static void options_put(struct pen *pen, const struct tcp_options *options) {
    must(!(options->present & (TCP_HAS_MD5 | TCP_HAS_AO)));
    if (options->present & TCP_HAS_MSS) pen_put(pen, TCP_MSS | options->mss);
    options_put_sack_ts(pen, options);
    if (options->present & TCP_HAS_WSCALE) pen_put(pen, TCP_NOP_WSCALE | options->wscale);
    if (options->present & TCP_HAS_FAST_OPEN) options_put_fast_open(pen, options);
    if (options->present & TCP_HAS_SACK) options_put_sack(pen, options);
}

static RARE void options_put_scale_first(struct pen *pen, const struct tcp_options *options) {
    unsigned char octets[TCP_OPTIONS_MAX];
    uint32_t n = scale_first_put(octets, options);

    for (uint32_t i = 0; i < n; i += 4)
        pen_put(pen, be32_get(octets + i));
}

uint32_t tcp_build_summed(unsigned char *at, const struct segment *seg, uint64_t *sum) {
    struct pen pen = {.at = at + TCP_HEADER_LENGTH};
    uint32_t length;

    if (seg->option_order == TERCET_ORDER_SCALE_FIRST)
        options_put_scale_first(&pen, &seg->options);
    else if (seg->options.present)
        options_put(&pen, &seg->options);
    length = (uint32_t)(pen.at - at);
    pen.at = at;
    pen_put(&pen, (uint32_t)seg->source_port << 16 | seg->destination_port);
    pen_put(&pen, seg->seq.n);
    pen_put(&pen, seg->ack.n);
    pen_put(&pen, length / 4 << 28 | (uint32_t)seg->flags << 16 | seg->wnd);
    pen_put(&pen, seg->urgent);
    *sum = checksum_plus(*sum, pen.sum);
    return length;
}

uint32_t tcp_build(unsigned char *at, const struct segment *seg) {
    uint64_t sum = 0;

    return tcp_build_summed(at, seg, &sum);
}

void tcp_checksum_put(unsigned char *tcp_header, uint64_t sum) {
    uint16_t checksum = checksum_finish(sum);

    memcpy(tcp_header + 16, &checksum, sizeof checksum);
}
