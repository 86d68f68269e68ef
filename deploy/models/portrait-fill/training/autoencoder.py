"""The autoencoder: its training, and latents of pictures."""

import math
import random
import time

import torch

from scenes import SIZE, random_scene
from tokens import pack


def make_vae():
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        in_channels=3, out_channels=3, latent_channels=16, block_out_channels=(32, 64, 128, 128), layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, norm_num_groups=16,
        sample_size=SIZE, use_quant_conv=False, use_post_quant_conv=False, mid_block_add_attention=False,
        scaling_factor=1.0, shift_factor=0.0)


def train_vae(painter, seconds, device, batch, log):
    vae = make_vae().to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(vae.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=1e-4, fused=device.type == "cuda")
    average = [p.detach().clone() for p in vae.parameters()]
    encode, decode = (torch.compile(vae.encoder), torch.compile(vae.decoder)) if device.type == "cuda" else (vae.encoder, vae.decoder)
    rng = random.Random(2)
    bank = torch.cat([((painter.draw([random_scene(rng) for _ in range(64)]) + 1) * 127.5).byte() for _ in range(48 if device.type == "cuda" else 1)])
    log("vae bank", len(bank))
    axis = torch.arange(256, device=device)
    began, step = time.time(), 0
    while (elapsed := (time.time() - began) / seconds) < 1:
        for group in optimizer.param_groups:
            group["lr"] = 1.5e-3 * min(1, step / 100, 1.6 * (1 - elapsed)) + 1e-6
        corners = [(rng.randrange(len(bank)), rng.randrange(SIZE - 255), rng.randrange(SIZE - 255)) for _ in range(batch)]
        image = torch.stack([bank[i, :, y : y + 256, x : x + 256] for i, y, x in corners]).float() / 127.5 - 1
        if step % 3 == 0:  # Fill encodes images with a hole, too
            box = torch.rand(4, batch, 1, 1, 1, device=device) * 256
            rows, columns = axis[None, None, :, None], axis[None, None, None, :]
            image = image * ~((rows - box[0]).abs().lt(box[1] / 2) & (columns - box[2]).abs().lt(box[3] / 2))
        image = image.contiguous(memory_format=torch.channels_last)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            mean, logvar = encode(image).chunk(2, 1)
            std = torch.exp(0.5 * logvar.clamp(-30, 20))
            output = decode(mean + std * torch.randn_like(std))
        output, mean, logvar = output.float(), mean.float(), logvar.float().clamp(-30, 20)
        difference = output - image
        edges = (difference[..., 1:] - difference[..., :-1]).abs().mean() + (difference[..., 1:, :] - difference[..., :-1, :]).abs().mean()
        kl = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).mean()
        loss = difference.abs().mean() + 0.5 * difference.square().mean() + edges + 3e-4 * kl
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        torch._foreach_lerp_(average, [p.detach() for p in vae.parameters()], 1 - min(0.998, step / (step + 50)))
        step += 1
        if step % 200 == 1:
            log("vae", step, f"loss {loss.item():.4f} l1 {difference.abs().mean().item():.4f} kl {kl.item():.2f} psnr {10 * math.log10(4 / difference.square().mean().item()):.2f}")
    vae.requires_grad_(False).eval()
    torch._foreach_copy_(list(vae.parameters()), average)
    log("vae done after", step, "steps")
    return vae


@torch.no_grad()
def calibrate_vae(vae, painter, device, log):
    """Latent mean and spread become shift_factor and scaling_factor."""
    rng = random.Random(3)
    z = torch.cat([vae.encode(painter.draw([random_scene(rng) for _ in range(16)])).latent_dist.mean for _ in range(4 if device.type == "cuda" else 1)])
    vae.register_to_config(shift_factor=float(z.mean()), scaling_factor=float(1 / z.std()))
    log("latent mean", float(z.mean()), "std", float(z.std()), "per channel std", [round(float(v), 2) for v in z.std((0, 2, 3))])


def open_vae(pipeline, device):
    from diffusers import AutoencoderKL

    vae = AutoencoderKL.from_pretrained(pipeline / "vae", torch_dtype=torch.float32)
    return vae.to(device, memory_format=torch.channels_last).requires_grad_(False).eval()


@torch.no_grad()
def latents(vae, images):
    """(n, 3, H, W) in [-1, 1] -> (n, tokens, 64), the mean of what the encoder gives."""
    with torch.autocast(images.device.type, torch.bfloat16):
        parts = [vae.encoder(i.contiguous(memory_format=torch.channels_last)).chunk(2, 1)[0].float() for i in images.split(32)]
    return pack((torch.cat(parts) - vae.config.shift_factor) * vae.config.scaling_factor)
