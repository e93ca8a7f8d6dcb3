/* SPDX-License-Identifier: BSD-2-Clause */
#include "tap.h"

#include "script/code.h"
#include "script/words.h"

enum { ARENA_BYTES = 1 << 20 };

static _Alignas(16) unsigned char memory[ARENA_BYTES];
static struct arena arena;
static struct code_variables *variables;
static char why[400];

static const struct code_name names[] = {
    {"tcpi_ca_state", 0    },
    {"tcpi_options",  7    },
    {"tcpi_rtt",      30500},
    {"tcpi_snd_cwnd", 4    },
    {"tcpi_snd_mss",  1000 },
    {"tcpi_state",    1    },
};

static enum code_answer run(const char *text) {
    struct text said;

    text_init(&said, why, sizeof why);
    return code_run(word_of(text), names, sizeof names / sizeof *names, &variables, &arena, &said);
}

/* The same in a block of its own, that knows of no other. */
static enum code_answer run_alone(const char *text) {
    arena = arena_of(memory, sizeof memory);
    variables = NULL;
    return run(text);
}

TEST(what_is_true_in_python_holds)
{
    static const char *const rows[] = {
        "assert tcpi_snd_cwnd == 4",
        " assert tcpi_snd_cwnd == 4, tcpi_snd_cwnd ",
        "assert 1",
        "assert not 0",
        "assert not None",
        "assert True and not False",
        "assert True == 1",
        "assert None is None",
        "assert 1 is not None",
        "assert 'a' == \"a\" and 'a' != 'b' and 'a' != 1",
        "assert \"\"\"a\"\"\" == 'a'",
        /* numbers */
        "assert 0x10 == 16 and 0b101 == 5 and 0o17 == 15 and 1_000 == 1000",
        "assert 1.5 == 3 / 2 and 1e3 == 1000 and 2.5e-1 == 1 / 4 and .5 * 2 == 1 and 5. == 5",
        "assert 9223372036854775807 > 9223372036854775806",
        "assert 0e99 == 0",
        /* arithmetic, with Python's ways below zero */
        "assert 7 // 2 == 3 and -7 // 2 == -4 and 7 // -2 == -4 and -7 // -2 == 3",
        "assert 7 % 3 == 1 and -7 % 3 == 2 and 7 % -3 == -2 and -7 % -3 == -1",
        "assert 1.5 // 1 == 1 and 2.5 % 1 == 0.5",
        "assert 7 / 2 == 3.5 and 6 / 2 == 3 and 0.1 + 0.2 == 0.3",
        "assert 2 + 3 * 4 == 14 and (2 + 3) * 4 == 20 and 10 - 4 - 3 == 3 and 100 / 10 / 5 == 2",
        "assert 2 ** 10 == 1024 and -2 ** 2 == -4 and 2 ** 3 ** 2 == 512 and 1 ** 9999 == 1 and 0 ** 0 == 1",
        "assert 1 << 4 == 16 and 17 >> 2 == 4 and -1 >> 70 == -1 and 0 << 999 == 0",
        "assert 6 & 3 == 2 and 6 | 1 == 7 and 6 ^ 3 == 5 and ~0 == -1 and 1 | 2 & 2 == 3",
        "assert (6 & 3) == 2",
        "assert - - 1 == 1 and + 1 == 1 and --1 == 1 and not not 1",
        "assert 1 + 1 << 1 == 4",
        /* comparisons */
        "assert 1 < 2 <= 2 < 3 and not 1 < 3 < 2 and 3 > 2 > 1 and 1 != 2 >= 2",
        "assert 30000 <= tcpi_rtt <= 31000",
        "assert tcpi_state in (1, 2) and tcpi_state not in [2, 3] and not tcpi_state in ()",
        "assert 'a' in ('a', 'b')",
        "assert not (1 < 2 < 2)",
        /* and, or: operands come back */
        "assert (0 or 5) == 5 and (3 and 5) == 5 and (0 and 5) == 0 and (3 or 5) == 3",
        "assert 1 or unknown",
        "assert not (0 and unknown)",
        /* functions */
        "assert abs(-3) == 3 and abs(3) == 3 and min(3, 1, 2) == 1 and max([3, 1]) == 3 and min(5,) == 5",
        "assert len('abc') == 3 and len((1, 2)) == 2 and len([]) == 0",
        "assert int(3.7) == 3 and int(-3.7) == -3 and bool(7) == True and bool([]) == False",
        /* constants of the socket interface */
        "assert tcpi_options & TCPI_OPT_SACK",
        "assert tcpi_ca_state == TCP_CA_Open and tcpi_state == TCP_ESTABLISHED",
        "assert tcpi_options == TCPI_OPT_TIMESTAMPS|TCPI_OPT_SACK | TCPI_OPT_WSCALE",
        /* a tuple is true: Python warns of it and goes on */
        "assert (0, 'message')",
        /* statements */
        "",
        "   \n \n",
        "# nothing",
        "pass",
        "assert 1; assert 2 ; assert 3;",
        "assert 1 # why\nassert 2",
        "\nassert 1\nassert 2\n",
        "\n\tassert 1\r\n\tassert 2\r\n",
        "x = 5; x += 2; assert x == 7; x -= 1; x *= 3; assert x == 18; x //= 4; x %= 3; assert x == 1",
        "x = 6; x &= 3; x |= 8; x ^= 1; x <<= 2; x >>= 1; assert x == 22; x /= 4; x **= 2; assert x == 121 / 4",
        "x = 1\nx = 'a'\nassert x == 'a'",
        "x = (1, 2)\nassert 2 in x",
        "tcpi_snd_cwnd = 9; assert tcpi_snd_cwnd == 9",
        "print('cwnd %d' % tcpi_snd_cwnd, nothing, [1, 2]); assert 1",
        "print tcpi_snd_cwnd",
        "print(1,\n  2)\nassert 1",
        "assert (1 +\n   1) == 2",
        "assert 1 + \\\n 1 == 2",
        "assert 1, 'a %s' % (tcpi_rtt, 3); assert 2",
        "'a string alone'",
        "tcpi_rtt",
        "abs(3)",
        "1 + 1",
        "if tcpi_state == 1: assert 1",
        "if 0: assert 0",
        "if 0: assert 0\nassert 1",
        "if 1:\n  assert 1\n  assert 2\nelse:\n  assert 0\nassert 3",
        "if 0:\n  assert 0\nelif 1:\n  assert 1\nelif unknown:\n  assert unknown\nelse:\n  assert 0",
        "if 0:\n assert 0\nelif 0: assert 0\nelse: assert 1",
        "if 1:\n  if 0:\n    assert 0\n  else:\n    x = 1\nelse:\n  assert 0\nassert x == 1",
        "if 1:\n  if 0:\n    assert 0\nelse:\n  assert 0",
        "if 0:\n  x = 1 / 0\n  y = unknown\n  assert y << -1",
        "if 1:\n\n  # nothing\n\n  assert 1\n",
        "  if 0:\n     assert 0\n   else:\n     assert 1",
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("%s", rows[i]) {
            CHECK_EQ(run_alone(rows[i]), CODE_HELD);
            CHECK_STR(why, "");
        }
    }
}

