#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Many clients at once, half-closes, resets, octet streams to and from the kernel's TCP."""
import asyncio
import hashlib
import os
import resource
import socket
import struct
import threading

import serving
from serving import peer, peer_main, tap

HOSTS = {'IPv4': '198.18.0.2', 'IPv6': '2001:2::2'}
CLIENTS = 1000
RESETS = 20000  # more than the stack has room for connections


def payload(n, seed):
    """n octets that differ from seed to seed and from place to place."""
    block = hashlib.shake_128(seed.to_bytes(4, 'big')).digest(65536)
    return b''.join(block[i % 251:] for i in range(n // 60000 + 1))[:n]


def a_thousand(host):
    """All connected at the same time; then each one's octets come back to it, and to no other."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))

    async def one(number, barrier, counts):
        reader, writer = await asyncio.open_connection(host, 7)
        counts['open'] += 1
        if counts['open'] == CLIENTS:
            barrier.set()
        await barrier.wait()
        data = payload(3000 + number, number)
        writer.write(data)
        writer.write_eof()
        got = await reader.read(-1)
        counts['right'] += got == data
        writer.close()

    async def everyone():
        barrier, counts = asyncio.Event(), {'open': 0, 'right': 0}
        await asyncio.gather(*(one(i, barrier, counts) for i in range(CLIENTS)))
        print(counts['open'], counts['right'])

    asyncio.run(everyone())


def half_close(host):
    """We close our direction first; everything that was sent still comes back, and then the end."""
    with socket.create_connection((host, 7)) as peer_socket:
        data = payload(400_000, 1)
        sender = threading.Thread(target=lambda: (peer_socket.sendall(data), peer_socket.shutdown(socket.SHUT_WR)))
        sender.start()
        got = b''.join(iter(lambda: peer_socket.recv(65536), b''))
        sender.join()
    print(got == data)


def nothing_sent(host):
    """A FIN at once: the end comes at once."""
    with socket.create_connection((host, 7)) as peer_socket:
        peer_socket.shutdown(socket.SHUT_WR)
        print(peer_socket.recv(1) == b'')


def resets(host):
    """Connections that end by RST leave nothing: more of them than there is room for, and then a good one."""
    linger = struct.pack('ii', 1, 0)
    for number in range(RESETS):
        with socket.create_connection((host, 7)) as peer_socket:
            peer_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            if number % 3 == 0:
                peer_socket.sendall(b'half a thought')
    half_close(host)


def streams(host):
    """discard takes, chargen gives, each for a while; chargen's lines are RFC 864's."""
    with socket.create_connection((host, 9)) as peer_socket:
        peer_socket.sendall(payload(2_000_000, 2))
        peer_socket.shutdown(socket.SHUT_WR)
        discarded = peer_socket.recv(1) == b''
    with socket.create_connection((host, 19)) as peer_socket:
        text = b''
        while len(text) < 500_000:
            text += peer_socket.recv(65536)
    lines = text.split(b'\r\n')[:-1]
    print(discarded, len(lines) > 6000, all(len(line) == 72 for line in lines), lines[0] != lines[1] and lines[0][1:] == lines[1][:-1])


def slow_reader(host):
    """A window that stays shut for a while, and many small reads: all comes in the end."""
    with socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET) as peer_socket:
        peer_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer_socket.connect((host, 7))
        data = payload(1_500_000, 3)
        sender = threading.Thread(target=lambda: (peer_socket.sendall(data), peer_socket.shutdown(socket.SHUT_WR)))
        sender.start()
        got = b''
        threading.Event().wait(1.5)
        while some := peer_socket.recv(777):
            got += some
        sender.join()
    print(got == data)


def bulk(host, octets):
    """The same sum on the way out and on the way back."""
    octets = int(octets)
    sent, got = hashlib.sha256(), hashlib.sha256()
    with socket.create_connection((host, 7)) as peer_socket:
        def send():
            left = octets
            while left:
                some = os.urandom(min(left, 1 << 20))
                sent.update(some)
                peer_socket.sendall(some)
                left -= len(some)
            peer_socket.shutdown(socket.SHUT_WR)
        sender = threading.Thread(target=send)
        sender.start()
        total = 0
        while some := peer_socket.recv(1 << 20):
            got.update(some)
            total += len(some)
        sender.join()
    print(total, sent.hexdigest() == got.hexdigest())


def main():
    peer_main((a_thousand, half_close, nothing_sent, resets, streams, slow_reader, bulk))
    serving.skip_unless_possible()
    for family, host in HOSTS.items():
        got = peer('a_thousand', host)
        tap.check(got.out.split() == [b'1000', b'1000'], f'{CLIENTS} clients at once, each with its own octets ({family})', got)
        got = peer('half_close', host)
        tap.check(got.out == b'True\n', f'after our half-close the rest still comes ({family})', got)
        got = peer('nothing_sent', host)
        tap.check(got.out == b'True\n', f'a FIN without data is answered by a FIN ({family})', got)
        got = peer('streams', host)
        tap.check(got.out.split() == [b'True'] * 4, f'discard and chargen ({family})', got)
        got = peer('slow_reader', host)
        tap.check(got.out == b'True\n', f'a reader with a small window gets everything ({family})', got)
        octets = 100_000_000
        if serving.BULK:
            got = peer('bulk', host, octets, options=('--quiet',))
            tap.check(got.out.split() == [str(octets).encode(), b'True'], f'100 MB there and back have equal sums ({family})', got)
        else:
            tap.skip(f'100 MB there and back ({family})', 'TERCET_NO_BULK=1')
    got = peer('resets', HOSTS['IPv4'])
    tap.check(got.out == b'True\n', f'{RESETS} connections ended by RST leave room for the next', got.status, got.out, got.err[-1000:])
    tap.done()


if __name__ == '__main__':
    main()
