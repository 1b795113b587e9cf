import math
from pathlib import Path

import numpy as np
import pytest
import torch

from sefa_widget.arguments import (
    choice,
    flag,
    function,
    indices,
    instance,
    known_names,
    new_file,
    number,
    path,
    positive,
    positives,
    several,
    whole,
    wholes,
)

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize("given", [3, 3.0, np.int64(3), np.float32(3), torch.tensor(3), np.array(3.0)])
def test_whole_numbers_of_any_library_become_those_of_python(given):
    assert whole(given, "k", 1, 5) == 3
    assert type(whole(given, "k")) is int


@pytest.mark.parametrize("given", [2, 2.5, np.float16(2.5), np.uint8(2), torch.tensor(2.5)])
def test_numbers_of_any_library_become_those_of_python(given):
    assert type(number(given, "psi", 1, 3)) is float
    assert type(positive(given, "step")) is float


@pytest.mark.parametrize("given", ["3", True, np.True_, None, NAN, INF, 10**400, 2.5, [3], torch.ones(1), 1j])
def test_what_is_no_whole_number_is_refused(given):
    with pytest.raises(ValueError, match=r"^k is .*; it must be (a whole number, )?1 to 5\.$"):
        whole(given, "k", 1, 5)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: whole(0, "k", 1), "k is 0; it must be 1 or more."),
        (lambda: whole(6, "k", 1, 5), "k is 6; it must be 1 to 5."),
        (lambda: whole(0.5, "k"), "k is 0.5; it must be a whole number."),
        (lambda: number("1", "psi"), "psi is '1'; it must be a finite number."),
        (lambda: number(NAN, "psi", least=0), "psi is nan; it must be a finite number, 0 or more."),
        (lambda: number(3, "psi", most=2), "psi is 3; it must be a finite number, at most 2."),
        (lambda: number(3, "psi", -2, 2), "psi is 3; it must be a finite number, -2 to 2."),
        (lambda: number(10**400, "psi"), "psi is 100000"),
        (lambda: positive(0, "step"), "step is 0; it must be a finite number above 0."),
        (lambda: positive("1", "step"), "step is '1'; it must be a finite number above 0."),
        (lambda: positives([1, -1], "step", 2), "step is -1; it must be a finite number above 0."),
        (lambda: positives([1], "step", 2), "step has 1 values; give one number, or one for each of 2."),
        (lambda: flag(1, "csv"), "csv is 1; it must be True or False."),
        (lambda: choice("rnd", "noise", ["none", "random"]), "one of none, random. Did you mean 'random'?"),
        (lambda: choice([], "noise", ["none"]), "noise is []; it must be one of none."),
        (lambda: instance(3, "x", str, "a text"), "x is an int (3); it must be a text."),
        (lambda: instance(None, "x", str, "a text"), "x is None; it must be a text."),
        (lambda: function(3, "call", "z"), "call is an int (3); it must be a function of z."),
        (
            lambda: known_names({"sed": 1}, "Field", ["seed"]),
            "'sed' is unknown; known are seed. Did you mean",
        ),
        (lambda: several("ab", "names", "a list"), "names is a str ('ab'); it must be a list."),
        (lambda: several({1: 2}, "names", "a list"), "names is a dict ({1: 2}); it must be a list."),
        (lambda: several(torch.tensor(1), "names", "a list"), "it must be a list."),
        (lambda: wholes("12", "seeds", "A seed", 0), "A seed is '12'; it must be a whole number, 0 or more."),
        (lambda: wholes([], "seeds", "A seed", 0), "seeds is empty; give one whole number or more."),
        (lambda: wholes([1, -1], "seeds", "A seed", 0), "A seed is -1; it must be 0 or more."),
        (lambda: indices((0, 4), "row", 3, "the codes"), "Row range 0:4 is outside 0:3 of the codes."),
        (lambda: indices((1, 2, 3), "row", 3, "the codes"), "(1, 2, 3) is not. Use a list."),
        (lambda: indices([3], "row", 3, "the codes"), "Row 3 is outside 0:3 of the codes."),
        (lambda: indices([], "row", 3, "the codes"), "No row is chosen of 0:3 of the codes."),
        (lambda: indices(2, "row", 3, "the codes"), "rows is an int (2); it must be a range (start, stop)"),
        (lambda: indices(["1"], "row", 3, "the codes"), "A row number is '1'; it must be a whole number."),
        (lambda: path(3), "path is 3; it must be a text or a Path."),
        (lambda: path(""), "path is ''; it must be a text or a Path."),
        (lambda: path(b"x"), "path is b'x'; it must be a text or a Path."),
        (lambda: path("~nobody-of-this-name/x"), "path is '~nobody-of-this-name/x': "),
    ],
)
def test_a_message_says_what_failed_what_was_given_and_what_is_allowed(call, text):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the text is compared below
        call()
    assert text in str(caught.value)


def test_several_things_come_from_any_sequence_array_range_or_iterator():
    for given in ([1, 2], (1, 2), range(1, 3), np.array([1, 2]), torch.tensor([1, 2]), iter([1, 2])):
        assert wholes(given, "seeds", "A seed", 0) == [1, 2]
    assert wholes(np.int64(7), "seeds", "A seed", 0) == [7]
    assert positives(torch.tensor([1.0, 2.0]), "step", 2) == [1.0, 2.0]
    assert positives(3, "step", 2) == [3.0, 3.0]


def test_a_tuple_of_indices_is_a_range_and_all_else_names_them():
    assert indices((1, np.int64(3)), "row", 3, "the codes") == [1, 2]
    for given in ([2, 0, 2], range(0, 3, 2), np.array([0, 2]), {2, 0}, (n for n in (2, 0))):
        assert indices(given, "row", 3, "the codes") == [0, 2]


def test_flags_words_and_instances_are_given_back():
    assert flag(np.True_, "csv") is True
    assert choice("none", "noise", ("none", "random")) == "none"
    assert instance("x", "x", str, "a text") == "x"
    assert function(len, "call", "z") is len
    assert known_names({"seed": 1}, "Field", ["seed"]) is None


def test_a_path_of_the_home_folder_is_put_in_full(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert path("~/x.npy") == path(Path("~/x.npy")) == tmp_path / "x.npy"
    assert new_file("~/x.npy") == tmp_path / "x.npy"


def test_a_file_to_be_written_needs_a_folder_and_a_name(tmp_path):
    with pytest.raises(ValueError, match="a folder; give the name of a file in it"):
        new_file(tmp_path)
    with pytest.raises(ValueError, match=r"there is no folder '.*nowhere'; make it first"):
        new_file(tmp_path / "nowhere" / "x.npy")
