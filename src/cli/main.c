/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/complaint.h"
#include "cli/verb.h"

/*
 * Started without one of 0, 1, 2, the next file opened would become it, and be written over by what is meant for people.
 * Text for a standard output that is not there is still not lost without a word: what takes its place takes none.
 */
static void standard_descriptors_fill(void) {
    static const int modes[] = {O_RDWR, O_RDONLY, O_RDWR};

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) < 0) return;
}

/* Text for standard output that could not be written is a failure like any other. */
static int flushed(int status) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    complain("standard output: %s (is it closed, or its disk full?)", strerror(errno));
    return status ? status : STATUS_TROUBLE;
}

/* Whether @word is @option, or as much of it as it takes to know that. */
static bool is_option(const char *word, const char *option) {
    return strlen(word) > strlen("--") && strncmp(option, word, strlen(word)) == 0;
}

static int dispatch(int argc, char **argv) {
    char *help[] = {"help", NULL};

    if (argc < 2) {
        complain("no verb: there is nothing to do (`tercet help` lists the verbs)");
        return STATUS_USAGE;
    }
    if (is_option(argv[1], "--version")) {
        puts("tercet " TERCET_VERSION);
        return 0;
    }
    if (is_option(argv[1], "--help")) return verb_help.run(1, help);
    const struct verb *verb = verb_find_or_complain(argv[1]);

    return verb ? verb->run(argc - 1, argv + 1) : STATUS_USAGE;
}

int main(int argc, char **argv) {
    standard_descriptors_fill();
    return flushed(dispatch(argc, argv));
}
