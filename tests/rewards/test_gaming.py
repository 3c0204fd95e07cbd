"""Attacks on the presets, on sentences of our own; docs/rewards-gaming.md has real answers."""

import numpy as np
import pytest

import qualmetrics as qm
from qualmetrics.reward.attacks import ATTACKS, MASTER_KEYS, Case
from qualmetrics.reward.shaping import target_band

SOURCES = (
    (
        (
            "Notwithstanding considerable opposition from shipping companies, the harbour "
            "authority resolved to prohibit the discharge of untreated ballast water, which "
            "had introduced numerous invasive organisms into the estuary during the preceding "
            "decade."
        ),
        (
            "Ships may no longer empty dirty water into the harbour. The water had brought "
            "many strange animals into the river mouth over ten years. Ship owners did not "
            "like the rule, but the harbour office made it all the same."
        ),
    ),
    (
        (
            "Archaeological excavations conducted beneath the cathedral have revealed the "
            "foundations of a substantially earlier timber structure, suggesting that the "
            "site possessed religious significance long before the arrival of Christian "
            "missionaries."
        ),
        (
            "People dug under the cathedral and found the base of a much older house made of "
            "wood. So the place may have been holy long before the first Christians came "
            "there to teach."
        ),
    ),
    (
        (
            "Meteorologists attribute the unprecedented precipitation to anomalously elevated "
            "sea surface temperatures, which intensified evaporation and thereby increased "
            "the quantity of moisture transported inland by prevailing winds."
        ),
        (
            "Weather experts say that the sea was warmer than it has ever been. More water "
            "rose into the air, and the wind carried it over the land. That is why it rained "
            "so much."
        ),
    ),
    (
        (
            "The municipal orchestra, confronted with diminishing subscriptions, commissioned "
            "an independent evaluation of its programming, which recommended abbreviated "
            "performances scheduled at times more convenient for families."
        ),
        (
            "Fewer people bought tickets for the town orchestra. It asked an expert what to "
            "do. The expert said that the concerts should be shorter, and at hours when "
            "families can come."
        ),
    ),
)
ANSWERS = (
    (
        "Why do leaves change their colour in autumn?",
        (
            "In autumn a tree stops making chlorophyll, the green pigment that catches light. "
            "When the green fades, yellow pigments that were there all summer become visible, "
            "and some trees also make red pigments from the sugar that stays in their leaves."
        ),
        (
            "Leaves are green because of chlorophyll. As the days get shorter in autumn, the "
            "tree no longer makes it, so the yellow pigments in the leaf can be seen. Red "
            "colours come from pigments that the leaf forms out of leftover sugar."
        ),
    ),
    (
        "How should I store fresh bread so that it stays good?",
        (
            "Keep fresh bread at room temperature in a paper bag or a bread box, with the cut "
            "side down. Do not put it in the fridge, where it goes stale faster. What you "
            "cannot eat within three days you can slice and freeze."
        ),
        (
            "Put the bread in a bread box or a paper bag and leave it at room temperature. "
            "The fridge makes bread stale, so it is no good place for it. If the loaf is too "
            "big, cut it into slices and freeze them for later."
        ),
    ),
    (
        "What does a lighthouse keeper do all day?",
        (
            "A lighthouse keeper looks after the lamp, cleans the lenses, and writes down the "
            "weather. In fog he sounds the horn. He also repairs what the storms have broken, "
            "because nobody else lives near enough to help."
        ),
        (
            "The keeper of a lighthouse cleans the lamp and its lenses and makes sure that it "
            "shines at night. He notes the weather in a book, sounds a horn when there is "
            "fog, and mends whatever the wind and the sea have damaged."
        ),
    ),
    (
        "How can a beginner learn to play chess well?",
        (
            "A beginner should first learn how the pieces move and what checkmate is. Then it "
            "helps to solve simple puzzles every day, to play slow games, and to look at each "
            "lost game in order to find the mistake that decided it."
        ),
        (
            "Learn the moves of the pieces first, then solve a few chess puzzles each day. "
            "Play slow games against other people, and after you lose one, go through it "
            "again and look for the move that was the mistake."
        ),
    ),
)
REWRITING = ("readability_target", "rewrite", "simplify")
ANSWERING = ("long_form", "r3", "refalign")


