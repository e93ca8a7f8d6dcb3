# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the house read: the plan in tests/arrows.txt, the files, the archives."""
import os
import re
import subprocess
import sys

SOURCE = os.environ.get('TERCET_SOURCE') or os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
BUILD = os.environ.get('TERCET_BUILD') or os.path.join(SOURCE, 'build')
sys.path.insert(0, os.path.join(SOURCE, 'tests'))

# Defined by the program, called from any room: base/must.h.
HOOKS = {'tercet_must_failed'}


class Plan:
    """The rooms, bottom up; kind and direct arrows of each."""

    def __init__(self, text):
        self.kind, self.below = {}, {}
        for line in text.splitlines():
            words = line.split('#')[0].split()
            if words:
                room, kind, *below = words
                self.kind[room], self.below[room] = kind, below
        self.rooms = list(self.kind)

    def faults(self):
        """What is wrong with the table itself. An arrow points up the list only, so there is no cycle."""
        seen = set()
        for room in self.rooms:
            if self.kind[room] not in ('pure', 'kernel', 'plain'):
                yield f'{room}: no such kind: {self.kind[room]}'
            for other in self.below[room]:
                if other not in seen:
                    yield f'{room} may include {other}, which does not stand above it in the list'
                elif self.kind[room] == 'pure' and self.kind[other] != 'pure':
                    yield f'{room} is pure and may include {other}, which is not'
            seen.add(room)

    def reach(self, room):
        """The rooms that this one may use, itself included."""
        found = {room}
        for other in self.below[room]:
            found |= self.reach(other)
        return found

    def pure(self):
        return [room for room in self.rooms if self.kind[room] == 'pure']


def plan():
    return Plan(read('tests/arrows.txt'))


def read(path):
    with open(os.path.join(SOURCE, path), encoding='utf-8', errors='replace') as file:
        return file.read()


def files(*tops, ends=('.c', '.h')):
    """The project's files under the folders, as paths from its root, sorted."""
    found = []
    for top in tops:
        for folder, folders, names in os.walk(os.path.join(SOURCE, top)):
            folders.sort()
            found += [os.path.relpath(os.path.join(folder, name), SOURCE) for name in sorted(names)
                      if name.endswith(ends)]
    return found


def without_comments(text):
    """C without comments; every line keeps its number. Strings are left alone."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

    def blank(match):
        return match[0] if match[0][0] in '"\'' else ' ' + '\n' * match[0].count('\n')
    return token.sub(blank, text)


def includes(text):
    """(line number, name, system?) of each include."""
    for number, line in enumerate(without_comments(text).splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', line)
        if match:
            yield number, match[1] or match[2], match[1] is None


def archive(room):
    """The room's archive in the build, or None where the room has no .c files."""
    path = os.path.join(BUILD, f'lib{room}.a')
    return path if os.path.exists(path) and files(f'src/{room}', ends=('.c',)) else None


def run(*command):
    return subprocess.run(command, cwd=SOURCE, text=True, errors='replace', stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def symbols(path):
    """(defined, undefined) global names of an object or archive; what an archive has itself is not undefined."""
    defined, undefined = set(), set()
    # Not nm: of fat objects it shows the compiler's intermediate names, which lack the calls that a compiler makes by itself.
    out = run('readelf', '-Ws', path)
    if out.returncode:
        raise RuntimeError(f'readelf {path}: {out.stdout}')
    for line in out.stdout.splitlines():
        words = line.split()
        if len(words) < 8 or words[4] not in ('GLOBAL', 'WEAK'):
            continue
        (undefined if words[6] == 'UND' else defined).add(words[7].split('@')[0])
    return defined, undefined - defined