TEST(what_is_false_fails_and_says_why)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd",
         "tcpi_snd_cwnd == 10 does not hold: tcpi_snd_cwnd is 4"                                                  },
        {"assert tcpi_snd_cwnd == 10",                     "tcpi_snd_cwnd == 10 does not hold: tcpi_snd_cwnd is 4"},
        {"  assert   1 == 2  ",                            "1 == 2 does not hold"                                 },
        {"assert 0",                                       "0 does not hold"                                      },
        {"assert None",                                    "None does not hold"                                   },
        {"assert ''",                                      "'' does not hold"                                     },
        {"assert ()",                                      "() does not hold"                                     },
        {"assert 'a' == 'b'",                              "'a' == 'b' does not hold"                             },
        {"assert tcpi_rtt < tcpi_snd_mss < tcpi_snd_cwnd",
         "tcpi_rtt < tcpi_snd_mss < tcpi_snd_cwnd does not hold: tcpi_rtt is 30500, tcpi_snd_mss is 1000"         },
        {"assert tcpi_state == TCP_CLOSE, tcpi_rtt",
         "tcpi_state == TCP_CLOSE does not hold: tcpi_state is 1, tcpi_rtt is 30500"                              },
        {"assert 0, 'the window'",                         "0 does not hold (the window)"                         },
        {"assert 0, 'rtt %d' % tcpi_rtt",                  "0 does not hold: tcpi_rtt is 30500"                   },
        {"x = 7 / 2; assert x == 3, x",                    "x == 3 does not hold: x is 7/2"                       },
        {"x = 'a'\nassert x == 3",                         "x == 3 does not hold: x is \"a\""                     },
        {"assert 1\nassert 0; assert unknown",             "0 does not hold"                                      },
        {"assert not tcpi_state",                          "not tcpi_state does not hold: tcpi_state is 1"        },
        {"assert tcpi_state in (2, 3)",                    "tcpi_state in (2, 3) does not hold: tcpi_state is 1"  },
        {"assert 1 not in [1]",                            "1 not in [1] does not hold"                           },
        {"assert tcpi_state is None",                      "tcpi_state is None does not hold: tcpi_state is 1"    },
        {"if tcpi_state: assert tcpi_state == 2",          "tcpi_state == 2 does not hold: tcpi_state is 1"       },
        {"if 0:\n  pass\nelse:\n  assert 0",               "0 does not hold"                                      },
        {"if 1:\n  pass\nassert 0",                        "0 does not hold"                                      },
        {"if 1:\n  if 1:\n    pass\n  assert 0",           "0 does not hold"                                      },
        {"if 0:\n  if 1:\n    pass\nelse:\n  assert 0",    "0 does not hold"                                      },
        {"x = 1 / 0",                                      "division by zero, or a negative shift, in `/`"        },
        {"assert 1 // 0",                                  "division by zero, or a negative shift, in `//`"       },
        {"assert 5 % (1 - 1)",                             "division by zero, or a negative shift, in `%`"        },
        {"assert 1 << -1",                                 "division by zero, or a negative shift, in `<<`"       },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("%s", rows[i].text) {
            CHECK_EQ(run_alone(rows[i].text), CODE_FAILED);
            CHECK_STR(why, rows[i].why);
        }
    }
}

