import pytest

from tests.panel.test_painting import stepped  # noqa: F401  # a fixture

KINDS = [("sheet", ".png"), ("state", ".json"), ("names", ".csv"), ("directions", ".safetensors")]


def told(stepped):  # noqa: F811
    sent = [message for message in stepped.comm.sent if message["data"].get("method") == "custom"]
    return [(message["data"]["content"], message["buffers"]) for message in sent]


def share(stepped, what, ending):  # noqa: F811
    content = {"type": "share", "view": "v", "what": what, "ending": ending}
    stepped.panel._handle_custom_msg(content, [])


@pytest.mark.parametrize(("what", "ending"), KINDS)
def test_a_view_gets_the_file_that_python_would_write(stepped, tmp_path, what, ending):  # noqa: F811
    stepped.ask(1)
    stepped.step()
    share(stepped, what, ending)
    stepped.step()
    ((info, buffers),) = [one for one in told(stepped) if one[0]["type"] == "file"]
    assert info["view"] == "v"
    assert info["name"] == f"{stepped.panel.generator.name}-{what}{ending}"
    expected = stepped.panel.save(tmp_path / f"x{ending}", what).read_bytes()
    assert bytes(buffers[0]) == expected


def test_a_file_waits_for_pictures_that_are_wanted(stepped):  # noqa: F811
    stepped.ask(1)
    share(stepped, "state", ".json")
    types = []
    for _ in range(2):
        stepped.step()
        types.append({content["type"] for content, _ in told(stepped)} & {"frame", "file"})
    assert types == [{"frame"}, {"file"}]


def test_a_file_that_cannot_be_made_is_told_to_the_view(stepped):  # noqa: F811
    stepped.ask(1, {"focused": None})
    stepped.step()
    share(stepped, "film", ".webp")
    stepped.step()
    ((info, _),) = [one for one in told(stepped) if one[0]["type"] == "error"]
    assert "A film is of one direction" in info["message"]
    share(stepped, "film", ".exe")
    assert "is '.exe'; it must be one of .webp" in told(stepped)[-1][0]["message"]


def test_a_file_is_cancelled_between_two_pictures(stepped, monkeypatch):  # noqa: F811
    stepped.ask(1)
    stepped.step()
    share(stepped, "wall", ".png")
    tell = stepped.panel._tell

    def tell_and_cancel(info, *data, **options):
        tell(info, *data, **options)
        if info.type == "progress" and info.fraction > 0.2:
            stepped.panel._handle_custom_msg({"type": "cancel", "view": "v"}, [])

    monkeypatch.setattr(stepped.panel, "_tell", tell_and_cancel)
    stepped.step()
    types = [content["type"] for content, _ in told(stepped)]
    assert "file" not in types
    assert "error" not in types
    monkeypatch.setattr(stepped.panel, "_tell", tell)
    share(stepped, "state", ".json")
    stepped.step()
    assert [content["type"] for content, _ in told(stepped) if content["type"] == "file"] == ["file"]


def test_cancelling_a_search_ends_it_though_a_file_waits_behind_it(stepped):  # noqa: F811
    stepped.ask(1)
    stepped.step()
    stepped.panel.method = "random"  # is not drawn yet
    share(stepped, "wall", ".png")
    stepped.panel._handle_custom_msg({"type": "cancel", "view": "v"}, [])
    assert stepped.panel.method is None
    stepped.step()
    assert "file" not in [content["type"] for content, _ in told(stepped)]
