"""Heuristics of curation against datatrove on 1,000 documents: values, decisions, speed.

Usage, in an environment with datatrove 0.10.1 and spaCy::

    pip install datatrove spacy
    QUALMETRICS_DATA=... python benchmarks/heuristics.py

datatrove's filters keep their values to themselves, so each value of ours is held against the
filter itself: with the limit of that one rule at our value it must keep the document, and with the
limit moved past it by one part in 10^9 it must drop it. Decisions are those of the default limits,
with the first reason. Documents come from five data sets; every tenth is there twice in a row,
so that the rules about repetition have something to find.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import qualmetrics as qm
from qualmetrics.core import Scores
from qualmetrics.feature import dropped_by, thresholds_of
from qualmetrics.registry import parameters

SETS = (
    ("longform_likert/prometheus_vicuna_mtbench.dev.jsonl.gz", "response", 250),
    ("swipe/swipe.val.jsonl.gz", "hard", 250),
    ("clear/clear.dev.jsonl.gz", "text", 250),
    ("wikiauto_docs/wikiauto_docs.dev.jsonl.gz", "hard", 150),
    ("naughty_strings/blns.jsonl.gz", "text", 100),
)
STEP = 1e-9

Filter = Callable[..., Any]


def documents() -> list[str]:
    """Return 1,000 texts."""
    folder = Path(os.environ["QUALMETRICS_DATA"])
    texts = []
    for name, field, most in SETS:
        with gzip.open(folder / name, "rt", encoding="utf-8") as lines:
            rows = (str(json.loads(line)[field]) for line in lines)
            texts += [text for text in rows if text.strip()][:most]
    return [f"{text}\n\n{text}" if i % 10 == 0 else text for i, text in enumerate(texts)]


def rules() -> dict[str, tuple[Filter, dict[str, str], dict[str, Any]]]:
    """Return, for each scorer, datatrove's filter, output -> argument, and all rules off."""
    from datatrove.pipeline.filters import (
        C4ParagraphFilter,
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )

    quality = {
        "words": "min_doc_words",
        "mean_word_length": "max_avg_word_length",
        "bullet_lines": "max_bullet_lines_ratio",
        "ellipsis_lines": "max_ellipsis_lines_ratio",
        "stop_words": "min_stop_words",
        "alphabetic_words": "max_non_alpha_words_ratio",
    }
    off = dict.fromkeys(
        (*quality.values(), "max_doc_words", "min_avg_word_length", "max_symbol_word_ratio")
    )
    repetition = {
        "paragraphs": "dup_para_frac",
        "paragraph_characters": "dup_para_char_frac",
        "lines": "dup_line_frac",
        "line_characters": "dup_line_char_frac",
    }
    grams = {f"top_{n}": "top_n_grams" for n in (2, 3, 4)}
    grams |= {f"repeated_{n}": "dup_n_grams" for n in range(5, 11)}
    without = {**dict.fromkeys(repetition.values()), "top_n_grams": (), "dup_n_grams": ()}
    fineweb = {
        "punctuated_lines": "line_punct_thr",
        "short_lines": "short_line_thr",
        "repeated_line_characters": "char_duplicates_ratio",
        "line_breaks_per_word": "new_line_ratio",
    }
    lenient = dict(zip(fineweb.values(), (-1.0, 2.0, 2.0, 1e9), strict=True))
    return {
        "gopher_quality@datatrove": (GopherQualityFilter, quality, off),
        "gopher_repetition@datatrove": (GopherRepetitionFilter, repetition | grams, without),
        "fineweb_quality@datatrove": (FineWebQualityFilter, fineweb, lenient),
        "c4_quality@datatrove": (
            C4QualityFilter,
            {"sentences": "min_num_sentences"},
            {},
        ),
        "c4_paragraph@datatrove": (C4ParagraphFilter, {}, {}),  # its limits are no arguments
    }


LEAST = {"words", "stop_words", "alphabetic_words", "punctuated_lines", "sentences"}
"""Outputs that must reach their limit; the others must not pass it."""


def keeps(make: Filter, text: str, arguments: dict[str, Any]) -> tuple[bool, str]:
    """Run a filter of datatrove on a text."""
    from datatrove.data import Document

    found = make(**arguments).filter(Document(text=text, id="0"))
    return (found, "") if isinstance(found, bool) else found


def bounds(output: str, argument: str, value: float) -> tuple[Any, Any] | None:
    """Return the limit that keeps a value, and the one just beyond; None where 0 switches off."""
    if output in ("words", "stop_words", "sentences"):
        return None if value == 0 else (int(value), int(value) + 1)
    keep, drop = (value * (1 - STEP), value * (1 + STEP))
    if output not in LEAST:
        keep, drop = drop, keep
    if argument.endswith("n_grams"):
        n = int(output.split("_")[1])
        return ((n, keep),), ((n, drop),)
    return None if value == 0 else (keep, drop)


