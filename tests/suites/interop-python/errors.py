"""What is missing is told in the class that programs catch."""

from huggingface_hub import HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import RemoteEntryNotFoundError, RepositoryNotFoundError, RevisionNotFoundError

from plain import raises

api = HfApi()
# A mirror without accounts lets everybody in, whatever the token.
SOMEBODY = "hf_somebody"


def a_missing_repository_is_told_as_such():
    for token in [False, SOMEBODY]:
        error = raises(RepositoryNotFoundError, api.model_info, "lab/none", token=token)
        assert error.response.status_code == (404 if token else 401), error
        raises(RepositoryNotFoundError, api.list_repo_refs, "lab/none", token=token)
        raises(RepositoryNotFoundError, api.list_repo_commits, "lab/none", token=token)
        raises(RepositoryNotFoundError, api.get_paths_info, "lab/none", ["x"], token=token)
        raises(RepositoryNotFoundError, snapshot_download, "lab/none", token=token)
        raises(RepositoryNotFoundError, hf_hub_download, "lab/none", "x", token=token)
        raises(RepositoryNotFoundError, lambda: list(api.list_repo_tree("lab/none", token=token)))


def a_missing_revision_is_told_as_such():
    raises(RevisionNotFoundError, api.model_info, "lab/tiny", revision="v9")
    raises(RevisionNotFoundError, api.list_repo_commits, "lab/tiny", revision="v9")
    raises(RevisionNotFoundError, api.get_paths_info, "lab/tiny", ["x"], revision="v9")
    raises(RevisionNotFoundError, snapshot_download, "lab/tiny", revision="v9")
    raises(RevisionNotFoundError, hf_hub_download, "lab/tiny", "config.json", revision="v9")
    raises(RevisionNotFoundError, hf_hub_download, "lab/tiny", "config.json", revision="refs/pr/7")
    raises(RevisionNotFoundError, hf_hub_download, "lab/tiny", "config.json", revision="0" * 40)


def a_missing_file_is_told_as_such():
    error = raises(RemoteEntryNotFoundError, hf_hub_download, "lab/tiny", "vocab.txt")
    assert len(error.response.headers["X-Repo-Commit"]) == 40, error.response.headers


def a_missing_file_is_not_asked_for_again():
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.file_download import _CACHED_NO_EXIST

    raises(RemoteEntryNotFoundError, hf_hub_download, "lab/tiny", "vocab.txt")
    assert try_to_load_from_cache("lab/tiny", "vocab.txt") is _CACHED_NO_EXIST


def a_repository_of_another_kind_is_missing():
    raises(RepositoryNotFoundError, api.model_info, "lab/words")
    raises(RepositoryNotFoundError, api.dataset_info, "lab/tiny")


def hf_says_what_is_missing():
    from plain import hf

    assert "'lab/none' not found" in hf("download", "lab/none", code=1)
    assert "Revision not found" in hf("download", "lab/tiny", "--revision", "v9", code=1)


def a_read_only_mirror_refuses_to_be_written_to():
    from huggingface_hub.errors import HfHubHTTPError

    for call in [
        lambda: api.create_repo("lab/new", token=SOMEBODY),
        lambda: api.upload_file(path_or_fileobj=b"x", path_in_repo="x", repo_id="lab/tiny", token=SOMEBODY),
        lambda: api.create_tag("lab/tiny", tag="v1", token=SOMEBODY),
        lambda: api.delete_repo("lab/tiny", token=SOMEBODY),
    ]:
        try:
            call()
        except HfHubHTTPError as error:
            assert 400 <= error.response.status_code < 500, error
        else:
            raise AssertionError("the mirror was written to")
