"""Preference sets, styles and people: goldens, the formats, and planted scorers."""

import json
import re

import numpy as np
import pytest

from qualmetrics.audit import Material, Settings, audit, read_material
from qualmetrics.audit.example_sets import FORMATS, example_rows, write_example
from qualmetrics.audit.preferences import by_section, by_subset, language_gaps, ties_score
from qualmetrics.audit.sets import questions
from qualmetrics.audit.styles import add_markdown, strip_markdown, style_matrix, three_styles
from qualmetrics.errors import InputError
from tests.audit import toys

pytest.importorskip("scipy")
FAST = Settings(draws=50)


def truth(texts):
    """Whether the sum in a text is right, in any language and any dress."""
    found = []
    for text in texts:
        numbers = [int(n) for n in re.findall(r"\d+", text)]
        found.append(float(len(numbers) > 2 and numbers[0] + numbers[1] == numbers[2]))
    return found


def english_truth(texts):
    return [t if " is " in text else 0.5 for t, text in zip(truth(texts), texts, strict=True)]


def marks(texts):
    return [float(len(re.findall(r"[*#-]", text))) for text in texts]


def material_of(tmp_path, name, **options):
    return read_material(write_example(tmp_path / f"{name}.jsonl", name, **options))


# -- goldens --------------------------------------------------------------------------------------


def test_the_ties_score_is_the_specifications():
    """Golden G9 of specs/similarity.md."""
    found = ties_score(
        ["ref:0", "tied:0", "ref:1", "tied:1"],
        [[5, 1, 0], [4, 3.5, 3, 1, 0], [2, 1.5, 0], [3, 1, 2, 0]],
        [1, 3, 1, 2],
        draws=20,
    )
    assert (found.ref_accuracy, found.tied_accuracy) == (1.0, 0.5)
    assert (found.preferred, found.preferred_hard) == (0.5, 0.5)
    assert found.margin == pytest.approx(-0.071777, abs=5e-7)
    assert found.score.value == pytest.approx(0.649282, abs=5e-7)


def test_the_style_matrix_is_the_specifications():
    """Golden G10 of specs/similarity.md."""
    found = style_matrix([[0.5, 0.6, 0.9]], [[0.4, 0.7, 0.8]], draws=5)
    parts = found.hard.value, found.normal.value, found.easy.value
    assert parts == (0.0, pytest.approx(2 / 3), 1.0)
    assert found.matrix.tolist() == [[1, 0, 0], [1, 0, 0], [1, 1, 1]]


def test_equal_right_answers_are_as_close_as_can_be():
    wide = ties_score(["ref:0", "tied:0"], [[5, 1], [3, 3, 1]], [1, 2], draws=2)
    none = ties_score(["ref:0", "tied:0"], [[1, 1], [1, 1, 1]], [1, 2], draws=2)
    assert (wide.margin, none.margin) == (1.0, 0.0)
    assert none.score.value == 0.0


# -- sections, subsets, languages by hand ---------------------------------------------------------


def test_mathematics_counts_as_984_prompts():
    right = np.array([1.0, 1.0, 0.0, 0.0])
    found = by_section(right, ["math-prm", "hep-go", "hep-go", "mt-bench-hard"], draws=5)
    assert found["Reasoning"].value == pytest.approx((984 * 1 + 2 * 0.5) / 986)
    assert found["overall"].value == pytest.approx(np.mean([found["Reasoning"].value, 0.0]))


def test_what_is_undefined_is_left_out_and_counted():
    right = np.array([1.0, np.nan, 0.0])
    found = by_subset(right, ["a", "a", "b"], draws=5)
    assert (found["a"].value, found["a"].n, found["a"].n_undefined) == (1.0, 1, 1)
    section = by_section(right, ["hep-go", "hep-go", "unknown"], draws=5)["Reasoning"]
    assert (section.value, section.n, section.n_undefined) == (1.0, 1, 1)


def test_without_english_there_is_no_gap():
    found = language_gaps(np.array([1.0, 0.0]), ["de", "fr"], draws=5)
    assert np.isnan(found["de"][1].value)
    assert found["de"][0].value == 1.0


def test_an_odd_id_of_ties_is_refused():
    with pytest.raises(InputError, match="'ref:NUMBER' or 'tied:NUMBER'; got '7'"):
        ties_score(["7"], [[1, 0]], [1])


# -- formats --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("messages", [False, True])
def test_every_format_is_read_as_strings_and_as_messages(tmp_path, name, messages):
    made = material_of(tmp_path, name, messages=messages)
    assert made.report["rows_left_out"] == {}
    found = audit(truth, made, checks=["accuracy"], settings=FAST)
    assert found.get("accuracy", "strict").value == 1.0


