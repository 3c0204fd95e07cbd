"""Finds scorers by name: built-in ones by convention, plug-ins by entry point, both lazily.

``flesch_reading_ease`` is the module ``qualmetrics/formulas/flesch_reading_ease.py`` and the value
of the same name in it; so for every plural folder. A definition named after the program it is taken
from, ``gopher_quality@datatrove``, is the module ``gopher_quality__datatrove``: two
underscores stand for the ``@``. Listing names imports none of them. A package
adds its own through the entry point group ``qualmetrics.scorers``: a ``Scorer``, or a function
that returns one, whose parameters are then those of ``get``.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualmetrics import planner
from qualmetrics.core import References, Scorer, Scores
from qualmetrics.errors import (
    InputError,
    PluginError,
    UnknownLanguageError,
    UnknownNameError,
    UnknownParameterError,
)

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

FOLDERS = ("formulas", "rankers", "similarities", "features")
"""The rooms that hold instances, one scorer a file."""

REWARDS = "rewards"
"""The room of presets: factories that cannot be called without being told something first."""

GROUP = "qualmetrics.scorers"
"""Entry point group of plug-ins: ``name = "package.module:scorer_or_factory"``."""

ALIASES: Mapping[str, str] = {
    "al_heeti": "al_heeti_1",
    "anderson_rix": "rix",
    "ari": "automated_readability_index",
    "ari_ru": "ru_ari",
    "asl": "mean_sentence_length",
    "asw": "mean_syllables_per_word",
    "awl": "mean_letters_per_word",
    "bormuth_cloze": "bormuth",
    "cli": "coleman_liau_index",
    "cli_ru": "ru_cli",
    "cli_short": "coleman_liau_short",
    "coleman_liau": "coleman_liau_index",
    "consensus": "consensus_grade",
    "dale_chall": "dale_chall_1995",
    "dale_chall_48": "dale_chall_1948",
    "dale_chall_95": "dale_chall_1995",
    "db1": "danielson_bryan_1",
    "db2": "danielson_bryan_2",
    "degrees_of_reading_power": "drp",
    "easy_listening_formula": "elf",
    "ecp": "coleman_liau_ecp",
    "farr_jenkins_paterson": "fjp",
    "farr_jenkins_paterson_navy": "fjp_navy",
    "farr_jenkins_paterson_psk": "fjp_psk",
    "fkgl": "flesch_kincaid_grade",
    "fkgl_ru": "ru_fk",
    "fkgl_simplified": "flesch_kincaid_grade_simplified",
    "flesch": "flesch_reading_ease",
    "flesch_de": "amstad",
    "flesch_es": "fernandez_huerta",
    "flesch_fr": "kandel_moles",
    "flesch_it": "vacca_1986",
    "flesch_kincaid": "flesch_kincaid_grade",
    "flesch_nl": "douma",
    "flesch_ru": "ru_flesch",
    "flesch_tr": "atesman",
    "flesch_uk": "uk_flesch",
    "fog": "gunning_fog",
    "fog_pisarek": "fog_pl",
    "fog_simple": "fog_polysyllables",
    "fre": "flesch_reading_ease",
    "fry_graph": "fry",
    "gpm_fry": "gilliam_pena_mountain",
    "hj3": "harris_jacobson_3",
    "inflesz": "szigriszt_pazos",
    "lasbarhetsindex": "lix",
    "legibilidad_mu": "mu",
    "linsear": "linsear_write",
    "martins": "flesch_pt",
    "mcalpine_eflaw": "eflaw",
    "nri": "ari_navy_simplified",
    "qu": "smog_de",
    "raygor_estimate": "raygor",
    "readability": "readability_features",  # the best trade of the shipped rankers
    "smog": "smog_index",
    "smog_ru": "ru_smog",
    "sol_spanish": "sol",
    "spache": "spache_1974",
    "spache_53": "spache_1953",
    "spache_74": "spache_1974",
    "strain_index": "strain",
    "vacca": "vacca_1986",
    "wiener_1": "wiener_sachtextformel_1",
    "wiener_2": "wiener_sachtextformel_2",
    "wiener_3": "wiener_sachtextformel_3",
    "wiener_4": "wiener_sachtextformel_4",
    "wstf_1": "wiener_sachtextformel_1",
    "wstf_2": "wiener_sachtextformel_2",
    "wstf_3": "wiener_sachtextformel_3",
    "wstf_4": "wiener_sachtextformel_4",
}
"""Short ids of the literature -> names."""


@lru_cache(maxsize=2)
def _built_in(folders: tuple[str, ...] = FOLDERS) -> dict[str, str]:
    found: dict[str, str] = {}
    for folder in folders:
        path = Path(__file__).parent / folder
        for module in pkgutil.iter_modules([str(path)]):
            name = module.name.replace("__", "@")
            if name in found:
                raise PluginError(f"two built-in scorers are called {name!r}")
            found[name] = f"qualmetrics.{folder}.{module.name}:{module.name}"
    return found


def entry_points(group: str) -> Iterable[EntryPoint]:
    """Return the installed entry points of a group."""
    from importlib.metadata import entry_points  # 18 ms that only plug-ins are worth

    return entry_points(group=group)


@lru_cache(maxsize=1)
def _plugins() -> dict[str, list[EntryPoint]]:
    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=GROUP):
        points = found.setdefault(point.name, [])
        if point.value not in [other.value for other in points]:
            points.append(point)
    return found


def names() -> tuple[str, ...]:
    """Return the names of all scorers, plug-ins included, sorted; none is imported."""
    return tuple(sorted({*_built_in(), *_plugins()}))


def reward_names() -> tuple[str, ...]:
    """Return the names of the reward presets, sorted; ``get(name, undefined=...)`` makes one."""
    return tuple(sorted(_built_in((REWARDS,))))


def factory(name: str) -> Any:
    """Return the function that makes a scorer of that name; None where the name is a scorer's own.

    Raises
    ------
    UnknownNameError
    """
    made = _locate(ALIASES.get(name, name))
    return None if isinstance(made, Scorer) else made


def get(name: str, **parameters: Any) -> Scorer:
    """Return a scorer by name or alias.

    Parameters
    ----------
    name : str
        One of ``names()`` or ``ALIASES``.
    **parameters
        Options of that scorer; every formula takes ``lang`` (``de``, ``en-US``, ``auto``) and
        ``rules`` (``en/1``, ``textstat``).

    Raises
    ------
    UnknownNameError, UnknownParameterError, UnknownLanguageError
        With what there is.
    PluginError
        When an entry point fails to import.
    """
    if not isinstance(name, str):
        raise InputError(f"a scorer's name is a string; got {type(name).__name__}")
    try:
        return _make(ALIASES.get(name, name), tuple(sorted(parameters.items())))
    except TypeError as error:
        if "unhashable" not in str(error):
            raise
        raise InputError(f"parameters of {name!r} must be plain values: {parameters}") from None


def _make(name: str, parameters: tuple[tuple[str, Any], ...]) -> Scorer:
    made = _locate(name)
    if isinstance(made, Scorer):
        return _get(name, parameters)
    hash(parameters)
    given, known = dict(parameters), inspect.signature(made).parameters
    for key in given:
        if key not in known:
            raise UnknownParameterError(name, key, known)
    absent = [key for key in required(name) if key not in given]
    if absent:
        told = ", ".join(f"{key}=..." for key in absent)
        raise InputError(f"{name} must be told {', '.join(absent)}: get({name!r}, {told})")
    scorer = made(**given)  # never kept: it may have read a file that changes
    if not isinstance(scorer, Scorer):
        raise PluginError(f"{name!r} made a {type(scorer).__name__}, not a Scorer")
    return scorer


@lru_cache(maxsize=1024)
def _get(name: str, parameters: tuple[tuple[str, Any], ...]) -> Scorer:
    made: Scorer = _locate(name)
    given = dict(parameters)
    if not given:
        return made
    if given.get("lang") == "auto":
        from qualmetrics.multilingual import by_language

        return by_language(made.spec.name)
    if "configure" not in made.abilities:
        raise UnknownParameterError(name, next(iter(given)), ())
    return _in_language(made, given)


def _in_language(scorer: Scorer, parameters: Mapping[str, Any]) -> Scorer:
    """Configure a scorer; where another formula stands for it in that language, return that."""
    from qualmetrics.text.language import normalise

    lang = parameters.get("lang")
    adapted = lang and scorer.abilities["adaptation"](normalise(lang))
    if adapted:
        rest = {key: value for key, value in parameters.items() if key != "lang"}
        return get(adapted, **rest)
    try:
        made: Scorer = scorer.abilities["configure"](**parameters)
    except UnknownLanguageError as error:
        if lang is None or scorer.spec.languages == ("any",):
            raise
        raise UnknownLanguageError(
            str(lang),
            {*scorer.spec.languages, *scorer.abilities["languages"]()},
            what=f"constants of {scorer.spec.name}",
            hint="Formulas that fit every language: lix, rix, tuldava.",
        ) from error
    return made


def _locate(name: str) -> Any:
    built_in = _built_in().get(name) or _built_in((REWARDS,)).get(name)
    points = _plugins().get(name, [])
    origins = [*([built_in] if built_in else []), *(point.value for point in points)]
    if len(origins) > 1:
        raise PluginError(
            f"several scorers are called {name!r}: {', '.join(origins)}; uninstall all but one, or "
            "ask an author for another name"
        )
    if built_in:
        module, _, attribute = built_in.partition(":")
        return getattr(importlib.import_module(module), attribute)
    if not points:
        raise UnknownNameError(name, [*names(), *reward_names(), *ALIASES])
    try:
        made = points[0].load()
    except Exception as error:
        raise PluginError(f"the plug-in scorer {name!r} ({origins[0]}) failed: {error}") from error
    if not callable(made):
        raise PluginError(f"{origins[0]} is a {type(made).__name__}: no Scorer, and no function")
    return made


def parameters(name: str) -> tuple[str, ...]:
    """Return the names of the parameters that ``get(name, ...)`` takes."""
    made = _locate(ALIASES.get(name, name))
    if not isinstance(made, Scorer):
        return tuple(inspect.signature(made).parameters)
    if "configure" not in made.abilities:
        return ()
    return (*made.abilities["parameters"](), "lang", "rules")


def required(name: str) -> tuple[str, ...]:
    """Return the names of the parameters without which ``get(name, ...)`` makes nothing."""
    made = _locate(ALIASES.get(name, name))
    if isinstance(made, Scorer):
        return ()
    known = inspect.signature(made).parameters
    return tuple(key for key, p in known.items() if p.default is p.empty)


# -- many scorers at once ---------------------------------------------------------------------


def _resolve(scorers: Iterable[str | Scorer], given: Mapping[str, Any]) -> dict[str, Scorer]:
    """Return name as given -> scorer; each named one gets the parameters that it takes."""
    if isinstance(scorers, (str, Scorer)):
        scorers = [scorers]
    found: dict[str, Scorer] = {}
    used: set[str] = set()
    for item in scorers:
        key = item if isinstance(item, str) else item.spec.name
        if key in found:
            raise InputError(f"{key!r} was asked for twice; use scorer.named('...') for one")
        takes = set(parameters(item)) & set(given) if isinstance(item, str) and given else set()
        used |= takes
        mine = {name: given[name] for name in takes}
        found[key] = get(item, **mine) if isinstance(item, str) else item
    for name in set(given) - used:
        raise UnknownParameterError(" + ".join(found), name, {"lang", "rules"})
    return found


def score(
    texts: Sequence[str | None],
    scorers: Iterable[str | Scorer],
    references: Sequence[str | Sequence[str]] | References | None = None,
    *,
    columns: Mapping[str, Sequence[Any]] | None = None,
    **parameters: Any,
) -> dict[str, Scores]:
    """Score texts with many scorers at once; what they share is computed once.

    Parameters
    ----------
    texts : sequence of str, length n
    scorers : names, aliases or scorers
    references, columns
        As for a single scorer.
    **parameters
        Given to every scorer that is named and takes them, such as ``lang="de"``.

    Returns
    -------
    dict of name as given -> Scores
    """
    found = _resolve(scorers, parameters)
    rows = planner.as_rows(tuple(found.values()), texts, references, columns)
    return dict(zip(found, planner.run(tuple(found.values()), rows), strict=True))


def score_one(
    text: str | None,
    scorers: Iterable[str | Scorer],
    references: str | Sequence[str] | None = None,
    *,
    columns: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> dict[str, Scores]:
    """Score one text with many scorers; ``float()`` of each result is its value.

    ``columns`` maps each name to this text's cell.
    """
    if not (text is None or isinstance(text, str)):
        raise InputError(f"score_one takes one string; got {type(text).__name__}")
    aligned = None if references is None else [references]
    cells = None if columns is None else {name: [cell] for name, cell in columns.items()}
    return score([text], scorers, aligned, columns=cells, **parameters)


def score_iter(
    texts: Iterable[str | None],
    scorers: Iterable[str | Scorer],
    references: Iterable[str | Sequence[str]] | None = None,
    *,
    columns: Mapping[str, Iterable[Any]] | None = None,
    batch_size: int = 1024,
    **parameters: Any,
) -> Iterator[dict[str, Scores]]:
    """Score a stream in bounded memory: one dictionary of ``Scores`` per ``batch_size`` texts.

    ``references`` and ``columns`` are streams aligned to the texts. The values do not depend on
    ``batch_size``.
    """
    if isinstance(texts, (str, bytes)):
        raise InputError("score_iter takes an iterable of texts; for one text call score_one")
    if batch_size < 1:
        raise InputError(f"batch_size must be at least 1; got {batch_size}")
    found = _resolve(scorers, parameters)
    made = tuple(found.values())
    stream = iter(texts)
    beside = None if references is None else iter(references)
    cells = {name: iter(column) for name, column in (columns or {}).items()}
    while batch := list(islice(stream, batch_size)):
        rows = planner.as_rows(
            made,
            batch,
            None if beside is None else list(islice(beside, len(batch))),
            {name: list(islice(column, len(batch))) for name, column in cells.items()},
        )
        yield dict(zip(found, planner.run(made, rows), strict=True))
