// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/Keras.h"
#include "frontend/files/KerasWeights.h"
#include "frontend/files/Zip.h"
#include "frontend/graph/Initializers.h"
#include "frontend/graph/Registry.h"
#include "runtime/File.h"
#include <algorithm>
#include <cstdio>
#include <cstring>

namespace tenon::files {
namespace {

using graph::Json;

constexpr const char *weightsEntry = "model.weights.h5";
// What a model may need beyond what its file holds before the check by layer says what is missing.
constexpr uint64_t slack = 64 << 20;

/// The names of a model's outputs as ModelNode::outputNames gives them, from its JSON.
std::vector<std::string> outputNames(const Json &model) {
  std::vector<std::string> names;
  auto add = [&](const Json &json) {
    std::string name = json.is_string() ? json.get<std::string>() : "", unique = name;
    for (int n = 1; std::find(names.begin(), names.end(), unique) != names.end(); ++n)
      unique = name + "_" + std::to_string(n);
    names.push_back(unique);
  };
  const Json config = model.value("config", Json::object()), ends = config.value("output_layers", Json());
  if (const Json layers = config.value("layers", Json());
      model["class_name"] == "Sequential" && layers.is_array() && !layers.empty())
    add(layers.back().value("config", Json::object()).value("name", Json()));
  else if (ends.is_array() && !ends.empty() && ends[0].is_string())
    add(ends[0]);
  else
    for (const Json &end : ends)
      add(end.is_array() && !end.empty() ? end[0] : Json());
  return names;
}

ModelFile build(Json description, const Bytes &weights, bool compile, const std::string &path) {
  if (!description.is_object() || !description.contains("class_name"))
    throw Error("its config.json is no Keras model");
  std::vector<std::string> problems = graph::unsupportedParts(description);
  const Json config = description.value("compile_config", Json());
  std::optional<CompileConfig> compiled;
  // A model compiled without a loss has nothing to train with.
  if (compile && config.is_object() && !config.value("loss", Json()).is_null()) {
    size_t before = problems.size();
    compiled = compileConfigFromJson(config, outputNames(description), problems);
    if (problems.size() > before)
      problems.push_back("(loading without compile settings leaves compile_config out)");
  }
  if (!problems.empty())
    throw Error("holds what is not supported: " + listed(problems));
  description.erase("compile_config");

  Hdf5File file(weights.view(), "its " + std::string(weightsEntry));
  std::optional<Model> model;
  {
    graph::ValuesFromFile values(file.dataBytes() + slack);
    model = modelFromJson(description.dump());
  }
  readWeights(planWeights(model->model(), file, /*sameNames=*/true), file);
  if (compiled && file.members("optimizer/vars").size() > 2)
    std::fprintf(stderr, "warning: %s: the optimizer's state (%s) is not read, training starts with a fresh one\n",
                 path.c_str(), compiled->optimizer.className().c_str());
  return {*model, compiled, {}};
}

/// Runs body; what it throws gets the path in front.
template <typename Body> auto named(const std::string &path, Body &&body) {
  try {
    return body();
  } catch (const Error &error) {
    bool known = std::string_view(error.what()).starts_with(path + ": ");
    throw Error(known ? error.what() : path + ": " + error.what(), error.fault());
  } catch (const nlohmann::json::exception &error) { // a value of another kind than its place takes
    throw Error(path + ": its config.json is no Keras model: " + error.what());
  }
}

} // namespace

FileKind kindOf(const std::string &path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  char bytes[8] = {};
  if (!file)
    throw Error(path + ": no such file, or it cannot be read");
  size_t count = std::fread(bytes, 1, sizeof bytes, file.get());
  if (count >= 4 && std::memcmp(bytes, "PK\3\4", 4) == 0)
    return FileKind::Zip;
  if (count == 8 && std::memcmp(bytes, "\x89HDF\r\n\x1a\n", 8) == 0)
    return FileKind::Hdf5;
  return FileKind::Other;
}

void failLegacy(const std::string &path) {
  throw Error(path + ": is a model in the older .h5 format, which is not read yet; load it in Keras 3 and save it as "
                     ".keras");
}

ModelFile readKeras(const std::string &path, bool compile) {
  if (kindOf(path) == FileKind::Hdf5)
    failLegacy(path);
  return named(path, [&] {
    ZipFile zip(path);
    for (const char *entry : {"config.json", weightsEntry})
      if (!zip.has(entry))
        throw Error("is no .keras file: the archive holds no " + std::string(entry));
    Bytes text = zip.read("config.json");
    Json description = Json::parse(text.view(), nullptr, /*allow_exceptions=*/false);
    if (description.is_discarded())
      throw Error("its config.json is not valid JSON");
    return build(std::move(description), zip.read(weightsEntry), compile, path);
  });
}

void readKerasWeights(const std::string &path, const Model &model) {
  model.model().network(); // an Error when it has no weights yet
  FileKind kind = kindOf(path);
  named(path, [&] {
    Bytes inside;
    MappedFile outside;
    std::string_view image;
    if (kind == FileKind::Zip) {
      inside = ZipFile(path).read(weightsEntry);
      image = inside.view();
    } else {
      outside = mapFile(path);
      image = outside.bytes();
    }
    Hdf5File file(image, kind == FileKind::Zip ? "its " + std::string(weightsEntry) : path);
    if (file.has("model_weights") || file.attribute("/", "layer_names") || file.members("/").empty())
      throw Error("holds no weights as Keras 3 saves them (model.save_weights(\"x.weights.h5\")); the older .h5 format "
                  "is not read yet");
    // Read before anything is written: the model stays as it was when the file turns out to be damaged.
    std::vector<WeightTarget> targets = planWeights(model.model(), file, /*sameNames=*/false);
    std::vector<Array> values;
    for (const WeightTarget &target : targets)
      file.read(target.path, values.emplace_back(target.weight->value.shape(), target.weight->value.dtype()));
    for (size_t i = 0; i < targets.size(); ++i) {
      std::memcpy(targets[i].weight->value.raw(), values[i].raw(), values[i].bytes());
      ++targets[i].weight->version;
    }
  });
}

} // namespace tenon::files
