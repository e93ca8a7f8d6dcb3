#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`tercet script`: which scripts are run, what is said of them, and how it ends."""
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
import tap

SOURCE = os.environ.get('TERCET_SOURCE') or os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
TERCET = os.path.abspath(os.environ.get('TERCET') or os.path.join(os.environ.get('TERCET_BUILD', os.path.join(SOURCE, 'build')), 'tercet'))

LISTEN = '''0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
'''
PASSES = LISTEN + '''+0 < S 0:0(0) win 65535 <mss 1460>
+0 > S. 0:0(0) ack 1 <mss 1460>
'''
FAILS = PASSES.replace('ack 1 <mss 1460>', 'ack 1 <mss 1400>')
LACKS = '`sysctl net.ipv4.tcp_congestion_control=bbr`\n' + PASSES
BROKEN = LISTEN + '+0 < S 0:0(0 win 65535\n'


class Run:
    """A run of `tercet script` in a folder of files {name: text}."""

    def __init__(self, files, *words, stdin='', environment=None, setup=None):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = os.path.join(folder, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, 'w', encoding='utf-8') as file:
                    file.write(text)
            if setup:
                setup(folder)
            got = subprocess.run((TERCET, 'script', *words), cwd=folder, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 env={**os.environ, **(environment or {})}, check=False)
        self.status, self.out, self.err = got.returncode, got.stdout, got.stderr
        self.lines = self.out.splitlines()

    def objects(self):
        return [json.loads(line) for line in self.lines]

    def verdicts(self):
        """{path: verdict} of a run with --json."""
        return {o['path']: o['verdict'] for o in self.objects() if 'path' in o}

    def is_complaint(self, beginning):
        """One line on standard error that begins so, and says what to do."""
        return re.fullmatch(r'tercet: ' + re.escape(beginning) + r'.*\(.*\)\n', self.err) is not None


def expect(run, status, name, holds=True):
    return tap.check(run.status == status and holds, name, f'status {run.status}, wanted {status}', run.out[:2000], run.err[:2000])


def test_status():
    passes, fails, lacks, broken = {'a.pkt': PASSES}, {'b.pkt': FAILS}, {'c.pkt': LACKS}, {'d.pkt': BROKEN}
    expect(Run(passes, '.'), 0, 'all passed: 0')
    expect(Run({**passes, **fails}, '.'), 1, 'one failed: 1')
    expect(Run({**passes, **lacks}, '.'), 3, 'one is unsupported: 3')
    expect(Run({**passes, **broken}, '.'), 2, 'one is broken: 2')
    expect(Run({**fails, **lacks}, '.'), 1, 'failed is worse than unsupported')
    expect(Run({**fails, **lacks, **broken}, '.'), 2, 'broken is worse than failed')
    expect(Run({**broken, **lacks}, 'd.pkt', 'c.pkt'), 2, 'broken is worse than unsupported, in whatever order')


def test_nothing():
    for text, what in (('', 'an empty file'), ('// nothing\n', 'comments alone'), ('`true`\n', 'commands alone')):
        run = Run({'a.pkt': text}, 'a.pkt')
        expect(run, 2, f'{what}: no script', 'BROKEN a.pkt:1:1: there are no events in it' in run.lines)


def test_places():
    names = ('b.pkt', 'a.pkt', 'z/a.pkt', 'm/b.pkt', 'm/n/c.pkt')
    others = ('m/notes.txt', 'm/.hidden.pkt', '.git/x.pkt', '.pkt', 'a.pkt~')
    files = {name: PASSES for name in names + others}
    run = Run(files, '--json', '.')
    expect(run, 0, 'a folder: its own scripts, then those below, by name',
           list(run.verdicts()) == ['./a.pkt', './b.pkt', './m/b.pkt', './m/n/c.pkt', './z/a.pkt'])
    run = Run(files, '--json', 'z', 'm/notes.txt', 'b.pkt')
    expect(run, 0, 'places in the order that they are named; a file of any name', list(run.verdicts()) == ['z/a.pkt', 'm/notes.txt', 'b.pkt'])
    run = Run({}, '--json', '-', stdin=PASSES)
    expect(run, 0, 'standard input', run.verdicts() == {'-': 'passed'})
    run = Run({'a/b.pkt': PASSES}, '--json', '.', setup=lambda folder: os.symlink('..', os.path.join(folder, 'a', 'loop')))
    expect(run, 0, 'a folder that leads into itself ends', list(run.verdicts()) == ['./a/b.pkt'])
    run = Run({'a/b.txt': 'x'}, 'a')
    expect(run, 2, 'a folder without scripts is trouble', run.is_complaint('a: there are no scripts in it') and run.out == '')
    run = Run({'a.pkt': PASSES}, 'absent', 'a.pkt')
    expect(run, 2, 'a place that is not there is trouble, and the others are run', run.is_complaint('absent: No such file') and '1 script in' in run.out)
    run = Run({}, '--json', 'x.pkt', setup=lambda folder: os.symlink('nowhere', os.path.join(folder, 'x.pkt')))
    expect(run, 2, 'a link to nothing is trouble')


