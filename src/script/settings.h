/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_SETTINGS_H
#define TERCET_SCRIPT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tercet/config.h>

#include "base/text.h"
#include "script/syntax.h"

/* Files that commands name, read by whoever runs the scripts. */
struct files {
    /* The text of file @name (as a script in its folder would name it); NULL: there is none.  Borrowed for the run. */
    const char *(*read)(void *context, const char *name, size_t *octets);
    void *context;
};

/* What a Unix host is set to: what sysctl says of it. */
struct settings {
    const struct personality *as;
    struct tercet_config config; /* of the stack */

    /* Of the sockets: tcp_rmem[1], tcp_wmem[1] and their FreeBSD kin; 0: the personality's own. */
    uint32_t receive_buffer_bytes, send_buffer_bytes;
    uint32_t fin_timeout_s, notsent_lowat_bytes;
};

/* As the personality @as begins. */
void settings_init(struct settings *settings, const struct personality *as);

enum settings_answer {
    SETTINGS_TAKEN,       /* done, or it changes nothing here (tc, ethtool: said in the table) */
    SETTINGS_UNSUPPORTED, /* @why says what */
};

/*
 * Obey a shell command of a script: sysctl in its spellings, a file of such commands, what flushes caches that we do
 * not have.  @why: appended to
 */
enum settings_answer settings_command(struct settings *settings, const struct files *files,
                                      struct word command, struct text *why);

#endif
