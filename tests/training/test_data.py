"""Labelled texts are read, counted, and refused with a reason."""

import gzip
import json
import math

import numpy as np
import pytest

from qualmetrics.errors import InputError
from qualmetrics.training.data import Fields, read_examples, read_rated_pairs


@pytest.fixture
def rows(tmp_path):
    def write(*rows, name="rows.jsonl"):
        path = tmp_path / name
        lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("higher", "lower"),
    [("harder", "easier"), ("hard", "easy"), ("better", "worse"), ("chosen", "rejected")],
)
def test_a_pair_stands_with_its_higher_text_first(rows, higher, lower):
    found = read_examples(rows({higher: "Up.", lower: "Down."}))
    assert found.texts == ("Up.", "Down.")
    assert found.pairs.tolist() == [[0, 1]]
    assert found.p.tolist() == [[1.0]]


@pytest.mark.parametrize(
    ("label", "p"),
    [("a", 1.0), ("B", 0.0), ("tie", 0.5), (1, 1.0), (0, 0.0), (0.8, 0.8), ("first", 1.0)],
)
def test_a_label_says_which_of_two_stands_higher(rows, label, p):
    other = {"a": "C.", "b": "D.", "label": "a"}
    found = read_examples(rows({"a": "A.", "b": "B.", "label": label}, other))
    assert found.p[0].tolist() == [p]


def test_ratings_are_values(rows):
    found = read_examples(rows({"text": "A.", "score": 1}, {"text": "B.", "rating": "2.5"}))
    assert found.values.tolist() == [[1.0], [2.5]]
    assert not found.within_groups


def test_ease_is_turned_to_difficulty_where_asked(rows):
    path = rows({"text": "A.", "score": 1}, {"text": "B.", "score": 2})
    assert read_examples(path, descending=True).values.tolist() == [[-1.0], [-2.0]]


def test_levels_of_a_group_are_compared_inside_it(rows):
    found = read_examples(
        rows(
            {"text": "A.", "level": "B2", "group": "g"},
            {"text": "B.", "level": "A1", "group": "g"},
        )
    )
    assert found.values.tolist() == [[4.0], [1.0]]
    assert found.within_groups
    assert found.groups == ("g", "g")


def test_levels_may_be_named(rows):
    path = rows({"text": "A.", "level": "adv"}, {"text": "B.", "level": "ele"})
    assert read_examples(path, levels=("ele", "int", "adv")).values.tolist() == [[2.0], [0.0]]


def test_an_unknown_level_is_an_error_that_says_what_to_type(rows):
    with pytest.raises(InputError, match="level 'adv' is not known"):
        read_examples(rows({"text": "A.", "level": "adv"}))


def test_several_criteria_are_read_side_by_side(rows):
    path = rows({"text": "A.", "depth": 1, "style": None}, {"text": "B.", "depth": 2, "style": 3})
    found = read_examples(path, criteria=("depth", "style"))
    assert found.criteria == ("depth", "style")
    assert np.array_equal(found.values, [[1.0, math.nan], [2.0, 3.0]], equal_nan=True)


def test_soft_labels_by_criterion(rows):
    path = rows({"a": "A.", "b": "B.", "p": {"depth": 0.9}})
    found = read_examples(path, criteria=("depth", "style"))
    assert np.array_equal(found.p, [[0.9, math.nan]], equal_nan=True)


def test_csv_tsv_and_gzip_are_read_alike(tmp_path):
    (tmp_path / "a.csv").write_text('text,score\n"A, b.",1\nB.,2\n', encoding="utf-8")
    (tmp_path / "a.tsv").write_text("text\tscore\nA, b.\t1\nB.\t2\n", encoding="utf-8")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    for name in ("a.csv", "a.tsv", "a.csv.gz"):
        assert read_examples(tmp_path / name).texts == ("A, b.", "B.")


def test_fields_have_other_names_where_told(rows):
    path = rows({"body": "A.", "grade": 1}, {"body": "B.", "grade": 2})
    found = read_examples(path, fields=Fields(text="body", score="grade"))
    assert found.values.tolist() == [[1.0], [2.0]]


# -- bad input ------------------------------------------------------------------------------------


