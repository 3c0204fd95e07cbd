"""The shipped encoder: size, digests, and what sentence-transformers gives for its source."""

from pathlib import Path

import numpy as np
import pytest

from qualmetrics.core import Rows
from qualmetrics.encoder import Encoder, Policy, Vectors
from qualmetrics.onnx.runtime import read_checked

CAT = "A cat sits on the mat."
GOLDENS = [
    # cosine by sentence-transformers 6.2.0 with the float32 weights (torch 2.13)
    (CAT, "A kitten is sitting on a rug.", 0.6985),
    (CAT, "The stock market fell sharply on Monday.", 0.0663),
    ("How old are you?", "What is your age?", 0.7612),
]


def states(encoder: Encoder, rows: list[list[int]], layer: int) -> list[np.ndarray]:
    width = max(map(len, rows))
    ids = np.array([row + [0] * (width - len(row)) for row in rows])
    mask = np.array([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    found = encoder.states(ids, mask, layer)
    return [found[i, : len(row)] for i, row in enumerate(rows)]


def test_it_is_smaller_than_25_megabytes(minilm: Encoder) -> None:
    assert Path(minilm.file("model.onnx")[0]).stat().st_size < 25_000_000


def test_its_files_are_the_ones_it_names(minilm: Encoder) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        path, sha256 = minilm.file(name)
        assert read_checked(Path(path), sha256)


def test_it_was_made_of_the_genuine_weights(minilm: Encoder) -> None:
    expected = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    assert minilm.data["source"] == {"model.safetensors": expected}


@pytest.mark.parametrize(("text", "other", "cosine"), GOLDENS)
def test_it_stays_near_the_float32_weights(
    minilm: Encoder, text: str, other: str, cosine: float
) -> None:
    item = Vectors("text", minilm, -1, "mean")
    a, b = item.read(Rows((text, other))).arrays["text_vector"]
    assert float(a @ b) == pytest.approx(cosine, abs=0.02)


def test_pooled_vectors_have_length_1(minilm: Encoder) -> None:
    (vector,) = Vectors("text", minilm, -1, "mean").read(Rows((CAT,))).arrays["text_vector"]
    assert float(np.linalg.norm(vector)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("layer", [3, 6])
def test_a_text_is_the_same_alone_batched_shuffled_and_beside_a_long_one(
    minilm: Encoder, threads: int, layer: int
) -> None:
    encoder = Encoder(minilm.folder, minilm.sha256, threads=threads)
    texts = [f"Sentence {i} tells of {'very ' * (i % 9)}little." for i in range(64)]
    rows = [row.ids.tolist() for row in encoder.tokenize(texts, policy=Policy())]
    (long,) = encoder.tokenize(["word after word " * 400], policy=Policy("cut", 512))
    order = np.random.default_rng(1).permutation(64)
    batch = states(encoder, rows, layer)
    shuffled = states(encoder, [rows[i] for i in order], layer)
    for i in range(0, 64, 16):
        (alone,) = states(encoder, [rows[i]], layer)
        beside = states(encoder, [rows[i], long.ids.tolist()], layer)[0]
        for other in (batch[i], shuffled[order.tolist().index(i)], beside):
            np.testing.assert_allclose(other, alone, atol=1e-6)


def test_the_table_of_bytes_is_read_with_its_scales(minilm: Encoder) -> None:
    """Layer 0 is the table after positions, types and a normalisation; ask for the direction.

    The row of "cat" is nearer to that of "dog" than to that of "parliament".
    """
    words = minilm.tokenize(["cat dog parliament"], policy=Policy())[0].ids[1:-1]
    cat, dog, parliament = minilm.table()[words]
    norm = np.linalg.norm
    assert cat @ dog / norm(dog) > cat @ parliament / norm(parliament)


@pytest.mark.full
def test_the_losses_are_those_of_its_card(minilm: Encoder, data: Path) -> None:
    """The card gives these over the same texts; they come from benchmarks/encoder.py."""
    card = (Path(minilm.folder) / "card.md").read_text(encoding="utf-8")
    assert minilm.digest in card
    assert minilm.file("model.onnx")[1] in card
