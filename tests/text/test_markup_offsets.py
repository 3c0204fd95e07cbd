"""The way from prose back to the source, for any text at all."""

import itertools
import threading

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qualmetrics.errors import InputError
from qualmetrics.text.markup import KEEPABLE, read

MARKDOWN_BITS = [
    *"*_`~[]()<>!\\&#|-+.:>\"' \t\n\r\x00",
    "**", "``", "```", "~~", "\n\n", "  \n", "\\\n", "\r\n", "&amp;", "&nbsp;", "&#10;", "&#x41;",
    "](x)", "![", "[a](b 'c')", "[a]", "[a]: b\n", "<http://a.b>", "<b>", "</b>", "<br>", "<!--",
    "-->", "<p>", "\n# ", "\n- ", "\n> ", "\n1. ", "\n    ", "\n\t", "\n---\n", "|a|b|\n|-|-|\n|c|",
    "\n===\n", "[^1]", "[ ] ", "[!NOTE]\n", "\u00a0", "\u3000", "\ufeff", "\x0c", "\x85", "\u2028",
    "\ud800", "é", "e\u0301", "日本", "🙂", "word", "Two words.", "a_b",
]  # fmt: skip
HTML_BITS = [
    *"<>&;/=!-\"' \t\n\r\x00",
    "<p>", "</p>", "<P class='x'>", "<b>", "</b>", "<br>", "<br/>", "<h1>", "</h1>", "<li>",
    "<ul>", "</ul>", "<table>", "<td>", "</table>", "<nav>", "</nav>", "<pre>", "</pre>",
    "<script>", "</script>", "<!--", "-->", "<![CDATA[", "]]>", "<?x", "<!D", "&amp;", "&amp",
    "&nbsp;", "&#10;", "&#0;", "&#xD800;", "&shy;", "&copy2", "<img alt=x>", "<a b='", '<a b="',
    "<dt>", "<dd>", "\u00a0", "\ud800", "é", "🙂", "word", "Two words.", "<figcaption>",
]  # fmt: skip


def texts_of(bits):
    return st.lists(st.one_of(st.sampled_from(bits), st.text(max_size=3)), max_size=40).map("".join)


marked_up = st.one_of(
    st.tuples(texts_of(MARKDOWN_BITS), st.just("markdown")),
    st.tuples(texts_of(HTML_BITS), st.just("html")),
)
kinds = st.sampled_from([(), KEEPABLE])


@settings(max_examples=200)
@given(marked_up, kinds)
def test_every_exact_segment_slices_the_same_characters_from_both(marked, keep):
    source, markup = marked
    prose = read(source, markup, keep=keep)

    for segment in prose.segments:
        if segment.exact:
            assert (
                prose.text[segment.prose_start : segment.prose_end]
                == source[segment.source_start : segment.source_end]
            )


@settings(max_examples=200)
@given(marked_up, kinds)
def test_segments_are_in_order_and_cover_all_but_the_blank_lines(marked, keep):
    source, markup = marked
    prose = read(source, markup, keep=keep)

    at_prose = at_source = 0
    for segment in prose.segments:
        assert prose.text[at_prose : segment.prose_start] in ("", "\n\n")
        assert at_source <= segment.source_start <= segment.source_end <= len(source)
        assert segment.prose_start < segment.prose_end
        at_prose, at_source = segment.prose_end, segment.source_end
    assert at_prose == len(prose.text)


@settings(max_examples=200)
@given(marked_up, st.data())
def test_a_range_of_the_prose_lies_within_the_source(marked, data):
    source, markup = marked
    prose = read(source, markup)
    start = data.draw(st.integers(0, len(prose.text)))
    end = data.draw(st.integers(start, len(prose.text)))

    first, last = prose.to_source(start, end)

    assert 0 <= first <= last <= len(source)


@settings(max_examples=200)
@given(texts_of(MARKDOWN_BITS))
def test_every_block_of_markdown_finds_its_place(source):
    assert "unplaced" not in read(source, "markdown", keep={"headings", "list_items"}).skipped


REFERENCE = MarkdownIt("commonmark").enable(["table", "strikethrough"])
GITHUB_MARKS = ("[^", "[ ]", "[x]", "[X]", "[!")


def reference_paragraphs(tokens):
    """Return the text of the top-level paragraphs as the parser's own tokens hold it."""
    for before, token in itertools.pairwise(tokens):
        if before.type == "paragraph_open" and token.children:
            yield "".join(map(reference_text, token.children))


