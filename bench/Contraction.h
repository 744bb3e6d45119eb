// SPDX-License-Identifier: Apache-2.0
// One contraction as a program of its own, timed through its C table: the weights packed beforehand by @prepare, one
// core, beside the FMA peak measured in the same run.
#pragma once
#include <benchmark/benchmark.h>
#include <string>

namespace tenon::bench {

/// Registers a benchmark of @predict of the module text at a batch size; flops: multiply-adds counted twice per call.
void registerContraction(const std::string &name, const std::string &module, int64_t batch, double flops);

} // namespace tenon::bench
