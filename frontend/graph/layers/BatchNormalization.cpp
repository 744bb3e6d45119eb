// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/normalization.h>

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, BatchNormalizationOptions> {
  field("axis", o.axis);
  field("momentum", o.momentum);
  field("epsilon", o.epsilon);
  field("center", o.center);
  field("scale", o.scale);
  field("beta_initializer", o.betaInitializer);
  field("gamma_initializer", o.gammaInitializer);
  field("moving_mean_initializer", o.movingMeanInitializer);
  field("moving_variance_initializer", o.movingVarianceInitializer);
  field("beta_regularizer", o.betaRegularizer);
  field("gamma_regularizer", o.gammaRegularizer);
  field("beta_constraint", o.betaConstraint);
  field("gamma_constraint", o.gammaConstraint);
  field("renorm", o.renorm);
  field.fixed("renorm_clipping", nullptr);
  field("renorm_momentum", o.renormMomentum);
  field("synchronized", o.synchronized);
}

class BatchNormalizationNode : public LayerOf<BatchNormalizationOptions> {
public:
  explicit BatchNormalizationNode(BatchNormalizationOptions given) : LayerOf("BatchNormalization", std::move(given)) {
    require(options.momentum >= 0 && options.momentum <= 1,
            "expected momentum in [0, 1], got " + std::to_string(options.momentum));
    require(options.epsilon > 0, "expected epsilon above 0, got " + std::to_string(options.epsilon));
    require(!options.renorm, "batch renormalisation (renorm = true) is not supported");
  }
  bool recordsBuild() const override { return true; }
  Json callArguments() const override { return {{"mask", nullptr}}; }
  Masking masking() const override { return Masking::Passes; }
  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    const TensorSpec &input = oneInput(inputs, 2);
    require(axisOf(input, options.axis) != 0, "axis 0 is the batch and cannot be normalised");
    channels(input, built() ? weights()[0]->value.shape()[0] : None, options.axis);
    return {input};
  }
  std::vector<mlir::Value> emit(Emitter &e, const std::vector<mlir::Value> &inputs) const override {
    int64_t last = e.rankOf(inputs[0]) - 1, axis = options.axis < 0 ? options.axis + last + 1 : options.axis;
    mlir::Value x = e.moveAxis(inputs[0], axis, last);
    size_t next = 0;
    int64_t size = weights()[0]->value.shape()[0];
    mlir::Value gamma = options.scale ? e.read(*weights()[next++]) : e.constant(1, size);
    mlir::Value beta = options.center ? e.read(*weights()[next++]) : e.constant(0, size);
    const Weight &movingMean = *weights()[next], &movingVariance = *weights()[next + 1];
    mlir::Value mean = e.read(movingMean), variance = e.read(movingVariance);
    if (e.mode() == Mode::Training && trainable()) {
      auto [batchMean, batchVariance] = moments(e, x, e.maskOf(inputs[0]));
      follow(e, movingMean, mean, batchMean);
      follow(e, movingVariance, variance, batchVariance);
      mean = batchMean;
      variance = batchVariance;
    }
    mlir::Value y = e.create<ir::BatchNormOp>(x, gamma, beta, mean, variance, llvm::APFloat(options.epsilon));
    return {e.moveAxis(y, last, axis)};
  }

protected:
  void build(const std::vector<TensorSpec> &inputs) override {
    Shape shape{inputs[0].shape[axisOf(inputs[0], options.axis)]};
    if (options.scale)
      addWeight("gamma", WeightKind::Weight, options.gammaInitializer(shape), options.gammaRegularizer,
                options.gammaConstraint);
    if (options.center)
      addWeight("beta", WeightKind::Weight, options.betaInitializer(shape), options.betaRegularizer,
                options.betaConstraint);
    addWeight("moving_mean", WeightKind::Statistic, options.movingMeanInitializer(shape));
    addWeight("moving_variance", WeightKind::Statistic, options.movingVarianceInitializer(shape));
  }

private:
  // Mean and (biased) variance over all axes but the last; of the steps that count alone where there is a mask.
  std::pair<mlir::Value, mlir::Value> moments(Emitter &e, mlir::Value x, mlir::Value mask) const {
    if (!mask) {
      auto all = e.createOp<ir::MomentsOp>(x);
      return {all.getMean(), all.getVariance()};
    }
    if (e.rankOf(mask) + 1 != e.rankOf(x))
      fail("expected a mask of one dimension less than the input");
    llvm::SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, e.rankOf(mask))), shape(e.rankOf(mask), 0);
    shape.push_back(1);
    mlir::Value counts = e.reshape(mask, shape), zero = e.constant(0);
    mlir::Value total = e.add(e.reduceSum(e.toFloat(mask), axes), e.constant(1e-7));
    auto mean = [&](mlir::Value value) {
      return e.divide(e.reduceSum(e.create<ir::SelectOp>(counts, value, zero), axes), total);
    };
    mlir::Value center = mean(x), distance = e.subtract(x, center);
    return {center, mean(e.multiply(distance, distance))};
  }
  void follow(Emitter &e, const Weight &statistic, mlir::Value old, mlir::Value batch) const {
    e.assign(statistic,
             e.add(e.multiply(old, e.constant(options.momentum)), e.multiply(batch, e.constant(1 - options.momentum))));
  }
};

LayerClass rowOfBatchNormalization() {
  return layerRow<BatchNormalizationNode, BatchNormalizationOptions>("BatchNormalization");
}

} // namespace graph

BatchNormalization::BatchNormalization(BatchNormalizationOptions options)
    : Layer(std::make_shared<graph::BatchNormalizationNode>(std::move(options))) {}

} // namespace tenon
