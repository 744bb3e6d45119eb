// SPDX-License-Identifier: Apache-2.0
// What convolutions share: their arguments under Keras's names, and the way from input to activation.
#pragma once
#include "frontend/graph/Activations.h"
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include "frontend/graph/layers/DataFormat.h"
#include "frontend/graph/layers/Window.h"
#include <tenon/layers/convolution.h>

namespace tenon::graph {

/// A layer over windows with activation(conv(..) + bias): subclasses say how many channels come out, which weights there
/// are and which ops stand in front of the bias.
template <typename Options> class ConvolutionNode : public LayerOf<Options> {
public:
  ConvolutionNode(const char *className, Options given, bool causalAllowed = false)
      : LayerOf<Options>(className, std::move(given)),
        window(*this, "kernelSize", this->options.kernelSize, this->options.strides, this->options.dilationRate,
               this->options.padding, causalAllowed),
        format(*this, this->options.dataFormat) {
    this->options.activation = checkActivation(this->name(), this->options.activation);
  }
  bool recordsBuild() const override { return true; }

  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    const TensorSpec &input = this->oneInput(inputs, window.rank() + 2, window.rank() + 2);
    int64_t size = this->channels(input, this->built() ? inputChannels() : None, format.channelAxis(input.rank()));
    return {{format.fromLast(window.output(*this, format.toLast(input.shape), outputChannels(size)))}};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    mlir::Value y = convolve(e, format.toLast(e, inputs[0]));
    if (this->options.useBias)
      y = e.add(y, e.read(*this->weights().back()));
    const std::string &activation = this->options.activation;
    // Keras's softmax goes over the last axis, whichever that is.
    if (!isElementwiseActivation(activation))
      return {emitActivation(e, activation, format.fromLast(e, y))};
    return {format.fromLast(e, emitActivation(e, activation, y))};
  }

protected:
  /// Checks the input's channels against the options.
  virtual int64_t outputChannels(int64_t inputChannels) const = 0;
  /// The input channels of the weights that there are.
  virtual int64_t inputChannels() const = 0;
  /// Channels last, without bias.
  virtual mlir::Value convolve(Emitter &e, mlir::Value input) const = 0;
  /// Adds the kernels.
  virtual void buildKernels(int64_t inputChannels) = 0;

  void build(const std::vector<TensorSpec> &inputs) override {
    int64_t size = inputs[0].shape[format.channelAxis(inputs[0].rank())];
    buildKernels(size);
    if (this->options.useBias)
      this->addWeight("bias", WeightKind::Weight, this->options.biasInitializer({outputChannels(size)}),
                      this->options.biasRegularizer, this->options.biasConstraint);
  }
  /// (window.., a, b).
  Shape kernelShape(int64_t a, int64_t b) const {
    Shape shape = window.sizes();
    shape.insert(shape.end(), {a, b});
    return shape;
  }
  void requirePositive(const char *option, int64_t value) const {
    this->require(value > 0, std::string("expected ") + option + " of 1 or more, got " + std::to_string(value));
  }
  /// Filters of their own for each channel: `kernel` (window.., channels, multiplier) as a convolution in `channels`
  /// groups, whose filters lie in the same order.
  mlir::Value depthwise(Emitter &e, mlir::Value input, const Weight &kernel) const {
    const Shape &shape = kernel.value.shape();
    int64_t size = shape[shape.size() - 2], multiplier = shape.back();
    mlir::Value filter = e.reshape(e.read(kernel), kernelShape(1, size * multiplier));
    return e.create<ir::ConvOp>(input, filter, window.steps(), window.padding(), window.spread(), size);
  }

  Window window;
  DataFormat format;
};

} // namespace tenon::graph
