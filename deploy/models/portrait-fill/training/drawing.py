"""Draws training samples into files, until it is killed.

Files wait in FOLDER as SEED-NUMBER.pt; FOLDER/limit has how many may wait. One file: `before`, `x0` (count, 1024, 64) float16,
latents of each scene before and after its edit; `condition` (2 count, 1024, 64), `bits` (2 count, 1024, 32) and token ids:
first of the edits, then of another mask on each edited scene.
"""

import argparse
import random
import time
from pathlib import Path

import torch

from autoencoder import latents, open_vae
from scenes import Painter, prompt, random_edit, random_masks
from text import encode_text, open_tokenizers
from tokens import pack_mask, to_bits


@torch.no_grad()
def make(painter, vae, tokenizers, rng, count):
    sources, scenes, words, masks, _ = zip(*(random_edit(painter, rng) for _ in range(count)))
    images, before = painter.draw(scenes), painter.draw(sources)
    masks = torch.cat([*masks, random_masks(painter, rng, scenes)])
    twice = scenes * 2
    prompts = [prompt(rng, *of) for of in zip(twice, *painter.coverage(twice, masks))]
    for i, phrase in enumerate(words):
        if rng.random() < 0.6:
            prompts[i] = phrase
    clip_ids, t5_ids = encode_text(tokenizers, prompts, torch.device("cpu"))
    found = dict(before=before, x0=images, condition=images.repeat(2, 1, 1, 1) * (1 - masks))
    found = {name: latents(vae, pictures).half().cpu() for name, pictures in found.items()}
    return found | dict(bits=to_bits(pack_mask(masks)).cpu(), clip_ids=clip_ids.short(), t5_ids=t5_ids.short())


def main():
    parser = argparse.ArgumentParser()
    for name in ("layers", "pipeline", "folder"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=32)
    args = parser.parse_args()
    torch.set_num_threads(2)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = torch.backends.cudnn.benchmark = True
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    painter, vae, tokenizers = Painter(args.layers, device), open_vae(args.pipeline, device), open_tokenizers(args.pipeline)
    rng, made = random.Random(args.seed), 0
    while True:
        if len(list(args.folder.glob("*.pt"))) >= int((args.folder / "limit").read_text()):
            time.sleep(0.05)
            continue
        file = args.folder / f"{args.seed}-{made:06d}.pt"
        torch.save(make(painter, vae, tokenizers, rng, args.count), file.with_suffix(".tmp"))
        file.with_suffix(".tmp").rename(file)
        made += 1


if __name__ == "__main__":
    main()
