"""``--reward FILE`` of ``score`` and ``explain``: the same file that trainers and servers read."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from qualmetrics.cli.beside import Beside
from qualmetrics.core import Lenient, Scorer, Scores
from qualmetrics.corpus.readers import Document, read_documents
from qualmetrics.corpus.units import completed
from qualmetrics.errors import InputError
from qualmetrics.reward.config import RewardConfig
from qualmetrics.reward.explain import GroupExplanation, explain_groups

GROUP = "__group__"
"""The column of the prompt's id while rows are read; no scorer's column is called so."""


def with_fields(asked: Beside, config: RewardConfig) -> Beside:
    """Return what stands beside the texts, with the fields of the file where no flag names one."""
    named = {item.partition("=")[0] for item in asked.columns}
    columns = [
        f"{name}={field}"
        for name, field in config.columns.items()
        if name != "references" and name not in named
    ]
    told = asked.fields or asked.references or asked.file
    fields = (config.columns["references"],) if "references" in config.columns else ()
    return replace(
        asked, columns=(*asked.columns, *columns), fields=asked.fields if told else fields
    )


def explain_reward(
    path: str, config: RewardConfig, *, group: str, text_field: str, output_format: str
) -> None:
    """Print which term of a reward drives the differences inside groups, and inside each term."""
    if output_format not in ("table", "json"):
        raise InputError(f"format {output_format!r} is not one of table, json")
    documents = _rows(path, config, group, text_field)
    groups = [_hashable(document.columns[GROUP]) for document in documents]
    scorer = config.scorer
    scores = scorer(
        [document.text for document in documents],
        [d.references for d in documents] if "references" in scorer.needs else None,
        columns={n: [d.columns[n] for d in documents] for n in scorer.needs - {"references"}},
    )
    found = [explain_groups(scorer, scores, groups), *_inside(scorer, scores, groups)]
    if output_format == "json":
        sys.stdout.write(json.dumps([_plain(item) for item in found]) + "\n")
    else:
        sys.stdout.write("\n\n".join(map(str, found)) + f"\n\n{scorer.signature}\n")


def _plain(explanation: GroupExplanation) -> dict[str, Any]:
    """Return plain data; a correlation that there is none of is null, which JSON can say."""
    data = asdict(explanation)
    known = explanation.correlations.items()
    data["correlations"] = {key: None if math.isnan(r) else r for key, r in known}
    return {**data, "shares": dict(explanation.shares)}


def _rows(path: str, config: RewardConfig, group: str, text_field: str) -> list[Document]:
    needs = config.scorer.needs
    columns = {name: config.source_of(name) for name in needs - {"references"}}
    documents = list(
        read_documents(
            [path],
            text_field=text_field,
            reference_fields=[config.source_of("references")] if "references" in needs else (),
            columns={**columns, GROUP: group},
        )
    )
    for document in documents:
        if document.problem:
            raise InputError(f"{document.place}: {document.problem}")
        if GROUP not in document.columns:
            raise InputError(
                f"{document.place} is no row with a field {group!r}; explain --reward reads .jsonl "
                "or .csv, one completion a row, and --group names the field that rows of one "
                "prompt share"
            )
    return [completed(document, config.completion) for document in documents]


def _hashable(cell: Any) -> Hashable:
    return cell if isinstance(cell, str) else json.dumps(cell, sort_keys=True)


def _inside(
    scorer: Scorer, scores: Scores, groups: Sequence[Hashable]
) -> Iterator[GroupExplanation]:
    """Yield the same for each term that is itself made of several, where it can be said."""
    for item in scorer.inputs:
        child = item.input if isinstance(item, Lenient) else item
        if not isinstance(child, Scorer):
            continue
        mine = scores.children[child.spec.name]
        if len(mine.children) > 1:
            try:
                yield explain_groups(child, mine, groups)
            except InputError:  # it is the same for all completions of each prompt
                continue
        yield from _inside(child, mine, groups)
