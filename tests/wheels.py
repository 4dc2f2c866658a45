"""Frameworks' own files, from their published packages, without what they would drag in.

A package whose scheduler file is a few pages and whose dependencies are gigabytes is fetched alone
and unpacked into a cache; the file is loaded by its path. What it imports and a schedule has no use
for is a stub.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lrsched-tests"


@functools.cache
def package(name: str, version: str, *, source: bool = False) -> Path:
    """The folder of a package's files; `source` where it is published as source alone."""
    place = CACHE / f"{name}-{version}"
    if place.exists():
        return place
    CACHE.mkdir(parents=True, exist_ok=True)
    # Unpacked aside and moved: two processes that want it at once each find it whole.
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        kind = ["--no-build-isolation"] if source else ["--only-binary", ":all:"]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *kind]
        subprocess.run([*command, f"{name}=={version}", "--dest", folder], check=True)
        (archive,) = Path(folder).iterdir()
        unpacked = Path(folder, "unpacked")
        if source:
            with tarfile.open(archive) as file:
                file.extractall(unpacked, filter="data")
            (unpacked,) = unpacked.iterdir()
        else:
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(unpacked)
        with contextlib.suppress(OSError):  # somebody else was first
            unpacked.rename(place)
    return place


@contextlib.contextmanager
def standing_in(stubs: Mapping[str, Any]) -> Iterator[None]:
    """Modules of these names, with these attributes, for as long as something is imported."""
    before = {name: sys.modules.get(name) for name in stubs}
    for name, attributes in stubs.items():
        module = attributes if isinstance(attributes, ModuleType) else ModuleType(name)
        if not isinstance(attributes, ModuleType):
            vars(module).update({"__path__": [], **attributes})
        sys.modules[name] = module
    try:
        yield
    finally:
        for name, module in before.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module


def load(path: Path, name: str, stubs: Mapping[str, Any] | None = None) -> ModuleType:
    """A file as a module of this name; the stubs are gone when it is loaded, and so is it."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with standing_in({**(stubs or {}), name: module}):
        spec.loader.exec_module(module)
    return module
