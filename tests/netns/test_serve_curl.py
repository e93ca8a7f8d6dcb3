#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""curl is the peer: pages, files, the way in from the host, and exit statuses."""
import os
import random
import subprocess
import tempfile

import serving
from serving import peer, peer_main, run, tap


def nothing_of_the_kernel():
    """The kernel of the namespace neither listens nor owns tercet's addresses."""
    listeners = subprocess.run(('ss', '-Hltn'), stdout=subprocess.PIPE, text=True, check=True).stdout
    addresses = subprocess.run(('ip', '-o', 'addr'), stdout=subprocess.PIPE, text=True, check=True).stdout
    print(listeners.count('\n'), '198.18.0.2/' in addresses, '2001:2::2/' in addresses, '198.18.0.1/24' in addresses)


def pages():
    for family, url in (('IPv4', 'http://198.18.0.2/'), ('IPv6', 'http://[2001:2::2]/')):
        got = run('serve', '--', 'curl', '-sSf', url)
        tap.check(got.status == 0 and len(got.out) > 100 and b'tercet' in got.out, f'curl gets the built-in page by {family}', got)
        tap.check(b'established' in got.err, f'the ladder tells of it ({family})', got)
    got = peer('nothing_of_the_kernel')
    tap.check(got.out.split() == [b'0', b'False', b'False', b'True'], 'the kernel has no listener and not our addresses', got)
    got = run('serve', '--quiet', '--', 'curl', '-sSf', 'http://198.18.0.2/')
    tap.check(got.status == 0 and got.err == b'', '--quiet leaves standard error empty', got)
    got = run('serve', '--http', '8000', '--', 'curl', '-s', 'http://198.18.0.2/')
    tap.check(got.status == 7, 'naming a service turns the usual ones off: nothing on port 80, curl is refused', got)
    got = run('serve', '--http', '8000', '--', 'curl', '-sSf', 'http://198.18.0.2:8000/')
    tap.check(got.status == 0 and len(got.out) > 100, 'a service on a port of our choice', got)


def files():
    with tempfile.TemporaryDirectory() as folder:
        data = random.Random(1).randbytes(5_000_000)
        with open(os.path.join(folder, 'data.bin'), 'wb') as file:
            file.write(data)
        with open(os.path.join(folder, 'index.html'), 'w', encoding='ascii') as file:
            file.write('<title>mine</title>')
        os.symlink('/etc/passwd', os.path.join(folder, 'outside'))
        serve = ('serve', '--http', f'80={folder}', '--', 'curl', '-s')
        got = run(*serve, 'http://198.18.0.2/data.bin')
        tap.check(got.out == data, 'a file of 5 MB arrives octet for octet', len(got.out), got.status)
        got = run(*serve, '-r', '1000-1999', 'http://[2001:2::2]/data.bin')
        tap.check(got.out == data[1000:2000], 'a range of it', len(got.out), got.status)
        got = run(*serve, 'http://198.18.0.2/', 'http://198.18.0.2/index.html')
        tap.check(got.out == b'<title>mine</title>' * 2, 'index.html, and two requests on one connection', got)
        got = run(*serve, '--path-as-is', '-o', '/dev/null', '-w', '%{http_code} ', 'http://198.18.0.2/outside',
                  '-o', '/dev/null', 'http://198.18.0.2/../../etc/passwd', '-o', '/dev/null', 'http://198.18.0.2/none')
        codes = got.out.split()
        tap.check(len(codes) == 3 and all(code[:1] == b'4' for code in codes), 'nothing outside the folder is served', got)


def the_way_in():
    for family, publish in (('IPv4', '127.0.0.1:0:80'), ('IPv6', '[::1]:0:80')):
        with serving.Server('--publish', publish) as server:
            url = server.url()
            got = subprocess.run(('curl', '-sSf', '-m', '60', url or '-'), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            tap.check(got.returncode == 0 and len(got.stdout) > 100, f'the host reaches the page by --publish {publish}', url, got, server.text)
            status = server.end()
            tap.check(status == 0, f'SIGTERM ends it with status 0 ({family})', status, server.text)
            source = b'198.18.0.1:' if family == 'IPv4' else b'[2001:2::1]:'
            tap.check(source in server.text, f'the ladder shows a real opening inside, by {family}', server.text)
    with serving.Server('--echo', '7', '--publish', '0:7') as server:
        port = server.read_until(rb'echo is at 127\.0\.0\.1:(\d+)')
        got = subprocess.run(('nc', '-N', '127.0.0.1', port[1].decode() if port else '-'), input=b'x' * 300_000,
                             stdout=subprocess.PIPE, timeout=serving.PATIENCE_S, check=False)
        tap.check(got.stdout == b'x' * 300_000, 'echo through the relay, and the half-close with it', len(got.stdout), server.text)


def statuses():
    rows = ((('true',), 0), (('sh', '-c', 'exit 3'), 3), (('sh', '-c', 'kill -9 $$'), 137), (('sh', '-c', 'kill -TERM $$'), 143),
            (('/nonexistent/program',), 127), (('no-such-program-here',), 127), (('/etc/passwd',), 126), (('/',), 126))
    for command, status in rows:
        got = run('serve', '--quiet', '--', *command)
        tap.check(got.status == status, f'`-- {" ".join(command)}` ends with {status}', got)
        if status in (126, 127):
            tap.check(got.err.count(b'\n') == 1 and got.err.startswith(b'tercet: '), f'and says why in one line: {command[0]}', got)
    got = run('serve', '--', 'sh', '-c', 'echo out; echo err >&2; cat', stdin=b'in')
    tap.check(got.out == b'out\nin' and b'err\n' in got.err, 'standard output and input are COMMAND\'s alone', got)
    got = run('serve', '--quiet', '--', 'sh', '-c', 'ps -e -o pid= | wc -l; echo $$')
    tap.check(got.status == 0 and int(got.out.split()[0]) < 8, 'COMMAND sees only the processes of its own namespace', got)


def main():
    peer_main((nothing_of_the_kernel,))
    serving.skip_unless_possible('curl', 'nc', 'ss', 'ip')
    pages()
    files()
    the_way_in()
    statuses()
    tap.done()


if __name__ == '__main__':
    main()
