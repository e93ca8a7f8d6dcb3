/* SPDX-License-Identifier: BSD-2-Clause */
/* Options: what they read as, what they refuse, and what they change on the wire. */
#include "rig_pair.h"
#include "script/tcp_info.h"

#define S UNIX_SOL_SOCKET
#define T UNIX_SOL_TCP

TALK(what_a_fresh_socket_reads_as, "linux") {
    int fd = open_socket(pair, pair->a);

    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_TYPE), UNIX_SOCK_STREAM);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_DOMAIN), pair->domain);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_PROTOCOL), UNIX_IPPROTO_TCP);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_RCVBUF), 131072);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_SNDBUF), 16384);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_RCVLOWAT), 1);
    CHECK_EQ(get_int(pair->a, fd, T, UNIX_TCP_MAXSEG), 536);
    CHECK_EQ(get_int(pair->a, fd, T, UNIX_TCP_KEEPIDLE), 7200);
    CHECK_EQ(get_int(pair->a, fd, T, UNIX_TCP_KEEPCNT), 9);
    CHECK_EQ(get_int(pair->a, fd, T, UNIX_TCP_SYNCNT), 6);
    CHECK_EQ(get_int(pair->a, fd, T, UNIX_TCP_LINGER2), 60);
    CHECK_EQ(get_int(pair->a, fd, T, UNIX_TCP_QUICKACK), 1);
    CHECK_EQ(get_int(pair->a, fd, S, 9999), -UNIX_ENOPROTOOPT);
    CHECK_EQ(get_int(pair->a, fd, 9999, 1), -UNIX_ENOPROTOOPT);
    CHECK_EQ(get_int(pair->a, 99, S, UNIX_SO_TYPE), -UNIX_EBADF);
}

TALK(what_setsockopt_refuses, "linux") {
    static const struct {
        int level, name, value, answer;
    } rows[] = {
        {T,             UNIX_TCP_MAXSEG,       87,    -UNIX_EINVAL       },
        {T,             UNIX_TCP_MAXSEG,       32768, -UNIX_EINVAL       },
        {T,             UNIX_TCP_KEEPIDLE,     0,     -UNIX_EINVAL       },
        {T,             UNIX_TCP_KEEPIDLE,     32768, -UNIX_EINVAL       },
        {T,             UNIX_TCP_KEEPINTVL,    0,     -UNIX_EINVAL       },
        {T,             UNIX_TCP_KEEPCNT,      128,   -UNIX_EINVAL       },
        {T,             UNIX_TCP_SYNCNT,       0,     -UNIX_EINVAL       },
        {T,             UNIX_TCP_SYNCNT,       128,   -UNIX_EINVAL       },
        {T,             UNIX_TCP_USER_TIMEOUT, -1,    -UNIX_EINVAL       },
        {T,             UNIX_TCP_INQ,          2,     -UNIX_EINVAL       },
        {T,             UNIX_TCP_FASTOPEN,     -1,    -UNIX_EINVAL       },
        {T,             UNIX_TCP_REPAIR,       1,     SOCKETS_UNSUPPORTED},
        {T,             9999,                  1,     -UNIX_ENOPROTOOPT  },
        {S,             UNIX_SO_TYPE,          1,     -UNIX_ENOPROTOOPT  },
        {S,             UNIX_SO_SNDLOWAT,      1,     -UNIX_ENOPROTOOPT  },
        {UNIX_SOL_IP,   UNIX_IP_TTL,           256,   -UNIX_EINVAL       },
        {UNIX_SOL_IPV6, UNIX_IPV6_TCLASS,      256,   -UNIX_EINVAL       },
    };
    int fd = open_socket(pair, pair->a), value = 1;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_EQ(set_int(pair->a, fd, rows[i].level, rows[i].name, rows[i].value), rows[i].answer);
    CHECK_EQ(calls->set_option(pair->a, fd, &(struct unix_option){T, UNIX_TCP_NODELAY, &value, 1}),
             -UNIX_EINVAL);
}

