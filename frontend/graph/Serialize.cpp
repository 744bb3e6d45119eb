// SPDX-License-Identifier: Apache-2.0
// Keras's JSON of layers and models, written and read.
#include "frontend/graph/LayerTable.h"
#include "frontend/graph/ModelNode.h"
#include "frontend/graph/Options.h"
#include "frontend/graph/Registry.h"
#include "frontend/graph/Sharing.h"
#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace tenon::graph {

static Json shapeToJson(const Shape &shape) {
  Json list = Json::array();
  for (int64_t dim : shape)
    list.push_back(dim == None ? Json() : Json(dim));
  return list;
}
static Json shapesToJson(const std::vector<TensorSpec> &specs, bool list) {
  if (specs.size() == 1 && !list)
    return shapeToJson(specs[0].shape);
  Json shapes = Json::array();
  for (const TensorSpec &spec : specs)
    shapes.push_back(shapeToJson(spec.shape));
  return shapes;
}

Json serializeLayer(const LayerNode &layer) {
  auto *model = dynamic_cast<const ModelNode *>(&layer);
  bool functional = model && !model->isSequential();
  Json json = {{"module", functional ? "keras.src.models.functional"
                          : model    ? "keras"
                                     : "keras.layers"},
               {"class_name", layer.className()},
               {"config", layer.config()},
               {"registered_name", functional ? Json("Functional") : Json()}};
  if (functional)
    json["build_config"] = {{"input_shape", nullptr}};
  else if (model && model->hasNetwork())
    json["build_config"] = {{"input_shape", shapeToJson(model->network().inputs[0].shape())}};
  else if (const auto &specs = layer.builtFor(); layer.stateArgument() && specs.size() > 1) {
    Json states = Json::array();
    for (size_t i = 1; i < specs.size(); ++i)
      states.push_back(shapeToJson(specs[i].shape));
    json["build_config"] = {{"shapes_dict",
                             {{"sequences_shape", shapeToJson(specs[0].shape)},
                              {std::string(layer.stateArgument()) + "_shape", std::move(states)}}}};
  } else if (layer.recordsBuild() && !specs.empty())
    json["build_config"] = {{"input_shape", shapesToJson(specs, layer.takesList())}};
  if (model)
    json["compile_config"] = Json::object();
  return json;
}

namespace {

// Which call of its layer, among those of one network, a tensor comes from.
struct CallNumbers {
  std::map<const Call *, int> numbers;
  explicit CallNumbers(const Network &network) {
    std::map<const LayerNode *, int> next;
    for (const auto &layer : network.layers)
      for (const auto &call : layer->calls())
        if (std::find(network.calls.begin(), network.calls.end(), call) != network.calls.end())
          numbers[call.get()] = next[layer.get()]++;
  }
  Json triple(const Tensor &tensor, int offset = 0) const {
    return {tensor.name(), numbers.at(tensor.call().get()) + offset, tensor.index()};
  }
};

// Keras counts a functional model's own node among its calls, but only where a model lists its inputs and outputs.
int ownNodes(const LayerNode &layer) { return layer.className() == "Functional" ? 1 : 0; }

Json endsToJson(const std::vector<Tensor> &tensors, bool isList, const CallNumbers &numbers) {
  Json list = Json::array();
  for (const Tensor &tensor : tensors)
    list.push_back(numbers.triple(tensor, ownNodes(*tensor.call()->layer)));
  return isList ? list : list[0];
}

Json callToJson(const Call &call, const CallNumbers &numbers) {
  Json tensors = Json::array();
  for (const Tensor &input : call.inputs)
    tensors.push_back({{"class_name", "__keras_tensor__"},
                       {"config",
                        {{"shape", shapeToJson(input.shape())},
                         {"dtype", nameOf(input.dtype())},
                         {"keras_history", numbers.triple(input)}}}});
  Json named = call.layer->callArguments();
  if (const char *state = call.layer->stateArgument(); state && tensors.size() > 1) {
    named = Json::object(); // Keras fills mask and training in only where there is one tensor
    named[state] = Json(tensors.begin() + 1, tensors.end());
    tensors.erase(tensors.begin() + 1, tensors.end());
  }
  Json arguments = tensors.size() == 1 && !call.layer->takesList() ? std::move(tensors) : Json::array({std::move(tensors)});
  return {{"args", std::move(arguments)}, {"kwargs", std::move(named)}};
}

} // namespace

