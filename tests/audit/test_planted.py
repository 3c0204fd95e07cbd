"""Each check has a planted scorer that must fail it, and one that must pass."""

import math
from dataclasses import replace

import numpy as np
import pytest

from qualmetrics.audit import Material, Settings, audit, subject_of
from qualmetrics.errors import InputError
from qualmetrics.ranker import LinearForward, Ranker, Ratio
from qualmetrics.text.inputs import Counts

SETTINGS = Settings(draws=200)


def samples(prompts=30, each=8, seed=0):
    """Return texts whose merit is how many of their words are ``good``, of equal length."""
    rng = np.random.default_rng(seed)
    texts, groups, labels = [], [], []
    for prompt in range(prompts):
        for merit in rng.permutation(20)[:each].tolist():
            words = ["good"] * merit + ["plain"] * (20 - merit)
            texts.append(f"About {prompt}: {' '.join(rng.permutation(words))}.")
            groups.append(str(prompt))
            labels.append(merit)
    return Material(texts=texts, groups=groups, labels=labels)


MATERIAL = samples()


def merit(texts):
    return [float(text.count("good")) for text in texts]


def demerit(texts):
    return [-value for value in merit(texts)]


def fine(texts):
    return [v + text.find("plain") / 1000 for v, text in zip(merit(texts), texts, strict=True)]


def capped(texts):
    return [min(value, 10.0) for value in merit(texts)]


def by_prompt(texts):
    return [float(text.split()[1].strip(":")) for text in texts]


def verdicts(scorer, check, material=MATERIAL, **settings):
    found = audit(scorer, material, checks=[check], settings=replace(SETTINGS, **settings))
    return {item.name: item.verdict for item in found.findings}


def test_best_of_n() -> None:
    assert verdicts(merit, "best_of_n") == {"gain": "pass", "fall": "pass"}
    assert verdicts(demerit, "best_of_n") == {"gain": "fail", "fall": "fail"}


def test_best_of_n_finds_a_proxy_that_pays_and_then_does_not() -> None:
    # The best text by label says 16 times good; the scorer pays for more of it than that.
    labels = [float(v if v < 16 else -v) for v in merit(MATERIAL.texts)]
    material = Material(MATERIAL.texts, MATERIAL.groups, labels)
    found = audit(merit, material, checks=["best_of_n"], settings=SETTINGS).get("best_of_n", "fall")
    assert found.verdict == "fail"
    assert 2 <= found.details["turns_at"] <= 8
    assert found.details["reach"] == 8


def test_choosing_by_the_label_itself_gains_all_that_can_be_gained() -> None:
    gain = audit(merit, MATERIAL, checks=["best_of_n"], settings=SETTINGS).get("best_of_n", "gain")
    assert (gain.value, gain.found.low, gain.found.high) == (1.0, 1.0, 1.0)


def test_gold_may_be_a_scorer_where_there_are_no_labels() -> None:
    bare = Material(MATERIAL.texts, MATERIAL.groups)
    by = {"options": {"gold": merit}}
    assert verdicts(capped, "best_of_n", bare, **by)["gain"] == "pass"
    assert verdicts(demerit, "best_of_n", bare, **by)["fall"] == "fail"
    assert verdicts(demerit, "top", bare, **by)["accuracy"] == "fail"
    note = audit(merit, bare, checks=["best_of_n"]).findings[0]
    assert (note.verdict, "or a gold scorer" in note.reason) == ("note", True)
    with pytest.raises(InputError, match="chrf cannot be gold: it reads references"):
        verdicts(merit, "best_of_n", bare, options={"gold": "chrf"})


