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

#include <stddef.h>

#include "script/personality.h"
#include "script/words.h"

enum {
    SETTING_NAME_MAX = 128,
    SETTING_BUFFER_MAX = INT32_MAX,
    SETTING_WINDOW_LEAST = 4096, /* of tercet_config.receive_buffer_bytes */
    SETTING_WINDOW_MOST = 4 << 20,
    SETTING_MS_MAX = 24 * 3600 * 1000,
    SETTING_KEEP_S_MAX = 32767, /* TERCET_OPTION_KEEPALIVE_IDLE */
    SETTING_MEMORY_FIELDS = 3,  /* least, default, most */
};

struct setting {
    struct word name;
    enum settings_answer (*take)(struct settings *settings, const struct setting *row,
                                 struct word value);
    const char *words;  /* what becomes of it; of ONLY: the feature that other values need */
    const char *values; /* of ONLY */
    uint32_t field;     /* OF() */
    uint32_t multiply, divide;
    int64_t least, most; /* of the value */
};

#define NAME(text)                                                                                 \
    { text, sizeof(text) - 1 }
/* Where a field of the settings is, and how many octets it has. */
#define OF(field)     (offsetof(struct settings, field) << 4 | sizeof(((struct settings *)0)->field))
#define CONFIG(field) OF(config.field)
#define HABIT(field)  OF(config.habits.field)

#define TAKEN_BY(function, name_, field_, least_, most_, words_)                                   \
    {                                                                                              \
        .name = NAME(name_), .take = function, .words = words_, .field = field_, .multiply = 1,    \
        .divide = 1, .least = least_, .most = most_                                                \
    }
#define NUMBER(name, field, least, most, words)                                                    \
    TAKEN_BY(take_number, name, field, least, most, words)
#define SWITCH(name, field, most, words) TAKEN_BY(take_switch, name, field, 0, most, words)
#define REVERSED(name, field, words)     TAKEN_BY(take_reversed, name, field, 0, 1, words)
#define MS_TO_US(name_, field_, least_, most_, words_)                                             \
    {                                                                                              \
        .name = NAME(name_), .take = take_number, .words = words_, .field = field_,                \
        .multiply = 1000, .divide = 1, .least = least_, .most = most_                              \
    }
#define S_TO_US(name_, field_, least_, most_, words_)                                              \
    {                                                                                              \
        .name = NAME(name_), .take = take_number, .words = words_, .field = field_,                \
        .multiply = 1000000, .divide = 1, .least = least_, .most = most_                           \
    }
#define MS_TO_S(name_, field_, most_, words_)                                                      \
    {                                                                                              \
        .name = NAME(name_), .take = take_number, .words = words_, .field = field_, .multiply = 1, \
        .divide = 1000, .least = 1000, .most = most_                                               \
    }
#define ONLY(name_, values_, feature)                                                              \
    { .name = NAME(name_), .take = take_only, .words = feature, .values = values_ }
#define SPECIAL(name_, function, words_)                                                           \
    { .name = NAME(name_), .take = function, .words = words_ }
#define NOTED(name_, why)                                                                          \
    { .name = NAME(name_), .take = take_any, .words = why }

/* Why a row is NOTED. */
#define BY_PACKETS     "its effect is judged by the packets"
#define NO_QUEUE       "there is no device and no queue to hold segments"
#define NO_MEMORY_OF   "nothing is remembered from connection to connection"
#define NO_SHORTAGE    "memory and tables are never short"
#define NO_OTHERS      "there is no other host, route or socket for it"
#define INVISIBLE      "nothing of it is seen in a script"
#define FAST_OPEN_ONLY "only fast open sees it, which a script asks for by name"
#define OUR_RECOVERY   "the stack recovers its own way; it is judged by the packets"

static void field_store(struct settings *settings, const struct setting *row, uint64_t value) {
    unsigned char *at = (unsigned char *)settings + (row->field >> 4);
    uint32_t value32 = (uint32_t)value;
    uint8_t value8 = (uint8_t)value;

    if ((row->field & 15) == sizeof value8)
        memcpy(at, &value8, sizeof value8);
    else
        memcpy(at, &value32, sizeof value32);
}

/* @value is a number within the row's limits. */
static bool number_take(const struct setting *row, struct word value, int64_t *number) {
    return word_number(value, number) && *number >= row->least && *number <= row->most;
}

