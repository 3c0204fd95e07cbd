"""Instances: scorers of a text beside its references, one a file.

The machinery is ``similarity.py`` (encoders) and ``lexical.py`` (libraries). A file holds a
function of the same name whose keyword parameters are the scorer's options.
"""
