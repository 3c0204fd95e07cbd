"""The bundled languages: one file each, holding a value named ``LANGUAGE``."""
