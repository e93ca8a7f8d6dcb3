/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands in front of the grammar: lines left out, names replaced. */
#include "tap.h"

#include "parsing.h"

/* The descriptors closed by a script, as a string: "1 2". */
static const char *closed_by(const struct parsed *parsed) {
    static char closed[256];
    size_t at = 0;

    closed[0] = 0;
    if (!CHECK(parsed->is_script)) return closed;
    for (const struct event *event = parsed->script.events; event; event = event->next)
        at += (size_t)snprintf(closed + at, sizeof closed - at, at ? " %s" : "%s",
                               value_string(event->call->arguments));
    return closed;
}

#define CLOSE(n) "0 close(" #n ")\n"

TEST(lines_are_left_out_by_what_is_defined)
{
    static const struct {
        const char *text, *closed;
    } rows[] = {
        {"--define=A=1\n#ifdef A\n" CLOSE(1) "#endif\n" CLOSE(2),                               "1 2"},
        {"--define=A=1\n#ifndef A\n" CLOSE(1) "#endif\n" CLOSE(2),                              "2"  },
        {"#ifdef A\n" CLOSE(1) "#else\n" CLOSE(2) "#endif\n",                                   "2"  },
        {"#ifndef A\n" CLOSE(1) "#else\n" CLOSE(2) "#endif",                                    "1"  },
        {"#define A\n#ifdef A\n" CLOSE(1) "#else\n" CLOSE(2) "#endif",                          "1"  },
        {"#define A 5\n#undef A\n#ifdef A\n" CLOSE(1) "#else\n" CLOSE(2) "#endif",              "2"  },
        {"#undef A\n#define A\n#undef B\n#ifdef A\n" CLOSE(1) "#endif",                         "1"  },
        {"#ifdef A // really\n(((\"`/*\n#else // not\n" CLOSE(2) "#endif // A\n",               "2"  },
        {"#ifdef A\n#ifdef B\n" CLOSE(1) "#else\n" CLOSE(2) "#endif\n" CLOSE(
             3) "#else\n#ifndef B\n" CLOSE(4) "#endif\n" CLOSE(5) "#endif\n" CLOSE(6),
         "4 5 6"                                                                                     },
        {"#ifdef A\n#ifndef B\n#else\n#else\n#endif\n#if 0\n#endif\n" CLOSE(1),                 "1"  },
        {"  #ifdef A\r\n" CLOSE(1) "\t#endif\r\n" CLOSE(2),                                     "2"  },
        {"#ifdef A\n #  endif, says a comment\n" CLOSE(1) "#endif\n" CLOSE(2),                  "2"  },
        {CLOSE(1) "/* \n#ifdef A\n */" CLOSE(2),                                                "1 2"},
        {CLOSE(1) "0 close(\n#ifdef A\n3\n#else\n4\n#endif\n)\n",                               "1 4"},
        {"#endifx\n#elsewhere\n#defined\n# if\n#\n##\n#!/bin/x\n" CLOSE(1),                     "1"  },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("row %zu leaves %s", i, rows[i].closed) {
            CHECK_STR(closed_by(parse(rows[i].text)), rows[i].closed);
        }
    }
}

