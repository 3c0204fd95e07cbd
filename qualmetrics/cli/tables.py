"""``tables``: the frozen tables that similarities read, made from texts in files."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from qualmetrics.corpus.readers import REFERENCE_FIELDS
from qualmetrics.corpus.references import read_lists
from qualmetrics.errors import InputError

FIELDS = ("text", *REFERENCE_FIELDS)


def make_idf(files: Sequence[str], output: str, *, encoder: str, fields: Sequence[str]) -> None:
    """Write idf weights; print how many texts they are from."""
    from qualmetrics.similarity.tables import write_idf

    texts = _texts(files, fields)
    table = write_idf(output, texts, encoder)
    sys.stdout.write(f"{output}: {len(texts)} texts, sha256 {table.sha256}\n")


def make_baseline(
    files: Sequence[str],
    output: str,
    *,
    metric: str,
    pairs: int,
    seed: int,
    parameters: Sequence[str],
    fields: Sequence[str],
) -> None:
    """Write a baseline; print what unrelated texts score."""
    from qualmetrics.cli.beside import parameters as parsed
    from qualmetrics.corpus.metrics import resolve
    from qualmetrics.similarity.tables import write_baseline

    (scorer,) = resolve([metric], parameters=parsed(parameters)).values()
    if "references" not in scorer.needs:
        raise InputError(f"{metric} compares with no reference; type for example: -m bertscore")
    baseline = write_baseline(output, _texts(files, fields), scorer, pairs=pairs, seed=seed)
    shown = ", ".join(
        f"{name} {value:.4f}"
        for name, value in zip(scorer.spec.outputs, baseline.values, strict=True)
    )
    sys.stdout.write(f"{output}: {shown}, sha256 {baseline.sha256}\n")


def _texts(files: Sequence[str], fields: Sequence[str]) -> list[str]:
    """Return the texts of files; blank ones are no documents."""
    rows = [row for path in files for row in read_lists(path, tuple(fields) or FIELDS)]
    return [text for row in rows for text in row if text.strip()]
