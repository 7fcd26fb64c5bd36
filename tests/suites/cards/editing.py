"""Cards that hubkit changed, as Python's client reads them: editing.py CHECK HUBKIT FOLDER CARDS…

What a change should do to a card is worked out here, from what the client reads and where PyYAML finds it.
"""

import copy
import json
import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml
from huggingface_hub import RepoCard, metadata_update
from huggingface_hub.repocard import REGEX_YAML_BLOCK, metadata_load

HUBKIT = sys.argv[2]
FOLDER = Path(sys.argv[3])

# Texts that one version of YAML or the other takes for something else, or that need quotes.
WORDS = """no Yes on y n true null ~ 010 0o7 0b1 0x1F 1_000 1:30 190:20:30 1.5 1e3 1.0e+3 12e03 .5 -.inf .NaN +1 = <<
2022-01-01 2022-13-45 2001-12-14t21:59:43.10-05:00 1.10 - -x ? ! a:b a: #a a#b @a `a` %a &a *a [a {a |a >a 'a "a, é 🥚""".split()
WORDS += ["", " a", "a ", "a: b", "a #b", "a\nb", "a\n", "\ta", "\u0085", "\u2028", "\ufeff", "2001-12-14 21:59:43", "x\\y"]


def _listed(value):
    return [] if value is None else value if isinstance(value, list) else [value]


def _append(data):
    items = _listed(data.get("tags"))
    if isinstance(data.get("tags"), dict):
        return None
    return data | {"tags": items if "rust" in items else [*items, "rust"]}


def _remove(data):
    return {key: value for key, value in data.items() if key != _first(data)}


def _first(data):
    return next(iter(data), None)


def _emissions(data):
    emissions = data.get("co2_eq_emissions") or {}
    return data | {"co2_eq_emissions": emissions | {"emissions": 1.5}} if isinstance(emissions, dict) else None


GIVEN = {"license": "gpl-3.0", "thumbnail": "no", "inference": {"parameters": {"n": 1, "w": "1:30"}}, "hubkit": [WORDS]}


def _merge(data):
    inference = data.get("inference")
    inference = inference if isinstance(inference, dict) else {}
    parameters = (inference.get("parameters") or {}) | GIVEN["inference"]["parameters"]
    # A list of one says what the one says.
    license = data.get("license") if data.get("license") == [GIVEN["license"]] else GIVEN["license"]
    return data | GIVEN | {"license": license, "inference": inference | {"parameters": parameters}}


# For each change the words of the command, the names at the top that it is about, and what it makes of the metadata.
CHANGES = {
    "set": (lambda _: ["set", "license=gpl-3.0"], lambda _: {"license"}, lambda data: data | {"license": "gpl-3.0"}),
    "words": (
        lambda _: ["set", f"hubkit:={json.dumps(WORDS)}"], lambda _: {"hubkit"}, lambda data: data | {"hubkit": WORDS},
    ),
    "append": (lambda _: ["set", "tags+=rust"], lambda _: {"tags"}, _append),
    "deep": (lambda _: ["set", "co2_eq_emissions.emissions=1.5"], lambda _: {"co2_eq_emissions"}, _emissions),
    "remove": (lambda data: ["remove", f"\"{_first(data)}\""], lambda data: {_first(data)}, _remove),
    "merge": (lambda _: ["merge", FOLDER / "given.json", "--overwrite"], lambda _: set(GIVEN), _merge),
}


def _same(left, right):
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return math.isnan(right)
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_same(value, right[key]) for key, value in left.items())
    return left == right


def _difference(wanted, after):
    names = [name for name in wanted | after if not _same(wanted.get(name), after.get(name))]
    return {name: (wanted.get(name), after.get(name)) for name in names}


def _text(path):
    return path.read_bytes().decode("utf-8")


