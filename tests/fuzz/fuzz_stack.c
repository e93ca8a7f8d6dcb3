/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two whole stacks and a wire between them; the input is a program.
 *
 * Its first three octets choose the configuration, each further one is an operation whose arguments
 * follow it (the table at the end): calls of the applications, frames carried, lost, doubled,
 * reordered, cut or changed, segments and ICMP errors made to fit what was said last, time. With
 * 0x80 in it the owners do not get their turn behind the operation. At the end all is closed,
 * time passes, and nothing may be left on either side.
 */
#include "pair.h"

enum {
    HANDLES_MAX = 16,
    OPERATIONS_MAX = 400,
    END_DEPARTURES_MAX = 65536, /* what is still said when all has been closed */
};

static const uint16_t ports[4] = {80, 7, 40000, 40001};

struct program {
    struct pair pair;
    struct input in;
    unsigned i; /* the side that an operation is about */
    tercet_conn handles[2][HANDLES_MAX];
    unsigned n_handles[2];
    /* Octets of each stream; what has been read is what was written, unless the network forges. */
    uint32_t written[2][HANDLES_MAX + 1], heard[2][HANDLES_MAX + 1];
    unsigned handle; /* that handle_any found last, HANDLES_MAX: none that was given out */
    bool is_forged;
};

static struct tercet_stack *stack_of(struct program *p) {
    return p->pair.sides[p->i].stack;
}

static bool handle_has_room(const struct program *p) {
    return p->n_handles[p->i] < HANDLES_MAX;
}

static void handle_keep(struct program *p, tercet_conn conn) {
    p->handles[p->i][p->n_handles[p->i]++] = conn;
}

/* One that was given out, perhaps stale by now; or a value that never was. */
static tercet_conn handle_any(struct program *p) {
    unsigned which = input_u8(&p->in);

    p->handle = HANDLES_MAX;
    if (which & 0x80) return (uint64_t)which << 32 | (which & 7) | (which & 8) << 28;
    if (!p->n_handles[p->i]) return 0;
    p->handle = which % p->n_handles[p->i];
    return p->handles[p->i][p->handle];
}

/* Octet @at of every stream. */
static unsigned char pattern(uint32_t at) {
    return (unsigned char)(at * 7 + at / 256);
}

static void op_listen(struct program *p) {
    unsigned how = input_u8(&p->in);
    struct tercet_endpoint local = {.port = ports[how & 3]};
    tercet_conn listener;

    if (how & 4) local.address = pair_address(how & 8, p->i + 1);
    if (handle_has_room(p) && tercet_listen(stack_of(p), &local, how >> 4, 0, &listener) == 0)
        handle_keep(p, listener);
}

static void op_connect(struct program *p) {
    unsigned how = input_u8(&p->in);
    struct tercet_endpoint local = {.port = ports[how >> 2 & 3]}, remote = {.port = ports[how & 3]};
    tercet_conn conn;

    remote.address = pair_address(how & 16, how & 64 ? p->i + 1 : 2 - p->i);
    local.address = pair_address(how & 16, how & 128 ? 0 : p->i + 1);
    if (handle_has_room(p) && tercet_connect(stack_of(p), how & 32 ? &local : NULL, &remote, 1,
                                             p->pair.now_ns, &conn) == 0)
        handle_keep(p, conn);
}

static void op_accept(struct program *p) {
    tercet_conn conn;

    if (handle_has_room(p) && tercet_accept(stack_of(p), handle_any(p), 2, &conn) == 0)
        handle_keep(p, conn);
}

static void op_write(struct program *p) {
    tercet_conn conn = handle_any(p);
    uint32_t *written = &p->written[p->i][p->handle], n = input_u16(&p->in) % 4096;
    unsigned char octets[4096];
    int taken;

    for (uint32_t i = 0; i < n; i++)
        octets[i] = pattern(*written + i);
    taken = tercet_conn_write(stack_of(p), conn, octets, n);
    must(taken <= (int)n);
    if (taken > 0) *written += (uint32_t)taken;
}

static void op_read(struct program *p) {
    tercet_conn conn = handle_any(p);
    uint32_t wanted = input_u16(&p->in), *heard = &p->heard[p->i][p->handle], at = *heard;
    struct tercet_span spans[2];
    int n = tercet_conn_read(stack_of(p), conn, spans);

    if (n <= 0) return;
    must(spans[0].length + spans[1].length == (uint32_t)n);
    for (unsigned part = 0; part < 2; part++) {
        for (uint32_t i = 0; i < spans[part].length; i++, at++)
            must(((const unsigned char *)spans[part].base)[i] == pattern(at) || p->is_forged);
    }
    if (wanted > (uint32_t)n) wanted = (uint32_t)n;
    must(tercet_conn_consume(stack_of(p), conn, wanted) == 0);
    *heard += wanted;
}

static void op_shutdown(struct program *p) {
    tercet_conn_shutdown(stack_of(p), handle_any(p));
}

