"""Draws evaluation edits, and edits some with a model.

    python evaluate.py --layers DIR --out DIR --count 48             writes edits with their true results to DIR
    python evaluate.py --layers DIR --out DIR --pipeline DIR         edits as a diffusers pipeline, side by side in DIR/samples.png
"""

import argparse
import json
import math
import random
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image

from scenes import Painter, random_edit


def to_image(x):
    return Image.fromarray(((x.float().clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).cpu().numpy())


@torch.no_grad()
def write_edits(painter, folder, count, seed=1234):
    folder.mkdir(parents=True, exist_ok=True)
    rng, items = random.Random(seed), []
    for i in range(count):
        scene, target, words, mask, region = random_edit(painter, rng)
        for kind, tensor in (("source", painter.draw([scene])[0]), ("truth", painter.draw([target])[0])):
            to_image(tensor).save(folder / f"{i:02d}_{kind}.png", optimize=True)
        Image.fromarray((mask[0, 0] * 255).byte().cpu().numpy()).save(folder / f"{i:02d}_mask.png", optimize=True)
        items.append({"id": f"{i:02d}", "prompt": words, "region": region, "people": len(scene.people), "maskRatio": round(float(mask.mean()), 4)})
    (folder / "edits.json").write_text(json.dumps(items, indent=1) + "\n")


@torch.no_grad()
def samples(painter, pipeline, folder, count, device):
    """Columns of source, hole, result and truth; prints the PSNR in the mask."""
    from diffusers import FluxFillPipeline

    pipe = FluxFillPipeline.from_pretrained(pipeline, torch_dtype=torch.float32).to(device)
    rng = random.Random(99)
    sources, targets, words, masks, _ = zip(*(random_edit(painter, rng) for _ in range(count)))
    source, truth, masks = painter.draw(sources), painter.draw(targets), torch.cat(masks)
    made = pipe(
        prompt=list(words), image=source, mask_image=masks, width=512, height=512, num_inference_steps=20, guidance_scale=1.0,
        max_sequence_length=48, generator=torch.Generator().manual_seed(0), output_type="pt").images
    result = source * (1 - masks) + (made * 2 - 1) * masks
    error = (((result - truth) * masks).square().sum((1, 2, 3)) / (3 * masks.sum((1, 2, 3)))).mean().item()
    print("psnr in the mask", round(10 * math.log10(4 / error), 2), words)
    columns = [torch.cat([source[i], (source * (1 - masks))[i], result[i], truth[i]], 1) for i in range(count)]
    folder.mkdir(parents=True, exist_ok=True)
    to_image(F.interpolate(torch.cat(columns, 2)[None], scale_factor=0.4, mode="area")[0]).save(folder / "samples.png")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--layers", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=8)
    parser.add_argument("--pipeline", type=Path)
    args = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    painter = Painter(args.layers, device)
    if args.pipeline:
        samples(painter, args.pipeline, args.out, args.count, device)
    else:
        write_edits(painter, args.out, args.count)
