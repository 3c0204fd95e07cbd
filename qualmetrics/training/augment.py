"""More to learn from: the beginnings of long texts, so that no ranker leans on their length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from qualmetrics.training.data import Examples


def with_beginnings(
    examples: Examples, sizes: Sequence[int], *, lang: str = "en"
) -> tuple[Examples, NDArray[np.int64]]:
    """Return the examples with shorter versions of their pairs, and the pair each comes from.

    For each size, a pair of which a text has more words is added with both texts cut to whole
    sentences of at most so many. Its label, margin and group stay.
    """
    from qualmetrics.text import count
    from qualmetrics.text.crop import first_sentences

    words = count(examples.texts, ["words"], rules=f"{lang}/1")["words"]
    where = {text: i for i, text in enumerate(examples.texts)}
    groups, ids = list(examples.groups), list(examples.ids)
    pairs: list[tuple[int, int]] = []
    origin: list[int] = []
    for size in sizes:
        short: dict[int, int] = {}
        for number, (a, b) in enumerate(examples.pairs.tolist()):
            if max(words[a], words[b]) <= size:
                continue
            for i in (a, b):
                if i not in short:
                    text = examples.texts[i]
                    cut = text if words[i] <= size else first_sentences(text, size, lang=lang)
                    if cut not in where:
                        where[cut] = len(groups)
                        groups.append(examples.groups[i])
                        ids.append("")
                    short[i] = where[cut]
            if short[a] != short[b]:
                pairs.append((short[a], short[b]))
                origin.append(number)
    rows = np.array([*range(examples.n_pairs), *origin], dtype=np.int64)
    missing = np.full((len(groups) - len(examples.texts), len(examples.criteria)), np.nan)
    made = replace(
        examples,
        texts=tuple(where),
        pairs=np.concatenate([examples.pairs, np.array(pairs, np.int64).reshape(-1, 2)]),
        p=examples.p[rows],
        margin=examples.margin[rows],
        pair_groups=tuple(examples.pair_groups[i] for i in rows),
        values=np.concatenate([examples.values, missing]),
        groups=tuple(groups),
        ids=tuple(ids),
        report={**examples.report, "pairs_of_beginnings": len(pairs)},
    )
    return made, rows


__all__ = ["with_beginnings"]
