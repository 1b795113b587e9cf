from sefa_widget import factorize
from sefa_widget.measures.sliders import KeptRanges, Setting
from tests.measures.sliders.helpers import count_pictures


def finish(kept, setting, directions, rows=(0, 1, 2), name="sefa"):
    measuring = kept.measuring((name, rows), setting, directions, rows)
    while measuring.step():
        pass
    return kept.range((name, rows), setting, directions)


def test_class_truncation_and_edited_rows_each_have_ends_of_their_own(tiny_style):
    kept, found = KeptRanges(tiny_style), factorize(tiny_style)
    settings = [Setting(0), Setting(1), Setting(0, 0.5), Setting(0, 0.5, 1)]
    ends = [finish(kept, setting, found).rounded() for setting in settings]
    ends.append(finish(kept, Setting(0), found, rows=(1,)).rounded())
    assert len({tuple(some) for some in ends}) == 5


def test_going_back_finds_the_measured_ends_without_a_picture(tiny_style):
    kept, found = KeptRanges(tiny_style), factorize(tiny_style)
    first = finish(kept, Setting(0), found)
    finish(kept, Setting(1), found)
    pictures = count_pictures(tiny_style)
    assert kept.range(("sefa", (0, 1, 2)), Setting(0), found) is first
    assert not kept.measuring(("sefa", (0, 1, 2)), Setting(0), found, (0, 1, 2)).step()
    assert pictures == []


def test_sliders_stand_still_while_the_truncation_changes(tiny_style):
    kept, found = KeptRanges(tiny_style), factorize(tiny_style)
    first = finish(kept, Setting(0), found)
    other = kept.range(("sefa", (0, 1, 2)), Setting(0, 0.7), found)
    assert other.rounded() == first.rounded()
    assert other.measured == ()
    assert kept.range(("sefa", (0, 1, 2)), Setting(0, 0.6), found) is other


def test_methods_of_one_setting_share_the_unedited_pictures(tiny):
    kept = KeptRanges(tiny)
    pictures = count_pictures(tiny)
    finish(kept, Setting(), factorize(tiny, method="sefa"), (0,))
    before = len(pictures)
    measuring = kept.measuring("random", Setting(), factorize(tiny, method="random"), (0,))
    measuring.step()
    assert len(measuring.range.measured) == 0
    assert pictures[before:] == [16]
    assert max(pictures) > 16