def _regions(block, names):
    """The lines of the block that hold the values of these names, by PyYAML's own places; the first is 0."""
    root = yaml.compose(block, Loader=yaml.SafeLoader)
    if root is None:
        return [(0, max(1, len(block.splitlines())))] if not block.strip() else []
    if root.flow_style:
        return [(root.start_mark.line, root.end_mark.line + 1)]
    lines = block.splitlines()
    regions = []
    for key, value in root.value:
        if key.value not in names:
            continue
        end = value.end_mark.line + (value.end_mark.column > 0)
        is_text = isinstance(value, yaml.ScalarNode) and value.style in ("|", ">")
        while end > key.start_mark.line + 1 and end <= len(lines):
            line = lines[end - 1]
            # A remark that stands further to the right than the name belongs to it.
            if line.strip() and (is_text or not line.startswith("#")):
                break
            end -= 1
        regions.append((key.start_mark.line, end))
    return regions


def _check_lines(before, after, names):
    """Every line outside of the regions is in both, in the same order, and what is new stands in one place each."""
    match = REGEX_YAML_BLOCK.search(before)
    above = len(before[: match.start(2)].splitlines(keepends=True))
    regions = [(above + start, above + end) for start, end in _regions(match.group(2), names)]
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    at = kept = 0
    for start, end in [*regions, (len(old), len(old))]:
        for line in old[kept:start]:
            # What is new may stand before a line that stays; it is then looked for further down.
            while at < len(new) and new[at] != line:
                at += 1
            assert at < len(new), f"{line!r} is gone, or stands elsewhere"
            at += 1
        kept = end
    changed = sum(end - start for start, end in regions)
    assert len(regions) == len(names) or len(new) >= len(old) - changed


def _change(path, name):
    """What became of one change to one card: edited, refused, or not read."""
    words, names, make = CHANGES[name]
    card = FOLDER / f"{path.parent.name}-{path.stem}-{name}.md"
    card.write_bytes(path.read_bytes())
    try:
        before = metadata_load(card)
    except (yaml.YAMLError, ValueError, TypeError, UnicodeDecodeError):
        return "unread"
    data = before or {}
    wanted = make(copy.deepcopy(data)) if isinstance(_first(data), str) or name != "remove" else None
    if wanted is None:
        return "none"
    command, *rest = words(data)
    outcome = subprocess.run([HUBKIT, "card", command, card, *rest], capture_output=True, text=True, check=False)
    if outcome.returncode:
        assert card.read_bytes() == path.read_bytes(), f"{card} changed, though refused"
        return f"refused {outcome.returncode} {path.stem} {name}: {outcome.stderr.strip().splitlines()[0]}"
    after = metadata_load(card) or {}
    assert _same(wanted, after), f"{card}\n{_difference(wanted, after)}"
    assert [key for key in data if key in after] == [key for key in after if key in data], f"{card}: {list(after)}"
    old, new = _text(path), _text(card)
    match = REGEX_YAML_BLOCK.search(old.removeprefix("\ufeff"))
    if match is None:
        assert new.endswith(old.removeprefix("\ufeff")) or old.startswith("---"), f"{card}: the text changed"
        return "edited"
    body = old.removeprefix("\ufeff")[match.end() :]
    kept = REGEX_YAML_BLOCK.search(new.removeprefix("\ufeff"))
    assert new.removeprefix("\ufeff")[kept.end() :] == body, f"{card}: the text changed"
    assert new.startswith("\ufeff") == old.startswith("\ufeff"), f"{card}: the mark changed"
    try:
        _check_lines(old.removeprefix("\ufeff"), new.removeprefix("\ufeff"), names(data))
    except AssertionError as error:
        raise AssertionError(f"{card}: {error}") from error
    return "edited"