def test_every_row_that_is_left_out_is_counted_with_its_place(rows):
    path = rows(
        {"text": "A.", "score": 1},
        {"text": "B.", "score": 2},
        "{not json",
        "[1, 2]",
        {"text": "  ", "score": 3},
        {"text": "C.", "score": math.nan},
        {"text": "D.", "score": "many"},
        {"text": "E."},
        {"text": 7, "score": 1},
        {"other": 1},
    )
    report = read_examples(path).report
    assert report["rows"] == 10
    assert report["texts"] == 2
    assert (report["unreadable"], report["empty_text"], report["no_label"]) == (4, 1, 3)
    assert len(report["left_out"]) == 8
    assert report["left_out"][0].startswith(f"{path}:3: no JSON")


def test_rows_left_out_and_rows_used_add_up(rows):
    path = rows({"a": "A.", "b": "A.", "p": 1}, {"a": "A.", "b": "B.", "p": 1}, {"a": "A."})
    report = read_examples(path).report
    used = report["pairs"] + report["repeated_pairs"]
    assert used + report["same_text"] + report["unreadable"] == report["rows"]


def test_one_class_only_is_an_error(rows):
    with pytest.raises(InputError, match="one class only: all 2 texts"):
        read_examples(rows({"text": "A.", "score": 1}, {"text": "B.", "score": 1}))


def test_ties_only_are_an_error(rows):
    with pytest.raises(InputError, match=r"all 1 pairs of .* are ties"):
        read_examples(rows({"a": "A.", "b": "B.", "p": 0.5}))


def test_groups_of_one_only_are_an_error_that_says_what_to_do(rows):
    path = rows({"text": "A.", "level": 1, "group": "g"}, {"text": "B.", "level": 2, "group": "h"})
    with pytest.raises(InputError, match="2 groups, 2 of one text"):
        read_examples(path)


def test_a_group_of_one_among_others_is_counted(rows):
    path = rows(
        {"text": "A.", "level": 1, "group": "g"},
        {"text": "B.", "level": 2, "group": "g"},
        {"text": "C.", "level": 2, "group": "h"},
    )
    assert read_examples(path).report["groups_of_one"] == 1


def test_a_pair_judged_both_ways_is_averaged_and_counted(rows):
    path = rows(
        {"harder": "A.", "easier": "B."},
        {"harder": "B.", "easier": "A."},
        {"harder": "A.", "easier": "B."},
        {"harder": "A.", "easier": "C."},
    )
    found = read_examples(path)
    assert found.pairs.tolist() == [[0, 1], [0, 2]]
    assert found.p[:, 0].tolist() == [2 / 3, 1.0]
    assert found.report["contradictory_pairs"] == 1
    assert read_examples(path, contradictions="drop").pairs.tolist() == [[0, 2]]
    with pytest.raises(InputError, match=r"judged both ways: 'A\.' and 'B\.'"):
        read_examples(path, contradictions="error")


def test_a_text_rated_twice_has_the_mean(rows):
    path = rows({"text": "A.", "score": 1}, {"text": "A.", "score": 2}, {"text": "B.", "score": 5})
    found = read_examples(path)
    assert found.values.tolist() == [[1.5], [5.0]]
    assert (found.report["repeated_texts"], found.report["contradictory_values"]) == (1, 1)


def test_a_file_with_nothing_usable_says_what_was_wrong(rows):
    with pytest.raises(InputError, match="empty_text 1"):
        read_examples(rows({"text": "", "score": 1}))


def test_a_missing_file_and_an_unknown_suffix_are_errors(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_examples(tmp_path / "absent.jsonl")
    with pytest.raises(InputError, match="expected rows in a file"):
        read_examples(tmp_path / "rows.txt")


def test_a_rating_and_a_level_in_one_row_are_ambiguous(rows):
    with pytest.raises(InputError, match="say which one counts"):
        read_examples(rows({"text": "A.", "score": 1, "level": 2}))


# -- rated pairs ----------------------------------------------------------------------------------


def test_candidates_are_read_with_their_references(rows):
    path = rows(
        {"reference": "R.", "candidate": "A.", "score": 0.2},
        {"reference": "R.", "candidate": "B.", "score": 0.9, "group": "g"},
        {"reference": "R.", "candidate": "", "score": 0.9},
    )
    found = read_rated_pairs(path)
    assert found.candidates == ("A.", "B.")
    assert found.scores.tolist() == [0.2, 0.9]
    assert found.groups == ("", "g")
    assert found.report["empty_text"] == 1


def test_equal_scores_only_are_an_error(rows):
    with pytest.raises(InputError, match="nothing can be learned"):
        read_rated_pairs(rows({"reference": "R.", "candidate": "A.", "score": 1}))
