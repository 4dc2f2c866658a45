"""A schedule as a formula for a paper.

The step that a shape sees is (variable + shift) / factor, so every boundary can be written in the
step of the whole; a cycle starts a new variable. A row of the piecewise formula is an interval and
an expression; combinators cut, merge and wrap the rows of their members.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import reduce

from lrsched import _curves, decay, piecewise, warmup
from lrsched._check import Steps
from lrsched._ratio import simple_fraction
from lrsched._schedule import Schedule
from lrsched.compose import (
    Clip,
    Cycle,
    Product,
    Sequence,
    Shift,
    Staircase,
    Stretch,
    Sum,
    Take,
    Warp,
)


def latex(schedule: Schedule, symbol: str = r"\eta") -> str:
    r"""The piecewise formula of a schedule in LaTeX's mathematics mode, in the step t.

    A user's own class appears by its name and fields.

    >>> import lrsched as lrs
    >>> print(latex(0.1 * lrs.Sequence(lrs.LinearWarmup(20), lrs.CosineDecay(80))))
    \eta(t) = \begin{cases}
      0.1 \cdot \frac{t}{20} & 0 \leq t < 20 \\
      0.1 \cdot \frac{1 + \cos\left(\pi \cdot \frac{t - 20}{80}\right)}{2} & 20 \leq t < 100 \\
      0 & t \geq 100
    \end{cases}
    """
    names = _Variables()
    text = _cases(_rows(schedule, _Step("t"), names), "t").text
    return ", \\quad ".join([f"{symbol}(t) = {text}", *names.definitions])


@dataclass(frozen=True)
class _Expression:
    """LaTeX, how tightly its last operation binds, and its value if it is a number."""

    text: str
    binds: int = 3  # 1 a sum, 2 a product, 3 anything closed
    number: Decimal | None = None

    def within(self, binds: int) -> str:
        """The text, in parentheses where it must be."""
        return self.text if self.binds >= binds else rf"\left({self.text}\right)"

    def __mul__(self, other: _Expression) -> _Expression:
        a, b = self.number, other.number
        if a is not None and b is not None:
            return _number(a * b)
        if a == 0 or b == 0:
            return _number(0)
        if a == 1 or b == 1:
            return other if a == 1 else self
        if b is not None:
            return other * self  # numbers first
        return _Expression(rf"{self.within(2)} \cdot {other.within(2)}", 2)

    def __add__(self, other: _Expression) -> _Expression:
        a, b = self.number, other.number
        if a is not None and b is not None:
            return _number(a + b)
        if a == 0 or b == 0:
            return other if a == 0 else self
        sign = "" if other.text.startswith("-") else "+ "
        text = other.within(1)
        return _Expression(f"{self.text} {sign}{'- ' + text[1:] if not sign else text}", 1)

    def __sub__(self, other: _Expression) -> _Expression:
        if other.text.startswith("-") or other.number is not None:
            return self + _number(-1) * other
        return _Expression(
            f"{self.text} - {other.within(2)}" if self.text != "0" else f"-{other.within(2)}", 1
        )

    def __truediv__(self, other: _Expression) -> _Expression:
        return self if other.number == 1 else _Expression(rf"\frac{{{self.text}}}{{{other.text}}}")

    def __pow__(self, power: _Expression) -> _Expression:
        if power.number == 1:
            return self
        base = self.text if self._stands_alone() else rf"\left({self.text}\right)"
        return _Expression(f"{base}^{{{power.text}}}")

    def _stands_alone(self) -> bool:
        plain = self.number is not None and self.number >= 0 and "times" not in self.text
        return plain or self.text.isalpha()


def _number(value: float | Decimal | Fraction) -> _Expression:
    """As `repr` has it: the sum and the product of two such numbers are exact."""
    if isinstance(value, Fraction):
        if value.denominator != 1:
            return _number(value.numerator) / _number(value.denominator)
        value = value.numerator
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if number.is_infinite():
        return _Expression(r"\infty" if number > 0 else r"-\infty")
    number = number.normalize() + 0  # no -0
    if number == 0 or -5 < number.adjusted() < 16:
        return _Expression(f"{number:f}", 3 if number >= 0 else 1, number)
    digits, power = number.scaleb(-number.adjusted()), number.adjusted()
    text = f"10^{{{power}}}" if digits == 1 else rf"{digits:f} \times 10^{{{power}}}"
    return _Expression(text, 2 if number > 0 else 1, number)


def _call(function: str, *args: _Expression) -> _Expression:
    inside = ", ".join(arg.text for arg in args)
    return _Expression(rf"\{function}\left({inside}\right)")


def _floor(value: _Expression) -> _Expression:
    return _Expression(rf"\left\lfloor {value.text} \right\rfloor")


@dataclass(frozen=True)
class _Step:
    """The step that a schedule sees: (variable + shift) / factor."""

    variable: str
    shift: Fraction = Fraction(0)
    factor: Fraction = Fraction(1)

    @property
    def expression(self) -> _Expression:
        return (_Expression(self.variable) + _number(self.shift)) / _number(self.factor)

    def over(self, length: float) -> _Expression:
        """The step divided by a length: one fraction."""
        return (_Expression(self.variable) + _number(self.shift)) / _number(
            self.factor * Fraction(repr(length))
        )

    def where(self, local: float) -> Fraction:
        """The variable's value where the schedule sees this step."""
        return Fraction(local) * self.factor - self.shift


