"""What the page shows about one text: scores with their meaning, sentences, hard words, matches."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from qualmetrics import planner
from qualmetrics.core import UNDEFINED, Band, Scorer, Scores, Status
from qualmetrics.errors import QualmetricsError
from qualmetrics.registry import get

if TYPE_CHECKING:
    from qualmetrics.serve.tasks import Analysis

LEAST_WORDS = 5
"""A shorter sentence is not graded: one long word would make it the hardest of all."""

MATCHED = 60
"""Tokens of each side in the map; a larger one could not be read."""

GRADES: tuple[Band, ...] = (
    Band(-math.inf, "easy"),
    Band(6.0, "plain"),
    Band(9.0, "fairly hard"),
    Band(12.0, "hard"),
    Band(16.0, "very hard"),
)
"""Levels of a sentence by its Flesch-Kincaid grade: primary, middle and high school, college."""

WHY: Mapping[Status, str] = {
    Status.EMPTY: "there is no text",
    Status.NO_WORDS: "there is no word in it",
    Status.NOT_APPLICABLE: "it has no meaning for this text",
    Status.ERROR: "scoring failed on this text",
    Status.TOO_SHORT: "the text is outside the lengths this was made for",
    Status.TRUNCATED: "only the first part of the text was read",
    Status.WRONG_LANGUAGE: "the text seems to be in another language",
    Status.PARTIAL: "some of its outputs have no value",
}
"""What a status means, for people."""

DIRECTIONS: Mapping[str, str] = {
    "ease": "higher is easier to read",
    "difficulty": "higher is harder to read",
    "similarity": "higher is more like the reference",
    "quality": "higher is better",
    "quantity": "a count",
}


def analyse(work: Analysis, scorers: Mapping[str, Scorer]) -> dict[str, Any]:
    """Return everything the page shows, as plain data; offsets are characters of the text."""
    return {
        "scores": [_score(name, scorers[name], work) for name in work.names],
        **sentences_and_words(work.text, work.lang),
        "match": _match(work, scorers),
    }


# -- scores ---------------------------------------------------------------------------------------


def _score(name: str, scorer: Scorer, work: Analysis) -> dict[str, Any]:
    spec = scorer.spec
    about = {
        "name": name,
        "title": spec.name,
        "summary": spec.description.split("\n", 1)[0],
        "family": spec.family,
        "unit": spec.unit,
        "increases_with": spec.increases_with,
        "direction": DIRECTIONS[spec.increases_with],
        "bounds": list(spec.bounds),
        "bands": [[_finite(band.lower), band.label] for band in spec.bands],
        "source": spec.source,
        "tier": spec.tier,
        "signature": scorer.signature,
        "needs": sorted(scorer.needs),
    }
    missing = [
        need
        for need in sorted(scorer.needs)
        if (work.reference if need == "references" else work.columns.get(need)) in (None, "")
    ]
    if missing:
        return {**about, "missing": missing}
    try:
        rows = planner.as_rows(
            (scorer,),
            [work.text],
            None if work.reference is None else [work.reference],
            {key: [cell] for key, cell in work.columns.items()},
        )
        scores = planner.run((scorer,), rows)[0]
    except QualmetricsError as error:
        return {**about, "problem": str(error)}
    return {**about, **_values(scores)}


def _values(scores: Scores) -> dict[str, Any]:
    status = Status(int(scores.status[0]))
    value = float(scores.primary[0])
    outputs = dict(zip(scores.spec.outputs, scores.values[0].tolist(), strict=True))
    return {
        "value": _finite(value),
        "band": scores.spec.band(value),
        "status": str(status),
        "undefined": bool(status & UNDEFINED),
        "why": [said for flag, said in WHY.items() if flag & status],
        "outputs": {key: _finite(v) for key, v in outputs.items()},
        "components": {
            key: {"value": _finite(float(child.primary[0])), "status": child.status_names[0]}
            for key, child in scores.children.items()
        },
    }


def _finite(value: float) -> float | None:
    """Return a number that JSON knows; the lowest band starts nowhere."""
    from qualmetrics.formula import LOWEST

    return value if math.isfinite(value) and value > LOWEST else None


# -- sentences and words --------------------------------------------------------------------------


def sentences_and_words(text: str, lang: str) -> dict[str, Any]:
    """Return sentences with their grades, hard words, and counts."""
    from qualmetrics.text import count, sentence_spans, word_spans
    from qualmetrics.text.language import normalise

    code = "en" if lang == "auto" else normalise(lang)
    rules = f"{code}/1"
    sentences = sentence_spans(text, lang=code)
    table = count([text], ("words", "sentences", "syllables", "characters"), rules=rules)
    scorer, levels = _grader(code)
    return {
        "counts": {name: float(values[0]) for name, values in table.items()},
        "levels": [[_finite(band.lower), band.label] for band in levels],
        "graded_by": {"title": scorer.spec.name, "unit": scorer.spec.unit},
        "sentences": _sentences(text, sentences, scorer, levels, rules),
        "words": _hard_words(text, word_spans(text, lang=code), rules),
    }


def _grader(code: str) -> tuple[Scorer, Sequence[Band]]:
    """Return what grades a sentence: in English its school grade, elsewhere LIX."""
    if code == "en":
        return get("flesch_kincaid_grade"), GRADES
    scorer = get("lix", lang=code)
    return scorer, scorer.spec.bands


def _sentences(
    text: str,
    spans: Sequence[tuple[int, int]],
    scorer: Scorer,
    levels: Sequence[Band],
    rules: str,
) -> list[dict[str, Any]]:
    from qualmetrics.text import count

    pieces = [text[start:end] for start, end in spans]
    if not pieces:
        return []
    grades = scorer(pieces).primary
    words = count(pieces, ("words",), rules=rules)["words"]
    starts = np.array([band.lower for band in levels])
    found = []
    for (start, end), grade, n_words in zip(spans, grades.tolist(), words.tolist(), strict=True):
        graded = n_words >= LEAST_WORDS and math.isfinite(grade)
        level = int(np.searchsorted(starts, grade, side="right")) - 1 if graded else None
        found.append(
            {
                "start": start,
                "end": end,
                "words": int(n_words),
                "grade": grade if graded else None,
                "level": level,
            }
        )
    return found


def _hard_words(text: str, spans: Sequence[tuple[int, int]], rules: str) -> list[dict[str, Any]]:
    """Return the words that make a text hard, once each, with the reasons and all places."""
    from qualmetrics.text import count

    places: dict[str, list[tuple[int, int]]] = {}
    for start, end in spans:
        places.setdefault(text[start:end].casefold(), []).append((start, end))
    if not places:
        return []
    english = rules == "en/1"
    columns = ("syllables", "letters", "numerals", *(("unfamiliar_dale_1995",) if english else ()))
    shown = [text[start:end] for (start, end), *_ in places.values()]
    table = count(shown, columns, rules=rules)
    unfamiliar = table.get("unfamiliar_dale_1995", np.zeros(len(shown)))
    found: list[dict[str, Any]] = []
    for i, (word, spots) in enumerate(zip(shown, places.values(), strict=True)):
        reasons = _reasons(
            int(table["syllables"][i]), int(table["letters"][i]), familiar=not unfamiliar[i]
        )
        if reasons and not table["numerals"][i]:
            found.append(
                {
                    "text": word,
                    "syllables": int(table["syllables"][i]),
                    "letters": int(table["letters"][i]),
                    "reasons": reasons,
                    "places": [list(spot) for spot in spots],
                }
            )
    found.sort(key=lambda word: (-len(word["reasons"]), -word["syllables"], -word["letters"]))
    return found


def _reasons(syllables: int, letters: int, *, familiar: bool) -> list[str]:
    """Say why a word is hard: many syllables, or long and not one that children know."""
    reasons = []
    if syllables >= 3:
        reasons.append(f"{syllables} syllables")
    if not familiar and (syllables >= 2 or letters > 6):
        reasons.append("unfamiliar (Dale-Chall)")
    if syllables >= 3 and letters > 10:
        reasons.append(f"{letters} letters")
    return reasons


# -- matches --------------------------------------------------------------------------------------


def _match(work: Analysis, scorers: Mapping[str, Scorer]) -> dict[str, Any] | None:
    """Return which tokens of text and reference match, by the scorer asked for or the first."""
    from qualmetrics.explain import explain

    able = [name for name in work.names if "spans" in scorers[name].abilities]
    if not able or not work.reference:
        return {"scorers": able} if able else None
    name = work.match if work.match in able else able[0]
    try:
        alignment: Any = explain(scorers[name], work.text, reference=work.reference)
    except QualmetricsError as error:
        return {"scorers": able, "scorer": name, "problem": str(error)}
    left, right = alignment.text_pieces[:MATCHED], alignment.reference_pieces[:MATCHED]
    return {
        "scorers": able,
        "scorer": name,
        "text": [_piece(piece) for piece in left],
        "reference": [_piece(piece) for piece in right],
        "cosines": [[round(c, 4) for c in row[:MATCHED]] for row in alignment.cosines[:MATCHED]],
        "hidden": max(0, len(alignment.text_pieces) - MATCHED)
        + max(0, len(alignment.reference_pieces) - MATCHED),
    }


def _piece(piece: Any) -> dict[str, Any]:
    return {
        "start": piece.start,
        "end": piece.end,
        "text": piece.text,
        "match": piece.match,
        "cosine": None if piece.cosine is None else round(piece.cosine, 4),
        "weight": round(piece.weight, 4),
    }
