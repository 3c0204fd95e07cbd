"""One row a call from many threads: scored together, in order, each with its own answer."""

import asyncio

import pytest

from qualmetrics.adapters import micro_batch
from qualmetrics.adapters.micro_batch import reward_one, reward_one_async, submit
from qualmetrics.core import Rows
from qualmetrics.reward.config import RewardConfig
from tests.adapters import toys


@pytest.fixture
def slow():
    """Return a reward that takes so long that rows wait for each other."""
    return RewardConfig("length", toys.length(wait=0.05), None)


def sizes(seen):
    """Return how many distinct texts each batch held."""
    return [len(rows) for rows in seen]


def test_64_threads_with_one_row_each_make_at_most_8_calls_and_get_their_own_answers(slow, seen):
    texts = ["x" * (i + 1) for i in range(64)]
    found = toys.together(
        lambda text: reward_one(slow, text, None, {}).rewards, [(t,) for t in texts]
    )
    assert found == [[float(i + 1)] for i in range(64)]
    assert len(seen) <= 64 / 8
    assert sum(sizes(seen)) == 64


def test_coroutines_share_batches_too(slow, seen):
    async def all_at_once():
        calls = [reward_one_async(slow, "x" * (i + 1), None, {}) for i in range(64)]
        return [outcome.rewards[0] for outcome in await asyncio.gather(*calls)]

    assert asyncio.run(all_at_once()) == [float(i + 1) for i in range(64)]
    assert len(seen) <= 64 / 8


def test_batches_keep_to_their_budgets(seen, monkeypatch):
    monkeypatch.setattr(micro_batch, "ITEMS", 4)
    monkeypatch.setattr(micro_batch, "CHARACTERS", 100)
    scorer = toys.length(wait=0.02)
    lengths = [60, 60, 60, 1000, *range(1, 21)]
    futures = [submit(scorer, Rows(("x" * length,))) for length in lengths]
    assert [float(future.result(60)[0]) for future in futures] == lengths
    assert max(sizes(seen)) <= 4
    assert all(len(rows) == 1 or sum(map(len, rows.texts)) <= 100 for rows in seen)
    assert [len(text) for rows in seen for text in rows.texts] == lengths  # the order of arrival


def test_a_row_that_fails_keeps_no_other_from_its_answer(slow):
    texts = ["a", "RAISE", "abc", "RAISE", ""]
    found = toys.together(lambda text: reward_one(slow, text, None, {}), [(t,) for t in texts])
    assert [outcome.rewards for outcome in found] == [[1.0], [None], [3.0], [None], [None]]
    assert [outcome.failed for outcome in found] == [[False], [True], [False], [True], [False]]


def test_rewards_that_wait_together_are_told_apart(seen):
    two = {name: toys.length(wait=wait) for name, wait in (("a", 0.02), ("b", 0.021))}
    futures = [(name, submit(two[name], Rows((name * 3,)))) for name in "abababab"]
    assert [float(future.result(60)[0]) for _, future in futures] == [3.0] * 8
    assert all(len({text[0] for text in rows.texts}) == 1 for rows in seen)


def test_a_caller_who_gave_up_is_passed_over(seen):
    scorer = toys.length(wait=0.2)
    futures = [submit(scorer, Rows((text,))) for text in ("first", "gone", "last")]
    assert futures[1].cancel()
    assert float(futures[2].result(60)[0]) == 4.0
    assert "gone" not in {text for rows in seen for text in rows.texts}


def test_a_failure_that_is_no_row_s_fault_reaches_all_who_wait_and_the_thread_lives_on(monkeypatch):
    scorer = toys.length()

    def broken(*_):
        raise SystemExit("out of luck")

    with monkeypatch.context() as patch:
        patch.setattr(micro_batch, "score_rows", broken)
        with pytest.raises(SystemExit):
            submit(scorer, Rows(("x",))).result(60)
    assert float(submit(scorer, Rows(("xy",))).result(60)[0]) == 2.0
