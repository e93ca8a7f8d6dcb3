/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of sysctl names, Linux's and FreeBSD's.
 *
 * A value is taken literally: what a name means on its own system, in its own unit.  Where the stack can do only one of
 * the things that a name chooses from, the row lists the values that ask for it (ONLY), and the feature that any other
 * would need.  A row says NOTED where the effect, if any, is in packets: the script expects them, so it fails by them
 * if the stack differs, and nothing passes that should not.
 *
 * Source: ip-sysctl of the Linux kernel's documentation, tcp(4), inet(4) and syncache(4) of FreeBSD
 */
#include "script/settings_table.h"

enum {
    SETTING_BUFFER_MAX = INT32_MAX,
    SETTING_MSL_MAX_MS = 60000000,
    SETTING_KEEP_S_MAX = 32767, /* TERCET_OPTION_KEEPALIVE_IDLE */
};

/* Where a field of the settings is, and how many octets it has. */
#define OF(field)     (offsetof(struct settings, field) << 4 | sizeof(((struct settings *)0)->field))
#define CONFIG(field) OF(config.field)
#define HABIT(field)  OF(config.habits.field)

#define ROW(kind_, name_, words_, ...)                                                             \
    { .name = {name_, sizeof name_ - 1}, .kind = kind_, .words = words_, __VA_ARGS__ }
#define SCALED(name, field_, multiply_, divide_, least_, most_, words)                             \
    ROW(SETTING_NUMBER, name, words, .field = field_, .multiply = multiply_, .divide = divide_,    \
        .least = least_, .most = most_)

/* A number that is stored, and perhaps has others follow it; one that has no field of its own. */
#define STORED(kind, name, field_, least_, most_, follow_, words)                                  \
    ROW(kind, name, words, .field = field_, .multiply = 1, .divide = 1, .least = least_,           \
        .most = most_, .follow = follow_)
#define FOLLOWED(name, follow, least, most, words)                                                 \
    STORED(SETTING_NUMBER, name, 0, least, most, follow, words)

#define NUMBER(name, field, least, most, words)                                                    \
    STORED(SETTING_NUMBER, name, field, least, most, NULL, words)
#define SWITCH(name, field, most, words) STORED(SETTING_SWITCH, name, field, 0, most, NULL, words)
#define REVERSED(name, field, words)     STORED(SETTING_REVERSED, name, field, 0, 1, NULL, words)

#define MS_TO_US(name, field, least, most, words) SCALED(name, field, 1000, 1, least, most, words)
#define S_TO_US(name, field, least, most, words)  SCALED(name, field, 1000000, 1, least, most, words)
#define MS_TO_S(name, field, most, words)         SCALED(name, field, 1, 1000, 1000, most, words)

#define MEMORY(kind, name, words)    STORED(kind, name, 0, 1, SETTING_BUFFER_MAX, NULL, words)
#define ONLY(name, values_, feature) ROW(SETTING_ONLY, name, feature, .values = values_)
#define NOTED(name, why)             ROW(SETTING_NOTED, name, why)

/* Why a row is NOTED. */
#define BY_PACKETS     "its effect is judged by the packets"
#define NO_QUEUE       "there is no device and no queue to hold segments"
#define NO_MEMORY_OF   "nothing is remembered from connection to connection"
#define NO_SHORTAGE    "memory and tables are never short"
#define NO_OTHERS      "there is no other host, route or socket for it"
#define INVISIBLE      "nothing of it is seen in a script"
#define FAST_OPEN_ONLY "only fast open sees it, which a script asks for by name"
#define OUR_RECOVERY   "the stack recovers its own way; it is judged by the packets"

