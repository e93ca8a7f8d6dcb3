/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "host/init.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * When this process ends, the kernel kills every process of its PID namespace; so all that it must do is to end
 * whenever tercet does.  Two things see to that.  PR_SET_PDEATHSIG kills it even while it is busy, but is blind to a
 * tercet that had died before the call.  The link's end of file tells that too, since tercet alone holds its other end.
 *
 * It blocks all signals: those of the terminal are meant for COMMAND or tercet.  Nobody inside can kill it either way,
 * and from outside only SIGKILL does.
 */
struct init {
    int link, tty, children; /* children: signalfd of SIGCHLD */
    char *const *command;
    pid_t pid;           /* of COMMAND and its process group, 0: not running */
    sigset_t as_started; /* the signal mask for COMMAND */
};

static void say(const struct init *init, enum init_word word, int value) {
    const struct init_message message = {.word = word, .value = value};

    send(init->link, &message, sizeof message, MSG_NOSIGNAL);
}

/* All that tercet had open, above all listening sockets and its own end of the link. */
static void others_close(int link, int tty) {
    int low = link < tty ? link : tty;
    int high = link < tty ? tty : link;

    if (low > 3) close_range(3, (unsigned)low - 1, 0);
    if (low < 3) low = 2; /* no terminal, or one of the first three */
    if (high > low + 1) close_range((unsigned)low + 1, (unsigned)high - 1, 0);
    close_range((unsigned)high + 1, ~0u, 0);
}

static int proc_mount(void) {
    if (mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0) return -errno;
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) return -errno;
    return 0;
}

/* In the child: become COMMAND.  Return: only when that fails, with -errno. */
static int command_become(const struct init *init, bool is_foreground) {
    setpgid(0, 0);
    if (is_foreground) tcsetpgrp(init->tty, getpid());
    sigprocmask(SIG_SETMASK, &init->as_started, NULL);
    execvp(init->command[0], init->command);
    return -errno;
}

/* Run COMMAND.  Return: 0 when it runs, or -errno. */
static int command_run(struct init *init, bool is_foreground) {
    int trouble[2]; /* carries the -errno of exec, closed by its success */
    int error = 0;

    if (pipe2(trouble, O_CLOEXEC) != 0) return -errno;
    pid_t pid = fork();
    if (pid < 0) error = -errno;
    if (pid == 0) {
        error = command_become(init, is_foreground);
        (void)!write(trouble[1], &error, sizeof error);
        _exit(127);
    }
    close(trouble[1]);
    if (pid > 0 && read(trouble[0], &error, sizeof error) > 0) waitpid(pid, NULL, 0);
    close(trouble[0]);
    if (!error) init->pid = pid;
    return error;
}

static void signal_pass(const struct init *init, int signal) {
    if (init->pid == 0) return;
    kill(-init->pid, signal);
    kill(-init->pid, SIGCONT); /* a stopped process hears nothing else */
}

static void foreground_give(const struct init *init) {
    if (init->pid == 0) return;
    if (init->tty >= 0) tcsetpgrp(init->tty, init->pid);
    kill(-init->pid, SIGCONT);
}

static void message_take(struct init *init) {
    struct init_message message;

    if (recv(init->link, &message, sizeof message, 0) != (ssize_t)sizeof message) _exit(0);
    if (message.word == INIT_SIGNAL) signal_pass(init, message.value);
    if (message.word == INIT_FOREGROUND) foreground_give(init);
    if (message.word != INIT_RUN || init->pid) return;
    int error = command_run(init, message.value != 0);
    if (error) say(init, INIT_FAILED, error);
}

/* Reap whoever has ended, orphans included, and tell what became of COMMAND. */
static void children_reap(struct init *init) {
    struct signalfd_siginfo info;
    int status;
    pid_t pid;

    (void)!read(init->children, &info, sizeof info);
    while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
        if (pid != init->pid) continue;
        if (WIFSTOPPED(status)) {
            say(init, INIT_STOPPED, WSTOPSIG(status));
            continue;
        }
        init->pid = 0;
        say(init, INIT_ENDED, status);
    }
}

static void signals_block(struct init *init) {
    sigset_t all, child;

    signal(SIGCHLD, SIG_DFL); /* ignored, it would leave nothing to reap */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &init->as_started);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    init->children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (init->children < 0) _exit(1);
}

_Noreturn void init_main(int link, int tty, char *const *command) {
    struct init init = {.link = link, .tty = tty, .command = command};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "tercet-init");
    others_close(link, tty);
    signals_block(&init);
    say(&init, INIT_READY, proc_mount());
    struct pollfd polls[2] = {
        {.fd = link,          .events = POLLIN},
        {.fd = init.children, .events = POLLIN}
    };
    for (;;) {
        if (poll(polls, 2, -1) < 0) continue;
        if (polls[0].revents) message_take(&init);
        if (polls[1].revents) children_reap(&init);
    }
}
