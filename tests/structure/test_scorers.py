"""tree_sim, node_chrf and struc_auc: values worked out by hand, properties, odd input, laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qualmetrics as qm
from qualmetrics.errors import ExportError, InputError, UnknownParameterError
from qualmetrics.evaluation.structure import struc_auc
from qualmetrics.onnx import export
from qualmetrics.reward.composition import product, weighted_mean
from qualmetrics.testing import check_scorer

NAMES = ("tree_sim", "node_chrf")
TASK = "<task><title>Save</title><ol><li>Open the menu.</li><li>Choose Save.</li></ol></task>"


def value(name, text, references, **options):
    return float(qm.get(name, **options).score_one(text, references))


# -- values worked out by hand --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reference", "markup", "expected"),
    [
        ("<a><b/><c/></a>", "<a><b/></a>", "xml", 1 - 1 / 3),  # one of three too many
        ("<a><b/></a>", "<a><c/></a>", "xml", 1 / 2),  # one of two has another name
        ("<a><b/><c/></a>", "<a><c/><b/></a>", "xml", 1 / 3),  # taken out and put in again
        ("<f><d><a/><c><b/></c></d><e/></f>", "<f><c><d><a/><b/></d></c><e/></f>", "xml", 4 / 6),
        ("<a><a><a><a/></a></a></a>", "<b><b/><b/><b/></b>", "xml", 0),  # 4 + 4 - 2 edits of 4
        ("<a>one</a>", "<a x='1'>two</a>", "xml", 1),  # neither texts nor attributes
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li></ul>", "html", 1 - 1 / 3),
        ("no tag", "<p>a</p>", "html", 0),  # one element to put in, of one
        ("# A\n\nb", "# A\n\n- b", "markdown", 1 - 2 / 3),  # p is ul, and an li is missing
    ],
)
def test_tree_sim_is_what_the_hand_gives(text, reference, markup, expected):
    assert value("tree_sim", text, reference, markup=markup) == pytest.approx(expected, abs=1e-12)


def test_node_chrf_weighs_each_element_by_its_characters():
    # abc / abd: 2 of 3 letters, 1 of 2 bigrams, 0 of 1 trigram, so (2/3 + 1/2 + 0) / 3 = 7/18;
    # the three characters of abc count 3/5, the two of "x y" the rest, white space aside.
    text = "<d><p>abd</p><q>x  y</q></d>"
    reference = "<d><p>abc</p><q>x y</q></d>"
    expected = 3 / 5 * 7 / 18 + 2 / 5
    assert value("node_chrf", text, reference) == pytest.approx(expected, abs=1e-12)


def test_node_chrf_puts_elements_of_the_same_words_beside_each_other():
    # The second of two paragraphs is there: a first-come alignment would compare "dd" with "abc".
    scores = qm.get("node_chrf").score_one("<d><p>dd</p></d>", "<d><p>abc</p><p>dd</p></d>")
    assert scores.values.tolist() == [[1.0, 2 / 5, 2 / 5]]


def test_a_text_in_another_element_counts_nothing():
    scores = qm.get("node_chrf").score_one("<d><q>abc</q></d>", "<d><p>abc</p></d>")
    assert scores.values.tolist() == [[1.0, 0.0, 0.0]]


def test_text_outside_of_elements_counts_as_one_more():
    assert value("node_chrf", "ab<b>c</b>", "ab<i>c</i>", markup="html") == pytest.approx(2 / 3)


def test_the_area_is_the_mean_of_text_times_structure():
    # 1 * .8 up to t = 1, .6 up to t = .5: the curve has the mean .7 up to .5 and .4 beyond.
    found = struc_auc([0.8, 0.6, np.nan], [1.0, 0.5, 1.0], steps=4)
    assert found.value == pytest.approx((0.8 + 0.3) / 2)
    assert found.curve.tolist() == pytest.approx([0.7, 0.7, 0.7, 0.4, 0.4])
    assert (found.n_used, found.n_total) == (2, 3)


def test_small_flaws_everywhere_and_one_broken_file_part_on_the_curve():
    small, broken = struc_auc([1.0] * 4, [0.75] * 4), struc_auc([1.0] * 4, [1, 1, 1, 0])
    assert small.value == broken.value == 0.75
    assert (small.curve[50], broken.curve[50]) == (1.0, 0.75)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_the_area_lies_where_the_curve_does(rows):
    found = struc_auc(*zip(*rows, strict=True), steps=1000)
    assert found.value == pytest.approx(np.trapezoid(found.curve, found.thresholds), abs=2e-3)
    assert (np.diff(found.curve) <= 1e-12).all()


# -- properties -----------------------------------------------------------------------------------

ELEMENTS = st.recursive(
    st.sampled_from(["x y", "z", "<b/>", "<a>x</a>"]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from("abc"),
        st.lists(inner, max_size=4),
    ),
    max_leaves=12,
)
DOCUMENTS = ELEMENTS.map(lambda inside: f"<r>{inside}</r>")


@settings(deadline=None, max_examples=60)
@given(DOCUMENTS, DOCUMENTS)
def test_tree_sim_is_symmetric_between_0_and_tag_f1_and_1_for_the_same(a, b):
    scorer = qm.get("tree_sim")
    there, back, same = scorer([a, b, a], [b, a, a]).values
    assert there.tolist() == back.tolist()
    assert 0 <= there[2] <= there[1] + 1e-12
    assert same.tolist() == [1, 1, 1]


@settings(deadline=None, max_examples=60)
@given(DOCUMENTS, DOCUMENTS)
def test_node_chrf_is_at_most_what_is_aligned_and_1_for_the_same(a, b):
    scores = qm.get("node_chrf")([a, a], [b, a])
    for (_, aligned, chrf), status in zip(scores.values, scores.status_names, strict=True):
        assert status == "not_applicable" or 0 <= chrf <= aligned + 1e-12 <= 1 + 1e-9
    assert scores.status_names[1] == "not_applicable" or scores.primary[1] == pytest.approx(1)


# -- what does not parse, what is too large -------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_text_that_does_not_parse_is_worth_0_and_says_so(name):
    scores = qm.get(name)(["<a>x", "plain", "```xml\n<a>x</a>\n```"], ["<a>x</a>"] * 3)
    assert scores.values.tolist() == [[0, 0, 0]] * 3
    assert scores.status_names == ["ok"] * 3


@pytest.mark.parametrize("name", NAMES)
def test_a_reference_that_does_not_parse_leaves_a_row_undefined(name):
    scores = qm.get(name)(["<a>x</a>", "<a>x</a>", "<a", ""], ["<a>", ["<a>", TASK], "<a", TASK])
    assert scores.status_names == ["not_applicable", "ok", "not_applicable", "empty"]


def test_a_reference_with_nothing_to_compare_leaves_a_row_undefined():
    assert qm.get("tree_sim", markup="html")(["<p>"], ["no tag"]).undefined.all()
    assert qm.get("node_chrf")(["<p/>"], ["<p><q/></p>"]).undefined.all()


@pytest.mark.parametrize("name", NAMES)
def test_the_best_of_several_references_counts(name):
    scores = qm.get(name)([TASK], [["<task>other</task>", TASK, "<a>b</a>"]])
    assert scores.values.tolist() == [[1, 1, 1]]


def test_beyond_the_cap_tags_are_counted_and_the_row_is_flagged():
    scorer = qm.get("tree_sim", max_nodes=3)
    scores = scorer(["<a><b/><c/></a>", "<a><b/><c/><d/></a>"], ["<a><c/><b/></a>"] * 2)
    assert scores.values.ravel().tolist() == pytest.approx([1, 1, 1 / 3, 1, 6 / 7, 6 / 7])
    assert scores.status_names == ["ok", "truncated"]


def test_beyond_the_cap_elements_are_paired_in_order_and_the_row_is_flagged():
    reference = "<d><p>abc</p><p>dd</p></d>"
    scores = qm.get("node_chrf", max_nodes=2).score_one("<d><p>dd</p></d>", reference)
    assert scores.values.tolist() == [[1.0, 3 / 5, 0.0]]
    assert scores.status_names == ["truncated"]


def test_trees_too_crooked_to_compare_are_flagged_too():
    # A stair that turns left and right has as many subtrees as steps, from whichever side.
    crooked = "<a/><b>" * 500 + "<c><d/></c>" * 3 + "</b><a/>" * 500
    scores = qm.get("tree_sim").score_one(f"<r>{crooked}</r>", f"<r>{crooked}<z/></r>")
    assert scores.status_names == ["truncated"]


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_option_is_refused(name):
    with pytest.raises(InputError, match="xml, html, markdown"):
        qm.get(name, markup="latex")
    for cap in (0, 2001, 10.0, True):
        with pytest.raises(InputError, match="whole number from 1 to 2000"):
            qm.get(name, max_nodes=cap)
    with pytest.raises(UnknownParameterError):
        qm.get(name, depth=3)


@pytest.mark.parametrize("name", NAMES)
def test_it_refuses_to_be_exported_and_says_why(name, tmp_path):
    with pytest.raises(ExportError, match="no ONNX operator reads xml"):
        export(qm.get(name), tmp_path)


def test_struc_auc_tells_when_its_arguments_are_turned():
    with pytest.raises(InputError, match="text scores come first"):
        struc_auc([0.5], [30.0])
    with pytest.raises(InputError, match="one length"):
        struc_auc([0.5], [0.5, 0.5])
    assert np.isnan(struc_auc([np.nan], [0.5]).value)
    assert struc_auc([], []).n_total == 0


# -- as any other scorer --------------------------------------------------------------------------

MARKED = {
    "xml": [TASK, "<a/>", "", " \n", "<a>x", "plain", f"<r>{TASK * 30}</r>", "<a>\ud800</a>"],
    "html": ["<p>a<p>b", "<p>", "", " ", "a < b", "<ul><li>a<li>b</ul>" * 30, "\x00<b>\ud800"],
    "markdown": ["# A\n\n- b", "", " \n", "a", "- *a*\n" * 90, "[x]: http://y", "\x00*\ud800*"],
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("markup", MARKED)
def test_it_keeps_the_laws(name, markup):
    check_scorer(qm.get(name, markup=markup), MARKED[markup])


def test_it_is_a_term_of_a_reward():
    tree, text = (qm.get(name, markup="markdown") for name in NAMES)
    good, junk = "# Plan\n\n- buy\n- cook", "# Plan\n\n- buy\n- cook" + "\n- more" * 20
    both = product({"tree": tree, "text": text}, undefined=0.0)
    scores = both([good, junk, "", "plan"], [good] * 4)
    assert scores.primary[0] == pytest.approx(1)
    assert scores.primary[1] < 0.3  # node_chrf alone would give 1
    assert scores.primary[2:].tolist() == [0, 0]
    mean = weighted_mean({"tree": tree, "text": text}, undefined=0.0)
    assert mean([good], [good]).primary[0] == pytest.approx(1)
