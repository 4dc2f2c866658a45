"""Names for curves that stand side by side: what tells the schedules apart, the rest left out."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from lrsched.ask.describe import shortened

# Characters of a name that is read at a glance, and of the longest there is room for.
_FEW, _MOST = 36, 72

_SAME = "…"


def labels_of(texts: Sequence[str]) -> list[str]:
    """A name for each of the texts of some schedules.

    Short ones are as they are. Of long ones that are built alike, what they have in common is left
    out; others that are too long say how they are built.

    >>> run = "3e-4 * Sequence(LinearWarmup(2000), CosineDecay(98000, end={}))"
    >>> print(*labels_of([run.format(0.1), run.format(0), "Noam(512, 4000)"]), sep="\\n")
    … * Sequence(…, CosineDecay(…, end=0.1))
    … * Sequence(…, CosineDecay(…, end=0))
    Noam(512, 4000)
    >>> print(*labels_of([run.format("0.1 + 0.1 + 0.1 + 0.1")]))
    0.0003 * Sequence(LinearWarmup(…), CosineDecay(…))
    """
    names = list(texts)
    if max(map(len, names)) > (_FEW if len(names) > 1 else _MOST):
        # A text of a user's own may be no expression.
        with contextlib.suppress(SyntaxError, ValueError, MemoryError, RecursionError):
            names = _told_apart(
                [ast.parse(text.strip(), mode="eval").body for text in texts], names
            )
    cut = [shortened(name, _MOST) for name in names]
    # Where it was cut, a name may have lost what is its own.
    return cut if len(set(cut)) == len(set(texts)) else _around_the_difference(list(texts))


def _told_apart(trees: Sequence[ast.expr], texts: Sequence[str]) -> list[str]:
    names = list(texts)
    kinds: dict[str, list[int]] = {}
    for i, tree in enumerate(trees):
        kinds.setdefault(_skeleton(tree), []).append(i)
    for members in kinds.values():
        alike = [trees[i] for i in members]
        if len({ast.dump(tree) for tree in alike}) > 1:
            alike = _differences(alike)
            for i, tree in zip(members, alike, strict=True):
                names[i] = ast.unparse(tree)
        for i, tree in zip(members, alike, strict=True):
            if len(names[i]) > _MOST:
                names[i] = ast.unparse(_Built().visit(tree))
    return names


def _skeleton(tree: ast.AST) -> str:
    """How an expression is built, without its numbers."""
    inside = ",".join(filter(None, map(_skeleton, ast.iter_child_nodes(tree))))
    match tree:
        case ast.Call(func=function):
            return f"{ast.unparse(function)}({inside})"
        case ast.BinOp(op=op):
            return f"{type(op).__name__}({inside})"
    return inside


class _Built(ast.NodeTransformer):
    """Leaves out the arguments of what is built of nothing."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        inside = [child for part in [*node.args, *node.keywords] for child in ast.walk(part)]
        if any(isinstance(child, ast.Call) for child in inside):
            return self.generic_visit(node)  # type: ignore[return-value]
        return ast.Call(node.func, [_same()] if inside else [], [])


def _same() -> ast.expr:
    return ast.Name(_SAME)


def _is_same(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Name) and tree.id == _SAME


def _differences(trees: Sequence[Any]) -> list[Any]:
    """Each of several expressions, what is the same in all of them left out."""
    if len({ast.dump(tree) for tree in trees}) == 1:
        return [_same() for _ in trees]
    if len({(type(tree), _head(tree)) for tree in trees}) > 1:
        return list(trees)
    match trees[0]:
        case ast.Call(func=function):
            return [ast.Call(function, *given) for given in _arguments(trees)]
        case ast.BinOp(op=op):
            left = _differences([tree.left for tree in trees])
            right = _differences([tree.right for tree in trees])
            return [ast.BinOp(a, op, b) for a, b in zip(left, right, strict=True)]
        case ast.List() | ast.Tuple():
            return [ast.List(_once(row)) for row in _rows([tree.elts for tree in trees])]
    return list(trees)


def _head(tree: ast.expr) -> str:
    match tree:
        case ast.Call(func=function):
            return ast.unparse(function)
        case ast.BinOp(op=op):
            return type(op).__name__
    return ""


def _arguments(trees: Sequence[ast.Call]) -> list[tuple[list[ast.expr], list[ast.keyword]]]:
    placed = _rows([tree.args for tree in trees])
    named = [{word.arg: word.value for word in tree.keywords} for tree in trees]
    told: list[list[ast.keyword]] = [[] for _ in trees]
    for name in dict.fromkeys(name for words in named for name in words):
        having = [i for i, words in enumerate(named) if name in words]
        values = [named[i][name] for i in having]
        if len(having) == len(trees):
            values = _differences(values)
        for i, value in zip(having, values, strict=True):
            if _is_same(value):
                placed[i].append(value)
            else:
                told[i].append(ast.keyword(name, value))
    return [(_once(row), words) for row, words in zip(placed, told, strict=True)]


def _rows(lists: Sequence[Sequence[ast.expr]]) -> list[list[ast.expr]]:
    """Members of lists: what all of them begin and end with is left out, and between it, where
    there are as many, what each has in common with those at its place."""
    texts = [[ast.dump(member) for member in members] for members in lists]
    least = min(map(len, texts))
    front = _common(texts, least, lambda i: i)
    back = _common(texts, least - front, lambda i: -1 - i)
    own = [list(members[front : len(members) - back]) for members in lists]
    if len(set(map(len, own))) == 1:
        columns = [_differences(column) for column in zip(*own, strict=True)]
        own = [[column[i] for column in columns] for i in range(len(lists))]
    return [[_same()] * front + row + [_same()] * back for row in own]


def _common(texts: Sequence[Sequence[str]], most: int, place: Callable[[int], int]) -> int:
    many = 0
    while many < most and len({row[place(many)] for row in texts}) == 1:
        many += 1
    return many


def _once(members: Sequence[ast.expr]) -> list[ast.expr]:
    """One ellipsis for several in a row."""
    return [
        m for i, m in enumerate(members) if not (i and _is_same(m) and _is_same(members[i - 1]))
    ]


def _around_the_difference(names: list[str]) -> list[str]:
    """Cut in front too: what all of them begin with is known from the others."""
    texts = list(dict.fromkeys(names))
    common = _common(texts, min(map(len, texts)), lambda i: i)
    begin = max(0, common - _MOST // 3)
    return [shortened(name if begin == 0 else _SAME + name[begin:], _MOST) for name in names]
