/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_SCRIPT_SETTINGS_TABLE_H
#define TERCET_SCRIPT_SETTINGS_TABLE_H

#include <stddef.h>

#include "script/settings.h"

/*
 * What the names of sysctl(8) mean here.  A row is one of these:
 * - a field of struct settings takes the value;
 * - it has no effect that a script could see here, or one that is seen in packets alone, so that a script which counts on
 *   it is judged by them;
 * - only some values are what the stack does; any other asks for a feature that it does not have, and is unsupported
 *   under the name of that feature.
 */
enum setting_kind {
    SETTING_NUMBER,
    SETTING_SWITCH,   /* the field is on but for 0 */
    SETTING_REVERSED, /* it is on for 0 */
    SETTING_RMEM,     /* `least default most` of receive buffers */
    SETTING_WMEM,     /* of send buffers */
    SETTING_ONLY,
    SETTING_NOTED,
};

struct setting {
    struct word name;
    const char *words;   /* what becomes of it; of ONLY: the feature that other values need */
    const char *values;  /* of ONLY */
    int64_t least, most; /* of the value */
    enum setting_kind kind;
    uint32_t field; /* its offset * 16 + its octets; 0: none */
    uint32_t multiply, divide;
    void (*follow)(struct settings *settings,
                   int64_t number); /* what else changes with it; or NULL */
};

/* Row @i, NULL: there are no more.  A row by its own name stands in front of one with a `*`. */
const struct setting *settings_row(uint32_t i);

/* settings_set.c: */

/*
 * Set the sysctl @name, with dots or slashes between its parts, to @value.
 * Return: SETTINGS_UNSUPPORTED: also when the name is not in the table
 */
enum settings_answer settings_set(struct settings *settings, struct word name, struct word value,
                                  struct text *why);

/* What follows from a number that was stored. */
void follow_recvspace(struct settings *settings, int64_t bytes);
void follow_rmem_max(struct settings *settings, int64_t bytes);
void follow_maxsockbuf(struct settings *settings, int64_t bytes);
void follow_rto_min(struct settings *settings, int64_t us);
void follow_fin_wait_2(struct settings *settings, int64_t number);

/* Numbers that become something else. */
void set_ecn(struct settings *settings, int64_t number);
void set_rfc1323(struct settings *settings, int64_t number);
void set_drop_options(struct settings *settings, int64_t number);
void set_delayed_ack(struct settings *settings, int64_t number);
void set_orphan_retries(struct settings *settings, int64_t number);

#endif
