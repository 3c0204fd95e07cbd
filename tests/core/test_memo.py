"""The memo: a bound that holds, and what is dropped first."""

from qualmetrics.memo import Memo


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
