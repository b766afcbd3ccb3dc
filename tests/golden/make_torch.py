#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write torch.h5: what torch answers in float64 (Debian's python3-torch 1.13, python3-h5py).

/norms/<number>_<kind>_<groups>: arrays (4, …) = x, dy, y, dx; channels (4, C) = gamma, beta, dgamma, dbeta,
which layer_plain is without; eps is 1e-5. /running/<rule>: batches (steps, N, C, L), buffers (2, steps, C) =
running mean and variance after every step, and the inference of the last batch; momentum is 0.1 in
exponential, 0.7 in fast. Small shapes, |mean| <= 100 sd: torch itself is less exact beyond that.
"""
import os

import h5py
import numpy as np
import torch

torch.set_num_threads(1)
rng = np.random.default_rng(20240229)
eps = 1e-5


def save(group, **arrays):
    for name, array in arrays.items():
        group.create_dataset(name, data=np.stack([np.asarray(part) for part in array]), track_times=False)


def forward(kind, groups, x, gamma, beta):
    f = torch.nn.functional
    if kind == "batch":
        return f.batch_norm(x, None, None, gamma, beta, True, 0.1, eps)
    if kind == "instance":
        return f.instance_norm(x, None, None, gamma, beta, True, 0.1, eps)
    if kind == "group":
        return f.group_norm(x, groups, gamma, beta, eps)
    # Layer norm with gamma and beta of channels is group norm with one group.
    return f.group_norm(x, 1, gamma, beta, eps)


def worst_ratio(kind, groups, x):
    """The largest |mean|/sd of a group."""
    if kind == "batch":
        rows = np.moveaxis(x, 1, 0).reshape(x.shape[1], -1)
    elif kind == "layer":
        rows = x.reshape(x.shape[0], -1)
    else:
        rows = x.reshape(x.shape[0] * (groups if kind == "group" else x.shape[1]), -1)
    return np.max(np.abs(rows.mean(1)) / rows.std(1))


def draw(kind, groups, shape, mean, sd):
    while True:
        x = mean + sd * rng.standard_normal(shape)
        if worst_ratio(kind, groups, x) <= 100:
            return x
        mean /= 2


def norm_cases():
    shapes = [(4, 6), (3, 8, 5), (2, 6, 4, 5), (3, 4, 3, 2, 4), (1, 12, 7), (5, 4, 1, 6)]
    for kind in ("batch", "layer", "instance", "group"):
        for shape in shapes:
            if kind == "instance" and (len(shape) < 3 or np.prod(shape[2:]) < 2):
                continue
            yield kind, shape


with h5py.File(os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch.h5"), "w",
               libver="latest") as out:
    norms = out.create_group("norms")
    for k, (kind, shape) in enumerate(norm_cases()):
        groups = {4: 2, 6: 3, 8: 4, 12: 6}[shape[1]]
        mean, sd = [(0, 1), (100, 1), (-30, 2), (5, 0.5)][k % 4]
        arrays = [torch.tensor(a, requires_grad=True) for a in (
            draw(kind, groups, shape, mean, sd), 0.5 + rng.random(shape[1]), rng.standard_normal(shape[1]))]
        dy = torch.tensor(rng.standard_normal(shape))
        y = forward(kind, groups, *arrays)
        y.backward(dy)
        group = norms.create_group(f"{k:02d}_{kind}_{groups}")
        x, gamma, beta = arrays
        save(group, arrays=[x.detach(), dy, y.detach(), x.grad],
             channels=[gamma.detach(), beta.detach(), gamma.grad, beta.grad])

    plain = norms.create_group("layer_plain")  # layer_norm itself, without gamma and beta
    x = torch.tensor(3 + 2 * rng.standard_normal((5, 33)), requires_grad=True)
    dy = torch.tensor(rng.standard_normal((5, 33)))
    y = torch.nn.functional.layer_norm(x, (33,), eps=eps)
    y.backward(dy)
    save(plain, arrays=[x.detach(), dy, y.detach(), x.grad])

    running = out.create_group("running")
    for rule, momentum in (("exponential", 0.1), ("fast", 0.7), ("cumulative", None)):
        batches = rng.standard_normal((10, 4, 3, 6)) * np.array([1, 5, 0.1])[:, None] + np.array([0, 50, -3])[:, None]
        layer = torch.nn.BatchNorm1d(3, eps=eps, momentum=momentum, dtype=torch.float64)
        means, variances = [], []
        for batch in batches:
            layer(torch.tensor(batch))
            means.append(layer.running_mean.numpy().copy())
            variances.append(layer.running_var.numpy().copy())
        layer.eval()
        save(running.create_group(rule), batches=batches, buffers=[means, variances],
             inference=layer(torch.tensor(batches[-1])).detach())
