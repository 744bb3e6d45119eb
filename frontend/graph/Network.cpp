// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/ModelNode.h"
#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace tenon::graph {

namespace {

bool isInput(const Tensor &tensor) { return dynamic_cast<InputNode *>(tensor.call()->layer.get()) != nullptr; }

// The calls above the outputs, inputs before users, and the order in which layers were first met on the way.
struct Traversal {
  std::vector<std::shared_ptr<Call>> calls;
  std::unordered_map<const LayerNode *, int> firstMet;
  std::set<const Call *> done;

  // Depth first without recursion: a network may be thousands of layers deep.
  void visit(const std::shared_ptr<Call> &root) {
    std::vector<std::pair<std::shared_ptr<Call>, size_t>> path;
    auto enter = [&](const std::shared_ptr<Call> &call) {
      if (!done.insert(call.get()).second)
        return;
      firstMet.try_emplace(call->layer.get(), static_cast<int>(firstMet.size()));
      path.push_back({call, 0});
    };
    enter(root);
    while (!path.empty()) {
      auto &[call, next] = path.back();
      if (next < call->inputs.size()) {
        std::shared_ptr<Call> input = call->inputs[next++].call();
        enter(input);
      } else {
        calls.push_back(call);
        path.pop_back();
      }
    }
  }
};

// The part of the graph behind `inputs`, called anew on tensors of new Input layers.
struct Replay {
  std::vector<std::pair<Tensor, Tensor>> known;

  Tensor operator()(const Tensor &output) {
    std::vector<Tensor> stack{output};
    while (!stack.empty()) {
      Tensor tensor = stack.back();
      if (find(tensor)) {
        stack.pop_back();
        continue;
      }
      if (isInput(tensor))
        return output; // reported as disconnected
      std::vector<Tensor> inputs;
      for (const Tensor &input : tensor.call()->inputs)
        if (const Tensor *mapped = find(input))
          inputs.push_back(*mapped);
        else
          stack.push_back(input);
      if (inputs.size() < tensor.call()->inputs.size())
        continue;
      std::vector<Tensor> results = tensor.call()->layer->call(inputs);
      for (size_t i = 0; i < results.size(); ++i)
        known.push_back({Tensor(tensor.call(), i), results[i]});
      stack.pop_back();
    }
    return *find(output);
  }
  const Tensor *find(const Tensor &tensor) const {
    for (const auto &[old, mapped] : known)
      if (old == tensor)
        return &mapped;
    return nullptr;
  }
};

void requireComputable(const std::string &model, const Network &network) {
  std::set<std::pair<const Call *, size_t>> computable;
  for (const Tensor &input : network.inputs)
    computable.insert({input.call().get(), input.index()});
  for (const auto &call : network.calls) {
    for (const Tensor &input : call->inputs)
      if (!computable.count({input.call().get(), input.index()}))
        throw Error(model + ": the outputs do not follow from the inputs: " + call->layer->name() + " needs " +
                    input.name() + ", which is not among the inputs");
    for (size_t i = 0; i < call->outputs.size(); ++i)
      if (!call->inputs.empty() || computable.count({call.get(), i}))
        computable.insert({call.get(), i});
  }
  for (const Tensor &output : network.outputs)
    if (!computable.count({output.call().get(), output.index()}))
      throw Error(model + ": the outputs do not follow from the inputs: " + output.name() + " is not among the inputs");
}

// A model that begins behind a layer leaves weights out; who only forgot to begin at the Input should know.
void warnOfWeightsInFront(const std::string &model, const std::vector<Tensor> &inputs, const Network &network) {
  Traversal traversal;
  for (const Tensor &input : inputs)
    traversal.visit(input.call());
  std::set<const Weight *> inside;
  for (const auto &layer : network.layers) {
    std::vector<NamedWeight> weights;
    layer->collectWeights("", weights);
    for (const NamedWeight &weight : weights)
      inside.insert(weight.weight.get());
  }
  int64_t left = 0;
  std::string names;
  std::set<const LayerNode *> seen;
  for (const auto &call : traversal.calls) {
    std::vector<NamedWeight> weights;
    if (seen.insert(call->layer.get()).second)
      call->layer->collectWeights("", weights);
    int64_t before = left;
    for (const NamedWeight &weight : weights)
      if (inside.insert(weight.weight.get()).second)
        left += weight.weight->value.size();
    if (left > before)
      names += (names.empty() ? "" : ", ") + call->layer->name();
  }
  if (left == 0)
    return;
  std::string cut;
  for (const Tensor &input : inputs)
    if (!isInput(input) && cut.find(input.name()) == std::string::npos)
      cut += (cut.empty() ? "" : ", ") + input.name();
  warn(model + ": begins behind " + cut + ", so " + std::to_string(left) + " weights in front (" + names +
       ") are not part of it: it will not train or save them");
}

} // namespace