TALK(what_is_set_is_read, "linux") {
    static const struct {
        int level, name, value;
    } rows[] = {
        {T,           UNIX_TCP_NODELAY,       1    },
        {T,           UNIX_TCP_CORK,          1    },
        {T,           UNIX_TCP_MAXSEG,        1000 },
        {T,           UNIX_TCP_KEEPIDLE,      5    },
        {T,           UNIX_TCP_KEEPINTVL,     6    },
        {T,           UNIX_TCP_KEEPCNT,       7    },
        {T,           UNIX_TCP_SYNCNT,        3    },
        {T,           UNIX_TCP_LINGER2,       -1   },
        {T,           UNIX_TCP_USER_TIMEOUT,  30000},
        {T,           UNIX_TCP_NOTSENT_LOWAT, 4096 },
        {T,           UNIX_TCP_QUICKACK,      0    },
        {T,           UNIX_TCP_FASTOPEN,      5    },
        {T,           UNIX_TCP_WINDOW_CLAMP,  20000},
        {S,           UNIX_SO_KEEPALIVE,      1    },
        {S,           UNIX_SO_REUSEADDR,      1    },
        {S,           UNIX_SO_REUSEPORT,      1    },
        {S,           UNIX_SO_RCVLOWAT,       10   },
        {S,           UNIX_SO_MARK,           9    },
        {S,           UNIX_SO_PRIORITY,       6    },
        {S,           UNIX_SO_TIMESTAMPING,   16   },
        {UNIX_SOL_IP, UNIX_IP_TTL,            9    },
        {UNIX_SOL_IP, UNIX_IP_MTU_DISCOVER,   2    },
    };
    int fd = open_socket(pair, pair->a);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_EQ(set_int(pair->a, fd, rows[i].level, rows[i].name, rows[i].value), 0);
        CHECK_EQ(get_int(pair->a, fd, rows[i].level, rows[i].name), rows[i].value);
    }
    CHECK_EQ(set_int(pair->a, fd, T, UNIX_TCP_DEFER_ACCEPT, 5), 0);
    CHECK_EQ(get_int(pair->a, fd, T, UNIX_TCP_DEFER_ACCEPT), 7); /* 1 + 2 + 4 s */
}

TALK(linux_doubles_buffers, "linux") {
    int fd = open_socket(pair, pair->a);

    CHECK_EQ(set_int(pair->a, fd, S, UNIX_SO_RCVBUF, 20000), 0);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_RCVBUF), 40000);
    CHECK_EQ(set_int(pair->a, fd, S, UNIX_SO_RCVBUF, 1), 0);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_RCVBUF), 2304);
    CHECK_EQ(set_int(pair->a, fd, S, UNIX_SO_SNDBUF, 1), 0);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_SNDBUF), 4608);
    CHECK_EQ(set_int(pair->a, fd, S, UNIX_SO_SNDBUF, 1 << 30), 0);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_SNDBUF), 2 * 212992);
    CHECK_EQ(set_int(pair->a, fd, S, UNIX_SO_RCVBUF, -1), 0);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_RCVBUF), 2 * 212992);
}

TALK(a_forced_buffer_has_no_limit, "linux") {
    int fd = open_socket(pair, pair->a);

    CHECK_EQ(set_int(pair->a, fd, S, UNIX_SO_RCVBUFFORCE, 1 << 20), 0);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_RCVBUF), 2 << 20);
    CHECK_EQ(set_int(pair->a, fd, S, UNIX_SO_SNDBUFFORCE, INT_MAX), 0);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_SNDBUF), INT_MAX - 1);
    CHECK_EQ(set_int(pair->a, fd, S, UNIX_SO_SNDBUFFORCE, -5), 0);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_SNDBUF), 4608);
}

TALK(path_mtu_discovery_is_wanted_until_said_otherwise, "linux") {
    int fd = open_socket(pair, pair->a);

    CHECK_EQ(get_int(pair->a, fd, UNIX_SOL_IP, UNIX_IP_MTU_DISCOVER), UNIX_IP_PMTUDISC_WANT);
    CHECK_EQ(get_int(pair->a, fd, UNIX_SOL_IPV6, UNIX_IPV6_MTU_DISCOVER), UNIX_IPV6_PMTUDISC_WANT);
    CHECK_EQ(set_int(pair->a, fd, UNIX_SOL_IP, UNIX_IP_MTU_DISCOVER, 6), -UNIX_EINVAL);
    CHECK_EQ(set_int(pair->a, fd, UNIX_SOL_IP, UNIX_IP_MTU_DISCOVER, -1), -UNIX_EINVAL);
}

