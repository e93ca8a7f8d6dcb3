/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sysctl is set: its row is found, its value read as the row has it, stored, and what hangs on it follows.
 */
#include "script/personality.h"
#include "script/settings_table.h"
#include "script/words.h"

enum {
    SETTING_NAME_MAX = 128,
    SETTING_WINDOW_LEAST = 4096, /* of tercet_config.receive_buffer_bytes */
    SETTING_WINDOW_MOST = 4 << 20,
    SETTING_MEMORY_FIELDS = 3, /* least, default, most */
    FIN_WAIT_2_FAST_MS = 60000,
    FIN_WAIT_2_SLOW_MS = 600000,
    SYN_OPTIONS_RETRIES = 3,
    ORPHAN_RETRIES = 8, /* of Linux, for 0 */
};

/* The window that a receive buffer makes: on Linux half of it, the rest is for what packets bring along. */
void follow_recvspace(struct settings *settings, int64_t bytes) {
    uint32_t window = settings->receive_buffer_bytes;

    (void)bytes;
    if (settings->as->sockets == PERSONALITY_LINUX) window /= 2;
    if (window < SETTING_WINDOW_LEAST) window = SETTING_WINDOW_LEAST;
    if (window > SETTING_WINDOW_MOST) window = SETTING_WINDOW_MOST;
    settings->config.receive_buffer_bytes = window;
}

/* Linux offers a window scale that is enough for the largest buffer that a socket may come to have. */
static void scale_follow(struct settings *settings) {
    uint32_t most = settings->receive_most_bytes, limit = settings->rcvbuf_limit_bytes;

    settings->config.habits.window_scale_bytes = most > limit ? most : limit;
}

void follow_rmem_max(struct settings *settings, int64_t bytes) {
    if (bytes > settings->config.habits.window_scale_bytes) scale_follow(settings);
}

/* FreeBSD's is enough for the largest buffer of any socket. */
void follow_maxsockbuf(struct settings *settings, int64_t bytes) {
    settings->sndbuf_limit_bytes = (uint32_t)bytes;
    settings->config.habits.window_scale_bytes = (uint32_t)bytes;
}

/* Linux keeps the variance in an RTO up by the same number. */
void follow_rto_min(struct settings *settings, int64_t us) {
    if (settings->config.habits.rto_variance_min_us)
        settings->config.habits.rto_variance_min_us = (uint32_t)us;
}

/* The two hang together: the time holds if it is switched on, in whichever order that is said. */
void follow_fin_wait_2(struct settings *settings, int64_t number) {
    uint32_t fast_ms = settings->fin_wait_2_ms ? settings->fin_wait_2_ms : FIN_WAIT_2_FAST_MS;

    (void)number;
    settings->config.fin_wait_2_us = (settings->fin_wait_2_is_fast ? fast_ms : FIN_WAIT_2_SLOW_MS) *
                                     1000u;
}

/* What is beyond 2 is accurate ECN, on both systems. */
void set_ecn(struct settings *settings, int64_t number) {
    static const uint8_t ecn[] = {TERCET_ECN_OFF, TERCET_ECN_ASKED, TERCET_ECN_GRANTED};

    settings->config.ecn = ecn[number];
}

/* 0: neither, 1: both, 2: window scaling, 3: timestamps. */
void set_rfc1323(struct settings *settings, int64_t number) {
    settings->config.window_scale = number == 1 || number == 2;
    settings->config.timestamps = number == 1 || number == 3;
}

/* 1: a SYN loses its options from the third retry on. */
void set_drop_options(struct settings *settings, int64_t number) {
    settings->config.habits.syn_options_retries = number ? SYN_OPTIONS_RETRIES : UINT8_MAX;
}

/* 0: an ACK for every segment; we do so for as many as we can be told to. */
void set_delayed_ack(struct settings *settings, int64_t number) {
    struct tercet_config usual;

    tercet_config_init(&usual, sizeof usual);
    settings->as->configure(&usual);
    settings->config.habits.quick_acks = number ? usual.habits.quick_acks : UINT8_MAX;
}

/* Linux, 0: the stack's own number for them. */
void set_orphan_retries(struct settings *settings, int64_t number) {
    settings->config.orphan_retries = (uint8_t)(number ? number : ORPHAN_RETRIES);
}

/* Values. */

static void field_store(struct settings *settings, uint32_t field, uint64_t value) {
    unsigned char *at = (unsigned char *)settings + (field >> 4);
    uint32_t value32 = (uint32_t)value;
    uint8_t value8 = (uint8_t)value;

    if (!field) return;
    if ((field & 15) == sizeof value8)
        memcpy(at, &value8, sizeof value8);
    else
        memcpy(at, &value32, sizeof value32);
}

