#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Whatever is wrong with the command line or the machine: one line that helps, the right status, nothing left behind."""
import os
import socket
import subprocess
import tempfile

import serving
from serving import AS_NOBODY, run, tap

TRUE = ('--', 'true')


def complaint(got, *words):
    """One line `tercet: what: why (what to do)` with the words in it, and nothing on standard output."""
    text = got.err.decode(errors='replace')
    return (text.startswith('tercet: ') and text.count('\n') == 1 and text.rstrip().endswith(')') and text.count(': ') >= 2
            and '(' in text and got.out == b'' and all(word in text for word in words))


def refused(name, words, status, *said, before=(), serve=True, **more):
    """The same words fail with this status, and with 125 where there is a COMMAND; the machine stays as it was."""
    for extra, expected in (((), status), (TRUE, 125)):
        if extra and '--tun' in words:
            continue  # they do not go together
        machine = serving.machine()
        got = run(*(('serve',) if serve else ()), *words, *extra, before=before, **more)
        tap.check(got.status == expected and complaint(got, *said),
                  f'{name}: status {expected}, one line{" under COMMAND" if extra else ""}', got)
        if not serving.nothing_new_since(machine):
            tap.check(False, f'{name}: nothing is left behind', machine, serving.machine())
        if not serve:
            break


def command_lines():
    for words, said in (((), 'no verb'), (('serv',), 'did you mean'), (('--versoin',), 'no such'), (('help', 'nothing'), 'no such verb'),
                        (('help', 'serve', 'help'), 'one verb'), (('serve', '--'), 'nothing stands behind it'), (('-h',), 'no such option')):
        refused(f'tercet {" ".join(words)}', words, 2, said, serve=False)
    for words, said in ((('--vers',), b'tercet '), (('--h',), b'Usage: tercet VERB')):
        got = run(*words)
        tap.check(got.status == 0 and got.out.startswith(said) and got.err == b'', f'tercet {words[0]} is long enough', got)
    got = run('help', before=('sh', '-c', 'exec "$0" "$@" >&-'))
    tap.check(got.status == 1 and complaint(got, 'standard output'), 'tercet help without standard output: status 1, one line', got)
    rows = ((('--frobnicate',), 'no such option'), (('--htp', '80'), 'did you mean --http?'), (('--quiet=1',), 'no value'),
            (('--p',), 'more than one'), (('-x',), 'no such option'), (('true',), 'write -- before COMMAND'),
            (('--mtu', '99'), '576 to 9000'), (('--mtu', '9001'), '576 to 9000'), (('--mtu', '0x600'), '576 to 9000'), (('--mtu', ''), '576'),
            (('--http', '0'), 'not a port'), (('--http', '65536'), 'not a port'), (('--http', '80='), 'folder'), (('--echo', '7=x'), 'not a port'),
            (('--echo', '+7'), 'not a port'), (('--echo', '7', '--discard', '7'), 'has a service already'),
            (('--publish', '8080'), 'such as'), (('--publish', '::1:8080:80'), 'such as'), (('--publish', 'localhost:8080:80'), 'such as'),
            (('--publish', '127.0.0.1:8080:0'), 'such as'), (('--publish', '[127.0.0.1:8080:80'), 'such as'),
            (('--publish', '0.0.0.0:8080:80'), '--publish-anywhere'), (('--publish', '[::]:8080:80'), '--publish-anywhere'),
            (('--publish', '8080:81'), 'no service on port 81'), (('--publish', '1' * 300 + ':80'), 'such as'),
            (('--tun', 'x'), '--address'), (('--address', '198.18.0.2/24'), '--tun'), (('--tun', 'x', '--address', '198.18.0.2'), 'such as'),
            (('--tun', 'x', '--address', '198.18.0.2/33'), 'such as'), (('--tun', 'x', '--address', '224.0.0.1/24'), 'no host'),
            (('--tun', 'x', '--address', '127.0.0.1/8'), 'no host'), (('--tun', 'x', '--address', '::/64'), 'no host'))
    for words, said in rows:
        refused(f'serve {" ".join(words)[:40]}', words, 2, said)
    got = run('serve', '--mtu')
    tap.check(got.status == 2 and complaint(got, 'N is missing'), 'serve --mtu: the value is missing', got)
    got = run('serve', '--echo\n\x1b[31m')
    tap.check(got.status == 2 and complaint(got) and b'\x1b' not in got.err, 'no control character of the command line is printed', got)