TALK(freebsd_takes_buffers_as_they_are, "freebsd") {
    int fd = open_socket(pair, pair->a);

    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_RCVBUF), 65536);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_SNDBUF), 32768);
    CHECK_EQ(set_int(pair->a, fd, S, UNIX_SO_RCVBUF, 20000), 0);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_RCVBUF), 20000);
    CHECK_EQ(set_int(pair->a, fd, S, UNIX_SO_SNDBUF, 4 << 20), -UNIX_ENOBUFS);
}

/* The SYN of a connection that is begun from @fd. */
static struct segment syn_of(struct pair *pair, int fd, struct ip_header *ip) {
    struct tercet_endpoint at = end_b(pair, PAIR_PORT);
    struct segment seg = {.flags = 0};

    nonblocking(pair->a, fd);
    CHECK_EQ(calls->connect(pair->a, fd, &at), -UNIX_EINPROGRESS);
    CHECK(take_segment(pair->a, ip, &seg));
    return seg;
}

TALK(a_receive_buffer_decides_window_and_scale, "linux") {
    int fd = open_socket(pair, pair->a);
    struct ip_header ip;
    struct segment seg;

    CHECK_EQ(set_int(pair->a, fd, S, UNIX_SO_RCVBUF, 20000), 0);
    seg = syn_of(pair, fd, &ip);
    CHECK(seg.wnd <= 20000 && seg.wnd > 18000);
    CHECK_EQ(seg.options.wscale, 0);
    fd = open_socket(pair, pair->a);
    CHECK_EQ(set_int(pair->a, fd, S, UNIX_SO_RCVBUF, 200000), 0);
    seg = syn_of(pair, fd, &ip);
    CHECK_EQ(seg.options.wscale, 2);
    fd = open_socket(pair, pair->a);
    seg = syn_of(pair, fd, &ip);
    CHECK_EQ(seg.options.wscale, 7);
}

TALK(max_segment_is_announced, "linux") {
    int fd = open_socket(pair, pair->a);
    struct ip_header ip;
    struct segment seg;

    CHECK_EQ(set_int(pair->a, fd, T, UNIX_TCP_MAXSEG, 500), 0);
    seg = syn_of(pair, fd, &ip);
    CHECK_EQ(seg.options.mss, 500);
}

TALK(max_segment_of_a_listener_holds_for_both_directions, "linux") {
    struct tercet_endpoint at = end_a(pair, PAIR_PORT);
    int listener = open_socket(pair, pair->a), fd_a, fd_b = open_socket(pair, pair->b);
    struct ip_header ip;
    struct segment seg;
    char bytes[600] = "";

    CHECK_EQ(set_int(pair->a, listener, T, UNIX_TCP_MAXSEG, 500), 0);
    CHECK_EQ(calls->bind(pair->a, listener, &at), 0);
    CHECK_EQ(calls->listen(pair->a, listener, 1), 0);
    nonblocking(pair->b, fd_b);
    CHECK_EQ(calls->connect(pair->b, fd_b, &at), -UNIX_EINPROGRESS);
    pair_talk(pair);
    fd_a = calls->accept(pair->a, listener, NULL, 0);
    CHECK_EQ(get_int(pair->a, fd_a, T, UNIX_TCP_MAXSEG), 488); /* timestamps take 12 */
    CHECK_EQ(send_bytes(pair->a, fd_a, bytes, sizeof bytes, 0), sizeof bytes);
    CHECK(take_segment(pair->a, &ip, &seg));
    CHECK_EQ(seg.length, 488);
    CHECK_EQ(send_bytes(pair->b, fd_b, bytes, sizeof bytes, 0), sizeof bytes);
    CHECK(take_segment(pair->b, &ip, &seg));
    CHECK_EQ(seg.length, 488);
}

TALK(syns_are_tried_as_often_as_is_said, "tercet") {
    int fd = open_socket(pair, pair->a);
    struct ip_header ip;
    uint64_t end = 0;
    unsigned syns = 1;

    CHECK_EQ(set_int(pair->a, fd, T, UNIX_TCP_SYNCNT, 2), 0);
    syn_of(pair, fd, &ip);
    while (rig_kind.pass(pair->a, 1000000000000ull)) {
        end = rig_kind.now(pair->a);
        syns += cross(pair->a, NULL);
    }
    CHECK_EQ(syns, 3);
    CHECK_EQ(get_int(pair->a, fd, S, UNIX_SO_ERROR), UNIX_ETIMEDOUT);
    CHECK(end > 6900000000 && end < 7100000000);
}

