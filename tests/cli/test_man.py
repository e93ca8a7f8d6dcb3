#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The man pages say what the program says: the options of its tables, the names of its verdicts."""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
import tap

SOURCE = os.environ.get('TERCET_SOURCE') or os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
TERCET = os.environ.get('TERCET') or os.path.join(os.environ.get('TERCET_BUILD', os.path.join(SOURCE, 'build')), 'tercet')


def read(path):
    with open(os.path.join(SOURCE, path), encoding='utf-8') as file:
        return file.read()


def options_of_page(text):
    """{option: has a value} of the items in the page's lists."""
    return {m[1]: m[2] is not None for m in re.finditer(r'^\.It Fl Fl ([a-z_-]+)( \S.*)?$', text, re.M)}


def options_of_program():
    """{verb: {option: has a value}} of the program's tables."""
    out = subprocess.run((TERCET, 'help', '--options'), stdout=subprocess.PIPE, text=True, check=True).stdout
    verbs = {}
    for line in out.splitlines():
        verb, option, value = line.split('\t')
        verbs.setdefault(verb, {})[option.removeprefix('--')] = value != ''
    return verbs


def sentences_of_page(text):
    """{name: sentence} of the lists of names."""
    return dict(re.findall(r'^\.It Sy (\S+)\n(.*)$', text, re.M))


def sentences_of_header(text):
    code = re.sub(r'/\*.*?\*/', '', text.replace('\\\n', '\n'), flags=re.S)
    return dict(re.findall(r'X\(\w+, "([^"]+)",\s*"([^"]+)"\)', code))


def main():
    tap.check(options_of_page('.It Fl Fl mtu Ar n\n.It Fl Fl quiet\n.Op Fl Fl other\n') == {'mtu': True, 'quiet': False},
              'checker: the items of a list are the options of a page')
    for verb, options in options_of_program().items():
        if verb == 'help':
            continue
        page = read(f'doc/man/tercet-{verb}.1')
        tap.check(options_of_page(page) == options, f'tercet-{verb}(1) documents exactly the options of `tercet {verb}`',
                  f'page: {options_of_page(page)}', f'program: {options}')
        tap.check(f'.It Cm {verb}' in read('doc/man/tercet.1'), f'tercet(1) lists {verb}')
    words = sentences_of_header(read('include/tercet/verdict.h'))
    said = sentences_of_page(read('doc/man/tercet.7'))
    tap.check(len(words) > 50 and words == said, 'tercet(7) explains exactly the verdicts and outcomes of the header',
              *sorted(set(words.items()) ^ set(said.items())))
    tap.done()


if __name__ == '__main__':
    main()
