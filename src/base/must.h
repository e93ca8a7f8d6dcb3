/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_BASE_MUST_H
#define TERCET_BASE_MUST_H

/*
 * must(): what has to be true unless this code is wrong. A peer's bytes and a caller's arguments
 * never reach it; they get a verdict or an error. The hook is the program's: the library's own
 * prints and aborts.
 */
_Noreturn void tercet_must_failed(const char *condition, const char *file, int line);

#define must(condition)                                                                            \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0)) tercet_must_failed(#condition, __FILE__, __LINE__); \
    } while (0)

#endif
