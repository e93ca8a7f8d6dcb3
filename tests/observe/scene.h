/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_OBSERVE_SCENE_H
#define TERCET_TESTS_OBSERVE_SCENE_H

/*
 * A scene: an observer, and packets between a client and a server that pass in front of it.
 *
 *     struct scene *s = scene_open((struct scene_setup){.is_v6 = true});
 *     scene_play(s, (struct line){.us = 0, CLIENT = TCP_SYN, .seq = 99, .mss = 1460});
 *     CHECK_STR(scene_text(s), "...");
 *     scene_close(s);
 *
 * The scene's clock only moves by the lines and by scene_wait.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "observe/observe.h"
#include "tap.h"
#include "wire/icmp.h"
#include "wire/tcp.h"

#define SCENE_START_NS  1000000000000ull
#define SCENE_TEXT_MAX  (1u << 20)
#define SCENE_FRAME_MAX 512

#define CLIENT .from = ATTEMPT_CLIENT, .flags
#define SERVER .from = ATTEMPT_SERVER, .flags

struct scene_setup {
    bool is_v6, has_colour, has_midstream, is_far; /* is_far: IPv6 addresses of full length */
    uint32_t max_openings, max_attempts, blocks_per_second, quiet_ms; /* 0: the default */
};

struct scene {
    struct observer *observer;
    void *memory;
    struct tercet_endpoint end[2];
    uint64_t now_ns;
    bool is_v6;
    char *text;
};

/* One segment; times in microseconds since the scene began. */
struct line {
    enum attempt_side from;
    unsigned flags;
    uint64_t us;
    uint32_t seq, ack, length;
    uint16_t mss;     /* 0: no option */
    int wscale;       /* 0: no option; -1: an option that says 0 */
    bool sack_ok, ts; /* ts: timestamps val/ecr */
    uint32_t val, ecr;
    enum observe_direction direction;
    enum tercet_verdict verdict;
    uint16_t client_port; /* 0: the scene's */
    bool is_absolute;     /* seq is not relative to the ISN, where lines are */
};

static inline struct tercet_address scene_address(const struct scene_setup *setup, unsigned host) {
    struct tercet_address a = {{0}};

    if (!setup->is_v6) {
        a = (struct tercet_address){
            {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 18, 0, 0}
        };
    } else {
        a.octets[0] = 0x20;
        a.octets[1] = 0x01;
        a.octets[3] = 0x02;
        for (unsigned i = 6; setup->is_far && i < 15; i++)
            a.octets[i] = 0xfe;
    }
    a.octets[15] = (uint8_t)host;
    return a;
}

static inline struct scene *scene_open(struct scene_setup setup) {
    struct scene *s = calloc(1, sizeof *s);
    struct observe_config config;

    observe_config_init(&config);
    if (setup.max_openings) config.max_openings = setup.max_openings;
    if (setup.max_attempts) config.max_attempts = setup.max_attempts;
    if (config.max_attempts < config.max_openings) config.max_attempts = config.max_openings;
    if (setup.blocks_per_second) config.blocks_per_second = setup.blocks_per_second;
    if (setup.quiet_ms) config.quiet_ms = setup.quiet_ms;
    config.has_colour = setup.has_colour;
    config.has_midstream = setup.has_midstream;
    config.key = (struct siphash_key){
        {0x0123456789abcdef, 0xfedcba9876543210}
    };
    s->memory = aligned_alloc(64, (observe_size(&config) + 63) / 64 * 64);
    memset(s->memory, 0, observe_size(&config));
    s->observer = observe_init(s->memory, &config);
    s->end[0] = (struct tercet_endpoint){scene_address(&setup, 1), 43210};
    s->end[1] = (struct tercet_endpoint){scene_address(&setup, 2), 80};
    s->now_ns = SCENE_START_NS;
    s->is_v6 = setup.is_v6;
    s->text = malloc(SCENE_TEXT_MAX);
    return s;
}

static inline void scene_close(struct scene *s) {
    free(s->text);
    free(s->memory);
    free(s);
}

