/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/serve_publish.h"

#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cli/complaint.h"
#include "wire/ip.h"

void serve_publishing_init(struct serve_publishing *publishing) {
    *publishing = (struct serve_publishing){0};
    for (unsigned i = 0; i < SERVE_PUBLISHES_MAX; i++)
        publishing->listeners[i] = -1;
}

int serve_publishing_bind(struct serve_publishing *publishing, const struct serve_options *options) {
    for (unsigned i = 0; i < options->publish_count; i++) {
        const struct serve_publish *publish = &options->publishes[i];
        int fd = relay_bind(&publish->address, publish->outer_port);
        if (fd < 0) {
            complain("--publish %s: %s (%s)", publish->text, strerror(-fd),
                     advice_against(fd, relay_advice(fd)));
            return -1;
        }
        publishing->listeners[i] = fd;
        publishing->ports[i] = relay_port(fd);
    }
    return 0;
}

/* The address of tercet's that a relay from @publish goes to: of its family, if there is one. */
static const struct tercet_address *target_of(const struct network *network,
                                              const struct serve_publish *publish) {
    bool wanted = address_is_v4(&publish->address);

    for (unsigned i = 0; i < network->address_count; i++)
        if (address_is_v4(&network->addresses[i].address) == wanted)
            return &network->addresses[i].address;
    return &network->addresses[0].address;
}

static void on_relay(void *user, uint32_t events) {
    struct serve_publishing *publishing = user;
    (void)events;

    relay_ready(publishing->relay);
}

int serve_publishing_open(struct serve_publishing *publishing, const struct serve_options *options,
                          struct session *session) {
    if (!options->publish_count) return 0;

    int error = relay_open(&publishing->relay, RELAY_CONNS_MAX);
    for (unsigned i = 0; !error && i < options->publish_count; i++) {
        const struct serve_publish *publish = &options->publishes[i];
        error = relay_publish(publishing->relay, publishing->listeners[i],
                              target_of(&session->network, publish), publish->inner_port);
        publishing->listeners[i] = -1;
    }
    if (!error)
        return session_watch(session, relay_descriptor(publishing->relay), EPOLLIN, on_relay,
                             publishing, "the relay");
    complain("the relay: %s (%s)", strerror(-error), advice_against(error, "publish less"));
    return -1;
}

void serve_publishing_close(struct serve_publishing *publishing) {
    relay_close(publishing->relay);
    publishing->relay = NULL;
    for (unsigned i = 0; i < SERVE_PUBLISHES_MAX; i++)
        if (publishing->listeners[i] >= 0) close(publishing->listeners[i]);
    serve_publishing_init(publishing);
}