Json ModelNode::config() const {
  Json json = {{"name", name()}, {"trainable", trainable()}};
  Json list = Json::array();
  if (isSequential()) {
    json["dtype"] = dtypePolicy();
    for (const auto &layer : written())
      list.push_back(serializeLayer(*layer));
    json["layers"] = std::move(list);
    if (ready)
      json["build_input_shape"] = shapeToJson(sequentialInput->spec().shape);
    return json;
  }
  CallNumbers numbers(graph);
  for (const auto &layer : written()) {
    Json entry = serializeLayer(*layer);
    Json nodes = Json::array();
    for (const auto &call : layer->calls())
      if (!call->inputs.empty() && numbers.numbers.count(call.get()))
        nodes.push_back(callToJson(*call, numbers));
    entry["name"] = layer->name();
    entry["inbound_nodes"] = std::move(nodes);
    list.push_back(std::move(entry));
  }
  json["layers"] = std::move(list);
  json["input_layers"] = endsToJson(graph.inputs, inputsAreList, numbers);
  json["output_layers"] = endsToJson(graph.outputs, outputsAreList, numbers);
  return json;
}

// It may have the name of a layer.
bool isOperation(const Json &entry) {
  return entry.is_object() && entry.contains("module") && entry["module"].is_string() &&
         entry["module"].get<std::string>().starts_with("keras.src.ops");
}

namespace {

// Leaves those operations out of `ops` that make a mask of the user's own: of Keras's are a comparison with 0 of what an
// Embedding with mask_zero reads, and what its layers' mask rules make of such masks.
void dropForeignMasks(const Json &layers, std::set<std::string> &ops) {
  std::set<std::string> masked; // the tensors that such an Embedding reads
  auto sourceOf = [](const Json &entry) { // of the first argument of the first call
    const Json *at = &entry;
    for (const char *key : {"inbound_nodes", "0", "args", "0", "config", "keras_history"}) {
      if (at->is_array() && !at->empty())
        at = &at->front();
      else if (at->is_object() && at->contains(key))
        at = &(*at)[key];
      else
        return std::string();
    }
    return at->dump();
  };
  for (const Json &entry : layers)
    if (entry.is_object() && entry.value("class_name", "") == "Embedding" && entry.contains("config") &&
        entry["config"].value("mask_zero", false))
      for (const Json &node : entry.value("inbound_nodes", Json::array()))
        masked.insert(sourceOf({{"inbound_nodes", Json::array({node})}}));
  static const std::set<std::string> rules = {"Any", "BroadcastTo", "Cast", "Concatenate", "ExpandDims", "LogicalOr", "OnesLike",
                                              "ZerosLike"};
  for (const Json &entry : layers) {
    if (!entry.is_object() || !isOperation(entry) || !ops.contains(entry.value("name", "")))
      continue;
    std::string kind = entry.value("class_name", "");
    bool isOwn = rules.contains(kind);
    if (kind == "NotEqual" && entry.contains("inbound_nodes") && !entry["inbound_nodes"].empty()) {
      const Json arguments = entry["inbound_nodes"][0].value("args", Json::array());
      isOwn = arguments.size() == 2 && arguments[1] == 0 && masked.contains(sourceOf(entry));
    }
    if (!isOwn)
      ops.erase(entry.value("name", ""));
  }
}

// The operations outside of layers that only make masks (Embedding's NotEqual): Keras writes them down as layers, here
// masks follow from the layers. They are those that no layer's arguments besides masks, and no output, lead back to.
std::set<std::string> maskOps(const Json &config) {
  std::set<std::string> ops;
  std::map<std::string, const Json *> nodes;
  std::vector<std::string> open;
  auto nameOf = [](const Json &entry) {
    return entry.is_object() && entry.contains("name") && entry["name"].is_string() ? entry["name"].get<std::string>()
                                                                                    : "";
  };
  if (!config.contains("layers") || !config["layers"].is_array())
    return ops;
  for (const Json &entry : config["layers"]) {
    std::string name = nameOf(entry);
    if (isOperation(entry))
      ops.insert(name);
    else
      open.push_back(name);
    if (entry.is_object() && entry.contains("inbound_nodes"))
      nodes[name] = &entry["inbound_nodes"];
  }
  auto needed = [&](const std::string &name) {
    if (ops.erase(name))
      open.push_back(name);
  };
  std::function<void(const Json &)> follow = [&](const Json &json) {
    if (json.is_object() && json.contains("keras_history") && json["keras_history"].is_array() &&
        !json["keras_history"].empty() && json["keras_history"][0].is_string())
      needed(json["keras_history"][0]);
    else if (json.is_structured())
      for (const auto &[key, item] : json.items())
        if (key != "mask")
          follow(item);
  };
  for (const char *key : {"input_layers", "output_layers"}) {
    const Json ends = config.value(key, Json::array()).flatten();
    for (const Json &item : ends)
      if (item.is_string())
        needed(item);
  }
  while (!open.empty()) {
    std::string name = open.back();
    open.pop_back();
    if (auto found = nodes.find(name); found != nodes.end())
      follow(*found->second);
  }
  dropForeignMasks(config["layers"], ops);
  return ops;
}

// What a call's argument beside its inputs says when the user gave none.
bool isDefaultArgument(const Json &value) { return value.is_null() || value == false; }

struct Reference {
  std::string layer;
  size_t call, tensor;
};

// Reads a functional model: all layers first, then their calls as soon as what they take is there.
class FunctionalReader {
public:
  FunctionalReader(const Json &config, SharedLayers &shared)
      : config(config), model(config.value("name", "functional")), shared(shared) {}