def reference_text(token):
    if token.type in ("softbreak", "hardbreak") or token.content.startswith("<br"):
        return " "
    return "" if token.type in ("html_inline", "image") else token.content


@settings(max_examples=200)
@given(texts_of(MARKDOWN_BITS))
def test_markdown_prose_is_what_the_parser_itself_reads(source):
    assume("\ud800" not in source and not any(mark in source for mark in GITHUB_MARKS))
    assume("![" not in source)  # an image in a link in an image: we read no alternative text
    source = source.replace("\x00", "")  # the parser shows U+FFFD for it, we leave it
    tokens = REFERENCE.parse(source)
    assume(not any(token.type == "html_block" for token in tokens))
    assume(not source.startswith(("---", "+++", "\ufeff")))

    expected = [" ".join(text.split()) for text in reference_paragraphs(tokens)]

    ours = read(source, "markdown", keep={"list_items"}).text.split("\n\n")
    assert [" ".join(text.split()) for text in ours if text] == [text for text in expected if text]


@settings(max_examples=200)
@given(texts_of([bit for bit in MARKDOWN_BITS if "<" not in bit]))
def test_markdown_reads_the_same_as_the_html_it_is_rendered_to(source):
    assume(not any(mark in source for mark in ("<", "\ud800", "![", "\x00", *GITHUB_MARKS)))
    assume(not source.startswith(("---", "+++", "\ufeff")))
    kept = {"list_items", "headings"}

    rendered = read(REFERENCE.render(source), "html", keep=kept).text
    direct = read(source, "markdown", keep=kept).text

    assert direct.split() == rendered.split()


PATHOLOGICAL = [
    "<", "[", "*", "`", "&", "_", "~", "> ", "- ", "![", "[](", "[a](b)", "<!--", "<a ", "&#", "\\",
    "**a*", "*_", "a\n", "* a\n", "|a|b|\n|-|-|\n", "<a b='\">", '<a b="<a c=\'', "<li>", "<h1>",
    "<ul><li>", "<table>", "<nav>", "</li>", "<script>", "<br>", "<textarea></", "\x00", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("markup", ["markdown", "html"])
@pytest.mark.parametrize("bit", PATHOLOGICAL)
def test_one_mark_repeated_without_end_raises_nothing(bit, markup):
    assert isinstance(read(bit * 3000, markup).text, str)


@pytest.mark.parametrize(
    ("source", "markup", "prose_range", "expected"),
    [
        ("A **bold** word.", "markdown", "bold", "bold"),
        ("A **bold** word.", "markdown", "A bold word", "A **bold** word"),
        ("Fish &amp; chips", "markdown", "h & c", "h &amp; c"),
        ("Fish &amp; chips", "html", "&", "&amp;"),
        ("> One\n> two.", "markdown", "One two", "One\n> two"),
        ("1. It is\n   so.", "markdown", "is so", "is\n   so"),
        ("<p>One.</p>\n<p>Two.</p>", "html", "One.\n\nTwo", "One.</p>\n<p>Two"),
        ("---\na: b\n---\nText.", "markdown", "Text", "Text"),
        ("One\r\ntwo.", "markdown", "two", "two"),
        ("a <https://b.c>", "markdown", "https://b.c", "https://b.c"),
    ],
)
def test_a_range_leads_back_to_where_it_stood(source, markup, prose_range, expected):
    prose = read(source, markup)
    start = prose.text.index(prose_range)

    first, last = prose.to_source(start, start + len(prose_range))

    assert source[first:last] == expected


def test_an_empty_range_is_a_point():
    prose = read("<p>One.</p>", "html")

    assert (prose.to_source(0, 0), prose.to_source(4, 4)) == ((3, 3), (7, 7))


@pytest.mark.parametrize("bad", [(-1, 2), (2, 1), (0, 99)])
def test_a_range_outside_the_prose_is_refused(bad):
    with pytest.raises(InputError, match="4 characters"):
        read("<p>One.</p>", "html").to_source(*bad)


@given(st.text(max_size=300), st.sampled_from(["markdown", "html"]))
def test_random_unicode_raises_nothing(text, markup):
    assert isinstance(read(text, markup).text, str)


def test_threads_share_the_parser_without_mixing_documents():
    sources = [f"Doc *{i}* [link {i}](x) &amp; `c{i}`.\n\n- no\n" * 20 for i in range(8)]
    expected = [read(source, "markdown") for source in sources]
    results = {}

    def work(index):
        results[index] = [read(sources[index], "markdown") for _ in range(5)]

    threads = [threading.Thread(target=work, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == {index: [expected[index]] * 5 for index in range(8)}
