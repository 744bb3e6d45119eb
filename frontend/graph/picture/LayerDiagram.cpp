// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/picture/Diagrams.h"
#include "nlohmann/json.hpp"
#include <map>

namespace tenon::picture {
namespace {

using graph::Call;
using graph::Json;

Kind kindOf(const graph::LayerNode &layer) {
  const std::string &name = layer.className();
  if (dynamic_cast<const graph::ModelNode *>(&layer))
    return Kind::Model;
  const std::pair<const char *, Kind> parts[] = {{"InputLayer", Kind::Input},
                                                 {"Conv", Kind::Convolution},
                                                 {"Normalization", Kind::Normalization},
                                                 {"Pool", Kind::Pooling},
                                                 {"Dense", Kind::Linear},
                                                 {"Embedding", Kind::Linear},
                                                 {"LSTM", Kind::Linear},
                                                 {"GRU", Kind::Linear},
                                                 {"RNN", Kind::Linear},
                                                 {"Activation", Kind::Activation},
                                                 {"LU", Kind::Activation},
                                                 {"Softmax", Kind::Activation},
                                                 {"Add", Kind::Merge},
                                                 {"Concatenate", Kind::Merge},
                                                 {"Multiply", Kind::Merge},
                                                 {"Subtract", Kind::Merge},
                                                 {"Average", Kind::Merge},
                                                 {"Maximum", Kind::Merge},
                                                 {"Minimum", Kind::Merge},
                                                 {"Dot", Kind::Merge},
                                                 {"Flatten", Kind::Shaping},
                                                 {"Reshape", Kind::Shaping},
                                                 {"Padding", Kind::Shaping},
                                                 {"Cropping", Kind::Shaping},
                                                 {"Permute", Kind::Shaping}};
  for (const auto &[part, kind] : parts)
    if (name.find(part) != std::string::npos)
      return kind;
  return Kind::Other;
}

/// "3x1" of [3, 1]; "" when every entry is `plain`.
std::string sizes(const Json &value, int64_t plain) {
  std::string text;
  bool isPlain = true;
  for (const Json &size : value.is_array() ? value : Json::array({value})) {
    if (!size.is_number_integer())
      return "";
    text += (text.empty() ? "" : "x") + std::to_string(size.get<int64_t>());
    isPlain = isPlain && size.get<int64_t>() == plain;
  }
  return isPlain ? "" : text;
}

/// "Conv2D 3x3, 32 filters, stride 2x2, same, relu": what tells a layer from others of its class.
std::string description(const graph::LayerNode &layer) {
  if (dynamic_cast<const graph::ModelNode *>(&layer))
    return layer.className();
  std::string text = layer.className();
  const Json config = layer.config();
  bool first = true;
  auto add = [&](const std::string &part) {
    if (!part.empty())
      text += (first ? " " : ", ") + part;
    first = first && part.empty();
  };
  auto with = [&](const char *key, auto &&toText) {
    if (auto found = config.find(key); found != config.end() && !found->is_null())
      add(toText(*found));
  };
  auto count = [](const char *what) {
    return [what](const Json &value) {
      return value.is_number_integer() ? std::to_string(value.get<int64_t>()) + what : std::string();
    };
  };
  auto sized = [](const char *before, int64_t plain) {
    return [=](const Json &value) {
      std::string text = sizes(value, plain);
      return text.empty() ? text : before + text;
    };
  };
  with("kernel_size", sized("", 0));
  with("pool_size", sized("", 0));
  with("filters", count(" filters"));
  with("units", count(" units"));
  with("output_dim", count(" columns"));
  with("strides", sized("stride ", 1));
  with("dilation_rate", sized("dilation ", 1));
  with("padding", [](const Json &value) {
    return value == "same" || value == "causal" ? value.get<std::string>() : std::string();
  });
  with("activation", [](const Json &value) {
    return value.is_string() && value != "linear" ? value.get<std::string>() : std::string();
  });
  with("rate", [](const Json &value) { return value.is_number() ? value.dump() : std::string(); });
  return text;
}

class LayerDrawing {
public:
  LayerDrawing(const graph::ModelNode &model, bool expandNested) : expandNested(expandNested) {
    diagram.title = model.name();
    const graph::Network &network = model.network();
    std::vector<size_t> outer;
    for (const Tensor &input : network.inputs)
      outer.push_back(addBox(*input.call(), ""));
    draw(network, outer, "");
  }
  Diagram diagram;

private:
  size_t addBox(const Call &call, const std::string &path) {
    Box box;
    int number = calls[call.layer.get()]++;
    box.lines = {path + call.layer->name() + (number ? " (call " + std::to_string(number + 1) + ")" : ""),
                 description(*call.layer)};
    std::string shapes;
    for (const graph::TensorSpec &output : call.outputs)
      shapes += (shapes.empty() ? "" : " ") + graph::shapeText(output.shape);
    box.lines.push_back(shapes);
    box.kind = kindOf(*call.layer);
    diagram.boxes.push_back(std::move(box));
    return diagram.boxes.size() - 1;
  }

  /// Draws what is behind the inputs, which stand for these boxes, and returns the boxes of the outputs.
  std::vector<size_t> draw(const graph::Network &network, const std::vector<size_t> &inputs, const std::string &path) {
    std::map<std::pair<const Call *, size_t>, size_t> boxOf;
    for (size_t i = 0; i < inputs.size(); ++i)
      boxOf[{network.inputs[i].call().get(), network.inputs[i].index()}] = inputs[i];
    for (const auto &call : network.calls) {
      if (call->inputs.empty())
        continue;
      std::vector<size_t> from;
      for (const Tensor &input : call->inputs)
        from.push_back(boxOf.at({input.call().get(), input.index()}));
      auto *model = dynamic_cast<const graph::ModelNode *>(call->layer.get());
      if (model && expandNested) {
        std::vector<size_t> results = draw(model->network(), from, path + model->name() + "/");
        for (size_t i = 0; i < results.size(); ++i)
          boxOf[{call.get(), i}] = results[i];
        continue;
      }
      size_t box = addBox(*call, path);
      for (size_t source : from)
        diagram.arrows.push_back({source, box});
      for (size_t i = 0; i < call->outputs.size(); ++i)
        boxOf[{call.get(), i}] = box;
    }
    std::vector<size_t> outputs;
    for (const Tensor &output : network.outputs)
      outputs.push_back(boxOf.at({output.call().get(), output.index()}));
    return outputs;
  }

  bool expandNested;
  std::map<const graph::LayerNode *, int> calls;
};

} // namespace

Diagram ofLayers(const graph::ModelNode &model, bool expandNested) { return LayerDrawing(model, expandNested).diagram; }

} // namespace tenon::picture
