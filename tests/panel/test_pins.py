import pytest

from sefa_widget.panel.fields import Scope
from sefa_widget.panel.pins import Pin, pins


def scope(generator):
    return Scope(generator, [], (0, 1), True)


def test_one_seed_or_pin_is_taken_too(tiny):
    assert pins(7, "The starts", scope(tiny)) == (Pin(7),)
    assert pins({"seed": 7, "name": "Max"}, "The starts", scope(tiny)) == (Pin(7, name="Max"),)


def test_a_start_without_a_class_is_of_the_first(tiny_style):
    assert pins([Pin(7)], "The starts", scope(tiny_style)) == (Pin(7, 0),)


@pytest.mark.parametrize("name", ["\n", "a" * 61])
def test_a_name_is_short_and_printable(tiny, name):
    with pytest.raises(ValueError, match="it must be printable, of 60 characters at most"):
        pins([{"seed": 1, "name": name}], "The starts", scope(tiny))
