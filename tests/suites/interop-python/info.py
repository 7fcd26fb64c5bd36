"""What `HfApi` is told of one repository."""

from datetime import datetime

from huggingface_hub import HfApi

from plain import DATASET, MODEL, files

api = HfApi()


def a_model_names_its_commit_and_files():
    info = api.model_info("lab/tiny")
    assert info.id == "lab/tiny" and info.author == "lab", info
    assert len(info.sha) == 40, info.sha
    assert {each.rfilename for each in info.siblings} == set(files(MODEL))
    assert info.private is False and info.gated is False and info.disabled is not True, info
    assert isinstance(info.last_modified, datetime)


def the_commit_named_is_the_one_asked_for():
    info = api.model_info("lab/tiny")
    assert api.model_info("lab/tiny", revision=info.sha).sha == info.sha
    assert api.model_info("lab/tiny", revision="main").sha == info.sha


def files_come_with_their_sizes_and_digests():
    info = api.model_info("lab/tiny", files_metadata=True)
    for each in info.siblings:
        size = len(files(MODEL)[each.rfilename])
        assert each.size == size and len(each.blob_id) == 40, each
        assert (each.lfs is not None) == each.rfilename.endswith((".safetensors", ".gguf")), each
        if each.lfs is not None:
            assert each.lfs.size == size and len(each.lfs.sha256) == 64 and each.lfs.pointer_size > 100, each


def files_come_without_sizes_unless_asked_for():
    assert all(each.size is None and each.lfs is None for each in api.model_info("lab/tiny").siblings)


def a_card_is_read_into_fields():
    info = api.model_info("lab/tiny")
    assert info.pipeline_tag == "text-classification" and info.library_name == "transformers", info
    assert info.card_data.license == "mit" and info.card_data.tags == ["small"], info.card_data
    assert {"transformers", "license:mit", "en", "small", "text-classification"} <= set(info.tags), info.tags


def a_model_names_its_architecture():
    info = api.model_info("lab/tiny")
    assert info.config["model_type"] == "bert", info.config
    assert info.config["architectures"] == ["BertForSequenceClassification"], info.config


def parameters_are_counted():
    info = api.model_info("lab/tiny")
    assert info.safetensors.total == 200_004, info.safetensors
    assert info.safetensors.parameters == {"F32": 200_000, "I64": 4}, info.safetensors


def expanded_fields_are_those_asked_for():
    info = api.model_info("lab/tiny", expand=["sha", "pipeline_tag", "cardData", "siblings"])
    assert len(info.sha) == 40 and info.pipeline_tag == "text-classification", info
    assert info.card_data.license == "mit" and info.siblings, info
    assert info.tags is None and info.author is None and info.library_name is None, info


def every_field_that_python_knows_may_be_asked_for():
    from typing import get_args

    from huggingface_hub import hf_api

    api.model_info("lab/tiny", expand=list(get_args(hf_api.ExpandModelProperty_T)))
    api.dataset_info("lab/words", expand=list(get_args(hf_api.ExpandDatasetProperty_T)))
    api.space_info("lab/show", expand=list(get_args(hf_api.ExpandSpaceProperty_T)))


def the_security_status_is_whole_or_absent():
    info = api.model_info("lab/tiny", securityStatus=True)
    status = info.security_repo_status
    assert status is None or {"scansDone", "filesWithIssues"} <= set(status), status


def a_dataset_is_described():
    info = api.dataset_info("lab/words", files_metadata=True)
    assert info.id == "lab/words" and len(info.sha) == 40, info
    sizes = {each.rfilename: each.size for each in info.siblings}
    assert sizes == {path: len(data) for path, data in files(DATASET).items()}, sizes
    assert info.card_data.license == "cc0-1.0", info.card_data
    assert {"task_categories:text-classification", "language:en", "size_categories:n<1K"} <= set(info.tags), info.tags


def a_space_is_described():
    info = api.space_info("lab/show")
    assert info.id == "lab/show" and info.sdk == "gradio", info
    assert {each.rfilename for each in info.siblings} == {"README.md", "app.py"}
