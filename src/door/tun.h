/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERCET_DOOR_TUN_H
#define TERCET_DOOR_TUN_H

#include <stdbool.h>
#include <stdint.h>

#include <tercet/address.h>

#include "door/door.h"

/*
 * A TUN device of the current network namespace as a door: IP packets by plain read and write.
 * A device that we made goes with its descriptor; one that was there before us stays as it was.
 */
#define TUN_NAME_MAX 16 /* with the terminator: IFNAMSIZ */
#define TUN_MTU_MIN  68 /* RFC 791; the kernel's own limits for a TUN */
#define TUN_MTU_MAX  65535
#define TUN_MTU_IPV6_MIN                                                                           \
    1280 /* RFC 8200 section 5: below it the kernel takes IPv6 off the device */
#define TUN_QUEUE_FRAMES                                                                           \
    4096 /* towards us, of a device that we made: the openings of a thousand clients at once */

/* What was tried last: together with -errno it says what went wrong. */
enum tun_step {
    TUN_STEP_NAME,      /* the name is no device name */
    TUN_STEP_OPEN,      /* open /dev/net/tun */
    TUN_STEP_ATTACH,    /* make the device, or attach to the one of that name */
    TUN_STEP_CONFIGURE, /* MTU, addresses, up */
};

struct tun {
    struct door door; /* first: a struct door * is a struct tun * */
    char name[TUN_NAME_MAX];
    unsigned index; /* of the interface */
    bool was_there; /* made by someone else, before us */
    enum tun_step step;
};

/* Whether the kernel takes @name for a device: 1 to 15 octets, no slash, colon, per cent or space, not "." or "..". */
bool tun_is_name(const char *name);

/*
 * Open TUN device @name, which is made when it is not there.
 * @name: or NULL for a fresh "tercetN"
 * @number: the door's number in the stack's routes
 * Return: 0; or -errno with tun->step, and nothing is left open:
 *   NAME      -EINVAL
 *   OPEN      -ENOENT -ENODEV -ENXIO (no TUN on this machine), -EACCES (its mode), -EPERM (a container)
 *   ATTACH    -EPERM (no CAP_NET_ADMIN here, and not the device's owner), -EBUSY (another program has it),
 *             -EINVAL (the name is another kind of device)
 *   CONFIGURE (the MTU of a device that was there could not be read)
 */
int tun_open(struct tun *tun, const char *name, uint16_t number);

/* Set the MTU, TUN_MTU_MIN..TUN_MTU_MAX octets.  Return: 0, -EINVAL (out of range), -EPERM. */
int tun_set_mtu(struct tun *tun, uint32_t mtu_bytes);

/*
 * Give the kernel's side of the link an address.  Set the MTU first and the link up before.
 * @prefix_bits: 0..32 for IPv4, 0..128 for IPv6
 * Return: 0, -EEXIST, -EPERM, -EINVAL (IPv6 below TUN_MTU_IPV6_MIN, or no IPv6 in this kernel: also -EACCES).
 */
int tun_add_address(struct tun *tun, const struct tercet_address *address, unsigned prefix_bits);

/*
 * Have the kernel send what goes to @destination/@prefix_bits by the device; the link is up.
 * Return: 0, -EEXIST (it goes by another device), -EPERM, -EINVAL (IPv6 below TUN_MTU_IPV6_MIN).
 */
int tun_add_route(struct tun *tun, const struct tercet_address *destination, unsigned prefix_bits);

/* Bring the link up.  On a device that we made, the kernel is kept from speaking IPv6 of its own accord on it. */
int tun_set_up(struct tun *tun);

/*
 * What would help against @error (as returned above, negative), for the brackets of `tercet: what: why (what to do)`.
 * Return: a static sentence fragment, never NULL.
 */
const char *tun_advice(const struct tun *tun, int error);

#endif
