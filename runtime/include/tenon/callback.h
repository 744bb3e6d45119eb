// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_CALLBACK_H
#define TENON_CALLBACK_H

#include <tenon/data.h>
#include <tenon/session.h>
#include <tenon/state.h>

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
  int epoch = 0;             ///< the running epoch
  int64_t batch = 0;         ///< how many batches of it are done
  bool stopTraining = false; ///< set it, and training ends after this batch or epoch
  int signal = 0;            ///< of the signal that ends the training, 0 when none does
  /// What fit validates on; null when it does not.
  const Dataset *validationData = nullptr;

  Session &session() const { return session_; }
  /// The loss and metrics of the running epoch or evaluation so far.
  Logs currentLogs() const;
  double learningRate() const;
  void setLearningRate(double rate);
  /// Copies of all weights and statistics.
  std::vector<Array> snapshot() const;
  void restore(const std::vector<Array> &snapshot);
  /// In onSafePoint of a training: all of it, copied, for Callback::resume of a later process. Takes the arrays of
  /// `spare`, a state captured before that is no longer needed: that is three times as fast.
  State capture(const State &spare = {}) const;

  /// The model that fit, evaluate or predict was called of, in the hands of `modelOf` (tenon/model_callbacks.h).
  std::shared_ptr<void> owner = nullptr;
  std::function<State(const State &spare)> capturing = nullptr; ///< set by the Trainer

private:
  Session &session_;
};

/// Where in a training onSafePoint stands.
enum class SafePoint {
  Begin, ///< before the first batch
  Batch, ///< after a batch
  Epoch, ///< after an epoch, validation included
  Signal ///< after the batch at which a signal ends the training
};

/// A training that a callback found to go on from, and where, for messages.
struct ResumableState {
  State state;
  std::string path;
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

  /// Between two batches, when every callback has seen what happened: here context.capture() is the whole training.
  virtual void onSafePoint(TrainingContext &, SafePoint) {}
  /// What this callback must know to go on where a captured training stood. One without a name keeps nothing.
  virtual std::string name() const { return {}; }
  virtual State saveState() const { return {}; }
  /// Takes the place of onTrainBegin when training goes on from a captured state; `state` is what saveState gave then,
  /// empty when this callback was not there. context.epoch and context.batch say where it goes on.
  virtual void onTrainResume(TrainingContext &context, const State & /*state*/) { onTrainBegin(context); }
  /// A captured training to go on from instead of beginning; asked before any other hook.
  virtual std::optional<ResumableState> resume(TrainingContext &) { return std::nullopt; }
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

} // namespace tenon
#endif // TENON_CALLBACK_H
