// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/OptimizerState.h"

namespace tenon::files {

std::string faultOf(const Hdf5File &file, const std::vector<std::string> &paths,
                    const std::vector<graph::OptimizerVariable> &variables) {
  if (paths.size() != variables.size())
    return "expected " + std::to_string(variables.size()) + " variables, found " + std::to_string(paths.size());
  for (size_t i = 0; i < paths.size(); ++i) {
    if (paths[i].empty())
      continue;
    const graph::OptimizerVariable &variable = variables[i];
    const std::string expected = "expected " + variable.name + " " + toString(variable.shape) + ", found ";
    auto found = file.dataset(paths[i]);
    if (!found)
      return expected + "no array " + paths[i];
    if (found->shape != variable.shape)
      return expected + toString(found->shape) + " in " + paths[i];
    // Keras counts steps in integers of its backend's.
    bool fits = variable.dtype == DType::I64 ? found->type.find("int") != std::string::npos
                                             : found->type == nameOf(variable.dtype);
    if (!fits)
      return expected + found->type + " in " + paths[i];
  }
  return "";
}

std::vector<StoredVariable> readOptimizer(const Hdf5File &file, const std::vector<std::string> &paths,
                                          const std::vector<graph::OptimizerVariable> &variables) {
  std::vector<StoredVariable> state;
  for (size_t i = 0; i < variables.size(); ++i) {
    if (paths[i].empty())
      continue;
    Array value(variables[i].shape, variables[i].dtype);
    file.read(paths[i], value);
    state.push_back({variables[i].name, variables[i].weight ? VariableKind::Slot : VariableKind::Hyper, false, value});
  }
  return state;
}

std::vector<StoredVariable> readOptimizer(const std::string &path, const CompileConfig &compiled,
                                          const Hdf5File &file, const std::vector<std::string> &paths,
                                          const std::vector<graph::OptimizerVariable> &variables) {
  const std::string fault = faultOf(file, paths, variables);
  if (fault.empty())
    return readOptimizer(file, paths, variables);
  // Keras writes iteration and learning rate of an optimizer that has not trained yet.
  if (paths.size() > 2)
    graph::warn(path + ": the optimizer's state is not read, training starts with a fresh one: " +
                compiled.optimizer.className() + " " + fault);
  return {};
}

uint64_t bytesOf(const OptimizerState &state) {
  uint64_t bytes = 0;
  for (const Array &value : state.values)
    bytes += value.bytes();
  return bytes;
}

} // namespace tenon::files
