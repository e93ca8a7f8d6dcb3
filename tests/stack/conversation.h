/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_STACK_CONVERSATION_H
#define TERCET_TESTS_STACK_CONVERSATION_H

/*
 * Conversations: one stack driven through include/tercet/stack.h alone, a peer that follows a
 * script, virtual time.
 *
 *     CONVERSATION(rst_in_the_window_is_challenged) {
 *         establish(c);
 *         receive(c, RST, 100, 0, 0);
 *         expect_verdict(c, TERCET_RST_CHALLENGED);
 *         expect(c, ACK, 1, 1, 0);
 *         expect_state(c, ESTABLISHED);
 *     }
 *
 * Sequence numbers are relative: 0 is the SYN, 1 the first octet of data, each way.  Every
 * conversation is played by IPv4 and by IPv6 (a line of TAP each), with and without timestamps, and
 * with initial sequence numbers of both sides that wrap 2^32 or 2^31 inside the conversation.  Our
 * own ISS is put where it is wanted by moving the time at which the conversation begins: RFC 6528
 * adds a clock of 4 us to the tuple's hash, so a trial tells how far to move.
 *
 * The peer offers an MSS with which our segments carry exactly MSS = 1,000 octets, timestamps or
 * not.  Both streams carry a known pattern: content is checked wherever octets appear.  Every
 * departing segment is also held to what must hold always (heard_check).  When a conversation has
 * ended well, all is closed and hours pass: no object may remain.
 *
 * After a check has failed the rest of that conversation is silence: every call below does nothing.
 */
#include "stack/user_talk.h"

/*
 * The end of a conversation: the user closes all, the peer is silent for hours, nothing may remain.
 */
static inline void leave_nothing(struct conversation *c) {
    struct tercet_stack_info all;

    if (c->over || !c->stack) return;
    c->corked = false;
    for (unsigned i = 0; i < c->n_talkers; i++)
        tercet_conn_close(c->stack, c->talkers[i].conn);
    if (c->listener) tercet_conn_close(c->stack, c->listener);
    pump(c);
    for (unsigned minutes = 0; minutes < 240 && !c->over; minutes++) {
        advance_s(c, 60);
        ignore_heard(c);
    }
    tercet_stack_info(c->stack, &all);
    verify_eq(c, all.listeners, 0);
    verify_eq(c, all.half_opens, 0);
    verify_eq(c, all.conns, 0);
    verify_eq(c, all.time_waits, 0);
    verify_eq(c, all.reassemblies, 0);
    verify_eq(c, all.buffer_blocks, 0);
}

struct play {
    const char *name;
    void (*body)(struct conversation *c, const void *row);
    const void *row;
    enum tercet_state state; /* to be reached first; CLOSED: none */
};

static inline void conversation_begin(struct conversation *c, const struct variant *variant,
                                      bool v6, uint64_t start_ns) {
    memset(c, 0, offsetof(struct conversation, heard));
    conversation_config(&c->config);
    c->mtu = 1500;
    c->variant = variant;
    c->v6 = v6;
    c->start_ns = c->now_ns = start_ns;
    c->talker = talker_add(c, SERVER_PORT, CLIENT_PORT, 1);
}

static inline void conversation_end(struct conversation *c) {
    if (c->holding) release(c);
    if (c->memory) munmap(c->memory, c->memory_bytes);
    c->memory = NULL;
    c->stack = NULL;
}

static inline void play_once(struct conversation *c, const struct play *play) {
    if (play->state != TERCET_STATE_CLOSED) reach(c, play->state);
    play->body(c, play->row);
    if (!c->is_trial) leave_nothing(c);
    conversation_end(c);
}

/* When to begin so that our first SYN carries the variant's ISS. */
static inline uint64_t start_find(struct conversation *c, const struct variant *variant, bool v6,
                                  const struct play *play) {
    uint64_t start_ns = 1000000 * MS_NS;

    for (unsigned trial = 0; trial < TRIALS_MAX; trial++) {
        conversation_begin(c, variant, v6, start_ns);
        c->is_trial = true;
        play_once(c, play);
        uint32_t missing = variant->iss - c->learnt_iss;
        if (!c->learnt || missing == 0) break;
        start_ns += missing * 4000ull;
    }
    return start_ns;
}

/* Return: whether it went well. */
static inline bool play_variant(const struct variant *variant, bool v6, const struct play *play) {
    static struct conversation *c;

    if (!c) c = malloc(sizeof *c);
    if (!c) abort();
    uint64_t start_ns = start_find(c, variant, v6, play);
    conversation_begin(c, variant, v6, start_ns);
    play_once(c, play);
    return !c->failed;
}

static inline void play_all(const struct play *play) {
    for (int v6 = 0; v6 < 2; v6++) {
        TEST_ROW ("%s, IPv%d", play->name, v6 ? 6 : 4) {
            for (size_t i = 0; i < VARIANTS; i++) {
                if (!play_variant(&variants[i], v6, play)) break;
            }
        }
    }
}

static inline void play_states(const struct play *of, unsigned states) {
    for (int state = 0; state < TERCET_STATE_COUNT; state++) {
        char name[TAP_NAME_MAX];
        struct play play = *of;
        if (!(states & 1u << state)) continue;
        snprintf(name, sizeof name, "%s in %s", of->name,
                 tercet_state_name((enum tercet_state)state));
        play.name = name;
        play.state = (enum tercet_state)state;
        play_all(&play);
    }
}

/* @stride octets from one row to the next; each begins with its name. */
static inline void play_rows(const struct play *of, const void *rows, size_t n, size_t stride) {
    for (size_t i = 0; i < n; i++) {
        char name[TAP_NAME_MAX];
        const char *word;
        struct play play = *of;
        play.row = (const unsigned char *)rows + i * stride;
        memcpy(&word, play.row, sizeof word);
        snprintf(name, sizeof name, "%s: %s", of->name, word);
        play.name = name;
        play_all(&play);
    }
}

/* A test that is a conversation; its body has the conversation `c`. */
#define CONVERSATION(sentence)                                                                     \
    static void talk_##sentence(struct conversation *c, const void *row);                          \
    TEST(sentence)                                                                                 \
    { play_all(&(struct play){.name = #sentence, .body = talk_##sentence}); }                      \
    static void talk_##sentence(struct conversation *c, __attribute__((unused)) const void *row)

/*
 * The same from each of @states (IN(ESTABLISHED) | ...), which has been reached when the body
 * begins.
 */
#define CONVERSATION_IN(states, sentence)                                                          \
    static void talk_##sentence(struct conversation *c, const void *row);                          \
    TEST(sentence)                                                                                 \
    { play_states(&(struct play){.name = #sentence, .body = talk_##sentence}, (states)); }         \
    static void talk_##sentence(struct conversation *c, __attribute__((unused)) const void *row)

/*
 * The same for each row of an array of structs that begin with a name; the body has `row`, a
 * pointer to one.
 */
#define CONVERSATION_ROWS(table, sentence)                                                         \
    static void rows_##sentence(struct conversation *c, const __typeof__((table)[0]) *row);        \
    static void talk_##sentence(struct conversation *c, const void *row) {                         \
        rows_##sentence(c, row);                                                                   \
    }                                                                                              \
    TEST(sentence)                                                                                 \
    {                                                                                              \
        play_rows(&(struct play){.name = #sentence, .body = talk_##sentence}, (table),             \
                  sizeof(table) / sizeof((table)[0]), sizeof((table)[0]));                         \
    }                                                                                              \
    static void rows_##sentence(struct conversation *c, const __typeof__((table)[0]) *row)

#endif
