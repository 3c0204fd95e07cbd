"""A reward as TRL calls it: by keywords, with columns, in strings and in conversations."""

import asyncio
import copy
import inspect
import pickle

import numpy as np
import pytest

from qualmetrics.adapters import trl
from qualmetrics.errors import InputError, QualmetricsError
from qualmetrics.reward.config import RewardConfig, load_reward
from tests.adapters import toys

PROMPTS = ["Tell me of the cat.", "Tell me of the cat.", "And the dog?"]
TEXTS = ["The cat sat on the mat.", "Indeed, committees deliberate.", "The dog ran."]
ROWS = {
    "answer": ["The cat sat.", "The cat sat.", ["The dog ran.", "A dog."]],
    "target_level": [90, 90, 90],
}


def call(reward, completions=TEXTS, prompts=PROMPTS, **columns):
    """Call as the trainer does."""
    ids = [[1] * 3] * len(completions)
    return reward(
        prompts=prompts,
        completions=completions,
        completion_ids=ids,
        trainer_state=None,
        **{**ROWS, **columns},
    )


def test_values_are_those_of_the_scorer(config):
    scorer = load_reward(config).scorer
    columns = {"level": [90, 90, 90], "prompt": PROMPTS}
    expected = scorer(TEXTS, ROWS["answer"], columns=columns).primary
    assert call(trl.reward(config)) == expected.tolist()


def test_conversations_and_parts_are_read_as_the_strings_in_them(config):
    chats = [
        [{"role": "assistant", "content": TEXTS[0]}],
        [
            {"role": "assistant", "content": "Let me look.", "tool_calls": [{"id": "1"}]},
            {"role": "tool", "content": "42"},
            {"role": "assistant", "content": [{"type": "text", "text": TEXTS[1]}]},
        ],
        [{"role": "assistant", "content": f"<think>Hm.</think>{TEXTS[2]}<|im_end|>"}],
    ]
    prompts = [
        [{"role": "system", "content": "Be kind."}, {"role": "user", "content": p}] for p in PROMPTS
    ]
    reward = trl.reward(config)
    assert call(reward, chats, prompts) == call(reward)


def test_a_row_without_reference_cell_or_completion_is_none_and_the_others_stand(config):
    reward = trl.reward(config)
    whole = call(reward)
    answer = [None, *ROWS["answer"][1:]]
    assert call(reward, answer=answer) == [None, *whole[1:]]
    assert call(reward, answer=[[], *ROWS["answer"][1:]]) == [None, *whole[1:]]
    assert call(reward, answer=[float("nan"), *ROWS["answer"][1:]]) == [None, *whole[1:]]
    assert call(reward, target_level=[90, None, 90]) == [whole[0], None, whole[2]]
    assert call(reward, [TEXTS[0], None, TEXTS[2]]) == [whole[0], None, whole[2]]
    assert call(reward, [TEXTS[0], "", TEXTS[2]]) == [whole[0], None, whole[2]]


def test_what_is_undefined_is_worth_what_the_configuration_says(config):
    reward = trl.reward({**config, "undefined": -1})
    answer = [None, *ROWS["answer"][1:]]
    assert call(reward, [*TEXTS[:2], None], answer=answer)[::2] == [-1.0, -1.0]


def test_a_field_that_is_not_there_is_named_with_those_that_are(config):
    reward = trl.reward(config)
    with pytest.raises(InputError, match=r"reads references from the field 'answer'.*target_level"):
        reward(prompts=PROMPTS, completions=TEXTS, target_level=[1, 1, 1], answers=TEXTS)
    with pytest.raises(InputError, match=r"columns: \{references: answers\}"):
        reward(prompts=PROMPTS, completions=TEXTS, target_level=[1, 1, 1], answers=TEXTS)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"answer": TEXTS[:2]}, "3 completions but 2 cells in the field 'answer'"),
        ({"target_level": [1, 2, 3, 4]}, "3 completions but 4 cells"),
        ({"answer": "one string"}, "must be a list"),
        ({"prompts": PROMPTS[:1]}, "3 completions but 1 prompts"),
        ({"completions": "one string"}, r"completions=\[...\]"),
    ],
)
def test_a_wrong_call_is_refused(config, changes, match):
    with pytest.raises(InputError, match=match):
        trl.reward(config)(**{"prompts": PROMPTS, "completions": TEXTS, **ROWS, **changes})


@pytest.mark.parametrize("cell", [3, {"text": "x"}, ["x", 3]])
def test_a_cell_that_is_no_reference_costs_its_own_row(config, cell):
    reward = trl.reward(config)
    answer = [cell, *ROWS["answer"][1:]]
    assert call(reward, answer=answer) == [None, *call(reward)[1:]]
    with pytest.raises(Exception, match="row 0: a reference is a string"):
        call(trl.reward({**config, "on_error": "raise"}), answer=answer)


def test_a_scorer_that_fails_on_a_row_costs_that_row_by_on_error():
    texts, level = ["abc", "RAISE", "ab", "x"], [1, 1, 13, 2]
    found = {}
    for how in ("none", "zero"):
        reward = trl.reward(RewardConfig("fragile", toys.fragile(), None, on_error=how))
        found[how] = reward(prompts=None, completions=texts, level=level)
    assert found == {"none": [3.0, None, None, 1.0], "zero": [3.0, 0.0, 0.0, 1.0]}
    strict = trl.reward(RewardConfig("fragile", toys.fragile(), None, on_error="raise"))
    with pytest.raises(Exception, match="fragile failed on row 1"):
        strict(completions=texts, level=level)


