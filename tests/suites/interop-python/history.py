"""Branches, tags, pull requests and the history of a git repository, which a plain folder does not have."""

import json
import os
import tempfile
from datetime import timedelta
from pathlib import Path

from huggingface_hub import HfApi, HfFileSystem, hf_hub_download, snapshot_download

from plain import files, hf, raises

api = HfApi()
# Commits of `lab/grown`, by what they are called here.
IDS = json.loads(os.environ["IDS"])


def _text(revision, path="config.json"):
    return Path(hf_hub_download("lab/grown", path, revision=revision)).read_text()


def branches_and_tags_are_listed():
    refs = api.list_repo_refs("lab/grown")
    assert {each.ref: each.target_commit for each in refs.branches} == {
        "refs/heads/main": IDS["third"],
        "refs/heads/dev": IDS["dev"],
    }, refs
    tags = {each.name: each for each in refs.tags}
    assert set(tags) == {"v1", "v2"} and tags["v1"].target_commit == IDS["first"], refs
    # The commit, not the object of the tag.
    assert tags["v2"].target_commit == IDS["second"] and tags["v2"].ref == "refs/tags/v2", refs
    assert refs.pull_requests is None


def pull_requests_and_conversions_are_listed():
    refs = api.list_repo_refs("lab/grown", include_pull_requests=True)
    assert [(each.ref, each.target_commit) for each in refs.pull_requests] == [("refs/pr/1", IDS["proposal"])], refs
    assert [each.ref for each in refs.converts] == ["refs/convert/parquet"], refs


def a_history_is_listed_newest_first():
    commits = api.list_repo_commits("lab/grown")
    assert [each.commit_id for each in commits] == [IDS["third"], IDS["second"], IDS["first"]], commits
    assert [each.title for each in commits] == ["Forget the notes", "Grow", "Begin"], commits
    assert commits[1].message == "With a second tensor." and commits[0].authors == ["Ada"], commits
    assert commits[0].created_at - commits[1].created_at == timedelta(hours=1), commits


def a_history_ends_at_a_revision():
    def ids(revision):
        return [each.commit_id for each in api.list_repo_commits("lab/grown", revision=revision)]

    assert ids("v1") == [IDS["first"]]
    assert ids("v2") == [IDS["second"], IDS["first"]]
    assert ids("refs/pr/1") == [IDS["proposal"], IDS["third"], IDS["second"], IDS["first"]]
    assert ids(IDS["second"]) == [IDS["second"], IDS["first"]]


def a_long_history_is_whole():
    commits = api.list_repo_commits("lab/long")
    assert [each.title for each in commits] == [f"Commit {number}" for number in reversed(range(1100))]


def files_are_those_of_the_revision():
    assert _text("v1") == '{"version": 1}\n'
    assert _text("v2") == _text("main") == '{"version": 2}\n'
    assert _text("dev") == '{"version": "dev"}\n'
    assert _text("refs/pr/1") == '{"version": 3}\n'
    assert _text(IDS["first"]) == '{"version": 1}\n'
    assert _text("refs/convert/parquet", "part.txt") == "converted\n"


def listings_are_those_of_the_revision():
    assert set(api.list_repo_files("lab/grown", revision="v1")) == {"config.json", "docs/notes.txt", "weights.bin"}
    assert set(api.list_repo_files("lab/grown")) == {"config.json", "weights.bin"}
    assert not api.file_exists("lab/grown", "docs/notes.txt") and api.file_exists(
        "lab/grown", "docs/notes.txt", revision="v2"
    )
    assert api.revision_exists("lab/grown", "refs/pr/1") and not api.revision_exists("lab/grown", "refs/pr/2")


def information_is_that_of_the_revision():
    info = api.model_info("lab/grown", revision="v1")
    assert info.sha == IDS["first"] and len(info.siblings) == 3, info
    assert api.model_info("lab/grown").last_modified - info.created_at == timedelta(hours=2)


def large_files_are_found_by_their_pointers():
    (old,) = api.get_paths_info("lab/grown", "weights.bin", revision="v1")
    (new,) = api.get_paths_info("lab/grown", "weights.bin", revision="v2")
    assert (old.size, new.size) == (100_000, 200_000) and old.lfs.sha256 != new.lfs.sha256, (old, new)
    assert old.blob_id != new.blob_id and old.lfs.pointer_size == 131, old
    path = hf_hub_download("lab/grown", "weights.bin", revision="v1")
    assert Path(path).read_bytes() == b"\x01" * 100_000


def each_entry_names_the_commit_that_changed_it_last():
    entries = api.list_repo_tree("lab/grown", recursive=True, expand=True, revision="v2")
    last = {each.path: each.last_commit for each in entries}
    assert last["config.json"].oid == IDS["second"] and last["config.json"].title == "Grow", last
    assert last["docs/notes.txt"].oid == IDS["first"] == last["docs"].oid, last
    (info,) = api.get_paths_info("lab/grown", "docs/notes.txt", revision="v2", expand=True)
    assert info.last_commit.oid == IDS["first"], info


def the_file_system_reads_revisions():
    fs = HfFileSystem()
    assert fs.read_text("lab/grown@v1/config.json") == '{"version": 1}\n'
    assert fs.read_text("lab/grown@refs/pr/1/config.json") == '{"version": 3}\n'
    assert fs.ls("lab/grown@v1/docs", detail=False) == ["lab/grown@v1/docs/notes.txt"]


def a_tag_is_fetched_and_verified():
    folder = hf("download", "lab/grown", "--revision", "v1", "--quiet")
    assert Path(folder).name == IDS["first"]
    assert sorted(files(folder)) == ["config.json", "docs/notes.txt", "weights.bin"]
    hf("cache", "verify", "lab/grown", "--revision", "v1", "--fail-on-missing-files", "--fail-on-extra-files")


def a_pull_request_is_fetched_with_what_is_there_already():
    with tempfile.TemporaryDirectory() as cache:
        main = snapshot_download("lab/grown", cache_dir=cache)
        proposal = snapshot_download("lab/grown", revision="refs/pr/1", cache_dir=cache)
        weights = [(Path(folder) / "weights.bin").resolve() for folder in [main, proposal]]
        assert weights[0] == weights[1], weights


def a_revision_that_is_missing_is_told():
    from huggingface_hub.errors import RevisionNotFoundError

    for revision in ["v9", "refs/pr/9", "0" * 40]:
        raises(RevisionNotFoundError, api.model_info, "lab/grown", revision=revision)
        raises(RevisionNotFoundError, api.list_repo_commits, "lab/grown", revision=revision)
