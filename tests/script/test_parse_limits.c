/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts made to hurt: each is read to its end or refused, in work that its length bounds. */
#include "tap.h"

#include "parsing.h"

static char *text;
static size_t used;

static void text_begin(void) {
    free(text);
    text = malloc(PARSE_TEXT_MAX + 1);
    used = 0;
}

static void put(const char *piece) {
    size_t n = strlen(piece);

    if (used + n > PARSE_TEXT_MAX + 1) return;
    memcpy(text + used, piece, n);
    used += n;
}

/* @piece up to the largest text. */
static void fill(const char *piece) {
    size_t n = strlen(piece);

    while (used + n <= PARSE_TEXT_MAX)
        put(piece);
}

static const char *complaint(void) {
    const struct parsed *parsed = parse_octets(text, used, NULL);

    return parsed->is_script ? "" : parsed->error.sentence;
}

TEST(the_largest_text_and_one_octet_more)
{
    text_begin();
    while (used < PARSE_TEXT_MAX)
        put(" ");
    CHECK_STR(complaint(), "");
    put(" ");
    CHECK_EQ(used, PARSE_TEXT_MAX + 1);
    CHECK_STR(complaint(), "the script is too large (8 MiB at most)");
}

TEST(large_texts_of_one_thing)
{
    static const struct {
        const char *begin, *piece, *complaint; /* the latter: how it begins; NULL: it is a script */
    } rows[] = {
        {"0 f(",              "(",                  "too many brackets"               },
        {"0 f(",              "[",                  "too many brackets"               },
        {"0 f(",              "{",                  "too many brackets"               },
        {"0 f(",              "~",                  "too many brackets"               },
        {"0 f(",              "-",                  "expected a number"               },
        {"0 f(",              "a=",                 "too many brackets"               },
        {"0 f(",              "a(",                 "too many brackets"               },
        {"0 f(",              "&a|",                "the script is too large"         },
        {"0 f(",              "1,",                 "the script is too large"         },
        {"0 f(",              "\"\" ",              "expected at most 64 strings"     },
        {"0 f(\"",            "\\n",                "this string has no closing quote"},
        {"0 f(",              "0",                  "expected `,` or `)`"             },
        {"0 f(",              "9",                  "expected a number"               },
        {"0 f() = 0 (",       "(",                  "this note has no `)`"            },
        {"",                  "(",                  "expected a packet"               },
        {"",                  "<",                  "expected flags"                  },
        {"",                  "< sctp\n",           "too many events"                 },
        {"0 > sctp",          "(",                  NULL                              },
        {"0 > ",              "S",                  "expected flags"                  },
        {"0 > S 0:0(0) <",    "nop,",               "the options up to this one"      },
        {"0 > S 0:0(0) <",    "sack 1:2,",          "the options up to this one"      },
        {"0 > S 0:0(0) <FO ", "0",                  "expected octets as pairs"        },
        {"0 > [",             "ect0,",              "expected a mark"                 },
        {"0 < icmp 3",        " id 1",              "expected the event to end"       },
        {"",                  "0",                  "expected a packet"               },
        {"0.",                "0",                  "expected a packet"               },
        {"",                  "close(3)\n",         "too many events"                 },
        {"",                  "`",                  "expected the event to end here"  },
        {"",                  "``\n",               "too many events"                 },
        {"`",                 "x\n",                "this command has no end"         },
        {"0 %{",              "}",                  "this code has no end"            },
        {"",                  "/* ",                "this comment has no end"         },
        {"",                  "/**/",               NULL                              },
        {"",                  "//\n",               NULL                              },
        {"",                  "#\n",                NULL                              },
        {"",                  "#define A B\n",      NULL                              },
        {"",                  "#define A A A\n",    NULL                              },
        {"",                  "#undef A\n",         NULL                              },
        {"",                  "#ifdef A\n",         "too many #ifdef inside #ifdef"   },
        {"",                  "#ifndef A\n",        "too many #ifdef inside #ifdef"   },
        {"",                  "#ifdef A\n#endif\n", NULL                              },
        {"#ifdef A\n",        "#else\n",            "a second #else"                  },
        {"#ifdef A\n",        "x",                  "this #ifdef has no #endif"       },
        {"",                  "--a\n",              "the script is too large"         },
        {"",                  "--a ",               "the script is too large"         },
        {"--a=",              "\"",                 NULL                              },
        {"--a=",              " ",                  NULL                              },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("a large text of `%s%s...`", rows[i].begin, rows[i].piece) {
            const char *told;

            text_begin();
            put(rows[i].begin);
            fill(rows[i].piece);
            told = complaint();
            if (rows[i].complaint)
                CHECK_EQ(strncmp(told, rows[i].complaint, strlen(rows[i].complaint)), 0);
            else
                CHECK_STR(told, "");
            if (tap.now->failures) tap_note("told: %s", told);
        }
    }
}

