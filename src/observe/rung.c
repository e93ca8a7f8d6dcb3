/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/rung.h"

#include "wire/address_text.h"
#include "observe/icmp_words.h"
#include "wire/tcp.h"

#define KIND_COLUMNS     9        /* "SYN-ACK" and two spaces */
#define SEQUENCE_COLUMNS 26       /* "seq 4294967295 ack +100" and room */
#define RELATIVE_LIMIT   1000000u /* octets from the ISN that are still shown as a distance */
#define TIME_CAPACITY    24

static uint64_t elapsed_ns(const struct attempt *attempt, uint64_t now_ns) {
    return now_ns > attempt->began_ns ? now_ns - attempt->began_ns : 0;
}

/* "0.041", in milliseconds. */
static void time_text(struct text *text, const struct attempt *attempt,
                      const struct attempt_packet *packet) {
    text_fixed(text, elapsed_ns(attempt, packet->at_ns), 6, 3);
}

static size_t time_width(const struct attempt *attempt, const struct attempt_packet *packet) {
    char memory[TIME_CAPACITY];
    struct text text;

    text_init(&text, memory, sizeof memory);
    time_text(&text, attempt, packet);
    return text.used;
}

size_t rung_time_width(const struct attempt *attempt, const struct opening *opening) {
    size_t widest = 0;

    for (uint32_t i = 0; i < opening->n_packets; i++) {
        size_t width = time_width(attempt, &opening->packets[i]);

        if (width > widest) widest = width;
    }
    return widest;
}

/* A sequence number as a distance from the ISN of the side that it counts for. */
static void distance_text(struct text *text, const struct attempt_end *end, struct seq n) {
    bool is_behind = seq_lt(n, end->iss);
    uint32_t distance = is_behind ? seq_distance(n, end->iss) : seq_distance(end->iss, n);

    if (!end->has_iss || distance >= RELATIVE_LIMIT) {
        text_u64(text, n.n);
        return;
    }
    text_char(text, is_behind ? '-' : '+');
    text_u64(text, distance);
}

static void sequence_text(struct text *text, const struct attempt *attempt,
                          const struct attempt_packet *packet) {
    enum attempt_side from = (enum attempt_side)packet->from;

    text_put(text, "seq ");
    if (packet->flags & TCP_SYN)
        text_u64(text, packet->seq.n);
    else
        distance_text(text, &attempt->side[from], packet->seq);
    if (!(packet->flags & TCP_ACK)) return;
    text_put(text, " ack ");
    distance_text(text, &attempt->side[attempt_peer(from)], packet->ack);
}

/* A word and a number behind one space: " mss 1460". */
static void option_text(struct text *text, const char *word, uint64_t value) {
    text_char(text, ' ');
    text_put(text, word);
    text_char(text, ' ');
    text_u64(text, value);
}

static void timestamps_text(struct text *text, const struct attempt_packet *packet) {
    option_text(text, "ts", packet->ts_val);
    text_char(text, '/');
    text_u64(text, packet->ts_ecr);
}

static void ecn_text(struct text *text, const struct attempt_packet *packet) {
    unsigned asked = packet->flags & (TCP_ECE | TCP_CWR);

    if (packet->kind == ATTEMPT_KIND_SYN && asked == (TCP_ECE | TCP_CWR)) text_put(text, " ecn");
    if (packet->kind == ATTEMPT_KIND_SYN_ACK && asked == TCP_ECE) text_put(text, " ecn");
}

/* The options of a SYN, each behind one space. */
static void syn_options_text(struct text *text, const struct attempt_packet *packet) {
    unsigned has = packet->options;

    if (has & TCP_HAS_MSS) option_text(text, "mss", packet->mss);
    if (has & TCP_HAS_SACK_PERMITTED) text_put(text, " sackOK");
    if (has & TCP_HAS_TIMESTAMPS) timestamps_text(text, packet);
    if (has & TCP_HAS_WSCALE) option_text(text, "wscale", packet->wscale);
    if (has & TCP_HAS_FAST_OPEN && packet->fo_length == 0)
        text_put(text, " fast-open");
    else if (has & TCP_HAS_FAST_OPEN)
        option_text(text, "fast-open", packet->fo_length);
    if (has & TCP_HAS_MD5) text_put(text, " md5");
    if (has & TCP_HAS_AO) text_put(text, " ao");
    ecn_text(text, packet);
}