@dataclass(frozen=True)
class _Row:
    start: Fraction
    stop: Fraction | None
    value: _Expression


@dataclass
class _Variables:
    definitions: list[str] = field(default_factory=list)

    def define(self, letter: str, text: str) -> str:
        names = {definition.split(" = ")[0] for definition in self.definitions}
        name = letter
        while name in names:
            name += "'"
        self.definitions.append(f"{name} = {text}")
        return name


def _rows(schedule: Schedule, t: _Step, names: _Variables) -> list[_Row]:
    """The rows for all of a schedule's steps, its end held."""
    begin = t.where(0)
    if schedule.steps is None or isinstance(schedule, _HOLDING):
        return _cut(_unended(schedule, t, names), begin, None)
    end = t.where(schedule.steps)
    held = _Row(end, None, _number(schedule(schedule.steps)))
    return [*_cut(_unended(schedule, t, names), begin, end), held]


# Their members hold their ends, and so do they.
_HOLDING = (Clip, Product, Sequence, Shift, Staircase, Stretch, Sum, Warp)


def _cut(rows: Iterable[_Row], start: Fraction, stop: Fraction | None) -> list[_Row]:
    found: list[_Row] = []
    for row in rows:
        a, b = max(row.start, start), _earlier(row.stop, stop)
        if b is None or a < b:
            found.append(_Row(a, b, row.value))
    return found


