/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_SYNTAX_H
#define TERCET_SCRIPT_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A script as values: what the parser makes of the text, and all that the rest of the room knows of it.
 * Everything lives in the arena given to the parser; words are slices of the text, which is borrowed.
 */

/* Where something stands in the text; both from 1, columns in octets. */
struct place {
    uint32_t line, column;
};

/* A slice of the text. */
struct word {
    const char *at;
    uint32_t length;
};

/* When an event happens: the first token of its line. */
enum moment_kind {
    MOMENT_ABSOLUTE, /* 1.5      since the beginning of the script */
    MOMENT_RELATIVE, /* +.1      since the previous event */
    MOMENT_ANY,      /* *        whenever it comes (outbound packets) */
};

struct moment {
    enum moment_kind kind;
    bool is_range;          /* 1~2, +1~+2: between the two (outbound packets) */
    bool is_blocking;       /* 0...0.2: begins at the first, returns at the second (calls) */
    bool until_is_relative; /* until counts from the beginning of the call or range, not of the script;
                               so that of +.1~+.3 is .2 */
    int64_t at_us, until_us; /* of the kind above; until_us for ranges and blocking calls */
};

/* A number of a packet that may be missing, or exempt from mapping. */
struct number {
    uint32_t value;
    bool is_given;
    bool is_any;      /* `...` or `*` in its place: not compared */
    bool is_absolute; /* N!: as on the wire, not relative to the script's own numbers */
};

enum packet_protocol {
    PACKET_TCP,
    PACKET_UDP,
    PACKET_ICMP,
};

/* The two ECN bits of the IP header that a mark asks for. */
enum packet_ecn {
    PACKET_ECN_UNSAID, /* inbound: 00, outbound: not compared */
    PACKET_ECN_NONE,   /* noecn */
    PACKET_ECN_ECT0,
    PACKET_ECN_ECT1,
    PACKET_ECN_ECT01, /* outbound: either of the two */
    PACKET_ECN_CE,
};

/* Options of TCP, in the order in which they stand on the wire. */
enum packet_option_kind {
    PACKET_OPTION_EOL,
    PACKET_OPTION_NOP,
    PACKET_OPTION_MSS,
    PACKET_OPTION_WSCALE,
    PACKET_OPTION_SACK_OK,
    PACKET_OPTION_SACK,
    PACKET_OPTION_TS,
    PACKET_OPTION_MD5,
    PACKET_OPTION_FO,     /* RFC 7413, kind 34; no octets: a request */
    PACKET_OPTION_FOEXP,  /* the experimental form, kind 254 with magic 0xf989 */
    PACKET_OPTION_ACCECN, /* AccECN, kinds 172 and 174: e0b ceb e1b */
    PACKET_OPTION_RAW,    /* any other: kind and octets */
};

enum {
    PACKET_SACK_BLOCKS_MAX = 4,
    PACKET_OPTION_BYTES_MAX = 38,
};

struct packet_option {
    struct packet_option *next;
    struct place place;
    enum packet_option_kind kind;
    uint8_t raw_kind;             /* RAW: the octet on the wire */
    uint32_t value;               /* MSS, WSCALE */
    struct number ts_val, ts_ecr; /* TS */
    struct number left[PACKET_SACK_BLOCKS_MAX], right[PACKET_SACK_BLOCKS_MAX]; /* SACK */
    uint8_t n_blocks;
    struct number e0b, ceb, e1b; /* ACCECN; not given: left out */
    uint8_t accecn_order;        /* 0: e0b first (kind 172), 1: e1b first (174) */
    uint8_t n_bytes;
    uint8_t bytes[PACKET_OPTION_BYTES_MAX]; /* MD5, FO, FOEXP, RAW */
};

/* Bits of script_packet.flags: TCP's, in their places, and what only a script says. */
enum packet_flag {
    PACKET_FIN = 0x01,
    PACKET_SYN = 0x02,
    PACKET_RST = 0x04,
    PACKET_PSH = 0x08,
    PACKET_ACK = 0x10, /* `.` */
    PACKET_URG = 0x20,
    PACKET_ECE = 0x40, /* E */
    PACKET_CWR = 0x80, /* W */
    PACKET_AE = 0x100, /* A: the bit that AccECN took from the reserved ones */
};

