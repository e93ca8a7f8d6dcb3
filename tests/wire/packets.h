/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_WIRE_PACKETS_H
#define TERCET_TESTS_WIRE_PACKETS_H

#include <stdlib.h>

#include "base/checksum.h"
#include "dice.h"
#include "tap.h"
#include "wire/icmp.h"
#include "wire/ip.h"
#include "wire/tcp.h"

#define PACKET_MAX 2048u

/* A packet that a test builds and spoils. */
struct packet {
    unsigned char octets[PACKET_MAX];
    uint32_t length;
};

static inline struct tercet_address address_v4(unsigned a, unsigned b, unsigned c, unsigned d) {
    return (struct tercet_address){
        {[10] = 0xff, [11] = 0xff, [12] = (uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d}
    };
}

static inline struct tercet_address address_v6(unsigned first, unsigned last) {
    return (struct tercet_address){
        {(uint8_t)(first >> 8), (uint8_t)first, [15] = (uint8_t)last}
    };
}

/* A header as between two hosts of the test networks, without a payload. */
static inline struct ip_header ip_sample(uint8_t version, uint8_t protocol) {
    struct ip_header ip = {.protocol = protocol, .hop_limit = 64, .version = version};

    ip.source = version == 4 ? address_v4(198, 18, 0, 1) : address_v6(0x2001, 1);
    ip.destination = version == 4 ? address_v4(198, 18, 0, 2) : address_v6(0x2001, 2);
    return ip;
}

static inline struct packet packet_of(struct ip_header ip, const void *payload, uint32_t n) {
    struct packet packet = {.length = 0};

    ip.length = n;
    packet.length = ip_build(packet.octets, &ip);
    if (n) memcpy(packet.octets + packet.length, payload, n);
    packet.length += n;
    return packet;
}

/* Make the header checksum of an IPv4 packet right again. */
static inline void packet_mend(struct packet *packet) {
    uint16_t checksum;

    if (packet->octets[0] >> 4 != 4) return;
    memset(packet->octets + 10, 0, 2);
    checksum = checksum_finish(checksum_add_plain(0, packet->octets, (packet->octets[0] & 15u) * 4));
    memcpy(packet->octets + 10, &checksum, 2);
}

/*
 * Octets in memory of exactly their size, so that a sanitizer sees a read beyond them; freed by the
 * next call.
 */
static inline const unsigned char *exactly(const void *octets, uint32_t n) {
    static unsigned char *memory;

    free(memory);
    memory = malloc(n ? n : 1);
    if (!memory) abort();
    if (n) memcpy(memory, octets, n);
    return memory;
}

static inline enum tercet_verdict packet_parse(const struct packet *packet, struct ip_header *ip) {
    return ip_parse(exactly(packet->octets, packet->length), packet->length, ip);
}

/* Two verdicts, told by name when they differ. */
#define CHECK_VERDICT(got, wanted) CHECK_STR(tercet_verdict_name(got), tercet_verdict_name(wanted))

#endif
