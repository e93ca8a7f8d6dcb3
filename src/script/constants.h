/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_CONSTANTS_H
#define TERCET_SCRIPT_CONSTANTS_H

/*
 * The names that scripts use for numbers of the socket interface.  The numbers are Linux's on most machines, whatever
 * machine this runs on; what only FreeBSD knows has a number above 0x10000 that no Linux name of its kind has, and
 * what both know under different names has the same one.  X(NAME, number); the enum constant is UNIX_NAME.
 */

/* From here up, names of FreeBSD alone. */
#define UNIX_FREEBSD 0x10000

#define UNIX_CONSTANTS_SOCKETS(X)                                                                  \
    X(AF_UNSPEC, 0)                                                                                \
    X(AF_UNIX, 1)                                                                                  \
    X(AF_INET, 2)                                                                                  \
    X(AF_INET6, 10)                                                                                \
    X(PF_UNSPEC, 0)                                                                                \
    X(PF_UNIX, 1)                                                                                  \
    X(PF_INET, 2)                                                                                  \
    X(PF_INET6, 10)                                                                                \
    X(SOCK_STREAM, 1)                                                                              \
    X(SOCK_DGRAM, 2)                                                                               \
    X(SOCK_RAW, 3)                                                                                 \
    X(SOCK_SEQPACKET, 5)                                                                           \
    X(SOCK_NONBLOCK, 04000)                                                                        \
    X(SOCK_CLOEXEC, 02000000)                                                                      \
    X(IPPROTO_IP, 0)                                                                               \
    X(IPPROTO_ICMP, 1)                                                                             \
    X(IPPROTO_TCP, 6)                                                                              \
    X(IPPROTO_UDP, 17)                                                                             \
    X(IPPROTO_IPV6, 41)                                                                            \
    X(IPPROTO_ICMPV6, 58)                                                                          \
    X(IPPROTO_SCTP, 132)                                                                           \
    X(IPPROTO_UDPLITE, 136)                                                                        \
    X(IPPROTO_MPTCP, 262)                                                                          \
    X(INADDR_ANY, 0)                                                                               \
    X(INADDR_LOOPBACK, 0x7f000001)                                                                 \
    X(SOMAXCONN, 4096)                                                                             \
    X(SHUT_RD, 0)                                                                                  \
    X(SHUT_WR, 1)                                                                                  \
    X(SHUT_RDWR, 2)                                                                                \
    X(MSG_OOB, 0x1)                                                                                \
    X(MSG_PEEK, 0x2)                                                                               \
    X(MSG_DONTROUTE, 0x4)                                                                          \
    X(MSG_CTRUNC, 0x8)                                                                             \
    X(MSG_TRUNC, 0x20)                                                                             \
    X(MSG_DONTWAIT, 0x40)                                                                          \
    X(MSG_EOR, 0x80)                                                                               \
    X(MSG_WAITALL, 0x100)                                                                          \
    X(MSG_CONFIRM, 0x800)                                                                          \
    X(MSG_ERRQUEUE, 0x2000)                                                                        \
    X(MSG_NOSIGNAL, 0x4000)                                                                        \
    X(MSG_MORE, 0x8000)                                                                            \
    X(MSG_WAITFORONE, 0x10000)                                                                     \
    X(MSG_ZEROCOPY, 0x4000000)                                                                     \
    X(MSG_FASTOPEN, 0x20000000)                                                                    \
    X(MSG_CMSG_CLOEXEC, 0x40000000)                                                                \
    X(MSG_EOF, 0x100000)                                                                           \
    X(MSG_NBIO, 0x200000)

