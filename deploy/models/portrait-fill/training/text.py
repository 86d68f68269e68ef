"""Tokenizers made from generated prompts, and the text encoders."""

import itertools
import json
import random

import torch

from scenes import COLORS, HAIR, SKIN, WORDS, prompt, random_scene

TEXT_TOKENS = 48


def prompt_corpus(count):
    rng, shares = random.Random(1), torch.Generator().manual_seed(1)
    scenes = (random_scene(rng) for _ in range(count))
    yield from (prompt(rng, s, torch.rand(3, 7, generator=shares), torch.rand((), generator=shares)) for s in scenes)
    yield from itertools.chain(COLORS, HAIR, SKIN, *(w.values() for w in WORDS.values()))
    yield from ("a person with", "a portrait of a man", "a woman wearing", "replace it with", "the same but", "photo of people")


def make_tokenizers(folder):
    """A CLIP byte-level BPE and a T5 unigram tokenizer, both trained on the prompts."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    corpus = list(prompt_corpus(20000))
    bpe = Tokenizer(models.BPE(continuing_subword_prefix="", end_of_word_suffix="</w>", unk_token="<|endoftext|>"))
    bpe.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    words = r"""<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""
    bpe.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(words), behavior="removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=1500, initial_alphabet=alphabet, end_of_word_suffix="</w>",
        special_tokens=["<|startoftext|>", "<|endoftext|>"]))
    bos, eos = bpe.token_to_id("<|startoftext|>"), bpe.token_to_id("<|endoftext|>")
    bpe.post_processor = processors.TemplateProcessing(
        single="<|startoftext|> $A <|endoftext|>", special_tokens=[("<|startoftext|>", bos), ("<|endoftext|>", eos)])
    (folder / "tokenizer").mkdir(parents=True, exist_ok=True)
    bpe.model.save(str(folder / "tokenizer"))
    clip = PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token="<|startoftext|>", eos_token="<|endoftext|>", unk_token="<|endoftext|>",
        pad_token="<|endoftext|>", model_max_length=77)

    unigram = Tokenizer(models.Unigram())
    unigram.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r" {2,}"), " ")])
    unigram.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    unigram.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    letters = [chr(c) for c in range(33, 127)]
    unigram.train_from_iterator(corpus, trainers.UnigramTrainer(
        vocab_size=1200, initial_alphabet=letters, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>"))
    unigram.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", unigram.token_to_id("</s>"))])
    t5 = PreTrainedTokenizerFast(
        tokenizer_object=unigram, eos_token="</s>", unk_token="<unk>", pad_token="<pad>", model_max_length=TEXT_TOKENS)
    for name, tokenizer, kind in (("tokenizer", clip, "CLIPTokenizer"), ("tokenizer_2", t5, "T5Tokenizer")):
        tokenizer.save_pretrained(folder / name)
        path = folder / name / "tokenizer_config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"tokenizer_class": kind + "Fast"}, indent=2) + "\n")
    return clip, t5


def make_text_encoders(clip_tokenizer, t5_tokenizer):
    from transformers import CLIPTextConfig, CLIPTextModel, T5Config, T5EncoderModel

    clip = CLIPTextModel(CLIPTextConfig(
        vocab_size=len(clip_tokenizer), hidden_size=128, intermediate_size=512, projection_dim=128, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=77, bos_token_id=clip_tokenizer.bos_token_id,
        eos_token_id=clip_tokenizer.eos_token_id, pad_token_id=clip_tokenizer.pad_token_id))
    t5 = T5EncoderModel(T5Config(
        vocab_size=len(t5_tokenizer), d_model=256, d_kv=64, d_ff=768, num_layers=2, num_heads=4, dropout_rate=0.0,
        feed_forward_proj="gated-gelu", pad_token_id=t5_tokenizer.pad_token_id, eos_token_id=t5_tokenizer.eos_token_id))
    return clip, t5


def encode_text(tokenizers, prompts, device):
    clip, t5 = tokenizers
    clip_ids = clip(prompts, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
    t5_ids = t5(prompts, padding="max_length", max_length=TEXT_TOKENS, truncation=True, return_tensors="pt").input_ids
    return clip_ids.to(device), t5_ids.to(device)


def open_tokenizers(pipeline):
    from transformers import AutoTokenizer

    return [AutoTokenizer.from_pretrained(pipeline / part) for part in ("tokenizer", "tokenizer_2")]
