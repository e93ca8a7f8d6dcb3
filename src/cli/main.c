/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/complaint.h"
#include "cli/verb.h"

/* Started without one of 0, 1, 2, the next file opened would become it, and be written over by what is meant for people. */
static void standard_descriptors_fill(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) return;
}

/* Text for standard output that could not be written is a failure like any other. */
static int flushed(int status) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    complain("standard output: %s (is the disk full?)", strerror(errno));
    return status ? status : STATUS_TROUBLE;
}

static int dispatch(int argc, char **argv) {
    char *help[] = {"help", NULL};

    if (argc < 2) {
        complain("no verb: there is nothing to do (`tercet help` lists the verbs)");
        return STATUS_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("tercet " TERCET_VERSION);
        return 0;
    }
    if (strcmp(argv[1], "--help") == 0) return verb_help.run(1, help);
    const struct verb *verb = verb_find_or_complain(argv[1]);

    return verb ? verb->run(argc - 1, argv + 1) : STATUS_USAGE;
}

int main(int argc, char **argv) {
    standard_descriptors_fill();
    return flushed(dispatch(argc, argv));
}
