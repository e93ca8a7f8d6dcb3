/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/packet_match.h"

#include "script/icmp_names.h"
#include "script/packet_options.h"
#include "script/packet_text.h"
#include "wire/ip.h"

enum {
    ECN_MASK = 3,
    LAST_ONLY = PACKET_PSH | PACKET_FIN, /* of several segments for one, the last one's flags */
    IDENTITY = UINT16_MAX & ~PACKET_PSH, /* what kind of segment it is: a PSH hangs on where it ends */
};

/* The names of the numbers of enum packet_protocol and enum packet_ecn. */
static const char *const protocols[] = {"a TCP segment", "a UDP datagram", "an ICMP message"};

/* "NAME is A, expected B" unless they are equal. */
static bool number_differs(struct text *why, const char *name, uint32_t came, uint32_t wanted) {
    if (came == wanted) return false;
    text_put(why, name);
    text_put(why, " is ");
    text_u64(why, came);
    text_put(why, ", expected ");
    text_u64(why, wanted);
    return true;
}

static bool given_differs(struct text *why, const char *name, uint32_t came,
                          const struct number *wanted) {
    if (!wanted->is_given || wanted->is_any) return false;
    return number_differs(why, name, came, wanted->value);
}

static bool protocol_differs(struct text *why, const struct script_packet *want,
                             const struct packet_view *came) {
    static const uint8_t v4[] = {IP_PROTOCOL_TCP, IP_PROTOCOL_UDP, IP_PROTOCOL_ICMP};
    static const uint8_t v6[] = {IP_PROTOCOL_TCP, IP_PROTOCOL_UDP, IP_PROTOCOL_ICMPV6};

    if (came->damage) {
        text_put(why, "the packet has ");
        text_put(why, came->damage);
        return true;
    }
    if (came->protocol == (came->version == 4 ? v4 : v6)[want->protocol]) return false;
    text_put(why, "it is not ");
    text_put(why, protocols[want->protocol]);
    return true;
}

static bool ports_differ(struct text *why, const struct script_packet *want,
                         const struct packet_view *came) {
    if (!want->source_port && !want->destination_port) return false;
    return number_differs(why, "the source port", came->source_port, want->source_port) ||
           number_differs(why, "the destination port", came->destination_port,
                          want->destination_port);
}

/* IP marks. */

static bool ecn_fits(enum packet_ecn want, uint8_t ecn) {
    switch (want) {
    case PACKET_ECN_UNSAID: return true;
    case PACKET_ECN_NONE: return ecn == 0;
    case PACKET_ECN_ECT0: return ecn == 2;
    case PACKET_ECN_ECT1: return ecn == 1;
    case PACKET_ECN_ECT01: return ecn == 1 || ecn == 2;
    case PACKET_ECN_CE: return ecn == 3;
    }
    return false;
}

static bool ecn_differs(struct text *why, enum packet_ecn want, uint8_t traffic_class) {
    static const char *const names[] = {"noecn", "ect1", "ect0", "ce"};
    static const char *const wanted[] = {"", "noecn", "ect0", "ect1", "ect0 or ect1", "ce"};

    if (ecn_fits(want, traffic_class & ECN_MASK)) return false;
    text_put(why, "the ECN mark is ");
    text_put(why, names[traffic_class & ECN_MASK]);
    text_put(why, ", expected ");
    text_put(why, wanted[want]);
    return true;
}

static bool marks_differ(struct text *why, const struct script_packet *want,
                         const struct packet_view *came) {
    return ecn_differs(why, want->ecn, came->traffic_class) ||
           given_differs(why, "the TOS octet", came->traffic_class, &want->tos) ||
           given_differs(why, "the DSCP", came->traffic_class >> DSCP_SHIFT, &want->dscp) ||
           given_differs(why, "the TTL", came->hop_limit, &want->ttl) ||
           given_differs(why, "the flow label", came->flow_label, &want->flow_label);
}

/* TCP. */

static uint32_t octets_left(const struct match *match) {
    return match->want->length.value - match->taken;
}

/*
 * Whether @came can only be a part: it is a full segment that has not all octets that are left, and no FIN.  A PSH
 * says nothing: hosts push the ends of the bursts in which they hand segments to the device.
 */
static bool is_part(const struct match *match, const struct packet_view *came) {
    if (match->is_strict || match->want->length.is_any || match->want->flags & PACKET_SYN)
        return false;
    if (came->payload == 0 || came->payload >= octets_left(match)) return false;
    if (came->payload + came->n_options != match->full_octets) return false;
    return !(came->flags & PACKET_FIN & match->want->flags);
}

bool match_is_part(const struct match *match, const struct packet_view *came) {
    return match->want->protocol == PACKET_TCP && is_part(match, came);
}

/* The flags that the next segment must have. */
static uint16_t flags_wanted(const struct match *match, const struct packet_view *came) {
    uint16_t flags = match->want->flags;

    if (is_part(match, came)) flags &= (uint16_t)~LAST_ONLY;
    if (match->taken) flags &= (uint16_t)~PACKET_CWR; /* told once: RFC 3168 section 6.1.2 */
    return flags;
}

