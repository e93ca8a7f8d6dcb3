/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "host/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "host/namespace.h"
#include "tap.h"

/* What a test process ends with when tercet's part of it failed. */
enum { BROKEN = 250, LOST = 251, LATE = 252 };

#define PATIENCE_MS 20000 /* a failsafe: nothing here waits for time to pass */

#define COMMAND(...)  ((char *const[]){__VA_ARGS__, NULL})
#define SHELL(script) COMMAND("sh", "-c", script)

/* Namespaces, or the reason why not. */
static const char *trouble(void) {
    if (geteuid() == 0 && system("unshare -np -f true 2>/dev/null") == 0) return NULL;
    if (geteuid() != 0 && system("unshare -Unp -f true 2>/dev/null") == 0) return NULL;
    return "no namespaces here";
}

#define NEED_NAMESPACES                                                                            \
    do {                                                                                           \
        const char *why = trouble();                                                               \
        if (why) SKIP(why);                                                                        \
    } while (0)

static void child_begin(struct child *child, char *const *command) {
    struct namespace namespace;

    if (namespace_enter(&namespace) != 0) _exit(BROKEN);
    if (child_prepare(child, command, CHILD_CLIENT) != 0) _exit(BROKEN);
    if (child_start(child) != 0) _exit(BROKEN);
}

/* As tercet's loop does it: wait until COMMAND is over.  Return: its status as tercet would exit with. */
static int child_wait(struct child *child) {
    struct pollfd poll_news = {.fd = child_descriptor(child), .events = POLLIN};
    int value = 0;

    for (;;) {
        if (poll(&poll_news, 1, PATIENCE_MS) != 1) return LATE;
        switch (child_ready(child, &value)) {
        case CHILD_NO_NEWS: break;
        case CHILD_FAILED: return child_status_of(value);
        case CHILD_ENDED: return value;
        case CHILD_LOST: return LOST;
        }
    }
}

static _Noreturn void tercet_run(char *const *command) {
    struct child child;

    child_begin(&child, command);
    int status = child_wait(&child);
    child_finish(&child);
    _exit(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD ? status : BROKEN);
}

/* Run tercet's part in a process whose output is @out, or ours for -1. */
static pid_t tercet_start(char *const *command, int out) {
    pid_t pid = fork();

    if (pid == 0) {
        if (out >= 0) dup2(out, STDOUT_FILENO);
        for (int number = 1; number < SIGRTMIN; number++)
            signal(number, SIG_DFL); /* whoever runs the tests may ignore some, as nohup does */
        setenv("PATH", "/usr/bin:/bin",
               1); /* a folder in it that may not be searched would be told as 126 */
        tercet_run(command);
    }
    return pid;
}

static int exit_of(pid_t pid) {
    int status = 0;

    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

struct command_row {
    const char *what;
    char *const *command;
    int status;
};

static const struct command_row commands[] = {
    {"success",               (char *const[]){"true", NULL},                       0            },
    {"failure",               (char *const[]){"false", NULL},                      1            },
    {"its own status",        (char *const[]){"sh", "-c", "exit 42", NULL},        42           },
    {"a signal",              (char *const[]){"sh", "-c", "kill -TERM $$", NULL},  128 + SIGTERM},
    {"a crash",               (char *const[]){"sh", "-c", "kill -SEGV $$", NULL},  128 + SIGSEGV},
    {"not found",             (char *const[]){"/nonexistent/command", NULL},       127          },
    {"not found on the path", (char *const[]){"tercet-has-no-such-command", NULL}, 127          },
    {"not executable",        (char *const[]){"/etc/passwd", NULL},                126          },
    {"a directory",           (char *const[]){"/", NULL},                          126          },
    {"an empty name",         (char *const[]){"", NULL},                           127          },
};

TEST(the_exit_status_is_the_commands_own)
{
    NEED_NAMESPACES;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        TEST_ROW ("exit status: %s", commands[i].what) {
            CHECK_EQ(exit_of(tercet_start(commands[i].command, -1)), commands[i].status);
        }
    }
}

struct inside_row {
    const char *what, *script;
};

