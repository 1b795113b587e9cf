import importlib
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.mark.parametrize("name", sorted(path.stem for path in BENCHMARKS.glob("*.py")))
def test_every_benchmark_finds_what_it_imports(name, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))  # as for a script that is run
    importlib.import_module(name)


def test_the_devices_of_this_machine_draw_the_same_pictures(monkeypatch, capsys):
    device = importlib.import_module("benchmarks.device")
    monkeypatch.setattr(sys, "argv", ["device.py", "--quick"])
    assert device.main() == 0
    told = capsys.readouterr().out
    for words in (
        "32 px on cpu",
        "a change of the layer range",
        "float32",
        "bfloat16",
        "float16",
        "composed",
    ):
        assert words in told


def test_the_stamped_picture_of_a_level_shows_it():
    stamp = importlib.import_module("benchmarks.stamp")
    draw = stamp.drawing(stamp.Stamped(64))
    for level in (0, 1, 500, 997, 1000):
        pixels = draw((2 * level / stamp.LEVELS - 1) * stamp.TRAVEL)
        bits = [int(pixels[2, 4 * place + 2, 0] > 127) for place in range(stamp.BITS + 2)]
        assert bits == [1, *(level >> bit & 1 for bit in reversed(range(stamp.BITS))), 0]
