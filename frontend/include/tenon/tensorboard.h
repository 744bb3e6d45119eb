// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TENSORBOARD_H
#define TENON_TENSORBOARD_H

#include <tenon/training_events.h>

namespace tenon {

/// Files that name the rows of embeddings: one for all layers, or one for each of some. A file is looked for in logDir,
/// then where the program runs, from where it is copied into logDir: TensorBoard reads nothing outside.
struct EmbeddingsMetadata {
  EmbeddingsMetadata() = default;
  EmbeddingsMetadata(const char *file) : all(file) {}
  EmbeddingsMetadata(std::string file) : all(std::move(file)) {}
  EmbeddingsMetadata(std::map<std::string, std::string> byLayer) : byLayer(std::move(byLayer)) {}
  EmbeddingsMetadata(std::initializer_list<std::pair<const std::string, std::string>> byLayer) : byLayer(byLayer) {}

  std::string all;
  std::map<std::string, std::string> byLayer;
};

/// Keras's arguments in Keras's order, then ours.
struct TensorBoardOptions {
  std::string logDir = "logs";
  int histogramFreq = 0;    ///< epochs between two histograms of every weight, 0: none
  bool writeGraph = true;   ///< the layers, as Keras's JSON and as a graph, and the compiled kernels
  bool writeImages = false; ///< weights as pictures, with the histograms
  bool writeStepsPerSecond = false;
  UpdateFrequency updateFreq = "epoch";
  int embeddingsFreq = 0; ///< epochs between two files of every Embedding's rows, 0: none
  EmbeddingsMetadata embeddingsMetadata = {};
  bool writeActivations = false; ///< with the histograms: what every layer makes of validation data, "<layer>_out"
  bool writeGradients = false;   ///< with the histograms: what a step on validation data would be, "<weight>_gradients"
  int histogramSamples = 256;    ///< how many of the validation samples these two look at
};

/// Shows a training on TensorBoard's pages (`tensorboard --logdir logs`): what TrainingEvents writes, the layer graph
/// in the run "train" beside the graph of kernels in "train_optimised", activations, gradients, and the rows of Embedding
/// layers for the projector. Differs from Keras in three things: with an updateFreq in batches no epoch is left out,
/// pictures of weights are stretched to black and white, and the projector's files are ones that TensorBoard can read.
///
/// An Error at the beginning when activations or gradients are wanted without validation data, or embeddingsMetadata
/// names a layer that is no Embedding of the model.
class TensorBoard : public TrainingEvents {
public:
  explicit TensorBoard(TensorBoardOptions options = {});

  void onTrainBegin(TrainingContext &) override;
  void onTrainEnd(TrainingContext &, const Logs &) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;

protected:
  void describe(TrainingContext &context) override;

private:
  struct Probes;
  TensorBoardOptions options_;
  std::shared_ptr<Probes> probes_; // while a training runs
};

} // namespace tenon
#endif // TENON_TENSORBOARD_H