def test_unreadable():
    def setup(folder):
        socket.socket(socket.AF_UNIX).bind(os.path.join(folder, 'a.pkt'))

    run = Run({'b.pkt': PASSES}, '--json', '.', setup=setup)
    expect(run, 2, 'what cannot be read is broken, and the others are run',
           run.verdicts() == {'./a.pkt': 'broken', './b.pkt': 'passed'} and run.is_complaint('./a.pkt: '))


def test_text():
    run = Run({'a/ok.pkt': PASSES, 'a/bad.pkt': FAILS, 'b/no.pkt': LACKS, 'b/no2.pkt': LACKS, 'c/what.pkt': BROKEN}, 'a', 'b', 'c')
    expect(run, 2, 'a failure is told by its place, with what was expected and what came',
           run.lines[0].startswith('FAIL a/bad.pkt:5:') and '<mss 1400>' in run.lines[1] and run.lines[1].startswith('  expected: ')
           and '<mss 1460>' in run.lines[2] and run.lines[2].startswith('  actual:   '))
    tap.check('    ' in run.lines[3] and 'socket(' in run.lines[3], 'the ladder until then follows', run.out)
    tap.check(any(re.fullmatch(r'BROKEN c/what\.pkt:4:\d+: expected .*', line) for line in run.lines), 'a script that is none: line, column, what was expected',
              run.out)
    tap.check(any(re.fullmatch(r'UNSUPPORTED b/no\.pkt:1:\d+: another congestion control .*bbr.*', line) for line in run.lines), 'unsupported: by name', run.out)
    tap.check('PASS' not in run.out, 'a script that passed has no line', run.out)
    rows = [line.split() for line in run.lines if re.match(r'(a|b|c|folder|total) ', line)]
    tap.check(rows == [['folder', 'passed', 'failed', 'unsupported', 'broken'], ['a', '1', '1', '0', '0'], ['b', '0', '0', '2', '0'],
                       ['c', '0', '0', '0', '1'], ['total', '1', '1', '2', '1']], 'the table by folder, and its total', rows)
    tap.check(any(line.startswith('unsupported: 2 x another congestion control') for line in run.lines), 'what is unsupported is counted', run.out)
    tap.check(re.fullmatch(r'5 scripts in \d+\.\d+ s, \d+ a second', run.lines[-1]) and run.err == '', 'the last line: how many, and how fast', run.out)
    run = Run({'a.pkt': PASSES}, '-v', 'a.pkt')
    expect(run, 0, '-v: what passed has a line and its ladder', run.lines[0].startswith('PASS a.pkt: 5 events in ') and 'socket(' in run.lines[1])
    tap.check(Run({'a.pkt': PASSES}, '--verbose', 'a.pkt').lines[:6] == run.lines[:6], '--verbose is -v', run.out)


def test_json():
    run = Run({'ok.pkt': PASSES, 'bad.pkt': FAILS, 'lacks.pkt': LACKS, 'broken.pkt': BROKEN}, '--json', '.')
    objects = {o.get('path', 'summary'): o for o in run.objects()}
    members = ['path', 'verdict', 'mismatch', 'line', 'column', 'sentence', 'expected', 'actual', 'events', 'virtual_s']
    ok, bad, lacks, broken = (objects['./' + name] for name in ('ok.pkt', 'bad.pkt', 'lacks.pkt', 'broken.pkt'))
    expect(run, 2, '--json: an object for each script and one for all', len(objects) == 5 and 'summary' in run.lines[-1])
    tap.check(list(ok) == members and (ok['verdict'], ok['mismatch'], ok['sentence'], ok['events']) == ('passed', None, None, 5), 'of one that passed', ok)
    tap.check(list(bad) == members + ['ladder'] and (bad['verdict'], bad['mismatch'], bad['line']) == ('failed', 'option', 5)
              and '1400' in bad['expected'] and '1460' in bad['actual'] and 'socket(' in bad['ladder'], 'of one that failed', bad)
    tap.check((lacks['verdict'], lacks['line'], lacks['mismatch']) == ('unsupported', 1, None) and 'bbr' in lacks['sentence'], 'of one that is unsupported', lacks)
    tap.check((broken['verdict'], broken['line']) == ('broken', 4) and broken['column'] > 0 and broken['sentence'].startswith('expected'),
              'of one that is broken', broken)
    summary = objects['summary']['summary']
    tap.check({k: summary[k] for k in ('passed', 'failed', 'unsupported', 'broken', 'scripts', 'interrupted')}
              == {'passed': 1, 'failed': 1, 'unsupported': 1, 'broken': 1, 'scripts': 4, 'interrupted': False}
              and list(summary['unsupported_features'].values()) == [1] and summary['seconds'] > 0, 'of all', summary)
    run = Run({'ok.pkt': PASSES}, '--json', '-v', '.')
    tap.check('socket(' in run.objects()[0].get('ladder', ''), '--json -v: a ladder for each', run.out)
    run = Run({'a"b\\c\n.pkt': PASSES}, '--json', '.')
    tap.check(list(run.verdicts()) == ['./a"b\\c\n.pkt'], 'a name with quotes and newlines', run.out)


