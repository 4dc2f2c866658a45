"""timm's scheduler files as they are, without the rest of timm, which needs torchvision."""

import importlib
import importlib.util
import sys
import types
from pathlib import Path


def scheduler_files(*names):
    """Modules of timm.scheduler by their names."""
    spec = importlib.util.find_spec("timm")
    if spec is None:
        return importlib.import_module("timm")  # skips, or fails where the peers are promised
    home = Path(spec.submodule_search_locations[0])
    before = {name: sys.modules.get(name) for name in ("timm", "timm.scheduler")}
    for name, folder in (("timm", home), ("timm.scheduler", home / "scheduler")):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__path__ = [str(folder)]
    try:
        return [importlib.import_module(f"timm.scheduler.{name}") for name in names]
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "timm"]:
            del sys.modules[name]
        sys.modules.update({k: v for k, v in before.items() if v is not None})
