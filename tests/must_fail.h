/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_MUST_FAIL_H
#define TERCET_TESTS_MUST_FAIL_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Whether a statement is stopped by must(): it is tried in a child that may abort without a word.
 */
#define MUST_FAILS(statement)                                                                      \
    ({                                                                                             \
        pid_t child_ = (fflush(NULL), fork());                                                     \
        if (child_ == 0) {                                                                         \
            must_fail_quietly();                                                                   \
            statement;                                                                             \
            _exit(0);                                                                              \
        }                                                                                          \
        must_fail_seen(child_);                                                                    \
    })

static inline void must_fail_quietly(void) {
    struct rlimit no_core = {0, 0};

    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGABRT, SIG_DFL);
    if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)) _exit(1);
}

static inline bool must_fail_seen(pid_t child) {
    int status;

    return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
           WTERMSIG(status) == SIGABRT;
}

#endif
