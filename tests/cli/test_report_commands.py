"""``report``, ``compare`` and ``threshold``: exit codes, files, and numbers that agree."""

import json
import re
from collections.abc import Callable

import numpy as np
import pytest

from qualmetrics.report import differences, table_of
from qualmetrics.report.svg import number
from tests.cli.conftest import Ran

pytest.importorskip("jinja2")
pytest.importorskip("scipy")
Command = Callable[..., Ran]
PLAIN = "The cat sat on the mat. It was happy. "
HARD = "The municipal committee reconsidered its preliminary recommendations. "


@pytest.fixture
def scored(qm: Command, tmp_path):
    """Write texts and their scores, twice; return what runs commands beside them."""
    for name, turn in (("a", 0), ("b", 1)):
        texts = [PLAIN * (i % 5 + turn) + HARD * (i % 3) for i in range(30)]
        rows = ({"id": f"d{i}", "text": t, "kind": "xy"[i % 2]} for i, t in enumerate(texts))
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        assert (
            qm("score", path.name, "-m", "fkgl,fre", "-o", f"{name}.scores.jsonl", "-q").code == 0
        )
    return qm


def test_a_report_is_written_with_documents_groups_and_gates(scored, tmp_path):
    done = scored(
        "report", "a.scores.jsonl", "--texts", "a.jsonl", "--by", "kind", "--gate", "fkgl>3",
        "-o", "out.html",
    )  # fmt: skip
    assert (done.code, done.out) == (0, "out.html\n")
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    for part in ("By kind", "fkgl&gt;3", "municipal", "markup"):
        assert part in page


def test_charts_are_written_beside_the_page(scored, tmp_path):
    asked = ("--pictures", "charts", "--picture-format", "svg", "-o", "out.html")
    done = scored("report", "a.scores.jsonl", "--gate", "fkgl>3", *asked)
    assert done.out.splitlines() == [
        "out.html",
        *(f"charts/{name}.svg" for name in ("fkgl", "fkgl-kept", "fre", "fre-kept")),
    ]
    assert 'class="gate"' in (tmp_path / "charts" / "fkgl.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report", "none.jsonl"), "no such file"),
        (("report", "a.scores.jsonl", "--pictures", "a.jsonl"), "cannot write pictures"),
        (("report", "a.scores.jsonl", "--pictures", "c", "--picture-format", "gif"), "png, svg"),
        (("report", "a.jsonl"), "header with the signatures"),
        (("report", "a.scores.jsonl", "--gate", "nothing>3"), "there are fkgl, fre"),
        (("report", "a.scores.jsonl", "--by", "sort"), "a.jsonl:1: no field 'sort'"),
        (("report", "a.scores.jsonl", "--where", "fkgl"), "cannot read the gate 'fkgl'"),
        (("report", "a.scores.jsonl", "--where", "lix>3"), "there are fkgl, fre"),
        (("report", "a.scores.jsonl", "--where", "mean(fkgl)>3"), "on each text is NAME"),
        (("report", "a.scores.jsonl", "--where", "fkgl>99"), "none of 30 documents fulfils"),
        (("compare", "a.scores.jsonl", "b.scores.jsonl", "--where", "fre>999"), "none of 30"),
        (("report", "a.scores.jsonl", "--texts", "none.jsonl"), "none.jsonl"),
        (("threshold", "a.scores.jsonl", "-m", "fkgl", "--drop", "!="), "is not one of"),
        (("threshold", "a.scores.jsonl", "-m", "fkgl", "--keep", "80"), "share between 0 and 1"),
        (("compare", "a.scores.jsonl", "b.scores.jsonl", "-m", "lix"), "there are fkgl, fre"),
    ],
)
def test_what_is_not_there_is_exit_code_2(scored, arguments, said):
    done = scored(*arguments)
    assert done.code == 2
    assert said in done.err