#define UNIX_CONSTANTS_SOCKET_OPTIONS(X)                                                           \
    X(SOL_SOCKET, 1)                                                                               \
    X(SO_DEBUG, 1)                                                                                 \
    X(SO_REUSEADDR, 2)                                                                             \
    X(SO_TYPE, 3)                                                                                  \
    X(SO_ERROR, 4)                                                                                 \
    X(SO_DONTROUTE, 5)                                                                             \
    X(SO_BROADCAST, 6)                                                                             \
    X(SO_SNDBUF, 7)                                                                                \
    X(SO_RCVBUF, 8)                                                                                \
    X(SO_KEEPALIVE, 9)                                                                             \
    X(SO_OOBINLINE, 10)                                                                            \
    X(SO_NO_CHECK, 11)                                                                             \
    X(SO_PRIORITY, 12)                                                                             \
    X(SO_LINGER, 13)                                                                               \
    X(SO_BSDCOMPAT, 14)                                                                            \
    X(SO_REUSEPORT, 15)                                                                            \
    X(SO_PASSCRED, 16)                                                                             \
    X(SO_PEERCRED, 17)                                                                             \
    X(SO_RCVLOWAT, 18)                                                                             \
    X(SO_SNDLOWAT, 19)                                                                             \
    X(SO_RCVTIMEO, 20)                                                                             \
    X(SO_SNDTIMEO, 21)                                                                             \
    X(SO_BINDTODEVICE, 25)                                                                         \
    X(SO_ATTACH_FILTER, 26)                                                                        \
    X(SO_DETACH_FILTER, 27)                                                                        \
    X(SO_PEERNAME, 28)                                                                             \
    X(SO_TIMESTAMP, 29)                                                                            \
    X(SO_ACCEPTCONN, 30)                                                                           \
    X(SO_SNDBUFFORCE, 32)                                                                          \
    X(SO_RCVBUFFORCE, 33)                                                                          \
    X(SO_TIMESTAMPNS, 35)                                                                          \
    X(SO_MARK, 36)                                                                                 \
    X(SO_TIMESTAMPING, 37)                                                                         \
    X(SO_PROTOCOL, 38)                                                                             \
    X(SO_DOMAIN, 39)                                                                               \
    X(SO_RXQ_OVFL, 40)                                                                             \
    X(SO_PEEK_OFF, 42)                                                                             \
    X(SO_LOCK_FILTER, 44)                                                                          \
    X(SO_SELECT_ERR_QUEUE, 45)                                                                     \
    X(SO_BUSY_POLL, 46)                                                                            \
    X(SO_MAX_PACING_RATE, 47)                                                                      \
    X(SO_INCOMING_CPU, 49)                                                                         \
    X(SO_ATTACH_BPF, 50)                                                                           \
    X(SO_CNX_ADVICE, 53)                                                                           \
    X(SO_MEMINFO, 55)                                                                              \
    X(SO_INCOMING_NAPI_ID, 56)                                                                     \
    X(SO_COOKIE, 57)                                                                               \
    X(SO_ZEROCOPY, 60)                                                                             \
    X(SO_TXTIME, 61)                                                                               \
    X(SO_BINDTOIFINDEX, 62)                                                                        \
    X(SO_PREFER_BUSY_POLL, 69)                                                                     \
    X(SO_BUSY_POLL_BUDGET, 70)                                                                     \
    X(SO_BUF_LOCK, 72)                                                                             \
    X(SO_RESERVE_MEM, 73)                                                                          \
    X(SO_TXREHASH, 74)                                                                             \
    X(SO_RCVMARK, 75)                                                                              \
    X(SCM_RIGHTS, 1)                                                                               \
    X(SCM_TIMESTAMP, 29)                                                                           \
    X(SCM_TIMESTAMPNS, 35)                                                                         \
    X(SCM_TIMESTAMPING, 37)                                                                        \
    X(SCM_TIMESTAMPING_OPT_STATS, 54)                                                              \
    X(SO_NOSIGPIPE, UNIX_FREEBSD + 1)                                                              \
    X(SO_USELOOPBACK, UNIX_FREEBSD + 2)                                                            \
    X(SO_REUSEPORT_LB, UNIX_FREEBSD + 3)                                                           \
    X(SO_LISTENQLIMIT, UNIX_FREEBSD + 4)                                                           \
    X(SO_LISTENQLEN, UNIX_FREEBSD + 5)                                                             \
    X(SO_LISTENINCQLEN, UNIX_FREEBSD + 6)                                                          \
    X(SO_SETFIB, UNIX_FREEBSD + 7)                                                                 \
    X(SO_USER_COOKIE, UNIX_FREEBSD + 8)                                                            \
    X(SO_ACCEPTFILTER, UNIX_FREEBSD + 9)                                                           \
    X(SO_BINTIME, UNIX_FREEBSD + 10)                                                               \
    X(SO_TS_CLOCK, UNIX_FREEBSD + 11)                                                              \
    X(SO_PROTOTYPE, 38)                                                                            \
    X(SOF_TIMESTAMPING_TX_HARDWARE, 1 << 0)                                                        \
    X(SOF_TIMESTAMPING_TX_SOFTWARE, 1 << 1)                                                        \
    X(SOF_TIMESTAMPING_RX_HARDWARE, 1 << 2)                                                        \
    X(SOF_TIMESTAMPING_RX_SOFTWARE, 1 << 3)                                                        \
    X(SOF_TIMESTAMPING_SOFTWARE, 1 << 4)                                                           \
    X(SOF_TIMESTAMPING_SYS_HARDWARE, 1 << 5)                                                       \
    X(SOF_TIMESTAMPING_RAW_HARDWARE, 1 << 6)                                                       \
    X(SOF_TIMESTAMPING_OPT_ID, 1 << 7)                                                             \
    X(SOF_TIMESTAMPING_TX_SCHED, 1 << 8)                                                           \
    X(SOF_TIMESTAMPING_TX_ACK, 1 << 9)                                                             \
    X(SOF_TIMESTAMPING_OPT_CMSG, 1 << 10)                                                          \
    X(SOF_TIMESTAMPING_OPT_TSONLY, 1 << 11)                                                        \
    X(SOF_TIMESTAMPING_OPT_STATS, 1 << 12)                                                         \
    X(SCM_TSTAMP_SND, 0)                                                                           \
    X(SCM_TSTAMP_SCHED, 1)                                                                         \
    X(SCM_TSTAMP_ACK, 2)                                                                           \
    X(SO_EE_ORIGIN_NONE, 0)                                                                        \
    X(SO_EE_ORIGIN_LOCAL, 1)                                                                       \
    X(SO_EE_ORIGIN_ICMP, 2)                                                                        \
    X(SO_EE_ORIGIN_ICMP6, 3)                                                                       \
    X(SO_EE_ORIGIN_TXSTATUS, 4)                                                                    \
    X(SO_EE_ORIGIN_TIMESTAMPING, 4)                                                                \
    X(SO_EE_ORIGIN_ZEROCOPY, 5)                                                                    \
    X(SO_EE_CODE_ZEROCOPY_COPIED, 1)

