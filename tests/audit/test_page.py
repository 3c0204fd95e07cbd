"""The page of an audit, as a person in a browser meets it. Skipped where there is no Chromium."""

import numpy as np
import pytest

from qualmetrics.audit import Material, Settings, audit, compare
from tests.audit import toys
from tests.serve.chromium import Page, executable

if executable() is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)
pytest.importorskip("jinja2")


@pytest.fixture(scope="module")
def browser():
    page = Page(executable())
    yield page
    page.close()


@pytest.fixture(scope="module")
def material():
    texts = tuple(f"A clear <b>text</b> about the {t}. It is {'so ' * k}true." for k, t in
                  enumerate(toys.TITLES))  # fmt: skip
    return Material(texts, tuple("aabbccddeeff"), np.array([1.0, 0.0] * 6))


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("several", [False, True])
def test_it_fits_and_loads_nothing(browser, material, tmp_path, size, dark, several):
    told = {"checks": ["values", "accuracy", "degenerate", "order"], "settings": Settings(draws=5)}
    made = (
        compare([toys.length, toys.punctuation], material, **told)
        if several
        else audit(toys.length, material, **told)
    )
    path = tmp_path / "audit.html"
    path.write_text(made.to_html(), encoding="utf-8")
    browser.open(path.as_uri(), width=size[0], height=size[1], dark=dark)
    assert browser.errors() == []
    assert browser.asked() == [path.as_uri()]
    assert browser.run("document.documentElement.scrollWidth") == size[0]
    assert browser.run("document.querySelectorAll('.verdict.v-fail').length") > 0


def test_no_text_of_the_material_is_on_any_page(material):
    made = audit(toys.length, material, settings=Settings(draws=5))
    for page in (made.to_html(), made.to_markdown(), made.to_json()):
        assert "A clear" not in page
        assert "harbour" not in page
