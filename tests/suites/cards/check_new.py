"""Loads cards that were made as Python's client does, and says whether it reads what was meant.

Each argument is a file of JSON: what `hubkit card new --format json` printed."""

import ast
import json
import re
import sys
import tempfile
from pathlib import Path

from huggingface_hub import DatasetCard, ModelCard, SpaceCard, metadata_load

CARDS = {"model": ModelCard, "dataset": DatasetCard, "space": SpaceCard}
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

snippets = 0
for path in map(Path, sys.argv[1:]):
    made = json.loads(path.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "README.md"
        file.write_bytes(made["card"].encode())
        card = CARDS[made["repo_type"]].load(file)
        loaded = metadata_load(file) or {}
    if card.data.to_dict() != made["metadata"] or loaded != made["metadata"]:
        sys.exit(f"{path}: {card.data.to_dict()} and {loaded}, not {made['metadata']}")
    for code in BLOCK.findall(card.text):
        tree = ast.parse(code)
        names = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}
        if not all(isinstance(names[name].value, str) for name in ("repo", "revision")):
            sys.exit(f"{path}: {code}")
        snippets += 1
print(len(sys.argv) - 1, snippets)
