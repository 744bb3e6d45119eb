// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_CONTAINER_H
#define TENON_CONTAINER_H

#include <tenon/program.h>

#include <map>

namespace tenon {

/// A variable with its value, as a file keeps it.
struct StoredVariable {
  std::string name;
  VariableKind kind = VariableKind::Weight;
  bool trainable = false;
  Array value;
};

/// The content of a .tenon file (layout: runtime/schema/container.fbs).
struct Container {
  std::string producer;
  std::string description; ///< the model as JSON text
  std::vector<StoredVariable> variables;
  std::map<std::string, std::string> training; ///< what else training needs to go on

  /// Reads a file after checking all of it: sizes, places and checksums. The values are views of the mapped file (what
  /// is written to them stays in memory). An Error names the file and what is wrong.
  static Container read(const std::string &path);
  /// Writes under a temporary name and renames when all is on the disk; an error leaves the old file as it was.
  void write(const std::string &path) const;
  /// Null when there is none of that name.
  const StoredVariable *find(const std::string &name) const;
};

} // namespace tenon
#endif // TENON_CONTAINER_H
