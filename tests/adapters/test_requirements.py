"""What trainers force on a reward, row by row as the table in docs/rl-trainers.md names it."""

import json
import math
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

from qualmetrics.adapters import openrlhf, trl, verl
from qualmetrics.reward.config import RewardConfig, load_reward
from qualmetrics.reward.group import OPERATORS
from tests.adapters import toys
from tests.similarity import tiny_encoder

PAIR = ("A cat sat on the mat.", "The dog crossed a small bay.")


@pytest.fixture(scope="module")
def neural(tmp_path_factory):
    """Return the configuration of a reward with a tiny encoder."""
    for package in ("onnx", "onnxruntime", "tokenizers"):
        pytest.importorskip(package)
    folder = str(tiny_encoder.make(tmp_path_factory.mktemp("encoder") / "tiny"))
    return {
        "name": "meaning",
        "undefined": 0,
        "reward": {"use": "embedding_cosine", "encoder": folder},
    }


@pytest.fixture
def meaning(neural):
    """Return verl's function for it."""
    return verl.reward(neural)


def ask(score, text=PAIR[0], truth=PAIR[1]):
    """Return the score of one completion."""
    return score("mine", text, truth, {})["score"]


def test_512_completions_are_one_call_of_the_scorer(seen):
    reward = trl.reward(toys.length())
    assert reward(completions=[f"text {i}" for i in range(512)])[100] == 8.0
    assert [len(rows) for rows in seen] == [512]


def test_32_threads_that_come_first_load_a_model_once(neural, monkeypatch):
    from qualmetrics.onnx import runtime

    opened = []
    really = runtime._open
    monkeypatch.setattr(runtime, "_sessions", {})
    monkeypatch.setattr(runtime, "_open", lambda graph: opened.append(graph) or really(graph))
    reward = trl.reward(neural)  # called in the threads that ask, not through the queue
    found = toys.together(lambda: reward(completions=[PAIR[0]], reference=[PAIR[1]]), [()] * 32)
    assert len(opened) == len(set(opened)) == 1
    assert len({value for (value,) in found}) == 1


def _values(score):
    return [ask(score), ask(score, "Something else.")]


