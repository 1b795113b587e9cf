import numpy as np
import pytest

from sefa_widget import Labels, factorize
from sefa_widget.pages import contents as parts
from sefa_widget.pages.contents import of_seeds, sessions_of
from sefa_widget.panel.session import Session


def page_contents(session, labels, searches, k, progress=None):
    return parts.page_contents(session, labels, sessions_of(session, searches), k, progress)


def test_each_search_comes_with_its_directions_and_how_far_they_go(tiny_style):
    session = Session(tiny_style, {"layers": (0, 1), "method": "sefa"})
    contents = page_contents(session, None, [("sefa", (0, 1)), ("sefa", (0, 2))], k=3)
    first, second = contents.values["searches"]
    assert [first["info"]["layers"], second["info"]["layers"]] == [[0, 1], [0, 2]]
    assert first["rows"] == [0]
    assert second["rows"] == [0, 1]
    vectors = np.frombuffer(contents.vectors, "<f4").reshape(2, 3, tiny_style.latent_dim)
    wanted = factorize(tiny_style, layers=(0, 2), k=3).vectors
    assert np.abs(vectors[1] - wanted.numpy()).max() < 1e-6
    assert len(second["info"]["ends"]) == len(second["info"]["values"]) == len(second["info"]["stops"]) == 3
    assert "estimate" not in second["info"]["stops"]
    assert set(second["info"]["acts"]) == {"0", "1", "2"}


def test_the_state_is_the_sessions_with_its_method_by_name(tiny_style):
    session = Session(tiny_style)
    session.apply({"seed": 5, "strengths": {0: 1.5}, "noise": "random"})
    state = page_contents(session, None, [], k=2).values["state"]
    assert state["method"] == "sefa"
    assert state["strengths"] == {"0": 1.5}
    assert state["starts"][0]["seed"] == 5
    assert state["noise"] == "const"
    assert state["fingerprint"] == tiny_style.fingerprint


def test_names_come_along_with_their_own_search(tiny_style):
    labels = Labels()
    labels.add(factorize(tiny_style, layers=(0, 2)), 1, "smile", generator=tiny_style)
    session = Session(tiny_style, {"layers": (0, 2)})
    (first,) = page_contents(session, labels, [], k=3).values["searches"]
    assert first["labels"]["named"]["1"]["name"] == "smile"
    assert first["labels"]["place"] == ""
    assert first["label"]["fingerprint"] == tiny_style.fingerprint
    assert not {"name", "vector", "index"} & set(first["label"])


def test_directions_that_were_given_are_held_under_their_name(tiny_style):
    given = factorize(tiny_style, layers=(1, 2), k=2)
    session = Session(tiny_style, {"method": "mine"}, {"mine": given})
    contents = page_contents(session, None, [], k=None)
    (first,) = contents.values["searches"]
    assert first["info"]["method"] == "mine"
    assert np.allclose(np.frombuffer(contents.vectors, "<f4").reshape(2, -1), given.vectors, atol=1e-6)
    assert [method["name"] for method in contents.values["generator"]["methods"]] == ["mine"]


def test_progress_ends_the_work(tiny_style):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        page_contents(Session(tiny_style), None, [], 2, stop)


def test_layers_and_methods_that_there_are_not_are_refused_before_anything_is_searched(tiny_style):
    session = Session(tiny_style)
    with pytest.raises(ValueError, match="outside"):
        sessions_of(session, [("sefa", (0, 99))])
    with pytest.raises(ValueError, match="'magic' cannot read"):
        sessions_of(session, [("magic", (0, 1))])


def test_a_search_that_is_asked_for_twice_is_held_once(tiny_style):
    session = Session(tiny_style, {"method": "sefa", "layers": (0, 2)})
    assert len(sessions_of(session, [("sefa", (0, 2)), ("sefa", (0, 1)), ("sefa", (0, 1))])) == 2


def test_a_part_of_the_directions_says_so_and_tells_no_share_of_all(tiny_style):
    (some,) = page_contents(Session(tiny_style), None, [], k=2).values["searches"]
    (whole,) = page_contents(Session(tiny_style), None, [], k=99).values["searches"]
    assert some["info"]["value_name"] == f"first 2 of 6: {whole['info']['value_name']}"
    assert len(whole["info"]["values"]) == 6


def test_edited_layers_and_options_of_the_panel_come_along_and_rows_are_those_of_the_directions(tiny_style):
    session = Session(tiny_style, {"layers": (0, 1), "edit_layers": (1, 3), "method": "pca"})
    session.apply({"options": {"n": 64}})
    values = page_contents(session, None, [("random", (0, 1))], k=2).values
    first, second = values["searches"]
    assert first["rows"] == [0]
    assert values["state"]["edit_layers"] == [1, 3]
    assert values["state"]["options"] == first["options"]
    assert first["options"]["n"] == 64
    assert "n" not in second["options"]


def test_no_folder_of_this_machine_is_told(tiny):
    tiny.source = "/home/ada/x.pkl"
    contents = page_contents(Session(tiny), None, [], k=2)
    assert contents.values["source"] == "x.pkl"


def test_a_page_leaves_starts_out_that_are_latents_and_keeps_the_chosen_seed(tiny):
    latent = {"latent": tiny.sample(5), "name": "Ada"}
    session = Session(tiny, {"starts": [latent, 7, 8], "chosen": 2, "strengths": {0: 1.0}})
    left = of_seeds(session).state
    assert [pin.seed for pin in left.starts] == [7, 8]
    assert (left.chosen, dict(left.strengths)) == (1, {0: 1.0})
    plain = Session(tiny, {"starts": [7]})
    assert of_seeds(plain) is plain
    with pytest.raises(ValueError, match=r"Add a seed with \+ Add"):
        of_seeds(Session(tiny, {"starts": [latent]}))