TEST(brackets_go_as_deep_as_they_may)
{
    for (unsigned depth = PARSE_DEPTH_MAX; depth <= PARSE_DEPTH_MAX + 1; depth++) {
        text_begin();
        put("0 f(");
        for (unsigned i = 0; i < depth; i++)
            put(i % 2 ? "[" : "{");
        for (unsigned i = depth; i > 0; i--)
            put(i % 2 ? "}" : "]");
        put(") = 0");
        CHECK_STR(complaint(),
                  depth > PARSE_DEPTH_MAX ? "too many brackets inside brackets (32 at most)" : "");
    }
}

TEST(conditions_go_as_deep_as_they_may)
{
    for (unsigned is_left_out = 0; is_left_out < 2; is_left_out++) {
        for (unsigned depth = PARSE_DEPTH_MAX; depth <= PARSE_DEPTH_MAX + 1; depth++) {
            text_begin();
            for (unsigned i = 0; i < depth; i++)
                put(is_left_out ? "#ifdef A\n" : "#ifndef A\n");
            for (unsigned i = 0; i < depth; i++)
                put("#endif\n");
            CHECK_STR(complaint(),
                      depth > PARSE_DEPTH_MAX ? "too many #ifdef inside #ifdef (32 at most)" : "");
        }
    }
}

TEST(there_may_be_128_definitions)
{
    for (unsigned n = 128; n <= 129; n++) {
        text_begin();
        for (unsigned i = 0; i < n; i++) {
            char line[32];

            snprintf(line, sizeof line,
                     i % 2 ? "#define NAME%u %u\n" : "#define NAME%u\n#define NAME0\n", i, i);
            put(line);
        }
        put("0 f(NAME127)");
        CHECK_STR(complaint(), n > 128 ? "too many definitions (128 at most)" : "");
    }
}

TEST(there_may_be_131072_events)
{
    for (unsigned n = PARSE_EVENTS_MAX; n <= PARSE_EVENTS_MAX + 1; n++) {
        text_begin();
        for (unsigned i = 0; i < n; i++)
            put("0 `x`\n");
        CHECK_STR(complaint(), n > PARSE_EVENTS_MAX ? "too many events (131072 at most)" : "");
    }
}

TEST(definitions_in_definitions_end)
{
    text_begin();
    for (unsigned i = 0; i < 9; i++) {
        char line[64];

        snprintf(line, sizeof line, "#define A%u A%u\n", i, i + 1);
        put(line);
    }
    put("0 f(A1)\n");
    CHECK_STR(complaint(), "");
    put("0 f(A0)\n");
    CHECK_STR(complaint(), "the definitions in definitions grow too large");
}

TEST(definitions_that_multiply_are_stopped)
{
    text_begin();
    for (unsigned i = 0; i < 8; i++) {
        char line[64];

        snprintf(line, sizeof line, "#define A%u ", i);
        put(line);
        for (unsigned k = 0; k < 1000; k++) {
            snprintf(line, sizeof line, "A%u ", i + 1);
            put(line);
        }
        put("\n");
    }
    put("0 > sctp A1\n");
    CHECK_STR(complaint(), "the definitions in definitions grow too large");
}

TEST(a_long_definition_cannot_be_used_without_end)
{
    text_begin();
    put("#define A ");
    while (used < PARSE_TEXT_MAX / 2)
        put("x ");
    put("\n0 > sctp ");
    fill("A\n ");
    CHECK_STR(complaint(), "the definitions in definitions grow too large");
}

TEST(a_small_arena_is_told)
{
    static _Alignas(ARENA_ALIGNMENT) unsigned char memory[512];
    static const char script[] = "0 close(3) = 0\n+1 close(4) = 0\n";
    struct arena arena = arena_of(memory, sizeof memory);
    struct parse_error error;
    struct script values;

    CHECK(!script_parse(script, sizeof script - 1, NULL, &arena, &values, &error));
    CHECK_STR(error.sentence, "the script is too large: its memory is exhausted here");
}

TEST(every_beginning_of_a_script_is_read_or_refused)
{
    static const char
        whole[] = "--define=A=B|C\n#ifdef A\n`x`\n#endif\n0...0.2 f(\"a\\x41\" \"b\", [{x=A, 1}], ~A) = -1 EAGAIN (note)\n"
                  "+.1~+.2 > [ect0, ttl 5] 80 > 90 S.5 4294967295:9(10)! ack 5! win 5 urg 1\n"
                  " <mss 5,TS val ... ecr 5!,sack 1:2 3:4,FO a1b2>\n* > udp (10)\n"
                  "0 < icmp unreachable 4 mtu 5 [P. 1:2(1)]\n0 %{\nassert x\n}%\n`y`\n";

    CHECK(parse_octets(whole, sizeof whole - 1, NULL)->is_script);
    for (size_t n = 0; n < sizeof whole; n++) {
        const struct parsed *parsed = parse_octets(whole, n, NULL);

        CHECK(parsed->is_script || (parsed->error.sentence[0] && parsed->error.place.line > 0 &&
                                    parsed->error.place.column > 0));
    }
}
