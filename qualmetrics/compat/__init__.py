"""Drop-in replacements for other libraries, with their names and, where asked, their numbers."""
