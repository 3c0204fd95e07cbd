"""Boundary F1 of sentence splitters, side by side in one run.

Usage: ``QUALMETRICS_DATA=<folder> python benchmarks/sentences.py [--errors]``. Compares the end
offsets of sentences (after stripping trailing space) with gold on the English Web Treebank and on
``benchmarks/edited_prose.jsonl``, our own set of edited prose. Peers that are not installed are
named and left out.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from qualmetrics.text import sentence_spans

Ends = Callable[[str], set[int]]


def ours(text: str) -> set[int]:
    """Return the ends of our sentences."""
    return {end for _, end in sentence_spans(text)}


_TEXTSTAT = re.compile(r"\b[^.!?]+[.!?]*", re.UNICODE)


def textstat_rule(text: str) -> set[int]:
    """Return the ends by textstat 0.7.13's expression; runs of two words or fewer are ignored."""
    return {
        match.start() + len(match.group().rstrip())
        for match in _TEXTSTAT.finditer(text)
        if len(match.group().split()) > 2
    }


def sentencizer() -> Ends | None:
    """Return spaCy's rule-based splitter, or None where spaCy is not installed."""
    try:
        import spacy
    except ImportError:
        return None
    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")

    def ends(text: str) -> set[int]:
        found = (
            s.text.rstrip() and s.start_char + len(s.text.rstrip()) for s in pipeline(text).sents
        )
        return {end for end in found if end}

    return ends


def treebank() -> Iterator[dict[str, Any]]:
    """Yield the documents of the English Web Treebank."""
    folder = os.environ.get("QUALMETRICS_DATA")
    if folder is None:
        print("QUALMETRICS_DATA is not set: the treebank is left out")
        return
    with gzip.open(Path(folder) / "sentence_boundaries" / "ewt.dev.jsonl.gz", "rt") as lines:
        yield from map(json.loads, lines)


def edited() -> Iterator[dict[str, Any]]:
    """Yield our own documents: paragraphs as lists of sentences, joined here."""
    path = Path(__file__).parent / "edited_prose.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        text, spans = "", []
        for paragraph in json.loads(line)["paragraphs"]:
            text += "\n\n" if text else ""
            for index, sentence in enumerate(paragraph):
                text += " " if index else ""
                spans.append([len(text), len(text) + len(sentence)])
                text += sentence
        yield {"text": text, "sentences": spans}


def f1(documents: list[dict[str, Any]], ends: Ends) -> tuple[float, float, float]:
    """Return precision, recall and F1 over all boundaries."""
    hits = found = gold = 0
    for document in documents:
        text = document["text"]
        wanted = {start + len(text[start:end].rstrip()) for start, end in document["sentences"]}
        got = ends(text)
        hits, found, gold = hits + len(got & wanted), found + len(got), gold + len(wanted)
    return hits / found, hits / gold, 2 * hits / (found + gold)


def show_errors(documents: list[dict[str, Any]]) -> None:
    """Print where we differ from gold, with some text around."""
    for document in documents:
        text = document["text"]
        wanted = {start + len(text[start:end].rstrip()) for start, end in document["sentences"]}
        got = ours(text)
        for end in sorted(got ^ wanted):
            kind = "extra " if end in got else "missed"
            print(kind, repr(text[max(0, end - 45) : end]), "|", repr(text[end : end + 30]))


def main() -> None:
    """Print one table a set, or our errors."""
    splitters = {"qualmetrics en/1": ours, "textstat 0.7.13 rule": textstat_rule}
    peer = sentencizer()
    if peer is None:
        print("spaCy is not installed: its sentencizer is left out")
    else:
        splitters["spaCy sentencizer"] = peer
    for name, documents in (("treebank", list(treebank())), ("edited prose", list(edited()))):
        if not documents:
            continue
        if "--errors" in sys.argv:
            show_errors(documents)
            continue
        total = sum(len(document["sentences"]) for document in documents)
        print(f"{name}: {len(documents)} documents, {total} sentences")
        for label, ends in splitters.items():
            precision, recall, score = f1(documents, ends)
            print(f"  {label:22} P {precision:.4f}  R {recall:.4f}  F1 {score:.4f}")


if __name__ == "__main__":
    main()
