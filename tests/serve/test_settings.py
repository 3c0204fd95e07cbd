"""What a server may be told."""

import pytest

from qualmetrics.errors import InputError
from qualmetrics.serve import Catalogue, Settings


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_a_loopback_address_needs_no_token(host: str) -> None:
    assert Settings(host=host).token is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])  # noqa: S104
def test_any_other_address_needs_one(host: str) -> None:
    with pytest.raises(InputError, match="so a token is required"):
        Settings(host=host)
    assert Settings(host=host, token="0123456789abcdef").host == host  # noqa: S106


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"token": "short"}, "16 or more"),
        ({"token": "with/slash-and-more-letters"}, "without / "),
        ({"token": "with space and more letters"}, "16 or more visible"),
        ({"workers": 0}, "workers must be a whole number from 1"),
        ({"max_items": 2.5}, "max_items must be"),
        ({"deadline": float("nan")}, "deadline must be"),
        ({"undefined": float("inf")}, "undefined must be a finite number"),
    ],
)
def test_a_wrong_setting_is_refused(settings: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Settings(**settings)  # type: ignore[arg-type]


def test_nothing_to_serve_and_two_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="nothing to serve"):
        Catalogue().load()
    with pytest.raises(InputError, match="two served scorers are called fkgl"):
        Catalogue(factory="tests.serve.toys:another_fkgl", metrics=("fkgl",)).load()
