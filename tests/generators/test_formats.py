"""A file has one format: its keys tell which, how large the pictures are, and what is missing."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors import safe_open

from sefa_widget.checkpoint import OWN_FORMAT, Checkpoint, CheckpointError, Contents
from sefa_widget.generators import FAMILIES, FORMATS, load_generator
from sefa_widget.generators.finding import find_generators
from tests.checkpoint.small_files import STATE_DICTS, keys_of, state_dict
from tests.conftest import GOLDEN
from tests.generators.golden import load

ABOUT = {path.stem: json.loads(path.read_text()) for path in sorted(GOLDEN.glob("*.json"))}
CASES = [case for case, about in ABOUT.items() if about.get("format") in FORMATS]


def contents(names, **more) -> Contents:
    return Contents(dict.fromkeys(names, torch.zeros(1)), **more)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != OWN_FORMAT])
def test_the_keys_of_a_format_are_those_of_no_other_family(name):
    matching = [known for known in FORMATS.values() if known.matches(contents(keys_of(name)))]
    assert matching[0].name == name
    assert {known.convert for known in matching} == {FORMATS[name].convert}


@pytest.mark.parametrize(
    ("container", "key", "name"),
    [
        ("nvidia", "mapping.w_avg", "nvidia_stylegan2"),
        ("nvidia", "synthesis.L0_36_512.weight", "nvidia_stylegan3"),
        ("tensorflow", "dlatent_avg", "tf_stylegan2"),
    ],
)
def test_a_pickled_network_that_lacks_its_signature_is_named_to_say_what_it_lacks(container, key, name):
    known = find_generators([contents([key], container=container)])[0].known
    assert known.name == name
    assert known.missing([key])
    with pytest.raises(CheckpointError, match=f"holds no generator known here, but 1 entries: '{key}'"):
        find_generators([contents([key])])


@pytest.mark.parametrize("case", CASES)
def test_the_resolution_that_keys_tell_is_that_of_the_generator(case):
    known = FORMATS[ABOUT[case]["format"]]
    with safe_open(GOLDEN / f"{case}.safetensors", "pt") as file:
        told = known.resolution(known.tensors(contents(file.keys())))
    assert told == load(case).resolution or (told is None and "biggan_deep" in known.name)


@pytest.mark.parametrize("name", STATE_DICTS)
def test_keys_that_are_missing_are_listed_with_a_sign_for_any_number(name):
    known, present = FORMATS[name], list(state_dict(name))
    assert known.missing(present) == []
    assert len(known.missing([])) == len(known.required)
    assert not any("\\" in key for key in known.missing([]))


def test_optional_keys_are_listed_with_what_is_done_without():
    known = FORMATS["rosinality"]
    assert known.replaced(["latent_avg", "noises.noise_0"]) == {}
    assert list(known.replaced(["latent_avg"])) == ["noises.noise_#"]


def test_a_checkpoint_of_an_unknown_format_is_answered_with_the_known_ones():
    with pytest.raises(CheckpointError, match="Format 'gan' is unknown; known are sefa_widget, nvidia_style"):
        load_generator(Checkpoint("gan", {}))


def test_every_network_is_known_by_the_name_of_its_family():
    assert {network.family for network in FAMILIES.values()} == set(FAMILIES)
