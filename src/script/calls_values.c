/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the values of a script's text mean as arguments of calls.
 */
#include <string.h>

#include "base/must.h"
#include "base/text.h"
#include "script/address.h"
#include "script/call.h"
#include "script/names.h"
#include "script/tcp_info.h"
#include "script/words.h"
#include "wire/address_text.h"

static const struct word no_word;

const struct value *call_next(struct call *call) {
    const struct value *value = call->argument;

    must(value);
    call->argument = value->next;
    return value;
}

bool value_is_ellipsis(const struct value *value) {
    if (value->kind == VALUE_POINTED && value->n_items == 1) value = value->items;
    return value->kind == VALUE_ELLIPSIS;
}

bool value_is_null(const struct value *value) {
    if (value->kind == VALUE_INTEGER) return value->integer == 0;
    return value->kind == VALUE_NAME && word_is(value->word, "NULL");
}

static int64_t named_number(struct call *call, struct word name) {
    int64_t number = 0;

    if (!word_is(name, "NULL") && !name_number(name, &number))
        call_say(call, CALL_WRONG, "unknown constant", name);
    return number;
}

/* sizeof(int), sizeof(struct linger) */
static int64_t size_of(struct call *call, struct word type) {
    static const struct {
        const char *type;
        uint32_t octets;
    } sizes[] = {
        {"int",          4                           },
        {"linger",       8                           },
        {"timeval",      16                          },
        {"sockaddr_in",  16                          },
        {"sockaddr_in6", 28                          },
        {"tcp_info",     sizeof(struct unix_tcp_info)},
    };

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (word_is(type, sizes[i].type)) return sizes[i].octets;
    }
    call_say(call, CALL_UNSUPPORTED, "the size of", type);
    return 0;
}

/* htons(N) and its kin: numbers are in the host's order on both sides of the sockets. */
static int64_t converted_number(struct call *call, const struct value *value) {
    static const char *const conversions[] = {"htons", "htonl", "ntohs", "ntohl"};

    if (word_is(value->word, "sizeof") && value->n_items == 1)
        return size_of(call, value->items->word);
    for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++) {
        if (word_is(value->word, conversions[i]) && value->n_items == 1)
            return call_number(call, value->items);
    }
    call_say(call, CALL_UNSUPPORTED, "the function", value->word);
    return 0;
}

/* Recursive as deep as the parser let brackets be. */
int64_t call_number(struct call *call, const struct value *value) {
    int64_t number = 0;

    switch (value->kind) {
    case VALUE_INTEGER: return value->integer;
    case VALUE_NAME: return named_number(call, value->word);
    case VALUE_CALL: return converted_number(call, value);
    case VALUE_NEGATED: return ~call_number(call, value->items);
    case VALUE_OR:
        for (const struct value *item = value->items; item; item = item->next)
            number |= call_number(call, item);
        return number;
    case VALUE_ELLIPSIS:
    case VALUE_STRING:
    case VALUE_POINTED:
    case VALUE_STRUCT:
    case VALUE_ASSIGNED: break;
    }
    call_say(call, CALL_WRONG, "a number is missing", no_word);
    return 0;
}

int call_int(struct call *call, const struct value *value) {
    int64_t number = call_number(call, value);

    if (number < INT32_MIN || number > UINT32_MAX)
        call_say(call, CALL_WRONG, "a number does not fit 32 bits", no_word);
    return (int)(uint32_t)number;
}

int64_t call_pointed_number(struct call *call, const struct value *value) {
    bool is_one = value->kind == VALUE_POINTED && value->n_items == 1;

    return call_number(call, is_one ? value->items : value);
}

int call_descriptor(struct call *call, const struct value *value) {
    int64_t number = call_number(call, value);
    struct text *why;

    if (number < 0) return -1;
    if (number < CALLS_DESCRIPTORS_MAX && call->calls->descriptors[number] >= 0) {
        call->calls->used = (int)number;
        return call->calls->descriptors[number];
    }
    if (word_is(call->script->error, "EBADF") || call->is_again) return -1; /* closed meanwhile */
    why = call_answer(call, CALL_WRONG);
    if (!why) return -1;
    text_put(why, "descriptor ");
    text_i64(why, number);
    text_put(why, " is not open");
    return -1;
}

static bool item_is_called(const struct value *item, const char *name) {
    return item->kind == VALUE_ASSIGNED && item->n_items > 0 && name && word_is(item->word, name);
}

const struct value *struct_item(const struct value *value, uint32_t index, const char *name,
                                const char *other_name) {
    uint32_t at = 0;

    if (value->kind != VALUE_STRUCT) return NULL;
    for (const struct value *item = value->items; item; item = item->next, at++) {
        if (item->kind == VALUE_ASSIGNED) {
            if (item_is_called(item, name) || item_is_called(item, other_name)) return item->items;
        } else if (at == index) {
            return item;
        }
    }
    return NULL;
}

