/* SPDX-License-Identifier: BSD-2-Clause */
#include "app/http_resource.h"

#include <errno.h>

#include "app/http_mime.h"

/*
 * A reason that lies in the path is 404, one that lies in us 503. What leads out of the folder is
 * not there; what may not be read is there.
 */
static unsigned status_of(int error) {
    switch (-error) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
    case ELOOP:
    case EXDEV:
    case EINVAL: return 404;
    case EACCES:
    case EPERM: return 403;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN: return 503;
    default: return 500;
    }
}

/* Append the index's name to a folder's.  Return: false when it does not fit. */
static bool index_name(const struct http_target *target, char path[HTTP_PATH_MAX + 1]) {
    struct text text;
    text_init(&text, path, HTTP_PATH_MAX + 1);
    text_put(&text, target->path);
    text_put(&text, target->path[0] ? "/index.html" : "index.html");
    return !text.cut;
}

unsigned http_files_find(const struct files *root, const struct http_target *target, int64_t now_s,
                         struct http_resource *resource) {
    char index[HTTP_PATH_MAX + 1];
    const char *path = target->path;
    struct file *file = &resource->file;
    if (target->is_folder) {
        if (!index_name(target, index)) return 404;
        path = index;
    }
    int error = files_find(root, path, file);
    if (error) return status_of(error);
    if (file->is_directory) {
        file_close(file);
        return target->is_folder ? 404 : 301;
    }
    resource->source = HTTP_SOURCE_FILE;
    resource->type = http_mime_type(path);
    resource->size = file->octets;
    http_validators_make(&resource->validators, file->inode, file->octets, file->modified_s,
                         file->modified_ns);
    if (resource->validators.modified_s > now_s) resource->validators.modified_s = now_s;
    return 200;
}
