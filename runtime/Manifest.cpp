// SPDX-License-Identifier: Apache-2.0
#include "runtime/Manifest.h"

#include <tenon/error.h>

#include "schema/manifest_generated.h"

#include <cstring>
#include <set>

namespace tenon {
namespace {
class ManifestReader {
public:
  ManifestReader(const tenon_program_table &table, const std::string &what) : table_(table), what_(what) {}

  ManifestInfo read() {
    if (table_.abi_version != TENON_ABI_VERSION)
      fail("was made for ABI version " + std::to_string(table_.abi_version) + ", this runtime has version " +
           std::to_string(TENON_ABI_VERSION));
    // The verifier's own limit on size is an assert, absent in release builds.
    if (!table_.manifest || table_.manifest_size < 8 || table_.manifest_size > (1u << 30))
      fail("has no manifest");
    auto *bytes = static_cast<const uint8_t *>(table_.manifest);
    flatbuffers::Verifier verifier(bytes, table_.manifest_size, /*max_depth=*/16, /*max_tables=*/1'000'000);
    if (!schema::VerifyManifestBuffer(verifier))
      fail("has a damaged manifest");
    const schema::Manifest &manifest = *schema::GetManifest(bytes);
    if (manifest.abi() != TENON_ABI_VERSION)
      fail("has a manifest of ABI version " + std::to_string(manifest.abi()) + ", this runtime has version " +
           std::to_string(TENON_ABI_VERSION));
    info_.model = text(manifest.model());
    info_.producer = text(manifest.producer());
    info_.target = text(manifest.target());
    info_.features = texts(manifest.features());
    if (manifest.variables())
      for (auto *variable : *manifest.variables())
        readVariable(*variable);
    readEntries(manifest);
    for (auto &variable : info_.variables)
      if (variable.kind == VariableKind::Derived && !variable.initial && !hasEntry("prepare"))
        damaged("variable '" + variable.spec.name + "' has no value and there is no entry 'prepare' to compute it");
    return std::move(info_);
  }

private:
  [[noreturn]] void fail(const std::string &message) { throw Error(what_ + ": " + message); }
  [[noreturn]] void damaged(const std::string &message) { fail("has a damaged manifest: " + message); }

  static std::string text(const flatbuffers::String *string) { return string ? string->str() : std::string(); }
  static std::vector<std::string> texts(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>> *vector) {
    std::vector<std::string> result;
    if (vector)
      for (auto *string : *vector)
        result.push_back(text(string));
    return result;
  }

  bool hasEntry(std::string_view name) const {
    for (auto &entry : info_.entries)
      if (entry.name == name)
        return true;
    return false;
  }

  TensorSpec readSpec(const schema::TensorSpec *spec, const std::string &owner) {
    if (!spec || !spec->name())
      damaged(owner + " has no name");
    TensorSpec result;
    result.name = spec->name()->str();
    if (spec->dtype() < schema::DType::MIN || spec->dtype() > schema::DType::MAX)
      damaged("'" + result.name + "' has an unknown element type");
    result.dtype = static_cast<DType>(spec->dtype());
    if (spec->dims())
      for (auto *dim : *spec->dims()) {
        if (dim->size() < -1 || dim->symbol() < -1)
          damaged("'" + result.name + "' has a negative dimension");
        result.dims.push_back({dim->size(), dim->symbol(), text(dim->text())});
      }
    if (result.dims.size() > 8)
      damaged("'" + result.name + "' has more than 8 dimensions");
    return result;
  }

  void readVariable(const schema::Variable &variable) {
    VariableInfo info;
    info.spec = readSpec(variable.spec(), "a variable");
    const std::string &name = info.spec.name;
    if (variable.kind() < schema::Kind::MIN || variable.kind() > schema::Kind::MAX)
      damaged("variable '" + name + "' has an unknown kind");
    info.kind = static_cast<VariableKind>(variable.kind());
    info.trainable = variable.trainable();
    info.isMutable = variable.mutable_();
    for (auto &dim : info.spec.dims)
      if (dim.size < 0)
        damaged("variable '" + name + "' has a dynamic dimension");
    try {
      info.bytes = static_cast<size_t>(elementCount(info.spec.shape())) * sizeOf(info.spec.dtype);
    } catch (const Error &) {
      damaged("variable '" + name + "' is too large");
    }
    if (variable.offset() >= 0) {
      uint64_t offset = static_cast<uint64_t>(variable.offset());
      if (!table_.weights || offset % 4 || offset > table_.weights_size || info.bytes > table_.weights_size - offset)
        damaged("the value of variable '" + name + "' lies outside the weights");
      info.initial = static_cast<const char *>(table_.weights) + offset;
    }
    if (!names_.insert(name).second)
      damaged("two variables are named '" + name + "'");
    info_.variables.push_back(std::move(info));
  }

  const tenon_entry *findCode(const std::string &name) {
    for (uint32_t i = 0; i < table_.entry_count; ++i)
      if (table_.entries[i].name && name == table_.entries[i].name)
        return table_.entries[i].plan && table_.entries[i].run ? &table_.entries[i] : nullptr;
    return nullptr;
  }

  void readEntries(const schema::Manifest &manifest) {
    if (!manifest.entries())
      return;
    for (auto *entry : *manifest.entries()) {
      EntryInfo info;
      info.name = text(entry->name());
      const std::string what = "entry '" + info.name + "'";
      if (hasEntry(info.name))
        damaged("two entries are named '" + info.name + "'");
      info.code = findCode(info.name);
      if (!info.code)
        damaged(what + " has no code");
      info.symbols = texts(entry->symbols());
      info.checks = texts(entry->checks());
      std::vector<bool> bound(info.symbols.size());
      if (entry->inputs())
        for (auto *input : *entry->inputs()) {
          info.inputs.push_back(readSpec(input, "an input of " + what));
          for (auto &dim : info.inputs.back().dims) {
            if (dim.size < 0 && (dim.symbol < 0 || dim.symbol >= static_cast<int>(bound.size())))
              damaged("input '" + info.inputs.back().name + "' of " + what + " has a dimension without size or symbol");
            if (dim.size < 0)
              bound[static_cast<size_t>(dim.symbol)] = true;
          }
        }
      for (size_t i = 0; i < bound.size(); ++i)
        if (!bound[i])
          damaged("no input of " + what + " gives the symbol '" + info.symbols[i] + "'");
      if (entry->outputs())
        for (auto *output : *entry->outputs())
          info.outputs.push_back(readSpec(output, "an output of " + what));
      if (entry->stages())
        for (auto *stage : *entry->stages())
          info.stages.push_back({texts(stage->kernels()), texts(stage->layers())});
      info.flops = text(entry->flops());
      info_.entries.push_back(std::move(info));
    }
  }

  const tenon_program_table &table_;
  const std::string &what_;
  ManifestInfo info_;
  std::set<std::string> names_;
};
} // namespace

ManifestInfo readManifest(const tenon_program_table &table, const std::string &what) {
  return ManifestReader(table, what).read();
}

} // namespace tenon
