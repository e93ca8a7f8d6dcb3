/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/serve_greeting.h"

#include "wire/address_text.h"
#include "wire/ip.h"

static enum services_kind kind_on(const struct serve_options *options, uint16_t port) {
    for (unsigned i = 0; i < options->service_count; i++)
        if (options->services[i].port == port) return options->services[i].kind;
    return SERVICES_KINDS;
}

/* `http://198.18.0.2/`, without the port that a browser takes by itself. */
static void put_url(struct text *text, const struct tercet_address *address, uint16_t port) {
    text_put(text, "http://");
    if (port != 80) {
        endpoint_text(text, address, port);
    } else {
        bool is_ipv4 = address_is_v4(address);
        text_put(text, is_ipv4 ? "" : "[");
        address_text(text, address);
        text_put(text, is_ipv4 ? "" : "]");
    }
    text_put(text, "/");
}

static void put_where(struct text *text, const struct serve_options *options,
                      const struct network *network) {
    text_put(text, "tercet serves at ");
    for (unsigned i = 0; i < network->address_count; i++) {
        if (i > 0) text_put(text, i + 1 < network->address_count ? ", " : " and ");
        address_text(text, &network->addresses[i].address);
    }
    if (options->network.tun) {
        text_put(text, " on ");
        text_put(text, network->tun.name);
    } else {
        text_put(text, ", in a private network namespace");
    }
    text_put(text, "\n");
    if (!network->ipv6_off) return;
    text_put(text, "  IPv6 is off: ");
    text_put(text, network->ipv6_off);
    text_put(text, "\n");
}

static void put_services(struct text *text, const struct serve_options *options) {
    text_put(text, " ");
    for (unsigned i = 0; i < options->service_count; i++) {
        const struct serve_service *service = &options->services[i];
        text_put(text, " ");
        text_put(text, services_kind_name(service->kind));
        text_put(text, " ");
        text_u64(text, service->port);
        if (i + 1 < options->service_count) text_put(text, ",");
    }
    text_put(text, "\n");
}

static void put_publish(struct text *text, const struct serve_options *options,
                        const struct serve_publish *publish, uint16_t port) {
    enum services_kind kind = kind_on(options, publish->inner_port);

    if (kind == SERVICES_HTTP) {
        text_put(text, "  open ");
        put_url(text, &publish->address, port);
    } else {
        text_put(text, "  ");
        text_put(text, services_kind_name(kind));
        text_put(text, " is at ");
        endpoint_text(text, &publish->address, port);
    }
    text_put(text, "\n");
}

void serve_greeting(struct text *text, const struct serve_options *options,
                    const struct network *network, const uint16_t *ports, uint16_t metrics_port) {
    put_where(text, options, network);
    put_services(text, options);
    for (unsigned i = 0; i < options->publish_count; i++)
        put_publish(text, options, &options->publishes[i], ports[i]);
    if (options->metrics.text) {
        text_put(text, "  metrics at ");
        put_url(text, &options->metrics.address, metrics_port);
        text_put(text, "metrics\n");
    }
    if (!options->publish_count && !options->command && !options->network.tun)
        text_put(text, "  nothing is published on the host: see --publish\n");
}
