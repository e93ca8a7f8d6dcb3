/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BENCH_LWIP_H
#define TERCET_BENCH_LWIP_H

#include <stdbool.h>

#include <lwip/init.h>
#include <lwip/ip4.h>
#include <lwip/netif.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>

/*
 * lwIP, the peer of the figures in memory: two stacks in one process, as tercet has two.
 *
 * lwIP keeps its state in global variables, so the packaged library is loaded twice, from two files
 * of the same content (a file has one set of globals however often it is opened).  It is used as on
 * a machine without an operating system: no thread of its own, callbacks straight from the packet,
 * and the locks that the package was built with are put out of action (lwip.c), because a single
 * thread needs none.  What is left of the packaging is a call through the linkage table between its
 * files; its checksums are made and verified in software as ours are; no timestamps (the package
 * has none), where ours sends them.
 *
 * So the row is the package's, not the best that lwIP can do: built for the purpose (no system, its
 * own pools in place of malloc, no linkage table) the same version took about a third less.
 */
#define LWIP_WIRE_MAX  64
#define LWIP_FRAME_MAX 2048

/* The functions of lwIP that the bench calls, by name: X(name) */
#define LWIP_FUNCTIONS(X)                                                                          \
    X(lwip_init)                                                                                   \
    X(netif_add)                                                                                   \
    X(netif_set_default)                                                                           \
    X(netif_set_up)                                                                                \
    X(netif_set_link_up)                                                                           \
    X(ip4_input)                                                                                   \
    X(pbuf_alloced_custom)                                                                         \
    X(pbuf_free)                                                                                   \
    X(tcp_new)                                                                                     \
    X(tcp_bind)                                                                                    \
    X(tcp_listen_with_backlog)                                                                     \
    X(tcp_accept)                                                                                  \
    X(tcp_arg)                                                                                     \
    X(tcp_err)                                                                                     \
    X(tcp_recv)                                                                                    \
    X(tcp_recved)                                                                                  \
    X(tcp_connect)                                                                                 \
    X(tcp_write)                                                                                   \
    X(tcp_output)                                                                                  \
    X(tcp_close)                                                                                   \
    X(tcp_abort)                                                                                   \
    X(tcp_slowtmr)

/* A frame on the wire: the next stack takes it from here without another copy. */
struct lwip_frame {
    struct pbuf_custom pbuf; /* first: lwIP's pointer to it is a pointer to the frame */
    struct lwip_stack *to;
    u16_t length;
    unsigned char bytes[LWIP_FRAME_MAX];
};

struct lwip_stack {
#define LWIP_MEMBER(name) __typeof__(&(name)) name;
    LWIP_FUNCTIONS(LWIP_MEMBER)
#undef LWIP_MEMBER
    u32_t *tcp_ticks; /* lwIP's clock, half seconds */
    struct netif netif;
    unsigned n_sent;
    unsigned n_held; /* of the frames handed to it, those it has not given back */
    struct lwip_frame sent[LWIP_WIRE_MAX];
};

/* Make a stack at 198.18.0.@last with everything on its link. */
void lwip_make(struct lwip_stack *stack, u8_t last);

ip_addr_t lwip_address(u8_t last);

/* Listen at @port, @accept is called for each connection. */
void lwip_listen(struct lwip_stack *stack, u16_t port, tcp_accept_fn accept);

/* @frame, its length and its octets set, arrives at @to, which must not keep it. */
void lwip_input(struct lwip_stack *to, struct lwip_frame *frame);

/* What @from has sent arrives at @to.  Return: how many frames. */
unsigned lwip_carry(struct lwip_stack *from, struct lwip_stack *to);

#endif
