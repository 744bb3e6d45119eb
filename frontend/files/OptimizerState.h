// SPDX-License-Identifier: Apache-2.0
// What an optimizer has gathered, in the order of Keras's files (graph::optimizerVariables).
#pragma once
#include "frontend/files/CompileConfig.h"
#include "frontend/files/Hdf5.h"
#include "frontend/graph/optimizers/Variables.h"
#include <tenon/container.h>

namespace tenon::files {

struct OptimizerState {
  /// Keras's name of the optimizer ("rm_sprop"), under which files keep its variables.
  std::string optimizer;
  std::vector<graph::OptimizerVariable> variables;
  std::vector<Array> values; // as many
};

/// What is wrong with the data sets at `paths` as values of `variables`; "" if nothing. A path "" says that the file does
/// not have this one.
std::string faultOf(const Hdf5File &file, const std::vector<std::string> &paths,
                    const std::vector<graph::OptimizerVariable> &variables);
/// The values that the file has, under the names that training knows; faultOf must have found nothing.
std::vector<StoredVariable> readOptimizer(const Hdf5File &file, const std::vector<std::string> &paths,
                                          const std::vector<graph::OptimizerVariable> &variables);
/// The same for the model that a file holds. Where the file has no state (it was not trained yet), or, with a warning, one
/// that is not this optimizer's, training starts with a fresh one: the result is empty.
std::vector<StoredVariable> readOptimizer(const std::string &path, const CompileConfig &compiled,
                                          const Hdf5File &file, const std::vector<std::string> &paths,
                                          const std::vector<graph::OptimizerVariable> &variables);

/// Bytes of all values together.
uint64_t bytesOf(const OptimizerState &state);

} // namespace tenon::files
