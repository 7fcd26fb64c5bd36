"""Data sets, what hubkit says of them, and what mlcroissant makes of that: croissant.py CHECK HUBKIT FOLDER [CARDS…]."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from datetime import datetime
from pathlib import Path

os.environ["CROISSANT_CACHE"] = str(Path(sys.argv[3], "cache"))

import mlcroissant
import pandas
import pyarrow
import pyarrow.parquet
import yaml
from absl import logging
from huggingface_hub import DatasetCard

logging.set_verbosity(logging.ERROR)
HUBKIT = sys.argv[2]
FOLDER = Path(sys.argv[3])
REPOS = FOLDER / "hub/datasets/lab"

PARQUET = """
dataset_info:
  features:
  - {name: text, dtype: string}
  - {name: n, dtype: int32}
  - {name: big, dtype: uint64}
  - {name: half, dtype: float32}
  - {name: yes, dtype: bool}
  - {name: label, dtype: {class_label: {names: {'0': neg, '1': pos}}}}
  - {name: vector, list: float64}
  - {name: board, dtype: {array2_d: {shape: [2, 2], dtype: int8}}}
  - {name: when, dtype: 'timestamp[us]'}
  - name: meta
    struct:
    - {name: page, dtype: int64}
    - {name: "it's", dtype: string}