Network buildNetwork(const std::string &model, std::vector<Tensor> inputs, std::vector<Tensor> outputs) {
  if (inputs.empty() || outputs.empty())
    throw Error(model + ": a model needs at least one input and one output, got " + std::to_string(inputs.size()) +
                " and " + std::to_string(outputs.size()));
  for (const auto *list : {&inputs, &outputs})
    for (const Tensor &tensor : *list)
      if (!tensor)
        throw Error(model + ": an input or output is a tensor that stands for no value");
  for (size_t i = 0; i < inputs.size(); ++i)
    if (std::count(inputs.begin(), inputs.end(), inputs[i]) > 1)
      throw Error(model + ": the input " + inputs[i].name() + " is given more than once");

  const std::vector<Tensor> given = inputs;
  if (!std::all_of(inputs.begin(), inputs.end(), isInput)) {
    Replay replay;
    for (Tensor &input : inputs) {
      Tensor source =
          isInput(input) ? input : std::make_shared<InputNode>(TensorSpec{input.shape(), input.dtype()}, "")->tensor();
      replay.known.push_back({input, source});
      input = source;
    }
    for (Tensor &output : outputs)
      output = replay(output);
  }

  Network network{std::move(inputs), std::move(outputs), {}, {}};
  Traversal traversal;
  for (const Tensor &output : network.outputs)
    traversal.visit(output.call());

  // Keras's order: a call's depth is the longest way to an output, a layer's that of its deepest call; layers come by
  // depth, then as they were met. Inputs that no output needs come last of all. Calls of one depth follow the order in
  // which this walk up from the outputs comes upon them, as in Keras: a shared normalisation's statistics depend on it.
  std::unordered_map<const Call *, int> depths, seen;
  auto see = [&](const Call *call) { seen.try_emplace(call, static_cast<int>(seen.size())); };
  std::unordered_map<const LayerNode *, int> layerDepths;
  for (auto it = traversal.calls.rbegin(); it != traversal.calls.rend(); ++it) {
    const Call &call = **it;
    see(&call);
    int depth = std::max(depths[&call], layerDepths[call.layer.get()]);
    layerDepths[call.layer.get()] = depths[&call] = depth;
    for (const Tensor &input : call.inputs) {
      see(input.call().get());
      depths[input.call().get()] = std::max(depths[input.call().get()], depth + 1);
    }
  }
  for (const Tensor &input : network.inputs)
    if (traversal.firstMet.try_emplace(input.call()->layer.get(), -1).second) {
      layerDepths[input.call()->layer.get()] = depths[input.call().get()] = 0;
      see(input.call().get());
      traversal.calls.push_back(input.call());
    }
  network.calls = traversal.calls;
  std::sort(network.calls.begin(), network.calls.end(), [&](const auto &a, const auto &b) {
    return std::pair(-depths[a.get()], seen[a.get()]) < std::pair(-depths[b.get()], seen[b.get()]);
  });
  for (const auto &call : network.calls)
    if (std::find(network.layers.begin(), network.layers.end(), call->layer) == network.layers.end())
      network.layers.push_back(call->layer);
  std::stable_sort(network.layers.begin(), network.layers.end(), [&](const auto &a, const auto &b) {
    return std::pair(-layerDepths[a.get()], traversal.firstMet[a.get()]) <
           std::pair(-layerDepths[b.get()], traversal.firstMet[b.get()]);
  });

  requireComputable(model, network);
  std::map<std::string, int> names;
  for (const auto &layer : network.layers)
    if (++names[layer->name()] > 1)
      throw Error(model + ": the name \"" + layer->name() + "\" is used by several layers; names must be unique");
  if (given != network.inputs)
    warnOfWeightsInFront(model, given, network);
  return network;
}

} // namespace tenon::graph
