#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sector scores the way they are written in Python.

    peer_python.py pandas PANEL.csv LAST     a whole process: read, difference, robust z by the history up to LAST, sector mean
    peer_python.py forest PANEL.csv          a whole process: read, and an isolation forest fitted and scored for each sector
    peer_python.py --probe NAME              exit code 1 if the packages are not there
"""
import sys


def pandas(path, last):
    import pandas as pd

    d = pd.read_csv(path)
    d["x"] = d.groupby("indicator")["value"].diff()
    history = d["period"] <= last
    median = d["x"][history].groupby(d["indicator"]).median()
    middle = d["indicator"].map(median)
    mad = (d["x"] - middle).abs()[history].groupby(d["indicator"]).median()
    d["z"] = (d["x"] - middle) / (1.482602218505602 * d["indicator"].map(mad))
    print(d.groupby(["sector", "period"])["z"].mean().size)


def forest(path):
    import pandas as pd
    from sklearn.ensemble import IsolationForest

    d = pd.read_csv(path)
    d["x"] = d.groupby("indicator")["value"].diff()
    for _, sector in d.groupby("sector"):
        x = sector.pivot(index="period", columns="indicator", values="x").dropna().to_numpy()
        IsolationForest(random_state=0).fit(x).score_samples(x)


def probe(name):
    try:
        __import__("pandas")
        if name == "forest":
            __import__("sklearn.ensemble")
    except ImportError:
        sys.exit(1)


if sys.argv[1] == "--probe":
    probe(sys.argv[2])
else:
    {"pandas": pandas, "forest": forest}[sys.argv[1]](*sys.argv[2:])