TEST(what_is_not_spoken_here_is_unsupported_by_name)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"assert tcpi_unheard == 1",        "the name `tcpi_unheard`"                                 },
        {"unknown += 1",                    "the name `unknown`"                                      },
        {"assert 0 or unknown",             "the name `unknown`"                                      },
        {"assert round(1.5) == 2",          "the function `round`"                                    },
        {"assert 0 and sorted([1])",        "the function `sorted`"                                   },
        {"import sys",                      "the statement `import`"                                  },
        {"for i in (1, 2): assert i",       "the statement `for`"                                     },
        {"def f(): pass",                   "the statement `def`"                                     },
        {"while 1: pass",                   "the statement `while`"                                   },
        {"else: pass",                      "the statement `else`"                                    },
        {"if 0: import sys",                "the statement `import`"                                  },
        {"x.y = 1",                         "the name `x`"                                            },
        {"assert sys.maxsize",              "the name `sys`"                                          },
        {"assert (1).real",                 "the Python `.`"                                          },
        {"assert [1, 2][0]",                "the Python `[`"                                          },
        {"assert 1 if 1 else 0",            "the Python `if`"                                         },
        {"assert lambda: 1",                "the Python `lambda`"                                     },
        {"assert {1: 2}",                   "the Python `{`"                                          },
        {"assert 1 $ 2",                    "the Python `$`"                                          },
        {"assert 'open",                    "the Python `'open`"                                      },
        {"assert 'open\n'",                 "the Python `'open\n'`"                                   },
        {"assert \"\"\"open\"",             "the Python `\"\"\"open\"`"                               },
        {"assert",                          "Python that ends too early"                              },
        {"assert 1 +",                      "Python that ends too early"                              },
        {"assert (1",                       "Python that ends too early"                              },
        {"assert 1 +\n1",                   "Python that ends too early"                              },
        {"assert 1 2",                      "the Python `2`"                                          },
        {"assert 1)",                       "the Python `)`"                                          },
        {"assert (1]",                      "the Python `]`"                                          },
        {"x = = 1",                         "the Python `=`"                                          },
        {"x == ",                           "the name `x`"                                            },
        {"= 1",                             "the Python `=`"                                          },
        {"x = 1 y = 2",                     "the Python `y`"                                          },
        {"if 1:\nassert 1",                 "a branch without statements"                             },
        {"if 1:",                           "Python that ends too early"                              },
        {"if 1 assert 1",                   "the Python `assert`"                                     },
        {"assert not",                      "Python that ends too early"                              },
        {"assert 1 not 2",                  "the Python `2`"                                          },
        {"assert 1.2.3 == 1",               "these kinds of values around `1.2.3`"                    },
        {"assert 12ab",                     "these kinds of values around `12ab`"                     },
        {"assert 0x",                       "these kinds of values around `0x`"                       },
        {"assert 0b2",                      "these kinds of values around `0b2`"                      },
        {"assert 1e",                       "these kinds of values around `1e`"                       },
        {"assert 9223372036854775808",      "a number of more than 64 bits from `9223372036854775808`"},
        {"assert 0xffffffffffffffff",       "a number of more than 64 bits from `0xffffffffffffffff`" },
        {"assert 1e19",                     "a number of more than 64 bits from `1e19`"               },
        {"assert 1e999999999999999",        "a number of more than 64 bits from `1e999999999999999`"  },
        {"assert 9223372036854775807 + 1",  "a number of more than 64 bits from `+`"                  },
        {"assert -9223372036854775807 - 2", "a number of more than 64 bits from `-`"                  },
        {"assert 4294967296 * 4294967296",  "a number of more than 64 bits from `*`"                  },
        {"assert 2 ** 64",                  "a number of more than 64 bits from `**`"                 },
        {"assert 2 ** 999999999",           "a number of more than 64 bits from `**`"                 },
        {"assert 1 << 64",                  "a number of more than 64 bits from `<<`"                 },
        {"assert 3 << 62",                  "a number of more than 64 bits from `<<`"                 },
        {"assert 2 ** -1",                  "these kinds of values around `**`"                       },
        {"assert 'a' + 'b'",                "these kinds of values around `+`"                        },
        {"assert 'a' % 3",                  "these kinds of values around `%`"                        },
        {"assert 'a' < 'b'",                "these kinds of values around `<`"                        },
        {"assert 1 < None",                 "these kinds of values around `<`"                        },
        {"assert (1, 2) == (1, 2)",         "these kinds of values around `==`"                       },
        {"assert 1 in 5",                   "these kinds of values around `in`"                       },
        {"assert 'a\\x62' == 'ab'",         "these kinds of values around `==`"                       },
        {"assert 'a' 'b' == 'ab'",          "these kinds of values around `==`"                       },
        {"assert f'{tcpi_rtt}' == '1'",     "these kinds of values around `==`"                       },
        {"assert 1.5 & 1",                  "these kinds of values around `&`"                        },
        {"assert ~1.5",                     "these kinds of values around `~`"                        },
        {"assert -'a'",                     "these kinds of values around `-`"                        },
        {"assert min()",                    "these kinds of values around `min`"                      },
        {"assert min('a', 1)",              "these kinds of values around `min`"                      },
        {"assert len(5)",                   "these kinds of values around `len`"                      },
        {"assert int('5')",                 "these kinds of values around `int`"                      },
        {"assert abs(1, 2)",                "these kinds of values around `abs`"                      },
        {"assert abs(None)",                "these kinds of values around `abs`"                      },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("%s", rows[i].text) {
            CHECK_EQ(run_alone(rows[i].text), CODE_UNSUPPORTED);
            CHECK_STR(why, rows[i].why);
        }
    }
}

