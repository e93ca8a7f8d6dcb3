/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include "script/constants.h"
#include "script/names.h"
#include "script/words.h"

TEST(every_constant_is_found_by_its_name)
{
    static const struct {
        const char *name;
        int64_t number;
    } rows[] = {
#define ROW(name, number) {#name, number},
        UNIX_CONSTANTS(ROW) UNIX_ERRORS(ROW)
#undef ROW
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t number = -77;

        CHECK(name_number(word_of(rows[i].name), &number));
        if (!CHECK_EQ(number, rows[i].number)) tap_note("%s", rows[i].name);
    }
}

TEST(no_name_has_two_numbers)
{
    static const char *const names[] = {
#define ROW(name, number) #name,
        UNIX_CONSTANTS(ROW) UNIX_ERRORS(ROW)
#undef ROW
    };
    enum { N = sizeof names / sizeof *names };

    for (size_t i = 0; i < N; i++) {
        for (size_t j = i + 1; j < N; j++) {
            if (strcmp(names[i], names[j]) == 0) CHECK_STR(names[i], "named once");
        }
    }
    CHECK(N > 300);
}

TEST(a_name_is_whole_or_unknown)
{
    static const char *const rows[] = {"",       "E",      "EAGAI",    "EAGAINN",
                                       "eagain", "AF_INE", "SOL_TCP ", "tcpi_state"};
    int64_t number = 7;
    int error = 7;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CHECK(!name_number(word_of(rows[i]), &number));
        CHECK(!name_error(word_of(rows[i]), &error));
    }
    CHECK_EQ(number, 7);
    CHECK_EQ(error, 7);
}

TEST(errors_are_found_among_errors_only)
{
    int error = 0;

    CHECK(name_error(word_of("EWOULDBLOCK"), &error));
    CHECK_EQ(error, UNIX_EAGAIN);
    CHECK(!name_error(word_of("AF_INET"), &error));
}

static const char *flags_shown(const char *prefix, uint32_t flags) {
    static char memory[200];
    struct text text;

    text_init(&text, memory, sizeof memory);
    flags_text(&text, prefix, flags);
    return memory;
}

static const char *error_shown(int error) {
    static char memory[40];
    struct text text;

    text_init(&text, memory, sizeof memory);
    error_text(&text, error);
    return memory;
}

TEST(an_error_is_shown_by_its_first_name)
{
    CHECK_STR(error_shown(11), "EAGAIN");
    CHECK_STR(error_shown(110), "ETIMEDOUT");
    CHECK_STR(error_shown(9999), "9999");
    CHECK_STR(error_shown(-1), "-1");
}

TEST(flags_are_shown_by_the_names_of_their_kind)
{
    CHECK_STR(flags_shown("POLL", 0), "0");
    CHECK_STR(flags_shown("POLL", UNIX_POLLIN | UNIX_POLLHUP), "POLLIN|POLLHUP");
    CHECK_STR(flags_shown("POLL", UNIX_POLLOUT | 0x4000), "POLLOUT|0x4000");
    CHECK_STR(flags_shown("EPOLL", 1u | 0x80000000u), "EPOLLIN|EPOLLET");
    CHECK_STR(flags_shown("MSG_", UNIX_MSG_TRUNC), "MSG_TRUNC");
    CHECK_STR(flags_shown("", 0), "0");
}
