// SPDX-License-Identifier: Apache-2.0
// The layer as a scan over time: the input's part of the gates is one product before the loop.
#include "frontend/graph/Activations.h"
#include "frontend/graph/Emitter.h"
#include "frontend/graph/Options.h"
#include <tenon/layers/recurrent.h>

using mlir::Value;

namespace tenon {
namespace graph {

template <typename O, typename V>
void visit(O &o, V &&field) requires std::is_same_v<std::remove_const_t<O>, LSTMOptions> {
  field("return_sequences", o.returnSequences);
  field("return_state", o.returnState);
  field("go_backwards", o.goBackwards);
  field("stateful", o.stateful);
  field("unroll", o.unroll);
  field.unsaved("use_cudnn", o.useCudnn);
  field("zero_output_for_mask", o.zeroOutputForMask);
  field.required("units", o.units);
  field("activation", o.activation);
  field("recurrent_activation", o.recurrentActivation);
  field("use_bias", o.useBias);
  field("kernel_initializer", o.kernelInitializer);
  field("recurrent_initializer", o.recurrentInitializer);
  field("bias_initializer", o.biasInitializer);
  field("unit_forget_bias", o.unitForgetBias);
  field("kernel_regularizer", o.kernelRegularizer);
  field("recurrent_regularizer", o.recurrentRegularizer);
  field("bias_regularizer", o.biasRegularizer);
  field("activity_regularizer", o.activityRegularizer);
  field("kernel_constraint", o.kernelConstraint);
  field("recurrent_constraint", o.recurrentConstraint);
  field("bias_constraint", o.biasConstraint);
  field("dropout", o.dropout);
  field("recurrent_dropout", o.recurrentDropout);
  field("seed", o.seed);
}

class LSTMNode : public LayerOf<LSTMOptions> {
public:
  explicit LSTMNode(LSTMOptions given) : LayerOf("LSTM", std::move(given)) {
    require(options.units > 0, "expected units of 1 or more, got " + std::to_string(options.units));
    options.activation = checkActivation(name(), options.activation);
    options.recurrentActivation = checkActivation(name(), options.recurrentActivation);
    for (double rate : {options.dropout, options.recurrentDropout})
      require(rate >= 0 && rate <= 1, "expected a dropout in [0, 1], got " + Json(rate).dump());
  }
  bool recordsBuild() const override { return true; }
  std::string weightsGroup() const override { return "cell/"; }
  const char *stateArgument() const override { return "initial_state"; }
  Masking masking() const override { return Masking::Own; }
  Json callArguments() const override { return {{"mask", nullptr}, {"training", false}}; }

  std::vector<TensorSpec> infer(const std::vector<TensorSpec> &inputs) const override {
    require(inputs.size() == 1 || inputs.size() == 3,
            "expected a sequence, or a sequence and the states h and c, got " + std::to_string(inputs.size()) + " inputs");
    TensorSpec sequence = oneInput({inputs[0]}, 3, 3);
    channels(sequence, built() ? weights()[0]->value.shape()[0] : None);
    Shape state{sequence.shape[0], options.units};
    if (options.stateful && state[0] == None)
      fail("is stateful, so the batch size must be known, got an input of shape " + shapeText(sequence.shape) +
           "; give Input a batchSize");
    if (!states().empty() && states()[0]->value.shape() != state)
      fail("is stateful for batches of " + std::to_string(states()[0]->value.shape()[0]) + ", got an input of shape " +
           shapeText(sequence.shape));
    for (size_t i = 1; i < inputs.size(); ++i) {
      const Shape &given = inputs[i].shape;
      if (given.size() != 2 || given[1] != options.units)
        fail("expected an initial state of shape (None, " + std::to_string(options.units) + "), got " + shapeText(given));
    }
    std::vector<TensorSpec> results = {{options.returnSequences ? Shape{state[0], sequence.shape[1], options.units} : state}};
    if (options.returnState)
      results.insert(results.end(), 2, {state});
    return results;
  }

