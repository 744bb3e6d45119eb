// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/callbacks/LayerGraph.h"
#include <set>

namespace tenon::facade {
namespace {

class Builder {
public:
  std::vector<GraphNode> nodes;

  void add(const graph::ModelNode &model, const std::string &prefix) {
    for (const auto &call : model.network().calls) {
      auto *inner = dynamic_cast<const graph::ModelNode *>(call->layer.get());
      if (inner)
        addInner(*inner, call, unique(prefix + inner->name()));
      else if (!isNamed({call, 0})) // an inner model's input is what the outer one gives it
        addLayer(call, unique(prefix + call->layer->name()));
    }
  }

private:
  void addInner(const graph::ModelNode &inner, const std::shared_ptr<graph::Call> &call, const std::string &box) {
    // Called a second time, its layers get new names, so the ones of before must be forgotten.
    auto before = names;
    const graph::Network &network = inner.network();
    for (const auto &innerCall : network.calls)
      for (size_t i = 0; i < innerCall->outputs.size(); ++i)
        forget({innerCall, i});
    for (size_t i = 0; i < network.inputs.size(); ++i)
      names.emplace_back(network.inputs[i], nameOf(before, call->inputs[i]));
    add(inner, box + "/");
    for (size_t i = 0; i < network.outputs.size(); ++i)
      before.emplace_back(Tensor(call, i), nameOf(names, network.outputs[i]));
    names = std::move(before);
  }

  void addLayer(const std::shared_ptr<graph::Call> &call, const std::string &name) {
    const graph::LayerNode &layer = *call->layer;
    GraphNode node{name, layer.className()};
    for (const Tensor &input : call->inputs)
      node.inputs.push_back(nameOf(names, input));
    for (size_t i = 0; i < call->outputs.size(); ++i) {
      node.shapes.push_back(call->outputs[i].shape);
      names.emplace_back(Tensor(call, i), i ? name + ":" + std::to_string(i) : name);
    }
    for (const auto &weight : layer.weights())
      node.attributes.emplace_back(weight->name, graph::shapeText(weight->value.shape()));
    nodes.push_back(std::move(node));
  }

  using Names = std::vector<std::pair<Tensor, std::string>>;
  static std::string nameOf(const Names &names, const Tensor &tensor) {
    for (const auto &[known, name] : names)
      if (known == tensor)
        return name;
    return {};
  }
  bool isNamed(const Tensor &tensor) const { return !nameOf(names, tensor).empty(); }
  void forget(const Tensor &tensor) {
    std::erase_if(names, [&](const auto &entry) { return entry.first == tensor; });
  }
  std::string unique(const std::string &name) {
    std::string result = name;
    for (int n = 1; !used.insert(result).second; ++n)
      result = name + "_" + std::to_string(n);
    return result;
  }

  Names names;
  std::set<std::string> used;
};

} // namespace

std::vector<GraphNode> layerGraph(const graph::ModelNode &model) {
  Builder builder;
  builder.add(model, "");
  return std::move(builder.nodes);
}

} // namespace tenon::facade
