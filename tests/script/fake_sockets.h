/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TESTS_SCRIPT_FAKE_SOCKETS_H
#define TERCET_TESTS_SCRIPT_FAKE_SOCKETS_H

#include "script/calls.h"

/*
 * A subject that answers what a test says and writes down what it was asked.
 */
struct fake {
    struct subject subject;
    struct calls calls;
    struct arena arena;

    /* What it answers: the numbers one after the other, the last again and again. */
    int answers[8];
    unsigned n_answers, asked;
    bool is_not_asked; /* and must not be */

    char said[1024]; /* the calls since the last question, as "listen(100, 1)" */
    char why[512];

    uint64_t now_ns;
    uint64_t step_ns; /* `pass` goes at most so far at once, and says that something happened; 0: to its end */
    unsigned passes;

    /* What comes back behind pointers. */
    struct tercet_endpoint local, remote;
    int flags;
    struct unix_control controls[UNIX_CONTROLS_MAX];
    uint32_t n_controls;
    unsigned char option[512];
    uint32_t option_length; /* 0: as asked for */
    int16_t revents[8];
    struct unix_epoll_event events[8];
    int ioctl_value;
    bool keeps_ioctl_value;
    int pair[2];

    /* What went in. */
    uint64_t octets; /* of the last message */
    bool is_zeros;   /* all of them */
    unsigned char sent[64];
    unsigned char set[512];
    uint32_t set_length;
    bool has_name;
    struct tercet_endpoint name;
};

/* A new one, in which the script's descriptors 3, 4 and 5 are the subject's 103, 104 and 105. */
struct fake *fake_new(void);

/* The next calls answer @answer. */
void fake_answers(struct fake *fake, int answer);

/* Make the call that @text is: "listen(3, 1) = 0".  Its sentence is in fake->why. */
enum call_answer fake_call(struct fake *fake, const char *text);
enum call_answer fake_call_blocking(struct fake *fake, const char *text);
enum call_answer fake_again(struct fake *fake);

/* A call, and what has to come of it. */
struct fake_row {
    const char *call;
    int answer; /* of the subject */
    enum call_answer is;
    const char *text; /* of CALL_MET: what the subject is asked, NULL: whatever it is; else the sentence */
    const char *octets; /* what getsockopt brings back, or what setsockopt has to bring */
    uint32_t n_octets;
};

/* clang-format off */
#define MET(call_, answer_)             {.call = call_, .answer = answer_}
#define ASKS(call_, said)               {.call = call_, .text = said}
#define TELLS(call_, answer_, is_, why) {.call = call_, .answer = answer_, .is = is_, .text = why}
#define SETS(call_, said, value)        {.call = call_, .text = said, .octets = value, .n_octets = sizeof(value) - 1}
#define GETS(call_, value, is_, why)    {.call = call_, .octets = value, .n_octets = sizeof(value) - 1, .is = is_, .text = why}
/* clang-format on */

/* Each row is a line of TAP.  @prepare: makes of a new subject what the table is about, or NULL */
#define FAKE_ROWS(rows, prepare) fake_rows(rows, sizeof(rows) / sizeof *(rows), prepare)
void fake_rows(const struct fake_row *rows, size_t n, void (*prepare)(struct fake *fake));

/* A preparation: the call is wrong, or answered, before the subject would be asked. */
void fake_is_not_asked(struct fake *fake);

#endif