static enum settings_answer take_any(struct settings *settings, const struct setting *row,
                                     struct word value) {
    (void)settings;
    (void)row;
    (void)value;
    return SETTINGS_TAKEN;
}

static enum settings_answer take_number(struct settings *settings, const struct setting *row,
                                        struct word value) {
    int64_t number;

    if (!number_take(row, value, &number) || number % row->divide) return SETTINGS_UNSUPPORTED;
    field_store(settings, row, (uint64_t)number * row->multiply / row->divide);
    return SETTINGS_TAKEN;
}

static enum settings_answer take_switch(struct settings *settings, const struct setting *row,
                                        struct word value) {
    int64_t number;

    if (!number_take(row, value, &number)) return SETTINGS_UNSUPPORTED;
    field_store(settings, row, number != 0);
    return SETTINGS_TAKEN;
}

/* The field is on for 0. */
static enum settings_answer take_reversed(struct settings *settings, const struct setting *row,
                                          struct word value) {
    int64_t number;

    if (!number_take(row, value, &number)) return SETTINGS_UNSUPPORTED;
    field_store(settings, row, number == 0);
    return SETTINGS_TAKEN;
}

static bool values_are_equal(struct word a, struct word b) {
    int64_t x, y;

    if (word_number(a, &x) && word_number(b, &y)) return x == y;
    return a.length == b.length && memcmp(a.at, b.at, a.length) == 0;
}

static enum settings_answer take_only(struct settings *settings, const struct setting *row,
                                      struct word value) {
    struct word rest = word_of(row->values), one;
    (void)settings;

    while ((one = word_next(&rest)).length)
        if (values_are_equal(one, value)) return SETTINGS_TAKEN;
    return SETTINGS_UNSUPPORTED;
}

/*
 * `least default most`, of which the last may be left out; the least is for want of memory.
 * Return: whether it is that
 */
static bool memory_take(struct word value, uint32_t *usual, uint32_t *most) {
    uint32_t sizes[SETTING_MEMORY_FIELDS];
    unsigned n = 0;
    struct word one;

    while ((one = word_next(&value)).length) {
        int64_t size;
        if (n == SETTING_MEMORY_FIELDS || !word_number(one, &size)) return false;
        if (size <= 0 || size > SETTING_BUFFER_MAX) return false;
        sizes[n++] = (uint32_t)size;
    }
    if (n > 1) *usual = sizes[1];
    if (n > 2) *most = sizes[2];
    return n > 0;
}

/* The window that a receive buffer makes: on Linux half of it, the rest is for what packets bring along. */
static void window_follow(struct settings *settings) {
    uint32_t window = settings->receive_buffer_bytes;

    if (settings->as->sockets == PERSONALITY_LINUX) window /= 2;
    if (window < SETTING_WINDOW_LEAST) window = SETTING_WINDOW_LEAST;
    if (window > SETTING_WINDOW_MOST) window = SETTING_WINDOW_MOST;
    settings->config.receive_buffer_bytes = window;
}

static enum settings_answer take_recvspace(struct settings *settings, const struct setting *row,
                                           struct word value) {
    enum settings_answer answer = take_number(settings, row, value);

    if (answer == SETTINGS_TAKEN) window_follow(settings);
    return answer;
}

/* Linux offers a window scale that is enough for the largest buffer that a socket may come to have. */
static void scale_follow(struct settings *settings) {
    uint32_t most = settings->receive_most_bytes, limit = settings->rcvbuf_limit_bytes;

    settings->config.habits.window_scale_bytes = most > limit ? most : limit;
}

static enum settings_answer take_rmem(struct settings *settings, const struct setting *row,
                                      struct word value) {
    uint32_t usual = settings->receive_buffer_bytes, most = settings->receive_most_bytes;

    (void)row;
    if (!memory_take(value, &settings->receive_buffer_bytes, &settings->receive_most_bytes))
        return SETTINGS_UNSUPPORTED;
    if (settings->receive_buffer_bytes != usual) window_follow(settings);
    if (settings->receive_most_bytes != most) scale_follow(settings);
    return SETTINGS_TAKEN;
}

static enum settings_answer take_rmem_max(struct settings *settings, const struct setting *row,
                                          struct word value) {
    enum settings_answer answer = take_number(settings, row, value);

    if (settings->rcvbuf_limit_bytes > settings->config.habits.window_scale_bytes)
        scale_follow(settings);
    return answer;
}

