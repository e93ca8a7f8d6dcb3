/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/listening.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

static struct tercet_address address_of(const char *text) {
    struct tercet_address address = {
        {[10] = 0xff, [11] = 0xff}
    };

    if (inet_pton(AF_INET, text, address.octets + 12) != 1)
        inet_pton(AF_INET6, text, address.octets);
    return address;
}

/* A socket bound to @address of @family and a free port.  Return: -1 where there is no such family. */
static int bound(int family, const char *address, int is_v6only, uint16_t *port) {
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr *name = family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
    socklen_t n = family == AF_INET ? sizeof v4 : sizeof v6;
    int fd = socket(family, SOCK_STREAM, 0);

    inet_pton(family, address, family == AF_INET ? (void *)&v4.sin_addr : (void *)&v6.sin6_addr);
    if (family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &is_v6only, sizeof is_v6only);
    if (fd >= 0 && (bind(fd, name, n) != 0 || getsockname(fd, name, &n) != 0)) {
        close(fd);
        fd = -1;
    }
    *port = ntohs(family == AF_INET ? v4.sin_port : v6.sin6_port);
    return fd;
}

static int found(int descriptor, const char *address, uint16_t port) {
    struct tercet_address at = address_of(address);

    return listening_find(descriptor, &at, port);
}

TEST(a_port_listens_from_listen_to_close)
{
    int descriptor = listening_open();
    uint16_t port;

    if (descriptor < 0) SKIP("no sock_diag here");
    int fd = bound(AF_INET, "127.0.0.1", 0, &port);
    CHECK_EQ(found(descriptor, "127.0.0.1", port), 0);
    CHECK_EQ(listen(fd, 1), 0);
    CHECK_EQ(found(descriptor, "127.0.0.1", port), 1);
    close(fd);
    CHECK_EQ(found(descriptor, "127.0.0.1", port), 0);
    close(descriptor);
}

TEST(a_socket_hears_its_own_addresses)
{
    static const struct {
        int family;
        const char *bound;
        int is_v6only;
        const char *asked;
        int is_found;
    } rows[] = {
        {AF_INET,  "127.0.0.1",        0, "127.0.0.2",  0},
        {AF_INET,  "0.0.0.0",          0, "127.0.0.2",  1},
        {AF_INET,  "0.0.0.0",          0, "198.18.0.1", 1},
        {AF_INET,  "0.0.0.0",          0, "::1",        0},
        {AF_INET6, "::1",              0, "::1",        1},
        {AF_INET6, "::1",              0, "2001:2::1",  0},
        {AF_INET6, "::",               0, "2001:2::1",  1},
        {AF_INET6, "::",               0, "198.18.0.1", 1},
        {AF_INET6, "::",               1, "2001:2::1",  1},
        {AF_INET6, "::",               1, "198.18.0.1", 0},
        {AF_INET6, "::ffff:127.0.0.1", 0, "127.0.0.1",  1},
    };
    int descriptor = listening_open();

    if (descriptor < 0) SKIP("no sock_diag here");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("%s%s: %s", rows[i].bound, rows[i].is_v6only ? " only" : "", rows[i].asked) {
            uint16_t port;
            int fd = bound(rows[i].family, rows[i].bound, rows[i].is_v6only, &port);
            if (fd < 0) continue; /* this machine has no IPv6 */
            CHECK_EQ(listen(fd, 1), 0);
            CHECK_EQ(found(descriptor, rows[i].asked, port), rows[i].is_found);
            close(fd);
        }
    }
    close(descriptor);
}
