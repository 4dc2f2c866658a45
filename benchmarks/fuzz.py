"""Does any text make a reader crash, cost too much or accept what it can't write? Coverage-guided.

`python benchmarks/fuzz.py -runs=1000000 [corpus]`; needs atheris. Every input is read as text and
as JSON: either a schedule comes out that reads back equal, or one ValueError of the one form, and
neither takes more time or memory than a text of its length may.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import atheris

with atheris.instrument_imports(include=["lrsched"]):
    import lrsched as lrs
    import lrsched.data.json
    import lrsched.data.text

SEEDS = [
    "3e-4 * Sequence(LinearWarmup(2_000), CosineDecay(98_000, end=0.1))",
    "Cycle(Take(StepDecay(3, gamma=0.5), 9), mirror=True, stretch=2, count=None) + -.5",
    "warmup_stable_decay(1.0, 100, warmup_steps=10, decay_steps=20, decay='1-sqrt')",
    "Clip(PiecewiseLinear([0, 5], (1.0, 0.5)), lower=1e-3) # a comment",
    "cooldown(Noam(512, 4000), at=50, decay=Stretch(Shift(LinearDecay(10), -3), 2.5))",
    "cosine_restarts(1.0, 100000000000000000000000000000000000000, every=1, warmup_steps=0)",
    "Product(Cycle(LinearDecay(5), stretch=1.001), Cycle(LinearDecay(7), stretch=1.001, gain=.5))",
    "Cycle(Cycle(LinearDecay(3), mirror=True, count=2), count=1000000000000) * 3e-4",
    "MultiStepDecay([1, 2, 3, 4, 5, 6, 7, 8, 9]) + Staircase(LinearDecay(1e37), every=1)",
]

# Reading takes some 10 microseconds a character, and more while it is watched. A text that asks for
# work by a number's size is far beyond.
_SECONDS, _SECONDS_EACH = 5.0, 1e-3
_BYTES, _BYTES_EACH = 20e6, 2e3


@contextmanager
def bounded(length: int) -> Iterator[None]:
    """Work that may cost what a text of some length may."""
    tracemalloc.start()
    begin = time.process_time()
    try:
        yield
        seconds, (_, peak) = time.process_time() - begin, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    if seconds > _SECONDS + _SECONDS_EACH * length:
        raise RuntimeError(f"{seconds:.1f} seconds for {length} characters")
    if peak > _BYTES + _BYTES_EACH * length:
        raise RuntimeError(f"{peak:,} bytes for {length} characters")


def one_input(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")  # halves of surrogate pairs are text, too
    with bounded(len(text)):
        read_twice(text)


def read_twice(text: str) -> None:
    for read in (lrs.parse, lrs.from_json):
        try:
            schedule = read(text)
        except ValueError as error:
            message = str(error)
            if not message.startswith(f"{read.__name__}: ") or len(message) > 400:
                raise RuntimeError(f"not the one form: {message}") from error
            continue
        if repr(lrs.parse(repr(schedule))) != repr(schedule):
            raise RuntimeError("the text does not read back")
        if lrs.from_json(lrs.to_json(schedule)) != schedule:
            raise RuntimeError("the JSON does not read back")


def main() -> None:
    for text in SEEDS:
        one_input(text.encode())
        one_input(lrs.to_json(lrs.parse(text)).encode())
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