  std::shared_ptr<ModelNode> read() {
    const std::set<std::string> masks = maskOps(config);
    for (const Json &entry : member(config, "layers")) {
      std::string name = member(entry, "name").get<std::string>();
      if (isOperation(entry) && masks.contains(name))
        continue;
      std::shared_ptr<LayerNode> layer = deserializeLayer(entry, shared);
      if (layer->name() != name)
        fail("layer " + name + " calls itself " + layer->name() + " in its config");
      if (!layers.emplace(name, Entry{layer, {}}).second)
        fail("the name \"" + name + "\" is used by several layers; names must be unique");
      if (auto input = std::dynamic_pointer_cast<InputNode>(layer))
        layers.at(name).results.push_back({input->tensor()});
      for (const Json &node : member(entry, "inbound_nodes"))
        pending.push_back({name, references(node)});
    }
    while (!pending.empty()) {
      size_t before = pending.size();
      std::erase_if(pending, [&](const Pending &call) { return tryCall(call); });
      if (pending.size() == before)
        fail("layer " + pending[0].layer + " takes a value that no layer gives");
    }
    bool trainable = config.value("trainable", true);
    return std::make_shared<ModelNode>(ends("input_layers"), ends("output_layers"), config.value("name", ""),
                                       trainable);
  }

private:
  struct Entry {
    std::shared_ptr<LayerNode> layer;
    std::vector<std::vector<Tensor>> results; // by call
  };
  struct Pending {
    std::string layer;
    std::vector<Reference> inputs;
  };

