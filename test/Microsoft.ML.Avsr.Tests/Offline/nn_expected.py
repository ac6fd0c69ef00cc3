"""Writes Golden/nn/expected.json: what PyTorch computes for the cases of NnNumericsTests, one checksum per tensor.

Inputs are sine waves, so that both sides can make them: wave(shape, phase)[i] = sin(0.7 i + phase).
A checksum is the sum of tensor[i] * sin(i + 1), which no permutation or shift leaves unchanged.
Written with PyTorch 1.13.1 on a CPU: python3 nn_expected.py > ../Golden/nn/expected.json
"""
import json
import math
import torch
import torch.nn.functional as F
from torch import nn


def wave(*shape, phase=0.0):
    count = math.prod(shape)
    return torch.tensor([math.sin(0.7 * i + phase) for i in range(count)], dtype=torch.float32).reshape(shape)


def checksum(tensor):
    values = tensor.detach().double().reshape(-1).tolist()
    return sum(v * math.sin(i + 1.0) for i, v in enumerate(values))


def fill(module):
    with torch.no_grad():
        for index, parameter in enumerate(module.parameters()):
            parameter.copy_(wave(*parameter.shape, phase=index + 0.5))
    return module


def module_case(module, *inputs):
    """Output, gradient of the first input, gradients of the parameters, buffers, output in evaluation."""
    fill(module)
    first = inputs[0]
    if first.is_floating_point():
        first = first.clone().requires_grad_()
    out = module(first, *inputs[1:])
    (out * wave(*out.shape, phase=2.0)).sum().backward()
    results = [out] + ([first.grad] if first.is_floating_point() else [])
    results += [p.grad for p in module.parameters()] + list(module.buffers())
    module.eval()
    results.append(module(first.detach(), *inputs[1:]))
    return [checksum(r) for r in results]


def function_case(function, *inputs):
    """Output, and gradients of all floating point inputs."""
    inputs = [x.clone().requires_grad_() if x.is_floating_point() else x for x in inputs]
    out = function(*inputs)
    (out * wave(*out.shape, phase=2.0)).sum().backward()
    return [checksum(r) for r in [out] + [x.grad for x in inputs if x.is_floating_point()]]


def attention(q, k, v, mask=None, causal=False):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        mask = torch.ones(q.shape[-2], k.shape[-2], dtype=torch.bool).tril()
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf")) if mask.dtype == torch.bool else scores + mask
    return scores.softmax(-1) @ v


def optimizer_case(make):
    """Parameters after 7 steps on a sum of squares; the second parameter has no gradient at the first two."""
    a, b = nn.Parameter(wave(3, 4)), nn.Parameter(wave(5, phase=1.0))
    optimizer = make([a, b])
    for step in range(7):
        optimizer.zero_grad(set_to_none=False)
        loss = ((a - wave(3, 4, phase=3.0 + step)) ** 2).sum()
        if step not in (0, 1):
            loss = loss + ((b * b - 0.3) ** 2).sum()
        loss.backward()
        optimizer.step()
    return [checksum(a), checksum(b)]


def seeded(function):
    torch.manual_seed(42)
    return [checksum(t) for t in function()]


def parts(module):
    return list(module.parameters())


