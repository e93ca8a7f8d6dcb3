/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "host/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* O_NONBLOCK: a FIFO is refused afterwards, but its open must not wait for a writer. */
#define READING      (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
#define ATTEMPTS_MAX 8 /* openat2 says EAGAIN while someone renames directories under it */

static int open_beneath(int directory, const char *path) {
    const struct open_how how = {
        .flags = READING,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };

    for (unsigned i = 0; i < ATTEMPTS_MAX; i++) {
        long fd = syscall(SYS_openat2, directory, path, &how, sizeof how);

        if (fd >= 0) return (int)fd;
        if (errno != EAGAIN) return -errno;
    }
    return -EAGAIN;
}

int files_open(struct files *files, const char *directory) {
    *files = (struct files){.directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (files->directory < 0) return -errno;
    int fd = open_beneath(files->directory, ".");
    /* A kernel before 5.6 does not know the call; old container filters forbid it. */
    if (fd == -ENOSYS || fd == -EPERM) {
        files->is_walking = true;
        fd = faccessat(files->directory, ".", X_OK, AT_EACCESS) == 0 ? 0 : -errno;
    } else if (fd >= 0) {
        close(fd);
    }
    if (fd < 0) files_close(files);
    return fd < 0 ? fd : 0;
}

/* The next name of *@path, which moves past it and the slashes behind.  Return: its length. */
static size_t name_next(const char **path, char name[NAME_MAX + 1]) {
    size_t n = strcspn(*path, "/");
    size_t kept = n <= NAME_MAX ? n : NAME_MAX;

    memcpy(name, *path, kept);
    name[kept] = '\0';
    *path += n;
    *path += strspn(*path, "/");
    return n;
}

static int name_open(int at, const char *name, size_t length, int flags) {
    if (length > NAME_MAX) return -ENAMETOOLONG;
    if (strcmp(name, "..") == 0) return -EXDEV;
    int fd = openat(at, name, flags | O_NOFOLLOW);
    return fd < 0 ? -errno : fd;
}

/* The same as open_beneath, a name at a time, without any link. */
static int open_walking(int directory, const char *path) {
    int at = *path == '/' ? -EXDEV : name_open(directory, ".", 1, O_PATH | O_DIRECTORY | O_CLOEXEC);

    while (at >= 0 && *path) {
        char name[NAME_MAX + 1];
        size_t length = name_next(&path, name);
        bool is_directory = path[-1] == '/'; /* so says the slash behind it */
        bool is_last = *path == '\0';
        int flags = is_last ? READING : O_PATH | O_CLOEXEC;
        int next = name_open(at, name, length, flags | (is_directory ? O_DIRECTORY : 0));

        close(at);
        at = next;
    }
    return at;
}

static int file_look(struct file *file) {
    struct stat status;

    if (fstat(file->fd, &status) != 0) return -errno;
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return -EACCES;
    file->is_directory = S_ISDIR(status.st_mode);
    file->octets = (uint64_t)status.st_size;
    file->modified_s = status.st_mtim.tv_sec;
    file->modified_ns = (uint32_t)status.st_mtim.tv_nsec;
    file->inode = status.st_ino;
    return 0;
}

int files_find(const struct files *files, const char *path, struct file *file) {
    *file = (struct file){.fd = -1};
    if (*path == '\0') path = ".";
    int fd = files->is_walking ? open_walking(files->directory, path)
                               : open_beneath(files->directory, path);
    if (fd < 0) return fd;
    file->fd = fd;
    int error = file_look(file);
    if (error) file_close(file);
    return error;
}

ssize_t file_read(const struct file *file, void *into, size_t octets, uint64_t offset) {
    ssize_t n;

    if (offset > INT64_MAX) return 0;
    do
        n = pread(file->fd, into, octets, (off_t)offset);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

void file_close(struct file *file) {
    if (file->fd >= 0) close(file->fd);
    file->fd = -1;
}

void files_close(struct files *files) {
    if (files->directory >= 0) close(files->directory);
    files->directory = -1;
}
