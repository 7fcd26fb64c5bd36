"""`hf download`, and what it leaves."""

import json
import tempfile
from pathlib import Path

from huggingface_hub import hf_hub_download, snapshot_download

from plain import DATASET, MODEL, files, hf


def one_file_is_fetched_and_its_path_printed():
    path = hf("download", "lab/tiny", "config.json", "--quiet")
    assert Path(path).read_bytes() == (MODEL / "config.json").read_bytes()


def a_name_that_urls_must_quote_is_fetched():
    name = "notes/größe 100%.txt"
    path = hf("download", "lab/tiny", name, "--quiet")
    assert Path(path).read_bytes() == (MODEL / name).read_bytes()


def a_snapshot_has_every_byte():
    folder = hf("download", "lab/tiny", "--quiet")
    assert files(folder) == files(MODEL)


def a_dataset_is_fetched():
    folder = hf("download", "lab/words", "--repo-type", "dataset", "--quiet")
    assert files(folder) == files(DATASET)


def a_space_is_fetched():
    folder = hf("download", "hf://spaces/lab/show", "--quiet")
    assert "app.py" in files(folder)


def a_folder_is_fetched():
    folder = hf("download", "lab/words", "data/", "--repo-type", "dataset", "--quiet")
    assert sorted(files(folder)) == ["data/test.csv", "data/train.csv"]


def patterns_choose_what_is_fetched():
    folder = hf("download", "lab/tiny", "--include", "*.json", "--exclude", "1_Pooling/*", "--quiet")
    assert sorted(files(folder)) == ["config.json"]


def a_dry_run_tells_sizes_and_fetches_nothing():
    with tempfile.TemporaryDirectory() as cache:
        printed = hf("download", "lab/tiny", "--dry-run", "--cache-dir", cache, "--json")
        told = json.loads(printed)
        told = told["files"] if isinstance(told, dict) else told
        assert {each["file"] for each in told} == set(files(MODEL)), printed
        assert not [path for path in files(cache) if "/blobs/" in path]
        for each in snapshot_download("lab/tiny", cache_dir=cache, dry_run=True):
            assert each.file_size == len(files(MODEL)[each.filename]), each
            assert each.will_download and not each.is_cached, each


def a_local_folder_gets_the_files_themselves():
    with tempfile.TemporaryDirectory() as folder:
        hf("download", "lab/tiny", "--local-dir", folder, "--quiet")
        found = {path: data for path, data in files(folder).items() if not path.startswith(".cache/")}
        assert found == files(MODEL)
        # Verified against the hub, and fetched no second time.
        hf("cache", "verify", "lab/tiny", "--local-dir", folder, "--fail-on-missing-files")
        before = (Path(folder) / "model.safetensors").stat().st_mtime_ns
        hf("download", "lab/tiny", "--local-dir", folder, "--quiet")
        assert (Path(folder) / "model.safetensors").stat().st_mtime_ns == before


def the_cache_is_verified_against_the_hub():
    hf("download", "lab/tiny", "--quiet")
    hf("cache", "verify", "lab/tiny", "--fail-on-missing-files", "--fail-on-extra-files")
    hf("download", "lab/words", "--repo-type", "dataset", "--quiet")
    hf("cache", "verify", "lab/words", "--repo-type", "dataset", "--fail-on-missing-files")


def a_changed_byte_in_the_cache_is_found():
    path = Path(hf("download", "lab/tiny", "model.safetensors", "--quiet"))
    blob = path.resolve()
    data = bytearray(blob.read_bytes())
    data[-1] ^= 1
    blob.write_bytes(data)
    assert "model.safetensors" in hf("cache", "verify", "lab/tiny", code=1)


def a_broken_download_is_picked_up_by_a_range():
    # A file of that size is fetched in one request; the second one starts where the first ended.
    from huggingface_hub import constants, hf_hub_url
    from huggingface_hub.file_download import http_get

    with tempfile.TemporaryFile() as out:
        whole = (MODEL / "model.safetensors").read_bytes()
        out.write(whole[:1000])
        url = hf_hub_url("lab/tiny", "model.safetensors", endpoint=constants.ENDPOINT)
        http_get(url, out, resume_size=1000, expected_size=len(whole))
        out.seek(0)
        assert out.read() == whole


def a_commit_pins_what_a_branch_names():
    commit = Path(hf_hub_download("lab/tiny", "config.json")).parent.name
    again = hf_hub_download("lab/tiny", "README.md", revision=commit)
    assert Path(again).parent.name == commit
