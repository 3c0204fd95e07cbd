"""The trainer of neural rankers on a tiny BERT: it learns, resumes, exports, and refuses."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("ndonnx", reason="ndonnx is not installed")

from qualmetrics.errors import InputError
from qualmetrics.onnx import load
from qualmetrics.testing import check_scorer
from qualmetrics.training.data import Examples
from qualmetrics.training.loop import OptimiserConfig
from qualmetrics.training.transformer import (
    LossConfig,
    TransformerConfig,
    passage,
    train_transformer,
)
from tests.training import tiny_bert


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_bert.write(tmp_path_factory.mktemp("bert")))


def settings(encoder: str, steps: int = 40, **changes: Any) -> TransformerConfig:
    optimiser = OptimiserConfig(
        steps=steps, learning_rate=3e-3, head_learning_rate=3e-3, eval_every=10, checkpoint_every=5
    )
    made = TransformerConfig(
        encoder=encoder,
        name="tiny",
        max_tokens=32,
        batch_pairs=8,
        dev_fraction=0.1,
        optimiser=replace(optimiser, **changes.pop("optimiser", {})),
    )
    return replace(made, **changes)


def accuracy(scorer: Any, examples: Examples) -> float:
    scores = scorer(examples.texts).primary
    return float((scores[examples.pairs[:, 0]] > scores[examples.pairs[:, 1]]).mean())


@pytest.fixture(scope="module")
def trained(encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("trained") / "tiny"
    return train_transformer(tiny_bert.pairs(), settings(encoder), folder)


def test_it_overfits_64_pairs(encoder: str, tmp_path: Path) -> None:
    examples = tiny_bert.pairs(64)
    config = settings(encoder, steps=60, dev_fraction=0.0, quantise=False, text_form=False)
    trained = train_transformer(examples, config, tmp_path / "tiny")
    assert accuracy(trained.scorer, examples) > 0.95


def test_it_orders_pairs_it_has_not_seen(trained: Any) -> None:
    assert accuracy(trained.scorer, tiny_bert.pairs(64, seed=1)) > 0.9


def test_the_bundle_keeps_every_law(trained: Any) -> None:
    check_scorer(load(trained.folder))


def test_the_folder_holds_the_record_the_card_and_the_graph_of_strings(trained: Any) -> None:
    record = json.loads((trained.folder / "training.json").read_text())
    assert record["config"]["name"] == "tiny"
    assert record["history"][-1]["step"] == 40
    assert "length_only" in (trained.folder / "card.md").read_text()
    texts = [*tiny_bert.texts(5)[0], "", "..."]
    expected = load(trained.folder)(texts)
    actual = load(trained.folder / "text")(texts)
    np.testing.assert_allclose(actual.values, expected.values, atol=1e-5)


def test_the_report_says_what_export_and_int8_cost(trained: Any) -> None:
    assert trained.report["parity"]["max_difference"] <= 1e-5
    assert trained.report["int8"]["kendall_tau"] > 0.9
    assert set(trained.report["dev"]) == {"float32", "int8", "length_only"}


def test_no_checkpoint_is_left_behind(trained: Any) -> None:
    assert [path.name for path in trained.folder.parent.iterdir()] == ["tiny"]


class StoppedError(Exception):
    """The run was interrupted."""


def interrupted(at: int) -> Any:
    def progress(done: int, total: int, note: str) -> None:
        if done == at:
            raise StoppedError

    return progress


@pytest.mark.parametrize("average", [0.0, 0.9])
def test_an_interrupted_run_goes_through_the_same_losses(
    average: float, encoder: str, tmp_path: Path
) -> None:
    config = settings(
        encoder,
        steps=20,
        optimiser={"average": average, "accumulation": 2},
        loss=LossConfig(consistency=0.1, degenerate=0.1, length=0.1),
        crop=0.5,
        crop_words=(3, 9),
        quantise=False,
        text_form=False,
    )
    whole = train_transformer(tiny_bert.pairs(), config, tmp_path / "whole")
    with pytest.raises(StoppedError):
        train_transformer(
            tiny_bert.pairs(), config, tmp_path / "parts", progress=interrupted(at=12)
        )
    resumed = train_transformer(tiny_bert.pairs(), config, tmp_path / "parts", resume=True)
    expected = [entry["loss"] for entry in whole.history]
    actual = [entry["loss"] for entry in resumed.history]
    np.testing.assert_allclose(actual, expected, atol=1e-6)
    texts = tiny_bert.texts(5)[0]
    np.testing.assert_allclose(resumed.scorer(texts).values, whole.scorer(texts).values, atol=1e-6)


def test_a_run_with_other_settings_is_not_resumed(encoder: str, tmp_path: Path) -> None:
    config = settings(encoder, steps=10)
    with pytest.raises(StoppedError):
        train_transformer(tiny_bert.pairs(), config, tmp_path / "tiny", progress=interrupted(at=6))
    with pytest.raises(InputError, match="other settings or other data"):
        train_transformer(
            tiny_bert.pairs(), replace(config, dropout=0.2), tmp_path / "tiny", resume=True
        )


def test_a_run_stops_where_nothing_gets_better(encoder: str, tmp_path: Path) -> None:
    config = settings(
        encoder,
        steps=200,
        quantise=False,
        text_form=False,
        optimiser={"eval_every": 2, "patience": 3, "learning_rate": 1e-9,
                   "head_learning_rate": 1e-9},
    )  # fmt: skip
    trained = train_transformer(tiny_bert.pairs(), config, tmp_path / "tiny")
    assert trained.report["steps"] == 8
    assert trained.report["best_step"] == 2


def test_criteria_become_outputs_and_unjudged_ones_cost_nothing(
    encoder: str, tmp_path: Path
) -> None:
    one = tiny_bert.pairs(32)
    p = np.full((32, 2), np.nan)
    p[:, 0] = 1.0
    p[:16, 1] = 0.0
    two = replace(one, p=p, criteria=("rare", "plain"), values=np.full((len(one.texts), 2), np.nan))
    config = settings(encoder, quantise=False, text_form=False, dev_fraction=0.0)
    scorer = train_transformer(two, config, tmp_path / "tiny").scorer
    hard, easy = (scorer(texts).values.mean(axis=0) for texts in tiny_bert.texts(20, seed=1))
    assert scorer.spec.outputs == ("rare", "plain")
    assert hard[0] > easy[0]
    assert hard[1] < easy[1]


def test_a_bounded_head_stays_within_its_range_and_learns_ratings(
    encoder: str, tmp_path: Path
) -> None:
    examples = tiny_bert.pairs(48)
    values = np.array(
        [[9.0 if any(w in t for w in tiny_bert.HARD) else 1.0] for t in examples.texts]
    )
    config = settings(
        encoder,
        steps=60,
        limits=(0.0, 10.0),
        loss=LossConfig(regression=1.0, scale=5.0),
        quantise=False,
        text_form=False,
        dev_fraction=0.0,
    )
    trained = train_transformer(replace(examples, values=values), config, tmp_path / "tiny")
    hard, easy = (trained.scorer(texts).primary for texts in tiny_bert.texts(20, seed=1))
    assert trained.scorer.spec.bounds == (0.0, 10.0)
    assert hard.mean() == pytest.approx(9, abs=1.5)
    assert easy.mean() == pytest.approx(1, abs=1.5)


def test_training_against_degenerate_texts_sets_them_lowest(encoder: str, tmp_path: Path) -> None:
    config = settings(encoder, loss=LossConfig(degenerate=1.0), quantise=False, text_form=False)
    scorer = train_transformer(tiny_bert.pairs(), config, tmp_path / "tiny").scorer
    empty = scorer([":", "The", "Thought process:", "* * *"]).primary
    assert empty.max() < scorer(tiny_bert.texts(20, seed=1)[1]).primary.mean()


def test_a_text_in_both_parts_is_refused_by_name(encoder: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="in two parts"):
        train_transformer(
            tiny_bert.pairs(8), settings(encoder), tmp_path / "tiny", dev=tiny_bert.pairs(8)
        )


@pytest.mark.parametrize(
    "wrong",
    [{"pool": "max"}, {"limits": (5.0, 1.0)}, {"increases_with": "up"}, {"crop_words": (9, 3)},
     {"policy": "all"}, {"batch_pairs": 0}],
)  # fmt: skip
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        TransformerConfig(**wrong)


def test_a_passage_is_whole_sentences() -> None:
    text = "One two three. Four five six. Seven eight nine. Ten eleven twelve."
    found = {passage(text, 6, np.random.default_rng(i)) for i in range(20)}
    assert found == {
        "One two three. Four five six.",
        "Four five six. Seven eight nine.",
        "Seven eight nine. Ten eleven twelve.",
    }
