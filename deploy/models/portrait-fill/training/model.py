"""The flow model: a FLUX.1-Fill transformer and its text encoders, computed whole or for some rows only."""

import torch
import torch.nn.functional as F
from diffusers import FluxTransformer2DModel
from transformers import CLIPTextModel, T5EncoderModel

from text import TEXT_TOKENS
from tokens import image_ids

SIDE = 32
ROWS = TEXT_TOKENS + SIDE * SIDE
SHAPE = dict(
    patch_size=1, in_channels=384, out_channels=64, num_layers=3, num_single_layers=9, attention_head_dim=64,
    num_attention_heads=4, joint_attention_dim=256, pooled_projection_dim=128, guidance_embeds=False, axes_dims_rope=(8, 28, 28))


def rotate(x, angles):
    """Rotary embedding of (n, rows, heads, width) by angles (1 or n, rows, width)."""
    cos, sin = (a[:, :, None] for a in angles)
    real, imaginary = x.float().unflatten(-1, (-1, 2)).unbind(-1)
    turned = torch.stack([-imaginary, real], -1).flatten(3)
    return x.float() * cos + turned * sin


class Attention:
    """diffusers' attention in bfloat16 whose keys and values can be kept, or go among those of another pass.

    `kept` is a list that keys and values are added to, (n, ROWS, heads, width) each. `taken` says which of another pass'
    rows the own ones replace (n, rows), ROWS standing for none, and has that pass' keys and values.
    """

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, image_rotary_emb=None, kept=None, taken=None):
        heads = lambda x: x.unflatten(-1, (-1, attn.head_dim))
        query, key, value = (heads(to(hidden_states)) for to in (attn.to_q, attn.to_k, attn.to_v))
        query, key = attn.norm_q(query), attn.norm_k(key)
        if encoder_hidden_states is not None:
            of_text = [heads(to(encoder_hidden_states)) for to in (attn.add_q_proj, attn.add_k_proj, attn.add_v_proj)]
            of_text[:2] = attn.norm_added_q(of_text[0]), attn.norm_added_k(of_text[1])
            query, key, value = (torch.cat(both, 1) for both in zip(of_text, (query, key, value)))
        query, key = (rotate(x, image_rotary_emb).to(torch.bfloat16) for x in (query, key))
        value = value.to(torch.bfloat16)
        if kept is not None:
            kept.append((key, value))
        if taken is not None:
            at, *stored = taken
            place = at[:, :, None, None].expand(key.shape)
            key, value = (F.pad(old, (0, 0, 0, 0, 0, 1)).scatter(1, place, new)[:, :ROWS] for old, new in zip(stored, (key, value)))
        out = F.scaled_dot_product_attention(*(x.transpose(1, 2) for x in (query, key, value))).transpose(1, 2).flatten(2, 3)
        if encoder_hidden_states is None:
            return out
        text, image = out.split_with_sizes([encoder_hidden_states.shape[1], hidden_states.shape[1]], 1)
        return attn.to_out[0](image), attn.to_add_out(text)


class Model(torch.nn.Module):
    """The transformer, with the weights of `pipeline` where that has one of this shape; text encoders from there."""

    def __init__(self, pipeline, device, log):
        super().__init__()
        self.transformer = transformer_of(pipeline, log)
        self.transformer.set_attn_processor(Attention())
        load = lambda kind, part: kind.from_pretrained(pipeline / part, torch_dtype=torch.float32)
        self.clip, self.t5 = load(CLIPTextModel, "text_encoder"), load(T5EncoderModel, "text_encoder_2")
        self.to(device)
        ids = torch.cat([torch.zeros(TEXT_TOKENS, 3, device=device), image_ids(SIDE, device)])
        self.angles = [a.float() for a in self.transformer.pos_embed(ids)]

    def encode(self, clip_ids, t5_ids):
        return self.t5(t5_ids).last_hidden_state, self.clip(clip_ids).pooler_output

    def forward(self, tokens, condition, t, text, pooled, rows=None, kept=None, taken=None):
        """Velocities (n, r, 64) of tokens (n, r, 64) under conditions (n, r, 320) at noise levels t (n).

        `rows` (n, r): which tokens these are, where they are not all. `kept`: a list that each block's keys and values are
        added to. `taken`: the rows that the own ones replace, and such a list.
        """
        net, angles = self.transformer, [a[None] for a in self.angles]
        if rows is not None:
            of_text = torch.arange(TEXT_TOKENS, device=rows.device).expand(len(rows), TEXT_TOKENS)
            at = torch.cat([of_text, rows + TEXT_TOKENS], 1)
            angles = [a[at] for a in self.angles]
        text = net.context_embedder(text)
        x = net.x_embedder(torch.cat([tokens, condition], 2))
        level = net.time_text_embed(t * 1000, pooled)
        for index, block in enumerate((*net.transformer_blocks, *net.single_transformer_blocks)):
            own = []  # of this block alone: a compiled block starts from the same list each time
            options = {"kept": own} if kept is not None else {"taken": (taken[0], *taken[1][index])} if taken else None
            text, x = block(hidden_states=x, encoder_hidden_states=text, temb=level, image_rotary_emb=angles, joint_attention_kwargs=options)
            if kept is not None:
                kept.extend(own)
        return net.proj_out(net.norm_out(x, level))


def transformer_of(pipeline, log):
    folder = pipeline / "transformer"
    if folder.exists():
        held = FluxTransformer2DModel.from_pretrained(folder, torch_dtype=torch.float32)
        if all(held.config[k] == (list(v) if isinstance(v, tuple) else v) for k, v in SHAPE.items()):
            log("goes on with the transformer of", folder)
            return held
        log("the transformer in", folder, "has another shape: starts anew")
    return FluxTransformer2DModel(**SHAPE)
