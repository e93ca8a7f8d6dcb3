#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The completion for bash offers what the program's tables have."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
import tap

SOURCE = os.environ.get('TERCET_SOURCE') or os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
TERCET = os.path.abspath(os.environ.get('TERCET') or os.path.join(os.environ.get('TERCET_BUILD', os.path.join(SOURCE, 'build')), 'tercet'))
SCRIPT = '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tercet; printf "%s\\n" "${COMPREPLY[@]}"'


def offered(*words, cwd=None):
    """What is offered for the last of the words, as readline parts them."""
    path = {**os.environ, 'PATH': os.path.dirname(TERCET) + ':' + os.environ['PATH']}
    got = subprocess.run(('bash', '-c', SCRIPT, 'bash', os.path.join(SOURCE, 'doc/completion/tercet'), *words), stdout=subprocess.PIPE, text=True,
                         env=path, cwd=cwd, check=False)
    return set(got.stdout.split())


def main():
    out = subprocess.run((TERCET, 'help', '--options'), stdout=subprocess.PIPE, text=True, check=True).stdout
    verbs = {}
    for line in out.splitlines():
        verb, option, _ = line.split('\t')
        verbs.setdefault(verb, set()).add(option)
    tap.check(offered('tercet', '') == set(verbs) and {'serve', 'connect', 'help'} <= set(verbs), 'the verbs', offered('tercet', ''), verbs)
    for verb, options in verbs.items():
        if verb != 'help':
            tap.check(offered('tercet', verb, '') == options | {'--'}, f'the options of {verb}', offered('tercet', verb, ''), options)
    tap.check(offered('tercet', 'connect', 'host', '9', '--w') == {'--wait'}, 'an option behind words')
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'capture.pcapng'), 'wb'):
            pass
        for words in (('--pcap', ''), ('--json', '=', 'cap')):
            tap.check(offered('tercet', 'serve', *words, cwd=folder) == {'capture.pcapng'}, f'files behind {"".join(words[:-1])}',
                      offered('tercet', 'serve', *words, cwd=folder))
    tap.done()


if __name__ == '__main__':
    main()