  std::vector<Value> emit(Emitter &e, const std::vector<Value> &inputs) const override {
    int64_t inputSite = e.nextSite(), stateSite = e.nextSite();
    bool training = e.mode() == Mode::Training;
    Value sequence = inputs[0];
    if (training && options.dropout > 0)
      sequence = e.multiply(sequence, dropoutMask(e, oneStep(e, sequence), options.dropout, inputSite, true));
    Value turned = turn(e, sequence), gates = e.create<ir::MatmulOp>(turned, e.read(*weights()[0]), false, false);
    if (options.useBias)
      gates = e.add(gates, e.read(*weights()[2]));

    std::vector<Value> sequences = {gates}, initial, shared = {e.read(*weights()[1])};
    // Keras hands a mask on to a recurrent layer only when the sequence is its one tensor.
    Value mask = inputs.size() == 1 ? e.maskOf(inputs[0]) : Value();
    if (mask) {
      sequences.push_back(e.reshape(e.create<ir::TransposeOp>(mask, llvm::ArrayRef<int64_t>{1, 0}), {0, 0, 1}));
    }
    if (inputs.size() == 3)
      initial = {inputs[1], inputs[2]};
    else if (options.stateful)
      initial = {e.read(*states()[0]), e.read(*states()[1])};
    else
      initial.assign(2, e.fill(0, stateLike(e, turned)));
    // The last output is 0 where the last step is masked: it is carried beside the state.
    bool carriesOutput = mask && options.zeroOutputForMask && !options.returnSequences;
    if (carriesOutput)
      initial.push_back(initial[0]);
    bool dropsState = training && options.recurrentDropout > 0;
    if (dropsState)
      shared.push_back(dropoutMask(e, initial[0], options.recurrentDropout, stateSite, false));

    std::vector<Value> results = e.scan(sequences, initial, shared, options.goBackwards, [&](llvm::ArrayRef<Value> a) {
      Value x = a[0], stepMask = mask ? a[1] : Value();
      Value h = a[mask ? 2 : 1], c = a[mask ? 3 : 2], recurrent = a[(mask ? 4 : 3) + carriesOutput];
      Value read = dropsState ? e.multiply(h, a.back()) : h;
      Value z = e.add(e.create<ir::MatmulOp>(read, recurrent, false, false), x);
      auto gate = [&](int64_t i, const std::string &activation) { return emitActivation(e, activation, columns(e, z, i)); };
      Value in = gate(0, options.recurrentActivation), forget = gate(1, options.recurrentActivation);
      Value cell = gate(2, options.activation), out = gate(3, options.recurrentActivation);
      Value nextC = e.add(e.multiply(forget, c), e.multiply(in, cell));
      Value nextH = e.multiply(out, emitActivation(e, options.activation, nextC));
      Value output = nextH;
      if (stepMask) {
        nextC = e.create<ir::SelectOp>(stepMask, nextC, c);
        nextH = e.create<ir::SelectOp>(stepMask, nextH, h);
        output = options.zeroOutputForMask ? e.create<ir::SelectOp>(stepMask, output, e.fill(0, h)) : nextH;
      }
      std::vector<Value> yields = {nextH, nextC};
      if (options.returnSequences || carriesOutput)
        yields.push_back(output);
      return yields;
    });
    if (options.stateful)
      for (size_t i : {0, 1})
        e.assign(*states()[i], results[i]);
    Value result = results[carriesOutput ? 2 : 0];
    if (options.returnSequences) {
      result = turn(e, results[2]);
      if (options.goBackwards) // as Keras: in the order in which they were made
        result = e.create<ir::ReverseOp>(result, 1);
      if (Value given = e.maskOf(inputs[0]))
        e.setMask(result, given);
    }
    if (!options.returnState)
      return {result};
    return {result, results[0], results[1]};
  }

protected:
  void build(const std::vector<TensorSpec> &inputs) override {
    int64_t units = options.units;
    for (const char *state : {"state_h", "state_c"})
      if (options.stateful)
        addState(state, {inputs[0].shape[0], units});
    addWeight("kernel", WeightKind::Weight, options.kernelInitializer({inputs[0].shape.back(), 4 * units}),
              options.kernelRegularizer, options.kernelConstraint);
    addWeight("recurrent_kernel", WeightKind::Weight, options.recurrentInitializer({units, 4 * units}),
              options.recurrentRegularizer, options.recurrentConstraint);
    if (!options.useBias)
      return;
    Array bias = options.biasInitializer({4 * units});
    if (options.unitForgetBias)
      std::fill_n(bias.data<float>() + units, units, 1.0f);
    addWeight("bias", WeightKind::Weight, std::move(bias), options.biasRegularizer, options.biasConstraint);
  }

private:
  // (batch, time, n) to (time, batch, n), or back.
  static Value turn(Emitter &e, Value value) {
    return e.create<ir::TransposeOp>(value, llvm::ArrayRef<int64_t>{1, 0, 2});
  }
  // Something of the state's shape (batch, units): as many columns of the first step.
  Value stateLike(Emitter &e, Value turned) const {
    int64_t features = Emitter::shapeOf(turned).back();
    Value first = e.reshape(e.create<ir::SliceOp>(turned, 0, 0, 1), {-1, features});
    if (features >= options.units)
      return e.create<ir::SliceOp>(first, 1, 0, options.units);
    return e.create<ir::PadOp>(first, llvm::ArrayRef<int64_t>{0, 0}, llvm::ArrayRef<int64_t>{0, options.units - features},
                               llvm::APFloat(0.0));
  }
  // The first step of (batch, time, n) as (batch, n).
  static Value oneStep(Emitter &e, Value value) {
    return e.reshape(e.create<ir::SliceOp>(value, 1, 0, 1), {0, Emitter::shapeOf(value).back()});
  }
  Value columns(Emitter &e, Value value, int64_t gate) const {
    return e.create<ir::SliceOp>(value, 1, gate * options.units, options.units);
  }
  // Ones with a share dropped, the same for every step.
  Value dropoutMask(Emitter &e, Value like, double rate, int64_t site, bool overTime) const {
    Value seed = options.seed ? e.constantI64(*options.seed) : e.seed();
    Value mask = rate == 1 ? e.fill(0, like)
                           : e.create<ir::DropoutOp>(e.fill(1, like), seed, e.step(), llvm::APFloat(rate), site);
    return overTime ? e.reshape(mask, {0, 1, Emitter::shapeOf(like).back()}) : mask;
  }
};

LayerClass rowOfLSTM() { return layerRow<LSTMNode, LSTMOptions>("LSTM"); }

} // namespace graph

LSTM::LSTM(LSTMOptions options) : Layer(std::make_shared<graph::LSTMNode>(std::move(options))) {}

} // namespace tenon
