"""Fetches a model and a dataset whole, and reads them again: keep.py. Prints the two folders."""

from huggingface_hub import hf_hub_download, snapshot_download

print(snapshot_download("lab/tiny"))
print(snapshot_download("lab/words", repo_type="dataset"))
hf_hub_download("lab/tiny", "1_Pooling/config.json")
