"""What of a Markdown text is prose. Expected values are read off the CommonMark rules by hand."""

import sys

import pytest

from qualmetrics.errors import InputError, MissingExtraError
from qualmetrics.text import markup_markdown
from qualmetrics.text.markup import markup_of, read


def prose_of(source, **options):
    return read(source, "markdown", **options).text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Some **bold** and _slanted_ words.", "Some bold and slanted words."),
        ("Un*frigging*believable.", "Unfriggingbelievable."),
        ("2 * 3 * 4 and snake_case_name.", "2 * 3 * 4 and snake_case_name."),
        ("Run `pip install x` now.", "Run pip install x now."),
        ("A `` ` `` mark.", "A ` mark."),
        ("A `lone mark.", "A `lone mark."),
        ("See [the *docs*](http://a.b/c 'Title').", "See the docs."),
        ("See [the docs][d].\n\n[d]: http://a.b", "See the docs."),
        ("See [nothing].", "See [nothing]."),
        ("Look ![a cat](cat.png) here.", "Look here."),
        ("[![badge](b.svg)](http://ci) Text.", "Text."),
        ("Go to <https://a.b/c?d=e>.", "Go to https://a.b/c?d=e."),
        ("Write to <me@a.org>.", "Write to me@a.org."),
        ("Go to https://a.b/c_d_e.", "Go to https://a.b/c_d_e."),
        ("Fish &amp; chips &copy; &#65;.", "Fish & chips © A."),
        ("Not &bogus; at all.", "Not &bogus; at all."),
        (r"Five \* six \a.", r"Five * six \a."),
        ("One\ntwo  \nthree\\\nfour.", "One two three four."),
        ("One<br>two <b>three</b><!-- no -->.", "One two three."),
        ("A ~~bad~~ good ~one~.", "A bad good ~one~."),
        ("> Quoted\nlazily.\n> > Twice.", "Quoted lazily.\n\nTwice."),
        ("First.\r\nStill first.\r\n\r\nSecond.", "First. Still first.\n\nSecond."),
        ("Hard.\\\r\nBreak `of\r\ncode`.\rEnd.", "Hard. Break of code. End."),
        ("A claim.[^1]\n\n[^1]: Its source is here.", "A claim.\n\nIts source is here."),
        ("> [!WARNING]\n> Mind the gap.", "Mind the gap."),
        ("Hello", "Hello"),
        ("", ""),
        (" \n\t\n", ""),
    ],
)
def test_inline_markup_is_read_through(source, expected):
    assert prose_of(source) == expected


@pytest.mark.parametrize(
    ("source", "skipped"),
    [
        ("# One\n\nTwo\n===\n\n## Three?\n", {"headings": 3}),
        ("```py\nx = 1.\n```\n\n    y = 2.\n", {"code": 2}),
        ("| a | b |\n|---|---|\n| It is. | c |\n", {"tables": 1}),
        ("---\ntitle: A. B.\n---\n", {"front_matter": 1}),
        ("+++\ntitle = 'A. B.'\n+++\n", {"front_matter": 1}),
        ("\ufeff---\ntitle: A. B.\n...\n", {"front_matter": 1}),
        ("<!-- Never. -->\n", {"comments": 1}),
        ("<script>\nlet a = 1;\n</script>\n", {"scripts": 1}),
        ("![A picture.](a.png)\n", {"embeds": 1}),
        ("- milk\n- two eggs\n  1. small\n", {"list_items": 3}),
        ("> # Quoted\n", {"headings": 1}),
    ],
)
def test_what_is_no_sentence_is_left_out_and_counted(source, skipped):
    prose = read(source, "markdown")

    assert (prose.text, prose.skipped) == ("", skipped)


def test_a_list_item_that_is_a_sentence_is_prose():
    assert prose_of("- Wash the rice.\n- rice\n- [ ] Boil it (slowly).") == (
        "Wash the rice.\n\nBoil it (slowly)."
    )


def test_a_list_item_of_brackets_alone_is_no_sentence():
    assert prose_of("- ()\n- **“”**\n") == ""


@pytest.mark.parametrize("end", [".", "!", "?", "…", ".”", "?)", ".**"])
def test_a_terminator_may_stand_before_closing_marks(end):
    assert prose_of(f"- **It is so{end}\n") != ""


def test_an_unterminated_list_item_of_fifteen_words_is_prose():
    item = " ".join(["word"] * 15)

    assert prose_of(f"- {item}\n- {item[5:]}\n") == item


def test_a_paragraph_stays_prose_even_when_it_is_short_and_unterminated():
    assert prose_of("**Note**\n\nYou need:\n\n- rice\n") == "Note\n\nYou need:"


def test_a_rule_across_the_page_is_not_front_matter():
    assert prose_of("---\n\nText.\n\n---\n") == "Text."


def test_front_matter_that_never_ends_is_text():
    assert prose_of("---\nText goes on.\n") == "Text goes on."


def test_an_html_block_is_read_as_html():
    assert prose_of('<p align="center">R&amp;D is <b>hard</b>.</p>\n') == "R&D is hard."


def test_kinds_that_are_kept_count_as_prose():
    source = "# A *title* #\n\nSub\n---\n\n- milk\n\n| a | b |\n|---|---|\n| `c` | a |\n"

    kept = prose_of(source, keep=["headings", "list_items", "tables"])

    assert kept.split("\n\n") == ["A title", "Sub", "milk", "a", "b", "c", "a"]


def test_adding_a_code_block_does_not_change_the_prose():
    plain = "One sentence.\n\nAnother one.\n"
    with_code = "One sentence.\n\n```\nfor x in y: pass.\n```\n\nAnother one.\n"

    assert prose_of(with_code) == prose_of(plain)


def test_nesting_too_deep_to_parse_raises_nothing():
    assert isinstance(prose_of("> " * 5000 + "deep " + "[" * 5000), str)


def test_the_absent_parser_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    markup_markdown._parser.cache_clear()

    with pytest.raises(MissingExtraError, match=r"pip install 'qualmetrics\[markup\]'"):
        read("text", "markdown")


@pytest.mark.parametrize(
    ("path", "markup"),
    [
        ("a/README.md", "markdown"),
        ("a.MARKDOWN", "markdown"),
        ("a.mdx", "markdown"),
        ("a.html", "html"),
        ("a.htm.gz", "html"),
        ("a.xhtml", "html"),
        ("a.txt", "none"),
        ("md", "none"),
        ("-", "none"),
    ],
)
def test_the_suffix_of_a_file_names_its_markup(path, markup):
    assert markup_of(path) == markup


def test_a_text_without_markup_is_its_own_prose():
    prose = read("# Not *read*.\r\n\x00", "none")

    assert (prose.text, prose.skipped, prose.to_source(2, 5)) == (
        "# Not *read*.\r\n\x00",
        {},
        (2, 5),
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((b"bytes", "html"), "decode"),
        ((None, "html"), "NoneType"),
        (("text", "auto"), "markup_of"),
        (("text", "latex"), "none, markdown, html"),
    ],
)
def test_a_wrong_call_says_what_to_type(arguments, message):
    with pytest.raises(InputError, match=message):
        read(*arguments)


def test_an_unknown_kind_to_keep_is_refused():
    with pytest.raises(InputError, match="captions, headings, list_items, tables"):
        read("text", "html", keep=["code"])
