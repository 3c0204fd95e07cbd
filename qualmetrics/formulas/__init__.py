"""The formulas: one a file, each a function of counts that ``qualmetrics.formula`` makes a scorer.

To add one, add a file whose name is the scorer's name, and a row in
``tests/goldens/formulas.csv``.
"""
