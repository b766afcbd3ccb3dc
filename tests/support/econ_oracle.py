# SPDX-License-Identifier: GPL-3.0-or-later
"""The statistics of sci-econ by their definitions, with numpy and scipy: no running sums, no sorted windows, every history
gathered anew. econ_oracle.py PANEL.csv MAP.csv SCORES.csv [--calibrate N] [--rescale]: the columns of scores.csv must be these."""
import csv
import sys

import numpy as np
from scipy import stats

C = 1 / stats.norm.ppf(0.75)
P_LEAST, TAIL_LEAST = 24, 60
beyond = []


def read(path):
    with open(path) as f:
        return list(csv.reader(f))


def score(x, calibrate):
    """Against the values before, or the first `calibrate`; and how many these are."""
    out, behind = np.full(len(x), np.nan), np.zeros(len(x), int)
    for t in range(len(x)):
        h = x[: calibrate or t]
        h = h[~np.isnan(h)]
        behind[t] = len(h)
        if len(h) >= 2 and not np.isnan(x[t]):
            spread = C * np.median(np.abs(h - np.median(h)))
            if spread > 0:
                out[t] = (x[t] - np.median(h)) / spread
    return out, behind


def tail(size, history):
    """Rank, or beyond the largest tenth a generalized Pareto distribution by L-moments from all pairs."""
    h = np.sort(history)
    n, k = len(h), int(np.ceil(len(h) / 10))
    u, y = h[n - k - 1], h[n - k:] - h[n - k - 1]
    if size <= u:
        return (1 + np.sum(h >= size)) / (n + 1)
    beyond.append(size)
    first = y.mean()
    second = np.abs(y[:, None] - y[None, :]).sum() / (2 * k * (k - 1))
    shape = 2 - first / second
    shape = max(0.1, (k * shape + 10 * 0.5) / (k + 10))
    return (k + 1) / (n + 1) * stats.genpareto.sf(size - u, shape, scale=first * (1 - shape))


def p_of(s, behind, calibrate):
    out = np.full(len(s), np.nan)
    usable = np.where(behind >= P_LEAST, np.abs(s), np.nan)
    for t in range(len(s)):
        if np.isnan(s[t]) or behind[t] < P_LEAST:
            continue
        h = usable[: calibrate or t]
        h = h[~np.isnan(h)]
        if len(h) < TAIL_LEAST:
            z = abs(s[t]) * C * stats.t.ppf(0.75, 5) / np.sqrt(1 + np.pi / 2 / behind[t])
            out[t] = 2 * stats.t.sf(z, 5)
        else:
            out[t] = tail(abs(s[t]), h)
    return out


def others(a, j):
    rest = np.delete(a, j, 0)
    out = np.full(a.shape[1], np.nan)
    for t in range(a.shape[1]):
        v = rest[:, t][~np.isnan(rest[:, t])]
        if len(v):
            out[t] = np.median(v)
    return out


def mean(a, w):
    here = ~np.isnan(a)
    return np.average(a[here], weights=w[here]) if here.any() else np.nan


def rescaled(z, w, t, raw, calibrate):
    here = ~np.isnan(z[:, t])
    if here.all() or not here.any():
        return raw
    past = np.clip(z[:, : calibrate or t], -6, 6)
    r = np.eye(len(z))
    for a in range(len(z)):
        for b in range(a):
            both = ~np.isnan(past[a]) & ~np.isnan(past[b])
            if both.sum() >= P_LEAST:
                r[a, b] = r[b, a] = np.corrcoef(past[a][both], past[b][both])[0, 1]
    spread = lambda keep: np.sqrt(w[keep] @ r[np.ix_(keep, keep)] @ w[keep]) / w[keep].sum()
    return raw * spread(here | True) / spread(here)


def main(panel, the_map, scores, *options):
    calibrate = int(options[options.index("--calibrate") + 1]) if "--calibrate" in options else 0
    rows = read(panel)
    column = {name: k for k, name in enumerate(rows[0])}
    value = lambda k: np.array([float(r[k]) if r[k] else np.nan for r in rows[1:]])
    sectors, z = {}, {}
    weight = {}
    head, *lines = read(the_map)
    for r in lines:
        weight[r[0]] = float(r[head.index("weight")]) if "weight" in head else 1.0
        assert r[3] == "dlog"
        x = np.concatenate([[np.nan], np.diff(np.log(value(column[r[0]])))]) * int(r[4])
        z[r[0]], _ = score(x, calibrate)
        sectors.setdefault(r[1], []).append(r[0])
    names = list(sectors)
    want = {s: {} for s in names}
    for s in names:
        a = np.array([z[i] for i in sectors[s]])
        weights = np.array([weight[i] for i in sectors[s]])
        raw = np.array([mean(a[:, t], weights) for t in range(a.shape[1])])
        if "--rescale" in options:
            raw = np.array([rescaled(a, weights, t, raw[t], calibrate) for t in range(len(raw))])
        level, behind = score(raw, calibrate)
        want[s].update(raw=raw, level=level, p_level=p_of(level, behind, calibrate))
        if len(a) > 1:
            w = [score(a[j] - others(a, j), calibrate) for j in range(len(a))]
            p = np.array([p_of(x, n, calibrate) for x, n in w])
            k = (~np.isnan(p)).sum(0)
            least = np.nanmin(np.where(np.isnan(p), np.inf, p), 0)
            want[s]["p_within"] = np.where(k > 0, 1 - (1 - least) ** k, np.nan)
            size = np.array([np.where(np.isnan(x), 0, np.abs(x)) for x, _ in w])
            want[s]["within_max"] = np.array([w[size[:, t].argmax()][0][t] for t in range(a.shape[1])])
        else:
            want[s]["p_within"] = want[s]["within_max"] = np.full(a.shape[1], np.nan)
    levels = np.array([want[s]["level"] for s in names])
    for j, s in enumerate(names):
        relative, behind = score(levels[j] - others(levels, j), calibrate)
        p, q = p_of(relative, behind, calibrate), want[s]["p_within"]
        least = np.fmin(p, q)
        want[s].update(relative=relative, p_relative=p,
                       overall_p=np.where(np.isnan(p) | np.isnan(q), least, 1 - (1 - least) ** 2))
    middle = np.array([np.median(v[~np.isnan(v)]) if (~np.isnan(v)).any() else np.nan for v in levels.T])
    economy, behind = score(middle, calibrate)
    want[""] = {"level": economy, "p_level": p_of(economy, behind, calibrate)}
    compare(scores, want, {r[0]: k for k, r in enumerate(rows[1:])})


def compare(scores, want, number):
    rows = read(scores)
    column = {name: k for k, name in enumerate(rows[0])}
    compared = dict.fromkeys(column, 0)
    for r in rows[1:]:
        for name, series in want[r[1]].items():
            got = float(r[column[name]]) if r[column[name]] else np.nan
            expected = series[number[r[0]]]
            assert np.isnan(got) == np.isnan(expected), (r[0], r[1], name, got, expected)
            if not np.isnan(got):
                assert abs(got - expected) <= 1e-8 * (1e-2 + abs(expected)), (r[0], r[1], name, got, expected)
                compared[name] += 1
    for name in ("raw", "level", "relative", "within_max", "p_level", "p_relative", "p_within", "overall_p"):
        assert compared[name] > 200, (name, compared[name])
    assert len(beyond) > 20, len(beyond)


main(*sys.argv[1:])