def presets(names):
    """Return each preset, published and guarded; a row without a value is worth 0."""
    ease = target_band(qm.get("flesch_reading_ease"), target="level", undefined=None)
    told = {"readability_target": {"target": "level"}, "rewrite": {"goal": ease}}
    return {
        (name, guarded): qm.get(name, undefined=0.0, guarded=guarded, **told.get(name, {})).named(
            f"{name}_{guarded}"
        )
        for name in names
        for guarded in (False, True)
    }


@pytest.fixture(scope="module")
def scored():
    """Return, for each preset and variant, what real answers get and what each attack gets."""
    for package in ("qualmetrics_models", "onnxruntime", "tokenizers"):
        pytest.importorskip(package)
    found = {}
    for names, rows in (
        (REWRITING, [(hard, hard, easy) for hard, easy in SOURCES]),
        (ANSWERING, ANSWERS),
    ):
        answers = [answer for *_, answer in rows]
        cases = [
            Case(prompt, reference, answer, [a for a in answers if a != answer])
            for prompt, reference, answer in rows
        ]
        texts = [*answers, *(make(case) for make in ATTACKS.values() for case in cases)]
        times = len(ATTACKS) + 1
        level = [float(qm.get("flesch_reading_ease").score_one(answer)) for answer in answers]
        given = presets(names)
        scores = qm.score(
            texts,
            list(given.values()),
            [case.reference for case in cases] * times,
            columns={"prompt": [case.prompt for case in cases] * times, "level": level * times},
        )
        for key, one in zip(given, scores.values(), strict=True):
            values = one.primary.reshape(times, len(cases))
            found[key] = values[0], dict(zip(ATTACKS, values[1:], strict=True))
    return found


@pytest.mark.parametrize("name", [*REWRITING, *ANSWERING])
def test_guarded_no_attack_gets_what_the_least_of_the_real_answers_gets(scored, name):
    real, attacks = scored[name, True]
    assert real.min() > 0.1
    better = {attack: v.mean() for attack, v in attacks.items() if v.mean() >= real.min()}
    assert better == {}


@pytest.mark.parametrize("name", [*REWRITING, *ANSWERING])
def test_guards_cost_the_real_answers_nothing(scored, name):
    if name in ("readability_target", "rewrite", "simplify"):
        assert scored[name, True][0] == pytest.approx(scored[name, False][0])


@pytest.mark.parametrize(
    ("name", "attack"),
    [
        ("readability_target", "shuffled_answer"),
        ("rewrite", "shuffled_answer"),
        ("simplify", "copied_prompt"),
        ("refalign", "shuffled_reference"),
        ("long_form", "shuffled_reference"),
        ("r3", "shuffled_answer"),
    ],
)
def test_as_published_a_preset_pays_for_what_it_is_blind_to(scored, name, attack):
    real, attacks = scored[name, False]
    assert attacks[attack].mean() > np.quantile(real, 0.05) * 0.5
    assert scored[name, True][1][attack].mean() < 0.1 * max(attacks[attack].mean(), 1e-9)


def test_every_master_key_is_among_the_attacks():
    case = Case("a prompt", "a reference")
    assert {make(case) for make in ATTACKS.values()} >= set(MASTER_KEYS)


def test_an_attack_is_the_same_for_the_same_case():
    case = Case(*SOURCES[0], answer=SOURCES[3][1], others=[SOURCES[1][1], SOURCES[2][1]])
    assert {n: make(case) for n, make in ATTACKS.items()} == {
        n: make(case) for n, make in ATTACKS.items()
    }
