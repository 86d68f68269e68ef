"""Goes on training the flow model on processors, from the pipeline folder of an earlier run.

    python train_cpu.py --layers DIR --pipeline DIR --out DIR --minutes 100

What makes it affordable: products in bfloat16, and rows that are left out. An edit's loss lies in its mask, so a step
computes the masked tokens, those next to them, and random others up to the next of a few fixed counts. Samples
are drawn while training, three masks for each scene, and used again about a dozen times.
Writes what train.py writes, and resumes from OUT/flow.pt.
"""

import argparse
import math
import random
import time
from pathlib import Path

import torch
import torch._inductor.config
import torch.nn.functional as F
from diffusers import AutoencoderKL, FluxTransformer2DModel
from diffusers.models.transformers import transformer_flux
from transformers import AutoTokenizer, CLIPTextModel, T5EncoderModel

import train
from scenes import Painter, prompt, random_masks, random_scene
from train import draw_times, encode_text, image_ids, log, optimizers, pack, pack_mask, resume, samples, save_pipeline, save_state

SIDE, TEXT = 32, train.TEXT_TOKENS
ROWS = (256, 448, 704, 1024)
ROWS_PER_STEP = 18432
CPU = torch.device("cpu")


def rotate(x, angles, sequence_dim):
    """diffusers' apply_rotary_emb with angles for each sample: (n, rows, width)."""
    cos, sin = (a[:, :, None] for a in angles)
    real, imaginary = x.unflatten(-1, (-1, 2)).unbind(-1)
    turned = torch.stack([-imaginary, real], -1).flatten(3)
    return (x.float() * cos + turned.float() * sin).to(x.dtype)


def attend(query, key, value, **_):
    """Plain attention of (n, rows, heads, width): its products run in bfloat16, faster than the fused operator here."""
    query, key, value = (x.transpose(1, 2) for x in (query * query.shape[-1] ** -0.5, key, value))
    shares = (query @ key.transpose(2, 3)).float().softmax(-1).to(value.dtype)
    return (shares @ value).transpose(1, 2)


transformer_flux.apply_rotary_emb, transformer_flux.dispatch_attention_fn = rotate, attend
torch._inductor.config.pattern_matcher = False  # it would make the fused operator of it again


class Model(torch.nn.Module):
    """The pipeline's trained parts, computing only the rows it is given."""

    def __init__(self, folder):
        super().__init__()
        load = lambda kind, part: kind.from_pretrained(folder / part, torch_dtype=torch.float32)
        self.transformer = load(FluxTransformer2DModel, "transformer")
        self.clip, self.t5 = load(CLIPTextModel, "text_encoder"), load(T5EncoderModel, "text_encoder_2")
        ids = torch.cat([torch.zeros(TEXT, 3), image_ids(SIDE, CPU)])
        self.angles = [a.float() for a in self.transformer.pos_embed(ids)]

    def forward(self, tokens, condition, t, clip_ids, t5_ids, rows):
        """tokens (n, r, 64) and condition (n, r, 320) of the tokens `rows` (n, r)."""
        net = self.transformer
        at = torch.cat([torch.arange(TEXT).expand(len(rows), TEXT), rows + TEXT], 1)
        angles = [a[at] for a in self.angles]
        text = net.context_embedder(self.t5(t5_ids).last_hidden_state)
        x = net.x_embedder(torch.cat([tokens, condition], 2))
        time_and_text = net.time_text_embed(t * 1000, self.clip(clip_ids).pooler_output)
        for block in (*net.transformer_blocks, *net.single_transformer_blocks):
            text, x = block(hidden_states=x, encoder_hidden_states=text, temb=time_and_text, image_rotary_emb=angles)
        return net.proj_out(net.norm_out(x, time_and_text))


class Whole:
    """A Model that computes every row, with the signature that train.edit calls."""

    def __init__(self, model):
        self.model = model

    def __call__(self, tokens, condition, t, clip_ids, t5_ids, _ids):
        rows = torch.arange(SIDE * SIDE).expand(len(tokens), -1)
        with torch.autocast("cpu", torch.bfloat16):
            return self.model(tokens, condition, t, clip_ids, t5_ids, rows)


