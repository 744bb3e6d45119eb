// SPDX-License-Identifier: Apache-2.0
#include "runtime/run/Commands.h"
#include "runtime/run/Inputs.h"

#include "runtime/Clock.h"
#include "runtime/File.h"

#include <tenon/error.h>
#include <tenon/philox.h>
#include <tenon/session.h>

#include <algorithm>
#include <cstdio>

namespace tenon::run {
namespace {
constexpr double kWarmUpSeconds = 0.1, kSeconds = 1;
constexpr size_t kLeastRuns = 10, kMostRuns = 100'000;

/// What --batch and --dim say, and the shapes of the inputs that are given.
std::map<std::string, int64_t> symbolValues(const EntryInfo &entry, const Options &options,
                                            const std::vector<std::optional<Array>> &given) {
  std::map<std::string, int64_t> known = options.dims;
  for (size_t i = 0; i < given.size(); ++i)
    for (size_t axis = 0; given[i] && axis < given[i]->shape().size() && axis < entry.inputs[i].dims.size(); ++axis)
      if (int symbol = entry.inputs[i].dims[axis].symbol; symbol >= 0)
        known.emplace(entry.symbols[static_cast<size_t>(symbol)], given[i]->shape()[axis]);
  std::map<std::string, int64_t> values;
  for (auto &symbol : entry.symbols) {
    auto found = known.find(symbol);
    if (found == known.end() && symbol != "batch")
      throw Error("entry '" + entry.name + "' has a dimension '" + symbol + "': give --dim " + symbol + "=SIZE",
                  Fault::Usage);
    values[symbol] = found == known.end() ? options.batch : found->second;
  }
  for (auto &dim : options.dims)
    if (!values.count(dim.first))
      throw Error("--dim: entry '" + entry.name + "' has no dimension '" + dim.first + "'", Fault::Usage);
  return values;
}

std::vector<std::optional<Array>> givenInputs(const EntryInfo &entry, const Options &options) {
  std::vector<std::optional<Array>> given;
  const std::vector<std::string> paths = assign("--input", options.inputs, entry.inputs);
  for (size_t i = 0; i < paths.size(); ++i)
    given.push_back(paths[i].empty() ? std::nullopt : std::optional(loadInput(paths[i], entry.inputs[i])));
  return given;
}

/// What is not given: floats from 0 to 1, the same in every run; integers are 0, a valid index.
std::vector<Array> makeInputs(const EntryInfo &entry, const std::map<std::string, int64_t> &symbols,
                              std::vector<std::optional<Array>> given) {
  std::vector<Array> inputs;
  for (size_t input = 0; input < given.size(); ++input) {
    const TensorSpec &spec = entry.inputs[input];
    if (given[input]) {
      inputs.push_back(*given[input]);
      continue;
    }
    Shape shape;
    for (auto &dim : spec.dims)
      shape.push_back(dim.size >= 0 ? dim.size : symbols.at(entry.symbols[static_cast<size_t>(dim.symbol)]));
    inputs.emplace_back(shape, spec.dtype);
    for (int64_t i = 0; spec.dtype == DType::F32 && i < inputs.back().size(); ++i)
      inputs.back().data<float>()[i] =
          static_cast<float>(philox({static_cast<uint32_t>(i), 0, 0, 0}, {1, 0})[0] >> 8) / (1 << 24);
  }
  return inputs;
}

std::vector<double> measure(Session &session, const EntryInfo &entry, const std::vector<Array> &inputs) {
  std::vector<Array> outputs = session.call(entry.name, inputs);
  for (double end = seconds() + kWarmUpSeconds; seconds() < end;)
    session.call(entry, inputs, outputs);
  std::vector<double> times;
  for (double end = seconds() + kSeconds; times.size() < kLeastRuns || (seconds() < end && times.size() < kMostRuns);) {
    double start = seconds();
    session.call(entry, inputs, outputs);
    times.push_back(1e3 * (seconds() - start));
  }
  std::sort(times.begin(), times.end());
  return times;
}
} // namespace

void benchCommand(const Program &program, const Options &options) {
  const EntryInfo &entry = program.entry(options.entry);
  std::vector<std::optional<Array>> given = givenInputs(entry, options);
  std::map<std::string, int64_t> symbols = symbolValues(entry, options, given);
  std::vector<Array> inputs = makeInputs(entry, symbols, std::move(given));
  Session session(program, {.threads = options.threads});
  std::vector<double> times = measure(session, entry, inputs);
  double least = times[0], median = times[times.size() / 2], p99 = times[times.size() * 99 / 100];
  std::optional<double> flops = entry.flops.empty() ? std::nullopt : evaluateExpression(entry.flops, symbols);
  int64_t batch = symbols.count("batch") ? symbols["batch"] : 1;
  double peak = measurePeak() * session.threads(), rate = flops ? *flops / median * 1e-6 : 0;

  char text[512];
  std::printf("%s %s, batch %lld, threads %d: min %.4g ms, median %.4g ms, p99 %.4g ms (%zu runs)\n",
              program.model().c_str(), entry.name.c_str(), static_cast<long long>(batch), session.threads(), least,
              median, p99, times.size());
  if (flops)
    std::printf("%.4g GFLOP/s at the median, %.1f %% of this machine's peak of %.4g GFLOP/s\n", rate, 100 * rate / peak,
                peak);
  if (options.json.empty())
    return;
  char gflops[32] = "null";
  if (flops)
    std::snprintf(gflops, sizeof gflops, "%.6g", rate);
  std::snprintf(text, sizeof text,
                "{\"min_ms\": %.6g, \"median_ms\": %.6g, \"p99_ms\": %.6g, \"gflops\": %s, \"peak_gflops\": %.6g, "
                "\"threads\": %d, \"batch\": %lld, \"runs\": %zu}\n",
                least, median, p99, gflops, peak, session.threads(), static_cast<long long>(batch), times.size());
  FileWriter file(options.json);
  file.write(text);
  file.close();
}

} // namespace tenon::run
