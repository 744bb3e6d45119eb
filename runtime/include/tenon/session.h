// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_SESSION_H
#define TENON_SESSION_H

#include <tenon/program.h>

#include <span>

namespace tenon {

struct SessionOptions {
  /// How many threads a call may use, 0 for one per core. The results do not depend on it.
  int threads = 0;
  /// Fills the arena and the outputs with NaN before every call, puts guards around them and throws when a call wrote
  /// over one. For tests; the environment variable TENON_CHECK_MEMORY=1 turns it on everywhere.
  bool checkMemory = false;
};

/// A program with memory of its own: the storage of its variables and an arena that grows to the largest call so far.
/// One caller at a time; calls that fit the arena allocate nothing.
class Session {
public:
  explicit Session(Program program, SessionOptions options = {});
  Session(Session &&) noexcept;
  Session &operator=(Session &&) noexcept;
  ~Session();

  const Program &program() const;
  int threads() const;

  /// Makes the caller's memory (at least 4-byte aligned, of the variable's size, outliving the session) the variable's
  /// storage. Its content counts: nothing is copied into it.
  void bind(std::string_view name, void *data);
  bool hasVariable(std::string_view name) const;
  /// The variable's storage, writable; an Error when there is none of that name. After writing to weights or statistics
  /// call invalidatePrepared().
  Array variable(std::string_view name);
  /// Storage of variable number `index` of the program.
  Array variable(size_t index);
  /// Says that weights have changed: what @prepare derives from them is computed again before the next "predict".
  /// "train_step" implies it.
  void invalidatePrepared();

  /// Runs an entry on inputs and outputs in the manifest's order. Every dtype and shape is checked, the outputs'
  /// against outputShapes(). The first "predict" runs "prepare" where derived variables have no value.
  void call(std::string_view entry, std::span<const Array> inputs, std::span<const Array> outputs);
  void call(const EntryInfo &entry, std::span<const Array> inputs, std::span<const Array> outputs);
  /// The same with new arrays for the outputs.
  std::vector<Array> call(std::string_view entry, const std::vector<Array> &inputs = {});
  /// The shapes of an entry's outputs for these inputs (whose elements are not read).
  std::vector<Shape> outputShapes(std::string_view entry, std::span<const Array> inputs);

private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

} // namespace tenon
#endif // TENON_SESSION_H