def test_equal_texts_share_their_label_so_that_nothing_is_gained_by_noise() -> None:
    texts = ["one and the same"] * 40
    material = Material(texts, [str(i // 2) for i in range(40)], [0.0, 1.0] * 20)
    found = audit(merit, material, checks=["best_of_n"], settings=SETTINGS)
    gain = found.get("best_of_n", "gain")
    assert (gain.verdict, math.isnan(gain.value)) == ("note", True)
    assert "nothing to gain" in gain.reason


def test_best_of_n_of_a_few_groups_is_a_note() -> None:
    few = audit(merit, samples(prompts=4), checks=["best_of_n"], settings=SETTINGS)
    assert [item.verdict for item in few.findings] == ["note"]
    assert "Fewer than 10 groups" in few.findings[0].reason


def test_top() -> None:
    assert verdicts(merit, "top") == {"accuracy": "pass"}
    assert verdicts(demerit, "top") == {"accuracy": "fail"}
    assert verdicts(capped, "top") == {"accuracy": "warn"}


def test_top_of_preferences_has_no_order_and_says_so() -> None:
    labels = (np.array(MATERIAL.labels) > 9).astype(float)
    found = audit(merit, replace(MATERIAL, labels=labels, pairs=None), checks=["top"])
    assert found.findings[0].verdict == "note"
    assert "No two texts" in found.findings[0].reason


def test_saturation() -> None:
    assert verdicts(fine, "saturation") == {"at_best_end": "pass", "at_worst_end": "pass"}
    assert verdicts(capped, "saturation")["at_best_end"] == "fail"


def test_spread() -> None:
    assert verdicts(merit, "spread") == {"flat_groups": "pass", "within_groups": "pass"}
    assert verdicts(by_prompt, "spread") == {"flat_groups": "fail", "within_groups": "fail"}


def test_repeated_texts_are_no_fault_of_the_scorer() -> None:
    twice = Material(("good", "good", "plain"), ("a", "a", "b"))
    found = audit(merit, twice, checks=["spread", "saturation"], settings=SETTINGS)
    assert found.get("spread", "flat_groups").details["repeated_texts"] == 1
    assert math.isnan(found.get("spread", "flat_groups").value)
    assert found.get("saturation", "at_best_end").value == 0.0


def test_one_text_in_many_groups_does_not_saturate_a_scorer_of_texts() -> None:
    material = Material(["I do not know"] * 20 + ["good", "good good"], [str(i) for i in range(22)])
    found = audit(merit, material, checks=["saturation"], settings=SETTINGS)
    assert found.get("saturation", "at_worst_end").value == 0.0


def ranker(weight):
    """Return a scorer whose differences it calls log-odds: letters a word, times a weight."""
    forward = LinearForward((Ratio("letters", "words"),), ((weight,),), (0.0,))
    inputs = (Counts("en/1", ("letters", "words")),)
    return Ranker("letters_a_word", forward, inputs, ("letters_a_word",)).scorer()


def judged(seed=1):
    """Return pairs of one word and another; a letter more is worth .25 in log-odds of winning."""
    rng = np.random.default_rng(seed)
    texts, groups, pairs = [], [], []
    for k in range(800):
        sizes = rng.integers(1, 6, 2)
        a, b = 2 * k, 2 * k + 1
        won = rng.random() < 1 / (1 + np.exp((sizes[1] - sizes[0]) / 4))
        texts += ["a" * sizes[0], "b" * sizes[1]]
        groups += [str(k)] * 2
        pairs.append((a, b) if won else (b, a))
    return Material(texts, groups, pairs=pairs)


def test_calibration() -> None:
    material = judged()
    for weight, expected in ((0.25, "pass"), (4.0, "fail")):
        found = audit(
            ranker(weight), material, checks=["calibration"], better="higher", settings=SETTINGS
        )
        assert (weight, found.findings[0].verdict) == (weight, expected)


def test_calibration_of_who_compares_two_texts_takes_the_values_as_they_are() -> None:
    def half_sure(first, second):
        return [0.75 if len(a) > len(b) else 0.25 for a, b in zip(first, second, strict=True)]

    texts = ["a long one", "short"] * 40
    groups = [str(i // 2) for i in range(80)]
    material = Material(texts, groups, pairs=[(2 * i, 2 * i + 1) for i in range(40)])
    subject = subject_of(half_sure, pairwise=True)
    found = audit(subject, material, checks=["calibration"], settings=SETTINGS).findings[0]
    assert found.value == pytest.approx(0.25)


def test_calibration_is_asked_only_of_who_promises_it() -> None:
    found = audit(merit, judged(), checks=["calibration"]).findings[0]
    assert found.verdict == "note"
    assert "log-odds" in found.reason


@pytest.mark.parametrize("check", ["best_of_n", "top", "saturation", "spread"])
def test_a_scorer_without_any_value_is_counted_and_raises_nothing(check) -> None:
    found = audit(lambda texts: [math.nan] * len(texts), MATERIAL, checks=[check])
    assert {item.verdict for item in found.findings} == {"note"}
    assert max(item.found.n_undefined for item in found.findings) > 0
