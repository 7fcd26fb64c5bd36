"""diffusers: what `from_pretrained` finds at the hub is what was saved."""

import os
from pathlib import Path

import torch
from diffusers import DiffusionPipeline, UNet2DModel

LOCAL = Path(os.environ["PLAIN"]) / "models/lab/pictures"


def _same(ours, theirs):
    ours, theirs = ours.state_dict(), theirs.state_dict()
    assert ours.keys() == theirs.keys() and len(ours) > 20, ours.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in theirs)


def a_pipeline_is_loaded_and_draws():
    ours = DiffusionPipeline.from_pretrained("lab/pictures")
    _same(ours.unet, UNet2DModel.from_pretrained(LOCAL / "unet"))
    drawn = ours(batch_size=1, num_inference_steps=2, output_type="np").images
    assert drawn.shape == (1, 8, 8, 3), drawn.shape


def a_part_of_a_pipeline_is_loaded():
    _same(UNet2DModel.from_pretrained("lab/pictures", subfolder="unet"), UNet2DModel.from_pretrained(LOCAL / "unet"))
