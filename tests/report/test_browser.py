"""The report, as a person in a browser meets it. Skipped where there is no Chromium."""

import pytest

from qualmetrics.report import keep_curve, report, table_of
from tests.serve.chromium import Page, executable

if executable() is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)
pytest.importorskip("jinja2")
pytest.importorskip("scipy")


@pytest.fixture(scope="module")
def browser():
    page = Page(executable())
    yield page
    page.close()


@pytest.fixture(scope="module")
def address(scores, texts, sources, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    report(scores, path, texts=texts, columns={"source": sources}, by="source", gates=["fkgl>9"])
    return path.as_uri()


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_loads_nothing_and_complains_of_nothing(browser, address, size, dark):
    width, height = size
    browser.open(address, width=width, height=height, dark=dark)
    assert browser.errors() == []
    assert browser.asked() == [address]
    assert browser.run("document.documentElement.scrollWidth") == width
    paper = browser.run("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(20, 23, 22)" if dark else "rgb(250, 249, 246)")


def test_long_names_fit_a_phone(browser, tmp_path):
    name = "a_rather_long_name_of_a_heuristic@some_source.and_an_output_of_it"
    path = tmp_path / "long.html"
    columns = {name: [1.0, 2.0, 3.0], "other": [2.0, 1.0, 3.0], "g": [name] * 3}
    report(columns, path, by="g", gates=[f"{name}>2"], ids=[name * 2] * 3, texts=[name] * 3)
    browser.open(path.as_uri(), width=390, height=844)
    browser.run("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert browser.run("document.documentElement.scrollWidth") == 390


def test_the_limit_moves_by_keyboard_and_says_what_it_keeps(browser, address, scores):
    browser.open(address)
    table = table_of(scores, texts=["x"] * 63)
    cuts = keep_curve(table, "fkgl", ">")
    browser.run("document.querySelector('input[data-name=fkgl]').focus()")
    at = int(browser.run("document.activeElement.value"))
    browser.press("ArrowLeft", 37)
    said = browser.run("document.getElementById(document.activeElement.id + '-said').textContent")
    assert f"keeps {100 * cuts[at - 1].kept:.1f} % of the documents" in said


def test_weighing_by_size_shows_the_other_picture(browser, address):
    browser.open(address)
    shown = "getComputedStyle(document.querySelector('.by-{}')).display"
    assert browser.run(shown.format("sizes")) == "none"
    browser.run("document.getElementById('weigh').click()")
    assert browser.run(shown.format("sizes")) == "inline"
    assert browser.run(shown.format("documents")) == "none"


def test_the_scatter_plot_holds_every_document_with_both_values(browser, address, scores):
    browser.open(address)
    browser.run(
        "(() => { const y = document.getElementById('y'); y.value = 'lix'; "
        "y.dispatchEvent(new Event('change')); })()"
    )
    label = browser.run("document.getElementById('scatter').getAttribute('aria-label')")
    both = (scores["fkgl"].primary == scores["fkgl"].primary).sum()
    assert label == f"{both} documents, fkgl across, lix upwards"


def test_a_link_to_a_document_opens_it(browser, address):
    browser.open(address)
    browser.run("document.querySelector('.metric details').open = true")
    browser.run("document.querySelector('.metric a.id').click()")
    browser.wait("!!document.querySelector('details.view[open]')")
    assert browser.run("document.querySelector('details.view[open]').id") == browser.run(
        "document.querySelector('.metric a.id').hash.slice(1)"
    )