TEST(variables_live_on_to_the_next_block)
{
    CHECK_EQ(run_alone("before = tcpi_snd_cwnd"), CODE_HELD);
    CHECK_EQ(run("before += 1"), CODE_HELD);
    CHECK_EQ(run("assert before == 5"), CODE_HELD);
    CHECK_EQ(run("assert before == 6"), CODE_FAILED);
    CHECK_STR(why, "before == 6 does not hold: before is 5");
    CHECK_EQ(run("if 0: before = 9\nassert before == 5"), CODE_HELD);
}

TEST(an_assignment_that_fails_changes_nothing)
{
    CHECK_EQ(run_alone("x = 1"), CODE_HELD);
    CHECK_EQ(run("x = 1 / 0"), CODE_FAILED);
    CHECK_EQ(run("x = unknown"), CODE_UNSUPPORTED);
    CHECK_EQ(run("assert x == 1"), CODE_HELD);
}

/* @head, @n times @again, @middle, @n times @back */
static const char *nested(const char *head, const char *again, const char *middle, const char *back,
                          unsigned n) {
    static char text[60000];

    strcpy(text, head);
    for (unsigned i = 0; i < n; i++)
        strcat(text, again);
    strcat(text, middle);
    for (unsigned i = 0; i < n; i++)
        strcat(text, back);
    return text;
}

