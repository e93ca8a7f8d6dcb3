#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""tercet serve --metrics: what Prometheus gets, and who cannot disturb it."""
import re
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import serving
from serving import run, tap


def fetch(url):
    """Status, headers and text of a page."""
    try:
        with urllib.request.urlopen(url, timeout=serving.PATIENCE_S) as reply:
            return reply.status, reply.headers, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def values(text):
    """{sample: number} of the page."""
    return {m[1]: int(m[2]) for m in re.finditer(r'^(tercet_\w+(?:\{[^}]*\})?) (\d+)$', text, re.M)}


def format_faults(text):
    """What is wrong with the page as a text of format 0.0.4."""
    names = {}
    for line in text.splitlines():
        head = re.match(r'^# (HELP|TYPE) (tercet_\w+) (.+)$', line)
        sample = re.match(r'^(tercet_\w+)(\{\w+="[^"\\]*"\})? \d+$', line)
        if head:
            names.setdefault(head[2], []).append(head[1])
            if head[1] == 'TYPE' and (head[3] == 'counter') != head[2].endswith('_total'):
                yield line
        elif not sample or names.get(sample[1]) != ['HELP', 'TYPE']:
            yield line


def the_page(place):
    with serving.Server('--metrics', place, '--publish', '0:80') as server:
        url = server.url()
        found = server.read_until(rb'metrics at (\S+)\n')
        page = found[1].decode() if found else ''
        status, headers, text = fetch(page)
        before = values(text)
        tap.check(status == 200 and headers['Content-Type'].startswith('text/plain; version=0.0.4') and len(before) > 60,
                  f'--metrics {place}: the page of counters', status, text)
        tap.check(not list(format_faults(text)), f'--metrics {place}: HELP and TYPE before each name, counters end in _total', *format_faults(text))
        fetch(url)
        after = values(fetch(page)[2])
        moved = {name: after[name] - before[name] for name in after if after[name] != before[name]}
        tap.check(moved.get('tercet_verdicts_total{verdict="established"}') == 1 and moved.get('tercet_verdicts_total{verdict="syn-admitted"}') == 1
                  and moved.get('tercet_connections_opened_total{side="passive"}') == 1, f'--metrics {place}: an opening is counted', moved)
        tap.check(fetch(page.replace('/metrics', '/other'))[0] == 404, f'--metrics {place}: any other page is not there')
        if shutil.which('promtool'):
            got = subprocess.run(('promtool', 'check', 'metrics'), input=text, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            tap.check(got.returncode == 0 and got.stdout == '', f'--metrics {place}: promtool check metrics', got)
        else:
            tap.skip(f'--metrics {place}: promtool check metrics', 'needs promtool, of the package prometheus')
        disturb(page)
        tap.check(server.end() == 0, f'--metrics {place}: and a clean end', server.text)


def disturb(page):
    at = urlsplit(page)
    idle = []
    for _ in range(30):
        client = socket.create_connection((at.hostname, at.port), timeout=serving.PATIENCE_S)
        client.sendall(b'GET /metr')
        idle.append(client)
    tap.check(fetch(page)[0] == 200, 'clients that do not go on keep nobody out')
    with socket.create_connection((at.hostname, at.port), timeout=serving.PATIENCE_S) as client:
        client.sendall(b'GET /metrics HTTP/1.1\r\n' + b'x' * 5000)
        try:
            rest = client.recv(1)
        except ConnectionResetError:
            rest = b''
        tap.check(rest == b'', 'a request without end is closed')
    with socket.create_connection((at.hostname, at.port), timeout=serving.PATIENCE_S) as client:
        for octet in b'HEAD /metrics HTTP/1.0\r\n\r\n':
            client.sendall(bytes((octet,)))
        text = b''
        while some := client.recv(65536):
            text += some
        tap.check(text.startswith(b'HTTP/1.1 200 OK\r\n') and text.endswith(b'\r\n\r\n'), 'octet by octet, HEAD has the head alone', text)
    for client in idle:
        client.close()


def refused():
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = taken.getsockname()[1]
        for words, status, said in ((('--metrics', f'{port}'), 1, 'in use'), (('--metrics', '0.0.0.0:9100'), 2, '--publish-anywhere'),
                                    (('--metrics', 'nowhere:9100'), 2, 'such as'), (('--metrics', '::1:9100'), 2, 'such as')):
            got = run('serve', *words)
            text = got.err.decode()
            tap.check(got.status == status and text.startswith(f'tercet: --metrics {words[1]}: ') and said in text and text.count('\n') == 1,
                      f'serve {" ".join(words[:1])} {said}: status {status}, one line', got)


def main():
    serving.skip_unless_possible()
    the_page('0')
    the_page('[::1]:0')
    refused()
    tap.done()


if __name__ == '__main__':
    main()
