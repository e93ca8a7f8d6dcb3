/* SPDX-License-Identifier: BSD-2-Clause */
#include "door/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static int is_ignored(int signal) {
    struct sigaction action;

    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int signals_open(const int *signals, unsigned n) {
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t taken, blocked;

    sigemptyset(&taken);
    for (unsigned i = 0; i < n; i++) {
        if (!is_ignored(signals[i])) sigaddset(&taken, signals[i]);
    }
    blocked = taken;
    sigaddset(&blocked, SIGTTOU);
    int descriptor = signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC);
    if (descriptor < 0) return -errno;
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    return descriptor;
}

int signals_next(int descriptor) {
    struct signalfd_siginfo info;

    if (read(descriptor, &info, sizeof info) != (ssize_t)sizeof info) return 0;
    return (int)info.ssi_signo;
}