TALK(a_cork_holds_back_what_is_no_full_segment, "linux") {
    int fd_a, fd_b, zero = 0;
    struct ip_header ip;
    struct segment seg;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(set_int(pair->a, fd_a, T, UNIX_TCP_CORK, 1), 0);
    CHECK_EQ(send_bytes(pair->a, fd_a, "one", 3, 0), 3);
    CHECK_EQ(send_bytes(pair->a, fd_a, "two", 3, 0), 3);
    CHECK(!take_segment(pair->a, &ip, &seg));
    CHECK_EQ(set_int(pair->a, fd_a, T, UNIX_TCP_CORK, zero), 0);
    CHECK(take_segment(pair->a, &ip, &seg));
    CHECK_EQ(seg.length, 6);
}

TALK(a_cork_does_not_hold_for_ever, "linux") {
    struct ip_header ip;
    struct segment seg;
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(set_int(pair->a, fd_a, T, UNIX_TCP_CORK, 1), 0);
    CHECK_EQ(send_bytes(pair->a, fd_a, "one", 3, 0), 3);
    CHECK(rig_kind.pass(pair->a, 1000000000));
    CHECK(take_segment(pair->a, &ip, &seg));
    CHECK_EQ(seg.length, 3);
    CHECK(rig_kind.now(pair->a) >= 200000000 && rig_kind.now(pair->a) < 210000000);
}

TALK(a_cork_lets_the_end_go, "linux") {
    struct ip_header ip;
    struct segment seg;
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(set_int(pair->a, fd_a, T, UNIX_TCP_CORK, 1), 0);
    CHECK_EQ(send_bytes(pair->a, fd_a, "one", 3, 0), 3);
    CHECK_EQ(calls->shutdown(pair->a, fd_a, UNIX_SHUT_WR), 0);
    CHECK(take_segment(pair->a, &ip, &seg));
    CHECK_EQ(seg.length, 3);
    CHECK(segment_has(&seg, TCP_FIN));
}

TALK(more_to_come_is_waited_for, "linux") {
    struct ip_header ip;
    struct segment seg;
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(send_bytes(pair->a, fd_a, "one", 3, UNIX_MSG_MORE), 3);
    CHECK(!take_segment(pair->a, &ip, &seg));
    CHECK_EQ(send_bytes(pair->a, fd_a, "two", 3, 0), 3);
    CHECK(take_segment(pair->a, &ip, &seg));
    CHECK_EQ(seg.length, 6);
}

TALK(tos_marks_what_is_sent, "linux") {
    bool is_v4 = pair->domain == UNIX_AF_INET || pair->is_mapped;
    int fd = open_socket(pair, pair->a);
    struct ip_header ip;

    CHECK_EQ(set_int(pair->a, fd, UNIX_SOL_IP, UNIX_IP_TOS, 0x28), 0);
    CHECK_EQ(set_int(pair->a, fd, UNIX_SOL_IPV6, UNIX_IPV6_TCLASS, 0x50), 0);
    syn_of(pair, fd, &ip);
    CHECK_EQ(ip.traffic_class & 0xfc, is_v4 ? 0x28 : 0x50);
}

TALK(an_opening_is_deferred_until_text_comes, "linux") {
    struct tercet_endpoint at = end_a(pair, PAIR_PORT);
    int listener = listener_of(pair, pair->a, &at), fd_b = open_socket(pair, pair->b);

    nonblocking(pair->a, listener);
    nonblocking(pair->b, fd_b);
    CHECK_EQ(set_int(pair->a, listener, T, UNIX_TCP_DEFER_ACCEPT, 3), 0);
    CHECK_EQ(calls->connect(pair->b, fd_b, &at), -UNIX_EINPROGRESS);
    pair_talk(pair);
    CHECK_EQ(calls->connect(pair->b, fd_b, &at), 0);
    CHECK_EQ(calls->accept(pair->a, listener, NULL, 0), -UNIX_EAGAIN);
    CHECK_EQ(send_bytes(pair->b, fd_b, "text", 4, 0), 4);
    pair_talk(pair);
    CHECK(calls->accept(pair->a, listener, NULL, 0) > 0);
}

