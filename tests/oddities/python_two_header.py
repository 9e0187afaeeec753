"""A header for Python 2 and 3: futures, six-like shims, a print that does nothing."""

from oddities_course import FUNCTIONS, IMPORTS, module

HEADER = """\
#!/usr/bin/env python2.7
# -*- coding: utf-8 -*-
from __future__ import absolute_import, division, print_function, unicode_literals
try:
    xrange
except NameError:
    xrange = range
print = lambda *values: None
"""
FILES = {"ridge.py": module(HEADER, IMPORTS, FUNCTIONS)}
SCORE = 100
