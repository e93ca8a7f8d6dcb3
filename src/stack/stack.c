/* SPDX-License-Identifier: BSD-2-Clause */
#include "stack/stack.h"

#include "stack/config.h"
#include "wire/ip.h"

size_t tercet_stack_size(const struct tercet_config *config) {
    return page_up(sizeof(struct tercet_stack)) + page_up(addresses_size(config->max_addresses)) +
           page_up(fragments_size(config->max_fragments)) + tcp_size(config);
}

/* What tcp asks of the network below it. */
static uint32_t mtu_below(const void *context, const struct tercet_address *remote) {
    const struct tercet_stack *stack = context;
    const struct route *route = routes_find(&stack->routes, remote);

    if (route) return route->mtu;
    return addresses_find(&stack->addresses, remote) != ADDRESS_NONE ? routes_mtu(&stack->routes)
                                                                     : 0;
}

/* Fragments may have an eighth of the buffer. */
static void reassembly_init(struct tercet_stack *stack, void *memory,
                            const struct tercet_config *config) {
    uint64_t share = config->buffer_bytes / 8;
    uint32_t bytes = share < FRAGMENTS_BYTES_MAX ? (uint32_t)share : FRAGMENTS_BYTES_MAX;

    fragments_init(&stack->fragments, memory, config->max_fragments, &stack->tcp.buddy, bytes,
                   &stack->tcp.keys.key[KEY_FRAGMENTS]);
}

int tercet_stack_init(void *memory, size_t size, const struct tercet_config *config,
                      uint64_t now_ns, struct tercet_stack **out) {
    struct tercet_stack *stack = memory;
    unsigned char *at = memory, *fragments;

    if (!config_is_valid(config) || size < tercet_stack_size(config)) return TERCET_INVALID;
    at += page_up(sizeof *stack);
    addresses_init(&stack->addresses, at, config->max_addresses);
    fragments = at += page_up(addresses_size(config->max_addresses));
    at += page_up(fragments_size(config->max_fragments));
    stack->routes.limit = config->max_routes;
    tcp_init(&stack->tcp, at, config, (struct tcp_below){mtu_below, stack}, instant_of(now_ns));
    reassembly_init(stack, fragments, config);
    *out = stack;
    return 0;
}

/* Prefixes are given in the family's own bits and kept in those of the mapped form. */
static bool prefix_is_valid(const struct tercet_address *address, unsigned bits) {
    return bits <= (address_is_v4(address) ? 32 : 128);
}

static unsigned mapped_bits(const struct tercet_address *address, unsigned bits) {
    return address_is_v4(address) ? 96 + bits : bits;
}

int tercet_stack_add_address(struct tercet_stack *stack, const struct tercet_address *address,
                             unsigned prefix_bits) {
    if (!prefix_is_valid(address, prefix_bits) || address_is_unspecified(address) ||
        address_is_multicast(address))
        return TERCET_INVALID;
    if (addresses_find(&stack->addresses, address) != ADDRESS_NONE) return TERCET_IN_USE;
    if (addresses_add(&stack->addresses, address, mapped_bits(address, prefix_bits)) == ADDRESS_NONE)
        return TERCET_FULL;
    return 0;
}

int tercet_stack_add_route(struct tercet_stack *stack, const struct tercet_address *destination,
                           unsigned prefix_bits, uint16_t door, uint32_t mtu) {
    if (!prefix_is_valid(destination, prefix_bits) || mtu > 65535 ||
        mtu < (address_is_v4(destination) ? 68 : 1280))
        return TERCET_INVALID;
    if (routes_add(&stack->routes, destination, mapped_bits(destination, prefix_bits), door, mtu))
        return TERCET_FULL;
    return 0;
}

bool stack_is_owing(const struct tercet_stack *stack) {
    return tcp_is_owing(&stack->tcp) || stack->icmp_replies.count || stack->loop.count;
}

uint64_t tercet_stack_deadline(const struct tercet_stack *stack) {
    if (stack_is_owing(stack)) return 0;
    return instant_min(tcp_deadline(&stack->tcp), fragments_deadline(&stack->fragments)).ns;
}

void tercet_stack_tick(struct tercet_stack *stack, uint64_t now_ns) {
    tcp_set_now(&stack->tcp, instant_of(now_ns));
    stack_arrive_looped(stack);
    fragments_tick(&stack->fragments, stack->tcp.now);
    tcp_tick(&stack->tcp);
}

uint64_t tercet_stack_counter(const struct tercet_stack *stack, enum tercet_verdict verdict) {
    return verdict < TERCET_VERDICT_COUNT ? stack->tcp.verdicts[verdict] : 0;
}

void tercet_stack_info(const struct tercet_stack *stack, struct tercet_stack_info *info) {
    const struct tcp *t = &stack->tcp;

    *info = (struct tercet_stack_info){
        .conns = t->tcbs.used,
        .half_opens = t->half_opens.used,
        .time_waits = t->time_waits.used,
        .listeners = t->listeners.pool.used,
        .reassemblies = t->reassemblies.used,
        .buffer_blocks = t->buddy.used,
        .frames_in = stack->frames_in,
        .frames_out = stack->frames_out,
        .opened_active = t->opened_active,
        .opened_passive = t->opened_passive,
        .segments_retransmitted = t->retransmitted,
        .fragmented = stack->fragments.pool.used,
        .fragmented_lost = stack->fragments.lost,
        .gaps_given_up = t->gaps_given_up,
    };
}
