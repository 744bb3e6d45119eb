// SPDX-License-Identifier: Apache-2.0
// tenon evaluate and tenon predict: a model on the arrays of a file.
#include "runtime/File.h"
#include "tools/tenon/Commands.h"
#include "tools/tenon/Input.h"
#include "tools/tenon/TrainingFiles.h"
#include <nlohmann/json.hpp>
#include <tenon/npy.h>

namespace tenon::tools {
namespace {

struct Options {
  std::string model, weights, data, output, json;
  int batchSize = 32, threads = 0, verbose = 0;
  CompileSettings compile;
};

Model load(const Options &options, bool compile) {
  Model model = loadModel(options.model, {.compile = compile});
  if (!options.weights.empty())
    model.loadWeights(options.weights);
  return model;
}

void evaluateModel(const Options &options) {
  setThreads(options.threads);
  Model model = load(options, /*compile=*/true);
  compileModel(model, options.model, options.compile);
  Scores scores = model.evaluate(readSamples("--data", options.data, model, /*withTargets=*/true),
                                 {.batchSize = options.batchSize, .verbose = options.verbose});
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto &[name, value] : scores) {
    json[name] = value;
    if (options.json != "-")
      std::printf("%s %.7g\n", name.c_str(), value);
  }
  if (options.json == "-")
    std::printf("%s\n", json.dump(1).c_str());
  else if (!options.json.empty())
    writeFile(options.json, json.dump(1) + "\n");
}

void predictModel(const Options &options) {
  setThreads(options.threads);
  Model model = load(options, /*compile=*/false);
  if (const size_t outputs = model.outputs().size(); outputs != 1 && !hasEnding(options.output, ".npz"))
    throw Error("-o: the model has " + std::to_string(outputs) + " outputs; name a .npz file, which holds all of them",
                Fault::Usage);
  Dataset data = hasEnding(options.data, ".npy") ? Dataset(npy::load(options.data))
                                                 : readSamples("--data", options.data, model, /*withTargets=*/false);
  Predictions predictions =
      model.predict(data, {.batchSize = options.batchSize, .verbose = options.verbose});
  if (hasEnding(options.output, ".npz")) {
    std::map<std::string, Array> named;
    for (size_t i = 0; i < predictions.size(); ++i)
      named.emplace(predictions.names()[i], predictions.arrays()[i]);
    npy::saveNpz(options.output, named);
  } else {
    npy::save(options.output, predictions[0]);
  }
}

CLI::App *addCommand(CLI::App &app, const char *name, const char *description, Options &options) {
  CLI::App *command = app.add_subcommand(name, description);
  command->add_option("MODEL", options.model, "MODEL.tenon, MODEL.keras or MODEL.h5")->required();
  command->add_option("--weights", options.weights,
                      "a file of weights (.weights.h5, .h5, .npz) that take the place of the model's");
  command->add_option("--batch-size", options.batchSize)->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--threads", options.threads, "0 for one per core; the result does not depend on it")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--verbose", options.verbose, "0 silent, 1 progress bar")
      ->check(CLI::Range(0, 2))
      ->capture_default_str();
  return command;
}

} // namespace

void addEvaluate(CLI::App &app, Action &action) {
  auto options = std::make_shared<Options>();
  CLI::App *command = addCommand(app, "evaluate", "a model's loss and metrics on the arrays of a .npz file", *options);
  command
      ->add_option("--data", options->data,
                   "TEST.npz: arrays named after the inputs and outputs (x and y where there is one), and sample_weight")
      ->required();
  command->add_option("--loss", options->compile.losses, "[OUTPUT=]NAME[,key=value...]; the model's by default");
  command->add_option("--metrics", options->compile.metrics, "[OUTPUT=]NAME[,NAME...]; the model's by default");
  command->add_option("--json", options->json, "write the scores as JSON; - for standard output");
  command->callback([options, &action] { action = [options] { evaluateModel(*options); }; });
}

void addPredict(CLI::App &app, Action &action) {
  auto options = std::make_shared<Options>();
  CLI::App *command = addCommand(app, "predict", "a model's outputs for the arrays of a file", *options);
  command
      ->add_option("--data", options->data,
                   "X.npz: arrays named after the inputs (x where there is one); or X.npy for a model of one input")
      ->required();
  command->add_option("-o", options->output, "Y.npz, arrays named after the outputs; or Y.npy for a model of one output")
      ->required();
  command->callback([options, &action] { action = [options] { predictModel(*options); }; });
}

} // namespace tenon::tools
