"""Which elements make two trees differ: read off small documents."""

import json

import pytest

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.explain import explain

REFERENCE = "<r><p>one</p><p>two</p><q>three</q></r>"


def edits(text, reference=REFERENCE, name="tree_sim", **options):
    found = explain(name, text, reference=reference, **options)
    return [(edit.what, edit.path, edit.becomes, edit.text) for edit in found.edits]


def test_the_same_text_needs_no_edit():
    assert edits(REFERENCE) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<r><p>two</p><q>three</q></r>", [("missing", "r/p[1]", "", "one")]),
        (
            "<r><p>one</p><p>two</p><q>three</q><s>four</s></r>",
            [("surplus", "r/s", "", "four")],
        ),
        ("<r><p>one</p><p>two</p><h>three</h></r>", [("renamed", "r/h", "q", "three")]),
    ],
)
def test_an_edit_names_the_element_and_where_it_stands(text, expected):
    assert edits(text) == expected


def test_there_are_as_many_edits_as_the_value_says():
    text = "<r><q>three</q><p>one<b>x</b></p><u/></r>"
    found = explain("tree_sim", text, reference=REFERENCE)
    assert 1 - len(found.edits) / 5 == pytest.approx(found.value)
    assert json.loads(json.dumps(found.to_dict()))["status"] == "ok"


def test_the_best_of_several_references_is_explained():
    assert edits("<a><b/></a>", [REFERENCE, "<a><b/></a>"]) == []
    assert explain("node_chrf", "<a>x</a>", reference=["<", "<a>x</a>"]).value == 1


@pytest.mark.parametrize(
    ("text", "reference", "status", "note"),
    [
        ("<r>", REFERENCE, "ok", "the text does not parse: no XML: no element found, line 1"),
        ("<r/>", "<r>", "not_applicable", "the reference does not parse"),
        ("", REFERENCE, "empty", "one of the two is blank"),
    ],
)
def test_what_cannot_be_compared_says_why(text, reference, status, note):
    found = explain("tree_sim", text, reference=reference)
    assert (found.edits, str(found.status)) == ((), status)
    assert note in found.note


def test_beyond_the_cap_no_edit_is_named():
    found = explain("tree_sim", "<a><b/></a>", reference="<a/>", max_nodes=1)
    assert (found.edits, found.note) == ((), "too large to compare element by element")


def test_without_a_reference_the_call_is_told():
    with pytest.raises(InputError, match="reference="):
        explain(qm.get("tree_sim"), "<a/>")
