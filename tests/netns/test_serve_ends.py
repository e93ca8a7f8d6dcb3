#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Whatever ends tercet: no process, no namespace, no device stays."""
import os
import signal
import subprocess
import sys

import serving
from serving import tap

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL)
# Descendants that do what they can to outlive their parent: a daemon in a session of its own that ignores signals.
DAEMON = ('import os, signal, sys, time\n'
          'if os.fork(): os.wait(); print("up", file=sys.stderr, flush=True); time.sleep(1000)\n'
          'os.setsid()\n'
          'if os.fork(): os._exit(0)\n'
          'for s in range(1, 65):\n'
          '    try: signal.signal(s, signal.SIG_IGN)\n'
          '    except (OSError, ValueError): pass\n'
          'time.sleep(1000)\n')


def default_signals():
    for number in SIGNALS[:-1]:
        signal.signal(number, signal.SIG_DFL)


def without_command(number):
    machine = serving.machine()
    with serving.Server('--publish', '0:80', preexec_fn=default_signals) as server:
        url = server.url()
        got = subprocess.run(('curl', '-sf', '-m', '60', url or '-'), stdout=subprocess.PIPE, check=False)
        during = serving.machine()
        status = server.end(number)
    expected = -number if number == signal.SIGKILL else 0
    tap.check(got.returncode == 0 and status == expected, f'{number.name} ends it with {expected}', status, server.text)
    tap.check(not during <= machine and serving.nothing_new_since(machine),
              f'after {number.name} the machine is as before', machine, during, serving.machine())


def with_command(number):
    machine = serving.machine()
    mark = f'tercet-test-{os.getpid()}-{number}'
    with serving.Server('--', sys.executable, '-c', DAEMON, mark, preexec_fn=default_signals) as server:
        server.read_until(b'up\n')
        is_up = len(serving.processes_with(mark)) >= 3
        status = server.end(number)
    expected = -number if number == signal.SIGKILL else 128 + number
    tap.check(is_up and status == expected, f'{number.name} goes on to COMMAND, whose end is told: {expected}', is_up, status, server.text)
    gone = serving.wait_until(lambda: not serving.processes_with(mark) and serving.machine() <= machine)
    tap.check(gone, f'after {number.name} no descendant of COMMAND is there', serving.processes_with(mark), machine, serving.machine())


def stubborn_command():
    """A COMMAND that does not want to end is asked once."""
    with serving.Server('--', 'sh', '-c', 'trap "echo asked >&2" TERM; echo up >&2; while :; do sleep 1; done', preexec_fn=default_signals) as server:
        server.read_until(b'up\n')
        server.process.send_signal(signal.SIGTERM)
        still = server.read_until(b'asked\n') and server.process.poll() is None
        status = server.end(signal.SIGTERM)
    tap.check(still and status == 143, 'the second SIGTERM ends a COMMAND that ignored the first', still, status, server.text)


def background_command():
    """COMMAND's end is the end, whatever it left running."""
    machine = serving.machine()
    mark = f'tercet-test-{os.getpid()}-background'
    got = serving.run('serve', '--quiet', '--', 'sh', '-c', f'{sys.executable} -c "import time; time.sleep(1000)" {mark} >&- 2>&- & exit 5')
    tap.check(got.status == 5, 'COMMAND ends and leaves something running: its status', got)
    tap.check(serving.wait_until(lambda: not serving.processes_with(mark) and serving.machine() <= machine),
              'what it left running ends with it', serving.processes_with(mark))


def unread_output():
    """A terminal that nobody reads does not hold up the connections."""
    server = serving.Server('--publish', '0:80')
    with server:
        url = server.url()
        for _ in range(3):
            got = subprocess.run(('curl', '-sf', '-m', '100', '--no-progress-meter', '--parallel', '--parallel-max', '50', '-H', 'Connection: close',
                                  '-o', '/dev/null', f'{url}?[1-700]'), check=False)
        tap.check(got.returncode == 0, 'thousands of connections, and nobody reads the ladder', got.returncode)
        status = server.process.poll()
        tap.check(status is None, 'it goes on', status)


def main():
    serving.skip_unless_possible('curl')
    for number in SIGNALS:
        without_command(number)
        with_command(number)
    stubborn_command()
    background_command()
    unread_output()
    tap.done()


if __name__ == '__main__':
    main()
