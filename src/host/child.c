/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "host/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/init.h"

static int say(const struct child *child, enum init_word word, int value) {
    const struct init_message message = {.word = word, .value = value};

    return send(child->link, &message, sizeof message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* As fork, into a new PID and mount namespace; glibc has no call for it that returns twice. */
static pid_t fork_namespaced(void) {
    return (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);
}

/* Wait for the init to say that it is there. */
static int ready_wait(struct child *child) {
    struct init_message message;
    ssize_t n;

    do
        n = recv(child->link, &message, sizeof message, 0);
    while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof message || message.word != INIT_READY) return -ECHILD;
    child->proc_error = message.value;
    return 0;
}

/* In the init of a server: COMMAND inherits these. */
static void streams_of_server(void) {
    close(STDIN_FILENO); /* first: no other descriptor may be free */
    if (open("/dev/null", O_RDONLY) != STDIN_FILENO) _exit(1);
    if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0) _exit(1);
}

int child_prepare(struct child *child, char *const *command, enum child_role role) {
    int pair[2];

    *child = (struct child){.link = -1, .tty = -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return -errno;
    if (role == CHILD_CLIENT) child->tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    child->link = pair[0];
    child->init = fork_namespaced();
    if (child->init == 0 && role == CHILD_SERVER) streams_of_server();
    if (child->init == 0) init_main(pair[1], child->tty, command);
    int error = child->init < 0 ? -errno : 0;
    close(pair[1]);
    if (!error) error = ready_wait(child);
    if (error) child_finish(child);
    return error;
}

static bool is_in_front(const struct child *child) {
    return child->tty >= 0 && tcgetpgrp(child->tty) == getpgrp();
}

int child_start(struct child *child) {
    child->has_terminal = is_in_front(child) && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    child->is_running = true;
    return say(child, INIT_RUN, child->has_terminal);
}

static void terminal_take_back(struct child *child) {
    sigset_t out, before;

    if (!child->has_terminal) return;
    child->has_terminal = false;
    sigemptyset(&out);
    sigaddset(&out, SIGTTOU); /* what a background process gets for this */
    sigprocmask(SIG_BLOCK, &out, &before);
    tcsetpgrp(child->tty, getpgrp());
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static void terminal_give(struct child *child) {
    child->has_terminal = true;
    say(child, INIT_FOREGROUND, 0);
}

/*
 * Stop as Ctrl-Z would have stopped us, until someone has us continue.
 * Return: false when the kernel would not stop us: nobody is there who could (an orphaned process group).
 */
static bool stop_self(void) {
    const struct timespec at_once = {0};
    sigset_t cont, before;

    sigemptyset(&cont);
    sigaddset(&cont, SIGCONT);
    sigprocmask(SIG_BLOCK, &cont, &before); /* blocked it still continues us, and stays to be seen */
    while (sigtimedwait(&cont, NULL, &at_once) > 0)
        continue;
    kill(0, SIGTSTP);
    bool has_stopped = sigtimedwait(&cont, NULL, &at_once) > 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return has_stopped;
}

/* COMMAND was stopped by @signal: by Ctrl-Z, or because it needs a terminal that it does not have. */
static void stopped(struct child *child, int signal) {
    bool wants_terminal = signal == SIGTTIN || signal == SIGTTOU;

    if (child->tty < 0) return; /* who stopped it will have it continue */
    if (wants_terminal && is_in_front(child)) {
        terminal_give(child);
        return;
    }
    terminal_take_back(child);
    bool has_stopped = stop_self();
    if (is_in_front(child))
        terminal_give(child);
    else if (has_stopped || !wants_terminal)
        child_signal(child, SIGCONT);
    else
        child_signal(
            child,
            SIGHUP); /* as the kernel does with stopped groups that nobody is left to continue */
}

static enum child_news ended(struct child *child, enum child_news news) {
    child->is_running = false;
    return news;
}

enum child_news child_ready(struct child *child, int *value) {
    struct init_message message;
    ssize_t n = recv(child->link, &message, sizeof message, MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return CHILD_NO_NEWS;
    if (n != (ssize_t)sizeof message) return ended(child, CHILD_LOST);
    switch (message.word) {
    case INIT_FAILED: *value = message.value; return ended(child, CHILD_FAILED);
    case INIT_ENDED:
        *value = WIFSIGNALED(message.value) ? 128 + WTERMSIG(message.value)
                                            : WEXITSTATUS(message.value);
        return ended(child, CHILD_ENDED);
    case INIT_STOPPED: stopped(child, message.value); break;
    default: break;
    }
    return CHILD_NO_NEWS;
}

int child_status_of(int error) {
    return error == -ENOENT ? 127 : 126;
}

void child_signal(struct child *child, int signal) {
    if (child->is_running) say(child, INIT_SIGNAL, signal);
}

void child_finish(struct child *child) {
    if (child->init > 0) {
        kill(child->init, SIGKILL);
        while (waitpid(child->init, NULL, 0) < 0 && errno == EINTR)
            continue;
        terminal_take_back(child);
    }
    if (child->link >= 0) close(child->link);
    if (child->tty >= 0) close(child->tty);
    *child = (struct child){.link = -1, .tty = -1};
}
