"""Rows of many languages, each in the version of its own."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import qualmetrics
from qualmetrics import planner
from qualmetrics.corpus import languages, runs, states
from qualmetrics.corpus.metrics import resolve
from tests.cli.conftest import Ran, qm  # noqa: F401 - a fixture

TEXTS = {
    "en": "The cat sat on the mat, and the dog looked at it.",
    "de-AT": "Die Katze saß auf der Matte und der Hund sah sie an.",
    "pl": "Kot siedział na macie.",
    "sw": "Paka alikaa kwenye mkeka.",
    None: "The cat sat.",
    "fr": "",
}
METRICS = ["fre", "lix", "words", "readability_features"]


def test_each_row_is_scored_as_in_a_call_for_its_language() -> None:
    scorers = resolve(METRICS[:3], languages=True)
    columns = {"lang": list(TEXTS)}
    found = {n: s(list(TEXTS.values()), columns=columns) for n, s in scorers.items()}
    assert found["fre"].status_names == ["ok", "ok", *["not_applicable"] * 3, "empty"]
    assert found["lix"].status_names == ["ok"] * 3 + ["not_applicable"] * 2 + ["empty"]
    for name, lang in (("fre", "en"), ("fre", "de-AT"), ("lix", "pl"), ("words", "de-AT")):
        alone = resolve([name], lang=lang)[name]([TEXTS[lang]])
        assert found[name].primary[list(TEXTS).index(lang)] == alone.primary[0]


def test_together_alone_shuffled_and_in_another_process_is_the_same() -> None:
    scorers = resolve(METRICS, languages=True)
    chosen = tuple(scorers.values())
    order = [4, 0, 5, 2, 1, 3, 0]
    cells, texts = list(TEXTS), list(TEXTS.values())
    rows = planner.as_rows(
        chosen, [texts[i] for i in order], None, {"lang": [cells[i] for i in order]}
    )
    together = languages.run(chosen, rows)
    for scorer, scores in zip(pickle.loads(pickle.dumps(chosen)), together, strict=True):  # noqa: S301
        (apart,) = planner.run((scorer,), rows)
        np.testing.assert_array_equal(scores.values, apart.values)
        np.testing.assert_array_equal(scores.status, apart.status)
        for i in range(len(order)):
            (one,) = planner.run((scorer,), rows.take([i]))
            np.testing.assert_array_equal(scores.values[i], one.values[0])


def test_a_scorer_that_is_made_for_one_language_leaves_the_others_out() -> None:
    pytest.importorskip("qualmetrics_models")
    (scorer,) = resolve(["readability_features"], languages=True).values()
    scores = scorer(["The cat sat."] * 3, columns={"lang": ["en-GB", "de", "xx"]})
    assert scores.status_names == ["ok", "not_applicable", "not_applicable"]
    name = "type_token_ratio"
    assert resolve([name], languages=True)[name] == qualmetrics.get(name)


@pytest.mark.parametrize("run", [(), ("--format", "parquet", "-o", "run", "--workers", "0")])
def test_a_field_names_the_language_of_each_row(
    qm: Callable[..., Ran],  # noqa: F811
    tmp_path: Path,
    run: tuple[str, ...],
) -> None:
    rows = [{"id": str(k), "text": t, "l": k} for k, t in TEXTS.items()]
    rows += [{"id": "number", "text": "x", "l": 3}, {"id": "none", "text": "x"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    call = ("score", "a.jsonl", "-m", "fre", "--lang-field", "l")
    ran = qm(*call, *run)
    said = qm("run", "errors", "run").out if run else ran.err
    assert "a.jsonl:7: the language is int, expected a code such as 'de'" in said
    assert "Name the one of this column: --lang-field" in said
    if run:
        table = states.read_run(runs.open_run("run"))
        statuses = table.column("fre.status").to_pylist()
        assert statuses == ["ok"] * 2 + ["not_applicable"] * 3 + ["empty"] + ["error"] * 2
        assert qm("score", "--add", "lix", "run", "--lang-field", "l", "--workers", "0").code == 0
    for flag in ("--lang", "--rules"):
        assert "choose" in qm(*call, flag, "de").err
    assert "is no row" in qm("score", "--text", "x", "--lang-field", "l").err


HOW = {
    "each row its own": ("--lang-field", "l"),
    "one for all": ("--lang", "de"),
    "other rules": ("--rules", "textstat"),
}


@pytest.mark.parametrize("how", HOW.values(), ids=HOW)
@pytest.mark.parametrize("again", [False, True], ids=["taken over", "typed again"])
def test_what_is_added_is_scored_as_the_run_was(
    qm: Callable[..., Ran],  # noqa: F811
    tmp_path: Path,
    how: tuple[str, ...],
    again: bool,
) -> None:
    rows = [{"text": t, "l": k} for k, t in TEXTS.items() if k]
    rows += [{"text": "none"}, {"text": "The cat sat.", "l": "xx"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    to = ("--format", "parquet", "--workers", "0", "-o")
    names = "fre,words,reading_time,type_token_ratio"
    assert qm("score", "a.jsonl", "-m", names, *how, *to, "whole").code == 0
    assert qm("score", "a.jsonl", "-m", "fre", *how, *to, "run").code == 0
    (tmp_path / "qualmetrics.toml").write_text('lang = "pl"\n')  # set since: says nothing here
    for name in names.split(",")[1:]:
        ran = qm("score", "--add", name, "run", "--workers", "0", *(how if again else ()))
        taken = f"qualmetrics: as in the run: {' '.join(how)}\n"
        fits = name != "type_token_ratio" or how[0] == "--lang-field"
        if not fits and again and how[0] != "--lang":
            assert ran.code == 2  # it takes no rules, as ever
            continue
        assert (ran.code, taken in ran.err) == (0, fits and not again), ran.err
        found, expected = (states.read_run(runs.open_run(of)) for of in ("run", "whole"))
        columns = [c for c in expected.column_names if c.startswith(name)]
        assert f"{name}.status" in columns
        for column in columns:
            assert found.column(column).to_pylist() == expected.column(column).to_pylist()


def test_what_is_typed_comes_before_what_the_run_was_told(
    qm: Callable[..., Ran],  # noqa: F811
    tmp_path: Path,
) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "Die Katze.", "l": "de"}\n')
    call = ("score", "a.jsonl", "-m", "fre", "--format", "parquet", "--workers", "0", "-o", "run")
    assert qm(*call, "--lang-field", "l").code == 0
    add = ("score", "--workers", "0", "run", "--add")
    assert "type --lang as well" in qm(*add, "words", "--rules", "textstat").err
    assert qm(*add, "words", "--lang", "en").err.count("as in the run") == 0
    assert runs.added(runs.open_run("run"))[0].signatures["words"].startswith("words|words:en/1")
    about = json.loads((tmp_path / "run" / "run.json").read_text())
    about["asked"]["with"] = [3]
    (tmp_path / "run" / "run.json").write_text(json.dumps(about))
    assert "no options of score" in qm(*add, "lix").err
    del about["asked"]  # of an older version: the column tells
    (tmp_path / "run" / "run.json").write_text(json.dumps(about))
    assert "as in the run: --lang-field l" in qm(*add, "lix").err


def test_a_run_that_does_not_say_how_it_was_scored_is_warned_of(
    qm: Callable[..., Ran],  # noqa: F811
    tmp_path: Path,
) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "Die Katze."}\n')
    runs_of = runs.start(["a.jsonl"], "run", resolve(["fre"], lang="de"))
    list(runs.work(runs_of, resolve(["fre"], lang="de"), workers=0))
    add = ("score", "--workers", "0", "run", "--add")
    assert "does not say which --lang" in qm(*add, "words").err
    assert "does not say" not in qm(*add, "lix", "--lang", "de").err


def test_parameters_and_fields_of_a_run_are_taken_over_where_they_are_read(
    qm: Callable[..., Ran],  # noqa: F811
    tmp_path: Path,
) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "One two three.", "gold": "One two."}\n')
    call = ("score", "a.jsonl", "-m", "length_ratio", "--reference-field", "gold")
    to = ("--format", "parquet", "--workers", "0", "-o", "run")
    assert qm(*call, *to).code == 0
    ran = qm("score", "--workers", "0", "run", "--add", "edit_similarity")
    assert (ran.code, "as in the run: --reference-field gold" in ran.err) == (0, True), ran.err
    more = ("--with", "column=prompt", "--column", "prompt=gold")
    assert qm("score", "a.jsonl", "-m", "length_ratio", *more, *to, "--new-run").code == 0
    ran = qm("score", "--workers", "0", "run", "--add", "edit_similarity,words")
    assert (ran.code, ran.err.splitlines()[:2]) == (
        0,
        [
            "qualmetrics: as in the run: --with column=prompt",
            "qualmetrics: rows are read as in the run: --column prompt=gold",
        ],
    )
    assert states.read_run(runs.open_run("run")).column("edit_similarity.status")[0].as_py() == "ok"