TALK(a_deferred_opening_is_asked_once_more_and_then_opens, "linux") {
    struct tercet_endpoint at = end_a(pair, PAIR_PORT);
    int listener = listener_of(pair, pair->a, &at), fd_b = open_socket(pair, pair->b);
    unsigned syn_acks = 0;

    nonblocking(pair->a, listener);
    nonblocking(pair->b, fd_b);
    CHECK_EQ(set_int(pair->a, listener, T, UNIX_TCP_DEFER_ACCEPT, 3), 0); /* two SYN-ACKs more */
    CHECK_EQ(calls->connect(pair->b, fd_b, &at), -UNIX_EINPROGRESS);
    pair_talk(pair);
    while (rig_kind.now(pair->a) < 10000000000 && calls->accept(pair->a, listener, NULL, 0) < 0) {
        rig_kind.pass(pair->a, 10000000000);
        rig_kind.pass(pair->b, rig_kind.now(pair->a));
        syn_acks += cross(pair->a, pair->b);
        cross(pair->b, pair->a);
    }
    CHECK_EQ(syn_acks, 1);
    CHECK(rig_kind.now(pair->a) > 2900000000 && rig_kind.now(pair->a) < 3100000000);
}

TALK(fin_wait_2_lasts_as_long_as_is_said, "linux") {
    struct tercet_endpoint at = end_a(pair, PAIR_PORT);
    int fd_a, fd_b;
    char byte;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(set_int(pair->a, fd_a, T, UNIX_TCP_LINGER2, 3), 0);
    CHECK_EQ(calls->close(pair->a, fd_a), 0);
    pair_pass_ms(pair, 2000);
    CHECK_EQ(calls->shutdown(pair->b, fd_b, UNIX_SHUT_WR), 0); /* in time */
    pair_pass_ms(pair, 100);
    CHECK_EQ(receive_bytes(pair->b, fd_b, &byte, 1, 0), 0);
    CHECK_EQ(get_int(pair->b, fd_b, S, UNIX_SO_ERROR), 0);

    fd_b = open_socket(pair, pair->b);
    CHECK_EQ(calls->connect(pair->b, fd_b, &at), SOCKETS_WAITS);
    pair_talk(pair);
    CHECK_EQ(calls->connect(pair->b, fd_b, &at), 0);
    fd_a = calls->accept(pair->a, 3, NULL, 0);
    CHECK_EQ(set_int(pair->a, fd_a, T, UNIX_TCP_LINGER2, 3), 0);
    CHECK_EQ(calls->close(pair->a, fd_a), 0);
    pair_pass_ms(pair, 4000);
    CHECK_EQ(calls->shutdown(pair->b, fd_b, UNIX_SHUT_WR), 0); /* too late: nobody knows it */
    pair_pass_ms(pair, 100);
    CHECK_EQ(get_int(pair->b, fd_b, S, UNIX_SO_ERROR), UNIX_ECONNRESET);
}

TALK(text_after_both_directions_are_shut_is_reset, "linux") {
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(calls->shutdown(pair->a, fd_a, UNIX_SHUT_RDWR), 0);
    pair_talk(pair);
    CHECK_EQ(send_bytes(pair->b, fd_b, "text", 4, 0), 4);
    pair_talk(pair);
    CHECK(get_int(pair->b, fd_b, S, UNIX_SO_ERROR) == UNIX_EPIPE); /* b is in CLOSE-WAIT */
}

TALK(quickack_sends_what_is_delayed, "linux") {
    struct ip_header ip;
    struct segment seg;
    int fd_a, fd_b;
    char byte;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(set_int(pair->a, fd_a, T, UNIX_TCP_QUICKACK, 0), 0);
    CHECK_EQ(send_bytes(pair->b, fd_b, "x", 1, 0), 1);
    cross(pair->b, pair->a);
    CHECK(!take_segment(pair->a, &ip, &seg));
    CHECK_EQ(receive_bytes(pair->a, fd_a, &byte, 1, 0), 1);
    CHECK(!take_segment(pair->a, &ip, &seg));
    CHECK_EQ(set_int(pair->a, fd_a, T, UNIX_TCP_QUICKACK, 1), 0);
    CHECK(take_segment(pair->a, &ip, &seg));
    CHECK_EQ(seg.length, 0);
}