/* Build the packet of @line at @at.  Return: its octets. */
static inline uint32_t scene_build(const struct scene *s, const struct line *line,
                                   unsigned char *at) {
    struct tercet_endpoint from = s->end[line->from], to = s->end[!line->from];
    struct segment seg = {.seq = seq_of(line->seq), .ack = seq_of(line->ack)};
    struct ip_header ip = {.version = s->is_v6 ? 6 : 4, .protocol = IP_PROTOCOL_TCP};
    unsigned char *tcp;
    uint32_t n;

    if (line->client_port && line->from == ATTEMPT_CLIENT) from.port = line->client_port;
    if (line->client_port && line->from == ATTEMPT_SERVER) to.port = line->client_port;
    seg.source_port = from.port;
    seg.destination_port = to.port;
    seg.flags = (uint8_t)line->flags;
    seg.wnd = 65535;
    seg.options.mss = line->mss;
    seg.options.wscale = (uint8_t)(line->wscale < 0 ? 0 : line->wscale);
    seg.options.ts_val = line->val;
    seg.options.ts_ecr = line->ecr;
    if (line->mss) seg.options.present |= TCP_HAS_MSS;
    if (line->wscale) seg.options.present |= TCP_HAS_WSCALE;
    if (line->sack_ok) seg.options.present |= TCP_HAS_SACK_PERMITTED;
    if (line->ts) seg.options.present |= TCP_HAS_TIMESTAMPS;
    ip.source = from.address;
    ip.destination = to.address;
    ip.hop_limit = 64;
    ip.length = tcp_header_length(&seg) + line->length;
    tcp = at + ip_build(at, &ip);
    n = tcp_build(tcp, &seg);
    memset(tcp + n, 'x', line->length);
    tcp_checksum_put(
        tcp, checksum_add(ip_pseudo_sum(&ip.source, &ip.destination, IP_PROTOCOL_TCP, ip.length),
                          tcp, ip.length));
    return (uint32_t)(tcp - at) + ip.length;
}

static inline void scene_play(struct scene *s, struct line line) {
    unsigned char frame[SCENE_FRAME_MAX];
    uint32_t n = scene_build(s, &line, frame);

    s->now_ns = SCENE_START_NS + line.us * 1000;
    observe_frame(s->observer, s->now_ns, frame, n, line.direction, line.verdict);
}

/* An ICMP error of @type and @code from host number @from, sent to the sender of @quoted, which it quotes. */
static inline void scene_icmp(struct scene *s, uint64_t us, unsigned from, uint8_t type,
                              uint8_t code, struct line quoted, enum observe_direction direction,
                              enum tercet_verdict verdict) {
    unsigned char quote[SCENE_FRAME_MAX], frame[SCENE_FRAME_MAX];
    struct scene_setup setup = {.is_v6 = s->is_v6};
    struct icmp_message icmp = {.version = s->is_v6 ? 6 : 4, .type = type, .code = code};
    struct ip_header ip = {.version = s->is_v6 ? 6 : 4, .hop_limit = 64};
    uint32_t n;

    icmp.body = quote;
    icmp.length = scene_build(s, &quoted, quote);
    ip.protocol = s->is_v6 ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP;
    ip.source = scene_address(&setup, from);
    ip.destination = s->end[quoted.from].address;
    ip.length = 8 + icmp.length;
    n = ip_build(frame, &ip);
    n += icmp_build(frame + n, &ip, &icmp);
    s->now_ns = SCENE_START_NS + us * 1000;
    observe_frame(s->observer, s->now_ns, frame, n, direction, verdict);
}

/* A life event of a stack that is @local. */
static inline void scene_trace(struct scene *s, uint64_t us, enum attempt_side local,
                               enum tercet_state state, enum tercet_reason reason) {
    struct tercet_trace trace = {.state = state, .reason = reason};

    s->now_ns = SCENE_START_NS + us * 1000;
    trace.now_ns = s->now_ns;
    trace.local = s->end[local];
    trace.remote = s->end[!local];
    observe_trace(s->observer, &trace);
}

static inline void scene_wait(struct scene *s, uint64_t us) {
    s->now_ns = SCENE_START_NS + us * 1000;
}

/* All text that is due. */
static inline const char *scene_text(struct scene *s) {
    struct text text;

    text_init(&text, s->text, SCENE_TEXT_MAX);
    while (observe_next_text(s->observer, s->now_ns, &text)) {}
    return text.cut ? "(cut)" : s->text;
}

/* The next report, which must be an attempt's. */
static inline const struct attempt *scene_attempt(struct scene *s) {
    static const struct attempt none = {.outcome = TERCET_OUTCOME_COUNT};
    struct observe_report report;

    if (!observe_next(s->observer, s->now_ns, &report) || !report.attempt) return &none;
    return report.attempt;
}

static inline struct observe_counts scene_counts(const struct scene *s) {
    struct observe_counts counts;

    observe_counts(s->observer, &counts);
    return counts;
}

/* Octets that the endpoints of the scene are written as; a static place. */
static inline const char *scene_ends(const struct scene *s) {
    return s->is_v6 ? "[2001:2::1]:43210 -> [2001:2::2]:80" : "198.18.0.1:43210 -> 198.18.0.2:80";
}

/* "#ID  ENDS\nREST": what a block must be. */
static inline const char *scene_block(const struct scene *s, unsigned id, const char *rest) {
    static char block[8192];

    snprintf(block, sizeof block, "#%u  %s\n%s", id, scene_ends(s), rest);
    return block;
}

/* Run the body for IPv4 and for IPv6. */
#define BOTH_FAMILIES(is_v6) for (int is_v6 = 0; is_v6 < 2; is_v6++)

#endif
