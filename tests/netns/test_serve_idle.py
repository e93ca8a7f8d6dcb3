#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Who has nothing to do sleeps: the processor time of two idle seconds."""
import os
import socket
import time
import urllib.parse

import serving
from serving import tap

WATCHED_S = 2
ALLOWED_MS = 20


def descendants(pid):
    """The process and all below it."""
    found = {pid}
    for task in os.listdir(f'/proc/{pid}/task'):
        with open(f'/proc/{pid}/task/{task}/children', encoding='ascii') as file:
            for child in file.read().split():
                found |= descendants(int(child))
    return found


def processor_ns(pid):
    """Time on the processor so far, of all threads of the process and of its descendants."""
    total = 0
    for process in descendants(pid):
        for task in os.listdir(f'/proc/{process}/task'):
            with open(f'/proc/{process}/task/{task}/schedstat', encoding='ascii') as file:
                total += int(file.read().split()[0])
    return total


def spent_ms(pid):
    """A while after the last work (a delayed ACK, say), watch."""
    time.sleep(1)
    start = processor_ns(pid)
    time.sleep(WATCHED_S)
    return (processor_ns(pid) - start) / 1e6


def main():
    serving.skip_unless_possible()
    if not os.path.exists('/proc/self/schedstat'):
        tap.skip('idle time', 'the kernel does not tell the time on the processor')
        tap.done()
    with serving.Server('--publish', '0:80') as server:
        url = urllib.parse.urlparse(server.url())
        spent = spent_ms(server.process.pid)
        tap.check(spent < ALLOWED_MS, f'{WATCHED_S} s without a client cost less than {ALLOWED_MS} ms', f'{spent} ms')
        clients = [socket.create_connection((url.hostname, url.port)) for _ in range(100)]
        for client in clients:
            client.sendall(b'GET /plain HTTP/1.1\r\nHost: x\r\n\r\n')
            client.recv(65536)
        spent = spent_ms(server.process.pid)
        tap.check(spent < ALLOWED_MS, 'and with 100 idle clients too', f'{spent} ms')
        for client in clients:
            client.close()
    tap.done()


if __name__ == '__main__':
    main()