def test_a_json_array_reads_the_same(tmp_path):
    rows = example_rows("rm-bench", 4)
    (tmp_path / "set.json").write_text(json.dumps(rows), encoding="utf-8")
    assert len(read_material(tmp_path / "set.json")) == 4 * 6
    (tmp_path / "one.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds a JSON dict; expected an array"):
        read_material(tmp_path / "one.json")


def test_a_question_is_one_row_also_where_two_rows_share_their_prompt():
    made = Material(tuple("abcd"), ("p",) * 4, np.array([1, 0, 1, 0]), pairs=[[0, 1], [2, 3]])
    assert [(q.right, q.wrong) for q in questions(made)] == [((0,), (1,)), ((2,), (3,))]
    assert questions(Material(("a", "b", "c"), ("p",) * 3, np.array([1, 2, 3])))[0].wrong == (0, 1)


# -- planted scorers ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rewardbench", "rewardbench2"])
def test_a_scorer_of_length_fails_the_subsets_and_one_that_knows_passes(tmp_path, name):
    made = material_of(tmp_path, name, n=90)
    good, bad = (audit(f, made, checks=["subsets"], settings=FAST) for f in (truth, toys.length))
    assert {item.verdict for item in good.findings} == {"pass"}
    assert bad.get("subsets", "overall").verdict == "fail"
    assert good.get("subsets", "overall").value == pytest.approx(1.0, abs=0.01)


def test_a_constant_is_all_ties(tmp_path):
    made = material_of(tmp_path, "rewardbench2")
    found = audit(lambda texts: [1.0] * len(texts), made, checks=["subsets"], settings=FAST)
    assert found.get("subsets", "tie_rate").value == 1.0
    assert found.get("subsets", "tie_rate").verdict == "fail"
    assert found.get("subsets", "Ties").verdict == "fail"


def test_a_scorer_of_english_fails_in_other_languages(tmp_path):
    made = material_of(tmp_path, "m-rewardbench")
    good, bad = (
        audit(f, made, checks=["languages"], settings=FAST) for f in (truth, english_truth)
    )
    assert {item.verdict for item in good.findings} == {"pass"}
    assert bad.get("languages", "en").verdict == "pass"
    assert bad.get("languages", "de_less_english").verdict == "fail"
    assert bad.get("languages", "de_less_english").details == {"paired_by_id": True}


@pytest.mark.parametrize("name", ["rm-bench", "rewardbench"])
def test_a_scorer_of_markdown_fails_the_styles_given_or_made(tmp_path, name):
    made = material_of(tmp_path, name)
    good, bad = (audit(f, made, checks=["styles"], settings=FAST) for f in (truth, marks))
    assert {item.verdict for item in good.findings} <= {"pass", "note"}
    assert bad.get("styles", "hard").verdict == "fail"
    assert bad.get("styles", "dress").verdict == "fail"
    source = good.get("styles", "hard").details["styles"]
    assert source == (
        "the texts' own styles" if name == "rm-bench" else "made by rule from plain pairs"
    )


def test_length_and_markdown_are_told_apart(tmp_path):
    made = material_of(tmp_path, "rm-bench")
    long, marked = (audit(f, made, checks=["styles"], settings=FAST) for f in ("length", marks))
    assert long.get("styles", "detail").value == 1.0
    assert long.get("styles", "dress").value == 0.0
    assert marked.get("styles", "detail").value == 0.0
    assert marked.get("styles", "dress").value == 1.0


def test_safety_is_one_domain(tmp_path):
    found = audit(truth, material_of(tmp_path, "rm-bench"), checks=["styles"], settings=FAST)
    domains = [item.name for item in found.findings if item.name.startswith("domain")]
    assert domains == ["domain chat", "domain code", "domain math", "domain safety"]


def graded(n=40, *, groups=1):
    rng = np.random.default_rng(4)
    labels = rng.permutation(n).astype(float)
    texts = tuple(" ".join(["word"] * int(rng.integers(3, 30))) + f" {int(k)}." for k in labels)
    return Material(
        texts, tuple(str(i % groups) if groups > 1 else f"#{i}" for i in range(n)), labels
    )


@pytest.mark.parametrize("groups", [1, 10])
def test_a_scorer_of_length_does_not_beat_length_and_one_that_knows_does(groups):
    def last_number(texts):
        return [float(re.findall(r"\d+", text)[-1]) for text in texts]

    made = graded(groups=groups)
    good, bad = (
        audit(f, made, checks=["people"], settings=FAST) for f in (last_number, toys.length)
    )
    name = "spearman_within_above_trivial" if groups > 1 else "spearman_item_above_trivial"
    assert good.get("people", name).verdict == "pass"
    assert bad.get("people", name).verdict == "fail"


def test_where_length_solves_the_material_nothing_is_said(tmp_path):
    made = material_of(tmp_path, "rewardbench")
    found = audit(truth, made, checks=["people"], settings=FAST)
    assert found.get("people", "pairs_above_trivial").verdict == "note"
    assert "alone reaches 1.000" in found.get("people", "pairs_above_trivial").reason


