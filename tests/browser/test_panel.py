"""The built panel in a real browser: what the person sees, presses and drags, against a scripted kernel."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

PIXEL = """() => {
  const canvas = document.querySelector('.sefa-picture');
  return [...canvas.getContext('2d').getImageData(0, 0, 1, 1).data];
}"""


def state(page):
    return page.evaluate("models[0].get('state')")


def edits(page):
    return page.evaluate("models[0].sent.filter(message => message.type === 'edit')")


def settle(page):
    """Wait until every request is answered and the picture shows the kernel's state."""
    page.wait_for_function(
        """() => models[0].asked === models[0].answered
             && Number(document.querySelector('.sefa-picture').dataset.revision)
                === models[0].get('state').revision"""
    )


def wait_for_state(page, expression):
    page.wait_for_function(f"() => {{ const state = models[0].get('state'); return {expression}; }}")
    settle(page)


def slider(page, index):
    return page.get_by_role("slider", name=f"Direction {index}", exact=True)


def centre(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, start, end, steps=8):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=steps)
    page.mouse.up()


def test_the_picture_is_drawn_from_the_right_bytes(open_panel):
    page = open_panel(state={"strengths": {"0": 2.5}})
    assert page.evaluate(PIXEL) == [12, 1, 153, 255]


@pytest.mark.parametrize("mime", ["image/jpeg", "image/webp"])
def test_encoded_pictures_are_drawn(open_panel, mime):
    page = open_panel(mime=mime, size="large")
    middle = page.evaluate(
        "[...document.querySelector('.sefa-picture').getContext('2d').getImageData(128, 128, 1, 1).data]"
    )
    assert middle[0] > 150
    assert middle[3] == 255


def test_dragging_a_slider_edits_live_and_ends_with_one_that_is_not_moving(open_panel):
    page = open_panel(delay=5, frozen=True)
    x, y = centre(slider(page, 0))
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(x + 8 * step, y)
        page.clock.run_for(5)
        strength = float(slider(page, 0).input_value())
        assert state(page)["strengths"]["0"] == strength
        assert page.evaluate(PIXEL)[2] == round(128 + 10 * strength)
    page.mouse.up()
    assert [edit["moving"] for edit in edits(page)] == [True] * 8 + [False]
    assert 0.5 < strength < 5
    assert page.get_by_label("Strength of direction 0").input_value() == str(round(strength, 2))


def test_a_slow_kernel_gets_the_newest_wish_and_the_thumb_never_jumps_back(open_panel):
    page = open_panel(delay=150, frozen=True)
    x, y = centre(slider(page, 0))
    page.mouse.move(x, y)
    page.mouse.down()
    values = []
    for step in range(1, 21):
        page.mouse.move(x + 4 * step, y)
        values.append(float(slider(page, 0).input_value()))
    page.mouse.up()
    assert len(edits(page)) == 1
    for _ in range(3):
        page.clock.run_for(150)
        values.append(float(slider(page, 0).input_value()))
    assert values == sorted(values)
    assert [(edit["patch"], edit["moving"]) for edit in edits(page)] == [
        ({"strengths": {"0": values[0]}}, True),
        ({"strengths": {"0": values[-1]}}, False),
    ]
    assert values[0] < values[-1] == state(page)["strengths"]["0"]


def test_sliders_move_and_reset_by_keyboard(open_panel):
    page = open_panel()
    slider(page, 2).focus()
    for key in ("ArrowRight", "ArrowRight", "PageUp"):
        page.keyboard.press(key)
    wait_for_state(page, "state.strengths[2] === 1.2")
    page.keyboard.press("Delete")
    wait_for_state(page, "!(2 in state.strengths)")
    page.keyboard.press("End")
    wait_for_state(page, "state.strengths[2] === 5")


def test_a_double_click_resets_a_slider(open_panel):
    page = open_panel(state={"strengths": {"1": 3}})
    slider(page, 1).dblclick(position={"x": 20, "y": 10})
    wait_for_state(page, "!(1 in state.strengths)")
    assert float(slider(page, 1).input_value()) == 0


def test_a_click_on_the_spectrum_shows_that_direction(open_panel):
    page = open_panel(size="large")
    page.locator(".sefa-plot").click(position={"x": 300, "y": 30})
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    index = int(focused.removeprefix("Direction "))
    assert index > 100
    assert slider(page, index).is_visible()
    assert page.locator(".sefa-flash").count() == 1


