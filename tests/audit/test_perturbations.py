"""Edits: what they change, what they leave alone, and the same in every process."""

import hashlib
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualmetrics.audit.perturbations import PERTURBATIONS, Draft, perturb, perturb_all
from qualmetrics.audit.perturbations.code import BAD
from qualmetrics.audit.perturbations.wrappers import ROT2
from qualmetrics.errors import InputError

PLAIN = (
    "Dr. Smith's café (https://example.com/a?b=1) didn't organize 3.5 \"colour\" meetings.\n"
    "The theater is near. Nobody knew why, but it cost $45.50.\n\nThe last paragraph is short."
)
CODE = "Try this:\n\n```python\nx = 1\nprint(x)\n```\n\nThe answer is \\boxed{4 {2}}."


def one(name, text, **settings):
    return perturb([text], name, **settings)[0]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("spaced_punctuation", "Well, 3.5 go.", "Well ,  3.5 go . "),
        ("collapsed_spaces", " a  b \n\tc", "a b\nc"),
        ("joined_lines", "one\ntwo\n\nthree\n- item", "one two\n\nthree\n- item"),
        ("crlf", "a\nb", "a\r\nb"),
        ("trailing_spaces", "a\n\nb", "a \n\nb "),
        ("curly_quotes", "\"It's so,\" he said.", "“It’s so,” he said."),
        ("straight_quotes", "“It’s” – so", "\"It's\" - so"),
        ("nfd", "é", "e\u0301"),
        ("nfc", "e\u0301", "é"),
        ("first_letter", "“abc", "“Abc"),
        ("end_mark", "Yes", "Yes."),
        ("quoted", "a", '"a"'),
        ("british_spelling", "COLOR Organized theater", "COLOUR Organised theatre"),
        ("american_spelling", "analyses of colour analysed", "analyses of color analyzed"),
        ("contractions_expanded", "Don't! I'm he’s WE'LL", "Do not! I am he’s WE WILL"),
        ("half", "one two three", "one two"),
        ("last_paragraph_twice", "a\n\nb", "a\n\nb\n\nb"),
        ("markdown_off", "# A\n\n1. *x* `y`\n> **z**", "A\n\nx y\nz"),
        ("markdown_on", "Boil it. Pour it.", "## Boil it.\n\n- Pour it."),
        ("answer_format", "So \\boxed{a{b}}.", "So a{b}.\n\n# Answer\n\na{b}"),
        ("answer_format", "So it is\n\n# Answer\n\n7", "So it is\n\n\\boxed{7}"),
        ("code_comments_bad", "```js\nf()\n\n```\nf()", f"```js\nf()  // {BAD}\n\n```\nf()"),
        ("code_appended", "no code", "no code"),
        ("rot2", "xyz AZ", f"{ROT2}zab CB"),
    ],
)  # fmt: skip
def test_an_edit_by_hand(name, text, expected):
    assert one(name, text) == expected


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_numbers_and_addresses_stay(name):
    if name in ("word_shuffle", "half", "language_swap", "rot13", "rot2"):
        pytest.skip("moves, drops or encodes everything")
    for rate in (0.05, 1.0):
        edited = one(name, PLAIN, rate=rate)
        for kept in ("https://example.com/a?b=1", "3.5", "$45.50"):
            assert kept in edited


def test_nothing_is_protected_where_that_is_asked():
    edited = one("letter_deletion", "See https://example.com now", rate=1.0, protect=False)
    assert edited == " ://. "


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_blank_texts_are_left_alone_and_no_text_becomes_blank(name):
    assert perturb(["", " \n"], name) == ["", " \n"]
    assert one(name, "a", rate=1.0).strip()


def test_letters_of_another_script_become_letters_of_that_script():
    edited = one("letter_substitution", "Книга лежит на столе", rate=1.0)
    assert set(edited.lower()) <= set("книга лежит на столе")
    assert edited != "Книга лежит на столе"


def test_the_rate_is_the_share_of_letters_that_is_touched():
    text = "abcdefghij " * 1000
    edited = one("letter_substitution", text, rate=0.1)
    assert 0.09 < sum(a != b for a, b in zip(text, edited, strict=True)) / 10_000 < 0.11


def test_every_edit_finds_something_to_change_somewhere():
    odd = "“He’s”  e\u0301 in\nlines.\n\n- **x** # Answer"
    seen = {p.name for p, texts in perturb_all([PLAIN, CODE, odd]) for t, o in
            zip(texts, (PLAIN, CODE, odd), strict=True) if t != o}  # fmt: skip
    assert seen == set(PERTURBATIONS)


REVERSIBLE = [name for name, one in PERTURBATIONS.items() if one.inverse]
TEXTS = st.one_of(
    st.text(max_size=80),
    st.text('aeo \n\r.“Кé\u0301@"', max_size=40),
    st.just(PLAIN),
    st.just(CODE),
)


@pytest.mark.parametrize("name", REVERSIBLE)
@given(text=TEXTS, seed=st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_what_says_that_it_is_reversible_is(name, text, seed):
    edited = one(name, text, seed=seed)
    assert edited == text or PERTURBATIONS[name].inverse(edited) == text


@given(text=st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_text_makes_an_edit_fail(text):
    for _, edited in perturb_all([text], rate=0.5):
        assert isinstance(edited[0], str)


def digest():
    found = [text for _, texts in perturb_all([PLAIN, CODE], seed=3) for text in texts]
    return hashlib.sha256("\0".join(found).encode()).hexdigest()


def test_another_process_draws_the_same(tmp_path):
    code = "from tests.audit.test_perturbations import digest; print(digest())"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**__import__("os").environ, "PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert run.stdout.strip() == digest()


def test_a_text_is_edited_the_same_in_any_company():
    alone = one("letter_substitution", PLAIN, seed=1)
    assert perturb([CODE, PLAIN, PLAIN], "letter_substitution", seed=1)[1:] == [alone, alone]
    assert one("letter_substitution", PLAIN, seed=2) != alone


def test_long_odd_texts_take_linear_time():
    for text in ("a" * 200_000, "```x\n" * 40_000, "[" * 100_000, "**a" * 50_000, "'" * 100_000):
        draft = Draft(text)
        for name, edit in PERTURBATIONS.items():
            if name not in ("sentence_shuffle", "language_swap", "markdown_on"):
                edit.of(draft)  # a quadratic pattern would not come back


def test_wrong_calls_are_told():
    with pytest.raises(InputError, match="no perturbation is called 'typos'; there are: spaced_p"):
        perturb(["a"], "typos")
    with pytest.raises(InputError, match="a list of texts"):
        perturb("a", "quoted")
    with pytest.raises(InputError, match="rate above 0"):
        perturb(["a"], "quoted", rate=0)
