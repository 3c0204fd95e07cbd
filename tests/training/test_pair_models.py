"""Cross-encoder and pair regressor on a tiny BERT: they learn, agree with torch, resume, refuse."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")

from qualmetrics.errors import InputError
from qualmetrics.onnx import load
from qualmetrics.pair_scorer import softmax_sum
from qualmetrics.testing import check_scorer
from qualmetrics.training.cross_encoder import CrossEncoderConfig, train_cross_encoder
from qualmetrics.training.data import RatedPairs
from qualmetrics.training.loop import OptimiserConfig
from qualmetrics.training.pair_regressor import PairRegressorConfig, train_pair_regressor
from qualmetrics.training.pairs import PairConfig
from tests.training import tiny_bert

OPTIMISER = OptimiserConfig(
    steps=80, learning_rate=3e-3, head_learning_rate=3e-3, eval_every=20, checkpoint_every=10
)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_bert.write(tmp_path_factory.mktemp("bert")))


def cross(encoder: str, **changes: Any) -> CrossEncoderConfig:
    made = CrossEncoderConfig(
        encoder=encoder,
        name="tiny",
        max_tokens=48,
        batch_pairs=16,
        optimiser=OPTIMISER,
        dev_fraction=0.1,
    )
    return replace(made, **changes)


@pytest.fixture(scope="module")
def crossed(encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("trained") / "tiny"
    return train_cross_encoder(tiny_bert.pairs(), cross(encoder, keep_weights=True), folder)


def both_ways(scorer: Any, n: int = 40) -> tuple[Any, Any]:
    hard, easy = tiny_bert.texts(n, seed=1)
    return scorer(hard, easy).primary, scorer(easy, hard).primary


def test_a_cross_encoder_learns_which_text_is_harder(crossed: Any) -> None:
    harder, easier = both_ways(crossed.scorer)
    assert (harder > 0.5).mean() > 0.9
    assert (easier < 0.5).mean() > 0.9


def test_both_orders_of_a_pair_agree_after_training_on_both(crossed: Any) -> None:
    harder, easier = both_ways(crossed.scorer)
    assert np.abs(harder - (1 - easier)).mean() < 0.1


def test_a_set_is_ordered_by_its_wins(crossed: Any) -> None:
    hard, easy = tiny_bert.texts(3, seed=2)
    wins = softmax_sum(crossed.scorer, [*easy, *hard])
    assert wins[3:].min() > wins[:3].max()


def test_its_bundle_keeps_every_law(crossed: Any) -> None:
    check_scorer(load(crossed.folder))


def test_its_report_says_what_export_and_int8_cost(crossed: Any) -> None:
    assert crossed.report["parity"]["max_difference"] <= 1e-5
    assert crossed.report["int8"]["kendall_tau"] > 0.9


def test_its_weights_load_into_sentence_transformers(crossed: Any) -> None:
    library = pytest.importorskip("sentence_transformers", reason="it is not installed")
    hard, easy = tiny_bert.texts(8, seed=3)
    theirs = library.CrossEncoder(str(crossed.folder / "weights"), device="cpu", max_length=48)
    logits = theirs.predict(list(zip(hard, easy, strict=True)), apply_softmax=True)
    np.testing.assert_allclose(crossed.scorer(hard, easy).primary, logits[:, 0], atol=0.03)


class StoppedError(Exception):
    """The run was interrupted."""


def stop_at(step: int) -> Any:
    def progress(done: int, total: int, note: str) -> None:
        if done == step:
            raise StoppedError

    return progress


def test_an_interrupted_cross_encoder_goes_through_the_same_losses(
    encoder: str, tmp_path: Path
) -> None:
    config = cross(encoder, optimiser=replace(OPTIMISER, steps=20), quantise=False)
    whole = train_cross_encoder(tiny_bert.pairs(), config, tmp_path / "whole")
    with pytest.raises(StoppedError):
        train_cross_encoder(tiny_bert.pairs(), config, tmp_path / "parts", progress=stop_at(13))
    resumed = train_cross_encoder(tiny_bert.pairs(), config, tmp_path / "parts", resume=True)
    losses = [[entry["loss"] for entry in run.history] for run in (whole, resumed)]
    np.testing.assert_allclose(losses[0], losses[1], atol=1e-6)


def test_levels_in_groups_become_pairs_as_published(encoder: str, tmp_path: Path) -> None:
    hard, easy = tiny_bert.texts(12)
    one = tiny_bert.pairs(12)
    level = {**dict.fromkeys(easy, 0.0), **dict.fromkeys(hard, 1.0)}
    values = np.array([[level[text]] for text in one.texts])
    groups = [""] * len(one.texts)
    for (a, b), group in zip(one.pairs, one.pair_groups, strict=True):
        groups[a] = groups[b] = group
    empty = np.zeros((0, 2), dtype=np.int64)
    rated = replace(
        one, pairs=empty, p=np.zeros((0, 1)), margin=np.zeros(0), pair_groups=(),
        values=values, groups=tuple(groups), within_groups=True,
    )  # fmt: skip
    config = cross(
        encoder, optimiser=replace(OPTIMISER, steps=2), quantise=False, dev_fraction=0.0,
        pairs=PairConfig(strategy="nprm"),
    )  # fmt: skip
    assert train_cross_encoder(rated, config, tmp_path / "tiny").report["data"]["pairs"] == 12


# -- ratings of a candidate beside a reference ----------------------------------------------------


def rated(n: int = 64, seed: int = 0) -> RatedPairs:
    """Return candidates that share rare words with their reference (5), or not (1)."""
    hard, easy = tiny_bert.texts(n, seed)
    good = np.arange(n) % 2 == 0
    candidates = tuple(h if g else e for g, h, e in zip(good, hard, easy, strict=True))
    references = tuple(f"{text} w{seed} {i}" for i, text in enumerate(hard))
    return RatedPairs(references, candidates, np.where(good, 5.0, 1.0), ("",) * n)


def regressor(encoder: str, **changes: Any) -> PairRegressorConfig:
    made = PairRegressorConfig(
        encoder=encoder,
        name="tiny",
        max_tokens=48,
        batch_pairs=16,
        optimiser=OPTIMISER,
        dev_fraction=0.1,
    )
    return replace(made, **changes)


@pytest.mark.parametrize("pool", ["cls", "mean"])
def test_a_pair_regressor_learns_the_ratings(pool: str, encoder: str, tmp_path: Path) -> None:
    config = regressor(encoder, pool=pool, range=(1.0, 5.0))
    trained = train_pair_regressor(rated(), config, tmp_path / "tiny")
    new = rated(40, seed=1)
    found = trained.scorer(new.candidates, new.references).primary
    assert np.abs(found - new.scores).mean() < 0.8
    assert trained.scorer.spec.bounds == (1.0, 5.0)
    assert trained.report["parity"]["max_difference"] <= 1e-5
    check_scorer(load(trained.folder))


def test_of_several_references_the_best_rating_counts(encoder: str, tmp_path: Path) -> None:
    config = regressor(encoder, optimiser=replace(OPTIMISER, steps=5), quantise=False)
    scorer = train_pair_regressor(rated(), config, tmp_path / "tiny").scorer
    one = [scorer(["a cat sat"], [r]).primary[0] for r in ("the mat was warm", "fiduciary day")]
    several = scorer(["a cat sat"], [["the mat was warm", "fiduciary day"]]).primary[0]
    assert several == pytest.approx(max(one), abs=1e-6)


def test_the_reference_comes_first(encoder: str, tmp_path: Path) -> None:
    config = regressor(encoder, optimiser=replace(OPTIMISER, steps=2), quantise=False)
    scorer = train_pair_regressor(rated(), config, tmp_path / "tiny").scorer
    assert "|pair:reference-first/48|" in scorer.signature


def test_a_rating_outside_of_the_scale_is_refused(encoder: str, tmp_path: Path) -> None:
    config = regressor(encoder, scale=(0.0, 1.0))
    with pytest.raises(InputError, match="lie outside of scale"):
        train_pair_regressor(rated(), config, tmp_path / "tiny")


def test_a_candidate_in_both_parts_is_refused(encoder: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="training and the development part"):
        train_pair_regressor(rated(), regressor(encoder), tmp_path / "tiny", dev=rated(8))


def test_several_criteria_are_refused(encoder: str, tmp_path: Path) -> None:
    one = tiny_bert.pairs(8)
    two = replace(
        one, p=np.ones((8, 2)), criteria=("a", "b"), values=np.full((len(one.texts), 2), np.nan)
    )
    with pytest.raises(InputError, match="one criterion"):
        train_cross_encoder(two, cross(encoder), tmp_path / "tiny")
