"""The corpora that shipped rankers are trained on, read alike by every recipe, and their test part.

Only data whose licence lets weights be used commercially is read here. Higher means harder. Of
every corpus, what belongs to a title (where there are no titles: to a text) goes to the test part
where ``is_test`` says so, and no recipe trains or tunes on that.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.errors import InputError
from qualmetrics.training.data import Examples, Fields, read_examples
from qualmetrics.training.pairs import PairConfig, sample
from qualmetrics.training.splits import join

TEST_SHARE = 5
"""One title in five is held out."""


def fold(title: str) -> int:
    """Return the fifth of all titles that one belongs to, 0 to 4."""
    digest = hashlib.sha1(title.encode("utf-8"), usedforsecurity=False).hexdigest()
    return int(digest, 16) % TEST_SHARE


def is_test(title: str) -> bool:
    """Say whether a title belongs to the test part of every shipped model."""
    return fold(title) == 0


def data_folder(given: str | Path | None = None) -> Path:
    """Return the folder of data sets: as given, or that of ``QUALMETRICS_DATA``.

    Raises
    ------
    InputError
        When neither names a folder.
    """
    named = given or os.environ.get("QUALMETRICS_DATA")
    if not named or not Path(named).is_dir():
        raise InputError(f"no folder of data: pass --data or set QUALMETRICS_DATA; got {named!r}")
    return Path(named)


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a ``.jsonl.gz`` file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


# -- corpora --------------------------------------------------------------------------------------


def onestop(data: Path) -> Examples:
    """OneStopEnglish, CC BY-SA 4.0: news stories at three levels; pairs of all titles.

    Those inside a title have it as their group, 441 of 64,827: weigh them.
    """
    path = data / "onestop_english" / "ose_docs.dev.jsonl.gz"
    return sample(read_examples(path, fields=Fields(score="level_num")))


def onestop_sentences(data: Path) -> Examples:
    """OneStopEnglish, CC BY-SA 4.0: aligned sentences."""
    return read_examples(data / "onestop_english" / "ose_sentence_pairs.dev.jsonl.gz")


def wikiauto(data: Path) -> Examples:
    """Wiki-Auto, CC BY-SA: lead paragraphs of Wikipedia and Simple Wikipedia."""
    path = data / "wikiauto_docs" / "wikiauto_docs.dev.jsonl.gz"
    return read_examples(path, fields=Fields(group="title"))


def swipe(data: Path) -> Examples:
    """SWiPE, text CC BY-SA: articles of Wikipedia and Simple Wikipedia."""
    return read_examples(data / "swipe" / "swipe.val.jsonl.gz", fields=Fields(group="title"))


def wikisplit(data: Path) -> Examples:
    """WikiSplit, CC BY-SA 4.0: a long sentence, and the same in two."""
    return read_examples(data / "wikisplit" / "wikisplit.dev.jsonl.gz")


def cefr_wiki(data: Path) -> Examples:
    """The Wiki-Auto part of CEFR-SP, CC BY-SA 3.0: sentences, mean level of two experts."""
    path = data / "cefr_sp" / "cefr_sp.train_dev.jsonl.gz"
    chosen = [row for row in rows(path) if row["source"] == "Wiki-Auto"]
    values = {row["text"]: float(row["level_mean"]) for row in chosen if row["text"].strip()}
    return sample(_rated(values), PairConfig(min_gap=1.0, max_pairs=60_000))


ARTS_SOURCES = (
    "WikiSplit", "EW-SEW-gmpm", "EW-SEW-Turk", "PWKP", "Wiki-Auto", "Wiki-Manual", "SSCORPUS",
    "Wikipedia_v1", "Wikipedia_v2", "D-Wikipedia", "AutoMeTS", "OneStopEnglish",
)  # fmt: skip
"""The sources of ARTS whose text is Wikipedia's, Simple Wikipedia's or OneStopEnglish's. The others
(ASSET, SimpEval, Britannica, ...) are not free for commercial use, or nobody says."""


def arts(data: Path) -> Examples:
    """ARTS, labels MIT, text CC BY-SA: which of two sentences is harder, by GPT-4."""
    folder = data / "arts"
    items = rows(folder / "arts_items.dev.jsonl.gz")
    texts = {row["id"]: row["text"] for row in items if row["source_dataset"] in ARTS_SOURCES}
    judged = rows(folder / "arts_gpt4_pairs.dev.jsonl.gz")
    both = [row for row in judged if row["harder"] in texts and row["easier"] in texts]
    pairs = [(texts[row["harder"]], texts[row["easier"]]) for row in both]
    return _paired([(a, b) for a, b in pairs if a != b])


WORDS_IN_A_TEXT = 12
"""Most words of a text that ``words`` makes."""


def words(data: Path) -> Examples:
    """Words with their levels: CEFR-J and Octanove (free with citation, CC BY-SA), CompLex (CC BY).

    A text is a few words of like difficulty, drawn at random. CEFR levels 1 to 6; the complexity of
    a CompLex word, the mean over its contexts, is stretched over the same range.
    """
    rng = np.random.default_rng(0)
    texts: dict[str, float] = {}
    for values in (_cefr_words(data), _complex_words(data)):
        known = sorted(values, key=lambda word: (values[word], word))
        for _ in range(len(known) // 2):
            n = int(rng.integers(1, WORDS_IN_A_TEXT + 1))
            at = int(rng.integers(0, len(known)))
            near = known[max(0, at - len(known) // 40) : at + len(known) // 40 + 1]
            chosen = [str(word) for word in rng.choice(near, min(n, len(near)), replace=False)]
            texts[" ".join(chosen)] = float(np.mean([values[word] for word in chosen]))
    return sample(_rated(texts), PairConfig(min_gap=1.0, max_pairs=40_000))


CEFR = ("A1", "A2", "B1", "B2", "C1", "C2")


def _cefr_words(data: Path) -> dict[str, float]:
    levels: dict[str, float] = {}
    with gzip.open(data / "lexicon" / "cefr_words.csv.gz", "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            level = 1.0 + CEFR.index(row["cefr"])
            levels[row["word"]] = min(level, levels.get(row["word"], level))
    return levels


def _complex_words(data: Path) -> dict[str, float]:
    seen: dict[str, list[float]] = {}
    for row in rows(data / "complex_lcp2021" / "complex.train_trial.jsonl.gz"):
        seen.setdefault(row["token"].lower(), []).append(float(row["complexity"]))
    return {word: 1.0 + 7.5 * float(np.mean(values)) for word, values in seen.items()}


CORPORA: Mapping[str, Callable[[Path], Examples]] = {
    "onestop": onestop,
    "onestop_sentences": onestop_sentences,
    "wikiauto": wikiauto,
    "swipe": swipe,
    "wikisplit": wikisplit,
    "cefr_wiki": cefr_wiki,
    "arts": arts,
}
"""Name -> reader. Each gives pairs."""


def part(examples: Examples, name: str) -> Examples:
    """Return the ``train`` or the ``test`` part of a corpus; pairs across them are dropped.

    Raises
    ------
    InputError
        For another name.
    """
    if name not in ("train", "test"):
        raise InputError(f"part {name!r} is neither 'train' nor 'test'")
    keys = (g or text for g, text in zip(examples.groups, examples.texts, strict=True))
    held = np.array([is_test(key) for key in keys], dtype=bool)
    held |= _tied(examples, held)
    return examples.take(np.flatnonzero(held if name == "test" else ~held))


def permissive(data: Path, name: str = "train", *, corpora: Iterable[str] = tuple(CORPORA)) -> Any:
    """Return a part of several corpora, joined.

    From the training part every text is taken out that stands in a text of a test part, be it of
    another corpus: ARTS and CEFR-SP hold sentences of the documents of others. ``report`` counts
    them as ``texts_inside_test``.
    """
    parts = [part(examples, name) for examples in read(data, corpora).values()]
    if name == "test":
        return join(*parts)
    test = held_out(data)
    clean = [_without(examples, test) for examples in parts]
    joined = join(*clean)
    lost = sum(len(p.texts) for p in parts) - sum(len(c.texts) for c in clean)
    return replace(joined, report={**joined.report, "texts_inside_test": lost})


def read(data: Path, corpora: Iterable[str] = tuple(CORPORA)) -> dict[str, Examples]:
    """Return corpora by name, whole."""
    return {corpus: CORPORA[corpus](data) for corpus in corpora}


def held_out(data: Path) -> tuple[str, ...]:
    """Return the texts of all test parts: what no training text may be a piece of."""
    return tuple(text for e in read(data).values() for text in part(e, "test").texts)


def train_part(examples: Examples, test: Iterable[str]) -> Examples:
    """Return the training part of one corpus, without what stands in one of these texts."""
    return _without(part(examples, "train"), test)


def _without(examples: Examples, test: Iterable[str]) -> Examples:
    inside = contained(examples.texts, test)
    return examples.take([i for i, found in enumerate(inside) if not found])


def contained(texts: Iterable[str], documents: Iterable[str]) -> list[bool]:
    """Say of each text whether its words stand, in this order, in one of the documents.

    Letters' case, punctuation and white space do not count: some corpora are tokenised.
    """
    whole = [f" {_words(document)} " for document in documents]
    heads: dict[str, list[int]] = {}
    for number, document in enumerate(whole):
        words = document.split()
        for start in range(len(words)):
            head = " ".join(words[start : start + HEAD])
            found = heads.setdefault(head, [])
            if not found or found[-1] != number:
                found.append(number)
    return [_stands_in(_words(text), heads, whole) for text in texts]


HEAD = 6
"""Words at the beginning of a text by which documents that may hold it are found."""


def _stands_in(words: str, heads: Mapping[str, list[int]], whole: list[str]) -> bool:
    head = words.split()[:HEAD]
    if len(head) < HEAD:
        return any(f" {words} " in document for document in whole)
    return any(f" {words} " in whole[number] for number in heads.get(" ".join(head), ()))


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _tied(examples: Examples, held: Any) -> Any:
    """Mark what a pair without a group ties to a text of the test part, unless all hang together.

    Both sides of a WikiSplit pair say the same; in a tournament, pairs across are dropped instead.
    """
    alone = np.array([not group for group in examples.pair_groups], dtype=bool)
    pairs = examples.pairs[alone]
    if not len(pairs) or np.bincount(pairs.ravel()).max() > 4:
        return np.zeros_like(held)
    first = pairs[:, 0]
    tied = np.zeros_like(held)
    tied[pairs[held[first], 1]] = True
    held[pairs[~held[first], 1]] = False
    return tied


def _rated(values: Mapping[str, float]) -> Examples:
    n = len(values)
    return Examples(
        texts=tuple(values),
        pairs=np.zeros((0, 2), np.int64),
        p=np.zeros((0, 1)),
        margin=np.zeros(0),
        pair_groups=(),
        values=np.array(list(values.values()))[:, None],
        groups=("",) * n,
    )


def _paired(pairs: list[tuple[str, str]]) -> Examples:
    where: dict[str, int] = {}
    index = [(where.setdefault(a, len(where)), where.setdefault(b, len(where))) for a, b in pairs]
    made = _rated(dict.fromkeys(where, np.nan))
    return replace(
        made,
        pairs=np.array(index, np.int64),
        p=np.ones((len(index), 1)),
        margin=np.zeros(len(index)),
        pair_groups=("",) * len(index),
    )
