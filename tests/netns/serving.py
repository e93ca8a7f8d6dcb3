# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of `tercet serve` share: the program, and what it needs to run here."""
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SOURCE = os.environ.get('TERCET_SOURCE') or os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
TERCET = os.path.abspath(os.environ.get('TERCET') or
                         os.path.join(os.environ.get('TERCET_BUILD', os.path.join(SOURCE, 'build')), 'tercet'))
sys.path.insert(0, os.path.join(SOURCE, 'tests'))
import tap

# A test that hangs is a failure after so long; nothing depends on how much shorter it takes.
PATIENCE_S = 120
BULK = os.environ.get('TERCET_NO_BULK') != '1'
INSTRUMENTED = 'asan' in TERCET


def why_not(*programs):
    """Why tests on the real machine cannot run here, or None."""
    if os.geteuid() != 0:
        return 'needs root'
    if not os.path.exists('/dev/net/tun'):
        return 'needs /dev/net/tun'
    missing = [name for name in programs if not shutil.which(name)]
    return f'needs {", ".join(missing)}' if missing else None


def skip_unless_possible(*programs):
    why = why_not(*programs)
    if why:
        tap.skip('tercet serve on this machine', why)
        tap.done()


class Result:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __str__(self):
        return f'status {self.status}\nout {self.out[-2000:]!r}\nerr {self.err[-4000:].decode(errors="replace")}'


def run(*words, before=(), stdin=b'', program=TERCET, **more):
    """Run tercet with these words to its end, behind the words of before."""
    process = subprocess.Popen((*before, program, *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, **more)
    try:
        out, err = process.communicate(stdin, timeout=PATIENCE_S)
        return Result(process.returncode, out, err)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        return Result('none: it hung', out, err)


def peer(function, *words, options=()):
    """Run a function of the calling script as the peer: `serve OPTIONS -- python3 SCRIPT FUNCTION WORDS`."""
    return run('serve', *options, '--', sys.executable, os.path.abspath(sys.argv[0]), function, *map(str, words))


def peer_main(functions):
    """In a script that peer() started: run the function asked for, and end. Otherwise go on."""
    if len(sys.argv) > 1:
        sys.exit(dict((f.__name__, f) for f in functions)[sys.argv[1]](*sys.argv[2:]))


class Server:
    """A `tercet serve` in the background: starts with the greeting, ends by a signal."""

    def __init__(self, *words, before=(), program=TERCET, **more):
        self.process = subprocess.Popen((*before, program, 'serve', *words), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.text = b''

    def read_until(self, pattern):
        """Read standard error until the pattern is there; the match, or None when tercet ended first."""
        while True:
            found = re.search(pattern, self.text)
            if found:
                return found
            ready, _, _ = select.select([self.process.stderr], [], [], PATIENCE_S)
            some = os.read(self.process.stderr.fileno(), 65536) if ready else b''
            if not some:
                return None
            self.text += some

    def url(self):
        found = self.read_until(rb'(http://\S+)')
        return found[1].decode() if found else None

    def end(self, number=signal.SIGTERM):
        """Send the signal; the exit status, once all of its standard error is read."""
        self.process.send_signal(number)
        try:
            _, rest = self.process.communicate(timeout=PATIENCE_S)
            self.text += rest
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            return 'none: it hung'
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def wait_until(predicate):
    """Whether the predicate came true before patience ended."""
    end = time.monotonic() + PATIENCE_S
    while not predicate():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def network_namespaces():
    """The network namespaces that some process lives in."""
    found = set()
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            found.add(os.readlink(f'/proc/{pid}/ns/net'))
        except OSError:
            pass
    return found


def processes_with(word):
    """The processes whose command line has the word, this one left out."""
    found = set()
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/cmdline', 'rb') as file:
                if word.encode() in file.read() and int(pid) != os.getpid():
                    found.add(int(pid))
        except OSError:
            pass
    return found


def machine():
    """The network namespaces and devices that are there. Others may come and go: what must not be is new ones that stay."""
    return network_namespaces() | set(os.listdir('/sys/class/net'))


def nothing_new_since(before):
    """Whether in the end nothing is there that was not there before."""
    return wait_until(lambda: machine() <= before)


def public_copy():
    """A folder with a copy of the program that every user may run, as a context."""
    folder = tempfile.TemporaryDirectory(prefix='tercet-test-')
    os.chmod(folder.name, 0o755)
    os.chmod(shutil.copy(TERCET, os.path.join(folder.name, 'tercet')), 0o755)
    return folder


AS_NOBODY = ('setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', 'env', 'HOME=/nonexistent')