#define UNIX_CONSTANTS_TCP(X)                                                                      \
    X(SOL_TCP, 6)                                                                                  \
    X(TCP_NODELAY, 1)                                                                              \
    X(TCP_MAXSEG, 2)                                                                               \
    X(TCP_CORK, 3)                                                                                 \
    X(TCP_NOPUSH, 3)                                                                               \
    X(TCP_KEEPIDLE, 4)                                                                             \
    X(TCP_KEEPINTVL, 5)                                                                            \
    X(TCP_KEEPCNT, 6)                                                                              \
    X(TCP_SYNCNT, 7)                                                                               \
    X(TCP_LINGER2, 8)                                                                              \
    X(TCP_DEFER_ACCEPT, 9)                                                                         \
    X(TCP_WINDOW_CLAMP, 10)                                                                        \
    X(TCP_INFO, 11)                                                                                \
    X(TCP_QUICKACK, 12)                                                                            \
    X(TCP_CONGESTION, 13)                                                                          \
    X(TCP_MD5SIG, 14)                                                                              \
    X(TCP_COOKIE_TRANSACTIONS, 15)                                                                 \
    X(TCP_THIN_LINEAR_TIMEOUTS, 16)                                                                \
    X(TCP_THIN_DUPACK, 17)                                                                         \
    X(TCP_USER_TIMEOUT, 18)                                                                        \
    X(TCP_REPAIR, 19)                                                                              \
    X(TCP_REPAIR_QUEUE, 20)                                                                        \
    X(TCP_QUEUE_SEQ, 21)                                                                           \
    X(TCP_REPAIR_OPTIONS, 22)                                                                      \
    X(TCP_FASTOPEN, 23)                                                                            \
    X(TCP_TIMESTAMP, 24)                                                                           \
    X(TCP_NOTSENT_LOWAT, 25)                                                                       \
    X(TCP_CC_INFO, 26)                                                                             \
    X(TCP_SAVE_SYN, 27)                                                                            \
    X(TCP_SAVED_SYN, 28)                                                                           \
    X(TCP_REPAIR_WINDOW, 29)                                                                       \
    X(TCP_FASTOPEN_CONNECT, 30)                                                                    \
    X(TCP_ULP, 31)                                                                                 \
    X(TCP_MD5SIG_EXT, 32)                                                                          \
    X(TCP_FASTOPEN_KEY, 33)                                                                        \
    X(TCP_FASTOPEN_NO_COOKIE, 34)                                                                  \
    X(TCP_ZEROCOPY_RECEIVE, 35)                                                                    \
    X(TCP_INQ, 36)                                                                                 \
    X(TCP_CM_INQ, 36)                                                                              \
    X(TCP_TX_DELAY, 37)                                                                            \
    X(TCP_RTO_MAX_MS, 44)                                                                          \
    X(TCP_RTO_MIN_US, 45)                                                                          \
    X(TCP_DELACK_MAX_US, 46)                                                                       \
    X(TCP_NOOPT, UNIX_FREEBSD + 1)                                                                 \
    X(TCP_KEEPINIT, UNIX_FREEBSD + 2)                                                              \
    X(TCP_REMOTE_UDP_ENCAPS_PORT, UNIX_FREEBSD + 3)                                                \
    X(TCP_FUNCTION_BLK, UNIX_FREEBSD + 4)                                                          \
    X(TCP_FUNCTION_ALIAS, UNIX_FREEBSD + 5)                                                        \
    X(TCP_CCALGOOPT, UNIX_FREEBSD + 6)                                                             \
    X(TCP_DELACK, UNIX_FREEBSD + 7)                                                                \
    X(TCP_MAXUNACKTIME, UNIX_FREEBSD + 8)                                                          \
    X(TCP_IDLE_REDUCE, UNIX_FREEBSD + 9)                                                           \
    X(TCP_MAXPEAKRATE, UNIX_FREEBSD + 10)                                                          \
    X(TCP_LOG, UNIX_FREEBSD + 11)                                                                  \
    X(TCP_LOGBUF, UNIX_FREEBSD + 12)                                                               \
    X(TCP_LOGID, UNIX_FREEBSD + 13)                                                                \
    X(TCP_LOGDUMP, UNIX_FREEBSD + 14)                                                              \
    X(TCP_LOGDUMPID, UNIX_FREEBSD + 15)                                                            \
    X(TCP_STATS, UNIX_FREEBSD + 16)                                                                \
    X(TCP_REUSPORT_LB_NUMA, UNIX_FREEBSD + 17)                                                     \
    X(TCP_PERF_INFO, UNIX_FREEBSD + 18)                                                            \
    X(TCP_RACK_MBUF_QUEUE, UNIX_FREEBSD + 19)                                                      \
    X(TCP_RACK_TLP_REDUCE, UNIX_FREEBSD + 20)                                                      \
    X(TCP_RACK_PACE_ALWAYS, UNIX_FREEBSD + 21)                                                     \
    X(TCP_RACK_PRR_SENDALOT, UNIX_FREEBSD + 22)                                                    \
    X(TCP_RACK_EARLY_RECOV, UNIX_FREEBSD + 23)                                                     \
    X(TCP_RACK_TLP_THRESH, UNIX_FREEBSD + 24)                                                      \
    X(TCP_RACK_PKT_DELAY, UNIX_FREEBSD + 25)                                                       \
    X(TCP_RACK_REORD_THRESH, UNIX_FREEBSD + 26)                                                    \
    X(TCP_RACK_REORD_FADE, UNIX_FREEBSD + 27)                                                      \
    X(TCP_FAST_RSM_HACK, UNIX_FREEBSD + 28)                                                        \
    X(TCPI_OPT_TIMESTAMPS, 1)                                                                      \
    X(TCPI_OPT_SACK, 2)                                                                            \
    X(TCPI_OPT_WSCALE, 4)                                                                          \
    X(TCPI_OPT_ECN, 8)                                                                             \
    X(TCPI_OPT_ECN_SEEN, 16)                                                                       \
    X(TCPI_OPT_SYN_DATA, 32)                                                                       \
    X(TCPI_OPT_USEC_TS, 64)                                                                        \
    X(TCPI_OPT_TFO_CHILD, 128)                                                                     \
    X(TCP_CA_Open, 0)                                                                              \
    X(TCP_CA_Disorder, 1)                                                                          \
    X(TCP_CA_CWR, 2)                                                                               \
    X(TCP_CA_Recovery, 3)                                                                          \
    X(TCP_CA_Loss, 4)                                                                              \
    X(TCP_ESTABLISHED, 1)                                                                          \
    X(TCP_SYN_SENT, 2)                                                                             \
    X(TCP_SYN_RECV, 3)                                                                             \
    X(TCP_FIN_WAIT1, 4)                                                                            \
    X(TCP_FIN_WAIT2, 5)                                                                            \
    X(TCP_TIME_WAIT, 6)                                                                            \
    X(TCP_CLOSE, 7)                                                                                \
    X(TCP_CLOSE_WAIT, 8)                                                                           \
    X(TCP_LAST_ACK, 9)                                                                             \
    X(TCP_LISTEN, 10)                                                                              \
    X(TCP_CLOSING, 11)                                                                             \
    X(TCP_NEW_SYN_RECV, 12)                                                                        \
    X(TCPS_CLOSED, 0)                                                                              \
    X(TCPS_LISTEN, 1)                                                                              \
    X(TCPS_SYN_SENT, 2)                                                                            \
    X(TCPS_SYN_RECEIVED, 3)                                                                        \
    X(TCPS_ESTABLISHED, 4)                                                                         \
    X(TCPS_CLOSE_WAIT, 5)                                                                          \
    X(TCPS_FIN_WAIT_1, 6)                                                                          \
    X(TCPS_CLOSING, 7)                                                                             \
    X(TCPS_LAST_ACK, 8)                                                                            \
    X(TCPS_FIN_WAIT_2, 9)                                                                          \
    X(TCPS_TIME_WAIT, 10)                                                                          \
    X(TFO_STATUS_UNSPEC, 0)                                                                        \
    X(TFO_COOKIE_UNAVAILABLE, 1)                                                                   \
    X(TFO_DATA_NOT_ACKED, 2)                                                                       \
    X(TFO_SYN_RETRANSMITTED, 3)

