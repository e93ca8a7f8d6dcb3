/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets but for the options of TCP. */
#include "tap.h"

#include "parsing.h"

static void check_number(struct number number, uint32_t value) {
    CHECK(number.is_given && !number.is_any && !number.is_absolute);
    CHECK_EQ(number.value, value);
}

TEST(a_segment_in_full)
{
    const struct script_packet *packet = parse_one_packet(
        "0 < SUP 4294967295:9(10) ack 7 win 65535 urg 3 <mss 1460>");

    if (!packet) return;
    CHECK(packet->is_inbound);
    CHECK_EQ(packet->protocol, PACKET_TCP);
    CHECK_EQ(packet->ecn, PACKET_ECN_UNSAID);
    CHECK(!packet->tos.is_given && !packet->dscp.is_given && !packet->ttl.is_given);
    CHECK(!packet->flow_label.is_given);
    CHECK_EQ(packet->source_port, 0);
    CHECK_EQ(packet->destination_port, 0);
    CHECK_EQ(packet->flags, PACKET_SYN | PACKET_URG | PACKET_PSH);
    CHECK(!packet->flags_are_any && !packet->has_ace);
    check_number(packet->seq, 4294967295u);
    check_number(packet->end, 9);
    check_number(packet->length, 10);
    check_number(packet->ack, 7);
    check_number(packet->win, 65535);
    check_number(packet->urg, 3);
    CHECK(packet->has_options && packet->options && !packet->options->next);
    CHECK(!packet->options_are_any);
    CHECK_EQ(packet->unsupported.length, 0);
    CHECK(!packet->quoted);
}

TEST(a_segment_with_as_little_as_it_needs)
{
    const struct script_packet *packet = parse_one_packet("0 > - 1:1(0)");

    if (!packet) return;
    CHECK(!packet->is_inbound);
    CHECK_EQ(packet->flags, 0);
    CHECK(!packet->ack.is_given && !packet->win.is_given && !packet->urg.is_given);
    CHECK(!packet->has_options && !packet->options && !packet->options_are_any);
}