static const struct inside_row insides[] = {
    {"its init is ours, and is process 1",       "test $(cat /proc/1/comm) = tercet-init"             },
    {"it sees no process of the host",           "test $(ls /proc | grep -c '^[0-9]*$') -lt 10"       },
    {"it has no descriptor but the first three",
     "for f in /proc/self/fd/*; do test ${f##*/} -lt 3 -o ! -e $f || exit 1; done"                    },
    {"no signal is blocked",                     "grep -q '^SigBlk:[[:space:]]*0*$' /proc/self/status"},
    {"it is the leader of its process group",    "test $(cut -d' ' -f5 /proc/$$/stat) = $$"           },
    {"nothing was mounted outside",              "test -d /proc/$PPID"                                },
};

TEST(what_the_command_finds_inside)
{
    NEED_NAMESPACES;
    for (size_t i = 0; i < sizeof insides / sizeof *insides; i++) {
        TEST_ROW ("inside: %s", insides[i].what) {
            CHECK_EQ(exit_of(tercet_start(SHELL((char *)insides[i].script), -1)), 0);
        }
    }
}

TEST(proc_of_the_host_stays_the_hosts)
{
    char path[40];
    struct child child;

    NEED_NAMESPACES;
    pid_t pid = fork();
    if (pid == 0) {
        child_begin(&child, COMMAND("sleep", "1000"));
        snprintf(path, sizeof path, "/proc/%d/stat", getpid());
        bool is_there = access(path, R_OK) == 0 && child.proc_error == 0;
        child_finish(&child);
        _exit(!is_there);
    }
    CHECK_EQ(exit_of(pid), 0);
}

/* What has been read from the descriptor that a test listens to, and not yet been waited for. */
static char heard[65536];
static size_t heard_octets;

/* Read until @word has come; what is behind it is kept.  Return: false at the end of the file or of our patience. */
static bool word_wait(int fd, const char *word) {
    struct pollfd poll_in = {.fd = fd, .events = POLLIN};
    char *at;

    while (!(at = strstr(heard, word))) {
        if (heard_octets == sizeof heard - 1 || poll(&poll_in, 1, PATIENCE_MS) != 1) return false;
        ssize_t n = read(fd, heard + heard_octets, sizeof heard - 1 - heard_octets);
        if (n <= 0) return false;
        heard_octets += (size_t)n;
        heard[heard_octets] = '\0';
    }
    at += strlen(word);
    heard_octets -= (size_t)(at - heard);
    memmove(heard, at, heard_octets + 1);
    return true;
}

/* A pipe to listen to. */
static void pipe_make(int ends[2]) {
    CHECK_EQ(pipe2(ends, O_CLOEXEC), 0);
    heard_octets = 0;
    heard[0] = '\0';
}

/* Whether everyone who had the other end of the pipe is gone. */
static bool all_gone(int fd) {
    struct pollfd poll_in = {.fd = fd, .events = POLLIN};
    char octets[4096];
    ssize_t n;

    do {
        if (poll(&poll_in, 1, PATIENCE_MS) != 1) return false;
        n = read(fd, octets, sizeof octets);
    } while (n > 0);
    return n == 0;
}

/* A command that leaves a daemon, a stopped process and a stubborn one behind, all with our pipe as their output. */
static const char family[] = "trap '' INT TERM HUP QUIT; setsid sh -c 'sleep 1000 & sleep 1001' & "
                             "sh -c 'kill -STOP $$' & sh -c 'echo read''y; sleep 1002' & wait";

static const int fatal[] = {SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT, SIGUSR1, SIGALRM};

TEST(whatever_ends_tercet_ends_all_that_the_command_started)
{
    int ends[2];

    NEED_NAMESPACES;
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++) {
        TEST_ROW ("all gone after %s", strsignal(fatal[i])) {
            pipe_make(ends);
            pid_t pid = tercet_start(SHELL((char *)family), ends[1]);
            close(ends[1]);
            CHECK(word_wait(ends[0], "ready"));
            kill(pid, fatal[i]);
            CHECK(all_gone(ends[0]));
            CHECK_EQ(exit_of(pid), -fatal[i]);
            close(ends[0]);
        }
    }
}