"""


def _rows(first, count):
    return [{
        "text": f"Zeile {n}, \"ü\"", "n": n - 5, "big": 2**63 + n, "half": n / 4, "yes": n % 2 == 0, "label": n % 2,
        "vector": [n / 3, float(n)], "board": [[n, 1], [2, 3]], "when": datetime(2026, 1, 1 + n, 12, 30),
        "meta": {"page": n, "it's": f"p{n}"},
    } for n in range(first, first + count)]


TYPES = pyarrow.schema([
    ("text", pyarrow.string()), ("n", pyarrow.int32()), ("big", pyarrow.uint64()), ("half", pyarrow.float32()),
    ("yes", pyarrow.bool_()), ("label", pyarrow.int64()), ("vector", pyarrow.list_(pyarrow.float64())),
    ("board", pyarrow.list_(pyarrow.list_(pyarrow.int8()))), ("when", pyarrow.timestamp("us")),
    ("meta", pyarrow.struct([("page", pyarrow.int64()), ("it's", pyarrow.string())])),
])


def write():
    """Data sets of every format that rows can be loaded from."""
    def add(repo, path, text):
        path = REPOS / repo / path
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, str):
            path.write_text(text)
        else:
            pyarrow.parquet.write_table(pyarrow.Table.from_pylist(text, TYPES), path)

    def card(repo, metadata):
        add(repo, "README.md", f"---\nlicense: mit\nlanguage: [de, en]\n{metadata}\n---\n# Rows\n\nRows, to be loaded.\n")

    # Nothing but files: their names tell the splits, and a look into them the columns.
    card("table", "tags: [rows]")
    add("table", "data/train.csv", "word,n,share,the \"column\"\nhub,1,0.5,\"a,\nb\"\nmirror,-2,,c\nü,3,1e3,\n")
    add("table", "data/test.csv", "word,n,share,the \"column\"\nx,4,2,y\n")
    add("table", "notes/my list.tsv", "a\tb\n1\t2\n")
    # A card that names files and columns, and lines of JSON under another ending.
    lines = [{"word": f"w{n}", "n": n, "tags": ["a"] * n, "meta": {"page": n, "ok": True}} for n in range(5)]
    card("lines", "configs:\n- config_name: words\n  data_files:\n  - {split: train, path: a b.jsonl}\n"
                  "  - {split: held_out, path: other.json}\n")
    add("lines", "a b.jsonl", "\n".join(map(json.dumps, lines[:3])) + "\n")
    add("lines", "other.json", "\n".join(map(json.dumps, lines[3:])))
    # A list of JSON below a name.
    card("list", "configs:\n- config_name: default\n  field: rows\n  data_files: train.json")
    rows = [{"word": "a", "a b": 1, "it's": None}, {"word": "b", "a b": 2, "it's": "x"}]
    add("list", "train.json", json.dumps({"version": 1, "rows": rows}))
    card("columns", PARQUET)
    add("columns", "data/train-00000-of-00001.parquet", _rows(0, 7))
    add("columns", "data/test-00000-of-00001.parquet", _rows(7, 2))
    # More than one file in a split.
    card("shards", PARQUET)
    for shard in range(3):
        add("shards", f"data/train-{shard:05}-of-00003.parquet", _rows(shard * 3, 3))


def _hubkit(*words, code=0):
    outcome = subprocess.run([HUBKIT, *map(str, words)], capture_output=True, text=True)
    assert outcome.returncode == code, (words, outcome.returncode, outcome.stderr)
    return outcome


def _source(path, name):
    """The rows of a file, read without mlcroissant."""
    if path.suffix == ".parquet":
        return pyarrow.parquet.read_table(path).to_pylist()
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]
    text = path.read_text()
    return json.loads(text)["rows"] if name == "list" else [json.loads(line) for line in text.splitlines()]


def _plain(value):
    """A value of mlcroissant as Python has it."""
    if isinstance(value, dict):
        return {key.split("/")[-1]: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, pandas.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def _same(ours, theirs):
    # Names that hold more than letters are written in another way.
    clean = {"".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in key): value
             for key, value in theirs.items()}
    assert ours.keys() == clean.keys(), (ours, clean)
    for key, value in clean.items():
        if isinstance(value, dict):
            _same(ours[key], value)
        elif isinstance(value, str) and isinstance(ours[key], (int, float)):
            assert ours[key] == float(value), (key, ours[key], value)
        else:
            assert ours[key] == value, (key, ours[key], value)


SPLITS = {
    "table": {"default_train": ["data/train.csv"], "default_test": ["data/test.csv"]},
    "lines": {"words_train": ["a b.jsonl"], "words_held_out": ["other.json"]},
    "list": {"default_train": ["train.json"]},
    "columns": {f"default_{split}": [f"data/{split}-00000-of-00001.parquet"] for split in ("train", "test")},
    "shards": {"default_train": [f"data/train-{shard:05}-of-00003.parquet" for shard in range(3)]},
}


def _check_records(name, document):
    dataset = mlcroissant.Dataset(document)
    found = {records.id for records in dataset.metadata.record_sets if not records.id.endswith("_splits")}
    assert found == SPLITS[name].keys(), (name, found)
    for records, files in SPLITS[name].items():
        ours = [_plain(record) for record in dataset.records(records)]
        theirs = [row for file in files for row in _source(REPOS / name / file, name)]
        assert len(ours) == len(theirs) > 0, (name, records, len(ours))
        for one, other in zip(ours, theirs, strict=True):
            assert one.pop("split") == records.split("_", 1)[1]
            _same(one, other)


def the_records_of_a_folder_are_those_of_its_files():
    for name in SPLITS:
        _hubkit("card", "croissant", REPOS / name, "-o", REPOS / name / "croissant.json")
        _check_records(name, REPOS / name / "croissant.json")
        # Made anew, a document does not list itself.
        again = _hubkit("card", "croissant", REPOS / name, "-o", REPOS / name / "croissant.json", "--force")
        assert "croissant.json" not in (REPOS / name / "croissant.json").read_text(), again
        # Nor is one that lies there taken for data.
        printed = json.loads(_hubkit("card", "croissant", REPOS / name).stdout)
        assert printed["recordSet"] == json.loads((REPOS / name / "croissant.json").read_text())["recordSet"], name


def a_card_that_is_imported_describes_the_same_records():
    for name in SPLITS:
        document, copy = FOLDER / f"{name}.json", FOLDER / "copies" / name
        _hubkit("card", "croissant", REPOS / name, "-o", document)
        shutil.copytree(REPOS / name, copy)
        (copy / "README.md").unlink()
        _hubkit("card", "import", document, "--into", copy / "README.md")
        again = json.loads(_hubkit("card", "croissant", copy).stdout)
        described = json.loads(document.read_text())
        for key in ("license", "inLanguage", "description", "keywords", "distribution"):
            assert again.get(key) == described.get(key), (name, key, again.get(key), described.get(key))
        by_id = [{part["@id"]: part for part in whole["recordSet"]} for whole in (described, again)]
        assert by_id[0] == by_id[1], (name, *by_id)
        # Nothing is added twice, and Python's client reads what was written.
        written = (copy / "README.md").read_bytes()
        _hubkit("card", "import", document, "--into", copy / "README.md")
        assert (copy / "README.md").read_bytes() == written
        assert DatasetCard.load(copy / "README.md").data.license == "mit"


def every_document_passes_the_validator():
    for name in SPLITS:
        document = FOLDER / f"{name}.json"
        _hubkit("card", "croissant", REPOS / name, "-o", document)
        program = Path(sys.executable).parent / "mlcroissant"
        outcome = subprocess.run([program, "validate", "--jsonld", document], capture_output=True, text=True)
        assert outcome.returncode == 0, outcome.stderr
    # It would refuse one with a part missing.
    broken = json.loads(document.read_text())
    broken["distribution"] = []
    document.write_text(json.dumps(broken))
    outcome = subprocess.run([program, "validate", "--jsonld", document], capture_output=True, text=True)
    assert outcome.returncode == 1, outcome


def a_flipped_byte_is_refused_by_its_digest():
    folder = REPOS / "table"
    _hubkit("card", "croissant", folder, "-o", folder / "croissant.json")
    data = folder / "data/test.csv"
    data.write_bytes(data.read_bytes().replace(b"x,4", b"x,5"))
    dataset = mlcroissant.Dataset(folder / "croissant.json")
    assert len(list(dataset.records("default_train"))) == 3
    try:
        list(dataset.records("default_test"))
    except mlcroissant.GenerationError as error:
        assert "Hash of downloaded file" in str(error.__cause__), error.__cause__
    else:
        raise AssertionError("other bytes were taken for those of the document")


def hub_the_records_of_a_repository_are_those_of_its_files():
    for name in SPLITS:
        document = FOLDER / f"{name}.json"
        _hubkit("card", "croissant", f"lab/{name}", "-o", document)
        if name == "shards":
            # mlcroissant 1.1.1 can't read a set of files that are not in one archive: it is sound, and no more is asked.
            mlcroissant.Dataset(document)
        else:
            _check_records(name, document)
        described = json.loads(document.read_text())
        # The server says the same of it, and mlcroissant asks the server itself.
        address = f"{os.environ['HF_ENDPOINT']}/api/datasets/lab/{name}/croissant"
        with urllib.request.urlopen(address) as answer:
            assert json.load(answer) == described, name
        if name != "shards":
            _check_records(name, address)
        assert all("/resolve/" in file.get("contentUrl", "/resolve/") for file in described["distribution"])


def _files(metadata):
    """Names of files that a card may mean."""
    configs, info = metadata.get("configs"), metadata.get("dataset_info")
    paths = []
    for config in configs if isinstance(configs, list) else []:
        listed = config.get("data_files") if isinstance(config, dict) else None
        for item in listed if isinstance(listed, list) else [listed]:
            path = item.get("path") if isinstance(item, dict) else item
            paths += path if isinstance(path, list) else [path]
    if not paths and isinstance(info, (dict, list)):
        paths = ["data/train-00000-of-00001.parquet"]
    named = {re.sub(r"\*+|\[[^]]*\]|\?", "0", path) for path in paths if isinstance(path, str)}
    is_file = re.compile(r"[\w .-]+(/[\w .-]+)*\.\w+")
    return [path for path in named if is_file.fullmatch(path) and not any(part[0] == "." for part in path.split("/"))]


def every_card_gives_a_document_that_validates():
    described = refused = with_records = 0
    for card in sorted(path for folder in sys.argv[4:] for path in Path(folder).glob("*.md")):
        folder = FOLDER / "cards" / f"{described + refused}"
        folder.mkdir(parents=True)
        (folder / "README.md").write_bytes(card.read_bytes())
        try:
            metadata = yaml.safe_load(card.read_text(encoding="utf-8").split("---\n")[1])
        except (IndexError, ValueError, yaml.YAMLError):
            metadata = None
        for path in _files(metadata) if isinstance(metadata, dict) else []:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(b"a")
        outcome = subprocess.run([HUBKIT, "card", "croissant", folder, "--repo-type", "dataset"], capture_output=True, text=True)
        if outcome.returncode == 7:
            # Metadata that the Hub refuses too.
            assert "malformed" in outcome.stderr or "metadata can't be read" in outcome.stderr, (card, outcome)
            refused += 1
            continue
        assert outcome.returncode == 0, (card, outcome)
        described += 1
        document = json.loads(outcome.stdout)
        with_records += "recordSet" in document
        try:
            mlcroissant.Dataset(document)
        except mlcroissant.ValidationError as error:
            raise AssertionError(f"{card}: {error}") from error
    print(json.dumps({"described": described, "with_records": with_records, "refused": refused}))
    # Hand-made cards describe no columns; those of other people do.
    assert described > refused > 0 and (with_records > 0 or len(sys.argv) == 5)


def main():
    write()
    if sys.argv[1] != "write":
        globals()[sys.argv[1]]()


main()
