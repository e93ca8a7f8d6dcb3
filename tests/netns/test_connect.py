#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""tercet connect: the kernel's TCP and its programs are the servers."""
import fcntl
import hashlib
import json
import os
import pty
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time

import serving
from serving import AS_NOBODY, TERCET, run, tap

HOSTS = (('IPv4', '198.18.0.1'), ('IPv6', '2001:2::1'))
REQUEST = b'GET / HTTP/1.0\r\n\r\n'
KEYS = ['v', 'type', 'id', 't', 'src', 'sport', 'dst', 'dport', 'outcome', 'reason', 'proven', 'simultaneous', 'syns', 'synacks', 'rtt_server_us',
        'rtt_client_us', 'close', 'first_closer']


# The servers: functions of this script, run as COMMAND.

def accepted(host, port='7000'):
    """The one connection that a listener takes."""
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family).accept()[0]


def echo(host):
    """Send back what comes, until the client closes."""
    peer = accepted(host)
    while some := peer.recv(1 << 20):
        peer.sendall(some)


def reset(host):
    """Say something, and then reset."""
    peer = accepted(host)
    peer.sendall(b'last words')
    while fcntl.ioctl(peer, termios.TIOCOUTQ, bytes(4)) != bytes(4):
        pass  # not acknowledged yet
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    peer.close()


def hang_up(host):
    """Close at once."""
    accepted(host).close()


def half_close(host):
    """Close first; tell on standard error what comes after that, also when asked to end meanwhile."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    peer = accepted(host)
    peer.shutdown(socket.SHUT_WR)
    digest = hashlib.sha256()
    while some := peer.recv(1 << 20):
        digest.update(some)
    print(digest.hexdigest(), file=sys.stderr)


def stubborn(host):
    """An echo that does not end by SIGTERM, and has a descendant that does not either."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        signal.pause()
    echo(host)
    while True:
        signal.pause()


def flood(host):
    """An echo that never stops to talk."""
    print('flood', flush=True)
    subprocess.Popen(('yes', 'flood'))
    echo(host)


def unreachable(host, how='hard'):
    """Answer a SYN to an address that nobody has with an ICMP error: no such port, or no way there, perhaps for now."""
    sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
    is_v6 = ':' in host
    listener = socket.create_server(('::' if is_v6 else '0.0.0.0', 7000), family=socket.AF_INET6 if is_v6 else socket.AF_INET)
    while True:
        packet = sniffer.recv(65536)
        at, version = (40, 6) if packet[0] >> 4 == 6 else ((packet[0] & 15) * 4, 4)
        protocol = packet[6] if version == 6 else packet[9]
        if version != (6 if is_v6 else 4) or protocol != 6 or packet[at + 13] != 2:
            continue
        if is_v6:
            raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)  # the kernel adds the checksum
            raw.sendto(struct.pack('!BBHI', 1, 4 if how == 'hard' else 0, 0, 0) + packet, (socket.inet_ntop(socket.AF_INET6, packet[8:24]), 0))
        else:
            message = bytearray(struct.pack('!BBHI', 3, 3 if how == 'hard' else 1, 0, 0) + packet)
            message += bytes(len(message) % 2)
            total = sum(struct.unpack(f'!{len(message) // 2}H', message))
            total = (total & 0xffff) + (total >> 16)
            struct.pack_into('!H', message, 2, ~(total + (total >> 16)) & 0xffff)
            raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
            raw.sendto(message, (socket.inet_ntoa(packet[12:16]), 0))
        listener.close()
        return


def late(host):
    """Listen when the first SYN must have been sent, if it did not wait."""
    sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
    sniffer.settimeout(1)
    try:
        while sniffer.recv(65536)[0] != 0x45:
            pass
        print('a packet came before anybody listened', file=sys.stderr)
    except TimeoutError:
        pass
    echo(host)


def sleeper(host):
    """Say when the SYN has come that nobody answers."""
    sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
    listener = socket.create_server(('', 7000))  # tells tercet that it may begin
    while sniffer.recv(65536)[16:20] != socket.inet_aton(host):
        pass
    print('seen', file=sys.stderr, flush=True)
    signal.pause()
    listener.close()


SERVERS = (sleeper, echo, reset, hang_up, half_close, stubborn, flood, unreachable, late)


def server(function, host, *words):
    return ('--', sys.executable, os.path.abspath(sys.argv[0]), function.__name__, host, *words)


