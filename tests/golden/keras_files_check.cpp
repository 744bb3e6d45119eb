// SPDX-License-Identifier: Apache-2.0
// keras_files_check FOLDER [NAME...]: the files that keras_files.py made, against Keras: weights to the bit, outputs
// within the tolerance (a share of the outputs' standard deviation), with every pass and with those alone that programs
// need.
#include "frontend/facade/AheadOfTime.h"
#include "frontend/facade/Compiler.h"
#include "mlir/IR/MLIRContext.h"
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <tenon/npy.h>
#include <tenon/session.h>
#include <zlib.h>

using namespace tenon;
using Json = nlohmann::json;

namespace {

bool sameWeights(const Model &model, const Json &checksums) {
  const std::vector<Array> weights = model.getWeights();
  bool same = weights.size() == checksums.size();
  for (size_t i = 0; same && i < weights.size(); ++i)
    same = crc32_z(0, static_cast<const Bytef *>(weights[i].raw()), weights[i].bytes()) == checksums[i].get<uint32_t>();
  return same;
}

// The largest error as a share of the expected values' standard deviation.
double worstError(const Array &actual, const Array &expected) {
  if (actual.shape() != expected.shape())
    throw Error("the output has shape " + toString(actual.shape()) + ", Keras's " + toString(expected.shape()));
  double mean = 0, variance = 0, worst = 0;
  for (int64_t i = 0; i < expected.size(); ++i)
    mean += expected.at(i) / double(expected.size());
  for (int64_t i = 0; i < expected.size(); ++i) {
    variance += std::pow(expected.at(i) - mean, 2) / double(expected.size());
    const double error = std::abs(actual.at(i) - expected.at(i));
    worst = error <= worst ? worst : error; // NaN is the worst
  }
  // A single value has no deviation, and one that varies by less than a tenth of its size (the age of posts) has none that
  // float32 could resolve so finely, Keras's neither: the size stands for it.
  const double deviation = std::sqrt(variance), size = std::abs(mean);
  return worst / (deviation > size / 10 ? deviation : size);
}

Program programOf(const Model &model, bool allPasses) {
  mlir::MLIRContext context;
  auto module = facade::moduleOf(model, context, /*training=*/false);
  facade::AheadOptions options{.modelName = model.name()};
  if (!allPasses)
    options.disabledPasses = passes::optionalPasses().vec();
  return facade::link(facade::compileAhead(*module, facade::valuesOf(model), options));
}

bool check(const std::filesystem::path &folder, const Json &about) {
  const std::string name = about.at("name"), base = (folder / name).string();
  auto start = std::chrono::steady_clock::now();
  auto seconds = [&] {
    auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double>(now - std::exchange(start, now)).count();
  };
  const Model model = loadModel(base + ".keras", {.compile = false});
  const double loading = seconds();
  bool good = sameWeights(model, about.at("weights"));
  std::printf("%-20s weights %s, read in %.1f s\n", name.c_str(), good ? "equal" : "DIFFER", loading);
  for (bool allPasses : {true, false}) {
    seconds();
    Session session(programOf(model, allPasses));
    std::printf("%-20s %-13s compiled in %5.1f s, error / deviation", "", allPasses ? "passes on," : "passes off,",
                seconds());
    for (int64_t batch : about.at("batches")) {
      const std::string stem = base + "." + std::to_string(batch);
      std::vector<Array> inputs;
      for (int i = 0; i < about.at("inputs").get<int>(); ++i)
        inputs.push_back(npy::load(stem + ".input" + std::to_string(i) + ".npy"));
      const std::vector<Array> outputs = session.call("predict", inputs);
      double worst = 0;
      for (size_t i = 0; i < outputs.size(); ++i) {
        const double error = worstError(outputs[i], npy::load(stem + ".output" + std::to_string(i) + ".npy"));
        worst = error <= worst ? worst : error;
      }
      const bool within =
          outputs.size() == about.at("outputs").get<size_t>() && worst <= about.at("tolerance").get<double>();
      good = good && within;
      std::printf("  %lld: %.1e%s", static_cast<long long>(batch), worst, within ? "" : " TOO LARGE");
    }
    std::printf("\n");
    std::fflush(stdout);
  }
  return good;
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: keras_files_check FOLDER [NAME...]\n");
    return 2;
  }
  const std::vector<std::string> names(argv + 2, argv + argc);
  int failures = 0, count = 0;
  for (const auto &entry : std::filesystem::directory_iterator(argv[1])) {
    if (entry.path().extension() != ".json" ||
        (!names.empty() && std::find(names.begin(), names.end(), entry.path().stem()) == names.end()))
      continue;
    ++count;
    try {
      std::ifstream file(entry.path());
      failures += !check(argv[1], Json::parse(file));
    } catch (const std::exception &error) {
      ++failures;
      std::printf("%s: %s\n", entry.path().stem().c_str(), error.what());
    }
  }
  std::printf("%d networks, %d of them not as Keras\n", count, failures);
  return failures || !count ? 1 : 0;
}
