// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/ModelNode.h"
#include "nlohmann/json.hpp"
#include <algorithm>
#include <set>

namespace tenon::graph {

ModelNode::ModelNode(const Tensors &inputs, const Tensors &outputs, std::string name, bool trainable)
    : LayerNode("Functional", std::move(name), true), sequential(false), inputsAreList(inputs.isList()),
      outputsAreList(outputs.isList()) {
  graph = buildNetwork(this->name(), inputs.list(), outputs.list());
  ready = true;
  if (!trainable)
    setTrainable(false);
}

ModelNode::ModelNode(std::string name, bool trainable)
    : LayerNode("Sequential", std::move(name), trainable), sequential(true) {}

void ModelNode::add(std::shared_ptr<LayerNode> layer) {
  require(sequential, "layers can only be added to a Sequential");
  if (auto input = std::dynamic_pointer_cast<InputNode>(layer)) {
    require(stack.empty() && !sequentialInput, "an Input must be the first of its layers, got " + layer->name() +
                                                   " behind " +
                                                   (stack.empty() ? "another Input" : stack.back()->name()));
    sequentialInput = std::move(input);
    return;
  }
  for (const auto &other : stack)
    require(other->name() != layer->name(),
            "the name \"" + layer->name() + "\" is used by several layers; names must be unique");
  stack.push_back(layer);
  if (!trainable())
    layer->setTrainable(false);
  if (const Shape &given = layer->givenInputShape(); !sequentialInput && stack.size() == 1 && !given.empty()) {
    Shape shape{None};
    shape.insert(shape.end(), given.begin(), given.end());
    sequentialInput = std::make_shared<InputNode>(TensorSpec{shape, DType::F32}, "");
  }
  if (!sequentialInput)
    if (auto model = std::dynamic_pointer_cast<ModelNode>(layer); model && stack.size() == 1 && model->hasNetwork()) {
      const Tensor &source = model->network().inputs[0];
      sequentialInput = std::make_shared<InputNode>(TensorSpec{source.shape(), source.dtype()}, "");
    }
  if (!sequentialInput)
    return;
  try {
    extend();
  } catch (...) { // the layer does not fit: it is not part of the model
    stack.pop_back();
    throw;
  }
}

void ModelNode::buildSequential(const TensorSpec &input) {
  require(sequential && !sequentialInput, "the input shape is known already");
  require(!stack.empty(), "has no layers");
  auto source = std::make_shared<InputNode>(input, "");
  sequentialInput = source;
  try {
    extend();
  } catch (...) {
    sequentialInput = nullptr;
    graph = {};
    throw;
  }
}

// Calls the layers that the graph does not have yet.
void ModelNode::extend() {
  Tensor value = ready ? graph.outputs[0] : sequentialInput->tensor();
  Tensor input = ready ? graph.inputs[0] : value;
  size_t called = ready ? graph.calls.size() - 1 : 0;
  for (size_t i = called; i < stack.size(); ++i) {
    std::vector<Tensor> results = stack[i]->call({value});
    require(results.size() == 1, "a layer of a Sequential gives one value, " + stack[i]->name() + " gives " +
                                     std::to_string(results.size()));
    value = results[0];
  }
  graph = buildNetwork(name(), {input}, {value});
  ready = true;
}

const Network &ModelNode::network() const {
  require(ready, "its input shape is not known yet; begin with Input({...}), call build, or add a layer");
  return graph;
}

std::vector<std::shared_ptr<LayerNode>> ModelNode::written() const {
  std::vector<std::shared_ptr<LayerNode>> list;
  if (sequentialInput)
    list.push_back(sequentialInput);
  list.insert(list.end(), layers().begin(), layers().end());
  return list;
}

std::vector<std::string> ModelNode::inputNames() const {
  std::vector<std::string> names;
  for (const Tensor &input : network().inputs)
    names.push_back(input.name());
  return names;
}

std::vector<std::string> ModelNode::outputNames() const {
  std::vector<std::string> names;
  for (const Tensor &output : network().outputs) {
    std::string name = output.name();
    for (int n = 1; std::find(names.begin(), names.end(), name) != names.end(); ++n)
      name = output.name() + "_" + std::to_string(n);
    names.push_back(name);
  }
  return names;
}

void ModelNode::setTrainable(bool trainable) {
  LayerNode::setTrainable(trainable);
  for (const auto &layer : layers())
    layer->setTrainable(trainable);
}

std::vector<TensorSpec> ModelNode::infer(const std::vector<TensorSpec> &inputs) const {
  auto inferLayer = [](const LayerNode &layer, std::vector<TensorSpec> specs) {
    if (layer.takesFloats())
      for (TensorSpec &spec : specs)
        spec.dtype = DType::F32;
    return layer.infer(specs);
  };
  if (!ready) {
    require(!stack.empty(), "has no layers");
    std::vector<TensorSpec> specs = {oneInput(inputs, 1)};
    for (const auto &layer : stack)
      specs = inferLayer(*layer, specs);
    return specs;
  }
  require(inputs.size() == graph.inputs.size(),
          "expected " + std::to_string(graph.inputs.size()) + " inputs, got " + std::to_string(inputs.size()));
  std::vector<std::pair<Tensor, TensorSpec>> known;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Shape &wanted = graph.inputs[i].shape(), &got = inputs[i].shape;
    bool fits = wanted.size() == got.size();
    for (size_t d = 0; fits && d < got.size(); ++d)
      fits = wanted[d] == None || got[d] == None || wanted[d] == got[d];
    require(fits, "expected shape " + shapeText(wanted) + " for its input " + graph.inputs[i].name() + ", got shape " +
                      shapeText(got));
    known.push_back({graph.inputs[i], inputs[i]});
  }
  auto find = [&](const Tensor &tensor) {
    return std::find_if(known.begin(), known.end(), [&](const auto &entry) { return entry.first == tensor; })->second;
  };
  for (const auto &call : graph.calls) {
    if (call->inputs.empty())
      continue;
    std::vector<TensorSpec> specs;
    for (const Tensor &input : call->inputs)
      specs.push_back(find(input));
    specs = inferLayer(*call->layer, specs);
    for (size_t i = 0; i < specs.size(); ++i)
      known.push_back({Tensor(call, i), specs[i]});
  }
  std::vector<TensorSpec> outputs;
  for (const Tensor &output : graph.outputs)
    outputs.push_back(find(output));
  return outputs;
}