def test_only_what_fulfils_the_conditions_is_reported(scored, tmp_path):
    path = tmp_path / "a.scores.jsonl"
    rows = [json.loads(line)["scores"] for line in path.read_text().splitlines()[1:]]
    kept = [row for row in rows if row["fkgl"] is not None and row["fkgl"] > 3 and row["fre"] < 80]
    asked = ("--where", "fkgl>3,flesch_reading_ease<80")
    assert scored("report", "a.scores.jsonl", *asked, "--by", "status").code == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert 0 < len(kept) < 30
    assert f"fkgl&gt;3, fre&lt;80: {len(kept)} of 30 documents" in page
    assert "no_words" not in page
    done = scored("threshold", "a.scores.jsonl", "-m", "fkgl", "--format", "json", *asked)
    limits = [cut["limit"] for cut in json.loads(done.out)["curve"]]
    assert (min(limits) > 3, max(limits)) == (True, max(row["fkgl"] for row in kept))
    done = scored("compare", *["a.scores.jsonl"] * 2, *asked, "--format", "json")
    assert json.loads(done.out)["results"][0]["first"]["n"] == len(kept)


@pytest.mark.parametrize("how", [(), ("--level", "sentence")])
@pytest.mark.parametrize("run", [False, True])
def test_rows_are_grouped_by_a_field_that_is_only_in_what_was_scored(scored, tmp_path, run, how):
    into = ("--format", "parquet", "-o", "out", "--workers", "0") if run else ("-o", "out.jsonl")
    assert scored("score", "a.jsonl", "-m", "words", "-q", *how, *into).code == 0
    source = "out" if run else "out.jsonl"
    assert scored("report", source, "--by", "kind", "-o", "r.html").code == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "By kind" in page
    shown = table_of(tmp_path / source)
    n = {"x": 0, "y": 0}
    for name in map(str, shown.ids):
        n["xy"[int(name.partition("#")[0][1:]) % 2]] += 1
    groups = page[page.index("By kind") :]
    assert re.search(rf"\bx\b.*?\b{n['x']}\b.*?\by\b.*?\b{n['y']}\b", groups, re.S)
    (tmp_path / "a.jsonl").rename(tmp_path / "moved.jsonl")
    done = scored("report", source, "--by", "kind")
    assert (done.code, "a.jsonl, which was scored, is not there" in done.err) == (2, True)
    if not how:
        assert scored("report", source, "--by", "kind", "--texts", "moved.jsonl").code == 0


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_texts_without_the_field_to_group_by_are_said_to_lack_it(scored, tmp_path, kind):
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    rows = [{"id": row["id"], "text": row["text"]} for row in rows]
    texts = tmp_path / f"t.{kind}"
    if kind == "parquet":
        parquet.write_table(pa.Table.from_pylist(rows), texts)
    elif kind == "csv":
        texts.write_text("id,text\n" + "".join(f"{r['id']},{r['text']}\n" for r in rows))
    else:
        texts.write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = ("report", "a.scores.jsonl", "--by", "sort", "-o", "o.html", "--texts")
    done = scored(*asked, texts.name)
    assert (done.code, "cannot group by 'sort'" in done.err) == (2, True)
    assert f"nor in t.{kind}: t.{kind}" in done.err
    more = [*rows[:1], {**rows[1], "sort": "new"}, *rows[2:]]
    (tmp_path / "m.jsonl").write_text("".join(json.dumps(row) + "\n" for row in more))
    assert scored(*asked, "m.jsonl").code == 0
    page = (tmp_path / "o.html").read_text(encoding="utf-8")
    assert "By sort" in page
    assert page.count("municipal") > 1  # rows without the field have their texts


def test_what_was_put_beside_the_scores_is_there_to_group_by(scored, tmp_path):
    lines = (tmp_path / "a.scores.jsonl").read_text().splitlines()
    rows = [{**json.loads(line), "site": f"s{i % 3}"} for i, line in enumerate(lines[1:])]
    text = "\n".join([lines[0], *map(json.dumps, rows)])
    (tmp_path / "joined.jsonl").write_text(text)
    assert scored("report", "joined.jsonl", "--by", "site").code == 0
    assert "By site" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_comparison_says_what_the_function_says(scored, tmp_path):
    done = scored("compare", "a.scores.jsonl", "b.scores.jsonl", "--format", "json", "-o", "c.html")
    data = json.loads(done.out)
    assert data["paired"] is True
    found = differences(
        table_of(tmp_path / "a.scores.jsonl"), table_of(tmp_path / "b.scores.jsonl")
    )
    for row, one in zip(data["results"], found, strict=True):
        assert row["difference"] == one.difference.to_dict()
        assert row["cliff_delta"] == one.delta
    assert "paired by id" in (tmp_path / "c.html").read_text(encoding="utf-8")