static bool is_among(struct word name, const char *names) {
    struct word rest = word_of(names), one;

    while ((one = word_next(&rest)).length)
        if (word_equal(one, name)) return true;
    return false;
}

void call_check_fields(struct call *call, const struct value *value, const char *names) {
    struct word rest = word_of(names);
    uint32_t room = 0;

    if (value->kind != VALUE_STRUCT) return;
    while (word_next(&rest).length)
        room++;
    for (const struct value *item = value->items; item; item = item->next) {
        if (item->kind == VALUE_ASSIGNED && !is_among(item->word, names))
            call_say(call, CALL_WRONG, "there is no field", item->word);
    }
    if (value->n_items > room) call_say(call, CALL_WRONG, "a struct has too many fields", no_word);
}

/* The string in an argument list of inet_addr, inet_pton, and such. */
static const struct value *string_in(const struct value *value) {
    for (const struct value *item = value->items; item; item = item->next) {
        if (item->kind == VALUE_STRING) return item;
    }
    return NULL;
}

static struct tercet_address address_of_number(uint32_t number) {
    return (struct tercet_address){
        {[10] = 0xff,
         [11] = 0xff,
         [12] = (uint8_t)(number >> 24),
         [13] = (uint8_t)(number >> 16),
         [14] = (uint8_t)(number >> 8),
         [15] = (uint8_t)number}
    };
}

static struct tercet_address call_address(struct call *call, const struct value *value) {
    static const struct tercet_address any, loopback = {{[15] = 1}};
    const struct value *string = value->kind == VALUE_STRING ? value : string_in(value);
    struct tercet_address address = any;

    if (value->kind == VALUE_STRUCT && !string && value->n_items == 1) {
        value = struct_item(value, 0, "s_addr", "s6_addr");
        string = !value ? NULL : value->kind == VALUE_STRING ? value : string_in(value);
    }
    if (string) {
        if (!address_of_word(string->word, &address))
            call_say(call, CALL_WRONG, "no address", string->word);
        return address;
    }
    if (!value) call_say(call, CALL_WRONG, "an address is missing", no_word);
    if (!value || !call_is_right(call)) return any;
    if (value->kind == VALUE_NAME && word_is(value->word, "in6addr_any")) return any;
    if (value->kind == VALUE_NAME && word_is(value->word, "in6addr_loopback")) return loopback;
    return address_of_number((uint32_t)call_number(call, value));
}

/* {sa_family=AF_INET6, sin6_port=htons(80), inet_pton(AF_INET6, "::1", &sin6_addr)}: its address has no name. */
static const struct value *address_item(const struct value *value) {
    for (const struct value *item = value->items; item; item = item->next) {
        if (item->kind == VALUE_CALL && word_is(item->word, "inet_pton")) return item;
    }
    return struct_item(value, 2, "sin_addr", "sin6_addr");
}

const struct tercet_endpoint *call_endpoint(struct call *call, const struct value *value,
                                            const struct tercet_endpoint *filled_in,
                                            struct tercet_endpoint *memory) {
    const struct value *family, *port, *address;

    if (value_is_ellipsis(value)) return filled_in;
    if (value_is_null(value)) return NULL;
    if (value->kind == VALUE_POINTED && value->n_items == 1) value = value->items;
    if (value->kind != VALUE_STRUCT) {
        call_say(call, CALL_WRONG, "an address of a socket is missing", no_word);
        return filled_in;
    }
    family = struct_item(value, 0, "sa_family", "sin_family");
    if (!family) family = struct_item(value, 0, "sin6_family", NULL);
    if (family && call_number(call, family) == UNIX_AF_UNSPEC) return NULL;
    port = struct_item(value, 1, "sin_port", "sin6_port");
    address = address_item(value);
    *memory = *filled_in;
    if (port && !value_is_ellipsis(port)) memory->port = (uint16_t)call_number(call, port);
    if (address && !value_is_ellipsis(address)) memory->address = call_address(call, address);
    return memory;
}

void call_compare_endpoint(struct call *call, const struct value *value,
                           const struct tercet_endpoint *returned) {
    struct tercet_endpoint memory;
    const struct tercet_endpoint *expected = call_endpoint(call, value, returned, &memory);
    struct text *why;

    if (!expected) return;
    if (expected->port == returned->port &&
        memcmp(&expected->address, &returned->address, sizeof expected->address) == 0)
        return;
    why = call_answer(call, CALL_DIFFERS);
    if (!why) return;
    text_put(why, "address: expected: ");
    endpoint_text(why, &expected->address, expected->port);
    text_put(why, ", returned: ");
    endpoint_text(why, &returned->address, returned->port);
}
