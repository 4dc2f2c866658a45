"""The trainer of sentence-transformers, with a loss that has weights of its own."""

import pytest
from datasets import Dataset
from recipes import SCHEDULE, cook
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import SoftmaxLoss
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer, models, pre_tokenizers
from torch_loops import updates

pytestmark = pytest.mark.loops


@pytest.mark.parametrize("mapping", [{}, {"classifier": 1e-2}])
def test_trainer(mapping, tmp_path):
    """By updates, of two batches each; a checkpoint is taken up by a new trainer."""
    words = Tokenizer(models.WordLevel({"?": 0, "a": 1, "b": 2}, unk_token="?"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    model = SentenceTransformer(modules=[StaticEmbedding(words, embedding_dim=4)], device="cpu")
    loss = SoftmaxLoss(model, 4, num_labels=2)
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(tmp_path),
        max_steps=6,
        per_device_train_batch_size=2,
        gradient_accumulation_steps=2,
        learning_rate_mapping=mapping,
        save_steps=4,
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
        dataloader_pin_memory=False,
    )
    dataset = Dataset.from_dict({"x": ["a b"] * 24, "y": ["b"] * 24, "label": [0, 1] * 12})
    given = {"model": model, "loss": loss, "arguments": arguments, "dataset": dataset}
    rates = SCHEDULE
    groups = 2  # with weight decay, and without
    if mapping:
        rates, groups = [0 * SCHEDULE, SCHEDULE, 2 * SCHEDULE, 3 * SCHEDULE], 4
    for checkpoint in (None, str(tmp_path / "checkpoint-4")):
        with updates() as made:
            done = cook("sentence-transformers", schedule=rates, checkpoint=checkpoint, **given)
        first = 0 if checkpoint is None else 4
        ours = rates if mapping else [SCHEDULE] * groups
        assert made == [[schedule(k) for schedule in ours] for k in range(first, 6)]
    trained = [p for group in done.optimizer.param_groups for p in group["params"]]
    assert any(p is loss.classifier.weight for p in trained)