#define UNIX_CONSTANTS_IP(X)                                                                       \
    X(SOL_IP, 0)                                                                                   \
    X(SOL_IPV6, 41)                                                                                \
    X(IP_TOS, 1)                                                                                   \
    X(IP_TTL, 2)                                                                                   \
    X(IP_HDRINCL, 3)                                                                               \
    X(IP_OPTIONS, 4)                                                                               \
    X(IP_RECVOPTS, 6)                                                                              \
    X(IP_RETOPTS, 7)                                                                               \
    X(IP_PKTINFO, 8)                                                                               \
    X(IP_MTU_DISCOVER, 10)                                                                         \
    X(IP_RECVERR, 11)                                                                              \
    X(IP_RECVTTL, 12)                                                                              \
    X(IP_RECVTOS, 13)                                                                              \
    X(IP_MTU, 14)                                                                                  \
    X(IP_FREEBIND, 15)                                                                             \
    X(IP_TRANSPARENT, 19)                                                                          \
    X(IP_MINTTL, 21)                                                                               \
    X(IP_BIND_ADDRESS_NO_PORT, 24)                                                                 \
    X(IP_LOCAL_PORT_RANGE, 51)                                                                     \
    X(IP_DONTFRAG, UNIX_FREEBSD + 1)                                                               \
    X(IP_BINDANY, UNIX_FREEBSD + 2)                                                                \
    X(IP_PORTRANGE, UNIX_FREEBSD + 3)                                                              \
    X(IP_VLAN_PCP, UNIX_FREEBSD + 4)                                                               \
    X(IP_RECVDSTADDR, UNIX_FREEBSD + 5)                                                            \
    X(IP_PMTUDISC_DONT, 0)                                                                         \
    X(IP_PMTUDISC_WANT, 1)                                                                         \
    X(IP_PMTUDISC_DO, 2)                                                                           \
    X(IP_PMTUDISC_PROBE, 3)                                                                        \
    X(IP_PMTUDISC_INTERFACE, 4)                                                                    \
    X(IP_PMTUDISC_OMIT, 5)                                                                         \
    X(IPTOS_LOWDELAY, 0x10)                                                                        \
    X(IPTOS_THROUGHPUT, 0x08)                                                                      \
    X(IPTOS_RELIABILITY, 0x04)                                                                     \
    X(IPTOS_MINCOST, 0x02)                                                                         \
    X(IPTOS_ECN_NOT_ECT, 0)                                                                        \
    X(IPTOS_ECN_ECT1, 1)                                                                           \
    X(IPTOS_ECN_ECT0, 2)                                                                           \
    X(IPTOS_ECN_CE, 3)                                                                             \
    X(IPV6_UNICAST_HOPS, 16)                                                                       \
    X(IPV6_MTU_DISCOVER, 23)                                                                       \
    X(IPV6_MTU, 24)                                                                                \
    X(IPV6_RECVERR, 25)                                                                            \
    X(IPV6_V6ONLY, 26)                                                                             \
    X(IPV6_AUTOFLOWLABEL, 70)                                                                      \
    X(IPV6_FLOWINFO, 11)                                                                           \
    X(IPV6_FLOWINFO_SEND, 33)                                                                      \
    X(IPV6_FLOWLABEL_MGR, 32)                                                                      \
    X(IPV6_RECVPKTINFO, 49)                                                                        \
    X(IPV6_RECVHOPLIMIT, 51)                                                                       \
    X(IPV6_HOPLIMIT, 52)                                                                           \
    X(IPV6_DONTFRAG, 62)                                                                           \
    X(IPV6_RECVTCLASS, 66)                                                                         \
    X(IPV6_TCLASS, 67)                                                                             \
    X(IPV6_MINHOPCOUNT, 73)                                                                        \
    X(IPV6_TRANSPARENT, 75)                                                                        \
    X(IPV6_FREEBIND, 78)                                                                           \
    X(IPV6_ADDR_PREFERENCES, 72)                                                                   \
    X(IPV6_USE_MIN_MTU, UNIX_FREEBSD + 1)                                                          \
    X(IPV6_BINDANY, UNIX_FREEBSD + 2)                                                              \
    X(IPV6_PORTRANGE, UNIX_FREEBSD + 3)                                                            \
    X(IPV6_PMTUDISC_DONT, 0)                                                                       \
    X(IPV6_PMTUDISC_WANT, 1)                                                                       \
    X(IPV6_PMTUDISC_DO, 2)                                                                         \
    X(IPV6_PMTUDISC_PROBE, 3)                                                                      \
    X(IPV6_PMTUDISC_INTERFACE, 4)                                                                  \
    X(IPV6_PMTUDISC_OMIT, 5)

