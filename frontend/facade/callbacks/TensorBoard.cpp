// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/callbacks/Activations.h"
#include "frontend/facade/callbacks/Gradients.h"
#include "frontend/facade/callbacks/LayerGraph.h"
#include "frontend/facade/callbacks/Projector.h"
#include <tenon/model_callbacks.h>
#include <tenon/tensorboard.h>

namespace tenon {
namespace {

TrainingEventsOptions ofTraining(const TensorBoardOptions &options) {
  return {options.logDir,      options.histogramFreq,       options.writeGraph,
          options.writeImages, options.writeStepsPerSecond, options.updateFreq};
}

[[noreturn]] void refuse(const std::string &message) { throw Error("TensorBoard: " + message, Fault::Usage); }

bool isDue(int frequency, int epoch) { return frequency > 0 && epoch % frequency == 0; }

} // namespace

/// What looks at the model beside the training.
struct TensorBoard::Probes {
  std::unique_ptr<facade::Activations> activations;
  std::unique_ptr<facade::Gradients> gradients;
  std::unique_ptr<facade::Projector> projector;
  Dataset samples; // of the validation data
};

TensorBoard::TensorBoard(TensorBoardOptions options) : TrainingEvents(ofTraining(options)), options_(std::move(options)) {
  if (options_.embeddingsFreq < 0)
    refuse("expected embeddingsFreq of at least 0, received " + std::to_string(options_.embeddingsFreq));
  if (options_.histogramSamples < 1)
    refuse("expected histogramSamples of at least 1, received " + std::to_string(options_.histogramSamples));
  if ((options_.writeActivations || options_.writeGradients) && !options_.histogramFreq)
    refuse(std::string(options_.writeActivations ? "writeActivations" : "writeGradients") +
           " needs histogramFreq, which says after which epochs");
}

void TensorBoard::onTrainBegin(TrainingContext &context) {
  TrainingEvents::onTrainBegin(context);
  Model model = modelOf(context);
  probes_ = std::make_shared<Probes>();
  if (options_.embeddingsFreq)
    probes_->projector = std::make_unique<facade::Projector>(model, logDir(), options_.embeddingsMetadata);
  if (!options_.writeActivations && !options_.writeGradients)
    return;
  if (!context.validationData)
    refuse("activations and gradients are those of validation data, which fit was not given");
  probes_->samples = context.validationData->head(options_.histogramSamples);
  if (probes_->samples.size() > options_.histogramSamples)
    probes_->samples = probes_->samples.take(options_.histogramSamples);
  if (options_.writeActivations)
    probes_->activations = std::make_unique<facade::Activations>(model);
  if (options_.writeGradients)
    probes_->gradients = std::make_unique<facade::Gradients>(model.model());
}

void TensorBoard::onTrainEnd(TrainingContext &context, const Logs &logs) {
  TrainingEvents::onTrainEnd(context, logs);
  probes_ = nullptr;
}

void TensorBoard::describe(TrainingContext &context) {
  TrainingEvents::describe(context);
  if (!options_.writeGraph)
    return;
  Model model = modelOf(context);
  Summary layers;
  layers.model("keras", model.toJson());
  run("train").write(0, layers);
  run("train").write(facade::layerGraph(model.model()));
}

void TensorBoard::onEpochEnd(TrainingContext &context, int epoch, Logs &logs) {
  TrainingEvents::onEpochEnd(context, epoch, logs);
  auto write = [&](const std::vector<std::pair<std::string, Array>> &values, const char *suffix) {
    for (const auto &[name, value] : values) {
      Summary summary;
      summary.histogram(name + suffix, value);
      run("train").write(epoch, summary);
    }
  };
  if (probes_->activations && isDue(options_.histogramFreq, epoch))
    write(probes_->activations->of(probes_->samples.x()), "_out");
  if (probes_->gradients && isDue(options_.histogramFreq, epoch))
    write(probes_->gradients->of(probes_->samples, context.session()), "_gradients");
  if (probes_->projector && isDue(options_.embeddingsFreq, epoch))
    probes_->projector->write();
}

} // namespace tenon
