"""Neural rankers on a tiny encoder: laws, forms of graph, windows, heads that do not fit."""

from pathlib import Path

import numpy as np
import pytest

from qualmetrics.core import Rows, Scorer, Spec
from qualmetrics.errors import BundleError, ExportError, InputError
from qualmetrics.testing import TEXTS, check_scorer

pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
pytest.importorskip("ndonnx", reason="ndonnx is not installed")

from qualmetrics.encoder import Policy, Vectors, load_encoder
from qualmetrics.neural_ranker import Head, neural_ranker, reading
from qualmetrics.onnx import export, load
from tests.similarity import tiny_encoder

CUT = Policy("cut", 48)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder.make(tmp_path_factory.mktemp("encoder") / "tiny")


def ranker(folder: Path, policy=CUT, *, limits=None, outputs=("toy",), **options) -> Scorer:
    rng = np.random.default_rng(0)
    head = Head(rng.normal(size=(16, len(outputs))), rng.normal(size=len(outputs)), limits)
    spec = Spec("toy", outputs=outputs, increases_with="difficulty", tolerance=1e-6)
    vectors = Vectors("text", load_encoder(folder), -1, "mean", policy, options.get("normalise"))
    return neural_ranker(spec, vectors, head)


VARIANTS = {
    "plain": {},
    "not normalised": {"normalise": False},
    "bounded": {"limits": (0, 10)},
    "criteria": {"outputs": ("style", "facts")},
    "windows": {"policy": Policy("windows", 16, 8)},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_bundle_of_vectors_keeps_every_law(variant: str, folder: Path, tmp_path: Path) -> None:
    export(ranker(folder, **VARIANTS[variant]), tmp_path / "toy")
    check_scorer(load(tmp_path / "toy"))


@pytest.mark.parametrize("form", ["ids", "text"])
def test_one_graph_keeps_every_law_and_gives_the_same_scores(
    form: str, folder: Path, tmp_path: Path
) -> None:
    made = ranker(folder, limits=(1, 5), outputs=("style", "facts"))
    export(made, tmp_path / form, graph=form)
    loaded = load(tmp_path / form)
    check_scorer(loaded)
    expected, actual = made(TEXTS), loaded(TEXTS)
    np.testing.assert_allclose(actual.values, expected.values, atol=1e-6)
    assert actual.status.tolist() == expected.status.tolist()


@pytest.mark.parametrize("form", ["values", "ids", "text"])
def test_a_loaded_ranker_can_be_exported_again(form: str, folder: Path, tmp_path: Path) -> None:
    export(ranker(folder), tmp_path / "first")
    export(load(tmp_path / "first"), tmp_path / "second", graph=form)
    expected = ranker(folder)(TEXTS).values
    np.testing.assert_allclose(load(tmp_path / "second")(TEXTS).values, expected, atol=1e-6)


def test_a_bundle_stands_alone(tmp_path: Path) -> None:
    encoder = tiny_encoder.make(tmp_path / "encoder")
    export(ranker(encoder), tmp_path / "toy")
    expected = ranker(encoder)(TEXTS).values
    encoder.rename(tmp_path / "gone")
    np.testing.assert_allclose(load(tmp_path / "toy")(TEXTS).values, expected, atol=1e-6)


def test_an_encoder_that_was_changed_inside_a_bundle_is_refused(
    folder: Path, tmp_path: Path
) -> None:
    export(ranker(folder), tmp_path / "toy")
    path = tmp_path / "toy" / "encoder" / "model.onnx"
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(BundleError, match="was altered"):
        load(tmp_path / "toy")(["a cat"])


def test_a_long_text_has_the_length_weighted_mean_of_its_windows(folder: Path) -> None:
    """By hand: two windows that do not overlap, scored as texts of their own."""
    words = "the cat sat on mat it rained all day noon".split()
    long, first, second = (" ".join(w) for w in (words, words[:6], words[4:]))
    windows = ranker(folder, Policy("windows", 8, 4), normalise=False)
    cut = ranker(folder, normalise=False)
    parts = cut([first, second]).primary
    assert windows([long]).primary[0] == pytest.approx(parts.mean(), abs=1e-6)


def test_a_score_is_the_head_on_the_vector(folder: Path) -> None:
    made = ranker(folder)
    vector = made.inputs[0].read(Rows(("a cat sat",))).arrays["text_vector"][0]
    expected = vector.astype(np.float64) @ made.forward.weights[:, 0] + made.forward.bias[0]
    assert made(["a cat sat"]).primary[0] == pytest.approx(expected, abs=1e-12)


def test_vectors_are_normalised_only_when_asked(folder: Path) -> None:
    encoder = load_encoder(folder)  # says that its vectors have length 1
    lengths = {
        normalise: np.linalg.norm(
            Vectors("text", encoder, -1, "mean", CUT, normalise)
            .read(Rows(("a cat",)))
            .arrays["text_vector"]
        )
        for normalise in (None, True, False)
    }
    assert lengths[None] == pytest.approx(1) == lengths[True]
    assert lengths[False] != pytest.approx(1, abs=0.01)


def test_the_signature_names_head_policy_and_normalisation(folder: Path) -> None:
    found = ranker(folder, Policy("windows", 16, 8), normalise=False).signature.split("|")
    assert found[1].startswith("head:")
    assert found[3:] == ["layer:2", "pool:mean", "norm:no", "windows:16/8", "v:1"]


def test_windows_have_no_single_graph_and_another_policy_does(folder: Path, tmp_path: Path) -> None:
    made = ranker(folder, Policy("windows", 16, 8))
    with pytest.raises(ExportError, match="give it policy='cut'"):
        export(made, tmp_path / "no", graph="text")
    export(reading(made, "cut", 16), tmp_path / "yes", graph="text")


def test_a_head_of_another_width_is_refused(folder: Path) -> None:
    vectors = Vectors("text", load_encoder(folder), -1, "mean", CUT)
    with pytest.raises(InputError, match="does not fit"):
        neural_ranker(Spec("toy"), vectors, Head(np.ones((3, 1)), np.ones(1)))


@pytest.mark.parametrize(
    ("weights", "limits"), [(np.full((2, 1), np.nan), None), (np.ones((2, 1)), (5, 1))]
)
def test_a_head_that_gives_no_numbers_is_refused(weights, limits) -> None:
    with pytest.raises(InputError):
        Head(weights, np.ones(1), limits)
