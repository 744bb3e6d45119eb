// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_PROGRAM_H
#define TENON_PROGRAM_H

#include <tenon/array.h>
#include <tenon/c_api.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tenon {

/// size >= 0: static. Otherwise `symbol` is the entry's symbol the dimension binds (inputs), or -1 where plan()
/// computes it (outputs); `text` is the expression, for people.
struct Dim {
  int64_t size = -1;
  int symbol = -1;
  std::string text;
};

/// An input, output or variable of a program.
struct TensorSpec {
  std::string name;
  DType dtype = DType::F32;
  std::vector<Dim> dims;

  /// The sizes, -1 where dynamic.
  Shape shape() const;
};

/// What a variable is for; the numbers are the manifest's.
enum class VariableKind : int8_t { Weight = 0, Statistic = 1, Slot = 2, Metric = 3, Hyper = 4, Derived = 5, State = 6 };
const char *nameOf(VariableKind kind);

struct VariableInfo {
  TensorSpec spec;
  VariableKind kind = VariableKind::Weight;
  bool trainable = false;
  bool isMutable = false;        ///< some entry assigns it
  size_t bytes = 0;              ///< of its storage
  const void *initial = nullptr; ///< its stored value, inside the program; null when it has none
};

/// One fork-join: its kernels and, for each, the layers it computes.
struct StageInfo {
  std::vector<std::string> kernels, layers;
};

struct EntryInfo {
  std::string name;
  std::vector<TensorSpec> inputs, outputs;
  std::vector<std::string> symbols, checks;
  std::vector<StageInfo> stages;
  std::string flops; ///< an expression of the symbols, for people
  const tenon_entry *code = nullptr;

  /// The position of an input or output, -1 when there is none of that name.
  int inputIndex(std::string_view name) const;
  int outputIndex(std::string_view name) const;
};

/// A compiled program: immutable, cheap to copy, may be shared between threads. Loading verifies everything a later
/// call relies on: the ABI version, the manifest and every index and offset in it, and this machine's CPU features.
class Program {
public:
  /// Loads a compiled library (.so): its symbol tenon_program, else the one symbol that ends in _program.
  static Program load(const std::string &path);
  /// Wraps a table in this process. The table, its manifest, code and weights must outlive the program, or be kept
  /// alive by `owner`.
  static Program wrap(const tenon_program_table *table, std::shared_ptr<const void> owner = nullptr);

  const std::string &model() const;
  const std::string &producer() const;
  const std::string &target() const;
  const std::vector<std::string> &features() const;
  const std::vector<EntryInfo> &entries() const;
  const std::vector<VariableInfo> &variables() const;
  /// Null when there is none of that name.
  const EntryInfo *findEntry(std::string_view name) const;
  /// An Error that lists the entries there are when there is none of that name.
  const EntryInfo &entry(std::string_view name) const;
  /// The position of a variable, -1 when there is none of that name.
  int variableIndex(std::string_view name) const;

private:
  struct Impl;
  explicit Program(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

} // namespace tenon
#endif // TENON_PROGRAM_H
