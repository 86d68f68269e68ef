"""Makes what a new model begins with: a pipeline folder with all but the transformer.

    python prepare.py --layers DIR --out DIR --minutes 5

Tokenizers from generated prompts, text encoders with random weights, and an AutoencoderKL (8x, 16 channels) trained for
the given time on a GPU. Not needed to train the flow model that goes with an existing folder.
"""

import argparse
import json
from pathlib import Path

import diffusers
import torch
from diffusers import FlowMatchEulerDiscreteScheduler

from autoencoder import calibrate_vae, train_vae
from run_log import Log
from scenes import Painter
from text import make_text_encoders, make_tokenizers

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--layers", type=Path, required=True)
parser.add_argument("--out", type=Path, required=True)
parser.add_argument("--minutes", type=float, default=5)
parser.add_argument("--batch", type=int, default=64)
args = parser.parse_args()
log = Log(args.out)
torch.manual_seed(0)
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = torch.backends.cudnn.benchmark = True
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
painter = Painter(args.layers, device)
tokenizers = make_tokenizers(args.out)
log("tokenizers", [len(t) for t in tokenizers])
vae = train_vae(painter, args.minutes * 60, device, args.batch, log)
calibrate_vae(vae, painter, device, log)
for name, part in zip(("text_encoder", "text_encoder_2", "vae"), (*make_text_encoders(*tokenizers), vae)):
    part.half().save_pretrained(args.out / name)
FlowMatchEulerDiscreteScheduler(
    base_image_seq_len=256, max_image_seq_len=4096, base_shift=0.5, max_shift=1.15, shift=3.0, use_dynamic_shifting=True
).save_pretrained(args.out / "scheduler")
parts = {
    "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
    "text_encoder_2": ["transformers", "T5EncoderModel"], "tokenizer": ["transformers", "CLIPTokenizerFast"],
    "tokenizer_2": ["transformers", "T5TokenizerFast"], "transformer": ["diffusers", "FluxTransformer2DModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}
index = {"_class_name": "FluxFillPipeline", "_diffusers_version": diffusers.__version__} | parts
(args.out / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
