/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/place.h"

#include <arpa/inet.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

bool number_read(const char *text, uint32_t least, uint32_t most, uint32_t *number) {
    uint64_t value = 0;

    if (!*text) return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9') return false;
        value = value * 10 + (uint64_t)(*text - '0');
        if (value > most) return false;
    }
    *number = (uint32_t)value;
    return value >= least;
}

bool port_read(const char *text, uint16_t *port) {
    uint32_t number;

    if (!number_read(text, 1, UINT16_MAX, &number)) return false;
    *port = (uint16_t)number;
    return true;
}

bool address_read(const char *text, size_t n, struct tercet_address *address) {
    char copy[INET6_ADDRSTRLEN];

    if (n >= sizeof copy) return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    if (inet_pton(AF_INET6, copy, address->octets) == 1) return true;
    memcpy(address->octets, mapped_prefix, sizeof mapped_prefix);
    return inet_pton(AF_INET, copy, address->octets + sizeof mapped_prefix) == 1;
}
