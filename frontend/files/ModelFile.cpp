// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/ModelFile.h"
#include "frontend/graph/Initializers.h"
#include "frontend/graph/ModelNode.h"
#include "frontend/graph/Registry.h"
#include <algorithm>

namespace tenon::files {
namespace {

using graph::Json;

// What a model may need beyond what its file holds before the check by layer says what is missing.
constexpr uint64_t slack = 64 << 20;
// The JSON of a thousand layers takes about one MiB.
constexpr size_t longest = 16 << 20;

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

} // namespace

Json parseDescription(std::string_view text, const std::string &what) {
  if (text.size() > longest)
    throw Error(what + " has " + std::to_string(text.size()) + " bytes, more than a model takes");
  Json json = parseJson<Json>(text, what);
  if (!json.is_object() || !json.contains("class_name"))
    throw Error(what + " is no Keras model");
  return json;
}

ModelFile makeModel(Json description, bool compile, uint64_t dataBytes) {
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
  graph::ValuesFromFile values(dataBytes + slack);
  return {modelFromJson(description.dump()), compiled, {}};
}

} // namespace tenon::files
