"""The files under examples/rl are what a trainer can load; those that need one are compiled."""

import ast
import asyncio
import importlib.util
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "rl"
TEXT, TRUTH = "The cat sat on the mat.", "The cat sat."


def load(name):
    """Load a file by its path, as trainers do."""
    pytest.importorskip("yaml")
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_example_gives_the_same_number():
    (expected,) = load("trl_reward").easy_answers(completions=[TEXT], reference=[TRUTH])
    found = load("verl_reward").compute_score("mine", TEXT, TRUTH, {})
    answer = load("openrlhf_reward").reward_func([TEXT], ["Why?"], [TRUTH])
    rubric = load("verifiers_rubric").easy_answers("Why?", TEXT, TRUTH, state={})
    assert found["score"] == answer["rewards"][0] == asyncio.run(rubric) == expected
    assert 0 < expected < 1


def test_an_example_that_needs_its_trainer_is_python_and_says_that_it_is_untested():
    tree = ast.parse((FOLDER / "nemo_rl_environment.py").read_text("utf-8"))
    assert "Untested here" in ast.get_docstring(tree)


def test_the_file_in_the_document_is_the_one_in_the_examples():
    yaml = pytest.importorskip("yaml")
    page = (FOLDER.parents[1] / "docs" / "rl-trainers.md").read_text("utf-8")
    shown = yaml.safe_load(page.split("```yaml\n")[1].split("```")[0])
    file = yaml.safe_load((FOLDER / "reward.yaml").read_text("utf-8"))
    assert {**shown, "format": file["format"]} == file
