#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""From the smallest MTU to the largest: data both ways, and no packet larger than the link takes."""
import hashlib
import os
import re
import socket
import subprocess
import tempfile
import threading

import serving
from serving import peer, peer_main, tap

OCTETS = 1_000_000


def there_and_back(host):
    data = hashlib.shake_128(b'mtu').digest(OCTETS)
    with socket.create_connection((host, 7)) as peer_socket:
        sender = threading.Thread(target=lambda: (peer_socket.sendall(data), peer_socket.shutdown(socket.SHUT_WR)))
        sender.start()
        got = b''.join(iter(lambda: peer_socket.recv(1 << 20), b''))
        sender.join()
    link = subprocess.run(('ip', '-o', 'link', 'show', 'tercet0'), stdout=subprocess.PIPE, text=True, check=True).stdout
    print(got == data, re.search(r' mtu (\d+) ', link)[1])


def sizes(capture):
    """The largest packet from the kernel, the largest from tercet."""
    out = subprocess.run(('tshark', '-r', capture, '-T', 'fields', '-e', 'frame.len', '-e', 'tcp.srcport'),
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    largest = {True: 0, False: 0}
    for line in out.splitlines():
        length, port = (line + '\t').split('\t')[:2]
        largest[port == '7'] = max(largest[port == '7'], int(length))
    return largest[False], largest[True]


def one(family, host, mtu, capture):
    got = peer('there_and_back', host, options=('--mtu', str(mtu), '--pcap', capture))
    tap.check(got.out.split() == [b'True', str(mtu).encode()], f'1 MB there and back by {family} at MTU {mtu}', got)
    largest = sizes(capture)
    tap.check(largest == (mtu, mtu), f'the largest packets fill the MTU of {mtu} both ways ({family})', largest)


def main():
    peer_main((there_and_back,))
    serving.skip_unless_possible('ip', 'tshark')
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, 'capture.pcapng')
        for mtu in (576, 1280, 1500, 9000):
            one('IPv4', '198.18.0.2', mtu, capture)
        for mtu in (1280, 1500, 9000):
            one('IPv6', '2001:2::2', mtu, capture)
    got = serving.run('serve', '--mtu', '1279', '--', 'curl', '-sf', 'http://198.18.0.2/')
    tap.check(got.status == 0 and b'IPv6 is off' in got.err, 'below 1280 IPv6 is off, and tercet says so', got)
    got = serving.run('serve', '--mtu', '1279', '--', 'sh', '-c', 'cat /proc/net/if_inet6 | grep -c tercet')
    tap.check(got.out == b'0\n', 'and the kernel has none on the device either', got)
    tap.done()


if __name__ == '__main__':
    main()
