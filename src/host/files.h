/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_HOST_FILES_H
#define TERCET_HOST_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Files to serve: a directory opened once, and what lies strictly beneath it.  Neither "..", nor an absolute
 * path, nor a symbolic link leads out; links that stay inside are followed.
 */
struct files {
    int directory;
    bool is_walking; /* this kernel has no openat2: paths are walked by hand, and symbolic links are refused */
};

struct file {
    int fd;
    bool is_directory;
    uint64_t octets;
    int64_t modified_s; /* since 1970 */
    uint32_t modified_ns;
    uint64_t inode;
};

/* Return: 0 or -errno: -ENOENT, -ENOTDIR, -EACCES (it may not be listed or searched). */
int files_open(struct files *files, const char *directory);

/*
 * Open a regular file or a directory for reading.
 * @path: relative, zero-terminated, at most PATH_MAX octets; "" or "." is the directory itself
 * Return: 0, or -errno: -ENOENT, -ENOTDIR, -EACCES (no permission, or neither file nor directory), -EXDEV or -ELOOP (it leads out,
 * or by links that are refused), -ENAMETOOLONG, -EMFILE.
 */
int files_find(const struct files *files, const char *path, struct file *file);

/* Read @octets at @offset.  Return: octets read, 0 at the end of the file, or -errno. */
ssize_t file_read(const struct file *file, void *into, size_t octets, uint64_t offset);

void file_close(struct file *file);

void files_close(struct files *files);

#endif
