"""Charts as files: what is drawn, as SVG; that a PNG is one, with its text."""

import struct
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from qualmetrics.errors import InputError, MissingExtraError
from qualmetrics.report import pictures, write_pictures

SVG = "{http://www.w3.org/2000/svg}"
TABLE = {"a": [1.0, 1.0, 3.0, 5.0], "a b?": [float("nan"), 2.0, 2.0, 4.0], "A-b-": [0.0] * 4}


def texts(path: Path) -> list[str]:
    return [node.text or "" for node in ET.fromstring(path.read_bytes()).iter(SVG + "text")]  # noqa: S314


def png(folder: Path, **options: object) -> list[Path]:
    pytest.importorskip("resvg_py")
    try:
        return write_pictures(TABLE, folder, **options)
    except InputError as error:
        if "needs a font" in str(error):
            pytest.skip("no font on this machine")
        raise


def test_each_column_is_drawn_twice_under_its_name(tmp_path: Path) -> None:
    files = write_pictures(TABLE, tmp_path / "new" / "charts", form="svg")
    assert [path.name for path in files] == [
        *("a.svg", "a-kept.svg", "a-b-2.svg", "a-b-2-kept.svg"),
        *("A-b-3.svg", "A-b-3-kept.svg"),  # not the same file where capitals do not count
    ]
    assert texts(files[2])[0] == "a b?"


def test_a_picture_alone_has_a_size_colours_and_its_gates(tmp_path: Path) -> None:
    first, *_ = write_pictures(TABLE, tmp_path, metrics=["a"], gates=["a>2"], form="svg")
    root = ET.fromstring(first.read_bytes())  # noqa: S314 - our own
    assert (root.get("width"), root.get("height")) == ("560", "214")
    assert texts(first)[0] == "a  | a>2"
    assert [p.get("class") for p in root.iter(SVG + "path")].count("gate") == 1
    style = (Path(pictures.__file__).parent / "templates" / "style.css").read_text("utf-8")
    drawn = ["#" + part[:6] for part in pictures.STYLE.split("#")[1:]]
    assert [colour for colour in drawn if colour not in style] == []  # those of the page


def test_odd_names_make_a_picture_all_the_same(tmp_path: Path) -> None:
    odd = {"<&\x01\ud800" + "x" * 99: [1.0, 2.0]}
    first, *_ = write_pictures(odd, tmp_path, form="svg")
    assert texts(first)[0] == "<&\ufffd\ufffd" + "x" * 67 + "…"


def test_a_png_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    first, kept, *_ = png(tmp_path, metrics=["a"], scale=1.5)
    for path, height in ((first, 321), (kept, 261)):
        head = path.read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", head[16:]) == (840, height)
    again = png(tmp_path / "gated", metrics=["a"], scale=1.5, gates=["a>2"])
    assert again[0].read_bytes() != first.read_bytes()
    assert png(tmp_path / "same", metrics=["a"], scale=1.5)[0].read_bytes() == first.read_bytes()


def test_without_a_font_a_png_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resvg = pytest.importorskip("resvg_py")
    drawn = resvg.svg_to_bytes
    monkeypatch.setattr(
        resvg, "svg_to_bytes", lambda **given: drawn(**given, skip_system_fonts=True)
    )
    with pytest.raises(InputError, match="fonts-dejavu-core"):
        write_pictures(TABLE, tmp_path)


def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingExtraError, match=r"qualmetrics\[pictures\]"):
        write_pictures(TABLE, tmp_path)
    assert write_pictures(TABLE, tmp_path, form="svg")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"form": "jpg"}, "png, svg"),
        ({"scale": 0}, "above 0"),
        ({"scale": float("nan")}, "above 0"),
        ({"metrics": ["z"]}, "there are: a"),
        ({"gates": ["z>1"]}, "z"),
        ({"font": "none.ttf"}, "no file"),
    ],
)
def test_a_wrong_option_is_refused(
    tmp_path: Path, options: dict[str, object], message: str
) -> None:
    if "font" in options:
        pytest.importorskip("resvg_py")
    with pytest.raises(InputError, match=message):
        write_pictures(TABLE, tmp_path, **options)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="cannot write pictures"):
        write_pictures(TABLE, tmp_path / "taken", form="svg")
