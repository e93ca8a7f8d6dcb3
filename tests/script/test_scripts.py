#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""All scripts of tests/script/TOPIC/*.pkt, each a line of TAP.

The first comment of a script says what it proves, and by which section of which RFC. Further comments, on lines of their own:

    // as linux                         the personality that it is run with (tercet)
    // must fail: option at line 7      in must_fail/ only: the kind of the mismatch, and the line of the event at fault

Every kind of mismatch that the judge knows has a script that must fail by it: a judge that cannot fail proves nothing.
"""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
import tap

SOURCE = os.environ.get('TERCET_SOURCE') or os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
TERCET = os.path.abspath(os.environ.get('TERCET') or os.path.join(os.environ.get('TERCET_BUILD', os.path.join(SOURCE, 'build')), 'tercet'))
FOLDER = os.path.join(SOURCE, 'tests', 'script')


class Script:
    """What a script says of itself. Faults: what it ought to say and does not."""

    def __init__(self, path, text):
        self.path = path
        self.must_fail = path.startswith('must_fail/')
        comments = re.findall(r'^\s*//[ \t]?(.*)$', text, re.M)
        self.what = comments[0] if re.match(r'\s*//', text) else ''
        if self.what.startswith('SPDX') and len(comments) > 1:
            self.what = comments[1]
        personality = [m[1] for c in comments if (m := re.fullmatch(r'as (\w+)\s*', c))]
        self.personality = personality[0] if personality else 'tercet'
        failure = [m for c in comments if (m := re.fullmatch(r'must fail: (\w+) at line (\d+)\s*', c))]
        self.failure = (failure[0][1], int(failure[0][2])) if failure else None
        self.faults = []
        if not self.what:
            self.faults.append('its first line is no comment that says what it proves')
        if not self.must_fail and not re.search(r'RFC ?\d+', '\n'.join(comments)):
            self.faults.append('no comment names an RFC')
        if self.must_fail != bool(failure):
            self.faults.append('must_fail/ and `// must fail: KIND at line N` go together')


def is_as_it_ought_to_be(script, result):
    if script.must_fail:
        return (result['verdict'], result['mismatch'], result['line']) == ('failed', *script.failure)
    return result['verdict'] == 'passed'


def prove_the_checker():
    fine = Script('open/a.pkt', '// A SYN is answered (RFC 9293 section 3.5)\n0 socket(...) = 3\n')
    tap.check(not fine.faults and fine.personality == 'tercet', 'checker: a script that says what it proves', fine.faults)
    tap.check(Script('a/a.pkt', '// RFC 1\n// as linux\n').personality == 'linux', 'checker: a script with a personality')
    for path, text, name in (('open/a.pkt', '0 socket(...) = 3\n', 'no comment'), ('open/a.pkt', '// A SYN\n', 'no RFC'),
                             ('must_fail/a.pkt', '// A SYN\n', 'no word of how it must fail'),
                             ('open/a.pkt', '// RFC 9293\n// must fail: field at line 3\n', 'it must fail and is not among those')):
        tap.check(Script(path, text).faults, f'checker: {name}')
    bad = Script('must_fail/a.pkt', '// A window\n// must fail: field at line 3\n')
    wanted = {'verdict': 'failed', 'mismatch': 'field', 'line': 3}
    tap.check(not bad.faults and is_as_it_ought_to_be(bad, wanted), 'checker: it fails as it must', bad.faults)
    for key, value in (('verdict', 'passed'), ('mismatch', 'time'), ('line', 4)):
        tap.check(not is_as_it_ought_to_be(bad, {**wanted, key: value}), f'checker: another {key} is no such failure')


def read_scripts():
    scripts = []
    for topic in sorted(os.listdir(FOLDER)):
        if not os.path.isdir(os.path.join(FOLDER, topic)):
            continue
        for name in sorted(os.listdir(os.path.join(FOLDER, topic))):
            if name.endswith('.pkt'):
                with open(os.path.join(FOLDER, topic, name), encoding='utf-8') as file:
                    scripts.append(Script(f'{topic}/{name}', file.read()))
    return scripts


def judge(scripts, personality, *words):
    """{path: result} of the scripts with a personality."""
    paths = [script.path for script in scripts if script.personality == personality]
    got = subprocess.run((TERCET, 'script', '--json', '--as', personality, *words, *paths), cwd=FOLDER, stdout=subprocess.PIPE, text=True, check=False)
    return {o['path']: o for o in map(json.loads, got.stdout.splitlines()) if 'path' in o}


def judge_all(scripts, *words):
    results = {}
    for personality in sorted({script.personality for script in scripts}):
        results.update(judge(scripts, personality, *words))
    return results


def tell(script, result):
    why = list(script.faults)
    if not result:
        why.append('it was not run')
    elif not is_as_it_ought_to_be(script, result):
        wanted = 'to fail: {} at line {}'.format(*script.failure) if script.failure else 'to pass'
        why.append(f'{result["verdict"]} at line {result["line"]} ({result["mismatch"]}), and ought {wanted}: {result["sentence"]}')
        why += [str(result[key]) for key in ('expected', 'actual', 'ladder') if result.get(key)]
    tap.check(not why, f'{script.path}: {script.what}', *why)


def kinds_of_header():
    with open(os.path.join(SOURCE, 'src', 'script', 'script.h'), encoding='utf-8') as file:
        return set(re.findall(r'^    X\([A-Z]+, "(\w+)"\)', file.read(), re.M)) - {'none'}


def main():
    prove_the_checker()
    scripts = read_scripts()
    if not scripts:
        tap.skip('the scripts', 'there are none yet')
        tap.done()
    results = judge_all(scripts)
    for script in scripts:
        tell(script, results.get(script.path))
    for kind in sorted(kinds_of_header()):
        tap.check(any(script.failure and script.failure[0] == kind for script in scripts), f'a script must fail by {kind}')
    again = judge_all(scripts)
    tap.check(results == again, 'a second run takes the same course', *[path for path in results if results[path] != again.get(path)])
    other = judge_all(scripts, '--seed', '20261121')
    changed = [path for path in results if results[path]['verdict'] != other.get(path, {}).get('verdict')]
    tap.check(not changed, 'no verdict hangs on the seed', *changed)
    tap.done()


if __name__ == '__main__':
    main()