/* @compared: the flags that count */
static bool flags_differ(struct text *why, const struct match *match,
                         const struct packet_view *came, uint16_t compared) {
    uint16_t wanted = flags_wanted(match, came);

    if (is_part(match, came)) compared &= (uint16_t)~PACKET_PSH;
    if (match->want->flags_are_any || !((came->flags ^ wanted) & compared)) return false;
    text_put(why, "the flags are `");
    packet_flags_text(why, came->flags);
    text_put(why, "`, expected `");
    packet_flags_text(why, wanted);
    text_char(why, '`');
    return true;
}

/* @wire: as it came; @came: the same in the script's numbers */
static bool seq_differs(struct text *why, const struct match *match, const struct packet_view *wire,
                        const struct packet_view *came) {
    const struct number *seq = &match->want->seq;

    if (!seq->is_given || seq->is_any) return false;
    if (seq->is_absolute) return number_differs(why, "seq", wire->seq, seq->value + match->taken);
    if (mapping_may_learn(match->mapping, wire)) return false;
    return number_differs(why, "seq", came->seq, seq->value + match->taken);
}

static bool length_differs(struct text *why, const struct match *match,
                           const struct packet_view *came) {
    uint32_t left = octets_left(match), most = match->full_octets - came->n_options;

    if (!match->want->length.is_given || match->want->length.is_any || is_part(match, came))
        return false;
    if (!match->taken) return number_differs(why, "the payload's length", came->payload, left);
    return number_differs(why, "behind other parts, this one's payload", came->payload,
                          left < most ? left : most);
}

static bool urgent_differs(struct text *why, const struct script_packet *want,
                           const struct packet_view *came) {
    return given_differs(why, "the urgent pointer", came->urgent, &want->urg);
}

static enum script_mismatch tcp_differs(const struct match *match, const struct packet_view *wire,
                                        struct text *why) {
    const struct script_packet *want = match->want;
    struct packet_view came = *wire;

    mapping_to_script(match->mapping, &came);
    if (flags_differ(why, match, wire, IDENTITY) || seq_differs(why, match, wire, &came) ||
        length_differs(why, match, wire) || flags_differ(why, match, wire, UINT16_MAX) ||
        given_differs(why, "ack", came.ack, &want->ack) ||
        given_differs(why, "the window", came.window, &want->win) ||
        urgent_differs(why, want, wire) || marks_differ(why, want, wire))
        return SCRIPT_MISMATCH_FIELD;
    if (want->options_are_any) return SCRIPT_MISMATCH_NONE;
    return packet_options_differ(want->options, &came, match->ts_tolerance, why);
}

/* UDP and ICMP. */

static enum script_mismatch udp_differs(const struct script_packet *want,
                                        const struct packet_view *came, struct text *why) {
    bool differs = given_differs(why, "the payload's length", came->payload, &want->length) ||
                   marks_differ(why, want, came);

    return differs ? SCRIPT_MISMATCH_FIELD : SCRIPT_MISMATCH_NONE;
}

/* An error quotes a segment of the peer's, whose numbers stand on the wire as in the script; an echo has its own. */
static bool icmp_seq_differs(struct text *why, const struct script_packet *want,
                             const struct packet_view *came) {
    if (icmp_is_error(came->version, came->icmp_type))
        return given_differs(why, "the quoted segment's seq", came->seq, &want->icmp_seq);
    return given_differs(why, "the ICMP seq", came->icmp_rest & UINT16_MAX, &want->icmp_seq);
}

static enum script_mismatch icmp_differs(const struct script_packet *want,
                                         const struct packet_view *came, struct text *why) {
    uint8_t type, code;
    bool differs;

    if (!icmp_of_packet(want, came->version, &type, &code)) {
        text_put(why, "the connection's ICMP has no such message");
        return SCRIPT_MISMATCH_FIELD;
    }
    differs = number_differs(why, "the ICMP type", came->icmp_type, type) ||
              number_differs(why, "the ICMP code", came->icmp_code, code) ||
              given_differs(why, "the MTU", came->icmp_rest & UINT16_MAX, &want->icmp_mtu) ||
              given_differs(why, "the ICMP id", came->icmp_rest >> 16, &want->icmp_id) ||
              icmp_seq_differs(why, want, came) || marks_differ(why, want, came);
    return differs ? SCRIPT_MISMATCH_FIELD : SCRIPT_MISMATCH_NONE;
}

enum script_mismatch match_differs(const struct match *match, const struct packet_view *came,
                                   struct text *why) {
    const struct script_packet *want = match->want;

    if (protocol_differs(why, want, came)) return SCRIPT_MISMATCH_FIELD;
    if (want->protocol != PACKET_ICMP && ports_differ(why, want, came))
        return SCRIPT_MISMATCH_FIELD;
    switch (want->protocol) {
    case PACKET_TCP: return tcp_differs(match, came, why);
    case PACKET_UDP: return udp_differs(want, came, why);
    case PACKET_ICMP: return icmp_differs(want, came, why);
    }
    return SCRIPT_MISMATCH_FIELD;
}
