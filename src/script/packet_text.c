/* SPDX-License-Identifier: BSD-2-Clause */
#include "script/packet_text.h"

#include <stddef.h>

#include "script/icmp_names.h"
#include "script/packet_options.h"
#include "wire/ip.h"

void packet_flags_text(struct text *text, uint16_t flags) {
    static const struct {
        char letter;
        uint16_t flag;
    } letters[] = {
        {'S', PACKET_SYN},
        {'F', PACKET_FIN},
        {'R', PACKET_RST},
        {'P', PACKET_PSH},
        {'E', PACKET_ECE},
        {'W', PACKET_CWR},
        {'A', PACKET_AE },
        {'U', PACKET_URG},
        {'.', PACKET_ACK},
    };

    if (!flags) text_char(text, '-');
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (flags & letters[i].flag) text_char(text, letters[i].letter);
    }
}

static void arrow_text(struct text *text, bool is_inbound) {
    text_put(text, is_inbound ? "< " : "> ");
}

static void named_number(struct text *text, const char *name, uint32_t value) {
    text_put(text, name);
    text_u64(text, value);
}

static void range_text(struct text *text, uint32_t seq, uint32_t length) {
    named_number(text, " ", seq);
    named_number(text, ":", seq + length);
    named_number(text, "(", length);
    text_char(text, ')');
}

static void ports_text(struct text *text, uint16_t source, uint16_t destination) {
    text_u64(text, source);
    named_number(text, " > ", destination);
    text_char(text, ' ');
}

static void icmp_text(struct text *text, uint8_t version, uint8_t type, uint8_t code) {
    text_put(text, "icmp ");
    icmp_type_text(text, version, type);
    icmp_code_text(text, version, type, code);
}

/* Of a packet that was seen. */

static void mark_view_text(struct text *text, const struct packet_view *view) {
    static const char *const ecn[] = {"", "ect1", "ect0", "ce"};

    if (view->traffic_class >> DSCP_SHIFT) {
        text_put(text, "[tos 0x");
        text_hex(text, view->traffic_class, 2);
        text_put(text, "] ");
    } else if (view->traffic_class) {
        text_char(text, '[');
        text_put(text, ecn[view->traffic_class & 3]);
        text_put(text, "] ");
    }
}

static void tcp_view_text(struct text *text, const struct packet_view *view) {
    packet_flags_text(text, view->flags);
    range_text(text, view->seq, view->payload);
    if (view->flags & PACKET_ACK) named_number(text, " ack ", view->ack);
    named_number(text, " win ", view->window);
    if (view->flags & PACKET_URG) named_number(text, " urg ", view->urgent);
    if (view->n_options == 0) return;
    text_put(text, " <");
    options_view_text(text, view->options, view->n_options);
    text_char(text, '>');
}

static void icmp_view_text(struct text *text, const struct packet_view *view) {
    icmp_text(text, view->version, view->icmp_type, view->icmp_code);
    if (icmp_has_mtu(view->version, view->icmp_type, view->icmp_code))
        named_number(text, " mtu ", view->version == 4 ? view->icmp_rest & 0xffff : view->icmp_rest);
}

void packet_view_text(struct text *text, const struct packet_view *view, bool is_inbound) {
    arrow_text(text, is_inbound);
    mark_view_text(text, view);
    switch (view->protocol) {
    case IP_PROTOCOL_TCP: tcp_view_text(text, view); break;
    case IP_PROTOCOL_UDP:
        named_number(text, "udp (", view->payload);
        text_char(text, ')');
        break;
    case IP_PROTOCOL_ICMP:
    case IP_PROTOCOL_ICMPV6: icmp_view_text(text, view); break;
    default: named_number(text, "a packet of IP protocol ", view->protocol);
    }
    if (!view->damage) return;
    text_put(text, " (");
    text_put(text, view->damage);
    text_char(text, ')');
}

/* Of a script's packet. */

static void mark_begin(struct text *text, bool *has_mark) {
    text_put(text, *has_mark ? "," : "[");
    *has_mark = true;
}

static void mark_number(struct text *text, const char *name, const struct number *number,
                        bool *has_mark) {
    if (!number->is_given) return;
    mark_begin(text, has_mark);
    named_number(text, name, number->value);
}

static void marks_text(struct text *text, const struct script_packet *packet) {
    static const char *const ecn[] = {NULL, "noecn", "ect0", "ect1", "ect01", "ce"};
    bool has_mark = false;

    if (packet->ecn != PACKET_ECN_UNSAID) {
        mark_begin(text, &has_mark);
        text_put(text, ecn[packet->ecn]);
    }
    if (packet->tos.is_given) {
        mark_begin(text, &has_mark);
        text_put(text, "tos 0x");
        text_hex(text, packet->tos.value, 2);
    }
    mark_number(text, "dscp ", &packet->dscp, &has_mark);
    mark_number(text, "ttl ", &packet->ttl, &has_mark);
    mark_number(text, "flowlabel ", &packet->flow_label, &has_mark);
    if (has_mark) text_put(text, "] ");
}

static void options_text(struct text *text, const struct script_packet *packet) {
    if (!packet->has_options && !packet->options_are_any) return;
    text_put(text, " <");
    if (packet->options_are_any) text_put(text, "...");
    for (const struct packet_option *option = packet->options; option; option = option->next) {
        if (option != packet->options) text_char(text, ',');
        packet_option_text(text, option);
    }
    text_char(text, '>');
}

static void given_text(struct text *text, const char *name, const struct number *number) {
    if (number->is_given && !number->is_any) named_number(text, name, number->value);
}

/* What is not compared is `...` here, too. */
static void number_text(struct text *text, const char *before, const struct number *number) {
    text_put(text, before);
    if (number->is_any)
        text_put(text, "...");
    else
        text_u64(text, number->value);
}

static void seq_text(struct text *text, const struct script_packet *packet) {
    number_text(text, " ", &packet->seq);
    if (!packet->seq.is_any) number_text(text, ":", &packet->end);
    number_text(text, "(", &packet->length);
    text_char(text, ')');
    if (packet->seq.is_absolute) text_char(text, '!');
}

static void tcp_text(struct text *text, const struct script_packet *packet) {
    if (packet->flags_are_any)
        text_char(text, '*');
    else
        packet_flags_text(text, packet->flags);
    seq_text(text, packet);
    given_text(text, " ack ", &packet->ack);
    given_text(text, " win ", &packet->win);
    given_text(text, " urg ", &packet->urg);
    options_text(text, packet);
}

void packet_text(struct text *text, const struct script_packet *packet, uint8_t version) {
    uint8_t type, code;

    arrow_text(text, packet->is_inbound);
    marks_text(text, packet);
    if (packet->source_port) ports_text(text, packet->source_port, packet->destination_port);
    switch (packet->protocol) {
    case PACKET_TCP: tcp_text(text, packet); break;
    case PACKET_UDP:
        named_number(text, "udp (", packet->length.value);
        text_char(text, ')');
        break;
    case PACKET_ICMP:
        icmp_of_packet(packet, version, &type, &code);
        icmp_text(text, version, type, code);
        given_text(text, " mtu ", &packet->icmp_mtu);
        given_text(text, " id ", &packet->icmp_id);
        if (packet->icmp_seq.is_given) named_number(text, " [", packet->icmp_seq.value);
        if (packet->icmp_seq.is_given) text_char(text, ']');
    }
}
