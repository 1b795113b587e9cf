import re
from dataclasses import replace

import pytest
import torch

from sefa_widget.panel.fields import Scope
from sefa_widget.panel.pins import MAX_LATENTS, MAX_NAME, MAX_PINS, Pin, pins


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


def test_the_longest_name_and_the_most_starts_are_taken(tiny):
    (pin,) = pins([{"seed": 0, "name": "a" * MAX_NAME}], "The starts", scope(tiny))
    assert pin.name == "a" * MAX_NAME
    assert len(pins(range(MAX_PINS), "The starts", scope(tiny))) == MAX_PINS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([], "The starts are 0; a panel shows 1 to 64, for example [31, 88]."),
        (range(65), "The starts are 65; a panel shows 1 to 64, for example [31, 88]."),
        ([{"name": "Max"}], "A start is {'name': 'Max'}; it must have a seed."),
        ([{"seed": 1, "nam": "Max"}], "A start's field 'nam' is unknown"),
        ([{"seed": 1, "name": 3}], "The name of a start is an int (3); it must be a text."),
        ([{"seed": 2**32}], "The seed is 4294967296; it must be 0 to 4294967295."),
        ([-1], "The seed is -1; it must be 0 to 4294967295."),
        ([{"seed": 1, "label": 4}], "The class of 'tinystyle' is 4; it must be 0 to 3."),
    ],
)
def test_what_is_no_start_is_refused_and_named(tiny_style, value, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        pins(value, "The starts", scope(tiny_style))


def test_a_start_that_was_taken_is_taken_as_it_is(tiny_style):
    given = [Pin(2**32 - 1, 3, "Max"), {"seed": 0, "label": 0}]
    assert pins(given, "The starts", scope(tiny_style)) == (Pin(2**32 - 1, 3, "Max"), Pin(0, 0, ""))


def test_a_generator_without_classes_gives_its_starts_none(tiny):
    assert pins([{"seed": 1, "label": None}], "The starts", scope(tiny)) == (Pin(1, None),)
    with pytest.raises(ValueError, match="'tiny' has no classes; there is no class 0"):
        pins([{"seed": 1, "label": 0}], "The starts", scope(tiny))


def test_a_latent_is_a_start_and_keeps_its_class(tiny_style):
    latent = tiny_style.sample(5, labels=[2])
    (pin,) = pins(latent, "The starts", scope(tiny_style))
    assert (pin.label, pin.seed) == (2, 0)
    assert torch.equal(pin.drawn_from(tiny_style).codes, latent.codes)
    assert pins([pin.described()], "The starts", scope(tiny_style)) == (pin,)
    (named,) = pins([{"latent": latent, "name": "Ada"}], "The starts", scope(tiny_style))
    assert named.described()["name"] == "Ada"


def test_a_seed_is_described_without_a_latent():
    assert Pin(3).described() == {"seed": 3, "label": None, "name": ""}


def test_so_many_latents_are_taken_and_no_more(tiny):
    latent = tiny.sample(5)
    assert len(pins([latent] * MAX_LATENTS, "The starts", scope(tiny))) == MAX_LATENTS
    with pytest.raises(ValueError, match="9 of the starts are latents, as of photos; a panel holds 8"):
        pins([latent] * (MAX_LATENTS + 1), "The starts", scope(tiny))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"truncation_psi": 0.5}, "truncation_psi 0.5; with classes it must be 1"),
        ({"labels": torch.full((1, 4), 0.25)}, "a mixture of classes"),
    ],
)
def test_a_latent_that_a_start_cannot_say_is_refused(tiny_style, change, text):
    latent = replace(tiny_style.sample(5, labels=[2]), **change)
    with pytest.raises(ValueError, match=text):
        pins(latent, "The starts", scope(tiny_style))


@pytest.mark.parametrize("latent", ["", "AAAA", "no base64", 3])
def test_a_text_that_is_no_latent_is_refused(tiny, latent):
    with pytest.raises(ValueError, match=r"[Tt]he text|text is an int"):
        pins([{"latent": latent}], "The starts", scope(tiny))