TEST(flags)
{
    static const struct {
        const char *text;
        uint16_t flags;
        bool has_ace;
    } rows[] = {
        {"S",         PACKET_SYN,                                                    false},
        {"S.",        PACKET_SYN | PACKET_ACK,                                       false},
        {".",         PACKET_ACK,                                                    false},
        {"F.",        PACKET_FIN | PACKET_ACK,                                       false},
        {".F",        PACKET_FIN | PACKET_ACK,                                       false},
        {"FP.",       PACKET_FIN | PACKET_PSH | PACKET_ACK,                          false},
        {"R",         PACKET_RST,                                                    false},
        {"R.",        PACKET_RST | PACKET_ACK,                                       false},
        {"P.U",       PACKET_PSH | PACKET_ACK | PACKET_URG,                          false},
        {"SEW",       PACKET_SYN | PACKET_ECE | PACKET_CWR,                          false},
        {"SEWA",      PACKET_SYN | PACKET_ECE | PACKET_CWR | PACKET_AE,              false},
        {"SE.",       PACKET_SYN | PACKET_ECE | PACKET_ACK,                          false},
        {"SA.",       PACKET_SYN | PACKET_AE | PACKET_ACK,                           false},
        {"S.5",       PACKET_SYN | PACKET_ACK | PACKET_AE | PACKET_ECE,              true },
        {".3",        PACKET_ACK | PACKET_CWR | PACKET_ECE,                          true },
        {".0",        PACKET_ACK,                                                    true },
        {"P.7",       PACKET_PSH | PACKET_ACK | PACKET_AE | PACKET_CWR | PACKET_ECE, true },
        {"F6",        PACKET_FIN | PACKET_AE | PACKET_CWR,                           true },
        {"FSRP.UEWA", 0x1ff,                                                         false},
        {"-",         0,                                                             false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("the flags %s", rows[i].text) {
            char text[64];
            const struct script_packet *packet;

            snprintf(text, sizeof text, "0 > %s 1:1(0) ack 1", rows[i].text);
            packet = parse_one_packet(text);
            if (!packet) break;
            CHECK_EQ(packet->flags, rows[i].flags);
            CHECK_EQ(packet->has_ace, rows[i].has_ace);
        }
    }
}

TEST(any_flags)
{
    const struct script_packet *packet = parse_one_packet("0 > * 1:1(0)");

    if (packet) CHECK(packet->flags_are_any && packet->flags == 0);
}

TEST(numbers_that_are_absolute)
{
    const struct script_packet *packet = parse_one_packet("0 < R. 5:5(0)! ack 7! win 0");

    if (!packet) return;
    CHECK(packet->seq.is_absolute && packet->end.is_absolute && packet->ack.is_absolute);
    CHECK_EQ(packet->seq.value, 5);
    CHECK_EQ(packet->ack.value, 7);
    packet = parse_one_packet("0 < R 5!:6!(1) ack 7 win 0");
    if (!packet) return;
    CHECK(packet->seq.is_absolute && packet->end.is_absolute && !packet->ack.is_absolute);
}

TEST(numbers_that_are_not_compared)
{
    const struct script_packet *packet = parse_one_packet("0 > P. ...(10) ack ... win *");

    if (!packet) return;
    CHECK(packet->seq.is_given && packet->seq.is_any);
    CHECK(packet->end.is_given && packet->end.is_any);
    check_number(packet->length, 10);
    CHECK(packet->ack.is_given && packet->ack.is_any);
    CHECK(packet->win.is_given && packet->win.is_any);
    packet = parse_one_packet("0 > . 1:...(...)");
    if (!packet) return;
    check_number(packet->seq, 1);
    CHECK(packet->end.is_any && packet->length.is_any);
    packet = parse_one_packet("0 > . *:*(5)");
    if (packet) CHECK(packet->seq.is_any && packet->end.is_any);
}

TEST(a_star_in_the_next_line_is_a_moment)
{
    const struct parsed *parsed = parse("0 > . 1:1(0) ack 1\n* > . 1:1(0) ack 1\n");

    CHECK(parsed->is_script);
    CHECK_EQ(parsed->script.n_events, 2);
}

TEST(the_end_may_be_left_out)
{
    const struct script_packet *packet = parse_one_packet("0 > . 4294967290(10)");

    if (!packet) return;
    check_number(packet->seq, 4294967290u);
    check_number(packet->end, 4);
    check_number(packet->length, 10);
}

TEST(fields_in_any_order_and_over_lines)
{
    const struct script_packet *packet = parse_one_packet(
        "0 < . 1:1(0) urg 5 win\n0x10 // window\n ack 4\n<nop>");

    if (!packet) return;
    check_number(packet->urg, 5);
    check_number(packet->win, 16);
    check_number(packet->ack, 4);
    CHECK(packet->has_options);
}

/* Its value, or -1 when it was not given. */
static int64_t value_of(struct number number) {
    return number.is_given ? (int64_t)number.value : -1;
}

TEST(marks_of_the_ip_header)
{
    static const struct {
        const char *text;
        enum packet_ecn ecn;
        int64_t tos, dscp, ttl, flow_label; /* -1: not given */
    } rows[] = {
        {"[noecn]",                    PACKET_ECN_NONE,   -1, -1, -1,  -1     },
        {"[ect0]",                     PACKET_ECN_ECT0,   -1, -1, -1,  -1     },
        {"[ect1]",                     PACKET_ECN_ECT1,   -1, -1, -1,  -1     },
        {"[ect01]",                    PACKET_ECN_ECT01,  -1, -1, -1,  -1     },
        {"[ce]",                       PACKET_ECN_CE,     -1, -1, -1,  -1     },
        {"[tos 0x10]",                 PACKET_ECN_UNSAID, 16, -1, -1,  -1     },
        {"[ttl 64]",                   PACKET_ECN_UNSAID, -1, -1, 64,  -1     },
        {"[flowlabel 0x12345]",        PACKET_ECN_UNSAID, -1, -1, -1,  0x12345},
        {"[dscp 46]",                  PACKET_ECN_UNSAID, -1, 46, -1,  -1     },
        {"[dscp 0x2e]",                PACKET_ECN_UNSAID, -1, 46, -1,  -1     },
        {"[dscp ef]",                  PACKET_ECN_UNSAID, -1, 46, -1,  -1     },
        {"[dscp af21]",                PACKET_ECN_UNSAID, -1, 18, -1,  -1     },
        {"[dscp AF43]",                PACKET_ECN_UNSAID, -1, 38, -1,  -1     },
        {"[dscp cs6]",                 PACKET_ECN_UNSAID, -1, 48, -1,  -1     },
        {"[ect0, ttl 5]",              PACKET_ECN_ECT0,   -1, -1, 5,   -1     },
        {"[ect0 ttl 255 flowlabel 1]", PACKET_ECN_ECT0,   -1, -1, 255, 1      },
        {"[ ttl 1,dscp 0,ce ]",        PACKET_ECN_CE,     -1, 0,  1,   -1     },
        {"[]",                         PACKET_ECN_UNSAID, -1, -1, -1,  -1     },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("the marks %s", rows[i].text) {
            char text[96];
            const struct script_packet *packet;

            snprintf(text, sizeof text, "0 >%s . 1:1(0) ack 1", rows[i].text);
            packet = parse_one_packet(text);
            if (!packet) break;
            CHECK_EQ(packet->ecn, rows[i].ecn);
            CHECK_EQ(value_of(packet->tos), rows[i].tos);
            CHECK_EQ(value_of(packet->dscp), rows[i].dscp);
            CHECK_EQ(value_of(packet->ttl), rows[i].ttl);
            CHECK_EQ(value_of(packet->flow_label), rows[i].flow_label);
        }
    }
}

TEST(ports_of_a_segment)
{
    const struct script_packet *packet = parse_one_packet("0 < [ect0] 8080 > 65535 S 0:0(0) win 5");

    if (!packet) return;
    CHECK(packet->is_inbound);
    CHECK_EQ(packet->ecn, PACKET_ECN_ECT0);
    CHECK_EQ(packet->source_port, 8080);
    CHECK_EQ(packet->destination_port, 65535);
    CHECK_EQ(packet->flags, PACKET_SYN);
    packet = parse_one_packet("0 > 1>2 .3 1:1(0)");
    if (!packet) return;
    CHECK_EQ(packet->source_port, 1);
    CHECK_EQ(packet->destination_port, 2);
    CHECK(packet->has_ace);
}

TEST(udp_in_its_spellings)
{
    static const struct {
        const char *text;
        uint32_t length;
        uint16_t from, to;
    } rows[] = {
        {"< udp (10)",                10,    0,    0   },
        {"> udp(0)",                  0,     0,    0   },
        {"> udp 8080 > 9090 (10)",    10,    8080, 9090},
        {"< 8080 > 9090 udp (65507)", 65507, 8080, 9090},
        {"< [ce] udp (1)",            1,     0,    0   },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("%s", rows[i].text) {
            const struct script_packet *packet = parse_one_packet(rows[i].text);

            if (!packet) break;
            CHECK_EQ(packet->protocol, PACKET_UDP);
            CHECK_EQ(packet->is_inbound, rows[i].text[0] == '<');
            check_number(packet->length, rows[i].length);
            CHECK_EQ(packet->source_port, rows[i].from);
            CHECK_EQ(packet->destination_port, rows[i].to);
        }
    }
}

TEST(udp_of_any_length)
{
    const struct script_packet *packet = parse_one_packet("0 > udp (...)");

    if (packet) CHECK(packet->length.is_given && packet->length.is_any);
}

TEST(icmp_by_names_and_numbers)
{
    static const struct {
        const char *text;
        const char *type_name, *code_name;
        uint8_t type, code;
        bool is_icmp6;
    } rows[] = {
        {"icmp unreachable host_unreachable", "unreachable",    "host_unreachable", 0,   0,  false},
        {"icmp unreachable port_unreachable", "unreachable",    "port_unreachable", 0,   0,  false},
        {"icmp unreachable no_route",         "unreachable",    "no_route",         0,   0,  true },
        {"icmp packet_too_big",               "packet_too_big", "",                 0,   0,  true },
        {"icmpv6 unreachable",                "unreachable",    "",                 0,   0,  true },
        {"icmp source_quench",                "source_quench",  "",                 0,   0,  false},
        {"icmp 3 4",                          "",               "",                 3,   4,  false},
        {"icmp 3",                            "",               "",                 3,   0,  false},
        {"icmp unreachable 13",               "unreachable",    "",                 0,   13, false},
        {"icmpv6 128 0",                      "",               "",                 128, 0,  true },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("%s", rows[i].text) {
            char text[96];
            const struct script_packet *packet;

            snprintf(text, sizeof text, "0 < %s", rows[i].text);
            packet = parse_one_packet(text);
            if (!packet) break;
            CHECK_EQ(packet->protocol, PACKET_ICMP);
            CHECK_STR(word_string(packet->icmp_name), rows[i].type_name);
            CHECK_STR(word_string(packet->icmp_code_name), rows[i].code_name);
            CHECK_EQ(packet->icmp_type, rows[i].type);
            CHECK_EQ(packet->icmp_code, rows[i].code);
            CHECK_EQ(packet->is_icmp6, rows[i].is_icmp6);
            CHECK(!packet->icmp_mtu.is_given && !packet->icmp_id.is_given);
            CHECK(!packet->icmp_seq.is_given && !packet->quoted);
        }
    }
}

TEST(icmp_has_an_mtu_and_the_sequence_number_that_it_quotes)
{
    static const char *const texts[] = {"0 < icmp unreachable frag_needed mtu 1200 [1:1461(1460)]",
                                        "0 < icmp unreachable frag_needed [1] mtu 1200",
                                        "0 < icmp 3 4 mtu 1200 [seq 1]",
                                        "0 < icmpv6 packet_too_big mtu 1200\n   [1(1460)]"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct script_packet *packet = parse_one_packet(texts[i]);

        if (!packet) continue;
        check_number(packet->icmp_mtu, 1200);
        check_number(packet->icmp_seq, 1);
        CHECK(!packet->quoted);
    }
}

TEST(icmp_may_quote_a_number_of_the_wire)
{
    const struct script_packet *packet = parse_one_packet("0 < icmp unreachable [7:7(0)!]");

    if (packet) CHECK(packet->icmp_seq.is_absolute && packet->icmp_seq.value == 7);
}

TEST(icmp_may_quote_a_segment_written_out)
{
    const struct script_packet *packet = parse_one_packet(
        "0 < icmp unreachable [8080 > 9090 P. 5:15(10) ack 3 win 9 <nop>]");

    if (!packet || !CHECK(packet->quoted != NULL)) return;
    CHECK(!packet->quoted->is_inbound);
    CHECK_EQ(packet->quoted->source_port, 8080);
    CHECK_EQ(packet->quoted->flags, PACKET_PSH | PACKET_ACK);
    check_number(packet->quoted->seq, 5);
    check_number(packet->quoted->length, 10);
    check_number(packet->quoted->ack, 3);
    CHECK_EQ(packet->quoted->options->kind, PACKET_OPTION_NOP);
    check_number(packet->icmp_seq, 5);
    packet = parse_one_packet("0 < icmp unreachable port_unreachable [udp (10)]");
    if (!packet || !CHECK(packet->quoted != NULL)) return;
    CHECK_EQ(packet->quoted->protocol, PACKET_UDP);
    CHECK(!packet->icmp_seq.is_given);
}

TEST(echoes_have_an_id)
{
    const struct script_packet *packet = parse_one_packet("0 > icmp echo_reply id 5 seq 9");

    if (!packet) return;
    check_number(packet->icmp_id, 5);
    check_number(packet->icmp_seq, 9);
}

TEST(an_event_without_a_moment_behind_icmp_is_no_code)
{
    const struct parsed *parsed = parse("0 < icmp unreachable\nclose(3) = 0\n");

    CHECK(parsed->is_script);
    CHECK_EQ(parsed->script.n_events, 2);
}

TEST(what_is_foreign_is_named_and_stepped_over)
{
    static const struct {
        const char *text, *name;
    } rows[] = {
        {"0 < sctp: INIT[flgs=0, tag=1,\n  a_rwnd=1500, (is=1)]", "sctp"   },
        {"0 > udplite (10, 5)",                                   "udplite"},
        {"0 > ipv4 192.0.2.1 > 192.0.2.2: gre: S 0:0(0) win 5",   "ipv4"   },
        {"0 > [ect0] mpls (label 0, tc 0, [S], ttl 0): . 1:1(0)", "mpls"   },
        {"0 < S 0:0(0) win 5 <mss 1460> / udp (9899 > 9899)",     "udp"    },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("a packet of %s", rows[i].name) {
            char text[128];
            const struct parsed *parsed;

            snprintf(text, sizeof text, "%s\n+1 close(3) = 0\n", rows[i].text);
            parsed = parse(text);
            if (!CHECK(parsed->is_script) || !CHECK_EQ(parsed->script.n_events, 2)) break;
            CHECK_STR(word_string(parsed->script.events->packet->unsupported), rows[i].name);
            CHECK_STR(word_string(parsed->script.events->source), rows[i].text);
        }
    }
}

TEST(packets_that_are_none)
{
    static const struct {
        const char *text, *complaint;
    } rows[] = {
        {"0 >",                                "1:4: expected flags, like S, P. or ., found the end of the script"             },
        {"0 > ack 1",
         "1:5: expected flags, found `a` (each once: F S R P . U E W A, or 0 to 7 for A W E; - for none)"                      },
        {"0 > SxF 1:1(0)",
         "1:6: expected flags, found `x` (each once: F S R P . U E W A, or 0 to 7 for A W E; - for none)"                      },
        {"0 > S.S 1:1(0)",
         "1:7: expected flags, found `S` (each once: F S R P . U E W A, or 0 to 7 for A W E; - for none)"                      },
        {"0 > .E5 1:1(0)",
         "1:7: expected flags, found `5` (each once: F S R P . U E W A, or 0 to 7 for A W E; - for none)"                      },
        {"0 > .5W 1:1(0)",
         "1:7: expected flags, found `W` (each once: F S R P . U E W A, or 0 to 7 for A W E; - for none)"                      },
        {"0 > .8 1:1(0)",
         "1:6: expected flags, found `8` (each once: F S R P . U E W A, or 0 to 7 for A W E; - for none)"                      },
        {"0 > 1:1(0) ack 1",
         "1:5: expected flags (like S, P. or .) or ports (8080 > 9090), found `1`"                                             },
        {"0 > ...(10)",                        "1:5: expected flags, like S, P. or ., found `...`"                             },
        {"0 > . ack 1",                        "1:7: expected sequence numbers, like 1:1001(1000), found `ack`"                },
        {"0 > . 1:x(0)",                       "1:9: expected sequence numbers, like 1:1001(1000), found `x`"                  },
        {"0 > . 1:1",                          "1:10: expected `(`, found the end of the script"                               },
        {"0 > . 1:1\n+1 > . 1:1(0)",           "1:10: expected `(`, found the end of the line"                                 },
        {"0 > . 1:1(0",                        "1:12: expected `)`, found the end of the script"                               },
        {"0 > . 1:1(0x)",                      "1:11: expected a length (up to 65535), found `0x`"                             },
        {"0 > . 1:65537(65536)",               "1:15: expected a length (up to 65535), found `65536`"                          },
        {"0 > . 4294967296:1(0)",
         "1:7: expected sequence numbers, like 1:1001(1000) (up to 4294967295), found `4294967296`"                            },
        {"0 > . 1:2(3)",                       "1:7: expected start:end(length) with end = start + length"                     },
        {"0 > . 1:1(0) ack",                   "1:17: expected an acknowledgment number, found the end of the script"          },
        {"0 > . 1:1(0) ack x",                 "1:18: expected an acknowledgment number, found `x`"                            },
        {"0 > . 1:1(0) ack -1",                "1:18: expected an acknowledgment number, found `-`"                            },
        {"0 > . 1:1(0) win 65536",             "1:18: expected a window (up to 65535), found `65536`"                          },
        {"0 > . 1:1(0) urg 65536",             "1:18: expected an urgent pointer (up to 65535), found `65536`"                 },
        {"0 < . 1:1(0) win *",                 "1:18: expected a window, found `*`"                                            },
        {"0 < . ...(0) win 1",                 "1:7: expected sequence numbers, like 1:1001(1000), found `...`"                },
        {"0 < . 1:1(0) ack 1",                 "1:3: a TCP segment that arrives needs a window (win N)"                        },
        {"0 > . 1:1(0) ack 1 ack 2",           "1:20: expected the event to end here, found `ack`"                             },
        {"0 > . 1:1(0) ack 1 wim 2",           "1:20: expected the event to end here, found `wim`"                             },
        {"0 > 70000 > 80 S 0:0(0)",            "1:5: expected a port (up to 65535), found `70000`"                             },
        {"0 > 80 > S 0:0(0)",                  "1:10: expected a port, found `S`"                                              },
        {"0 > udp",                            "1:8: expected `(`, found the end of the script"                                },
        {"0 < udp (65508)",                    "1:10: expected a length of UDP payload (up to 65507), found `65508`"           },
        {"0 > [ect2] . 1:1(0)",
         "1:6: expected a mark (noecn, ect0, ect1, ect01, ce, tos N, dscp N, ttl N, flowlabel N), found `ect2`"                },
        {"0 > [ttl 256] . 1:1(0)",             "1:10: expected a TTL (up to 255), found `256`"                                 },
        {"0 > [tos] . 1:1(0)",                 "1:9: expected a TOS octet, found `]`"                                          },
        {"0 > [dscp 64] . 1:1(0)",             "1:11: expected a DSCP (up to 63), found `64`"                                  },
        {"0 > [dscp cs8] . 1:1(0)",            "1:11: expected a DSCP, found `cs8`"                                            },
        {"0 > [dscp af14] . 1:1(0)",           "1:11: expected a DSCP, found `af14`"                                           },
        {"0 > [flowlabel 0x100000] . 1:1(0)",
         "1:16: expected a flow label (up to 1048575), found `0x100000`"                                                       },
        {"0 > [ect0",
         "1:10: expected a mark (noecn, ect0, ect1, ect01, ce, tos N, dscp N, ttl N, flowlabel N), found the end of the script"},
        {"0 < icmp",
         "1:9: expected a type of ICMP (unreachable, echo_request, 3, ...), found the end of the script"                       },
        {"0 < icmp nonsense",
         "1:10: expected a type of ICMP (unreachable, echo_request, 3, ...), found `nonsense`"                                 },
        {"0 < icmp 256",
         "1:10: expected a type of ICMP (unreachable, echo_request, 3, ...) (up to 255), found `256`"                          },
        {"0 < icmp unreachable nonsense",
         "1:22: expected a code of this type of ICMP, found `nonsense`"                                                        },
        {"0 < icmpv6 unreachable frag_needed",
         "1:24: expected a code of this type of ICMP, found `frag_needed`"                                                     },
        {"0 < icmp unreachable [1] [2]",       "1:26: expected the event to end here, found `[`"                               },
        {"0 < icmp unreachable [1",            "1:24: expected `]`, found the end of the script"                               },
        {"0 > S 0:0(0) / tcp (1 > 2)",         "1:16: expected `udp`, found `tcp`"                                             },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("`%s` is refused", rows[i].text) {
            CHECK_STR(parse_complaint(rows[i].text), rows[i].complaint);
        }
    }
}
