#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The requirement tables doc/rfc/*.tsv, the code that cites them and the tests agree.

A requirement that is done names functions of src/, whose file (or the header of the same name, which holds their
contracts) cites its id in a comment, and tests that exist. Ids: those of RFC 9293 as it has them (MUST-58); those of
any other RFC bear its number (RFC5961-3), since most RFCs number nothing."""
import importlib.machinery
import importlib.util
import os
import re

import plan
import tap

# How many ids an RFC has of each kind, and what is promised of it: MUSTs that are waived at most.
COMPLETE = {'rfc9293': {'MUST': 69, 'SHLD': 31, 'MAY': 18, 'REC': 1}}
WAIVED_MUSTS_MAX = {'rfc9293': 8}
LEVEL_OF = {'MUST': 'MUST', 'SHLD': 'SHOULD', 'REC': 'SHOULD', 'MAY': 'MAY'}
REASON_WORDS_MIN = 4

CITED = re.compile(r'\b(?:(?:MUST|SHLD|MAY|REC)-\d+|RFC\d+-\d+)\b')
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
DEFINED = re.compile(r'^(?![\s#])[^\n;{}=]*?\b(\w+)\([^;{}]*\)\s*\{', re.M)
TESTED = re.compile(r'^(?:TEST|CONVERSATION\w*)\((.*?)\)\s*\{', re.M | re.S)
RUN = re.compile(r'tests/\w+/test_\w+\.(?:c|py|sh)|tests/script/.+\.pkt')


def tool():
    path = os.path.join(plan.SOURCE, 'tools', 'requirements')
    loader = importlib.machinery.SourceFileLoader('requirements', path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader('requirements', loader))
    loader.exec_module(module)
    return module


class Code:
    """What the sources say. texts: path -> text."""

    def __init__(self, texts):
        self.paths, self.cites, self.homes, self.tests = set(texts), {}, {}, set()
        for path, text in texts.items():
            if not path.endswith(('.c', '.h')):
                continue
            self.cites[path] = {found for match in COMMENT.finditer(text) if match[0][0] == '/'
                                for found in CITED.findall(match[0].replace('\n', ' '))}
            bare = plan.without_comments(text)
            for match in DEFINED.finditer(bare) if path.startswith('src/') else ():
                self.homes.setdefault(match[1], set()).add(path)
            for match in TESTED.finditer(bare) if path.startswith('tests/') else ():
                self.tests.add(f'{path}:{re.split(r"[^0-9A-Za-z_]+", match[1])[-1]}')

    def is_cited_by(self, function, found):
        """Whether a file that defines the function, or its header, cites the id."""
        return any(found in self.cites.get(path, ()) for home in self.homes.get(function, ())
                   for path in (home, home[:-1] + 'h'))

    def is_test(self, name):
        return name in self.tests or name in self.paths and RUN.fullmatch(name) and not name.endswith('.c')


def order_faults(table):
    """Ids missing, doubled, or of the wrong form."""
    number = table.name[3:]
    seen = {}
    for row in table.rows:
        prefix, _, n = row.id.rpartition('-')
        known = LEVEL_OF if table.name in COMPLETE else {f'RFC{number}'}
        if prefix not in known or not re.fullmatch(r'[1-9]\d*', n):
            yield f'{table.path}: {row.id} is no id of {table.name}'
        elif int(n) in seen.setdefault(prefix, set()):
            yield f'{table.path}: {row.id} is there twice'
        else:
            seen[prefix].add(int(n))
    for prefix, limit in COMPLETE.get(table.name, {key: max(seen[key]) for key in seen}).items():
        for n in sorted(set(range(1, limit + 1)) ^ seen.get(prefix, set())):
            yield f'{table.path}: {prefix}-{n} {"is missing" if n <= limit else "does not exist"}'


def row_faults(levels, row):
    """What a row says that no row may say."""
    if row.level != LEVEL_OF.get(row.id.split('-')[0], row.level) or row.level not in levels:
        yield f'{row.id}: the level is not {row.level}'
    if not re.fullmatch(r'[1-9A-Z][0-9.]*', row.section):
        yield f'{row.id}: {row.section!r} is no section'
    if not row.words.strip():
        yield f'{row.id}: no words'
    if row.state not in ('done', 'waived', 'open') or row.why and row.state != 'waived':
        yield f'{row.id}: no such status: {row.status}'
    if row.state == 'waived' and len(row.why.split()) < REASON_WORDS_MIN:
        yield f'{row.id}: waived without a reason'


def done_faults(code, row):
    """What a requirement that is done lacks; what any other one names must exist, too."""
    if row.state == 'done' and not row.functions:
        yield f'{row.id}: done by no function'
    if row.state == 'done' and not row.tests:
        yield f'{row.id}: done without a test'
    for function in row.functions:
        if function not in code.homes:
            yield f'{row.id}: there is no function {function} in src/'
        elif row.state == 'done' and not code.is_cited_by(function, row.id):
            yield f'{row.id}: not cited beside {function} ({" ".join(sorted(code.homes[function]))})'
    for test in row.tests:
        if not code.is_test(test):
            yield f'{row.id}: there is no test {test}'


def promise_faults(table):
    if table.name not in COMPLETE:
        return
    for row in table.rows:
        if row.state == 'open' and row.level != 'MAY':
            yield f'{row.id}: still open'
    if table.count('MUST', 'waived') > WAIVED_MUSTS_MAX[table.name]:
        yield f'{table.path}: {table.count("MUST", "waived")} MUSTs are waived, {WAIVED_MUSTS_MAX[table.name]} at most may be'


def citation_faults(all_tables, code):
    """Ids that are cited and stand in no table."""
    known = {row.id for table in all_tables for row in table.rows}
    for path in sorted(code.cites):
        for found in sorted(code.cites[path] - known):
            yield f'{path}: {found} stands in no table'


def table_faults(levels, table, code):
    faults = list(table.faults) + list(order_faults(table)) + list(promise_faults(table))
    for row in table.rows:
        faults += [*row_faults(levels, row), *done_faults(code, row)]
    return faults


def prove_the_checker(module):
    """Right input passes, and each fault that is planted is found, alone."""
    texts = {
        'src/tcp/a.c': '/* Does it (RFC7777-1). */\nstatic int one(int a,\n               int b) {\n    return a;\n}\n',
        'src/tcp/a.h': '/* A contract (RFC7777-2). */\nstatic inline int two(void) { return 2; }\n',
        'src/tcp/b.c': 'int three(void) {\n    return call("RFC7777-3 /* RFC7777-3 */");\n}\n',
        'tests/tcp/test_a.c': 'CONVERSATION_IN(IN(LISTEN) |\n    IN(CLOSED), it_does) {\n}\nTEST(it_is)\n{\n}\n',
        'tests/netns/test_b.py': '',
        'tests/script/a/b.pkt': '',
    }
    done = 'RFC7777-1\t1\tMUST\tdo it\tdone\tone\ttests/tcp/test_a.c:it_does, tests/script/a/b.pkt'
    left = 'RFC7777-2\t2.1\tMAY\tor not\twaived: there is no need for it\t-\t-'

    def faults_of(*rows, head=module.HEAD, more=None):
        code = Code({**texts, **(more or {})})
        table = module.Table('doc/rfc/rfc7777.tsv', '\n'.join((head, *rows)) + '\n')
        return table_faults(module.LEVELS, table, code) + list(citation_faults([table], code))

    tap.check(faults_of(done, left) == [], 'checker: a right table passes', *faults_of(done, left))
    second = 'RFC7777-2\t2\tSHOULD\tdo more\tdone\ttwo, {}\ttests/netns/test_b.py, tests/tcp/test_a.c:it_is'
    tap.check(faults_of(done, second.format('one').replace(', one', '')) == [], 'checker: a contract in a header counts')
    planted = (
        ('a wrong head', {'rows': (done, left), 'head': module.HEAD.replace('words', 'text')}),
        ('a row that lacks a column', {'rows': (done, left, 'RFC7777-3\t1\tMUST')}),
        ('an id that is missing', {'rows': (done, left, left.replace('7777-2', '7777-4'))}),
        ('an id that is doubled', {'rows': (done, left, left)}),
        ('an id of another form', {'rows': (done, left, left.replace('RFC7777-2', 'MUST-x').replace('MAY', 'MUST'))}),
        ('a level that does not exist', {'rows': (done, left.replace('MAY', 'CAN'))}),
        ('a section that is none', {'rows': (done, left.replace('2.1', 'there'))}),
        ('a row without words', {'rows': (done, left.replace('or not', ''))}),
        ('a status that does not exist', {'rows': (done, left.replace('waived: there is no need for it', 'nearly'))}),
        ('a reason for what is done', {'rows': (done.replace('\tdone\t', '\tdone: well, nearly all of it\t'), left)}),
        ('a waiver without a reason', {'rows': (done, left.replace(': there is no need for it', ''))}),
        ('a waiver with a poor reason', {'rows': (done, left.replace('there is no need for it', 'later'))}),
        ('done by no function', {'rows': (done.replace('\tone\t', '\t-\t'), left)}),
        ('done by a function that does not exist', {'rows': (done.replace('\tone\t', '\tfour\t'), left)}),
        ('done by a function beside which nothing is cited', {'rows': (done.replace('\tone\t', '\tthree\t'), left)}),
        ('a citation in a string', {'rows': (done, left, done.replace('7777-1', '7777-3').replace('\tone\t', '\tthree\t'))}),
        ('done without a test', {'rows': (done.split('tests')[0] + '-', left)}),
        ('a test that does not exist', {'rows': (done.replace('it_does', 'it_did'), left)}),
        ('a script that does not exist', {'rows': (done.replace('b.pkt', 'c.pkt'), left)}),
        ('a test in a file that nobody runs', {'rows': (done.replace('tests/script/a/b.pkt', 'src/tcp/a.c'), left)}),
        ('a citation that stands in no table', {'rows': (done, left), 'more': {'include/x.h': '/* (RFC7777-3, MAY\n) */ // MUST-9'},
                                                'count': 2}),
    )
    for what, case in planted:
        count = case.pop('count', 1)
        found = faults_of(*case.pop('rows'), **case)
        tap.check(len(found) == count, f'checker: {what} is found', *found)
    prove_the_promises(module)


def prove_the_promises(module):
    """Of RFC 9293: all ids, the level that the id says, no MUST or SHOULD open, few MUSTs waived."""
    rows = [f'{kind}-{n}\t1\t{LEVEL_OF[kind]}\tso\twaived: this is only a test\t-\t-'
            for kind, limit in COMPLETE['rfc9293'].items() for n in range(1, limit + 1)]
    waived = [row for row in rows if row.startswith('MUST')][WAIVED_MUSTS_MAX['rfc9293']:]
    rows = [row.replace('waived: this is only a test', 'done') if row in waived else row for row in rows]

    def faults_of(change):
        table = module.Table('doc/rfc/rfc9293.tsv', '\n'.join((module.HEAD, *change(list(rows)))) + '\n')
        faults = list(table.faults) + list(order_faults(table)) + list(promise_faults(table))
        return faults + [fault for row in table.rows for fault in row_faults(module.LEVELS, row)]

    tap.check(faults_of(lambda r: r) == [], 'checker: all ids of RFC 9293 pass', *faults_of(lambda r: r))
    for what, change in (('a last id that is missing', lambda r: [row for row in r if not row.startswith('MUST-69')]),
                         ('an id beyond the last', lambda r: r + [r[-1].replace('REC-1', 'REC-2')]),
                         ('a level that the id does not say', lambda r: [row.replace('MUST-9\t1\tMUST', 'MUST-9\t1\tMAY') for row in r]),
                         ('a SHOULD that is open', lambda r: [re.sub(r'^(SHLD-8\t.*)waived[^\t]*', r'\1open', row) for row in r]),
                         ('a MUST too many that is waived', lambda r: [re.sub(r'^(MUST-9\t.*)done', r'\1waived: this is only a test', row)
                                                                       for row in r])):
        tap.check(len(faults_of(change)) == 1, f'checker: {what} is found', *faults_of(change))
    tap.check(faults_of(lambda r: [re.sub(r'^(MAY-8\t.*)waived[^\t]*', r'\1open', row) for row in r]) == [],
              'checker: a MAY may be open')


def main():
    module = tool()
    prove_the_checker(module)
    paths = plan.files('src', 'include', 'tests', 'bench', ends=('.c', '.h', '.py', '.sh', '.pkt'))
    code = Code({path: plan.read(path) for path in paths})
    found = module.tables(plan.SOURCE)
    tap.check(any(table.name in COMPLETE for table in found), 'there is a table of RFC 9293')
    for table in found:
        faults = table_faults(module.LEVELS, table, code)
        tap.check(not faults, f'{table.path} agrees with code and tests', *faults)
    faults = list(citation_faults(found, code))
    tap.check(not faults, 'every id that is cited stands in a table', *faults)
    text = '\n'.join(module.page(found))
    lost = [row.id for table in found for row in table.rows if f'| {row.id} |' not in text]
    tap.check(not lost, 'the page has every row', *lost)
    tap.done()


if __name__ == '__main__':
    main()
