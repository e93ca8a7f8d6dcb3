/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_ADDRESS_H
#define TERCET_ADDRESS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * An IPv6 address in network order; an IPv4 address a.b.c.d is ::ffff:a.b.c.d (RFC 4291 section
 * 2.5.5.2).
 */
struct tercet_address {
    uint8_t octets[16];
};

#ifdef __cplusplus
}
#endif

#endif
