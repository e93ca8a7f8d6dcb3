/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_CLI_METRICS_TEXT_H
#define TERCET_CLI_METRICS_TEXT_H

#include <tercet/stack.h>

#include "base/text.h"

/* What the stack holds and has counted, in Prometheus' text format, version 0.0.4. */
void metrics_text(struct text *text, const struct tercet_stack *stack);

#endif