TEST(a_socket_of_ipv6_alone_leaves_ipv4_to_others)
{
    struct tercet_endpoint any = {.port = PAIR_PORT}, any_v4 = {v4_address(0, 0, 0, 0), PAIR_PORT};
    struct pair pair;
    int v6, v4;

    pair_begin(&pair, "linux", UNIX_AF_INET, false);
    v6 = calls->socket(pair.a, UNIX_AF_INET6, UNIX_SOCK_STREAM, 0);
    v4 = calls->socket(pair.a, UNIX_AF_INET, UNIX_SOCK_STREAM, 0);
    CHECK_EQ(calls->bind(pair.a, v6, &any), 0);
    CHECK_EQ(calls->bind(pair.a, v4, &any_v4), -UNIX_EADDRINUSE);
    CHECK_EQ(calls->close(pair.a, v6), 0);
    v6 = calls->socket(pair.a, UNIX_AF_INET6, UNIX_SOCK_STREAM, 0);
    CHECK_EQ(set_int(pair.a, v6, UNIX_SOL_IPV6, UNIX_IPV6_V6ONLY, 1), 0);
    CHECK_EQ(calls->bind(pair.a, v6, &any), 0);
    CHECK_EQ(set_int(pair.a, v6, UNIX_SOL_IPV6, UNIX_IPV6_V6ONLY, 0), -UNIX_EINVAL);
    CHECK_EQ(calls->bind(pair.a, v4, &any_v4), 0);
    CHECK_EQ(calls->listen(pair.a, v6, 1), 0);
    CHECK_EQ(calls->listen(pair.a, v4, 1), 0);
    pair_end(&pair);
}

TALK(congestion_control_by_name, "linux") {
    int fd = open_socket(pair, pair->a);
    char name[16] = "";
    struct unix_option option = {T, UNIX_TCP_CONGESTION, name, sizeof name};

    CHECK_EQ(calls->get_option(pair->a, fd, &option), 0);
    CHECK_STR(name, "cubic");
    option = (struct unix_option){T, UNIX_TCP_CONGESTION, (char[]){"reno"}, 4};
    CHECK_EQ(calls->set_option(pair->a, fd, &option), 0);
    option = (struct unix_option){T, UNIX_TCP_CONGESTION, name, sizeof name};
    CHECK_EQ(calls->get_option(pair->a, fd, &option), 0);
    CHECK_STR(name, "reno");
    option = (struct unix_option){T, UNIX_TCP_CONGESTION, (char[]){"bbr"}, 3};
    CHECK_EQ(calls->set_option(pair->a, fd, &option), SOCKETS_UNSUPPORTED);
    option = (struct unix_option){T, UNIX_TCP_CONGESTION, (char[]){"nonsense"}, 8};
    CHECK_EQ(calls->set_option(pair->a, fd, &option), -UNIX_ENOENT);
}

TALK(fast_open_is_not_there_yet, "linux") {
    struct tercet_endpoint at = end_b(pair, PAIR_PORT);
    int fd = open_socket(pair, pair->a);

    CHECK_EQ(send_bytes(pair->a, fd, "x", 1, UNIX_MSG_FASTOPEN), SOCKETS_UNSUPPORTED);
    CHECK_EQ(set_int(pair->a, fd, T, UNIX_TCP_FASTOPEN_CONNECT, 1), 0);
    CHECK_EQ(calls->connect(pair->a, fd, &at), SOCKETS_UNSUPPORTED);
}

static struct unix_tcp_info info_of_socket(struct rig *rig, int fd) {
    struct unix_tcp_info info;
    struct unix_option option = {T, UNIX_TCP_INFO, &info, sizeof info};

    memset(&info, 0xff, sizeof info);
    CHECK_EQ(calls->get_option(rig, fd, &option), 0);
    CHECK_EQ(option.length, sizeof info);
    return info;
}

