"""The page of a daemon with more decks than two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.page.browser import Browser


@pytest.mark.parametrize("stage", [5], indirect=True)
def test_every_deck_has_its_addresses(stage: Any) -> None:
    space = stage.hub.space
    described = space.describe("/deck", stage.hub.mirror.values)
    assert sorted(described["CONTENTS"]) == ["a", "b", "c", "d", "e"]
    stage.load("e", "jazz", 4)
    space = stage.hub.space
    assert space.home("/deck/e/latent/3") == "/deck/e/latent/3"
    assert space.home("/deck/d/latent/0") is None  # it is empty
    assert space.home("/deck/f/gain") is None


@pytest.mark.parametrize("stage", [5], indirect=True)
def test_every_deck_is_shown_and_mixed(drive: Callable[..., None], stage: Any) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        page = browser.page
        browser.fader("a", "0 louder").wait_for()
        assert page.locator(".deck").count() == 5
        assert page.locator("#mix .strip").count() == 5
        level = page.locator("#mix").get_by_role("slider", name="d gain", exact=True)
        level.focus()
        level.press("Home")
        page.get_by_role("button", name="Play deck d", exact=True).click()
        while ("/deck/d/play", (1,)) not in stage.sent:
            page.wait_for_timeout(20)
        assert ("/deck/d/gain", (-96.0,)) in stage.sent
        later(stage.say, "/get.reply", "/deck/e/gain", -20.0)
        browser.until("document.querySelector('#deck-e .fader').ariaValueText === '−20.0 dB'")
        shown = "document.querySelectorAll('#mix .strip')[4].querySelector('.fader').ariaValueText"
        browser.until(f"{shown} === '−20.0 dB'")
        later(stage.load, "d", "punk", 5)
        browser.until(
            "document.querySelectorAll('#deck-d .latents-part .faders .fader').length === 5"
        )
        page.get_by_role("button", name="To deck e", exact=True).click()
        browser.until("document.querySelector('#deck-e').getBoundingClientRect().top < 740")

    drive(test)


@pytest.mark.parametrize("stage", [8], indirect=True)
def test_many_decks_fit_a_phone(drive: Callable[..., None], stage: Any) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        page = browser.page
        browser.fader("a", "0 louder").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        letter = page.locator("#mix").get_by_role("button", name="To deck h", exact=True)
        letter.scroll_into_view_if_needed()
        assert letter.is_visible()
        page.get_by_role("button", name="deck h", exact=True).click()
        assert page.locator("#deck-h").is_visible()
        assert not page.locator("#deck-a").is_visible()

    drive(test, width=360)


@pytest.mark.parametrize("stage", [26], indirect=True)
def test_the_tabs_of_all_decks_are_one_row(drive: Callable[..., None], stage: Any) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        browser.fader("a", "0 louder").wait_for()
        assert browser.page.evaluate("document.getElementById('tabs').offsetHeight") < 80
        assert browser.page.evaluate("document.documentElement.scrollWidth") <= 360

    drive(test, width=360)


@pytest.mark.parametrize("stage", [1], indirect=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_one_deck_has_all_the_room(drive: Callable[..., None], stage: Any, width: int) -> None:
    def test(browser: Browser, later: Callable[..., None]) -> None:
        page = browser.page
        browser.fader("a", "0 louder").wait_for()
        assert not page.locator("#mix").is_visible()
        assert not page.locator("#tabs").is_visible()
        wide = page.evaluate("document.getElementById('deck-a').offsetWidth")
        assert wide > 0.9 * width

    drive(test, width=width)
