/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/serve_stack.h"

#include <string.h>

#include "cli/complaint.h"
#include "door/clock.h"
#include "door/entropy.h"
#include "door/memory.h"

enum {
    CONNS_MAX = 16384,
    HALF_OPENS_MAX = 16384,
    TIME_WAITS_MAX = 65536,
    REASSEMBLIES_MAX = 4096,
    TRACES_MAX = 4096,
};

int serve_stack_open_folders(struct serve_stack *on, const struct serve_options *options) {
    for (unsigned i = 0; i < options->service_count; i++) {
        const struct serve_service *service = &options->services[i];
        if (!service->folder) continue;
        int error = files_open(&on->folders[i], service->folder);
        if (error) {
            complain("--http %u=%s: %s (%s)", service->port, service->folder, strerror(-error),
                     advice_against(error, "name a folder that you may read"));
            return -1;
        }
        on->has_folder[i] = true;
    }
    return 0;
}

int serve_stack_open(struct serve_stack *on, const struct serve_options *options) {
    struct tercet_config config;

    tercet_config_init(&config, sizeof config);
    config.max_conns = CONNS_MAX;
    config.max_half_opens = HALF_OPENS_MAX;
    config.max_time_waits = TIME_WAITS_MAX;
    config.max_reassemblies = REASSEMBLIES_MAX;
    config.max_traces = options->is_quiet ? 0 : TRACES_MAX;
    config.wide_vectors = __builtin_cpu_supports("avx2") != 0;
    entropy_fill(config.secret, sizeof config.secret);
    on->memory_octets = tercet_stack_size(&config);
    on->memory = memory_map(on->memory_octets, MEMORY_SMALL_PAGES);
    if (!on->memory || tercet_stack_init(on->memory, on->memory_octets, &config,
                                         clock_monotonic_ns(), &on->stack) != 0) {
        complain("the stack: no memory (raise the limit of address space)");
        return -1;
    }
    return 0;
}

int serve_stack_serve(struct serve_stack *on, const struct serve_options *options) {
    struct services_limits limits;

    services_limits_init(&limits);
    limits.max_clients = CONNS_MAX;
    if (services_init(&on->services, on->stack, &limits, clock_monotonic_ns()) != 0) {
        complain("the services: no memory (raise the limit of address space)");
        return -1;
    }
    for (unsigned i = 0; i < options->service_count; i++) {
        const struct serve_service *service = &options->services[i];
        struct files *folder = on->has_folder[i] ? &on->folders[i] : NULL;
        if (services_add(on->services, service->kind, service->port, folder) == 0) continue;
        complain("--%s %u: the stack refuses it (name another port)",
                 services_kind_name(service->kind), service->port);
        return -1;
    }
    return 0;
}

void serve_stack_end(struct serve_stack *on) {
    if (on->services) services_free(on->services);
    on->services = NULL;
}

void serve_stack_close(struct serve_stack *on) {
    serve_stack_end(on);
    memory_unmap(on->memory, on->memory_octets);
    for (unsigned i = 0; i < SERVE_SERVICES_MAX; i++)
        if (on->has_folder[i]) files_close(&on->folders[i]);
}
