"""Policies for long texts: which positions are read, by hand."""

import pytest

from qualmetrics.encoder.long_texts import MAX_WINDOWS, Policy
from qualmetrics.errors import InputError


def positions(policy: Policy, n: int, n_special: int = 2) -> list[list[int]]:
    return [window.tolist() for window in policy.windows(n, n_special)]


@pytest.mark.parametrize("kind", ["cut", "head+tail", "windows", "begin+middle+end"])
def test_a_text_that_fits_is_read_whole(kind: str) -> None:
    assert positions(Policy(kind, 8), 6) == [[0, 1, 2, 3, 4, 5]]


def test_cut_reads_the_first_tokens_beside_the_special_ones() -> None:
    assert positions(Policy("cut", 6), 9) == [[0, 1, 2, 3]]


def test_head_and_tail_share_the_room_and_the_head_gets_the_odd_token() -> None:
    assert positions(Policy("head+tail", 7), 10) == [[0, 1, 2, 8, 9]]


def test_begin_middle_and_end_are_read_and_of_a_text_of_two_windows_both() -> None:
    three = positions(Policy("begin+middle+end", 6), 21)
    assert three == [[0, 1, 2, 3], [8, 9, 10, 11], [17, 18, 19, 20]]
    assert positions(Policy("begin+middle+end", 6), 9)[1] == [2, 3, 4, 5]
    assert positions(Policy("begin+middle+end", 6), 7) == [[0, 1, 2, 3], [3, 4, 5, 6]]


def test_windows_overlap_and_the_last_is_moved_back_to_be_full() -> None:
    assert positions(Policy("windows", 6, 3), 9) == [[0, 1, 2, 3], [3, 4, 5, 6], [5, 6, 7, 8]]


def test_windows_start_half_a_window_apart_where_no_stride_is_given() -> None:
    assert positions(Policy("windows", 6), 8) == positions(Policy("windows", 6, 3), 8)


def test_a_stride_longer_than_the_room_leaves_no_gap() -> None:
    assert positions(Policy("windows", 6, 6), 8) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_there_are_at_most_so_many_windows() -> None:
    assert len(positions(Policy("windows", 6, 1), 1000)) == MAX_WINDOWS


@pytest.mark.parametrize("n", range(5, 40))
def test_windows_read_every_token(n: int) -> None:
    windows = positions(Policy("windows", 6, 3), n)
    assert sorted({i for window in windows for i in window}) == list(range(n))


@pytest.mark.parametrize(
    ("policy", "part"),
    [
        (Policy(), "cut:256"),
        (Policy("head+tail", 64), "head+tail:64"),
        (Policy("windows", 128), "windows:128/64"),
        (Policy("windows", 128, 100), "windows:128/100"),
        (Policy("begin+middle+end", 64), "begin+middle+end:64"),
    ],
)
def test_the_signature_names_the_policy(policy: Policy, part: str) -> None:
    assert policy.part == part


@pytest.mark.parametrize("given", [("tail", 64), ("cut", 3), ("cut", 64, 8), ("windows", 8, 9)])
def test_a_policy_that_means_nothing_is_refused(given: tuple) -> None:
    with pytest.raises(InputError):
        Policy(*given)