def connect(host, port, *words, stdin=b'', **more):
    return run('connect', host, str(port), *words, stdin=stdin, **more)


def one_line(got, *words):
    """Standard error is one line `tercet: what: why (what to do)` with the words in it."""
    text = got.err.decode(errors='replace')
    return text.startswith('tercet: ') and text.count('\n') == 1 and text.rstrip().endswith(')') and all(word in text for word in words)


def programs():
    for family, host in HOSTS:
        command = ('--', sys.executable, '-m', 'http.server', '8000', '--bind', host)
        got = connect(host, 8000, *command, stdin=REQUEST)
        tap.check(got.status == 0 and got.out.startswith(b'HTTP/1.0 200 OK\r\n') and got.out.rstrip().endswith(b'</html>'),
                  f'a page from http.server by {family}', got)
        tap.check(b'established' in got.err and b'closed: FIN by client' in got.err, f'and the ladder of it ({family})', got)
        tap.check(b'"GET / HTTP/1.0" 200' in got.err and b'"GET' not in got.out, f'what COMMAND prints is on standard error ({family})', got)
        got = connect(host, 7000, '--quiet', '--', 'nc', '-l', host, '7000', stdin=b'to nc\n')
        tap.check(got.status == 0 and got.out == b'' and got.err == b'to nc\n', f'nc hears us by {family}', got)
        got = connect(host, 7000, '--quiet', *server(echo, host), stdin=b'back and forth')
        tap.check(got.status == 0 and got.out == b'back and forth' and got.err == b'', f'an echo by {family}, and nothing else', got)


