/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/complaint.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

enum { PATIENCE_MS = 2000 };

/* A standard error that is full, and that nobody reads, must not keep tercet from ending. */
static bool is_heard(void) {
    struct pollfd error = {.fd = STDERR_FILENO, .events = POLLOUT};

    return poll(&error, 1, PATIENCE_MS) > 0;
}

void complain(const char *format, ...) {
    char line[1024] = "tercet: ";
    size_t used = sizeof "tercet: " - 1;
    va_list values;

    va_start(values, format);
    int n = vsnprintf(line + used, sizeof line - used - 1, format, values);
    va_end(values);
    if (n < 0) n = 0;
    size_t end = used + (size_t)n;
    if (end > sizeof line - 2) end = sizeof line - 2;
    for (char *c = line; c < line + end; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f) *c = '?';
    line[end] = '\n';
    if (!is_heard()) return;
    /* One write, so that a line never mixes with another process's; nobody is left to tell if it fails. */
    if (write(STDERR_FILENO, line, end + 1) < 0) return;
}

const char *advice_against(int error, const char *otherwise) {
    switch (-error) {
    case EMFILE: return "raise the limit of open files: ulimit -n";
    case ENFILE: return "too many files are open on this machine: sysctl fs.file-max";
    case ENOMEM: return "free some memory, or raise its limit: ulimit -v";
    case EAGAIN: return "raise the limit of processes: ulimit -u";
    default: return otherwise;
    }
}
