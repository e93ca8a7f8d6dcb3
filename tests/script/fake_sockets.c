/* SPDX-License-Identifier: BSD-2-Clause */
#define TAP_NO_MAIN
#include "tap.h"

#include "fake_sockets.h"

#include "script/address.h"
#include "script/parse.h"
#include "script/words.h"
#include "wire/address_text.h"

enum { FAKE_ARENA_BYTES = 4 << 20 };

__attribute__((format(printf, 2, 3))) static int answer(void *self, const char *format, ...) {
    struct fake *fake = self;
    size_t used = strlen(fake->said);
    unsigned i = fake->asked < fake->n_answers ? fake->asked : fake->n_answers - 1;
    va_list words;

    if (used && used < sizeof fake->said - 2) {
        memcpy(fake->said + used, "; ", 3);
        used += 2;
    }
    va_start(words, format);
    vsnprintf(fake->said + used, sizeof fake->said - used, format, words);
    va_end(words);
    fake->asked++;
    return fake->answers[i];
}

static const char *shown(const struct tercet_endpoint *endpoint) {
    static char memory[80];
    struct text text;

    if (!endpoint) return "NULL";
    text_init(&text, memory, sizeof memory);
    endpoint_text(&text, &endpoint->address, endpoint->port);
    return memory;
}

static int fake_socket(void *self, int domain, int type, int protocol) {
    return answer(self, "socket(%d, %d, %d)", domain, type, protocol);
}

static int fake_bind(void *self, int fd, const struct tercet_endpoint *local) {
    return answer(self, "bind(%d, %s)", fd, shown(local));
}

static int fake_listen(void *self, int fd, int backlog) {
    return answer(self, "listen(%d, %d)", fd, backlog);
}

static int fake_accept(void *self, int fd, struct tercet_endpoint *remote, int flags) {
    *remote = ((struct fake *)self)->remote;
    return answer(self, "accept(%d, %d)", fd, flags);
}

static int fake_connect(void *self, int fd, const struct tercet_endpoint *remote) {
    return answer(self, "connect(%d, %s)", fd, shown(remote));
}

static int fake_receive(void *self, int fd, struct unix_message *message, int flags) {
    struct fake *fake = self;

    fake->octets = 0;
    for (uint32_t i = 0; i < message->n_spans; i++) {
        memset(message->spans[i].base, 'x', message->spans[i].length);
        fake->octets += message->spans[i].length;
    }
    message->flags = fake->flags;
    message->n_controls = fake->n_controls;
    memcpy(message->controls, fake->controls, sizeof message->controls);
    if (message->name) *message->name = fake->remote;
    return answer(self, "receive(%d, %llu, %d)", fd, (unsigned long long)fake->octets, flags);
}

static int fake_send(void *self, int fd, const struct unix_message *message, int flags) {
    struct fake *fake = self;

    fake->octets = 0;
    fake->is_zeros = true;
    for (uint32_t i = 0; i < message->n_spans; i++) {
        const struct unix_span *span = &message->spans[i], *before = i ? span - 1 : NULL;
        const unsigned char *octets = span->base;
        bool is_seen = before && before->base == span->base && before->length >= span->length &&
                       fake->octets >= sizeof fake->sent;

        for (uint32_t j = 0; j < span->length && !is_seen; j++) {
            if (octets[j]) fake->is_zeros = false;
            if (fake->octets + j < sizeof fake->sent) fake->sent[fake->octets + j] = octets[j];
        }
        fake->octets += span->length;
    }
    fake->has_name = message->name;
    if (message->name) fake->name = *message->name;
    fake->n_controls = message->n_controls;
    memcpy(fake->controls, message->controls, sizeof fake->controls);
    return answer(self, "send(%d, %llu, %d)", fd, (unsigned long long)fake->octets, flags);
}

static int fake_close(void *self, int fd) {
    return answer(self, "close(%d)", fd);
}

static int fake_shutdown(void *self, int fd, int how) {
    return answer(self, "shutdown(%d, %d)", fd, how);
}

static int fake_fcntl(void *self, int fd, int command, int64_t value) {
    return answer(self, "fcntl(%d, %d, %lld)", fd, command, (long long)value);
}

static int fake_ioctl(void *self, int fd, uint64_t request, int *value) {
    struct fake *fake = self;
    int given = *value;

    if (!fake->keeps_ioctl_value) *value = fake->ioctl_value;
    return answer(self, "ioctl(%d, 0x%llx, %d)", fd, (unsigned long long)request, given);
}

static int fake_get_option(void *self, int fd, struct unix_option *option) {
    struct fake *fake = self;
    uint32_t length = option->length;

    if (fake->option_length && fake->option_length < length) length = fake->option_length;
    if (option->value) memcpy(option->value, fake->option, length);
    if (option->value) option->length = length;
    return answer(self, "get(%d, %d, %d, %s)", fd, option->level, option->name,
                  option->value ? "value" : "NULL");
}

static int fake_set_option(void *self, int fd, const struct unix_option *option) {
    struct fake *fake = self;

    fake->set_length = option->length;
    if (option->value) memcpy(fake->set, option->value, option->length);
    return answer(self, "set(%d, %d, %d, %s, %u)", fd, option->level, option->name,
                  option->value ? "value" : "NULL", option->length);
}

static int fake_poll(void *self, struct unix_poll *polls, uint32_t n, int timeout_ms) {
    struct fake *fake = self;
    char list[200] = "";

    for (uint32_t i = 0; i < n && i < 8; i++) {
        size_t used = strlen(list);

        snprintf(list + used, sizeof list - used, "%d:%d ", polls[i].fd, polls[i].events);
        polls[i].revents = fake->revents[i];
    }
    return answer(self, "poll(%s%d)", list, timeout_ms);
}

