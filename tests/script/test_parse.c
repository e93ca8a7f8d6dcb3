/* SPDX-License-Identifier: BSD-2-Clause */
/* What a script is made of: options, init, events, cleanup. */
#include "tap.h"

#include "parsing.h"

TEST(an_empty_text_is_a_script_without_events)
{
    static const char *const texts[] = {
        "", "\n", "  \t\r\n", "// nothing", "/* nothing */", "#!/usr/bin/env x\n"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct parsed *parsed = parse(texts[i]);

        CHECK(parsed->is_script);
        CHECK_EQ(parsed->script.n_events, 0);
        CHECK(!parsed->script.events && !parsed->script.init && !parsed->script.cleanup);
        CHECK(!parsed->script.options);
        CHECK_EQ(parsed->error.sentence[0], 0);
    }
}

static void check_option(const struct script_option **option, const char *name, const char *value) {
    if (!CHECK(*option != NULL)) return;
    CHECK_STR(word_string((*option)->name), name);
    if (value)
        CHECK_STR(word_string((*option)->value), value);
    else
        CHECK(!(*option)->value.at);
    *option = (*option)->next;
}

TEST(options_stand_in_front_and_keep_their_order)
{
    const struct script_option *option = parse("--ip_version=ipv4\n"
                                               "  --tolerance_usecs=10000   \n"
                                               "--non_fatal\n"
                                               "--init_scripts=a.sh b.sh\n"
                                               "--send_omit_free=\n"
                                               "--x=\"two  words // kept\" // gone\n"
                                               "--y=a=b /* gone */\n"
                                               "--mtu=1500 --bind_port=80\r\n"
                                               "--url=http://x\n"
                                               "0 close(3) = 0\n")
                                             ->script.options;
    CHECK_EQ(option->place.line, 1);
    CHECK_EQ(option->next->place.column, 3);
    check_option(&option, "ip_version", "ipv4");
    check_option(&option, "tolerance_usecs", "10000");
    check_option(&option, "non_fatal", NULL);
    check_option(&option, "init_scripts", "a.sh b.sh");
    check_option(&option, "send_omit_free", "");
    check_option(&option, "x", "two  words // kept");
    check_option(&option, "y", "a=b");
    check_option(&option, "mtu", "1500");
    check_option(&option, "bind_port", "80");
    check_option(&option, "url", "http://x");
    CHECK(!option);
}

TEST(commands_without_a_moment_in_front_are_init_and_behind_cleanup)
{
    const struct parsed *parsed = parse("`one`\n`two`\n"
                                        "0 `three`\n`four`\n0 close(3) = 0\n"
                                        "`five`\n`six`");
    const struct script *script = &parsed->script;
    const struct event *event;

    if (!CHECK(parsed->is_script)) return;
    CHECK_STR(word_string(script->init->code), "one");
    CHECK_STR(word_string(script->init->next->code), "two");
    CHECK(!script->init->next->next);
    event = script->events;
    CHECK_EQ(script->n_events, 3);
    CHECK_STR(word_string(event->code), "three");
    CHECK_STR(word_string(event->next->code), "four");
    CHECK_EQ(event->next->moment.kind, MOMENT_RELATIVE);
    CHECK_EQ(event->next->moment.at_us, 0);
    CHECK_EQ(event->next->next->kind, EVENT_CALL);
    CHECK(!event->next->next->next);
    CHECK_STR(word_string(script->cleanup->code), "five");
    CHECK_STR(word_string(script->cleanup->next->code), "six");
    CHECK(!script->cleanup->next->next);
}

TEST(a_script_of_commands_alone_is_init)
{
    const struct script *script = &parse("`one`\n`two`\n")->script;

    CHECK_EQ(script->n_events, 0);
    CHECK(!script->events && !script->cleanup);
    CHECK(script->init && script->init->next && !script->init->next->next);
}

TEST(an_event_without_a_moment_follows_the_one_before_at_once)
{
    const struct parsed *parsed = parse("0 close(3) = 0\n"
                                        "close(4) = 0\n"
                                        "> R. 1:1(0) ack 1\n"
                                        "< R 1:1(0) win 0\n"
                                        "%{ pass }%\n"
                                        "> . 1:1(0)\n"
                                        "< . 1:1(0) win 5\n"
                                        "  <mss 5>\n");
    const struct event *event = parsed->script.events;
    static const enum event_kind kinds[] = {EVENT_CALL, EVENT_CALL,   EVENT_PACKET, EVENT_PACKET,
                                            EVENT_CODE, EVENT_PACKET, EVENT_PACKET};

    CHECK_EQ(parsed->script.n_events, 7);
    for (size_t i = 0; i < 7 && event; i++, event = event->next) {
        CHECK_EQ(event->kind, kinds[i]);
        CHECK_EQ(event->moment.kind, i ? MOMENT_RELATIVE : MOMENT_ABSOLUTE);
        CHECK_EQ(event->moment.at_us, 0);
        if (i == 5) CHECK(!event->packet->has_options);
        if (i == 6) CHECK(event->packet->has_options);
    }
}

