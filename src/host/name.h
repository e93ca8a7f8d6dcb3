/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_HOST_NAME_H
#define TERCET_HOST_NAME_H

#include <tercet/address.h>

/*
 * The addresses of the host called @name, by the resolver of the current network; it may take its time.
 * @addresses: room for @max; in the order in which they are to be tried
 * Return: how many, 1..@max; or negative, for name_trouble.
 */
int name_resolve(const char *name, struct tercet_address *addresses, unsigned max);

/* Why a name has no address.  Return: a sentence fragment. */
const char *name_trouble(int error);

#endif