def agree(name: str, text: str, values: dict[str, float], rule: Any) -> Iterator[tuple[str, bool]]:
    """Yield output, and whether datatrove holds the same value of it."""
    make, arguments, off = rule
    for output, argument in arguments.items():
        value = values[output]
        limits = None if math.isnan(value) else bounds(output, argument, value)
        if values.get("curly_bracket") or values.get("lorem_ipsum"):
            continue  # C4 drops the page before it has counted
        if limits is None or (value == 0 and not argument.endswith("n_grams")):
            continue
        kept, _ = keeps(make, text, {**off, argument: limits[0]})
        dropped = value == 0 or not keeps(make, text, {**off, argument: limits[1]})[0]
        yield output, bool(kept and dropped)


@dataclass(frozen=True)
class Agreement:
    """How far values and decisions of a heuristic are those of datatrove."""

    defined: int
    same_decision: int
    same_reason: int
    held: Counter[str]
    """Values that were held against datatrove's, by output."""
    wrong: Counter[str]


def compare(name: str, texts: list[str], tokenizer: str, rule: Any) -> Agreement:
    """Hold a heuristic against datatrove's filter, text by text."""
    cut = {"tokenizer": tokenizer} if "tokenizer" in parameters(name) else {}
    scorer = qm.get(name, **cut)
    scores: Scores = scorer(texts)
    held: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    same = reasons = defined = 0
    for i, row in enumerate(dropped_by(scores, thresholds_of(scorer))):
        if scores.undefined[i]:
            continue
        defined += 1
        values = dict(zip(scorer.spec.outputs, scores.values[i].tolist(), strict=True))
        for output, right in agree(name, texts[i], values, rule):
            held[output] += 1
            wrong[output] += not right
        kept, reason = keeps(rule[0], texts[i], {})
        same += kept == (not row)
        reasons += reason == (row[0].reason if row else "")
    return Agreement(defined, same, reasons, held, +wrong)


def show(name: str, texts: list[str], tokenizer: str, found: Agreement) -> None:
    """Print how far values and decisions agree."""
    print(f"{name}, tokenizer={tokenizer}: {found.defined} of {len(texts)} documents defined")
    print(f"  same decision {found.same_decision}, same first reason {found.same_reason}")
    off = {output: f"{n} of {found.held[output]}" for output, n in found.wrong.items()}
    print(f"  values held {found.held.total()}, that differ {found.wrong.total()}: {off or 'none'}")


def in_batches(texts: list[str], names: list[str]) -> None:
    """Score as the command line does, some hundred documents at a time."""
    for start in range(0, len(texts), 500):
        qm.score(texts[start : start + 500], names)


def speed(names: list[str], texts: list[str]) -> None:
    """Print documents and megabytes a second of processor time of one core, tokeniser included."""
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )

    size = sum(len(text.encode("utf-8", "replace")) for text in texts) / 1e6

    def report(what: str, run: Callable[[], object]) -> None:
        run()
        started = time.process_time()
        run()
        took = time.process_time() - started
        print(f"  {what:<44} {len(texts) / took:8.0f} docs/s {size / took:6.2f} MB/s")

    filters = [C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter, FineWebQualityFilter]
    made = [make() for make in filters]

    def theirs() -> None:
        from datatrove.data import Document

        for text in texts:
            for one in made:
                one.filter(Document(text=text, id="0"))

    report("datatrove, 4 filters, stopping at the first", theirs)
    report("qualmetrics, the same 4, every value", lambda: in_batches(texts, names))
    every = [name for name in qm.names() if "@" in name]
    report(f"qualmetrics, all {len(every)} heuristics", lambda: in_batches(texts, every))
    rich = ["type_token_ratio", "mattr", "mtld", "hdd", "yule", "ngram_diversity"]
    report("qualmetrics, 6 of lexical diversity", lambda: qm.score(texts, rich))
    for name in (*every, *rich, "compression_ratio"):
        report(f"qualmetrics, {name}", lambda name=name: qm.score(texts, [name]))


def main() -> None:
    """Print everything."""
    texts = documents()
    print(f"{len(texts)} documents, {sum(map(len, texts))} characters\n")
    every = rules()
    for name, rule in every.items():
        for tokenizer in ("spacy", "pieces"):
            show(name, texts, tokenizer, compare(name, texts, tokenizer, rule))
    print("\nSpeed of one core")
    speed([name for name in every if name != "c4_paragraph@datatrove"], texts)


if __name__ == "__main__":
    main()
