#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""--tun: a device of the current namespace, of our making or of somebody else's."""
import subprocess

import serving
from serving import tap

# Each in a network namespace of its own that stands for the host: `$0` is the program.
FRESH = '''
ip link set lo up; ip addr add 198.18.200.1/32 dev lo; ip addr add 2001:2:0:200::1/128 dev lo
"$0" serve --quiet --tun tct0 --address 198.18.0.2/24 --address 2001:2::2/64 & p=$!
while ! ip route get 198.18.0.2 | grep -q tct0 || ! ip route get 2001:2::2 | grep -q tct0; do sleep 0.02; done
for url in http://198.18.0.2/ 'http://[2001:2::2]/'; do
    curl -sf -m 60 $url | wc -c
done
kill $p; wait $p; echo status $?
ip -o link show tct0 2>/dev/null | wc -l
'''
MADE_BY_ROOT = '''
ip link set lo up; ip tuntap add dev tct0 mode tun user 65534; ip link set tct0 mtu 1300 up
ip addr add 198.18.0.1/24 dev tct0; ip addr add 2001:2::1/64 dev tct0 nodad
state() { ip -o addr show dev tct0 scope global | awk '{ print $4 }'; ip -o link show tct0 | grep -o 'mtu [0-9]*'; }; before=$(state)
setpriv --reuid 65534 --regid 65534 --clear-groups "$0" serve --quiet --tun tct0 --address 198.18.0.2/24 --address 2001:2::2/64 & p=$!
while [ "$(cat /sys/class/net/tct0/carrier)" != 1 ]; do :; done
for url in http://198.18.0.2/ 'http://[2001:2::2]/'; do
    curl -sf -m 60 $url | wc -c
done
[ "$before" = "$(state)" ] && echo same
kill $p; wait $p; echo status $?
ip -o link show tct0 | wc -l
'''
OPEN_DEVICE = '''t=$(mktemp -d); mount -t tmpfs t $t; mknod $t/tun c 10 200; chmod 666 $t/tun; mount --bind $t/tun /dev/net/tun; mount -t sysfs s /sys
'''


def words_of(script, program):
    return subprocess.run(('unshare', '-n', '-m', 'sh', '-c', OPEN_DEVICE + script, program), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=serving.PATIENCE_S, text=True, check=False)


def main():
    serving.skip_unless_possible('ip', 'curl', 'unshare', 'setpriv')
    got = words_of(FRESH, serving.TERCET)
    words = got.stdout.split()
    tap.check(len(words) == 5 and int(words[0]) > 100 and int(words[1]) > 100, 'a device of our making is reached by both families', got)
    tap.check(words[2:] == ['status', '0', '0'], 'it goes away with tercet', got)
    with serving.public_copy() as folder:
        got = words_of(MADE_BY_ROOT, folder + '/tercet')
        words = got.stdout.split()
        tap.check(len(words) == 6 and int(words[0]) > 100 and int(words[1]) > 100,
                  'a device that root made for a user is used by this user, without privilege', got)
        tap.check(words[2:] == ['same', 'status', '0', '1'], 'it is not changed, and stays', got)
    tap.done()


if __name__ == '__main__':
    main()
