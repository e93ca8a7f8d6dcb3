/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include "parsing.h"

TEST(a_call_has_a_name_arguments_and_a_result)
{
    const struct script_call *call = parse_one_call("0.1 write(4, ..., 1000) = 999");

    if (!call) return;
    CHECK_STR(word_string(call->name), "write");
    CHECK_EQ(call->n_arguments, 3);
    CHECK_EQ(call->arguments->integer, 4);
    CHECK_EQ(call->arguments->next->kind, VALUE_ELLIPSIS);
    CHECK_EQ(call->arguments->next->next->integer, 1000);
    CHECK(!call->arguments->next->next->next);
    CHECK_EQ(call->result->kind, VALUE_INTEGER);
    CHECK_EQ(call->result->integer, 999);
    CHECK_EQ(call->error.length, 0);
}

TEST(results)
{
    static const struct {
        const char *text, *result, *error;
    } rows[] = {
        {"= 0",                                               "0",                      ""            },
        {"= -1 EAGAIN (Resource temporarily unavailable)",    "-1",                     "EAGAIN"      },
        {"= -1 EAGAIN",                                       "-1",                     "EAGAIN"      },
        {"= -1 ECONNREFUSED (don't (really) \"do\" // this)", "-1",                     "ECONNREFUSED"},
        {"=\n-1\nEINVAL",                                     "-1",                     "EINVAL"      },
        {"= ...",                                             "...",                    ""            },
        {"= 0x2 (flags O_RDWR)",                              "2",                      ""            },
        {"= 0 (flags A|B)",                                   "0",                      ""            },
        {"= 0x802(flags O_RDWR|O_NONBLOCK)",                  "2050",                   ""            },
        {"= O_RDWR (flags)",                                  "O_RDWR",                 ""            },
        {"= O_RDWR(flags)",                                   "O_RDWR",                 ""            },
        {"= O_RDWR|O_NONBLOCK",                               "or(O_RDWR, O_NONBLOCK)", ""            },
        {"= -2147483648",                                     "-2147483648",            ""            },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("a result `%s`", rows[i].text) {
            char text[128];
            const struct script_call *call;

            snprintf(text, sizeof text, "0 f() %s", rows[i].text);
            call = parse_one_call(text);
            if (!call) break;
            CHECK_EQ(call->n_arguments, 0);
            CHECK_STR(value_string(call->result), rows[i].result);
            CHECK_STR(word_string(call->error), rows[i].error);
        }
    }
}

TEST(a_result_may_be_left_out)
{
    const struct parsed *parsed = parse("0 close(3)\n+0 close(4)\nclose(5)\n");

    CHECK_EQ(parsed->script.n_events, 3);
    CHECK(parsed->is_script && !parsed->script.events->call->result);
}

TEST(a_result_ends_where_the_next_event_begins)
{
    const struct parsed *parsed = parse(
        "0 close(3) = 0\nclose(4) = -1\nclose(5) = X\n+1 close(6) = ...\n.5 close(7) = 1\n");
    const struct event *event = parsed->script.events;

    if (!CHECK(parsed->is_script) || !CHECK_EQ(parsed->script.n_events, 5)) return;
    CHECK_STR(word_string(event->next->next->call->result->word), "X");
    CHECK_EQ(event->next->next->next->moment.at_us, 1000000);
    CHECK_EQ(event->next->next->next->next->moment.at_us, 500000);
}