TEST(tercet_killed_before_the_command_runs_leaves_no_init)
{
    int ends[2];

    NEED_NAMESPACES;
    pipe_make(ends);
    pid_t pid = fork();
    if (pid == 0) {
        struct namespace namespace;
        struct child child;

        dup2(ends[1], STDOUT_FILENO);
        if (namespace_enter(&namespace) != 0 ||
            child_prepare(&child, COMMAND("true"), CHILD_CLIENT) != 0)
            _exit(BROKEN);
        raise(SIGKILL);
    }
    close(ends[1]);
    CHECK(all_gone(ends[0]));
    CHECK_EQ(exit_of(pid), -SIGKILL);
    close(ends[0]);
}

TEST(finish_ends_what_the_command_left_running)
{
    int ends[2];

    NEED_NAMESPACES;
    pipe_make(ends);
    pid_t pid = tercet_start(SHELL("setsid sleep 1000 & echo ready; exit 9"), ends[1]);
    close(ends[1]);
    CHECK_EQ(exit_of(pid), 9);
    CHECK(all_gone(ends[0]));
    close(ends[0]);
}

TEST(an_init_that_is_killed_is_told)
{
    NEED_NAMESPACES;
    pid_t pid = fork();
    if (pid == 0) {
        struct child child;

        child_begin(&child, COMMAND("sleep", "1000"));
        kill(child.init, SIGKILL);
        _exit(child_wait(&child));
    }
    CHECK_EQ(exit_of(pid), LOST);
}

TEST(a_signal_reaches_the_command_even_when_it_is_stopped)
{
    int ends[2];

    NEED_NAMESPACES;
    pipe_make(ends);
    pid_t pid = fork();
    if (pid == 0) {
        struct child child;

        setsid(); /* no terminal: who stops COMMAND is left to have it continue */
        dup2(ends[1], STDOUT_FILENO);
        child_begin(&child,
                    SHELL("trap 'exit 7' TERM; echo ready; kill -STOP $$; while :; do :; done"));
        if (!word_wait(ends[0], "ready")) _exit(BROKEN);
        child_signal(&child, SIGTERM);
        int status = child_wait(&child);
        child_finish(&child);
        child_signal(&child, SIGTERM); /* of no effect by now */
        _exit(status);
    }
    CHECK_EQ(exit_of(pid), 7);
    close(ends[0]);
    close(ends[1]);
}

/*
 * A terminal.  A process of a new session stands for the shell: it runs tercet's part as a job in the foreground,
 * and when that stops, gives it the terminal again and has it continue, up to @resumes times.
 */
static _Noreturn void shell_run(char *const *command, const char *slave, int resumes) {
    int status = 0;

    setsid();
    int tty = open(slave, O_RDWR);
    if (tty < 0) _exit(BROKEN);
    for (int fd = 0; fd < 3; fd++)
        dup2(tty, fd);
    signal(SIGTTOU, SIG_IGN);
    pid_t job = fork();
    setpgid(job, job);
    if (job == 0) {
        signal(SIGTTOU, SIG_DFL);
        while (tcgetpgrp(0) != getpid())
            usleep(1000);
        tercet_run(command);
    }
    tcsetpgrp(0, job);
    while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status)) {
        bool is_ours = tcgetpgrp(0) ==
                       job; /* tercet has taken it back from COMMAND before it stopped */
        tcsetpgrp(0, getpgrp());
        dprintf(1, "stopped %s\n", is_ours ? "with the terminal" : "without the terminal");
        if (resumes-- == 0) kill(-job, SIGKILL);
        tcsetpgrp(0, job);
        kill(-job, SIGCONT);
    }
    bool is_back = tcgetpgrp(0) == job;
    dprintf(1, "shell: status %d, terminal %s\n",
            WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), is_back ? "back" : "lost");
    _exit(0);
}

/* Return: our end of a new terminal, or -1; *@slave is the name of the other. */
static int terminal_open(const char **slave) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    heard_octets = 0;
    heard[0] = '\0';
    if (!CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0)) return -1;
    *slave = ptsname(master);
    fflush(stdout);
    return master;
}

