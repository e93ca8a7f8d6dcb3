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

    /* Of the sockets; 0: the personality's own.  On FreeBSD these are recvspace, recvbuf_max, maxsockbuf, ... */
    uint32_t receive_buffer_bytes; /* tcp_rmem[1] */
    uint32_t receive_most_bytes;   /* tcp_rmem[2] */
    uint32_t rcvbuf_limit_bytes;   /* rmem_max: of SO_RCVBUF */
    uint32_t send_buffer_bytes;    /* the same of tcp_wmem, wmem_max and SO_SNDBUF */
    uint32_t send_most_bytes;
    uint32_t sndbuf_limit_bytes;
    uint32_t backlog_most;        /* somaxconn */
    uint32_t notsent_lowat_bytes; /* UINT32_MAX: no limit */
    uint32_t keep_idle_s, keep_interval_s, keep_count;
    bool keeps_all_alive;    /* SO_KEEPALIVE or not (always_keepalive) */
    bool fin_wait_2_is_fast; /* fast_finwait2_recycle: fin_wait_2_ms, else 600 s */
    uint32_t fin_wait_2_ms;  /* finwait2_timeout, 0: 60 s */
    uint32_t mtu;            /* of the link */

    /* What `sleep` asked for: whoever runs the commands lets so much time pass, and sets it to 0. */
    uint64_t sleep_us;
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

/* Obey the commands of file @name, whatever it is called.  @why: appended to */
enum settings_answer settings_file(struct settings *settings, const struct files *files,
                                   struct word name, struct text *why);

/* A row of the table of sysctl names, to be shown. */
struct setting_shown {
    struct word name;  /* ends with `*`: all that begin so */
    const char *words; /* what becomes of it; with values: the feature that any other one needs */
    const char *values; /* those that are taken, parted by blanks; NULL: all that the words are about */
};

/* Row @i of the table in the order in which it stands.  Return: whether there is one */
bool settings_show(uint32_t i, struct setting_shown *shown);

#endif