TEST(values)
{
    static const struct {
        const char *text, *value;
    } rows[] = {
        {"...",                                                                                  "..."                                          },
        {"0",                                                                                    "0"                                            },
        {"007",                                                                                  "7"                                            },
        {"-1",                                                                                   "-1"                                           },
        {"- 1",                                                                                  "-1"                                           },
        {"0x10",                                                                                 "16"                                           },
        {"0XfF",                                                                                 "255"                                          },
        {"10UL",                                                                                 "10"                                           },
        {"9223372036854775807",                                                                  "9223372036854775807"                          },
        {"-9223372036854775808",                                                                 "-9223372036854775808"                         },
        {"0xffffffffffffffff",                                                                   "-1"                                           },
        {"SOL_SOCKET",                                                                           "SOL_SOCKET"                                   },
        {"A|B | C",                                                                              "or(A, B, C)"                                  },
        {"A|0x4000|~B",                                                                          "or(A, 16384, not B)"                          },
        {"~A",                                                                                   "not A"                                        },
        {"!POLLIN",                                                                              "not POLLIN"                                   },
        {"~(A|B)",                                                                               "not or(A, B)"                                 },
        {"(5)",                                                                                  "5"                                            },
        {"&sin6_addr",                                                                           "sin6_addr"                                    },
        {"[1000]",                                                                               "[1000]"                                       },
        {"[]",                                                                                   "[]"                                           },
        {"[1, 2]",                                                                               "[1, 2]"                                       },
        {"[1, 2,]",                                                                              "[1, 2]"                                       },
        {"{}",                                                                                   "{}"                                           },
        {"{...}",                                                                                "{...}"                                        },
        {"{..., 10}",                                                                            "{..., 10}"                                    },
        {"[{...,4},{...,5}]",                                                                    "[{..., 4}, {..., 5}]"                         },
        {"{{...,4},{...,5},}",                                                                   "{{..., 4}, {..., 5}}"                         },
        {"{l_onoff=1, l_linger=0}",                                                              "{l_onoff=1, l_linger=0}"                      },
        {"{.l_onoff=1, .l_linger=0}",                                                            "{l_onoff=1, l_linger=0}"                      },
        {"{type=..., x=-1}",                                                                     "{type=..., x=-1}"                             },
        {"{fd=4, events=POLLIN|POLLOUT, revents=0}",                                             "{fd=4, events=or(POLLIN, POLLOUT), revents=0}"},
        {"{sa_family = AF_INET, sin_port = htons(8080), sin_addr = inet_addr(\"192.168.0.1\")}",
         "{sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr(192.168.0.1\")}"                                                         },
        {"{sa_family=AF_INET6, sin6_port=htons(80), inet_pton(AF_INET6, \"::1\", &sin6_addr)}",
         "{sa_family=AF_INET6, sin6_port=htons(80), inet_pton(AF_INET6, ::1\", sin6_addr)}"                                                     },
        {"msg_control=[{cmsg_level=SOL_IP, cmsg_type=1, cmsg_data=[0x10]}]",
         "msg_control=[{cmsg_level=SOL_IP, cmsg_type=1, cmsg_data=[16]}]"                                                                       },
        {"{msg_name(16)=..., msg_iov(1)=[{...,1000}], msg_flags=0}",
         "{msg_name=..., 16, msg_iov=[{..., 1000}], 1, msg_flags=0}"                                                                            },
        {"sizeof(int)",                                                                          "sizeof(int)"                                  },
        {"sizeof(struct tcp_info)",                                                              "sizeof(tcp_info)"                             },
        {"f()",                                                                                  "f()"                                          },
        {"f(g(1), [h])",                                                                         "f(g(1), [h])"                                 },
        {"\"text\"",                                                                             "text\""                                       },
        {"\"a\" \"b\"\n\"c\"",                                                                   "abc\""                                        },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("the value `%s`", rows[i].text) {
            const struct value *value = parse_one_value(rows[i].text);

            CHECK_STR(value_string(value), rows[i].value);
        }
    }
}

TEST(values_have_their_places)
{
    const struct script_call *call = parse_one_call("0 f(3,\n  [-5], A|B,\n x=1) = 0");
    const struct value *value;

    if (!call) return;
    value = call->arguments;
    CHECK_EQ(value->place.column, 5);
    value = value->next;
    CHECK_EQ(value->place.line, 2);
    CHECK_EQ(value->place.column, 3);
    CHECK_EQ(value->items->place.column, 4);
    value = value->next;
    CHECK_EQ(value->place.column, 9);
    CHECK_EQ(value->items->next->place.column, 11);
    CHECK_EQ(value->next->place.line, 3);
    CHECK_EQ(value->next->items->place.column, 4);
}

