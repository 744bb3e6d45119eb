// SPDX-License-Identifier: Apache-2.0
// Callbacks: training that stops by itself and keeps its best model, a learning rate that falls where the loss stays, and a
// callback of one's own, which logs what the layers make of a validation sample.
#include "Example.h"

using namespace tenon;

namespace {
/// Writes the activations of all layers for the first validation sample, after every epoch.
struct ActivationLogger : Callback {
  std::optional<Model> activations;
  void onTrainBegin(TrainingContext &context) override {
    Model model = modelOf(context);
    std::vector<Tensor> outputs;
    for (const Layer &layer : model.layers())
      if (layer.className() != "InputLayer")
        outputs.push_back(layer.output());
    activations = Model(model.inputs(), outputs);
  }
  void onEpochEnd(TrainingContext &context, int epoch, Logs &) override {
    Predictions values = activations->predict(context.validationData->take(1), {.verbose = 0});
    std::map<std::string, Array> named;
    for (size_t i = 0; i < values.size(); ++i)
      named[values.names()[i]] = values.arrays()[i];
    npy::saveNpz("09_activations_at_epoch_" + std::to_string(epoch) + ".npz", named);
  }
};
} // namespace

int main(int argc, char **argv) {
  return example::run(argc, argv, [](example::Size size) {
    Tensor points = Input({8}, {.name = "points"});
    Tensor hidden = Dense({.units = 16, .activation = "relu", .name = "hidden"})(points);
    Model model({points}, {Dense({.units = 1, .activation = "sigmoid", .name = "answer"})(hidden)}, {.name = "callbacks"});
    model.compile({.optimizer = "rmsprop", .loss = "binary_crossentropy", .metrics = {"acc"}});

    const int64_t samples = size(2000, 400);
    Array x = example::random({samples, 8}), y({samples, 1}, DType::F32);
    for (int64_t i = 0; i < samples; ++i)
      y.data<float>()[i] = x.at(8 * i) + x.at(8 * i + 1) > x.at(8 * i + 2) + x.at(8 * i + 3);
    Dataset train = Dataset(x, y).rows(0, samples * 3 / 4), validation = Dataset(x, y).rows(samples * 3 / 4, samples);

    auto stop = std::make_shared<EarlyStopping>(EarlyStoppingOptions{.monitor = "val_acc", .patience = 1});
    ModelCheckpoint best("09_my_model.h5", {.monitor = "val_loss", .saveBestOnly = true});
    ReduceLROnPlateau reduce({.monitor = "val_loss", .factor = 0.1, .patience = 10});
    example::train(model, train.x(), train.y(),
                   {.batchSize = 32, .epochs = 10, .callbacks = {stop, best, reduce, ActivationLogger()}, .validationData = validation});
    std::printf("stopped after epoch %d; the best model's validation loss: %.4f\n", stop->stoppedEpoch + 1,
                static_cast<double>(loadModel("09_my_model.h5").evaluate(validation, {.verbose = 0})["loss"]));
    example::leave(model, "09_callbacks", {x});
  });
}
