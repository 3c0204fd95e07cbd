"""Machinery: rewards, scorers over scorers. The first line of each file says what it holds.

``builder`` makes them from trees of plain data, ``config`` from a file. Ready-made ones are in
``rewards``.
"""
