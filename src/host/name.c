/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "host/name.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static struct tercet_address address_of(const struct addrinfo *info) {
    struct tercet_address address;

    if (info->ai_family == AF_INET) {
        const struct sockaddr_in *name = (const struct sockaddr_in *)info->ai_addr;
        memcpy(address.octets, mapped_prefix, sizeof mapped_prefix);
        memcpy(address.octets + sizeof mapped_prefix, &name->sin_addr, 4);
    } else {
        memcpy(&address, &((const struct sockaddr_in6 *)info->ai_addr)->sin6_addr, sizeof address);
    }
    return address;
}

int name_resolve(const char *name, struct tercet_address *addresses, unsigned max) {
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *all;
    unsigned n = 0;

    int error = getaddrinfo(name, NULL, &hints, &all);
    if (error) return error; /* negative, in glibc */
    for (const struct addrinfo *at = all; at && n < max; at = at->ai_next) {
        if (at->ai_family == AF_INET || at->ai_family == AF_INET6) addresses[n++] = address_of(at);
    }
    freeaddrinfo(all);
    return n > 0 ? (int)n : EAI_NODATA;
}

const char *name_trouble(int error) {
    return gai_strerror(error);
}
