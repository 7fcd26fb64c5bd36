"""Results as huggingface_hub writes them: check_results.py cases, and check_results.py check FOLDER, which is what was made of them.

A case is a list of results; each is a list of words for `hubkit card eval add`.
"""

import json
import sys
from pathlib import Path

import yaml
from huggingface_hub import EvalResult, EvalResultEntry, ModelCard, eval_result_entries_to_yaml, parse_eval_result_entries
from huggingface_hub.repocard import metadata_load
from huggingface_hub.repocard_data import eval_results_to_model_index

COMMIT = "5503434ddd753f426f4b38109466949a1217c2bb"
TEXTS = ["no", "0010", "a: b # c", "ü 🥚", "two\nlines", "2026-01-02", "~", "it's \"so\"", "- x", "{a}", "1e3", "null", "a\tb", "x" * 300]
NUMBERS = [20.9, 0, -1.5, 1e-7, 1e22, 123456789012, 0.1, 99.99999999999999, -0.0]

ENTRIES = [
    [EvalResultEntry("cais/hle", "default", number, date="2026-01-02", notes=f"run {at}") for at, number in enumerate(NUMBERS)],
    [EvalResultEntry("lab/words", "spelling", 1, notes=text, source_url="https://example.org/?a=b#c", source_name=text.strip().split("\n")[0].replace("\t", " ")) for text in TEXTS],
    [
        EvalResultEntry(
            "Idavidrein/gpqa", "gpqa_diamond", 0.412, dataset_revision=COMMIT, verify_token="eyJhbGciOiJIUzI1NiJ9.e30.x_-",
            date="2025-01-15T10:30:00Z", source_url="https://huggingface.co/datasets/cais/hle", source_name="CAIS HLE",
            source_user="0010", source_org="cais", notes="no-tools",
        ),
        EvalResultEntry("Idavidrein/gpqa", "10", 0.5), EvalResultEntry("MathArena/aime_2026", "MathArena/aime_2026", 7),
        EvalResultEntry("gsm8k", "no", 1.0),
    ],
]


def result(metric, value, **more):
    given = {"task_type": "text-classification", "dataset_type": "glue", "dataset_name": "glue", "metric_type": metric, "metric_value": value}
    return EvalResult(**{**given, **more})


RESULTS = [
    [result("accuracy", number, metric_name=f"run {at}") for at, number in enumerate(NUMBERS)],
    [result("wer", "20.0 ± 1.2", dataset_config="no", dataset_split="0010", dataset_revision=COMMIT), result("cer", 3, dataset_config="no", dataset_split="0010", dataset_revision=COMMIT),
     result("cer", 3, dataset_config="fr")],
    [result("f1", 0.5, task_name=text.replace("\n", " ").replace("\t", " "), dataset_name=text.replace("\n", " ").replace("\t", " "), dataset_type=f"set {at}",
            metric_name="F1: test", metric_config="yes", verify_token="eyJ.x.y", source_url="https://example.org/a b".replace(" ", "%20"), source_name="Logs #1")
     for at, text in enumerate(TEXTS)],
]

# Which option says what. Signatures are in a file.
OPTIONS = {
    "dataset_id": "--dataset", "task_id": "--task", "value": "--value", "dataset_revision": "--dataset-revision", "date": "--date",
    "source_url": "--source-url", "source_name": "--source-name", "source_user": "--source-user", "source_org": "--source-org",
    "notes": "--notes", "task_type": "--task-type", "dataset_type": "--dataset", "dataset_name": "--dataset-name",
    "metric_type": "--metric", "metric_value": "--value", "task_name": "--task-name", "dataset_config": "--dataset-config",
    "dataset_split": "--dataset-split", "metric_name": "--metric-name", "metric_config": "--metric-config",
}


def words(given):
    fields = {name: value for name, value in vars(given).items() if value is not None}
    token = fields.pop("verify_token", None)
    return {"words": [f"{OPTIONS[name]}={value}" for name, value in fields.items()], "token": token}


def same(what, ours, theirs):
    # In the order of the names, too.
    if json.dumps(ours) != json.dumps(theirs):
        wrong.append(f"{what}\n  ours:   {ours}\n  theirs: {theirs}")


wrong = []
if sys.argv[1] == "cases":
    print(json.dumps([[words(given) for given in case] for case in ENTRIES + RESULTS]))
    sys.exit()
for at, case in enumerate(ENTRIES):
    folder = Path(sys.argv[2], str(at), ".eval_results")
    ours = {}
    for path in folder.iterdir():
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        ours[found[0]["dataset"]["id"]] = found
    theirs = {}
    for entry in eval_result_entries_to_yaml(case):
        theirs.setdefault(entry["dataset"]["id"], []).append(entry)
    same(folder, dict(sorted(ours.items())), dict(sorted(theirs.items())))
    parsed = [entry for name in theirs for entry in parse_eval_result_entries(ours[name])]
    if parsed != case:
        wrong.append(f"{folder}: parsed as {parsed}")
for at, case in enumerate(RESULTS, len(ENTRIES)):
    path = Path(sys.argv[2], str(at), "README.md")
    same(path, metadata_load(path)["model-index"], eval_results_to_model_index("tiny", case))
    card = ModelCard.load(path)
    if card.data.eval_results != case or card.data.model_name != "tiny":
        wrong.append(f"{path}: loaded as {card.data.model_name} {card.data.eval_results}")
print(json.dumps(wrong))