static const struct setting table[] = {
    /* Linux, options and what is negotiated. */
    SWITCH("net.ipv4.tcp_timestamps", CONFIG(timestamps), 2, "timestamps offered and accepted"),
    SWITCH("net.ipv4.tcp_sack", CONFIG(sack), 1, "SACK offered and accepted"),
    SWITCH("net.ipv4.tcp_window_scaling", CONFIG(window_scale), 1,
           "window scaling offered and accepted"),
    FOLLOWED("net.ipv4.tcp_ecn", set_ecn, 0, 2, "ECN: 0 never, 1 asked for and granted, 2 granted"),
    NOTED("net.ipv4.tcp_ecn_fallback", "only ECN sees it"),
    NOTED("net.ipv4.tcp_ecn_option", "only AccECN sees it"),
    NOTED("net.ipv4.tcp_ecn_option_beacon", "only AccECN sees it"),
    SWITCH("net.ipv4.tcp_dsack", HABIT(duplicates_told), 1, "duplicates told in SACK blocks"),
    NOTED("net.ipv4.tcp_fastopen", FAST_OPEN_ONLY),
    NOTED("net.ipv4.tcp_fastopen_key", FAST_OPEN_ONLY),
    NOTED("net.ipv4.tcp_fastopen_blackhole_timeout_sec", FAST_OPEN_ONLY),
    ONLY("net.ipv4.tcp_syncookies", "0 1", "SYN cookies"),

    /* Linux, the opening. */
    NUMBER("net.ipv4.tcp_syn_retries", CONFIG(syn_retries), 1, 127, "SYNs sent again"),
    NUMBER("net.ipv4.tcp_synack_retries", CONFIG(syn_ack_retries), 0, 15, "SYN-ACKs sent again"),
    NUMBER("net.ipv4.tcp_syn_linear_timeouts", HABIT(syn_linear_retries), 0, 127,
           "SYNs sent again in equal steps"),
    NUMBER("net.ipv4.tcp_max_syn_backlog", CONFIG(syn_queue), 1, 4096, "half-opens of a listener"),
    NUMBER("net.core.somaxconn", OF(backlog_most), 1, 65535,
           "the most that listen() takes as its backlog"),
    ONLY("net.ipv4.tcp_abort_on_overflow", "0", "a reset when the accept queue is full"),
    ONLY("net.ipv4.tcp_migrate_req", "0", "half-opens that move to another listener"),
    ONLY("net.ipv4.tcp_reflect_tos", "0", "reflection of the TOS"),

    /* Linux, retries and times. */
    NOTED("net.ipv4.tcp_retries1", NO_OTHERS),
    NUMBER("net.ipv4.tcp_retries2", CONFIG(data_retries), 1, 255, "retransmissions before giving up"),
    FOLLOWED("net.ipv4.tcp_orphan_retries", set_orphan_retries, 0, 255,
             "the same of a closed socket"),
    S_TO_US("net.ipv4.tcp_fin_timeout", CONFIG(fin_wait_2_us), 1, 4000,
            "time in FIN-WAIT-2 of a closed socket"),
    NUMBER("net.ipv4.tcp_keepalive_time", OF(keep_idle_s), 1, SETTING_KEEP_S_MAX,
           "seconds of silence before a keep-alive"),
    NUMBER("net.ipv4.tcp_keepalive_intvl", OF(keep_interval_s), 1, SETTING_KEEP_S_MAX,
           "seconds between keep-alives"),
    NUMBER("net.ipv4.tcp_keepalive_probes", OF(keep_count), 1, 127, "keep-alives without an answer"),
    STORED(SETTING_NUMBER, "net.ipv4.tcp_rto_min_us", CONFIG(rto_min_us), 1, 1000000,
           follow_rto_min, "the least retransmission timeout"),
    MS_TO_US("net.ipv4.tcp_rto_max_ms", CONFIG(rto_max_us), 1000, 120000,
             "the longest retransmission timeout"),
    MS_TO_US("net.ipv4.tcp_invalid_ratelimit", CONFIG(challenge_us), 0, 3600000,
             "between two challenge ACKs of a connection"),
    NOTED("net.ipv4.tcp_challenge_ack_limit", "challenge ACKs are limited by connection alone"),
    ONLY("net.ipv4.tcp_thin_linear_timeouts", "0", "linear timeouts of thin streams"),
    NOTED("net.ipv4.tcp_thin_dupack", "no kernel of today has it"),

    /* Linux, closing. */
    REVERSED("net.ipv4.tcp_rfc1337", HABIT(time_wait_resets), "0: a reset ends TIME-WAIT"),
    NOTED("net.ipv4.tcp_tw_reuse", "ports are never short"),
    NOTED("net.ipv4.tcp_tw_reuse_delay", "ports are never short"),
    ONLY("net.ipv4.tcp_tw_recycle", "0", "recycling of TIME-WAIT"),
    NOTED("net.ipv4.tcp_max_tw_buckets", NO_SHORTAGE),
    NOTED("net.ipv4.tcp_max_orphans", NO_SHORTAGE),

    /* Linux, buffers and windows. */
    MEMORY(SETTING_RMEM, "net.ipv4.tcp_rmem", "receive buffers: default and most"),
    MEMORY(SETTING_WMEM, "net.ipv4.tcp_wmem", "send buffers: default and most"),
    STORED(SETTING_NUMBER, "net.core.rmem_max", OF(rcvbuf_limit_bytes), 1, SETTING_BUFFER_MAX,
           follow_rmem_max, "the most that SO_RCVBUF takes"),
    NUMBER("net.core.wmem_max", OF(sndbuf_limit_bytes), 1, SETTING_BUFFER_MAX,
           "the most that SO_SNDBUF takes"),
    NOTED("net.core.rmem_default", "TCP has its own"),
    NOTED("net.core.wmem_default", "TCP has its own"),
    NUMBER("net.ipv4.tcp_notsent_lowat", OF(notsent_lowat_bytes), -1, UINT32_MAX,
           "octets not yet sent below which a socket is writable"),
    NOTED("net.ipv4.tcp_adv_win_scale", BY_PACKETS),
    NOTED("net.ipv4.tcp_app_win", BY_PACKETS),
    NOTED("net.ipv4.tcp_moderate_rcvbuf", BY_PACKETS),
    ONLY("net.ipv4.tcp_shrink_window", "0", "a window that shrinks"),
    ONLY("net.ipv4.tcp_workaround_signed_windows", "0",
         "windows below 32 KiB for hosts that count with a sign"),
    NOTED("net.ipv4.tcp_mem", NO_SHORTAGE),

    /* Linux, sending and congestion. */
    ONLY("net.ipv4.tcp_congestion_control", "newreno reno cubic", "another congestion control"),
    NOTED("net.ipv4.tcp_available_congestion_control", INVISIBLE),
    NOTED("net.ipv4.tcp_allowed_congestion_control", INVISIBLE),
    NOTED("net.ipv4.tcp_available_ulp", INVISIBLE),
    SWITCH("net.ipv4.tcp_slow_start_after_idle", HABIT(restart_after_idle), 1,
           "the initial window again after a pause"),
    NOTED("net.ipv4.tcp_early_retrans", OUR_RECOVERY),
    NOTED("net.ipv4.tcp_recovery", OUR_RECOVERY),
    NOTED("net.ipv4.tcp_frto", OUR_RECOVERY),
    NOTED("net.ipv4.tcp_fack", "no kernel of today has it"),
    ONLY("net.ipv4.tcp_reordering", "3", "a threshold other than three duplicate ACKs"),
    NOTED("net.ipv4.tcp_max_reordering", OUR_RECOVERY),
    NOTED("net.ipv4.tcp_retrans_collapse", BY_PACKETS),
    NOTED("net.ipv4.tcp_comp_sack_delay_ns", BY_PACKETS),
    NOTED("net.ipv4.tcp_comp_sack_slack_ns", BY_PACKETS),
    NOTED("net.ipv4.tcp_comp_sack_nr", BY_PACKETS),
    NOTED("net.ipv4.tcp_comp_sack_rtt_percent", BY_PACKETS),
    NOTED("net.ipv4.tcp_pingpong_thresh", BY_PACKETS),
    NOTED("net.ipv4.tcp_backlog_ack_defer", INVISIBLE),
    NOTED("net.ipv4.tcp_min_rtt_wlen", BY_PACKETS),
    NOTED("net.ipv4.tcp_min_tso_segs", NO_QUEUE),
    NOTED("net.ipv4.tcp_tso_win_divisor", NO_QUEUE),
    NOTED("net.ipv4.tcp_tso_rtt_log", NO_QUEUE),
    NOTED("net.ipv4.tcp_limit_output_bytes", NO_QUEUE),
    NOTED("net.ipv4.tcp_autocorking", NO_QUEUE),
    NOTED("net.ipv4.tcp_pacing_ss_ratio", NO_QUEUE),
    NOTED("net.ipv4.tcp_pacing_ca_ratio", NO_QUEUE),
    ONLY("net.ipv4.tcp_mtu_probing", "0", "packetization layer path MTU discovery"),
    NOTED("net.ipv4.tcp_mtu_probe_floor", "only MTU probing sees it"),
    NOTED("net.ipv4.tcp_base_mss", "only MTU probing sees it"),
    NOTED("net.ipv4.tcp_probe_interval", "only MTU probing sees it"),
    NOTED("net.ipv4.tcp_probe_threshold", "only MTU probing sees it"),
    NOTED("net.ipv4.tcp_min_snd_mss", BY_PACKETS),
    ONLY("net.ipv4.tcp_stdurg", "0", "the urgent pointer of RFC 1122"),
    NOTED("net.ipv4.tcp_plb_*", INVISIBLE),

    /* Linux, caches and the rest of the kernel. */
    NOTED("net.ipv4.tcp_no_metrics_save", NO_MEMORY_OF),
    NOTED("net.ipv4.tcp_no_ssthresh_metrics_save", NO_MEMORY_OF),
    NOTED("net.ipv4.tcp_early_demux", INVISIBLE),
    NOTED("net.ipv4.tcp_low_latency", INVISIBLE),
    NOTED("net.ipv4.tcp_fwmark_accept", INVISIBLE),
    NOTED("net.ipv4.tcp_l3mdev_accept", INVISIBLE),
    NOTED("net.ipv4.tcp_ehash_entries", INVISIBLE),
    NOTED("net.ipv4.tcp_child_ehash_entries", INVISIBLE),
    NOTED("net.ipv4.tcp_rx_skb_cache", INVISIBLE),
    NOTED("net.ipv4.tcp_tx_skb_cache", INVISIBLE),
    NUMBER("net.ipv4.ip_default_ttl", CONFIG(hop_limit), 1, 255, "TTL or hop limit of what is sent"),
    ONLY("net.ipv4.ip_no_pmtu_disc", "0", "a path MTU that is not discovered"),
    NOTED("net.ipv4.ip_*", INVISIBLE),
    NOTED("net.ipv4.route.*", NO_MEMORY_OF),
    NOTED("net.ipv4.icmp_*", INVISIBLE),
    NOTED("net.ipv4.conf.*", NO_OTHERS),
    NOTED("net.ipv4.neigh.*", NO_OTHERS),
    NOTED("net.ipv4.udp_*", NO_OTHERS),
    NOTED("net.ipv4.igmp_*", NO_OTHERS),
    NOTED("net.ipv4.ipfrag_*", NO_SHORTAGE),
    NOTED("net.ipv4.fwmark_reflect", INVISIBLE),
    NOTED("net.ipv4.ping_group_range", INVISIBLE),
    NOTED("net.ipv4.inet_peer_*", NO_MEMORY_OF),
    NOTED("net.ipv4.fib_*", NO_OTHERS),
    ONLY("net.ipv6.bindv6only", "0", "IPv6 sockets that refuse IPv4"),
    NOTED("net.ipv6.conf.*", NO_OTHERS),
    NOTED("net.ipv6.neigh.*", NO_OTHERS),
    NOTED("net.ipv6.route.*", NO_MEMORY_OF),
    NOTED("net.ipv6.icmp.*", INVISIBLE),
    NOTED("net.ipv6.auto_flowlabels", INVISIBLE),
    NOTED("net.ipv6.flowlabel_*", INVISIBLE),
    NOTED("net.ipv6.ip6frag_*", NO_SHORTAGE),
    NOTED("net.ipv6.fib_*", NO_OTHERS),
    NOTED("net.ipv6.fwmark_reflect", INVISIBLE),
    ONLY("net.mptcp.enabled", "0", "Multipath TCP"),
    NOTED("net.core.*", NO_QUEUE),
    NOTED("net.netfilter.*", NO_OTHERS),
    NOTED("kernel.*", INVISIBLE),
    NOTED("vm.*", INVISIBLE),
    NOTED("fs.*", INVISIBLE),
    NOTED("dev.*", INVISIBLE),

    /* FreeBSD, options and what is negotiated. */
    FOLLOWED("net.inet.tcp.rfc1323", set_rfc1323, 0, 3,
             "timestamps and window scaling: 0 neither, 1 both, 2 scaling, 3 timestamps"),
    SWITCH("net.inet.tcp.sack.enable", CONFIG(sack), 1, "SACK offered and accepted"),
    NOTED("net.inet.tcp.sack.*", OUR_RECOVERY),
    FOLLOWED("net.inet.tcp.ecn.enable", set_ecn, 0, 2,
             "ECN: 0 never, 1 asked for and granted, 2 granted"),
    NOTED("net.inet.tcp.ecn.*", "only ECN sees it"),
    NOTED("net.inet.tcp.fastopen.*", FAST_OPEN_ONLY),
    NOTED("net.inet.tcp.ts_offset_per_conn", "timestamps are compared by their differences"),
    SWITCH("net.inet.tcp.tolerate_missing_ts", HABIT(timestamps_lenient), 1,
           "segments without the timestamps that were agreed are taken"),
    ONLY("net.inet.tcp.mssdflt", "536", "another default MSS"),
    ONLY("net.inet.tcp.v6mssdflt", "1220", "another default MSS"),
    NOTED("net.inet.tcp.minmss", BY_PACKETS),
    NOTED("net.inet.tcp.signature_verify_input", "only MD5 signatures see it"),
    ONLY("net.inet.tcp.udp_tunneling_port", "0", "TCP over UDP"),
    NOTED("net.inet.tcp.udp_tunneling_overhead", "only TCP over UDP sees it"),

    /* FreeBSD, the opening. */
    ONLY("net.inet.tcp.syncookies", "0 1", "SYN cookies"),
    ONLY("net.inet.tcp.syncookies_only", "0", "SYN cookies"),
    NUMBER("net.inet.tcp.syncache.rexmtlimit", CONFIG(syn_ack_retries), 0, 15, "SYN-ACKs sent again"),
    ONLY("net.inet.tcp.syncache.rst_on_sock_fail", "1", "silence when no socket can be made"),
    NOTED("net.inet.tcp.syncache.*", NO_SHORTAGE),
    MS_TO_US("net.inet.tcp.keepinit", HABIT(open_timeout_us), 1, 3600000,
             "how long an opening may take"),
    FOLLOWED("net.inet.tcp.rexmit_drop_options", set_drop_options, 0, 1,
             "SYNs lose their options from the third retry on"),
    REVERSED("net.inet.tcp.drop_synfin", HABIT(syn_fin_opens), "0: a SYN with FIN opens as well"),
    NUMBER("net.inet.tcp.blackhole", HABIT(silent_ports), 0, 3,
           "closed ports that are silent: 1 to a SYN, 2 to all, 3 listeners to an ACK, too"),
    NOTED("net.inet.tcp.blackhole_local", NO_OTHERS),
    NOTED("net.inet.tcp.isn_reseed_interval", "initial sequence numbers are mapped"),
    NUMBER("kern.ipc.somaxconn", OF(backlog_most), 1, 65535,
           "the most that listen() takes as its backlog"),
    NUMBER("kern.ipc.soacceptqueue", OF(backlog_most), 1, 65535,
           "the most that listen() takes as its backlog"),

    /* FreeBSD, resets and challenges. */
    SWITCH("net.inet.tcp.insecure_rst", HABIT(resets_in_window), 1,
           "resets are believed anywhere in the window"),
    SWITCH("net.inet.tcp.insecure_syn", HABIT(syn_resets), 1,
           "a SYN in the window resets a connection"),
    ONLY("net.inet.tcp.insecure_ack", "0", "ACKs believed without a check of RFC 5961"),
    ONLY("net.inet.tcp.icmp_may_rst", "1", "ICMP errors that do not end an opening"),
    NOTED("net.inet.tcp.ack_war_*", BY_PACKETS),

    /* FreeBSD, retries and times. */
    MS_TO_US("net.inet.tcp.rexmit_initial", CONFIG(rto_initial_us), 1, 3600000,
             "the first retransmission timeout"),
    MS_TO_US("net.inet.tcp.rexmit_min", CONFIG(rto_min_us), 1, 3600000,
             "the least retransmission timeout"),
    MS_TO_US("net.inet.tcp.rexmit_max", CONFIG(rto_max_us), 1, 3600000,
             "the longest retransmission timeout"),
    MS_TO_US("net.inet.tcp.rexmit_slop", HABIT(rto_slop_us), 0, 60000,
             "added to each retransmission timeout"),
    NUMBER("net.inet.tcp.retries", CONFIG(data_retries), 1, 255, "retransmissions before giving up"),
    SWITCH("net.inet.tcp.always_keepalive", OF(keeps_all_alive), 1, "keep-alives of all sockets"),
    MS_TO_S("net.inet.tcp.keepidle", OF(keep_idle_s), SETTING_KEEP_S_MAX * 1000,
            "silence before a keep-alive"),
    MS_TO_S("net.inet.tcp.keepintvl", OF(keep_interval_s), SETTING_KEEP_S_MAX * 1000,
            "between keep-alives"),
    NUMBER("net.inet.tcp.keepcnt", OF(keep_count), 1, 127, "keep-alives without an answer"),
    MS_TO_US("net.inet.tcp.delacktime", CONFIG(delayed_ack_us), 1, 499, "how long an ACK waits"),
    FOLLOWED("net.inet.tcp.delayed_ack", set_delayed_ack, 0, 1, "0: no ACK waits"),
    STORED(SETTING_NUMBER, "net.inet.tcp.finwait2_timeout", OF(fin_wait_2_ms), 1, 4000000,
           follow_fin_wait_2, "time in FIN-WAIT-2 of a closed socket, if fast_finwait2_recycle is 1"),
    STORED(SETTING_SWITCH, "net.inet.tcp.fast_finwait2_recycle", OF(fin_wait_2_is_fast), 0, 1,
           follow_fin_wait_2, "1: that time, else 600 s"),
    NUMBER("net.inet.tcp.msl", CONFIG(msl_ms), 1, SETTING_MSL_MAX_MS, "half the time in TIME-WAIT"),
    MS_TO_US("net.inet.tcp.persmin", HABIT(persist_min_us), 0, 60000,
             "the least time between window probes"),
    ONLY("net.inet.tcp.persmax", "60000", "another longest time between window probes"),
    ONLY("net.inet.tcp.maxunacktime", "0", "a limit of time without an acknowledgement"),
    NOTED("net.inet.tcp.nolocaltimewait", NO_OTHERS),
    NOTED("net.inet.tcp.maxtcptw", NO_SHORTAGE),
    NOTED("net.inet.tcp.per_cpu_timers", INVISIBLE),

    /* FreeBSD, buffers, sending and congestion. */
    STORED(SETTING_NUMBER, "net.inet.tcp.recvspace", OF(receive_buffer_bytes), 1,
           SETTING_BUFFER_MAX, follow_recvspace, "receive buffers"),
    NUMBER("net.inet.tcp.sendspace", OF(send_buffer_bytes), 1, SETTING_BUFFER_MAX, "send buffers"),
    NUMBER("net.inet.tcp.recvbuf_max", OF(receive_most_bytes), 1, SETTING_BUFFER_MAX,
           "receive buffers at most"),
    NUMBER("net.inet.tcp.sendbuf_max", OF(send_most_bytes), 1, SETTING_BUFFER_MAX,
           "send buffers at most"),
    NOTED("net.inet.tcp.recvbuf_*", BY_PACKETS),
    NOTED("net.inet.tcp.sendbuf_*", BY_PACKETS),
    STORED(SETTING_NUMBER, "kern.ipc.maxsockbuf", OF(rcvbuf_limit_bytes), 1, SETTING_BUFFER_MAX,
           follow_maxsockbuf, "a socket's buffer at most; the window scale is enough for it"),
    NOTED("net.inet.tcp.reass.*", NO_SHORTAGE),
    NUMBER("net.inet.tcp.initcwnd_segments", CONFIG(initial_segments), 1, 255,
           "segments of the initial window"),
    NUMBER("net.inet.tcp.abc_l_var", HABIT(slow_start_segments), 1, 255,
           "segments by which an ACK opens the window in slow start"),
    NOTED("net.inet.tcp.rfc3390", INVISIBLE),
    NOTED("net.inet.tcp.rfc3465", BY_PACKETS),
    ONLY("net.inet.tcp.rfc3042", "1", "recovery without limited transmit"),
    NOTED("net.inet.tcp.rfc6675_pipe", OUR_RECOVERY),
    NOTED("net.inet.tcp.newcwv", BY_PACKETS),
    NOTED("net.inet.tcp.do_prr", OUR_RECOVERY),
    NOTED("net.inet.tcp.do_prr_conservative", OUR_RECOVERY),
    NOTED("net.inet.tcp.do_lrd", OUR_RECOVERY),
    NOTED("net.inet.tcp.do_newsack", OUR_RECOVERY),
    ONLY("net.inet.tcp.cc.algorithm", "newreno cubic", "another congestion control"),
    NOTED("net.inet.tcp.cc.*", BY_PACKETS),
    ONLY("net.inet.tcp.functions_default", "freebsd", "another stack of FreeBSD's"),
    NOTED("net.inet.tcp.functions_*", INVISIBLE),
    NOTED("net.inet.tcp.rack.*", "only the RACK stack sees it"),
    NOTED("net.inet.tcp.bbr.*", "only the BBR stack sees it"),
    NOTED("net.inet.tcp.bb.*", INVISIBLE),
    ONLY("net.inet.tcp.path_mtu_discovery", "1", "a path MTU that is not discovered"),
    ONLY("net.inet.tcp.pmtud_blackhole_detection", "0", "detection of black holes"),
    NOTED("net.inet.tcp.pmtud_blackhole_*", "only the detection of black holes sees it"),
    NOTED("net.inet.tcp.tso", NO_QUEUE),
    NOTED("net.inet.tcp.lro.*", NO_QUEUE),
    NOTED("net.inet.tcp.split_limit", NO_SHORTAGE),
    NOTED("net.inet.tcp.map_limit", NO_SHORTAGE),

    /* FreeBSD, caches and the rest of the kernel. */
    NOTED("net.inet.tcp.hostcache.*", NO_MEMORY_OF),
    NOTED("net.inet.tcp.log_*", INVISIBLE),
    NOTED("net.inet.tcp.pcap_*", INVISIBLE),
    NOTED("net.inet.tcp.tcbhashsize", INVISIBLE),
    NOTED("net.inet.tcp.do_tcpdrain", NO_SHORTAGE),
    NOTED("net.inet.tcp.soreceive_stream", INVISIBLE),
    NUMBER("net.inet.ip.ttl", CONFIG(hop_limit), 1, 255, "TTL or hop limit of what is sent"),
    NUMBER("net.inet6.ip6.hlim", CONFIG(hop_limit), 1, 255, "TTL or hop limit of what is sent"),
    NOTED("net.inet.ip.*", INVISIBLE),
    NOTED("net.inet.icmp.*", INVISIBLE),
    NOTED("net.inet.udp.*", NO_OTHERS),
    NOTED("net.inet6.*", INVISIBLE),
    NOTED("net.link.*", NO_QUEUE),
    NOTED("net.isr.*", NO_QUEUE),
    NOTED("net.bpf.*", INVISIBLE),
    NOTED("kern.*", INVISIBLE),
    NOTED("hw.*", INVISIBLE),
    NOTED("debug.*", INVISIBLE),
    NOTED("security.*", INVISIBLE),
};

const struct setting *settings_row(uint32_t i) {
    return i < sizeof table / sizeof table[0] ? &table[i] : NULL;
}
