/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * getsockopt and setsockopt: values of the text as the octets that C would have behind the pointer, and back.
 *
 *     [1], [1, 2]                  ints
 *     "cubic", ["cubic"]           octets of text
 *     {onoff=1, linger=5}          two ints, in SO_LINGER
 *     {tv_sec=1, tv_usec=0}        two longs, in SO_RCVTIMEO and SO_SNDTIMEO
 *     {tcpi_state=1, ...}          fields of TCP_INFO, compared one by one
 *     ..., NULL                    zeros; no pointer
 */
#include "script/call.h"

#include <string.h>

#include "base/json.h"
#include "script/tcp_info.h"
#include "script/words.h"

enum { OPTION_BYTES_MAX = 512 };

static const struct word no_word;

/* Octets behind the pointer of an option. */
struct option_value {
    _Alignas(8) unsigned char octets[OPTION_BYTES_MAX];
    uint32_t length;
};

/* Fields of the structs of options: two numbers. */
struct option_pair {
    int name; /* of SOL_SOCKET */
    uint8_t size;
    const char *first, *other_first, *second, *other_second;
    const char *fields; /* all of them */
};

static const struct option_pair pairs[] = {
    {UNIX_SO_LINGER,   sizeof(int32_t), "onoff",  "l_onoff", "linger",  "l_linger",
     "onoff l_onoff linger l_linger"                                                                },
    {UNIX_SO_RCVTIMEO, sizeof(int64_t), "tv_sec", NULL,      "tv_usec", NULL,       "tv_sec tv_usec"},
    {UNIX_SO_SNDTIMEO, sizeof(int64_t), "tv_sec", NULL,      "tv_usec", NULL,       "tv_sec tv_usec"},
};

static const struct option_pair *option_pair(const struct unix_option *option) {
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (option->level == UNIX_SOL_SOCKET && option->name == pairs[i].name) return &pairs[i];
    }
    return NULL;
}

static bool option_is_info(const struct unix_option *option) {
    return option->level == UNIX_SOL_TCP && option->name == UNIX_TCP_INFO;
}

static const struct value *pair_item(const struct option_pair *pair, const struct value *value,
                                     unsigned index) {
    if (index == 0) return struct_item(value, 0, pair->first, pair->other_first);
    return struct_item(value, 1, pair->second, pair->other_second);
}

static void octets_put(struct option_value *value, int64_t number, uint32_t size) {
    if (value->length + size > OPTION_BYTES_MAX) return;
    if (size == sizeof number)
        memcpy(value->octets + value->length, &number, size);
    else
        memcpy(value->octets + value->length, &(int32_t){(int32_t)number}, sizeof(int32_t));
    value->length += size;
}

/* An int or a long; of an int that was cut short, the octets that there are. */
static int64_t octets_number(const unsigned char *octets, uint32_t size) {
    int64_t number = 0;
    int32_t small = 0;

    if (size == sizeof number) {
        memcpy(&number, octets, size);
        return number;
    }
    memcpy(&small, octets, size);
    return small;
}

/* The struct that an option has is read into @made. */
static void struct_make(struct call *call, const struct unix_option *option,
                        const struct value *value, struct option_value *made) {
    const struct option_pair *pair = option_pair(option);

    if (!pair) {
        call_returned(call, SOCKETS_UNSUPPORTED);
        return;
    }
    call_check_fields(call, value, pair->fields);
    for (unsigned i = 0; i < 2; i++) {
        const struct value *item = pair_item(pair, value, i);

        if (!item) {
            call_say(call, CALL_WRONG, i ? pair->second : pair->first, no_word);
            text_put(call->why, " is missing");
            return;
        }
        octets_put(made, call_number(call, item), pair->size);
    }
}

/* What stands behind the pointer @value. */
static void value_make(struct call *call, const struct unix_option *option,
                       const struct value *value, struct option_value *made) {
    const struct value *item = value->kind == VALUE_POINTED ? value->items : value;

    for (; item && call_is_right(call); item = value->kind == VALUE_POINTED ? item->next : NULL) {
        uint32_t length = item->word.length < OPTION_BYTES_MAX ? item->word.length
                                                               : OPTION_BYTES_MAX;

        if (item->kind == VALUE_ELLIPSIS) continue;
        if (item->kind == VALUE_STRUCT) {
            struct_make(call, option, item, made);
        } else if (item->kind == VALUE_STRING) {
            memcpy(made->octets, item->word.at, length);
            made->length = length;
        } else {
            octets_put(made, call_int(call, item), sizeof(int32_t));
        }
    }
}

/* Level and name: the next two arguments. */
static struct unix_option call_option(struct call *call) {
    struct unix_option option = {0};

    option.level = call_int(call, call_next(call));
    option.name = call_int(call, call_next(call));
    return option;
}

/* Only NULL is: a number without brackets is taken for what stands behind a pointer to it. */
static bool pointer_is_null(const struct value *value) {
    return value->kind == VALUE_NAME && word_is(value->word, "NULL");
}

/* What the kernel says to a length, or to no pointer, before it looks at the option. */
static int length_error(const struct value *value, int64_t length) {
    if (length < 0) return -UNIX_EINVAL;
    return pointer_is_null(value) && length > 0 ? -UNIX_EFAULT : 0;
}

/*
 * An option that the script takes for granted and the subject does not know is one that hosts have and this one has not.
 */
static void option_returned(struct call *call, int returned) {
    const struct value *result = call->script->result;
    bool is_granted = result && result->kind == VALUE_INTEGER && result->integer >= 0;

    call_returned(call,
                  returned == -UNIX_ENOPROTOOPT && is_granted ? SOCKETS_UNSUPPORTED : returned);
}

