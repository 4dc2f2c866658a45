"""What the stream that is written to can show: colours, and curves in braille."""

from __future__ import annotations

import os
from typing import TextIO


def coloured(stream: TextIO) -> bool:
    """Whether to write colours, by the convention of https://no-color.org.

    NO_COLOR that is not empty forbids them; FORCE_COLOR that is not empty asks for them, whatever
    is written to; by default, a terminal that isn't dumb has them. `argparse` goes by the same.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def sayable(text: str, stream: TextIO) -> str:
    """A text with a curve in it, in ASCII where the stream has no braille.

    >>> from io import BytesIO, TextIOWrapper
    >>> sayable("┤⠉⠓⠀", TextIOWrapper(BytesIO(), encoding="ascii"))
    '|** '
    """
    try:
        _BRAILLE.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return text.translate(_ASCII)
    return text


_BRAILLE = "".join(map(chr, range(0x2800, 0x2900)))
_ASCII = {**dict.fromkeys(map(ord, _BRAILLE), "*"), 0x2800: " ", ord("┤"): "|"}
