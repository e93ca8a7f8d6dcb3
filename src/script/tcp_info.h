/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_TCP_INFO_H
#define TERCET_SCRIPT_TCP_INFO_H

#include <stdint.h>

/*
 * What getsockopt(TCP_INFO) answers, as Linux lays it out.  Times are in the units of tcp(7): microseconds, but
 * milliseconds in tcpi_last_*; windows and the congestion state in segments.  What this stack does not know is 0.
 */
struct unix_tcp_info {
    uint8_t tcpi_state; /* TCP_ESTABLISHED ... */
    uint8_t tcpi_ca_state;
    uint8_t tcpi_retransmits;
    uint8_t tcpi_probes;
    uint8_t tcpi_backoff;
    uint8_t tcpi_options; /* TCPI_OPT_TIMESTAMPS ... */
    uint8_t tcpi_snd_wscale : 4, tcpi_rcv_wscale : 4;
    uint8_t tcpi_delivery_rate_app_limited : 1, tcpi_fastopen_client_fail : 2;

    uint32_t tcpi_rto, tcpi_ato, tcpi_snd_mss, tcpi_rcv_mss;
    uint32_t tcpi_unacked, tcpi_sacked, tcpi_lost, tcpi_retrans, tcpi_fackets;
    uint32_t tcpi_last_data_sent, tcpi_last_ack_sent, tcpi_last_data_recv, tcpi_last_ack_recv;
    uint32_t tcpi_pmtu, tcpi_rcv_ssthresh, tcpi_rtt, tcpi_rttvar, tcpi_snd_ssthresh, tcpi_snd_cwnd;
    uint32_t tcpi_advmss, tcpi_reordering;
    uint32_t tcpi_rcv_rtt, tcpi_rcv_space;
    uint32_t tcpi_total_retrans;

    uint64_t tcpi_pacing_rate, tcpi_max_pacing_rate;
    uint64_t tcpi_bytes_acked, tcpi_bytes_received;
    uint32_t tcpi_segs_out, tcpi_segs_in;
    uint32_t tcpi_notsent_bytes, tcpi_min_rtt, tcpi_data_segs_in, tcpi_data_segs_out;
    uint64_t tcpi_delivery_rate;
    uint64_t tcpi_busy_time, tcpi_rwnd_limited, tcpi_sndbuf_limited;
    uint32_t tcpi_delivered, tcpi_delivered_ce;
    uint64_t tcpi_bytes_sent, tcpi_bytes_retrans;
    uint32_t tcpi_dsack_dups, tcpi_reord_seen, tcpi_rcv_ooopack, tcpi_snd_wnd, tcpi_rcv_wnd;
    uint32_t tcpi_rehash;
    uint16_t tcpi_total_rto, tcpi_total_rto_recoveries;
    uint32_t tcpi_total_rto_time;
};

_Static_assert(sizeof(struct unix_tcp_info) == 248, "as Linux 6.7 lays it out");

/*
 * The fields that this stack knows, by name.  No script is told that one of the others is 0: an assertion must not hold
 * because of that.  X(field)
 */
#define UNIX_TCP_INFO_FIELDS(X)                                                                    \
    X(tcpi_state)                                                                                  \
    X(tcpi_ca_state)                                                                               \
    X(tcpi_retransmits)                                                                            \
    X(tcpi_probes)                                                                                 \
    X(tcpi_backoff)                                                                                \
    X(tcpi_options)                                                                                \
    X(tcpi_snd_wscale)                                                                             \
    X(tcpi_rcv_wscale)                                                                             \
    X(tcpi_rto)                                                                                    \
    X(tcpi_snd_mss)                                                                                \
    X(tcpi_rcv_mss)                                                                                \
    X(tcpi_unacked)                                                                                \
    X(tcpi_sacked)                                                                                 \
    X(tcpi_retrans)                                                                                \
    X(tcpi_last_data_sent)                                                                         \
    X(tcpi_last_ack_sent)                                                                          \
    X(tcpi_last_data_recv)                                                                         \
    X(tcpi_last_ack_recv)                                                                          \
    X(tcpi_pmtu)                                                                                   \
    X(tcpi_rtt)                                                                                    \
    X(tcpi_rttvar)                                                                                 \
    X(tcpi_snd_ssthresh)                                                                           \
    X(tcpi_snd_cwnd)                                                                               \
    X(tcpi_advmss)                                                                                 \
    X(tcpi_reordering)                                                                             \
    X(tcpi_total_retrans)                                                                          \
    X(tcpi_bytes_acked)                                                                            \
    X(tcpi_bytes_received)                                                                         \
    X(tcpi_segs_out)                                                                               \
    X(tcpi_segs_in)                                                                                \
    X(tcpi_notsent_bytes)                                                                          \
    X(tcpi_data_segs_in)                                                                           \
    X(tcpi_data_segs_out)                                                                          \
    X(tcpi_busy_time)                                                                              \
    X(tcpi_rwnd_limited)                                                                           \
    X(tcpi_sndbuf_limited)                                                                         \
    X(tcpi_delivered)                                                                              \
    X(tcpi_bytes_sent)                                                                             \
    X(tcpi_bytes_retrans)                                                                          \
    X(tcpi_rcv_ooopack)                                                                            \
    X(tcpi_snd_wnd)                                                                                \
    X(tcpi_rcv_wnd)

#endif
