"""Names, aliases, plug-ins, and scoring many at once."""

import importlib.metadata
import subprocess
import sys

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics import registry
from qualmetrics.errors import (
    BundleError,
    InputError,
    MissingExtraError,
    PluginError,
    UnknownLanguageError,
    UnknownNameError,
    UnknownParameterError,
)
from tests.core import toys


def test_every_alias_names_a_scorer_and_hides_none():
    names = qm.names()
    assert {name for name in registry.ALIASES.values() if name not in names} == set()
    assert {alias for alias in registry.ALIASES if alias in names} == set()


def test_every_name_gives_the_scorer_of_that_name():
    found = []
    for name in qm.names():
        try:
            found.append(qm.get(name).spec.name)
        except (BundleError, MissingExtraError):  # it reads a bundle that is not installed
            found.append(name)
    assert found == list(qm.names())


def test_a_typo_is_answered_with_the_close_match():
    with pytest.raises(UnknownNameError, match="Did you mean 'flesch_reading_ease'"):
        qm.get("flesh_reading_ease")


def test_an_unknown_option_is_answered_with_those_there_are():
    with pytest.raises(UnknownParameterError, match="it takes: lang, rules"):
        qm.get("lix", language="de")


def test_a_language_without_constants_is_answered_with_the_language_free_formulas():
    with pytest.raises(UnknownLanguageError, match="lix, rix"):
        qm.get("flesch_kincaid_grade", lang="sv")


@pytest.mark.parametrize("lang", ["en", "en-US", "en_US", "EN"])
def test_spellings_of_a_language_are_the_same(lang):
    assert qm.get("lix", lang=lang).signature == qm.get("lix").signature


def test_a_formula_gives_way_to_the_one_made_for_the_language():
    assert qm.get("flesch_reading_ease", lang="de").spec.name == "amstad"


def test_options_that_cannot_be_hashed_are_refused_in_words():
    with pytest.raises(InputError, match="plain values"):
        qm.get("lix", rules=["en/1"])


def test_many_scorers_at_once_give_what_each_gives_alone():
    texts = ["A cat sat on the mat.", "", "Considerable deliberation preceded it."]
    together = qm.score(texts, ["fkgl", "lix", "spache"])
    assert list(together) == ["fkgl", "lix", "spache"]
    for name, scores in together.items():
        np.testing.assert_array_equal(scores.values, qm.get(name)(texts).values)


def test_a_stream_gives_what_a_list_gives():
    texts = [f"Sentence number {i} is here." for i in range(25)]
    parts = list(qm.score_iter(iter(texts), ["fkgl"], batch_size=4))
    assert [len(part["fkgl"]) for part in parts] == [4, 4, 4, 4, 4, 4, 1]
    streamed = np.concatenate([part["fkgl"].primary for part in parts])
    np.testing.assert_array_equal(streamed, qm.get("fkgl")(texts).primary)


def test_one_text_gives_one_number():
    assert float(qm.score_one("A cat sat.", "lix")["lix"]) == 3.0


def test_a_stream_carries_references_and_columns():
    texts, references = ["a b", "c d", "e"], ["a b", "x", "e"]
    parts = list(qm.score_iter(texts, [toys.toy_similarity()], references, batch_size=2))
    whole = toys.toy_similarity()(texts, references)
    streamed = np.concatenate([part["toy_similarity"].values for part in parts])
    np.testing.assert_allclose(streamed, whole.values, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "call",
    [
        lambda: qm.score("one text", ["lix"]),
        lambda: qm.score_one(["a list"], ["lix"]),
        lambda: list(qm.score_iter("one text", ["lix"])),
        lambda: list(qm.score_iter(["a"], ["lix"], batch_size=0)),
        lambda: qm.score(["a"], ["lix", "lix"]),
        lambda: qm.get(3),
    ],
)
def test_wrong_calls_are_refused(call):
    with pytest.raises(InputError):
        call()


class Points:
    """Stands in for installed entry points."""

    def __init__(self, *points):
        self.points = points

    def __call__(self, group):
        return [point for point in self.points if point.group == group]


def point(name, value):
    return importlib.metadata.EntryPoint(name, value, registry.GROUP)


@pytest.fixture
def plugins(monkeypatch):
    def install(*points):
        monkeypatch.setattr(registry, "entry_points", Points(*points))
        registry._get.cache_clear()
        registry._plugins.cache_clear()

    yield install
    monkeypatch.undo()
    registry._get.cache_clear()
    registry._plugins.cache_clear()


def test_a_plug_in_is_listed_without_being_imported_and_got_by_name(plugins):
    plugins(point("toy_ranker", "tests.core.toys:toy_ranker"))
    assert "toy_ranker" in qm.names()
    assert qm.get("toy_ranker", bias=2.0).spec.parameters == {"bias": 2.0}


def test_a_plug_in_that_fails_says_so_when_asked_for_and_not_before(plugins):
    plugins(point("gone", "no_such_module:thing"))
    assert "gone" in qm.names()
    with pytest.raises(PluginError, match="no_such_module"):
        qm.get("gone")


def test_a_name_that_is_taken_is_refused_with_both_origins_and_spoils_no_other(plugins):
    plugins(point("lix", "tests.core.toys:toy_ranker"))
    assert qm.names().count("lix") == 1
    with pytest.raises(PluginError, match=r"qualmetrics\.formulas\.lix:lix, tests\.core"):
        qm.get("lix")
    assert qm.get("rix").spec.name == "rix"


def test_an_entry_point_that_is_no_scorer_is_named(plugins):
    plugins(point("number", "tests.core.toys:LIMIT"))
    with pytest.raises(PluginError, match="is a int"):
        qm.get("number")


def test_a_plug_in_answers_an_unknown_option_like_any_other(plugins):
    plugins(point("toy_ranker", "tests.core.toys:toy_ranker"))
    with pytest.raises(UnknownParameterError, match="it takes: bias"):
        qm.get("toy_ranker", sede=1)


def test_options_of_a_call_go_to_the_scorers_that_take_them(plugins):
    plugins(point("toy_ranker", "tests.core.toys:toy_ranker"))
    scores = qm.score(["Ein Satz."], ["flesch_reading_ease", "toy_ranker"], lang="de")
    assert scores["flesch_reading_ease"].spec.name == "amstad"
    with pytest.raises(UnknownParameterError, match="'langg'"):
        qm.score(["Ein Satz."], ["flesch_reading_ease", "toy_ranker"], langg="de")


def test_importing_the_library_imports_nothing_heavy_and_no_scorer():
    code = "import sys, qualmetrics as q; q.names(); print(*sorted(sys.modules))"
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"torch", "onnx", "onnxruntime", "ndonnx", "typer", "rich", "pandas", "pyarrow"}
    assert heavy & set(modules) == set()
    assert [name for name in modules if name.startswith("qualmetrics.formulas.")] == []