def main():
    c = {}
    c["linear"] = module_case(nn.Linear(5, 3), wave(2, 4, 5))
    c["linear_no_bias"] = module_case(nn.Linear(5, 3, bias=False), wave(4, 5))
    c["conv1d_groups"] = module_case(nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2), wave(2, 4, 9))
    c["conv1d_same"] = module_case(nn.Conv1d(3, 4, 4, padding="same", dilation=2), wave(2, 3, 11))
    c["conv1d_reflect"] = module_case(nn.Conv1d(3, 4, 3, padding=1, padding_mode="reflect"), wave(2, 3, 7))
    c["conv1d_circular"] = module_case(nn.Conv1d(3, 4, 3, padding=1, padding_mode="circular"), wave(2, 3, 7))
    c["conv2d"] = module_case(nn.Conv2d(3, 4, (3, 2), stride=(2, 1), padding=(1, 0)), wave(2, 3, 6, 5))
    c["conv3d"] = module_case(nn.Conv3d(1, 4, (5, 7, 7), stride=(1, 2, 2), padding=(2, 3, 3), bias=False), wave(1, 1, 6, 12, 12))
    c["batch_norm1d"] = module_case(nn.BatchNorm1d(4), wave(3, 4, 5))
    c["batch_norm1d_rows"] = module_case(nn.BatchNorm1d(4, momentum=0.3), wave(6, 4))
    c["batch_norm2d"] = module_case(nn.BatchNorm2d(3), wave(2, 3, 4, 4))
    c["batch_norm3d"] = module_case(nn.BatchNorm3d(3), wave(2, 3, 2, 4, 4))
    c["batch_norm2d_untracked"] = module_case(nn.BatchNorm2d(3, track_running_stats=False), wave(2, 3, 4, 4))
    c["layer_norm"] = module_case(nn.LayerNorm(6), wave(2, 3, 6))
    c["layer_norm2"] = module_case(nn.LayerNorm([3, 6], eps=1e-3), wave(2, 3, 6))
    c["group_norm"] = module_case(nn.GroupNorm(2, 6), wave(2, 6, 5))
    c["embedding"] = module_case(nn.Embedding(7, 4, padding_idx=2), torch.tensor([[0, 2, 6], [3, 3, 1]]))
    c["prelu"] = module_case(nn.PReLU(3), wave(2, 3, 5))
    c["sequential"] = module_case(nn.Sequential(nn.Linear(5, 8), nn.GELU(), nn.Linear(8, 2)), wave(3, 5))

    x = wave(2, 4, 6)
    c["relu"] = function_case(F.relu, x)
    c["gelu"] = function_case(F.gelu, x)
    c["silu"] = function_case(F.silu, x)
    c["glu"] = function_case(lambda a: F.glu(a, 1), x)
    c["softplus"] = function_case(F.softplus, x)
    c["leaky_relu"] = function_case(lambda a: F.leaky_relu(a, 0.2), x)
    c["logsigmoid"] = function_case(F.logsigmoid, x)
    c["softmax"] = function_case(lambda a: F.softmax(a, 1), x)
    c["log_softmax"] = function_case(lambda a: F.log_softmax(a, -1), x)

    image, volume, row = wave(2, 3, 8, 6), wave(1, 2, 4, 8, 6), wave(2, 3, 12)
    c["avg_pool1d"] = function_case(lambda a: F.avg_pool1d(a, 2), row)
    c["avg_pool1d_pad"] = function_case(lambda a: F.avg_pool1d(a, 3, 2, 1), row)
    c["avg_pool2d"] = function_case(lambda a: F.avg_pool2d(a, (2, 3), (2, 1), (1, 1)), image)
    c["avg_pool3d"] = function_case(lambda a: F.avg_pool3d(a, 2), volume)
    c["max_pool1d"] = function_case(lambda a: F.max_pool1d(a, 3, 2, 1), row)
    c["max_pool2d"] = function_case(lambda a: F.max_pool2d(a, 3, 2, 1), image)
    c["max_pool3d"] = function_case(lambda a: F.max_pool3d(a, (1, 3, 3), (1, 2, 2), (0, 1, 1)), volume)
    c["adaptive_avg_pool1d"] = function_case(lambda a: F.adaptive_avg_pool1d(a, 5), row)
    c["adaptive_avg_pool2d"] = function_case(lambda a: F.adaptive_avg_pool2d(a, (3, 1)), image)
    c["adaptive_avg_pool3d"] = function_case(lambda a: F.adaptive_avg_pool3d(a, (4, 1, 1)), volume)
    c["interpolate_nearest"] = function_case(lambda a: F.interpolate(a, size=(5, 9)), image)
    c["interpolate_linear"] = function_case(lambda a: F.interpolate(a, scale_factor=2.0, mode="linear", align_corners=False), row)
    c["interpolate_bilinear"] = function_case(lambda a: F.interpolate(a, size=(5, 9), mode="bilinear", align_corners=True), image)
    c["interpolate_bicubic"] = function_case(lambda a: F.interpolate(a, size=(5, 9), mode="bicubic", align_corners=False), image)
    c["interpolate_area"] = function_case(lambda a: F.interpolate(a, size=(4, 3), mode="area"), image)
    c["pad"] = function_case(lambda a: F.pad(a, (1, 2, 0, 3), value=0.5), image)
    c["pad_reflect"] = function_case(lambda a: F.pad(a, (1, 2), mode="reflect"), row)
    c["pad_replicate"] = function_case(lambda a: F.pad(a, (1, 2), mode="replicate"), row)
    c["unfold"] = function_case(lambda a: F.unfold(a, (3, 2), (1, 1), (1, 0), (2, 1)), image)
    c["cosine_similarity"] = function_case(lambda a, b: F.cosine_similarity(a, b, 1), x, wave(2, 4, 6, phase=0.4))

    q, k, v = wave(2, 2, 5, 4), wave(2, 2, 7, 4, phase=0.3), wave(2, 2, 7, 3, phase=0.9)
    valid = torch.tensor([[True] * 5 + [False] * 2, [True] * 7])[:, None, None, :]
    c["attention"] = function_case(attention, q, k, v)
    c["attention_bool_mask"] = function_case(lambda a, b, d: attention(a, b, d, valid), q, k, v)
    c["attention_added_mask"] = function_case(lambda a, b, d, m: attention(a, b, d, m), q, k, v, wave(5, 7, phase=1.5))
    c["attention_causal"] = function_case(lambda a, b: attention(a, b, b, causal=True), q, wave(2, 2, 5, 4, phase=0.3))

    logits, labels = wave(6, 5), torch.tensor([1, 4, -100, 0, 3, 3])
    c["cross_entropy"] = function_case(lambda a: F.cross_entropy(a, labels).reshape(1), logits)
    c["cross_entropy_smooth"] = function_case(
        lambda a: F.cross_entropy(a, labels, weight=wave(5, phase=0.2).abs() + 0.5, label_smoothing=0.1).reshape(1), logits)
    c["cross_entropy_none"] = function_case(
        lambda a: F.cross_entropy(a, labels.clamp(min=0), ignore_index=3, reduction="none"), logits)
    c["nll_loss"] = function_case(lambda a: F.nll_loss(F.log_softmax(a, -1), labels.clamp(min=0)).reshape(1), logits)
    speech = wave(12, 2, 6)
    c["ctc_loss"] = function_case(lambda a: F.ctc_loss(F.log_softmax(a, -1), torch.tensor([[1, 1, 3, 0], [2, 4, 4, 1]]),
                                                       torch.tensor([12, 10]), torch.tensor([3, 4]), blank=5).reshape(1), speech)
    c["ctc_loss_infinite"] = function_case(lambda a: F.ctc_loss(F.log_softmax(a, -1), torch.tensor([[1, 1, 3, 0], [2, 4, 4, 1]]),
                                                                torch.tensor([12, 4]), torch.tensor([3, 4]), blank=5, reduction="none",
                                                                zero_infinity=True), speech)
    y = wave(2, 4, 6, phase=0.8)
    c["mse_loss"] = function_case(lambda a: F.mse_loss(a, y).reshape(1), x)
    c["l1_loss"] = function_case(lambda a: F.l1_loss(a, y, reduction="sum").reshape(1), x)
    c["smooth_l1_loss"] = function_case(lambda a: F.smooth_l1_loss(a, y, beta=0.5).reshape(1), x)
    c["kl_div"] = function_case(lambda a: F.kl_div(F.log_softmax(a, -1), F.log_softmax(y, -1), log_target=True, reduction="sum").reshape(1), x)
    c["binary_cross_entropy_with_logits"] = function_case(lambda a: F.binary_cross_entropy_with_logits(a, y.abs()).reshape(1), x)

    opt = torch.optim
    c["adamw"] = optimizer_case(lambda p: opt.AdamW(p, 0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1))
    c["adamw_amsgrad"] = optimizer_case(lambda p: opt.AdamW(p, 0.05, weight_decay=0.0, amsgrad=True))
    c["adamw_maximize"] = optimizer_case(lambda p: opt.AdamW(p, 0.01, weight_decay=0.0, maximize=True))
    c["adam"] = optimizer_case(lambda p: opt.Adam(p, 0.05))
    c["adam_decay"] = optimizer_case(lambda p: opt.Adam(p, 0.05, weight_decay=0.2))
    c["sgd"] = optimizer_case(lambda p: opt.SGD(p, 0.02))
    c["sgd_momentum"] = optimizer_case(lambda p: opt.SGD(p, 0.02, momentum=0.9, dampening=0.1, weight_decay=0.05))
    c["sgd_nesterov"] = optimizer_case(lambda p: opt.SGD(p, 0.02, momentum=0.9, nesterov=True))

    init = nn.init
    c["seeded_linear"] = seeded(lambda: parts(nn.Linear(5, 3)))
    c["seeded_conv1d"] = seeded(lambda: parts(nn.Conv1d(4, 6, 3, groups=2)))
    c["seeded_conv3d"] = seeded(lambda: parts(nn.Conv3d(1, 2, (3, 5, 5))))
    c["seeded_embedding"] = seeded(lambda: parts(nn.Embedding(9, 5)))
    c["xavier_uniform"] = seeded(lambda: [init.xavier_uniform_(torch.empty(4, 6), gain=0.7)])
    c["xavier_normal"] = seeded(lambda: [init.xavier_normal_(torch.empty(4, 6))])
    c["kaiming_uniform"] = seeded(lambda: [init.kaiming_uniform_(torch.empty(4, 6, 3), nonlinearity="relu")])
    c["kaiming_normal"] = seeded(lambda: [init.kaiming_normal_(torch.empty(4, 6), mode="fan_out", nonlinearity="relu")])
    c["trunc_normal"] = seeded(lambda: [init.trunc_normal_(torch.empty(50), std=0.5, a=-0.6, b=0.8)])
    c["normal"] = seeded(lambda: [init.normal_(torch.empty(40), 0.2, 0.02)])
    print(json.dumps(c, indent=1))


main()