/* FreeBSD's is enough for the largest buffer of any socket. */
static enum settings_answer take_maxsockbuf(struct settings *settings, const struct setting *row,
                                            struct word value) {
    enum settings_answer answer = take_number(settings, row, value);

    if (answer == SETTINGS_TAKEN) {
        settings->sndbuf_limit_bytes = settings->rcvbuf_limit_bytes;
        settings->config.habits.window_scale_bytes = settings->rcvbuf_limit_bytes;
    }
    return answer;
}

static enum settings_answer take_wmem(struct settings *settings, const struct setting *row,
                                      struct word value) {
    (void)row;
    return memory_take(value, &settings->send_buffer_bytes, &settings->send_most_bytes)
               ? SETTINGS_TAKEN
               : SETTINGS_UNSUPPORTED;
}

static enum settings_answer take_lowat(struct settings *settings, const struct setting *row,
                                       struct word value) {
    int64_t number;

    (void)row;
    if (!word_number(value, &number) || number < -1 || number > UINT32_MAX)
        return SETTINGS_UNSUPPORTED;
    settings->notsent_lowat_bytes = (uint32_t)number;
    return SETTINGS_TAKEN;
}

/* 0: neither, 1: both, 2: window scaling, 3: timestamps. */
static enum settings_answer take_rfc1323(struct settings *settings, const struct setting *row,
                                         struct word value) {
    int64_t number;

    (void)row;
    if (!word_number(value, &number) || number < 0 || number > 3) return SETTINGS_UNSUPPORTED;
    settings->config.window_scale = number == 1 || number == 2;
    settings->config.timestamps = number == 1 || number == 3;
    return SETTINGS_TAKEN;
}

/* Linux keeps the variance in an RTO up by the same number. */
static enum settings_answer take_rto_min(struct settings *settings, const struct setting *row,
                                         struct word value) {
    enum settings_answer answer = take_number(settings, row, value);

    if (answer == SETTINGS_TAKEN && settings->config.habits.rto_variance_min_us)
        settings->config.habits.rto_variance_min_us = settings->config.rto_min_us;
    return answer;
}

/* 1: a SYN loses its options from the third retry on. */
static enum settings_answer take_drop_options(struct settings *settings, const struct setting *row,
                                              struct word value) {
    int64_t number;

    (void)row;
    if (!word_number(value, &number) || number < 0 || number > 1) return SETTINGS_UNSUPPORTED;
    settings->config.habits.syn_options_retries = number ? 3 : UINT8_MAX;
    return SETTINGS_TAKEN;
}

/* What is beyond 2 is accurate ECN, on both systems. */
static enum settings_answer take_ecn(struct settings *settings, const struct setting *row,
                                     struct word value) {
    static const uint8_t ecn[] = {TERCET_ECN_OFF, TERCET_ECN_ASKED, TERCET_ECN_GRANTED};
    int64_t number;

    (void)row;
    if (!word_number(value, &number) || number < 0 || number > 2) return SETTINGS_UNSUPPORTED;
    settings->config.ecn = ecn[number];
    return SETTINGS_TAKEN;
}

#define FIN_WAIT_2_FAST_MS 60000
#define FIN_WAIT_2_SLOW_MS 600000

/* The two hang together: the time holds if it is switched on, in whichever order that is said. */
static void settle_fin_wait_2(struct settings *settings) {
    uint32_t fast_ms = settings->fin_wait_2_ms ? settings->fin_wait_2_ms : FIN_WAIT_2_FAST_MS;

    settings->config.fin_wait_2_us = (settings->fin_wait_2_is_fast ? fast_ms : FIN_WAIT_2_SLOW_MS) *
                                     1000u;
}

static enum settings_answer take_fin_wait_2(struct settings *settings, const struct setting *row,
                                            struct word value) {
    int64_t number;

    (void)row;
    if (!word_number(value, &number) || number < 1 || number > 4000000) return SETTINGS_UNSUPPORTED;
    settings->fin_wait_2_ms = (uint32_t)number;
    settle_fin_wait_2(settings);
    return SETTINGS_TAKEN;
}

static enum settings_answer take_fin_wait_2_recycle(struct settings *settings,
                                                    const struct setting *row, struct word value) {
    int64_t number;

    (void)row;
    if (!word_number(value, &number) || number < 0 || number > 1) return SETTINGS_UNSUPPORTED;
    settings->fin_wait_2_is_fast = number != 0;
    settle_fin_wait_2(settings);
    return SETTINGS_TAKEN;
}

