/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/rig.h"

#include <string.h>

#include "script/constants.h"
#include "script/descriptors.h"
#include "sim/random.h"
#include "wire/icmp.h"
#include "wire/ip.h"

enum {
    RIG_FRAME_BYTES = 65536,
    RIG_TURNS_MAX = 4096, /* rounds over the loop link until it is quiet */
    RIG_MTU = 1500,
};

#define RIG_START_NS 100000000000ull /* the stack's clock at the beginning, at least */

/* A packet that has left, in front of its octets. */
struct departed {
    uint64_t when_ns;
    uint32_t octets;
    uint32_t room; /* to the next one */
};

struct rig {
    struct sockets sockets; /* first: the calls' @self is either */
    struct tercet_stack *stack;
    struct tercet_config config; /* of the stack: with this room's limits */
    uint64_t start_ns;
    uint64_t lost;
    bool has_happened;   /* since `pass` was called last */
    uint32_t head, tail; /* in departed */
    unsigned char *departed;
    unsigned char asked[RIG_FRAME_BYTES]; /* the packet that was asked for last */
    unsigned char spare[RIG_FRAME_BYTES]; /* for what arrives, and what is lost */
};

static size_t page_up_bytes(size_t n) {
    return (n + 4095) & ~(size_t)4095;
}

/* One host with a handful of connections: small pools are soon cleared. */
static struct tercet_config limits_of(const struct tercet_config *from) {
    struct tercet_config config = *from;

    config.max_conns = 256;
    config.max_half_opens = 1024;
    config.max_time_waits = 256;
    config.max_listeners = 64;
    config.max_reassemblies = 64;
    config.max_fragments = 16;
    config.max_replies = 256;
    config.max_traces = 0;
    config.max_addresses = RIG_ADDRESSES_MAX;
    config.max_routes = 4;
    config.buffer_bytes = 64u << 20;
    return config;
}

size_t rig_size(const struct rig_config *config) {
    struct tercet_config limits = limits_of(&config->settings->config);

    return page_up_bytes(sizeof(struct rig)) + RIG_DEPARTED_BYTES + tercet_stack_size(&limits);
}

static void draw_secret(struct tercet_config *config, uint64_t *state) {
    for (size_t i = 0; i < sizeof config->secret; i += sizeof *state) {
        uint64_t part = random_split(state);

        memcpy(config->secret + i, &part, sizeof part);
    }
    config->secret[0] |= 1; /* never all zero */
}

/* Everything goes out by one door. */
static bool network_init(struct rig *rig, const struct rig_config *config, uint32_t mtu) {
    static const struct tercet_address any_v4 =
                                           {
                                               {[10] = 0xff, [11] = 0xff}
    },
                                       any_v6;

    for (uint32_t i = 0; i < config->n_addresses && i < RIG_ADDRESSES_MAX; i++) {
        const struct rig_address *own = &config->addresses[i];

        if (tercet_stack_add_address(rig->stack, &own->address, own->prefix_bits)) return false;
        rig->sockets.own[rig->sockets.n_own++] = own->address;
    }
    if (tercet_stack_add_route(rig->stack, &any_v4, 0, 0, mtu)) return false;
    return mtu < 1280 || tercet_stack_add_route(rig->stack, &any_v6, 0, 0, mtu) == 0;
}

struct rig *rig_init(void *memory, const struct rig_config *config) {
    uint64_t state = random_mix(config->seed + 1);
    uint32_t mtu = config->settings->mtu ? config->settings->mtu : RIG_MTU;
    unsigned char *at = memory;
    struct rig *rig = memory;

    at += page_up_bytes(sizeof *rig);
    rig->departed = at;
    at += RIG_DEPARTED_BYTES;
    rig->config = limits_of(&config->settings->config);
    draw_secret(&rig->config, &state);
    rig->start_ns = RIG_START_NS + random_split(&state) % RIG_START_NS;
    if (tercet_stack_init(at, tercet_stack_size(&rig->config), &rig->config, rig->start_ns,
                          &rig->stack))
        return NULL;
    if (!network_init(rig, config, mtu)) return NULL;
    sockets_init(&rig->sockets, rig->stack, config->settings, mtu, (uint32_t)random_split(&state));
    rig->sockets.now_ns = rig->start_ns;
    return rig;
}

/* Room for one more packet behind those that wait.  Return: NULL: there is none */
static struct departed *departed_room(struct rig *rig) {
    uint32_t need = (uint32_t)sizeof(struct departed) + RIG_FRAME_BYTES;

    if (rig->head == rig->tail) rig->head = rig->tail = 0;
    if (RIG_DEPARTED_BYTES - rig->tail < need && rig->head > 0) {
        memmove(rig->departed, rig->departed + rig->head, rig->tail - rig->head);
        rig->tail -= rig->head;
        rig->head = 0;
    }
    if (RIG_DEPARTED_BYTES - rig->tail < need) return NULL;
    return (struct departed *)(void *)(rig->departed + rig->tail);
}

