// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/Legacy.h"
#include "frontend/files/Keras.h"
#include "frontend/files/LegacyConfig.h"
#include "frontend/files/LegacyWeights.h"
#include "runtime/File.h"

namespace tenon::files {
namespace {

using Json = nlohmann::ordered_json;

uint64_t bytesOf(const Model &model) {
  uint64_t bytes = 0;
  for (const graph::NamedWeight &named : graph::namedWeights(model.model()))
    bytes += named.weight->value.bytes();
  return bytes;
}

void finish(const std::string &path, const Hdf5Writer &content) {
  FileWriter out(path);
  out.write(content.image());
  out.close();
}

} // namespace

ModelFile readLegacy(const std::string &path, bool compile) {
  return withPath(path, [&] {
    const MappedFile image = mapFile(path);
    Hdf5File values(image.bytes(), path);
    auto config = values.attribute("/", "model_config");
    if (!config)
      throw Error("holds weights without a model; make the model and call loadWeights");
    Json description = fromLegacy(parseDescription(*config, "its model_config"));
    if (auto training = values.attribute("/", "training_config"); training && compile)
      description["compile_config"] = fromLegacyTraining(parseJson(*training, "its training_config"));
    ModelFile file = makeModel(std::move(description), compile, values.dataBytes());
    auto root = legacyRoot(values);
    if (!root)
      throw Error("holds a model without weights");
    readWeights(planLegacyWeights(file.model.model(), values, *root), values);
    if (file.compiled) {
      const auto variables = graph::optimizerVariables(file.model.model(), *file.compiled->optimizer.rule());
      file.state = readOptimizer(path, *file.compiled, values, legacyOptimizerPaths(values, variables), variables);
    }
    return file;
  });
}

void writeLegacy(const std::string &path, const ModelFile &file, const OptimizerState &state) {
  Hdf5Writer content(path, bytesOf(file.model) + bytesOf(state));
  content.attribute("/", "keras_version", std::string(kerasVersion));
  content.attribute("/", "backend", std::string("tensorflow"));
  content.attribute("/", "model_config", toLegacy(Json::parse(file.model.toJson())).dump());
  if (file.compiled)
    content.attribute("/", "training_config", toLegacyTraining(toJson(*file.compiled)).dump());
  writeLegacyWeights(content, "model_weights", file.model.model());
  if (!state.values.empty())
    writeLegacyOptimizer(content, file.model.model(), state);
  finish(path, content);
}

void writeLegacyWeightFile(const std::string &path, const Model &model) {
  Hdf5Writer content(path, bytesOf(model));
  writeLegacyWeights(content, "/", model.model());
  finish(path, content);
}

} // namespace tenon::files