def the_host():
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused('a published port is taken', ('--publish', f'{port}:80'), 1, f'--publish {port}:80', 'in use')
    refused('an address that is not here', ('--publish-anywhere', '--publish', '192.0.2.1:8080:80'), 1, '192.0.2.1:8080:80')
    refused('a folder that is not there', ('--http', '80=/nonexistent'), 1, '/nonexistent', 'No such file')
    refused('a folder that is a file', ('--http', '80=/etc/passwd'), 1, '/etc/passwd', 'Not a directory')
    refused('a capture in no folder', ('--pcap', '/nonexistent/x.pcapng'), 1, '--pcap /nonexistent/x.pcapng', 'No such file')
    refused('a capture that is a folder', ('--pcap', '/tmp'), 1, '--pcap /tmp')
    got = run('serve', '--pcap', '/dev/full', '--', 'sleep', '60')
    tap.check(got.status == 125 and got.err.count(b'tercet: --pcap /dev/full: No space left on device (') == 1,
              'a full disk ends a capture, and COMMAND with it', got)
    got = run('serve', '--quiet', '--pcap', '/dev/full', '--', 'true')
    tap.check(got.status == 125 and complaint(got, 'No space left'), 'also when COMMAND was the first to end', got)
    with serving.Server('--quiet', '--publish', '0:80', '--pcap', '/dev/full') as server:
        server.process.wait(serving.PATIENCE_S)
        text = server.process.stderr.read()
        tap.check(server.process.returncode == 1 and text.count(b'\n') == 1, 'without COMMAND a full disk is status 1', text)


def the_device():
    in_own_network = ('unshare', '-n')
    address = ('--address', '198.18.0.2/24')
    refused('a device name with a slash', ('--tun', 'a/b', *address), 1, '--tun a/b', before=in_own_network)
    refused('a device name that is too long', ('--tun', 'abcdefghijklmnop', *address), 1, '1 to 15', before=in_own_network)
    refused('a device of another kind', ('--tun', 'lo', *address), 1, '--tun lo', before=in_own_network)
    make = ('unshare', '-n', 'sh', '-c', 'ip tuntap add dev tct0 mode tun && ip link set tct0 mtu 1400 && exec "$0" "$@"')
    refused('more than the device takes', ('--tun', 'tct0', *address, '--mtu', '1500'), 1, '--mtu 1500', '1400', before=make)
    first = '"$0" serve --quiet --tun tct0 --address 198.18.0.9/24 & p=$!; while [ "$(cat /sys/class/net/tct0/carrier)" != 1 ]; do :; done; '
    busy = ('unshare', '-n', 'unshare', '--mount-proc', '--kill-child', '-p', '-f', 'sh', '-c',
            'mount -t sysfs s /sys; ip tuntap add dev tct0 mode tun && ip link set tct0 up; ' + first + '"$0" "$@"; s=$?; kill $p; wait $p; exit $s')
    got = run('serve', '--tun', 'tct0', *address, before=busy)
    tap.check(got.status == 1 and complaint(got, '--tun tct0', 'busy'), 'a device that another program has', got)
    for name, mode, error, said in (('absent', None, 'No such file', 'modprobe tun'), ('mode 0600', 0o600, 'Permission denied', 'chmod 666')):
        if mode is None:
            hide = ('unshare', '-m', 'sh', '-c', 'mount -t tmpfs t /dev/net && exec "$0" "$@"')
        else:
            hide = ('unshare', '-m', 'sh', '-c', 't=$(mktemp -d) && mount -t tmpfs t $t && mknod $t/tun c 10 200 && chmod 600 $t/tun && '
                    'mount --bind $t/tun /dev/net/tun && exec setpriv --reuid 65534 --regid 65534 --clear-groups "$0" "$@"')
        with serving.public_copy() as folder:
            got = run('serve', before=(*hide,), program=os.path.join(folder, 'tercet'))
            tap.check(got.status == 1 and complaint(got, '/dev/net/tun', error, said), f'/dev/net/tun {name}', got)
            got = run('serve', *TRUE, before=(*hide,), program=os.path.join(folder, 'tercet'))
            tap.check(got.status == 125 and complaint(got, '/dev/net/tun', error, said), f'/dev/net/tun {name}, under COMMAND', got)


