"""The page: its numbers are those of the table, and it asks for nothing from anywhere."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.report import compare_report, report, table_of
from qualmetrics.report.svg import number, percent, ticks
from tests.report.conftest import NAMES

pytest.importorskip("jinja2")
pytest.importorskip("scipy")


class Reader(HTMLParser):
    """Collects the cells of rows that name a column, tags, attributes, and what is not closed."""

    VOID = frozenset("meta link input br".split())

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: dict[str, list[str]] = {}
        self.stack: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.row: list[str] | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.links += [v for k, v in attrs if k in ("src", "href", "action", "xlink:href") and v]
        self.ids += [given["id"]] if "id" in given else []
        if tag == "tr" and "data-column" in given:
            self.row = self.rows.setdefault(given["data-column"], [])
        if self.row is not None and tag in ("td", "th"):
            self.row.append("")
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag
        if tag == "tr":
            self.row = None

    def handle_data(self, data):
        if self.row:
            self.row[-1] += data


@pytest.fixture(scope="module")
def page(scores, texts, sources) -> str:
    return report(
        scores, title="A & B", texts=texts, columns={"source": sources}, by="source",
        gates=["fkgl>9", "fre<30"],
    )  # fmt: skip


def test_numbers_of_the_page_are_those_of_the_table(page, scores):
    rows = Reader(page).rows
    assert list(rows) == ["fkgl", "fre", "lix", "mattr.msttr", "mattr.mattr"]
    for name in ("fkgl", "fre", "lix"):
        values = scores[name].primary
        there = values[np.isfinite(values)]
        quantiles = [*np.percentile(there, [0, 5, 50, 95, 100]), there.mean()]
        assert rows[name][1:7] == [number(float(value)) for value in quantiles]
        assert rows[name][7] == percent(1 - len(there) / len(values))


def test_the_meaning_and_direction_of_a_column_stand_beside_it(page):
    assert (
        Reader(page).rows["fkgl"][9].split()
        == (
            f"{qm.get('fkgl').spec.description.splitlines()[0]} US grade; higher is harder to read"
        ).split()
    )


def test_what_the_gates_drop_stands_there(page, scores):
    fkgl = scores["fkgl"].primary
    fre = scores["fre"].primary
    hit = (fkgl > 9).sum()
    assert re.search(rf'<th scope="row">fkgl&gt;9</th><td class="n">{hit}</td>', page)
    left = int((~((fkgl > 9) | (fre < 30))).sum())
    assert f"they keep <b>{left}</b> of 63 documents" in page


def test_the_page_asks_for_nothing_and_is_well_formed(page):
    reader = Reader(page)
    assert reader.stack == []
    assert [link for link in reader.links if not link.startswith(("#", "data:,"))] == []
    assert {link[1:] for link in reader.links if link.startswith("#")} <= set(reader.ids)
    assert len(set(reader.ids)) == len(reader.ids)
    assert not re.search(r"url\(|@import|https?://", page)


def test_what_comes_from_texts_and_columns_is_escaped(page):
    assert "alert(1)</script>" not in page
    assert "&lt;script&gt;" in page
    assert "<b>odd</b>" not in page
    assert "A &amp; B" in page
    hostile = '"><img src=x onerror=alert(1)>'
    named = report({hostile: [1.0, 2.0], "k": [1.0, 3.0], "id": [hostile, "</script>"]})
    assert "<img" not in named
    assert named.count("</script>") == 2


@pytest.mark.parametrize(
    "columns",
    [
        {"m": []},
        {"m": [5.0]},
        {"m": [5.0] * 10, "k": [1.0, None] * 5},
        {"m": [None, None], "k": [1.0, 2.0]},
        {"m": [float("inf"), 1.0, -float("inf")], "k": [1e300, -1e300, 0.0]},
        {"a.b": [1.0, 2.0], "a-b": [2.0, 1.0], "A b": [1.0, 1.0]},
    ],
)
def test_odd_tables_make_a_page(columns):
    reader = Reader(report(columns, gates=[f"{next(iter(columns))}>3"] if "m" in columns else ()))
    assert list(reader.rows) == list(columns)
    assert len(set(reader.ids)) == len(reader.ids)


def test_ten_metrics_fit_in_300_kilobytes():
    draw = np.random.default_rng(0)
    columns = {f"metric_{i}": draw.normal(50, 10, 20_000) for i in range(10)}
    sentence = "The committee reconsidered its recommendations because nobody had read them. "
    texts = [sentence * 100] * 20_000
    made = report(
        columns, texts=texts, columns={"g": [str(i % 12) for i in range(20_000)]}, by="g",
        gates=["metric_1>60"],
    )  # fmt: skip
    assert len(made.encode()) < 300_000


def test_documents_at_the_ends_are_shown_with_their_values(page, scores):
    hardest = int(np.nanargmax(scores["fkgl"].primary))
    section = page[page.index('id="m-fkgl"') : page.index('id="m-fre"')]
    first = section[section.index("hardest (highest)") :]
    assert number(float(scores["fkgl"].primary[hardest])) in first[:200]
    assert f'id="d-{hardest}"' in page
    assert "nearest to fkgl&gt;9" in section


def test_a_report_of_nothing_defined_says_so():
    made = report(qm.score(["", "..."], ["fkgl"]))
    assert "No document has a value." in made
    assert Reader(made).rows["fkgl"][3] == "–"


def test_an_alignment_is_drawn():
    np.random.default_rng(0)
    from qualmetrics.core import Status
    from qualmetrics.similarity.explain import Alignment, Piece

    piece = Piece(0, 3, "<i>", 1.0, 0, 0.9)
    found = Alignment(
        "bmas", "bmas|v:1", {"bmas": 0.9}, Status.OK, "<i>", "<i>", (piece,), (piece,), ((0.9,),)
    )
    made = report({"m": [1.0, 2.0]}, alignments=[found])
    assert "0.900</title>" in made
    assert "<i></i>" not in made


def test_a_page_is_written_whole_or_not_at_all(tmp_path):
    made = report({"m": [1.0]}, tmp_path / "r.html")
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == made
    with pytest.raises(InputError, match="cannot write"):
        report({"m": [1.0]}, tmp_path / "no" / "r.html")
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]


def test_a_group_that_is_not_there_is_refused(scores):
    with pytest.raises(InputError, match="beside the scores are: none"):
        report(scores, by="source")


def test_two_corpora_side_by_side(scores):
    first, second = ({n: s.take(np.arange(i, 60, 2)) for n, s in scores.items()} for i in (0, 1))
    made = compare_report(first, second, names=("even", "odd"), metrics=["fkgl"], draws=100)
    row = Reader(made).rows["fkgl"]
    means = [float(np.nanmean(side["fkgl"].primary)) for side in (first, second)]
    assert row[1:3] == [number(mean) for mean in means]
    assert row[3] == number(means[1] - means[0])
    assert "not paired" in made


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "0"), (1234.5, "1,234"), (0.12345, "0.1235"), (1e-9, "1e-09"), (float("nan"), "–")],
)
def test_numbers_are_written_for_people(value, expected):
    assert number(value) == expected


def test_ticks_lie_inside_and_are_few():
    for low, high in [(0.0, 1.0), (-3.7, 12.2), (0.001, 0.0019), (5e6, 9e6)]:
        found = ticks(low, high)
        assert 2 <= len(found) <= 7
        assert all(low - 1e-9 <= tick <= high * (1 + 1e-9) for tick in found)


def test_every_name_of_the_fixture_is_scored(scores):
    assert tuple(scores) == NAMES
    assert len(table_of(scores)) == 63
