"""The playground, as a person in a browser meets it. Skipped where there is no Chromium."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

import qualmetrics
from qualmetrics.serve import Catalogue
from tests.serve.chromium import Page, executable
from tests.serve.conftest import Running, running

if executable() is None:
    pytest.skip("Chromium is not installed", allow_module_level=True)
for package in ("onnxruntime", "tokenizers"):
    pytest.importorskip(package)

SERVED = Catalogue(("fkgl", "fre", "words", "bmas", "relevance"))
SCORED = "document.getElementById('state')?.textContent.startsWith('Scored')"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    path = executable()
    assert path is not None
    browser = Page(path)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    with running(SERVED) as found:
        yield found


@pytest.fixture
def opened(page: Page, served: Running) -> Page:
    page.open(served.url + "/")
    page.wait(SCORED)
    return page


def put(page: Page, text: str, reference: str = "") -> None:
    """Put a text in place of what is there, and wait until it is scored."""
    page.run(f"document.getElementById('reference').value = {json.dumps(reference)}")
    page.run(
        "(() => { const field = document.getElementById('text'); "
        f"document.getElementById('state').textContent = ''; field.value = {json.dumps(text)}; "
        "field.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )
    page.wait(SCORED)


def shown(page: Page, selector: str) -> list[str]:
    found: list[str] = page.run(
        f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.textContent)"
    )
    return found


def test_scores_are_shown_with_value_unit_band_and_direction(opened: Page) -> None:
    text = "The small boat crossed the bay before noon. It was a fine day."
    put(opened, text)
    value = float(qualmetrics.get("fre").score_one(text))
    band = qualmetrics.get("fre").spec.band(value)
    names = shown(opened, "#scores .name")
    at = names.index("Flesch reading ease")
    assert shown(opened, "#scores .value")[at].startswith(f"{value:.0f}")
    assert shown(opened, "#scores .meaning")[at] == (
        f"{band} · points, most prose 0 to 100 · higher is easier to read"
    )


def test_a_score_without_what_it_needs_says_so(opened: Page) -> None:
    put(opened, "The boat left.")
    said = dict(zip(shown(opened, "#scores .name"), shown(opened, "#scores .meaning"), strict=True))
    assert said["BMAS"] == "needs a reference"
    assert said["Relevance"] == "needs the value “prompt”"
    assert shown(opened, "#columns label") == ["prompt"]


def test_a_text_without_words_has_no_value_and_the_reason(opened: Page) -> None:
    put(opened, "...")
    assert shown(opened, "#scores .meaning")[0] == "no value: there is no word in it"
    assert shown(opened, "#scores .value")[0] == "–"


def test_it_loads_nothing_from_elsewhere_and_breaks_no_rule(opened: Page, served: Running) -> None:
    put(opened, "One text.", "Another text.")
    assert opened.errors() == []
    assert {address.split("/")[2] for address in opened.asked()} == {served.url.split("/")[2]}


def test_edits_are_scored_again_once_the_typing_pauses(opened: Page, served: Running) -> None:
    put(opened, "")
    before = served.meter("requests_total", route="/v1/analyse", status="200")
    opened.run("document.getElementById('text').focus()")
    opened.type("The old boat sailed home.")
    opened.wait("document.getElementById('counts').textContent === '5 words, 1 sentence'")
    asked = served.meter("requests_total", route="/v1/analyse", status="200") - before
    assert asked <= 3


def test_sentences_are_coloured_by_their_own_grade_where_they_stand(opened: Page) -> None:
    hard = "Considerable deliberation preceded the committee's regrettable determination."
    put(opened, f"🙂 The cat sat on the mat. {hard} 🚀 Nobody objected to it then.")
    spans = opened.run(
        "[...document.querySelectorAll('#mirror [data-sentence]')]"
        ".map((e) => [e.className, e.textContent])"
    )
    assert ["level-4", hard] in [[name, text.strip()] for name, text in spans]
    assert [name for name, text in spans if "cat sat" in text] == ["level-0"]
    assert shown(opened, "#sentences .quote")[0].strip() == hard


def test_colours_stay_with_their_sentence_while_the_text_before_is_edited(opened: Page) -> None:
    hard = "Considerable deliberation preceded the committee's regrettable determination."
    put(opened, f"A cat sat. {hard}")
    text = opened.run(
        "(() => { const field = document.getElementById('text'); field.focus(); "
        "field.setRangeText('Yes. ', 0, 0, 'end'); "
        "field.dispatchEvent(new Event('input', {bubbles: true})); "
        "return document.querySelector('#mirror .level-4').textContent; })()"
    )
    assert text == hard


def test_hard_words_have_a_reason_and_lead_to_their_place(opened: Page) -> None:
    put(opened, "The deliberation ended. No deliberation is short.")
    assert shown(opened, "#words .row") == [
        "deliberation2×5 syllables; unfamiliar (Dale-Chall); 12 letters"
    ]
    for start in (4, 27):
        opened.run("document.querySelector('#words button').click()")
        assert opened.run("document.getElementById('text').selectionStart") == start


def test_the_place_of_the_caret_is_explained(opened: Page) -> None:
    put(opened, "The cat sat on the mat.")
    opened.run("document.getElementById('text').focus()")
    opened.press("ArrowRight", 39)
    opened.wait("document.getElementById('here').textContent.startsWith('Sentence 1 of 1: easy')")


def test_the_map_frames_the_matches_that_the_library_finds(opened: Page) -> None:
    from qualmetrics.explain import explain

    text, reference = "The small boat crossed the bay.", "A ship went over the water."
    put(opened, text, reference)
    frames = opened.run(
        "[...document.querySelectorAll('.cell.best')]"
        ".map((e) => [Number(e.dataset.row), Number(e.dataset.column)])"
    )
    alignment: Any = explain("bmas", text, reference=reference)
    assert frames == [[i, piece.match] for i, piece in enumerate(alignment.text_pieces)]


def test_the_map_is_read_with_the_arrow_keys(opened: Page) -> None:
    put(opened, "The small boat.", "A ship sailed.")
    opened.run("document.querySelector('.cell').focus()")
    opened.press("ArrowRight", 39)
    opened.press("ArrowDown", 40)
    place = "document.activeElement.dataset.row + document.activeElement.dataset.column"
    assert opened.run(place) == "11"
    assert opened.run("document.getElementById('match-here').textContent").startswith(
        "“small” and “ship”: "
    )


def test_everything_is_reached_with_the_tab_key(opened: Page) -> None:
    put(opened, "Considerable deliberation preceded the determination today.", "A talk came first.")
    opened.run("document.activeElement.blur()")
    reached = []
    for _ in range(60):
        opened.press("Tab", 9)
        reached.append(
            opened.run(
                "document.activeElement.id || document.activeElement.className "
                "|| document.activeElement.tagName"
            )
        )
        if reached[-1] == "BODY":
            break
    wanted = {"skip", "example", "clear", "text", "SUMMARY", "reference", "mark", "row"}
    assert wanted <= set(reached)
    assert any(name.startswith("cell") for name in reached)


def test_the_focus_stays_where_it_was_when_a_list_is_drawn_anew(opened: Page) -> None:
    put(opened, "Considerable deliberation preceded the determination today.", "A talk came first.")
    opened.run("document.querySelectorAll('#scores summary')[2].focus()")
    opened.run("document.getElementById('state').textContent = ''")
    opened.run("document.getElementById('text').dispatchEvent(new Event('input'))")
    opened.wait(SCORED)
    assert opened.run("document.activeElement.querySelector('.name').textContent") == "Words"


def test_every_field_and_button_has_a_name(opened: Page) -> None:
    put(opened, "Considerable deliberation.", "A talk.")
    opened.call("Accessibility.enable")
    tree = opened.call("Accessibility.getFullAXTree")["nodes"]
    roles = ("textbox", "button", "link", "DisclosureTriangle", "gridcell", "image")
    unnamed = [
        node["role"]["value"]
        for node in tree
        if node.get("role", {}).get("value") in roles
        and not node.get("ignored")
        and not node.get("name", {}).get("value")
    ]
    assert unnamed == []


def test_changes_are_shown_against_the_text_it_began_with(opened: Page) -> None:
    opened.run("document.getElementById('clear').click()")
    opened.wait("document.getElementById('counts').textContent.startsWith('0 words')")
    put(opened, "The cat sat.")
    put(opened, "The cat sat. The dog sat too.")
    assert shown(opened, "#scores .change")[-1] == "+4"
    opened.run("document.getElementById('mark').click()")
    assert shown(opened, "#scores .change") == []


def test_what_is_typed_is_never_markup(opened: Page) -> None:
    put(opened, "<img src=x onerror=alert(1)> <b>considerable</b> deliberation", "<i>a</i> word")
    assert (
        opened.run(
            "document.querySelectorAll('img:not(.top img), main b, main i:not([class])').length"
        )
        == 0
    )
    assert opened.errors() == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_fits_the_window_and_can_be_read(
    page: Page, served: Running, size: str, dark: bool, tmp_path: Any
) -> None:
    width, height = SIZES[size]
    page.open(served.url + "/", width=width, height=height, dark=dark)
    page.wait(SCORED)
    assert page.run("document.documentElement.scrollWidth") == width
    ratio = page.run(
        """(() => {
          const light = (colour) => {
            const parts = colour.match(/[0-9.]+/g).slice(0, 3).map((v) => v / 255)
              .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
          };
          const ground = (e) => {
            for (; e; e = e.parentElement) {
              const colour = getComputedStyle(e).backgroundColor;
              if (!/, 0\\)|transparent/.test(colour)) return colour;
            }
          };
          const ratio = (ink, paper) => {
            const [a, b] = [light(ink), light(paper)].sort((x, y) => y - x);
            return (a + 0.05) / (b + 0.05);
          };
          const text = getComputedStyle(document.getElementById('text')).color;
          const all = (selector) => [...document.querySelectorAll(selector)];
          const read = all('h1, p, .name, .value, .meaning, small, .word')
            .filter((e) => e.textContent.trim())
            .map((e) => ratio(getComputedStyle(e).color, ground(e)));
          const levels = all('.swatch').map((e) => ratio(text, ground(e)));
          return Math.min(...read, ...levels);
        })()"""
    )
    assert ratio >= 4.5
    page.screenshot(tmp_path / f"{size}.png")
    assert (tmp_path / f"{size}.png").stat().st_size > 20_000


def test_another_language_is_graded_by_lix(page: Page, start: Any) -> None:
    server = start(Catalogue(("fre",), lang="de"))
    page.open(server.url + "/")
    page.wait(SCORED)
    hard = "Die Hauptverwaltung beabsichtigt kostenintensive Instandsetzungsarbeiten."
    put(page, f"{hard} Wir gehen.")
    assert shown(page, "#scores .name") == ["Amstad"]
    assert shown(page, "#legend .by") == ["Colour: each sentence's own LIX"]
    assert page.run("document.querySelector('#mirror span').className") == "level-4"
    assert shown(page, "#words small")[0] == "7 syllables; 23 letters"


def test_it_works_behind_a_token_in_the_path(page: Page, start: Any) -> None:
    server = start(Catalogue(("fkgl",)), token="a-token-of-enough-letters")  # noqa: S106
    page.open(f"{server.url}/t/a-token-of-enough-letters/")
    page.wait(SCORED)
    assert shown(page, "#scores .name") == ["Flesch-Kincaid grade"]
    assert page.errors() == []
    assert page.run("document.getElementById('match-panel').hidden")


def test_a_server_that_is_gone_is_told_and_asked_again(page: Page, start: Any) -> None:
    server = start(Catalogue(("fkgl",)))
    page.open(server.url + "/")
    page.wait(SCORED)
    server.stop()
    page.run("document.getElementById('text').focus()")
    page.type("x")
    page.wait("document.getElementById('state').textContent.includes('out of reach')")
    time.sleep(0)  # the next attempt comes by itself