/* EPOLLET is the int with the highest bit alone. */
#define UNIX_CONSTANTS_FILES(X)                                                                    \
    X(O_RDONLY, 0)                                                                                 \
    X(O_WRONLY, 1)                                                                                 \
    X(O_RDWR, 2)                                                                                   \
    X(O_CREAT, 0100)                                                                               \
    X(O_TRUNC, 01000)                                                                              \
    X(O_APPEND, 02000)                                                                             \
    X(O_NONBLOCK, 04000)                                                                           \
    X(O_NDELAY, 04000)                                                                             \
    X(O_ASYNC, 020000)                                                                             \
    X(O_DIRECT, 040000)                                                                            \
    X(O_CLOEXEC, 02000000)                                                                         \
    X(F_DUPFD, 0)                                                                                  \
    X(F_GETFD, 1)                                                                                  \
    X(F_SETFD, 2)                                                                                  \
    X(F_GETFL, 3)                                                                                  \
    X(F_SETFL, 4)                                                                                  \
    X(F_SETPIPE_SZ, 1031)                                                                          \
    X(F_GETPIPE_SZ, 1032)                                                                          \
    X(FD_CLOEXEC, 1)                                                                               \
    X(SIOCINQ, 0x541b)                                                                             \
    X(FIONREAD, 0x541b)                                                                            \
    X(SIOCOUTQ, 0x5411)                                                                            \
    X(TIOCOUTQ, 0x5411)                                                                            \
    X(FIONBIO, 0x5421)                                                                             \
    X(SIOCATMARK, 0x8905)                                                                          \
    X(SIOCOUTQNSD, 0x894b)                                                                         \
    X(FIONWRITE, 0x5411)                                                                           \
    X(FIONSPACE, UNIX_FREEBSD + 1)                                                                 \
    X(POLLIN, 0x001)                                                                               \
    X(POLLPRI, 0x002)                                                                              \
    X(POLLOUT, 0x004)                                                                              \
    X(POLLERR, 0x008)                                                                              \
    X(POLLHUP, 0x010)                                                                              \
    X(POLLNVAL, 0x020)                                                                             \
    X(POLLRDNORM, 0x040)                                                                           \
    X(POLLRDBAND, 0x080)                                                                           \
    X(POLLWRNORM, 0x100)                                                                           \
    X(POLLWRBAND, 0x200)                                                                           \
    X(POLLRDHUP, 0x2000)                                                                           \
    X(POLLINIGNEOF, 0)                                                                             \
    X(EPOLLIN, 0x001)                                                                              \
    X(EPOLLPRI, 0x002)                                                                             \
    X(EPOLLOUT, 0x004)                                                                             \
    X(EPOLLERR, 0x008)                                                                             \
    X(EPOLLHUP, 0x010)                                                                             \
    X(EPOLLRDNORM, 0x040)                                                                          \
    X(EPOLLRDBAND, 0x080)                                                                          \
    X(EPOLLWRNORM, 0x100)                                                                          \
    X(EPOLLWRBAND, 0x200)                                                                          \
    X(EPOLLMSG, 0x400)                                                                             \
    X(EPOLLRDHUP, 0x2000)                                                                          \
    X(EPOLLEXCLUSIVE, 1 << 28)                                                                     \
    X(EPOLLWAKEUP, 1 << 29)                                                                        \
    X(EPOLLONESHOT, 1 << 30)                                                                       \
    X(EPOLLET, -0x7fffffff - 1)                                                                    \
    X(EPOLL_CTL_ADD, 1)                                                                            \
    X(EPOLL_CTL_DEL, 2)                                                                            \
    X(EPOLL_CTL_MOD, 3)                                                                            \
    X(EPOLL_CLOEXEC, 02000000)                                                                     \
    X(SPLICE_F_MOVE, 1)                                                                            \
    X(SPLICE_F_NONBLOCK, 2)                                                                        \
    X(SPLICE_F_MORE, 4)                                                                            \
    X(SPLICE_F_GIFT, 8)

