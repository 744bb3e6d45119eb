// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_CALLBACKS_H
#define TENON_CALLBACKS_H

#include <tenon/session.h>

#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace tenon {

/// Loss and metrics by name: "loss", "accuracy", "val_loss".
using Logs = std::map<std::string, double>;

/// What a callback sees of the training, evaluation or prediction it is part of.
class TrainingContext {
public:
  explicit TrainingContext(Session &session) : session_(session) {}

  int epochs = 1;            ///< the final epoch's number + 1
  int64_t steps = 0;         ///< batches per epoch, -1 when a generator does not tell
  int64_t testSteps = 0;     ///< batches of an evaluation, likewise
  int verbose = 0;           ///< 0 silent, 1 progress bar, 2 one line per epoch
  bool training = false;     ///< inside fit, its validation included
  bool stopTraining = false; ///< set it, and training ends after this batch or epoch

  Session &session() const { return session_; }
  /// The loss and metrics of the running epoch or evaluation so far.
  Logs currentLogs() const;
  double learningRate() const;
  void setLearningRate(double rate);
  /// Copies of all weights and statistics.
  std::vector<Array> snapshot() const;
  void restore(const std::vector<Array> &snapshot);

private:
  Session &session_;
};

/// Hooks into training. Keys added to an epoch's logs reach the callbacks after this one and the History. A callback
/// resets its own state in onTrainBegin, so that one object serves several fits.
class Callback {
public:
  virtual ~Callback() = default;
  virtual void onTrainBegin(TrainingContext &) {}
  virtual void onTrainEnd(TrainingContext &, const Logs &) {}
  virtual void onEpochBegin(TrainingContext &, int /*epoch*/) {}
  virtual void onEpochEnd(TrainingContext &, int /*epoch*/, Logs &) {}
  virtual void onTrainBatchBegin(TrainingContext &, int64_t /*batch*/) {}
  virtual void onTrainBatchEnd(TrainingContext &, int64_t /*batch*/, const Logs &) {}
  virtual void onTestBegin(TrainingContext &) {}
  virtual void onTestEnd(TrainingContext &, const Logs &) {}
  virtual void onTestBatchBegin(TrainingContext &, int64_t /*batch*/) {}
  virtual void onTestBatchEnd(TrainingContext &, int64_t /*batch*/, const Logs &) {}
  virtual void onPredictBegin(TrainingContext &) {}
  virtual void onPredictEnd(TrainingContext &) {}
  virtual void onPredictBatchBegin(TrainingContext &, int64_t /*batch*/) {}
  virtual void onPredictBatchEnd(TrainingContext &, int64_t /*batch*/) {}
  /// Whether the batch hooks need their logs; when no callback does, the metrics are not read after every batch.
  virtual bool wantsBatchLogs() const { return true; }
};

/// A callback in a list: made from a callback (copied) or from a shared_ptr to one (to look at it afterwards).
class CallbackHandle {
public:
  template <typename T, typename = std::enable_if_t<std::is_base_of_v<Callback, std::decay_t<T>>>>
  CallbackHandle(T &&callback) : callback_(std::make_shared<std::decay_t<T>>(std::forward<T>(callback))) {}
  template <typename T, typename = std::enable_if_t<std::is_base_of_v<Callback, T>>>
  CallbackHandle(std::shared_ptr<T> callback) : callback_(std::move(callback)) {}
  Callback *operator->() const { return callback_.get(); }

private:
  std::shared_ptr<Callback> callback_;
};
using Callbacks = std::vector<CallbackHandle>;

/// Records the logs of every epoch; what fit returns.
class History : public Callback {
public:
  std::map<std::string, std::vector<double>> history;
  std::vector<int> epoch;
  bool interrupted = false; ///< Ctrl-C ended the training

  void onTrainBegin(TrainingContext &) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  bool wantsBatchLogs() const override { return false; }
};

/// Prints progress as Keras 3 does: verbose 1 one live line per epoch on a terminal (a plain line where `out` is none),
/// verbose 2 one plain line per epoch. fit, evaluate and predict add it themselves.
class ProgressBar : public Callback {
public:
  explicit ProgressBar(std::FILE *out = stdout);
  ProgressBar(std::FILE *out, bool live, int columns) : out_(out), live_(live), columns_(columns) {}

  void onEpochBegin(TrainingContext &, int epoch) override;
  void onTrainBatchEnd(TrainingContext &, int64_t batch, const Logs &) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  void onTrainEnd(TrainingContext &, const Logs &) override;
  void onTestBegin(TrainingContext &) override;
  void onTestBatchEnd(TrainingContext &, int64_t batch, const Logs &) override;
  void onTestEnd(TrainingContext &, const Logs &logs) override;
  void onPredictBegin(TrainingContext &) override;
  void onPredictBatchEnd(TrainingContext &, int64_t batch) override;
  void onPredictEnd(TrainingContext &) override;
  bool wantsBatchLogs() const override { return false; }

private:
  void begin(int64_t steps);
  void update(TrainingContext &context, int64_t done, bool withLogs);
  void finish(TrainingContext &context, const Logs &logs);
  void draw(int64_t done, const std::string &text);

  std::FILE *out_;
  bool live_;
  int columns_;
  int64_t steps_ = 0, done_ = 0;
  double start_ = 0, drawn_ = 0;
  bool open_ = false; // a live line without its newline is on the terminal
};

struct EarlyStoppingOptions {
  std::string monitor = "val_loss";
  double minDelta = 0;
  int patience = 0;
  int verbose = 0;
  std::string mode = "auto"; ///< "min", "max", or by the monitored name
  std::optional<double> baseline = std::nullopt;
  bool restoreBestWeights = false;
  int startFromEpoch = 0;
};

/// Stops training when the monitored value has not improved for `patience` epochs (Keras's semantics: at least one
/// epoch is trained; the best weights are restored at the end of training even when it was not stopped).
class EarlyStopping : public Callback {
public:
  explicit EarlyStopping(EarlyStoppingOptions options = {});

  int stoppedEpoch = 0; ///< the index of the epoch that stopped training, 0 when none did
  int bestEpoch = 0;
  std::optional<double> best;

  void onTrainBegin(TrainingContext &) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  void onTrainEnd(TrainingContext &, const Logs &) override;
  bool wantsBatchLogs() const override { return false; }

private:
  bool improved(double value, double reference) const;
  EarlyStoppingOptions options_;
  bool lower_ = true;
  int wait_ = 0;
  std::vector<Array> bestWeights_;
};

/// Calls functions of the user's own; empty ones are skipped.
struct LambdaCallback : Callback {
  std::function<void(TrainingContext &)> trainBegin, trainEnd;
  std::function<void(TrainingContext &, int epoch)> epochBegin;
  std::function<void(TrainingContext &, int epoch, Logs &logs)> epochEnd;
  std::function<void(TrainingContext &, int64_t batch, const Logs &logs)> trainBatchEnd;

  void onTrainBegin(TrainingContext &) override;
  void onTrainEnd(TrainingContext &, const Logs &) override;
  void onEpochBegin(TrainingContext &, int epoch) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  void onTrainBatchEnd(TrainingContext &, int64_t batch, const Logs &logs) override;
  bool wantsBatchLogs() const override { return static_cast<bool>(trainBatchEnd); }
};

} // namespace tenon
#endif // TENON_CALLBACKS_H
