/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP_INFO: what the stack knows of a connection, and what its packets tell.
 */
#include <string.h>

#include "script/descriptors.h"
#include "script/tcp_info.h"
#include "wire/ip.h"

enum {
    INFO_SSTHRESH_NONE = 0x7fffffff,
    INFO_SSTHRESH_HIGH = 1 << 30, /* octets: not yet set by a loss */
    INFO_REORDERING = 3,
    INFO_SEGMENT_DEFAULT = 536,
    INFO_BURST = 10,
    V4_HEADERS = 40,
    V6_HEADERS = 60,
};

/* As TCP_INFO has it; in TIME-WAIT, a socket of Linux is closed. */
static uint8_t state_number(enum tercet_state state, bool is_bsd) {
    static const struct {
        uint8_t linux_number, bsd_number;
    } states[TERCET_STATE_COUNT] = {
        [TERCET_STATE_CLOSED] = {UNIX_TCP_CLOSE,       UNIX_TCPS_CLOSED      },
        [TERCET_STATE_LISTEN] = {UNIX_TCP_LISTEN,      UNIX_TCPS_LISTEN      },
        [TERCET_STATE_SYN_SENT] = {UNIX_TCP_SYN_SENT,    UNIX_TCPS_SYN_SENT    },
        [TERCET_STATE_SYN_RECEIVED] = {UNIX_TCP_SYN_RECV,    UNIX_TCPS_SYN_RECEIVED},
        [TERCET_STATE_ESTABLISHED] = {UNIX_TCP_ESTABLISHED, UNIX_TCPS_ESTABLISHED },
        [TERCET_STATE_FIN_WAIT_1] = {UNIX_TCP_FIN_WAIT1,   UNIX_TCPS_FIN_WAIT_1  },
        [TERCET_STATE_FIN_WAIT_2] = {UNIX_TCP_FIN_WAIT2,   UNIX_TCPS_FIN_WAIT_2  },
        [TERCET_STATE_CLOSE_WAIT] = {UNIX_TCP_CLOSE_WAIT,  UNIX_TCPS_CLOSE_WAIT  },
        [TERCET_STATE_CLOSING] = {UNIX_TCP_CLOSING,     UNIX_TCPS_CLOSING     },
        [TERCET_STATE_LAST_ACK] = {UNIX_TCP_LAST_ACK,    UNIX_TCPS_LAST_ACK    },
        [TERCET_STATE_TIME_WAIT] = {UNIX_TCP_CLOSE,       UNIX_TCPS_TIME_WAIT   },
    };

    return is_bsd ? states[state].bsd_number : states[state].linux_number;
}

static uint32_t segments_of(uint32_t octets, uint32_t mss) {
    return octets / mss + (octets % mss != 0);
}

static uint8_t small(uint32_t n) {
    return (uint8_t)(n < UINT8_MAX ? n : UINT8_MAX);
}

/* Open, Disorder, Recovery or Loss, as Linux names them. */
static uint8_t congestion_state(const struct tercet_conn_info *info) {
    if (info->is_loss) return UNIX_TCP_CA_Loss;
    if (info->is_recovering) return UNIX_TCP_CA_Recovery;
    return info->dupacks ? UNIX_TCP_CA_Disorder : UNIX_TCP_CA_Open;
}

static void tell_connection(const struct tercet_conn_info *info, struct unix_tcp_info *to) {
    uint32_t mss = info->send_mss_bytes ? info->send_mss_bytes : INFO_SEGMENT_DEFAULT;

    to->tcpi_ca_state = congestion_state(info);
    to->tcpi_retransmits = small(info->retries);
    to->tcpi_backoff = small(info->retries ? info->retries : info->probes);
    to->tcpi_probes = small(info->probes + info->keep_probes);
    if (info->has_timestamps) to->tcpi_options |= UNIX_TCPI_OPT_TIMESTAMPS;
    if (info->has_sack) to->tcpi_options |= UNIX_TCPI_OPT_SACK;
    if (info->has_window_scale) to->tcpi_options |= UNIX_TCPI_OPT_WSCALE;
    if (info->has_ecn) to->tcpi_options |= UNIX_TCPI_OPT_ECN;
    to->tcpi_snd_wscale = (uint8_t)info->send_scale & 15u;
    to->tcpi_rcv_wscale = (uint8_t)info->receive_scale & 15u;
    to->tcpi_rto = info->rto_us;
    to->tcpi_snd_mss = mss;
    to->tcpi_unacked = segments_of(info->unacked_bytes, mss);
    to->tcpi_rtt = info->srtt_us;
    to->tcpi_rttvar = info->rttvar_us;
    to->tcpi_min_rtt = info->srtt_us;
    to->tcpi_snd_ssthresh = info->ssthresh_bytes >= INFO_SSTHRESH_HIGH ? INFO_SSTHRESH_NONE
                                                                       : info->ssthresh_bytes / mss;
    to->tcpi_snd_cwnd = info->cwnd_bytes / mss;
    to->tcpi_advmss = info->receive_mss_bytes - timestamps_octets(info);
    to->tcpi_rcv_ssthresh = info->receive_window_bytes;
    to->tcpi_rcv_space = INFO_BURST * to->tcpi_advmss;
    to->tcpi_total_retrans = info->retransmits;
    to->tcpi_notsent_bytes = info->unsent_bytes;
    to->tcpi_snd_wnd = info->send_window_bytes;
    to->tcpi_rcv_wnd = info->receive_window_bytes;
}

