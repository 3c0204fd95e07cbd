"""A reward as verl calls it: one completion, awaited, or a batch; numbers under the same keys."""

import asyncio
import inspect
import json
import pickle

import numpy as np
import pytest

from qualmetrics.adapters import verl
from qualmetrics.errors import InputError
from qualmetrics.reward.config import RewardConfig, load_reward
from tests.adapters import toys

INFO = {"target_level": 90, "prompt": "Tell me of the cat.", "num_turns": None}
TEXTS = ["The cat sat on the mat.", "Indeed, committees deliberate.", ""]


@pytest.fixture
def numeric(config):
    """Return the configuration with a number for what is undefined, and verl's own field."""
    return {**config, "undefined": 0.25, "columns": {"level": "target_level"}}


def call(score, text, truth="The cat sat.", info=INFO, **kwargs):
    """Call as verl's reward managers do."""
    return score(
        data_source="mine", solution_str=text, ground_truth=truth, extra_info=info, **kwargs
    )


def test_score_and_terms_are_those_of_the_scorer(numeric):
    score = verl.reward(numeric)
    columns = {"level": [90], "prompt": [INFO["prompt"]]}
    expected = load_reward(numeric).scorer(TEXTS[:1], ["The cat sat."], columns=columns)
    found = call(score, TEXTS[0], reward_router_address=None)
    assert found["score"] == float(expected)
    assert found["ease"] == float(expected.children["ease"])
    assert list(found) == ["score", "ease", "kept", "copied", "defined", "failed"]
    assert {type(value) for value in found.values()} == {float}


def test_sample_async_batch_and_the_functions_by_name_agree(numeric, tmp_path):
    path = tmp_path / "reward.json"
    path.write_text(json.dumps(numeric))
    one = [call(verl.reward(numeric), text) for text in TEXTS]
    awaited = verl.reward(numeric, form="async")
    assert inspect.iscoroutinefunction(awaited)
    assert [asyncio.run(call(awaited, text)) for text in TEXTS] == one
    batch = {
        "data_sources": np.array(["mine"] * 3, dtype=object),
        "solution_strs": TEXTS,
        "ground_truths": ["The cat sat."] * 3,
        "extra_infos": np.array([INFO] * 3, dtype=object),
    }
    assert verl.reward(numeric, form="batch")(**batch) == one
    assert [call(verl.compute_score, text, config=str(path)) for text in TEXTS] == one
    assert asyncio.run(call(verl.compute_score_async, TEXTS[0], config=path)) == one[0]
    assert verl.compute_score_batch(**batch, config=path) == one


def test_what_is_undefined_is_worth_the_number_and_said_so(numeric):
    score = verl.reward(numeric)
    assert call(score, "")["score"] == 0.25
    assert [call(score, text)["defined"] for text in TEXTS] == [1.0, 1.0, 0.0]
    absent = call(score, TEXTS[0], truth=None)
    assert (absent["score"], absent["defined"], absent["failed"]) == (0.25, 0.0, 0.0)
    wrong = call(score, TEXTS[0], truth={"answer": 42})
    assert (wrong["score"], wrong["defined"], wrong["failed"]) == (0.25, 0.0, 1.0)
    assert call(verl.reward({**numeric, "on_error": "zero"}), TEXTS[0], truth=42)["score"] == 0.0


def test_references_in_an_array_are_several(numeric):
    score = verl.reward(numeric)
    several = np.array(["Something else.", TEXTS[0]], dtype=object)
    assert call(score, TEXTS[0], truth=several)["kept"] == 1.0


def test_a_reward_without_a_number_for_undefined_rows_is_refused(config):
    with pytest.raises(InputError, match="undefined: 0"):
        verl.reward(config)


def test_a_term_must_not_be_called_as_a_key_of_the_results(numeric):
    terms = {"score": {"use": "edit_similarity"}, "ease": {"use": "fre"}}
    tree = {"use": "product", "terms": terms}
    with pytest.raises(InputError, match="called score"):
        verl.reward({"name": "r", "undefined": 0, "reward": tree})


def test_a_key_that_is_not_in_extra_info_is_named(numeric):
    with pytest.raises(InputError, match="reads level from the field 'target_level'"):
        call(verl.reward(numeric), TEXTS[0], info={"prompt": "x"})
    with pytest.raises(InputError, match="reads level from the field 'target_level'"):
        verl.reward(numeric, form="batch")(["m"] * 2, TEXTS[:2], ["a"] * 2, [INFO, {"prompt": "x"}])


def test_the_file_must_be_named():
    with pytest.raises(InputError, match=r"reward_kwargs\.config"):
        call(verl.compute_score, "x")


def test_lists_of_unequal_length_and_unknown_forms_are_refused(numeric):
    with pytest.raises(InputError, match="2 solution_strs but 1 ground_truths"):
        verl.reward(numeric, form="batch")(["m"] * 2, TEXTS[:2], ["a"], [INFO] * 2)
    with pytest.raises(InputError, match="sample, async, batch"):
        verl.reward(numeric, form="one")


def test_an_empty_batch_has_no_results(numeric):
    assert verl.reward(numeric, form="batch")([], [], [], []) == []


@pytest.mark.parametrize("form", verl.FORMS)
def test_a_reward_is_pickled_by_its_recipe(numeric, form):
    score = verl.reward(numeric, form=form)
    again = pickle.loads(pickle.dumps(score))  # noqa: S301
    assert (type(again), again.config, again.__name__) == (type(score), score.config, "easy_edit")


def test_a_prompt_in_front_is_stripped_where_that_was_declared():
    config = RewardConfig("length", toys.length(), 0.0)
    plain = call(verl.reward(config), "Tell me of the cat. Meow")
    assert plain["score"] == 24.0
    data = {"name": "n", "undefined": 0, "reward": {"use": "words"}}
    stripped = verl.reward({**data, "completion": {"strip_prompt": True}})
    assert call(stripped, "Tell me of the cat. Meow")["score"] == 1.0


def test_a_prompt_of_messages_is_what_the_user_asked_last(numeric):
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": INFO["prompt"]},
    ]
    score = verl.reward(numeric)
    said = call(score, TEXTS[0])
    asked = call(score, TEXTS[0], info={**INFO, "prompt": np.array(messages, dtype=object)})
    assert asked == said
    assert asked["failed"] == 0
