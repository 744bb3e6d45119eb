// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <cmath>
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
  field("renorm_clipping", o.renormClipping);
  field("renorm_momentum", o.renormMomentum);
  field("synchronized", o.synchronized);
}

class BatchNormalizationNode : public LayerOf<BatchNormalizationOptions> {
public:
  explicit BatchNormalizationNode(BatchNormalizationOptions given) : LayerOf("BatchNormalization", std::move(given)) {
    require(options.momentum >= 0 && options.momentum <= 1,
            "expected momentum in [0, 1], got " + std::to_string(options.momentum));
    require(options.epsilon > 0, "expected epsilon above 0, got " + std::to_string(options.epsilon));
    if (!options.renorm)
      return;
    if (!options.renormClipping)
      options.renormClipping.emplace(); // as Keras writes it
    const RenormClipping &clipping = *options.renormClipping;
    require(!clipping.rmin || !clipping.rmax || *clipping.rmin <= *clipping.rmax,
            "expected an rmax of rmin or more, got rmax " + Json(clipping.rmax.value_or(0)).dump() + " and rmin " +
                Json(clipping.rmin.value_or(0)).dump());
    require(clipping.dmax.value_or(0) >= 0, "expected a dmax of 0 or more, got " + Json(clipping.dmax.value_or(0)).dump());
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
      auto [batchMean, batchVariance] = moments(e, x, countedSteps(e, inputs[0], axis, last), axis != last);
      follow(e, movingMean, mean, batchMean, options.momentum);
      if (options.renorm)
        renormalize(e, gamma, beta, batchMean, batchVariance, next);
      else
        follow(e, movingVariance, variance, batchVariance, options.momentum);
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
    Array variance = options.movingVarianceInitializer(shape);
    Array deviation = variance.clone();
    addWeight("moving_variance", WeightKind::Statistic, std::move(variance));
    if (!options.renorm)
      return;
    for (int64_t i = 0; i < deviation.size(); ++i)
      deviation.data<float>()[i] = std::sqrt(deviation.data<float>()[i]);
    addWeight("moving_stddev", WeightKind::Statistic, deviation.clone());
    addWeight("renorm_mean", WeightKind::Statistic, options.movingMeanInitializer(shape));
    addWeight("renorm_stddev", WeightKind::Statistic, std::move(deviation));
  }

private:
  // Which steps count, along the axes of the value that is normalised; null when all do.
  mlir::Value countedSteps(Emitter &e, mlir::Value input, int64_t axis, int64_t last) const {
    mlir::Value mask = e.maskOf(input);
    if (!mask)
      return mask;
    if (e.rankOf(mask) != last)
      fail("expected a mask of one dimension less than the input");
    llvm::SmallVector<int64_t> shape(last, 0);
    shape.push_back(1);
    return e.moveAxis(e.reshape(mask, shape), axis, last);
  }
  // Mean and (biased) variance over all axes but the last; of the steps that count alone where there is a mask, which is
  // alike along the axis before the last where that was the last one.
  std::pair<mlir::Value, mlir::Value> moments(Emitter &e, mlir::Value x, mlir::Value counts, bool moved) const {
    if (!counts) {
      auto all = e.createOp<ir::MomentsOp>(x);
      return {all.getMean(), all.getVariance()};
    }
    llvm::SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, e.rankOf(x) - 1));
    mlir::Value zero = e.constant(0), counted = e.reduceSum(e.toFloat(counts), axes);
    if (moved)
      counted = e.multiply(counted, e.create<ir::CountOp>(x, axes.back()));
    mlir::Value total = e.add(counted, e.constant(1e-7));
    auto mean = [&](mlir::Value value) {
      return e.divide(e.reduceSum(e.create<ir::SelectOp>(counts, value, zero), axes), total);
    };
    mlir::Value center = mean(x), distance = e.subtract(x, center);
    return {center, mean(e.multiply(distance, distance))};
  }
  // Gamma and beta become those of (x * r + d) * gamma + beta, through whose r and d no gradient flows; the statistics
  // follow the batch. `mean`: the place of moving_mean among the weights.
  void renormalize(Emitter &e, mlir::Value &gamma, mlir::Value &beta, mlir::Value batchMean, mlir::Value batchVariance,
                   size_t mean) const {
    const Weight &movingVariance = *weights()[mean + 1], &movingDeviation = *weights()[mean + 2];
    const Weight &renormMean = *weights()[mean + 3], &renormDeviation = *weights()[mean + 4];
    const RenormClipping &clipping = *options.renormClipping;
    mlir::Value epsilon = e.constant(options.epsilon), deviation = e.create<ir::SqrtOp>(e.add(batchVariance, epsilon));
    mlir::Value center = e.read(renormMean), spread = e.read(renormDeviation);
    mlir::Value divisor = e.maximum(spread, e.constant(std::sqrt(options.epsilon))); // early in training
    mlir::Value r = e.divide(deviation, divisor), d = e.divide(e.subtract(batchMean, center), divisor);
    if (clipping.rmin)
      r = e.maximum(r, e.constant(*clipping.rmin));
    if (clipping.rmax)
      r = e.minimum(r, e.constant(*clipping.rmax));
    if (clipping.dmax)
      d = e.minimum(e.maximum(d, e.constant(-*clipping.dmax)), e.constant(*clipping.dmax));
    beta = e.add(e.multiply(withoutGradient(e, d), gamma), beta);
    gamma = e.multiply(withoutGradient(e, r), gamma);
    follow(e, renormMean, center, batchMean, options.renormMomentum);
    follow(e, renormDeviation, spread, deviation, options.renormMomentum);
    mlir::Value moved = follow(e, movingDeviation, e.read(movingDeviation), deviation, options.momentum);
    e.assign(movingVariance, e.create<ir::ReluOp>(e.subtract(e.multiply(moved, moved), epsilon)));
  }
  // The same vector, through which no gradient flows: ops of gradients have none themselves, and that of a pool over
  // single elements is the identity.
  static mlir::Value withoutGradient(Emitter &e, mlir::Value vector) {
    mlir::Value line = e.reshape(vector, {1, 1, -1});
    llvm::SmallVector<int64_t> one = {1}, none = {0, 0};
    return e.reshape(e.create<ir::AvgPoolGradOp>(line, one, one, none, line), {-1});
  }
  mlir::Value follow(Emitter &e, const Weight &statistic, mlir::Value old, mlir::Value batch, double momentum) const {
    mlir::Value next = e.add(e.multiply(old, e.constant(momentum)), e.multiply(batch, e.constant(1 - momentum)));
    e.assign(statistic, next);
    return next;
  }
};

LayerClass rowOfBatchNormalization() {
  return layerRow<BatchNormalizationNode, BatchNormalizationOptions>("BatchNormalization");
}

} // namespace graph

BatchNormalization::BatchNormalization(BatchNormalizationOptions options)
    : Layer(std::make_shared<graph::BatchNormalizationNode>(std::move(options))) {}

} // namespace tenon