def _earlier(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return b if a is None else a if b is None else min(a, b)


def _unended(schedule: Schedule, t: _Step, names: _Variables) -> list[_Row]:
    match schedule:
        case Sequence():
            stops = [*(t.where(offset) for offset in schedule.offsets[1:]), None]
            return [
                row
                for phase, offset, stop in zip(
                    schedule.phases, schedule.offsets, stops, strict=True
                )
                for row in _cut(
                    _rows(phase, dataclasses.replace(t, shift=t.shift - offset * t.factor), names),
                    t.where(offset),
                    stop,
                )
            ]
        case Product(factors=members) | Sum(terms=members):
            join = _Expression.__mul__ if isinstance(schedule, Product) else _Expression.__add__
            return reduce(
                lambda a, b: [
                    _Row(cut.start, cut.stop, join(row.value, cut.value))
                    for row in a
                    for cut in _cut(b, row.start, row.stop)
                ],
                (_rows(member, t, names) for member in members),
            )
        case Take(schedule=inner):
            return _rows(inner, t, names)
        case Shift(schedule=inner, offset=offset):
            later = dataclasses.replace(t, shift=t.shift + offset * t.factor)
            waiting = _Row(t.where(0), later.where(0), _number(inner(0)))
            return [waiting, *_rows(inner, later, names)]
        case Stretch(schedule=inner, factor=factor):
            simple = simple_fraction(factor)
            by = Fraction(*simple) if simple else Fraction(repr(factor))
            return _rows(inner, dataclasses.replace(t, factor=t.factor * by), names)
        case Staircase(schedule=inner, every=every):
            u = names.define("u", (_number(every) * _floor(t.over(every))).text)
            return [_Row(t.where(0), None, _cases(_rows(inner, _Step(u), names), u))]
        case Warp(schedule=inner, clock=clock):
            seen = [
                dataclasses.replace(row, value=_clipped(row.value, 0.0, None))
                for row in _rows(clock, t, names)
            ]
            u = names.define("u", _cases(seen, t.variable).text)
            return [_Row(t.where(0), None, _cases(_rows(inner, _Step(u), names), u))]
        case Cycle():
            return [_Row(t.where(0), None, _cycle(schedule, t, names))]
        case Clip(schedule=inner, lower=lower, upper=upper):
            return [
                dataclasses.replace(row, value=_clipped(row.value, lower, upper))
                for row in _rows(inner, t, names)
            ]
        case warmup.ConstantWarmup(start=value):
            return [_Row(t.where(0), None, _number(value))]
        case decay.MultiStepDecay(milestones=steps, gamma=gamma, start=a):
            levels = [
                _number(a) * _number(gamma) ** _number(i) if i else _number(a)
                for i in range(len(steps) + 1)
            ]
            return _stairs(steps, levels, t)
        case piecewise.PiecewiseConstant(boundaries=steps, values=values):
            return _stairs(steps, [_number(value) for value in values], t)
        case piecewise.PiecewiseLinear(knots=knots, values=values):
            lines = [
                _between(
                    v0, v1, dataclasses.replace(t, shift=t.shift - k0 * t.factor).over(k1 - k0)
                )
                for k0, k1, v0, v1 in zip(knots, knots[1:], values, values[1:], strict=False)
            ]
            return _stairs(knots[:-1], [_number(values[0]), *lines], t)
    return [_Row(t.where(0), None, _shape(schedule, t))]


def _stairs(steps: Steps, values: list[_Expression], t: _Step) -> list[_Row]:
    cuts = [t.where(0), *map(t.where, steps)]
    return [
        _Row(start, stop, value)
        for start, stop, value in zip(cuts, [*cuts[1:], None], values, strict=True)
    ]


def _clipped(value: _Expression, lower: float | None, upper: float | None) -> _Expression:
    for bound, choose, name in ((lower, max, "max"), (upper, min, "min")):
        if bound is not None and value.number is not None:
            value = _number(choose(value.number, Decimal(repr(bound))))
        elif bound is not None:
            value = _call(name, value, _number(bound))
    return value


def _cycle(cycle: Cycle, t: _Step, names: _Variables) -> _Expression:
    first, step = _number(cycle.first), t.expression
    growth = _number(cycle.stretch)  # whose rounded beginnings no whole step can tell apart
    if cycle.stretch == 1:
        number = _floor(t.over(cycle.first))
    else:
        ratio = _number(1) + (growth - _number(1)) * t.over(cycle.first)
        number = _floor(_Expression(rf"\log_{{{cycle.stretch}}}\left({ratio.text}\right)"))
    if cycle.count is not None:
        number = _call("min", number, _number(cycle.count - 1))
    if cycle.stretch == 1 and cycle.gain == 1 and cycle.count is None:
        inside = _Expression(rf"{step.within(3)} \;\mathrm{{mod}}\; {first.text}", 1)
        factor = _number(1)
    else:
        i = _Expression(names.define("i", number.text))
        if cycle.stretch == 1:
            inside = step - first * i
        else:
            past = (growth**i - _number(1)) / (growth - _number(1))
            inside = (step - first * past) / growth**i
        factor = _number(1) if cycle.gain == 1 else _number(cycle.gain) ** i
    if cycle.mirror:
        inside = _call("min", *(v := _Expression(names.define("v", inside.text)), first - v))
    u = names.define("u", inside.text)
    rows = _cut(_rows(cycle.schedule, _Step(u), names), Fraction(0), None)
    end = Fraction(cycle.schedule.steps or 0)
    reached = cycle.mirror or cycle.count is not None
    return factor * _cases([r for r in rows if r.start < end or (reached and len(rows) > 2)], u)


def _between(a: float, b: float, x: _Expression) -> _Expression:
    """From a to b as x goes from 0 to 1."""
    if b == 0 and a != 0:
        return _number(a) * (_number(1) - x)
    return (
        _number(a) + (_number(b) - _number(a)) * x
        if b >= a
        else _number(a) - (_number(a) - _number(b)) * x
    )


def _shape(schedule: Schedule, t: _Step) -> _Expression:
    one, two = _number(1), _number(2)
    x = t.over(schedule.steps) if schedule.steps else one
    step = t.expression
    match schedule:
        case piecewise.Constant(value=value):
            return _number(value)
        case _curves.Linear(start=a, end=b):
            return _between(a, b, x)
        case _curves.Cosine(start=a, end=b):
            wave = _call("cos", _Expression(r"\pi") * x)
            if abs(b) > abs(a):
                return _number(a) + (_number(b) - _number(a)) * ((one - wave) / two)
            return _number(b) + (_number(a) - _number(b)) * ((one + wave) / two)
        case _curves.PowerOfPassed(start=a, end=b, power=power):
            return _between(a, b, x ** _number(power))
        case _curves.PowerOfLeft(start=a, end=b, power=power):
            return _between(b, a, (one - x) ** _number(power))
        case _curves.Rex(start=a, end=b, beta=beta):
            return _between(b, a, (one - x) / (one - _number(beta) * x))
        case _curves.Geometric(start=a, end=b):
            return _number(a) * (_number(b) / _number(a)) ** x
        case _curves.Tanh(start=a, end=b, lower=low, upper=high):
            wave = _call("tanh", _between(low, high, x))
            return _between(b, a, (one - wave) / two)
        case _curves.Saturating(start=a, end=b, timescale=timescale):
            fading = _Expression("e") ** (_number(0) - t.over(timescale))
            if b > a:
                return _number(b) - (_number(b) - _number(a)) * fading
            return _number(b) + (_number(a) - _number(b)) * fading
        case decay.ExponentialDecay(gamma=gamma, every=every, start=a):
            return _number(a) * _number(gamma) ** t.over(every)
        case decay.StepDecay(gamma=gamma, every=every, start=a):
            return _number(a) * _number(gamma) ** _floor(t.over(every))
        case decay.InverseTimeDecay(rate=rate, every=every, start=a):
            return _number(a) / (one + _number(rate) * t.over(every))
        case decay.InverseSqrtDecay(timescale=scale, start=a):
            return _number(a) * _Expression(
                rf"\sqrt{{{(_number(scale) / (step + _number(scale))).text}}}"
            )
        case _curves.InversePower(timescale=scale, power=power, start=a):
            return _number(a) * (_number(scale) / (step + _number(scale))) ** _number(power)
        case decay.Noam(d_model=width, warmup_steps=steps, scale=scale):
            rise = _call("min", step, _number(steps)) / _number(steps)
            fall = _call("max", step, _number(steps)) ** _number(-0.5)
            return _number(scale) * _number(width) ** _number(-0.5) * rise * fall
    return _unknown(schedule, step)


def _unknown(schedule: Schedule, step: _Expression) -> _Expression:
    fields = [f.name for f in dataclasses.fields(schedule)]  # type: ignore[arg-type]
    given = ", ".join(_escaped(f"{name}={getattr(schedule, name)!r}") for name in fields)
    name = _escaped(type(schedule).__name__)
    return _Expression(rf"\mathrm{{{name}}}\left({step.text}; \mathrm{{{given}}}\right)")


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in text)


_SPECIAL = {
    "\\": r"\backslash ",
    "^": r"\hat{}",
    "~": r"\tilde{}",
    **{character: f"\\{character}" for character in "_#$%&{}"},
}


def _cases(rows: list[_Row], variable: str) -> _Expression:
    merged: list[_Row] = []
    for row in rows:
        if merged and merged[-1].value == row.value:
            merged[-1] = dataclasses.replace(merged[-1], stop=row.stop)
        else:
            merged.append(row)
    if len(merged) == 1:
        return merged[0].value
    lines = [f"  {row.value.text} & {_range(row, variable)}" for row in merged]
    return _Expression("\\begin{cases}\n" + " \\\\\n".join(lines) + "\n\\end{cases}")


def _range(row: _Row, variable: str) -> str:
    start = _number(row.start).text
    if row.stop is None:
        return rf"{variable} \geq {start}"
    return rf"{start} \leq {variable} < {_number(row.stop).text}"