# -- degenerate material --------------------------------------------------------------------------


def test_undefined_answers_cost_their_question_and_are_counted(tmp_path):
    made = material_of(tmp_path, "rewardbench")

    def gaps(texts):
        return [np.nan if "7 plus" in t else v for t, v in zip(texts, truth(texts), strict=True)]

    lost = sum("7 plus" in text for text in made.texts) // 2
    assert lost
    found = audit(gaps, made, checks=["subsets", "styles"], settings=FAST)
    assert found.get("subsets", "overall").found.n_undefined == lost
    assert found.get("styles", "hard").found.n_undefined == lost


def test_a_scorer_without_any_value_gives_notes_not_numbers(tmp_path):
    made = material_of(tmp_path, "rewardbench2")
    found = audit(
        lambda texts: [np.nan] * len(texts), made,
        checks=["people", "subsets", "styles"], settings=FAST,
    )  # fmt: skip
    assert {item.verdict for item in found.findings} == {"note"}
    json.loads(found.to_json())


def test_pairs_that_are_equal_in_a_style_are_left_out_and_counted():
    texts = ("It is hot. It is 4. We sweat.", "It is hot. It is 5. We sweat.")
    made = Material(texts, ("p", "p"), np.array([1.0, 0.0]))
    found = audit(marks, made, checks=["styles"], settings=FAST).get("styles", "hard")
    assert found.verdict == "note"
    assert found.details["questions_equal_in_a_style"] == 1


def test_material_without_pairs_or_columns_says_what_is_missing():
    found = audit(truth, Material(("a", "b")), checks=["subsets", "languages", "styles", "people"])
    assert {item.name for item in found.findings} == {"not_run"}


def test_answers_without_a_language_are_counted_and_do_not_share_a_unit():
    texts = ("1 plus 1 is 2", "1 plus 1 is 3") * 3
    column = ("en", "en", None, None, "de", "de")
    made = Material(texts, tuple("aabbcc"), np.array([1.0, 0.0] * 3), columns={"lang": column})
    found = audit(truth, made, checks=["languages"], settings=FAST)
    assert found.get("languages", "no_language").found.n_undefined == 1
    assert [item.name for item in found.findings][1:] == ["en", "de", "de_less_english"]


def test_two_questions_prove_nothing(tmp_path):
    made = material_of(tmp_path, "rewardbench", n=2)
    found = audit(truth, made, checks=["subsets"], settings=FAST).get("subsets", "overall")
    assert (found.value, found.verdict) == (1.0, "note")
    assert "fewer than 10 questions" in found.threshold


def test_groups_of_six_that_are_no_styles_are_not_taken_for_them():
    texts = tuple(f"{k} plus 1 is {k + 1 + (k > 2)}. So it is. Look." for k in range(6))
    made = Material(texts, ("p",) * 6, np.array([1.0] * 3 + [0.0] * 3))
    found = audit(truth, made, checks=["styles"], settings=FAST).get("styles", "hard")
    assert found.details["styles"] == "made by rule from plain pairs"


def test_an_unknown_language_is_a_note():
    made = Material(("a b.", "c d."), ("p", "p"), np.array([1.0, 0.0]))
    told = Settings(draws=5, lang="xx")
    found = audit(truth, made, checks=["people", "styles"], settings=told)
    assert {item.name for item in found.findings} == {"not_run"}
    assert "'xx'" in found.get("styles", "not_run").reason


# -- the styles by rule ---------------------------------------------------------------------------


def test_marks_go_and_words_stay():
    text = (
        "# Title #\n\n> A **bold** and *slanted* [link](http://a.b), `code` and ~~old~~.\n"
        "1. one\n- [x] two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n***\n```py\n# kept *as* it is\n```\n"
    )
    assert strip_markdown(text) == (
        "Title\n\nA bold and slanted link, code and old.\none\ntwo\n\na b\n\n1 2\n\n"
        "# kept *as* it is\n"
    )


def test_what_only_looks_like_markdown_stays():
    for text in ("3 * 4 * 5 is 60.", "snake_case_name stays", "a - b", "5 < 6 > 4", "C# and F#"):
        assert strip_markdown(text) == text


def test_a_text_survives_the_way_there_and_back():
    plain = "Light scatters on the air. Blue light scatters most of all. So the sky is blue."
    marked = add_markdown(plain)
    assert marked.startswith("## Light scatters on the air.\n\n- **Blue light** scatters")
    assert strip_markdown(marked).split() == plain.split()


def test_an_empty_text_has_three_empty_styles():
    assert three_styles("") == ("", "", "")
    assert three_styles("...") == ("...", "...", "...")


def test_the_marks_of_a_megabyte_go_in_linear_time():
    for piece in ("*", "[", "_a", "- ", "`", "> ", "#", "| -"):
        strip_markdown(piece * 100_000)