static int fake_epoll_create(void *self, int flags) {
    return answer(self, "epoll_create(%d)", flags);
}

static int fake_epoll_control(void *self, int epfd, int operation, int fd,
                              const struct unix_epoll_event *event) {
    if (!event) return answer(self, "epoll_ctl(%d, %d, %d, NULL)", epfd, operation, fd);
    return answer(self, "epoll_ctl(%d, %d, %d, 0x%x, %llu)", epfd, operation, fd, event->events,
                  (unsigned long long)event->data);
}

static int fake_epoll_wait(void *self, int epfd, struct unix_epoll_event *events, int max,
                           int timeout_ms) {
    struct fake *fake = self;

    for (int i = 0; i < max && i < 8; i++)
        events[i] = fake->events[i];
    return answer(self, "epoll_wait(%d, %d, %d)", epfd, max, timeout_ms);
}

static int fake_pipe(void *self, int fds[2]) {
    memcpy(fds, ((struct fake *)self)->pair, 2 * sizeof *fds);
    return answer(self, "pipe()");
}

static int fake_splice(void *self, int from, int to, uint32_t n, int flags) {
    return answer(self, "splice(%d, %d, %u, %d)", from, to, n, flags);
}

static int fake_names(void *self, int fd, struct tercet_endpoint *local,
                      struct tercet_endpoint *remote) {
    struct fake *fake = self;

    *local = fake->local;
    *remote = fake->remote;
    return fd < 0 ? -UNIX_EBADF : 0;
}

static uint64_t fake_now(void *self) {
    return ((struct fake *)self)->now_ns;
}

static bool fake_pass(void *self, uint64_t until_ns) {
    struct fake *fake = self;

    fake->passes++;
    if (!fake->step_ns || fake->now_ns + fake->step_ns >= until_ns) {
        fake->now_ns = until_ns;
        return false;
    }
    fake->now_ns += fake->step_ns;
    return true;
}

#define FAKE_ROW(name, parameters, arguments) .name = fake_##name,
static const struct subject_kind fake_kind = {
    .sockets = {SOCKETS_CALLS(FAKE_ROW)},
    .now = fake_now,
    .pass = fake_pass,
};

static struct tercet_endpoint endpoint(const char *address, uint16_t port) {
    struct tercet_endpoint made = {.port = port};

    address_of_word(word_of(address), &made.address);
    return made;
}

struct fake *fake_new(void) {
    static _Alignas(16) unsigned char memory[FAKE_ARENA_BYTES];
    static struct fake fake;
    struct tercet_endpoint local = endpoint("192.168.0.1", 8080);
    struct tercet_endpoint remote = endpoint("192.0.2.1", 8080);

    fake = (struct fake){
        .n_answers = 1, .subject = {&fake_kind, &fake}
    };
    fake.arena = arena_of(memory, sizeof memory);
    calls_init(&fake.calls, &fake.subject, &fake.arena, &local, &remote);
    for (int i = 3; i <= 5; i++)
        fake.calls.descriptors[i] = 100 + i;
    return &fake;
}

void fake_answers(struct fake *fake, int number) {
    fake->answers[0] = number;
    fake->n_answers = 1;
    fake->asked = 0;
}

/* The call that @text is; it aborts if it is none. */
static const struct script_call *call_of(struct fake *fake, const char *call_text) {
    char *text = arena_take(&fake->arena, strlen(call_text) + 3);
    struct parse_error error = {0};
    struct script script = {0};

    sprintf(text, "0 %s", call_text);
    if (script_parse(text, strlen(text), NULL, &fake->arena, &script, &error))
        return script.events->call;
    printf("# %s: %s\n", text, error.sentence);
    abort();
}

static enum call_answer made(struct fake *fake, const char *call_text, bool is_blocking) {
    const struct script_call *call = call_text ? call_of(fake, call_text) : NULL;
    struct text why;

    text_init(&why, fake->why, sizeof fake->why);
    fake->said[0] = 0;
    fake->asked = 0;
    if (!call_text) return calls_again(&fake->calls, &why);
    return calls_begin(&fake->calls, call, is_blocking, &why);
}

enum call_answer fake_call(struct fake *fake, const char *text) {
    return made(fake, text, false);
}

enum call_answer fake_call_blocking(struct fake *fake, const char *text) {
    return made(fake, text, true);
}

enum call_answer fake_again(struct fake *fake) {
    return made(fake, NULL, true);
}

void fake_is_not_asked(struct fake *fake) {
    fake->is_not_asked = true;
}

static void row_check(struct fake *fake, const struct fake_row *row) {
    const char *said = row->is == CALL_MET ? fake->said : fake->why;

    CHECK_EQ(fake_call(fake, row->call), row->is);
    if (row->text) CHECK_STR(said, row->text);
    if (row->is == CALL_MET) CHECK_STR(fake->why, "");
    if (fake->is_not_asked) CHECK_EQ(fake->asked, 0);
    if (fake->set_length) CHECK_MEM(fake->set, row->octets, row->n_octets);
    CHECK(!fake->calls.waiting);
}

void fake_rows(const struct fake_row *rows, size_t n, void (*prepare)(struct fake *fake)) {
    for (const struct fake_row *row = rows; row < rows + n; row++) {
        TEST_ROW ("%s, answered %d", row->call, row->answer) {
            struct fake *fake = fake_new();

            fake_answers(fake, row->answer);
            if (row->octets) memcpy(fake->option, row->octets, row->n_octets);
            fake->option_length = row->n_octets;
            if (prepare) prepare(fake);
            row_check(fake, row);
        }
    }
}
