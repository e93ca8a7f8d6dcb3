/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "host/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int file_write(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0) return -errno;
    ssize_t n = write(fd, text, strlen(text));
    int error = n < 0 ? -errno : 0;
    close(fd);
    return error;
}

/* A number kept in a file of /proc/sys.  Return: @otherwise when there is no such file. */
static long setting_read(const char *path, long otherwise) {
    char text[32] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) return otherwise;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    return n > 0 ? strtol(text, NULL, 10) : otherwise;
}

/* Be root of the new user namespace: one user, one group, and no way to drop groups that deny (user_namespaces(7)). */
static int map_self(uid_t uid, gid_t gid) {
    char text[32];

    int error = file_write("/proc/self/setgroups", "deny");
    if (error && error != -ENOENT) return error;
    snprintf(text, sizeof text, "0 %u 1", uid);
    error = file_write("/proc/self/uid_map", text);
    if (error) return error;
    snprintf(text, sizeof text, "0 %u 1", gid);
    return file_write("/proc/self/gid_map", text);
}

static int user_enter(struct namespace *namespace) {
    uid_t uid = geteuid();
    gid_t gid = getegid();

    namespace->step = NAMESPACE_STEP_USER;
    if (unshare(CLONE_NEWUSER) != 0) return -errno;
    namespace->has_user = true;
    namespace->step = NAMESPACE_STEP_MAP;
    return map_self(uid, gid);
}

static int network_enter(struct namespace *namespace) {
    namespace->step = NAMESPACE_STEP_NETWORK;
    return unshare(CLONE_NEWNET) == 0 ? 0 : -errno;
}

static int loopback_up(struct namespace *namespace) {
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};

    namespace->step = NAMESPACE_STEP_LOOPBACK;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    int error = ioctl(fd, SIOCSIFFLAGS, &request) == 0 ? 0 : -errno;
    close(fd);
    return error;
}

int namespace_enter(struct namespace *namespace) {
    *namespace = (struct namespace){0};
    /* Root of a container may lack the capability; then it goes the way of everyone else. */
    int error = geteuid() == 0 ? network_enter(namespace) : -EPERM;
    if (error == -EPERM) {
        error = user_enter(namespace);
        if (!error) error = network_enter(namespace);
    }
    return error ? error : loopback_up(namespace);
}

static const char *user_advice(int error) {
    if (setting_read("/proc/sys/user/max_user_namespaces", 1) == 0)
        return "user namespaces are forbidden here: become root, or sysctl user.max_user_namespaces=10000";
    if (setting_read("/proc/sys/kernel/unprivileged_userns_clone", 1) == 0)
        return "user namespaces are forbidden here: become root, or sysctl kernel.unprivileged_userns_clone=1";
    if (setting_read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 0) == 1)
        return "AppArmor restricts user namespaces here: become root, or "
               "sysctl kernel.apparmor_restrict_unprivileged_userns=0";
    if (error == -ENOSPC || error == -EUSERS)
        return "too many user namespaces: end some, or raise sysctl user.max_user_namespaces";
    if (error == -EINVAL) return "this kernel has no user namespaces: become root";
    return "a container or a security module forbids user namespaces: become root, or run it outside";
}

static const char *network_advice(int error) {
    if (setting_read("/proc/sys/user/max_net_namespaces", 1) == 0)
        return "network namespaces are forbidden here: sysctl user.max_net_namespaces=10000";
    if (error == -ENOSPC)
        return "too many network namespaces: end some, or raise sysctl user.max_net_namespaces";
    if (error == -EINVAL) return "this kernel has no network namespaces: use --tun";
    return user_advice(error);
}

const char *namespace_advice(const struct namespace *namespace, int error) {
    switch (namespace->step) {
    case NAMESPACE_STEP_USER:
    case NAMESPACE_STEP_MAP: return user_advice(error);
    case NAMESPACE_STEP_NETWORK:
    case NAMESPACE_STEP_LOOPBACK: break;
    }
    return network_advice(error);
}
