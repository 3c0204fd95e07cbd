"""Settings are read from TOML and YAML, and a wrong key is refused with the close match."""

from dataclasses import dataclass, field

import pytest

from qualmetrics.errors import InputError
from qualmetrics.training.config import build, plain, read_config


@dataclass(frozen=True)
class Inner:
    rate: float = 0.1


@dataclass(frozen=True)
class Toy:
    epochs: int = 3
    name: str | None = None
    layers: tuple[int, ...] = ()
    quick: bool = False
    inner: Inner = field(default_factory=Inner)


def test_toml_becomes_a_frozen_dataclass(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("epochs = 5\nlayers = [1, 2]\n[inner]\nrate = 1\n", encoding="utf-8")
    assert build(Toy, read_config(path)) == Toy(5, None, (1, 2), False, Inner(1.0))


def test_yaml_is_read_where_its_reader_is_installed(tmp_path):
    pytest.importorskip("yaml")
    path = tmp_path / "a.yaml"
    path.write_text("epochs: 5\nname: null\n", encoding="utf-8")
    assert build(Toy, read_config(path)) == Toy(5)


def test_an_unknown_key_is_refused_with_the_close_match():
    with pytest.raises(InputError, match="no key 'epoch'; did you mean 'epochs'"):
        build(Toy, {"epoch": 5})


def test_an_unknown_key_of_a_table_is_refused():
    with pytest.raises(InputError, match="settings: inner have no key 'rat'"):
        build(Toy, {"inner": {"rat": 5}})


@pytest.mark.parametrize("wrong", [{"epochs": "five"}, {"quick": 1}, {"epochs": True}])
def test_a_value_of_another_type_is_refused(wrong):
    with pytest.raises(InputError, match="must be"):
        build(Toy, wrong)


def test_plain_data_builds_the_same_again():
    toy = Toy(layers=(1,), inner=Inner(2.0))
    assert build(Toy, plain(toy)) == toy


@pytest.mark.parametrize(("name", "text"), [("a.toml", "= 1"), ("a.json", "{}")])
def test_a_file_that_cannot_be_read_is_an_error(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        read_config(tmp_path / name)
