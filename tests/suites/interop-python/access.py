"""Private, gated, disabled and renamed repositories. `lab` belongs to Ada; Bob has an account and no rights."""

import json
import os
from pathlib import Path

from huggingface_hub import HfApi, get_session, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)

from plain import files, hf, raises

api = HfApi()
TOKENS = json.loads(os.environ["TOKENS"])
ADA, BOB = TOKENS["ada"], TOKENS["bob"]
STRANGERS = [(False, 401), (BOB, 404)]


def _asks_for_access(repo, token):
    """The form on the page of a gated repository; the library has no call for it."""
    headers = {"authorization": f"Bearer {token}"}
    answer = get_session().post(f"{api.endpoint}/{repo}/ask-access", headers=headers, follow_redirects=False)
    assert answer.status_code < 400, answer


def _names(requests):
    return [each.username for each in requests]


def a_token_names_its_account():
    who = api.whoami(token=ADA)
    assert who["name"] == "ada" and who["type"] == "user", who
    assert "lab" in [organisation["name"] for organisation in who["orgs"]], who
    assert who["auth"]["accessToken"]["role"] == "write", who
    os.environ["HF_TOKEN"] = BOB
    assert "bob" in hf("auth", "whoami")


def a_token_that_nobody_holds_is_refused():
    for call in [api.whoami, lambda token: api.model_info("lab/tiny", token=token)]:
        error = raises(HfHubHTTPError, call, token="hf_nobody")
        assert error.response.status_code == 401, error
    assert "hf_nobody" not in str(error)


def a_private_repository_is_missing_to_strangers():
    for token, status in STRANGERS:
        error = raises(RepositoryNotFoundError, api.model_info, "lab/secret", token=token)
        assert error.response.status_code == status, error
        raises(RepositoryNotFoundError, hf_hub_download, "lab/secret", "config.json", token=token)
        raises(RepositoryNotFoundError, lambda: list(api.list_repo_tree("lab/secret", token=token)))
        raises(RepositoryNotFoundError, api.get_paths_info, "lab/secret", ["config.json"], token=token)
        raises(RepositoryNotFoundError, api.list_repo_refs, "lab/secret", token=token)
        raises(RepositoryNotFoundError, api.list_repo_commits, "lab/secret", token=token)
        raises(RepositoryNotFoundError, api.auth_check, "lab/secret", token=token)
        assert not api.repo_exists("lab/secret", token=token)


def a_private_repository_is_in_no_list_of_strangers():
    for token, _ in STRANGERS:
        assert "lab/secret" not in [each.id for each in api.list_models(author="lab", token=token)]
        assert [each.id for each in api.list_models(search="secret", token=token)] == []
    assert "lab/secret" in [each.id for each in api.list_models(author="lab", token=ADA)]


def a_private_repository_is_read_by_its_owner():
    info = api.model_info("lab/secret", token=ADA)
    assert info.private is True, info
    assert sorted(files(snapshot_download("lab/secret", token=ADA))) == ["config.json"]
    api.auth_check("lab/secret", token=ADA)
    os.environ["HF_TOKEN"] = ADA
    assert Path(hf("download", "lab/secret", "config.json", "--quiet")).exists()


def a_gated_repository_is_described_to_everyone():
    for token in [False, BOB, ADA]:
        info = api.model_info("lab/gated", token=token)
        assert info.gated == "manual" and info.private is False, info
        assert "config.json" in api.list_repo_files("lab/gated", token=token)
        assert "lab/gated" in [each.id for each in api.list_models(gated=True, token=token)]
    assert api.model_info("lab/open-door").gated == "auto"


def files_of_a_gated_repository_are_for_the_accepted():
    for token, status in [(False, 401), (BOB, 403)]:
        error = raises(GatedRepoError, hf_hub_download, "lab/gated", "config.json", token=token)
        assert error.response.status_code == status, error
        raises(GatedRepoError, snapshot_download, "lab/gated", token=token)
        raises(GatedRepoError, api.auth_check, "lab/gated", token=token)
    assert Path(hf_hub_download("lab/gated", "config.json", token=ADA)).exists()
    api.auth_check("lab/gated", token=ADA)


