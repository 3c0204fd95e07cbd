"""A reward as OpenRLHF calls it: a decoded query, special tokens inside, one a call."""

import importlib.util
import json
import pickle

import pytest

from qualmetrics.adapters import openrlhf
from qualmetrics.errors import InputError
from qualmetrics.reward.config import load_reward

PROMPT = "<|im_start|>user\nTell me of the cat.<|im_end|>\n<|im_start|>assistant\n"
QUERY = PROMPT + "<think>Hm.</think>The cat sat on the mat.<|im_end|>"
REWARD = {
    "name": "near",
    "undefined": -1,
    "scale": [-1, 1],
    "reward": {
        "use": "weighted_sum",
        "terms": {
            "ease": {"use": "target_band", "of": "flesch_reading_ease", "target": 80},
            "kept": {"use": "edit_similarity"},
        },
        "weights": {"ease": 0.5, "kept": 0.5},
    },
    "completion": {"strip_think": True},
}


def test_the_answer_is_scored_without_prompt_special_tokens_and_thought():
    found = openrlhf.reward(REWARD)([QUERY], [PROMPT], ["The cat sat."])
    expected = load_reward(REWARD).scorer(["The cat sat on the mat."], ["The cat sat."])
    assert found["rewards"] == [float(expected)]
    assert found["scores"] == [(float(expected) + 1) / 2]
    assert found["extra_logs"] == {
        name: [float(child)] for name, child in expected.children.items()
    }


def test_several_in_one_call_and_one_by_one_agree():
    reward = openrlhf.reward(REWARD)
    queries = [QUERY, PROMPT + "Committees deliberate.</s>", PROMPT, QUERY]
    labels = ["The cat sat.", "No.", "x", None]
    one = [reward([q], [PROMPT], [label]) for q, label in zip(queries, labels, strict=True)]
    several = reward(queries, [PROMPT] * 4, labels)
    assert several["rewards"] == [found["rewards"][0] for found in one]
    assert several["scores"] == [found["scores"][0] for found in one]
    assert several["rewards"][2:] == [-1.0, -1.0]
    assert several["extra_logs"]["kept"][2:] == [-1.0, -1.0]
    assert all(0 <= score <= 1 for score in several["scores"])


def test_a_file_of_two_lines_is_what_openrlhf_loads(tmp_path):
    (tmp_path / "reward.json").write_text(json.dumps(REWARD))
    file = tmp_path / "my_reward.py"
    file.write_text(
        "from qualmetrics.adapters import openrlhf\n"
        f"reward_func = openrlhf.reward({str(tmp_path / 'reward.json')!r})\n"
    )
    spec = importlib.util.spec_from_file_location("reward_func", file)  # as its agent does
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    args = [QUERY], [PROMPT], ["The cat sat."]
    assert module.reward_func(*args) == openrlhf.reward(REWARD)(*args)


def test_a_reward_that_openrlhf_could_not_use_is_refused():
    with pytest.raises(InputError, match="undefined: 0"):
        openrlhf.reward({**REWARD, "undefined": None})
    grade = {"name": "grade", "undefined": 0, "reward": {"use": "flesch_kincaid_grade"}}
    with pytest.raises(InputError, match="scale"):
        openrlhf.reward(grade)


def test_lists_of_unequal_length_are_refused():
    with pytest.raises(InputError, match="1 queries, 1 prompts and 2 labels"):
        openrlhf.reward(REWARD)([QUERY], [PROMPT], ["a", "b"])


def test_a_reward_is_pickled_by_its_recipe():
    reward = openrlhf.reward(REWARD, strip=False)
    again = pickle.loads(pickle.dumps(reward))  # noqa: S301
    assert (again.config, again.strip, again.__name__) == (reward.config, False, "near")