struct script_packet {
    bool is_inbound; /* `<`: from the script to the stack under test; else `>`, expected of it */
    enum packet_protocol protocol;

    /* IP marks. */
    enum packet_ecn ecn;
    struct number tos, dscp, ttl, flow_label;

    /* TCP, UDP: 0 when not said. */
    uint16_t source_port, destination_port;

    /* TCP. */
    uint16_t flags;         /* enum packet_flag */
    bool flags_are_any;     /* `*`?: not compared */
    bool has_ace;           /* the three bits AE CWR ECE are given as a number 0..7 */
    struct number seq, end; /* start:end */
    struct number length;   /* (len): octets of payload; is_any: `...` */
    struct number ack, win, urg;
    struct packet_option *options;
    bool options_are_any; /* <...>: not compared */
    bool has_options;     /* a list was given, if an empty one */

    /* ICMP. */
    uint8_t icmp_type, icmp_code;
    bool is_icmp6; /* the type was named as one of ICMPv6 only; else as the connection's family says */
    struct word icmp_name, icmp_code_name; /* as written, for the family's table */
    struct number icmp_mtu, icmp_id;
    struct number icmp_seq; /* [seq]: of the segment that is quoted */

    /* What makes a right packet impossible to run here (sctp, gre, udp around TCP, md5 without octets), else
       empty. */
    struct word unsupported;

    /* Of an ICMP error with the segment that it quotes written out; else NULL: the last packet is quoted. */
    struct script_packet *quoted;
};

/* Arguments and results of calls. */
enum value_kind {
    VALUE_ELLIPSIS, /* ...       the runner fills it in */
    VALUE_INTEGER,  /* 5, -1, 0x10 */
    VALUE_NAME,     /* SOL_SOCKET: a constant; or an identifier */
    VALUE_STRING,   /* "..." with its escapes resolved */
    VALUE_POINTED,  /* [a, b]    an array, or what a pointer leads to */
    VALUE_STRUCT,   /* {a, b}    or {name=a, name=b} */
    VALUE_OR,       /* A|B|C     items */
    VALUE_CALL,     /* htons(8080): word and items */
    VALUE_ASSIGNED, /* name=a    word and one item: a field in a struct; name(b)=a: a second item, b */
    VALUE_NEGATED, /* ~A, !A    one item: in outbound structs "not" */
};

struct value {
    struct value *next; /* in the list that it stands in */
    struct place place;
    enum value_kind kind;
    int64_t integer;
    struct word word;    /* NAME, CALL, ASSIGNED; STRING: in the arena */
    struct value *items; /* POINTED, STRUCT, OR, CALL, ASSIGNED, NEGATED */
    uint32_t n_items;
};

/* name(arguments) = result [ERRNO [(note)]] */
struct script_call {
    struct word name;
    struct value *arguments;
    uint32_t n_arguments;
    struct value *result; /* NULL: not given; ELLIPSIS: any */
    struct word error;    /* "EAGAIN"; length 0: none expected, errno is then not looked at */
};

enum event_kind {
    EVENT_PACKET,
    EVENT_CALL,
    EVENT_COMMAND, /* `shell` */
    EVENT_CODE,    /* %{ python }% */
};

struct event {
    struct event *next;
    struct place place;
    enum event_kind kind;
    struct moment moment;
    struct word source;           /* its text, from the moment to the end, to be shown */
    struct script_packet *packet; /* one of these three, by kind */
    struct script_call *call;
    struct word code; /* COMMAND, CODE: what stands inside */
};

/* --name[=value] */
struct script_option {
    struct script_option *next;
    struct place place;
    struct word name, value; /* value.at NULL: none */
};

struct script {
    struct script_option *options;
    struct event *init; /* commands in front of the first event, a list; or NULL */
    struct event *events;
    struct event *cleanup; /* commands behind the last, without a moment; or NULL */
    uint32_t n_events;
};

#endif
