"""A person's own photo in the panel: given, cut, found and kept."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from tests.browser.test_panel import drag, settle, state, wait_for_state

pytestmark = pytest.mark.browser


def file_of(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return {"name": f"ada.{kind.lower()}", "mimeType": f"image/{kind.lower()}", "buffer": file.getvalue()}


def halves(width=240, height=120):
    """Give a picture that is red on the left and blue on the right."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height))
    return image


def give(page, file):
    page.locator(".sefa-photo input[type=file]").set_input_files(file)


def section(page):
    return page.get_by_role("region", name="Your own photo")


def find(page):
    before = page.evaluate("models[0].files?.length ?? 0")
    section(page).get_by_role("button", name="Find", exact=True).click()
    page.wait_for_function("before => models[0].files?.length > before", arg=before)
    sent = bytes(page.evaluate("models[0].files.at(-1)"))
    return Image.open(io.BytesIO(sent))


def mean(image):
    return np.asarray(image.convert("RGB"), float).mean((0, 1)) / 255


@pytest.fixture
def page(open_panel):
    page = open_panel(width=1000)
    page.get_by_role("button", name="Photo…").click()
    return page


def test_a_photo_is_cut_in_the_middle_found_stopped_continued_and_kept(page):
    give(page, file_of(halves()))
    image = find(page)
    assert (image.format, image.size) == ("PNG", (120, 120))
    assert mean(image) == pytest.approx([0.5, 0, 0.5], abs=0.02)
    expect(section(page).get_by_role("img", name="Photo: found")).to_be_visible()
    expect(section(page).get_by_text("Step 1 of 300: 15.0 dB.")).to_be_visible()
    section(page).get_by_role("button", name="Stop").click()
    expect(section(page).get_by_role("status")).to_have_text("Found with a PSNR of 31.0 dB.")
    section(page).get_by_role("button", name="Continue").click()
    expect(section(page).get_by_role("button", name="Keep")).to_be_disabled()
    section(page).get_by_role("button", name="Stop").click()
    section(page).get_by_role("button", name="Keep").click()
    wait_for_state(page, "state.starts.length === 2")
    assert state(page)["starts"][1]["name"] == "photo 1"
    expect(section(page)).to_be_hidden()
    expect(page.get_by_label("Seed", exact=True).locator("input")).to_have_value("")


def test_the_photo_is_moved_and_scaled_by_keys_by_mouse_and_by_wheel(page):
    give(page, file_of(halves()))
    crop = page.locator("canvas.sefa-photo-crop")
    expect(crop).to_be_focused()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    assert mean(find(page)) == pytest.approx([1, 0, 0], abs=0.02)
    section(page).get_by_role("button", name="Stop").click()
    box = crop.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    drag(page, (x, y), (x - 1.5 * box["width"], y))
    assert mean(find(page)) == pytest.approx([0, 0, 1], abs=0.02)
    section(page).get_by_role("button", name="Stop").click()
    crop.press("+")
    assert float(page.get_by_label("Zoom of the photo").input_value()) > 0.1
    assert len(state(page)["starts"]) == 1  # plus adds no picture here
    crop.press("-")
    page.mouse.move(x, y)
    page.mouse.wheel(0, -100)
    page.wait_for_function("document.querySelector('[aria-label=\"Zoom of the photo\"]').value > 0.1")


def test_the_frame_is_put_where_the_kernel_says_and_back_by_buttons(page):
    page.evaluate("models[0].crop = [0, 0, 0.25, 0.5]")
    give(page, file_of(halves(2000, 1000)))
    where = page.locator(".sefa-photo-face")
    expect(where).to_have_text("The frame was put where this model's faces are; move it if it is wrong.")
    small = Image.open(io.BytesIO(bytes(page.evaluate("models[0].small"))))
    assert (small.format, small.size) == ("JPEG", (512, 256))
    assert mean(find(page)) == pytest.approx([1, 0, 0], abs=0.02)
    section(page).get_by_role("button", name="Stop").click()
    section(page).get_by_role("button", name="Middle").click()
    expect(where).to_have_text("")
    assert mean(find(page)) == pytest.approx([0.5, 0, 0.5], abs=0.02)
    section(page).get_by_role("button", name="Stop").click()
    section(page).get_by_role("button", name="Face", exact=True).click()
    assert mean(find(page)) == pytest.approx([1, 0, 0], abs=0.02)
    assert violations(page) == []


def test_a_frame_that_was_moved_already_stays_and_the_face_is_offered(page):
    page.evaluate("models[0].delay = 1e8")  # it answers when the test says so
    give(page, file_of(halves()))
    where = page.locator(".sefa-photo-face")
    expect(where).to_have_text("Looking for a face…")
    for _ in range(20):
        page.locator("canvas.sefa-photo-crop").press("ArrowRight")
    expect(where).to_have_text("Looking for a face…")
    answer = "models[0].suggest(models[0].sent.findLast((message) => message.type === 'suggest'))"
    page.evaluate("models[0].crop = [0, 0, 0.25, 0.5]; " + answer)
    expect(where).to_contain_text("A face was found")
    assert mean(find(page)) == pytest.approx([0, 0, 1], abs=0.02)
    section(page).get_by_role("button", name="Face", exact=True).click()
    expect(where).to_have_text("")


