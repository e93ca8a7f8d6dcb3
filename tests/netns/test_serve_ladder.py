#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The ladder against tshark's reading of the capture: the same packets, the same numbers, the same options."""
import os
import pty
import re
import signal
import subprocess
import tempfile

import serving
from serving import run, tap

FIELDS = ('tcp.stream', 'tcp.srcport', 'tcp.flags.syn', 'tcp.flags.ack', 'tcp.flags.reset', 'tcp.flags.fin', 'tcp.len', 'tcp.seq_raw', 'tcp.ack_raw',
          'tcp.options.mss_val', 'tcp.options.wscale.shift', 'tcp.options.timestamp.tsval', 'tcp.options.timestamp.tsecr', 'frame.time_epoch')
LINE = re.compile(r'^ +([\d.]+) ms +(->|<-) +([A-Z-]+) +seq (\+?\d+)(?: ack (\+?\d+))?(.*)$')
HEAD = re.compile(r'^#(\d+) +(\S+) -> (\S+)$')
M32 = 1 << 32


def blocks_of(text):
    """[(head, [packet])] of the ladder's blocks of openings."""
    blocks = []
    for line in text.splitlines():
        head, packet = HEAD.match(line), LINE.match(line)
        if head:
            blocks.append((head, []))
        elif packet and blocks:
            blocks[-1][1].append(packet)
    return blocks


