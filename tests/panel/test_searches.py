"""A search in the panel's state: given by parts, by a name, or by what is chosen."""

import re

import pytest

from sefa_widget.directions import Search
from sefa_widget.panel import searches
from sefa_widget.panel.fields import Scope


@pytest.fixture
def scope(tiny_style):
    return Scope(tiny_style, ["sefa", "pca", "mine"], (0, 2), True)


def test_a_second_search_has_what_it_leaves_open_of_the_first(scope):
    assert searches.given_search("pca", "Second", scope).layers == (0, 1)
    found = searches.given_search({"method": "sefa", "layers": [1, 3], "normalize": False}, "Second", scope)
    assert (found.layers, found.normalize) == ((1, 2), False)
    assert searches.given_search({"method": "sefa"}, "Second", scope).normalize is True


def test_a_search_is_given_by_its_parts_and_back(scope):
    found = searches.search_of("pca", (1, 3), False, {"n": 500})
    parts = searches.search_parts(found, "Second")
    assert parts["method"] == "pca"
    assert parts["layers"] == (1, 3)
    assert parts["options"]["n"] == 500
    assert searches.given_search(found, "Second", scope) == found
    with pytest.raises(ValueError, match="a panel takes a range without gaps"):
        searches.search_parts(Search.of("sefa", layers=[0, 2]), "Second")


def test_options_need_a_method_that_has_them(scope):
    with pytest.raises(ValueError, match="the method is chosen by the layers and has none"):
        searches.search_of(None, (0, 1), True, {"n": 3})
    with pytest.raises(ValueError, match="the method is 'mine' and has none"):
        searches.search_of("mine", (0, 1), True, {"n": 3})
    with pytest.raises(ValueError, match="magic"):
        searches.search_of("pca", (0, 1), True, {"magic": 3})
    assert searches.search_of("mine", (0, 2), True, {}) == Search("mine", (0, 1), None)


@pytest.mark.parametrize(
    ("value", "text"), [(3, "The field is 3; it must be a dict"), ({"layer": (0, 1)}, "'layer'")]
)
def test_what_is_no_search_is_refused_with_what_was_given(scope, value, text):
    with pytest.raises(ValueError, match=text):
        searches.given_search(value, "The field", scope)


def test_what_is_wrong_with_a_search_is_told_from_its_subject_on(scope):
    for call, text in (
        (
            lambda: searches.search_of("mine", (0, 1), True, {"n": 3}),
            "Options are {'n': 3}; the method is 'mine' and has none.",
        ),
        (
            lambda: searches.search_of(None, (0, 1), True, {"n": 3}),
            "Options are {'n': 3}; the method is chosen by the layers and has none.",
        ),
        (
            lambda: searches.given_search(3, "Second", scope),
            "Second is 3; it must be a dict, as panel.state has it.",
        ),
        (
            lambda: searches.search_parts(Search.of("sefa", layers=[0, 2]), "Second"),
            "Second is of layers 0,2; a panel takes a range without gaps.",
        ),
        (lambda: searches.given_search({"method": "magic"}, "Second", scope), "Method 'magic' cannot read"),
        (
            lambda: searches.given_search({"layers": (1, 1)}, "Second", scope),
            "Second's layer range 1:1 is outside 0:3",
        ),
        (lambda: searches.given_search({"normalize": 3}, "Second", scope), "normalize is 3; it must be"),
        (lambda: searches.given_search({"options": 3}, "Second", scope), "Second's options are 3; they must"),
        (lambda: searches.given_search({"layer": 3}, "Second", scope), "Second's field 'layer' is unknown"),
    ):
        with pytest.raises(ValueError, match=re.escape(text)) as refused:
            call()
        assert str(refused.value).startswith(text)