def streams():
    all_data = data = random.Random(2).randbytes(5_000_000 if not serving.BULK else 50_000_000)
    for family, host in HOSTS:
        data = all_data
        got = connect(host, 7000, '--quiet', *server(echo, host), stdin=data)
        tap.check(got.status == 0 and got.out == data, f'{len(data)} octets there and back through pipes, {family}', got.status, len(got.out), got.err)
        data = data[:1_000_000]
        got = connect(host, 7000, '--quiet', *server(half_close, host), stdin=data)
        tap.check(got.status == 0 and got.out == b'' and got.err.decode().strip() == hashlib.sha256(data).hexdigest(),
                  f'the server closes first: all of standard input still arrives, {family}', got)
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as sink:
        source.write(data)
        source.seek(0)
        process = subprocess.run((TERCET, 'connect', '198.18.0.1', '7000', '--quiet', *server(echo, '198.18.0.1')), stdin=source, stdout=sink,
                                 stderr=subprocess.PIPE, timeout=serving.PATIENCE_S, check=False)
        sink.seek(0)
        tap.check(process.returncode == 0 and sink.read() == data, 'from a file into a file', process)
    got = connect('198.18.0.1', 7000, *server(echo, '198.18.0.1'))
    said = [line for line in got.err.decode().splitlines() if line.startswith('tercet: ')]
    tap.check(got.status == 0 and got.out == b'' and len(said) == 1 and 'standard input' in said[0],
              'standard input that ends before the opening is told in one line, and the connection closes in order', got)
    got = run('connect', '198.18.0.1', '7000', '--quiet', *server(echo, '198.18.0.1'), stdin=b'x', before=('sh', '-c', 'exec "$0" "$@" >&-'))
    tap.check(got.status == 1 and one_line(got, 'standard output'), 'there is no standard output: status 1, one line', got)
    process = subprocess.Popen((TERCET, 'connect', '198.18.0.1', '7000', '--quiet', *server(echo, '198.18.0.1')), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    _, err = process.communicate(b'x' * 100_000, timeout=serving.PATIENCE_S)
    tap.check(process.returncode == 1 and b'tercet: standard output: Broken pipe (' in err and err.count(b'tercet: ') == 1,
              'nobody reads standard output: status 1, one line', process.returncode, err)


def verdicts():
    for family, host in HOSTS:
        got = connect(host, 9, '--quiet', '--wait', '1', '--', 'sleep', '1000')
        tap.check(got.status == 3 and one_line(got, 'refused', 'sleep', '1 s'), f'COMMAND never listens: refused, status 3, one line ({family})', got)
        got = connect(host, 9, '--quiet', '--', 'sh', '-c', 'exit 7')
        tap.check(got.status == 3 and one_line(got, 'refused', 'sh ended with status 7'), f'COMMAND dies: refused, status 3, one line ({family})', got)
        got = connect(host, 9, '--quiet', '--wait', '0', '--', 'sleep', '1000')
        tap.check(got.status == 3 and one_line(got, 'refused', 'sleep', 'no time'), f'--wait 0 and nobody listens: refused, status 3, one line ({family})', got)
        nobody = host[:-1] + '77'
        got = connect(nobody, 9, '--quiet', '--wait', '0', '--timeout', '1', '--', 'sleep', '1000')
        tap.check(got.status == 4 and one_line(got, 'no answer'), f'nobody answers: status 4, one line ({family})', got)
        got = connect(host, 7000, '--quiet', *server(reset, host), stdin=b'x')
        tap.check(got.status == 5 and got.out == b'last words' and one_line(got, 'reset'), f'reset by the server: status 5, and its last words ({family})', got)
        got = connect(nobody, 7000, *server(unreachable, host), stdin=b'x')
        said = got.err.decode().splitlines()[-1]
        tap.check(got.status == 6 and said.startswith('tercet: ') and 'unreachable' in said, f'port unreachable by ICMP: status 6, one line ({family})', got)
        got = connect(nobody, 7000, '--quiet', '--timeout', '2', *server(unreachable, host, 'soft'), stdin=b'x')
        tap.check(got.status == 6 and one_line(got, 'unreachable'), f'host unreachable by ICMP, told when the time is over: status 6, one line ({family})', got)
    got = connect('2001:2::1', 7000, '--quiet', '--mtu', '576', '--', 'sleep', '1000')
    tap.check(got.status == 6 and one_line(got, '2001:2::1', '1280'), 'an IPv6 address where there is no IPv6: status 6, one line', got)
    got = connect('198.18.0.1', 7000, '--quiet', *server(late, '198.18.0.1'), stdin=b'in time')
    tap.check(got.status == 0 and got.out == b'in time' and got.err == b'', 'no packet is sent before COMMAND listens', got)


def bad_input():
    command = ('--', 'sleep', '1000')
    rows = (((), 2, ('HOST and PORT are missing',)), (('198.18.0.1',), 2, ('PORT is missing',)), (('198.18.0.1', '9'), 2, ('-- COMMAND', '--tun')),
            (('198.18.0.1', '9', '10', *command), 2, ('10', '-- before')), (('198.18.0.1', '0', *command), 2, ('not a port',)),
            (('198.18.0.1', 'http', *command), 2, ('http', 'not a port')), (('198.18.0.1', '9', '--wait', '-1', *command), 2, ('--wait -1', 'seconds')),
            (('198.18.0.1', '9', '--timeout', '0', *command), 2, ('--timeout 0', 'seconds')), (('198.18.0.1', '9', '--timout', '1', *command), 2, ('--timeout?',)),
            (('198.18.0.1', '9', '--tun', 'x', '--address', '198.18.0.2/24', *command), 2, ('COMMAND runs in the private namespace',)),
            (('198.18.0.1', '9', '--tun', 'x'), 2, ('--address',)), (('127.0.0.1', '9', *command), 2, ('127.0.0.1', '198.18.0.1')),
            (('224.0.0.1', '9', *command), 2, ('224.0.0.1',)), (('198.18.0.2', '9', *command), 2, ('198.18.0.2', '198.18.0.1')),
            (('2001:2::2', '9', *command), 2, ('2001:2::2', '2001:2::1')), (('198.18.0.1', '9', '--'), 2, ('nothing stands behind it',)), (('no-such-host.invalid', '9', *command), 1, ('no-such-host.invalid',)),
            (('', '9', *command), 1, ()), (('198.18.0.1', '9', '--', 'no-such-program-here'), 1, ('no-such-program-here', 'No such file')),
            (('198.18.0.1', '9', '--', '/etc/passwd'), 1, ('/etc/passwd', 'Permission denied')),
            (('198.18.0.1', '9', '--json=/nonexistent/x', *command), 1, ('--json /nonexistent/x', 'No such file')),
            (('198.18.0.1', '9', '--pcap', '/nonexistent/x', *command), 1, ('--pcap /nonexistent/x',)))
    machine = serving.machine()
    for words, status, said in rows:
        got = run('connect', '--quiet', *words)
        tap.check(got.status == status and one_line(got, *said) and got.out == b'', f'connect {" ".join(words)[:50]}: status {status}, one line', got)
    tap.check(serving.nothing_new_since(machine), 'nothing is left behind by any of them', machine, serving.machine())
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.run((TERCET, 'connect', '--quiet', '198.18.0.1', '7000', *server(echo, '198.18.0.1')), stdin=os.open(folder, os.O_RDONLY),
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=serving.PATIENCE_S, check=False)
        got = serving.Result(process.returncode, process.stdout, process.stderr)
        tap.check(got.status == 1 and one_line(got, 'standard input', 'Is a directory'), 'standard input is a folder: status 1, one line', got)


def records():
    host = '198.18.0.1'
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'attempts')
        got = connect(host, 7000, '--quiet', f'--json={path}', *server(echo, host), stdin=b'x')
        with open(path, encoding='utf-8') as file:
            lines = [json.loads(line) for line in file]
        tap.check(got.err == b'' and len(lines) == 1 and list(lines[0]) == KEYS, '--json=FILE: one object with the keys of the manual page', got, lines)
        line = lines[0] if lines else {}
        wanted = {'v': 1, 'type': 'attempt', 'id': 1, 'src': '198.18.0.2', 'dst': host, 'dport': 7000, 'outcome': 'established', 'reason': None, 'proven': True,
                  'simultaneous': False, 'syns': 1, 'synacks': 1, 'close': 'fin', 'first_closer': 'client'}
        tap.check({key: line.get(key) for key in wanted} == wanted, 'it tells of an opening and a close in order', line)
    rows = ((host, ('--wait', '0', '--', 'sleep', '1000'), {'outcome': 'refused', 'proven': False, 'close': 'none', 'rtt_server_us': None}),
            (host, server(reset, host), {'outcome': 'established', 'close': 'rst-by-server'}),
            ('198.18.0.77', ('--wait', '0', '--timeout', '1', '--', 'true'), {'outcome': 'filtered', 'reason': 'aborted', 'close': 'none'}))
    for to, words, wanted in rows:
        got = connect(to, 7000, '--json', *words, stdin=b'x')
        lines = [json.loads(line) for line in got.err.splitlines() if line.startswith(b'{')]
        tap.check(len(lines) == 1 and {key: lines[0][key] for key in wanted} == wanted and b'SYN' not in got.err,
                  f'--json in place of the ladder: {wanted["outcome"]}, {wanted["close"]}', got)
    got = run('serve', '--json', '--', 'sh', '-c', 'curl -s -o /dev/null http://198.18.0.2/; curl -gs -o /dev/null http://[2001:2::2]/ http://[2001:2::2]:81/')
    lines = sorted((json.loads(line) for line in got.err.splitlines()), key=lambda line: line['id'])
    tap.check([(line['id'], line['dst'], line['outcome']) for line in lines] ==
              [(1, '198.18.0.2', 'established'), (2, '2001:2::2', 'established'), (3, '2001:2::2', 'refused')]
              and all(list(line) == KEYS for line in lines), 'serve --json: a record for each client, in JSON alone', got)
    got = run('serve', '--quiet', '--json=/dev/full', '--', 'curl', '-s', '-o', '/dev/null', 'http://198.18.0.2/')
    tap.check(got.status == 125 and one_line(got, '--json /dev/full', 'No space left'), 'a full disk is told', got)


