/* SPDX-License-Identifier: BSD-2-Clause */
#include "door/link.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/must.h"
#include "wire/ip.h"

#define REQUEST_MAX 256 /* octets: the largest request below has fewer than 100 */
#define NEWS_MAX    100 /* datagrams about other routes before we stop waiting for ours */

/* A request under construction: header, the fixed part of its type, attributes. */
struct request {
    union {
        struct nlmsghdr header;
        unsigned char octets[REQUEST_MAX];
    };
};

static void *request_add(struct request *request, size_t octets) {
    size_t at = NLMSG_ALIGN(request->header.nlmsg_len);

    must(at + NLMSG_ALIGN(octets) <= REQUEST_MAX);
    request->header.nlmsg_len = (uint32_t)(at + octets);
    return request->octets + at;
}

/* Return: the attribute, for attribute_end when others are to be nested in it. */
static struct rtattr *attribute_add(struct request *request, uint16_t type, const void *value,
                                    size_t n) {
    struct rtattr *attribute = request_add(request, RTA_LENGTH(n));

    attribute->rta_type = type;
    attribute->rta_len = (uint16_t)RTA_LENGTH(n);
    if (n > 0) memcpy(RTA_DATA(attribute), value, n);
    return attribute;
}

static void attribute_end(const struct request *request, struct rtattr *attribute) {
    const unsigned char *start = (const unsigned char *)attribute;

    attribute->rta_len = (uint16_t)(request->octets + request->header.nlmsg_len - start);
}

/* A datagram of answers; an error quotes the request and may add words. */
union answer {
    struct nlmsghdr header;
    unsigned char octets[8192];
};

/* The kernel's word on the request: 0 or -errno, its own or what kept us from hearing it. */
static int answer_read(int fd) {
    union answer answer;
    struct nlmsgerr error;
    ssize_t n;

    do
        n = recv(fd, &answer, sizeof answer, 0);
    while (n > 0 && answer.header.nlmsg_type != NLMSG_ERROR); /* it may be news of another change */
    if (n < 0) return -errno;
    if ((size_t)n < NLMSG_LENGTH(sizeof error)) return -EPROTO;
    memcpy(&error, NLMSG_DATA(&answer.header), sizeof error);
    return error.error;
}

/* A socket that hears of @groups too.  Return: a descriptor or -errno. */
static int kernel_open(uint32_t groups) {
    const struct sockaddr_nl self = {.nl_family = AF_NETLINK, .nl_groups = groups};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (fd < 0) return -errno;
    if (bind(fd, (const struct sockaddr *)&self, sizeof self) == 0) return fd;
    int error = -errno;
    close(fd);
    return error;
}

/* Ask the kernel and wait for its word. */
static int request_carry_out(const struct request *request) {
    int fd = kernel_open(0);

    if (fd < 0) return fd;
    int error = send(fd, request, request->header.nlmsg_len, 0) < 0 ? -errno : answer_read(fd);
    close(fd);
    return error;
}

static struct request request_begin(uint16_t type, uint16_t flags) {
    struct request request = {.octets = {0}};

    request.header.nlmsg_len = NLMSG_HDRLEN;
    request.header.nlmsg_type = type;
    request.header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
    return request;
}

static struct request request_of_link(unsigned index) {
    struct request request = request_begin(RTM_NEWLINK, 0);
    struct ifinfomsg *link = request_add(&request, sizeof *link);

    link->ifi_family = AF_UNSPEC;
    link->ifi_index = (int)index;
    return request;
}

static int link_set_number(unsigned index, uint16_t attribute, uint32_t value) {
    struct request request = request_of_link(index);

    attribute_add(&request, attribute, &value, sizeof value);
    return request_carry_out(&request);
}

int link_set_mtu(unsigned index, uint32_t mtu_bytes) {
    return link_set_number(index, IFLA_MTU, mtu_bytes);
}

int link_set_queue(unsigned index, uint32_t frames) {
    return link_set_number(index, IFLA_TXQLEN, frames);
}

int link_set_up(unsigned index) {
    struct request request = request_of_link(index);
    struct ifinfomsg *link = NLMSG_DATA(&request.header);

    link->ifi_flags = IFF_UP;
    link->ifi_change = IFF_UP;
    return request_carry_out(&request);
}

