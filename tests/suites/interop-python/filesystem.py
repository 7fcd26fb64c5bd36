"""`HfFileSystem`: listing, patterns, and reading without fetching all."""

from huggingface_hub import HfFileSystem

from plain import DATASET, MODEL, asked, files

fs = HfFileSystem()


def a_folder_is_listed():
    entries = {each["name"]: each for each in fs.ls("lab/tiny")}
    assert "lab/tiny/model.safetensors" in entries and "lab/tiny/1_Pooling" in entries, entries
    assert entries["lab/tiny/1_Pooling"]["type"] == "directory"
    assert entries["lab/tiny/config.json"]["size"] == (MODEL / "config.json").stat().st_size
    assert fs.ls("lab/tiny/1_Pooling", detail=False) == ["lab/tiny/1_Pooling/config.json"]


def patterns_find_files():
    assert fs.glob("lab/tiny/**/*.json") == ["lab/tiny/1_Pooling/config.json", "lab/tiny/config.json"]
    assert fs.glob("datasets/lab/words/data/*.csv") == [
        "datasets/lab/words/data/test.csv",
        "datasets/lab/words/data/train.csv",
    ]


def everything_below_is_found():
    found = {path.removeprefix("datasets/lab/words/") for path in fs.find("datasets/lab/words")}
    assert found == set(files(DATASET))


def a_file_is_described():
    info = fs.info("lab/tiny/model.safetensors")
    assert info["size"] == (MODEL / "model.safetensors").stat().st_size and info["lfs"], info
    assert fs.isdir("lab/tiny/notes") and fs.isfile("lab/tiny/config.json")
    assert not fs.exists("lab/tiny/none")


def a_file_is_read_and_sought_in():
    whole = (MODEL / "model.safetensors").read_bytes()
    with fs.open("lab/tiny/model.safetensors", "rb", block_size=4096) as file:
        assert file.size == len(whole)
        assert file.read(10) == whole[:10]
        file.seek(500_000)
        assert file.read(1000) == whole[500_000:501_000]
        file.seek(-16, 2)
        assert file.read() == whole[-16:]


def seeking_moves_only_what_is_read():
    with fs.open("lab/tiny/model.safetensors", "rb", block_size=4096) as file:
        file.seek(700_000)
        file.read(100)
    # The mirror's log tells the length that it promised.
    asked(lambda each: each["path"].endswith("/model.safetensors") and each["status"] == 206 and each["length"] <= 3 * 4096)


def a_range_is_read_without_opening():
    whole = (MODEL / "model.safetensors").read_bytes()
    assert fs.cat_file("lab/tiny/model.safetensors", start=100, end=200) == whole[100:200]
    assert fs.read_text("lab/tiny/config.json") == (MODEL / "config.json").read_text()


def a_revision_is_named_in_the_path():
    assert fs.resolve_path("lab/tiny@main/config.json").revision == "main"
    assert fs.exists("hf://lab/tiny@main/config.json") and not fs.exists("lab/tiny@v9/config.json")
    assert fs.info("lab/tiny/config.json", expand_info=True)["size"] == (MODEL / "config.json").stat().st_size
