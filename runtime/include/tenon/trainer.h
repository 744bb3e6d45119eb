// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TRAINER_H
#define TENON_TRAINER_H

#include <tenon/callbacks.h>
#include <tenon/data.h>

#include <concepts>
#include <optional>

namespace tenon {

/// Whether every pass has an order of its own: of the samples (true), of whole batches ("batch", for data that is read
/// faster so), or that of the data (false).
class Shuffle {
public:
  Shuffle(bool samples) : text_(samples ? "on" : "off") {}
  /// "on", "off" or "batch"; an Error for another one.
  Shuffle(const std::string &text);
  Shuffle(const char *text) : Shuffle(std::string(text)) {}
  bool wholeBatches() const { return text_ == "batch"; }
  const std::string &text() const { return text_; }
  bool operator==(const Shuffle &) const = default;

private:
  std::string text_;
};

/// Keras's fit arguments, in Keras's order. The batches of a generator have a size and an order of their own: batchSize
/// and shuffle do not matter for it, its pass is an epoch unless stepsPerEpoch says otherwise.
struct FitOptions {
  int batchSize = 32;
  int epochs = 1;   ///< the final epoch's number: initialEpoch 2 and epochs 5 trains three
  int verbose = -1; ///< 0 silent, 1 progress bar, 2 one line per epoch, -1 (auto) is 1
  Callbacks callbacks = {};
  double validationSplit = 0; ///< the share of the samples, from the end and before shuffling, that validates
  std::optional<Dataset> validationData = std::nullopt;
  Shuffle shuffle = true;
  std::map<int, double> classWeight = {}; ///< one output only, excludes sampleWeight; a class not named counts 1
  Feed sampleWeight = {};                 ///< (n,); one for all outputs or one per output
  int initialEpoch = 0;
  int64_t stepsPerEpoch = 0;   ///< 0: the whole data set; otherwise an epoch goes on where the last one ended
  int64_t validationSteps = 0; ///< 0: all
  int validationBatchSize = 0; ///< 0: batchSize
  int validationFreq = 1;      ///< validate every so many epochs
  std::optional<int64_t> seed = std::nullopt; ///< of the order of samples; by default the model's
};

struct EvaluateOptions {
  int batchSize = 32;
  int verbose = -1;
  Feed sampleWeight = {};
  int64_t steps = 0; ///< 0: all
  Callbacks callbacks = {};
};

struct PredictOptions {
  int batchSize = 32;
  int verbose = -1;
  int64_t steps = 0; ///< 0: all
  Callbacks callbacks = {};
};

/// What a training has besides its options.
struct TrainerSettings {
  int stepsPerExecution = 1; ///< batches between two calls of the batch hooks
  int64_t *passes = nullptr; ///< how many passes over data were begun so far; kept up to date
  int64_t *seed = nullptr;   ///< of the order of samples where the options give none; set by a state that is gone on with
};

/// Trains a session's program. Its entries "train_step" and "evaluate_step" take the model's inputs by name, then
/// "target:<output>" and then "sample_weight:<output>" (float32, one per sample) for each output; "read_metrics" has
/// one float32 scalar per log, named as Keras names it. The order of samples depends on (seed, pass over the data)
/// alone; with `settings.passes` a training that follows another goes on with new orders, and one that resumes
/// (initialEpoch) with those that would have come.
class Trainer {
public:
  Trainer(Session &session, Dataset dataset, FitOptions options, TrainerSettings settings = {});
  /// Ctrl-C or SIGTERM while it runs ends training after the current batch, cleanly, and `signal` of the history tells;
  /// a second one ends the process. (A handler of the program's own is left alone.)
  History run();

private:
  Session &session_;
  Dataset train_, validation_;
  FitOptions options_;
  TrainerSettings settings_;
};

/// Loss and metrics over a data set.
Logs evaluate(Session &session, const Dataset &dataset, const EvaluateOptions &options = {}, int stepsPerExecution = 1);
/// The outputs of "predict" for all samples of x, in the program's order.
std::vector<Array> predict(Session &session, const Feed &x, const PredictOptions &options = {});
/// The same of a data set's x. (A template, so that predict(session, {a, b}) means two arrays of x.)
std::vector<Array> predictDataset(Session &session, const Dataset &dataset, const PredictOptions &options = {});
template <std::same_as<Dataset> Data>
std::vector<Array> predict(Session &session, const Data &dataset, const PredictOptions &options = {}) {
  return predictDataset(session, dataset, options);
}

} // namespace tenon
#endif // TENON_TRAINER_H
