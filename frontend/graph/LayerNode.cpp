// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/LayerNode.h"
#include "frontend/graph/Constraints.h"
#include "nlohmann/json.hpp"
#include <cstdio>

namespace tenon::graph {

std::string shapeText(const Shape &shape) {
  std::string out = "(";
  for (size_t i = 0; i < shape.size(); ++i)
    out += (i ? ", " : "") + (shape[i] == None ? std::string("None") : std::to_string(shape[i]));
  return out + (shape.size() == 1 ? ",)" : ")");
}

void warn(const std::string &message) { std::fprintf(stderr, "warning: %s\n", message.c_str()); }

LayerNode::LayerNode(std::string className, std::string name, bool trainable)
    : className_(std::move(className)), name_(name.empty() ? automaticName(className_) : std::move(name)),
      trainable_(trainable) {
  require(name_.find('/') == std::string::npos, "a layer's name must not contain '/'");
}

void LayerNode::fail(const std::string &message) const { throw Error(name_ + ": " + message); }

std::vector<Tensor> LayerNode::call(const std::vector<Tensor> &inputs) {
  std::vector<TensorSpec> specs;
  for (const Tensor &input : inputs) {
    require(static_cast<bool>(input), "called with a tensor that stands for no value");
    specs.push_back({input.shape(), takesFloats() ? DType::F32 : input.dtype()});
  }
  std::vector<TensorSpec> outputs = infer(specs);
  if (!built_) {
    build(specs);
    builtFor_ = specs;
    built_ = true;
  }
  auto call = std::make_shared<Call>(Call{shared_from_this(), inputs, std::move(outputs)});
  std::erase_if(calls_, [](const std::weak_ptr<Call> &old) { return old.expired(); });
  calls_.push_back(call);
  std::vector<Tensor> results;
  for (size_t i = 0; i < call->outputs.size(); ++i)
    results.emplace_back(call, i);
  return results;
}

std::vector<std::shared_ptr<Call>> LayerNode::calls() const {
  std::vector<std::shared_ptr<Call>> out;
  for (const std::weak_ptr<Call> &weak : calls_)
    if (auto call = weak.lock())
      out.push_back(std::move(call));
  return out;
}

Json LayerNode::callArguments() const { return Json::object(); }

void LayerNode::collectWeights(const std::string &path, std::vector<NamedWeight> &weights) const {
  for (const std::shared_ptr<Weight> &weight : weights_)
    weights.push_back({path + name_ + "/" + weight->name, weight, trainable_ && weight->kind == WeightKind::Weight});
}

void LayerNode::collectStates(const std::string &path, std::vector<NamedWeight> &states) const {
  for (const std::shared_ptr<Weight> &state : states_)
    states.push_back({path + name_ + "/" + state->name, state, false});
}

void LayerNode::addState(std::string name, Shape shape) {
  states_.push_back(std::make_shared<Weight>(Weight{std::move(name), WeightKind::State, Array(std::move(shape), DType::F32)}));
}

std::shared_ptr<Weight> LayerNode::addWeight(std::string name, WeightKind kind, Array value, Regularizer regularizer,
                                             Constraint constraint) {
  if (constraint)
    if (std::string fault = constraint.node()->fault(value.shape().size()); !fault.empty())
      fail(fault + " a weight " + name + " of shape " + shapeText(value.shape()));
  return weights_.emplace_back(std::make_shared<Weight>(
      Weight{std::move(name), kind, std::move(value), std::move(regularizer), std::move(constraint)}));
}

const TensorSpec &LayerNode::oneInput(const std::vector<TensorSpec> &inputs, int64_t minRank, int64_t maxRank) const {
  require(inputs.size() == 1, "expected one input, got " + std::to_string(inputs.size()));
  int64_t rank = inputs[0].rank();
  if (rank < minRank || rank > maxRank)
    fail("expected an input of rank " + std::to_string(minRank) + (maxRank == minRank ? "" : " or more") +
         ", got shape " + shapeText(inputs[0].shape));
  return inputs[0];
}

int64_t LayerNode::channels(const TensorSpec &input, int64_t expected, int64_t axis) const {
  int64_t position = axisOf(input, axis), size = input.shape[position];
  std::string which = position == input.rank() - 1 ? "the last axis" : "axis " + std::to_string(position);
  require(size != None, which + " of the input must be known, got shape " + shapeText(input.shape));
  require(size > 0, which + " of the input must not be empty, got shape " + shapeText(input.shape));
  if (expected != None && size != expected)
    fail("expected an input whose " + which.substr(which.starts_with("the ") ? 4 : 0) + " has size " +
         std::to_string(expected) + ", got shape " + shapeText(input.shape));
  return size;
}

int64_t LayerNode::axisOf(const TensorSpec &input, int64_t axis) const {
  require(axis >= -input.rank() && axis < input.rank(),
          "axis " + std::to_string(axis) + " is outside an input of shape " + shapeText(input.shape));
  return axis < 0 ? axis + input.rank() : axis;
}

} // namespace tenon::graph
