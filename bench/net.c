/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "net.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "door/tun.h"
#include "host/namespace.h"

#define WORDS_MAX 32

enum role { ROLE_CLIENT, ROLE_SERVER };

/* Try it in a child: what a process has entered it cannot leave. */
static int try_enter(void) {
    struct namespace namespace;
    struct tun tun;
    int status;
    pid_t child = fork();

    if (child == 0) {
        if (namespace_enter(&namespace) != 0) _exit(1);
        _exit(tun_open(&tun, NULL, 0) != 0 ? 2 : 0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) return 1;
    return WEXITSTATUS(status);
}

/*
 * The server on the last processor and the client on the first, ahead of other work where that is
 * allowed: a server that waits for its turn finds more to do at once, and looks cheaper than it is.
 */
static void play(enum role role) {
    static cpu_set_t all;
    struct sched_param param = {.sched_priority = 1};
    cpu_set_t one;
    size_t cpu = CPU_SETSIZE;

    if (CPU_COUNT(&all) == 0 && sched_getaffinity(0, sizeof all, &all) != 0) return;
    for (size_t i = 0; i < CPU_SETSIZE; i++) {
        if (CPU_ISSET(i, &all) && (cpu == CPU_SETSIZE || role == ROLE_SERVER)) cpu = i;
    }
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    sched_setscheduler(0, SCHED_FIFO, &param);
}

/* Run `ip @words`, which has nothing to say on standard output here.  Return: 0 when it did. */
static int ip_run(const char *words) {
    char copy[256], *argv[WORDS_MAX] = {"ip"}, *rest = copy;
    unsigned n = 1;
    int status;
    pid_t child;

    snprintf(copy, sizeof copy, "%s", words);
    while (n < WORDS_MAX - 1 && (argv[n] = strsep(&rest, " ")))
        n++;
    child = fork();
    if (child == 0) {
        close(STDOUT_FILENO);
        execvp("ip", argv);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) return -1;
    return status;
}

void net_ip(const char *words) {
    if (ip_run(words) == 0) return;
    fprintf(stderr, "tercet-bench: ip %s\n", words);
    bench_fail("the command ip failed");
}

const char *net_missing(void) {
    if (ip_run("-V") != 0) return "no command ip here (it takes iproute2)";
    switch (try_enter()) {
    case 0: return NULL;
    case 1: return "no private network here (it takes root or user namespaces)";
    default: return "no TUN device here (it takes /dev/net/tun, readable and writable)";
    }
}

void net_enter(void) {
    struct namespace namespace;

    play(ROLE_CLIENT);
    if (namespace_enter(&namespace) != 0) bench_fail("no private network");
    net_ip("route add local 198.18.1.0/27 dev lo");
}

pid_t net_fork_server(void) {
    pid_t parent = getpid(), child = fork();

    if (child < 0) bench_fail("cannot fork");
    if (child > 0) return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    play(ROLE_SERVER);
    return 0;
}
