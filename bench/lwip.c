/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "lwip.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <lwip/sys.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define LIBRARY "liblwip.so.0"

/*
 * The package's locks around its counters: lwIP finds these in the executable before its own (the
 * linker is told to export them), and a single thread locks nothing.
 */
sys_prot_t sys_arch_protect(void) {
    return 0;
}

void sys_arch_unprotect(sys_prot_t pval) {
    (void)pval;
}

const char *lwip_missing(void) {
    return dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL) ? NULL : "there is no " LIBRARY;
}

/* A copy of the library's file, a different one to the dynamic linker each time. */
static int library_copy(void) {
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    int copy = memfd_create("lwip", MFD_CLOEXEC), file;
    struct link_map *map;
    struct stat about;

    if (!library || dlinfo(library, RTLD_DI_LINKMAP, &map) != 0) bench_fail("no " LIBRARY);
    file = open(map->l_name, O_RDONLY | O_CLOEXEC);
    if (copy < 0 || file < 0 || fstat(file, &about) != 0 ||
        sendfile(copy, file, NULL, (size_t)about.st_size) != about.st_size)
        bench_fail(LIBRARY " cannot be copied");
    close(file);
    return copy;
}

static void library_load(struct lwip_stack *stack) {
    int copy = library_copy();
    char path[32];
    void *library;

    snprintf(path, sizeof path, "/proc/self/fd/%d", copy);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) bench_fail(LIBRARY " cannot be loaded twice");
#define LWIP_LOAD(function)                                                                        \
    if (!(stack->function = (__typeof__(stack->function))dlsym(library, #function)))               \
        bench_fail(LIBRARY " lacks " #function);
    LWIP_FUNCTIONS(LWIP_LOAD)
#undef LWIP_LOAD
    stack->tcp_ticks = dlsym(library, "tcp_ticks");
    if (!stack->tcp_ticks) bench_fail(LIBRARY " lacks tcp_ticks");
}

static void frame_release(struct pbuf *pbuf) {
    ((struct lwip_frame *)pbuf)->to->n_held--;
}

static err_t frame_send(struct netif *netif, struct pbuf *pbuf, const ip4_addr_t *next) {
    struct lwip_stack *stack = netif->state;
    struct lwip_frame *frame = &stack->sent[stack->n_sent];

    (void)next;
    if (stack->n_sent == LWIP_WIRE_MAX || pbuf->next || pbuf->len > LWIP_FRAME_MAX)
        bench_fail("lwIP sends what the wire cannot carry");
    memcpy(frame->bytes, pbuf->payload, pbuf->len);
    frame->length = pbuf->len;
    stack->n_sent++;
    return ERR_OK;
}

static err_t netif_make(struct netif *netif) {
    netif->name[0] = netif->name[1] = 'w';
    netif->mtu = 1500;
    netif->output = frame_send;
    return ERR_OK;
}

ip_addr_t lwip_address(u8_t last) {
    ip_addr_t address = IPADDR4_INIT_BYTES(198, 18, 0, last);

    return address;
}

void lwip_make(struct lwip_stack *stack, u8_t last) {
    ip_addr_t own = lwip_address(last), mask = IPADDR4_INIT_BYTES(255, 254, 0, 0);

    library_load(stack);
    stack->lwip_init();
    if (!stack->netif_add(&stack->netif, ip_2_ip4(&own), ip_2_ip4(&mask), ip_2_ip4(&own), stack,
                          netif_make, stack->ip4_input))
        bench_fail("lwIP takes no interface");
    stack->netif_set_default(&stack->netif);
    stack->netif_set_up(&stack->netif);
    stack->netif_set_link_up(&stack->netif);
}

void lwip_listen(struct lwip_stack *stack, u16_t port, tcp_accept_fn accept) {
    struct tcp_pcb *pcb = stack->tcp_new();
    ip_addr_t any = IPADDR4_INIT(0);

    if (!pcb || stack->tcp_bind(pcb, &any, port) != ERR_OK) bench_fail("lwIP cannot bind");
    pcb = stack->tcp_listen_with_backlog(pcb, 255);
    if (!pcb) bench_fail("lwIP cannot listen");
    stack->tcp_accept(pcb, accept);
}

void lwip_input(struct lwip_stack *to, struct lwip_frame *frame) {
    struct pbuf *pbuf;

    frame->to = to;
    frame->pbuf.custom_free_function = frame_release;
    pbuf = to->pbuf_alloced_custom(PBUF_RAW, frame->length, PBUF_REF, &frame->pbuf, frame->bytes,
                                   LWIP_FRAME_MAX);
    to->n_held++;
    if (to->netif.input(pbuf, &to->netif) != ERR_OK) bench_fail("lwIP refuses a frame");
    if (to->n_held) bench_fail("lwIP keeps a frame");
}

unsigned lwip_carry(struct lwip_stack *from, struct lwip_stack *to) {
    unsigned n = from->n_sent;

    from->n_sent = 0;
    for (unsigned i = 0; i < n; i++)
        lwip_input(to, &from->sent[i]);
    return n;
}