TEST(strings_resolve_their_escapes)
{
    static const struct {
        const char *text, *octets;
        uint32_t n;
    } rows[] = {
        {"\"\"",                           "",                       0 },
        {"\"plain\"",                      "plain",                  5 },
        {"\"\\n\\t\\r\\\\\\\"\"",          "\n\t\r\\\"",             5 },
        {"\"\\a\\b\\f\\v\\'\\?\\e\"",      "\a\b\f\v'?\033",         7 },
        {"\"\\0\\12\\1014\"",
         "\0\n"
         "A4",                                                       4 },
        {"\"\\x41\\xfFz\\x0\"",            "A\xffz\0",               4 },
        {"\"a\\n\" \"\\x62\" \"c\"",       "a\nbc",                  4 },
        {"\"GET / HTTP/1.0\\r\\n\\r\\n\"", "GET / HTTP/1.0\r\n\r\n", 18},
        {"\"// /* ` %{ #\"",               "// /* ` %{ #",           12},
        {"\"\xc3\xa9\x01\"",               "\xc3\xa9\x01",           3 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct value *value = parse_one_value(rows[i].text);

        if (!value || !CHECK_EQ(value->kind, VALUE_STRING)) continue;
        if (!CHECK_EQ(value->word.length, rows[i].n) || rows[i].n == 0) continue;
        CHECK_MEM(value->word.at, rows[i].octets, rows[i].n);
    }
}

TEST(calls_that_are_none)
{
    static const struct {
        const char *text, *complaint;
    } rows[] = {
        {"0 close",                       "1:8: expected `(`, found the end of the script"                          },
        {"0 close 3",                     "1:9: expected `(`, found `3`"                                            },
        {"0 close(3",                     "1:10: expected `,` or `)`, found the end of the script"                  },
        {"0 close(3 4) = 0",              "1:11: expected `,` or `)`, found `4`"                                    },
        {"0 close(3]",                    "1:10: expected `,` or `)`, found `]`"                                    },
        {"0 close(,3)",                   "1:9: expected a value, found `,`"                                        },
        {"0 close([3)",                   "1:11: expected `,` or `]`, found `)`"                                    },
        {"0 close({3)",                   "1:11: expected `,` or `}`, found `)`"                                    },
        {"0 close(x=)",                   "1:11: expected a value, found `)`"                                       },
        {"0 close(A|)",                   "1:11: expected a value, found `)`"                                       },
        {"0 close(~)",                    "1:10: expected a value, found `)`"                                       },
        {"0 close(&3)",                   "1:10: expected a name, found `3`"                                        },
        {"0 close(x(1,2)=3)",             "1:15: expected one value in the brackets before `=`, found `=`"          },
        {"0 close(x()=3)",                "1:12: expected one value in the brackets before `=`, found `=`"          },
        {"0 close(12ab)",                 "1:9: expected a number, found `12ab`"                                    },
        {"0 close(1.5)",                  "1:9: expected a number, found `1.5`"                                     },
        {"0 close(-x)",                   "1:10: expected a number, found `x`"                                      },
        {"0 close(18446744073709551616)", "1:9: expected a number, found `18446744073709551616`"                    },
        {"0 close(3) =",                  "1:13: expected a value, found the end of the script"                     },
        {"0 close(3) = \n+0 close(4)",    "1:13: expected a value, found the end of the line"                       },
        {"0 close(3) = 0 again",          "1:16: expected the name of an error, like EAGAIN, found `again`"         },
        {"0 close(3) = -1 EBADF (Bad",    "1:23: this note has no `)` in its line"                                  },
        {"0 close(3) = -1 EBADF 5\n",     NULL                                                                      },
        {"0 close(3) 0",                  NULL                                                                      },
        {"0 close(3) = 0)",               "1:15: expected the event to end here, found `)`"                         },
        {"0 close(\"abc)",                "1:9: this string has no closing quote in its line"                       },
        {"0 close(\"abc\\\")",            "1:9: this string has no closing quote in its line"                       },
        {"0 close(\"abc\n\")",            "1:9: this string has no closing quote in its line"                       },
        {"0 close(\"ab\\qc\")",
         "1:12: this string has an unknown escape (known: \\n \\r \\t \\0 \\\\ \\\" \\xHH \\OOO and C's other ones)"},
        {"0 close(\"\\xg\")",
         "1:10: this string has an unknown escape (known: \\n \\r \\t \\0 \\\\ \\\" \\xHH \\OOO and C's other ones)"},
        {"0 close(\"\\777\")",
         "1:10: this string has an unknown escape (known: \\n \\r \\t \\0 \\\\ \\\" \\xHH \\OOO and C's other ones)"},
        {"0 close(@)",                    "1:9: expected a value, found `@`"                                        },
        {"0 close(\x01)",                 "1:9: expected a value, found the octet 0x01"                             },
        {"0 close(\xff)",                 "1:9: expected a value, found the octet 0xff"                             },
        {"0 close(`x`)",                  "1:9: expected a value, found a command in backquotes"                    },
        {"0 close(%{x}%)",                "1:9: expected a value, found code in %{ }%"                              },
        {"0 close \"x\"",                 "1:9: expected `(`, found a string"                                       },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        TEST_ROW ("`%s` is refused", rows[i].text) {
            if (rows[i].complaint)
                CHECK_STR(parse_complaint(rows[i].text), rows[i].complaint);
            else
                CHECK(parse_complaint(rows[i].text)[0] != 0);
        }
    }
}
