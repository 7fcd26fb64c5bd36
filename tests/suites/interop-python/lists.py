"""Lists of repositories: filters, order, pages."""

from huggingface_hub import HfApi

from plain import ROOT, asked

api = HfApi()


def _ids(found):
    return sorted(each.id for each in found)


def all_models_come_page_by_page():
    here = sorted(
        f"{each.parent.name}/{each.name}" for each in (ROOT / "models").glob("*/*")
    )
    assert _ids(api.list_models()) == here
    pages = asked(lambda each: each["path"].startswith("/api/models"), count=2)
    assert len(here) > 1000 and len(pages) == 2, pages


def a_limit_ends_the_list():
    assert len(list(api.list_models(limit=7))) == 7
    assert len(list(api.list_models(author="shelf", limit=1050))) == 1050


def an_author_has_repositories():
    assert _ids(api.list_models(author="lab")) == ["lab/german", "lab/gguf", "lab/shards", "lab/tiny"]
    assert _ids(api.list_datasets(author="lab")) == ["lab/many", "lab/words"]
    assert _ids(api.list_spaces(author="lab")) == ["lab/show"]
    assert _ids(api.list_models(author="nobody")) == []


def a_word_finds_a_name():
    assert _ids(api.list_models(search="tin")) == ["lab/tiny"]
    assert _ids(api.list_models(search="TINY")) == ["lab/tiny"]
    assert _ids(api.list_datasets(search="words")) == ["lab/words"]
    assert _ids(api.list_datasets(dataset_name="words", search="lab")) == ["lab/words"]
    assert _ids(api.list_spaces(search="show")) == ["lab/show"]


def a_task_finds_models():
    assert _ids(api.list_models(pipeline_tag="text-classification")) == ["lab/german", "lab/tiny"]
    assert _ids(api.list_models(filter="text-classification", author="lab")) == ["lab/german", "lab/tiny"]


def tags_narrow_a_list():
    assert _ids(api.list_models(filter="license:mit")) == ["lab/tiny"]
    assert _ids(api.list_models(filter=["text-classification", "de"])) == ["lab/german"]
    assert _ids(api.list_models(filter=["license:mit", "de"])) == []
    assert _ids(api.list_models(filter="safetensors", author="lab")) == ["lab/german", "lab/shards", "lab/tiny"]
    assert _ids(api.list_models(filter="transformers", author="lab")) == ["lab/german", "lab/tiny"]
    assert _ids(api.list_models(trained_dataset="lab/words")) == ["lab/german"]


def fields_of_a_dataset_narrow_a_list():
    assert _ids(api.list_datasets(language="en")) == ["lab/words"]
    assert _ids(api.list_datasets(task_categories="text-classification")) == ["lab/words"]
    assert _ids(api.list_datasets(size_categories="n<1K", language=["en", "fr"])) == ["lab/words"]
    assert _ids(api.list_datasets(filter="license:cc0-1.0")) == ["lab/words"]
    assert _ids(api.list_datasets(language="de")) == []


def spaces_are_found_by_what_they_use():
    assert _ids(api.list_spaces(filter="gradio")) == ["lab/show"]
    assert _ids(api.list_spaces(models="lab/tiny")) == ["lab/show"]
    assert _ids(api.list_spaces(datasets="lab/words")) == ["lab/show"]
    assert _ids(api.list_spaces(linked=True)) == ["lab/show"]
    assert _ids(api.list_spaces(models="lab/none")) == []


def gates_are_a_filter():
    assert _ids(api.list_models(author="lab", gated=True)) == []
    assert len(_ids(api.list_models(author="lab", gated=False))) == 4


def lists_are_sorted():
    for sort in ["last_modified", "created_at", "downloads", "likes", "trending_score"]:
        found = list(api.list_models(sort=sort, author="lab", full=True))
        assert len(found) == 4, (sort, found)
        values = [getattr(each, sort) for each in found]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=True), (sort, values)


def pages_of_a_sorted_list_do_not_overlap():
    found = [each.id for each in api.list_models(author="shelf", sort="last_modified")]
    assert len(found) == len(set(found)) == 1100


def a_full_list_tells_more():
    (brief,) = api.list_models(search="lab/tiny")
    (full,) = api.list_models(search="lab/tiny", full=True, cardData=True, fetch_config=True)
    assert brief.siblings is None and {each.rfilename for each in full.siblings} >= {"config.json"}, full
    assert full.card_data.license == "mit" and full.config["model_type"] == "bert", full
    assert len(full.sha) == 40 and full.author == "lab", full
    assert brief.pipeline_tag == "text-classification" and brief.library_name == "transformers", brief


def expanded_fields_are_those_asked_for():
    (found,) = api.list_models(search="lab/tiny", expand=["downloads", "likes", "gated", "lastModified"])
    assert found.gated is False and found.downloads == 0 and found.last_modified is not None, found
    assert found.pipeline_tag is None and found.tags is None, found
    (found,) = api.list_datasets(search="words", expand=["cardData", "private"])
    assert found.card_data.license == "cc0-1.0" and found.private is False, found


def hf_lists_models():
    import json

    from plain import hf

    found = json.loads(hf("models", "ls", "--author", "lab", "--json"))
    assert sorted(each["id"] for each in found) == ["lab/german", "lab/gguf", "lab/shards", "lab/tiny"]
    found = json.loads(hf("datasets", "ls", "--search", "words", "--json"))
    assert [each["id"] for each in found] == ["lab/words"]


def tags_are_listed_by_type():
    tags = api.get_model_tags()
    assert "mit" in {each["label"] for each in tags["license"]} or "license:mit" in {each["id"] for each in tags["license"]}, tags
    assert api.get_dataset_tags()