/* What a segment carries beside its numbers; of a dropped one the timestamps, which may be the reason. */
static void cargo_text(struct text *text, const struct attempt_packet *packet) {
    if (packet->length) option_text(text, "len", packet->length);
    if (packet->flags & TCP_SYN)
        syn_options_text(text, packet);
    else if (packet->marks & ATTEMPT_DROPPED && packet->options & TCP_HAS_TIMESTAMPS)
        timestamps_text(text, packet);
    if (packet->options & TCP_OPTIONS_BAD) text_put(text, " bad-options");
}

/* At @column behind @start, or two spaces on where the text is already there. */
static void column_seek(struct text *text, size_t start, size_t column) {
    if (text->used - start + 2 > column)
        text_put(text, "  ");
    else
        text_pad(text, start, column);
}

static void segment_text(struct text *text, const struct attempt *attempt,
                         const struct attempt_packet *packet) {
    size_t start = text->used;
    char memory[160];
    struct text cargo;

    text_init(&cargo, memory, sizeof memory);
    cargo_text(&cargo, packet);
    sequence_text(text, attempt, packet);
    if (cargo.used == 0) return;
    column_seek(text, start, SEQUENCE_COLUMNS);
    text_bytes(text, cargo.at + 1, cargo.used - 1);
}

static void icmp_text(struct text *text, const struct attempt_packet *packet) {
    const struct attempt_icmp *icmp = &packet->icmp;

    text_put(text, icmp_words(icmp->version, icmp->type, icmp->code));
    option_text(text, "(type", icmp->type);
    option_text(text, "code", icmp->code);
    text_put(text, ") from ");
    address_text(text, &icmp->from);
}

/* The control bits of a segment that no TCP sends. */
static void flags_text(struct text *text, unsigned flags) {
    static const char letters[] = "FSRPAU";

    if ((flags & 0x3f) == 0) text_put(text, "none");
    for (unsigned i = 0; i < 6; i++) {
        if (flags & 1u << i) text_char(text, letters[i]);
    }
}

static void kind_text(struct text *text, const struct attempt_packet *packet) {
    if (packet->kind == ATTEMPT_KIND_OTHER)
        flags_text(text, packet->flags);
    else
        text_put(text, attempt_kind_name(packet->kind));
}

static void marks_text(struct pen pen, const struct attempt_packet *packet) {
    static const struct {
        enum attempt_mark mark;
        enum ink ink;
        const char *words;
    } rows[] = {
        {ATTEMPT_AGAIN,     INK_YELLOW, "  again"      },
        {ATTEMPT_OTHER_ISN, INK_RED,    "  another ISN"},
        {ATTEMPT_WRONG_SEQ, INK_RED,    "  wrong seq"  },
        {ATTEMPT_WRONG_ACK, INK_RED,    "  wrong ack"  },
        {ATTEMPT_DROPPED,   INK_RED,    "  dropped: "  },
    };

    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (packet->marks & rows[i].mark) pen_put(pen, rows[i].ink, rows[i].words);
    }
    if (packet->marks & ATTEMPT_DROPPED)
        pen_put(pen, INK_RED, tercet_verdict_name(packet->verdict));
}

void rung_text(struct pen pen, const struct attempt *attempt, const struct attempt_packet *packet,
               size_t width) {
    struct text *text = pen.text;
    size_t start;

    text_put(text, "  ");
    pen_ink(pen, INK_DIM);
    for (size_t i = time_width(attempt, packet); i < width; i++)
        text_char(text, ' ');
    time_text(text, attempt, packet);
    text_put(text, " ms");
    pen_ink(pen, INK_NONE);
    text_put(text, packet->from == ATTEMPT_CLIENT ? "  ->  " : "  <-  ");
    start = text->used;
    kind_text(text, packet);
    text_pad(text, start, KIND_COLUMNS);
    if (packet->kind == ATTEMPT_KIND_ICMP)
        icmp_text(text, packet);
    else
        segment_text(text, attempt, packet);
    marks_text(pen, packet);
    text_char(text, '\n');
}
