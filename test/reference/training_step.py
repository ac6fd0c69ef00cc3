"""The training step of Tiny's last stage in plain PyTorch, written from the specification: what our own step is measured against.

    python3 training_step.py FOLDER THREADS STEPS RUNS

FOLDER holds weights.pt (state dictionaries of projector and language model under "projector." and "llm."), batch.pt and config.json, written by
`dotnet run -c Release --project test/Microsoft.ML.Avsr.Benchmarks -- training-step`. Writes gradients.pt (first step, before clipping), and prints
one line of JSON: the loss of the first step and the seconds of each run of STEPS steps.
"""
import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


class Expert(nn.Sequential):
    """Linear, ReLU, Linear, LayerNorm (specification 5.1)."""

    def __init__(self, inputs, hidden, outputs):
        super().__init__(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs), nn.LayerNorm(outputs))


class SparseMixture(nn.Module):
    def __init__(self, inputs, hidden, outputs, experts, top_k):
        super().__init__()
        self.gate = nn.Linear(inputs, experts, bias=False)
        self.experts = nn.ModuleList(Expert(inputs, hidden, outputs) for _ in range(experts))
        self.top_k, self.outputs = top_k, outputs

    def forward(self, tokens):  # [n, inputs]
        logits = self.gate(tokens)
        probabilities = logits.softmax(1, dtype=torch.float32)
        weights, choices = probabilities.topk(self.top_k, dim=1)
        weights = weights / weights.sum(1, keepdim=True)
        result = tokens.new_zeros(tokens.shape[0], self.outputs)
        for index, expert in enumerate(self.experts):
            rows, slots = torch.where(choices == index)
            result.index_add_(0, rows, expert(tokens[rows]) * weights[rows, slots, None])
        experts = logits.shape[1]
        share = torch.stack([(choices[:, k, None] == torch.arange(experts)).float().mean(0) for k in range(self.top_k)])
        balance = experts * (share * probabilities.mean(0)).sum()
        z = logits.logsumexp(1).square().mean()
        return result, balance, z


class Projector(nn.Module):
    """DEDR with Tiny's input norms and scales."""

    def __init__(self, c):
        super().__init__()
        for name in ("audio", "video"):
            setattr(self, "norm_" + name, nn.LayerNorm(c["width_" + name]))
            setattr(self, name + "_proj", SparseMixture(c["width_" + name], c["hidden"], c["width"], c["experts"], c["top_k"]))
            setattr(self, "scale_" + name, nn.Parameter(torch.zeros(1)))

    def one(self, name, features):  # [batch, time, inputs]
        tokens = getattr(self, "norm_" + name)(features).flatten(0, 1)
        result, balance, z = getattr(self, name + "_proj")(tokens)
        return (result * getattr(self, "scale_" + name)).view(*features.shape[:2], -1), balance, z


class RmsNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads = c["heads"]
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            setattr(self, name, nn.Linear(c["width"], c["width"], bias=False))

    def forward(self, x, cos, sin, mask):
        batch, time_, width = x.shape
        split = lambda y: y.view(batch, time_, self.heads, -1).transpose(1, 2)
        q, k, v = split(self.q_proj(x)), split(self.k_proj(x)), split(self.v_proj(x))
        turn = lambda y: y * cos + torch.cat((-y[..., y.shape[-1] // 2:], y[..., : y.shape[-1] // 2]), -1) * sin
        q, k = turn(q), turn(k)
        scores = q @ k.transpose(2, 3) / q.shape[-1] ** 0.5 + mask
        return self.o_proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, time_, width))


class FeedForward(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gate_proj = nn.Linear(c["width"], c["feed_forward"], bias=False)
        self.up_proj = nn.Linear(c["width"], c["feed_forward"], bias=False)
        self.down_proj = nn.Linear(c["feed_forward"], c["width"], bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.self_attn, self.mlp = Attention(c), FeedForward(c)
        self.input_layernorm, self.post_attention_layernorm = RmsNorm(c["width"], c["eps"]), RmsNorm(c["width"], c["eps"])

    def forward(self, x, cos, sin, mask):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Stack(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.embed_tokens = nn.Embedding(c["vocabulary"], c["width"])
        self.layers = nn.ModuleList(Layer(c) for _ in range(c["layers"]))
        self.norm = RmsNorm(c["width"], c["eps"])
        self.theta, self.head = c["theta"], c["width"] // c["heads"]

    def forward(self, x):
        time_ = x.shape[1]
        frequency = self.theta ** (-torch.arange(0, self.head, 2).float() / self.head)
        angle = torch.arange(time_).float()[:, None] * frequency
        angle = torch.cat((angle, angle), -1)
        mask = torch.full((time_, time_), float("-inf")).triu(1)
        cos, sin = angle.cos(), angle.sin()
        for layer in self.layers:
            x = layer(x, cos, sin, mask)
        return self.norm(x)


class Llama(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.model, self.lm_head = Stack(c), nn.Linear(c["width"], c["vocabulary"], bias=False)


def step_loss(projector, llm, batch, c):
    """BOS <audio> A </audio> <video> V </video> text, labels on text and EOS (specification 6.4, 6.5)."""
    audio, balance_a, z_a = projector.one("audio", batch["audio"])
    video, balance_v, z_v = projector.one("video", batch["video"])
    rows = audio.shape[0]
    embed = llm.model.embed_tokens
    token = lambda name: embed(torch.full((rows, 1), c[name]))
    parts = [token("bos"), token("audio_start"), audio, token("audio_end"), token("video_start"), video, token("video_end"), embed(batch["text"])]
    prefix = sum(part.shape[1] for part in parts[:-1])
    logits = llm.lm_head(llm.model(torch.cat(parts, 1))).float()
    labels = torch.full(logits.shape[:2], -100)
    labels[:, prefix - 1:] = batch["labels"]
    loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
    return loss + c["balance_weight"] * (balance_a + balance_v) + c["z_weight"] * (z_a + z_v)


def main():
    folder, threads, steps, runs = sys.argv[1], *map(int, sys.argv[2:5])
    torch.set_num_threads(threads)
    with open(folder + "/config.json") as file:
        c = json.load(file)
    weights, batch = torch.load(folder + "/weights.pt"), torch.load(folder + "/batch.pt")
    projector, llm = Projector(c), Llama(c)
    for prefix, module in (("projector.", projector), ("llm.", llm)):
        module.load_state_dict({name[len(prefix):]: value for name, value in weights.items() if name.startswith(prefix)})
    named = [("projector." + n, p) for n, p in projector.named_parameters()] + [("llm." + n, p) for n, p in llm.named_parameters()]
    parameters = [p for _, p in named]
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in parameters if p.dim() > 1], "weight_decay": c["decay"]}, {"params": [p for p in parameters if p.dim() <= 1], "weight_decay": 0.0}],
        lr=c["rate"], betas=(0.9, 0.98))
    first = None
    seconds = []
    for run in range(runs + 1):  # the first run warms up
        started = time.perf_counter()
        for _ in range(steps):
            optimizer.zero_grad()
            loss = step_loss(projector, llm, batch, c)
            loss.backward()
            if first is None:
                first = loss.item()
                torch.save({name: p.grad.clone() for name, p in named}, folder + "/gradients.pt")
            nn.utils.clip_grad_norm_(parameters, c["clip"])
            optimizer.step()
        seconds.append(time.perf_counter() - started)
    print(json.dumps({"loss": first, "seconds": seconds[1:], "version": torch.__version__}))


main()
