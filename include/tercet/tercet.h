/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_TERCET_H
#define TERCET_TERCET_H

/* All of libtercet's public contract. */
#include <tercet/address.h>
#include <tercet/config.h>
#include <tercet/frame.h>
#include <tercet/habits.h>
#include <tercet/stack.h>
#include <tercet/verdict.h>

#endif
