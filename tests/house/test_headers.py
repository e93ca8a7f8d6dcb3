#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every header compiles alone; the public ones as C++ too, and the library exports what they declare."""
import concurrent.futures
import glob
import os
import re
import tempfile

import plan
import tap

STRICT = ('-Wall', '-Wextra', '-Werror', '-fsyntax-only', '-Isrc', '-Iinclude')
C = ('gcc', '-std=gnu17', *STRICT, '-x', 'c')
CXX = ('g++', '-std=c++17', *STRICT, '-x', 'c++')


def compiles(job):
    """(command, path) -> what the compiler says, '' if nothing. The header is included twice: its guard is tried."""
    command, path = job
    with tempfile.NamedTemporaryFile('w', suffix='.txt') as unit:
        name = os.path.join(plan.SOURCE, path)
        unit.write(f'#include "{name}"\n#include "{name}"\n')
        unit.flush()
        out = plan.run(*command, unit.name)
    return out.stdout if out.returncode or out.stdout else ''


def declared(path):
    """The functions that a public header declares, its own macros expanded."""
    text = plan.run('gcc', '-E', '-P', '-Isrc', '-Iinclude', os.path.join(plan.SOURCE, path)).stdout
    text = re.sub(r'\{[^{}]*\}', ';', re.sub(r'\{[^{}]*\}', ';', text))  # bodies of inline functions, members
    statements = (s for s in text.split(';') if not re.search(r'\b(static|typedef)\b', s))
    return {m[1] for s in statements for m in [re.search(r'\b(tercet_\w+)\s*\(', s)] if m}


def prove_the_checker():
    with tempfile.TemporaryDirectory() as folder:
        for text, command, right, what in (
                ('#pragma once\nint tercet_f(int new_one);\n', CXX, True, 'a right header passes'),
                ('#pragma once\nint tercet_f(uint8_t n);\n', C, False, 'a header that lacks an include is found'),
                ('struct tercet_s { int n; };\n', C, False, 'a header without a guard is found'),
                ('#pragma once\nint tercet_f(int class);\n', CXX, False, 'a header that is not C++ is found')):
            path = os.path.join(folder, 'x.h')
            with open(path, 'w', encoding='utf-8') as file:
                file.write(text)
            tap.check((compiles((command, path)) == '') == right, f'checker: {what}')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('struct tercet_s { int n; };\nstatic inline int tercet_i(void) { return 0; }\n'
                       'int tercet_f(struct tercet_s *s);\n#define tercet_m(x) (x)\nconst char *tercet_g(\n void);\n')
        tap.check(declared(path) == {'tercet_f', 'tercet_g'}, 'checker: declared functions are read')


def main():
    prove_the_checker()
    public, rooms = plan.files('include', ends=('.h',)), plan.files('src', ends=('.h',))
    jobs = [(C, path) for path in public + rooms] + [(CXX, path) for path in public]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        said = list(pool.map(compiles, jobs))
    said_of = dict(zip(jobs, said))
    for path in public:
        tap.check(not said_of[C, path], f'{path} compiles alone as C', said_of[C, path])
        tap.check(not said_of[CXX, path], f'{path} compiles alone as C++', said_of[CXX, path])
    for room in sorted({path.split('/')[1] for path in rooms}):
        words = [said_of[C, path] for path in rooms if path.split('/')[1] == room and said_of[C, path]]
        tap.check(not words, f'every header of {room} compiles alone', *words)

    library = glob.glob(os.path.join(plan.BUILD, 'libtercet.so'))
    wanted = set().union(*(declared(path) for path in public))
    if not library:
        tap.skip('libtercet.so exports what the public headers declare', 'it is not built yet')
    else:
        out = plan.run('nm', '-D', '--defined-only', '--format=posix', library[0]).stdout
        exported = {line.split()[0].split('@')[0] for line in out.splitlines()}
        tap.check(wanted <= exported, 'libtercet.so exports every function that the public headers declare', *sorted(wanted - exported))
        tap.check(all(name.startswith('tercet_') for name in exported), 'libtercet.so exports tercet_ names only',
                  *sorted(name for name in exported if not name.startswith('tercet_')))
    tap.done()


if __name__ == '__main__':
    main()
