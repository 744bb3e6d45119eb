// SPDX-License-Identifier: Apache-2.0
// Callbacks that need the model itself, and how a callback of one's own gets at it.
#ifndef TENON_MODEL_CALLBACKS_H
#define TENON_MODEL_CALLBACKS_H

#include <tenon/callbacks.h>
#include <tenon/model.h>

namespace tenon {

/// The model whose fit, evaluate or predict a callback is part of: its layers, weights, activations (predict of a model
/// cut out of it). Its weights are those after the batch the callback sees. An Error in a Trainer without a model.
Model modelOf(const TrainingContext &context);

struct ModelCheckpointOptions {
  std::string monitor = "val_loss";
  int verbose = 0;
  bool saveBestOnly = false;
  bool saveWeightsOnly = false;
  std::string mode = "auto";
  SaveFrequency saveFreq = "epoch";
  std::optional<double> initialValueThreshold = std::nullopt; ///< only a better value than this is saved
};

/// Saves the model, or its weights alone, after epochs or batches, always or when the monitored value has improved; the
/// best value is kept from one fit to the next. `filepath` may hold Python's format fields: {epoch:02d} (from 1),
/// {batch} (from 1) and the logs' names ({val_loss:.2f}); folders are made. It ends in .keras, .h5 or .tenon, weights
/// alone in .weights.h5.
class ModelCheckpoint : public Callback {
public:
  explicit ModelCheckpoint(std::string filepath, ModelCheckpointOptions options = {});

  std::optional<double> best;

  void onTrainBatchEnd(TrainingContext &, int64_t batch, const Logs &logs) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  bool wantsBatchLogs() const override { return !options_.saveFreq.isEpoch(); }
  std::string name() const override { return "ModelCheckpoint"; }
  State saveState() const override;
  void onTrainResume(TrainingContext &, const State &state) override;

private:
  bool isWanted(const Logs &logs, int epoch, const std::string &path);
  void save(TrainingContext &context, int64_t batch, const Logs &logs);
  std::string filepath_;
  ModelCheckpointOptions options_;
  std::shared_ptr<const Monitor> monitor_;
  SaveTimer timer_;
};

} // namespace tenon
#endif // TENON_MODEL_CALLBACKS_H
