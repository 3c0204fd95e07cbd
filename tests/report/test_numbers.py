"""Numbers behind a report: tables from every source, statistics counted by hand."""

import json

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.gates import parse_gate
from qualmetrics.report import (
    differences,
    gate_effects,
    gates_of,
    keep_curve,
    suggestions,
    summary,
    table_of,
)
from qualmetrics.report.statistics import (
    bad_end,
    cliff_delta,
    cohen_d,
    correlations,
    histogram,
)


def jsonl(path, texts, names=("fkgl", "fre")):
    """Write what ``qualmetrics score -o`` writes."""
    from qualmetrics.cli.scoring import Request, score_paths

    source = path.with_suffix(".texts.jsonl")
    rows = ({"id": f"d{i}", "text": text} for i, text in enumerate(texts))
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    score_paths(Request((str(source),), metrics=names, output=str(path), quiet=True))
    return path


def test_every_source_gives_the_same_table(texts, scores, tmp_path):
    pa = pytest.importorskip("pyarrow")
    pd = pytest.importorskip("pandas")
    from pyarrow import parquet

    memory = table_of({name: scores[name] for name in ("fkgl", "fre")})
    columns = {"id": [f"d{i}" for i in range(len(texts))]}
    for name in ("fkgl", "fre"):
        columns[name] = [None if v != v else v for v in scores[name].primary.tolist()]
        columns[f"{name}.status"] = scores[name].status_names
    arrow = pa.table(columns)
    parquet.write_table(arrow, tmp_path / "scores.parquet")
    (tmp_path / "run").mkdir()
    parquet.write_table(arrow.slice(0, 20), tmp_path / "run" / "part-1.parquet")
    parquet.write_table(arrow.slice(20), tmp_path / "run" / "part-2.parquet")
    written = jsonl(tmp_path / "scores.jsonl", texts)
    sources = [
        *(columns, arrow, pd.DataFrame(columns)),
        *(tmp_path / "scores.parquet", tmp_path / "run", written),
    ]
    for source in sources:
        found = table_of(source)
        assert list(found.values) == ["fkgl", "fre"]
        for name, values in memory.values.items():
            np.testing.assert_array_equal(found.values[name], values)
        assert found.states["fkgl"] == memory.states["fkgl"]
        assert [str(one) for one in found.ids] == columns["id"]


def test_other_columns_are_there_to_group_by():
    found = table_of({"fkgl": [1.0, 2.0], "source": ["a", "b"], "n_chars": [10, 20]})
    assert list(found.values) == ["fkgl"]
    assert list(found.beside) == ["source"]
    assert found.sizes.tolist() == [10, 20]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"a": [1.0], "b": [1.0, 2.0]}, "unequal length"),
        ({"name": ["a"]}, "no column of numbers"),
        ("nowhere.jsonl", "no such file"),
        (3, "cannot report on a int"),
    ],
)
def test_what_is_no_table_is_refused(source, message):
    with pytest.raises(InputError, match=message):
        table_of(source)


@pytest.mark.parametrize(
    "content",
    ["", "{}\n", '{"signatures": {}}\n{"id": "a"}\n', '{"signatures": {}}\n{"id"', "[1]\n"],
)
def test_a_file_without_scores_is_refused(tmp_path, content):
    path = tmp_path / "scores.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"scores\.jsonl|no column"):
        table_of(path)


def test_texts_and_columns_must_fit(scores):
    with pytest.raises(InputError, match="texts: 1 values for 63 documents"):
        table_of(scores, texts=["one"])


def test_a_summary_leaves_out_what_is_undefined():
    found = summary(table_of({"m": [1.0, None, 2.0, 3.0, 10.0]}), "m")
    assert (found.n, found.n_undefined) == (5, 1)
    assert (found.least, found.p50, found.most, found.mean) == (1, 2.5, 10, 4)
    assert found.sd == pytest.approx(4.0824829)  # variance (9 + 4 + 1 + 36) / 3


def test_a_histogram_holds_every_value_once():
    values = np.array([0.0, 0.0, 1.0, 2.0, np.nan, 9.0])
    found = histogram(values, edges=np.array([0.0, 1.0, 2.0]))
    assert found.shares.tolist() == [2 / 5, 2 / 5]
    assert (found.below, found.above) == (0, 1 / 5)
    assert found.cumulative.tolist() == [0, 2 / 5, 4 / 5]


