"""Trees of tags: read off the rules of XML, HTML and CommonMark by hand."""

import pytest

from qualmetrics.errors import InputError
from qualmetrics.text.trees import LONGEST, MalformedError, read_tree


def nested(text, markup):
    """Write a tree as ``a(b c)``, texts left out."""
    tree = read_tree(text, markup)
    below = {node: [] for node in range(len(tree.tags))}
    for node, parent in enumerate(tree.parents[1:], start=1):
        below[parent].append(node)

    def written(node):
        inside = " ".join(map(written, below[node]))
        return f"{tree.tags[node]}({inside})" if inside else tree.tags[node]

    return " ".join(map(written, below[0]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a><b/>x<c y='1'>z</c></a>", "a(b c)"),
        ("\ufeff \n<?xml version='1.0' encoding='UTF-16'?><!-- no --><x:a>&amp;</x:a>\n", "x:a"),
        ("<!DOCTYPE task PUBLIC '-//OASIS//DTD DITA Task//EN' 'file:///etc/x'><task/>", "task"),
        ("<!DOCTYPE a SYSTEM 'a.dtd'><a>non&nbsp;breaking</a>", "a"),
        ("<a><![CDATA[<b>]]></a>", "a"),
    ],
)
def test_xml_is_read_as_written(text, expected):
    assert nested(text, "xml") == expected


@pytest.mark.parametrize(
    "text",
    [
        "<a><b></a></b>",
        "<a/><b/>",
        "<a>",
        "no tag",
        "<a>&nbsp;</a>",
        "<a>\x00</a>",
        "<a>\ud800</a>",
        "```xml\n<a/>\n```",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><a>&b;</a>",
        "<!DOCTYPE a [<!ENTITY % b SYSTEM 'file:///etc/hostname'> %b;]><a/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>" + "<!ENTITY b1 '&b;&b;&b;&b;&b;&b;'>" * 9 + "]><a>&b1;</a>",
    ],
)
def test_what_is_no_safe_xml_is_malformed(text):
    with pytest.raises(MalformedError, match="XML"):
        read_tree(text, "xml")


def test_a_malformed_text_is_told_where_it_breaks():
    with pytest.raises(MalformedError, match="mismatched tag, line 2, column 5"):
        read_tree("<a>\n<b></a>", "xml")


def test_a_text_without_end_is_not_read():
    with pytest.raises(MalformedError, match="10,000,001 characters"):
        read_tree("x" * (LONGEST + 1), "html")


def test_ten_thousand_elements_inside_one_another_are_a_tree():
    assert read_tree("<a>" * 10_000 + "</a>" * 10_000, "xml").size == 10_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<UL><li>a<li>b<ul><li>c</ul><li>d</UL>", "ul(li li(ul(li)) li)"),
        ("<p>a<p>b<div>c</div>", "p p div"),
        ("<p>a<b>b<p>c", "p(b) p"),
        ("<dl><dt>a<dd>b<dt>c</dl>", "dl(dt dd dt)"),
        (
            "<table><thead><tr><th>a<th>b<tbody><tr><td>c<td>d<tr><td>e</table>f",
            "table(thead(tr(th th)) tbody(tr(td td) tr(td)))",
        ),
        ("<table><tr><td><p>a<table><tr><td>b</table></table>", "table(tr(td(p table(tr(td)))))"),
        ("<select><option>a<option>b</select>", "select(option option)"),
        ("a<br>b<br/>c<img src='>'>d<hr>", "br br img hr"),
        ("<div/>a</div>", "div"),
        ("<svg><path/><path/></svg>", "svg(path path)"),
        ("<script>if (a<b) '<p>'</script><!-- <p> --><p>", "script p"),
        ("<html><head><title>a</title><body><p>b", "html(head(title) body(p))"),
        ("</p>a</div>", ""),
        ("a < b, 1<2", ""),
        ("<b>" * 300, "b(" * 255 + "b(" + " ".join(["b"] * 44) + ")" * 256),
    ],
)
def test_html_is_closed_as_a_browser_does(text, expected):
    assert nested(text, "html") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nt: 1\n---\n# A *b*\n\nc `d` **e** ~~f~~", "h1(em) p(code strong s)"),
        ("- a\n- b\n  1. c\n", "ul(li li(ol(li)))"),
        ("- a\n\n- b\n", "ul(li(p) li(p))"),
        ("| a | b |\n|---|---|\n| c | d |", "table(thead(tr(th th)) tbody(tr(td td)))"),
        ("```py\na\n```\n\n    b\n\n***", "pre pre hr"),
        ("> [a](b) ![c](d)  \n> <i>e</i>", "blockquote(p(a img br))"),
        ("[![a](b)](c)", "p(a(img))"),
        ("<div>\n<p>a\n</div>\n\nb", "html p"),
        ("[x]: http://y\n", ""),
    ],
)
def test_markdown_is_the_tree_of_its_html(text, expected):
    assert nested(text, "markdown") == expected


@pytest.mark.parametrize("markup", ["xml", "html"])
def test_an_element_holds_the_text_that_stands_directly_in_it(markup):
    tree = read_tree("<p>Click <b>Save</b>,\n then &lt;go&gt;.</p>", markup)
    assert tree.texts == ("", "Click , then <go>.", "Save")


def test_text_of_markdown_is_read_through_its_marks():
    tree = read_tree("One *two*\nthree \\* &amp;\n\n- `x`", "markdown")
    assert tree.texts == ("", "One three * &", "two", "", "", "x")


def test_another_markup_is_refused_with_those_there_are():
    with pytest.raises(InputError, match="xml, html, markdown"):
        read_tree("a", "latex")
