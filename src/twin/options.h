/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TWIN_OPTIONS_H
#define TERCET_TWIN_OPTIONS_H

/*
 * The TCP option parser, for user space and for eBPF alike.
 *
 * It reads from a zeroed buffer of TCP_OPTIONS_BUFFER octets into which at most 40 option octets
 * were copied: the slack behind them lets any single option be read without a further bound, which
 * is also what the eBPF verifier needs. Rules: an option whose length is wrong for its kind is
 * ignored; a length of 0 or 1, or one that runs past the header, ends the parse (what was read
 * before stays); of repeated options the first counts.
 * Source: RFC 9293 section 3.1 (MUST-4, MUST-5, MUST-6, MUST-7, MUST-64), RFC 7323, RFC 2018, RFC
 * 7413.
 */
#ifdef __bpf__
#include <linux/types.h>
typedef __u8 twin_u8;
typedef __u16 twin_u16;
typedef __u32 twin_u32;
typedef __u64 twin_u64;
#else
#include <stdint.h>
typedef uint8_t twin_u8;
typedef uint16_t twin_u16;
typedef uint32_t twin_u32;
typedef uint64_t twin_u64;
#endif

#define TCP_OPTIONS_MAX    40 /* octets in a header: 60 - 20 */
#define TCP_OPTIONS_BUFFER 88 /* 40 + the longest option that fits in a header, rounded up */
#define TCP_SACK_MAX       4
#define TCP_FO_COOKIE_MAX  16

enum tcp_option_kind {
    TCP_OPTION_EOL = 0,
    TCP_OPTION_NOP = 1,
    TCP_OPTION_MSS = 2,
    TCP_OPTION_WSCALE = 3,
    TCP_OPTION_SACK_PERMITTED = 4,
    TCP_OPTION_SACK = 5,
    TCP_OPTION_TIMESTAMPS = 8,
    TCP_OPTION_MD5 = 19,
    TCP_OPTION_AO = 29,
    TCP_OPTION_FAST_OPEN = 34,

    /* Passed over here. */
    TCP_OPTION_ACCECN_0 = 172, /* accurate ECN, ECT(0) first */
    TCP_OPTION_ACCECN_1 = 174, /* ECT(1) first */
    TCP_OPTION_EXPERIMENT = 254,
};

/* Bits of tcp_options.present. */
enum tcp_option_bit {
    TCP_HAS_MSS = 1 << 0,
    TCP_HAS_WSCALE = 1 << 1,
    TCP_HAS_SACK_PERMITTED = 1 << 2,
    TCP_HAS_SACK = 1 << 3,
    TCP_HAS_TIMESTAMPS = 1 << 4,
    TCP_HAS_FAST_OPEN = 1 << 5,
    TCP_HAS_MD5 = 1 << 6,
    TCP_HAS_AO = 1 << 7,
    TCP_OPTIONS_BAD = 1 << 8,     /* an option was malformed: ignored, or the parse ended there */
    TCP_OPTIONS_UNKNOWN = 1 << 9, /* one of a kind that nothing here reads was skipped */
};

struct tcp_sack_block {
    twin_u32 left, right; /* host order */
};

/* Host order; a field has meaning only when its bit is present. */
struct tcp_options {
    twin_u16 present;
    twin_u16 mss;      /* as received, 0 included */
    twin_u8 wscale;    /* as received, 0..255 */
    twin_u8 n_sack;    /* 1..4 */
    twin_u8 fo_length; /* cookie octets, 0..16 (0: a cookie request); other lengths are malformed */
    twin_u8 reserved;
    twin_u32 ts_val;
    twin_u32 ts_ecr;
    struct tcp_sack_block sack[TCP_SACK_MAX];
    twin_u8 fo_cookie[TCP_FO_COOKIE_MAX];
};

/* Octets of an option with a fixed length, kind and length included. */
enum tcp_option_length {
    TCP_OPTION_LENGTH_MSS = 4,
    TCP_OPTION_LENGTH_WSCALE = 3,
    TCP_OPTION_LENGTH_SACK_PERMITTED = 2,
    TCP_OPTION_LENGTH_TIMESTAMPS = 10,
    TCP_OPTION_LENGTH_MD5 = 18,
    TCP_OPTION_LENGTH_AO_MIN = 4,
};

#define TWIN_INLINE static inline __attribute__((always_inline))

TWIN_INLINE twin_u32 tcp_option_u32(const twin_u8 *at) {
    return (twin_u32)at[0] << 24 | (twin_u32)at[1] << 16 | (twin_u32)at[2] << 8 | at[3];
}

/* Whether the option counts: its length is right and it is the first of its kind. */
TWIN_INLINE int tcp_option_counts(struct tcp_options *out, twin_u32 bit, int length_is_right) {
    twin_u32 had = out->present;

    out->present = (twin_u16)(had | (length_is_right ? bit : TCP_OPTIONS_BAD));
    return length_is_right && !(had & bit);
}

