#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The man pages are clean mdoc."""
import os
import tempfile

import plan
import tap

LINT = ('mandoc', '-Tlint', '-Wwarning')


def main():
    with tempfile.NamedTemporaryFile('w', suffix='.1') as page:
        page.write('.Dd January 1, 2026\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Nd a page\n.Sh DESCRIPTION\n.Bl -bullet\n.It\nnever closed\n')
        page.flush()
        tap.check(plan.run(*LINT, page.name).returncode != 0, 'checker: a broken page is found')
    pages = [path for path in plan.files('doc/man', ends=tuple(f'.{n}' for n in range(1, 9)))]
    if not pages:
        tap.skip('the man pages are clean', 'there is none yet')
    for path in pages:
        out = plan.run(*LINT, os.path.join(plan.SOURCE, path))
        tap.check(out.returncode == 0, f'{path} is clean under mandoc -Tlint', out.stdout)
    tap.done()


if __name__ == '__main__':
    main()