def test_same_course():
    files = {f'{i}.pkt': text for i, text in enumerate((PASSES, FAILS, LACKS, BROKEN))}
    first, second, other = (Run(files, '--json', '-v', *words, '.') for words in ((), ('--seed', '1'), ('--seed', '77')))
    tap.check(first.lines[:-1] == second.lines[:-1], 'a run is the same whenever it is run', first.out, second.out)
    tap.check(first.verdicts() == other.verdicts(), 'verdicts do not hang on the seed', first.out, other.out)


def test_options():
    six = PASSES.replace('1460', '1440')
    run = Run({'a.pkt': six, 'b.pkt': PASSES}, '--json', '--ip_version=ipv6', '.')
    expect(run, 1, '--ip_version of the command line', run.verdicts() == {'./a.pkt': 'passed', './b.pkt': 'failed'})
    run = Run({'a.pkt': '--mtu=1500\n' + PASSES.replace('> S. 0:0(0) ack 1 <mss 1460>', '> S. 0:0(0) ack 1 <mss 1360>')}, '--json', '--mtu=1400', 'a.pkt')
    expect(run, 0, 'the command line overrides the script')
    named = PASSES.replace('listen(3, 1)', 'listen(3, BACKLOG)')
    expect(Run({'a.pkt': named}, '-D', 'BACKLOG=1', 'a.pkt'), 0, '-D NAME=VALUE')
    expect(Run({'a.pkt': named}, '--define=BACKLOG=1', 'a.pkt'), 0, '--define=NAME=VALUE')
    expect(Run({'a.pkt': named}, '-DBACKLOG=1', 'a.pkt'), 0, '-DNAME=VALUE')
    asked = '#ifdef SIX\n' + six + '#else\n' + PASSES + '#endif\n'
    expect(Run({'a.pkt': asked}, '-D', 'SIX', '--ip_version=ipv6', 'a.pkt'), 0, '-D NAME is for #ifdef')
    syn = PASSES.replace('<mss 1460>\n+0 >', '<mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>\n+0 >')
    linux = syn.replace('ack 1 <mss 1460>', 'ack 1 <mss 1460,sackOK,TS val 100 ecr 100,nop,wscale 7>')
    expect(Run({'a.pkt': linux}, '--as', 'linux', 'a.pkt'), 0, '--as linux')
    expect(Run({'a.pkt': linux}, '--as', 'freebsd', 'a.pkt'), 1, '--as freebsd is another')


def test_files():
    sourced = '`./defaults.sh`\n' + PASSES
    lacking = 'sysctl -q net.ipv4.tcp_congestion_control=bbr\n'
    run = Run({'x/a.pkt': sourced, 'x/defaults.sh': lacking}, 'x')
    expect(run, 3, 'a file named in a script is looked for in its folder', 'bbr' in run.out)
    run = Run({'x/a.pkt': sourced, 'y/defaults.sh': lacking}, 'x')
    expect(run, 3, 'one that is not there is told', 'no such file to run: ./defaults.sh' in run.out)
    run = Run({'x/a.pkt': sourced.replace('./', '../common/'), 'common/defaults.sh': 'true\n'}, 'x')
    expect(run, 0, 'and in the folders beside it')
    run = Run({'x/a.pkt': sourced, 'defaults.sh': lacking}, 'x')
    expect(run, 3, 'or else from the current folder', 'bbr' in run.out)
    run = Run({'x/a.pkt': PASSES, 'i/init.sh': lacking}, '--init_scripts=i/init.sh', 'x')
    expect(run, 3, '--init_scripts are named from the current folder', 'bbr' in run.out)
    run = Run({'x/a.pkt': '--init_scripts=init.sh\n' + PASSES, 'x/init.sh': lacking}, 'x')
    expect(run, 3, 'those of a script from its own', 'bbr' in run.out)
    many = {f'{i}/a.pkt': sourced for i in range(100)} | {f'{i}/defaults.sh': lacking if i == 99 else 'true\n' for i in range(100)}
    run = Run(many, '--json', '.')
    expect(run, 3, 'each folder has its own', run.verdicts().pop('./99/a.pkt') == 'unsupported' and list(run.verdicts().values()).count('passed') == 99)