def test_a_photo_without_a_face_is_said_to_have_none_and_another_one_is_asked_for_anew(page):
    page.evaluate("models[0].words = 'No face was found.'")
    give(page, file_of(halves()))
    expect(page.locator(".sefa-photo-face")).to_have_text("No face was found. The frame is in the middle.")
    expect(section(page).get_by_role("button", name="Face", exact=True)).to_be_hidden()
    page.evaluate("models[0].crop = [0, 0, 0.25, 0.5]")
    give(page, file_of(halves()))
    expect(section(page).get_by_role("button", name="Face", exact=True)).to_be_visible()
    numbers = "models[0].sent.filter((message) => message.type === 'suggest').map(({ photo }) => photo)"
    assert page.evaluate(numbers) == [1, 2]


def test_a_large_photo_is_made_small_before_it_is_sent(page):
    noise = np.random.default_rng(0).integers(0, 256, (3000, 4000, 3), dtype=np.uint8)
    give(page, file_of(Image.fromarray(noise), "JPEG"))
    page.wait_for_selector(".sefa-photo[data-phase=cut]")
    assert find(page).size == (256, 256)


def test_a_turned_photo_is_upright_what_is_transparent_is_white_and_cmyk_and_16_bits_are_read(page):
    upside_down = Image.Exif()
    upside_down[0x0112] = 3
    grey = Image.fromarray(np.full((80, 80), 30_000, np.uint16))
    given = [
        (file_of(halves(), "JPEG", exif=upside_down, quality=95), [0, 0, 1], ["ArrowLeft"] * 20),
        (file_of(Image.new("RGBA", (80, 80), (0, 0, 0, 0))), [1, 1, 1], []),
        (file_of(Image.new("CMYK", (80, 80), (0, 255, 255, 0)), "JPEG"), [1, 0, 0], []),
        (file_of(grey), [0.46] * 3, []),
    ]
    for file, colour, keys in given:
        give(page, file)
        settle(page)
        page.wait_for_selector(".sefa-photo[data-phase=cut]")
        for key in keys:
            page.locator("canvas.sefa-photo-crop").press(key)
        assert mean(find(page)) == pytest.approx(colour, abs=0.06)
        section(page).get_by_role("button", name="Stop").click()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ({"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"}, "“a.txt” is no picture"),
        ({"name": "a.png", "mimeType": "image/png", "buffer": b"hello"}, "“a.png” is no picture"),
        ({"name": "a.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}, "“a.svg” is no picture"),
        (file_of(Image.new("1", (20_000, 5_001))), "5001 pixels; at most 100 million are taken"),
    ],
    ids=["text", "damaged", "drawing", "100 MP"],
)
def test_what_is_no_picture_is_said_and_the_panel_stays_usable(page, file, text):
    give(page, file)
    expect(section(page).get_by_role("status")).to_contain_text(text)
    expect(section(page).get_by_role("button", name="Find", exact=True)).to_be_disabled()
    give(page, file_of(halves()))
    assert find(page).size == (120, 120)


@pytest.mark.parametrize("how", ["drop", "paste"])
def test_a_picture_is_dropped_on_the_pictures_or_pasted(open_panel, how):
    page = open_panel()
    page.evaluate(
        """async (how) => {
            const canvas = new OffscreenCanvas(50, 50);
            canvas.getContext("2d");
            const blob = await canvas.convertToBlob();
            const given = new DataTransfer();
            given.items.add(new File([blob], "a.png", { type: "image/png" }));
            const stage = document.querySelector(".sefa-stage");
            const about = { bubbles: true, cancelable: true };
            if (how === "paste")
                stage.dispatchEvent(new ClipboardEvent("paste", { ...about, clipboardData: given }));
            else for (const type of ["dragover", "drop"])
                stage.dispatchEvent(new DragEvent(type, { ...about, dataTransfer: given }));
        }""",
        how,
    )
    page.wait_for_selector(".sefa-photo[data-phase=cut]")
    assert not page.locator(".sefa-photo-zone").is_visible()
    assert find(page).size == (64, 64)


def test_escape_closes_it_and_ends_the_search(page):
    give(page, file_of(halves()))
    find(page)
    page.keyboard.press("Escape")
    expect(section(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Photo…")).to_be_focused()
    assert page.evaluate("models[0].sent.at(-1)")["how"] == "drop"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_photo_that_the_generator_cannot_make_is_said_to_be_one_and_axe_finds_nothing(page, theme):
    page.evaluate("light => { document.body.dataset.jpThemeLight = light }", str(theme == "light").lower())
    give(page, file_of(halves()))
    find(page)
    words = "This generator hardly makes such pictures."
    page.evaluate("words => models[0].found(models[0].sent.at(-1).view, 'done', words, true)", words)
    expect(section(page).get_by_role("status")).to_have_text(words)
    assert page.locator(".sefa-photo-warns").count() == 1
    assert violations(page) == []
