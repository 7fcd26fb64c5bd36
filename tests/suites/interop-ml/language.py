"""transformers: what `from_pretrained` finds at the hub is what was saved."""

import os
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification, AutoTokenizer, pipeline

LOCAL = Path(os.environ["PLAIN"]) / "models/lab"
TEXT = "a hub of models and mirrors"


def _same(name, kind=AutoModel):
    ours, theirs = kind.from_pretrained(f"lab/{name}"), kind.from_pretrained(LOCAL / name)
    ours, theirs = ours.state_dict(), theirs.state_dict()
    assert ours.keys() == theirs.keys() and len(ours) > 20, ours.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in theirs)


def a_tokenizer_is_loaded():
    ours, theirs = AutoTokenizer.from_pretrained("lab/bert"), AutoTokenizer.from_pretrained(LOCAL / "bert")
    assert ours(TEXT)["input_ids"] == theirs(TEXT)["input_ids"] == [5, 6, 7, 8, 9, 10], ours(TEXT)


def a_configuration_is_loaded():
    assert AutoConfig.from_pretrained("lab/bert").hidden_size == 16


def a_model_is_loaded_with_every_weight():
    _same("bert")


def a_model_in_shards_is_loaded_with_every_weight():
    assert len(list((LOCAL / "sharded").glob("*.safetensors"))) > 1
    _same("sharded")


def a_classifier_is_loaded_with_every_weight():
    _same("classifier", AutoModelForSequenceClassification)


def a_pipeline_finds_its_task_on_the_card():
    (found,) = pipeline(model="lab/classifier")(TEXT)
    assert found["label"] in {"LABEL_0", "LABEL_1"}, found


def a_revision_that_is_missing_is_told():
    try:
        AutoModel.from_pretrained("lab/bert", revision="v9")
    except OSError as error:
        assert "v9" in str(error), error
    else:
        raise AssertionError("it was found")


def a_model_is_loaded_again_without_the_hub():
    import subprocess
    import sys

    AutoModel.from_pretrained("lab/bert")
    code = "from transformers import AutoModel; AutoModel.from_pretrained('lab/bert')"
    nowhere = {"HF_HUB_OFFLINE": "1", "HF_ENDPOINT": "http://127.0.0.1:9"}
    subprocess.run([sys.executable, "-c", code], env=os.environ | nowhere, check=True)
