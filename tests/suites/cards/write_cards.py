"""Writes cards with huggingface_hub, and prints what it then finds in each: write_cards.py FOLDER."""

import json
import sys
from pathlib import Path

from huggingface_hub import (
    DatasetCard,
    DatasetCardData,
    EvalResult,
    ModelCard,
    ModelCardData,
    SpaceCard,
    SpaceCardData,
)

RESULT = EvalResult(
    task_type="image-classification",
    dataset_type="beans",
    dataset_name="Beans, \"dried\"",
    metric_type="accuracy",
    metric_value=0.9,
    dataset_revision="0010",
)

CARDS = {
    "model": ModelCardData(
        language=["no", "en"], license="apache-2.0", library_name="timm", tags=["yes", "1_000", "2022-13-45", "a: b"],
        model_name="beans", eval_results=[RESULT], base_model="lab/larger", extra={"deep": [{"er": [None, 1.5e-7]}]},
    ),
    "dataset": DatasetCardData(
        pretty_name="Grünes Ei 🥚", size_categories="n<1K", task_categories=["text-classification"],
        configs=[{"config_name": "default", "data_files": [{"split": "train", "path": "a/*.csv"}]}],
        dataset_info={"features": [{"name": "x", "dtype": "int64"}], "splits": [{"name": "train", "num_bytes": 10**12}]},
    ),
    "space": SpaceCardData(title="Show: it", sdk="gradio", sdk_version="1.10", pinned=False, emoji="#"),
}

found = {}
for (name, data), card in zip(CARDS.items(), (ModelCard, DatasetCard, SpaceCard), strict=True):
    path = Path(sys.argv[1], name, "README.md")
    path.parent.mkdir()
    card(f"---\n{data.to_yaml()}\n---\n\n# {name}\n").save(path)
    found[str(path)] = card.load(path).data.to_dict()
print(json.dumps(found))
