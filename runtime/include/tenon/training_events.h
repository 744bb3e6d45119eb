// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TRAINING_EVENTS_H
#define TENON_TRAINING_EVENTS_H

#include <tenon/callback.h>
#include <tenon/events.h>

#include <chrono>

namespace tenon {

/// How often a training's scalars are written: "epoch", "batch" or after every so many batches (100, "100").
class UpdateFrequency {
public:
  UpdateFrequency(const char *text) : UpdateFrequency(std::string(text)) {}
  UpdateFrequency(const std::string &text);
  UpdateFrequency(int64_t batches);
  UpdateFrequency(int batches) : UpdateFrequency(int64_t(batches)) {}

  /// Is anything due after this batch, counted from 1?
  bool isDue(int64_t batch) const { return batches_ != 0 && batch % batches_ == 0; }
  int64_t batches() const { return batches_; } ///< 0: epochs alone

private:
  int64_t batches_ = 0;
};

struct TrainingEventsOptions {
  std::string logDir = "logs";
  int histogramFreq = 0; ///< epochs between two histograms of every weight, 0: none
  bool writeGraph = true;
  bool writeImages = false; ///< weights as pictures, with the histograms
  bool writeStepsPerSecond = false;
  UpdateFrequency updateFreq = "epoch";
};

/// Writes a training into files of events in logDir, as Keras's TensorBoard callback does: the run "train" has
/// "epoch_<metric>" (step: the epoch), "batch_<metric>" (the batch, from 1), "<weight>/histogram" and "<weight>/image";
/// "validation" has "epoch_<metric>" and, against the optimizer's iterations, "evaluation_<metric>_vs_iterations".
/// Besides, the run "train_optimised" has the graph of compiled kernels. It needs no model: TensorBoard
/// (tenon/tensorboard.h) adds what does. A training that goes on from a captured state goes on in the same files, and
/// what was written after the state is cut off: every step stands there once.
class TrainingEvents : public Callback {
public:
  explicit TrainingEvents(TrainingEventsOptions options = {});

  void onTrainBegin(TrainingContext &) override;
  void onTrainEnd(TrainingContext &, const Logs &) override;
  void onEpochBegin(TrainingContext &, int epoch) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  void onTrainBatchBegin(TrainingContext &, int64_t batch) override;
  void onTrainBatchEnd(TrainingContext &, int64_t batch, const Logs &logs) override;
  void onTestBegin(TrainingContext &) override;
  void onTestEnd(TrainingContext &, const Logs &logs) override;
  /// They are read in the batches that are due.
  bool wantsBatchLogs() const override { return false; }
  std::string name() const override { return "TensorBoard"; }
  State saveState() const override;
  void onTrainResume(TrainingContext &, const State &state) override;

protected:
  /// Called once in a training, before its first epoch's first batch.
  virtual void describe(TrainingContext &context);
  /// The file of a run, made when something is written.
  EventFile &run(const std::string &name);
  const std::string &logDir() const { return options_.logDir; }

private:
  using Clock = std::chrono::steady_clock;
  void start();
  void writeWeights(TrainingContext &context, int epoch);

  TrainingEventsOptions options_;
  std::map<std::string, std::shared_ptr<EventFile>> runs_; // while a training or an evaluation runs
  bool described_ = false;
  int64_t batch_ = 0; // of all epochs, from 1
  int64_t iterationsBefore_ = 0;
  Clock::time_point batchBegan_, epochBegan_;
};

} // namespace tenon
#endif // TENON_TRAINING_EVENTS_H