def test_mistakes():
    for words, beginning in ((('--as', 'linx', 'a.pkt'), '--as linx: '), (('--seed', '-1', 'a.pkt'), '--seed -1: '), (('-q', 'a.pkt'), '-q: no such option'),
                             (('--wrong', 'a.pkt'), '--wrong: no such option'), ((), 'script: FILE or DIR is missing'), (('a.pkt', '-D'), '-D: NAME[=VALUE] is missing'),
                             (('-D', '=1', 'a.pkt'), '--define =1: '), (('--mtu',), '--mtu: N is missing'), (('--mtu=3', 'a.pkt'), '--mtu=3'),
                             (('--ip_version=ipv5', 'a.pkt'), '--ip_version=ipv5'), (('--init_scripts=absent', 'a.pkt'), '--init_scripts absent: ')):
        run = Run({'a.pkt': PASSES}, *words)
        expect(run, 2, f'a mistake is told: tercet script {" ".join(words)}', run.is_complaint(beginning) and run.out == '')
    with open('/dev/full', 'w', encoding='utf-8') as full:
        got = subprocess.run((TERCET, 'script', '-'), input=PASSES, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    tap.check(got.returncode == 2 and re.fullmatch(r'tercet: standard output: .*\n', got.stderr), 'a standard output that is full is trouble', got)


def test_settings():
    run = Run({}, '--settings')
    expect(run, 0, '--settings prints the table of sysctl names', len(run.lines) > 200 and any(re.match(r'net\.ipv4\.tcp_sack +\S', line) for line in run.lines))


def on_terminal(folder, environment, *words):
    """Status, and what a terminal for standard output and error shows."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(TERCET, (TERCET, 'script', *words), {**os.environ, **environment})
    shown = b''
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


def test_colour():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, 'a.pkt'), 'w', encoding='utf-8') as file:
            file.write(FAILS)
        for environment, coloured, name in (({'TERM': 'xterm', 'NO_COLOR': ''}, True, 'a terminal gets colours'),
                                            ({'TERM': 'xterm', 'NO_COLOR': '1'}, False, 'not with NO_COLOR'),
                                            ({'TERM': 'dumb', 'NO_COLOR': ''}, False, 'not if it is dumb')):
            status, shown = on_terminal(folder, environment, 'a.pkt')
            tap.check(status == 1 and 'FAIL' in shown and ('\033[31m' in shown) == coloured, name, repr(shown))
    tap.check('\033' not in Run({'a.pkt': FAILS}, 'a.pkt', environment={'TERM': 'xterm', 'NO_COLOR': ''}).out, 'a pipe gets none')


def test_interrupted():
    with tempfile.TemporaryDirectory() as folder:
        os.mkfifo(os.path.join(folder, 'z.pkt'))
        with open(os.path.join(folder, 'a.pkt'), 'w', encoding='utf-8') as file:
            file.write(PASSES)
        with subprocess.Popen((TERCET, 'script', '-v', 'a.pkt', 'z.pkt'), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            # It has read all of a.pkt when it opens the pipe, which it does only when somebody writes to it.
            with open(os.path.join(folder, 'z.pkt'), 'w', encoding='utf-8') as pipe:
                pipe.write(PASSES)
                pipe.flush()
                child.send_signal(signal.SIGINT)
                while not has_taken(child.pid, signal.SIGINT):
                    time.sleep(0.005)
            out, err = child.communicate()
    tap.check(child.returncode == 130 and 'interrupted: ' in out and 'PASS a.pkt' in out, 'Ctrl-C: the summary so far, and 130', child.returncode, out, err)


def has_taken(pid, number):
    """Whether the signal has come: its handler is then the default one again."""
    with open(f'/proc/{pid}/status', encoding='utf-8') as file:
        fields = dict(line.split(':\t', 1) for line in file if ':\t' in line)
    return not int(fields['SigCgt'], 16) >> (number - 1) & 1


def main():
    for test in (test_status, test_nothing, test_places, test_unreadable, test_text, test_json, test_same_course, test_options, test_files, test_mistakes, test_settings,
                 test_colour, test_interrupted):
        test()
    tap.done()


if __name__ == '__main__':
    main()
