/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/network.h"

#include <errno.h>
#include <string.h>

#include "base/must.h"
#include "cli/complaint.h"
#include "host/namespace.h"
#include "wire/ip.h"

/* The two ends of the private link (RFC 2544, RFC 5180: blocks that no network uses), family by family. */
static const char *const private_kernel[] = {"198.18.0.1/24", "2001:2::1/64"};
static const char *const private_tercet[] = {"198.18.0.2/24", "2001:2::2/64"};
enum { PRIVATE_ADDRESSES = sizeof private_tercet / sizeof *private_tercet };

void network_init(struct network *network) {
    *network = (struct network){.tun.door.fd = -1};
}

int network_enter(const struct network_options *options) {
    struct namespace namespace;

    if (options->tun) return 0;
    int error = namespace_enter(&namespace);
    if (error == 0) return 0;
    complain("private network namespace: %s (%s)", strerror(-error),
             advice_against(error, namespace_advice(&namespace, error)));
    return -1;
}

static void complain_of_device(const struct network *network, const struct network_options *options,
                               int error) {
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
static int device_configure(struct network *network) {
    int error = tun_set_mtu(&network->tun, network->mtu);

    return error ? error : tun_set_up(&network->tun);
}

/* An address for tercet, unless the link cannot carry its family. */
static void address_add(struct network *network, const struct network_address *address) {
    if (!address_is_v4(&address->address) && network->mtu < NETWORK_MTU_IPV6)
        network->ipv6_off = "it needs an MTU of 1280";
    else
        network->addresses[network->address_count++] = *address;
}

/* Give both ends of the private link their addresses.  Return: 0 or -errno. */
static int private_configure(struct network *network) {
    for (unsigned i = 0; i < PRIVATE_ADDRESSES; i++) {
        struct network_address kernel, tercet;
        must(network_address_read(private_kernel[i], &kernel));
        must(network_address_read(private_tercet[i], &tercet));
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
static int routes_configure(struct network *network) {
    for (unsigned i = 0; i < network->address_count; i++) {
        const struct network_address *own = &network->addresses[i];
        int error = tun_add_route(&network->tun, &own->address, own->prefix_bits);
        if (error) return error;
    }
    return 0;
}

/* The MTU of a device that was there is its maker's; --mtu may stay below it. */
static int device_adopt(struct network *network, const struct network_options *options) {
    uint32_t device_mtu = network->tun.door.mtu_bytes;

    if (options->has_mtu && options->mtu > device_mtu) {
        complain("--mtu %u: %s takes no more than %u (set the device's own first)", options->mtu,
                 options->tun, device_mtu);
        return -1;
    }
    network->mtu = options->has_mtu ? options->mtu : device_mtu;
    if (network->mtu >= NETWORK_MTU_LEAST) return 0;
    complain("--tun %s: its MTU is %u (at least %u is needed)", options->tun, network->mtu,
             NETWORK_MTU_LEAST);
    return -1;
}

int network_open(struct network *network, const struct network_options *options) {
    int error = tun_open(&network->tun, options->tun, NETWORK_DOOR);

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
             network->mtu, NETWORK_MTU_IPV6);
    return -1;
}

/* Everything else is behind the device, for each family that has an address. */
static int default_routes(const struct network *network, struct tercet_stack *stack) {
    static const struct tercet_address any[2] = {{{[10] = 0xff, [11] = 0xff}}, {{0}}};
    bool has[2] = {false, false};

    for (unsigned i = 0; i < network->address_count; i++)
        has[address_is_v4(&network->addresses[i].address) ? 0 : 1] = true;
    for (unsigned i = 0; i < 2; i++) {
        if (!has[i]) continue;
        int error = tercet_stack_add_route(stack, &any[i], 0, NETWORK_DOOR, network->mtu);
        if (error) return error;
    }
    return 0;
}

int network_route(const struct network *network, struct tercet_stack *stack) {
    for (unsigned i = 0; i < network->address_count; i++) {
        const struct network_address *own = &network->addresses[i];
        int error = tercet_stack_add_address(stack, &own->address, own->prefix_bits);
        if (error) {
            complain("--address %s: %s (name another one)", own->text,
                     error == TERCET_IN_USE ? "it is there twice" : "no address of a host");
            return -1;
        }
    }
    if (default_routes(network, stack) == 0) return 0;
    complain("MTU %u: the stack refuses it (--mtu %d is usual)", network->mtu, NETWORK_MTU_USUAL);
    return -1;
}

bool network_has_family(const struct network *network, const struct tercet_address *address) {
    for (unsigned i = 0; i < network->address_count; i++)
        if (address_is_v4(&network->addresses[i].address) == address_is_v4(address)) return true;
    return false;
}

bool network_is_own(const struct network *network, const struct tercet_address *address) {
    for (unsigned i = 0; i < network->address_count; i++)
        if (address_eq(&network->addresses[i].address, address)) return true;
    return false;
}

void network_close(struct network *network) {
    if (network->tun.door.fd >= 0) door_close(&network->tun.door);
}
