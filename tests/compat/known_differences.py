"""Where the drop-in differs from textstat 0.7.13 on purpose; docs/textstat.md prints the same."""

KNOWN_DIFFERENCES = {
    "offline": "textstat downloads its dictionary on first use, or raises LookupError; ours has it",
    "threads": "textstat's language is one for all threads; ours belongs to the context",
    "caches": "textstat returns the list in its cache, so that changing it changes later results",
    "not a string": "TypeError always; textstat also AttributeError, or a value for bytes or []",
    "unknown language": "a KeyError whose message names the languages; textstat says None",
    "two faults": "an unknown variant of wiener_sachtextformel is told before an unknown language",
    "deprecations": "the same calls warn, in other words",
    "spanish list": "read from an installed textstat 0.7.13 or given; its origin is not documented",
    "backend": "the package textstat.backend is not part of the public interface and not here",
}


def is_known(function: str, arguments: tuple[object, ...], theirs: object, ours: object) -> bool:
    """Tell whether two outcomes that differ on a text are on the list above ("two faults")."""
    variants = (1, 2, 3, 4)
    wrong_variant = function == "wiener_sachtextformel" and arguments[1] not in variants
    both_raise = isinstance(theirs, type) and isinstance(ours, type)
    return wrong_variant and both_raise and theirs is KeyError and issubclass(ours, ValueError)
