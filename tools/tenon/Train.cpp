// SPDX-License-Identifier: Apache-2.0
// tenon train: trains a model on the arrays of a file.
#include "frontend/facade/ModelState.h"
#include "frontend/graph/ModelNode.h"
#include "runtime/File.h"
#include "tools/tenon/Commands.h"
#include "tools/tenon/Input.h"
#include "tools/tenon/TrainingFiles.h"
#include "llvm/ADT/StringExtras.h"
#include <csignal>
#include <nlohmann/json.hpp>

namespace tenon::tools {
namespace {

struct Options {
  std::string model, data, validation, output, resume, saveEvery = "10s", history, shuffle = "on";
  double validationSplit = 0;
  int epochs = 1, batchSize = 32, threads = 0, verbose = -1;
  std::optional<int64_t> seed;
  CompileSettings compile;
  std::vector<std::string> callbacks;
};

/// Keeps a training that a signal ends where nothing else does.
struct KeepWhenStopped : Callback {
  explicit KeepWhenStopped(std::string folder) : folder(std::move(folder)) {}
  void onSafePoint(TrainingContext &context, SafePoint point) override {
    if (point == SafePoint::Signal)
      BackupAndRestore::keep(context, folder);
  }
  bool wantsBatchLogs() const override { return false; }
  std::string folder;
};

void writeHistory(const History &history, const std::string &path) {
  nlohmann::ordered_json json = {{"epoch", history.epoch}, {"history", nlohmann::ordered_json::object()}};
  for (const auto &[name, values] : history.history)
    json["history"][name] = values;
  writeFile(path, json.dump(1) + "\n");
}

void run(const Options &options) {
  checkModelName(options.output);
  setThreads(options.threads);
  Model model = loadModel(options.model);
  compileModel(model, options.model, options.compile);
  if (options.seed)
    *facade::ModelState::of(model.model()).seed() = *options.seed;
  Dataset train = readSamples("--data", options.data, model, /*withTargets=*/true);
  FitOptions fit{.batchSize = options.batchSize,
                 .epochs = options.epochs,
                 .verbose = options.verbose,
                 .validationSplit = options.validationSplit,
                 .shuffle = options.shuffle,
                 .seed = options.seed};
  if (!options.validation.empty())
    fit.validationData = readSamples("--validation", options.validation, model, /*withTargets=*/true);
  for (const std::string &text : options.callbacks)
    fit.callbacks.push_back(makeCallback(text));
  const std::string kept = options.resume.empty() ? options.output + ".stopped" : options.resume;
  if (options.resume.empty())
    fit.callbacks.push_back(KeepWhenStopped(kept));
  else // the state stays when training is over: it then says so, or goes on with more epochs
    fit.callbacks.push_back(
        BackupAndRestore(options.resume, {.saveFreq = options.saveEvery, .deleteCheckpoint = false}));
  History history = model.fit(train, std::move(fit));
  if (history.interrupted()) {
    std::fflush(stdout);
    std::fprintf(stderr, "tenon: stopped before '%s' was written; the same command with --resume %s goes on\n",
                 options.output.c_str(), kept.c_str());
    throw Stopped(history.signal);
  }
  writeModel(model, options.output);
  if (!options.history.empty())
    writeHistory(history, options.history);
}

} // namespace

void addTrain(CLI::App &app, Action &action) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("train", "a model on the arrays of a .npz file");
  command->add_option("MODEL", options->model, "MODEL.tenon, MODEL.keras or MODEL.h5")->required();
  command
      ->add_option("--data", options->data,
                   "TRAIN.npz: arrays named after the inputs and outputs (x and y where there is one), and sample_weight")
      ->required();
  auto *validation = command->add_option("--validation", options->validation, "VALIDATION.npz, of the same kind");
  command
      ->add_option("--validation-split", options->validationSplit,
                   "the share of the samples, from the end and before shuffling, that validates")
      ->check(CLI::Range(0.0, 1.0))
      ->excludes(validation);
  command->add_option("--epochs", options->epochs)->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--batch-size", options->batchSize)->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--shuffle", options->shuffle, "every epoch in an order of its own: of the samples (on), of whole batches (batch), or not (off)")
      ->check(CLI::IsMember({"on", "off", "batch"}))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "of the order of samples and of dropout; the model's by default");
  command->add_option("--optimizer", options->compile.optimizer,
                      "NAME[,key=value...], as adam,learning_rate=1e-4; the model's by default");
  command
      ->add_option("--loss", options->compile.losses,
                   "[OUTPUT=]NAME[,key=value...], once per output; the model's by default");
  command->add_option("--metrics", options->compile.metrics, "[OUTPUT=]NAME[,NAME...]; the model's by default");
  command
      ->add_option("--freeze", options->compile.freeze,
                   "layers that training leaves as they are, separated by commas; INNER/LAYER for one of an inner model")
      ->delimiter(',');
  command
      ->add_option("--callback", options->callbacks,
                   "NAME[,key=value...] with Keras's argument names, any number of times: " +
                       llvm::join(callbackNames(), ", "));
  auto *resume = command->add_option("--resume", options->resume,
                      "a folder that keeps the training: it goes on where that was ended, bit for bit");
  command->add_option("--save-every", options->saveEvery, "how often --resume keeps it: epoch, batches (100) or a time (10s)")
      ->needs(resume)
      ->capture_default_str();
  command->add_option("--history", options->history, "write the epochs' logs as JSON");
  command->add_option("--threads", options->threads, "0 for one per core; the result does not depend on it")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--verbose", options->verbose, "0 silent, 1 progress bar, 2 one line per epoch")
      ->check(CLI::Range(0, 2));
  command
      ->add_option("-o", options->output, "the trained model: NAME.tenon, .keras or .h5; weights: NAME.weights.h5 or .npz")
      ->required();
  command->footer("Ctrl-C and SIGTERM end training after the batch, keep it in the folder of --resume (or NAME.stopped)\n"
                  "and exit with 128 + the signal's number; a second one ends at once.");
  command->callback([options, &action] { action = [options] { run(*options); }; });
}

} // namespace tenon::tools
