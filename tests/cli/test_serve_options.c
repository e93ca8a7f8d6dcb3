/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/serve_options.h"
#include "tap.h"
#include "words.h"

static bool read_line(const char *line, struct serve_options *options) {
    *options = (struct serve_options){0};
    return words_read(&verb_serve, line, options) && serve_options_finish(options) == 0;
}

TEST(without_options_there_are_four_services_and_a_way_in)
{
    struct serve_options options;
    static const uint16_t ports[] = {80, 7, 9, 19};

    CHECK(read_line("serve", &options));
    CHECK_EQ(options.service_count, 4);
    for (unsigned i = 0; i < 4; i++)
        CHECK_EQ(options.services[i].port, ports[i]);
    CHECK_EQ(options.publish_count, 1);
    CHECK_STR(options.publishes[0].text, "127.0.0.1:8080:80");
    CHECK_EQ(options.network.mtu, 1500);
    CHECK(!options.command && !options.output.is_quiet && !options.network.tun &&
          !options.output.pcap);
}

TEST(naming_a_service_turns_the_usual_ones_off)
{
    struct serve_options options;

    CHECK(read_line("serve --echo 7007 --http 8000=/srv", &options));
    CHECK_EQ(options.service_count, 2);
    CHECK_EQ(options.services[0].kind, SERVICES_ECHO);
    CHECK_EQ(options.services[1].kind, SERVICES_HTTP);
    CHECK_EQ(options.services[1].port, 8000);
    CHECK_STR(options.services[1].folder, "/srv");
    CHECK_EQ(options.publish_count, 0); /* nothing is on 80 */
}

TEST(a_command_takes_the_rest_of_the_line_and_the_way_in)
{
    struct serve_options options;

    CHECK(read_line("serve --quiet -- curl --mtu -- x", &options));
    CHECK_EQ(options.publish_count, 0);
    CHECK(options.output.is_quiet);
    if (!CHECK(options.command != NULL)) return;
    CHECK_STR(options.command[0], "curl");
    CHECK_STR(options.command[1], "--mtu");
    CHECK_STR(options.command[2], "--");
    CHECK_STR(options.command[3], "x");
    CHECK(options.command[4] == NULL);
    CHECK(read_line("serve --publish 0:80 -- true", &options));
    CHECK_EQ(options.publish_count, 1);      /* asked for */
    CHECK(!read_line("serve --", &options)); /* a script whose COMMAND is empty would serve for ever */
}

TEST(a_publish_is_an_address_and_two_ports)
{
    static const struct {
        const char *line;
        uint16_t outer, inner;
        uint8_t last; /* octet of the address */
    } rows[] = {
        {"serve --publish 8080:80",                             8080, 80, 1},
        {"serve --publish 127.0.0.9:8081:7",                    8081, 7,  9},
        {"serve --publish [::1]:8082:9",                        8082, 9,  1},
        {"serve --publish=0:19",                                0,    19, 1},
        {"serve --publish-anywhere --publish 0.0.0.0:1:80",     1,    80, 0},
        {"serve --publish [2001:2::5]:1:80 --publish-anywhere", 1,    80, 5},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("%s", rows[i].line) {
            struct serve_options options;
            CHECK(read_line(rows[i].line, &options));
            CHECK_EQ(options.publish_count, 1);
            CHECK_EQ(options.publishes[0].outer_port, rows[i].outer);
            CHECK_EQ(options.publishes[0].inner_port, rows[i].inner);
            CHECK_EQ(options.publishes[0].address.octets[15], rows[i].last);
        }
    }
}

TEST(a_device_comes_with_addresses)
{
    struct serve_options options;

    CHECK(read_line("serve --tun tct0 --address 198.18.0.2/24 --address 2001:2::2/64 --mtu 9000",
                    &options));
    CHECK_STR(options.network.tun, "tct0");
    CHECK_EQ(options.network.address_count, 2);
    CHECK_EQ(options.network.addresses[0].prefix_bits, 24);
    CHECK_EQ(options.network.addresses[1].prefix_bits, 64);
    CHECK_EQ(options.network.mtu, 9000);
    CHECK_EQ(options.publish_count, 0);
}

TEST(there_is_a_limit_to_everything_that_repeats)
{
    struct serve_options options;

    CHECK(!read_line("serve --echo 1 --echo 2 --echo 3 --echo 4 --echo 5 --echo 6 --echo 7 --echo 8 "
                     "--echo 9 --echo 10 --echo 11 --echo 12 --echo 13 --echo 14 --echo 15 "
                     "--echo 16 --echo 17",
                     &options));
    CHECK(!read_line("serve --publish 1:80 --publish 2:80 --publish 3:80 --publish 4:80 "
                     "--publish 5:80 --publish 6:80 --publish 7:80 --publish 8:80 --publish 9:80 "
                     "--publish 10:80 --publish 11:80 --publish 12:80 --publish 13:80 "
                     "--publish 14:80 --publish 15:80 --publish 16:80 --publish 17:80",
                     &options));
    CHECK(!read_line("serve --tun x --address 198.18.0.1/8 --address 198.18.0.2/8 "
                     "--address 198.18.0.3/8 --address 198.18.0.4/8 --address 198.18.0.5/8 "
                     "--address 198.18.0.6/8 --address 198.18.0.7/8 --address 198.18.0.8/8 "
                     "--address 198.18.0.9/8",
                     &options));
}
