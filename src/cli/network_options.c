/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/network_options.h"

#include <errno.h>
#include <string.h>

#include "cli/complaint.h"
#include "cli/place.h"
#include "wire/ip.h"

bool network_address_read(const char *text, struct network_address *address) {
    const char *slash = strchr(text, '/');

    address->text = text;
    if (!slash || !address_read(text, (size_t)(slash - text), &address->address)) return false;
    uint32_t most = address_is_v4(&address->address) ? 32 : 128;
    return number_read(slash + 1, 1, most, &address->prefix_bits);
}

bool network_is_host(const struct tercet_address *address) {
    return !address_is_loopback(address) && !address_is_unspecified(address) &&
           !address_is_multicast(address);
}

static int take_address(struct network_options *options, const char *value) {
    struct network_address address;

    if (!network_address_read(value, &address)) {
        complain("--address %s: not ADDR/BITS (such as 198.18.0.2/24 or 2001:2::2/64)", value);
        return -1;
    }
    if (!network_is_host(&address.address)) {
        complain(
            "--address %s: no host can have this address (name one that the device's network does not use)",
            value);
        return -1;
    }
    if (options->address_count == NETWORK_ADDRESSES_MAX) {
        complain("--address %s: too many of them (%d at most)", value, NETWORK_ADDRESSES_MAX);
        return -1;
    }
    options->addresses[options->address_count++] = address;
    return 0;
}

static int take_mtu(struct network_options *options, const char *value) {
    options->has_mtu = number_read(value, NETWORK_MTU_LEAST, NETWORK_MTU_MOST, &options->mtu);
    if (options->has_mtu) return 0;
    complain("--mtu %s: not a number from %d to %d (%d is usual)", value, NETWORK_MTU_LEAST,
             NETWORK_MTU_MOST, NETWORK_MTU_USUAL);
    return -1;
}

int network_options_take(struct network_options *options, int key, const char *value) {
    switch (key) {
    case KEY_TUN: options->tun = value; return 0;
    case KEY_ADDRESS: return take_address(options, value);
    case KEY_MTU: return take_mtu(options, value);
    default: return EINVAL;
    }
}

int network_options_finish(struct network_options *options, bool has_command) {
    if (!options->has_mtu) options->mtu = NETWORK_MTU_USUAL;
    if (options->tun && !options->address_count) {
        complain("--tun %s: tercet has no address there (add --address ADDR/BITS)", options->tun);
        return -1;
    }
    if (options->tun && has_command) {
        complain(
            "--tun %s: COMMAND runs in the private namespace only (leave out --tun, or start it yourself)",
            options->tun);
        return -1;
    }
    if (!options->tun && options->address_count) {
        complain("--address %s: the private namespace has its addresses (add --tun NAME)",
                 options->addresses[0].text);
        return -1;
    }
    return 0;
}