TEST(names_are_replaced_by_what_they_stand_for)
{
    static const struct {
        const char *text, *closed;
    } rows[] = {
        {"--define=A=7\n0 close(A)",                                       "7"              },
        {"--define=A=7 // seven\n0 close(A)\n",                            "7"              },
        {"--define=A=B|C\n0 close(A)",                                     "or(B, C)"       },
        {"--define=\"A=B | C\"\n0 close(A)",                               "or(B, C)"       },
        {"--define=A=B\n--define=B=7\n0 close(A)",                         "7"              },
        {"--define=A=A\n0 close(A)",                                       "A"              },
        {"--define=A=B\n--define=B=A\n0 close(A)",                         "A"              },
        {"--define=A\n0 close(A)",                                         "A"              },
        {"--define=A=\n0 close(A)",                                        "A"              },
        {"--define=A=1\n--define=A=2\n0 close(A)",                         "2"              },
        {"0 close(A)\n#define A 5\n0 close(A)\n#define A 6\n0 close(A)\n", "A 5 6"          },
        {"#define A 5 // five\n#define B\t6\r\n0 close(A)\n0 close(B)\n",  "5 6"            },
        {"#define A \"x\" \"y\"\n0 close(A)",                              "xy\""           },
        {"#define A close(1)\n0 A\n+1 A",                                  "1 1"            },
        {"#define A 1)\n0 close(A\n",                                      "1"              },
        {"--define=AA=1\n--define=A=2\n0 close([A, AA, AAA, xA])\n",       "[2, 1, AAA, xA]"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("row %zu closes %s", i, rows[i].closed) {
            CHECK_STR(closed_by(parse(rows[i].text)), rows[i].closed);
        }
    }
}

TEST(what_is_replaced_stands_where_the_name_does)
{
    const struct event *event = parse("#define BOTH 8080|9\n"
                                      "#define COOKIE a1b2\n"
                                      "#define PORT 8080\n"
                                      "0 f(BOTH)\n"
                                      "+1 > PORT > PORT S 0:0(0) <FO COOKIE>\n")
                                    ->script.events;

    if (!CHECK(event && event->next)) return;
    CHECK_STR(word_string(event->source), "0 f(BOTH)");
    CHECK_EQ(event->call->arguments->place.column, 5);
    CHECK_EQ(event->call->arguments->items->next->place.column, 5);
    event = event->next;
    CHECK_STR(word_string(event->source), "+1 > PORT > PORT S 0:0(0) <FO COOKIE>");
    CHECK_EQ(event->packet->source_port, 8080);
    CHECK_EQ(event->packet->destination_port, 8080);
    CHECK_MEM(event->packet->options->bytes, "\xa1\xb2", 2);
}

TEST(complaints_about_what_is_replaced_are_about_the_name)
{
    CHECK_STR(parse_complaint("#define A 1 2\n0 close(A)"), "2:9: expected `,` or `)`, found `2`");
    CHECK_STR(
        parse_complaint("#define F SxS\n0 > F 1:1(0)"),
        "2:5: expected flags, found `x` (each once: F S R P . U E W A, or 0 to 7 for A W E; - for none)");
    CHECK_STR(parse_complaint("#define A \"x\n0 close(A)"),
              "2:9: this string has no closing quote in its line");
    CHECK_STR(parse_complaint("#define A B\n#define B C\n#define C @\n0 close(A)"),
              "4:9: expected a value, found `@`");
}

TEST(the_command_line_overrides_what_the_script_defines)
{
    static const char text[] = "--define=A=1\n#define B 2\n#undef B\n#define C 3\n"
                               "#ifdef D\n0 close([A, B, C, D])\n#endif\n";
    static const struct definition last =
                                       {
                                           NULL, {"D",  1},
                                            {NULL, 0}
    },
                                   middle = {&last, {"A", 1}, {"99", 2}},
                                   next = {&middle, {"B", 1}, {"20", 2}},
                                   first = {&next, {"A", 1}, {"10", 2}};

    CHECK_STR(closed_by(parse_octets(text, sizeof text - 1, &first)), "[10, 20, 3, D]");
}

TEST(octets_of_any_kind_are_read_in_comments_commands_and_strings)
{
    static const char text[] = "// \0\xff\n/* \0\x80 */`a\0b`\n0 f(\"\0\xfe\") = 0\n0 %{ \0 }%\n";
    const struct parsed *parsed = parse_octets(text, sizeof text - 1, NULL);

    if (!CHECK(parsed->is_script)) return;
    CHECK_EQ(parsed->script.init->code.length, 3);
    CHECK_MEM(parsed->script.init->code.at, "a\0b", 3);
    CHECK_EQ(parsed->script.events->call->arguments->word.length, 2);
    CHECK_MEM(parsed->script.events->call->arguments->word.at, "\0\xfe", 2);
    CHECK_EQ(parsed->script.events->next->code.length, 3);
}

TEST(a_nul_elsewhere_is_told_by_its_place)
{
    static const char text[] = "0 close(3) = 0\n+1 \0close(4) = 0\n";
    const struct parsed *parsed = parse_octets(text, sizeof text - 1, NULL);

    CHECK(!parsed->is_script);
    CHECK_EQ(parsed->error.place.line, 2);
    CHECK_EQ(parsed->error.place.column, 4);
    CHECK_STR(parsed->error.sentence,
              "expected a packet (< or >), a call, a `command` or %{ code }%, found the octet 0x00");
}

TEST(texts_that_are_no_script)
{
    static const char event[] = "expected a packet (< or >), a call, a `command` or %{ code }%, found ";
    static const struct {
        const char *text, *complaint;
        bool is_event; /* @complaint is behind `event` */
    } rows[] = {
        {"x",                                               "1:2: expected `(`, found the end of the script",                                false},
        {"\n\n  ,",                                         "3:3: ,`,`",                                                                     true },
        {"0",                                               "1:2: ,the end of the script",                                                   true },
        {"0 ]",                                             "1:3: ,`]`",                                                                     true },
        {"0\n]",                                            "1:2: ,the end of the line",                                                     true },
        {"0 0 close(3)",                                    "1:3: ,`0`",                                                                     true },
        {"0 \"x\"",                                         "1:3: ,a string",                                                                true },
        {"0 .",                                             "1:3: ,`.`",                                                                     true },
        {"0 ...",                                           "1:6: expected a time in seconds, like 0.1 or +.1, found the end of the script",
         false                                                                                                                                    },
        {"0 close(3) # note",                               "1:12: expected the event to end here, found `#`",                               false},
        {"0 close(3) `x`",                                  "1:12: expected the event to end here, found a command in backquotes",
         false                                                                                                                                    },
        {"/* x\n\n",                                        "1:1: this comment has no end (`*/` is missing)",                                false},
        {"0 close(3) /*/",                                  "1:12: this comment has no end (`*/` is missing)",                               false},
        {"0 close(3)\n `x\n\n",                             "2:2: this command has no end (a backquote is missing)",                         false},
        {"0 %{ x\n}\n%",                                    "1:3: this code has no end (`}%` is missing)",                                   false},
        {"0 %{",                                            "1:3: this code has no end (`}%` is missing)",                                   false},
        {"--",                                              "1:1: expected an option, like --name=value",                                    false},
        {"--=5",                                            "1:1: expected an option, like --name=value",                                    false},
        {"--a b",                                           "1:1: expected an option, like --name=value",                                    false},
        {"--a=\"b",                                         "1:1: this option has no closing quote in its line",                             false},
        {"--a=1\n  --define",                               "2:3: expected --define=NAME=VALUE",                                             false},
        {"--define=5=5",                                    "1:1: expected --define=NAME=VALUE",                                             false},
        {"--define==5",                                     "1:1: expected --define=NAME=VALUE",                                             false},
        {"- --x",                                           NULL,                                                                            false},
        {"-x",                                              NULL,                                                                            false},
        {"0 close(3)\n--mtu=5",                             "2:1: options (--name=value) stand in front of everything else",
         false                                                                                                                                    },
        {"`x`\n--mtu=5",                                    "2:1: options (--name=value) stand in front of everything else",                 false},
        {"#ifdef A\n",                                      "1:1: this #ifdef has no #endif",                                                false},
        {"#ifndef A\n 0 close(3)\n#else\n",                 "1:1: this #ifdef has no #endif",                                                false},
        {"#ifdef A\n#endif\n#ifndef B\n#ifdef C\n#endif\n", "3:1: this #ifdef has no #endif",                                                false},
        {"0 close(3)\n #endif",                             "2:2: this #endif has no #ifdef",                                                false},
        {"#else",                                           "1:1: this #else has no #ifdef",                                                 false},
        {"#ifdef A\n#else\n#else\n#endif",                  "3:1: a second #else for one #ifdef",                                            false},
        {"#ifndef A\n#else\n#else\n#endif",                 "3:1: a second #else for one #ifdef",                                            false},
        {"#ifdef",                                          "1:1: #ifdef needs a name behind it",                                            false},
        {"#ifndef 5",                                       "1:1: #ifndef needs a name behind it",                                           false},
        {"#define // x",                                    "1:1: #define needs a name behind it",                                           false},
        {"#define A(x) x",                                  "1:1: #define NAME VALUE: a space is missing behind the name",                   false},
        {"#if 0\n#endif",
         "1:1: expected #ifdef, #ifndef, #else, #endif or #define (a space behind the # makes it a comment)",
         false                                                                                                                                    },
        {"#include \"x\"",
         "1:1: expected #ifdef, #ifndef, #else, #endif or #define (a space behind the # makes it a comment)",
         false                                                                                                                                    },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("`%s` is no script", rows[i].text) {
            char wanted[256];
            const char *comma;

            if (!rows[i].complaint) {
                CHECK(parse_complaint(rows[i].text)[0] != 0);
                break;
            }
            snprintf(wanted, sizeof wanted, "%s", rows[i].complaint);
            comma = strchr(rows[i].complaint, ',');
            if (rows[i].is_event)
                snprintf(wanted, sizeof wanted, "%.*s%s%s", (int)(comma - rows[i].complaint),
                         rows[i].complaint, event, comma + 1);
            CHECK_STR(parse_complaint(rows[i].text), wanted);
        }
    }
}

TEST(what_a_complaint_shows_is_short_and_printable)
{
    char text[4096];

    memset(text, 'x', sizeof text);
    memcpy(text, "0 > . 1:1(0) <", 14);
    text[sizeof text - 1] = 0;
    CHECK(strstr(parse_complaint(text), "found `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...`") != NULL);
}
