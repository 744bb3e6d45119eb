// SPDX-License-Identifier: Apache-2.0
#include "frontend/graph/Options.h"
#include "mlir/IR/Value.h"

namespace tenon::graph {

InputNode::InputNode(TensorSpec spec, std::string name)
    : LayerNode("InputLayer", std::move(name), true), spec_(std::move(spec)) {
  for (int64_t dim : spec_.shape)
    require(dim == None || dim > 0, "expected dimensions of 1 or more, or None, got shape " + shapeText(spec_.shape));
  require(!spec_.shape.empty(), "expected a shape that begins with the batch, got ()");
}

Tensor InputNode::tensor() {
  auto made = calls();
  return made.empty() ? call({})[0] : Tensor(made[0], 0);
}

std::vector<mlir::Value> InputNode::emit(Emitter &, const std::vector<mlir::Value> &inputs) const { return inputs; }

Json InputNode::config() const {
  Json shape = Json::array();
  for (int64_t dim : spec_.shape)
    shape.push_back(dim == None ? Json() : Json(dim));
  return {{"batch_shape", shape}, {"dtype", nameOf(spec_.dtype)},
          {"sparse", false},      {"ragged", false},
          {"name", name()},       {"optional", false}};
}

static DType inputType(const std::string &layer, const std::string &name) {
  for (DType dtype : {DType::F32, DType::I32, DType::I64})
    if (name == nameOf(dtype))
      return dtype;
  throw Error(layer + ": expected dtype \"float32\", \"int32\" or \"int64\", got \"" + name + "\"");
}

std::shared_ptr<LayerNode> InputNode::fromConfig(const Json &config) {
  std::string name = config.value("name", ""), layer = name.empty() ? "InputLayer" : name;
  const Json *given = nullptr;
  for (const char *key : {"batch_shape", "batch_input_shape"})
    if (config.contains(key))
      given = &config[key];
  for (const char *key : {"sparse", "ragged", "optional"})
    if (config.contains(key) && config[key] != Json(false) && !config[key].is_null())
      throw Error(layer + ": option " + key + " is " + config[key].dump() + ", only false is supported");
  TensorSpec spec;
  bool shaped = given && given->is_array();
  for (size_t i = 0; shaped && i < given->size(); ++i) {
    const Json &dim = (*given)[i];
    shaped = dim.is_null() || dim.is_number_integer();
    spec.shape.push_back(dim.is_number_integer() ? dim.get<int64_t>() : None);
  }
  if (!shaped)
    throw Error(layer + ": option batch_shape does not take " + (given ? given->dump() : "null"));
  const Json dtype = config.value("dtype", Json("float32"));
  spec.dtype = inputType(layer, dtype.is_string() ? dtype.get<std::string>() : dtype.dump());
  return std::make_shared<InputNode>(std::move(spec), std::move(name));
}

LayerClass rowOfInputLayer() {
  return {"InputLayer",
          {{"shape", "None", "{}"},
           {"batch_size", "None", "std::nullopt"},
           {"dtype", "'float32'", "\"float32\""},
           {"sparse", "False", "false"},
           {"batch_shape", "None", "{}"},
           {"optional", "False", "false"},
           {"name", "None", "{}"}},
          InputNode::fromConfig};
}

} // namespace tenon::graph

namespace tenon {
Tensor Input(Shape shape, InputOptions options) {
  const std::string layer = options.name.empty() ? "Input" : options.name;
  if (options.sparse || options.optional)
    throw Error(layer + ": " + (options.sparse ? "sparse" : "optional") + " inputs are not supported", Fault::Usage);
  if (options.batchShape.empty())
    shape.insert(shape.begin(), options.batchSize.value_or(None));
  else if (!shape.empty() || options.batchSize)
    throw Error(layer + ": batchShape " + graph::shapeText(options.batchShape) +
                " stands in place of shape and batchSize, which are given too");
  else
    shape = std::move(options.batchShape);
  DType dtype = graph::inputType(layer, options.dtype);
  return std::make_shared<graph::InputNode>(graph::TensorSpec{std::move(shape), dtype}, std::move(options.name))
      ->tensor();
}
} // namespace tenon
