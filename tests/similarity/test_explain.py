"""Alignments as data and as pictures."""

import json
import re
import xml.etree.ElementTree as ElementTree
from itertools import product

import pytest

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.explain import explain
from qualmetrics.similarity.explain import heat_map_html, heat_map_svg

TEXT, REFERENCE = "the cat sat on the mat", "a cat sat"
NASTY = '<script>alert("x")</script> & \x00 \ud800 ]]>'
NAMES = ("bertscore", "bmas", "bmas_contextual", "sentence_set_match")


@pytest.fixture(params=NAMES)
def scorer(request, tiny):
    return qm.get(request.param, encoder=tiny)


def test_weighted_cosines_of_the_pieces_add_up_to_both_directions(scorer):
    alignment = explain(scorer, TEXT, reference=REFERENCE)
    values = list(alignment.values.values())
    for pieces, value in zip((alignment.text_pieces, alignment.reference_pieces), values):  # noqa: B905
        assert sum(piece.weight * piece.cosine for piece in pieces) == pytest.approx(
            value, abs=1e-5
        )


def test_pieces_are_where_their_offsets_say(scorer):
    alignment = explain(scorer, TEXT, reference=REFERENCE)
    for piece in alignment.text_pieces:
        assert TEXT[piece.start : piece.end] == piece.text
    for piece in alignment.reference_pieces:
        assert REFERENCE[piece.start : piece.end] == piece.text


def test_equal_words_match_each_other(tiny):
    alignment = explain(qm.get("bmas", encoder=tiny), TEXT, reference=REFERENCE)
    pairs = [(a.text, b.text) for a, b in alignment.pairs()]
    assert ("cat", "cat") in pairs
    assert ("sat", "sat") in pairs


def test_the_best_of_several_references_is_explained(scorer):
    alignment = explain(scorer, TEXT, reference=["noon", TEXT, "boat"])
    assert alignment.reference == TEXT
    assert alignment.values == pytest.approx(dict.fromkeys(alignment.values, 1), abs=1e-6)


def test_an_empty_side_has_a_status_and_no_pieces(scorer):
    alignment = explain(scorer, "", reference=REFERENCE)
    assert str(alignment.status) == "empty"
    assert (alignment.text_pieces, alignment.pairs()) == ((), [])
    assert heat_map_html(alignment)


def test_a_pair_is_asked_for(scorer):
    with pytest.raises(InputError, match="reference="):
        explain(scorer, TEXT)


def test_the_data_are_plain_json(scorer):
    data = explain(scorer, TEXT, reference=REFERENCE).to_dict()
    assert json.loads(json.dumps(data, allow_nan=False))["reference"] == REFERENCE


@pytest.mark.parametrize(("text", "reference"), product([NASTY, TEXT], repeat=2))
def test_pictures_are_well_formed_and_run_nothing(text, reference, scorer):
    alignment = explain(scorer, text, reference=reference)
    picture = heat_map_svg(alignment)
    root = ElementTree.fromstring(picture)  # noqa: S314 - our own
    cells = len(alignment.text_pieces) * len(alignment.reference_pieces)
    assert len(root.findall("{*}rect")) == cells
    page = heat_map_html(alignment)
    assert page.encode("utf-8")
    assert not re.search(r"<script|\bon\w+=|(src|href)=", page)


def test_a_long_text_is_drawn_in_part_and_kept_whole(tiny):
    scorer = qm.get("bmas", encoder=tiny, policy="windows", max_tokens=64)
    alignment = explain(scorer, "cat " * 400, reference="dog " * 10)
    assert len(alignment.text_pieces) == 400
    assert "250 more pieces are not drawn" in heat_map_html(alignment)
