/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/serve_network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/must.h"
#include "cli/complaint.h"
#include "host/namespace.h"
#include "host/relay.h"
#include "wire/ip.h"

/* The two ends of the private link (RFC 2544, RFC 5180: blocks that no network uses), family by family. */
static const char *const private_kernel[] = {"198.18.0.1/24", "2001:2::1/64"};
static const char *const private_tercet[] = {"198.18.0.2/24", "2001:2::2/64"};
enum { PRIVATE_ADDRESSES = sizeof private_tercet / sizeof *private_tercet };

void serve_network_init(struct serve_network *network) {
    *network = (struct serve_network){.tun.door.fd = -1};
    for (unsigned i = 0; i < SERVE_PUBLISHES_MAX; i++)
        network->listeners[i] = -1;
}

/* The port of a listening socket: the kernel chose it where 0 was asked for. */
static uint16_t socket_port(int fd) {
    struct sockaddr_storage name;
    socklen_t n = sizeof name;

    if (getsockname(fd, (struct sockaddr *)&name, &n) != 0) return 0;
    if (name.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&name)->sin_port);
    return ntohs(((struct sockaddr_in6 *)&name)->sin6_port);
}

static int bind_publishes(struct serve_network *network, const struct serve_options *options) {
    for (unsigned i = 0; i < options->publish_count; i++) {
        const struct serve_publish *publish = &options->publishes[i];
        int fd = relay_bind(&publish->address, publish->outer_port);
        if (fd < 0) {
            complain("--publish %s: %s (%s)", publish->text, strerror(-fd),
                     advice_against(fd, relay_advice(fd)));
            return -1;
        }
        network->listeners[i] = fd;
        network->ports[i] = socket_port(fd);
    }
    return 0;
}

int serve_network_enter(struct serve_network *network, const struct serve_options *options) {
    struct namespace namespace;

    if (bind_publishes(network, options) != 0) return -1;
    if (options->tun) return 0;
    int error = namespace_enter(&namespace);
    if (error == 0) return 0;
    complain("private network namespace: %s (%s)", strerror(-error),
             advice_against(error, namespace_advice(&namespace, error)));
    return -1;
}

static void complain_of_device(const struct serve_network *network,
                               const struct serve_options *options, int error) {
    const struct tun *tun = &network->tun;
    const char *advice = advice_against(error, tun_advice(tun, error));

    if (tun->step == TUN_STEP_OPEN)
        complain("/dev/net/tun: %s (%s)", strerror(-error), advice);
    else if (options->tun)
        complain("--tun %s: %s (%s)", options->tun, strerror(-error), advice);
    else
        complain("the private TUN device: %s (%s)", strerror(-error), advice);
}

/* Set up a device that we made.  Return: 0 or -errno. */
static int device_configure(struct serve_network *network) {
    int error = tun_set_mtu(&network->tun, network->mtu);

    return error ? error : tun_set_up(&network->tun);
}

/* An address for tercet, unless the link cannot carry its family. */
static void address_add(struct serve_network *network, const struct serve_address *address) {
    if (!address_is_v4(&address->address) && network->mtu < SERVE_MTU_IPV6)
        network->ipv6_off = "it needs an MTU of 1280";
    else
        network->addresses[network->address_count++] = *address;
}

/* Give both ends of the private link their addresses.  Return: 0 or -errno. */
static int private_configure(struct serve_network *network) {
    for (unsigned i = 0; i < PRIVATE_ADDRESSES; i++) {
        struct serve_address kernel, tercet;
        must(serve_address_read(private_kernel[i], &kernel));
        must(serve_address_read(private_tercet[i], &tercet));
        unsigned before = network->address_count;
        address_add(network, &tercet);
        if (network->address_count == before) continue;
        int error = tun_add_address(&network->tun, &kernel.address, kernel.prefix_bits);
        if (error && address_is_v4(&kernel.address)) return error;
        if (!error) continue;
        network->address_count = before;
        network->ipv6_off = "this kernel has none";
    }
    return 0;
}

