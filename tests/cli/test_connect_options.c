/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/connect_options.h"
#include "tap.h"
#include "words.h"

static bool read_line(const char *line, struct connect_options *options) {
    *options = (struct connect_options){0};
    return words_read(&verb_connect, line, options) && connect_options_finish(options) == 0;
}

TEST(a_host_a_port_and_a_command)
{
    struct connect_options options;

    CHECK(read_line("connect 198.18.0.1 8000 -- nc -l 8000", &options));
    CHECK_STR(options.host, "198.18.0.1");
    CHECK_EQ(options.port, 8000);
    CHECK_STR(options.command[0], "nc");
    CHECK_STR(options.command[2], "8000");
    CHECK_EQ(options.wait_s, 5);
    CHECK_EQ(options.timeout_s, 0);
    CHECK_EQ(options.network.mtu, 1500);
    CHECK(!options.output.is_quiet && !options.output.has_json);
}

TEST(options_stand_before_between_and_behind_the_words)
{
    struct connect_options options;

    CHECK(read_line("connect --quiet host --wait 0 9 --timeout 3 --json=x -- true --quiet",
                    &options));
    CHECK_STR(options.host, "host");
    CHECK_EQ(options.port, 9);
    CHECK_EQ(options.wait_s, 0);
    CHECK_EQ(options.timeout_s, 3);
    CHECK(options.output.is_quiet);
    CHECK_STR(options.output.json, "x");
    CHECK_STR(options.command[1], "--quiet");
    CHECK(read_line("connect host 9 --json -- true", &options));
    CHECK(options.output.has_json && !options.output.json);
}

TEST(a_device_stands_for_the_command)
{
    struct connect_options options;

    CHECK(read_line("connect host 9 --tun tct0 --address 198.18.0.2/24", &options));
    CHECK(options.command == NULL);
    CHECK_STR(options.network.tun, "tct0");
}

TEST(what_does_not_fit_is_refused)
{
    static const char *const lines[] = {
        "connect",
        "connect host",
        "connect host 9",
        "connect host 9 10 -- true",
        "connect -- true",
        "connect host 65536 -- true",
        "connect host 9 --wait 86401 -- true",
        "connect host 9 --wait 1.5 -- true",
        "connect host 9 --timeout 0 -- true",
        "connect host 9 --address 198.18.0.2/24 -- true",
        "connect host 9 --tun x --address 198.18.0.2/24 -- true",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        TEST_ROW ("%s", lines[i]) {
            struct connect_options options;
            CHECK(!read_line(lines[i], &options));
        }
    }
}
