"""What an intent means where a view leaves something out."""

import pytest

from sefa_widget.panel.intents import Bye, Edit, Hello, Label, Look, Probe, TakeBack, Undo


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        (Hello("v"), Hello("v", seq=0, padded=False)),
        (Bye("v"), Bye("v", returns=False)),
        (Probe("v", 1), Probe("v", 1, padded=False)),
        (
            Edit("v", 1),
            Edit("v", 1, patch={}, moving=False, unedited=False, padded=False, step=0),
        ),
        (Undo("v"), Undo("v", redo=False)),
        (Look("v", "ends", 9, []), Look("v", "ends", 9, [], study=False)),
        (Label("v", 1, {}), Label("v", 1, {}, study=False)),
        (TakeBack("v"), TakeBack("v", study=False)),
    ],
    ids=lambda message: type(message).__name__,
)
def test_what_is_left_out_of_a_message_is_nothing_special(short, whole):
    assert short == whole


def test_every_message_has_a_patch_of_its_own():
    assert Edit("v", 1).patch is not Edit("v", 1).patch
