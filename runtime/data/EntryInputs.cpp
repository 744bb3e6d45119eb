// SPDX-License-Identifier: Apache-2.0
#include "runtime/data/EntryInputs.h"

#include <tenon/error.h>

#include <algorithm>

namespace tenon::data {
namespace {
constexpr std::string_view kTarget = "target:", kWeight = "sample_weight:";

/// The array as the input takes it.
Array fit(Array array, const TensorSpec &spec) {
  size_t rank = spec.dims.size();
  bool oneColumn = array.rank() == 2 && array.shape()[1] == 1;
  if (array.rank() == 1 && rank == 2)
    array = array.reshape({array.rowCount(), 1});
  else if (oneColumn && rank == 1)
    array = array.reshape({array.rowCount()});
  try {
    return array.astype(spec.dtype);
  } catch (const Error &error) {
    throw Error("input '" + spec.name + "' expects " + nameOf(spec.dtype) + ", received " + nameOf(array.dtype()) +
                ": " + error.what());
  }
}
} // namespace

EntryInputs::EntryInputs(const EntryInfo &entry) : specs_(entry.inputs.begin(), entry.inputs.end()) {
  for (const TensorSpec &spec : specs_) {
    std::string_view name = spec.name;
    kinds_.push_back(name.starts_with(kTarget) ? Kind::Target : name.starts_with(kWeight) ? Kind::Weight : Kind::Input);
    if (kinds_.back() == Kind::Target)
      outputs_.push_back(spec.name.substr(kTarget.size()));
    else if (kinds_.back() == Kind::Input)
      inputs_.push_back(spec.name);
  }
}

std::vector<Array> EntryInputs::match(const Dataset &dataset) const {
  std::vector<Array> x = dataset.x().resolve(inputs_, "x"), y, weights, result;
  if (!outputs_.empty())
    y = dataset.y().resolve(outputs_, "y");
  if (dataset.sampleWeight().count() == 1 && !dataset.sampleWeight().isNamed())
    weights.assign(outputs_.size(), dataset.sampleWeight()[0]);
  else if (!dataset.sampleWeight().empty())
    weights = dataset.sampleWeight().resolve(outputs_, "sampleWeight");
  size_t nextX = 0, nextY = 0, nextWeight = 0;
  for (size_t i = 0; i < specs_.size(); ++i) {
    if (kinds_[i] == Kind::Input)
      result.push_back(fit(x[nextX++], specs_[i]));
    else if (kinds_[i] == Kind::Target)
      result.push_back(fit(y[nextY++], specs_[i]));
    else
      result.push_back(weights.empty() ? Array() : fit(weights[nextWeight++], specs_[i]));
  }
  return result;
}

std::vector<Array> EntryInputs::complete(const Dataset &dataset) const {
  std::vector<Array> arrays = match(dataset);
  if (dataset.sampleWeight().empty())
    for (size_t i = 0; i < arrays.size(); ++i)
      if (isWeight(i))
        arrays[i] = Array(std::vector<float>(static_cast<size_t>(dataset.size()), 1.0f), {dataset.size()});
  return arrays;
}

} // namespace tenon::data