/* 0: an ACK for every segment; we do so for as many as we can be told to. */
static enum settings_answer take_delayed_ack(struct settings *settings, const struct setting *row,
                                             struct word value) {
    struct tercet_config usual;
    int64_t number;

    (void)row;
    if (!word_number(value, &number) || number < 0 || number > 1) return SETTINGS_UNSUPPORTED;
    tercet_config_init(&usual, sizeof usual);
    settings->as->configure(&usual);
    settings->config.habits.quick_acks = number ? usual.habits.quick_acks : UINT8_MAX;
    return SETTINGS_TAKEN;
}

/* Linux, 0: the stack's own number for them. */
static enum settings_answer take_orphan_retries(struct settings *settings,
                                                const struct setting *row, struct word value) {
    int64_t number;

    (void)row;
    if (!word_number(value, &number) || number < 0 || number > UINT8_MAX)
        return SETTINGS_UNSUPPORTED;
    settings->config.orphan_retries = (uint8_t)(number ? number : 8);
    return SETTINGS_TAKEN;
}

static const struct setting table[] = {
    /* Linux, options and what is negotiated. */
    SWITCH("net.ipv4.tcp_timestamps", CONFIG(timestamps), 2, "timestamps offered and accepted"),
    SWITCH("net.ipv4.tcp_sack", CONFIG(sack), 1, "SACK offered and accepted"),
    SWITCH("net.ipv4.tcp_window_scaling", CONFIG(window_scale), 1,
           "window scaling offered and accepted"),
    SPECIAL("net.ipv4.tcp_ecn", take_ecn, "ECN: 0 never, 1 asked for and granted, 2 granted"),
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
    SPECIAL("net.ipv4.tcp_orphan_retries", take_orphan_retries, "the same of a closed socket"),
    S_TO_US("net.ipv4.tcp_fin_timeout", CONFIG(fin_wait_2_us), 1, 4000,
            "time in FIN-WAIT-2 of a closed socket"),
    NUMBER("net.ipv4.tcp_keepalive_time", OF(keep_idle_s), 1, SETTING_KEEP_S_MAX,
           "seconds of silence before a keep-alive"),
    NUMBER("net.ipv4.tcp_keepalive_intvl", OF(keep_interval_s), 1, SETTING_KEEP_S_MAX,
           "seconds between keep-alives"),
    NUMBER("net.ipv4.tcp_keepalive_probes", OF(keep_count), 1, 127, "keep-alives without an answer"),
    TAKEN_BY(take_rto_min, "net.ipv4.tcp_rto_min_us", CONFIG(rto_min_us), 1, 1000000,
             "the least retransmission timeout"),
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
    SPECIAL("net.ipv4.tcp_rmem", take_rmem, "receive buffers: default and most"),
    SPECIAL("net.ipv4.tcp_wmem", take_wmem, "send buffers: default and most"),
    TAKEN_BY(take_rmem_max, "net.core.rmem_max", OF(rcvbuf_limit_bytes), 1, SETTING_BUFFER_MAX,
             "the most that SO_RCVBUF takes"),
    NUMBER("net.core.wmem_max", OF(sndbuf_limit_bytes), 1, SETTING_BUFFER_MAX,
           "the most that SO_SNDBUF takes"),
    NOTED("net.core.rmem_default", "TCP has its own"),
    NOTED("net.core.wmem_default", "TCP has its own"),
    SPECIAL("net.ipv4.tcp_notsent_lowat", take_lowat,
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
    SPECIAL("net.inet.tcp.rfc1323", take_rfc1323,
            "timestamps and window scaling: 0 neither, 1 both, 2 scaling, 3 timestamps"),
    SWITCH("net.inet.tcp.sack.enable", CONFIG(sack), 1, "SACK offered and accepted"),
    NOTED("net.inet.tcp.sack.*", OUR_RECOVERY),
    SPECIAL("net.inet.tcp.ecn.enable", take_ecn, "ECN: 0 never, 1 asked for and granted, 2 granted"),
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
    SPECIAL("net.inet.tcp.rexmit_drop_options", take_drop_options,
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
    SPECIAL("net.inet.tcp.delayed_ack", take_delayed_ack, "0: no ACK waits"),
    SPECIAL("net.inet.tcp.finwait2_timeout", take_fin_wait_2,
            "time in FIN-WAIT-2 of a closed socket, if fast_finwait2_recycle is 1"),
    SPECIAL("net.inet.tcp.fast_finwait2_recycle", take_fin_wait_2_recycle,
            "1: that time, else 600 s"),
    NUMBER("net.inet.tcp.msl", CONFIG(msl_ms), 1, SETTING_MS_MAX, "half the time in TIME-WAIT"),
    MS_TO_US("net.inet.tcp.persmin", HABIT(persist_min_us), 0, 60000,
             "the least time between window probes"),
    ONLY("net.inet.tcp.persmax", "60000", "another longest time between window probes"),
    ONLY("net.inet.tcp.maxunacktime", "0", "a limit of time without an acknowledgement"),
    NOTED("net.inet.tcp.nolocaltimewait", NO_OTHERS),
    NOTED("net.inet.tcp.maxtcptw", NO_SHORTAGE),
    NOTED("net.inet.tcp.per_cpu_timers", INVISIBLE),

    /* FreeBSD, buffers, sending and congestion. */
    TAKEN_BY(take_recvspace, "net.inet.tcp.recvspace", OF(receive_buffer_bytes), 1,
             SETTING_BUFFER_MAX, "receive buffers"),
    NUMBER("net.inet.tcp.sendspace", OF(send_buffer_bytes), 1, SETTING_BUFFER_MAX, "send buffers"),
    NUMBER("net.inet.tcp.recvbuf_max", OF(receive_most_bytes), 1, SETTING_BUFFER_MAX,
           "receive buffers at most"),
    NUMBER("net.inet.tcp.sendbuf_max", OF(send_most_bytes), 1, SETTING_BUFFER_MAX,
           "send buffers at most"),
    NOTED("net.inet.tcp.recvbuf_*", BY_PACKETS),
    NOTED("net.inet.tcp.sendbuf_*", BY_PACKETS),
    TAKEN_BY(take_maxsockbuf, "kern.ipc.maxsockbuf", OF(rcvbuf_limit_bytes), 1, SETTING_BUFFER_MAX,
             "a socket's buffer at most; the window scale is enough for it"),
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

enum { TABLE_ROWS = sizeof table / sizeof table[0] };

static bool row_is_called(const struct setting *row, struct word name) {
    uint32_t n = row->name.length;

    if (row->name.at[n - 1] == '*')
        return name.length >= n - 1 && memcmp(name.at, row->name.at, n - 1) == 0;
    return name.length == n && memcmp(name.at, row->name.at, n) == 0;
}

/* The first row that takes @name: a row by its own name stands in front of one with a `*`. */
static const struct setting *row_of(struct word name) {
    for (const struct setting *row = table; row < table + TABLE_ROWS; row++)
        if (row_is_called(row, name)) return row;
    return NULL;
}

static void say_setting(struct text *why, struct word name, struct word value) {
    text_bytes(why, name.at, name.length);
    text_char(why, '=');
    text_bytes(why, value.at, value.length);
}

/* @why: what the row of @name lacks for @value. */
static void say_why(struct text *why, const struct setting *row, struct word name,
                    struct word value) {
    if (row->take == take_only) {
        text_put(why, row->words);
        text_put(why, " (");
        say_setting(why, name, value);
        text_char(why, ')');
        return;
    }
    text_put(why, "sysctl ");
    say_setting(why, name, value);
}

enum settings_answer settings_set(struct settings *settings, struct word name, struct word value,
                                  struct text *why) {
    char memory[SETTING_NAME_MAX];
    const struct setting *row = NULL;

    if (name.length <= sizeof memory) {
        for (uint32_t i = 0; i < name.length; i++)
            memory[i] = name.at[i] == '/' ? '.' : name.at[i];
        name.at = memory;
        row = row_of(name);
    }
    value = word_trimmed(value);
    if (!row) {
        text_put(why, "sysctl ");
        text_bytes(why, name.at, name.length);
        return SETTINGS_UNSUPPORTED;
    }
    if (row->take(settings, row, value) != SETTINGS_TAKEN) {
        say_why(why, row, name, value);
        return SETTINGS_UNSUPPORTED;
    }
    if (settings->config.rto_max_us < settings->config.rto_min_us)
        settings->config.rto_max_us = settings->config.rto_min_us;
    return SETTINGS_TAKEN;
}

bool settings_show(uint32_t i, struct setting_shown *shown) {
    if (i >= TABLE_ROWS) return false;
    shown->name = table[i].name;
    shown->words = table[i].words;
    shown->values = table[i].values;
    return true;
}
