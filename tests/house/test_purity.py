#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The pure rooms need no machine: linked into one object, they leave next to nothing undefined."""
import os
import re
import tempfile

import plan
import tap

# Compilers make calls to these out of plain C.
ALLOWED = plan.HOOKS | {'memcpy', 'memmove', 'memset', 'memcmp', 'bcmp', 'strlen',
                        '_GLOBAL_OFFSET_TABLE_', '__stack_chk_fail'}
LOGARITHM = {'observe', 'scan'}
INTEGERS_ONLY = {'tcp', 'stack', 'sim'}

HEADERS = {'stdint.h', 'stddef.h', 'stdbool.h', 'stdalign.h', 'stdarg.h', 'limits.h', 'string.h',
           'assert.h',  # static_assert; a call of assert() would be left undefined
           'immintrin.h', 'emmintrin.h', 'smmintrin.h', 'tmmintrin.h', 'arm_neon.h'}
HEADERS_OF = {'observe': {'math.h'}, 'scan': {'math.h'},
              'twin': {'linux/types.h', 'linux/bpf.h', 'bpf/bpf_helpers.h'}}  # under __bpf__
KERNEL_HEADERS = re.compile(r'(sys|net|netinet|netpacket|arpa|linux|asm|bpf)/|'
                            r'(unistd|fcntl|pthread|threads|signal|sched|poll|spawn|time|dirent|termios|ifaddrs|netdb)\.h$')


def undefined_faults(the_plan, needs):
    """needs: pure room -> its undefined names, other pure rooms' names taken away."""
    for room, names in needs.items():
        for name in sorted(names - ALLOWED):
            if not (name == 'log' and room in LOGARITHM):
                yield f'{room} leaves {name} undefined'


def header_faults(the_plan, path, text):
    """System headers that a file of src/ must not include."""
    room = path.split('/')[1]
    for number, name, is_system in plan.includes(text):
        if not is_system or name.startswith('tercet/'):
            continue
        if the_plan.kind[room] == 'pure' and name not in HEADERS | HEADERS_OF.get(room, set()):
            yield f'{path}:{number}: <{name}> in a pure room'
        elif the_plan.kind[room] == 'plain' and KERNEL_HEADERS.match(name):
            yield f'{path}:{number}: <{name}> meets the kernel; {room} must not'


def float_faults(path, text):
    for number, line in enumerate(plan.without_comments(text).splitlines(), 1):
        if re.search(r'\b(float|double)\b', re.sub(r'"(?:\\.|[^"\\])*"', '""', line)):
            yield f'{path}:{number}: not an integer'


def prove_the_checker(the_plan):
    """Wrong input must be found wrong."""
    tap.check(list(undefined_faults(the_plan, {'tcp': {'memcpy', 'tercet_must_failed'}, 'observe': {'log'}})) == [],
              'checker: the allowed names pass')
    for room, name in (('tcp', 'malloc'), ('base', 'log'), ('sim', '__errno_location'), ('wire', 'snprintf')):
        tap.check(len(list(undefined_faults(the_plan, {room: {name}}))) == 1, f'checker: {name} in {room} is found')
    for path, name, count in (('src/tcp/a.c', 'stdio.h', 1), ('src/base/a.h', 'sys/socket.h', 1), ('src/tcp/a.c', 'math.h', 0 + 1),
                              ('src/observe/a.c', 'math.h', 0), ('src/app/a.c', 'unistd.h', 1), ('src/app/a.c', 'http_parser.h', 0),
                              ('src/door/a.c', 'unistd.h', 0), ('src/wire/a.c', 'tercet/frame.h', 0)):
        found = list(header_faults(the_plan, path, f'#include <{name}>'))
        tap.check(len(found) == count, f'checker: <{name}> in {path} is {"found" if count else "allowed"}')
    tap.check(len(list(float_faults('a.c', '/* double */ "float"\ndouble x;'))) == 1, 'checker: a double is found, in code only')


def main():
    the_plan = plan.plan()
    prove_the_checker(the_plan)
    archives = {room: plan.archive(room) for room in the_plan.pure() if plan.archive(room)}
    tables = {room: plan.symbols(path) for room, path in archives.items()}
    defined = set().union(*(names for names, _ in tables.values()))
    faults = list(undefined_faults(the_plan, {room: names - defined for room, (_, names) in tables.items()}))
    tap.check(not faults, 'no pure room asks the machine for anything', *faults)

    if archives:
        with tempfile.TemporaryDirectory() as folder:
            one = os.path.join(folder, 'pure.o')
            out = plan.run('ld', '-r', '-o', one, '--whole-archive', *archives.values())
            left = plan.symbols(one)[1] if out.returncode == 0 else {'(it does not link)'}
        excess = left - ALLOWED - {'log'}
        tap.check(not excess, f'{len(archives)} pure rooms link into one object that leaves nothing else undefined',
                  out.stdout, *sorted(excess))
    else:
        tap.skip('the pure rooms link into one object', 'no pure room has code yet')

    paths = [path for path in plan.files('src') if path.split('/')[1] in the_plan.kind]
    faults = [fault for path in paths for fault in header_faults(the_plan, path, plan.read(path))]
    tap.check(not faults, 'only kernel rooms include headers of the kernel and the C library', *faults)
    faults = [fault for path in paths if path.split('/')[1] in INTEGERS_ONLY for fault in float_faults(path, plan.read(path))]
    tap.check(not faults, 'tcp, stack and sim compute with integers only', *faults)
    tap.done()


if __name__ == '__main__':
    main()
