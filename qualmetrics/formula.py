"""Machinery: turns a plain function of counts into a scorer. The formulas are in ``formulas/``.

A formula file holds one function. Its positional parameters name the count columns it reads, its
keyword-only parameters are the options of the scorer, and its body is written against the array
API through ``xp``, so that the same function runs on numpy, is traced to ONNX, and can be asked
which sentence drove the number::

    @formula(source="Kincaid et al. 1975, p. 14", increases_with="difficulty", unit="US grade")
    def flesch_kincaid_grade(words, sentences, syllables):
        \"\"\"Weigh sentence length against syllables per word.\"\"\"
        return 0.39 * (words / sentences) + 11.8 * (syllables / words) - 15.59
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from qualmetrics.arrays import xp
from qualmetrics.core import Array, Arrays, Band, Recipe, Scorer, Spec
from qualmetrics.errors import InputError, UnknownLanguageError, UnknownParameterError
from qualmetrics.text.inputs import Counts

ANY = ("any",)
"""Languages of a formula that needs no coefficients of its own for each."""


LOWEST = -1e9
"""Lower limit of a first band that has none: JSON knows no minus infinity."""


# -- forward ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FormulaForward:
    """A formula's arithmetic on count columns: named float64 arrays ``(n,)`` -> ``(n, 1)``.

    NaN where there are no words: some formulas have a value there (SMOG of no words in one
    sentence is 3.13), and it would mean nothing.
    """

    function: Callable[..., Any]
    columns: tuple[str, ...]
    options: tuple[tuple[str, Any], ...] = ()

    def __call__(self, arrays: Arrays) -> Any:
        """Run on numpy arrays, or on anything else that follows the array API."""
        missing = [name for name in (*self.columns, "words") if name not in arrays]
        if missing:
            raise InputError(
                f"{self.function.__name__} reads the counts {', '.join(self.columns)}; "
                f"missing: {', '.join(dict.fromkeys(missing))}"
            )
        columns = {name: _column(name, arrays[name]) for name in (*self.columns, "words")}
        lengths = {name: len(c) for name, c in columns.items() if isinstance(c, np.ndarray)}
        if len(set(lengths.values())) > 1:
            raise InputError(f"count columns of unequal lengths: {lengths}")
        words = columns["words"]
        with np.errstate(all="ignore"):
            values = self._evaluate(columns)
            return xp.where(words > 0, values, xp.zeros_like(words) + np.nan)[:, None]

    def _evaluate(self, columns: Mapping[str, Any]) -> Any:
        try:
            return self.evaluate(columns)
        except ValueError as error:
            if "truth value" not in str(error):
                raise
            raise InputError(
                f"{self.function.__name__} decides by `if` (and, or, min, max) on a count, which "
                "here holds many texts; use xp.where, xp.minimum, xp.maximum"
            ) from error

    def evaluate(self, columns: Mapping[str, Any]) -> Any:
        """Run the bare function, unmasked: what a trace or an explanation needs."""
        return self.function(*(columns[name] for name in self.columns), **dict(self.options))


def _column(name: str, value: Any) -> Any:
    if hasattr(value, "__array_namespace__") and not isinstance(value, np.ndarray):
        return value
    try:
        if value is None:  # which numpy would take for NaN
            raise TypeError
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"column {name!r} must hold one number per text; got {value!r}") from None
    if array.ndim > 1:
        raise InputError(f"column {name!r} must hold one number per text; got {array.shape}")
    return np.atleast_1d(array)


def body(scorer: Scorer) -> Callable[..., Any]:
    """Return the bare function of a formula, for another formula that builds on it.

    Raises
    ------
    InputError
        When the scorer is no formula.
    """
    if not isinstance(scorer.forward, FormulaForward):
        raise InputError(f"{scorer.spec.name} is no formula, so it has no function of counts")
    return scorer.forward.function


# -- the builder --------------------------------------------------------------------------------


def formula(
    *,
    source: str,
    increases_with: str,
    unit: str,
    languages: Sequence[str] = ("en",),
    tier: str = "secondary",
    bounds: tuple[float | None, float | None] = (None, None),
    bands: Sequence[tuple[float, str]] = (),
    valid_range: Mapping[str, tuple[float | None, float | None]] | None = None,
    adaptations: Mapping[str, str] | None = None,
    version: int = 1,
    licence: str = "",
) -> Callable[[Callable[..., Any]], Scorer]:
    """Make a scorer of a function of counts.

    Parameters
    ----------
    source : str
        Where the constants come from, with page or equation.
    increases_with : {"ease", "difficulty", "quantity"}
        What a higher value means.
    unit : str
        Such as ``US grade`` or ``points``.
    languages : sequence of str
        Codes the constants were made for; ``ANY`` for a formula that fits every language.
    tier : {"verified", "secondary", "experimental"}
        ``verified``: constants checked against the primary source or its worked examples, or two
        independent transcriptions with recorded values; ``secondary``: one chain of
        transcriptions; ``experimental``: our own reading, or disputed.
    bounds : (least, most)
        Limits that hold for every text; None where there is none.
    bands : sequence of (lower limit, words)
        The scale in words, ascending.
    valid_range : mapping of column -> (least, most)
        Texts outside are flagged ``too_short``.
    adaptations : mapping of language -> scorer name
        Which formula stands for this one in another language.
    version : int
        Raised by any change of a number.
    licence : str
        Of what the formula was made from, where that is more than published constants.

    Returns
    -------
    decorator
        Function -> ``Scorer`` of the same name, callable at once and exportable.

    Raises
    ------
    InputError
        At import, when a parameter is not the name of a count column.
    """
    if isinstance(languages, str):
        raise InputError(f"languages={languages!r} must be a sequence, such as ({languages!r},)")
    if not all(isinstance(lower, (int, float)) for lower, _ in bands):
        raise InputError(f"bands must be (lower limit, words) pairs; got {list(bands)!r}")

    def build(function: Callable[..., Any]) -> Scorer:
        _known(function.__name__, tuple(valid_range or ()))
        definition = Definition(
            function=function,
            columns=_positional(function),
            options=_keyword_only(function),
            spec=Spec(
                name=function.__name__,
                description=inspect.getdoc(function) or "",
                version=version,
                family="formula",
                tier=tier,
                increases_with=increases_with,
                bounds=bounds,
                unit=unit,
                bands=tuple(Band(*band) for band in bands),
                languages=tuple(languages),
                valid_range=valid_range or {},
                source=source,
                licence=licence,
            ),
            adaptations=tuple(sorted((adaptations or {}).items())),
        )
        return definition.scorer()

    return build


@dataclass(frozen=True)
class Definition:
    """All that a formula file says, from which its scorers are made."""

    function: Callable[..., Any]
    columns: tuple[str, ...]
    options: tuple[tuple[str, Any], ...]
    spec: Spec
    adaptations: tuple[tuple[str, str], ...]

    def scorer(self, *, lang: str | None = None, rules: str | None = None, **given: Any) -> Scorer:
        """Return the scorer for a language, counting rules and options.

        Raises
        ------
        UnknownParameterError, UnknownLanguageError
            With what the formula takes.
        """
        known = dict(self.options)
        for name in given:
            if name not in known:
                raise UnknownParameterError(self.spec.name, name, [*known, "lang", "rules"])
        options = {**known, **given}
        chosen = {name: value for name, value in options.items() if value != known[name]}
        rules = self._rules(rules, lang)
        keys = tuple(dict.fromkeys((*self.columns, "words", *self.spec.valid_range)))
        asked = {**({"lang": lang} if lang else {}), "rules": rules, **chosen}
        scorer = Scorer(
            spec=replace(self.spec, parameters=chosen),
            inputs=(Counts(rules, keys),),
            forward=FormulaForward(self.function, self.columns, tuple(options.items())),
            abilities={
                "configure": self.scorer,
                "explain": _explain,
                "adaptation": dict(self.adaptations).get,
                "languages": dict(self.adaptations).keys,
                "parameters": partial(dict, known),
            },
        )
        return replace(scorer, recipe=self._recipe(asked, scorer.signature))

    def _rules(self, rules: str | None, lang: str | None) -> str:
        if rules is None:
            return f"{self._language(lang)}/1"
        from qualmetrics.text.rules import language_of

        language = self._language(language_of(rules))
        if lang is not None and self._language(lang) != language:
            raise InputError(f"lang={lang!r} and rules={rules!r} are two languages; give one")
        return rules

    def _language(self, lang: str | None) -> str:
        from qualmetrics.text.language import codes, normalise

        languages = self.spec.languages
        default = "en" if languages == ANY else languages[0]
        code = default if lang is None else normalise(lang)
        allowed = codes() if languages == ANY else languages
        if code not in allowed:
            raise UnknownLanguageError(lang or code, allowed, what=f"constants of {self.spec.name}")
        return code

    def _recipe(self, arguments: Mapping[str, Any], signature: str) -> Recipe | None:
        module, qualified = self.function.__module__, self.function.__qualname__
        if "<locals>" in qualified:
            return None
        built_in = module.startswith("qualmetrics.formulas.")
        if built_in:
            arguments = {"name": self.spec.name, **arguments}
            return Recipe("qualmetrics.registry:get", arguments, signature)
        return Recipe(
            "qualmetrics.formula:configured",
            {"path": f"{module}:{qualified}", **arguments},
            signature,
        )


def configured(path: str, **parameters: Any) -> Scorer:
    """Return the formula at ``module:name`` with these parameters: the recipe of a user's own."""
    import importlib

    module, _, name = path.partition(":")
    scorer = getattr(importlib.import_module(module), name)
    made: Scorer = scorer.abilities["configure"](**parameters)
    return made


def _explain(scorer: Scorer, text: str, reference: Any = None) -> Any:
    from qualmetrics.formula_explain import explain_formula

    return explain_formula(scorer, text, reference)


def _known(formula_name: str, names: Sequence[str]) -> None:
    from qualmetrics.text import column_names

    known = column_names()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(
            f"formula {formula_name!r} reads {', '.join(unknown)}, which no column is called; "
            f"columns: {', '.join(known)}. Options go after a bare * in the signature."
        )


def _positional(function: Callable[..., Any]) -> tuple[str, ...]:
    names = tuple(
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
    )
    _known(function.__name__, names)
    return names


def _keyword_only(function: Callable[..., Any]) -> tuple[tuple[str, Any], ...]:
    parameters = inspect.signature(function).parameters.items()
    options = tuple(
        (name, parameter.default)
        for name, parameter in parameters
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    )
    for name, default in options:
        if default is inspect.Parameter.empty:
            raise InputError(f"option {name!r} of formula {function.__name__!r} needs a default")
    return options


__all__ = [
    "ANY",
    "LOWEST",
    "Array",
    "Definition",
    "FormulaForward",
    "body",
    "configured",
    "formula",
    "xp",
]