#define UNIX_CONSTANTS(X)                                                                          \
    UNIX_CONSTANTS_SOCKETS(X)                                                                      \
    UNIX_CONSTANTS_SOCKET_OPTIONS(X)                                                               \
    UNIX_CONSTANTS_TCP(X)                                                                          \
    UNIX_CONSTANTS_IP(X)                                                                           \
    UNIX_CONSTANTS_FILES(X)

/* Errors; of two names for a number the first is the one to show. */
#define UNIX_ERRORS(X)                                                                             \
    X(EPERM, 1)                                                                                    \
    X(ENOENT, 2)                                                                                   \
    X(ESRCH, 3)                                                                                    \
    X(EINTR, 4)                                                                                    \
    X(EIO, 5)                                                                                      \
    X(ENXIO, 6)                                                                                    \
    X(E2BIG, 7)                                                                                    \
    X(ENOEXEC, 8)                                                                                  \
    X(EBADF, 9)                                                                                    \
    X(ECHILD, 10)                                                                                  \
    X(EAGAIN, 11)                                                                                  \
    X(EWOULDBLOCK, 11)                                                                             \
    X(ENOMEM, 12)                                                                                  \
    X(EACCES, 13)                                                                                  \
    X(EFAULT, 14)                                                                                  \
    X(ENOTBLK, 15)                                                                                 \
    X(EBUSY, 16)                                                                                   \
    X(EEXIST, 17)                                                                                  \
    X(EXDEV, 18)                                                                                   \
    X(ENODEV, 19)                                                                                  \
    X(ENOTDIR, 20)                                                                                 \
    X(EISDIR, 21)                                                                                  \
    X(EINVAL, 22)                                                                                  \
    X(ENFILE, 23)                                                                                  \
    X(EMFILE, 24)                                                                                  \
    X(ENOTTY, 25)                                                                                  \
    X(ETXTBSY, 26)                                                                                 \
    X(EFBIG, 27)                                                                                   \
    X(ENOSPC, 28)                                                                                  \
    X(ESPIPE, 29)                                                                                  \
    X(EROFS, 30)                                                                                   \
    X(EMLINK, 31)                                                                                  \
    X(EPIPE, 32)                                                                                   \
    X(EDOM, 33)                                                                                    \
    X(ERANGE, 34)                                                                                  \
    X(EDEADLK, 35)                                                                                 \
    X(ENAMETOOLONG, 36)                                                                            \
    X(ENOLCK, 37)                                                                                  \
    X(ENOSYS, 38)                                                                                  \
    X(ENOTEMPTY, 39)                                                                               \
    X(ELOOP, 40)                                                                                   \
    X(ENOMSG, 42)                                                                                  \
    X(EOVERFLOW, 75)                                                                               \
    X(EILSEQ, 84)                                                                                  \
    X(EUSERS, 87)                                                                                  \
    X(ENOTSOCK, 88)                                                                                \
    X(EDESTADDRREQ, 89)                                                                            \
    X(EMSGSIZE, 90)                                                                                \
    X(EPROTOTYPE, 91)                                                                              \
    X(ENOPROTOOPT, 92)                                                                             \
    X(EPROTONOSUPPORT, 93)                                                                         \
    X(ESOCKTNOSUPPORT, 94)                                                                         \
    X(EOPNOTSUPP, 95)                                                                              \
    X(ENOTSUP, 95)                                                                                 \
    X(EPFNOSUPPORT, 96)                                                                            \
    X(EAFNOSUPPORT, 97)                                                                            \
    X(EADDRINUSE, 98)                                                                              \
    X(EADDRNOTAVAIL, 99)                                                                           \
    X(ENETDOWN, 100)                                                                               \
    X(ENETUNREACH, 101)                                                                            \
    X(ENETRESET, 102)                                                                              \
    X(ECONNABORTED, 103)                                                                           \
    X(ECONNRESET, 104)                                                                             \
    X(ENOBUFS, 105)                                                                                \
    X(EISCONN, 106)                                                                                \
    X(ENOTCONN, 107)                                                                               \
    X(ESHUTDOWN, 108)                                                                              \
    X(ETOOMANYREFS, 109)                                                                           \
    X(ETIMEDOUT, 110)                                                                              \
    X(ECONNREFUSED, 111)                                                                           \
    X(EHOSTDOWN, 112)                                                                              \
    X(EHOSTUNREACH, 113)                                                                           \
    X(EALREADY, 114)                                                                               \
    X(EINPROGRESS, 115)                                                                            \
    X(ESTALE, 116)                                                                                 \
    X(EDQUOT, 122)                                                                                 \
    X(ECANCELED, 125)                                                                              \
    X(EPROTO, 71)                                                                                  \
    X(EBADMSG, 74)                                                                                 \
    X(ENODATA, 61)

enum unix_constant {
#define UNIX_CONSTANT_ENUM(name, number) UNIX_##name = (number),
    UNIX_CONSTANTS(UNIX_CONSTANT_ENUM) UNIX_ERRORS(UNIX_CONSTANT_ENUM)
#undef UNIX_CONSTANT_ENUM
};

#endif
