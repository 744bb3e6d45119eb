#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes data/hparams.json: the summaries that TensorBoard's own writer of hyper-parameters makes, as bytes in hex, with what
they say. pip install tensorboard tensorflow-cpu; python3 hparams.py

Map entries come in the order of their keys (protobuf's deterministic serialization)."""
import json
import os

from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2, summary, summary_v2

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")


def hexOf(message):
    content = message.value[0].metadata.plugin_data
    data = plugin_data_pb2.HParamsPluginData.FromString(content.content)
    content.content = data.SerializeToString(deterministic=True)
    return message.SerializeToString(deterministic=True).hex()


def experiment(parameters, metrics, created):
    hparams = []
    for parameter in parameters:
        domain = summary_v2.RealInterval(*parameter["interval"]) if "interval" in parameter else summary_v2.Discrete(parameter["choices"])
        hparams.append(summary_v2.HParam(parameter["name"], domain))
    return hexOf(summary_v2.hparams_config_pb(hparams, [summary_v2.Metric(tag) for tag in metrics], time_created_secs=created))


def main():
    experiments = [
        {"parameters": [{"name": "lr", "interval": [1e-4, 0.1]}, {"name": "dropout", "interval": [0.0, 0.5]},
                        {"name": "activation", "choices": ["relu", "tanh"]}], "metrics": ["value"], "created": 1795974380.25},
        {"parameters": [{"name": "über", "choices": ["x"]}], "metrics": ["value", "val/accuracy"], "created": 1.0}]
    for one in experiments:
        one["bytes"] = experiment(one["parameters"], one["metrics"], one["created"])
    starts = [{"values": {"lr": 0.01, "units": 32, "activation": "relu", "zero": 0}, "group": "trial_7", "started": 1795974381.5},
              {"values": {"longer than the others": -2.5e-7}, "group": "trial_100000", "started": 12.0}]
    for one in starts:
        one["bytes"] = hexOf(summary.session_start_pb(one["values"], group_name=one["group"], start_time_secs=one["started"]))
    ends = [{"status": status, "ended": 1795974390.75} for status in ("SUCCESS", "FAILURE", "RUNNING")]
    for one in ends:
        one["bytes"] = hexOf(summary.session_end_pb(api_pb2.Status.Value("STATUS_" + one["status"]), end_time_secs=one["ended"]))
    with open(os.path.join(FOLDER, "hparams.json"), "w", encoding="utf-8") as file:
        json.dump({"experiments": experiments, "starts": starts, "ends": ends}, file, indent=1, ensure_ascii=False)
        file.write("\n")


if __name__ == "__main__":
    main()