/* Return: our end of its terminal, or -1. */
static int shell_start(char *const *command, int resumes, pid_t *shell) {
    const char *slave = NULL;
    int master = terminal_open(&slave);

    if (master < 0) return -1;
    *shell = fork();
    if (*shell == 0) shell_run(command, slave, resumes);
    return master;
}

static bool type(int master, const char *keys) {
    return write(master, keys, strlen(keys)) == (ssize_t)strlen(keys);
}

TEST(ctrl_c_goes_to_the_command_and_tercet_lives_on_to_tell)
{
    pid_t shell = 0;

    NEED_NAMESPACES;
    int master = shell_start(SHELL("echo read''y; exec sleep 1000"), 0, &shell);
    if (!CHECK(master >= 0)) return;
    CHECK(word_wait(master, "ready"));
    CHECK(type(master, "\3"));
    CHECK(word_wait(master, "shell: status 130, terminal back"));
    CHECK_EQ(exit_of(shell), 0);
    close(master);
}

TEST(the_command_reads_the_terminal)
{
    pid_t shell = 0;

    NEED_NAMESPACES;
    int master = shell_start(SHELL("echo read''y; read x; echo got-$x; exit 5"), 0, &shell);
    if (!CHECK(master >= 0)) return;
    CHECK(word_wait(master, "ready"));
    CHECK(type(master, "stanza\n"));
    CHECK(word_wait(master, "got-stanza"));
    CHECK(word_wait(master, "shell: status 5, terminal back"));
    CHECK_EQ(exit_of(shell), 0);
    close(master);
}

TEST(ctrl_z_stops_tercet_with_the_command_and_both_go_on)
{
    pid_t shell = 0;

    NEED_NAMESPACES;
    int master = shell_start(SHELL("echo read''y; read x; echo got-$x"), 1, &shell);
    if (!CHECK(master >= 0)) return;
    CHECK(word_wait(master, "ready"));
    CHECK(type(master, "\32"));
    CHECK(word_wait(master, "stopped with the terminal"));
    CHECK(type(master, "stanza\n"));
    CHECK(word_wait(master, "got-stanza"));
    CHECK(word_wait(master, "shell: status 0, terminal back"));
    CHECK_EQ(exit_of(shell), 0);
    close(master);
}

TEST(an_interactive_shell_has_job_control)
{
    pid_t shell = 0;

    NEED_NAMESPACES;
    int master = shell_start(COMMAND("bash", "--norc", "--noprofile", "-i"), 0, &shell);
    if (!CHECK(master >= 0)) return;
    CHECK(type(master,
               "sh -c 'trap \"echo resu''med\" CONT; echo star''ted; sleep 1000 & wait; wait'\n"));
    CHECK(word_wait(master, "started"));
    CHECK(type(master, "\32")); /* stops the job alone */
    CHECK(word_wait(master, "Stopped"));
    CHECK(type(master, "fg\n"));
    CHECK(word_wait(master, "resumed"));
    CHECK(type(master, "\3"));
    CHECK(type(master, "echo $? al''ive; exit 3\n"));
    CHECK(word_wait(master, "alive"));
    CHECK(word_wait(master, "shell: status 3, terminal back"));
    CHECK_EQ(exit_of(shell), 0);
    close(master);
}

/* Its output is no terminal, so it does not get the terminal before it reads from it. */
TEST(a_command_in_a_pipeline_gets_the_terminal_when_it_needs_it)
{
    pid_t shell = 0;

    NEED_NAMESPACES;
    if (access("/dev/tty", F_OK) != 0) SKIP("no /dev/tty here");
    const char *slave = NULL;
    int out[2], master = terminal_open(&slave);
    if (master < 0) return;
    pipe_make(out);
    shell = fork();
    if (shell == 0) {
        setsid();
        dup2(open(slave, O_RDWR), 0);
        dup2(out[1], 1);
        tercet_run(SHELL("echo read''y; read x; echo got-$x; exit 6"));
    }
    close(out[1]);
    CHECK(word_wait(out[0], "ready"));
    CHECK(type(master, "stanza\n"));
    CHECK(word_wait(out[0], "got-stanza"));
    CHECK_EQ(exit_of(shell), 6);
    close(master);
    close(out[0]);
}
