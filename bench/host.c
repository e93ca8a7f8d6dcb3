/* SPDX-License-Identifier: BSD-2-Clause */
#include "host.h"

#include <string.h>

#include "bench.h"
#include "door/entropy.h"
#include "door/memory.h"

#define MTU 1500

struct tercet_address host_address(bool is_v6, uint16_t net, uint8_t last) {
    struct tercet_address v6 = {
        {0x20, 0x01, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, (uint8_t)(net >> 8), (uint8_t)net, 0, last}
    };
    struct tercet_address v4 = {
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 18, (uint8_t)net, last}
    };

    return is_v6 ? v6 : v4;
}

struct tercet_config host_config(uint32_t conns, uint32_t half_opens, uint32_t time_waits) {
    struct tercet_config config;

    tercet_config_init(&config, sizeof config);
    config.max_conns = conns;
    config.max_half_opens = half_opens;
    config.max_time_waits = time_waits;
    config.max_addresses = 256;
    config.buffer_bytes = 64u << 20;
    entropy_fill(config.secret, sizeof config.secret);
    return config;
}

void host_make(struct host *host, const struct tercet_config *config, uint8_t last, uint64_t now_ns) {
    size_t size = tercet_stack_size(config);
    void *memory = memory_map(size, MEMORY_HUGE_PAGES);
    struct tercet_address any_v4 = host_address(false, 0, 0), any_v6 = {{0}};

    if (!memory || tercet_stack_init(memory, size, config, now_ns, &host->stack) != 0)
        bench_fail("no stack");
    for (unsigned v6 = 0; v6 < 2; v6++) {
        struct tercet_address own = host_address(v6, 0, last);

        if (tercet_stack_add_address(host->stack, &own, v6 ? 32 : 15) != 0)
            bench_fail("no address");
    }
    memset(any_v4.octets + 12, 0, 4);
    if (tercet_stack_add_route(host->stack, &any_v4, 0, 0, MTU) ||
        tercet_stack_add_route(host->stack, &any_v6, 0, 0, MTU))
        bench_fail("no route");
    for (unsigned i = 0; i < HOST_BATCH; i++)
        host->frames[i] = (struct tercet_frame){.bytes = host->memory[i],
                                                .capacity = HOST_FRAME_MAX};
}

unsigned host_carry(struct host *from, struct host *to, uint64_t now_ns) {
    unsigned n = tercet_stack_depart(from->stack, from->frames, HOST_BATCH, now_ns);

    tercet_stack_arrive(to->stack, from->frames, n, now_ns);
    return n;
}
