"""What of an HTML page is prose. Expected values are read off the HTML standard by hand."""

import pytest

from qualmetrics.text.markup import read


def prose_of(source, **options):
    return read(source, "html", **options).text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>One <b>bold</b> <a href='x>y'>link</a>.</p><p>Two.</p>", "One bold link.\n\nTwo."),
        ("<p>One\n   and\ttwo.<p>Three.", "One and two.\n\nThree."),
        ("<div>One.<div>Two.</div>Three.</div>", "One.\n\nTwo.\n\nThree."),
        ("Line<br>break<br/>again.", "Line break again."),
        ("Old page.<br><br>\n<BR>Second paragraph.", "Old page.\n\nSecond paragraph."),
        ("R&amp;D &lt;b&gt; &copy 2024 &#x41;&#66; &hellip;", "R&D <b> © 2024 AB …"),
        ("&bogus; &; & &#; &amp", "&bogus; &; & &#; &"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("Use <code>x = 1</code> and <kbd>Ctrl</kbd>.", "Use x = 1 and Ctrl."),
        ("one<span>two</span>three", "onetwothree"),
        ("<p title=it's>One.</p><p title='a'>Two.</p>", "One.\n\nTwo."),
        ('<p\n class = "a>b"\n>Text.</p\n>', "Text."),
        ("<P>Loud.</P>", "Loud."),
        ("<?xml version='1.0'?><!DOCTYPE html><p>Text.", "Text."),
        ("a<![CDATA[ <b> ]]>b", "ab"),
        ("a<!-->b<!--->c<!-- -- > -->d", "abcd"),
        ("Text <", "Text <"),
        ("Text <b", "Text <b"),
        ("Text </", "Text </"),
        ("Text.<!-- never closed", "Text."),
        ("Text.<script>never closed <p>No.", "Text."),
        ("", ""),
        ("<p> \n </p>", ""),
    ],
)
def test_tags_and_entities_are_read_through(source, expected):
    assert prose_of(source) == expected


@pytest.mark.parametrize(
    ("source", "skipped"),
    [
        ("<title>A. B.</title><h1>One</h1><h2>Two?</h2>", {"headings": 3}),
        ("<pre><code>x = 1.</code></pre>", {"code": 1}),
        ("<table><tr><td>It is.<table><td>x</table></table>", {"tables": 1}),
        ("<nav><ul><li>It is home.</ul></nav><footer>It is ours.</footer>", {"navigation": 2}),
        ("<script>if (a<b) x='</p>';</script><style>a{}</style>", {"scripts": 2}),
        ("<SCRIPT>x = 1.</sCrIpT >", {"scripts": 1}),
        ("<noscript>Enable it.</noscript>", {"scripts": 1}),
        ("<img alt='A cat.'><svg><text>It is.</text></svg>", {"embeds": 2}),
        ("<select><option>It is.</select><button>Buy.</button>", {"controls": 2}),
        ("<!DOCTYPE html><!-- It is. -->", {"comments": 1}),
        ("<ul><li>milk<li>eggs</ul><dl><dt>Word<dd>its meaning</dl>", {"list_items": 4}),
        ("<figure><figcaption>A cat</figcaption></figure>", {"captions": 1}),
    ],
)
def test_what_is_no_sentence_is_left_out_and_counted(source, skipped):
    prose = read(source, "html")

    assert (prose.text, prose.skipped) == ("", skipped)


def test_a_list_item_that_is_a_sentence_is_prose():
    assert prose_of("<ul><li>Wash it.<ul><li>twice</ul><li>Boil it.</ul>") == "Wash it.\n\nBoil it."


def test_text_after_a_list_is_prose_again():
    assert prose_of("<ul><li>milk<li>eggs</ul>then we go") == "then we go"


def test_an_unclosed_heading_does_not_swallow_the_page():
    assert prose_of("<h1>Title<p>Text.<h2>Sub<p>More.") == "Text.\n\nMore."


def test_a_stray_end_tag_changes_nothing():
    assert prose_of("One.</nav></table></li></h1> Two.") == "One.\n\nTwo."


def test_a_kept_table_is_read_cell_by_cell():
    source = "<table><tr><th>Name<td>It is long.</table>"

    assert prose_of(source, keep="tables") == "Name\n\nIt is long."


def test_an_unclosed_quote_loses_no_more_than_its_own_tag():
    assert prose_of('<p class="a>One.</p><p>Two.</p>') == "One.\n\nTwo."


def test_elements_nested_deeper_than_we_follow_raise_nothing():
    assert prose_of("<ul><li>" * 1000 + "It is deep." + "</ul>" * 1000 + "After") == (
        "It is deep.\n\nAfter"
    )
