"""A tiny BERT directory with random weights and a WordPiece tokenizer, and texts it can tell apart.

A hard text is made of some rare words, an easy one of common ones; nothing else differs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from qualmetrics.training.data import Examples

EASY = "the cat sat on a mat and it was a good day to be at home in warm sun".split()
HARD = "jurisdiction epistemology notwithstanding heuristic paradigm ontology fiduciary".split()


def write(folder: Path, kind: str = "Bert", **changes: Any) -> Path:
    """Write a Hugging Face directory."""
    import tokenizers
    import torch
    import transformers
    from tokenizers import normalizers, pre_tokenizers, processors

    torch.manual_seed(0)
    words = [*dict.fromkeys([*EASY, *HARD])]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,!?:;'\"()-#*_"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters,
              *(f"##{x}" for x in letters), *(w for w in words if len(w) > 1)]  # fmt: skip
    sizes = {
        "vocab_size": len(pieces),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 48,
        "max_position_embeddings": 64,
    }
    config = getattr(transformers, f"{kind}Config")(**{**sizes, **changes})
    getattr(transformers, f"{kind}Model")(config).save_pretrained(folder)
    vocabulary, unknown = {piece: i for i, piece in enumerate(pieces)}, pieces[1]
    made = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token=unknown))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    made.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    made.save(str(folder / "tokenizer.json"))
    return folder


def texts(n: int, seed: int = 0) -> tuple[list[str], list[str]]:
    """Return ``n`` hard and ``n`` easy texts; lengths say nothing."""
    rng = np.random.default_rng(seed)

    def made(rare: int) -> str:
        length = int(rng.integers(6, 14))
        words = [*rng.choice(HARD, rare), *rng.choice(EASY, length)]
        rng.shuffle(words)
        return " ".join(words)

    hard, easy = [made(3) for _ in range(n)], [made(0) for _ in range(n)]
    return hard, easy


def pairs(n: int = 64, seed: int = 0, *, groups: bool = True) -> Examples:
    """Return ``n`` pairs, the harder first, each a group of its own."""
    hard, easy = texts(n, seed)
    both = [text for pair in zip(hard, easy, strict=True) for text in pair]
    distinct = list(dict.fromkeys(both))
    at = {text: i for i, text in enumerate(distinct)}
    index = np.array([(at[h], at[e]) for h, e in zip(hard, easy, strict=True)])
    return Examples(
        texts=tuple(distinct),
        pairs=index,
        p=np.ones((n, 1)),
        margin=np.zeros(n),
        pair_groups=tuple(f"g{i}" if groups else "" for i in range(n)),
        values=np.full((len(distinct), 1), np.nan),
        groups=("",) * len(distinct),
    )
