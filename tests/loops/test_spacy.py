"""spaCy's training loop, by a config."""

import io
import re

import pytest
import spacy
from recipes import cook, recipe
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from test_thinc import noting_rates

import lrsched as lrs

pytestmark = pytest.mark.loops

CONFIG = """
[nlp]
lang = "en"
pipeline = ["textcat"]

[components]

[components.textcat]
factory = "textcat"

[corpora]

[corpora.train]
@readers = "lrsched_rows.v1"

[corpora.dev]
@readers = "lrsched_rows.v1"

[training]
max_steps = 10
accumulate_gradient = 2

[training.batcher]
@batchers = "spacy.batch_by_sequence.v1"
size = 2
"""


def rows():
    """A reader of a corpus."""

    def read(nlp):
        for x in (0, 1) * 12:
            yield Example.from_dict(nlp.make_doc("a b"), {"cats": {"x": x, "y": 1 - x}})

    return read


@pytest.mark.parametrize("start", [0, 11])
def test_config(start):
    spacy.registry.readers("lrsched_rows.v1", func=rows)
    cook("spaCy")
    block = recipe("spaCy", language="ini")
    schedule = lrs.parse(re.search('schedule = "(.*)"', block)[1])
    text = CONFIG + block.replace("start = 0", f"start = {start}")
    config = spacy.util.load_config_from_str(text)
    config = spacy.util.load_model_from_config(config, auto_fill=True).config
    with noting_rates() as made:
        train(init_nlp(config), stdout=io.StringIO())
    # Its max_steps is the number of the last step, and the first has 0.
    assert made == [schedule(start + k) for k in range(11)]
