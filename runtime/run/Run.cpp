// SPDX-License-Identifier: Apache-2.0
#include "runtime/run/Commands.h"
#include "runtime/run/Inputs.h"

#include <tenon/error.h>
#include <tenon/npy.h>
#include <tenon/session.h>

#include <cstdio>

namespace tenon::run {
namespace {
/// The array with at most its first ten rows of ten values.
void print(const std::string &name, const Array &array) {
  std::printf("%s: %s %s\n", name.c_str(), nameOf(array.dtype()), toString(array.shape()).c_str());
  int64_t rows = array.rowCount(), columns = rows ? array.size() / rows : 0;
  for (int64_t row = 0; row < rows && row < 10; ++row) {
    for (int64_t i = 0; i < columns && i < 10; ++i)
      std::printf("%s%.7g", i ? " " : "  ", array.at(row * columns + i));
    std::printf("%s\n", columns > 10 ? " ..." : "");
  }
  if (rows > 10)
    std::printf("  ...\n");
}
} // namespace

void runCommand(const Program &program, const Options &options) {
  const EntryInfo &entry = program.entry("predict");
  std::vector<std::string> inputPaths = assign("--input", options.inputs, entry.inputs),
                           outputPaths = assign("--output", options.outputs, entry.outputs),
                           expectedPaths = assign("--expected", options.expected, entry.outputs);
  std::vector<Array> inputs;
  for (size_t i = 0; i < inputPaths.size(); ++i) {
    const TensorSpec &spec = entry.inputs[i];
    if (inputPaths[i].empty())
      throw Error("input '" + spec.name + "' is missing: give --input " + spec.name + "=FILE.npy", Fault::Usage);
    inputs.push_back(loadInput(inputPaths[i], spec));
  }
  Session session(program, {.threads = options.threads});
  std::vector<Array> outputs = session.call("predict", inputs);
  for (size_t i = 0; i < outputs.size(); ++i)
    if (!outputPaths[i].empty())
      npy::save(outputPaths[i], outputs[i]);
  for (size_t i = 0; i < outputs.size(); ++i) {
    const std::string &name = entry.outputs[i].name;
    if (!expectedPaths[i].empty()) {
      double difference = compare(name, outputs[i], npy::load(expectedPaths[i]), options.rtol, options.atol);
      if (outputPaths[i] != "-")
        std::printf("%s: all %lld elements as expected, greatest difference %.3g\n", name.c_str(),
                    static_cast<long long>(outputs[i].size()), difference);
    } else if (options.outputs.empty() && options.expected.empty()) {
      print(name, outputs[i]);
    }
  }
}

} // namespace tenon::run
