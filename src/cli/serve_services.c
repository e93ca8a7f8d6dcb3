/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/serve_services.h"

#include <string.h>

#include "cli/complaint.h"
#include "door/clock.h"

/*
 * A peer who holds his window closed for ever would hold our memory (CVE-2008-4609); beyond the 100 s of RFC
 * 9293 section 3.8.3 (R2), nobody has to wait for him.
 */
#define STUCK_MS 120000

int serve_services_open_folders(struct serve_services *on, const struct serve_options *options) {
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

int serve_services_start(struct serve_services *on, const struct serve_options *options,
                         struct tercet_stack *stack) {
    struct services_limits limits;

    services_limits_init(&limits);
    limits.max_clients = SERVE_CONNS_MAX;
    limits.stuck_ms = STUCK_MS;
    if (services_init(&on->services, stack, &limits, clock_monotonic_ns()) != 0) {
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

void serve_services_end(struct serve_services *on) {
    if (on->services) services_free(on->services);
    on->services = NULL;
}

void serve_services_close(struct serve_services *on) {
    serve_services_end(on);
    for (unsigned i = 0; i < SERVE_SERVICES_MAX; i++)
        if (on->has_folder[i]) files_close(&on->folders[i]);
}
