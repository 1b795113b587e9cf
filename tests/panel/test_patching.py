"""A patch is taken as a whole or not at all; each rule of it by itself."""

import pytest

from sefa_widget.panel.patching import patched
from sefa_widget.panel.pins import Pin
from sefa_widget.panel.state import first_state


@pytest.fixture
def state(tiny_style):
    return first_state(tiny_style)


def test_nothing_new_is_the_same_state(tiny_style, state):
    assert patched(tiny_style, state, {}) is state
    assert patched(tiny_style, state, {"truncation_psi": state.truncation_psi, "revision": 9}) is state
    assert patched(tiny_style, state, {"strengths": {3: 0}}) is state


def test_something_new_is_one_revision_more(tiny_style, state):
    once = patched(tiny_style, state, {"truncation_psi": 0.5})
    assert (once.revision, once.truncation_psi) == (state.revision + 1, 0.5)
    assert patched(tiny_style, once, {"truncation_psi": 0.6}).revision == state.revision + 2


def test_one_wrong_value_refuses_all_of_a_patch(tiny_style, state):
    with pytest.raises(ValueError, match="truncation_psi is 3"):
        patched(tiny_style, state, {"seed": 5, "truncation_psi": 3})
    with pytest.raises(ValueError, match="'sed'"):
        patched(tiny_style, state, {"sed": 5})
    with pytest.raises(ValueError, match="The state is"):
        patched(tiny_style, state, [1])


def test_strengths_are_sorted_merged_and_without_zeros(tiny_style, state):
    first = patched(tiny_style, state, {"strengths": {"4": 1, 2: 3}})
    assert list(first.strengths.items()) == [(2, 3.0), (4, 1.0)]
    assert patched(tiny_style, first, {"strengths": {2: 0, 1: 5}}).strengths == {1: 5.0, 4: 1.0}
    assert patched(tiny_style, first, {"strengths": {1: 5}}, merge=False).strengths == {1: 5.0}


def test_seed_and_class_are_of_the_chosen_start_and_another_seed_loses_the_name(tiny_style, state):
    named = patched(tiny_style, state, {"starts": [{"seed": 1, "name": "Ada"}, {"seed": 2, "name": "Bo"}]})
    chosen = patched(tiny_style, named, {"chosen": 1})
    assert patched(tiny_style, chosen, {"label": 3}).starts == (Pin(1, 0, "Ada"), Pin(2, 3, "Bo"))
    assert patched(tiny_style, chosen, {"seed": 9}).starts == (Pin(1, 0, "Ada"), Pin(9, 0, ""))
    assert patched(tiny_style, chosen, {"seed": 2}) is chosen


def test_the_chosen_start_is_one_of_those_that_come_with_it(tiny_style, state):
    assert patched(tiny_style, state, {"starts": [1, 2, 3], "chosen": 2}).chosen == 2
    with pytest.raises(ValueError, match="The chosen start is 3; it must be 0 to 2"):
        patched(tiny_style, state, {"starts": [1, 2, 3], "chosen": 3})
    three = patched(tiny_style, state, {"starts": [1, 2, 3], "chosen": 2})
    assert patched(tiny_style, three, {"starts": [1, 2]}).chosen == 1


def test_another_method_has_no_options_unless_they_come_with_it(tiny_style, state):
    pca = patched(tiny_style, state, {"method": "pca", "options": {"n": 500}})
    assert pca.options["n"] == 500
    assert patched(tiny_style, pca, {"method": "random"}).options.get("n") is None
    assert patched(tiny_style, pca, {"method": "pca"}).options["n"] == 500
    assert patched(tiny_style, pca, {"method": "random", "options": {"seed": 4}}).options["seed"] == 4


def test_other_directions_forget_locks_and_ranges_and_carry_strengths(tiny_style, state):
    one = patched(tiny_style, state, {"layers": (0, 1), "method": "sefa"})
    moved = patched(tiny_style, one, {"strengths": {0: 2}, "locked": [1], "ranges": {0: 4}})
    other = patched(tiny_style, moved, {"layers": (1, 2)})
    assert (other.locked, other.ranges, other.strengths) == ((), {}, {})
    (carried,) = other.carried
    assert (carried.search.layers, carried.strengths) == ((0,), ((0, 2.0),))
    both = patched(tiny_style, moved, {"layers": (1, 2), "locked": [0], "strengths": {3: 1}})
    assert (both.locked, both.strengths, both.carried) == ((0,), {3: 1.0}, ())


def test_what_was_carried_comes_back_to_its_own_sliders_and_adds_up(tiny_style, state):
    one = patched(tiny_style, state, {"layers": (0, 1), "method": "sefa"})
    other = patched(tiny_style, patched(tiny_style, one, {"strengths": {0: 2}}), {"layers": (1, 2)})
    again = patched(tiny_style, patched(tiny_style, other, {"strengths": {1: 7}}), {"layers": (0, 1)})
    assert again.strengths == {0: 2.0}
    assert [edit.strengths for edit in again.carried] == [((1, 7.0),)]
    elsewhere = patched(tiny_style, other, {"edit_layers": (0, 2)})
    assert patched(tiny_style, elsewhere, {"layers": (0, 1)}).strengths == {}


def test_values_of_another_generator_are_refused_and_of_this_one_or_none_are_taken(tiny_style, state):
    with pytest.raises(ValueError, match=r"This state is of 'x' \(fingerprint abc\)"):
        patched(tiny_style, state, {"generator": "x", "fingerprint": "abc", "seed": 5})
    with pytest.raises(ValueError, match=r"This state is of a generator \(fingerprint abc\)"):
        patched(tiny_style, state, {"fingerprint": "abc"})
    own = {"generator": "another name", "fingerprint": tiny_style.fingerprint, "seed": 5}
    assert patched(tiny_style, state, own).seed == 5
    assert patched(tiny_style, state, {"generator": "x", "fingerprint": None, "seed": 6}).seed == 6


