"""Lexical diversity: values of another program, and of hand; windows that keep their promise."""

import math
import random
import zlib

import pytest

import qualmetrics as qm
from qualmetrics.errors import InputError
from qualmetrics.testing import TEXTS, check_scorer
from qualmetrics.token_scores import jargon_count, rsrs

DIVERSITY = (
    "type_token_ratio", "mattr", "mtld", "hdd", "yule", "ngram_diversity", "compression_ratio",
)  # fmt: skip
TEXT = """the old man and the sea and the boy who came to the old house by the sea in the morning
when the wind was low and the boats were out on the water a man may sit by the water and
think of the boy and the boats and the long road to the hills where the wind is never low
and the old dog sleeps by the door while the rain falls on the roof and on the garden wall
and no one comes to the house but the boy who brings the bread and the news of the town"""


def values(name, text, **options):
    scores = qm.get(name, **options)([text])
    return dict(zip(scores.spec.outputs, scores.values[0].tolist(), strict=True))


@pytest.mark.parametrize("name", DIVERSITY)
def test_a_measure_of_diversity_keeps_every_law(name):
    check_scorer(qm.get(name))
    assert "error" not in qm.get(name)(TEXTS).status_names


# lexicalrichness 0.5.1 on TEXT: ttr, rttr, cttr, Herdan, Summer, Dugast, Maas, mattr(20),
# msttr(20), mtld(), hdd(42), yulek, yulei, herdanvm, simpsond. lexical_diversity 0.1.1 gives the
# same mattr, msttr and hdd.
@pytest.mark.parametrize(
    ("name", "options", "output", "expected"),
    [
        ("type_token_ratio", {}, "type_token_ratio", 0.49019607843137253),
        ("type_token_ratio", {}, "root", 4.950737714883372),
        ("type_token_ratio", {}, "corrected", 3.500700210070024),
        ("type_token_ratio", {}, "herdan_c", 0.845847784054357),
        ("type_token_ratio", {}, "summer_s", 0.890682934706423),
        ("type_token_ratio", {}, "dugast_u", 30.002635933012634),
        ("type_token_ratio", {}, "maas_a2", 0.03333040477619086),
        ("mattr", {"window": 20}, "mattr", 0.7506024096385541),
        ("mattr", {"window": 20}, "msttr", 0.73),
        ("mtld", {}, "mtld", 23.48259493670886),
        ("hdd", {}, "hdd", 0.6168417020207431),
        ("yule", {}, "yule_k", 709.3425605536332),
        ("yule", {}, "yule_i", 3.1645569620253164),
        ("yule", {}, "herdan_vm", 0.24645116681401769),
        ("yule", {}, "simpson_d", 0.0716365754222481),
    ],
)
def test_values_are_those_of_lexicalrichness(name, options, output, expected):
    assert values(name, TEXT, **options)[output] == pytest.approx(expected, rel=1e-12)


def test_the_profile_counts_different_ngrams():
    found = values("ngram_diversity", "a b a b a", n=3)
    assert found["distinct_1"] == 2 / 5
    assert found["distinct_2"] == 2 / 4
    assert found["distinct_3"] == 2 / 3
    assert found["ngram_diversity"] == pytest.approx((2 / 5 + 2 / 4 + 2 / 3) / 3)


def fresh(count, seed):
    """Return words drawn as a text's are: few of them often, many of them seldom."""
    draw = random.Random(seed)
    return " ".join(f"w{min(int(draw.paretovariate(0.8)), 20_000)}" for _ in range(count))


@pytest.mark.parametrize("name", ["mattr", "ngram_diversity", "compression_ratio", "hdd"])
def test_a_text_twice_as_long_from_the_same_source_moves_by_less_than_two_percent(name):
    first, second = fresh(20_000, 1), fresh(20_000, 2)
    alone, both = (float(qm.get(name).score_one(t)) for t in (first, f"{first} {second}"))
    assert both == pytest.approx(alone, rel=0.02)


def test_the_plain_ratio_does_move():
    first, second = fresh(20_000, 1), fresh(20_000, 2)
    ratio = qm.get("type_token_ratio")([first, f"{first} {second}"]).primary
    assert ratio[1] < 0.95 * ratio[0]


@pytest.mark.parametrize("name", ["mattr", "mtld", "hdd", "ngram_diversity", "compression_ratio"])
def test_a_text_shorter_than_the_window_is_flagged(name):
    scores = qm.get(name)(["the cat and the dog and the bird", fresh(5_000, 3)])
    assert scores.status_names == ["too_short", "ok"]


def test_a_draw_of_the_whole_text_is_its_ratio():
    text = "a b a c"
    assert values("hdd", text)["hdd"] == pytest.approx(3 / 4)
    assert values("mattr", text)["mattr"] == 3 / 4


def test_without_a_repeated_word_mtld_is_not_applicable():
    assert qm.get("mtld")(["one two three"]).status_names == ["not_applicable"]


def test_the_ratio_of_compression_is_of_bytes():
    data = ("grün " * 300).encode()
    found = float(qm.get("compression_ratio", window=500).score_one("grün " * 300))
    packed = sum(len(zlib.compress(data[i : i + 500], 9)) for i in (0, 500, 1000))
    assert found == 1500 / packed


@pytest.mark.parametrize(
    ("name", "options"),
    [("mattr", {"window": 0}), ("mtld", {"threshold": 1.0}), ("hdd", {"sample": 2.5}),
     ("ngram_diversity", {"n": 9, "window": 5}), ("compression_ratio", {"window": True})],
)  # fmt: skip
def test_a_wrong_option_is_refused(name, options):
    with pytest.raises(InputError):
        qm.get(name, **options)


def test_the_surprise_of_hard_words_weighs_more():
    # Sorted 1, 2, 4: (1*1 + √2*2 + √3*4) / 3; the unknown one doubles its term.
    plain = (1 + 2 * 2**0.5 + 4 * 3**0.5) / 3
    assert rsrs([4.0, 1.0, 2.0]) == pytest.approx(plain)
    doubled = plain + 4 * 3**0.5 / 3
    assert rsrs([4.0, 1.0, 2.0], [True, False, False], 2.0) == pytest.approx(doubled)
    assert math.isnan(rsrs([]))


def test_jargon_is_counted_in_tokens_and_in_runs():
    assert jargon_count([9, 1, 9, 9, 1], threshold=5) == (3, 2, 3 / 5)
    assert jargon_count([1.0, 2.0], threshold=5) == (0, 0, 0)


@pytest.mark.parametrize(
    "call",
    [
        lambda: rsrs([-1.0]),
        lambda: rsrs([float("nan")]),
        lambda: rsrs([1.0], [True, False]),
        lambda: jargon_count([[1.0]], 2),
    ],
)
def test_token_scores_that_are_none_are_refused(call):
    with pytest.raises(InputError):
        call()