TEST(depth_is_bounded)
{
    static const struct {
        const char *head, *again, *middle, *back;
    } rows[] = {
        {"assert ", "(",     "1", ")"},
        {"assert ", "[",     "1", "]"},
        {"assert ", "abs(",  "1", ")"},
        {"assert ", "not ",  "1", "" },
        {"assert ", "- ",    "1", "" },
        {"assert ", "~",     "1", "" },
        {"assert ", "1 ** ", "1", "" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        TEST_ROW ("%s", rows[i].again) {
            const char *shallow = nested(rows[i].head, rows[i].again, rows[i].middle, rows[i].back,
                                         10);

            CHECK_EQ(run_alone(shallow), CODE_HELD);
            run_alone(nested(rows[i].head, rows[i].again, rows[i].middle, rows[i].back, 5000));
            CHECK_STR(why, "Python that is nested too deeply");
        }
    }
}

TEST(depth_of_branches_is_bounded)
{
    static char text[40000];

    text[0] = 0;
    for (unsigned i = 0; i < 100; i++) {
        for (unsigned j = 0; j < i; j++)
            strcat(text, " ");
        strcat(text, "if 1:\n");
    }
    CHECK_EQ(run_alone(text), CODE_UNSUPPORTED);
    CHECK_STR(why, "Python that is nested too deeply");
}

TEST(length_is_no_depth)
{
    CHECK_EQ(run_alone(nested("assert 0", " + 1", " == 5000", "", 5000)), CODE_HELD);
    CHECK_EQ(run_alone(nested("assert 1", " < 2 > 1", "", "", 5000)), CODE_HELD);
    CHECK_EQ(run_alone(nested("assert 0", " or 0", " or 1", "", 5000)), CODE_HELD);
    CHECK_EQ(run_alone(nested("assert 4999 in (", "1, ", "4999)", "", 5000)), CODE_HELD);
    CHECK_EQ(run_alone(nested("", "assert 1\n", "", "", 5000)), CODE_HELD);
    CHECK_EQ(run_alone(nested("if 0: pass\n", "elif 0: pass\n", "else: assert 0", "", 3000)),
             CODE_FAILED);
}

TEST(memory_and_variables_are_bounded)
{
    static char text[60000];
    static _Alignas(16) unsigned char small[256];
    struct text said;

    text[0] = 0;
    for (unsigned i = 0; i < 300; i++)
        sprintf(text + strlen(text), "x%u = 1\n", i);
    CHECK_EQ(run_alone(text), CODE_UNSUPPORTED);
    CHECK_STR(why, "more variables, such as `x256`");

    arena = arena_of(small, sizeof small);
    variables = NULL;
    text_init(&said, why, sizeof why);
    CHECK_EQ(code_run(word_of("assert 1 in (1, 2, 3, 4, 5, 6, 7, 8, 9)"), NULL, 0, &variables,
                      &arena, &said),
             CODE_UNSUPPORTED);
    CHECK_STR(why, "Python of that size");
}

TEST(a_long_story_is_cut_and_no_more)
{
    CHECK_EQ(run_alone(nested("assert 0", " + 0", "", "", 1000)), CODE_FAILED);
    CHECK_EQ(strlen(why), sizeof why - 1);
}

/* Octets of Python and others in any order: the answer is whatever it is, but there is one. */
TEST(any_text_has_an_answer)
{
    static const char *const pieces[] = {
        "assert ", "if ",  ":",     "\n",   " ",
        "  ",      "else", "elif ", "x",    "tcpi_rtt",
        "1",       "0",    "'a'",   "\"",   "'",
        "(",       ")",    "[",     "]",    ",",
        ";",       "=",    "==",    "+=",   "<",
        "in ",     "not ", "and ",  "or ",  "is ",
        "**",      "//",   "%",     "<<",   "-",
        "~",       "abs",  "min",   "len",  "print",
        "pass",    "\\",   "#",     ".",    "1e",
        "0x",      "{",    "\t",    "\\\n", "9223372036854775807",
        "None",    "True", "\x80",
    };
    enum { PIECES = sizeof pieces / sizeof *pieces };
    static char text[1000];
    unsigned long rounds = tap_seeds(20000);
    uint64_t dice = 88172645463325252u;
    unsigned answers[3] = {0};

    for (unsigned long i = 0; i < rounds; i++) {
        text[0] = 0;
        for (unsigned j = 0; j < 2 + i % 30; j++) {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            strcat(text, pieces[dice % PIECES]);
        }
        answers[run_alone(text)]++;
    }
    CHECK(answers[CODE_HELD] > 0);
    CHECK(answers[CODE_UNSUPPORTED] > 0);
}