def no_privilege():
    with serving.public_copy() as folder:
        program = os.path.join(folder, 'tercet')
        device = ('unshare', '-n', '-m', 'sh', '-c', 't=$(mktemp -d) && mount -t tmpfs t $t && mknod $t/tun c 10 200 && chmod 666 $t/tun && '
                  'mount --bind $t/tun /dev/net/tun && exec "$0" "$@"')
        got = run('serve', '--tun', 'tct0', '--address', '198.18.0.2/24', before=(*device, *AS_NOBODY), program=program)
        tap.check(got.status == 1 and complaint(got, '--tun tct0', 'ip tuntap add'), 'a device that takes privilege', got)
        got = run('serve', '--publish', '127.0.0.1:81:80', before=AS_NOBODY, program=program)
        limit = int(open('/proc/sys/net/ipv4/ip_unprivileged_port_start', encoding='ascii').read())
        if limit > 81:
            tap.check(got.status == 1 and complaint(got, '127.0.0.1:81:80', 'Permission denied'), 'a port that takes privilege', got)
        else:
            tap.skip('a port that takes privilege', 'none does here')
        os.chmod(tempfile.mkdtemp(dir=folder, prefix='closed'), 0o700)
        closed = [name for name in os.listdir(folder) if name.startswith('closed')][0]
        got = run('serve', '--http', f'80={folder}/{closed}', before=AS_NOBODY, program=program)
        tap.check(got.status == 1 and complaint(got, closed, 'Permission denied'), 'a folder that may not be read', got)
        got = no_user_namespaces(program)
        tap.check(got.status == 1 and complaint(got, 'user', 'namespaces'), 'user namespaces forbidden: it says which setting', got)


def no_user_namespaces(program):
    """An ordinary user inside a user namespace that allows no further ones."""
    holder = subprocess.Popen(('unshare', '-U', 'sleep', '1000'))
    mine = os.readlink('/proc/self/ns/user')
    serving.wait_until(lambda: os.readlink(f'/proc/{holder.pid}/ns/user') != mine)
    for kind in ('uid_map', 'gid_map'):
        with open(f'/proc/{holder.pid}/{kind}', 'w', encoding='ascii') as file:
            file.write('0 0 65536\n')
    got = run('serve', program=program, before=('nsenter', '-U', '-t', str(holder.pid), 'sh', '-c',
                                                'echo 0 >/proc/sys/user/max_user_namespaces && exec "$0" "$@"', *AS_NOBODY))
    holder.kill()
    holder.wait()
    return got


def few_descriptors():
    """Whatever it is that finds no descriptor left, it says so in one line."""
    statuses = set()
    for n in range(4, 24):
        got = run('serve', '--quiet', '--publish', '0:80', '--pcap', '/dev/null', *TRUE, before=('sh', '-c', f'ulimit -n {n} && exec "$0" "$@"'))
        statuses.add(got.status)
        if got.status != 0 and not (got.status == 125 and complaint(got, 'ulimit -n')):
            tap.check(False, f'a limit of {n} open files', got)
    tap.check(statuses == {0, 125}, 'few open files are allowed: status 125 until there are enough', statuses)
    got = run('serve', before=('sh', '-c', 'ulimit -v 100000 && exec "$0" "$@"'))
    if serving.INSTRUMENTED:
        tap.skip('little address space is allowed', 'the sanitizers need much of it')
    else:
        tap.check(got.status == 1 and complaint(got, 'memory'), 'little address space is allowed: status 1', got)


def leftovers():
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, 'capture.pcapng')
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            run('serve', '--pcap', capture, '--publish', f'{taken.getsockname()[1]}:80')
        tap.check(not os.path.exists(capture), 'a start that fails leaves no capture behind')


def main():
    command_lines()
    serving.skip_unless_possible('ip', 'unshare', 'setpriv')
    the_host()
    the_device()
    no_privilege()
    few_descriptors()
    leftovers()
    tap.done()


if __name__ == '__main__':
    main()