TEST(an_event_has_its_place_and_its_text)
{
    const struct event *event = parse("// first\n"
                                      "  0.5 close(3) = 0   // note\n"
                                      "+0 > S. 0:0(0) ack 1\n"
                                      "     <mss 1460>\n"
                                      "\t+.1 read(3, ...,\n 5) = -1 EAGAIN (Try again)\n\n"
                                      "%{\nassert 1\n}%  \n")
                                    ->script.events;

    CHECK_EQ(event->place.line, 2);
    CHECK_EQ(event->place.column, 3);
    CHECK_STR(word_string(event->source), "0.5 close(3) = 0");
    event = event->next;
    CHECK_EQ(event->place.line, 3);
    CHECK_EQ(event->place.column, 1);
    CHECK_STR(word_string(event->source), "+0 > S. 0:0(0) ack 1\n     <mss 1460>");
    event = event->next;
    CHECK_EQ(event->place.line, 5);
    CHECK_EQ(event->place.column, 2);
    CHECK_STR(word_string(event->source), "+.1 read(3, ...,\n 5) = -1 EAGAIN (Try again)");
    event = event->next;
    CHECK_EQ(event->place.line, 8);
    CHECK_STR(word_string(event->source), "%{\nassert 1\n}%");
}

TEST(a_command_is_what_stands_between_backquotes)
{
    const struct event *event = parse_event("+0.1 `\n  sysctl -q a=1\n  sysctl \"b\"=2 // kept\n`");

    if (!event) return;
    CHECK_EQ(event->kind, EVENT_COMMAND);
    CHECK_EQ(event->moment.at_us, 100000);
    CHECK_STR(word_string(event->code), "sysctl -q a=1\n  sysctl \"b\"=2 // kept");
}

TEST(code_keeps_its_indentation)
{
    const struct event *event = parse_event(
        "0.25 %{\n# a comment of its own\nif a > 1:\n    print(`b`, \"%{\")\n#endif\n}%");

    if (!event) return;
    CHECK_EQ(event->kind, EVENT_CODE);
    CHECK_EQ(event->moment.at_us, 250000);
    CHECK_STR(word_string(event->code),
              "\n# a comment of its own\nif a > 1:\n    print(`b`, \"%{\")\n#endif\n");
}

TEST(lines_may_end_as_they_like)
{
    static const char *const texts[] = {"0 close(3) = 0\r\n+1 close(4) = -1 EBADF (Bad)\r\n",
                                        "0 close(3) = 0\n+1 close(4) = -1 EBADF (Bad)",
                                        ("\xef\xbb\xbf"
                                         "0 close(3) = 0\n\n\n+1 close(4) = -1 EBADF (Bad)\n\n"),
                                        "0 close(3) = 0 +1 close(4) = -1 EBADF (Bad)"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct parsed *parsed = parse(texts[i]);
        const struct event *event = parsed->script.events;

        if (!CHECK(parsed->is_script) || !CHECK_EQ(parsed->script.n_events, 2)) continue;
        CHECK_STR(word_string(event->source), "0 close(3) = 0");
        CHECK_EQ(event->place.column, 1);
        CHECK_STR(word_string(event->next->source), "+1 close(4) = -1 EBADF (Bad)");
    }
}

TEST(comments_may_stand_anywhere)
{
    const struct event *event = parse("# a line\n"
                                      "   # another, #ifdef in it\n"
                                      "/* over\n lines */ 0 /* x */ close /* ( */ (3 // y\n"
                                      "# between\n"
                                      ") = /* 1 */ 0 /**/ // end\n"
                                      "/* // */ +1 close(4) = 0\n")
                                    ->script.events;

    if (!CHECK(event && event->next)) return;
    CHECK_EQ(event->place.line, 4);
    CHECK_EQ(event->place.column, 11);
    CHECK_EQ(event->call->n_arguments, 1);
    CHECK_EQ(event->next->place.line, 7);
}

TEST(a_long_script_keeps_every_event)
{
    static char text[1 << 20];
    const struct parsed *parsed;
    size_t at = 0;
    uint32_t n = 0;

    for (unsigned i = 0; i < 20000; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "+.001 close(%u) = 0\n", i);
    parsed = parse(text);
    if (!CHECK(parsed->is_script)) return;
    for (const struct event *event = parsed->script.events; event; event = event->next, n++) {
        CHECK_EQ(event->call->arguments->integer, n);
        CHECK_EQ(event->place.line, n + 1);
    }
    CHECK_EQ(n, 20000);
    CHECK_EQ(parsed->script.n_events, n);
}
