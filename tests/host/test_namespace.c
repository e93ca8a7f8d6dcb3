/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "host/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

/* Run @body in a process of its own; its failed checks are told there and counted here. */
static void in_process(void (*body)(void)) {
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        body();
        _exit(tap.now->failures > 0);
    }
    waitpid(pid, &status, 0);
    CHECK_EQ(status, 0);
}

/* As after logging in: a process that only changes its user may not open its own files in /proc. */
static void nobody_become(void) {
    if (setgid(65534) != 0 || setuid(65534) != 0 || prctl(PR_SET_DUMPABLE, 1) != 0) _exit(4);
}

static bool is_up(const char *name) {
    struct ifreq request = {0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    bool is = ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP);
    close(fd);
    return is;
}

static unsigned interfaces(void) {
    struct if_nameindex *list = if_nameindex();
    unsigned n = 0;

    while (list && list[n].if_index)
        n++;
    if_freenameindex(list);
    return n;
}

static void root_enters(void) {
    struct namespace namespace;

    if (!CHECK_EQ(namespace_enter(&namespace), 0)) return;
    CHECK(!namespace.has_user);
    CHECK_EQ(interfaces(), 1);
    CHECK(is_up("lo"));
}

TEST(root_gets_a_network_with_nothing_but_lo_in_it_and_up)
{
    if (geteuid() != 0) SKIP("not root");
    if (system("unshare -n true 2>/dev/null") != 0) SKIP("no network namespaces here");
    in_process(root_enters);
}

static void nobody_enters(void) {
    struct namespace namespace;

    if (geteuid() == 0) nobody_become();
    if (!CHECK_EQ(namespace_enter(&namespace), 0)) return;
    CHECK(namespace.has_user);
    CHECK_EQ(geteuid(), 0);
    CHECK_EQ(getegid(), 0);
    CHECK_EQ(interfaces(), 1);
    CHECK(is_up("lo"));
}

/* Whether this machine lets ordinary users have namespaces at all. */
static bool is_allowed_to_nobody(void) {
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        if (geteuid() == 0) nobody_become();
        _exit(unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0);
    }
    waitpid(pid, &status, 0);
    return status == 0;
}

TEST(an_ordinary_user_gets_one_as_root_of_his_own)
{
    if (!is_allowed_to_nobody()) SKIP("no user namespaces for ordinary users here");
    in_process(nobody_enters);
}

static bool file_say(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool is_written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0) close(fd);
    return is_written;
}

/* A user namespace with many users, in which @setting is 0: what an ordinary user is told there. */
static void refused_under(const char *setting, const char *word) {
    struct namespace namespace;
    int go[2], done[2];
    char path[64], octet = 0;

    if (pipe(go) != 0 || pipe(done) != 0) _exit(1);
    pid_t pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWUSER) != 0 || write(go[1], "", 1) != 1) _exit(2);
        if (read(done[0], &octet, 1) != 1 || !file_say(setting, "0")) _exit(3);
        nobody_become();
        int error = namespace_enter(&namespace);
        const char *advice = namespace_advice(&namespace, error);
        _exit(error == -ENOSPC && strstr(advice, word) ? 0 : 5);
    }
    int status = 0;
    CHECK_EQ(read(go[0], &octet, 1), 1);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "/proc/%d/%s_map", pid, i ? "gid" : "uid");
        CHECK(file_say(path, "0 0 70000"));
    }
    CHECK_EQ(write(done[1], "", 1), 1);
    waitpid(pid, &status, 0);
    CHECK_EQ(WEXITSTATUS(status), 0);
}

TEST(who_is_forbidden_namespaces_is_told_which_setting_does_it)
{
    if (geteuid() != 0) SKIP("not root");
    if (system("unshare -U true 2>/dev/null") != 0) SKIP("no user namespaces here");
    TEST_ROW ("user.max_user_namespaces is 0") {
        refused_under("/proc/sys/user/max_user_namespaces", "max_user_namespaces");
    }
    TEST_ROW ("user.max_net_namespaces is 0") {
        refused_under("/proc/sys/user/max_net_namespaces", "max_net_namespaces");
    }
}

TEST(every_step_and_error_has_its_advice)
{
    static const int errors[] = {-EPERM, -EACCES, -ENOSPC, -EUSERS, -EINVAL, -ENOMEM};

    for (int step = NAMESPACE_STEP_USER; step <= NAMESPACE_STEP_LOOPBACK; step++) {
        struct namespace namespace = {.step = (enum namespace_step)step};

        for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
            CHECK(strlen(namespace_advice(&namespace, errors[i])) > 10);
    }
}