def test_the_spectrum_is_read_by_hovering_and_by_keyboard(open_panel):
    page = open_panel()
    tip = page.locator(".sefa-tip")
    assert not tip.is_visible()
    page.locator(".sefa-plot").hover(position={"x": 2, "y": 30})
    assert tip.inner_text().startswith("#0")
    page.mouse.move(2, 2)
    page.locator(".sefa-spectrum-cursor").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    assert tip.inner_text().startswith("#12")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Direction 12"


def test_512_bars_are_drawn_with_as_many_elements_as_100(open_panel):
    count = "document.querySelectorAll('.sefa-chart *').length"
    small, large = open_panel(), open_panel(size="large")
    bars = large.locator(".sefa-bars path").evaluate_all(
        "paths => paths.flatMap(path => path.getAttribute('d').match(/z/g) ?? []).length"
    )
    assert bars == 512
    assert large.evaluate(count) == small.evaluate(count)


def test_a_lens_over_512_bars_lets_each_be_hit(open_panel):
    assert open_panel().locator(".sefa-lens").is_hidden()
    page = open_panel(size="large")
    bars, box = page.locator(".sefa-lens-bar"), page.locator(".sefa-plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 137.5 / 512, box["y"] + box["height"] / 2)
    assert page.locator(".sefa-tip").inner_text().startswith("#137")
    assert bars.nth(9).evaluate("bar => bar.classList.contains('sefa-lens-mark')")
    before = page.locator(".sefa-rows").bounding_box()["y"]
    assert bars.nth(10).bounding_box()["width"] > 10
    bars.nth(10).hover()
    assert page.locator(".sefa-tip").inner_text().startswith("#138")
    page.mouse.down()
    page.mouse.up()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Direction 138"
    assert page.locator(".sefa-rows").bounding_box()["y"] == before


def test_layer_ranges_are_dragged_by_thumb_and_by_middle(open_panel):
    page = open_panel(size="large")
    box = page.locator(".sefa-cells").first.bounding_box()
    cell = box["width"] / 18
    y = box["y"] + box["height"] / 2
    drag(page, (box["x"] + 6 * cell, y), (box["x"] + 10 * cell, y))
    wait_for_state(page, "state.layers.join() === '2,10'")
    drag(page, (box["x"] + 5.5 * cell, y), (box["x"] + 7.5 * cell, y))
    wait_for_state(page, "state.layers.join() === '4,12'")
    drag(page, (box["x"] + 4 * cell, y), (box["x"] + 17.9 * cell, y))
    wait_for_state(page, "state.layers.join() === '11,12'")
    page.mouse.click(box["x"] + 14.5 * cell, y)
    wait_for_state(page, "state.layers.join() === '11,15'")
    page.mouse.dblclick(box["x"] + 12.5 * cell, y)
    wait_for_state(page, "state.layers.join() === '12,13'")
    assert any(edit["moving"] for edit in edits(page))
    assert edits(page)[-1]["moving"] is False


def test_layer_ranges_move_by_keyboard_and_preset(open_panel):
    page = open_panel(size="large")
    page.get_by_role("slider", name="Found in, first layer").focus()
    page.keyboard.press("ArrowRight")
    wait_for_state(page, "state.layers.join() === '3,6'")
    page.keyboard.press("End")
    wait_for_state(page, "state.layers.join() === '5,6'")
    page.get_by_role("button", name="32\u20131024 px").click()
    wait_for_state(page, "state.layers.join() === '6,18'")


@pytest.mark.parametrize("width", [1440, 1000, 700])
def test_no_thumb_covers_the_number_of_a_layer(open_panel, width):
    page = open_panel(width=width, size="large", state={"layers": [17, 18]})
    covered = """() => [...document.querySelectorAll('.sefa-cells')].flatMap((bar) => {
      const box = bar.getBoundingClientRect();
      const cells = [...bar.querySelectorAll('.sefa-cell')];
      const edges = [17, 18].map((at) => box.left + bar.clientLeft + (at / cells.length) * bar.clientWidth);
      return cells.filter((cell) => {
        const text = document.createRange();
        text.selectNodeContents(cell);
        const { left, right } = text.getBoundingClientRect();
        return edges.some((edge) => left < edge + 2 && right > edge - 2);
      }).map((cell) => cell.textContent);
    })"""
    assert page.evaluate(covered) == []


def test_edited_layers_are_untied_dragged_and_tied_again(open_panel):
    page = open_panel(size="large")
    tied = page.get_by_label("apply to the same layers")
    tied.uncheck()
    wait_for_state(page, "state.edit_layers?.join() === '2,6'")
    page.get_by_role("slider", name="Applied to, last layer").press("ArrowRight")
    wait_for_state(page, "state.edit_layers.join() === '2,7'")
    tied.check()
    wait_for_state(page, "state.edit_layers === null")


def test_controls_a_generator_has_no_use_for_are_not_there(open_panel):
    optional = (".sefa-psi", "[title^=Class]", ".sefa-layer-options label:nth-child(2)")
    small = open_panel()
    assert [small.locator(selector).is_visible() for selector in optional] == [False] * 3
    large = open_panel(size="large")
    assert [large.locator(selector).is_visible() for selector in optional] == [True] * 3
    assert not large.locator(".sefa-edit-layers").is_visible()


def test_holding_compare_shows_the_unedited_picture(open_panel):
    page = open_panel(state={"strengths": {"0": 2.5}})
    button = page.get_by_role("button", name="Hold to compare")
    page.mouse.move(*centre(button))
    page.mouse.down()
    page.locator(".sefa-badge").wait_for(state="visible")
    assert page.evaluate(PIXEL)[1:3] == [0, 128]
    page.mouse.up()
    page.locator(".sefa-badge").wait_for(state="hidden")
    assert page.evaluate(PIXEL)[1:3] == [1, 153]
    page.locator(".sefa-compare").focus()
    page.keyboard.down(" ")
    page.locator(".sefa-badge").wait_for(state="visible")
    page.keyboard.up(" ")
    page.locator(".sefa-badge").wait_for(state="hidden")
    assert state(page)["strengths"] == {"0": 2.5}


def test_keys_work_in_the_panel_and_do_not_leak(open_panel):
    page = open_panel(state={"strengths": {"0": 1}})
    page.locator(".sefa-picture").click()
    page.keyboard.press("]")
    wait_for_state(page, "state.starts[0].seed === 13")
    page.keyboard.press("[")
    wait_for_state(page, "state.starts[0].seed === 12")
    page.keyboard.press("0")
    wait_for_state(page, "Object.keys(state.strengths).length === 0")
    for key in ("d", "a", "Escape", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    assert page.evaluate("window.leaked.filter(key => key !== 'Tab')") == []
    seed = page.get_by_role("spinbutton", name="Seed")
    seed.fill("40")
    seed.press("0")
    seed.press("Enter")
    wait_for_state(page, "state.starts[0].seed === 400")


def test_help_lists_the_keys(open_panel):
    page = open_panel()
    page.get_by_role("button", name="Keys").click()
    assert "random seed" in page.get_by_role("region", name="Keys").inner_text()
    page.keyboard.press("Escape")
    assert not page.get_by_role("region", name="Keys").is_visible()


def test_an_error_is_shown_and_goes_with_the_next_edit(open_panel):
    page = open_panel()
    seed = page.get_by_role("spinbutton", name="Seed")
    seed.fill("666")
    seed.press("Enter")
    alert = page.get_by_role("alert")
    alert.wait_for(state="visible")
    assert "Seed 666" in alert.inner_text()
    assert seed.input_value() == "12"
    page.get_by_role("button", name="Next seed").click()
    alert.wait_for(state="hidden")


def test_the_spectrum_by_powers_of_ten_tells_small_values_apart(open_panel):
    page = open_panel()
    heights = "() => document.querySelector('.sefa-bars-rest').getAttribute('d')"
    linear = page.evaluate(heights)
    log = page.get_by_role("button", name="log", exact=True)
    log.click()
    assert log.get_attribute("aria-pressed") == "true"
    assert page.evaluate(heights) != linear
    log.click()
    assert page.evaluate(heights) == linear
    page.locator(".sefa-plot").hover(position={"x": 5, "y": 20})
    assert "hold" in page.locator(".sefa-tip").inner_text()


def test_a_second_view_follows_the_first(open_panel):
    page = open_panel()
    page.evaluate("models[0].view()")
    page.wait_for_function("document.querySelectorAll('.sefa-picture[data-revision]').length === 2")
    slider(page, 0).first.press("End")
    page.wait_for_function(
        """() => [...document.querySelectorAll('.sefa-picture')].every(
             canvas => canvas.dataset.revision === '1')"""
    )
    assert [one.input_value() for one in slider(page, 0).all()] == ["5", "5"]


def test_an_ended_view_leaves_nothing(open_panel):
    page = open_panel()
    page.evaluate("models[0].ending.abort()")
    assert page.evaluate("models[0].listeners.length") == 0
    assert page.evaluate("models[0].sent.at(-1).type") == "bye"
    assert page.locator(".sefa-panel").count() == 0


@pytest.mark.parametrize("size", ["small", "large"])
@pytest.mark.parametrize("width", [420, 480, 640, 800, 1060, 1200, 1400])
def test_nothing_overflows(open_panel, size, width):
    state = {"strengths": {"0": -3.25, "77": 4}, "edit_layers": [0, 3]}
    page = open_panel(width=width + 32, size=size, state=state)
    check_bounds(page)
    page.get_by_role("button", name="Wall").click()
    check_bounds(page)


def check_bounds(page):
    outside = page.evaluate(
        """() => {
          const panel = document.querySelector('.sefa-panel').getBoundingClientRect();
          return [...document.querySelectorAll('.sefa-panel *')].filter((element) => {
            const box = element.getBoundingClientRect();
            return box.width > 0 && (box.left < panel.left - 1 || box.right > panel.right + 1);
          }).map((element) => element.className || element.tagName);
        }"""
    )
    assert outside == []
    clipped = page.evaluate(
        """() => [...document.querySelectorAll(
             '.sefa-panel :is(button, label, .sefa-readout, .sefa-index, .sefa-eigenvalue, .sefa-end)')]
             .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
             .map((element) => element.textContent)"""
    )
    assert clipped == []


def wait_for_looks(page):
    """Wait until every small picture that is to be seen is drawn and right."""
    page.wait_for_function(
        """() => {
          const looks = [...document.querySelectorAll('.sefa-look')].filter((look) => look.checkVisibility());
          return looks.length > 0
            && looks.every((look) => !/sefa-(pending|outdated)/.test(look.className));
        }"""
    )


FIRST_PIXEL = """(image) => {
  const context = document.createElement('canvas').getContext('2d');
  context.drawImage(image, 0, 0);
  return [...context.getImageData(0, 0, 1, 1).data];
}"""
FRAME = f"frame => ({FIRST_PIXEL})(document.querySelectorAll('.sefa-open .sefa-frame-button img')[frame])"


def test_each_row_stands_between_the_pictures_of_its_ends(open_panel):
    page = open_panel()
    wait_for_looks(page)
    ends = page.evaluate(
        "[...document.querySelectorAll('.sefa-row:first-child .sefa-end-picture img')]"
        f".map(image => ({FIRST_PIXEL})(image)[2])"
    )
    assert ends == [128 - 50, 128 + 50]
    page.get_by_label("Set direction 2 to its plus end").click()
    wait_for_state(page, "state.strengths[2] === 5")


def test_small_pictures_follow_the_edit_and_are_hatched_until_they_come(open_panel):
    page = open_panel(deaf=True)
    assert page.locator(".sefa-look.sefa-pending").count() == 27
    page.evaluate("models[0].deaf = false")
    slider(page, 1).press("End")
    wait_for_state(page, "state.strengths[1] === 5")
    wait_for_looks(page)
    page.evaluate("models[0].apply({ seed: 40 })")
    settle(page)
    wait_for_looks(page)
    assert page.evaluate(FRAME, 0)[0] == 40


def test_nothing_small_is_asked_for_while_a_slider_is_dragged(open_panel):
    page = open_panel()
    wait_for_looks(page)
    asked = "models[0].sent.filter(message => message.type === 'look').length"
    before = page.evaluate(asked)
    x, y = centre(slider(page, 0))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=4)
    settle(page)
    assert page.evaluate(asked) == before
    page.mouse.up()
    page.wait_for_function(f"{asked} > {before}")


@pytest.mark.parametrize("width", [452, 700, 1000, 1200])
def test_the_thumb_stands_over_the_frame_of_its_strength(open_panel, width):
    page = open_panel(width=width)
    wait_for_looks(page)
    assert [page.evaluate(FRAME, frame)[2] for frame in (0, 3, 6)] == [78, 128, 178]
    box = slider(page, 0).bounding_box()
    frames = page.locator(".sefa-open .sefa-frame-button")
    for frame in range(7):
        thumb = box["x"] + 7 + (box["width"] - 14) * frame / 6
        assert abs(centre(frames.nth(frame))[0] - thumb) < 2
    frames.nth(5).click()
    wait_for_state(page, "state.strengths[0] > 3.3 && state.strengths[0] < 3.4")
    assert frames.nth(5).get_attribute("aria-current") == "true"


def test_a_double_click_resets_the_slider_it_is_on_though_another_filmstrip_was_open(open_panel):
    page = open_panel(state={"strengths": {"3": 3}})
    slider(page, 3).dblclick(position={"x": 20, "y": 10})
    wait_for_state(page, "!(3 in state.strengths)")
    assert page.locator(".sefa-open").count() == 2
    page.mouse.move(2, 2)
    assert page.locator(".sefa-open").count() == 1


@pytest.mark.parametrize("width", [1000, 1440])
@pytest.mark.parametrize("size", ["small", "large"])
def test_five_rows_are_whole_beside_the_picture(open_panel, width, size):
    page = open_panel(width=width, height=900, size=size)
    wait_for_looks(page)
    whole = page.evaluate(
        """() => {
          const bottom = Math.min(900, document.querySelector('.sefa-rows').getBoundingClientRect().bottom);
          const rows = [...document.querySelectorAll('.sefa-row')];
          return rows.filter((row) => row.getBoundingClientRect().bottom <= bottom).length;
        }"""
    )
    assert whole >= 5


def test_go_to_is_one_step_to_any_of_512_directions(open_panel):
    page = open_panel(size="large")
    page.locator(".sefa-picture").click()
    page.keyboard.press("g")
    page.keyboard.type("137")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Direction 137"
    assert page.locator(".sefa-open .sefa-index").inner_text() == "#137"
    wait_for_looks(page)
    field = page.get_by_label("Go to direction")
    below = slider(page, 137).bounding_box()
    field.fill("nose")
    field.press("Enter")
    assert "type 0 to 511" in page.locator(".sefa-go-to .sefa-problem").inner_text()
    assert (field.input_value(), slider(page, 137).bounding_box()) == ("nose", below)


def test_the_wall_shows_both_ends_of_32_directions_and_opens_one(open_panel):
    page = open_panel(size="large")
    page.get_by_role("button", name="Wall").click()
    wait_for_looks(page)
    pairs = page.locator(".sefa-pair")
    assert pairs.count() == 32
    page.get_by_role("button", name="More").click()
    assert pairs.count() == 64
    wait_for_looks(page)
    pairs.nth(0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.offsetTop") > pairs.nth(0).evaluate("pair => pair.offsetTop")
    number = page.evaluate("document.activeElement.querySelector('b').textContent.slice(1)")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.ariaLabel") == f"Direction {number}"
    assert not page.locator(".sefa-wall").is_visible()


def test_tracks_and_pictures_are_drawn_where_the_system_chooses_colours(open_panel):
    page = open_panel()
    page.emulate_media(forced_colors="active")
    wait_for_looks(page)
    adjusts = "element => getComputedStyle(element).forcedColorAdjust"
    assert slider(page, 0).evaluate(adjusts) == "none"
    track = slider(page, 0).evaluate("element => getComputedStyle(element).backgroundImage")
    assert track.startswith("linear-gradient")


CONTRAST = """() => {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const rgb = (colours) => {
    context.clearRect(0, 0, 1, 1);
    for (const colour of colours) { context.fillStyle = colour; context.fillRect(0, 0, 1, 1); }
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (parts) => parts
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const low = [];
  for (const element of document.querySelectorAll('.sefa-panel *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.closest(':disabled, svg, .sefa-badge')) continue;
    const backgrounds = [];
    for (let at = element; at; at = at.parentElement)
      backgrounds.unshift(getComputedStyle(at).backgroundColor);
    const text = luminance(rgb([...backgrounds, getComputedStyle(element).color]));
    const back = luminance(rgb(backgrounds));
    const ratio = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
    if (ratio < 4.5) low.push(`${element.className} ${element.textContent}: ${ratio.toFixed(2)}`);
  }
  return low;
}"""


@pytest.mark.parametrize("width", [420, 640, 879, 880, 1060, 1200, 1600])
def test_rows_of_matched_directions_are_whole_beside_two_pictures(open_panel, width):
    second = {"method": "jacobian", "layers": [2, 6]}
    page = open_panel(width=width + 32, size="large", state={"strengths": {"0": -3.25}, "second": second})
    page.evaluate(
        """() => {
          const info = models[0].traits.directions_info;
          const matches = info.values.map((_, index) => [index, index % 2 ? 0.93 : 0.1]);
          const second = { method: "jacobian", title: "Jacobian", layers: [2, 6], matches, chance: 0.2 };
          models[0].traits.directions_info = { ...info, second };
          models[0].trigger("change:directions_info");
        }"""
    )
    assert page.locator(".sefa-row .sefa-match").first.is_visible()
    rows = page.locator(".sefa-rows")
    assert rows.evaluate("rows => rows.scrollWidth <= rows.clientWidth")
    assert slider(page, 0).bounding_box()["width"] >= min(250, width / 3)
    inside = """row => {
      const box = row.getBoundingClientRect();
      return [...row.querySelectorAll('.sefa-value, .sefa-end, .sefa-zero, .sefa-lock')].every((part) => {
        const { left, right, bottom } = part.getBoundingClientRect();
        const slider = row.querySelector('input[type=range]').getBoundingClientRect();
        return left >= box.left && right <= box.right && bottom <= slider.bottom;
      });
    }"""
    assert page.locator(".sefa-row").first.evaluate(inside)


THEMES = [("light", "dark"), ("dark", "light"), (None, "light"), (None, "dark")]


@pytest.mark.parametrize(("theme", "scheme"), THEMES)
def test_text_has_contrast_in_every_theme(open_panel, theme, scheme):
    state = {"strengths": {"0": 2}, "edit_layers": [0, 4]}
    page = open_panel(theme=theme, scheme=scheme, size="large", state=state)
    assert page.evaluate(CONTRAST) == []
    background = page.evaluate("getComputedStyle(document.querySelector('.sefa-panel')).backgroundColor")
    dark = (theme or scheme) == "dark"
    assert (background in ("rgb(33, 33, 33)", "rgb(18, 18, 18)")) == dark


def test_the_tree_a_screen_reader_sees(open_panel):
    page = open_panel(state={"strengths": {"0": 2.5}})
    tree = page.locator(".sefa-panel").aria_snapshot()
    for line in (
        '- heading "faces" [level=2]',
        '- button "Keys"',
        '- img "Edited picture"',
        '- button "Hold to compare"',
        '- checkbox "smooth" [checked]',
        '- spinbutton "Seed": "12"',
        '- heading "Directions 10 of 100" [level=3]',
        '- slider "Direction 0": "2.5"',
        '- spinbutton "Strength of direction 0": "2.5"',
        '- button "Reset direction 0"',
        '- combobox "Go to direction"',
        '- button "Wall"',
        '- button "Set direction 0 to its plus end"',
        '- group "Pictures along direction 0":',
        '- region "Spectrum":',
        '- slider "Cursor on the spectrum; Enter goes to the direction\'s slider"',
        '- slider "Found in, first layer"',
        '- button "latent only" [pressed]',
        '- checkbox "normalise rows" [checked]',
    ):
        assert line in tree, f"{line} is not in\n{tree}"


def test_everything_is_reached_by_tab(open_panel):
    page = open_panel(size="large")
    seen = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent"))
    wanted = {"Keys", "Hold to compare", "Random", "More", "Reset all", "Direction 0", "Direction 9", "all"}
    wanted |= {"Seed", "Found in, first layer", "Found in, last layer"}
    assert wanted - seen - {"Reset all"} == set()


def test_memory_stays_flat_over_many_frames(open_panel):
    page = open_panel(mime="image/jpeg", delay=0, deaf=True)  # small pictures are kept, up to a bound
    many = """async (count) => {
      const canvas = document.querySelector('.sefa-picture');
      let drawn;
      const attributes = { attributeFilter: ['data-revision'] };
      new MutationObserver(() => drawn()).observe(canvas, attributes);
      for (let seed = 0; seed < count; seed++) {
        const next = new Promise((resolve) => { drawn = resolve; });
        models[0].apply({ seed });
        await next;
      }
    }"""
    session = page.context.new_cdp_session(page)

    def used():
        session.send("HeapProfiler.collectGarbage")
        return session.send("Runtime.getHeapUsage")["usedSize"]

    page.evaluate("models[0].sent = { push() {}, at: () => null, length: 0 }")
    page.evaluate(many, 100)
    before = used()
    page.evaluate(many, 600)
    growth = used() - before
    assert growth < 1_000_000