def streams_of(capture):
    """{stream: [packet as {field: text}]} as tshark reads the capture."""
    words = [word for field in FIELDS for word in ('-e', field)]
    out = subprocess.run(('tshark', '-r', capture, '-o', 'tcp.relative_sequence_numbers:false', '-T', 'fields', *words),
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
    streams = {}
    for line in out.stdout.splitlines():
        packet = dict(zip(FIELDS, line.split('\t')))
        if packet['tcp.stream']:
            streams.setdefault(int(packet['tcp.stream']), []).append(packet)
    return streams


def number(text, start):
    """An absolute number, or one relative to a start."""
    return (start + int(text)) % M32 if text.startswith('+') else int(text)


def kind_of(packet):
    """What the ladder calls a packet."""
    bits = {name: packet[f'tcp.flags.{name}'] in ('1', 'True') for name in ('syn', 'ack', 'reset', 'fin')}
    if bits['syn']:
        return 'SYN-ACK' if bits['ack'] else 'SYN'
    if bits['reset']:
        return 'RST-ACK' if bits['ack'] else 'RST'
    return 'FIN' if bits['fin'] else 'ACK'


def faults(drawn, seen, server_port):
    """Where a line of the ladder and a packet of the capture differ."""
    starts = {'->': int(seen[0]['tcp.seq_raw']), '<-': int(seen[1]['tcp.seq_raw'])}
    for line, packet in zip(drawn, seen):
        time_ms, arrow, kind, seq, ack, rest = line.groups()
        other = '<-' if arrow == '->' else '->'
        wanted = {
            'arrow': '<-' if packet['tcp.srcport'] == server_port else '->',
            'kind': kind_of(packet),
            'seq': int(packet['tcp.seq_raw']),
            'ack': int(packet['tcp.ack_raw']) if kind != 'SYN' else 0,
        }
        got = {'arrow': arrow, 'kind': kind, 'seq': number(seq, starts[arrow]), 'ack': number(ack or '0', starts[other])}
        for name, field in (('mss', 'tcp.options.mss_val'), ('wscale', 'tcp.options.wscale.shift')):
            if 'SYN' in kind:
                got[name] = (re.search(rf'\b{name} (\d+)', rest) or ('', ''))[1]
                wanted[name] = packet[field]
        if 'SYN' in kind:
            got['ts'] = (re.search(r'\bts (\d+/\d+)', rest) or ('', ''))[1]
            wanted['ts'] = f'{packet["tcp.options.timestamp.tsval"]}/{packet["tcp.options.timestamp.tsecr"]}'.strip('/')
        if got != wanted:
            yield f'{line[0]!r}: {got} and not {wanted}'
        apart_ms = (float(packet['frame.time_epoch']) - float(seen[0]['frame.time_epoch'])) * 1000
        if abs(apart_ms - float(time_ms)) > 1:
            yield f'{line[0]!r}: after {apart_ms} ms'


def compare(family, host, port, packets, outcome, capture):
    # By a bare connection, so that the stream's first packets are the opening's.
    got = run('serve', '--pcap', capture, '--', 'sh', '-c', f'curl -s -m 60 http://{host}:{port}/ >/dev/null; exit 0')
    text = got.err.decode()
    blocks, streams = blocks_of(text), streams_of(capture)
    name = f'{outcome} by {family}'
    if not tap.check(got.status == 0 and len(blocks) == 1 and len(streams) == 1, f'{name}: one block, one stream in the capture', got, streams):
        return
    head, drawn = blocks[0]
    seen = streams[0]
    tap.check(len(drawn) == packets, f'{name}: {packets} packets are drawn', text)
    found = list(faults(drawn, seen, str(port)))
    tap.check(not found, f'{name}: they are the packets that tshark sees, number for number', text, *found)
    tap.check(head[3].endswith(f':{port}') and host in head[3] and head[2].endswith(f':{seen[0]["tcp.srcport"]}'),
              f'{name}: the ends are named', head[0], seen[0])
    tap.check(re.search(rf'^ +{outcome}', text, re.M), f'{name}: the last line says so', text)
    clean = subprocess.run(('tshark', '-r', capture, '-Y', '_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0', '-o',
                            'tcp.check_checksum:true', '-o', 'ip.check_checksum:true'), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    tap.check(clean.returncode == 0 and clean.stdout == b'', f'{name}: tshark finds nothing malformed and every checksum right', clean)


def cut_off(capture):
    """SIGKILL while packets are written: what is in the file is whole."""
    right = 0
    for _ in range(5):
        with serving.Server('--quiet', '--pcap', capture, '--', 'sh', '-c', 'curl -s -o /dev/null http://198.18.0.2/bytes/1000000000') as server:
            large = serving.wait_until(lambda: os.path.exists(capture) and os.path.getsize(capture) > 3_000_000)
            server.end(signal.SIGKILL)
        got = subprocess.run(('capinfos', '-c', '-M', capture), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        right += large and got.returncode == 0 and b'cut short' not in got.stdout
        if not large or got.returncode != 0:
            tap.note(got)
        os.unlink(capture)
    tap.check(right == 5, 'a capture that SIGKILL cuts off ends with a whole packet', right)


def colour():
    plain = run('serve', '--', 'curl', '-s', 'http://198.18.0.2/')
    tap.check(plain.status == 0 and b'\x1b' not in plain.err, 'no colour where standard error is no terminal', plain)
    for environment, wanted in (({}, True), ({'NO_COLOR': '1'}, False), ({'NO_COLOR': ''}, True), ({'TERM': 'dumb'}, False)):
        ours, theirs = pty.openpty()
        more = {'TERM': 'xterm', **environment}
        process = subprocess.Popen((serving.TERCET, 'serve', '--', 'curl', '-s', 'http://198.18.0.2/'), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=theirs, env={k: v for k, v in {**os.environ, **more}.items() if k != 'NO_COLOR' or k in more})
        os.close(theirs)
        text = b''
        try:
            while some := os.read(ours, 65536):
                text += some
        except OSError:
            pass  # the other end is closed
        os.close(ours)
        process.wait(serving.PATIENCE_S)
        tap.check(b'established' in text and (b'\x1b[' in text) == wanted, f'a terminal with {more}: {"colour" if wanted else "no colour"}', text)


def storm():
    """Above 50 openings a second a line a second, and every opening counted in it or drawn."""
    got = run('serve', '--', 'sh', '-c', 'for i in 1 2 3; do curl -s --parallel --parallel-max 20 -H "Connection: close" -o /dev/null '
              '"http://198.18.0.2/plain?[1-400]"; done')
    text = got.err.decode()
    drawn = len(blocks_of(text))
    tap.check(got.status == 0 and drawn < 1200 and 'openings' in text, '1,200 connections in a few seconds become summary lines', drawn, text[-2000:])


def main():
    serving.skip_unless_possible('curl', 'tshark', 'capinfos')
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, 'capture.pcapng')
        for family, host in (('IPv4', '198.18.0.2'), ('IPv6', '[2001:2::2]')):
            compare(family, host, 80, 3, 'established', capture)
            compare(family, host, 81, 2, 'refused', capture)
        os.unlink(capture)
        cut_off(capture)
    colour()
    storm()
    tap.done()


if __name__ == '__main__':
    main()
