#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Both sides open at once (RFC 9293 section 3.5, figure 7; MUST-10): the kernel's TCP, and one played by hand."""
import json
import os
import signal
import socket
import sys
import tempfile

import serving
from crossing import ACK, FIN, PORT, PSH, SYN, Talker, Wire, carry, kernel_beside, kernel_says
from serving import run, tap

HOSTS = (('IPv4', '198.18.0.3', '198.18.0.2'), ('IPv6', '2001:2::3', '2001:2::2'))
WORDS = b'over the crossing'
ISN = 0xfffffffe  # the numbers wrap in the opening


# The other sides: functions of this script, run as COMMAND.

def kernel(host, tercet):
    """A socket of the kernel connects to where tercet connects from, while tercet's SYN is held; then it echoes."""
    wire = Wire(host)
    held = wire.hear()
    device = kernel_beside(host)
    client = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET)
    client.bind((host, PORT))
    client.setblocking(False)
    client.connect_ex((tercet, held.source_port))
    theirs = kernel_says(device)
    wire.send(theirs.packet)
    answer = wire.hear()
    print(f'held {held.flags} {theirs.flags}, answer {answer.flags}', file=sys.stderr)
    os.write(device, held.packet)
    os.write(device, answer.packet)
    while True:
        carry(wire, device, client)
        some = client.recv(65536)
        client.sendall(some)
        if not some:
            break
    client.shutdown(socket.SHUT_WR)
    carry(wire, device, os.pipe()[0])  # until it is ended


def crossed(host, tercet):
    """The SYNs cross: tercet has answered ours with its SYN-ACK.  The talker, and the number of tercet's first octet."""
    wire = Wire(host)
    syn = wire.hear()
    talker = Talker(wire, host, tercet, syn.source_port)
    talker.say(SYN, ISN)
    answer = wire.hear()
    print(f'answer {answer.flags} {answer.seq == syn.seq} {answer.ack == (ISN + 1) & 0xffffffff}', file=sys.stderr)
    return talker, syn.seq + 1


def echo(talker, theirs):
    """Send back what comes, then close in order."""
    ours, heard = ISN + 1, b''
    while True:
        segment = talker.wire.hear()
        if segment.flags & SYN or segment.seq != theirs & 0xffffffff:
            continue
        heard += segment.data
        theirs += len(segment.data) + (segment.flags & FIN)
        if segment.flags & FIN:
            break
        talker.say(ACK, ours, theirs)
    talker.say(PSH | FIN | ACK, ours, theirs, heard)
    signal.pause()


def syn_ack(host, tercet):
    talker, theirs = crossed(host, tercet)
    talker.say(SYN | ACK, ISN, theirs)
    echo(talker, theirs)


def ack(host, tercet):
    talker, theirs = crossed(host, tercet)
    talker.say(ACK, ISN + 1, theirs)
    echo(talker, theirs)


def both_lost(host, tercet):
    """Tercet's SYN-ACK is lost, and so is ours: each is sent again."""
    talker, theirs = crossed(host, tercet)
    again = talker.wire.hear()
    print(f'again {again.flags} {again.seq == (theirs - 1) & 0xffffffff}', file=sys.stderr)
    talker.say(SYN | ACK, ISN, theirs)
    echo(talker, theirs)


def syn_again(host, tercet):
    """Our SYN comes twice."""
    talker, theirs = crossed(host, tercet)
    talker.say(SYN, ISN)
    talker.say(SYN | ACK, ISN, theirs)
    echo(talker, theirs)


PEERS = ((kernel, 'the kernel', 'held 2 2, answer 18'), (syn_ack, 'a peer whose SYN-ACK comes', 'answer 18 True True'),
         (ack, 'a peer who only acknowledges', 'answer 18 True True'), (both_lost, 'a peer when both SYN-ACKs are lost', 'again 18 True'),
         (syn_again, 'a peer whose SYN comes twice', 'answer 18 True True'))


def main():
    serving.peer_main([peer for peer, _, _ in PEERS])
    serving.skip_unless_possible('ip')
    for family, host, tercet in HOSTS:
        for peer, name, said in PEERS:
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, 'attempts')
                got = run('connect', host, str(PORT), f'--json={path}', '--', sys.executable, os.path.abspath(sys.argv[0]), peer.__name__, host, tercet,
                          stdin=WORDS)
                with open(path, encoding='utf-8') as file:
                    records = [json.loads(line) for line in file]
            tap.check(got.status == 0 and got.out == WORDS and said in got.err.decode(), f'a simultaneous open with {name}: one connection, both ways ({family})',
                      got)
            tap.check(len(records) == 1 and records[0]['outcome'] == 'established' and records[0]['simultaneous'] is True and records[0]['close'] == 'fin',
                      f'and it is told as one (with {name}, {family})', records)
    tap.done()


if __name__ == '__main__':
    main()