static bool is_within(const struct setting *row, int64_t number) {
    return number >= row->least && number <= row->most;
}

static bool number_take(struct settings *settings, const struct setting *row, struct word value) {
    int64_t number;

    if (!word_number(value, &number) || !is_within(row, number)) return false;
    if (number % row->divide) return false;
    if (row->kind == SETTING_SWITCH) number = number != 0;
    if (row->kind == SETTING_REVERSED) number = number == 0;
    field_store(settings, row->field, (uint64_t)number * row->multiply / row->divide);
    if (row->follow) row->follow(settings, number);
    return true;
}

/* The least is for want of memory; what stands behind it may be left out. */
static bool memory_take(struct settings *settings, const struct setting *row, struct word value) {
    bool is_receive = row->kind == SETTING_RMEM;
    int64_t sizes[SETTING_MEMORY_FIELDS];
    unsigned n = 0;
    struct word one;

    for (; (one = word_next(&value)).length; n++) {
        if (n == SETTING_MEMORY_FIELDS || !word_number(one, &sizes[n])) return false;
        if (!is_within(row, sizes[n])) return false;
    }
    if (n > 1 && is_receive) settings->receive_buffer_bytes = (uint32_t)sizes[1];
    if (n > 2 && is_receive) settings->receive_most_bytes = (uint32_t)sizes[2];
    if (n > 1 && is_receive) follow_recvspace(settings, sizes[1]);
    if (n > 2 && is_receive) scale_follow(settings);
    if (n > 1 && !is_receive) settings->send_buffer_bytes = (uint32_t)sizes[1];
    if (n > 2 && !is_receive) settings->send_most_bytes = (uint32_t)sizes[2];
    return n > 0;
}

static bool values_are_equal(struct word a, struct word b) {
    int64_t x, y;

    if (word_number(a, &x) && word_number(b, &y)) return x == y;
    return word_equal(a, b);
}

static bool only_take(const struct setting *row, struct word value) {
    struct word rest = word_of(row->values), one;

    while ((one = word_next(&rest)).length)
        if (values_are_equal(one, value)) return true;
    return false;
}

static bool value_take(struct settings *settings, const struct setting *row, struct word value) {
    switch (row->kind) {
    case SETTING_NUMBER:
    case SETTING_SWITCH:
    case SETTING_REVERSED: return number_take(settings, row, value);
    case SETTING_RMEM:
    case SETTING_WMEM: return memory_take(settings, row, value);
    case SETTING_ONLY: return only_take(row, value);
    case SETTING_NOTED: return true;
    }
    return false;
}

/* Names. */

static bool row_is_called(const struct setting *row, struct word name) {
    uint32_t n = row->name.length;

    if (row->name.at[n - 1] != '*') return word_equal(row->name, name);
    return name.length >= n - 1 && memcmp(name.at, row->name.at, n - 1) == 0;
}

static const struct setting *row_of(struct word name) {
    const struct setting *row;

    for (uint32_t i = 0; (row = settings_row(i)); i++)
        if (row_is_called(row, name)) return row;
    return NULL;
}

/* Why @name cannot be set to @value: the feature that would need, if there is one. */
static void say_why(struct text *why, const struct setting *row, struct word name,
                    struct word value) {
    bool is_feature = row->kind == SETTING_ONLY;

    text_put(why, is_feature ? row->words : "sysctl");
    text_put(why, is_feature ? " (" : " ");
    text_bytes(why, name.at, name.length);
    text_char(why, '=');
    text_bytes(why, value.at, value.length);
    if (is_feature) text_char(why, ')');
}

enum settings_answer settings_set(struct settings *settings, struct word name, struct word value,
                                  struct text *why) {
    char memory[SETTING_NAME_MAX];
    const struct setting *row = NULL;

    if (name.length <= sizeof memory) {
        for (uint32_t i = 0; i < name.length; i++)
            memory[i] = name.at[i] == '/' ? '.' : name.at[i];
        name.at = memory;
        row = row_of(name);
    }
    value = word_trimmed(value);
    if (!row) {
        text_put(why, "sysctl ");
        text_bytes(why, name.at, name.length);
        return SETTINGS_UNSUPPORTED;
    }
    if (!value_take(settings, row, value)) {
        say_why(why, row, name, value);
        return SETTINGS_UNSUPPORTED;
    }
    if (settings->config.rto_max_us < settings->config.rto_min_us)
        settings->config.rto_max_us = settings->config.rto_min_us;
    return SETTINGS_TAKEN;
}

bool settings_show(uint32_t i, struct setting_shown *shown) {
    const struct setting *row = settings_row(i);

    if (!row) return false;
    *shown = (struct setting_shown){row->name, row->words, row->values};
    return true;
}
