// SPDX-License-Identifier: Apache-2.0
// Chooses hyper-parameters of a network that reads handwritten digits: each trial trains on one part of the images and
// is measured on a second one; once, at the end, the best is measured on a third that no trial has seen, beside what
// one would have taken without a search.
//   tune_digits --trials 30 --study digits --workers 2 [--epochs N] [--data digits.csv.gz]     (--help lists the rest)
#include <tenon/tenon.h>
#include <tenon/tune.h>

#include <algorithm>
#include <cstdio>

using namespace tenon;

namespace {
struct Settings {
  std::string data = "examples/data/digits.csv.gz";
  int epochs = 20;
};

struct Digits {
  Dataset train, validation, test;
};

/// Half of the images to train on, a quarter to choose by, a quarter for the end: the same in every process.
Digits digitsOf(const Settings &settings) {
  auto [known, test] = data::loadCsv(settings.data, {.shape = {8, 8, 1}, .classes = 10})
                           .split({.test = 0.25, .stratified = true, .seed = 3});
  auto [train, validation] = known.split({.test = 1.0 / 3, .stratified = true, .seed = 4});
  return {train, validation, test};
}

Optimizer optimizerOf(Trial &trial) {
  const std::string name = trial.suggestCategorical("optimizer", {"adam", "rmsprop", "sgd"});
  // What is a good rate for one is none for the other: each has its own.
  const double rate = trial.suggestFloat("learning_rate_" + name, 1e-4, 1e-1, {.log = true});
  if (name == "adam")
    return Adam({.learningRate = rate});
  if (name == "rmsprop")
    return RMSprop({.learningRate = rate});
  return SGD({.learningRate = rate, .momentum = trial.suggestFloat("momentum", 0, 0.95, {.step = 0.05})});
}

Model modelOf(Trial &trial) {
  const int filters = int(trial.suggestInt("filters", 8, 64, {.step = 8}));
  Tensor image = Input({8, 8, 1}, {.name = "image"});
  Tensor x = Rescaling({.scale = 1.0 / 16})(image);
  Tensor y = Conv2D({.filters = filters, .kernelSize = {3, 3}, .padding = "same", .useBias = false})(x);
  y = ReLU()(BatchNormalization()(y));
  y = Conv2D({.filters = filters, .kernelSize = {3, 3}, .padding = "same", .activation = "relu"})(y);
  y = Flatten()(MaxPooling2D({.poolSize = {2, 2}})(y));
  y = Dropout({.rate = trial.suggestFloat("dropout", 0, 0.6, {.step = 0.1})})(y);
  if (const int units = int(trial.suggestInt("units", 0, 128, {.step = 32})); units > 0)
    y = Dense({.units = units, .activation = "relu"})(y);
  Model model({image}, {Dense({.units = 10, .activation = "softmax"})(y)}, {.name = "digits"});
  model.compile({.optimizer = optimizerOf(trial), .loss = "categorical_crossentropy", .metrics = {"accuracy"}});
  return model;
}

/// The best epoch's loss on the validation images; its model stays in the trial's folder.
double train(Trial &trial, const Digits &digits, int epochs) {
  setRandomSeed(1 + trial.execution());
  Model model = modelOf(trial);
  const int batch = std::stoi(trial.suggestCategorical("batch_size", {"16", "32", "64", "128"}));
  const History history = model.fit(
      digits.train, {.batchSize = batch,
                     .epochs = epochs,
                     .verbose = 0,
                     .callbacks = {EarlyStopping({.patience = 5, .restoreBestWeights = true}), PruningCallback(trial)},
                     .validationData = digits.validation});
  const std::vector<double> &losses = history.history.at("val_loss");
  model.save(trial.folder() + "/model.tenon");
  return *std::min_element(losses.begin(), losses.end());
}

/// What the model of a trial makes of the images that no trial saw.
Scores testOf(const Study &study, int64_t number, const Digits &digits) {
  return loadModel(study.folderOf(number) + "/model.tenon").evaluate(digits.test, {.verbose = 0});
}

void compare(const Study &study, const Digits &digits) {
  const std::optional<TrialRecord> best = study.best();
  const TrialRecord defaults = study.trials().at(0);
  if (!best || defaults.state != TrialState::Complete)
    throw Error("tune_digits: the trial of the defaults is " + std::string(toText(defaults.state)) +
                ", there is nothing to compare with");
  const Scores before = testOf(study, defaults.number, digits), after = testOf(study, best->number, digits);
  std::printf("test: defaults loss %.4f, accuracy %.4f\n"
              "test: best     loss %.4f, accuracy %.4f, gain %+.4f\n",
              before["loss"], before["accuracy"], after["loss"], after["accuracy"],
              after["accuracy"] - before["accuracy"]);
}
} // namespace

int main(int argc, char **argv) {
  Settings settings;
  std::optional<Digits> digits; // read when the options are
  auto loaded = [&]() -> const Digits & {
    if (!digits)
      digits = digitsOf(settings);
    return *digits;
  };
  return tuneMain(argc, argv, [&](Trial &trial) { return train(trial, loaded(), settings.epochs); },
                  {.description = "Chooses hyper-parameters of a network that reads handwritten digits.",
                   .direction = Direction::Minimize,
                   .options = {{"--epochs", "the most epochs of a trial", &settings.epochs},
                               {"--data", "the digits", &settings.data}},
                   .defaults = {{"filters", int64_t(32)},
                                {"dropout", 0.5},
                                {"units", int64_t(0)},
                                {"optimizer", "adam"},
                                {"learning_rate_adam", 1e-3},
                                {"batch_size", "32"}},
                   .afterwards = [&](const Study &study) { compare(study, loaded()); }});
}
