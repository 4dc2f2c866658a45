"""Ultralytics' whole training of a small detector, by another Python, with images of noise.

A stub is torchvision, of which there may be no build for a CPU's torch: it is an empty module.
"""

import contextlib
import csv
import json
import os
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from elsewhere import elsewhere
from recipes import SCHEDULE, cook
from wheels import package

pytestmark = pytest.mark.loops

DETECTOR = """
nc: 1
backbone:
  - [-1, 1, Conv, [4, 3, 2]]
  - [-1, 1, Conv, [4, 3, 2]]
  - [-1, 1, Conv, [4, 3, 2]]
head:
  - [[2], 1, Detect, [nc]]
"""
FILES = ("ultralytics", "8.4.190")


def test_training(tmp_path):
    """Three epochs of four batches, of which two make an update; stopped in the second's end."""
    first, second, logged = elsewhere(__file__, str(tmp_path), first=package(*FILES))
    assert first == [[SCHEDULE(k)] * 3 for k in range(4)]
    assert second == [[SCHEDULE(k)] * 3 for k in range(4, 6)]
    # Resumed, the first batch makes an update alone; the last one waits for another.
    assert logged == pytest.approx([SCHEDULE(k) for k in (1, 3, 6)], rel=1e-5)


class StoppedError(Exception):
    """A run ends in its midst."""


def files(folder):
    """Images with a box in each, and what describes the data and the model."""
    from PIL import Image

    random = np.random.default_rng(0)
    for split in ("train", "val"):
        for kind in ("images", "labels"):
            (folder / kind / split).mkdir(parents=True)
        for i in range(8):
            noise = random.integers(0, 256, (32, 32, 3), dtype="uint8")
            Image.fromarray(noise).save(folder / "images" / split / f"{i}.png")
            (folder / "labels" / split / f"{i}.txt").write_text("0 0.5 0.5 0.4 0.4\n")
    text = f"path: {folder}\ntrain: images/train\nval: images/val\nnames: {{0: x}}\n"
    (folder / "data.yaml").write_text(text)
    (folder / "detector.yaml").write_text(DETECTOR)


def run(folder):
    from torch_loops import updates
    from ultralytics.engine.trainer import BaseTrainer

    size = {"epochs": 3, "imgsz": 32, "batch": 2, "nbs": 4}
    plain = {"device": "cpu", "amp": False, "plots": False, "workers": 0}
    given = {"data": folder / "data.yaml"}
    save = BaseTrainer.save_model

    def save_and_stop(self):
        save(self)
        if self.epoch == 1:
            raise StoppedError

    BaseTrainer.save_model = save_and_stop
    options = size | plain | {"project": str(folder)}
    with updates() as first, contextlib.suppress(StoppedError):
        cook("Ultralytics", weights=folder / "detector.yaml", options=options, **given)
    BaseTrainer.save_model = save
    with updates() as second:
        last = folder / "train/weights/last.pt"
        cook("Ultralytics", weights=last, options={"resume": True}, **given)
    with open(folder / "train/results.csv") as file:
        logged = [float(row["lr/pg0"]) for row in csv.DictReader(file)]
    return first, second, logged


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    os.environ |= {"YOLO_CONFIG_DIR": str(folder), "YOLO_OFFLINE": "true"}
    sys.modules["torchvision"] = ModuleType("torchvision")
    files(folder)
    print("\n" + json.dumps(run(folder)))
