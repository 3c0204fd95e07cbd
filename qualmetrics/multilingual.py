"""Machinery: one scorer over texts of several languages, each read by the rules of its own.

``get("flesch_reading_ease", lang="auto")`` detects the language of each text (extra ``lang``) and
gives the row to the version of the formula that was made for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256

import numpy as np

from qualmetrics.core import (
    Arrays,
    Batch,
    Cost,
    Layout,
    Recipe,
    Rows,
    Scorer,
    Status,
    status_array,
)
from qualmetrics.errors import ExportError, UnknownLanguageError


@dataclass(frozen=True, slots=True)
class ByLanguage:
    """A named scorer's primary value for each text, in the version for its language.

    A text whose language has no version, or cannot be told, is *not applicable*.
    """

    name: str

    @property
    def layout(self) -> Mapping[str, Layout]:
        """One number a text."""
        return {"value": Layout()}

    @property
    def needs(self) -> frozenset[str]:
        """The text alone."""
        return frozenset()

    @property
    def parts(self) -> tuple[str, ...]:
        """The detector, and a digest of the signatures of all versions it may choose."""
        return (f"detect:{_detector()}", f"versions:{_versions(self.name)}")

    def cost(self, rows: Rows) -> Cost | None:
        """Nothing is padded."""
        return None

    def read(self, rows: Rows) -> Batch:
        """Detect, group, score."""
        from qualmetrics import planner
        from qualmetrics.text.detect import detect

        values, status = np.full(len(rows), np.nan), status_array(len(rows))
        groups: dict[str | None, list[int]] = {}
        for i, code in enumerate(detect(rows.texts)):
            groups.setdefault(code, []).append(i)
        for code, index in groups.items():
            scorer = self._version(code)
            if scorer is None:
                status[index] = Status.NOT_APPLICABLE
                continue
            scores = planner.run((scorer,), rows.take(index))[0]
            values[index], status[index] = scores.primary, scores.status
        blank = [i for i, text in enumerate(rows.texts) if not text.strip()]
        status[blank] = Status.EMPTY
        return Batch({"value": values}, status)

    def _version(self, code: str | None) -> Scorer | None:
        from qualmetrics.registry import get

        try:
            return None if code is None else get(self.name, lang=code)
        except UnknownLanguageError:
            return None


def _detector() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"py3langid/{version('py3langid')}"
    except PackageNotFoundError:
        return "absent"


@cache
def _versions(name: str) -> str:
    from qualmetrics.registry import get
    from qualmetrics.text.language import codes

    signatures = []
    for code in codes():
        with suppress(UnknownLanguageError):
            signatures.append(get(name, lang=code).signature)
    return sha256("\n".join(signatures).encode()).hexdigest()[:8]


def _value(arrays: Arrays) -> object:
    return arrays["value"][:, None]


def _no_graph(form: str) -> object:
    raise ExportError(
        f"a scorer with lang='auto' has no {form!r} graph: which formula applies depends on the "
        "text. Export one language: get(name, lang='de')"
    )


def by_language(name: str) -> Scorer:
    """Return the scorer ``name`` with the language of each text detected."""
    from qualmetrics.registry import get

    spec = replace(get(name).spec, parameters={"lang": "auto"}, valid_range={}, tolerance=1e-12)
    scorer = Scorer(spec, (ByLanguage(name),), _value, abilities={"graph": _no_graph})
    recipe = Recipe("qualmetrics.registry:get", {"name": name, "lang": "auto"}, scorer.signature)
    return replace(scorer, recipe=recipe)
