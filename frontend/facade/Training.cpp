// SPDX-License-Identifier: Apache-2.0
// The small value types of compile, evaluate and predict.
#include "frontend/graph/metrics/Function.h"
#include "frontend/graph/Registry.h"
#include <tenon/training.h>

namespace tenon {
namespace {

std::vector<std::string> namesOf(const Scores &scores) {
  std::vector<std::string> names;
  for (const auto &[name, value] : scores)
    names.push_back(name);
  return names;
}

} // namespace

std::vector<std::vector<Metric>> Metrics::resolve(const std::vector<std::string> &outputs,
                                                  const std::string &model) const {
  std::vector<std::vector<Metric>> result(outputs.size());
  auto indexOf = [&](const std::string &name) {
    return static_cast<size_t>(std::find(outputs.begin(), outputs.end(), name) - outputs.begin());
  };
  size_t named = 0;
  std::vector<Entry> entries = entries_;
  for (Entry &entry : entries) {
    // {"age", "mse"} is an output and its metric, unless the first word is a metric.
    if (entry.output.empty() && entry.metrics.size() > 1 && !entry.metrics[0].function() &&
        !isMetricName(entry.metrics[0].name()) && (outputs.size() > 1 || entry.metrics[0].name() == outputs[0])) {
      entry.output = entry.metrics[0].name();
      entry.metrics.erase(entry.metrics.begin());
    }
    named += !entry.output.empty();
  }
  if (named != 0 && named != entries.size())
    throw Error(model + ": metrics are given by output name or by position, not both", Fault::Usage);
  if (named == 0 && outputs.size() > 1 && !entries.empty() && entries.size() != outputs.size())
    throw Error(model + ": got metrics for " + std::to_string(entries.size()) + " outputs, expected " +
                    std::to_string(outputs.size()) + " (" + joined(outputs) + ")",
                Fault::Usage);
  for (size_t i = 0; i < entries.size(); ++i) {
    size_t index = named ? indexOf(entries[i].output) : outputs.size() == 1 ? 0 : i;
    if (index == outputs.size())
      throw Error(model + ": metrics name the output '" + entries[i].output + "', its outputs are " + joined(outputs),
                  Fault::Usage);
    result[index].insert(result[index].end(), entries[i].metrics.begin(), entries[i].metrics.end());
  }
  return result;
}

double Scores::operator[](const std::string &name) const {
  for (const auto &[key, value] : values_)
    if (key == name)
      return value;
  throw Error("no score is called '" + name + "', there are " + joined(namesOf(*this)), Fault::Usage);
}

Scores::operator double() const {
  if (values_.size() != 1)
    throw Error("the scores are several numbers (" + joined(namesOf(*this)) + "), choose one by its name",
                Fault::Usage);
  return values_[0].second;
}

Predictions::operator Array() const {
  if (arrays_.size() != 1)
    throw Error("the model has several outputs (" + joined(names_) + "), choose one by its name", Fault::Usage);
  return arrays_[0];
}

const Array &Predictions::operator[](const char *name) const {
  for (size_t i = 0; i < names_.size(); ++i)
    if (names_[i] == name)
      return arrays_[i];
  throw Error(std::string("no output is called '") + name + "', there are " + joined(names_), Fault::Usage);
}

} // namespace tenon
