// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/ModelNode.h"
#include <cstdio>

using namespace tenon::graph;

namespace tenon {

Model::Model(const Tensors &inputs, const Tensors &outputs, ModelOptions options)
    : Layer(std::make_shared<ModelNode>(inputs, outputs, std::move(options.name), options.trainable)) {}
Model::Model(std::shared_ptr<ModelNode> model) : Layer(std::move(model)) {}

ModelNode &Model::model() const { return static_cast<ModelNode &>(*node_); }
const std::vector<Tensor> &Model::inputs() const { return model().network().inputs; }
const std::vector<Tensor> &Model::outputs() const { return model().network().outputs; }

std::vector<Layer> Model::layers() const {
  std::vector<Layer> list;
  for (const auto &layer : model().layers())
    list.emplace_back(layer);
  return list;
}
Layer Model::getLayer(const std::string &name) const {
  std::string known;
  for (const auto &layer : model().layers()) {
    if (layer->name() == name)
      return Layer(layer);
    known += (known.empty() ? "" : ", ") + layer->name();
  }
  node_->fail("has no layer named " + name + ", its layers are " + known);
}
Layer Model::getLayer(int index) const {
  const auto &list = model().layers();
  int count = static_cast<int>(list.size()), position = index < 0 ? index + count : index;
  if (position < 0 || position >= count)
    node_->fail("has no layer " + std::to_string(index) + ", it has " + std::to_string(count) + " layers");
  return Layer(list[position]);
}

void Model::summary(SummaryOptions options) const {
  std::string text = summaryText(std::move(options));
  std::fwrite(text.data(), 1, text.size(), stdout);
}

Sequential::Item::Item(const Tensor &input) : layer(nullptr) {
  if (!input || !dynamic_cast<InputNode *>(input.call()->layer.get()))
    throw Error("sequential: takes layers, and Input({...}) as the first; got the output of " +
                (input ? input.name() : std::string("no layer")));
  layer = Layer(input.call()->layer);
}
Sequential::Sequential(ModelOptions options)
    : Model(std::make_shared<ModelNode>(std::move(options.name), options.trainable)) {}
Sequential::Sequential(std::initializer_list<Item> layers, ModelOptions options) : Sequential(std::move(options)) {
  for (const Item &item : layers)
    add(item);
}
void Sequential::add(const Item &item) const { model().add(item.layer.node()); }
void Sequential::build(const Shape &inputShape) const { model().buildSequential({inputShape, DType::F32}); }

} // namespace tenon
