// SPDX-License-Identifier: Apache-2.0
// Weights into a model in use, from any file of Keras's that has them: .weights.h5, .keras, and the older .h5 with a whole
// model or with weights alone.
#pragma once
#include "frontend/files/OptimizerState.h"

namespace tenon::files {

/// Sets the model's weights; an Error, which names the file and lists the layers that do not fit, leaves them as they were.
/// Returns the file's values of `variables` (the optimizer of a compiled model; it may be empty): none where the file has
/// none or, with a warning, those of another optimizer.
std::vector<StoredVariable> readWeightFile(const std::string &path, const graph::ModelNode &model,
                                           const std::vector<graph::OptimizerVariable> &variables);

} // namespace tenon::files
