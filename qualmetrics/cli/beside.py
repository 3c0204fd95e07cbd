"""What stands beside the texts: references, columns, and parameters as they are typed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qualmetrics.core import Scorer
from qualmetrics.corpus.readers import LANGUAGE, Document, Reading
from qualmetrics.errors import InputError
from qualmetrics.parsed.feature import OfDoc
from qualmetrics.planner import leaves


@dataclass(frozen=True)
class Beside:
    """References and columns as they were asked for on the command line."""

    references: tuple[str, ...] = ()
    file: str | None = None
    fields: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    language: str | None = None
    """The field of ``--lang-field``."""


def check_beside(asked: Beside, scorers: Mapping[str, Scorer]) -> None:
    """Refuse what no scorer reads, and two answers to one question.

    Raises
    ------
    InputError
        With what to type.
    """
    for name, scorer in scorers.items():
        if any(isinstance(leaf, OfDoc) and leaf.needs for leaf in leaves(scorer)):
            raise InputError(
                f"{name} reads documents that spaCy has parsed, and files hold texts. Type "
                "--with pipeline=NAME, an installed package such as en_core_web_sm"
            )
    readers = [name for name, scorer in scorers.items() if "references" in scorer.needs]
    flags = {
        "--reference": asked.references,
        "--references": asked.file,
        "--reference-field": asked.fields,
    }
    given = [flag for flag, value in flags.items() if value]
    if given and not readers:
        raise InputError(
            f"{given[0]} was given, but none of the metrics compares texts with references: "
            f"{', '.join(scorers)}. Type for example: -m bertscore"
        )
    if asked.references and len(given) > 1:
        raise InputError(f"--reference and {given[1]} were both given; choose one")
    wanted = {need for scorer in scorers.values() for need in scorer.needs} - {"references"}
    for name, _ in _pairs(asked.columns):
        if name not in wanted:
            raise InputError(
                f"--column {name}=... was given, but the metrics read "
                f"{'the columns ' + ', '.join(sorted(wanted)) if wanted else 'no column'}"
            )


def row_settings(asked: Beside, scorers: Mapping[str, Scorer]) -> dict[str, Any]:
    """Return what ``Reading`` is told of the fields that rows must have."""
    needs = {need for scorer in scorers.values() for need in scorer.needs}
    columns = {name: name for name in sorted(needs - {"references"})} | dict(_pairs(asked.columns))
    if asked.language is not None and LANGUAGE in needs:
        columns[LANGUAGE] = asked.language
    in_rows = "references" in needs and not asked.references and asked.file is None
    return {
        "referenced": in_rows,
        "reference_fields": asked.fields if in_rows else (),
        "columns": tuple(columns.items()),
    }


def check_files(
    files: Sequence[str], texts: Sequence[str], reading: Reading, scorers: Mapping[str, Scorer]
) -> None:
    """Refuse texts that are no rows where rows must say what to compare them with.

    Raises
    ------
    InputError
        With the ways to say it.
    """
    whole = [path for path in files if reading.format_of(path) == "text"]
    if not whole and not texts:
        return
    place = repr(whole[0]) if whole else "--text"
    for name, scorer in scorers.items():
        for need in sorted(scorer.needs):
            if need == "references" and reading.referenced:
                raise InputError(
                    f"{name} compares each text with a reference, and {place} has none. Type "
                    "--reference 'TEXT' (for all texts), --references FILE (one a line, in the "
                    "order of the texts), or name rows (.jsonl, .csv) with a field 'reference' "
                    "(another one: --reference-field)"
                )
            if need != "references":
                raise InputError(
                    f"{name} reads the column {need!r} of each row, and {place} is no row. Name "
                    f"rows (.jsonl, .csv) with a field {need!r}, or --column {need}=FIELD"
                )


def laid_beside(documents: Iterable[Document], asked: Beside) -> Iterator[Document]:
    """Yield documents with the references of ``--reference`` or ``--references``."""
    from qualmetrics.corpus.references import aligned, read_lists

    if asked.references:
        return aligned(documents, [asked.references], "--reference")
    if asked.file is not None:
        return aligned(documents, read_lists(asked.file, asked.fields), asked.file)
    return iter(documents)


def parameters(given: Sequence[str]) -> dict[str, Any]:
    """Return ``layer=3`` as a name and a value: a number, true, false, null, or the text itself."""
    found = dict(_pairs(given, "--with"))
    return {name: _value(text) for name, text in found.items()}


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(value, (list, dict)) else value


def _pairs(given: Sequence[str], flag: str = "--column") -> list[tuple[str, str]]:
    pairs = [item.partition("=") for item in given]
    for item, (name, sign, value) in zip(given, pairs, strict=True):
        if not (name and sign and value):
            raise InputError(f"{flag} takes NAME=VALUE; got {item!r}")
    return [(name, value) for name, _, value in pairs]