TWIN_INLINE void tcp_option_sack(struct tcp_options *out, const twin_u8 *option, twin_u32 length) {
    twin_u32 blocks = (length - 2) / 8;

    if (!tcp_option_counts(out, TCP_HAS_SACK,
                           blocks >= 1 && blocks <= TCP_SACK_MAX && length == 2 + 8 * blocks))
        return;
    out->n_sack = (twin_u8)blocks;
    for (twin_u32 i = 0; i < TCP_SACK_MAX; i++) {
        if (i >= blocks) break;
        out->sack[i].left = tcp_option_u32(option + 2 + 8 * i);
        out->sack[i].right = tcp_option_u32(option + 6 + 8 * i);
    }
}

/*
 * The cookie's octets are masked, not counted: a loop with an end would become a call of memcpy,
 * which eBPF has not.
 */
TWIN_INLINE void tcp_option_fast_open(struct tcp_options *out, const twin_u8 *option,
                                      twin_u32 length) {
    if (!tcp_option_counts(out, TCP_HAS_FAST_OPEN, length <= 2 + TCP_FO_COOKIE_MAX)) return;
    out->fo_length = (twin_u8)(length - 2);
    for (twin_u32 i = 0; i < TCP_FO_COOKIE_MAX; i++)
        out->fo_cookie[i] = (twin_u8)(option[2 + i] & -((i + 2 - length) >> 31));
}

/* One option.  @length: as it claims, at least 2 and inside the header */
TWIN_INLINE void tcp_option_take(struct tcp_options *out, const twin_u8 *option, twin_u32 length) {
    switch (option[0]) {
    case TCP_OPTION_MSS:
        if (tcp_option_counts(out, TCP_HAS_MSS, length == TCP_OPTION_LENGTH_MSS))
            out->mss = (twin_u16)(option[2] << 8 | option[3]);
        break;
    case TCP_OPTION_WSCALE:
        if (tcp_option_counts(out, TCP_HAS_WSCALE, length == TCP_OPTION_LENGTH_WSCALE))
            out->wscale = option[2];
        break;
    case TCP_OPTION_SACK_PERMITTED:
        tcp_option_counts(out, TCP_HAS_SACK_PERMITTED, length == TCP_OPTION_LENGTH_SACK_PERMITTED);
        break;
    case TCP_OPTION_SACK: tcp_option_sack(out, option, length); break;
    case TCP_OPTION_TIMESTAMPS:
        if (!tcp_option_counts(out, TCP_HAS_TIMESTAMPS, length == TCP_OPTION_LENGTH_TIMESTAMPS))
            break;
        out->ts_val = tcp_option_u32(option + 2);
        out->ts_ecr = tcp_option_u32(option + 6);
        break;
    case TCP_OPTION_MD5:
        tcp_option_counts(out, TCP_HAS_MD5, length == TCP_OPTION_LENGTH_MD5);
        break;
    case TCP_OPTION_AO:
        tcp_option_counts(out, TCP_HAS_AO, length >= TCP_OPTION_LENGTH_AO_MIN);
        break;
    case TCP_OPTION_FAST_OPEN: tcp_option_fast_open(out, option, length); break;
    default: out->present |= TCP_OPTIONS_UNKNOWN;
    }
}

/*
 * eBPF's verifier walks every path with all that it knows on each. Made to forget a number, it sees
 * paths that went apart in one turn of a loop meet again before the next. The number stays what it
 * is.
 * @unknown: any octets of the packet
 */
#ifdef __bpf__
#define TWIN_FORGET(number, unknown)                                                               \
    __asm__ volatile("%0 ^= %1\n\t%0 ^= %1" : "+r"(number) : "r"(unknown))
#else
#define TWIN_FORGET(number, unknown) ((void)(number), (void)(unknown))
#endif

/*
 * Parse the options of one header.
 * @out: written whole, what is not present as zero
 * @buffer: the options, then zeros
 * @length: octets of options, 0..40 (more counts as 40)
 */
TWIN_INLINE void tcp_options_parse(struct tcp_options *out,
                                   const twin_u8 buffer[TCP_OPTIONS_BUFFER], twin_u32 length) {
    twin_u64 end = length < TCP_OPTIONS_MAX ? length : TCP_OPTIONS_MAX;
    twin_u64 unknown = (twin_u64)buffer[0] << 8 | buffer[1];
    twin_u64 at = 0; /* in a whole register: the verifier can follow its bound */

    *out = (struct tcp_options){0};
    for (int i = 0; i < TCP_OPTIONS_MAX; i++) {
        twin_u64 next, present = out->present;

        TWIN_FORGET(at, unknown);
        TWIN_FORGET(present, unknown);
        out->present = (twin_u16)present;
        if (at >= end || buffer[at] == TCP_OPTION_EOL) return;
        if (buffer[at] == TCP_OPTION_NOP) {
            at++;
            continue;
        }
        next = at + buffer[at + 1]; /* behind the last octet: one of the slack */
        if (next < at + 2 || next > end) {
            out->present |= TCP_OPTIONS_BAD;
            return;
        }
        tcp_option_take(out, buffer + at, (twin_u32)(next - at));
        at = next;
    }
}

#endif
