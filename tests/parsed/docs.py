"""Documents with a parse that was drawn by hand: no pipeline is loaded."""

from typing import Any


def doc(*sentences: str) -> Any:
    """Return a spaCy Doc of sentences written ``word|head|label|POS[|lemma] ...``.

    ``head`` is the place of the head in its sentence, from 0.
    """
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    columns: dict[str, list[Any]] = {key: [] for key in ("words", "heads", "deps", "pos", "lemmas")}
    for sentence in sentences:
        offset = len(columns["words"])
        for token in sentence.split():
            word, head, label, pos, *lemma = token.split("|")
            row = (word, offset + int(head), label, pos, lemma[0] if lemma else word.lower())
            for key, cell in zip(columns, row, strict=True):
                columns[key].append(cell)
    return Doc(Vocab(), **columns)
