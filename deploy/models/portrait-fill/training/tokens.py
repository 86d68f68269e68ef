"""Latents and masks as rows of the transformer, as FluxFillPipeline packs them."""

import torch


def pack(x):
    """(n, c, h, w) latents -> (n, h/2 * w/2, 4c) tokens."""
    n, c, h, w = x.shape
    return x.view(n, c, h // 2, 2, w // 2, 2).permute(0, 2, 4, 1, 3, 5).reshape(n, h // 2 * (w // 2), 4 * c)


def pack_mask(mask):
    """(n, 1, H, W) pixels -> (n, tokens, 256): every latent carries its 8x8 pixels as channels."""
    n, _, h, w = mask.shape
    return pack(mask.view(n, h // 8, 8, w // 8, 8).permute(0, 2, 4, 1, 3).reshape(n, 64, h // 8, w // 8))


def to_bits(channels):
    """(n, tokens, 256) of 0 and 1 -> (n, tokens, 32) bytes."""
    return (channels.unflatten(-1, (32, 8)).int() << torch.arange(8, device=channels.device)).sum(-1).to(torch.uint8)


def from_bits(bits):
    return ((bits.int()[..., None] >> torch.arange(8, device=bits.device)) & 1).flatten(-2)


def image_ids(side, device):
    ids = torch.zeros(side, side, 3, device=device)
    ids[..., 1] += torch.arange(side, device=device)[:, None]
    ids[..., 2] += torch.arange(side, device=device)[None, :]
    return ids.reshape(-1, 3)