/* One packet that is owed leaves.  Return: false: none is */
static bool packet_departs(struct rig *rig) {
    struct departed *departed = departed_room(rig);
    struct tercet_frame frame = {
        .bytes = departed ? (unsigned char *)(departed + 1) : rig->spare,
        .capacity = RIG_FRAME_BYTES,
    };

    if (tercet_stack_depart(rig->stack, &frame, 1, rig->sockets.now_ns) == 0) return false;
    rig->has_happened = true;
    if (!departed) {
        rig->lost++;
        return true;
    }
    traffic_sees(&rig->sockets.traffic, frame.bytes, frame.length, false, rig->sockets.now_ns);
    departed->when_ns = rig->sockets.now_ns;
    departed->octets = frame.length;
    departed->room = (uint32_t)((sizeof *departed + frame.length + 15) & ~(size_t)15);
    rig->tail += departed->room;
    return true;
}

static void events_pull(struct rig *rig) {
    struct tercet_event event;

    while (tercet_stack_next_event(rig->stack, &event)) {
        rig->has_happened = true;
        sockets_note(&rig->sockets, &event);
    }
}

/* Until nothing more is owed: all departs, what goes to ourselves arrives, sockets hear of it. */
static void settle(struct rig *rig) {
    for (unsigned turn = 0; turn < RIG_TURNS_MAX; turn++) {
        events_pull(rig);
        while (packet_departs(rig))
            events_pull(rig);
        events_pull(rig);
        if (tercet_stack_deadline(rig->stack) > 0) break;
        tercet_stack_tick(rig->stack, rig->sockets.now_ns);
    }
    sockets_look(&rig->sockets);
}

static bool rig_configure(void *self, const struct settings *settings) {
    struct rig *rig = self;
    struct tercet_config config = settings->config;

    memcpy(config.secret, rig->config.secret, sizeof config.secret);
    if (tercet_stack_retune(rig->stack, &config)) return false;
    rig->sockets.settings = *settings;
    rig->sockets.settings.config = config;
    settle(rig);
    return true;
}

static uint64_t rig_now(void *self) {
    const struct rig *rig = self;

    return rig->sockets.now_ns - rig->start_ns;
}

static bool rig_pass(void *self, uint64_t until_ns) {
    struct rig *rig = self;
    uint64_t until = until_ns > UINT64_MAX - rig->start_ns ? UINT64_MAX : until_ns + rig->start_ns;

    rig->has_happened = false;
    while (!rig->has_happened) {
        uint64_t due = tercet_stack_deadline(rig->stack), wake = sockets_deadline(&rig->sockets);
        uint64_t next = due < wake ? due : wake;

        if (next > until || next == UINT64_MAX) {
            if (until > rig->sockets.now_ns && until != UINT64_MAX) rig->sockets.now_ns = until;
            return false;
        }
        if (next > rig->sockets.now_ns) rig->sockets.now_ns = next;
        if (wake <= rig->sockets.now_ns) rig->has_happened = true;
        tercet_stack_tick(rig->stack, rig->sockets.now_ns);
        settle(rig);
    }
    return true;
}

/* What Unix calls an ICMP error, or 0 for what is none.  Source: RFC 1122 section 4.2.3.9 and ip(7). */
static int unix_error_of(const struct icmp_message *icmp) {
    static const uint8_t unreachable_v4[] = {
        UNIX_ENETUNREACH,  UNIX_EHOSTUNREACH, UNIX_ENOPROTOOPT,  UNIX_ECONNREFUSED,
        UNIX_EMSGSIZE,     UNIX_EOPNOTSUPP,   UNIX_ENETUNREACH,  UNIX_EHOSTDOWN,
        64 /* ENONET */,   UNIX_ENETUNREACH,  UNIX_EHOSTUNREACH, UNIX_ENETUNREACH,
        UNIX_EHOSTUNREACH, UNIX_EHOSTUNREACH, UNIX_EHOSTUNREACH, UNIX_EHOSTUNREACH,
    };
    static const uint8_t unreachable_v6[] = {
        UNIX_ENETUNREACH,  UNIX_EACCES, UNIX_EHOSTUNREACH, UNIX_EHOSTUNREACH,
        UNIX_ECONNREFUSED, UNIX_EACCES, UNIX_EACCES,
    };

    switch (icmp->kind) {
    case ICMP_TIME_EXCEEDED: return UNIX_EHOSTUNREACH;
    case ICMP_PARAMETER_PROBLEM: return UNIX_EPROTO;
    case ICMP_UNREACHABLE:
        if (icmp->version == 4)
            return icmp->code < sizeof unreachable_v4 ? unreachable_v4[icmp->code] : 0;
        return icmp->code < sizeof unreachable_v6 ? unreachable_v6[icmp->code] : UNIX_EPROTO;
    default: return 0;
    }
}

