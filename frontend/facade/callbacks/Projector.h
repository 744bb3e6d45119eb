// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <tenon/model.h>
#include <tenon/tensorboard.h>

namespace tenon::facade {

/// What TensorBoard's projector reads of a model's Embedding layers: in a folder projector_config.pbtxt, and for each
/// layer a file of its rows.
class Projector {
public:
  /// An Error when the metadata names a layer that is no Embedding of the model, or a file outside the folder that is not
  /// there to be copied.
  Projector(const Model &model, std::string folder, const EmbeddingsMetadata &metadata);
  /// Writes the rows as they are now. A file is replaced in one go.
  void write() const;

private:
  struct Table;
  std::string folder;
  std::vector<Table> tables;
};

struct Projector::Table {
  std::string name;     // "embedding/embeddings"
  Array rows;           // shares the weight's numbers
  std::string path;     // of the rows, inside the folder
  std::string metadata; // inside the folder; "" for none
};

} // namespace tenon::facade
