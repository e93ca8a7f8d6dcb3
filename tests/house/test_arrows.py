#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The includes and the symbols of every room keep to tests/arrows.txt."""
import plan
import tap


def include_faults(the_plan, path, text):
    """What a file of src/ includes against the arrows."""
    room = path.split('/')[1]
    if room not in the_plan.kind:
        return [f'{path}: {room} is no room of tests/arrows.txt']
    found = []
    for number, name, is_system in plan.includes(text):
        if is_system:
            continue
        other = name.split('/')[0]
        if name.count('/') != 1 or other not in the_plan.kind:
            found.append(f'{path}:{number}: "{name}" is not "room/file.h"')
        elif other not in the_plan.reach(room):
            found.append(f'{path}:{number}: {room} may not include {other}')
    return found


def symbol_faults(the_plan, tables):
    """tables: room -> (defined, undefined). What a room takes from another one against the arrows."""
    owner, found = {}, []
    for room, (defined, _) in tables.items():
        for name in sorted(defined):
            if name in owner:
                found.append(f'{name} is defined by {owner[name]} and by {room}')
            owner[name] = room
    for room, (_, undefined) in tables.items():
        for name in sorted(undefined - plan.HOOKS):
            if name in owner and owner[name] not in the_plan.reach(room):
                found.append(f'{room} takes {name} from {owner[name]}')
    return found


def prove_the_checker():
    """Wrong input must be found wrong."""
    small = plan.Plan('low pure\nmid pure low\nhigh kernel mid # comment\nside plain low\n')
    tap.check(not list(small.faults()) and small.reach('high') == {'low', 'mid', 'high'}, 'checker: arrows are transitive')
    tap.check(len(list(plan.Plan('a pure b\nb pure a\n').faults())) == 1, 'checker: a cycle is found')
    tap.check(len(list(plan.Plan('a kernel\nb pure a\n').faults())) == 1, 'checker: a pure room on an impure one is found')
    good = '#include "low/x.h"\n#include <stdio.h>\n/* #include "high/x.h" */\n'
    tap.check(include_faults(small, 'src/high/a.c', good) == [], 'checker: a right include passes')
    for text, what in (('#include "high/x.h"', 'an include upwards'), ('# include "side/x.h"', 'an include sideways'),
                       ('#include "x.h"', 'an include without its room'), ('#include "../low/x.h"', 'an include by ..')):
        tap.check(len(include_faults(small, 'src/mid/a.c', text)) == 1, f'checker: {what} is found')
    tap.check(len(include_faults(small, 'src/util/a.c', '')) == 1, 'checker: an unplanned room is found')
    low, bad = ({'f'}, set()), ({'g'}, {'f', 'h', 'memcpy'})
    tap.check(symbol_faults(small, {'low': low, 'mid': bad, 'high': ({'h'}, {'f', 'g'})}) == ['mid takes h from high'],
              'checker: a symbol taken from above is found')
    tap.check(len(symbol_faults(small, {'low': low, 'side': low})) == 1, 'checker: a name defined twice is found')


def main():
    prove_the_checker()
    the_plan = plan.plan()
    tap.check(not list(the_plan.faults()), 'tests/arrows.txt is in order, without cycles', *the_plan.faults())
    paths = plan.files('src')
    for room in sorted({path.split('/')[1] for path in paths}):
        faults = [fault for path in paths if path.split('/')[1] == room
                  for fault in include_faults(the_plan, path, plan.read(path))]
        tap.check(not faults, f'the includes of {room} keep to the arrows', *faults)
    tables = {room: plan.symbols(plan.archive(room)) for room in the_plan.rooms if plan.archive(room)}
    faults = symbol_faults(the_plan, tables)
    tap.check(not faults, 'the symbols of all rooms keep to the arrows', *faults)
    tap.done()


if __name__ == '__main__':
    main()
