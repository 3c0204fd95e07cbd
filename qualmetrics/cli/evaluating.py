"""``evaluate FILE... -m NAMES``: labelled texts and scorers -> tables with length beside."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qualmetrics.errors import InputError


@dataclass(frozen=True)
class Request:
    """What was typed."""

    files: tuple[str, ...]
    metrics: tuple[str, ...]
    baselines: tuple[str, ...] | None
    trained_on: tuple[str, ...]
    max_words: tuple[int, ...]
    fields: tuple[str, ...]
    levels: str | None
    descending: bool
    increases_with: str
    lang: str
    draws: int
    seed: int
    output: str | None


def evaluate_files(request: Request) -> None:
    """Measure, print the tables, and write them where asked."""
    from qualmetrics.corpus.metrics import resolve, split_names
    from qualmetrics.evaluation import evaluate, read_corpus
    from qualmetrics.training.config import build
    from qualmetrics.training.data import Fields

    paths = _outputs(request.output)
    lang = None if request.lang == "en" else request.lang
    scorers = list(resolve(split_names(request.metrics), lang=lang).values())
    beside = request.baselines
    if beside is not None:
        names = split_names(beside)
        beside_scorers = list(resolve(names, lang=lang).values()) if names else []
    fields = build(Fields, dict(_pair(item, "--field") for item in request.fields), where="--field")
    corpora = []
    for given in request.files:
        name, sign, path = given.partition("=")
        corpora.append(
            read_corpus(
                path if sign else given,
                name=name if sign else None,
                fields=fields,
                levels=tuple(part.strip() for part in (request.levels or "").split(",") if part),
                descending=request.descending,
            )
        )
    found = evaluate(
        scorers,
        corpora,
        baselines=None if beside is None else beside_scorers,
        trained_on=_trained(request.trained_on),
        max_words=(None, *request.max_words),
        increases_with=request.increases_with,
        lang=request.lang,
        draws=request.draws,
        seed=request.seed,
    )
    sys.stdout.write(found.to_markdown())
    for target, text in zip(paths, (found.to_json(), found.to_markdown()), strict=False):
        target.write_text(text, encoding="utf-8")


def _outputs(given: str | None) -> list[Path]:
    """Return where JSON and Markdown go: the name that was given, with both suffixes."""
    if given is None:
        return []
    path = Path(given)
    stem = path.with_suffix("") if path.suffix in (".json", ".md") else path
    if not stem.parent.is_dir():
        raise InputError(f"the folder {str(stem.parent)!r} does not exist")
    return [stem.with_name(stem.name + suffix) for suffix in (".json", ".md")]


def _trained(given: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in given:
        scorer, corpora = _pair(item, "--trained-on")
        found.setdefault(scorer, []).extend(corpora.split(","))
    return found


def _pair(text: str, option: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise InputError(f"{option} takes NAME=VALUE; got {text!r}")
    return key, value
