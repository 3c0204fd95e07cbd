"""Features, one a file: named numbers about a text, alone or beside its prompt."""
