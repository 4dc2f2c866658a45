"""Tabs of Chromium, as the system has it, driven by playwright."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class Tabs:
    """Opens files, and notes what they say in the console and what they ask for."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.contexts: list[Any] = []
        self.said: list[str] = []
        self.asked: list[str] = []

    def open(self, path: Path, width: int, scheme: str, **options: Any) -> Any:
        """A tab with the file in it, of some pixels, in "light" or "dark"."""
        size = {"width": width, "height": 900}
        context = self.browser.new_context(viewport=size, color_scheme=scheme, **options)
        self.contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: self.said.append(message.text))
        tab.on("pageerror", lambda error: self.said.append(str(error)))
        tab.on("dialog", lambda dialog: self.said.append(dialog.message))
        tab.on("request", lambda request: self.asked.append(request.url))
        tab.goto(path.as_uri())
        return tab