def test_a_spawned_process_without_a_gpu_scores_the_same(meaning, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert _in_process("spawn", meaning) == _values(meaning)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of forking with threads, on purpose
def test_a_fork_scores_the_same_before_and_after_first_use(neural, meaning):
    before = _in_process("fork", verl.reward(neural))
    mine = _values(meaning)
    assert before == _in_process("fork", meaning) == mine


def _in_process(method, score):
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    process = context.Process(target=toys.put, args=(queue, _values, score))
    process.start()
    found = queue.get(timeout=120)
    process.join(60)
    assert process.exitcode == 0
    return found


def test_making_a_reward_opens_no_session_and_pickles_no_weights(neural, monkeypatch):
    from qualmetrics.onnx import runtime

    def fail(graph):
        raise AssertionError(f"opened {graph}")

    monkeypatch.setattr(runtime, "session", fail)
    made = [trl.reward(neural), verl.reward(neural), openrlhf.reward(neural)]
    assert all(len(pickle.dumps(reward)) < 2000 for reward in made)


def test_a_thread_that_is_not_the_main_one_scores_and_nothing_of_the_process_is_changed(meaning):
    environment, handlers = dict(os.environ), [signal.getsignal(s) for s in signal.valid_signals()]
    threads_of_torch = sys.modules["torch"].get_num_threads() if "torch" in sys.modules else None
    found = []
    thread = threading.Thread(target=lambda: found.append(ask(meaning)))
    thread.start()
    thread.join(60)
    assert found == [ask(meaning)]
    assert dict(os.environ) == environment
    assert [signal.getsignal(s) for s in signal.valid_signals()] == handlers
    if threads_of_torch is not None:
        assert sys.modules["torch"].get_num_threads() == threads_of_torch


@pytest.mark.parametrize("call", ["trl", "verl", "openrlhf"])
def test_a_completion_of_a_million_characters_is_read_so_far_as_was_declared(seen, call):
    config = RewardConfig("length", toys.length(references=True), 0.0, scale=(0, 1e6))
    text, limit = "<|a" * 333_334, config.completion.max_characters
    if call == "trl":
        values = trl.reward(config)(completions=[text], reference=[text])
    elif call == "verl":
        values = [verl.reward(config)("mine", text, text)["score"]]
    else:
        values = openrlhf.reward(config)([text], [""], [text])["rewards"]
    assert values == [float(limit)]
    assert [len(reference) for rows in seen for (reference,) in rows.references.rows] == [limit]


ODD = [
    *(
        "",
        " ",
        "\n\n",
        "...",
        "?!",
        "42",
        "3.14",
        "\x00",
        "\ufffd",
        "\ud800",
        "é",
        "日本語",
        "עברית",
    ),
    *(
        "🙂",
        "a",
        "A" * 5000,
        "word " * 500,
        "<think>",
        "</think>",
        "<|im_end|>",
        "```",
        "# x",
        None,
    ),
    *("\u200b", "http://x.y", "a.b.c", "x\ty", "1\n2\n3", "'", '"', "\\", "%s", "{}", "[]", "null"),
    *(f"{chr(0x2600 + i)} sentence {i}. And another, with {i} words!" for i in range(66)),
]


def test_terms_have_the_same_keys_and_are_finite_numbers_over_100_odd_inputs(config):
    assert len(ODD) >= 100
    score = verl.reward({**config, "undefined": 0, "columns": {"level": "target_level"}})
    info = {"target_level": 60, "prompt": "Say something."}
    found = [score("mine", text, "A reference.", info) for text in ODD]
    keys = list(found[0])
    assert all(list(row) == keys for row in found)
    assert all(type(v) is float and math.isfinite(v) for row in found for v in row.values())
    rows = trl.reward({**config, "columns": {}})(
        prompts=["Say something."] * len(ODD),
        completions=ODD,
        reference=["A reference."] * len(ODD),
        level=[60] * len(ODD),
    )
    assert {type(value) for value in rows} == {float, type(None)}


def test_a_value_does_not_depend_on_what_was_scored_beside_it(neural, meaning):
    texts = [PAIR[0], "Something else.", "word " * 300, PAIR[0] + " Really."]
    reward = trl.reward(neural)
    together = reward(completions=texts, reference=[PAIR[1]] * 4)
    assert together == pytest.approx([ask(meaning, text) for text in texts], abs=1e-6)


def test_a_raw_value_and_one_on_0_to_1_are_both_told():
    config = {
        "name": "r",
        "undefined": 0,
        "scale": [-2, 2],
        "reward": {"use": "zscore", "of": "flesch_reading_ease", "mean": 60, "std": 20},
    }
    queries = ["The cat sat.", "Indeterminate considerations.", "A plain sentence stands here."]
    found = openrlhf.reward(config)(queries, [""] * 3, [None] * 3)
    assert found["rewards"] == load_reward(config).scorer(queries).primary.tolist()
    shares = np.clip((np.array(found["rewards"]) + 2) / 4, 0, 1)
    assert found["scores"] == pytest.approx(shares.tolist(), abs=1e-12)


@pytest.mark.parametrize("operator", sorted(OPERATORS))
@pytest.mark.parametrize("adapter", [trl, verl, openrlhf])
def test_what_needs_a_group_is_refused_with_where_to_call_it(adapter, operator):
    with pytest.raises(ValueError, match="all completions of a prompt"):
        adapter.reward({"name": "r", "undefined": 0, "reward": {"use": operator}})


@pytest.mark.parametrize("adapter", [trl, verl, openrlhf])
def test_a_wrong_key_is_refused_with_the_close_match(adapter):
    with pytest.raises(ValueError, match="Did you mean 'undefined'"):
        adapter.reward({"name": "r", "undefind": 0, "reward": {"use": "words"}})


def test_the_signature_says_what_the_number_depends_on(caplog):
    data = {"name": "r", "undefined": 0, "scale": [0, 9], "reward": {"use": "words"}}
    signature = load_reward(data).scorer.signature
    with caplog.at_level("INFO", "qualmetrics.reward"):
        rewards = [trl.reward(data), verl.reward(data), openrlhf.reward(data)]
    assert [reward.signature for reward in rewards] == [signature] * 3
    assert [record.getMessage() for record in caplog.records] == [f"reward r: {signature}"] * 3


@pytest.mark.parametrize("adapter", ["trl", "verl", "openrlhf"])
def test_importing_an_adapter_and_making_a_reward_load_nothing_heavy(adapter):
    data = {"name": "r", "undefined": 0, "scale": [0, 9], "reward": {"use": "words"}}
    code = (
        "import sys, json\n"
        f"from qualmetrics.adapters import {adapter}\n"
        f"after_import = set(sys.modules)\n"
        f"{adapter}.reward(json.loads({json.dumps(data)!r}))\n"
        "heavy = ['torch', 'transformers', 'onnxruntime', 'tokenizers', 'pandas', 'scipy']\n"
        "print([m for m in heavy if m in sys.modules], len(after_import))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[]"), done.stdout