def changed_cards_read_in_python_as_meant_and_keep_their_other_lines():
    (FOLDER / "given.json").write_text(json.dumps(GIVEN))
    cards = [path for folder in sys.argv[4:] for path in sorted(Path(folder).glob("*.md"))]
    # All changes to the first folder; two to each of the other cards, which may be many.
    names = list(CHANGES)
    changes = [
        (path, name) for at, path in enumerate(cards) for name in names
        if path.parent == Path(sys.argv[4]) or names.index(name) in (at % 6, (at // 6) % 6)
    ]
    wrong, tally = [], {}

    def attempt(change):
        try:
            return _change(*change)
        except AssertionError as error:
            return error

    with ThreadPoolExecutor(4) as pool:
        for outcome in pool.map(attempt, changes):
            if isinstance(outcome, AssertionError):
                wrong.append(str(outcome))
            else:
                tally.setdefault(" ".join(outcome.split()[:2]), []).append(outcome)
    counts = {kind: len(found) for kind, found in tally.items()}
    print(json.dumps(counts))
    assert not wrong, f"{len(wrong)} of {counts}:\n" + "\n".join(wrong[:20])
    # Cards that the Hub can't read are refused with 7, what an alias repeats with 2.
    others = [one for kind, found in tally.items() if kind.startswith("refused") and kind[8:] not in "27" for one in found]
    assert not others, others
    assert counts["edited"] > len(changes) / 2, counts


RESULT = {
    "task": {"type": "text-classification"},
    "dataset": {"type": "glue", "name": "GLUE", "config": "sst2", "split": "test"},
    "metrics": [{"type": "accuracy", "value": 0.5}],
}


def _index(name="m", dataset=None, **metric):
    result = copy.deepcopy(RESULT)
    result["dataset"].update(dataset or {})
    result["metrics"][0].update(metric)
    return [{"name": name, "results": [result]}]


CARD = """---
# ours
license: "mit"
language: 'no'
tags: [b, a]
inference: false
model-index:
- name: m
  results:
  - task: {type: text-classification}
    dataset: {type: glue, name: GLUE, config: sst2, split: test}
    metrics:
    - type: accuracy
      value: 0.5  # by hand
---
# Tiny
"""

GIVENS = [
    {"library_name": "timm"},
    {"license": "mit"},
    {"license": "gpl-3.0"},
    {"tags": ["b", "a"]},
    {"tags": ["c"], "datasets": ["glue"], "language": ["en"]},
    {"inference": True},
    {"pipeline_tag": "text-classification", "new_version": None},
    {"model-index": _index()},
    {"model-index": _index(value=0.6)},
    {"model-index": _index(type="f1", value=1)},
    {"model-index": _index(config="x")},
    {"model-index": _index(dataset={"split": "train"})},
    {"model-index": _index(dataset={"revision": "0" * 40}, value=0.7)},
    {"model-index": [{"results": _index(value=0.6)[0]["results"]}]},
    {"license": "gpl-3.0", "model-index": _index(value=0.6)},
]


def merged_as_metadata_update_does_it():
    card, given = FOLDER / "README.md", FOLDER / "given.json"
    pushed = []
    RepoCard.push_to_hub = lambda self, *_, **__: pushed.append(str(self))
    seen = set()
    for data in GIVENS:
        given.write_text(json.dumps(data))
        for overwrite in (False, True):
            card.write_text(CARD)
            pushed.clear()
            try:
                metadata_update.__wrapped__(str(card), copy.deepcopy(data), overwrite=overwrite)
            except ValueError:
                pass
            words = ["--overwrite", "--replace-lists"] if overwrite else []
            outcome = subprocess.run([HUBKIT, "card", "merge", card, given, *words], capture_output=True, check=False)
            # Lists are the one thing that differs: here they grow unless they are to be replaced.
            if not overwrite and "tags" in data and not pushed:
                assert outcome.returncode == 0 and metadata_load(card)["tags"] == ["b", "a", "c"], outcome
                continue
            assert outcome.returncode == (0 if pushed else 1), (data, overwrite, outcome)
            seen.add((overwrite, bool(pushed)))
            if not pushed:
                assert card.read_text() == CARD, data
                continue
            theirs = yaml.safe_load(REGEX_YAML_BLOCK.search(pushed[0]).group(2))
            assert theirs == metadata_load(card), (data, overwrite, theirs, metadata_load(card))
    assert seen == {(False, False), (False, True), (True, True)}, seen


globals()[sys.argv[1]]()
