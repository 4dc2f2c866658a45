"""One Chromium for all the tests, and tabs in which nothing may be said in the console."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from tabs import Tabs


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "these tests need Chromium"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tabs(chromium: Any) -> Iterator[Tabs]:
    opened = Tabs(chromium)
    yield opened
    for context in opened.contexts:
        context.close()
    assert opened.said == []
