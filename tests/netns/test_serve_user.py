#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""An ordinary user, where /dev/net/tun is open to everyone: no privilege is needed."""
import os

import serving
from serving import AS_NOBODY, run, tap

# /dev/net/tun as most systems have it, for this process tree alone.
OPEN_DEVICE = ('unshare', '-m', 'sh', '-c',
               't=$(mktemp -d) && mount -t tmpfs t $t && mknod $t/tun c 10 200 && chmod 666 $t/tun && '
               'mount --bind $t/tun /dev/net/tun && exec "$0" "$@"')


def main():
    serving.skip_unless_possible('curl', 'unshare', 'setpriv')
    with serving.public_copy() as folder:
        before, program = (*OPEN_DEVICE, *AS_NOBODY), os.path.join(folder, 'tercet')
        machine = serving.machine()
        for family, url in (('IPv4', 'http://198.18.0.2/'), ('IPv6', 'http://[2001:2::2]/')):
            got = run('serve', '--', 'curl', '-sSf', url, before=before, program=program)
            tap.check(got.status == 0 and len(got.out) > 100 and b'established' in got.err, f'a page and its ladder, by {family}', got)
        got = run('serve', '--quiet', '--', 'id', '-u', before=before, program=program)
        tap.note(f'COMMAND runs as user {got.out.decode().strip()} of its namespace')
        got = run('serve', '--quiet', '--', 'sh', '-c', 'exit 9', before=before, program=program)
        tap.check(got.status == 9, 'COMMAND\'s status', got)
        with serving.Server('--publish', '0:80', before=before, program=program) as server:
            url = server.url()
            got = serving.subprocess.run(('curl', '-sf', '-m', '60', url or '-'), stdout=serving.subprocess.PIPE, check=False)
            tap.check(got.returncode == 0 and len(got.stdout) > 100, 'the way in from the host', url, server.text)
            tap.check(server.end() == 0, 'and a clean end', server.text)
        tap.check(serving.nothing_new_since(machine), 'nothing is left behind', machine, serving.machine())
    tap.done()


if __name__ == '__main__':
    main()
