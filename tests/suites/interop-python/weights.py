"""Safetensors headers, by asking for ranges."""

from huggingface_hub import HfApi
from huggingface_hub.errors import NotASafetensorsRepoError

from plain import asked, raises

api = HfApi()


def the_tensors_of_one_file_are_read():
    found = api.get_safetensors_metadata("lab/tiny")
    assert not found.sharded and set(found.weight_map) == {"weight", "ids"}, found
    assert found.parameter_count == {"F32": 200_000, "I64": 4}, found.parameter_count


def the_tensors_of_all_shards_are_read():
    found = api.get_safetensors_metadata("lab/shards")
    assert found.sharded and len(found.files_metadata) == 2, found
    assert found.parameter_count == {"F32": 30}, found.parameter_count


def the_headers_of_all_shards_come_in_one_answer():
    found = api.get_sharded_safetensors_metadata("lab/shards")
    assert found.parameter_count == {"F32": 30}, found
    asked(lambda each: "/safetensors-metadata/" in each["path"])


def a_header_is_read_without_the_weights():
    api.parse_safetensors_file_metadata("lab/tiny", "model.safetensors")
    asked(lambda each: each["path"].endswith("/model.safetensors") and each["status"] == 206 and each["length"] <= 100_001)


def a_repository_without_weights_says_so():
    raises(NotASafetensorsRepoError, api.get_safetensors_metadata, "lab/words", repo_type="dataset")
