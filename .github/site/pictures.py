"""The curve and the formula of each schedule class, of the first of that class in its example."""

from __future__ import annotations

import ast
import contextlib
import doctest

import numpy as np
from latex2mathml import converter

import lrsched as lrs
from lrsched.show.svg import picture


def of(cls: object) -> str:
    """SVG in the colours of the text around it and MathML; nothing where no example makes one."""
    if not (isinstance(cls, type) and issubclass(cls, lrs.Schedule)):
        return ""
    known = {"lrs": lrs, "np": np}
    for example in doctest.DocTestParser().get_examples(cls.__doc__ or ""):
        for schedule in _made(example.source, known):
            if type(schedule) is cls:
                return _figure(schedule)
    return ""


def _figure(schedule: lrs.Schedule) -> str:
    formula = converter.convert(schedule.latex(), display="block")
    return f'<div class="picture">{picture(schedule)}</div><div class="formula">{formula}</div>'


def _made(source: str, known: dict[str, object]) -> list[object]:
    """Every schedule that the source builds, in the order of its calls."""
    made = []
    tree = ast.parse(source)
    for statement in tree.body:
        if isinstance(statement, ast.Assign):  # later examples name it
            with contextlib.suppress(Exception):  # an example may show what is refused
                exec(compile(ast.Module([statement], []), "example", "exec"), known)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call | ast.BinOp | ast.Subscript):
            try:
                value = eval(compile(ast.Expression(node), "example", "eval"), known)
            except Exception:  # an example may show what is refused
                continue
            if isinstance(value, lrs.Schedule):
                made.append(value)
    return made