GATED = {
    "m": [1.0, 5.0, 9.0, None, 9.0], "k": [0.0, 0.0, 1.0, 1.0, 0.0],
    "n_chars": [10, 10, 10, 10, 60],
    "m.status": ["ok", "ok", "ok", "empty", "too_short"], "k.status": ["ok"] * 5,
}  # fmt: skip


def test_gates_drop_neither_undefined_nor_too_short_documents():
    table = table_of(GATED)
    effects, left = gate_effects(table, gates_of(table, ["m>4", "k>=1"]))
    first, second = effects
    assert (first.dropped, first.share, first.size_share, first.only) == (2, 2 / 5, 20 / 100, 1)
    assert (second.dropped, second.only) == (2, 1)
    assert left == 2


def test_a_keep_curve_is_what_gates_leave():
    table = table_of(GATED)
    cuts = keep_curve(table, "m", ">", [0.0, 4.0, 9.0])
    assert [cut.kept for cut in cuts] == pytest.approx([2 / 5, 3 / 5, 1])
    assert [cut.kept_size for cut in cuts] == pytest.approx([0.7, 0.8, 1])
    for cut in keep_curve(table, "m", "<"):
        effect = gate_effects(table, [parse_gate(f"m<{cut.limit!r}")])[0][0]
        assert cut.kept == 1 - effect.share


def test_suggestions_are_quantiles_of_the_dropped_side():
    table = table_of({"m": np.arange(101.0)})
    assert suggestions(table, "m", ">")["drops 5 %"] == 95
    assert suggestions(table, "m", "<")["drops 10 %"] == 10
    sigmas = 3 * float(np.arange(101.0).std())
    assert suggestions(table, "m", ">")["mean and 3 sd"] == 50 + sigmas


def test_the_bad_end_follows_the_direction(scores):
    table = table_of(scores)
    assert [bad_end(table, name) for name in ("fkgl", "fre", "mattr.mattr")] == [">", "<", ">"]


def test_gates_know_aliases_primary_outputs_and_the_limits_of_sources(scores):
    table = table_of(scores)
    assert [str(g) for g in gates_of(table, ["flesch_kincaid_grade>9", "mattr<0.5"])] == [
        "fkgl>9", "mattr.mattr<0.5",
    ]  # fmt: skip
    curated = table_of(qm.score(["A text."], ["c4_paragraph@datatrove"]))
    assert [str(g) for g in gates_of(curated, ["source"])] == ["c4_paragraph@datatrove<3"]
    with pytest.raises(InputError, match="there are fkgl, fre, lix"):
        gates_of(table, ["nothing>1"])


def test_effect_sizes_of_hand():
    a, b = np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0])
    assert cohen_d(a, b) == pytest.approx(1.0)
    assert cliff_delta(a, b) == pytest.approx((6 - 1) / 9)  # 6 pairs greater, 1 smaller, 2 equal


def test_rows_of_the_same_ids_are_paired_whatever_their_order():
    draw = np.random.default_rng(0)
    base = draw.normal(0, 10, 200)
    ids = [f"d{i}" for i in range(200)]
    order = draw.permutation(200)
    first = table_of({"id": ids, "m": base})
    second = table_of({"id": [ids[i] for i in order], "m": (base + 0.5)[order]})
    (paired,) = differences(first, second, draws=200)
    assert paired.paired
    assert paired.difference.value == pytest.approx(0.5)
    assert paired.difference.low == pytest.approx(0.5)  # the same in every pair: no width
    (apart,) = differences(table_of({"m": base}), table_of({"m": base + 0.5}), draws=200)
    assert not apart.paired
    assert apart.difference.low < 0 < apart.difference.high


def test_an_interval_of_many_rows_is_that_of_the_mean():
    draw = np.random.default_rng(1)
    a, b = draw.normal(0, 1, 40_000), draw.normal(0, 1, 40_000)
    (found,) = differences(table_of({"m": a}), table_of({"m": b}), draws=400)
    width = 2 * 1.96 * np.sqrt(2 / 40_000)
    assert found.difference.high - found.difference.low == pytest.approx(width, rel=0.15)


def test_corpora_without_a_column_in_common_are_refused():
    with pytest.raises(InputError, match="no column in common"):
        differences(table_of({"a": [1.0]}), table_of({"b": [1.0]}))


def test_correlations_are_over_the_rows_where_both_are_defined():
    table = table_of({"a": [1.0, 2.0, 3.0, 9.0], "b": [30.0, 20.0, 10.0, None], "c": [5.0] * 4})
    found = correlations(table, ["a", "b", "c"])
    assert found[0].tolist()[:2] == [1, -1]
    assert np.isnan(found[2]).all()
