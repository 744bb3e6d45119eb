// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_MANIFEST_H
#define TENON_RUNTIME_MANIFEST_H

#include <tenon/program.h>

namespace tenon {

/// A manifest's content as plain structs.
struct ManifestInfo {
  std::string model, producer, target;
  std::vector<std::string> features;
  std::vector<EntryInfo> entries;
  std::vector<VariableInfo> variables;
};

/// Reads a table's manifest after verifying it: first the flatbuffer, then its meaning (ABI version, every index, range
/// and name a call will rely on, and that the table has the code of every entry). Errors start with `what`.
ManifestInfo readManifest(const tenon_program_table &table, const std::string &what);

} // namespace tenon
#endif // TENON_RUNTIME_MANIFEST_H
