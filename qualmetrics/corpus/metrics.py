"""What a metric may be called where people type: a name, an alias, a count, or a bundle folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qualmetrics.core import TIERS, Arrays, Scorer, Spec
from qualmetrics.errors import (
    BundleError,
    InputError,
    MissingExtraError,
    UnknownNameError,
    UnknownParameterError,
)
from qualmetrics.registry import ALIASES, get, names, required, reward_names
from qualmetrics.registry import parameters as parameters_of

ENGLISH = (
    *("words", "fre", "fkgl", "ari", "cli", "fog", "smog"),
    *("dale_chall", "consensus", "reading_time"),
)
"""What English texts are scored with unless told."""

ANY_LANGUAGE = ("words", "lix", "rix", "reading_time")
"""What fits every language."""

MOST_OWN = 6
"""So many formulas of one language fit in a table beside the others."""

EXAMPLES = {"undefined": "null", "target": "60"}
"""What may be typed for parameters that have no default; null leaves an undefined row empty."""

LONG_NAME = 14
"""A longer name gives way to an alias."""


def default_metrics(lang: str = "en") -> tuple[str, ...]:
    """Return what texts of a language are scored with unless told: names for ``resolve``.

    For another language than English: up to six formulas made for it, those with the best verified
    source first, and those that fit every language.
    """
    from qualmetrics.text.language import normalise

    code = normalise(lang)
    if code == "en":
        return ENGLISH
    if code == "auto":
        return ("fre", *ANY_LANGUAGE[1:])
    specs = [scorer.spec for name in names() if (scorer := _installed(name)) is not None]
    own = sorted((TIERS.index(s.tier), s.name) for s in specs if code in s.languages)
    best = (short_name(name) for _, name in own[:MOST_OWN])
    return (*ANY_LANGUAGE[:1], *best, *ANY_LANGUAGE[1:])


def _installed(name: str) -> Scorer | None:
    """Return a scorer, or None where the package that carries it is not here."""
    try:
        return get(name)
    except (BundleError, MissingExtraError):
        return None


def short_name(name: str) -> str:
    """Return the shortest alias of a scorer whose own name is long for a column."""
    if len(name) <= LONG_NAME:
        return name
    return min((name, *(a for a, known in ALIASES.items() if known == name)), key=len)


def split_names(given: Iterable[str]) -> tuple[str, ...]:
    """Split ``fkgl,fre`` at commas; a name that is repeated counts once."""
    parts = (part.strip() for item in given for part in item.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def resolve(
    given: Iterable[str],
    *,
    lang: str | None = None,
    rules: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    languages: bool = False,
) -> dict[str, Scorer]:
    """Return the scorers that were typed, by column name.

    Parameters
    ----------
    given : names, aliases, count columns (``words``) or paths of bundle folders
    lang, rules : str, optional
        For every scorer that is named and takes them; a bundle has its own.
    parameters : mapping of str to value, optional
        Others, such as ``idf`` or ``layer``, for the scorers that take them.
    languages : bool
        Score each row in the language of its column ``lang``; see ``languages.by_column``.

    Returns
    -------
    dict of column name -> Scorer
        Called what was typed; a bundle by the name inside.

    Raises
    ------
    QualmetricsError
        For an unknown name, language or rules, a parameter that none of them takes, or a broken
        bundle.
    """
    asked = {key: value for key, value in (("lang", lang), ("rules", rules)) if value is not None}
    asked |= parameters or {}  # None is a value there: what an undefined row is worth
    used: set[str] = set()
    found: dict[str, Scorer] = {}
    for name in given:
        if _is_bundle(name):
            scorer = _in_languages(name, {}) if languages else _load(name)
            key, used = scorer.spec.name, used | {"lang", "rules"}
        else:
            mine = {key: asked[key] for key in takes(name) if key in asked} if asked else {}
            used |= mine.keys()
            key = name
            scorer = _in_languages(name, mine) if languages else named(name, mine)
        if key in found:
            raise InputError(f"two metrics are called {key!r}; leave one out")
        found[key] = scorer
    if not found:
        raise InputError("no metric was named; type for example: -m fkgl,fre")
    _check_used(sorted(asked.keys() - used), found)
    return found


def _in_languages(name: str, parameters: Mapping[str, Any]) -> Scorer:
    from qualmetrics.corpus.languages import by_column

    return by_column(name, parameters)


def _check_used(left: Iterable[str], found: Mapping[str, Scorer]) -> None:
    """Refuse a parameter that nothing took; a language says nothing to what fits every one."""
    for parameter in left:
        own = parameter == "lang" and all("any" in s.spec.languages for s in found.values())
        if not own:
            known = {key for name in found for key in takes(name)}
            raise UnknownParameterError(" + ".join(found), parameter, known)


def _is_bundle(name: str) -> bool:
    return "/" in name or "\\" in name or (Path(name) / "scorer.json").is_file()


def _load(folder: str) -> Scorer:
    from qualmetrics.onnx.bundle import load

    return load(folder)


def takes(name: str) -> tuple[str, ...]:
    """Return the parameters that a name takes; a bundle takes none."""
    from qualmetrics.text import column_names

    if name in column_names():
        return ("lang", "rules")
    try:
        return parameters_of(name)
    except UnknownNameError:
        return ()  # ``named`` says it better


def named(name: str, parameters: Mapping[str, Any]) -> Scorer:
    """Return one scorer, as ``resolve`` finds it."""
    from qualmetrics.text import column_names

    if _is_bundle(name):
        return _load(name)
    if name in column_names():
        return count_scorer(name, **parameters)
    try:
        absent = [key for key in required(name) if key not in parameters]
    except UnknownNameError:
        known = [*names(), *reward_names(), *ALIASES, *column_names()]
        raise UnknownNameError(name, known) from None
    if absent:
        typed = " ".join(f"--with {key}={EXAMPLES.get(key, 'NAME')}" for key in absent)
        raise InputError(
            f"{name} must be told {', '.join(absent)}; type for example: -m {name} {typed}. What "
            "takes other scorers is best described in a file: --reward reward.yaml"
        )
    return get(name, **parameters)


# -- counts as scorers --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Column:
    name: str

    def __call__(self, arrays: Arrays) -> Any:
        return arrays[self.name][:, None]


def count_scorer(column: str, *, lang: str = "en", rules: str | None = None) -> Scorer:
    """Return a count column, such as ``words``, as a scorer.

    Raises
    ------
    InputError
        For ``lang="auto"``: counts are made under the rules of one language.
    """
    from qualmetrics.core import Recipe
    from qualmetrics.text.inputs import Counts
    from qualmetrics.text.language import normalise

    if lang == "auto":
        raise InputError(
            f"{column} is counted under the rules of one language; name it with --lang, "
            "or leave the metric out"
        )
    rules = rules or f"{normalise(lang)}/1"
    spec = Spec(
        name=column,
        description=f"Count {column.replace('_', ' ')}.",
        family="count",
        tier="verified",
        increases_with="quantity",
        unit=column.replace("_", " "),
        bounds=(0.0, None),
    )
    scorer = Scorer(spec, (Counts(rules, (column,)),), _Column(column))
    arguments = {"column": column, "rules": rules}
    recipe = Recipe("qualmetrics.corpus.metrics:count_scorer", arguments, scorer.signature)
    return replace(scorer, recipe=recipe)


__all__ = ["count_scorer", "default_metrics", "named", "resolve", "split_names", "takes"]