  [[noreturn]] void fail(const std::string &message) const { throw Error(model + ": " + message); }
  const Json &member(const Json &json, const char *key) const {
    if (!json.is_object() || !json.contains(key))
      fail(std::string("its JSON lacks ") + key);
    return json[key];
  }
  Reference triple(const Json &json) const {
    if (!json.is_array() || json.size() != 3 || !json[0].is_string() || !json[1].is_number_unsigned() ||
        !json[2].is_number_unsigned())
      fail("expected [layer, call, tensor], got " + json.dump());
    return {json[0], json[1], json[2]};
  }
  void collect(const Json &json, std::vector<Reference> &out) const {
    if (json.is_array())
      for (const Json &item : json)
        collect(item, out);
    else if (json.is_object() && json.value("class_name", "") == "__keras_tensor__")
      out.push_back(triple(member(member(json, "config"), "keras_history")));
    else
      fail("a layer's argument " + json.dump() + " is no tensor");
  }
  std::vector<Reference> references(const Json &node) const {
    if (!node.is_object())
      fail("a call in the form of Keras 2 is not supported: " + node.dump().substr(0, 80));
    std::vector<Reference> out;
    collect(member(node, "args"), out);
    for (const auto &[key, value] : member(node, "kwargs").items())
      if (key == "initial_state" && !value.is_null())
        collect(value, out);
      else if (key != "mask" && !isDefaultArgument(value))
        fail("a layer's argument " + key + " = " + value.dump().substr(0, 80) + " is not supported");
    if (out.empty())
      fail("a call without inputs: " + node.dump().substr(0, 80));
    return out;
  }
  const Tensor *find(const Reference &reference) const {
    auto entry = layers.find(reference.layer);
    if (entry == layers.end())
      fail("takes a value of a layer that it does not have: " + reference.layer);
    const auto &results = entry->second.results;
    return reference.call < results.size() && reference.tensor < results[reference.call].size()
               ? &results[reference.call][reference.tensor]
               : nullptr;
  }
  bool tryCall(const Pending &call) {
    // A layer's calls keep their order: they are referred to by number.
    for (const Pending &other : pending)
      if (&other == &call)
        break;
      else if (other.layer == call.layer)
        return false;
    std::vector<Tensor> inputs;
    for (const Reference &reference : call.inputs)
      if (const Tensor *tensor = find(reference))
        inputs.push_back(*tensor);
      else
        return false;
    Entry &entry = layers.at(call.layer);
    entry.results.push_back(entry.layer->call(inputs));
    return true;
  }
  Tensors ends(const char *key) const {
    const Json &json = member(config, key);
    bool single = json.is_array() && !json.empty() && json[0].is_string();
    std::vector<Json> triples;
    if (single)
      triples.push_back(json);
    else if (json.is_object()) { // by name: Keras orders them by their names
      std::map<std::string, Json> sorted;
      for (const auto &[name, item] : json.items())
        sorted.emplace(name, item);
      for (const auto &[name, item] : sorted)
        triples.push_back(item);
    } else
      for (const Json &item : json)
        triples.push_back(item);
    std::vector<Tensor> out;
    for (const Json &item : triples) {
      Reference reference = triple(item);
      auto entry = layers.find(reference.layer);
      if (entry != layers.end() && reference.call > 0)
        reference.call -= ownNodes(*entry->second.layer);
      const Tensor *tensor = find(reference);
      if (!tensor)
        fail(std::string(key) + " names a value that no layer gives: " + item.dump());
      out.push_back(*tensor);
    }
    return single && out.size() == 1 ? Tensors(out[0]) : Tensors(out);
  }

  const Json &config;
  std::string model;
  SharedLayers &shared;
  std::map<std::string, Entry> layers;
  std::vector<Pending> pending;
};

std::shared_ptr<ModelNode> readSequential(const Json &config, SharedLayers &shared) {
  auto model = std::make_shared<ModelNode>(config.value("name", ""), true);
  if (auto layers = config.find("layers"); layers != config.end())
    for (const Json &entry : *layers)
      model->add(deserializeLayer(entry, shared));
  if (const Json shape = config.value("build_input_shape", Json()); shape.is_array() && !model->hasNetwork()) {
    Shape sizes;
    for (const Json &dim : shape)
      if (dim.is_null() || dim.is_number_integer())
        sizes.push_back(dim.is_null() ? None : dim.get<int64_t>());
      else
        throw Error(config.value("name", "model JSON") + ": build_input_shape is " + shape.dump() + ", expected whole numbers");
    model->buildSequential({sizes, DType::F32});
  }
  if (!config.value("trainable", true))
    model->setTrainable(false);
  return model;
}

} // namespace

static std::shared_ptr<LayerNode> makeLayer(const Json &json, SharedLayers &shared) {
  const std::string className = json["class_name"];
  const Json &config = json["config"];
  if (className == "Functional" || className == "Model")
    return FunctionalReader(config, shared).read();
  if (className == "Sequential")
    return readSequential(config, shared);
  if (isOperation(json))
    throw Error(config.value("name", "model JSON") + ": the operation " + className +
                " outside of layers is not supported");
  if (const LayerClass *row = findLayerClass(className))
    return row->fromConfig(config);
  throw Error(config.value("name", "model JSON") + ": the layer class " + className + " is not supported");
}

