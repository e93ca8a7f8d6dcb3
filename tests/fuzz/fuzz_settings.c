/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shell commands of scripts: whatever they are, and whatever files they name (here every file is the command itself), they
 * are taken or told, and leave a configuration that a stack can be made with.
 */
#include "input.h"
#include "script/personality.h"
#include "script/settings.h"
#include "stack/config.h"

enum { WHY_MAX = 128, COMMAND_MAX = 4096 };

static const char *itself_read(void *context, const char *name, size_t *octets) {
    const struct word *command = context;
    (void)name;

    *octets = command->length;
    return command->at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct word command = {(const char *)data, (uint32_t)size};
    struct files files = {itself_read, &command};
    struct settings settings;
    char memory[WHY_MAX];
    struct text why;

    if (size > COMMAND_MAX) return 0;
    for (unsigned i = 0; personalities[i]; i++) {
        settings_init(&settings, personalities[i]);
        text_init(&why, memory, sizeof memory);
        enum settings_answer answer = settings_command(&settings, &files, command, &why);
        must((answer == SETTINGS_TAKEN) == (why.used == 0));
        memset(settings.config.secret, 1, sizeof settings.config.secret);
        must(config_is_valid(&settings.config));
    }
    return 0;
}
