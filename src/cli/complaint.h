/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_COMPLAINT_H
#define TERCET_CLI_COMPLAINT_H

/* How a verb ends when it is tercet that failed. */
enum {
    STATUS_TROUBLE = 1,         /* the environment */
    STATUS_USAGE = 2,           /* the command line */
    STATUS_UNDER_COMMAND = 125, /* any failure of tercet's own where the status belongs to COMMAND */
};

/*
 * One line on standard error: `tercet: ` and the text, which reads `what: why (what to do)`.
 * Control characters in it, such as a newline inside a file's name, become question marks.
 */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What would help against @error (-errno) where it tells of a limit; @otherwise where it does not. */
const char *advice_against(int error, const char *otherwise);

#endif
