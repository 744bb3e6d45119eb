// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/Keras.h"
#include "frontend/files/KerasWeights.h"
#include "frontend/files/Zip.h"
#include "frontend/files/ZipWriter.h"
#include <cstdio>
#include <cstring>
#include <ctime>

namespace tenon::files {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char *weightsEntry = "model.weights.h5";

/// Keras's "2026-11-29@12:14:55".
std::string now() {
  char text[32];
  std::time_t time = std::time(nullptr);
  std::tm parts;
  std::strftime(text, sizeof text, "%Y-%m-%d@%H:%M:%S", localtime_r(&time, &parts));
  return text;
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

ModelFile readKeras(const std::string &path, bool compile) {
  return withPath(path, [&] {
    ZipFile zip(path);
    for (const char *entry : {"config.json", weightsEntry})
      if (!zip.has(entry))
        throw Error("is no .keras file: the archive holds no " + std::string(entry));
    Bytes text = zip.read("config.json");
    Json description = parseDescription(text.view(), "its config.json");
    Bytes weights = zip.read(weightsEntry);
    Hdf5File values(weights.view(), "its " + std::string(weightsEntry));
    ModelFile file = makeModel(std::move(description), compile, values.dataBytes());
    readWeights(planWeights(file.model.model(), values, /*sameNames=*/true), values);
    if (file.compiled)
      file.state = readOptimizer(path, *file.compiled, values, optimizerPaths(values),
                                 graph::optimizerVariables(file.model.model(), *file.compiled->optimizer.rule()));
    return file;
  });
}

void writeKeras(const std::string &path, const ModelFile &file, const OptimizerState &state) {
  Json description = Json::parse(file.model.toJson());
  description["compile_config"] = file.compiled ? toJson(*file.compiled) : Json::object();
  const Json metadata = {{"keras_version", kerasVersion}, {"date_saved", now()}};
  const Hdf5Writer weights = writeKerasWeights(path, file.model.model(), state);
  FileWriter out(path);
  ZipWriter zip(out);
  zip.add("metadata.json", metadata.dump());
  zip.add("config.json", description.dump());
  zip.add(weightsEntry, weights.image());
  zip.finish();
  out.close();
}

} // namespace tenon::files
