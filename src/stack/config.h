/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_STACK_CONFIG_H
#define TERCET_STACK_CONFIG_H

#include <stdbool.h>

#include <tercet/config.h>

/* Whether a stack can be made with it: limits and knobs in their ranges, a secret that is set. */
bool config_is_valid(const struct tercet_config *config);

#endif