static void call_setsockopt(struct call *call) {
    int fd = call_descriptor(call, call_next(call));
    struct unix_option option = call_option(call);
    const struct value *value = call_next(call), *size = call_next(call);
    struct option_value made = {.length = 0};
    int64_t length;
    int error;

    if (!call_is_right(call)) return;
    if (!pointer_is_null(value)) value_make(call, &option, value, &made);
    length = value_is_ellipsis(size) ? made.length : call_number(call, size);
    if (!call_is_right(call)) return;
    error = length_error(value, length);
    option.value = made.octets;
    option.length = (uint32_t)(length > OPTION_BYTES_MAX ? OPTION_BYTES_MAX : length);
    option_returned(call, error ? error : call->sockets->set_option(call->self, fd, &option));
}

/* Text that came back, up to its first zero, against the script's. */
static void string_compare(struct call *call, struct word expected, const struct unix_option *got) {
    const char *octets = got->value;
    uint32_t length = 0;
    struct text *why;

    while (length < got->length && octets[length])
        length++;
    if (length == expected.length && memcmp(octets, expected.at, length) == 0) return;
    why = call_answer(call, CALL_DIFFERS);
    if (!why) return;
    text_put(why, "value: expected: \"");
    json_escape(why, expected.at, expected.length);
    text_put(why, "\", returned: \"");
    json_escape(why, octets, length);
    text_char(why, '"');
}

static void pair_compare(struct call *call, const struct value *expected,
                         const struct unix_option *got) {
    const struct option_pair *pair = option_pair(got);

    if (!pair) {
        call_returned(call, SOCKETS_UNSUPPORTED);
        return;
    }
    call_check_fields(call, expected, pair->fields);
    for (unsigned i = 0; i < 2; i++) {
        const struct value *item = pair_item(pair, expected, i);
        const unsigned char *at = (const unsigned char *)got->value + i * pair->size;

        if (!item || value_is_ellipsis(item)) continue;
        call_compare(call, i ? pair->second : pair->first, call_number(call, item),
                     octets_number(at, pair->size));
    }
}

/* {tcpi_state=1, tcpi_snd_cwnd=10}: each field that is named. */
static void info_compare(struct call *call, const struct value *expected,
                         const struct unix_option *got) {
    struct code_name names[CALLS_CODE_NAMES_MAX];
    struct unix_tcp_info info = {0};
    uint32_t n, i;

    memcpy(&info, got->value, got->length < sizeof info ? got->length : sizeof info);
    n = info_names(&info, names);
    for (const struct value *item = expected->items; item; item = item->next) {
        if (item->kind == VALUE_ELLIPSIS) continue;
        for (i = 0; i < n && !word_is(item->word, names[i].name); i++)
            ;
        if (item->kind != VALUE_ASSIGNED || i == n) {
            call_say(call, CALL_UNSUPPORTED, "the field of TCP_INFO", item->word);
            return;
        }
        if (!value_is_ellipsis(item->items))
            call_compare(call, names[i].name, call_number(call, item->items), names[i].value);
    }
}

/* One int of those that came back; fewer octets than an int has are the low ones of it. */
static void int_compare(struct call *call, const struct value *expected,
                        const struct unix_option *got, uint32_t index) {
    uint32_t at = index * (uint32_t)sizeof(int32_t), size = sizeof(int32_t);
    int64_t number = call_int(call, expected);

    if (got->length <= at) {
        call_compare(call, "length", at + size, got->length);
        return;
    }
    if (at + size > got->length) size = got->length - at;
    if (size < sizeof(int32_t)) number &= (1 << 8 * size) - 1;
    call_compare(call, "value", number, octets_number((unsigned char *)got->value + at, size));
}

static void option_compare(struct call *call, const struct value *expected,
                           const struct unix_option *got) {
    const struct value *item = expected->kind == VALUE_POINTED ? expected->items : expected;

    for (uint32_t i = 0; item && i < OPTION_BYTES_MAX / sizeof(int32_t); i++) {
        if (item->kind == VALUE_STRING)
            string_compare(call, item->word, got);
        else if (item->kind == VALUE_STRUCT && option_is_info(got))
            info_compare(call, item, got);
        else if (item->kind == VALUE_STRUCT)
            pair_compare(call, item, got);
        else if (item->kind != VALUE_ELLIPSIS)
            int_compare(call, item, got, i);
        item = expected->kind == VALUE_POINTED ? item->next : NULL;
    }
}

static void call_getsockopt(struct call *call) {
    int fd = call_descriptor(call, call_next(call));
    struct unix_option option = call_option(call);
    const struct value *value = call_next(call), *size = call_next(call);
    struct option_value room = {.length = 0};
    bool has_length = !value_is_ellipsis(size);
    int64_t length = has_length ? call_pointed_number(call, size) : OPTION_BYTES_MAX;
    int error = length_error(value, length);

    if (!call_is_right(call)) return;
    option.value = room.octets;
    option.length = (uint32_t)(length > OPTION_BYTES_MAX ? OPTION_BYTES_MAX : length);
    option_returned(call, error ? error : call->sockets->get_option(call->self, fd, &option));
    if (!call_succeeded(call) || pointer_is_null(value)) return;
    option_compare(call, value, &option);
    if (has_length && !value_is_ellipsis(value))
        call_compare(call, "length", length, option.length);
}

const struct call_row calls_options[] = {
    {"getsockopt", 5, 5, call_getsockopt},
    {"setsockopt",           5, 5, call_setsockopt},
    {0           },
};
