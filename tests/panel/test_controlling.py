"""The control of the spectrum in a panel: on demand, when nothing else is wanted, and cancelled at once."""

import pytest

from sefa_widget.panel.controls import NETWORKS


@pytest.fixture
def shown(stepped):
    """A panel whose first picture is drawn."""
    stepped.ask(1)
    stepped.step()
    return stepped


def test_nothing_is_made_until_it_is_wanted(shown):
    shown.quiet(10)
    assert shown.panel.control_info == {}


def test_it_is_made_once_all_is_quiet_and_its_progress_is_told_to_all_views(shown):
    shown.ask(2, {"control": True})
    assert len(shown.step()) == 1
    assert shown.panel.control_info["networks"] == 0
    shown.comm.sent.clear()
    shown.quiet(10)
    info = shown.panel.control_info
    assert (info["networks"], len(info["middle"])) == (NETWORKS, len(shown.panel.directions))
    told = shown.told("progress")
    assert {message["view"] for message in told} == {""}
    assert told[0]["text"] == f"control: 0 of {NETWORKS} networks"
    assert (told[-1]["text"], told[-1]["fraction"]) == ("", 1.0)


def test_a_wish_comes_first_and_the_control_goes_on_after_it(shown, monkeypatch):
    tell, asked = shown.panel._tell, []

    def tell_and_ask(info, *data, **options):
        tell(info, *data, **options)
        if info.type == "progress" and info.text.startswith("control: 3 ") and not asked:
            asked.append(True)
            shown.ask(3, {"strengths": {"0": 1.0}})

    monkeypatch.setattr(shown.panel, "_tell", tell_and_ask)
    shown.ask(2, {"control": True})
    shown.step()
    shown.step()
    assert shown.panel._controls.made(shown.panel.directions) in (3, 4)
    assert [frame["seq"] for frame in shown.step()] == [3]
    shown.quiet(10)
    assert shown.panel.control_info["networks"] == NETWORKS


def test_a_photo_that_is_searched_comes_first(shown, monkeypatch):
    monkeypatch.setattr(type(shown.panel), "_pressing", True)
    shown.ask(2, {"control": True})
    shown.step()
    shown.quiet(10)
    assert shown.panel._controls.made(shown.panel.directions) == 0


def test_cancel_takes_it_away_at_once_and_keeps_what_is_made(shown, monkeypatch):
    tell = shown.panel._tell

    def tell_and_cancel(info, *data, **options):
        tell(info, *data, **options)
        if info.type == "progress" and info.text.startswith("control: 3 "):
            shown.send("cancel")

    monkeypatch.setattr(shown.panel, "_tell", tell_and_cancel)
    shown.ask(2, {"control": True})
    shown.step()
    shown.quiet(10)
    assert (shown.panel.control, shown.panel.control_info) == (False, {})
    assert shown.panel._controls.made(shown.panel.directions) in (3, 4)
    assert not shown.panel._busy


def test_an_interrupt_of_the_kernel_cancels_it(shown, monkeypatch):
    tell = shown.panel._tell

    def tell_and_interrupt(info, *data, **options):
        tell(info, *data, **options)
        if info.type == "progress" and info.text.startswith("control: 2 "):
            shown.panel._interrupted()

    monkeypatch.setattr(shown.panel, "_tell", tell_and_interrupt)
    shown.ask(2, {"control": True})
    shown.step()
    shown.quiet(10)
    assert not shown.panel.control


def test_without_it_cancel_is_of_the_search(shown):
    shown.send("cancel")
    assert shown.errors() == []


def test_other_directions_get_a_control_of_their_own_and_going_back_makes_none_again(shown, monkeypatch):
    shown.ask(2, {"control": True})
    shown.step()
    shown.quiet(10)
    first = shown.panel.control_info
    shown.ask(3, {"normalize": False})
    shown.step()
    assert shown.panel.control_info["networks"] == 0
    shown.quiet(10)
    assert shown.panel.control_info["networks"] == NETWORKS
    assert shown.panel.control_info != first
    monkeypatch.setattr(shown.panel.generator, "untrained", lambda: pytest.fail("a network was made again"))
    shown.ask(4, {"normalize": True})
    shown.step()
    assert shown.panel.control_info == first


def test_directions_without_values_say_why_there_is_none(shown):
    shown.ask(2, {"control": True, "method": "random"})
    shown.step()
    shown.quiet(10)
    missing = "These directions have no values, so there is no control."
    assert shown.panel.control_info["missing"] == missing
    assert shown.errors() == []


def test_python_shows_it_too_and_undo_leaves_it(shown):
    shown.panel.control = True
    shown.ask(2)
    shown.step()
    shown.quiet(10)
    assert shown.panel.control_info["networks"] == NETWORKS
    shown.ask(3, {"seed": 5})
    shown.step()
    shown.panel.undo()
    assert shown.panel.control
    shown.panel.control = False
    shown.ask(4)
    shown.step()
    assert shown.panel.control_info == {}


def test_the_ends_that_the_second_picture_depends_on_are_measured_before_it(shown, monkeypatch):
    seen = []
    make = type(shown.panel)._make_control

    def look_and_make(panel, found):
        now = panel._session.found()
        seen.append((0 in now.range.measured, 0 in now.second.range.measured))
        make(panel, found)

    monkeypatch.setattr(type(shown.panel), "_make_control", look_and_make)
    wanted = {"control": True, "second": {"method": "random"}, "strengths": {"0": 1.0}}
    shown.ask(2, wanted)
    shown.step()
    shown.quiet(10)
    assert seen[0] == (True, True)