def hf_says_that_a_repository_is_gated():
    os.environ["HF_TOKEN"] = BOB
    printed = hf("download", "lab/gated", code=1)
    assert "gated" in printed.lower() or "restricted" in printed.lower(), printed


def who_asks_waits_until_the_owner_accepts():
    assert _names(api.list_pending_access_requests("lab/gated", token=ADA)) == []
    _asks_for_access("lab/gated", BOB)
    raises(GatedRepoError, hf_hub_download, "lab/gated", "config.json", token=BOB)
    (request,) = api.list_pending_access_requests("lab/gated", token=ADA)
    assert request.username == "bob" and request.status == "pending", request
    api.accept_access_request("lab/gated", user="bob", token=ADA)
    assert _names(api.list_pending_access_requests("lab/gated", token=ADA)) == []
    assert _names(api.list_accepted_access_requests("lab/gated", token=ADA)) == ["bob"]
    assert Path(hf_hub_download("lab/gated", "config.json", token=BOB)).exists()
    api.auth_check("lab/gated", token=BOB)


def what_was_accepted_can_be_taken_back():
    _asks_for_access("lab/gated", BOB)
    api.accept_access_request("lab/gated", user="bob", token=ADA)
    api.cancel_access_request("lab/gated", user="bob", token=ADA)
    assert _names(api.list_pending_access_requests("lab/gated", token=ADA)) == ["bob"]
    raises(GatedRepoError, hf_hub_download, "lab/gated", "config.json", token=BOB)
    api.reject_access_request("lab/gated", user="bob", rejection_reason="not now", token=ADA)
    assert _names(api.list_rejected_access_requests("lab/gated", token=ADA)) == ["bob"]
    raises(GatedRepoError, hf_hub_download, "lab/gated", "config.json", token=BOB)


def access_is_granted_without_a_request():
    api.grant_access("lab/gated", user="bob", token=ADA)
    assert Path(hf_hub_download("lab/gated", "config.json", token=BOB)).exists()
    error = raises(HfHubHTTPError, api.grant_access, "lab/gated", user="nobody", token=ADA)
    assert error.response.status_code == 404, error


def an_open_door_lets_in_at_once():
    raises(GatedRepoError, hf_hub_download, "lab/open-door", "config.json", token=BOB)
    _asks_for_access("lab/open-door", BOB)
    assert Path(hf_hub_download("lab/open-door", "config.json", token=BOB)).exists()


def nobody_but_the_owner_decides():
    _asks_for_access("lab/gated", BOB)
    for call in [
        lambda: list(api.list_pending_access_requests("lab/gated", token=BOB)),
        lambda: api.accept_access_request("lab/gated", user="bob", token=BOB),
        lambda: api.grant_access("lab/gated", user="bob", token=BOB),
    ]:
        error = raises(HfHubHTTPError, call)
        assert error.response.status_code == 403, error
    raises(GatedRepoError, hf_hub_download, "lab/gated", "config.json", token=BOB)


def a_repository_is_found_under_its_old_name():
    assert api.model_info("lab/old").id == "lab/tiny"
    assert Path(hf_hub_download("lab/old", "config.json")).exists()
    assert api.file_exists("lab/old", "config.json") and not api.file_exists("lab/old", "vocab.txt")


def a_disabled_repository_says_so():
    for token in [False, BOB, ADA]:
        raises(DisabledRepoError, api.model_info, "lab/gone", token=token)
        # The library takes this for a hub that can't be reached, and looks into the cache.
        error = raises(LocalEntryNotFoundError, hf_hub_download, "lab/gone", "config.json", token=token)
        assert type(error.__cause__) is DisabledRepoError, error.__cause__
