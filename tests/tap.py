# SPDX-License-Identifier: BSD-2-Clause
"""TAP for the tests that are Python scripts.

    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
    import tap

    tap.check(out == b'', 'a refused client gets no bytes', f'got {out!r}')
    tap.skip('one client by IPv6', 'this kernel has no IPv6')
    tap.done()
"""
import sys

lines = 0
failed = 0


def _print(text):
    print(text, flush=True)


def _name(text):
    return ' '.join(text.replace('#', '.').split())


def note(text):
    """Comment lines for whoever reads a failure."""
    for line in str(text).splitlines():
        _print('# ' + line)


def check(holds, name, *why):
    """One line of TAP. Where it does not hold, the words of why stand above it. Returns holds."""
    global lines, failed
    lines += 1
    if not holds:
        failed += 1
        for text in why:
            note(text)
    _print(f'{"ok" if holds else "not ok"} {lines} - {_name(name)}')
    return bool(holds)


def skip(name, why):
    """One line of TAP for what could not be tried here, and why."""
    global lines
    lines += 1
    _print(f'ok {lines} - {_name(name)} # SKIP {_name(why)}')


def done():
    """The plan, and the end of the program."""
    _print(f'1..{lines}')
    sys.exit(1 if failed else 0)
