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