int link_set_quiet(unsigned index) {
    const uint8_t none = IN6_ADDR_GEN_MODE_NONE;
    struct request request = request_of_link(index);
    struct rtattr *families = attribute_add(&request, IFLA_AF_SPEC, NULL, 0);
    struct rtattr *inet6 = attribute_add(&request, AF_INET6, NULL, 0);

    attribute_add(&request, IFLA_INET6_ADDR_GEN_MODE, &none, sizeof none);
    attribute_end(&request, inet6);
    attribute_end(&request, families);
    return request_carry_out(&request);
}

static struct request request_of_address(unsigned index, const struct tercet_address *address,
                                         unsigned prefix_bits) {
    struct request request = request_begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
    struct ifaddrmsg *message = request_add(&request, sizeof *message);
    bool is_v4 = address_is_v4(address);
    size_t n = is_v4 ? 4 : 16;

    message->ifa_family = is_v4 ? AF_INET : AF_INET6;
    message->ifa_prefixlen = (uint8_t)prefix_bits;
    message->ifa_index = index;
    message->ifa_flags = is_v4 ? 0 : IFA_F_NODAD;
    attribute_add(&request, IFA_LOCAL, address->octets + 16 - n, n);
    attribute_add(&request, IFA_ADDRESS, address->octets + 16 - n, n);
    return request;
}

/* Whether @header tells of the route by which packets to @address, of IPv6, are taken in. */
static bool is_local_route(struct nlmsghdr *header, const struct tercet_address *address) {
    struct rtmsg *route = NLMSG_DATA(header);
    unsigned char *end = (unsigned char *)header + header->nlmsg_len;

    if (header->nlmsg_type != RTM_NEWROUTE || route->rtm_type != RTN_LOCAL) return false;
    for (struct rtattr *at = RTM_RTA(route); (unsigned char *)(at + 1) <= end && at->rta_len > 0;
         at = (struct rtattr *)((unsigned char *)at + RTA_ALIGN(at->rta_len))) {
        if (at->rta_type == RTA_DST && RTA_PAYLOAD(at) == sizeof *address)
            return memcmp(RTA_DATA(at), address, sizeof *address) == 0;
    }
    return false;
}

/*
 * The kernel answers before it uses an IPv6 address: a worker of its own makes the local route a moment later, and
 * what arrives before that is dropped.  Wait for the news of that route; for want of it, one second.
 */
static void local_route_wait(int fd, const struct tercet_address *address) {
    const struct timeval patience = {.tv_sec = 1};
    union answer news;

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    for (unsigned i = 0; i < NEWS_MAX; i++) {
        ssize_t n = recv(fd, &news, sizeof news, 0);

        if (n < (ssize_t)NLMSG_HDRLEN) return;
        for (struct nlmsghdr *at = &news.header; NLMSG_OK(at, n); at = NLMSG_NEXT(at, n)) {
            if (is_local_route(at, address)) return;
        }
    }
}

int link_add_address(unsigned index, const struct tercet_address *address, unsigned prefix_bits) {
    const struct request request = request_of_address(index, address, prefix_bits);

    if (address_is_v4(address)) return request_carry_out(&request);
    int news = kernel_open(RTMGRP_IPV6_ROUTE); /* open before there can be any */
    if (news < 0) return news;
    int error = request_carry_out(&request);
    if (!error) local_route_wait(news, address);
    close(news);
    return error;
}

/* The first @bits bits of the @n octets at @prefix; the others become zero. */
static void prefix_cut(unsigned char *prefix, size_t n, unsigned bits) {
    for (size_t i = 0; i < n; i++, bits -= bits < 8 ? bits : 8)
        if (bits < 8) prefix[i] &= (unsigned char)(0xff00u >> bits);
}

int link_add_route(unsigned index, const struct tercet_address *destination, unsigned prefix_bits) {
    struct request request = request_begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
    struct rtmsg *message = request_add(&request, sizeof *message);
    bool is_v4 = address_is_v4(destination);
    struct tercet_address prefix = *destination;
    unsigned char *octets = prefix.octets + (is_v4 ? 12 : 0);
    size_t n = is_v4 ? 4 : 16;

    prefix_cut(octets, n, prefix_bits);
    message->rtm_family = is_v4 ? AF_INET : AF_INET6;
    message->rtm_dst_len = (uint8_t)prefix_bits;
    message->rtm_table = RT_TABLE_MAIN;
    message->rtm_protocol = RTPROT_STATIC;
    message->rtm_scope = is_v4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    message->rtm_type = RTN_UNICAST;
    attribute_add(&request, RTA_DST, octets, n);
    attribute_add(&request, RTA_OIF, &index, sizeof index);
    return request_carry_out(&request);
}
