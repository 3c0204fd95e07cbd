"""Named, versioned counting rules: ``en/1``, ``de/1``, ..., and ``textstat``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from qualmetrics.errors import InputError, UnknownLanguageError
from qualmetrics.text.columns import columns
from qualmetrics.text.language import Language, codes, load, normalise

_RESOURCES = {"dale": "dale:1", "spache": "spache:1", "fog": "fog:1", "stop": "stop:1"}


@dataclass(frozen=True, slots=True)
class Rules:
    """Counting rules of one language, by name and version."""

    language: Language

    @property
    def name(self) -> str:
        """Name and version, such as ``en/1``."""
        return f"{self.language.code}/{self.language.version}"

    def signature_parts(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return what those columns depend on, such as ``("words:en/1", "syl:cmu+ng/1")``."""
        registry = columns()
        known = {"words": f"words:{self.name}", "sent": f"sent:{self.name}", **_RESOURCES}
        known["syl"] = f"syl:{self.language.syllable_rule}"
        needed = {part for name in names for part in registry[name].needs}
        order = ("words", "sent", "syl", "dale", "spache", "fog", "stop")
        return tuple(known[part] for part in order if part in needed)

    def check(self, names: Iterable[str]) -> None:
        """Raise ``InputError`` where a column is unknown or not counted in this language."""
        registry = columns()
        for name in names:
            if name not in registry:
                raise InputError(f"no column {name!r}; there are: {', '.join(registry)}.")
            if registry[name].english_only and self.language.code != "en":
                raise InputError(
                    f"column {name!r} is defined by an English word list and cannot be counted "
                    f"in {self.language.name} ({self.name}); ask for it with rules='en/1'."
                )


@dataclass(frozen=True, slots=True)
class TextstatRules:
    """The counting of textstat 0.7.13, bug for bug, in one of its languages."""

    lang: str

    @property
    def name(self) -> str:
        """``textstat`` for English, else ``textstat:de``."""
        return "textstat" if self.lang == "en" else f"textstat:{self.lang}"

    def signature_parts(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the frozen version; all its columns hang together."""
        del names
        return (f"{self.name}/0.7.13",)


def language_of(name: str) -> str:
    """Return the language code of rules such as ``de/1``, ``textstat`` and ``textstat:de``."""
    rules = get_rules(name)
    return rules.lang if isinstance(rules, TextstatRules) else rules.language.code


@cache
def get_rules(name: str) -> Rules | TextstatRules:
    """Return rules by name: ``en/1``, ``en`` (its current version), ``textstat``, ``textstat:de``.

    Raises
    ------
    UnknownLanguageError
        When no rules are bundled for the language, or not in that version.
    """
    head, _, tail = name.partition(":")
    if head == "textstat":
        return TextstatRules(normalise(tail) if tail else "en")
    code, _, version = name.partition("/")
    rules = Rules(load(code))
    if version and version != str(rules.language.version):
        known = [f"{code}/{load(code).version}" for code in codes()]
        raise UnknownLanguageError(name, known)
    return rules
