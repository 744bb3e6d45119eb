// SPDX-License-Identifier: Apache-2.0
// tenon convert: a model, or weights, into another format.
#include "frontend/files/WeightFile.h"
#include "tools/tenon/Commands.h"
#include "tools/tenon/Input.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace tenon::tools {
namespace {

struct Options {
  std::string input, output, model;
  bool noCompile = false, weights = false;
};

bool isModelName(const std::string &path) {
  return !isWeightsName(path) && (hasEnding(path, ".tenon") || hasEnding(path, ".keras") || hasEnding(path, ".h5"));
}

/// Weights into weights: a model says which are whose, because some formats go by the layers' classes and others by
/// their order.
void convertWeights(const Options &options, const std::string &output) {
  if (!isWeightsName(output) && !(hasEnding(output, ".h5") && !options.model.empty()))
    throw Error(options.input + ": holds weights without a model, which '" + output +
                    "' would need; weights are converted to .weights.h5, .h5 or .npz, with --model",
                Fault::Usage);
  if (options.model.empty())
    throw Error(options.input + ": holds weights without a model; name the model whose they are with --model",
                Fault::Usage);
  const Model model = loadModel(options.model, {.compile = !options.noCompile});
  model.loadWeights(options.input);
  model.saveWeights(output);
}

void run(const Options &options) {
  const std::string output =
      options.output.empty() ? llvm::sys::path::stem(options.input).str() + ".tenon" : options.output;
  if (!isModelName(output) && !isWeightsName(output))
    throw Error("-o: expected a name that ends in .tenon, .keras, .h5, .weights.h5 or .npz, got '" + output + "'",
                Fault::Usage);
  if (llvm::sys::fs::equivalent(output, options.input))
    throw Error("convert would overwrite its input '" + options.input + "'; name the result with -o", Fault::Usage);
  if (files::holdsWeightsAlone(options.input))
    return convertWeights(options, output);
  if (!options.model.empty())
    throw Error("--model: '" + options.input + "' holds a model of its own", Fault::Usage);
  if (options.weights && !hasEnding(output, ".h5") && !isWeightsName(output))
    throw Error("--weights: expected a name that ends in .weights.h5, .h5 or .npz, got '" + output + "'", Fault::Usage);
  const Model model = loadModel(options.input, {.compile = !options.noCompile});
  if (options.weights || isWeightsName(output))
    model.saveWeights(output);
  else
    model.save(output);
}

} // namespace

void addConvert(CLI::App &app, Action &action) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("convert", "a model or weights into another format");
  command->add_option("INPUT", options->input, "a model (.tenon, .keras, .h5) or weights (.weights.h5, .h5, .npz)")
      ->required();
  command->add_option("-o", options->output,
                      "the result, in the format that its name says (.tenon, .keras, .h5; of weights .weights.h5, .h5, "
                      ".npz); a .tenon file beside the caller under the model's name by default");
  command->add_option("--model", options->model, "for weights: the model whose they are");
  command->add_flag("--weights", options->weights, "the weights alone of a model, into an .h5 file");
  command->add_flag("--no-compile", options->noCompile, "leave optimizer, losses and metrics out");
  command->callback([options, &action] { action = [options] { run(*options); }; });
}

} // namespace tenon::tools
