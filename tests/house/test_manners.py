#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Manners of every file: licence line, no stray white space, no path of somebody's machine."""
import os
import re
import subprocess

import plan
import tap

LICENSED = re.compile(r'\.(c|h|py|sh|build|S|map|ts|css|html|[1-8])$|(^|/)(Makefile|meson_options\.txt|\.clang-format|\.clang-tidy|\.editorconfig|\.gitignore)$')
FREE_FORM = re.compile(r'(^|/)corpus/|\.(pcap|pcapng|png|ico|woff2|bin|der|svg|patch)$')
# Built from pieces, so that this file does not find itself.
MACHINE = re.compile(r'(?<![\w.$}\])/*-])/(?:wo' r'rk|ro' r'ot|home/\w+)(?![\w-])')


def faults_of(path, text, is_executable=False):
    lines = text.split('\n')
    head = '\n'.join(lines[:3])
    if (LICENSED.search(path) or lines[0].startswith('#!')) and 'SPDX-License-Identifier: BSD-2-Clause' not in head \
            and not (path.startswith('bpf/') and 'SPDX-License-Identifier:' in head):
        yield f'{path}: no SPDX line at its top'
    if text and not text.endswith('\n'):
        yield f'{path}: the last line has no end'
    if re.search(r'(^|/)test_[^/]*\.(py|sh)$', path) and not is_executable:
        yield f'{path}: not executable'
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield f'{path}:{number}: trailing white space'
        if '\t' in line and path.endswith(('.c', '.h', '.py', '.build')):
            yield f'{path}:{number}: a tab'
        if MACHINE.search(line):
            yield f'{path}:{number}: a path of one machine'


def prove_the_checker():
    spdx = 'SPDX-License-Identifier: BSD-2-Clause'
    path = '/wo' 'rk/x'
    tap.check(list(faults_of('src/a.c', f'/* {spdx} */\nint a;\n')) == [], 'checker: a clean file passes')
    tap.check(list(faults_of('README.md', 'rw/' 'root and net' + path + '\n')) == [], 'checker: a path further down passes')
    for name, text, what in (('src/a.c', 'int a;\n', 'a missing SPDX line'), ('tools/x', '#!/bin/sh\n', 'a script without SPDX line'),
                             ('README.md', 'word \n', 'trailing white space'), ('src/a.c', f'/* {spdx} */\n\tint a;\n', 'a tab'),
                             ('README.md', f'see {path}\n', 'a machine path'), ('README.md', 'end', 'a last line without end'),
                             ('tests/x/test_y.sh', f'#!/bin/sh\n# {spdx}\n', 'a test that is not executable')):
        tap.check(len(list(faults_of(name, text))) == 1, f'checker: {what} is found')


def project_files():
    """What git tracks or would track; in a tree without git, all but the builds."""
    out = subprocess.run(('git', '-C', plan.SOURCE, 'ls-files', '-co', '--exclude-standard', '-z'), stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    if out.returncode == 0:
        return sorted(set(out.stdout.split('\0')) - {''})
    return [path for path in plan.files('.', ends=('',)) if not re.match(r'(build[^/]*|\.git)/', path)]


def main():
    prove_the_checker()
    paths = [path for path in project_files() if not FREE_FORM.search(path)
             and os.path.isfile(os.path.join(plan.SOURCE, path)) and not os.path.islink(os.path.join(plan.SOURCE, path))]
    faults = {}
    for path in paths:
        top = path.split('/')[0] if '/' in path else 'the root'
        faults.setdefault(top, []).extend(faults_of(path, plan.read(path), os.access(os.path.join(plan.SOURCE, path), os.X_OK)))
    for top in sorted(faults):
        tap.check(not faults[top], f'the files of {top} have their manners', *faults[top])
    tap.done()


if __name__ == '__main__':
    main()
