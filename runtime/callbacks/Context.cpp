// SPDX-License-Identifier: Apache-2.0
#include <tenon/callback.h>

#include <tenon/error.h>

#include <cstring>

namespace tenon {
namespace {
constexpr const char *kLearningRate = "optimizer/learning_rate";

bool isState(const VariableInfo &info) {
  return info.kind == VariableKind::Weight || info.kind == VariableKind::Statistic;
}
} // namespace

Logs TrainingContext::currentLogs() const {
  Logs logs;
  std::vector<Array> values = session_.call("read_metrics");
  const EntryInfo &entry = session_.program().entry("read_metrics");
  for (size_t i = 0; i < values.size(); ++i)
    logs[entry.outputs[i].name] = values[i].at(0);
  return logs;
}

double TrainingContext::learningRate() const { return session_.variable(kLearningRate).at(0); }

void TrainingContext::setLearningRate(double rate) {
  session_.variable(kLearningRate).data<float>()[0] = static_cast<float>(rate);
}

std::vector<Array> TrainingContext::snapshot() const {
  std::vector<Array> copies;
  auto &variables = session_.program().variables();
  for (size_t i = 0; i < variables.size(); ++i)
    if (isState(variables[i]))
      copies.push_back(session_.variable(i).clone());
  return copies;
}

void TrainingContext::restore(const std::vector<Array> &snapshot) {
  auto &variables = session_.program().variables();
  auto copy = snapshot.begin();
  for (size_t i = 0; i < variables.size(); ++i) {
    if (!isState(variables[i]))
      continue;
    if (copy == snapshot.end() || copy->bytes() != variables[i].bytes)
      throw Error("restore: the snapshot is of another program", Fault::Usage);
    std::memcpy(session_.variable(i).raw(), copy->raw(), variables[i].bytes);
    ++copy;
  }
  session_.invalidatePrepared();
}

State TrainingContext::capture(const State &spare) const {
  if (!capturing)
    throw Error("capture: there is no training", Fault::Usage);
  return capturing(spare);
}

} // namespace tenon
