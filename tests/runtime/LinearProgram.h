// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_TESTS_RUNTIME_LINEARPROGRAM_H
#define TENON_TESTS_RUNTIME_LINEARPROGRAM_H

#include <tenon/c_api.h>

#include "schema/manifest_generated.h"

#include <functional>
#include <vector>

namespace tenon::test {

/// A linear model y = x w + b written by hand as the code generator would emit it: x of shape (batch, 3), mean squared
/// error, SGD, and a derived variable (2 w) that only "predict" reads. What it holds can be changed before it is built.
struct LinearProgram {
  /// change: edits the manifest's content, after which the table is made.
  explicit LinearProgram(const std::function<void(schema::ManifestT &)> &change = {});
  const tenon_program_table *table() const { return &table_; }

  std::vector<uint8_t> manifest;
  std::vector<float> weights; // w[3], b[1], learning rate, 11 unused
  std::vector<tenon_entry> entries;

private:
  tenon_program_table table_;
};

inline constexpr float kWeights[4] = {1, 2, 3, 0.5f};
/// Bytes that predict writes past its output and past its arena, for tests of the memory check.
extern int outputOverrun, arenaOverrun;
/// How often "prepare" ran.
extern int prepareCount;

} // namespace tenon::test
#endif // TENON_TESTS_RUNTIME_LINEARPROGRAM_H
