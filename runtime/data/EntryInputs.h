// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_DATA_ENTRYINPUTS_H
#define TENON_RUNTIME_DATA_ENTRYINPUTS_H

#include <tenon/data.h>
#include <tenon/program.h>

namespace tenon::data {

/// What an entry takes, in its order, from the arrays of a data set: model inputs by name or position,
/// "target:<output>" from y, "sample_weight:<output>" from the weights.
class EntryInputs {
public:
  explicit EntryInputs(const EntryInfo &entry);
  /// The arrays in the entry's dtypes, (n,) as (n, 1) or the other way round where the entry wants it. An input of
  /// weights is the array without elements when the data set has no weights: ones are to be put there.
  std::vector<Array> match(const Dataset &dataset) const;
  /// The same with the ones put in.
  std::vector<Array> complete(const Dataset &dataset) const;
  bool isWeight(size_t input) const { return kinds_[input] == Kind::Weight; }

private:
  enum class Kind { Input, Target, Weight };
  std::vector<TensorSpec> specs_;
  std::vector<Kind> kinds_;
  std::vector<std::string> inputs_, outputs_;
};

} // namespace tenon::data
#endif // TENON_RUNTIME_DATA_ENTRYINPUTS_H
