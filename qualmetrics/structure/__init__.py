"""Machinery: how far two trees of tags are apart, and which of their nodes belong together.

``edit_distance`` is the arithmetic, ``builder`` makes scorers of it. Trees are read from XML, HTML
and Markdown in ``text/trees.py``; the scorers are ``similarities/tree_sim.py`` and
``similarities/node_chrf.py``.
"""