def test_methods_that_a_panel_does_not_offer_are_refused(tiny_style, state):
    with pytest.raises(ValueError, match="Method 'pca' cannot read"):
        patched(tiny_style, state, {"method": "pca"}, ["sefa"])
    assert patched(tiny_style, state, {"method": "mine"}, ["mine"]).method == "mine"


def test_a_method_of_latent_weights_needs_layers_that_have_them(tiny):
    state = first_state(tiny)
    with pytest.raises(ValueError, match="sefa"):
        patched(tiny, state, {"method": "sefa", "layers": (1, 2)})
    with pytest.raises(ValueError, match="sefa"):
        patched(tiny, state, {"second": {"method": "sefa", "layers": (1, 2)}})


def test_what_says_of_which_generator_values_are_may_be_there_without_changing_anything(tiny_style, state):
    own = {"generator": "x", "fingerprint": tiny_style.fingerprint, "revision": 99}
    assert patched(tiny_style, state, own) is state
    assert patched(tiny_style, state, {**own, "truncation_psi": 0.5}).revision == 1


def test_a_strength_of_zero_takes_away_and_changes_nothing_where_there_is_none(tiny_style, state):
    moved = patched(tiny_style, state, {"strengths": {1: 2.0}})
    assert patched(tiny_style, moved, {"strengths": {1: 0}}).strengths == {}
    assert patched(tiny_style, moved, {"strengths": {}}) is moved
    assert patched(tiny_style, moved, {"strengths": {}}, merge=False).strengths == {}


def test_given_strengths_are_of_the_new_directions_alone(tiny_style, state):
    moved = patched(tiny_style, state, {"strengths": {1: 2.0, 2: 1.0}})
    other = patched(tiny_style, moved, {"method": "random", "strengths": {3: 1.0}})
    assert (other.strengths, other.carried) == ({3: 1.0}, ())


def test_carried_edits_that_come_with_other_directions_are_those(tiny_style, state):
    moved = patched(tiny_style, state, {"strengths": {1: 2.0}})
    other = patched(tiny_style, moved, {"method": "random", "carried": []})
    assert (other.strengths, other.carried) == ({}, ())


def test_the_same_directions_by_other_words_keep_strengths_locks_and_ranges(tiny_style, state):
    moved = patched(tiny_style, state, {"strengths": {1: 2.0}, "locked": [1], "ranges": {1: 3.0}})
    named = patched(tiny_style, moved, {"method": "sefa", "options": {}})
    assert (named.strengths, named.locked, named.ranges) == ({1: 2.0}, (1,), {1: 3.0})
    defaults = patched(tiny_style, named, {"method": "random", "options": {"seed": 0}})
    assert defaults.options == {}
    assert patched(tiny_style, defaults, {"options": {"seed": 0}}) is defaults


def test_locks_and_ranges_that_come_with_other_directions_are_of_those(tiny_style, state):
    before = patched(tiny_style, state, {"locked": [1], "ranges": {1: 3.0}})
    after = patched(tiny_style, before, {"method": "random", "ranges": {2: 4.0}})
    assert (after.locked, after.ranges) == ((), {2: 4.0})


def test_edits_of_other_edited_layers_are_not_put_back_on_the_sliders(tiny_style, state):
    moved = patched(tiny_style, state, {"strengths": {1: 2.0}, "edit_layers": (0, 1)})
    other = patched(tiny_style, moved, {"method": "random", "edit_layers": None})
    again = patched(tiny_style, other, {"method": None})
    assert (again.strengths, [edit.strengths for edit in again.carried]) == ({}, [((1, 2.0),)])
    back = patched(tiny_style, other, {"method": None, "edit_layers": (0, 1)})
    assert (back.strengths, back.carried) == ({1: 2.0}, ())


def test_edits_that_come_back_add_up_and_cancel_out(tiny_style, state):
    one = {"method": "sefa", "layers": [0, 3], "strengths": {3: 1.0, 1: 2.0, 2: 1.0}}
    other = patched(tiny_style, state, {"method": "random", "carried": [one]})
    assert other.carried != ()
    back = patched(tiny_style, other, {"method": "sefa"})
    assert list(back.strengths.items()) == [(1, 2.0), (2, 1.0), (3, 1.0)]
    assert back.carried == ()


def test_the_chosen_start_stays_where_there_are_enough(tiny_style, state):
    three = patched(tiny_style, state, {"starts": [1, 2, 3], "chosen": 1})
    assert patched(tiny_style, three, {"starts": [4, 5]}).chosen == 1
    assert patched(tiny_style, three, {"starts": [4]}).chosen == 0
    assert patched(tiny_style, three, {"chosen": 0}).chosen == 0


def test_seed_and_class_that_come_with_starts_are_of_the_one_that_is_chosen_then(tiny_style, state):
    patch = {"starts": [1, {"seed": 2, "name": "Bo"}], "chosen": 1, "label": 3, "seed": 2}
    assert patched(tiny_style, state, patch).starts == (Pin(1, 0), Pin(2, 3, "Bo"))


def test_layers_that_no_method_reads_are_taken_and_the_search_says_so(tiny):
    state = first_state(tiny)
    assert patched(tiny, state, {"layers": (1, 2), "strengths": {0: 1.0}}).layers == (1, 2)


def test_a_long_fingerprint_is_told_in_short(tiny_style, state):
    with pytest.raises(ValueError, match=r"^This state is of 'x' \(fingerprint a+\.\.\.a+\), and this panel"):
        patched(tiny_style, state, {"generator": "x", "fingerprint": "a" * 999})