static uint32_t ms_since(uint64_t then_ns, uint64_t now_ns) {
    return then_ns ? (uint32_t)((now_ns - then_ns) / 1000000u) : 0;
}

static void tell_traffic(struct traffic_flow *flow, uint64_t now_ns, struct unix_tcp_info *to) {
    uint32_t sacked = 0, again = 0;

    for (uint32_t i = 0; i < flow->count; i++) {
        const struct traffic_segment
            *segment = &flow->segments[(flow->head + i) % TRAFFIC_SEGMENTS_MAX];

        sacked += segment->is_sacked;
        again += segment->is_again && !segment->is_sacked;
    }
    traffic_limits(flow, flow->is_busy, flow->is_window_limited, flow->is_buffer_limited, now_ns);
    to->tcpi_unacked = flow->count;
    to->tcpi_sacked = sacked;
    to->tcpi_retrans = again;
    to->tcpi_last_data_sent = ms_since(flow->data_sent_ns, now_ns);
    to->tcpi_last_ack_sent = 0; /* Linux does not say */
    to->tcpi_last_data_recv = ms_since(flow->data_received_ns, now_ns);
    to->tcpi_last_ack_recv = ms_since(flow->ack_received_ns, now_ns);
    to->tcpi_segs_in = flow->segments_in;
    to->tcpi_segs_out = flow->segments_out;
    to->tcpi_data_segs_in = flow->data_in;
    to->tcpi_data_segs_out = flow->data_out;
    to->tcpi_bytes_sent = flow->bytes_sent;
    to->tcpi_bytes_retrans = flow->bytes_again;
    to->tcpi_bytes_acked = flow->bytes_acked;
    to->tcpi_total_retrans = flow->retransmissions;
    to->tcpi_delivered = flow->delivered;
    to->tcpi_rcv_ooopack = flow->out_of_order;
    to->tcpi_busy_time = flow->busy_ns / 1000u;
    to->tcpi_rwnd_limited = flow->window_limited_ns / 1000u;
    to->tcpi_sndbuf_limited = flow->buffer_limited_ns / 1000u;
    to->tcpi_rcv_mss = flow->longest_in;
}

/* What Linux takes for the peer's segment size until it has seen longer ones. */
static uint32_t receive_mss(const struct unix_tcp_info *info) {
    uint32_t mss = info->tcpi_snd_mss < info->tcpi_advmss ? info->tcpi_snd_mss : info->tcpi_advmss;

    if (mss > INFO_SEGMENT_DEFAULT) mss = INFO_SEGMENT_DEFAULT;
    return info->tcpi_rcv_mss > mss ? info->tcpi_rcv_mss : mss;
}

void socket_tcp_info(struct sockets *sockets, struct socket *socket, struct unix_tcp_info *to) {
    struct tercet_conn_info info = {.state = TERCET_STATE_CLOSED};
    struct traffic_flow *flow;

    memset(to, 0, sizeof *to);
    socket_info(sockets, socket, &info);
    to->tcpi_state = state_number(info.state, sockets_are_bsd(sockets));
    to->tcpi_reordering = INFO_REORDERING;
    to->tcpi_max_pacing_rate = UINT64_MAX;
    if (socket->stage == SOCKET_LISTENING) {
        to->tcpi_unacked = info.waiting;
        to->tcpi_sacked = socket->backlog;
        return;
    }
    if (!socket->conn) return;
    tell_connection(&info, to);
    if (!info.cwnd_bytes) to->tcpi_snd_cwnd = sockets->settings.config.initial_segments;
    to->tcpi_ato = sockets->settings.config.delayed_ack_us;
    to->tcpi_pmtu = info.receive_mss_bytes +
                    (uint32_t)(address_is_v4(&info.remote.address) ? V4_HEADERS : V6_HEADERS);
    to->tcpi_bytes_received = info.received_bytes;
    flow = traffic_find(&sockets->traffic, &info.local, &info.remote);
    if (flow) tell_traffic(flow, sockets->now_ns, to);
    if (info.state == TERCET_STATE_CLOSED) to->tcpi_unacked = 0;
    to->tcpi_rcv_mss = receive_mss(to);
}