def default_signals():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def started(*words):
    """A connection that has been echoed over once: the process, and the machine before it."""
    machine = serving.machine()
    process = subprocess.Popen((TERCET, 'connect', '198.18.0.1', '7000', '--quiet', *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, preexec_fn=default_signals)
    process.stdin.write(b'x')
    process.stdin.flush()
    return process, machine, process.stdout.read(1) == b'x'


def ends():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
        process, machine, is_open = started(*server(echo, '198.18.0.1'))
        process.send_signal(number)
        process.communicate(timeout=serving.PATIENCE_S)
        expected = -number if number == signal.SIGKILL else 128 + number
        tap.check(is_open and process.returncode == expected, f'{number.name} ends it with {expected}', is_open, process.returncode)
        tap.check(serving.nothing_new_since(machine), f'after {number.name} the machine is as before', machine, serving.machine())
    process, machine, is_open = started(*server(stubborn, '198.18.0.1'))
    out, err = process.communicate(b'', timeout=serving.PATIENCE_S)
    tap.check(is_open and process.returncode == 0 and out == b'' and err == b'', 'a COMMAND that ignores SIGTERM does not stay', process.returncode, err)
    tap.check(serving.nothing_new_since(machine), 'nor do its descendants', machine, serving.machine())
    process, machine, is_open = started(*server(flood, '198.18.0.1'))
    out, err = process.communicate(b'y', timeout=serving.PATIENCE_S)
    tap.check(is_open and process.returncode == 0 and out == b'y' and err.startswith(b'flood\n'), 'COMMAND floods its output: ours is clean',
              process.returncode, out, err[:200])
    process, machine, is_open = started(*server(flood, '198.18.0.1'))
    process.stdin.close()
    process.wait(serving.PATIENCE_S)  # nobody reads standard error
    tap.check(is_open and process.returncode == 0 and serving.nothing_new_since(machine), 'and where nobody reads it, the end is no other', process.returncode)
    process.stdout.close()
    process.stderr.close()


def given_up_late():
    """The time told of an opening that is given up is that of the giving up, not of the packet before."""
    process = subprocess.Popen((TERCET, 'connect', '198.18.0.77', '7000', *server(sleeper, '198.18.0.77')), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=default_signals)
    text = b''
    while b'seen\n' not in text and (some := os.read(process.stderr.fileno(), 65536)):
        text += some
    time.sleep(1.2)
    process.send_signal(signal.SIGINT)
    text += process.communicate(timeout=serving.PATIENCE_S)[1]
    found = re.search(rb'given up after \d SYNs? in ([\d.]+) s: nothing answered', text)
    tap.check(found and float(found[1]) >= 1.2 and process.returncode == 130, 'Ctrl-C gives up the opening when it comes', process.returncode, text)


def terminal():
    """A person who types nothing is not waited for when the server has closed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen((TERCET, 'connect', '198.18.0.1', '7000', '--quiet', *server(hang_up, '198.18.0.1')), stdin=theirs, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    out, err = process.communicate(timeout=serving.PATIENCE_S)
    os.close(ours)
    os.close(theirs)
    tap.check(process.returncode == 0 and out == b'' and err == b'', 'from a terminal, the end of the server is the end', process.returncode, err)


def few_descriptors():
    """Whatever it is that finds no descriptor left, it says so in one line."""
    statuses = set()
    for n in range(4, 24):
        got = connect('198.18.0.1', 9, '--quiet', '--pcap', '/dev/null', '--', 'true', before=('sh', '-c', f'ulimit -n {n} && exec "$0" "$@"'))
        statuses.add(got.status)
        if got.status != 3 and not (got.status == 1 and one_line(got, 'ulimit -n')):
            tap.check(False, f'a limit of {n} open files', got)
    tap.check(statuses == {1, 3}, 'few open files are allowed: status 1 until there are enough', statuses)


def device():
    """Out of a device of the current namespace, to a server of the kernel beside us."""
    setup = ('unshare', '-n', 'sh', '-c', 'ip tuntap add dev tct0 mode tun && ip addr add 198.18.0.1/24 dev tct0 && ip link set tct0 up && '
             f'{{ {sys.executable} "$1" echo 198.18.0.1 & shift; until ss -Hltn | grep -q :7000; do :; done; exec "$@"; }}', 'sh', os.path.abspath(sys.argv[0]))
    got = run('connect', '198.18.0.1', '7000', '--quiet', '--tun', 'tct0', '--address', '198.18.0.2/24', stdin=b'by a device', before=setup)
    tap.check(got.status == 0 and got.out == b'by a device' and got.err == b'', 'connect --tun: a device that was there', got)


def ordinary_user():
    open_device = ('unshare', '-m', 'sh', '-c', 't=$(mktemp -d) && mount -t tmpfs t $t && mknod $t/tun c 10 200 && chmod 666 $t/tun && '
                   'mount --bind $t/tun /dev/net/tun && exec "$0" "$@"')
    with serving.public_copy() as folder:
        for family, host in HOSTS:
            got = run('connect', host, '8000', '--quiet', '--', 'nc', '-l', host, '8000', stdin=b'as nobody', before=(*open_device, *AS_NOBODY),
                      program=os.path.join(folder, 'tercet'), cwd='/')
            tap.check(got.status == 0 and got.err == b'as nobody', f'no privilege is needed ({family})', got)


def main():
    serving.peer_main(SERVERS)
    serving.skip_unless_possible('nc', 'ip', 'ss', 'unshare', 'setpriv', 'curl')
    programs()
    streams()
    verdicts()
    bad_input()
    records()
    ends()
    given_up_late()
    terminal()
    few_descriptors()
    device()
    ordinary_user()
    tap.done()


if __name__ == '__main__':
    main()