/* A device that we made for --tun: the kernel has no address on it, and needs to know what is behind it. */
static int routes_configure(struct serve_network *network) {
    for (unsigned i = 0; i < network->address_count; i++) {
        const struct serve_address *own = &network->addresses[i];
        int error = tun_add_route(&network->tun, &own->address, own->prefix_bits);
        if (error) return error;
    }
    return 0;
}

/* The MTU of a device that was there is its maker's; --mtu may stay below it. */
static int device_adopt(struct serve_network *network, const struct serve_options *options) {
    uint32_t device_mtu = network->tun.door.mtu_bytes;

    if (options->has_mtu && options->mtu > device_mtu) {
        complain("--mtu %u: %s takes no more than %u (set the device's own first)", options->mtu,
                 options->tun, device_mtu);
        return -1;
    }
    network->mtu = options->has_mtu ? options->mtu : device_mtu;
    if (network->mtu >= SERVE_MTU_LEAST) return 0;
    complain("--tun %s: its MTU is %u (at least %u is needed)", options->tun, network->mtu,
             SERVE_MTU_LEAST);
    return -1;
}

int serve_network_open(struct serve_network *network, const struct serve_options *options) {
    int error = tun_open(&network->tun, options->tun, SERVE_DOOR);

    if (error) {
        complain_of_device(network, options, error);
        return -1;
    }
    network->mtu = options->mtu;
    if (network->tun.was_there && device_adopt(network, options) != 0) return -1;
    if (!network->tun.was_there) error = device_configure(network);
    for (unsigned i = 0; i < options->address_count; i++)
        address_add(network, &options->addresses[i]);
    if (!error && !options->tun) error = private_configure(network);
    if (!error && options->tun && !network->tun.was_there) error = routes_configure(network);
    if (error) {
        complain_of_device(network, options, error);
        return -1;
    }
    if (network->address_count) return 0;
    complain("--mtu %u: too small for IPv6, and there is no IPv4 address (%d at least)",
             network->mtu, SERVE_MTU_IPV6);
    return -1;
}

/* Everything else is behind the device, for each family that has an address. */
static int default_routes(const struct serve_network *network, struct tercet_stack *stack) {
    static const struct tercet_address any[2] = {{{[10] = 0xff, [11] = 0xff}}, {{0}}};
    bool has[2] = {false, false};

    for (unsigned i = 0; i < network->address_count; i++)
        has[address_is_v4(&network->addresses[i].address) ? 0 : 1] = true;
    for (unsigned i = 0; i < 2; i++) {
        if (!has[i]) continue;
        int error = tercet_stack_add_route(stack, &any[i], 0, SERVE_DOOR, network->mtu);
        if (error) return error;
    }
    return 0;
}

int serve_network_route(const struct serve_network *network, struct tercet_stack *stack) {
    for (unsigned i = 0; i < network->address_count; i++) {
        const struct serve_address *own = &network->addresses[i];
        int error = tercet_stack_add_address(stack, &own->address, own->prefix_bits);
        if (error) {
            complain("--address %s: %s (name another one)", own->text,
                     error == TERCET_IN_USE ? "it is there twice" : "no address of a host");
            return -1;
        }
    }
    if (default_routes(network, stack) == 0) return 0;
    complain("MTU %u: the stack refuses it (--mtu %d is usual)", network->mtu, SERVE_MTU_USUAL);
    return -1;
}

const struct tercet_address *serve_network_target(const struct serve_network *network,
                                                  const struct serve_publish *publish) {
    bool wanted = address_is_v4(&publish->address);

    for (unsigned i = 0; i < network->address_count; i++)
        if (address_is_v4(&network->addresses[i].address) == wanted)
            return &network->addresses[i].address;
    return &network->addresses[0].address;
}

void serve_network_close(struct serve_network *network) {
    for (unsigned i = 0; i < SERVE_PUBLISHES_MAX; i++)
        if (network->listeners[i] >= 0) close(network->listeners[i]);
    if (network->tun.door.fd >= 0) door_close(&network->tun.door);
}