class Pool:
    """Samples by the number of rows that a step computes of them; the oldest make room."""

    def __init__(self, painter, vae, tokenizers, seed, capacity):
        self.painter, self.vae, self.tokenizers = painter, vae, tokenizers
        self.rng, self.capacity = random.Random(seed), capacity
        self.samples, self.made = [], 0

    @torch.no_grad()
    def latents(self, images):
        with torch.autocast("cpu", torch.bfloat16):
            mean = torch.cat([self.vae.encoder(i.contiguous(memory_format=torch.channels_last)).chunk(2, 1)[0].float() for i in images.split(4)])
        return pack((mean - self.vae.config.shift_factor) * self.vae.config.scaling_factor)

    @torch.no_grad()
    def draw(self, scenes, masks_each=3):
        scenes = [random_scene(self.rng) for _ in range(scenes)]
        images = self.painter.draw(scenes)
        x0 = self.latents(images).half()
        for _ in range(masks_each):
            masks = random_masks(self.painter, self.rng, scenes, SHARES)
            condition = self.latents(images * (1 - masks)).half()
            shares, back = self.painter.coverage(scenes, masks)
            prompts = [prompt(self.rng, *of) for of in zip(scenes, shares, back)]
            clip_ids, t5_ids = encode_text(self.tokenizers, prompts, CPU)
            channels = pack_mask(masks).to(torch.uint8)
            near = F.max_pool2d(channels.amax(2).view(-1, 1, SIDE, SIDE).float(), 3, 1, 1).flatten(1)
            for i, wanted in enumerate(near.sum(1).tolist()):
                rows = next(r for r in ROWS if r >= min(wanted * 1.05 + 40, SIDE * SIDE))
                self.samples.append((rows, x0[i], condition[i], channels[i], near[i], clip_ids[i], t5_ids[i]))
            self.made += len(scenes)
        self.samples = self.samples[-self.capacity :]

    def batch(self):
        rows = self.rng.choice(self.samples)[0]
        picked = self.rng.choices([s for s in self.samples if s[0] == rows], k=ROWS_PER_STEP // (rows + TEXT))
        x0, condition, channels, near, clip_ids, t5_ids = (torch.stack(part) for part in zip(*(s[1:] for s in picked)))
        inside = (channels.amax(2) > 0).float()
        at = (near + inside + torch.rand(near.shape)).topk(rows, 1).indices
        take = lambda x: x.float().gather(1, at[:, :, None].expand(-1, -1, x.shape[2]))
        return take(x0), torch.cat([take(condition), take(channels)], 2), 0.1 + 0.9 * inside.gather(1, at), clip_ids, t5_ids, at


SHARES = (0.7, 0.08, 0.12, 0.06, 0.04)


def loss_of(model, x0, condition, weight, clip_ids, t5_ids, rows):
    t = draw_times(len(x0), CPU)
    noise = torch.randn_like(x0)
    noisy = torch.lerp(x0, noise, t[:, None, None])
    with torch.autocast("cpu", torch.bfloat16):
        velocity = model(noisy, condition, t, clip_ids, t5_ids, rows)
    error = (velocity.float() - (noise - x0)).square().mean(2)
    return (error * weight).sum() / weight.sum()


def main():
    parser = argparse.ArgumentParser()
    for name in ("layers", "pipeline", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=100)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--pool", type=int, default=6000)
    args = parser.parse_args()
    train.OUT = args.out
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(int(time.time()))
    painter = Painter(args.layers, CPU)
    tokenizers = [AutoTokenizer.from_pretrained(args.pipeline / part) for part in ("tokenizer", "tokenizer_2")]
    vae = AutoencoderKL.from_pretrained(args.pipeline / "vae", torch_dtype=torch.float32).to(memory_format=torch.channels_last)
    vae.requires_grad_(False).eval()
    model, average = Model(args.pipeline), Model(args.pipeline).requires_grad_(False)
    optims = optimizers(model, CPU)
    spent, step = resume(model, average, optims, CPU)
    began = time.time() - spent
    pool = Pool(painter, vae, tokenizers, 40 + step, args.pool)
    while pool.made < 480:
        pool.draw(16)
    log("pool", pool.made, {r: sum(s[0] == r for s in pool.samples) for r in ROWS})
    model.transformer.compile_repeated_blocks(fullgraph=True, dynamic=False)
    weights, averaged = list(model.parameters()), list(average.parameters())
    history, seen, last_save, shown = [], 0, time.time(), int(spent / (args.minutes * 60) * 4)
    while (elapsed := (time.time() - began) / (args.minutes * 60)) < 1:
        if step % 10 == 0 and step:
            pool.draw(8)
        lr = args.lr * min(1, (step + 1) / 100) * (1 if elapsed < 0.5 else max(0.02, (1 - elapsed) / 0.5))
        for group in (g for o in optims for g in o.param_groups):
            group["lr"] = lr
        batch = pool.batch()
        loss = loss_of(model, *batch)
        for optimizer in optims:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(weights, 1.0)
        for optimizer in optims:
            optimizer.step()
        torch._foreach_lerp_(averaged, [p.detach() for p in weights], 1 - min(0.998, (step + 1) / (step + 20)))
        step, seen = step + 1, seen + len(batch[0])
        history.append(loss.item())
        if step % 25 == 0 or step in (1, 5, 10):
            log("flow", step, f"loss {sum(history) / len(history):.4f} norm {norm.item():.2f} lr {lr:.2e} made {pool.made} seen {seen} samples/s {seen / (time.time() - began - spent):.2f}")
            if not math.isfinite(sum(history)):
                raise SystemExit("the loss is not finite")
            history = []
        if time.time() - last_save > 300:
            last_save = time.time()
            save_state(model, average, optims, time.time() - began, step)
        if elapsed > (shown + 1) / 4:
            shown += 1
            samples(painter, vae, Whole(average), tokenizers, CPU, f"samples_{shown}.png", 8)
    log("flow done after", step, "steps")
    samples(painter, vae, Whole(average), tokenizers, CPU, "samples_final.png", 12)
    save_pipeline(args.out / "pipeline", vae, average, tokenizers)
    for tokenizer, part in zip(tokenizers, ("tokenizer", "tokenizer_2")):
        tokenizer.save_pretrained(args.out / "pipeline" / part)
    log("saved")


if __name__ == "__main__":
    main()
