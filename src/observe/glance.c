/* SPDX-License-Identifier: BSD-2-Clause */
#include "observe/glance.h"

#include "base/bytes.h"
#include "wire/tcp.h"

#define TCP_FLAGS_AT    13u /* octets into the TCP header */
#define FRAGMENT_OFFSET 0x1fffu

static enum glance glance_at_tcp(const unsigned char *bytes, uint32_t length, uint32_t at) {
    if (length <= at + TCP_FLAGS_AT) return GLANCE_NOTHING;
    if (bytes[at + TCP_FLAGS_AT] & (TCP_SYN | TCP_FIN | TCP_RST)) return GLANCE_SIGNAL;
    return GLANCE_PLAIN;
}

static enum glance glance_at_v4(const unsigned char *bytes, uint32_t length) {
    uint32_t header = (bytes[0] & 15u) * 4;

    if (be16_get(bytes + 6) & FRAGMENT_OFFSET) return GLANCE_NOTHING;
    if (bytes[9] == IP_PROTOCOL_TCP) return glance_at_tcp(bytes, length, header);
    if (bytes[9] != IP_PROTOCOL_ICMP || length <= header) return GLANCE_NOTHING;
    switch (bytes[header]) {
    case 3:  /* destination unreachable */
    case 11: /* time exceeded */
    case 12: /* parameter problem */ return GLANCE_SIGNAL;
    default: return GLANCE_NOTHING;
    }
}

static enum glance glance_at_v6(const unsigned char *bytes, uint32_t length) {
    if (length <= IPV6_HEADER_LENGTH) return GLANCE_NOTHING;
    switch (bytes[6]) {
    case IP_PROTOCOL_TCP: return glance_at_tcp(bytes, length, IPV6_HEADER_LENGTH);
    case IP_PROTOCOL_ICMPV6: /* errors are below 128: RFC 4443 section 2.1 */
        return bytes[IPV6_HEADER_LENGTH] < 128 ? GLANCE_SIGNAL : GLANCE_NOTHING;
    case 0:  /* hop-by-hop options */
    case 43: /* routing */
    case 44: /* fragment */
    case 60: /* destination options */ return GLANCE_SIGNAL;
    default: return GLANCE_NOTHING;
    }
}

enum glance glance_at(const unsigned char *bytes, uint32_t length) {
    if (length < IPV4_HEADER_LENGTH) return GLANCE_NOTHING;
    if (bytes[0] >> 4 == 4) return glance_at_v4(bytes, length);
    return bytes[0] >> 4 == 6 ? glance_at_v6(bytes, length) : GLANCE_NOTHING;
}
