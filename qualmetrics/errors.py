"""Every error a caller can meet, in one tree.

::

    QualmetricsError
    ├── InputError           the call was wrong: types, lengths, a missing reference or column
    ├── UnknownNameError     no scorer of that name (with the close matches)
    ├── UnknownParameterError  a scorer does not take that parameter
    ├── UnknownLanguageError no rules, or no formula, for that language
    ├── MissingExtraError    an optional package is absent (with the pip command)
    ├── RecipeError          a scorer cannot be pickled or rebuilt, or its signature changed
    ├── PluginError          an entry point failed to import, or its name is taken
    ├── BundleError          a bundle folder is incomplete, altered or unreadable
    ├── ExportError          a scorer cannot be exported, or the graph disagrees with Python
    ├── ProviderError        the execution provider asked for is not active
    └── ServerError          a server refused a request, or is out of reach

A message says what came, what was expected and what to type. A text is never the reason for one
of these: a text that cannot be scored gets a status (see ``qualmetrics.core.Status``).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


class QualmetricsError(Exception):
    """Root of the tree; catch it to catch everything this library raises on purpose."""


class InputError(QualmetricsError, ValueError):
    """The call was wrong: a type, a length, a missing reference or column."""


class UnknownNameError(QualmetricsError, LookupError):
    """No scorer carries that name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        import difflib

        close = difflib.get_close_matches(name.lower(), list(known), n=3, cutoff=0.55)
        hint = f"Did you mean {' or '.join(map(repr, close))}? " if close else ""
        super().__init__(
            f"no scorer is called {name!r}. {hint}"
            "qualmetrics.names() or `qualmetrics list` shows them all; "
            "counts such as words come from qualmetrics.text.count(texts, ['words'])."
        )


class UnknownParameterError(QualmetricsError, TypeError):
    """A scorer was asked for with a parameter that it does not take."""

    def __init__(self, name: str, parameter: str, known: Iterable[str]) -> None:
        known = sorted(known)
        takes = ", ".join(known) if known else "no parameters"
        super().__init__(f"{name!r} has no parameter {parameter!r}; it takes: {takes}.")


class UnknownLanguageError(QualmetricsError, LookupError):
    """No rules, or no formula, exist for that language."""

    def __init__(
        self, code: str, known: Iterable[str], *, what: str = "counting rules", hint: str = ""
    ) -> None:
        there = ", ".join(sorted(known))
        super().__init__(f"no {what} for language {code!r}; there are: {there}. {hint}".rstrip())


class MissingExtraError(QualmetricsError, ImportError):
    """An optional package is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        clone = "'.[onnx]' ./models" if extra == "models" else f"'.[{extra}]'"
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed. "
            f"Type: pip install 'qualmetrics[{extra}]' (in a clone: pip install {clone})"
        )


def cannot_write(path: str, error: OSError, *, instead: str = "") -> InputError:
    """Return the error of a file that cannot be written; ``instead`` is what else to type."""
    folder = Path(path).parent
    reason = error.strerror or str(error)
    if os.path.isdir(path):  # noqa: PTH112 - a path may hold NUL
        reason = f"it is a folder; name a file{instead}"
    elif isinstance(error, FileNotFoundError) and not folder.is_dir():
        reason = f"there is no folder {str(folder)!r}"
    return InputError(f"cannot write {path}: {reason}")


class RecipeError(QualmetricsError, TypeError):
    """A scorer cannot be pickled or rebuilt, or what was rebuilt has another signature."""


class PluginError(QualmetricsError, ImportError):
    """A plug-in failed to import, or claims a name that is taken."""


class BundleError(QualmetricsError, ValueError):
    """A bundle folder is incomplete, altered or unreadable."""


class ExportError(QualmetricsError, ValueError):
    """A scorer cannot be exported, or its graph disagrees with Python."""


class ProviderError(QualmetricsError, RuntimeError):
    """The execution provider asked for is not active."""


class ServerError(QualmetricsError, RuntimeError):
    """A server refused a request, or is out of reach; ``status`` is 0 where it gave no answer."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status
