// SPDX-License-Identifier: Apache-2.0
#include <tenon/program.h>

#include "runtime/CpuFeatures.h"
#include "runtime/Manifest.h"
#include "runtime/SharedLibrary.h"

#include <tenon/error.h>

namespace tenon {

struct Program::Impl {
  std::shared_ptr<const void> owner;
  ManifestInfo manifest;
};

namespace {
void checkCpu(const ManifestInfo &manifest, const std::string &what) {
  std::string missing;
  for (auto &feature : manifest.features) {
    CpuFeature state = cpuFeature(feature);
    if (state == CpuFeature::Unknown)
      throw Error(what + ": needs the CPU feature '" + feature + "', which this runtime does not know");
    if (state == CpuFeature::Missing)
      missing += (missing.empty() ? "" : ", ") + feature;
  }
  if (!missing.empty())
    throw Error(what + ": was compiled for " + (manifest.target.empty() ? "another CPU" : manifest.target) +
                "; this CPU lacks " + missing);
}

template <typename Specs> int indexOf(const Specs &specs, std::string_view name) {
  for (size_t i = 0; i < specs.size(); ++i)
    if (specs[i].name == name)
      return static_cast<int>(i);
  return -1;
}
} // namespace

Shape TensorSpec::shape() const {
  Shape sizes;
  for (auto &dim : dims)
    sizes.push_back(dim.size);
  return sizes;
}

const char *nameOf(VariableKind kind) {
  constexpr const char *names[] = {"weight", "statistic", "slot", "metric", "hyper", "derived", "state"};
  return names[static_cast<size_t>(kind)];
}

int EntryInfo::inputIndex(std::string_view name) const { return indexOf(inputs, name); }
int EntryInfo::outputIndex(std::string_view name) const { return indexOf(outputs, name); }

namespace {
ManifestInfo checkedManifest(const tenon_program_table *table, const std::string &what) {
  if (!table)
    throw Error(what + ": expected a program table, received null", Fault::Usage);
  ManifestInfo manifest = readManifest(*table, what);
  checkCpu(manifest, what);
  return manifest;
}
} // namespace

Program Program::load(const std::string &path) {
  LoadedTable loaded = openLibrary(path);
  return Program(std::make_shared<const Impl>(Impl{loaded.owner, checkedManifest(loaded.table, path)}));
}

Program Program::wrap(const tenon_program_table *table, std::shared_ptr<const void> owner) {
  return Program(std::make_shared<const Impl>(Impl{std::move(owner), checkedManifest(table, "program")}));
}

const std::string &Program::model() const { return impl_->manifest.model; }
const std::string &Program::producer() const { return impl_->manifest.producer; }
const std::string &Program::target() const { return impl_->manifest.target; }
const std::vector<std::string> &Program::features() const { return impl_->manifest.features; }
const std::vector<EntryInfo> &Program::entries() const { return impl_->manifest.entries; }
const std::vector<VariableInfo> &Program::variables() const { return impl_->manifest.variables; }

const EntryInfo *Program::findEntry(std::string_view name) const {
  int index = indexOf(entries(), name);
  return index < 0 ? nullptr : &entries()[static_cast<size_t>(index)];
}

const EntryInfo &Program::entry(std::string_view name) const {
  if (const EntryInfo *entry = findEntry(name))
    return *entry;
  std::string known;
  for (auto &entry : entries())
    known += (known.empty() ? "" : ", ") + entry.name;
  throw Error("program '" + model() + "' has no entry '" + std::string(name) + "'; it has " + known, Fault::Usage);
}

int Program::variableIndex(std::string_view name) const {
  for (size_t i = 0; i < variables().size(); ++i)
    if (variables()[i].spec.name == name)
      return static_cast<int>(i);
  return -1;
}

} // namespace tenon