static void op_end(struct program *p) {
    tercet_conn conn = handle_any(p);

    if (input_u8(&p->in) & 1)
        tercet_conn_abort(stack_of(p), conn);
    else
        tercet_conn_close(stack_of(p), conn);
}

static void op_option(struct program *p) {
    tercet_conn conn = handle_any(p);
    unsigned option = input_u8(&p->in);
    uint32_t value = input_delta(&p->in);
    struct tercet_conn_info info;

    if (option == 0xff) tercet_conn_urge(stack_of(p), conn);
    tercet_conn_set_option(stack_of(p), conn, (enum tercet_option)(option % 9), value);
    tercet_conn_info(stack_of(p), conn, &info);
}

static void op_carry(struct program *p) {
    for (unsigned n = input_u8(&p->in) % 8 + 1; n > 0; n--)
        pair_carry(&p->pair, p->i);
}

static void op_settle(struct program *p) {
    pair_settle(&p->pair);
}

/* The oldest frame is lost, doubled, put behind the others, or changed. */
static void op_disturb(struct program *p) {
    struct side *side = &p->pair.sides[p->i];
    unsigned how = input_u8(&p->in);
    struct pair_frame frame;

    if (!side->count) return;
    frame = side_pop(side);
    if (how % 4 == 3) {
        p->is_forged = true;
        for (unsigned n = how >> 4; n > 0; n--)
            frame.octets[input_u16(&p->in) % frame.length] ^= input_u8(&p->in);
        if (how & 8) packet_mend(frame.octets, frame.length);
    }
    if (how % 4 >= 1) side_push(side, frame.octets, frame.length);
    if (how % 4 == 2) pair_arrive(&p->pair, p->i, frame.octets, frame.length);
    free(frame.octets);
}

/* The oldest frame, if it is of IPv4, arrives in two pieces, or one of them does. */
static void op_fragment(struct program *p) {
    struct side *side = &p->pair.sides[p->i];
    unsigned how = input_u8(&p->in);
    unsigned char octets[PAIR_FRAME_MAX];
    struct pair_frame frame;
    struct ip_header ip;

    if (!side->count) return;
    p->is_forged = true; /* pieces of two packets with one identification may make a third */
    frame = side_pop(side);
    if (ip_parse(frame.octets, frame.length, &ip) == TERCET_TAKEN && ip.version == 4) {
        uint32_t cut = (how & 31) * 8 < ip.length ? (how & 31) * 8 : 0, length = ip.length;

        ip.fragment_id = how;
        for (unsigned piece = 0; piece < 2; piece++) {
            ip.more_fragments = piece == 0;
            ip.fragment_offset = piece ? (uint16_t)cut : 0;
            ip.length = piece ? length - cut : cut;
            memcpy(octets + ip_build(octets, &ip), ip.payload + ip.fragment_offset, ip.length);
            if (!(how >> (5 + piece) & 1))
                pair_arrive(&p->pair, p->i, octets, IPV4_HEADER_LENGTH + ip.length);
        }
    }
    free(frame.octets);
}

static void op_raw(struct program *p) {
    unsigned char octets[256];
    uint32_t n = input_take(&p->in, octets, input_u8(&p->in));

    p->is_forged = true;
    packet_mend(octets, n);
    pair_arrive(&p->pair, p->i, octets, n);
}

static struct tcp_options options_any(struct program *p, const struct segment *said) {
    struct tcp_options options = {.present = input_u8(&p->in) & 31, .n_sack = 1};

    if (options.present & TCP_HAS_MSS) options.mss = input_u16(&p->in);
    if (options.present & TCP_HAS_WSCALE) options.wscale = input_u8(&p->in);
    if (options.present & TCP_HAS_SACK) {
        options.sack[0].left = said->ack.n + input_delta(&p->in);
        options.sack[0].right = options.sack[0].left + input_delta(&p->in);
    }
    if (options.present & TCP_HAS_TIMESTAMPS) {
        options.ts_val = said->options.ts_ecr + input_delta(&p->in);
        options.ts_ecr = said->options.ts_val + input_delta(&p->in);
    }
    return options;
}

/* What the side said last, or the first word of a stranger to it. */
static bool said_last(struct program *p, struct ip_header *ip, struct segment *seg) {
    const struct pair_frame *last = &p->pair.sides[p->i].last;

    return last->octets && ip_parse(last->octets, last->length, ip) == TERCET_TAKEN &&
           ip->protocol == IP_PROTOCOL_TCP && tcp_parse(ip, false, seg) == TERCET_TAKEN;
}