def test_terms_go_to_the_logs_under_the_same_names_whatever_came(config):
    reward = trl.reward(config)

    def logged(completions, **columns):
        extra, metrics = {}, {}
        call(
            reward, completions, log_extra=extra.__setitem__, log_metric=metrics.__setitem__,
            **columns,
        )  # fmt: skip
        return extra, metrics

    extra, metrics = logged(TEXTS)
    assert sorted(extra) == ["easy_edit/copied", "easy_edit/ease", "easy_edit/kept"]
    assert extra["easy_edit/kept"][2] == 1.0
    kept = metrics["rewards/easy_edit/terms/kept"]
    assert kept == pytest.approx(np.mean(extra["easy_edit/kept"]))
    assert metrics["rewards/easy_edit/undefined"] == 0.0
    empty, counts = logged([None, "", "..."], answer=[None, None, None])
    assert (list(empty), list(counts)) == (list(extra), list(metrics))
    assert counts["rewards/easy_edit/undefined"] == 1.0


def test_each_reward_has_a_name_and_a_signature_that_can_be_inspected(config):
    reward = trl.reward(config)
    assert (reward.__name__, trl.reward(config, name="other").__name__) == ("easy_edit", "other")
    assert list(inspect.signature(reward).parameters) == ["prompts", "completions", "kwargs"]
    assert reward.signature == load_reward(config).signature


def test_an_asynchronous_reward_is_a_coroutine_function_of_the_same_shape_and_values(config):
    reward = trl.reward(config, asynchronous=True)
    assert inspect.iscoroutinefunction(reward)
    assert not inspect.iscoroutinefunction(trl.reward(config))
    assert list(inspect.signature(reward).parameters) == ["prompts", "completions", "kwargs"]
    assert asyncio.run(call(reward)) == call(trl.reward(config))


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_reward_is_pickled_by_its_recipe(config, asynchronous):
    reward = trl.reward(config, name="mine", asynchronous=asynchronous)
    for again in (pickle.loads(pickle.dumps(reward)), copy.deepcopy(reward)):  # noqa: S301
        assert (type(again), again.__name__) == (type(reward), "mine")
        assert again.config == reward.config
    assert len(pickle.dumps(reward)) < 2000


def test_a_scorer_is_a_reward_as_it_is():
    import qualmetrics as qm

    reward = trl.reward(qm.get("flesch_reading_ease"))
    again = pickle.loads(pickle.dumps(reward))  # noqa: S301
    assert reward.__name__ == "flesch_reading_ease"
    assert again(completions=TEXTS) == qm.get("flesch_reading_ease")(TEXTS).primary.tolist()
    fixed = trl.reward(toys.worth(toys.length(), -2.0))
    assert fixed(completions=["", "ab"]) == [-2.0, 2.0]


def test_what_is_no_reward_is_refused():
    with pytest.raises(InputError, match="a scorer; got int"):
        trl.reward(3)


# -- what to watch --------------------------------------------------------------------------------


class State:
    """What a callback sees of the trainer's state."""

    def __init__(self):
        self.log_history = [{"step": 1}]


class Trainer:
    """What ``watch`` sees of a trainer."""

    def __init__(self, *rewards):
        self.reward_funcs = list(rewards)
        self.callback_handler = self
        self.callbacks = ["a reporter"]


def test_length_spread_saturation_and_shares_of_the_terms_are_added_to_the_logs(config):
    pytest.importorskip("transformers")
    reward = trl.reward({**config, "scale": [0, 1]})
    trainer = Trainer(reward, print)
    callback = trl.watch(trainer)
    assert trainer.callbacks == [callback, "a reporter"]
    first, second, _ = call(reward)
    state, logs = State(), {}
    callback.on_log(None, state, None, logs=logs)
    spread = abs(first - second) / 2**0.5
    assert logs["rewards/easy_edit/group_spread"] == pytest.approx(spread)
    assert logs["rewards/easy_edit/without_value"] == 0.0
    shares = [logs[f"rewards/easy_edit/share/{term}"] for term in ("ease", "kept", "copied")]
    assert sum(shares) == pytest.approx(1.0)
    assert state.log_history == [{"step": 1, **logs}]
    later = {}
    callback.on_log(None, State(), None, logs=later)
    assert later == {}


def test_a_trainer_without_such_a_reward_is_told():
    with pytest.raises(InputError, match="no reward of"):
        trl.watch(Trainer(print))


def test_a_level_that_is_no_number_costs_its_own_row_and_is_named_where_errors_raise(config):
    reward = trl.reward(config)
    assert call(reward, target_level=[90, "soon", 90])[1] is None
    assert call(reward, target_level=["soon"] * 3) == [None] * 3
    with pytest.raises(QualmetricsError, match="row 1: column 'level' is 'soon', expected a numb"):
        call(trl.reward({**config, "on_error": "raise"}), target_level=[90, "soon", 90])