void ModelNode::build(const std::vector<TensorSpec> &inputs) {
  if (!ready)
    buildSequential(inputs[0]);
}

Json ModelNode::callArguments() const { return {{"mask", nullptr}}; }

void ModelNode::collectWeights(const std::string &path, std::vector<NamedWeight> &weights) const {
  size_t first = weights.size();
  for (const auto &layer : layers())
    layer->collectWeights(path + name() + "/", weights);
  for (size_t i = first; i < weights.size() && !trainable(); ++i)
    weights[i].trainable = false;
}

void ModelNode::collectStates(const std::string &path, std::vector<NamedWeight> &states) const {
  for (const auto &layer : layers())
    layer->collectStates(path + name() + "/", states);
}

std::vector<std::shared_ptr<LayerNode>> allLayers(const ModelNode &model) {
  std::vector<std::shared_ptr<LayerNode>> all;
  for (const auto &layer : model.layers()) {
    all.push_back(layer);
    if (auto *inner = dynamic_cast<const ModelNode *>(layer.get()))
      for (auto &nested : allLayers(*inner))
        all.push_back(std::move(nested));
  }
  return all;
}

// Each once, without the model's own name in front.
static std::vector<NamedWeight> inModel(const ModelNode &model, const std::vector<NamedWeight> &collected) {
  std::vector<NamedWeight> all = collected, unique;
  std::set<const Weight *> seen;
  for (NamedWeight &weight : all) {
    weight.name = weight.name.substr(model.name().size() + 1);
    if (seen.insert(weight.weight.get()).second)
      unique.push_back(std::move(weight));
  }
  return unique;
}
std::vector<NamedWeight> namedWeights(const ModelNode &model) {
  std::vector<NamedWeight> all;
  model.collectWeights("", all);
  return inModel(model, all);
}
std::vector<NamedWeight> namedStates(const ModelNode &model) {
  std::vector<NamedWeight> all;
  model.collectStates("", all);
  return inModel(model, all);
}

uint64_t weightsVersion(const ModelNode &model) {
  uint64_t version = 0;
  for (const NamedWeight &weight : namedWeights(model))
    version += weight.weight->version;
  return version;
}

void touchWeights(const ModelNode &model) {
  for (const NamedWeight &weight : namedWeights(model))
    ++weight.weight->version;
}

} // namespace tenon::graph
