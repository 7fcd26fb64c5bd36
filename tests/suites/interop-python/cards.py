"""Cards that are checked before they are pushed: what the hub answers is what its client raises or warns of."""

import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub import DatasetCard, HfApi, ModelCard, RepoCard, SpaceCard, constants
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils import get_session

from plain import asked, raises

api = HfApi()
# A mirror without accounts lets everybody in, whatever the token.
SOMEBODY = "hf_somebody"

MODEL = "license: mit\nlanguage: [en, 'no']\nbase_model: lab/tiny\ndatasets: [squad, lab/words]\nfoo: {bar: 1}"
DATASET = "license: [mit, apache-2.0]\ntask_categories: [question-answering]\ntask_ids: [extractive-qa]"
SPACE = f"title: x\nsdk: gradio\ncolorFrom: red\ncolorTo: gray\nshort_description: {'x' * 60}"

# A kind of card, metadata that a hub refuses, and what it says of that.
REFUSED = [
    (ModelCard, "license: asdf", '"license" must be one of [apache-2.0, mit, '),
    (DatasetCard, "license: [mit, asdf]", '"license[1]" must be one of [apache-2.0, mit, '),
    (SpaceCard, "sdk: static\ncolorFrom: orange",
     '"colorFrom" must be one of [red, yellow, green, blue, indigo, purple, pink, gray]'),
    (SpaceCard, f"sdk: static\nshort_description: {'x' * 61}",
     '"short_description" length must be less than or equal to 60 characters long'),
    (ModelCard, "widget: hello", '"widget" must be an array'),
    (ModelCard, "model-index: [{name: x, results: [{task: {type: a}, dataset: {type: b, name: c, config: 2024},"
     " metrics: [{type: e, value: 1}]}]}]", '"model-index[0].results[0].dataset.config" must be a string'),
    (ModelCard, "base_model: /workspace/llama", '"base_model" with value "/workspace/llama" is not valid. '),
    (ModelCard, "base_model: [lab/tiny, ../out]", '"base_model[1]" with value "../out" is not valid. '),
    (ModelCard, "datasets: [squad, C:\\data\\mine]", '"datasets[1]" with value "C:\\data\\mine" is not valid. '),
    (DatasetCard, "task_ids: [extractive-qa, chat]",
     'The task_ids "chat" is not in the official list: acceptability-classification, '),
    (ModelCard, "language: English", '"language" with value "English" is not valid. It must be an ISO 639-1, '),
]

# Text that is no card to Python's client either, so that it can't be held in one.
BROKEN = [
    ("---\nlicense: [mit\n---\n", "Invalid YAML in README.md: "),
    ("---\nlicense: mit\nlicense: mit\n---\n", "Invalid YAML in README.md: duplicate"),
    ("---\n- license\n---\n", '"value" must be of type object'),
]


def _card(block):
    return f"---\n{block}\n---\n# Title\n"


@contextmanager
def _warned():
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        texts = []
        yield texts
        texts.extend(str(each.message) for each in found)


def _post(content, kind, accept=None):
    headers = {"Accept": accept} if accept else {}
    return get_session().post(
        f"{constants.ENDPOINT}/api/validate-yaml", json={"repoType": kind, "content": content}, headers=headers
    )


def good_cards_are_taken():
    for kind, block in [(ModelCard, MODEL), (DatasetCard, DATASET), (SpaceCard, SPACE)]:
        kind(_card(block)).validate()
        RepoCard(_card(block)).validate(repo_type=kind.repo_type)
        answer = _post(_card(block), kind.repo_type)
        assert (answer.status_code, answer.json()) == (200, {"errors": [], "warnings": []}), answer.text


def what_a_hub_refuses_is_raised_in_its_words():
    for kind, block, said in REFUSED:
        error = raises(ValueError, kind(_card(block)).validate)
        assert str(error).startswith(f"- Error: {said}"), error
        assert str(error).count("\n") == 1, error


def a_card_is_held_against_what_it_is_for():
    card = RepoCard(_card("sdk: static\ncolorFrom: orange"))
    card.validate(repo_type="model")
    assert '"colorFrom" must be one of' in str(raises(ValueError, card.validate, repo_type="space"))


def every_fault_of_a_card_is_told():
    error = raises(ValueError, ModelCard(_card("license: asdf\nwidget: hello")).validate)
    lines = str(error).splitlines()
    assert len(lines) == 2 and all(line.startswith("- Error: ") for line in lines), error


def text_and_json_say_the_same():
    for kind, block, said in REFUSED:
        text = _post(_card(block), kind.repo_type, "text/plain")
        document = _post(_card(block), kind.repo_type)
        assert text.status_code == document.status_code == 400, (text, document)
        assert text.headers["content-type"].startswith("text/plain"), text.headers
        assert document.headers["content-type"].startswith("application/json"), document.headers
        messages = [each["message"] for each in document.json()["errors"]]
        assert text.text == "".join(f"- Error: {each}\n" for each in messages), text.text
        assert messages[0].startswith(said) and len(messages) == 1, messages


def what_is_no_yaml_is_told_before_an_upload():
    for content, said in BROKEN:
        error = raises(ValueError, api._validate_yaml, content, repo_type="model", token=False)
        assert str(error).startswith(f"Invalid metadata in README.md.\n- {said}"), error
        assert _post(content, "model", "text/plain").text.startswith(f"- Error: {said}")


def warnings_are_shown_and_the_card_is_taken():
    for content, kind, said in [
        ("# Title\n", "model", "empty or missing yaml metadata in repo card"),
        (_card("license: mit\npipeline_tag: chat"), "model", 'The pipeline tag "chat" is not in the official list: '),
        (_card("task_categories: [chat]"), "dataset", 'The task_categories "chat" is not in the official list: '),
    ]:
        with _warned() as texts:
            api._validate_yaml(content, repo_type=kind, token=False)
        [text] = texts
        assert text.startswith(f"Warnings while validating metadata in README.md:\n- {said}"), text
        assert _post(content, kind, "text/plain").text.startswith(f"- Warning: {said}")
        RepoCard(content, ignore_metadata_errors=True).validate(repo_type=kind)


def a_card_is_checked_before_anything_is_uploaded():
    good, bad = _card("license: mit"), _card("license: asdf")
    with tempfile.TemporaryDirectory() as folder:
        uploads = {
            "file": lambda card: api.upload_file(
                path_or_fileobj=card.encode(), path_in_repo="README.md", repo_id="lab/tiny", token=SOMEBODY
            ),
            "folder": lambda card: (
                Path(folder, "README.md").write_text(card, encoding="utf-8"),
                api.upload_folder(folder_path=folder, repo_id="lab/tiny", token=SOMEBODY),
            ),
            "card": lambda card: ModelCard(card).push_to_hub("lab/tiny", token=SOMEBODY),
        }
        for name, upload in uploads.items():
            error = raises(ValueError, upload, bad)
            assert '"license" must be one of [apache-2.0, ' in str(error), (name, error)
            assert not asked(lambda each: "/preupload/" in each["path"] or "/commit/" in each["path"], count=0), name
        # A good card passes, and is refused later: nothing is written to a mirror.
        for name, upload in uploads.items():
            try:
                upload(good)
            except HfHubHTTPError as error:
                assert error.response.status_code in (403, 404, 405), (name, error)
                assert "validate-yaml" not in str(error.response.url), (name, error)
            else:
                raise AssertionError("the mirror was written to")