TALK(tcp_info_counts, "linux") {
    struct unix_tcp_info info;
    int fd_a, fd_b, listener;
    char bytes[5000] = "";

    listener = connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(info_of_socket(pair->a, listener).tcpi_state, UNIX_TCP_LISTEN);
    info = info_of_socket(pair->a, fd_a);
    CHECK_EQ(info.tcpi_state, UNIX_TCP_ESTABLISHED);
    CHECK_EQ(info.tcpi_options,
             UNIX_TCPI_OPT_TIMESTAMPS | UNIX_TCPI_OPT_SACK | UNIX_TCPI_OPT_WSCALE);
    CHECK_EQ(info.tcpi_ca_state, UNIX_TCP_CA_Open);
    CHECK_EQ(info.tcpi_snd_cwnd, 10);
    CHECK_EQ(info.tcpi_snd_ssthresh, 0x7fffffff);
    CHECK_EQ(info.tcpi_delivered, 1);
    CHECK_EQ(info.tcpi_bytes_acked, 0);
    CHECK_EQ(info.tcpi_snd_wscale, 7);
    CHECK_EQ(info.tcpi_rcv_wscale, 7);
    CHECK_EQ(set_int(pair->a, fd_a, T, UNIX_TCP_NODELAY, 1), 0);
    CHECK_EQ(send_bytes(pair->a, fd_a, bytes, sizeof bytes, 0), sizeof bytes);
    info = info_of_socket(pair->a, fd_a);
    CHECK_EQ(info.tcpi_unacked, 4);
    CHECK_EQ(info.tcpi_data_segs_out, 4);
    CHECK_EQ(info.tcpi_bytes_sent, sizeof bytes);
    CHECK_EQ(info.tcpi_notsent_bytes, 0);
    pair_pass_ms(pair, 100);
    info = info_of_socket(pair->a, fd_a);
    CHECK_EQ(info.tcpi_unacked, 0);
    CHECK_EQ(info.tcpi_delivered, 5);
    CHECK_EQ(info.tcpi_bytes_acked, sizeof bytes);
    CHECK(info.tcpi_last_data_sent >= 99);
    info = info_of_socket(pair->b, fd_b);
    CHECK_EQ(info.tcpi_bytes_received, sizeof bytes);
    CHECK_EQ(info.tcpi_data_segs_in, 4);
    CHECK_EQ(info.tcpi_delivered, 1);
    CHECK_EQ(info.tcpi_bytes_acked, 1); /* its SYN */
}

TALK(tcp_info_after_a_timeout, "linux") {
    struct unix_tcp_info info;
    int fd_a, fd_b;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(send_bytes(pair->a, fd_a, "lost", 4, 0), 4);
    cross(pair->a, NULL);
    CHECK(rig_kind.pass(pair->a, 1000000000));
    info = info_of_socket(pair->a, fd_a);
    CHECK_EQ(info.tcpi_retransmits, 1);
    CHECK_EQ(info.tcpi_backoff, 1);
    CHECK_EQ(info.tcpi_total_retrans, 1);
    CHECK_EQ(info.tcpi_retrans, 1);
    CHECK_EQ(info.tcpi_bytes_retrans, 4);
    CHECK_EQ(info.tcpi_unacked, 1);
    CHECK(info.tcpi_busy_time >= 200000);
}

TALK(octets_left_are_told_beside_those_read, "linux") {
    char bytes[10];
    struct unix_span span = {bytes, 4};
    struct unix_message message = {.spans = &span, .n_spans = 1};
    int fd_a, fd_b, left = 0;

    connect_to_a(pair, &fd_a, &fd_b);
    CHECK_EQ(set_int(pair->a, fd_a, T, UNIX_TCP_INQ, 1), 0);
    CHECK_EQ(send_bytes(pair->b, fd_b, "0123456789", 10, 0), 10);
    pair_talk(pair);
    CHECK_EQ(calls->ioctl(pair->a, fd_a, UNIX_SIOCINQ, &left), 0);
    CHECK_EQ(left, 10);
    CHECK_EQ(calls->receive(pair->a, fd_a, &message, 0), 4);
    CHECK_EQ(message.n_controls, 1);
    CHECK_EQ(message.controls[0].level, UNIX_SOL_TCP);
    CHECK_EQ(message.controls[0].type, UNIX_TCP_CM_INQ);
    CHECK_EQ(message.controls[0].value, 6);
    CHECK_EQ(calls->ioctl(pair->b, fd_b, UNIX_SIOCOUTQ, &left), 0);
}
