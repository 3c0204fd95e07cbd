"""Word weights are summed over the words of a text, in the counting pass, as whole numbers."""

import gzip
import pickle

import numpy as np
import pytest

from qualmetrics.core import Rows
from qualmetrics.errors import BundleError, InputError
from qualmetrics.onnx import export, load
from qualmetrics.ranker import LinearForward, Ranker, Ratio
from qualmetrics.text import count
from qualmetrics.text.counts import occurrences
from qualmetrics.text.inputs import Counts
from qualmetrics.text.weights import WordWeights

TABLE = WordWeights(
    name="toy",
    channels=("weight", "other"),
    words={"boat": (10, 1), "the": (-3, 0), "don't": (4, 0), "rain": (2, 2)},
    grams={"\x02un": (100, 0), "ing": (7, 0), "00": (50, 0), "\x02": (1, 0)},
    unknown=(20, 5),
)
NAMED = WordWeights("named", ("name_weight",), {"london": (10,), "the": (1,)}, proper=(-5,))


def sums(text, table=TABLE):
    found = count([text], ["words"], tables=[table])
    return [float(found[channel][0]) for channel in table.channels]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The boat.", [7, 1]),
        ("BOAT boat Boat", [30, 3]),
        ("Rain's", [2, 2]),  # without its 's
        ("don't", [4, 0]),
        ("don’t", [4, 0]),
        ("zebra", [21, 5]),  # unknown, and the gram of its beginning
        ("unwinding", [128, 5]),  # 20 + 1 + 100 + 7
        ("", [0, 0]),
        ("...", [0, 0]),
    ],
)
def test_the_sum_is_that_of_the_words(text, expected):
    assert sums(text) == expected


def test_all_digits_are_spelled_alike():
    assert sums("1234") == [20 + 1 + 3 * 50, 5]


def test_a_name_inside_a_sentence_weighs_what_names_weigh():
    assert sums("The London.", NAMED) == [1 - 5]
    assert sums("London the.", NAMED) == [10 + 1]


def test_sums_do_not_depend_on_what_stands_beside_a_text():
    texts = ["The boat.", "", "zebra unwinding", "The London boat rain."] * 3
    together = count(texts, ["words"], tables=[TABLE, NAMED])
    for i, text in enumerate(texts):
        alone = count([text], ["words"], tables=[TABLE, NAMED])
        for channel in ("weight", "other", "name_weight"):
            assert together[channel][i] == alone[channel][0]


def test_occurrences_are_the_words_that_the_sums_are_made_of():
    texts = ["The London boat.", "Rain, unwinding rain!"]
    found = occurrences(texts)
    for table in (TABLE, NAMED):
        expected = count(texts, ["words"], tables=[table])
        for k, channel in enumerate(table.channels):
            total = np.bincount(found.text, found.weights(table)[:, k], 2)
            assert total.tolist() == expected[channel].tolist()


def test_an_input_gives_counts_and_channels_in_one_pass():
    item = Counts("en/1", ("words",), (TABLE,))
    arrays = item.read(Rows(("The boat.",))).arrays
    assert {name: array.tolist() for name, array in arrays.items()} == {
        "words": [2.0], "weight": [7.0], "other": [1.0],
    }  # fmt: skip
    assert item.parts[-1] == f"weights:toy/{TABLE.digest[:8]}"


def test_inputs_with_tables_are_united():
    united = Counts("en/1", ("words",), (TABLE,)).union(Counts("en/1", ("letters",), (NAMED,)))
    assert united == Counts("en/1", ("words", "letters"), (TABLE, NAMED))


def test_two_tables_with_one_channel_are_not_united():
    twin = WordWeights("twin", ("weight",), {"boat": (1,)})
    assert Counts("en/1", ("words",), (TABLE,)).union(Counts("en/1", (), (twin,))) is None


def test_a_table_is_read_back_from_its_file(tmp_path):
    TABLE.save(tmp_path / "toy.gz")
    assert WordWeights.load(tmp_path / "toy.gz", TABLE.digest) == TABLE
    assert pickle.loads(pickle.dumps(TABLE)) == TABLE  # noqa: S301 - our own bytes


def test_a_bundle_carries_its_table(tmp_path):
    forward = LinearForward((Ratio("weight", "words"),), ((1.0,),), (0.0,))
    item = Counts("en/1", ("words",), (TABLE,))
    folder = export(Ranker("toy", forward, (item,), ("toy",)).scorer(), tmp_path / "toy")
    assert load(folder)(["The boat."]).primary.tolist() == [3.5]


def test_an_altered_table_in_a_bundle_is_refused(tmp_path):
    TABLE.save(tmp_path / "toy.gz")
    text = TABLE.to_text().replace("w10,1 boat", "w11,1 boat")
    (tmp_path / "toy.gz").write_bytes(gzip.compress(text.encode()))
    with pytest.raises(BundleError, match="was altered"):
        WordWeights.load(tmp_path / "toy.gz", TABLE.digest)


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(b"{}"), gzip.compress(b"x\n")])
def test_a_file_that_is_no_table_is_refused(tmp_path, content):
    (tmp_path / "toy.gz").write_bytes(content)
    with pytest.raises(BundleError):
        WordWeights.load(tmp_path / "toy.gz")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"channels": ("words",)}, "no count column is called"),
        ({"channels": ("a", "a")}, "different words"),
        ({"name": "a b"}, "name is a word"),
        ({"words": {"x": (40_000,)}}, "at most 32767"),
        ({"words": {"x": (1, 2)}}, "expected 1 numbers"),
        ({"words": {"two words": (1,)}}, "is no word"),
        ({"grams": {"toolong": (1,)}}, "is no n-gram"),
        ({"grams": {"É": (1,)}}, "is no n-gram"),
    ],
)
def test_a_wrong_table_is_refused(arguments, said):
    with pytest.raises(InputError, match=said):
        WordWeights(**{"name": "toy", "channels": ("a",), "words": {"x": (1,)}, **arguments})


def test_textstat_s_rules_know_no_tables():
    with pytest.raises(InputError):
        count(["The boat."], ["words"], rules="textstat", tables=[TABLE])


def test_two_tables_with_one_channel_are_refused():
    twin = WordWeights("twin", ("weight",), {"boat": (1,)})
    with pytest.raises(InputError, match="weight"):
        count(["The boat."], ["words"], tables=[TABLE, twin])
