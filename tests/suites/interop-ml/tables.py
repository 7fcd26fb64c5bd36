"""datasets: what `load_dataset` reads at the hub is what was written."""

from datasets import get_dataset_config_names, get_dataset_split_names, load_dataset

ROWS = [{"word": "hub", "number": 1}, {"word": "mirror", "number": 2}, {"word": "größe", "number": 3}]


def a_table_of_commas_is_read():
    assert load_dataset("lab/commas", split="train").to_list() == ROWS


def a_table_of_lines_is_read():
    assert load_dataset("lab/lines", split="train").to_list() == ROWS


def a_table_of_columns_is_read_with_its_splits():
    found = load_dataset("lab/columns")
    assert {name: len(split) for name, split in found.items()} == {"train": 3, "test": 1}, found
    assert found["train"].to_list() == ROWS


def a_table_is_read_as_it_comes():
    assert list(load_dataset("lab/columns", split="train", streaming=True)) == ROWS
    assert list(load_dataset("lab/commas", split="train", streaming=True)) == ROWS


def some_files_are_chosen():
    found = load_dataset("lab/columns", data_files="test.parquet", split="train")
    assert found.to_list() == ROWS[:1]


def names_of_parts_are_told():
    assert get_dataset_config_names("lab/columns") == ["default"]
    assert sorted(get_dataset_split_names("lab/columns")) == ["test", "train"]


def a_path_of_the_file_system_is_read():
    found = load_dataset("csv", data_files="hf://datasets/lab/commas/train.csv", split="train")
    assert found.to_list() == ROWS


def a_table_that_is_missing_is_told():
    from datasets.exceptions import DatasetNotFoundError

    try:
        load_dataset("lab/none")
    except DatasetNotFoundError:
        pass
    else:
        raise AssertionError("it was found")