/* The same on FreeBSD: whoever forbids refuses, all else is a host that cannot be reached. */
static int bsd_error_of(const struct icmp_message *icmp) {
    if (icmp->kind == ICMP_PARAMETER_PROBLEM) return UNIX_ENOPROTOOPT;
    if (icmp->kind != ICMP_UNREACHABLE) return unix_error_of(icmp);
    switch (icmp->version << 8 | icmp->code) {
    case 4 << 8 | 2:
    case 4 << 8 | 3:
    case 4 << 8 | 9:
    case 4 << 8 | 10:
    case 4 << 8 | 13:
    case 6 << 8 | 1:
    case 6 << 8 | 4: return UNIX_ECONNREFUSED;
    default: return UNIX_EHOSTUNREACH;
    }
}

/* An ICMP error as sockets see it. */
struct rumour {
    struct tercet_endpoint local, remote; /* of the connection that it is about */
    bool is_mtu;                          /* its path takes smaller packets only */
    int error;                            /* what Unix calls it */
};

/* Sockets tell an ICMP error by its code, which the stack does not keep.  Return: whether @packet is one */
static bool rumour_of(const struct rig *rig, const unsigned char *packet, uint32_t n,
                      struct rumour *rumour) {
    struct icmp_message icmp;
    struct icmp_quote quote;
    struct ip_header ip;

    if (ip_parse(packet, n, &ip) != TERCET_TAKEN) return false;
    if (ip.protocol != IP_PROTOCOL_ICMP && ip.protocol != IP_PROTOCOL_ICMPV6) return false;
    if (icmp_parse(&ip, &icmp) != TERCET_TAKEN) return false;
    if (icmp_quote_parse(&icmp, &quote) != TERCET_TAKEN) return false;
    *rumour = (struct rumour){
        .local = {quote.ip.source,      quote.source_port     },
        .remote = {quote.ip.destination, quote.destination_port},
        .is_mtu = icmp.kind == ICMP_TOO_BIG,
        .error = sockets_are_bsd(&rig->sockets) ? bsd_error_of(&icmp) : unix_error_of(&icmp),
    };
    return true;
}

static void rig_arrive(void *self, const unsigned char *packet, uint32_t n) {
    struct rig *rig = self;
    struct tercet_frame frame = {.bytes = rig->spare, .length = n, .capacity = RIG_FRAME_BYTES};
    struct sockets *sockets = &rig->sockets;
    struct rumour rumour;
    bool is_rumour = rumour_of(rig, packet, n, &rumour);

    if (n > RIG_FRAME_BYTES) return; /* no IP packet is longer */
    if (is_rumour && rumour.is_mtu && !sockets_want_mtu(sockets, &rumour.local, &rumour.remote))
        return;
    traffic_sees(&sockets->traffic, packet, n, true, sockets->now_ns);
    memcpy(rig->spare, packet, n);
    tercet_stack_arrive(rig->stack, &frame, 1, sockets->now_ns);
    if (is_rumour && (frame.verdict == TERCET_ICMP_SOFT || frame.verdict == TERCET_ICMP_HARD))
        sockets_icmp(sockets, &rumour.local, &rumour.remote, rumour.error);
    settle(rig);
}

static uint32_t rig_next_departed(void *self, const unsigned char **packet, uint64_t *when_ns) {
    struct rig *rig = self;
    const struct departed *departed = (const void *)(rig->departed + rig->head);

    if (rig->head == rig->tail) return 0;
    rig->head += departed->room;
    *packet = memcpy(rig->asked, departed + 1, departed->octets);
    *when_ns = departed->when_ns - rig->start_ns;
    return departed->octets;
}

static uint64_t rig_lost(void *self) {
    const struct rig *rig = self;

    return rig->lost;
}

static uint32_t rig_segment_octets(void *self, const struct tercet_endpoint *local,
                                   const struct tercet_endpoint *remote) {
    struct rig *rig = self;
    const struct traffic_flow *flow = traffic_find(&rig->sockets.traffic, local, remote);

    return flow ? flow->segment_octets : 0;
}

/* A call of the sockets; then everything that it owes departs. */
#define RIG_CALL(name, parameters, arguments)                                                      \
    static int rig_##name parameters {                                                             \
        int answer = sockets_##name arguments;                                                     \
                                                                                                   \
        settle(self);                                                                              \
        return answer;                                                                             \
    }
SOCKETS_CALLS(RIG_CALL)

#define RIG_ROW(name, parameters, arguments) .name = rig_##name,
const struct subject_kind rig_kind = {
    .sockets = {SOCKETS_CALLS(RIG_ROW)},
    .configure = rig_configure,
    .now = rig_now,
    .pass = rig_pass,
    .arrive = rig_arrive,
    .next_departed = rig_next_departed,
    .lost = rig_lost,
    .segment_octets = rig_segment_octets,
};