/* A segment arrives that answers what the side said last, more or less exactly. */
static void op_segment(struct program *p) {
    unsigned char octets[PAIR_FRAME_MAX];
    unsigned how = input_u8(&p->in);
    struct segment said = {0}, seg = {0};
    struct ip_header ip = {.version = 4};
    uint32_t at;

    p->is_forged = true;
    if (how & 1 || !said_last(p, &ip, &said)) {
        ip.version = how & 2 ? 6 : 4;
        ip.source = pair_address(how & 2, p->i + 1);
        ip.destination = pair_address(how & 2, 3 + (how >> 2 & 7));
        said = (struct segment){.source_port = ports[how >> 5 & 3], .destination_port = 9};
    }
    seg.source_port = said.destination_port;
    seg.destination_port = said.source_port;
    seg.flags = input_u8(&p->in);
    seg.seq = seq_of(said.ack.n + input_delta(&p->in));
    seg.ack = seq_of(said.seq.n + segment_span(&said) + input_delta(&p->in));
    seg.wnd = input_u16(&p->in);
    if (segment_has(&seg, TCP_URG)) seg.urgent = (uint16_t)input_delta(&p->in);
    seg.options = options_any(p, &said);
    ip = (struct ip_header){ip.destination, ip.source, .protocol = IP_PROTOCOL_TCP, .hop_limit = 64,
                            .version = ip.version};
    ip.length = tcp_header_length(&seg) + (how & 128 ? input_u16(&p->in) % 1200 : 0);
    at = ip_build(octets, &ip);
    memset(octets + at, 'i', ip.length);
    tcp_build(octets + at, &seg);
    packet_mend(octets, at + ip.length);
    pair_arrive(&p->pair, p->i, octets, at + ip.length);
}

/* An ICMP message arrives that quotes what the side said last. */
static void op_icmp(struct program *p) {
    const struct pair_frame *last = &p->pair.sides[p->i].last;
    unsigned char octets[2 * PAIR_FRAME_MAX];
    struct ip_header ip;
    struct icmp_message icmp;
    uint32_t at;

    if (!last->octets || ip_parse(last->octets, last->length, &ip) != TERCET_TAKEN) return;
    icmp = (struct icmp_message){.version = ip.version, .body = last->octets, .length = 64};
    if (icmp.length > last->length) icmp.length = last->length;
    icmp.type = input_u8(&p->in);
    icmp.code = input_u8(&p->in);
    icmp.rest = input_u16(&p->in);
    ip = (struct ip_header){ip.destination,
                            ip.source,
                            .hop_limit = 64,
                            .version = ip.version,
                            .length = ICMP_HEADER_LENGTH + icmp.length,
                            .protocol = ip.version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6};
    at = ip_build(octets, &ip);
    at += icmp_build(octets + at, &ip, &icmp);
    pair_arrive(&p->pair, p->i, octets, at);
}

/* 1 us to some hours: every timer in its time, or one late tick. */
static void op_time(struct program *p) {
    unsigned how = input_u8(&p->in);
    uint64_t ns = (1000ull << (how & 63) % 34) + input_u8(&p->in);

    if (how & 64) {
        pair_walk(&p->pair, p->pair.now_ns + ns, how & 128);
    } else {
        p->pair.now_ns += ns;
        pair_tick(&p->pair, p->i);
    }
}

/* Close everything in the way the configuration says, and wait. */
static void program_end(struct program *p, unsigned how) {
    uint64_t departed = p->pair.departed;

    for (p->i = 0; p->i < 2; p->i++) {
        for (unsigned n = 0; n < p->n_handles[p->i]; n++) {
            tercet_conn conn = p->handles[p->i][n];

            if (!(how & 1) || tercet_conn_abort(stack_of(p), conn) == TERCET_INVALID)
                tercet_conn_close(stack_of(p), conn);
        }
    }
    pair_walk(&p->pair, p->pair.now_ns + 24 * 3600 * NS_PER_S, how & 2);
    must(p->pair.departed - departed <= END_DEPARTURES_MAX);
    pair_must_be_empty(&p->pair);
}

static void (*const operations[16])(struct program *p) = {
    op_settle,  op_listen, op_connect, op_accept, op_write, op_read, op_shutdown, op_end,
    op_segment, op_carry,  op_disturb, op_raw,    op_icmp,  op_time, op_option,   op_fragment,
};

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n) {
    static const uint32_t mtus[4] = {1500, 68, 576, 1280};
    static struct program p;
    struct tercet_config config = pair_config();
    unsigned knobs, limits, how;

    p = (struct program){
        .in = {octets, n}
    };
    knobs = input_u8(&p.in);
    limits = input_u8(&p.in);
    how = input_u8(&p.in);
    config.timestamps = !(knobs & 1);
    config.window_scale = !(knobs & 2);
    config.sack = !(knobs & 4);
    config.syn_queue = knobs >> 3 & 3;
    config.initial_segments = knobs & 32 ? 1 : 10;
    config.max_conns = (limits & 7) + 1;
    config.max_half_opens = (limits >> 3 & 3) + 1;
    config.max_time_waits = (limits >> 5 & 3) + 1;
    pair_init(&p.pair, &config, mtus[how >> 2 & 3]);
    for (unsigned i = 0; i < OPERATIONS_MAX && p.in.left; i++) {
        unsigned op = input_u8(&p.in);

        p.i = op >> 4 & 1;
        operations[op & 15](&p);
        if (!(op & 0x80)) pair_turn(&p.pair);
    }
    program_end(&p, how);
    pair_free(&p.pair);
    return 0;
}