def test_a_comparison_in_the_terminal_names_both_corpora(scored):
    done = scored("compare", "a.scores.jsonl", "b.scores.jsonl")
    assert done.out.splitlines()[0].split()[:3] == ["column", "a.scores.jsonl", "b.scores.jsonl"]
    assert "paired by id" in done.out


def test_a_threshold_keeps_the_share_asked_for(scored, tmp_path):
    done = scored("threshold", "a.scores.jsonl", "-m", "fkgl", "--keep", "0.8", "--format", "json")
    data = json.loads(done.out)
    values = table_of(tmp_path / "a.scores.jsonl").values["fkgl"]
    (limit,) = data["suggestions"].values()
    kept = 1 - (values > limit).mean()  # those without a value stay
    assert kept >= 0.8
    assert 1 - (values >= limit).mean() < 0.8  # a stricter limit would keep less
    assert (data["curve"][0]["limit"], data["curve"][0]["kept"]) == (limit, pytest.approx(kept))


@pytest.mark.parametrize("more", [(), ("--keep", "0.9"), ("--keep", "0.9", "--format", "json")])
def test_no_limit_drops_what_is_too_short_and_that_is_said_on_the_page_too(qm, tmp_path, more):
    rows = ({"id": f"d{i}", "text": HARD * (i + 1)} for i in range(4))
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert qm("score", "a.jsonl", "-m", "smog", "-o", "s.jsonl", "-q").code == 0
    done = qm("threshold", "s.jsonl", "-m", "smog", *more)
    assert (done.code, done.out) == (2, "")
    assert "all 4 values of smog are too_short, and a gate drops none of those" in done.err
    assert qm("report", "s.jsonl", "-o", "s.html", "--pictures", "charts").code == 0
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "To start from" not in page
    assert "Every value is too short for the measure" in page
    assert [path.name for path in (tmp_path / "charts").iterdir()] == ["smog.png"]


def test_limits_to_start_from_drop_what_they_say_where_some_are_too_short(qm, tmp_path):
    status = ["ok", "too_short", "empty", "ok"]
    rows = [
        {"id": f"d{i}", "m": None if i % 4 == 2 else float(i), "m.status": status[i % 4]}
        for i in range(200)
    ]
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "s.parquet")
    for more in ((), ("--keep", "0.9"), ("--keep", "0.3")):
        asked = ("threshold", "s.parquet", "-m", "m", "--format", "json", *more)
        starts = json.loads(qm(*asked).out)["suggestions"]
        for what, limit in starts.items():
            left = [r for r in rows if r["m.status"] != "ok" or r["m"] <= limit]
            share = {"drops 1 %": 0.99, "drops 5 %": 0.95, "drops 10 %": 0.9}.get(what)
            if share:
                assert len(left) / 200 == pytest.approx(share, abs=0.006)
        if more == ("--keep", "0.9"):
            assert len(left) == 180
        if more == ("--keep", "0.3"):
            assert len(left) == 101  # fewer cannot be: half are judged by no gate, one stays


def test_a_threshold_drops_the_hard_end_of_ease(scored):
    assert "fre<" in scored("threshold", "a.scores.jsonl", "-m", "fre").out


def test_a_run_of_the_corpus_engine_is_reported_as_its_parquet_says(scored, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    pytest.importorskip("zstandard")
    assert scored("score", "a.jsonl", "-m", "fkgl", "-o", "run", "--format", "parquet").code == 0
    assert scored("score", "--add", "words", "run").code == 0
    assert scored("report", "run", "--gate", "fkgl>5", "-o", "run.html").code == 0
    (part,) = (tmp_path / "run" / "parts").glob("*.parquet")
    values = parquet.read_table(part).column("fkgl").to_numpy()
    values = values[np.isfinite(values)]
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    row = page[page.index('<tr data-column="fkgl">') :]
    cells = re.findall(r'<td class="n">([^<]*)</td>', row[: row.index("</tr>")])
    numbers = [*np.percentile(values, [0, 5, 50, 95, 100]), values.mean()]
    assert cells[:6] == [number(float(value)) for value in numbers]
    assert f'<td class="n">{(values > 5).sum()}</td>' in page
    for shown in (
        "1 of 1 done, 0 rows with errors",
        '<tr data-column="words">',
        "words|words:en/1",
    ):
        assert shown in page
    part.unlink()
    done = scored("report", "run")
    assert (done.code, "no part yet" in done.err) == (2, True)
