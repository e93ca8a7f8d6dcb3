/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/script_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Read to the end of @fd.  Return: as of file_read_whole */
static char *whole_read(int fd, size_t most, size_t *octets) {
    size_t capacity = 16384, used = 0;
    char *text = NULL;
    ssize_t n;

    do {
        char *more = used == capacity || !text ? realloc(text, capacity *= 2) : text;
        if (!more) break;
        text = more;
        n = read(fd, text + used, capacity - used);
        if (n > 0) used += (size_t)n;
        if (n == 0 && used <= most) {
            *octets = used;
            return text;
        }
        if (used > most) errno = EFBIG;
    } while (used <= most && (n > 0 || (n < 0 && errno == EINTR)));
    int error = errno;
    free(text);
    errno = error;
    return NULL;
}

char *file_read_whole(const char *path, size_t most, size_t *octets) {
    if (strcmp(path, "-") == 0) return whole_read(STDIN_FILENO, most, octets);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return NULL;
    char *text = whole_read(fd, most, octets);
    int error = errno;
    close(fd);
    errno = error;
    return text;
}

/* A file that a command names is a plain one: a pipe could keep us for ever. */
static char *plain_read(const char *path, size_t *octets) {
    struct stat status;

    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) return NULL;
    return file_read_whole(path, SHELF_OCTETS_MAX, octets);
}

static const char *shelf_find(struct shelf *shelf, const char *path, size_t *octets) {
    struct shelf_file *file = shelf->files;

    while (file < shelf->files + shelf->n && strcmp(file->path, path) != 0)
        file++;
    if (file == shelf->files + SHELF_FILES_MAX) return NULL;
    if (file == shelf->files + shelf->n) {
        if (!(file->path = strdup(path))) return NULL;
        file->text = plain_read(path, &file->octets);
        shelf->n++;
    }
    *octets = file->octets;
    return file->text;
}

const char *shelf_read(void *context, const char *name, size_t *octets) {
    struct shelf *shelf = context;
    const char *slash = strrchr(shelf->script, '/');
    char path[PATH_MAX];

    if (*name != '/' && slash) {
        int n = snprintf(path, sizeof path, "%.*s%s", (int)(slash + 1 - shelf->script),
                         shelf->script, name);
        const char *text = n < (int)sizeof path ? shelf_find(shelf, path, octets) : NULL;
        if (text) return text;
    }
    return shelf_find(shelf, name, octets);
}

void shelf_free(struct shelf *shelf) {
    for (unsigned i = 0; i < shelf->n; i++) {
        free(shelf->files[i].path);
        free(shelf->files[i].text);
    }
    *shelf = (struct shelf){0};
}

void shelf_turn_to(struct shelf *shelf, const char *script) {
    if (shelf->n > SHELF_FILES_MAX / 2) shelf_free(shelf);
    shelf->script = script;
}
