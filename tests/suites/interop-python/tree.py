"""What `HfApi` is told of the files of a repository."""

from huggingface_hub import HfApi
from huggingface_hub.hf_api import RepoFile, RepoFolder

from plain import MODEL, files, raises

api = HfApi()


def _names(**named):
    return {each.path for each in api.list_repo_tree("lab/tiny", **named)}


def the_top_folder_lists_files_and_folders():
    entries = list(api.list_repo_tree("lab/tiny"))
    folders = {each.path for each in entries if isinstance(each, RepoFolder)}
    assert folders == {"1_Pooling", "notes"}, folders
    assert {each.path for each in entries} - folders == {path for path in files(MODEL) if "/" not in path}


def a_recursive_listing_descends():
    entries = list(api.list_repo_tree("lab/tiny", recursive=True))
    listed = {each.path: each for each in entries if isinstance(each, RepoFile)}
    assert set(listed) == set(files(MODEL))
    for path, each in listed.items():
        assert each.size == len(files(MODEL)[path]) and len(each.blob_id) == 40, each
        assert (each.lfs is not None) == path.endswith((".safetensors", ".gguf")), each
    assert {each.path for each in entries if isinstance(each, RepoFolder)} == {"1_Pooling", "notes"}


def a_sub_folder_is_listed_alone():
    assert _names(path_in_repo="1_Pooling") == {"1_Pooling/config.json"}
    assert _names(path_in_repo="notes", recursive=True) == {"notes/größe 100%.txt"}


def an_expanded_listing_is_whole():
    entries = list(api.list_repo_tree("lab/tiny", recursive=True, expand=True))
    assert {each.path for each in entries if isinstance(each, RepoFile)} == set(files(MODEL))
    # Which commit changed a file last is known of git repositories alone.
    for each in entries:
        assert each.last_commit is None or len(each.last_commit.oid) == 40, each
        assert getattr(each, "security", None) is None or each.security.status, each


def a_folder_that_is_not_there_is_an_entry_that_is_missing():
    from huggingface_hub.errors import RemoteEntryNotFoundError

    raises(RemoteEntryNotFoundError, _names, path_in_repo="nowhere")


def a_listing_of_more_than_a_page_is_whole():
    entries = list(api.list_repo_tree("lab/many", repo_type="dataset", recursive=True))
    assert len(entries) == 1101, len(entries)
    assert len({each.path for each in entries}) == 1101


def file_names_are_listed():
    assert set(api.list_repo_files("lab/tiny")) == set(files(MODEL))


def paths_are_looked_up_in_one_request():
    found = api.get_paths_info("lab/tiny", ["config.json", "1_Pooling", "model.safetensors", "no such"])
    assert [each.path for each in found] == ["config.json", "1_Pooling", "model.safetensors"], found
    assert isinstance(found[1], RepoFolder) and found[2].lfs.size == found[2].size, found
    (expanded,) = api.get_paths_info("lab/tiny", "config.json", expand=True)
    assert expanded.size == found[0].size, expanded


def existence_is_told():
    assert api.repo_exists("lab/tiny") and not api.repo_exists("lab/none")
    assert api.repo_exists("lab/words", repo_type="dataset") and not api.repo_exists("lab/words")
    assert api.revision_exists("lab/tiny", "main") and not api.revision_exists("lab/tiny", "v9")
    assert api.file_exists("lab/tiny", "1_Pooling/config.json") and not api.file_exists("lab/tiny", "vocab.txt")


def the_branch_is_listed():
    refs = api.list_repo_refs("lab/tiny", include_pull_requests=True)
    main = {branch.name: branch for branch in refs.branches}["main"]
    assert main.ref == "refs/heads/main" and main.target_commit == api.model_info("lab/tiny").sha, refs


def the_history_ends_at_the_branch():
    commits = api.list_repo_commits("lab/tiny", formatted=True)
    assert commits[0].commit_id == api.model_info("lab/tiny").sha, commits
