// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/LayerNode.h"
#include <cstring>

using namespace tenon::graph;

namespace tenon {

static const std::shared_ptr<Call> &callOf(const Tensor &tensor) {
  if (!tensor)
    throw Error("tensor: stands for no value; make one with Input or a layer's call");
  return tensor.call();
}
const Shape &Tensor::shape() const { return callOf(*this)->outputs[index_].shape; }
DType Tensor::dtype() const { return callOf(*this)->outputs[index_].dtype; }
const std::string &Tensor::name() const { return callOf(*this)->layer->name(); }

Tensor Layer::operator()(const Tensors &inputs) const {
  std::vector<Tensor> results = call(inputs);
  if (results.size() != 1)
    node_->fail("has " + std::to_string(results.size()) + " results, expected one; call(...) gives them all");
  return results[0];
}
std::vector<Tensor> Layer::callFor(const Tensors &inputs, size_t count) const {
  std::vector<Tensor> results = call(inputs);
  if (results.size() != count)
    node_->fail("has " + std::to_string(results.size()) + (results.size() == 1 ? " result" : " results") +
                ", expected " + std::to_string(count) + " in call<" + std::to_string(count) + ">(...)");
  return results;
}
std::vector<Tensor> Layer::call(const Tensors &inputs) const { return node_->call(inputs.list()); }
const std::string &Layer::name() const { return node_->name(); }
const std::string &Layer::className() const { return node_->className(); }
bool Layer::trainable() const { return node_->trainable(); }
void Layer::setTrainable(bool trainable) const { node_->setTrainable(trainable); }

static std::shared_ptr<Call> singleCall(const LayerNode &node, const char *what) {
  auto calls = node.calls();
  if (calls.size() != 1)
    node.fail(std::string("has been called ") + std::to_string(calls.size()) + " times, so its " + what +
              " is not one tensor");
  return calls[0];
}
Tensor Layer::input() const {
  auto call = singleCall(*node_, "input");
  if (call->inputs.size() != 1)
    node_->fail("has " + std::to_string(call->inputs.size()) + " inputs, not one");
  return call->inputs[0];
}
Tensor Layer::output() const {
  auto call = singleCall(*node_, "output");
  if (call->outputs.size() != 1)
    node_->fail("has " + std::to_string(call->outputs.size()) + " outputs, not one");
  return Tensor(call, 0);
}

void Layer::resetStates() const {
  std::vector<NamedWeight> states;
  node_->collectStates("", states);
  for (const NamedWeight &state : states)
    std::memset(state.weight->value.raw(), 0, state.weight->value.bytes());
}

// A layer's own weights without its name in front, a model's as paths, each once.
static std::vector<NamedWeight> weightsOf(const LayerNode &node) {
  std::vector<NamedWeight> all, unique;
  node.collectWeights("", all);
  for (NamedWeight &weight : all) {
    weight.name = weight.name.substr(node.name().size() + 1);
    bool seen = false;
    for (const NamedWeight &other : unique)
      seen = seen || other.weight == weight.weight;
    if (!seen)
      unique.push_back(weight);
  }
  return unique;
}
std::vector<std::string> Layer::weightNames() const {
  std::vector<std::string> names;
  for (const NamedWeight &weight : weightsOf(*node_))
    names.push_back(weight.name);
  return names;
}
std::vector<Array> Layer::getWeights() const {
  std::vector<Array> values;
  for (const NamedWeight &weight : weightsOf(*node_))
    values.push_back(weight.weight->value.clone());
  return values;
}
void Layer::setWeights(const std::vector<Array> &values) const {
  auto weights = weightsOf(*node_);
  if (values.size() != weights.size())
    node_->fail("setWeights got " + std::to_string(values.size()) + " arrays, expected " +
                std::to_string(weights.size()));
  std::vector<Array> converted;
  for (size_t i = 0; i < weights.size(); ++i) {
    const Array &target = weights[i].weight->value;
    if (values[i].shape() != target.shape())
      node_->fail("setWeights got an array of shape " + shapeText(values[i].shape()) + " for " + weights[i].name +
                  ", expected " + shapeText(target.shape()));
    converted.push_back(values[i].astype(target.dtype()));
  }
  for (size_t i = 0; i < weights.size(); ++i) {
    Weight &target = *weights[i].weight;
    std::memcpy(target.value.raw(), converted[i].raw(), target.value.bytes());
    ++target.version;
  }
}
int64_t Layer::countParams() const {
  int64_t count = 0;
  for (const NamedWeight &weight : weightsOf(*node_))
    count += weight.weight->value.size();
  return count;
}

} // namespace tenon
