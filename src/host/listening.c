/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/listening.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

/* What is asked for. */
struct wanted {
    const struct tercet_address *address;
    uint16_t port;
    bool is_v4;
};

int listening_open(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

    return fd < 0 ? -errno : fd;
}

/* Ask for the listening sockets of @family. */
static int question_send(int fd, int family) {
    const struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } question = {
        .header = {.nlmsg_len = sizeof question,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .request = {.sdiag_family = (uint8_t)family,
                   .sdiag_protocol = IPPROTO_TCP,
                   .idiag_states = 1u << TCP_LISTEN         },
    };

    return send(fd, &question, sizeof question, 0) < 0 ? -errno : 0;
}

static bool is_unspecified(const uint32_t *words, int family) {
    if (family == AF_INET) return words[0] == 0;
    return (words[0] | words[1] | words[2] | words[3]) == 0;
}

/* Whether an IPv6 socket that is bound to :: takes IPv4 as well. */
static bool takes_v4(const struct nlmsghdr *header, const struct inet_diag_msg *socket) {
    const unsigned char *end = (const unsigned char *)header + header->nlmsg_len;
    const struct rtattr *at = (const struct rtattr *)(socket + 1);

    while ((const unsigned char *)(at + 1) <= end && at->rta_len >= sizeof *at) {
        if (at->rta_type == INET_DIAG_SKV6ONLY && RTA_PAYLOAD(at) >= 1)
            return *(const uint8_t *)RTA_DATA(at) == 0;
        at = (const struct rtattr *)((const unsigned char *)at + RTA_ALIGN(at->rta_len));
    }
    return true;
}

static bool is_match(const struct nlmsghdr *header, const struct wanted *wanted) {
    const struct inet_diag_msg *socket = NLMSG_DATA(header);
    int family = socket->idiag_family;
    struct tercet_address bound;

    if (header->nlmsg_len < NLMSG_LENGTH(sizeof *socket)) return false;
    if (ntohs(socket->id.idiag_sport) != wanted->port) return false;
    if (is_unspecified(socket->id.idiag_src, family)) {
        if (family == AF_INET) return wanted->is_v4;
        return !wanted->is_v4 || takes_v4(header, socket);
    }
    if (family == AF_INET) memcpy(bound.octets, mapped_prefix, sizeof mapped_prefix);
    memcpy(bound.octets + (family == AF_INET ? 12 : 0), socket->id.idiag_src,
           family == AF_INET ? 4 : 16);
    return memcmp(&bound, wanted->address, sizeof bound) == 0;
}

/* All parts of the answer are taken, wherever the match is.  Return: as listening_find. */
static int answer_read(int fd, const struct wanted *wanted) {
    union {
        struct nlmsghdr header;
        unsigned char octets[32768];
    } answer;
    int found = 0;

    for (;;) {
        ssize_t n = recv(fd, &answer, sizeof answer, 0);
        if (n < 0) return -errno;
        for (struct nlmsghdr *at = &answer.header; NLMSG_OK(at, n); at = NLMSG_NEXT(at, n)) {
            if (at->nlmsg_type == NLMSG_DONE) return found;
            if (at->nlmsg_type == NLMSG_ERROR) return ((struct nlmsgerr *)NLMSG_DATA(at))->error;
            if (is_match(at, wanted)) found = 1;
        }
    }
}

int listening_find(int descriptor, const struct tercet_address *address, uint16_t port) {
    const struct wanted wanted = {
        .address = address,
        .port = port,
        .is_v4 = memcmp(address, mapped_prefix, sizeof mapped_prefix) == 0,
    };
    const int families[2] = {AF_INET, AF_INET6};
    int error = 0;

    for (unsigned i = 0; i < 2; i++) {
        int found = question_send(descriptor, families[i]);
        if (found == 0) found = answer_read(descriptor, &wanted);
        if (found > 0) return found;
        if (found < 0 && families[i] == AF_INET) error = found; /* IPv6 may be left out */
    }
    return error;
}
