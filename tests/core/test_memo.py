"""The memo: a bound that holds, and what is dropped first."""

import threading

from qualmetrics.memo import Memo, once


def test_what_was_put_can_be_got() -> None:
    memo: Memo[str] = Memo(80)
    memo.put("key", "value", 10)
    assert memo.get("key") == "value"


def test_what_was_not_asked_for_longest_makes_room() -> None:
    memo: Memo[int] = Memo(80)
    for key in range(8):
        memo.put(key, key, 10)
    memo.get(0)
    memo.put(8, 8, 10)
    assert [key for key in range(9) if memo.get(key) is None] == [1]


def test_the_size_stays_under_the_capacity() -> None:
    memo: Memo[int] = Memo(80)
    for key in range(100):
        memo.put(key, key, 7)
    assert memo.size <= 80


def test_one_large_value_does_not_empty_the_memo() -> None:
    memo: Memo[str] = Memo(80)
    memo.put("small", "kept", 10)
    memo.put("large", "not kept", 11)
    assert (memo.get("small"), memo.get("large")) == ("kept", None)


def test_putting_a_key_again_counts_it_once() -> None:
    memo: Memo[int] = Memo(80)
    for value in range(5):
        memo.put("key", value, 10)
    assert (memo.size, memo.get("key")) == (10, 4)


def test_threads_that_ask_at_once_load_once_and_get_the_same_value() -> None:
    calls: list[int] = []
    ready = threading.Barrier(8)
    got: list[object] = []

    @once()
    def load() -> object:
        calls.append(1)
        return object()

    def ask() -> None:
        ready.wait()
        got.append(load())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(calls), len(got), len(set(map(id, got)))) == (1, 8, 1)


def test_the_newest_results_are_kept() -> None:
    calls: list[int] = []

    @once(keep=2)
    def double(number: int) -> int:
        calls.append(number)
        return 2 * number

    assert [double(number) for number in (1, 2, 1, 3, 2, 1)] == [2, 4, 2, 6, 4, 2]
    assert calls == [1, 2, 3, 1]
