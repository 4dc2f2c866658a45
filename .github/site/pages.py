"""A page for each public module, one that leads to them, and one to try schedules on."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import types
import typing
from pathlib import Path
from typing import Any

import frameworks
import pdoc
import pdoc.doc
import pdoc.render
import pictures
from pdoc import doc_types
from pygments.formatters import HtmlFormatter

import lrsched as lrs

ROOT = Path(__file__).parents[2]

# In the order of reading.
CHAPTERS = (
    *("shapes", "presets", "show", "ask", "data", "adapters", "compat"),
    *("cli", "feedback", "layers", "family"),
)


def build(folder: Path) -> None:
    """Writes the site into the folder."""
    frameworks.stand_in()
    pdoc.render.configure(
        docformat="google",
        show_source=False,
        include_undocumented=False,
        template_directory=Path(__file__).parent / "templates",
    )
    pdoc.render.env.globals.update(
        chapters=CHAPTERS,
        introduction=_introduction(),
        picture=pictures.of,
        first=_first,
        highlighting_in_the_dark=HtmlFormatter(style="github-dark").get_style_defs(".pdoc-code"),
    )
    pdoc.doc.safe_eval_type = _without_rules
    # Classes say that they are the top's, so pdoc would pass over them in their own files.
    for room in set(lrs._ROOMS.values()):
        names = [name for name, home in lrs._ROOMS.items() if home == room]
        vars(importlib.import_module(f"lrsched.{room}")).setdefault("__all__", names)
    modules = {name: pdoc.doc.Module.from_name(name) for name in _names()}
    # Each name is documented in its own room; only `Schedule`, whose room is private, is here.
    root = modules["lrsched"]
    root.__dict__["members"] = {"Schedule": root.members["Schedule"]}
    for name, module in modules.items():
        for each in module.classes:
            if issubclass(each.obj, lrs.Schedule):
                _keep(each)
        path = folder / f"{name.replace('.', '/')}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_reachable(pdoc.render.html_module(module, modules)), encoding="utf-8")
    (folder / "index.html").write_text(pdoc.render.html_index(modules), encoding="utf-8")
    (folder / "search.js").write_text(pdoc.render.search_index(modules), encoding="utf-8")
    (folder / "explorer.html").write_text(_explorer(), encoding="utf-8")


def _keep(schedule: pdoc.doc.Class) -> None:
    """What a person calls: of a schedule's class its constructor, of `Schedule` the methods too."""
    kept = ("__init__", *("source", "function", "latex") * (schedule.obj is lrs.Schedule))
    members = schedule.members
    schedule.__dict__["members"] = {name: members[name] for name in kept if name in members}


def _introduction() -> str:
    """The beginning of the README, up to its tables; its picture and its links stay there."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## The schedules")[0]
    text = re.sub(r"\[([^]]*)\]\(\.github/.*?\)", r"\1", re.sub(r"!\[.*?\]\(.*?\)\n", "", text))
    return text.partition("\n")[2]


def _first(module: pdoc.doc.Module) -> str:
    """The sentence that a docstring begins with."""
    return inspect.cleandoc(module.docstring).split("\n\n")[0].replace("\n", " ")


def _names() -> list[str]:
    """The rooms, the libraries that they know, and the files that public names come from.

    pdoc would take a package's `__all__` for the list of its modules.
    """
    walked = pkgutil.walk_packages(lrs.__path__, "lrsched.")
    found = [each.name.removeprefix("lrsched.") for each in walked if "._" not in each.name]
    return ["lrsched"] + [
        f"lrsched.{name}"
        for name in found
        if "." not in name
        or name.startswith(("adapters.", "compat."))
        or name in lrs._ROOMS.values()
    ]


def _without_rules(annotation: Any, *where: Any) -> Any:
    """The type alone: rules beside it are said in words by the docstrings."""
    known = doc_types.safe_eval_type(annotation, *where)
    try:
        return typing.get_type_hints(types.SimpleNamespace(__annotations__={"it": known}))["it"]
    except (TypeError, NameError, SyntaxError):  # a text that names what is imported for types only
        return known


def _reachable(html: str) -> str:
    """Without pdoc's links to members of the page that have no docstring, and so are not on it."""
    # `members[i](t)` in a formula is no link, though Markdown takes it for one.
    html = re.sub(r'<a href="(t[^"./#]*)">([^<]*)</a>', r"[\2](\1)", html)
    ids = set(re.findall(r'id="([^"]+)"', html))
    return re.sub(
        r'<a href="#([^"]+)">([^<]*)</a>',
        lambda link: link[0] if link[1] in ids else link[2],
        html,
    )


def _explorer() -> str:
    steps = 100_000
    warmup = lrs.LinearWarmup(2_000)
    return lrs.page(
        3e-4 * lrs.Sequence(warmup, lrs.CosineDecay(steps - 2_000, end=0.1)),
        3e-4 * lrs.Sequence(warmup, lrs.LinearDecay(steps - 2_000)),
        3e-4 * lrs.Sequence(warmup, lrs.Constant(1.0, steps=78_000), lrs.LinearDecay(20_000)),
        labels=["warmup and cosine", "warmup and linear", "warmup, stable, decay"],
    )
