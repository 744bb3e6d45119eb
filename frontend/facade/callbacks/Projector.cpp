// SPDX-License-Identifier: Apache-2.0
#include "frontend/facade/callbacks/Projector.h"
#include "frontend/graph/ModelNode.h"
#include "runtime/File.h"
#include <charconv>
#include <filesystem>

namespace tenon::facade {
namespace {

namespace fs = std::filesystem;
constexpr const char *kTables = "embeddings"; // the folder of the tables, inside the projector's

std::string withoutSlashes(std::string name) {
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

/// Rows as lines of numbers between tabs, each with as few digits as tell it apart. (The projector reads raw floats too,
/// but only those that happen to be no UTF-8.)
std::string tsv(const Array &rows) {
  std::string text;
  const int64_t columns = rows.shape()[1];
  const float *numbers = rows.data<float>();
  for (int64_t i = 0; i < rows.size(); ++i) {
    char digits[32];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, numbers[i]).ptr);
    text += (i + 1) % columns ? '\t' : '\n';
  }
  return text;
}

/// A string of protobuf's text format.
std::string quoted(const std::string &text) {
  std::string result = "\"";
  for (char c : text)
    result += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return result + "\"";
}

bool staysInside(const fs::path &path) {
  fs::path normal = path.lexically_normal();
  return !normal.is_absolute() && !normal.empty() && *normal.begin() != "..";
}

/// The path inside `folder` under which a file of metadata is found.
std::string placed(const std::string &file, const std::string &folder) {
  if (file.empty() || (staysInside(file) && fs::exists(fs::path(folder) / file)))
    return file;
  if (fs::exists(file)) {
    const fs::path inside = fs::path(kTables) / fs::path(file).filename(), copy = fs::path(folder) / inside;
    makeFolder(copy.parent_path());
    std::error_code error;
    fs::copy_file(file, copy, fs::copy_options::overwrite_existing, error);
    if (error)
      throw Error(copy.string() + ": cannot be copied from " + file + ": " + error.message());
    return inside.string();
  }
  if (!staysInside(file))
    throw Error("TensorBoard: embeddingsMetadata: " + file + ": there is no such file, and it lies outside " + folder +
                    ", where TensorBoard would look for it",
                Fault::Usage);
  return file; // to be written during the training
}

} // namespace

Projector::Projector(const Model &model, std::string folder, const EmbeddingsMetadata &metadata)
    : folder(std::move(folder)) {
  std::map<std::string, std::string> unused = metadata.byLayer;
  for (const auto &layer : graph::allLayers(model.model())) {
    if (layer->className() != "Embedding" || layer->weights().empty())
      continue;
    const std::shared_ptr<graph::Weight> &rows = layer->weights()[0];
    std::string name;
    for (const graph::NamedWeight &weight : graph::namedWeights(model.model()))
      if (weight.weight == rows)
        name = weight.name;
    auto own = metadata.byLayer.find(layer->name());
    unused.erase(layer->name());
    tables.push_back({name, rows->value, std::string(kTables) + "/" + withoutSlashes(name) + ".tsv",
                      placed(own == metadata.byLayer.end() ? metadata.all : own->second, this->folder)});
  }
  if (!unused.empty())
    throw Error("TensorBoard: embeddingsMetadata names '" + unused.begin()->first + "', which is no Embedding layer of " +
                    model.name(),
                Fault::Usage);
}

void Projector::write() const {
  if (tables.empty())
    return;
  makeFolder(fs::path(folder) / kTables);
  std::string config;
  for (const Table &table : tables) {
    writeFile(fs::path(folder) / table.path, tsv(table.rows));
    config += "embeddings {\n  tensor_name: " + quoted(table.name) + "\n";
    if (!table.metadata.empty())
      config += "  metadata_path: " + quoted(table.metadata) + "\n";
    for (int64_t size : table.rows.shape())
      config += "  tensor_shape: " + std::to_string(size) + "\n";
    config += "  tensor_path: " + quoted(table.path) + "\n}\n";
  }
  // Last, so that it names no file that is not there yet.
  writeFile(fs::path(folder) / "projector_config.pbtxt", config);
}

} // namespace tenon::facade