std::shared_ptr<LayerNode> deserializeLayer(const Json &json, SharedLayers &shared) {
  if (!json.is_object() || !json.contains("class_name") || !json.contains("config") || !json["config"].is_object())
    throw Error("model JSON: expected a layer with class_name and config, got " + json.dump().substr(0, 80));
  if (auto known = shared.find(json))
    return known;
  std::shared_ptr<LayerNode> layer = makeLayer(json, shared);
  shared.record(json, layer);
  return layer;
}

namespace {

// Finds everything that is not supported, instead of the first.
struct Survey {
  std::vector<std::string> found;

  void visit(const Json &entry) {
    if (!entry.is_object() || !entry.contains("class_name") || !entry["class_name"].is_string() ||
        !entry.contains("config") || !entry["config"].is_object())
      return; // no layer: reading it says so
    const std::string className = entry["class_name"];
    const Json &config = entry["config"];
    const Json name = config.value("name", Json()), module = entry.value("module", Json());
    const std::string layer = name.is_string() ? name.get<std::string>() : className,
                      what = layer + " (" + className + ")";
    auto add = [&](const std::string &text) { found.push_back(what + ": " + text); };
    if (isOperation(entry))
      add("an operation outside of layers (" + module.get<std::string>() + ") is not supported, only layers are");
    else if (isModel(className)) {
      const std::set<std::string> masks = maskOps(config);
      for (const Json &inner : config.value("layers", Json::array()))
        if (!isOperation(inner) || !masks.contains(inner.value("name", "")))
          visit(inner);
    } else if (const LayerClass *row = isKerass(module) ? findLayerClass(className) : nullptr)
      try {
        row->fromConfig(config);
      } catch (const Error &error) {
        std::string text = error.what();
        add(text.starts_with(layer + ": ") ? text.substr(layer.size() + 2) : text);
      }
    else
      add("this layer class is not supported");
    const Json nodes = entry.value("inbound_nodes", Json());
    for (const Json &node : nodes.is_array() ? nodes : Json::array())
      if (node.is_object() && node.contains("kwargs") && node["kwargs"].is_object())
        for (const auto &[key, value] : node["kwargs"].items())
          if ((!isDefaultArgument(value) && key != "mask" && key != "initial_state") ||
              (key == "training" && value == false && differsInTraining(className)))
            add("the call's argument " + key + " = " + value.dump().substr(0, 80) + " is not supported");
  }
  // Called with training=false these stay what they are in inference. (Of Dropout and recurrent layers Keras always says
  // training=false, as the default of their argument.)
  static bool differsInTraining(const std::string &className) {
    return className == "BatchNormalization" || isModel(className);
  }
  static bool isModel(const std::string &className) {
    return className == "Functional" || className == "Model" || className == "Sequential";
  }
  // Layers of other packages may have the names of Keras's.
  static bool isKerass(const Json &module) {
    return !module.is_string() || module.get<std::string>() == "keras" ||
           module.get<std::string>().starts_with("keras.");
  }
};

} // namespace

std::vector<std::string> unsupportedParts(const Json &json) {
  Survey survey;
  survey.visit(json);
  return survey.found;
}

} // namespace tenon::graph

namespace tenon {

std::string Model::toJson() const { return graph::serializeLayer(model()).dump(); }

Model modelFromJson(const std::string &text) {
  graph::Json json = parseJson<graph::Json>(text, "model JSON");
  try {
    graph::SharedLayers shared;
    auto model = std::dynamic_pointer_cast<graph::ModelNode>(graph::deserializeLayer(json, shared));
    if (!model)
      throw Error("model JSON: expected a Functional or Sequential model, got " + json["class_name"].dump());
    return Model(std::move(model));
  } catch (const graph::Json::exception &error) { // a value of another kind than its place takes
    throw Error("model JSON: not a Keras model: " + std::string(error.what()));
  }
}

} // namespace tenon
