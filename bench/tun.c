/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `tercet serve` takes of the processor for a connection over its TUN: open, 100 octets
 * echoed, close, with the kernel as 32 clients.  Counted is the process that serves, whatever it
 * does: a packet that it hands to the kernel is carried on to the client's socket in its time.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "load.h"
#include "net.h"

#define PORT 7

static char *const command[] = {"tercet",    "serve",         "--quiet", "--tun", "bench0",
                                "--address", NET_SERVER_LINK, "--echo",  "7",     NULL};

/* The program is where this one is. */
static const char *program_path(void) {
    static char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof "tercet");
    char *name = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;

    if (!name) return "tercet";
    memcpy(name + 1, "tercet", sizeof "tercet");
    return path;
}

const char *tun_missing(void) {
    if (access(program_path(), X_OK) != 0) return "there is no tercet beside this program";
    return net_missing();
}

double tun_conn_cpu(void) {
    pid_t server;

    net_enter();
    server = net_fork_server();
    if (server == 0) {
        execv(program_path(), command);
        _exit(127);
    }
    load_wait(PORT);
    return load_cpu_us(server, PORT);
}
