"""How far libraries disagree about the same texts: words, sentences, syllables, Flesch, grade.

Usage: QUALMETRICS_DATA=... NLTK_DATA=... python benchmarks/spread.py [--documents 200]

Documents of OneStopEnglish (developers' part), evenly spaced over its titles and levels. Each
library counts in its own way and gives its own scores; nothing is computed for it. NLTK_DATA must
hold corpora/cmudict unzipped, for textstat; a library that is not installed is left out with a
line.

py-readability-metrics asks NLTK for its punkt model, which must be downloaded; NLTK's own Punkt
tokenizer without a trained model stands in for it, which knows no abbreviations.

*Spread* is, for one document, the highest value of all libraries less the lowest.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.metadata
import json
import os
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

MEASURES = ("words", "sentences", "syllables", "FRE", "FKGL")
Row = tuple[float, ...]
Library = Callable[[list[str]], list[Row]]


def documents(folder: Path, n: int) -> list[str]:
    """Return ``n`` texts, evenly spaced over the corpus."""
    path = folder / "onestop_english" / "ose_docs.dev.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    return [texts[i * len(texts) // n] for i in range(min(n, len(texts)))]


def ours(texts: list[str]) -> list[Row]:
    """Count under en/1."""
    import qualmetrics as qm
    from qualmetrics.text import count

    counts = count(texts, ("words", "sentences", "syllables"))
    scores = qm.score(texts, ["fre", "fkgl"])
    columns = [*counts.values(), *(score.primary for score in scores.values())]
    return [tuple(map(float, row)) for row in zip(*columns, strict=True)]


def textstat(texts: list[str]) -> list[Row]:
    """Ask textstat for each measure."""
    import textstat

    names = "lexicon_count sentence_count syllable_count flesch_reading_ease flesch_kincaid_grade"
    functions = [getattr(textstat, name) for name in names.split()]
    return [tuple(float(function(text)) for function in functions) for text in texts]


def readability_metrics(texts: list[str]) -> list[Row]:
    """Ask py-readability-metrics; its statistics are what its formulas divide."""
    import readability.text.analyzer as analyzer
    from nltk.tokenize.punkt import PunktSentenceTokenizer
    from readability import Readability

    analyzer.sent_tokenize = PunktSentenceTokenizer().tokenize
    rows = []
    for text in texts:
        scorer = Readability(text)
        stats = scorer.statistics()
        syllables = stats["num_words"] * stats["avg_syllables_per_word"]
        counts = (stats["num_words"], stats["num_sentences"], round(syllables))
        grades = (scorer.flesch().score, scorer.flesch_kincaid().score)
        rows.append(tuple(map(float, counts + grades)))
    return rows


def textdescriptives(texts: list[str]) -> list[Row]:
    """Ask textdescriptives' readability and descriptive statistics on a blank pipeline."""
    import spacy
    import textdescriptives  # noqa: F401 - registers its components

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    pipeline.add_pipe("textdescriptives/descriptive_stats")
    pipeline.add_pipe("textdescriptives/readability")
    rows = []
    for doc in pipeline.pipe(texts):
        counts, grades = doc._.counts, doc._.readability
        syllables = counts["n_tokens"] * doc._.syllables["syllables_per_token_mean"]
        rows.append(
            (
                float(counts["n_tokens"]),
                float(counts["n_sentences"]),
                float(round(syllables)),
                grades["flesch_reading_ease"],
                grades["flesch_kincaid_grade"],
            )
        )
    return rows


def textacy(texts: list[str]) -> list[Row]:
    """Ask textacy's text statistics on a blank pipeline."""
    import spacy
    from textacy import text_stats as stats

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    functions = (
        stats.n_words,
        stats.n_sents,
        stats.n_syllables,
        stats.readability.flesch_reading_ease,
        stats.readability.flesch_kincaid_grade_level,
    )
    docs = pipeline.pipe(texts)
    return [tuple(float(function(doc)) for function in functions) for doc in docs]


def lftk(texts: list[str]) -> list[Row]:
    """Ask LFTK, without punctuation as words, which its formulas leave out when asked alone.

    Its part-of-speech features are not asked for, so a blank pipeline will do.
    """
    import lftk as library
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    names = ["t_word", "t_sent", "t_syll", "fkre", "fkgl"]
    rows = []
    for doc in pipeline.pipe(texts):
        extractor = library.Extractor(docs=doc)
        extractor.customize(stop_words=True, punctuations=False, round_decimal=3)
        found = extractor.extract(features=names)
        rows.append(tuple(float(found[name]) for name in names))
    return rows


LIBRARIES: dict[str, Library] = {
    "qualmetrics": ours,
    "textstat": textstat,
    "py-readability-metrics": readability_metrics,
    "textdescriptives": textdescriptives,
    "textacy": textacy,
    "lftk": lftk,
}


def spread(values: Sequence[Sequence[float]]) -> list[float]:
    """Return the highest less the lowest of each document, given one list per library."""
    return [max(cells) - min(cells) for cells in zip(*values, strict=True)]


def version(name: str) -> str:
    """Return the version of a library; ours may run from the tree."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "(this tree)"


def main() -> None:
    """Print a Markdown table: a library a line, medians over documents, and the spread."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=200)
    options = parser.parse_args()
    texts = documents(Path(os.environ["QUALMETRICS_DATA"]), options.documents)
    found: dict[str, list[Row]] = {}
    for name, library in LIBRARIES.items():
        try:
            found[name] = library(texts)
        except Exception as error:  # whatever a peer raises, the others go on
            reason = (str(error).splitlines() or [""])[0][:80]
            print(f"{name}: left out, {type(error).__name__}: {reason}")
    print(f"{len(texts)} documents of OneStopEnglish; medians over documents\n")
    print(f"| library | {' | '.join(MEASURES)} |")
    print(f"|---|{'---:|' * len(MEASURES)}")
    for name, rows in found.items():
        medians = [statistics.median(column) for column in zip(*rows, strict=True)]
        cells = (f"{v:.0f}" if k < 3 else f"{v:.1f}" for k, v in enumerate(medians))
        print(f"| {name} {version(name)} | {' | '.join(cells)} |")
    for label, pick in (("median", statistics.median), ("largest", max)):
        cells = []
        for k in range(len(MEASURES)):
            found_spread = spread([[row[k] for row in rows] for rows in found.values()])
            cells.append(f"{pick(found_spread):.{0 if k < 3 else 1}f}")
        print(f"| *{label} spread of one document* | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
